import { describe, expect, it } from "vitest";
import { array, fromFlat } from "../../src/array/index.ts";
import type { NdArray } from "../../src/array/ndArray.ts";
import { AxisError, DtypeError, RankError, ValueError } from "../../src/errors.ts";
import * as theano from "../../src/index.ts";
import { tensor as T } from "../../src/index.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";
import { verifyGrad } from "../../src/verifyGrad.ts";
import { agree } from "../conformance/driver.ts";
import { arrayOf, expectError, valueOf } from "./values.ts";

const M = [
  [1, 2, 3],
  [4, 5, 6],
];
const m = T.constant(M, "float64");
const empty = T.constant(fromFlat([], [0], "float64"));
const n = T.iscalar("n");
const nIs = (k: number): [[TensorVariable, NdArray]] => [[n, fromFlat([k], [], "int32")]];

describe("cumsum and cumprod", () => {
  it("run along an axis, or over all elements", () => {
    expect(valueOf(T.cumsum(m))).toEqual([1, 3, 6, 10, 15, 21]);
    expect(valueOf(T.cumsum(m.T))).toEqual([1, 5, 7, 12, 15, 21]);
    expect(valueOf(T.cumsum(m, { axis: 0 }))).toEqual([
      [1, 2, 3],
      [5, 7, 9],
    ]);
    expect(valueOf(m.cumsum({ axis: -1 }))).toEqual([
      [1, 3, 6],
      [4, 9, 15],
    ]);
    expect(valueOf(T.cumprod(m, { axis: 1 }))).toEqual([
      [1, 2, 6],
      [4, 20, 120],
    ]);
    expect(valueOf(m.cumprod())).toEqual([1, 2, 6, 24, 120, 720]);
    expect(valueOf(T.cumsum(T.arange(8).reshape([2, 2, 2]), { axis: 1 }))).toEqual([
      [
        [0, 1],
        [2, 4],
      ],
      [
        [4, 5],
        [10, 12],
      ],
    ]);
    expect(valueOf(T.cumsum(5))).toEqual([5]);
    expect(valueOf(T.cumsum(empty))).toEqual([]);
    expect(arrayOf(T.cumprod(T.zeros([0, 2]), { axis: 0 })).shape).toEqual([0, 2]);
    expect(arrayOf(T.cumsum(T.zeros([2, 0, 3]), { axis: 2 })).shape).toEqual([2, 0, 3]);
  });

  it("widen small integers, and wrap around", () => {
    expect(valueOf(T.cumsum(T.constant([100, 100], "int8")))).toEqual([100, 200]);
    expect(T.cumsum(T.bvector()).dtype).toBe("int64");
    expect(T.cumsum(T.tensor({ dtype: "bool", shape: [null] })).dtype).toBe("int64");
    expect(T.cumprod(T.ubvector()).dtype).toBe("uint64");
    expect(T.cumsum(T.fvector()).dtype).toBe("float32");
    const most = T.constant(fromFlat([2n ** 63n - 1n, 1n], [2], "int64"));
    expect(arrayOf(T.cumsum(most)).toList({ bigint: true })).toEqual([2n ** 63n - 1n, -(2n ** 63n)]);
  });

  it("of complex numbers", () => {
    const z = T.constant(
      array(
        [
          { re: 1, im: 1 },
          { re: 0, im: 2 },
        ],
        "complex128",
      ),
    );
    expect(valueOf(T.cumsum(z))).toEqual([
      { re: 1, im: 1 },
      { re: 1, im: 3 },
    ]);
    expect(valueOf(T.cumprod(z))).toEqual([
      { re: 1, im: 1 },
      { re: -2, im: 2 },
    ]);
  });

  it("pass NaN on", () => {
    expect(valueOf(T.cumsum(T.constant([1, NaN, 2])))).toEqual([1, NaN, NaN]);
    expect(valueOf(T.cumprod(T.constant([0, Infinity])))).toEqual([0, NaN]);
  });

  it("have gradients, to second order", () => {
    verifyGrad((x) => T.sqr(T.cumsum(x, { axis: 0 })), [M]);
    verifyGrad((x) => T.sqr(T.cumsum(x)), [M]);
    verifyGrad((x) => T.cumprod(x, { axis: 1 }), [M]);
    verifyGrad((x) => theano.grad(T.sum(T.sqr(T.cumsum(x))), x), [[1, 2, 3]]);
    verifyGrad((x) => theano.grad(T.sum(T.sqr(T.cumprod(x))), x), [[1, 2, 3]]);
  });

  it("have gradients of complex numbers", () => {
    const parts = (z: TensorVariable): TensorVariable => T.add(T.real(z), T.mul(T.imag(z), [1, 2, 3]));
    const points = [
      [1, 2, 3],
      [0.5, -1, 2],
    ];
    verifyGrad((re, im) => parts(T.cumsum(T.complex(re, im))), points);
    verifyGrad((re, im) => parts(T.cumprod(T.complex(re, im))), points);
  });

  it("refuse an axis that is not there", () => {
    expectError(() => T.cumsum(m, { axis: 2 }), AxisError, /cumsum.*2/);
    expectError(() => T.cumprod(m, { axis: 0.5 }), AxisError, /0\.5/);
  });
});

describe("diff", () => {
  it("takes differences of neighbours", () => {
    expect(valueOf(T.diff(m))).toEqual([
      [1, 1],
      [1, 1],
    ]);
    expect(valueOf(T.diff(m, { axis: 0 }))).toEqual([[3, 3, 3]]);
    expect(valueOf(T.diff(T.constant([1, 4, 9, 16]), { n: 2 }))).toEqual([2, 2]);
    expect(valueOf(T.diff(T.constant([1, 4]), { n: 0 }))).toEqual([1, 4]);
    expect(valueOf(T.diff(T.constant([1, 4]), { n: 3 }))).toEqual([]);
    expect(valueOf(T.diff(empty))).toEqual([]);
  });

  it("keeps the dtype", () => {
    expect(valueOf(T.diff(T.constant([3, 1], "uint8")))).toEqual([254]);
    expect(valueOf(T.diff(T.constant([true, false, false])))).toEqual([true, false]);
  });

  it("refuses scalars and counts that are none", () => {
    expectError(() => T.diff(3), RankError, /scalar/);
    expectError(() => T.diff(m, { n: -1 }), ValueError, /-1/);
    expectError(() => T.diff(m, { n: 1.5 }), ValueError, /1\.5/);
    expectError(() => T.diff(m, { axis: 2 }), AxisError, /2/);
  });

  it("has gradients", () => {
    verifyGrad(
      (x) => T.sqr(T.diff(x, { n: 2 })),
      [
        [
          [1, 2, 5],
          [4, 4, 8],
        ],
      ],
    );
    verifyGrad((x) => T.sqr(T.diff(x, { axis: 0 })), [M]);
  });
});

describe("cumprod where elements are zero", () => {
  const zeros = [
    [2, 0, 3, 0.5],
    [0, 0, -1.5, 4],
    [1, -2, 3, 0],
  ];

  it("has exact gradients, to second order, along either axis", () => {
    for (const axis of [0, 1]) {
      verifyGrad((x) => T.cumprod(x, { axis }), [zeros]);
      verifyGrad((x) => theano.grad(T.cumprod(x, { axis }).mul(M3).sum(), x), [zeros]);
    }
    verifyGrad((x) => T.cumprod(x), [[0, 2, 0, 3]]);
    verifyGrad((x) => theano.grad(theano.grad(T.cumprod(x).at(-1), x).at(1), x), [[0.5, 2, 0, 3]]);
  });

  it("agrees on all linkers and dtypes", () => {
    for (const dtype of ["float16", "float32", "float64"] as const) {
      const x = T.tensor({ dtype, shape: [null, null] });
      const g = theano.grad(T.cumprod(x, { axis: 1 }).sum(), x);
      agree(`gradient of cumprod of ${dtype}`, [x], [g], [[array(zeros, dtype)], [array(zeros, dtype).transpose()]], {
        ulp: 4,
        abs: 1e-6,
      });
    }
    const z = T.zvector();
    const parts = theano.grad(T.real(T.cumprod(z)).sum(), z);
    const value = fromFlat(
      [
        { re: 1, im: 2 },
        { re: 0, im: 0 },
        { re: -1, im: 0.5 },
      ],
      [3],
      "complex128",
    );
    agree("gradient of cumprod of complex128", [z], [parts], [[value]], { ulp: 4 });
  });
});

const M3 = [
  [1, -2, 0.5, 3],
  [0.3, 1, 2, -1],
  [2, 2, -1, 1],
];

describe("roll", () => {
  it("moves elements round", () => {
    const v = T.constant([0, 1, 2, 3, 4]);
    expect(valueOf(T.roll(v, 2))).toEqual([3, 4, 0, 1, 2]);
    expect(valueOf(T.roll(v, -1))).toEqual([1, 2, 3, 4, 0]);
    expect(valueOf(T.roll(v, 0))).toEqual([0, 1, 2, 3, 4]);
    expect(valueOf(T.roll(v, 5))).toEqual([0, 1, 2, 3, 4]);
    expect(valueOf(T.roll(v, 12))).toEqual([3, 4, 0, 1, 2]);
    expect(valueOf(T.roll(v, -12))).toEqual([2, 3, 4, 0, 1]);
    expect(valueOf(T.roll(m, 1))).toEqual([
      [6, 1, 2],
      [3, 4, 5],
    ]);
    expect(valueOf(T.roll(m, 1, { axis: 1 }))).toEqual([
      [3, 1, 2],
      [6, 4, 5],
    ]);
    expect(valueOf(T.roll(m, 1, { axis: 0 }))).toEqual([
      [4, 5, 6],
      [1, 2, 3],
    ]);
    expect(valueOf(T.roll(empty, 3))).toEqual([]);
    expect(valueOf(T.roll(7, 3))).toBe(7);
  });

  it("by a symbolic number of places, of a tensor of unknown size", () => {
    const x = T.dvector("x");
    const given = (k: number) => [...nIs(k), [x, array([1, 2, 3], "float64")]] as const;
    for (const [k, result] of [
      [1, [3, 1, 2]],
      [-1, [2, 3, 1]],
      [7, [3, 1, 2]],
      [-3, [1, 2, 3]],
    ] as const) {
      expect(valueOf(T.roll(x, n), given(k))).toEqual(result);
      expect(theano.function([x, n], T.roll(x, n))([1, 2, 3], k).toList()).toEqual(result);
    }
    expect(theano.function([x, n], T.roll(x, n))([], 2).toList()).toEqual([]);
  });

  it("has gradients", () => {
    verifyGrad((x) => T.mul(T.roll(x, 1, { axis: 1 }), m), [M]);
    verifyGrad((x) => T.mul(T.roll(x, -2), m), [M]);
  });

  it("refuses what is no number of places", () => {
    expectError(() => T.roll(m, 0.5), ValueError, /0\.5/);
    expectError(() => T.roll(m, 1, { axis: 2 }), AxisError, /2/);
  });
});

describe("repeat", () => {
  it("repeats each element", () => {
    expect(valueOf(T.repeat(m, 2))).toEqual([1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6]);
    expect(valueOf(T.repeat(m, 2, { axis: 0 }))).toEqual([
      [1, 2, 3],
      [1, 2, 3],
      [4, 5, 6],
      [4, 5, 6],
    ]);
    expect(valueOf(m.repeat(2, { axis: -1 }))).toEqual([
      [1, 1, 2, 2, 3, 3],
      [4, 4, 5, 5, 6, 6],
    ]);
    expect(valueOf(T.repeat(m, 0, { axis: 0 }))).toEqual([]);
    expect(valueOf(T.repeat(3, 2))).toEqual([3, 3]);
    expect(valueOf(T.repeat(empty, 2))).toEqual([]);
    expect(T.repeat(T.tensor({ dtype: "int8", shape: [null, 3] }), 2, { axis: 1 }).type.shape).toEqual([null, 6]);
  });

  it("by a symbolic count", () => {
    expect(valueOf(T.repeat(m, n, { axis: 1 }), nIs(2))).toEqual([
      [1, 1, 2, 2, 3, 3],
      [4, 4, 5, 5, 6, 6],
    ]);
    expect(valueOf(T.repeat(m.at(0), n), nIs(0))).toEqual([]);
    expectError(() => valueOf(T.repeat(m, n), nIs(-1)), ValueError, /negative/);
    expectError(() => theano.function([n], T.repeat(m, n))(-1), ValueError, /negative/);
  });

  it("by one count per place", () => {
    expect(valueOf(T.repeat(m, [0, 2], { axis: 0 }))).toEqual([
      [4, 5, 6],
      [4, 5, 6],
    ]);
    expect(valueOf(T.repeat(m, [1, 0, 2], { axis: 1 }))).toEqual([
      [1, 3, 3],
      [4, 6, 6],
    ]);
    expect(valueOf(T.repeat(m.at(0), T.constant([2, 1, 0], "int8")))).toEqual([1, 1, 2]);
    const counts = T.lvector("counts");
    const given = (c: bigint[]) => [[counts, fromFlat(c, [c.length], "int64")]] as const;
    expect(valueOf(T.repeat(m, counts, { axis: 1 }), given([0n, 1n, 2n]))).toEqual([
      [2, 3, 3],
      [5, 6, 6],
    ]);
    expectError(() => valueOf(T.repeat(m.at(0), counts), given([1n, -1n, 1n])), ValueError, /negative/);
    expectError(() => T.repeat(m, [1, 2], { axis: 1 }), ValueError, /2 counts.*size 3/);
    expectError(() => T.repeat(m, [1, -2], { axis: 0 }), ValueError, /-2/);
  });

  it("refuses what is no count", () => {
    expectError(() => T.repeat(m, -1), ValueError, /-1/);
    expectError(() => T.repeat(m, 1.5), DtypeError, /float64/);
    expectError(() => T.repeat(m, T.lmatrix()), RankError, /2/);
    expectError(() => T.repeat(m, 2, { axis: 2 }), AxisError, /2/);
  });

  it("has gradients", () => {
    verifyGrad((x) => T.sqr(T.repeat(x, 3, { axis: 0 })), [M]);
    verifyGrad((x) => T.mul(T.repeat(x, 2), T.arange(12)), [M]);
    verifyGrad((x) => T.sqr(T.repeat(x, [0, 2, 1], { axis: 1 })), [M]);
  });
});

describe("tile", () => {
  it("puts copies side by side", () => {
    expect(valueOf(T.tile(m, [1, 2]))).toEqual([
      [1, 2, 3, 1, 2, 3],
      [4, 5, 6, 4, 5, 6],
    ]);
    expect(valueOf(T.tile(m, [2, 1]))).toEqual([
      [1, 2, 3],
      [4, 5, 6],
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(valueOf(T.tile(m, 2))).toEqual([
      [1, 2, 3, 1, 2, 3],
      [4, 5, 6, 4, 5, 6],
    ]);
    expect(valueOf(T.tile(T.constant([1, 2]), [2, 1, 2]))).toEqual([[[1, 2, 1, 2]], [[1, 2, 1, 2]]]);
    expect(valueOf(T.tile(T.constant([1, 2]), 0))).toEqual([]);
    expect(valueOf(T.tile(3, [2]))).toEqual([3, 3]);
    expect(valueOf(T.tile(T.constant([1]), [1, 1]))).toEqual([[1]]);
    expect(valueOf(T.tile(T.constant([1, 2]), n), nIs(2))).toEqual([1, 2, 1, 2]);
    expect(arrayOf(T.tile(empty, [2, 3])).shape).toEqual([2, 0]);
  });

  it("refuses negative counts", () => {
    expectError(() => T.tile(m, [-1, 1]), ValueError, /-1/);
    expectError(() => valueOf(T.tile(m, [n, 1]), nIs(-1)), ValueError, /negative/);
  });

  it("has gradients", () => {
    verifyGrad((x) => T.sqr(T.tile(x, [2, 3])), [M]);
    verifyGrad((x) => T.mul(T.tile(x, 2), T.arange(4)), [[1, 2]]);
  });
});

describe("toOneHot", () => {
  it("gives a row per class number", () => {
    expect(valueOf(T.toOneHot(T.constant([2, 0], "int32"), 3))).toEqual([
      [0, 0, 1],
      [1, 0, 0],
    ]);
    expect(T.toOneHot(T.ivector(), 3).dtype).toBe("float64");
    expect(T.toOneHot(T.ivector(), 3, { dtype: "int8" }).dtype).toBe("int8");
    expect(valueOf(T.toOneHot(T.constant([3, -1], "int8"), 2))).toEqual([
      [0, 0],
      [0, 0],
    ]);
    expect(valueOf(T.toOneHot(T.constant([1], "uint8"), n), nIs(2))).toEqual([[0, 1]]);
    expect(arrayOf(T.toOneHot(T.constant(fromFlat([], [0], "int32")), 3)).shape).toEqual([0, 3]);
  });

  it("refuses what is no vector of integers", () => {
    expectError(() => T.toOneHot(T.dvector(), 3), DtypeError, /float64/);
    expectError(() => T.toOneHot(T.imatrix(), 3), RankError, /2/);
    expectError(() => T.toOneHot(T.ivector(), -1), ValueError, /-1/);
  });
});

describe("programs agree", () => {
  it("where sizes are symbolic", () => {
    const x = T.dmatrix("x");
    const results = [
      T.roll(x, n, { axis: 0 }),
      T.repeat(x, n, { axis: 1 }),
      T.tile(x, [n, 2]),
      T.diff(x, { axis: 1, n: 2 }),
      T.toOneHot(T.arange(n), n),
      T.cumsum(T.repeat(x, n)),
    ];
    const args = [
      [M, 2],
      [M, 0],
      [[[1]], 3],
    ] as const;
    agree(
      "extra",
      [x, n],
      results,
      args.map(([v, k]) => [array(v as number[][], "float64"), k]),
    );
  });
});
