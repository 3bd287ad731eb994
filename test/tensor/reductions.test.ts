import { describe, expect, it } from "vitest";
import { array } from "../../src/array/index.ts";
import type { DType } from "../../src/dtype.ts";
import { evaluate } from "../../src/graph/evaluate.ts";
import { verifyGrad } from "../../src/verifyGrad.ts";
import { constant } from "../../src/tensor/constant.ts";
import * as R from "../../src/tensor/reduction.ts";
import { mul, sqr } from "../../src/tensor/math.ts";
import { softmax, logsoftmax } from "../../src/tensor/nnet/softmax.ts";
import { tensorType } from "../../src/tensor/type.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";

const value = (v: TensorVariable): unknown => evaluate([v])[0]!.toList();
const M = [
  [1, 5, 3],
  [4, 2, 6],
];
const m = constant(array(M, "float64"));

describe("reductions", () => {
  it("take an axis, several, or none", () => {
    expect(value(R.sum(m))).toBe(21);
    expect(value(R.sum(m, { axis: 0 }))).toEqual([5, 7, 9]);
    expect(value(R.sum(m, { axis: -1 }))).toEqual([9, 12]);
    expect(value(R.sum(m, { axis: [0, 1] }))).toBe(21);
    expect(value(R.sum(m, { axis: 1, keepdims: true }))).toEqual([[9], [12]]);
    expect(value(R.prod(m, { axis: 0 }))).toEqual([4, 10, 18]);
    expect(value(R.max(m, { axis: 1 }))).toEqual([5, 6]);
    expect(value(R.min(m, { axis: 0 }))).toEqual([1, 2, 3]);
    expect(value(R.argmax(m, { axis: 1 }))).toEqual([1, 2]);
    expect(value(R.argmax(m))).toBe(5);
    expect(value(R.argmin(m, { axis: 0 }))).toEqual([0, 1, 0]);
    expect(value(R.mean(m))).toBe(3.5);
    expect(value(R.mean(m, { axis: 0 }))).toEqual([2.5, 3.5, 4.5]);
    expect(value(R.variance(m, { axis: 1 }))).toEqual([8 / 3, 8 / 3]);
    expect(value(R.std(constant([1, 3], "float64"), { ddof: 1 }))).toBeCloseTo(Math.SQRT2, 15);
    expect(value(R.norm(constant([3, 4], "float64")))).toBe(5);
    expect(value(R.norm(constant([3, -4], "float64"), { ord: 1 }))).toBe(7);
    expect(value(R.ptp(m, { axis: 1 }))).toEqual([4, 4]);
  });

  it("say all and any of what is not zero", () => {
    const x = constant(
      array(
        [
          [1, 0],
          [2, 3],
        ],
        "int32",
      ),
    );
    expect(value(R.all(x, { axis: 1 }))).toEqual([false, true]);
    expect(value(R.any(x, { axis: 0 }))).toEqual([true, true]);
  });

  it("of nothing give the identity, or an error", () => {
    const empty = constant(array(new Float64Array(0), "float64"));
    expect(value(R.sum(empty))).toBe(0);
    expect(value(R.prod(empty))).toBe(1);
    expect(() => value(R.max(empty))).toThrow(/empty/);
    expect(value(R.all(empty))).toBe(true);
  });

  it("give NaN where there is one", () => {
    const x = constant([1, NaN, 3], "float64");
    expect(value(R.max(x))).toBe(NaN);
    expect(value(R.argmax(x))).toBe(1);
    expect(value(R.min(x))).toBe(NaN);
  });

  it("add float32 precisely", () => {
    const x = constant(array(new Float32Array(1_000_000).fill(0.1), "float32"));
    expect(value(R.sum(x))).toBe(Math.fround(1_000_000 * Math.fround(0.1)));
  });

  const DTYPES: readonly [DType, DType, DType][] = [
    ["bool", "int64", "float64"],
    ["int8", "int64", "float64"],
    ["uint8", "uint64", "float64"],
    ["float16", "float16", "float16"],
    ["float32", "float32", "float32"],
    ["complex64", "complex64", "complex64"],
  ];
  it.each(DTYPES)("of %s: sum %s, mean %s", (dtype, total, average) => {
    const x = tensorType(dtype, [null]).makeVariable(null, 0);
    expect(R.sum(x).dtype).toBe(total);
    expect(R.mean(x).dtype).toBe(average);
  });

  it("refuse axes that are not there", () => {
    // @ts-expect-error: no such axis
    expect(() => R.sum(m, { axis: 2 })).toThrow(/axis 2 is out of range/);
    expect(() => R.sum(m, { axis: [0, 0] })).toThrow(/twice/);
  });
});

describe("gradients of reductions", () => {
  const verified = (f: (x: TensorVariable, options?: R.ReduceOptions) => TensorVariable): void => {
    verifyGrad((x) => f(x), [M]);
    verifyGrad((x) => f(x, { axis: 0 }), [M]);
    verifyGrad((x) => f(x, { axis: 1, keepdims: true }), [M]);
  };
  it.each(["sum", "prod", "max", "min", "mean", "variance", "std", "logsumexp"] as const)("%s", (name) => {
    verified((x, options) => R[name](x, options));
  });
  it("norm", () => verified((x, options) => R.norm(x, options)));

  it("of prod are exact where elements are zero", () => {
    verifyGrad((x) => R.prod(x), [[0, 2, 3]]);
    verifyGrad(
      (x) => R.prod(x, { axis: 1 }),
      [
        [
          [0, 2, 0],
          [1, 0, 3],
        ],
      ],
    );
  });

  it("of softmax and its logarithm, to second order", () => {
    verifyGrad((x) => softmax(x), [M]);
    verifyGrad((x) => logsoftmax(x, { axis: 0 }), [M]);
    verifyGrad((x) => R.sum(sqr(mul(softmax(x), x)), { axis: 1 }), [M]);
  });
});
