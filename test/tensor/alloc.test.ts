import { describe, expect, it } from "vitest";
import { array, fromFlat } from "../../src/array/index.ts";
import { config } from "../../src/config/config.ts";
import { DtypeError, RankError, ShapeMismatchError, ValueError } from "../../src/errors.ts";
import * as theano from "../../src/index.ts";
import { tensor as T } from "../../src/index.ts";
import type { NdArray } from "../../src/array/ndArray.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";
import { verifyGrad } from "../../src/verifyGrad.ts";
import { agree } from "../conformance/driver.ts";
import { arrayOf, expectError, valueOf } from "./values.ts";

const M = [
  [1, 2, 3],
  [4, 5, 6],
];
const m = T.constant(M, "float64");
const n = T.iscalar("n");
const nIs = (k: number): [[TensorVariable, NdArray]] => [[n, fromFlat([k], [], "int32")]];

describe("alloc", () => {
  it("repeats a value, aligned at the right", () => {
    expect(valueOf(T.alloc(7, 2, 3))).toEqual([
      [7, 7, 7],
      [7, 7, 7],
    ]);
    expect(valueOf(T.alloc(T.constant([1, 2]), 3, 2))).toEqual([
      [1, 2],
      [1, 2],
      [1, 2],
    ]);
    expect(valueOf(T.alloc(T.constant([[1], [2]]), [2, 2]))).toEqual([
      [1, 1],
      [2, 2],
    ]);
    expect(valueOf(T.broadcastTo(T.constant([5]), [0]))).toEqual([]);
    expect(valueOf(T.alloc(true, n), nIs(2))).toEqual([true, true]);
    expect(T.alloc(T.constant([1, 2]), n, 2).type.shape).toEqual([null, 2]);
    expect(T.alloc(m, 2, 3)).toBe(m);
  });

  it("refuses values that do not fit, and negative sizes", () => {
    expectError(() => T.alloc(m, 3), RankError, /rank 2/);
    expectError(() => T.alloc(m, 2, 4), ShapeMismatchError, /size 3.*size 4/s);
    expectError(() => T.alloc(0, -1), ValueError, /-1/);
    expectError(() => T.alloc(0, 1.5), ValueError, /1\.5/);
    expectError(() => T.alloc(0, T.dscalar()), ValueError, /integer scalar/);
    expectError(() => valueOf(T.zeros([n, 2]), nIs(-1)), ValueError, /negative/);
    expectError(() => theano.function([n], T.zeros([n, 2]))(-1), ValueError, /negative/);
    const x = T.dvector("x");
    const one = array([1], "float64");
    // Only axes whose type says 1 are repeated.
    expectError(() => valueOf(T.alloc(x, 3), [[x, one]]), ShapeMismatchError, /addBroadcast/);
    expectError(() => theano.function([x], T.alloc(x, 3))(one), ShapeMismatchError, /alloc/);
  });

  it("has the gradient of a sum", () => {
    verifyGrad((x) => T.sqr(T.alloc(x, 2, 3)), [[1, 2, 3]]);
    verifyGrad((x) => T.mul(T.alloc(x, 2, 3), m), [2]);
    verifyGrad((x) => T.mul(T.alloc(x, 2, 3), m), [[[1], [2]]]);
  });

  it("full, zeros, ones and their likes", () => {
    expect(valueOf(T.full([2], 1.5))).toEqual([1.5, 1.5]);
    expect(T.full([2], 1, "int8").dtype).toBe("int8");
    expect(valueOf(T.zeros([2, 0]))).toEqual([[], []]);
    expect(valueOf(T.ones(3))).toEqual([1, 1, 1]);
    expect(T.zeros([2]).dtype).toBe(config.floatX);
    expect(T.ones([2], { dtype: "bool" }).dtype).toBe("bool");
    expect(valueOf(T.zeros([]))).toBe(0);
    expect(valueOf(T.zerosLike(m))).toEqual([
      [0, 0, 0],
      [0, 0, 0],
    ]);
    expect(T.onesLike(m, { dtype: "int16" }).dtype).toBe("int16");
    expect(valueOf(T.fullLike(m.at(0), 9))).toEqual([9, 9, 9]);
    for (const dtype of ["bool", "int8", "uint64", "float16", "complex64"] as const) {
      const x = T.tensor({ dtype, shape: [null] });
      expect([x.zerosLike(), x.onesLike(), T.zerosLike(x), T.onesLike(x)].map((v) => v.dtype)).toEqual(
        new Array(4).fill(dtype),
      );
    }
    expect(valueOf(m.at(0).zerosLike())).toEqual([0, 0, 0]);
    expect(valueOf(m.at(0).onesLike())).toEqual([1, 1, 1]);
  });
});

describe("arange", () => {
  it("counts", () => {
    expect(valueOf(T.arange(4))).toEqual([0, 1, 2, 3]);
    expect(valueOf(T.arange(2, 5))).toEqual([2, 3, 4]);
    expect(valueOf(T.arange(5, 0, -2))).toEqual([5, 3, 1]);
    expect(valueOf(T.arange(0, 7, 3))).toEqual([0, 3, 6]);
    expect(valueOf(T.arange(3, 3))).toEqual([]);
    expect(valueOf(T.arange(3, 0))).toEqual([]);
    expect(valueOf(T.arange(0, 1, 0.25))).toEqual([0, 0.25, 0.5, 0.75]);
    expect(valueOf(T.arange(1, 0, -0.5))).toEqual([1, 0.5]);
    expect(T.arange(3).type.shape).toEqual([3]);
  });

  it("up to a symbolic end", () => {
    expect(valueOf(T.arange(n), nIs(3))).toEqual([0, 1, 2]);
    expect(valueOf(T.arange(n), nIs(-3))).toEqual([]);
    expect(valueOf(T.arange(1, n, 2), nIs(6))).toEqual([1, 3, 5]);
    expect(valueOf(T.arange(n, 0, -2), nIs(5))).toEqual([5, 3, 1]);
    expect(valueOf(T.arange(0, 10, n), nIs(4))).toEqual([0, 4, 8]);
    expect(valueOf(T.arange(10, 0, n), nIs(-4))).toEqual([10, 6, 2]);
    const x = T.dscalar("x");
    expect(valueOf(T.arange(x), [[x, array(2.5)]])).toEqual([0, 1, 2]);
  });

  it("has the dtype of its ends, int64 for whole numbers", () => {
    expect(T.arange(3).dtype).toBe("int64");
    expect(T.arange(n).dtype).toBe("int64");
    expect(T.arange(T.fscalar()).dtype).toBe("float32");
    expect(T.arange(1, T.fscalar(), 0.5).dtype).toBe("float32");
    expect(T.arange(n, T.dscalar()).dtype).toBe("float64");
    expect(T.arange(3, undefined, undefined, "int8").dtype).toBe("int8");
    expect(valueOf(T.arange(250, 260, 1, "uint16"))).toEqual([250, 251, 252, 253, 254, 255, 256, 257, 258, 259]);
  });

  it("refuses a step of 0 and what is no real scalar", () => {
    expectError(() => T.arange(0, 3, 0), ValueError, /step/);
    expectError(() => valueOf(T.arange(0, 3, n), nIs(0)), ValueError, /step/);
    expectError(() => theano.function([n], T.arange(0, 3, n))(0), ValueError, /step/);
    expectError(() => T.arange(T.dvector()), ValueError, /real scalars/);
    expectError(() => T.arange(T.zscalar()), ValueError, /real scalars/);
    expectError(() => T.arange(3, null, 1, "bool"), DtypeError, /bool/);
  });

  it("has the gradient of start + i * step", () => {
    verifyGrad((a) => T.sqr(T.arange(a, 4.25, 0.5)), [1.1]);
    verifyGrad((s) => T.sqr(T.arange(0, 3.05, s)), [0.7]);
  });

  it("agrees on all linkers", () => {
    const [a, b, c] = [T.fscalar(), T.fscalar(), T.fscalar()];
    agree(
      "arange",
      [a, b, c],
      [T.arange(a, b, c), T.arange(b, a, T.neg(c))],
      [
        [0.5, 7, 0.3],
        [-2, -9, 1],
        [1, 5, -1],
      ],
      { ulp: 2 },
    );
    agree(
      "arange",
      [n],
      [T.arange(1, n, 3), T.arange(n, -5, -4), T.arange(n, undefined, undefined, "float16")],
      [[0], [9], [40]],
    );
  });
});

describe("eye and triangles", () => {
  it("put ones on a diagonal", () => {
    expect(valueOf(T.eye(2))).toEqual([
      [1, 0],
      [0, 1],
    ]);
    expect(valueOf(T.eye(2, 3, 1))).toEqual([
      [0, 1, 0],
      [0, 0, 1],
    ]);
    expect(valueOf(T.eye(3, 2, -1))).toEqual([
      [0, 0],
      [1, 0],
      [0, 1],
    ]);
    expect(valueOf(T.eye(2, 2, 5))).toEqual([
      [0, 0],
      [0, 0],
    ]);
    expect(arrayOf(T.eye(0, 3)).shape).toEqual([0, 3]);
    expect(valueOf(T.eye(n, 2, n, "int8"), nIs(1))).toEqual([[0, 1]]);
    expect(T.eye(2).dtype).toBe(config.floatX);
    expect(valueOf(T.identityLike(m))).toEqual([
      [1, 0, 0],
      [0, 1, 0],
    ]);
    expectError(() => T.identityLike(T.dvector()), RankError, /matrix/);
    expectError(() => T.eye(-1), ValueError, /-1/);
  });

  it("tri, tril and triu", () => {
    expect(valueOf(T.tri(2, 3))).toEqual([
      [1, 0, 0],
      [1, 1, 0],
    ]);
    expect(valueOf(T.tri(2, 3, 1, "int8"))).toEqual([
      [1, 1, 0],
      [1, 1, 1],
    ]);
    expect(valueOf(T.tri(3, 2, -1))).toEqual([
      [0, 0],
      [1, 0],
      [1, 1],
    ]);
    expect(valueOf(T.tril(m))).toEqual([
      [1, 0, 0],
      [4, 5, 0],
    ]);
    expect(valueOf(T.tril(m, -1))).toEqual([
      [0, 0, 0],
      [4, 0, 0],
    ]);
    expect(valueOf(T.triu(m, 1))).toEqual([
      [0, 2, 3],
      [0, 0, 6],
    ]);
    expect(valueOf(T.triu(T.stack([m, m])).at(1))).toEqual([
      [1, 2, 3],
      [0, 5, 6],
    ]);
    expect(T.triu(T.constant([[true]])).dtype).toBe("bool");
    expectError(() => T.tril(T.dvector()), RankError, /two axes/);
    verifyGrad((x) => T.sqr(T.tril(x)), [M]);
    verifyGrad((x) => T.sqr(T.triu(x, -1)), [M]);
  });
});
