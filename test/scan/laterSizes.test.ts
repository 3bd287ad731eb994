/** Sizes that only the running program tells: what needs them is a later program, to which they are given; nothing runs in JavaScript. */
import { describe, expect, it } from "vitest";
import * as theano from "../../src/index.ts";
import { tensor as T } from "../../src/index.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";
import { close, MODES } from "./judge.ts";

/** Outputs as lists, for one call after the other with other sizes. */
function calls(
  mode: theano.Mode,
  inputs: TensorVariable[],
  outputs: TensorVariable[],
  args: readonly (readonly unknown[])[],
): unknown[] {
  const f = theano.function(inputs, outputs, { mode, profile: true });
  const found = args.map((a) => (f(...(a as [])) as unknown as theano.NdArray[]).map((r) => r.toList()));
  if (mode.linker !== "reference") {
    expect(f.profile.hostCalls).toEqual([]);
    expect(String(f.profile)).not.toContain("run in JavaScript");
    expect(String(f.program)).not.toContain("host call");
  }
  return found;
}

describe.each(MODES)("%s", (_name, mode) => {
  const [x, y] = [T.dvector("x"), T.dvector("y")];
  // Sides are separated by a rule: where nothing is rewritten both are computed.
  const isPlain = mode === MODES[0]![1];

  it("sides of ifelse with different sizes, and what is computed with them", () => {
    const chosen = theano.ifelse(x.sum().gt(0), x.mul(2), y.sub(1));
    const outputs = [chosen, chosen.add(1).sum(), theano.grad(T.sqr(chosen).sum(), x), chosen.shape[0]!];
    expect(
      calls(mode, [x, y], outputs, [
        [[1, 2, 3], [5]],
        [[-1, -2, -3], [5]],
        [[1], []],
        [[-1], []],
      ]),
    ).toEqual([
      [[2, 4, 6], 15, [8, 16, 24], 3],
      [[4], 5, [0, 0, 0], 1],
      [[2], 3, [8], 1],
      [[], 0, [0], 0],
    ]);
  });

  it("several values, matrices, and a choice within a choice", () => {
    const [a, b] = theano.ifelse(x.max().gt(2), [T.outer(x, y), x], [T.outer(y, x), y]);
    const inner = theano.ifelse(a.sum().gt(20), b, b.at("1:"));
    expect(
      calls(
        mode,
        [x, y],
        [a, inner],
        [
          [[1, 3], [2]],
          [[1, 2], [2]],
          [[1, 3], [9]],
        ],
      ),
    ).toEqual([
      [[[2], [6]], [3]],
      [[[2, 4]], []],
      [
        [[9], [27]],
        [1, 3],
      ],
    ]);
  });

  it.skipIf(isPlain)("the side that is not taken is not computed: what would fail there does not", () => {
    const chosen = theano.ifelse(x.sum().gt(0), T.log(x), y.at(T.constant(5, "int64").add(T.arange(1))));
    const f = theano.function([x, y], chosen.sum(), { mode });
    close([+f([1, Math.E], [1])], [1], "taken");
    expect(() => f([-1], [1])).toThrow(theano.IndexError);
    close([+f([-1], [0, 1, 2, 3, 4, 7])], [7], "the other");
  });

  it.skipIf(isPlain)("sizes of one side that do not agree matter when it is taken", () => {
    const chosen = theano.ifelse(x.sum().gt(0), x, x.add(y));
    const f = theano.function([x, y], chosen, { mode });
    expect(f([1, 2], [1]).toList()).toEqual([1, 2]);
    expect(() => f([-1, -2], [1])).toThrow(theano.ShapeMismatchError);
    expect(f([-1, -2], [1, 1]).toList()).toEqual([0, -1]);
  });

  it("whole outputs of a loop that until ends, slices of them, and loops over them", () => {
    const limit = T.dscalar("limit");
    const [s] = theano.scan({
      fn: (p) => [p.mul(2), theano.until(p.mul(2).gt(limit))],
      outputsInfo: T.constant(1, "float64"),
      nSteps: 20,
    });
    const [sums] = theano.scan({ fn: (e, t) => t.add(e), sequences: s, outputsInfo: T.constant(0, "float64") });
    const outputs = [s, s.at("::-1"), s.at("1:").sum(), sums, T.exp(s).sum().gt(0), s.add(T.arange(s.shape[0]!))];
    const wanted = (n: number): unknown[] => {
      const list = Array.from({ length: n }, (_, i) => 2 ** (i + 1));
      return [
        list,
        list.toReversed(),
        list.slice(1).reduce((p, q) => p + q, 0),
        list.map((_, i) => 2 ** (i + 2) - 2),
        true,
        list.map((v, i) => v + i),
      ];
    };
    expect(calls(mode, [limit], outputs, [[5], [0], [100], [5]])).toEqual([wanted(3), wanted(1), wanted(7), wanted(3)]);
  });

  it("gradients of them, to second order", () => {
    const w = T.dscalar("w");
    const [s] = theano.scan({
      fn: (p) => [p.mul(w), theano.until(p.mul(w).gt(10))],
      outputsInfo: T.constant(1, "float64"),
      nSteps: 20,
    });
    const first = theano.grad(T.sqr(s).sum(), w);
    const found = calls(mode, [w], [s, first, theano.grad(first, w)], [[2], [4]]);
    // Sums of w^(2k) over the steps that were made.
    const wanted = ([v, n]: readonly [number, number]): unknown[] => {
      const k = Array.from({ length: n }, (_, i) => i + 1);
      const sum = (f: (i: number) => number): number => k.reduce((t, i) => t + f(i), 0);
      return [
        k.map((i) => v ** i),
        sum((i) => 2 * i * v ** (2 * i - 1)),
        sum((i) => 2 * i * (2 * i - 1) * v ** (2 * i - 2)),
      ];
    };
    close(
      (found as never[]).flat(3),
      (
        [
          [2, 4],
          [4, 2],
        ] as const
      )
        .map(wanted)
        .flat(3),
      "gradients",
    );
  });

  it("sizes that are computed from values that such sizes have", () => {
    const n = T.lvector("n");
    const ones = T.ones([n.max()], "int64");
    const more = T.arange(ones.sum().add(n.at(0)));
    expect(calls(mode, [n], [ones, more, T.zeros([more.max()], "int64")], [[[1, 3]], [[2, 1]]])).toEqual([
      [
        [1, 1, 1],
        [0, 1, 2, 3],
        [0, 0, 0],
      ],
      [
        [1, 1],
        [0, 1, 2, 3],
        [0, 0, 0],
      ],
    ]);
  });

  it("beside nodes that run in JavaScript, and updates", () => {
    const total = theano.shared(theano.array([1], "float64"), { name: "total" });
    const positive = x.at(x.gt(0));
    const chosen = theano.ifelse(positive.sum().gt(5), positive, total);
    const f = theano.function([x], [chosen.sum(), positive], { mode, updates: [[total, chosen.mul(2)]] });
    const run = (v: number[]): unknown => (f(v) as unknown as theano.NdArray[]).map((r) => r.toList());
    expect(run([1, -1])).toEqual([1, [1]]);
    expect(total.getValue().toList()).toEqual([2]);
    expect(run([3, -1, 4])).toEqual([7, [3, 4]]);
    expect(total.getValue().toList()).toEqual([6, 8]);
    expect(run([-1])).toEqual([14, []]);
    expect(total.getValue().toList()).toEqual([12, 16]);
  });
});
