import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { array, fromFlat, toFlat } from "../../src/array/index.ts";
import type { NdArray } from "../../src/array/ndArray.ts";
import type { DType } from "../../src/dtype.ts";
import { ArgumentError, AxisError, RankError, ShapeMismatchError } from "../../src/errors.ts";
import * as theano from "../../src/index.ts";
import { tensor as T } from "../../src/index.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";
import { verifyGrad } from "../../src/verifyGrad.ts";
import { arrayOf, expectError, valueOf } from "./values.ts";

type Product = "dot" | "matmul" | "batchedDot" | "tensordot" | "batchedTensordot" | "outer" | "inner";
interface Case {
  readonly name: Product;
  readonly shapes: readonly [readonly number[], readonly number[]];
  readonly args: readonly [] | readonly [number | readonly [readonly number[], readonly number[]]];
  readonly result: readonly number[];
  readonly got: readonly number[];
}

const CASES = JSON.parse(readFileSync(new URL("data/products.json", import.meta.url), "utf8")) as readonly Case[];
const title = (c: Case): string =>
  `${c.name} of ${c.shapes.map((s) => `(${s.join(", ")})`).join(" and ")} ${JSON.stringify(c.args)}`;

/** The operands of the recorded cases. */
function operand(shape: readonly number[], seed: number, dtype: DType): NdArray {
  const n = shape.reduce((a, b) => a * b, 1);
  const value = (i: number): number => ((7 * i + 3 * seed) % 11) - 5;
  const wide = dtype === "int64";
  return fromFlat(
    Array.from({ length: n }, (_, i) => (wide ? BigInt(value(i)) : value(i))),
    shape,
    dtype,
  );
}

function product(c: Case, x: TensorVariable, y: TensorVariable): TensorVariable {
  const f = T[c.name] as (x: TensorVariable, y: TensorVariable, ...rest: unknown[]) => TensorVariable;
  return f(x, y, ...c.args);
}

/** A variable whose type knows no size but 1. */
const open = ({ dtype, shape }: NdArray): TensorVariable =>
  T.tensor({ dtype, shape: shape.map((n) => (n === 1 ? 1 : null)) });
const real = (a: NdArray): number[] => toFlat(a).map((e) => (typeof e === "object" ? e.re : Number(e)) + 0);

describe.each(["float64", "float32", "float16", "int8", "int64", "complex128"] as const)("products of %s", (dtype) => {
  // Small integers wrap where the recorded sums do not fit.
  const wrap = (v: number): number => (dtype === "int8" ? (v << 24) >> 24 : v);

  it.each(CASES.map((c) => [title(c), c] as const))("%s", (_, c) => {
    const values = c.shapes.map((s, k) => operand(s, k, dtype)) as [NdArray, NdArray];
    const [x, y] = values.map(open) as [TensorVariable, TensorVariable];
    const result = arrayOf(product(c, x, y), [
      [x, values[0]],
      [y, values[1]],
    ]);
    expect(result.shape).toEqual(c.result);
    expect(result.dtype).toBe(dtype);
    expect(real(result)).toEqual(c.got.map(wrap));
    const fixed = product(c, T.constant(values[0]), T.constant(values[1]));
    expect(fixed.type.shape).toEqual(c.result);
    expect(real(arrayOf(fixed))).toEqual(c.got.map(wrap));
  });

  it("when compiled", () => {
    for (const c of CASES) {
      const values = c.shapes.map((s, k) => operand(s, k, dtype)) as [NdArray, NdArray];
      const [x, y] = values.map(open) as [TensorVariable, TensorVariable];
      const result = theano.function([x, y], product(c, x, y))(...values) as NdArray;
      expect(result.shape, title(c)).toEqual(c.result);
      expect(real(result), title(c)).toEqual(c.got.map(wrap));
    }
  });
});

const M = [
  [1, 2, 3],
  [4, 5, 6],
];
const m = T.constant(M, "float64");
const B = [
  M,
  [
    [0, 1, -1],
    [2, 0, 3],
  ],
];

describe("dtypes and numbers", () => {
  it("take the common dtype", () => {
    expect(T.dot(T.fmatrix(), T.dvector()).dtype).toBe("float64");
    expect(T.dot(T.imatrix(), T.bvector()).dtype).toBe("int32");
    expect(T.dot(T.fvector(), 2).dtype).toBe("float32");
    expect(valueOf(T.dot([1, 2], [3, 4]))).toBe(11);
    expect(valueOf(T.dot(T.constant([true, true]), T.constant([true, false])))).toBe(true);
  });

  it("of several matrices", () => {
    expect(valueOf(T.matrixDot(m, m.T, m))).toEqual([
      [142, 188, 234],
      [340, 449, 558],
    ]);
    expect(valueOf(m.dot(m.T))).toEqual([
      [14, 32],
      [32, 77],
    ]);
    expect(valueOf(m.matmul(m.at(0)))).toEqual([14, 32]);
  });

  it("pass NaN and infinities on", () => {
    expect(valueOf(T.dot(T.constant([0, 1]), T.constant([NaN, 1])))).toBe(NaN);
    expect(valueOf(T.dot(T.constant([0, 1]), T.constant([Infinity, 1])))).toBe(NaN);
  });
});

describe("errors", () => {
  const [x, y] = [T.dmatrix("x"), T.dmatrix("y")];
  const run = (v: TensorVariable, a: number[][], b: number[][]): unknown =>
    valueOf(v, [
      [x, array(a, "float64")],
      [y, array(b, "float64")],
    ]);

  it("name sizes that do not agree, before or when it runs", () => {
    expectError(() => T.dot(m, m), ShapeMismatchError, /./);
    expectError(() => T.dot(m, [1, 2]), ShapeMismatchError, /./);
    expectError(() => T.matmul(T.constant(B), T.zeros([3, 3, 2])), ShapeMismatchError, /./);
    for (const f of [T.dot, T.matmul]) {
      expectError(() => run(f(x, y), M, M), ShapeMismatchError, /./);
      expectError(() => theano.function([x, y], f(x, y))(M, M), ShapeMismatchError, /./);
    }
  });

  it("batches that do not agree", () => {
    const [p, q] = [T.dtensor3("p"), T.dtensor3("q")];
    const [two, three] = [operand([2, 2, 3], 0, "float64"), operand([3, 3, 2], 1, "float64")];
    for (const f of [T.matmul, T.batchedDot]) {
      expectError(
        () =>
          valueOf(f(p, q), [
            [p, two],
            [q, three],
          ]),
        ShapeMismatchError,
        /./,
      );
      expectError(() => theano.function([p, q], f(p, q))(two, three), ShapeMismatchError, /./);
    }
  });

  it("each contracted pair of axes must agree", () => {
    const v = T.tensordot(x, y, 2);
    expect(run(v, M, M)).toBe(91);
    expectError(
      () =>
        run(v, M, [
          [1, 2],
          [3, 4],
          [5, 6],
        ]),
      ShapeMismatchError,
      /./,
    );
    expectError(
      () =>
        theano.function([x, y], v)(M, [
          [1, 2],
          [3, 4],
          [5, 6],
        ]),
      ShapeMismatchError,
      /./,
    );
    expectError(() => T.tensordot(m, m.T, 2), ShapeMismatchError, /size 2.*3/);
  });

  it("ranks and axes", () => {
    // @ts-expect-error: a scalar
    expectError(() => T.matmul(m, 2), RankError, /scalars/);
    expectError(() => T.batchedDot(m, 2), RankError, /batch axis/);
    expectError(() => T.tensordot(m, m, [[0], [0, 1]]), AxisError, /as many/);
    expectError(
      () =>
        T.tensordot(m, m, [
          [0, 0],
          [0, 1],
        ]),
      AxisError,
      /once/,
    );
    expectError(() => T.tensordot(m, m, [[2], [0]]), AxisError, /2/);
    expectError(() => T.tensordot(m, m, "no" as never), ArgumentError, /axes/);
  });
});

describe("gradients", () => {
  const point = (c: Case): NdArray[] => c.shapes.map((s, k) => operand(s, k, "float64"));
  const small = CASES.filter((c) => c.shapes.every((s) => s.reduce((a, b) => a * b, 1) <= 40));
  it.each(small.map((c) => [title(c), c] as const))("of %s", (_, c) => {
    verifyGrad((x, y) => product(c, x, y), point(c));
  });

  it("to second order", () => {
    verifyGrad(
      (x, y) => theano.grad(T.sum(T.sqr(T.dot(x, y))), x),
      [
        M,
        [
          [1, 2],
          [0, 1],
          [1, 1],
        ],
      ],
    );
    verifyGrad(
      (x, y) => theano.grad(T.sum(T.sqr(T.matmul(x, y))), y),
      [
        B,
        [
          [1, 2],
          [0, 1],
          [1, 1],
        ],
      ],
    );
  });
});
