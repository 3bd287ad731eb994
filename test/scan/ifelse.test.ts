/** `ifelse`: values, derivatives, and that the other side is not computed. */
import { describe, expect, it } from "vitest";
import * as theano from "../../src/index.ts";
import { tensor as T } from "../../src/index.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";
import { judge, MODES, type Graph } from "./judge.ts";

const rows = [
  [0.4, -0.2],
  [0.3, 0.9],
];

describe("ifelse", () => {
  it.each(MODES)("computes the side that is taken (%s)", (_name, mode) => {
    const [c, x] = [T.dscalar("c"), T.dvector("x")];
    const f = theano.function([c, x], theano.ifelse(c, T.exp(x).sum(), T.sqr(x).sum()), { mode });
    expect(+f(1, [0, 0])).toBe(2);
    expect(+f(0, [3, 4])).toBe(25);
  });

  it("takes several outputs, and gives as many", () => {
    const [c, x, y] = [T.bscalar("c"), T.dvector("x"), T.dmatrix("y")];
    const [a, b] = theano.ifelse(c, [x.mul(2), y.add(1)], [x.mul(3), y.sub(1)]);
    const f = theano.function([c, x, y], [a, b]);
    expect(f(1, [1, 2], [[1]]).map((r) => r.toList())).toEqual([[2, 4], [[2]]]);
    expect(f(0, [1, 2], [[1]]).map((r) => r.toList())).toEqual([[3, 6], [[0]]]);
  });

  it("sides may have different sizes", () => {
    const [c, x, y] = [T.bscalar("c"), T.dvector("x"), T.dvector("y")];
    const f = theano.function([c, x, y], theano.ifelse(c, x.add(1), y.mul(2)).sum());
    expect(+f(1, [1, 2, 3], [1])).toBe(9);
    expect(+f(0, [1, 2, 3], [1])).toBe(2);
  });

  it("does not compute the other side: what would fail there does not", () => {
    const [c, x, i] = [T.bscalar("c"), T.dvector("x"), T.lscalar("i")];
    for (const [, mode] of MODES.slice(1)) {
      const f = theano.function([c, x, i], theano.ifelse(c, x.at(i), x.sum()), { mode });
      expect(+f(1, [1, 2], 1)).toBe(2);
      expect(+f(0, [1, 2], 7)).toBe(3);
      expect(() => f(1, [1, 2], 7)).toThrow(theano.IndexError);
    }
  });

  it("what both sides need is computed once, outside", () => {
    const [c, x] = [T.bscalar("c"), T.dvector("x")];
    const e = T.exp(x);
    const f = theano.function([c, x], theano.ifelse(c, e.sum(), e.max()));
    expect(+f(1, [0, 0])).toBe(2);
    expect(+f(0, [0, 0])).toBe(1);
    expect(f.graph.toposort().some((n) => n.op.name === "Branch")).toBe(true);
  });

  it("has gradients to second order", () => {
    const graph: (c: number) => Graph = (c) => (x, w) => {
      const s = T.tanh(x!.dot(w!));
      return [theano.ifelse(T.constant(c).add(x!.sum().mul(0)), T.sin(s).mul(x!), T.sqr(s).sub(w!))];
    };
    const plain: (c: number) => Graph = (c) => (x, w) => {
      const s = T.tanh(x!.dot(w!));
      return [c === 1 ? T.sin(s).mul(x!) : T.sqr(s).sub(w!)];
    };
    for (const c of [0, 1]) judge(graph(c), plain(c), [rows, rows]);
  });

  it("gradients of the other side are not computed: no NaN comes from there", () => {
    const x = T.dvector("x");
    const y = theano.ifelse(x.at(0).gt(0), T.log(x).mul(x), T.sqr(x).mul(3));
    const g = theano.grad(y.sum(), x);
    for (const [, mode] of MODES.slice(1)) {
      const f = theano.function([x], g, { mode });
      expect(f([0, 2]).toList()).toEqual([0, 12]);
      expect((f([1, 2]).toList() as number[])[1]).toBeCloseTo(Math.log(2) + 1, 12);
      const loops = f.graph.toposort().filter((n) => n.op.toString().includes("log"));
      expect(loops.length).toBe(0);
    }
  });

  it("inside of a loop, step by step", () => {
    const x = [0.5, -0.3, 0.8, -0.9];
    const loop: Graph = (v, w) => [
      theano.scan({
        fn: (e, s) => theano.ifelse(e.gt(0), T.tanh(s.add(e.mul(w!))), s.mul(e)),
        sequences: v!,
        outputsInfo: T.constant(0.4, "float64"),
      })[0],
    ];
    const unrolled: Graph = (v, w) => {
      const all: TensorVariable[] = [];
      let s: TensorVariable = T.constant(0.4, "float64");
      for (const [t, e] of x.entries()) {
        s = e > 0 ? T.tanh(s.add(v!.at(t).mul(w!))) : s.mul(v!.at(t));
        all.push(s);
      }
      return [T.stack(all)];
    };
    judge(loop, unrolled, [x, 0.7]);
  });

  it("refuses sides that do not fit together", () => {
    const [x, y] = [T.dvector("x"), T.fvector("y")];
    expect(() => theano.ifelse(1, x, y)).toThrow(/first side has dtype float64, the second float32/);
    expect(() => theano.ifelse(1, x, T.dmatrix("m"))).toThrow(theano.RankError);
    expect(() => theano.ifelse(x, x, x)).toThrow(/condition must be a scalar/);
    expect(() => theano.ifelse(1, [x, x] as const, [x] as never)).toThrow(/2 values, the other 1/);
  });
});
