import { describe, expect, it } from "vitest";
import { array, fromFlat } from "../../src/array/index.ts";
import { ArgumentError, AxisError, RankError, ShapeMismatchError, ValueError } from "../../src/errors.ts";
import * as theano from "../../src/index.ts";
import { tensor as T } from "../../src/index.ts";
import { verifyGrad } from "../../src/verifyGrad.ts";
import { arrayOf, expectError, valueOf } from "./values.ts";

const M = [
  [1, 2, 3],
  [4, 5, 6],
];
const m = T.constant(M, "float64");

describe("join", () => {
  it("puts tensors one after the other along an axis", () => {
    expect(valueOf(T.join(0, m, [[7, 8, 9]]))).toEqual([
      [1, 2, 3],
      [4, 5, 6],
      [7, 8, 9],
    ]);
    expect(valueOf(T.join(1, m, [[7], [8]]))).toEqual([
      [1, 2, 3, 7],
      [4, 5, 6, 8],
    ]);
    expect(valueOf(T.join(-1, m.T, m.T))).toEqual([
      [1, 4, 1, 4],
      [2, 5, 2, 5],
      [3, 6, 3, 6],
    ]);
    expect(valueOf(T.concatenate([T.constant([1]), T.constant([2, 3]), T.constant([4])]))).toEqual([1, 2, 3, 4]);
    expect(valueOf(T.concatenate([m, m], { axis: 1 }))).toEqual([
      [1, 2, 3, 1, 2, 3],
      [4, 5, 6, 4, 5, 6],
    ]);
    expect(valueOf(T.horizontalStack(T.constant([1]), T.constant([2])))).toEqual([1, 2]);
    expect(valueOf(T.horizontalStack(m, m.at(":", "0:1")))).toEqual([
      [1, 2, 3, 1],
      [4, 5, 6, 4],
    ]);
    expect(valueOf(T.verticalStack(T.constant([1, 2]), T.constant([3, 4])))).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  it("takes the common dtype and known sizes", () => {
    expect(T.join(0, T.bvector(), T.ivector()).dtype).toBe("int32");
    expect(T.join(0, T.ivector(), T.fvector()).dtype).toBe("float64");
    expect(T.join(0, T.constant([1, 2]), T.constant([3])).type.shape).toEqual([3]);
    const x = T.dmatrix("x");
    expect(T.join(0, x, m).type.shape).toEqual([null, 3]);
    expect(T.join(0, x, x).type.shape).toEqual([null, null]);
    expect(valueOf(T.join(0, [true], T.constant([2], "uint8")))).toEqual([1, 2]);
  });

  it("of one, and of nothing", () => {
    expect(valueOf(T.join(0, m))).toEqual(M);
    const none = T.zeros([0, 3]);
    expect(valueOf(T.join(0, none, m, none))).toEqual(M);
    expect(arrayOf(T.join(0, none, none)).shape).toEqual([0, 3]);
    expect(arrayOf(T.join(1, T.zeros([2, 0]), T.zeros([2, 0]))).shape).toEqual([2, 0]);
  });

  it("does not stretch axes of size 1", () => {
    expectError(() => T.join(0, m, [[1]]), ShapeMismatchError, /./);
    const x = T.dmatrix("x");
    const one = array([[1]], "float64");
    expectError(() => valueOf(T.join(0, x, m), [[x, one]]), ShapeMismatchError, /./);
    expectError(() => theano.function([x], T.join(0, x, m))(one), ShapeMismatchError, /./);
  });

  it("refuses what does not fit", () => {
    expectError(() => T.join(0), ArgumentError, /./);
    expectError(() => T.join(0, m, [1, 2, 3]), RankError, /2, 1/);
    expectError(() => T.join(0, 1, 2), RankError, /./);
    expectError(() => T.join(2, m, m), AxisError, /2/);
  });

  it("has gradients", () => {
    verifyGrad((x, y) => T.sqr(T.join(0, x, y, x)), [M, [[1, 2, 3]]]);
    verifyGrad((x, y) => T.sqr(T.join(1, x, y)), [M, [[1], [2]]]);
    verifyGrad((x) => T.sqr(T.join(1, x, T.zeros([2, 0]))), [M]);
  });
});

describe("stack", () => {
  it("makes a new axis", () => {
    expect(valueOf(T.stack([T.constant([1, 2]), T.constant([3, 4])]))).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(valueOf(T.stack([T.constant([1, 2]), T.constant([3, 4])], { axis: 1 }))).toEqual([
      [1, 3],
      [2, 4],
    ]);
    expect(valueOf(T.stack([m, m.add(6)], { axis: -1 }).at(1, 2))).toEqual([6, 12]);
    expect(valueOf(T.stack([1, 2, 3]))).toEqual([1, 2, 3]);
    expect(arrayOf(T.stack([m, m, m])).shape).toEqual([3, 2, 3]);
  });

  it("of scalars", () => {
    const [a, b] = [T.dscalar("a"), T.dscalar("b")];
    const given = [
      [a, array(1.5)],
      [b, array(2.5)],
    ] as const;
    expect(valueOf(T.stack([a, b, a]), given)).toEqual([1.5, 2.5, 1.5]);
    expect(valueOf(T.stack([a, b, 7]), given)).toEqual([1.5, 2.5, 7]);
    expect(
      theano
        .function([a, b], T.stack([a, b, 1, a, b, a]))(1, 2)
        .toList(),
    ).toEqual([1, 2, 1, 1, 2, 1]);
    expect(T.stack([a, b]).type.shape).toEqual([2]);
    verifyGrad((x, y) => T.sqr(T.stack([x, y, x, x, y])), [2, 3]);
  });

  it("of nested lists", () => {
    expect(
      valueOf(
        T.stacklists([
          [1, 2],
          [3, 4],
        ]),
      ),
    ).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(
      arrayOf(
        T.stacklists([
          [m, m],
          [m, m],
        ]),
      ).shape,
    ).toEqual([2, 2, 2, 3]);
    expect(valueOf(T.stacklists(5))).toBe(5);
  });

  it("refuses different ranks and sizes", () => {
    expectError(() => T.stack([]), ArgumentError, /./);
    expectError(() => T.stack([m, 1]), RankError, /2, 0/);
    expectError(() => T.stack([m, m], { axis: 3 }), AxisError, /3/);
    expectError(() => T.stack([m, m.T]), ShapeMismatchError, /./);
  });

  it("has gradients", () => {
    verifyGrad(
      (x, y) => T.sqr(T.stack([x, y], { axis: 1 })),
      [
        [1, 2],
        [3, 4],
      ],
    );
    verifyGrad(
      (x) =>
        T.mul(
          T.stacklists([
            [x.at(0), 2],
            [x.at(1), x.at(0)],
          ]),
          3,
        ),
      [[1, 2]],
    );
  });
});

describe("split", () => {
  it("cuts along an axis", () => {
    expect(T.split(m, [1, 1]).map((v) => valueOf(v))).toEqual([[[1, 2, 3]], [[4, 5, 6]]]);
    expect(T.split(m, [2, 1], { axis: 1 }).map((v) => valueOf(v))).toEqual([
      [
        [1, 2],
        [4, 5],
      ],
      [[3], [6]],
    ]);
    expect(T.split(m, [0, 3, 0], { axis: -1 }).map((v) => arrayOf(v).shape)).toEqual([
      [2, 0],
      [2, 3],
      [2, 0],
    ]);
    expect(T.split(m, [1, 1])[0]!.type.shape).toEqual([1, 3]);
  });

  it("takes symbolic sizes", () => {
    const n = T.lscalar("n");
    const x = T.dvector("x");
    const [a, b] = T.split(x, [n, T.sub(x.shape[0]!, n)]);
    const given = [
      [n, fromFlat([1n], [], "int64")],
      [x, array([1, 2, 3], "float64")],
    ] as const;
    expect([valueOf(a!, given), valueOf(b!, given)]).toEqual([[1], [2, 3]]);
    const sizes = T.lvector("sizes");
    const parts = T.split(x, sizes, { nSplits: 2 });
    const cut = fromFlat([2n, 1n], [2], "int64");
    expect(
      valueOf(parts[1]!, [
        [x, array([1, 2, 3], "float64")],
        [sizes, cut],
      ]),
    ).toEqual([3]);
  });

  it("refuses sizes that do not add up", () => {
    expectError(() => T.split(m, [1, 2]), ShapeMismatchError, /./);
    expectError(() => T.split(m, [-1, 3]), ValueError, /-1/);
    expectError(() => T.split(m, [1, 1], { axis: 2 }), AxisError, /2/);
    expectError(() => T.split(m, [1, 1], { nSplits: 3 }), ValueError, /nSplits is 3/);
    const x = T.dvector("x");
    const [a] = T.split(x, [1, 1]);
    const three = array([1, 2, 3], "float64");
    expectError(() => valueOf(a!, [[x, three]]), ShapeMismatchError, /./);
    expectError(() => theano.function([x], a!)(three), ShapeMismatchError, /./);
  });

  it("has gradients, also where only one part is used", () => {
    verifyGrad((x) => T.mul(...(T.split(x, [1, 1]) as [never, never])), [M]);
    verifyGrad((x) => T.sqr(T.split(x, [2, 1], { axis: 1 })[0]!), [M]);
  });

  it("is undone by join", () => {
    const x = T.dmatrix("x");
    const back = T.join(1, ...T.split(x, [1, 0, 2], { axis: 1 }));
    expect(theano.function([x], back)(M).toList()).toEqual(M);
  });
});
