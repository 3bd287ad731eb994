/** `scan` against the same computation written out. */
import { describe, expect, it } from "vitest";
import * as theano from "../../src/index.ts";
import { tensor as T } from "../../src/index.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";
import { judge, type Graph } from "./judge.ts";

const sequence = [0.3, -0.7, 1.1, 0.2, -0.4];
const matrix = [
  [0.5, -0.3],
  [0.2, 0.7],
];
const rows = [
  [0.1, 0.9],
  [-0.4, 0.3],
  [0.8, -0.6],
  [0.2, 0.5],
];

/** States of `n` steps by a JavaScript loop. */
function steps(
  n: number,
  first: TensorVariable,
  f: (s: TensorVariable, t: number) => TensorVariable,
): TensorVariable[] {
  const all: TensorVariable[] = [];
  let s = first;
  for (let t = 0; t < n; t++) all.push((s = f(s, t)));
  return all;
}

describe("values and derivatives", () => {
  it("a recurrence over a sequence with a constant of each step", () => {
    const loop: Graph = (x, h, w) => [
      theano.scan({ fn: (xt, s, v) => T.tanh(xt.add(s.mul(v))), sequences: x, outputsInfo: h, nonSequences: w })[0],
    ];
    const unrolled: Graph = (x, h, w) => [T.stack(steps(5, h!, (s, t) => T.tanh(x!.at(t).add(s.mul(w!)))))];
    judge(loop, unrolled, [sequence, 0.4, 0.9]);
  });

  it("a matrix recurrence whose last state counts", () => {
    const step = (xt: TensorVariable, s: TensorVariable, w: TensorVariable): TensorVariable => T.tanh(xt.add(s.dot(w)));
    const loop: Graph = (x, h, w) => [
      theano.scan({ fn: step, sequences: x, outputsInfo: h, nonSequences: w })[0].at(-1),
    ];
    const unrolled: Graph = (x, h, w) => [steps(4, h!, (s, t) => step(x!.at(t), s, w!)).at(-1)!];
    judge(loop, unrolled, [rows, [0.3, -0.2], matrix]);
  });

  it("a batch of states", () => {
    const step = (s: TensorVariable, w: TensorVariable): TensorVariable => T.sigmoid(s.dot(w)).sub(0.3);
    const loop: Graph = (h, w) => [theano.scan({ fn: step, outputsInfo: h, nonSequences: w, nSteps: 3 })[0]];
    const unrolled: Graph = (h, w) => [T.stack(steps(3, h!, (s) => step(s, w!)))];
    judge(loop, unrolled, [rows, matrix]);
  });

  it("variables that are not passed are read too", () => {
    const loop: Graph = (x, w) => [theano.map({ fn: (xt) => xt.mul(T.exp(w!)).add(w!), sequences: x! })[0]];
    const unrolled: Graph = (x, w) => [x!.mul(T.exp(w!)).add(w!)];
    judge(loop, unrolled, [sequence, 0.3]);
  });

  it("past and future taps of a sequence", () => {
    const loop: Graph = (x) => [
      theano.scan({ fn: (a, b, c) => a.mul(b).sub(T.sin(c)), sequences: { input: x!, taps: [-1, 0, 2] } })[0],
    ];
    const unrolled: Graph = (x) => [
      x!
        .at("0:2")
        .mul(x!.at("1:3"))
        .sub(T.sin(x!.at("3:5"))),
    ];
    judge(loop, unrolled, [sequence]);
  });

  it("several taps of an output", () => {
    const loop: Graph = (x, h) => [
      theano.scan({
        fn: (xt, three, one) => T.tanh(xt.add(three.mul(0.5)).sub(one.mul(three))),
        sequences: x!,
        outputsInfo: { initial: h!, taps: [-3, -1] },
      })[0],
    ];
    const unrolled: Graph = (x, h) => {
      const all = [0, 1, 2].map((i) => h!.at(i));
      for (let t = 0; t < 5; t++) {
        const [three, one] = [all.at(-3)!, all.at(-1)!];
        all.push(T.tanh(x!.at(t).add(three.mul(0.5)).sub(one.mul(three))));
      }
      return [T.stack(all.slice(3))];
    };
    judge(loop, unrolled, [sequence, [0.2, -0.1, 0.4]]);
  });

  it("several outputs, some not fed back", () => {
    const loop: Graph = (x, a, b) => {
      const [[p, q, r]] = theano.scan({
        fn: (xt, s, t) => [s.mul(t).add(xt), T.sin(s), t.sub(s.mul(0.3))],
        sequences: x!,
        outputsInfo: [a!, null, b!],
      });
      return [p, q, r];
    };
    const unrolled: Graph = (x, a, b) => {
      let [s, t] = [a!, b!];
      const [p, q, r]: TensorVariable[][] = [[], [], []];
      for (let i = 0; i < 5; i++) {
        const next = [s.mul(t).add(x!.at(i)), t.sub(s.mul(0.3))] as const;
        q!.push(T.sin(s));
        [s, t] = next;
        p!.push(s);
        r!.push(t);
      }
      return [T.stack(p!), T.stack(q!), T.stack(r!)];
    };
    judge(loop, unrolled, [sequence, 0.5, 0.7]);
  });

  it("backwards", () => {
    const loop: Graph = (x, h) => [
      theano.scan({ fn: (xt, s) => s.mul(xt).add(xt), sequences: x!, outputsInfo: h!, goBackwards: true })[0],
    ];
    const unrolled: Graph = (x, h) => [T.stack(steps(5, h!, (s, t) => s.mul(x!.at(4 - t)).add(x!.at(4 - t))))];
    judge(loop, unrolled, [sequence, 0.5]);
  });

  it("nested loops", () => {
    const loop: Graph = (m, w) => [
      theano.scan({
        fn: (row, s) => {
          const [inner] = theano.scan({
            fn: (e, acc) => T.tanh(acc.add(e.mul(w!)).add(s)),
            sequences: row,
            outputsInfo: s,
          });
          return inner.at(-1);
        },
        sequences: m!,
        outputsInfo: T.constant(0.1, "float64"),
      })[0],
    ];
    const unrolled: Graph = (m, w) => {
      let s: TensorVariable = T.constant(0.1, "float64");
      const all: TensorVariable[] = [];
      for (let i = 0; i < 4; i++) {
        let acc = s;
        for (let j = 0; j < 2; j++) acc = T.tanh(acc.add(m!.at(i, j).mul(w!)).add(s));
        all.push((s = acc));
      }
      return [T.stack(all)];
    };
    judge(loop, unrolled, [rows, 0.6]);
  });

  it("the steps that until ends are the ones that count", () => {
    const loop: Graph = (x, w) => {
      const [all] = theano.scan({
        fn: (s, v) => {
          const next = s.mul(v).add(0.1);
          return [next, theano.until(next.gt(3))];
        },
        outputsInfo: x!,
        nonSequences: w!,
        nSteps: 50,
      });
      return [all, all.at(-1)];
    };
    const unrolled: Graph = (x, w) => {
      const all = steps(3, x!, (s) => s.mul(w!).add(0.1));
      return [T.stack(all), all.at(-1)!];
    };
    judge(loop, unrolled, [0.5, 1.9]);
  });

  it("until with a sequence: rows after the end have no gradient", () => {
    const loop: Graph = (x) => [
      theano.scan({
        fn: (xt, s) => [s.add(xt.mul(xt)), theano.until(s.add(xt.mul(xt)).gt(1.5))],
        sequences: x!,
        outputsInfo: T.constant(0, "float64"),
      })[0],
    ];
    const unrolled: Graph = (x) => [T.cumsum(T.sqr(x!.at("0:3")))];
    judge(loop, unrolled, [sequence]);
  });

  it("no steps", () => {
    const loop: Graph = (h, w) => [
      theano.scan({ fn: (s, v) => [s.mul(v), s.add(1)], outputsInfo: [h!, null], nonSequences: w!, nSteps: 0 })[0][0],
    ];
    const unrolled: Graph = (h) => [T.zeros([0, h!.shape[0]!], "float64")];
    judge(loop, unrolled, [
      [1, 2],
      [0.5, 0.7],
    ]);
  });

  it("a symbolic number of steps, more rows than steps", () => {
    const n = T.lscalar("n");
    const x = T.dvector("x");
    const [sums] = theano.scan({
      fn: (xt, s) => s.add(xt),
      sequences: x,
      outputsInfo: T.constant(0, "float64"),
      nSteps: n,
    });
    const f = theano.function([n, x], [sums, theano.grad(sums.at(-1), x)]);
    const [s, g] = f(3, [1, 2, 3, 4, 5]);
    expect(s!.toList()).toEqual([1, 3, 6]);
    expect(g!.toList()).toEqual([1, 1, 1, 0, 0]);
    expect(f(5, [1, 2, 3, 4, 5])[0]!.toList()).toEqual([1, 3, 6, 10, 15]);
    expect(() => f(6, [1, 2, 3, 4, 5])).toThrow(theano.ShapeMismatchError);
  });
});

describe("finite differences agree", () => {
  const { verifyGrad } = theano.gradient;

  it("with taps, several states and a constant", () => {
    verifyGrad(
      (x, h, w) => {
        const [[a, b]] = theano.scan({
          fn: (before, now, p, q, r) => [T.tanh(p.mul(w).add(now)), T.sin(q.sub(before)).mul(r)],
          sequences: { input: x, taps: [-1, 0] },
          outputsInfo: [h.at(0), { initial: h, taps: [-2, -1] }],
        });
        return a.mul(b);
      },
      [sequence, [0.3, -0.6], 0.8],
    );
  });

  it("with an end by until and a loop inside", () => {
    verifyGrad(
      (m, w) => {
        const [s] = theano.scan({
          fn: (row, p) => {
            const [q] = theano.scan({ fn: (e, r) => T.tanh(r.add(e)), sequences: row, outputsInfo: p });
            const next = q.at(-1).mul(w).add(0.5);
            return [next, theano.until(next.gt(0.9))];
          },
          sequences: m,
          outputsInfo: T.constant(0.1, "float64"),
        });
        return s.at(-1);
      },
      [rows, 0.7],
    );
  });
});

describe("truncated gradients", () => {
  it("are those of the last steps, the states before being constants", () => {
    const step = (xt: TensorVariable, s: TensorVariable, w: TensorVariable): TensorVariable => T.tanh(xt.add(s.mul(w)));
    for (const k of [1, 2, 5, 9]) {
      const loop: Graph = (x, h, w) => [
        theano.scan({ fn: step, sequences: x!, outputsInfo: h!, nonSequences: w!, truncateGradient: k })[0],
      ];
      const unrolled: Graph = (x, h, w) => {
        const all: TensorVariable[] = [];
        let s = h!;
        for (let t = 0; t < 5; t++) {
          const isLast = t >= 5 - k;
          if (t === 5 - k && t > 0) s = theano.gradient.disconnectedGrad(s);
          s = step(x!.at(t), s, w!);
          all.push(isLast ? s : theano.gradient.disconnectedGrad(s));
        }
        return [T.stack(all)];
      };
      judge(loop, unrolled, [sequence, 0.4, 0.9], 1);
    }
  });

  it("with the identity as activation the weight gets the last k states", () => {
    // h_t = w h_{t-1} + x_t and the cost h_5: with k steps, d cost / d w = sum_{j<k} w^j h_{4-j}.
    const [x, w] = [T.dvector("x"), T.dscalar("w")];
    const [h] = theano.scan({
      fn: (xt, s, v) => s.mul(v).add(xt),
      sequences: x,
      outputsInfo: T.constant(1, "float64"),
      nonSequences: w,
      truncateGradient: 2,
    });
    const f = theano.function([x, w], [h, theano.grad(h.at(-1), w)]);
    const [states, g] = f([1, 2, 3, 4, 5], 0.5);
    const s = states!.toList() as number[];
    expect(+g!).toBeCloseTo(s[3]! + 0.5 * s[2]!, 12);
  });
});

describe("shared variables", () => {
  it("are read, and updated where the step function says so", () => {
    const count = theano.shared(1, { name: "count" });
    const [doubled, updates] = theano.scan({ fn: () => [count.mul(2), [[count, count.add(1)]]], nSteps: 4 });
    const f = theano.function([], doubled, { updates });
    expect(f().toList()).toEqual([2, 4, 6, 8]);
    expect(f().toList()).toEqual([10, 12, 14, 16]);
    expect(+count.getValue()).toBe(9);
  });

  it("default updates are part of the loop", () => {
    const state = theano.shared(theano.array(3, "int64"), { name: "state" });
    state.defaultUpdate = state.mul(5).mod(7);
    const [drawn, updates] = theano.scan({ fn: () => state.mul(1), nSteps: 3 });
    const f = theano.function([], drawn, { updates });
    expect(f().toList()).toEqual([3, 1, 5]);
    expect(f().toList()).toEqual([4, 6, 2]);
  });
});

describe("map, reduce, foldl, foldr", () => {
  it("give what their names say", () => {
    const x = T.dvector("x");
    const append = (e: TensorVariable, total: TensorVariable): TensorVariable => total.mul(10).add(e);
    const start = T.constant(0, "float64");
    const [left] = theano.foldl({ fn: append, sequences: x, outputsInfo: start });
    const [right] = theano.foldr({ fn: append, sequences: x, outputsInfo: start });
    const [reduced] = theano.reduce({ fn: append, sequences: x, outputsInfo: start });
    const f = theano.function([x], [left, right, reduced]);
    expect(f([1, 2, 3]).map(Number)).toEqual([123, 321, 123]);
  });

  it("take the step function first, with options or by place", () => {
    const x = T.dvector("x");
    const append = (e: TensorVariable, total: TensorVariable): TensorVariable => total.mul(10).add(e);
    const start = T.constant(0, "float64");
    const results = [
      theano.foldl(append, { sequences: x, outputsInfo: start })[0],
      theano.foldl(append, x, start)[0],
      theano.foldr(append, [x], [start])[0],
      theano.reduce(append, x, start, { goBackwards: true })[0],
      theano.map((e) => e.mul(2), x)[0].sum(),
      theano.map((now, next) => now.mul(next), { input: x, taps: [0, 1] })[0].sum(),
      theano.map((e, a) => e.mul(a), x, { nonSequences: T.constant(3, "float64") })[0].sum(),
    ];
    const f = theano.function([x], results);
    expect(f([1, 2, 3]).map(Number)).toEqual([123, 123, 321, 321, 12, 8, 18]);
    expect(() => theano.map((e) => e, undefined as never)).toThrow(theano.ArgumentError);
  });
});

describe("wrong use", () => {
  const x = T.dvector("x");
  const one = T.constant(1, "float64");
  const cases: [string, () => unknown, new (...a: never[]) => Error, RegExp][] = [
    [
      "no number of steps",
      () => theano.scan({ fn: (s) => s, outputsInfo: one }),
      theano.ArgumentError,
      /number of steps/,
    ],
    [
      "another number of outputs",
      () => theano.scan({ fn: (e, s) => [s.add(e), e], sequences: x, outputsInfo: one }),
      theano.ArgumentError,
      /returns 2 outputs, outputsInfo describes 1/,
    ],
    [
      "a state of another dtype",
      () => theano.scan({ fn: (e, s) => s.add(e), sequences: x, outputsInfo: T.constant(0, "float32") }),
      theano.DtypeError,
      /has dtype float32, while the result of the step function has dtype float64/,
    ],
    [
      "a state of another rank",
      () => theano.scan({ fn: (_e, s) => s.add(x), sequences: x, outputsInfo: one }),
      theano.RankError,
      /rank 0 in each step.*rank 1/s,
    ],
    [
      "a state of another size",
      () => theano.scan({ fn: (_e, s) => s.add(T.zeros([3])), sequences: x, outputsInfo: T.zeros([1]) }),
      theano.ShapeMismatchError,
      /size 1 in the initial value and 3 after a step/,
    ],
    [
      "strict",
      () => theano.scan({ fn: (e) => e.mul(x.sum()), sequences: T.dvector("y"), strict: true }),
      theano.ArgumentError,
      /it uses x/,
    ],
    ["a scalar as sequence", () => theano.scan({ fn: (e) => e, sequences: one }), theano.RankError, /is a scalar/],
    [
      "an output's future",
      () => theano.scan({ fn: (_e, s) => s, sequences: x, outputsInfo: { initial: one, taps: [1] } }),
      theano.ValueError,
      /taps of outputs are negative/,
    ],
    [
      "too few initial rows",
      () => theano.scan({ fn: (_e, s) => s, sequences: x, outputsInfo: { initial: T.zeros([2]), taps: [-3] } }),
      theano.ValueError,
      /needs 3 rows; it has 2/,
    ],
    [
      "a condition that is no scalar",
      () => theano.scan({ fn: (e) => [e, theano.until(x.gt(1))], sequences: x }),
      theano.RankError,
      /must be a scalar/,
    ],
    [
      "known sizes that do not reach",
      () => theano.scan({ fn: (e) => e, sequences: T.zeros([3]), nSteps: 4 }),
      theano.ShapeMismatchError,
      /rows for 3 steps only, nSteps is 4/,
    ],
    ["map of nothing", () => theano.map({ fn: (e) => e }), theano.ArgumentError, /sequences are needed/],
  ];
  it.each(cases)("%s", (_name, run, kind, text) => {
    expect(run).toThrow(kind);
    expect(run).toThrow(text);
  });
});
