import { describe, expect, it } from "vitest";
import { array, fromFlat, toNumbers } from "../../src/array/index.ts";
import type { NdArray } from "../../src/array/ndArray.ts";
import { DtypeError, IndexError, RankError, ShapeMismatchError } from "../../src/errors.ts";
import * as theano from "../../src/index.ts";
import { tensor as T } from "../../src/index.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";
import { verifyGrad } from "../../src/verifyGrad.ts";
import { agree } from "../conformance/driver.ts";
import { arrayOf, expectError, valueOf } from "./values.ts";

const { nnet } = T;
const X = [-1000, -2, -0.5, 0, 0.5, 2, 1000];
const x = T.constant(X);
const numbers = (v: TensorVariable, given: readonly (readonly [TensorVariable, NdArray])[] = []): number[] => [
  ...toNumbers(arrayOf(v, given)),
];

function expectClose(v: TensorVariable, wanted: readonly number[]): void {
  const got = numbers(v);
  expect(got.length).toBe(wanted.length);
  for (const [i, w] of wanted.entries()) {
    if (Number.isFinite(w)) expect(Math.abs(got[i]! - w)).toBeLessThanOrEqual(4e-16 * Math.abs(w));
    else expect(got[i]).toBe(w);
  }
}

describe("activations", () => {
  it("relu", () => {
    expect(valueOf(nnet.relu(x))).toEqual([0, 0, 0, 0, 0.5, 2, 1000]);
    expect(valueOf(nnet.relu(x, { alpha: 0.5 }))).toEqual([-500, -1, -0.25, 0, 0.5, 2, 1000]);
    expect(valueOf(nnet.relu(T.constant([-1, 2]), T.constant([0.1, 0.1])))).toEqual([-0.1, 2]);
    expect(valueOf(nnet.relu(T.constant([NaN, -Infinity, Infinity])))).toEqual([NaN, 0, Infinity]);
    expect(valueOf(nnet.relu(T.constant([-3, 3], "int8")))).toEqual([0, 3]);
    verifyGrad((v) => nnet.relu(v, { alpha: 0.1 }), [[-1, 2, 0.5]]);
  });

  it("swish", () => {
    expectClose(
      nnet.swish(T.constant([-1000, -2, 0, 2])),
      [-1000, -2, 0, 2].map((v) => (v === -1000 ? -0 : v / (1 + Math.exp(-v)))),
    );
    expect(nnet.silu).toBe(nnet.swish);
    expect(nnet.swish(T.ivector()).dtype).toBe("float64");
  });

  it("the gradient of relu at 0 is alpha", () => {
    const v = T.dvector("v");
    const zero = array([0], "float64");
    expect(valueOf(theano.grad(T.sum(nnet.relu(v)), v), [[v, zero]])).toEqual([0]);
    expect(valueOf(theano.grad(T.sum(nnet.relu(v, 0.25)), v), [[v, zero]])).toEqual([0.25]);
  });

  it("elu and selu", () => {
    expectClose(nnet.elu(x), [-1, Math.expm1(-2), Math.expm1(-0.5), 0, 0.5, 2, 1000]);
    expectClose(nnet.elu(x, { alpha: 2 }), [-2, 2 * Math.expm1(-2), 2 * Math.expm1(-0.5), 0, 0.5, 2, 1000]);
    expectClose(nnet.selu(T.constant([-1000, 1])), [-1.0507009873554805 * 1.6732632423543772, 1.0507009873554805]);
    verifyGrad((v) => nnet.elu(v, { alpha: 1.5 }), [[-1, 2, 0.5]]);
    verifyGrad((v) => nnet.selu(v), [[-1, 2, 0.5]]);
  });

  it("the gradient of elu stays finite where exp does not", () => {
    const v = T.dvector("v");
    const g = theano.grad(T.sum(nnet.elu(v)), v);
    expect(valueOf(g, [[v, array([1000, -1000], "float64")]])).toEqual([1, 0]);
  });

  it("sigmoid, softplus, hardSigmoid and softsign", () => {
    expectClose(
      nnet.sigmoid(x),
      X.map((v) => (v < 0 ? Math.exp(v) / (1 + Math.exp(v)) : 1 / (1 + Math.exp(-v)))),
    );
    expectClose(nnet.softplus(T.constant([-2, 0, 1000])), [Math.log1p(Math.exp(-2)), Math.LN2, 1000]);
    expectClose(nnet.hardSigmoid(x), [0, 0.2 * -2 + 0.5, 0.4, 0.5, 0.6, 0.9, 1]);
    expectClose(
      nnet.softsign(x),
      X.map((v) => v / (1 + Math.abs(v))),
    );
    for (const f of [nnet.sigmoid, nnet.softplus, nnet.softsign, nnet.hardSigmoid]) {
      verifyGrad((v) => f(v), [[-1, 2, 0.4]]);
      expect(f(T.fvector()).dtype).toBe("float32");
    }
  });
});

const M = [
  [1, 2, 3],
  [0.5, -1, 4],
];
const m = T.constant(M);
const softmaxOf = (row: readonly number[]): number[] => {
  const top = Math.max(...row);
  const e = row.map((v) => Math.exp(v - top));
  const total = e.reduce((a, b) => a + b, 0);
  return e.map((v) => v / total);
};

describe("softmax and its logarithm", () => {
  it("along the last axis, or another", () => {
    expectClose(nnet.softmax(m), M.flatMap(softmaxOf));
    const columns = [0, 1, 2].map((j) => softmaxOf([M[0]![j]!, M[1]![j]!]));
    expectClose(
      nnet.softmax(m, { axis: 0 }),
      [0, 1].flatMap((i) => columns.map((c) => c[i]!)),
    );
    expectClose(T.exp(nnet.logsoftmax(m)), numbers(nnet.softmax(m)));
    expectClose(nnet.softmax(T.constant([1, 1])), [0.5, 0.5]);
  });

  it("do not overflow", () => {
    expect(numbers(nnet.softmax(T.constant([[1000, 0]])))).toEqual([1, 0]);
    expect(numbers(nnet.logsoftmax(T.constant([[1000, 0]])))).toEqual([0, -1000]);
    expect(numbers(nnet.softmax(T.constant([[-Infinity, 0]])))).toEqual([0, 1]);
    expect(numbers(nnet.logsoftmax(T.constant([[-Infinity, 0]])))).toEqual([-Infinity, 0]);
    expect(numbers(nnet.softmax(T.constant([[NaN, 0]])))).toEqual([NaN, NaN]);
  });

  it("of nothing, and of scalars", () => {
    expect(arrayOf(nnet.softmax(T.zeros([0, 3]))).shape).toEqual([0, 3]);
    expectError(() => nnet.softmax(T.dscalar()), RankError, /./);
  });

  it("have gradients, to second order", () => {
    const weights = T.constant([
      [1, 2, 4],
      [3, -1, 1],
    ]);
    for (const f of [nnet.softmax, nnet.logsoftmax]) {
      verifyGrad((v) => T.mul(f(v), weights), [M]);
      verifyGrad((v) => T.mul(f(v, { axis: 0 }), weights), [M]);
      verifyGrad((v) => theano.grad(T.sum(T.mul(f(v), weights)), v), [M]);
    }
  });
});

describe("losses", () => {
  const P = [
    [0.5, 0.25, 0.25],
    [0.125, 0.125, 0.75],
  ];
  const p = T.constant(P);
  const y = T.ivector("y");
  const classes = (...list: number[]): [[TensorVariable, NdArray]] => [[y, fromFlat(list, [list.length], "int32")]];

  it("binaryCrossentropy", () => {
    const q = T.constant([0.25, 0.75]);
    expectClose(nnet.binaryCrossentropy(q, T.constant([0, 1])), [-Math.log(0.75), -Math.log(0.75)]);
    expectClose(nnet.sigmoidBinaryCrossentropy(T.constant([1000, -1000, 0]), T.constant([1, 0, 1])), [0, 0, Math.LN2]);
    expectClose(nnet.sigmoidBinaryCrossentropy(T.constant([1000]), T.constant([0])), [1000]);
    verifyGrad((v) => nnet.binaryCrossentropy(v, [0, 1]), [[0.25, 0.75]]);
    verifyGrad((v) => nnet.sigmoidBinaryCrossentropy(v, [0, 1]), [[0.25, 0.75]]);
  });

  it("categoricalCrossentropy of class numbers and of probabilities", () => {
    const wanted = [-Math.log(0.25), -Math.log(0.75)];
    expect(numbers(nnet.categoricalCrossentropy(p, y), classes(1, 2))).toEqual(wanted);
    expect(numbers(nnet.crossentropyCategorical1hot(p, y), classes(1, -1))).toEqual(wanted);
    expectClose(
      nnet.categoricalCrossentropy(
        p,
        T.constant([
          [0, 1, 0],
          [0, 0, 1],
        ]),
      ),
      wanted,
    );
    expectClose(
      nnet.categoricalCrossentropy(
        p,
        T.constant([
          [0.5, 0.5, 0],
          [0, 0, 1],
        ]),
      ),
      [-0.5 * Math.log(0.5) - 0.5 * Math.log(0.25), wanted[1]!],
    );
    verifyGrad((v) => nnet.categoricalCrossentropy(v, T.constant([1, 2], "int32")), [P]);
    verifyGrad((v) => nnet.categoricalCrossentropy(v, P), [P]);
  });

  it("crossentropySoftmax1hot", () => {
    const wanted = M.map((row, i) => -Math.log(softmaxOf(row)[i]!));
    const got = numbers(nnet.crossentropySoftmax1hot(m, y), classes(0, 1));
    for (const [i, w] of wanted.entries()) expect(got[i]).toBeCloseTo(w, 14);
    verifyGrad((v) => nnet.crossentropySoftmax1hot(v, T.constant([0, 1], "int32")), [M]);
    const far = T.constant([[0, 1000]]);
    expect(numbers(nnet.crossentropySoftmax1hot(far, T.constant([0], "int8")))).toEqual([1000]);
  });

  it("with a bias, and what is computed on the way", () => {
    const bias = T.constant([0.5, -0.25, 1]);
    const rows = M.map((row) => row.map((v, j) => v + [0.5, -0.25, 1][j]!));
    const target = T.constant([1, 0], "int8");
    const wanted = rows.map((row, i) => -Math.log(softmaxOf(row)[1 - i]!));
    expectClose(nnet.softmaxWithBias(m, bias), rows.flatMap(softmaxOf));
    expectClose(nnet.softmaxGraph(m), M.flatMap(softmaxOf));
    const close = (v: TensorVariable): void => {
      for (const [i, got] of numbers(v).entries()) expect(got).toBeCloseTo(wanted[i]!, 14);
    };
    close(nnet.crossentropySoftmax1hotWithBias(m, bias, target));
    const [loss, softmax, best] = nnet.crossentropySoftmaxArgmax1hotWithBias(m, bias, target);
    close(loss);
    expectClose(softmax, rows.flatMap(softmaxOf));
    expect(valueOf(best)).toEqual([2, 2]);
    for (const list of [
      nnet.crossentropySoftmaxMaxAndArgmax1hotWithBias(m, bias, target),
      nnet.crossentropySoftmaxMaxAndArgmax1hot(m.add(bias), target),
    ]) {
      close(list[0]);
      expectClose(list[1], rows.flatMap(softmaxOf));
      expectClose(
        list[2],
        rows.map((row) => Math.max(...softmaxOf(row))),
      );
      expect(valueOf(list[3])).toEqual([2, 2]);
    }
    expectError(() => nnet.softmaxGraph(T.dscalar()), RankError, /rank 1/);
  });

  it("refuse classes that are not there, and rows without a class", () => {
    const loss = nnet.categoricalCrossentropy(p, y);
    expectError(() => valueOf(loss, classes(0, 3)), IndexError, /3/);
    expectError(() => theano.function([y], loss)([0, 3]), IndexError, /out of bounds/);
    expectError(() => valueOf(loss, classes(0)), ShapeMismatchError, /size 1, but 2/);
    const rows = T.dmatrix("rows");
    const open = theano.function([rows, y], nnet.crossentropySoftmax1hot(rows, y));
    expectError(() => open(P, [0]), ShapeMismatchError, /./);
    expectError(() => open(P, [0, 1, 2]), ShapeMismatchError, /./);
    const g = theano.grad(nnet.crossentropySoftmax1hot(rows, y).mean(), rows);
    expectError(() => theano.function([rows, y], g)(P, [0]), ShapeMismatchError, /./);
    expectError(() => nnet.categoricalCrossentropy(p, T.dvector()), DtypeError, /integers/);
    expectError(() => nnet.categoricalCrossentropy(p, T.iscalar()), RankError, /rank 2/);
    expectError(() => nnet.crossentropyCategorical1hot(p, T.imatrix()), RankError, /rank 2/);
  });

  it("agree on all linkers", () => {
    const [rows, targets] = [T.dmatrix("rows"), T.dmatrix("targets")];
    const results = [
      nnet.crossentropySoftmax1hot(rows, y),
      nnet.categoricalCrossentropy(nnet.softmax(rows), targets),
      nnet.sigmoidBinaryCrossentropy(rows, targets),
      theano.grad(nnet.crossentropySoftmax1hot(rows, y).mean(), rows),
    ];
    const args = [array(M, "float64"), array(P, "float64"), fromFlat([2, 0], [2], "int32")];
    agree("losses", [rows, targets, y], results, [args], { rel: 1e-14, abs: 1e-15 }, false);
  });
});
