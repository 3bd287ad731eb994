/** What `grad`, `jacobian`, `hessian`, `Lop`, `Rop` and their options promise. */
import { describe, expect, it, vi } from "vitest";
import * as theano from "../../src/index.ts";
import { tensor as T } from "../../src/index.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";

const { grad, gradient } = theano;
const x = T.dscalar("x");
const y = T.dscalar("y");
const v = T.tensor({ dtype: "float64", shape: [3], name: "v" });
const w = T.dvector("w");
const m = T.dmatrix("m");
const values: [TensorVariable, number | number[] | number[][]][] = [
  [x, 2],
  [y, 3],
  [v, [1, 2, 3]],
  [w, [1, 10]],
  [
    m,
    [
      [1, 2],
      [3, 4],
    ],
  ],
];
const of = (e: TensorVariable): unknown => e.eval(values).toList();

describe("grad", () => {
  it("gives back the container that it was given", () => {
    const cost = x.mul(y);
    expect(grad(cost, [x, y]).map(of)).toEqual([3, 2]);
    const record = grad(cost, { first: x, second: y });
    expect(Object.keys(record)).toEqual(["first", "second"]);
    expect(of(record.second)).toBe(2);
    const map = grad(cost, new Map([["x", x]]));
    expect(of(map.get("x")!)).toBe(3);
  });

  it("names results", () => {
    const cost = x.mul(y);
    cost.name = "cost";
    expect(grad(cost, x).name).toBe("dcost/dx");
    expect(grad(x.mul(y), x, { addNames: false }).name).toBeUndefined();
  });

  it("refuses what it cannot differentiate", () => {
    expect(() => grad(v, v)).toThrow(theano.RankError);
    expect(() => grad(T.zscalar(), x)).toThrow(theano.DtypeError);
    expect(() => grad(null, x)).toThrow(theano.ArgumentError);
    expect(() => grad(2 as unknown as TensorVariable, x)).toThrow(theano.ArgumentError);
    expect(() => grad(x, undefined as unknown as TensorVariable)).toThrow(theano.ArgumentError);
    expect(() => grad(x, x, { disconnectedInputs: "none" as "raise" })).toThrow(theano.ArgumentError);
  });

  it("takes constants and known gradients", () => {
    const square = x.mul(x);
    expect(of(grad(square.mul(x), x, { considerConstant: [square] }))).toBe(4);
    expect(of(grad(square.mul(x), x, { considerConstant: square }))).toBe(4);
    expect(of(grad(null, x, { knownGrads: new Map([[square, T.constant(3.0)]]) }))).toBe(12);
    expect(of(grad(null, x, { knownGrads: [[square, T.constant(3.0)]] }))).toBe(12);
  });

  it("is zero for integers, and never an integer", () => {
    const i = T.iscalar("i");
    const g = grad(x.mul(i), i);
    expect(g.dtype).toBe("float64");
    expect(g.eval([...values, [i, 2]]).item()).toBe(0);
  });

  it("says what is disconnected", () => {
    expect(() => grad(x, y)).toThrow(theano.DisconnectedInputError);
    expect(of(grad(x, y, { disconnectedInputs: "ignore" }))).toBe(0);
    expect(grad(x, y, { disconnectedInputs: "ignore", returnDisconnected: "None" })).toBeNull();
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    expect(of(grad(x, y, { disconnectedInputs: "warn" }))).toBe(0);
    expect(warn).toHaveBeenCalledOnce();
    warn.mockRestore();
  });
});

describe("identities with other gradients", () => {
  it("stops, scales, clips", () => {
    expect(of(grad(gradient.zeroGrad(x).mul(x), x))).toBe(2);
    expect(of(grad(gradient.considerConstant(x).mul(2), x))).toBe(0);
    expect(of(grad(gradient.disconnectedGrad(x).mul(x), x))).toBe(2);
    expect(() => grad(gradient.disconnectedGrad(x), x)).toThrow(theano.DisconnectedInputError);
    expect(of(grad(gradient.gradClip(x, -1, 1).mul(5), x))).toBe(1);
    expect(of(grad(gradient.gradScale(x, 0.5).mul(5), x))).toBe(2.5);
    expect(of(gradient.gradClip(v, -1, 1))).toEqual([1, 2, 3]);
  });

  it("is undefined", () => {
    const cost = gradient.undefinedGrad(x).mul(2);
    expect(() => grad(cost, x)).toThrow(theano.NullTypeGradError);
    expect(grad(cost, x, { nullGradients: "return" })).toBeNull();
  });
});

describe("Jacobians", () => {
  it("has rows for the elements of a vector", () => {
    expect(of(theano.jacobian(v.pow(2), v))).toEqual([
      [2, 0, 0],
      [0, 4, 0],
      [0, 0, 6],
    ]);
    expect(theano.jacobian(v.mul(x), [v, x]).map(of)).toEqual([
      [
        [2, 0, 0],
        [0, 2, 0],
        [0, 0, 2],
      ],
      [1, 2, 3],
    ]);
    expect(of(theano.jacobian(v.sum(), v))).toEqual([1, 1, 1]);
    expect(() => theano.jacobian(m, m)).toThrow(theano.RankError);
    const none = T.tensor({ dtype: "float64", shape: [0] });
    expect(theano.jacobian(none.mul(2), none).eval([[none, []]]).shape).toEqual([0, 0]);
  });

  it("has second derivatives", () => {
    expect(of(theano.hessian(v.pow(3).sum(), v))).toEqual([
      [6, 0, 0],
      [0, 12, 0],
      [0, 0, 18],
    ]);
    expect(theano.hessian(v.sqr().sum(), [v]).map(of)).toEqual([
      [
        [2, 0, 0],
        [0, 2, 0],
        [0, 0, 2],
      ],
    ]);
    expect(() => theano.hessian(m.sum(), m)).toThrow(theano.RankError);
  });

  it("is multiplied from either side", () => {
    const p = T.dvector("p");
    const product = m.dot(p);
    const at = [...values, [p, [1, 1]]] as typeof values;
    expect(theano.Rop(product, p, w).eval(at).toList()).toEqual([21, 43]);
    expect(theano.Lop(product, p, w).eval(at).toList()).toEqual([31, 42]);
    expect(theano.Rop(product, [m, p], [m, w]).eval(at).toList()).toEqual([24, 50]);
    expect(theano.Lop(product, [m, p], w).map((g) => g.eval(at).toList())).toEqual([
      [
        [1, 1],
        [10, 10],
      ],
      [31, 42],
    ]);
    expect(() => theano.Rop(x, p, w)).toThrow(theano.DisconnectedInputError);
    expect(() => theano.Rop(product, p, [w, w])).toThrow(theano.ArgumentError);
    expect(() => theano.Rop(product, p, m)).toThrow(theano.ShapeMismatchError);
  });
});

describe("parts of a graph", () => {
  it("meets in the middle", () => {
    const h = x.mul(y);
    const cost = h.pow(2).add(y);
    const [top, start] = gradient.subgraphGrad([], [h], { cost });
    expect(top).toEqual([]);
    expect(of(start[0]!)).toBe(12);
    const [[gx]] = gradient.subgraphGrad([x], [], { start: [[h, start[0]!]] });
    expect(of(gx!)).toBe(36);
    expect(() => gradient.subgraphGrad([x], [], {})).toThrow(theano.ArgumentError);
  });
});
