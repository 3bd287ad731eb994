/** `jacobian`, `hessian`, `Rop` where a loop does the work. */
import { describe, expect, it } from "vitest";
import * as theano from "../../src/index.ts";
import { tensor as T } from "../../src/index.ts";
import { close, judge, MODES, type Graph } from "./judge.ts";

const x = T.dvector("x");

describe("jacobian of a vector of unknown length", () => {
  it.each(MODES)("%s", (_name, mode) => {
    const J = theano.jacobian(T.exp(x).mul(x.sum()), x);
    const f = theano.function([x], J, { mode });
    const at = [0.1, -0.4, 0.7];
    const total = at.reduce((a, b) => a + b);
    const expected = at.map((a, i) => at.map((_, j) => Math.exp(a) * (1 + (i === j ? total : 0))));
    close(f(at).toList(), expected, "jacobian");
    expect(f([]).shape).toEqual([0, 0]);
  });

  it("of several variables, of different ranks", () => {
    const [m, y] = [T.dmatrix("m"), T.dvector("y")];
    const [dm, dy] = theano.jacobian(m.dot(y), [m, y]) as [typeof m, typeof m];
    const f = theano.function([m, y], [dm, dy]);
    const [a, b] = f(
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      [7, 8],
    );
    expect(a!.shape).toEqual([3, 3, 2]);
    expect(b!.toList()).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    expect((a!.toList() as number[][][])[1]).toEqual([
      [0, 0],
      [7, 8],
      [0, 0],
    ]);
  });
});

describe("hessian", () => {
  it.each(MODES)("with respect to a vector of unknown length: %s", (_name, mode) => {
    const cost = T.sum(T.pow(x, 3)).mul(x.at(0));
    const f = theano.function([x], theano.hessian(cost, x), { mode });
    const p = [0.5, -1.5, 2];
    const expected = p.map((a, i) =>
      p.map((b, j) => (i === j ? 6 * a * p[0]! : 0) + (i === 0 ? 3 * b * b : 0) + (j === 0 ? 3 * a * a : 0)),
    );
    close(f(p).toList(), expected, "hessian");
  });

  it("of a loop, by a loop", () => {
    const [s] = theano.scan({
      fn: (e, p) => T.tanh(p.add(e.mul(e))),
      sequences: x,
      outputsInfo: T.constant(0.2, "float64"),
    });
    const f = theano.function([x], theano.hessian(s.at(-1), x));
    const [p, eps] = [[0.3, -0.4, 0.6], 1e-5];
    const g = theano.function([x], theano.grad(s.at(-1), x));
    const H = f(p).toList() as number[][];
    for (let i = 0; i < 3; i++) {
      const moved = (d: number): number[] => g(p.map((a, k) => (k === i ? a + d : a))).toList() as number[];
      const [plus, minus] = [moved(eps), moved(-eps)];
      for (let j = 0; j < 3; j++) expect(H[j]![i]!).toBeCloseTo((plus[j]! - minus[j]!) / (2 * eps), 7);
    }
  });
});

describe("Rop", () => {
  it("through a loop", () => {
    const direction = [0.4, -0.2, 0.9];
    const step = (e: T.TensorVariable, p: T.TensorVariable): T.TensorVariable => T.sin(p.mul(2).add(e));
    const loop: Graph = (v) => {
      const [s] = theano.scan({ fn: step, sequences: v!, outputsInfo: T.constant(0.1, "float64") });
      return [theano.Rop(s, v!, T.constant(direction, "float64"))];
    };
    const unrolled: Graph = (v) => {
      const all: T.TensorVariable[] = [];
      let p: T.TensorVariable = T.constant(0.1, "float64");
      for (let t = 0; t < 3; t++) all.push((p = step(v!.at(t), p)));
      return [theano.Rop(T.stack(all), v!, T.constant(direction, "float64"))];
    };
    judge(loop, unrolled, [[0.3, 0.5, -0.8]], 1);
  });
});
