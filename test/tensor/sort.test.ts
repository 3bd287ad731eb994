import { describe, expect, it } from "vitest";
import { array } from "../../src/array/index.ts";
import { AxisError } from "../../src/errors.ts";
import { evaluate } from "../../src/graph/evaluate.ts";
import { tensor as T } from "../../src/index.ts";
import { verifyGrad } from "../../src/verifyGrad.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";
import { agree, DTYPES, edges, sample } from "../conformance/driver.ts";

const value = (v: TensorVariable): unknown => evaluate([v])[0]!.toList();

describe("sort and argsort", () => {
  it("order along an axis, the last one unless said otherwise", () => {
    const m = T.constant(
      [
        [3, 1, 2],
        [0, 5, -1],
      ],
      "float64",
    );
    expect(value(T.sort(m))).toEqual([
      [1, 2, 3],
      [-1, 0, 5],
    ]);
    expect(value(T.sort(m, { axis: 0 }))).toEqual([
      [0, 1, -1],
      [3, 5, 2],
    ]);
    expect(value(m.sort({ axis: null }))).toEqual([-1, 0, 1, 2, 3, 5]);
    expect(value(m.argsort())).toEqual([
      [1, 2, 0],
      [2, 0, 1],
    ]);
    expect(value(T.argsort(m, { axis: -2 }))).toEqual([
      [1, 0, 1],
      [0, 1, 0],
    ]);
    expect(value(T.argsort(m, { axis: null }))).toEqual([5, 3, 1, 2, 0, 4]);
    expect(T.argsort(m).dtype).toBe("int64");
    expect(T.sort(T.constant([true, false])).dtype).toBe("bool");
  });

  it("keep the order of equal elements; zeros of either sign are equal", () => {
    const x = T.constant([1, 0, 1, 0, 1, -0, 0], "float64");
    expect(value(T.argsort(x))).toEqual([1, 3, 5, 6, 0, 2, 4]);
    expect(value(T.sort(x))).toEqual([0, 0, -0, 0, 1, 1, 1]);
  });

  it("put NaN last, behind infinity", () => {
    const x = T.constant([NaN, 2, Infinity, NaN, -Infinity], "float32");
    expect(value(T.sort(x))).toEqual([-Infinity, 2, Infinity, NaN, NaN]);
    expect(value(T.argsort(x))).toEqual([4, 1, 2, 0, 3]);
  });

  it("order complex numbers by real, then imaginary part", () => {
    const x = T.constant(
      array(
        [
          { re: 1, im: 2 },
          { re: NaN, im: 0 },
          { re: 1, im: -1 },
          { re: 0, im: NaN },
          { re: -3, im: 9 },
        ],
        "complex128",
      ),
    );
    expect(value(T.argsort(x))).toEqual([4, 2, 0, 3, 1]);
  });

  it("take 64-bit integers exactly", () => {
    const x = T.constant(array([9007199254740993n, 9007199254740992n, -1n], "int64"));
    expect(value(T.argsort(x))).toEqual([2, 1, 0]);
  });

  it("of nothing, and of one, are the same", () => {
    expect(value(T.sort(T.constant(array(new Float64Array(0)))))).toEqual([]);
    expect(value(T.argsort(T.constant([7], "float64")))).toEqual([0]);
    expect(evaluate([T.sort(T.zeros([0, 3]))])[0]!.shape).toEqual([0, 3]);
  });

  it("refuse an axis that is not there", () => {
    expect(() => T.sort(T.dvector("x"), { axis: 1 })).toThrow(AxisError);
    expect(() => T.argsort(T.dscalar("x"))).toThrow(AxisError);
  });

  it("have the gradient of the place that each element went to", () => {
    const weights = T.constant(
      [
        [1, 2, 4],
        [8, 16, 32],
      ],
      "float64",
    );
    const m = [
      [3, 1, 2],
      [0, 5, -1],
    ];
    verifyGrad((x) => T.mul(T.sort(x), weights), [m]);
    verifyGrad((x) => T.mul(T.sqr(T.sort(x, { axis: 0 })), weights), [m]);
    verifyGrad((x) => T.sort(x, { axis: null }).cumsum(), [m]);
    verifyGrad((x) => T.sqr(T.topk(x, 2)), [m]);
    verifyGrad((x) => T.sqr(T.topk(x, -1, { axis: 0 })).sum(), [m]);
    verifyGrad((x) => T.topk(x, 3, null).cumsum(), [m]);
  });
});

describe("sorting agrees on all linkers", () => {
  it.each(DTYPES)("%s", (dtype) => {
    const x = T.tensor({ dtype, shape: [null, null] });
    const results = [
      x.sort(),
      x.argsort(),
      x.sort({ axis: 0 }),
      x.argsort({ axis: 0 }),
      x.argsort({ axis: null }),
      x.T.sort(),
    ];
    const args = [
      [5, 7],
      [0, 3],
      [1, 1],
      [9, 17],
    ].map((shape) => [sample(dtype, shape)]);
    agree("sort", [x], results, [...args, [sample(dtype, [7, 5]).transpose()]]);
    const v = T.tensor({ dtype, shape: [null] });
    agree("edges", [v], [v.sort(), v.argsort()], [[edges(dtype, 50, 1)]]);
  });
});
