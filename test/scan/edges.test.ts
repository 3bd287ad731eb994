/** Loops at the edges of what they may be: no steps, odd sizes, taps, dtypes and forms of arguments; the same on every linker. */
import { describe, expect, it } from "vitest";
import * as theano from "../../src/index.ts";
import { tensor as T } from "../../src/index.ts";
import { MODES } from "./judge.ts";

const zero = T.constant(0, "float64");
const lists = (results: unknown): unknown[] => (results as theano.NdArray[]).map((r) => r.toList());

describe.each(MODES)("%s", (_name, mode) => {
  it("sequences without rows, and rows without elements, also after other sizes", () => {
    const x = T.dmatrix("x");
    const [s] = theano.scan({
      fn: (row, total) => total.add(row),
      sequences: x,
      outputsInfo: T.zeros([x.shape[1]!], "float64"),
    });
    const f = theano.function([x], [s, s.sum(), theano.grad(s.sum(), x)], { mode });
    const [all, sum, slope] = f(theano.zeros([0, 3]));
    expect([all!.shape, +sum!, slope!.shape]).toEqual([[0, 3], 0, [0, 3]]);
    expect(lists(f(theano.ones([2, 2])))).toEqual([
      [
        [1, 1],
        [2, 2],
      ],
      6,
      [
        [2, 2],
        [1, 1],
      ],
    ]);
    const [none, , empty] = f(theano.zeros([3, 0]));
    expect([none!.shape, empty!.shape]).toEqual([
      [3, 0],
      [3, 0],
    ]);
  });

  it("a last state where there was no step is an error", () => {
    const x = T.dvector("x");
    const [s] = theano.scan({ fn: (e, total) => total.add(e), sequences: x, outputsInfo: zero });
    const f = theano.function([x], s.at(-1), { mode });
    expect(() => f([])).toThrow(theano.IndexError);
    expect(+f([2, 3])).toBe(5);
  });

  it("more steps than a sequence has rows are an error, also where no loop is left", () => {
    const [x, M, n] = [T.dvector("x"), T.dmatrix("M"), T.lscalar("n")];
    const by = (goBackwards: boolean): T.TensorVariable[] => [
      theano.scan({ fn: (e, total) => total.add(e), sequences: x, outputsInfo: zero, nSteps: n, goBackwards })[0],
      theano.scan({ fn: (e) => e.mul(2), sequences: x, nSteps: n, goBackwards })[0],
      theano.scan({ fn: (e) => M.dot(M).sum().mul(e), sequences: x, nSteps: n, goBackwards })[0].at(-1),
      theano.scan({ fn: (e) => e.mul(2), sequences: { input: x, taps: [1] }, nSteps: n.sub(1), goBackwards })[0],
    ];
    for (const output of [...by(false), ...by(true)]) {
      const f = theano.function([x, M, n], output, { mode, onUnusedInput: "ignore" });
      f([1, 2, 3], [[1]], 3);
      expect(() => f([1, 2, 3], [[1]], 4)).toThrow(theano.ShapeMismatchError);
      f([1, 2, 3, 4], [[1]], 4);
    }
  });

  it("a number of steps that is computed", () => {
    const [x, y] = [T.lvector("x"), T.dvector("y")];
    const [s] = theano.scan({ fn: (e, total) => total.add(e), sequences: y, outputsInfo: zero, nSteps: x.max() });
    const f = theano.function([x, y], s, { mode });
    expect(f([1, 2], [1, 2, 3]).toList()).toEqual([1, 3]);
    expect(() => f([4], [1, 2, 3])).toThrow(theano.ShapeMismatchError);
  });

  it("a negative number of steps goes backwards, with goBackwards forwards", () => {
    const x = T.dvector("x");
    const run = (goBackwards: boolean): unknown => {
      const [s] = theano.scan({
        fn: (e, total) => total.mul(10).add(e),
        sequences: x,
        outputsInfo: zero,
        nSteps: -3,
        goBackwards,
      });
      return theano.function([x], s, { mode })([1, 2, 3]).toList();
    };
    expect(run(false)).toEqual([3, 32, 321]);
    expect(run(true)).toEqual([1, 12, 123]);
  });

  it("taps: beyond the ends no step is made; future or past alone; backwards", () => {
    const x = T.dvector("x");
    const over = (taps: number[], goBackwards = false): T.TensorVariable =>
      theano.scan({
        fn: (...e) => e.reduce((a, b) => a.mul(10).add(b)),
        sequences: { input: x, taps },
        goBackwards,
      })[0] as T.TensorVariable;
    const both = over([-1, 1], true);
    const f = theano.function([x], [over([-3, 3]), over([2]), over([-1]), both, theano.grad(both.at(0), x)], { mode });
    expect(lists(f([1, 2, 3, 4]))).toEqual([[], [3, 4], [1, 2, 3], [24, 13], [0, 10, 0, 1]]);
    expect(f([1, 2, 3, 4, 5, 6, 7])[0]!.toList()).toEqual([17]);
  });

  it("taps of outputs in any order, and more initial rows than they need", () => {
    const h = T.dvector("h");
    const over = (taps: number[], nSteps: number): T.TensorVariable =>
      theano.scan({
        fn: (...e) => e.reduce((a, b) => a.mul(10).add(b)),
        outputsInfo: { initial: h, taps },
        nSteps,
      })[0] as T.TensorVariable;
    const [a, b] = [over([-1, -2], 3), over([-3], 5)];
    const f = theano.function([h], [a, theano.grad(a.at(-1), h), b.mul(1)], { mode });
    expect(lists(f([1, 2, 3]))).toEqual([
      [21, 212, 2141],
      [101, 1020, 0],
      [1, 2, 3, 1, 2],
    ]);
    expect(() => f([1, 2])).toThrow(theano.IndexError);
  });

  it("until in the first step, in none, with no rows, by an integer", () => {
    const x = T.dvector("x");
    const [s] = theano.scan({
      fn: (e, total) => [total.add(e), theano.until(e.gt(0).astype("int8"))],
      sequences: x,
      outputsInfo: zero,
    });
    const f = theano.function([x], [s, s.shape[0]!, theano.grad(s.sum(), x)], { mode });
    expect(lists(f([1, 2, 3]))).toEqual([[1], 1, [1, 0, 0]]);
    expect(lists(f([-1, -2, -3]))).toEqual([[-1, -3, -6], 3, [3, 2, 1]]);
    expect(lists(f([]))).toEqual([[], 0, []]);
  });

  it("states of every kind of number", () => {
    const x = T.bvector("x");
    const start = (value: number | boolean, dtype: theano.DType): T.TensorVariable => T.constant(value, dtype);
    const [wrapped] = theano.scan({ fn: (e, s) => s.add(e), sequences: x, outputsInfo: start(100, "int8") });
    const [parity] = theano.scan({ fn: (e, s) => s.xor(e.gt(0)), sequences: x, outputsInfo: start(false, "bool") });
    const [half] = theano.scan({
      fn: (e, s) => s.add(e.astype("float16")),
      sequences: x,
      outputsInfo: start(2000, "float16"),
    });
    const [square] = theano.scan({
      fn: (z) => z.mul(z),
      outputsInfo: T.constant({ re: 1, im: 2 }, "complex128"),
      nSteps: 2,
    });
    const f = theano.function([x], [wrapped, parity, half, square], { mode });
    expect(lists(f([100, -1]))).toEqual([
      [-56, -57],
      [true, true],
      [2100, 2100],
      [
        { re: -3, im: 4 },
        { re: -7, im: -24 },
      ],
    ]);
  });

  it("states that change places", () => {
    const [x, y] = [T.dvector("x"), T.dvector("y")];
    const [[a, b]] = theano.scan({ fn: (p, q) => [q, p], outputsInfo: [x, y], nSteps: 3 });
    const f = theano.function([x, y], [a.at(-1), b.at(-1), a], { mode });
    expect(lists(f([1, 2], [3, 4]))).toEqual([
      [3, 4],
      [1, 2],
      [
        [3, 4],
        [1, 2],
        [3, 4],
      ],
    ]);
  });

  it("outputs that are a row, a constant, a number, a nonSequence, a state as it was, one twice", () => {
    const [M, v] = [T.dmatrix("M"), T.dvector("v")];
    const [[row, constant, number, same, kept, sum, again]] = theano.scan({
      fn: (r, k, s, w) => {
        const next = s.add(r);
        return [r, T.constant(3, "float64"), 4, w, k, next, next];
      },
      sequences: M,
      outputsInfo: [null, null, null, null, v, v, null],
      nonSequences: [v, T.dvector("unused")],
    });
    const outputs = [row, constant, number, same, kept, sum, again];
    const total = outputs.map((o) => o.astype("float64").sum()).reduce((p, q) => p.add(q));
    const f = theano.function([M, v], [...outputs, ...theano.grad(total, [M, v])], { mode });
    const rows = [
      [1, 2],
      [3, 4],
    ];
    expect(lists(f(rows, [5, 6]))).toEqual([
      rows,
      [3, 3],
      [4, 4],
      [
        [5, 6],
        [5, 6],
      ],
      [
        [5, 6],
        [5, 6],
      ],
      [
        [6, 8],
        [9, 12],
      ],
      [
        [6, 8],
        [9, 12],
      ],
      [
        [5, 5],
        [3, 3],
      ],
      [8, 8],
    ]);
  });
});

describe("forms of arguments", () => {
  const x = T.dvector("x");
  const double = (outputsInfo: unknown, nSteps?: unknown): unknown => {
    const [s] = theano.scan({ fn: (e: T.TensorVariable) => e.mul(2), sequences: x, outputsInfo, nSteps } as never);
    return theano
      .function(
        [x],
        s as T.TensorVariable,
      )([1, 2])
      .toList();
  };

  it("outputs that are not fed back may be described as in Theano", () => {
    for (const info of [null, undefined, [null], [undefined], {}, [{}], { initial: null }, { initial: undefined }]) {
      expect(double(info)).toEqual([2, 4]);
    }
    expect(double(null, null)).toEqual([2, 4]);
    expect(() => double([{ taps: [-1] }])).toThrow(/output 0 has taps but no initial value/);
    expect(() => theano.scan({ fn: (e: T.TensorVariable) => e, sequences: { taps: [0] } as never })).toThrow(
      /sequence 0 has taps but no input/,
    );
  });

  it("numbers of steps are whole", () => {
    for (const n of [2.5, NaN, "3", true, T.dscalar("n"), T.lvector("n")]) {
      expect(() => double(null, n)).toThrow(theano.ValueError);
    }
  });

  it("updates come before outputs or after, or alone", () => {
    const count = theano.shared(theano.array(1, "int64"));
    const more = new Map([[count, count.add(1)]]);
    const [first, updates] = theano.scan({ fn: () => [more, count.mul(2)] as const, nSteps: 3 });
    expect(
      theano
        .function([], first as T.TensorVariable, { updates })()
        .toList(),
    ).toEqual([2, 4, 6]);
    const [none, alone] = theano.scan({ fn: () => more, nSteps: 3 });
    expect(none).toEqual([]);
    theano.function([], [], { updates: alone })();
    expect(+count.getValue()).toBe(7);
  });

  it("strict refuses shared variables that are not passed", () => {
    const W = theano.shared(2, { name: "W" });
    expect(() => theano.scan({ fn: (e) => e.mul(W), sequences: x, strict: true })).toThrow(/it uses W/);
    const [s] = theano.scan({ fn: (e, w) => e.mul(w), sequences: x, nonSequences: W, strict: true });
    expect(theano.function([x], s)([1, 2]).toList()).toEqual([2, 4]);
  });
});
