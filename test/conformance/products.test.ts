/** Matrix products of every dtype and layout. */
import { describe, expect, it } from "vitest";
import { ShapeMismatchError } from "../../src/errors.ts";
import * as theano from "../../src/index.ts";
import { tensor as T } from "../../src/index.ts";
import type { DType } from "../../src/dtype.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";
import { agree, compileFor, DTYPES, sample, type Tolerance } from "./driver.ts";

const variable = (dtype: DType, rank: number): TensorVariable =>
  T.tensor({ dtype, shape: Array.from({ length: rank }, () => null) });

/** Terms are below 16 (complex: 20), sums of up to 80 of them: k * eps * size, doubled for cancellation. */
function tolerance(dtype: DType): Tolerance {
  if (dtype === "float16") return { rel: 1e-2, abs: 5e-2 };
  if (dtype === "float32" || dtype === "complex64") return { rel: 1e-6, abs: 80 * 2 ** -23 * 20 * 2 };
  return { rel: 1e-14, abs: 80 * 2 ** -52 * 20 * 2 };
}

const SHAPES: readonly (readonly [readonly number[], readonly number[]])[] = [
  [
    [3, 4],
    [4, 5],
  ],
  [[4], [4]],
  [[4], [4, 3]],
  [[3, 4], [4]],
  [
    [0, 4],
    [4, 2],
  ],
  [
    [3, 0],
    [0, 2],
  ],
  [
    [1, 1],
    [1, 1],
  ],
  [
    [1, 70],
    [70, 1],
  ],
  [
    [20, 33],
    [33, 17],
  ],
];

const BATCHED: readonly (readonly [readonly number[], readonly number[]])[] = [
  [
    [2, 3, 4],
    [2, 4, 5],
  ],
  [
    [2, 3, 4],
    [4, 5],
  ],
  [
    [3, 4],
    [2, 4, 5],
  ],
  [[4], [2, 4, 5]],
  [[2, 3, 4], [4]],
  [
    [0, 3, 4],
    [0, 4, 5],
  ],
];

describe("products agree on all linkers", () => {
  it.each(DTYPES)("dot of %s", (dtype) => {
    for (const [a, b] of SHAPES) {
      const [x, y] = [variable(dtype, a.length), variable(dtype, b.length)];
      const results = [T.dot(x, y)];
      if (a.length === 2 && b.length === 2) results.push(T.dot(y.T, x.T), T.dot(x, y).add(1));
      agree(
        `dot of ${a.join("x")} and ${b.join("x")}`,
        [x, y],
        results,
        [[sample(dtype, a), sample(dtype, b, 2)]],
        tolerance(dtype),
        false,
      );
    }
  });

  it.each(["float32", "float64", "int32", "complex128", "float16"] as const)("matmul of %s", (dtype) => {
    for (const [a, b] of BATCHED) {
      const [x, y] = [variable(dtype, a.length), variable(dtype, b.length)];
      agree("matmul", [x, y], [T.matmul(x, y)], [[sample(dtype, a), sample(dtype, b, 2)]], tolerance(dtype), false);
    }
  });

  it("every size around the tiles of the kernel", () => {
    for (const dtype of ["float32", "float64"] as const) {
      const [x, y] = [variable(dtype, 2), variable(dtype, 2)];
      const sizes = [1, 2, 3, 4, 5, 7, 8, 9, 12, 13, 16, 17];
      const args = sizes.flatMap((m) => sizes.map((n) => [sample(dtype, [m, 19], m), sample(dtype, [19, n], n)]));
      agree("tiles", [x, y], [T.dot(x, y)], args, tolerance(dtype), false);
    }
  });

  it("alpha A.B + beta C, with operands transposed and reversed", () => {
    for (const dtype of ["float32", "float64"] as const) {
      const [a, b, c] = [variable(dtype, 2), variable(dtype, 2), variable(dtype, 2)];
      const results = [c.sub(T.dot(a, b).mul(0.5)), T.dot(a, b).mul(2).add(c.mul(0.25)), c.add(T.dot(b.T, a.T).T)];
      agree(
        "gemm",
        [a, b, c],
        results,
        [
          [sample(dtype, [6, 7]), sample(dtype, [7, 9], 2), sample(dtype, [6, 9], 3)],
          [
            sample(dtype, [7, 6]).transpose(),
            sample(dtype, [7, 9], 2).at("::-1"),
            sample(dtype, [9, 6], 3).transpose(),
          ],
        ],
        tolerance(dtype),
        false,
      );
    }
  });

  it("scaled products, and products of vectors with what is added, are one call", () => {
    for (const dtype of ["float32", "float64"] as const) {
      const [a, b, x, y] = [variable(dtype, 2), variable(dtype, 2), variable(dtype, 1), variable(dtype, 1)];
      const s = T.tensor({ dtype, shape: [] });
      const results = [
        T.mul(s, T.dot(a, b)),
        T.dot(a.mul(2), b.neg()),
        T.dot(a, x).mul(s).sub(y.mul(3)),
        T.dot(y, a).add(x),
        T.dot(a, x).mul(-0.5),
      ];
      for (const [m, k, n] of [
        [6, 7, 9],
        [1, 70, 1],
        [33, 1, 20],
        [0, 3, 2],
        [3, 0, 2],
      ] as const) {
        agree(
          `scaled ${m}x${k}x${n}`,
          [a, b, x, y, s],
          results,
          [[sample(dtype, [m, k]), sample(dtype, [k, n], 2), sample(dtype, [k], 3), sample(dtype, [m], 4), 1.5]],
          tolerance(dtype),
          false,
        );
      }
    }
  });

  it("an addend of another size than the product is an error, and nothing is written", () => {
    const [a, b, c] = [variable("float64", 2), variable("float64", 2), variable("float64", 2)];
    const [x, y] = [variable("float64", 1), variable("float64", 1)];
    for (const linker of ["reference", "wasm"] as const) {
      const gemm = compileFor(linker, [a, b, c], [c.sub(T.dot(a, b))]);
      const gemv = compileFor(linker, [a, x, y], [y.sub(T.dot(a, x))]);
      for (const [rows, columns] of [
        [1, 3],
        [3, 3],
        [2, 1],
        [2, 4],
      ] as const) {
        expect(() =>
          gemm(sample("float64", [2, 5]), sample("float64", [5, 3]), sample("float64", [rows, columns])),
        ).toThrow(ShapeMismatchError);
      }
      for (const n of [1, 3]) {
        expect(() => gemv(sample("float64", [2, 5]), sample("float64", [5]), sample("float64", [n]))).toThrow(
          ShapeMismatchError,
        );
      }
      const state = theano.shared([1, 2, 3]);
      const updates = [[state, state.sub(T.dot(a, x).mul(0.1))]] as const;
      const step = theano.function([a, x], [], { updates, mode: new theano.Mode({ linker }) });
      expect(() => step(sample("float64", [4, 5]), sample("float64", [5]))).toThrow(ShapeMismatchError);
      expect(state.getValue().toList()).toEqual([1, 2, 3]);
    }
  });
});
