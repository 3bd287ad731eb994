/** Reductions on every dtype, axis and size, across the blocks in which sums are combined. */
import { describe, it } from "vitest";
import { tensor as T } from "../../src/index.ts";
import type { DType } from "../../src/dtype.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";
import { agree, DTYPES, edges, sample, type Tolerance } from "./driver.ts";

const variable = (dtype: DType, rank: number): TensorVariable =>
  T.tensor({ dtype, shape: Array.from({ length: rank }, () => null) });

/** What summing in another order may change, for some thousand terms of size 3. */
function tolerance(dtype: DType): Tolerance {
  if (dtype === "float16") return { rel: 2e-3, abs: 1e-2 };
  const single = dtype === "float32" || dtype === "complex64";
  return single ? { rel: 4e-6, abs: 1e-4 } : { rel: 1e-13, abs: 1e-11 };
}

const ORDERED = ["max", "min", "argmax", "argmin", "var", "std"];
const AXES: readonly (number | readonly number[] | null)[] = [null, 0, 1, 2, [0, 1], [1, 2], [0, 2]];
const NAMES = ["sum", "prod", "max", "min", "argmax", "argmin", "all", "any", "mean", "var", "std"] as const;

type Reduction = (x: T.TensorVariable, options?: T.ReduceOptions) => T.TensorVariable;

describe("reductions agree on all linkers", () => {
  for (const name of NAMES) {
    it.each(DTYPES)(`${name} of %s`, (dtype) => {
      if (dtype.startsWith("complex") && ORDERED.includes(name)) return;
      if (dtype === "bool" && (name === "var" || name === "std")) return;
      const x = variable(dtype, 3);
      const results = AXES.map((axis, i) => (T[name] as Reduction)(x, { axis, keepdims: i % 2 === 1 }));
      const shapes =
        name === "prod"
          ? [
              [3, 4, 5],
              [2, 3, 7],
            ]
          : [
              [3, 4, 5],
              [2, 17, 33],
              [1, 1, 1100],
            ];
      agree(
        `${name} of ${dtype}`,
        [x],
        results,
        shapes.map((shape, i) => [sample(dtype, shape, i)]),
        tolerance(dtype),
      );
    });
  }

  it.each(["float32", "float64"] as const)("sizes around lanes and blocks: %s", (dtype) => {
    const x = variable(dtype, 1);
    const results = [T.sum(x), T.max(x), T.argmax(x), T.min(x), T.mean(x), T.sum(T.sqr(x))];
    const sizes = [1, 3, 4, 7, 8, 9, 15, 16, 17, 511, 512, 513, 1023, 1024, 1025, 3000];
    agree(
      "sizes",
      [x],
      results,
      sizes.map((n) => [sample(dtype, [n], n)]),
      tolerance(dtype),
    );
  });

  it("of nothing", () => {
    const x = variable("float64", 2);
    agree(
      "empty",
      [x],
      [T.sum(x), T.prod(x), T.all(x), T.any(x), T.sum(x, { axis: 0 }), T.prod(x, { axis: 1 })],
      [[sample("float64", [0, 3])], [sample("float64", [3, 0])]],
    );
  });

  it.each(["float16", "float32", "float64"] as const)("NaN, infinities and signed zeros: %s", (dtype) => {
    const x = variable(dtype, 1);
    const args = [1, 2, 5, 40].map((n) => [edges(dtype, n, n)]);
    agree("edges", [x], [T.max(x), T.min(x), T.argmax(x), T.argmin(x), T.all(x), T.any(x)], args);
  });

  it("of transposed, strided and reversed arguments, and of broadcast values", () => {
    const [x, y] = [variable("float64", 2), T.tensor({ dtype: "float64", shape: [1, null] })];
    const base = sample("float64", [12, 10]);
    const results = [
      T.sum(x.T, { axis: 0 }),
      T.max(x.add(y), { axis: 1 }),
      T.sum(x.mul(y)),
      T.sum(x.at("::-2"), { axis: 1 }),
    ];
    agree(
      "views",
      [x, y],
      results,
      [
        [base, sample("float64", [1, 10], 2)],
        [base.transpose(), sample("float64", [1, 12], 2)],
        [base.at("1::3", "::-2"), sample("float64", [1, 5], 2)],
      ],
      { rel: 1e-13, abs: 1e-11 },
    );
  });
});

describe("softmax and its kind agree", () => {
  it.each(["float32", "float64"] as const)("%s", (dtype) => {
    const x = variable(dtype, 2);
    const p = T.nnet.softmax(x);
    const results = [
      p,
      T.nnet.logsoftmax(x),
      T.log(p),
      T.sum(p, { axis: 0 }),
      x.sub(T.max(x, { axis: 1, keepdims: true })),
    ];
    const shapes = [
      [0, 3],
      [1, 1],
      [5, 1],
      [1, 7],
      [200, 10],
      [3, 1300],
    ];
    const rel = dtype === "float32" ? 3e-6 : 1e-14;
    agree(
      "softmax",
      [x],
      results,
      shapes.map((s) => [sample(dtype, s)]),
      { rel, abs: rel },
      false,
    );
  });
});
