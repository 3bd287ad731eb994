/** Functions made of other functions: their values, and the gradients that follow. */
import { describe, expect, it } from "vitest";
import * as theano from "../../src/index.ts";
import { tensor as T } from "../../src/index.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";

const v = T.dvector("v");
const w = T.dvector("w");
const i = T.lvector("i");
const m = T.dmatrix("m");
const values: [TensorVariable, number[] | number[][]][] = [
  [v, [1, 2, 3]],
  [w, [4, 5, 6]],
  [i, [0, 1, 0]],
  [
    m,
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
  ],
];
const listOf = (x: TensorVariable): unknown => x.eval(values).toList();
const gradient = (x: TensorVariable, of: TensorVariable): unknown => listOf(theano.grad(x.sum(), of));

describe("diagonals", () => {
  it("adds up and fills", () => {
    expect(listOf(m.trace())).toBe(6);
    expect(listOf(T.trace(m, 1))).toBe(8);
    expect(gradient(m.trace(), m)).toEqual([
      [1, 0, 0],
      [0, 1, 0],
    ]);
    expect(listOf(T.fillDiagonal(m, 9))).toEqual([
      [9, 2, 3],
      [4, 9, 6],
    ]);
    expect(listOf(T.fillDiagonal(m.T, 9))).toEqual([
      [9, 4],
      [2, 9],
      [3, 6],
    ]);
    expect(gradient(T.fillDiagonal(m, v.at(0)), v)).toEqual([2, 0, 0]);
    expect(gradient(T.fillDiagonal(m, 9), m)).toEqual([
      [0, 1, 1],
      [1, 0, 1],
    ]);
    expect(listOf(T.fillDiagonalOffset(m, 9, 1))).toEqual([
      [1, 9, 3],
      [4, 5, 9],
    ]);
    expect(listOf(T.fillDiagonalOffset(m, 9, -1))).toEqual([
      [1, 2, 3],
      [9, 5, 6],
    ]);
    expect(listOf(T.fillDiagonalOffset(m, 9, i.at(1).add(1)))).toEqual([
      [1, 2, 9],
      [4, 5, 6],
    ]);
    expect(listOf(T.fillDiagonalOffset(m, 9, 5))).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(() => T.fillDiagonal(v, 1)).toThrow(theano.RankError);
    expect(() => T.fillDiagonal(T.lmatrix(), 0.5)).toThrow(theano.DtypeError);
  });
});

describe("Theano's small functions", () => {
  it("give constants and values a rank and a name", () => {
    expect(T.constant([1, 2], { ndim: 3, name: "c" }).type.shape).toEqual([1, 1, 2]);
    expect(() => T.constant([[1]], { ndim: 1 })).toThrow(theano.RankError);
    expect(T.asTensorVariable([1, 2], { name: "c", ndim: 2 }).type.shape).toEqual([1, 2]);
    expect(T.asTensorVariable(3, { name: "three" }).name).toBe("three");
    expect(T.asTensorVariable(T.row("r"), { ndim: 1 }).type.shape).toEqual([null]);
    expect(() => T.asTensorVariable(m, { ndim: 1 })).toThrow(theano.RankError);
  });

  it("stand in for what is missing", () => {
    expect(T.default(v, w)).toBe(v);
    expect(T.setdefault(null, w)).toBe(w);
    expect(v.transfer("cpu")).toBe(v);
    expect(String(T.extractConstant(T.constant(3)))).toBe("3");
    expect(T.extractConstant(v)).toBe(v);
    expect(listOf(T.identity(v))).toEqual([1, 2, 3]);
    expect(T.scalarFromTensor(v.sum()).ndim).toBe(0);
  });

  it("keep axes", () => {
    expect(T.makeKeepDims(m, m.sum({ axis: 0 }), 0).type.shape).toEqual([1, null]);
    expect(T.makeKeepDims(m, m.sum(), null).type.shape).toEqual([1, 1]);
    expect(() => T.makeKeepDims(m, v, 2)).toThrow(theano.AxisError);
  });
});

describe("choice", () => {
  it("chooses element by element", () => {
    expect(listOf(i.choose([v, w]))).toEqual([1, 5, 3]);
    expect(listOf(T.choose(i, m))).toEqual([1, 5, 3]);
    expect(listOf(T.choose([-1, 2, 1], [v, w], { mode: "clip" }))).toEqual([1, 5, 6]);
    expect(listOf(T.choose([-1, 2, 1], [v, w], { mode: "wrap" }))).toEqual([4, 2, 6]);
    expect(() => T.choose(i.sub(1), [v, w]).eval(values)).toThrow(theano.IndexError);
    expect(() => T.choose(i.add(1), [v, w]).eval(values)).toThrow(theano.IndexError);
    expect(() => T.choose(v, [v, w])).toThrow(theano.DtypeError);
    expect(gradient(i.choose([v, w]).mul([1, 2, 3]), w)).toEqual([0, 2, 0]);
  });

  it("compresses by a vector of conditions", () => {
    expect(listOf(T.compress([true, false, true], m, { axis: 1 }))).toEqual([
      [1, 3],
      [4, 6],
    ]);
    expect(listOf(i.compress(m))).toEqual([2]);
    expect(() => T.compress(m, v)).toThrow(theano.RankError);
  });

  it("permutes", () => {
    expect(listOf(T.inversePermutation([1, 2, 0]))).toEqual([2, 0, 1]);
    expect(listOf(T.permuteRowElements(m, [2, 0, 1]))).toEqual([
      [3, 1, 2],
      [6, 4, 5],
    ]);
    expect(
      listOf(
        T.permuteRowElements(
          m,
          [
            [2, 0, 1],
            [0, 2, 1],
          ],
          true,
        ),
      ),
    ).toEqual([
      [2, 3, 1],
      [4, 6, 5],
    ]);
  });
});

describe("logarithms", () => {
  it("stays finite", () => {
    const x = T.dvector("x");
    const y = T.dvector("y");
    const f = theano.function([x, y], [T.logaddexp(x, y), ...theano.grad(T.logaddexp(x, y).sum(), [x, y])]);
    const [sum, gx, gy] = f([0, 1000, -1000, 1], [0, 999, -1000, -1000]);
    const ln = Math.log1p(Math.exp(-1));
    expect(sum!.toList()).toEqual([Math.LN2, 1000 + ln, -1000 + Math.LN2, 1]);
    expect(gx!.toList()).toEqual([0.5, expect.closeTo(1 / (1 + Math.exp(-1)), 12), 0.5, 1]);
    expect(gy!.toList()).toEqual([0.5, expect.closeTo(1 / (1 + Math.exp(1)), 12), 0.5, 0]);
    expect(T.logaddexp(-Infinity, -Infinity).eval().item()).toBe(-Infinity);
    expect(T.logaddexp(Infinity, 0, 1).eval().item()).toBe(Infinity);
  });

  it("takes 0 log 0 as 0", () => {
    expect(T.xlogx([0, 1, 2]).eval().toList()).toEqual([0, 0, 2 * Math.LN2]);
    expect(T.xlogy0([0, 2], [0, 2]).eval().toList()).toEqual([0, 2 * Math.LN2]);
  });
});

describe("nearness and grids", () => {
  it("compares", () => {
    expect(T.allclose(v, v.add(1e-9)).eval(values).item()).toBe(true);
    expect(T.allclose(v, w).eval(values).item()).toBe(false);
    expect(T.isclose([1, NaN], [1, NaN], { equalNan: true }).eval().toList()).toEqual([true, true]);
    expect(T.isclose([true, false], [true, true]).eval().toList()).toEqual([true, false]);
    // Differences of unsigned numbers must not wrap.
    const [few, many] = [T.constant([0, 3], "uint8"), T.constant([255, 5], "uint8")];
    expect(T.isclose(few, many, { rtol: 0.1 }).eval().toList()).toEqual([false, false]);
    expect(T.logaddexp(few, many).eval().toList()).toEqual([255, expect.closeTo(5.126928, 5)]);
    expect(T.logaddexp(T.constant([true]), T.constant([true])).dtype).toBe("float32");
    expect(
      T.fillDiagonal(T.constant([[false, false]]), 1)
        .eval()
        .toList(),
    ).toEqual([[true, false]]);
  });

  it("spans grids", () => {
    expect(T.mgrid("0:2", "1:4").map((x) => x.eval().toList())).toEqual([
      [
        [0, 0, 0],
        [1, 1, 1],
      ],
      [
        [1, 2, 3],
        [1, 2, 3],
      ],
    ]);
    expect(T.ogrid("0:2", "0:1:0.5").map((x) => x.eval().toList())).toEqual([[[0], [1]], [[0, 0.5]]]);
    expect(listOf(T.mgrid(T.slice(0, i.at(1)))[0]!)).toEqual([0]);
    expect(() => T.mgrid("3")).toThrow(theano.ArgumentError);
  });
});

describe("what is known when the graph is built", () => {
  it("tells the value of scalars", () => {
    expect(T.constant(3).add(4).getScalarConstantValue().item()).toBe(7);
    expect(T.zerosLike(m).getScalarConstantValue().item()).toBe(0);
    expect(() => v.at(0).getScalarConstantValue()).toThrow(theano.ValueError);
    expect(T.getVectorLength([1, 2, 3])).toBe(3);
    expect(() => T.getVectorLength(v)).toThrow(theano.ValueError);
  });

  it("evaluates", () => {
    expect(
      v
        .add(w)
        .eval(
          new Map([
            [v, [1]],
            [w, [2]],
          ]),
        )
        .toList(),
    ).toEqual([3]);
    expect(() => v.add(w).eval([[v, [1]]])).toThrow(theano.MissingInputError);
    expect(i.divmod(-2).map((x) => listOf(x))).toEqual([
      [0, -1, 0],
      [0, -1, 0],
    ]);
  });
});

describe("names that Theano has in its tensor module", () => {
  it("gradients", () => {
    expect(listOf(T.grad(v.sqr().sum(), v))).toEqual([2, 4, 6]);
    expect(T.jacobian).toBe(theano.jacobian);
    expect(T.hessian).toBe(theano.hessian);
    expect(T.verifyGrad).toBe(theano.gradient.verifyGrad);
    expect(T.expr`logicalAnd(${v}, absolute(${w}))`.dtype).toBe("bool");
  });
});
