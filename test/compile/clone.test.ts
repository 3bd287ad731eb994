import { describe, expect, it } from "vitest";
import * as theano from "../../src/index.ts";
import { tensor as T } from "../../src/index.ts";

const x = T.dvector("x");
const y = T.dvector("y");

describe("theano.clone", () => {
  it("replaces variables, by pairs, a Map or options", () => {
    const expected = theano.pp(y.mul(2));
    expect(theano.pp(theano.clone(x.mul(2), [[x, y]]))).toBe(expected);
    expect(theano.pp(theano.clone(x.mul(2), new Map([[x, y]])))).toBe(expected);
    expect(theano.pp(theano.clone(x.mul(2), { replace: [[x, y]] }))).toBe(expected);
  });

  it("replaces expressions, and does not search replacements", () => {
    const e = x.add(1);
    const swapped = theano.clone(e.mul(x), [
      [e, x],
      [x, y],
    ]);
    expect(theano.function([x, y], swapped)([2, 3], [10, 100]).toList()).toEqual([20, 300]);
  });

  it("copies lists, with what they share shared", () => {
    const e = x.exp();
    const [p, q] = theano.clone([e.add(1), e.sub(1)], [[x, y]]);
    expect(p.owner!.inputs[0]).toBe(q.owner!.inputs[0]);
    expect(
      theano
        .function(
          [y],
          [p, q],
        )([0])
        .map((a) => a.item()),
    ).toEqual([2, 0]);
  });

  it("gives the copy inputs of its own, and keeps shared variables", () => {
    const s = theano.shared([1, 2], { name: "s" });
    const copy = theano.clone(x.add(s), { shareInputs: false });
    const [own, kept] = copy.owner!.inputs;
    expect(own).not.toBe(x);
    expect([own!.name, kept]).toEqual(["x", s]);
  });

  it("lets types follow only where strict is false", () => {
    const f = T.fvector("f");
    const m = T.dmatrix("m");
    expect(() => theano.clone(x.mul(2), [[x, f as never]])).toThrow(theano.DtypeError);
    expect(() => theano.clone(x.mul(2), [[x, m as never]])).toThrow(theano.RankError);
    expect(theano.clone(x.mul(2), { replace: [[x, m as never]], strict: false }).ndim).toBe(2);
    expect(theano.clone(x.exp(), { replace: [[x, f as never]], strict: false }).dtype).toBe("float32");
  });

  it("refuses what are no pairs", () => {
    expect(() => theano.clone(x, [x] as never)).toThrow(theano.ArgumentError);
    expect(() => theano.clone(x, { replace: 3 as never })).toThrow(theano.ArgumentError);
    expect(() =>
      theano.clone(x, [
        [x, y],
        [x, y],
      ]),
    ).toThrow(theano.ArgumentError);
  });
});
