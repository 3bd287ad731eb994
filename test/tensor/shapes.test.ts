import { describe, expect, it } from "vitest";
import { array, fromFlat } from "../../src/array/index.ts";
import { AxisError, BroadcastError, RankError, ShapeMismatchError, ValueError } from "../../src/errors.ts";
import * as theano from "../../src/index.ts";
import { tensor as T } from "../../src/index.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";
import { verifyGrad } from "../../src/verifyGrad.ts";
import { arrayOf, expectError, valueOf } from "./values.ts";

const M = [
  [1, 2, 3],
  [4, 5, 6],
];
const m = T.constant(M, "float64");
/** 0 .. 23 as 2 x 3 x 4. */
const cube = T.arange(24).reshape([2, 3, 4]);
const fixed = (...shape: (number | null)[]): TensorVariable => T.tensor({ dtype: "float64", shape });
const shapeOf = (v: TensorVariable): number[] => [...arrayOf(v).shape];

describe("dimshuffle and transpose", () => {
  it("permute axes", () => {
    expect(valueOf(m.T)).toEqual([
      [1, 4],
      [2, 5],
      [3, 6],
    ]);
    expect(valueOf(T.transpose(m))).toEqual([
      [1, 4],
      [2, 5],
      [3, 6],
    ]);
    expect(shapeOf(cube.T)).toEqual([4, 3, 2]);
    expect(valueOf(cube.transpose([1, 2, 0]).at(2, 3))).toEqual([11, 23]);
    expect(shapeOf(cube.transpose([-1, 0, 1]))).toEqual([4, 2, 3]);
    expect(valueOf(m.dimshuffle(1, 0))).toEqual(valueOf(m.T));
    expect(valueOf(T.dimshuffle(m, [1, 0]))).toEqual(valueOf(m.T));
  });

  it("add and drop axes of size 1", () => {
    expect(valueOf(T.constant([1, 2]).dimshuffle("x", 0, "x"))).toEqual([[[1], [2]]]);
    expect(valueOf(T.constant(3).dimshuffle("x", "x"))).toEqual([[3]]);
    expect(valueOf(T.constant([[7]]).dimshuffle())).toBe(7);
    expect(m.dimshuffle("x", 1, 0).broadcastable).toEqual([true, false, false]);
    expect(m.dimshuffle(0, 1)).toBe(m);
  });

  it("keep what the type knows of sizes", () => {
    expect(fixed(2, null, 1).dimshuffle(1, "x", 0).type.shape).toEqual([null, 1, 2]);
    expect(fixed(2, 3).T.type.shape).toEqual([3, 2]);
  });

  it("of nothing", () => {
    expect(shapeOf(T.zeros([0, 3]).T)).toEqual([3, 0]);
    expect(shapeOf(T.constant(5).T)).toEqual([]);
  });

  it("refuse patterns that do not fit", () => {
    expectError(() => m.dimshuffle(0), BroadcastError, /axis 1 cannot be dropped/);
    expectError(() => m.dimshuffle(0, 0, 1), AxisError, /./);
    // @ts-expect-error: no such axis
    expectError(() => m.dimshuffle(0, 2), AxisError, /2/);
    expectError(() => m.dimshuffle(0, "y" as "x", 1), AxisError, /y/);
    expectError(() => T.transpose(m, [0]), RankError, /1 axes/);
    expectError(() => T.transpose(m, [0, 0]), AxisError, /./);
  });

  it("have gradients", () => {
    verifyGrad((x) => T.sqr(x.dimshuffle(1, "x", 0)), [M]);
    verifyGrad((x) => T.sqr(x.dimshuffle(1)), [[[1, 2, 3]]]);
    verifyGrad((x) => T.mul(x.T, x.T), [M]);
  });
});

describe("axes moved, added and removed by name", () => {
  it("swapaxes and moveaxis", () => {
    expect(shapeOf(T.swapaxes(cube, 0, -1))).toEqual([4, 3, 2]);
    expect(shapeOf(T.moveaxis(cube, 0, -1))).toEqual([3, 4, 2]);
    expect(shapeOf(T.moveaxis(cube, [0, 1], [-1, 0]))).toEqual([3, 4, 2]);
    expect(valueOf(T.moveaxis(cube, 2, 0).at(1))).toEqual([
      [1, 5, 9],
      [13, 17, 21],
    ]);
    // @ts-expect-error: no such axis
    expectError(() => T.swapaxes(cube, 0, 3), AxisError, /3/);
    expectError(() => T.moveaxis(cube, [0, 0], [1, 2]), AxisError, /different/);
    expectError(() => T.moveaxis(cube, [0], [1, 2]), AxisError, /as many/);
  });

  it("expandDims, squeeze and padding", () => {
    expect(shapeOf(T.expandDims(m, 0))).toEqual([1, 2, 3]);
    expect(shapeOf(T.expandDims(m, -1))).toEqual([2, 3, 1]);
    expect(shapeOf(T.expandDims(m, [0, 2]))).toEqual([1, 2, 1, 3]);
    expect(shapeOf(T.shapePadLeft(m, 2))).toEqual([1, 1, 2, 3]);
    expect(shapeOf(T.shapePadRight(m))).toEqual([2, 3, 1]);
    expect(shapeOf(T.shapePadAxis(m, 1))).toEqual([2, 1, 3]);
    expect(shapeOf(T.squeeze(T.zeros([1, 3, 1])))).toEqual([3]);
    expect(shapeOf(T.squeeze(T.zeros([1, 3, 1]), 0))).toEqual([3, 1]);
    expect(shapeOf(T.zeros([1, 3, 1]).squeeze([0, -1]))).toEqual([3]);
    expectError(() => T.expandDims(m, 4), AxisError, /4/);
    expectError(() => T.expandDims(m, [0, 0]), AxisError, /twice/);
    expectError(() => T.squeeze(T.zeros([2, 1]), 0), ShapeMismatchError, /size 2/);
  });

  it("squeeze checks sizes that only the value tells", () => {
    const x = T.dmatrix("x");
    const y = T.squeeze(x, 0);
    expect(valueOf(y, [[x, array([[1, 2]], "float64")]])).toEqual([1, 2]);
    expectError(() => valueOf(y, [[x, array(M, "float64")]]), ShapeMismatchError, /size 2/);
    expectError(() => theano.function([x], y)(M), ShapeMismatchError, /size 1/);
    verifyGrad((v) => T.sqr(T.squeeze(v, 1)), [[[1], [2]]]);
  });
});

describe("reshape", () => {
  it("keeps the elements in C order", () => {
    expect(valueOf(m.reshape([3, 2]))).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    expect(valueOf(m.T.reshape([6]))).toEqual([1, 4, 2, 5, 3, 6]);
    expect(valueOf(m.at("::-1", "::-1").reshape([-1]))).toEqual([6, 5, 4, 3, 2, 1]);
    expect(valueOf(T.reshape(m, [1, -1, 2]))).toEqual([
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
    ]);
    expect(valueOf(T.constant(5).reshape([1, 1]))).toEqual([[5]]);
    expect(valueOf(T.constant([[5]]).reshape([]))).toBe(5);
  });

  it("takes sizes that are symbolic, or a vector of them", () => {
    const n = T.iscalar("n");
    const given = [[n, fromFlat([2], [], "int32")]] as const;
    expect(shapeOf(m.reshape([m.shape[1]!, m.shape[0]!]))).toEqual([3, 2]);
    expect(valueOf(m.reshape([n, -1]).at(1), given)).toEqual([4, 5, 6]);
    expect(valueOf(m.reshape(T.constant([3, 2], "int8")).at(2))).toEqual([5, 6]);
    const sizes = T.lvector("sizes");
    const three = fromFlat([3n, 2n], [2], "int64");
    expect(valueOf(T.reshape(m, sizes, { ndim: 2 }).at(0), [[sizes, three]])).toEqual([1, 2]);
    expectError(() => T.reshape(m, sizes), ValueError, /known length/);
    expectError(() => T.reshape(m, [2, 3], { ndim: 1 }), RankError, /ndim is 1/);
  });

  it("of nothing", () => {
    expect(shapeOf(T.zeros([0, 3]).reshape([3, 0]))).toEqual([3, 0]);
    expect(shapeOf(T.zeros([0, 3]).reshape([-1]))).toEqual([0]);
    expect(shapeOf(T.zeros([0, 3]).reshape([-1, 3]))).toEqual([0, 3]);
    const x = T.dmatrix("x");
    const empty = fromFlat([], [0, 3], "float64");
    expect(arrayOf(x.reshape([-1, 3]), [[x, empty]]).shape).toEqual([0, 3]);
    expect(theano.function([x], x.reshape([-1, 3]))(empty).shape).toEqual([0, 3]);
  });

  it("refuses to change the number of elements", () => {
    expectError(() => m.reshape([4, 2]), ShapeMismatchError, /6 elements/);
    expectError(() => m.reshape([4, -1]), ShapeMismatchError, /6 elements/);
    expectError(() => m.reshape([-1, -1]), ValueError, /only one size/);
    expectError(() => m.reshape([-2, -3]), ValueError, /-2/);
    expectError(() => m.reshape([1.5, 4]), ValueError, /1\.5/);
    const x = T.dvector("x");
    const five = array([1, 2, 3, 4, 5], "float64");
    expectError(() => valueOf(x.reshape([2, 3]), [[x, five]]), ShapeMismatchError, /5 elements/);
    expectError(() => valueOf(x.reshape([2, -1]), [[x, five]]), ShapeMismatchError, /5 elements/);
    expectError(() => theano.function([x], x.reshape([2, 3]))(five), ShapeMismatchError, /number of elements/);
    expectError(() => theano.function([x], x.reshape([2, -1]))(five), ShapeMismatchError, /number of elements/);
  });

  it("flattens to a vector, or up to an axis", () => {
    expect(valueOf(m.flatten())).toEqual([1, 2, 3, 4, 5, 6]);
    expect(valueOf(T.ravel(m.T))).toEqual([1, 4, 2, 5, 3, 6]);
    expect(shapeOf(cube.flatten(2))).toEqual([2, 12]);
    expect(cube.flatten(3)).toBe(cube);
    expect(valueOf(T.flatten(T.constant(3)))).toEqual([3]);
    expect(T.isFlat(m)).toBe(false);
    expect(T.isFlat(m.flatten())).toBe(true);
    expectError(() => m.flatten(0), ValueError, /1 \.\. 2/);
    expectError(() => m.flatten(3), ValueError, /1 \.\. 2/);
  });

  it("has gradients", () => {
    verifyGrad((x) => T.sqr(x.reshape([3, 2])), [M]);
    verifyGrad((x) => T.sqr(x.T.flatten()), [M]);
  });
});

describe("sizes", () => {
  it("are int64 scalars, constants where the type knows them", () => {
    const x = fixed(2, null);
    expect(x.shape.map((n) => n.dtype)).toEqual(["int64", "int64"]);
    expect(valueOf(x.shape[0]!)).toBe(2);
    const data = fromFlat(new Array(10).fill(0), [2, 5], "float64");
    expect(valueOf(x.shape[1]!, [[x, data]])).toBe(5);
    expect(valueOf(x.size, [[x, data]])).toBe(10);
    expect(T.shape(x)[1]).toBe(T.shape(x)[1]);
  });

  it("specifyShape asserts them", () => {
    const x = T.dmatrix("x");
    const y = T.specifyShape(x, [2, null]);
    expect(y.type.shape).toEqual([2, null]);
    expect(valueOf(y, [[x, array(M, "float64")]])).toEqual(M);
    const wrong = array([[1, 2, 3]], "float64");
    expectError(() => valueOf(y, [[x, wrong]]), ShapeMismatchError, /size 1, but 2/);
    expectError(() => theano.function([x], y)(wrong), ShapeMismatchError, /specifyShape/);
    expectError(() => T.specifyShape(y, [3, null]), ShapeMismatchError, /size 2, not 3/);
    expectError(() => T.specifyShape(x, [3]), ShapeMismatchError, /rank 2/);
    verifyGrad((v) => T.sqr(T.specifyShape(v, [2, 3])), [M]);
  });

  it("addBroadcast, unbroadcast and patternBroadcast", () => {
    const x = T.dmatrix("x");
    const row = T.addBroadcast(x, 0);
    expect(row.broadcastable).toEqual([true, false]);
    expect(valueOf(T.add(row, m), [[x, array([[1, 1, 1]], "float64")]])).toEqual([
      [2, 3, 4],
      [5, 6, 7],
    ]);
    expectError(() => valueOf(row, [[x, array(M, "float64")]]), ShapeMismatchError, /size 2/);
    expectError(() => T.addBroadcast(m, 0), ShapeMismatchError, /size 2/);
    expectError(() => T.addBroadcast(m, 2), AxisError, /2/);
    expect(T.unbroadcast(T.drow("r"), 0).broadcastable).toEqual([false, false]);
    expect(T.patternBroadcast(x, [true, false]).broadcastable).toEqual([true, false]);
    expectError(() => T.patternBroadcast(x, [true]), AxisError, /rank 2/);
    verifyGrad((v) => T.mul(T.unbroadcast(v, 0), T.unbroadcast(v, 0)), [[[1, 2]]]);
  });
});
