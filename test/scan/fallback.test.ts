/** Steps whose sizes are only known when they run: the loop runs in JavaScript, each step compiled. */
import { describe, expect, it } from "vitest";
import * as theano from "../../src/index.ts";
import { tensor as T } from "../../src/index.ts";
import { close, MODES } from "./judge.ts";

const rows = [
  [1, -2, 3],
  [-4, 5, -6],
  [7, 8, 9],
];

describe("loops without a program", () => {
  it.each(MODES)("%s", (_name, mode) => {
    const x = T.dmatrix("x");
    const [sums] = theano.scan({
      fn: (row, total) => total.add(row.at(row.gt(0)).sum()),
      sequences: x,
      outputsInfo: T.constant(0, "float64"),
    });
    const f = theano.function([x], [sums, theano.grad(sums.sum(), x)], { mode });
    const [s, g] = f(rows);
    expect(s!.toList()).toEqual([4, 9, 33]);
    expect(g!.toList()).toEqual([
      [3, 0, 3],
      [0, 2, 0],
      [1, 1, 1],
    ]);
    f.free();
    expect(f(rows)[0]!.toList()).toEqual([4, 9, 33]);
  });

  it.each(MODES)("sides of ifelse: %s", (_name, mode) => {
    const [c, x] = [T.bscalar("c"), T.dvector("x")];
    const f = theano.function([c, x], theano.ifelse(c, T.exp(x.at(x.gt(0))).sum(), T.log(x).sum()), { mode });
    close([+f(1, [-1, 0.5])], [Math.exp(0.5)], "taken");
    close([+f(0, [2, 3])], [Math.log(6)], "not taken");
  });

  it("a state that changes its shape is an error", () => {
    const x = T.dvector("x");
    const [s] = theano.scan({ fn: (p) => T.concatenate([p, p]), outputsInfo: x, nSteps: 2 });
    for (const [, mode] of MODES) {
      expect(() => theano.function([x], s, { mode })([1, 2])).toThrow(theano.ShapeMismatchError);
    }
  });

  it("rows of different lengths are an error", () => {
    const x = T.dmatrix("x");
    const [s] = theano.map({ fn: (row) => row.at(row.gt(0)), sequences: x });
    for (const [, mode] of MODES) {
      const f = theano.function([x], s, { mode });
      expect(() => f(rows)).toThrow(theano.ShapeMismatchError);
      expect(
        f([
          [1, -1],
          [2, -2],
        ]).toList(),
      ).toEqual([[1], [2]]);
    }
  });
});
