/**
 * Bad input: every case ends in a typed error that says what is wrong, in at most 12 lines. Errors of calls name the op or the argument,
 * change nothing, and leave the function usable.
 */
import { describe, expect, it } from "vitest";
import * as theano from "../../src/index.ts";
import { tensor as T } from "../../src/index.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";

type ErrorClass = new (...args: never[]) => theano.TheanoError;

function caught(run: () => unknown): theano.TheanoError {
  let result: unknown;
  try {
    result = run();
  } catch (error) {
    expect(error).toBeInstanceOf(theano.TheanoError);
    return error as theano.TheanoError;
  }
  expect.fail(`no error; the result is ${String(result)}`);
}

function check(error: theano.TheanoError, kind: ErrorClass, text: RegExp): void {
  expect(`${error.name}: ${error.message}`).toMatch(text);
  expect(error).toBeInstanceOf(kind);
  expect(error.name).toBe((kind as unknown as { name: string }).name);
  expect(typeof error.code).toBe("string");
  expect(error.message.split("\n").length).toBeLessThanOrEqual(12);
}

// --- while a graph is built ----------------------------------------------------------------------

const v = (): TensorVariable => T.dvector("v");
const m = (): TensorVariable => T.dmatrix("m");
const i = (): TensorVariable => T.ivector("i");
const fixed = (...shape: number[]): TensorVariable => T.tensor({ dtype: "float64", shape, name: "fixed" });

const BUILDING: readonly (readonly [string, ErrorClass, RegExp, () => unknown])[] = [
  ["sizes that are known to differ", theano.ShapeMismatchError, /3.*4|4.*3/s, () => T.add(fixed(3), fixed(4))],
  [
    "inner sizes of a product that are known to differ",
    theano.ShapeMismatchError,
    /dot/i,
    () => T.dot(fixed(2, 3), fixed(4, 2)),
  ],
  ["matmul of a scalar", theano.RankError, /matmul/i, () => T.matmul(T.dscalar(), m())],
  ["an axis out of range", theano.AxisError, /sum/, () => T.sum(v(), { axis: 1 })],
  ["a negative axis out of range", theano.AxisError, /max/, () => T.max(m(), { axis: -3 })],
  ["an axis twice", theano.AxisError, /sum/, () => T.sum(m(), { axis: [0, 0] })],
  ["a fraction as axis", theano.AxisError, /sum/, () => T.sum(m(), { axis: 0.5 })],
  ["dimshuffle that drops a long axis", theano.BroadcastError, /dimshuffle/i, () => fixed(3, 2).dimshuffle(1)],
  ["dimshuffle of an axis that is not there", theano.AxisError, /dimshuffle/i, () => v().dimshuffle(0, 1)],
  ["dimshuffle with an axis twice", theano.TheanoError, /dimshuffle/i, () => m().dimshuffle(0, 0)],
  ["a transpose with too few axes", theano.TheanoError, /transpose/i, () => T.transpose(m(), [0])],
  ["a constant index out of range", theano.IndexError, /5/, () => fixed(3).at(5)],
  ["more indices than axes", theano.IndexError, /axes|indices|rank/i, () => v().at(0, 0)],
  ["an index that is a fraction", theano.IndexError, /whole number/, () => v().at(1.5)],
  ["an index tensor of floats", theano.IndexError, /integer or bool/, () => v().at(v())],
  ["a slice that cannot be read", theano.ValueError, /1:x/, () => v().at("1:x")],
  ["a slice with step 0", theano.TheanoError, /step|zero|0/, () => v().at("::0")],
  ["assignment to what was not indexed", theano.ArgumentError, /setSubtensor/, () => T.setSubtensor(v().add(1), 0)],
  ["assignment of a value of higher rank", theano.RankError, /setSubtensor/, () => T.setSubtensor(v().at("1:3"), m())],
  ["assignment that loses precision", theano.DtypeError, /int32/, () => T.setSubtensor(i().at(0), T.dscalar())],
  ["a number out of the range of the dtype it meets", theano.DtypeError, /int8/, () => T.bvector().add(300)],
  ["bitwise and of floats", theano.DtypeError, /and/, () => T.and(v(), v())],
  ["an order on complex numbers", theano.DtypeError, /max|complex/i, () => T.max(T.zvector())],
  ["a cast from complex to real", theano.DtypeError, /complex/, () => T.zvector().astype("float64")],
  ["a dtype that is not there", theano.DtypeError, /float33/, () => T.zeros([2], "float33" as "float32")],
  ["a reshape to two unknown sizes", theano.ValueError, /reshape/i, () => v().reshape([-1, -1])],
  ["a reshape that does not fit", theano.ShapeMismatchError, /reshape/i, () => fixed(6).reshape([4, 2])],
  ["joining different ranks", theano.TheanoError, /join/i, () => T.join(0, v(), m())],
  ["joining nothing", theano.TheanoError, /join/i, () => T.join(0)],
  ["splitting with negative sizes", theano.TheanoError, /split/i, () => T.split(v(), [-1, 2])],
  ["a negative size", theano.ValueError, /-2/, () => T.zeros([-2])],
  ["a size that is a fraction", theano.TheanoError, /1\.5/, () => T.zeros([1.5])],
  ["a size that is NaN", theano.TheanoError, /NaN/, () => T.zeros([NaN])],
  ["arange with step 0", theano.ValueError, /step/, () => theano.function([], T.arange(0, 5, 0))()],
  ["the gradient of a vector", theano.RankError, /scalar/, () => theano.grad(v().mul(2), [])],
  [
    "the gradient with respect to something else",
    theano.DisconnectedInputError,
    /part of|disconnected|not/i,
    () => theano.grad(T.sum(v()), v()),
  ],
  ["an expression that cannot be read", theano.ArgumentError, /column|\^|expected/i, () => T.expr`log(${v()}`],
  ["a function that is not there in an expression", theano.ArgumentError, /nonsense/, () => T.expr`nonsense(${v()})`],
  [
    "specifyShape that contradicts the type",
    theano.ShapeMismatchError,
    /specifyShape/i,
    () => T.specifyShape(fixed(3), [4]),
  ],
  ["class numbers that are floats", theano.DtypeError, /integer/, () => T.nnet.categoricalCrossentropy(m(), v())],
  ["softmax of a scalar", theano.TheanoError, /softmax/i, () => T.nnet.softmax(T.dscalar())],
];

// --- while a function is made --------------------------------------------------------------------

const COMPILING: readonly (readonly [string, ErrorClass, RegExp, () => unknown])[] = [
  [
    "a missing input",
    theano.MissingInputError,
    /y/,
    () => theano.function([T.dscalar("x")], T.dscalar("y"), { onUnusedInput: "ignore" }),
  ],
  [
    "an unused input",
    theano.UnusedInputError,
    /unusedOne/,
    () => theano.function([T.dscalar("unusedOne")], T.constant(1)),
  ],
  [
    "an input twice",
    theano.UnusedInputError,
    /twice/,
    () => {
      const x = T.dscalar("x");
      return theano.function([x, x], x);
    },
  ],
  ["an output that is no variable", theano.ArgumentError, /output/i, () => theano.function([], 3 as never)],
  ["an input that is no variable", theano.ArgumentError, /input/i, () => theano.function([3 as never], T.constant(1))],
  [
    "a shared variable as input",
    theano.ArgumentError,
    /shared/i,
    () => {
      const s = theano.shared(1, { name: "s" });
      return theano.function([s as never], s);
    },
  ],
  [
    "an update of what is not shared",
    theano.TheanoError,
    /shared/i,
    () => {
      const x = T.dscalar("x");
      return theano.function([x], x, { updates: [[x as never, x.add(1)]] });
    },
  ],
  [
    "an update of another dtype",
    theano.UpdateError,
    /float32/,
    () => {
      const s = theano.shared(theano.zeros([2], "float32"));
      return theano.function([], [], { updates: [[s, T.zeros([2], "float64")]] });
    },
  ],
  [
    "an update of another rank",
    theano.UpdateError,
    /rank|matrix|shape/i,
    () => {
      const s = theano.shared(theano.zeros([2]));
      return theano.function([], [], { updates: [[s, T.zeros([2, 2])]] });
    },
  ],
  [
    "two updates of one variable",
    theano.UpdateError,
    /twice|two|already|more than/i,
    () => {
      const s = theano.shared(1);
      return theano.function([], [], {
        updates: [
          [s, s.add(1)],
          [s, s.add(2)],
        ],
      });
    },
  ],
  [
    "a mode that is not there",
    theano.TheanoError,
    /FASTER/,
    () => theano.function([], T.constant(1), { mode: "FASTER" as "FAST_RUN" }),
  ],
  [
    "a given of another type",
    theano.TheanoError,
    /given/i,
    () => {
      const x = T.dvector("x");
      return theano.function([], T.sum(x), { givens: [[x, T.zeros([2, 2])]] });
    },
  ],
];

// --- while a function is called ------------------------------------------------------------------

interface Call {
  readonly kind: ErrorClass;
  readonly text: RegExp;
  readonly make: (x: TensorVariable, y: TensorVariable) => TensorVariable;
  readonly inputs?: () => [TensorVariable, TensorVariable];
  readonly bad: readonly unknown[];
  readonly good?: readonly unknown[];
}

const GOOD = [
  [1, 2, 3],
  [4, 5, 6],
];
const both = (make: (x: TensorVariable) => TensorVariable) => (x: TensorVariable, y: TensorVariable) =>
  make(x).add(T.sum(y).mul(0));
const detached = (): Float64Array => {
  const a = new Float64Array(3);
  structuredClone(a.buffer, { transfer: [a.buffer] });
  return a;
};

const CALLING: Readonly<Record<string, Call>> = {
  "sizes that differ": {
    kind: theano.ShapeMismatchError,
    text: /add|Elemwise/,
    make: (x, y) => x.add(y),
    bad: [
      [1, 2, 3],
      [1, 2],
    ],
  },
  "1 against n": {
    kind: theano.ShapeMismatchError,
    text: /T\.row|addBroadcast/,
    make: (x, y) => x.mul(y),
    bad: [[1, 2, 3], [1]],
  },
  "an index out of range": { kind: theano.IndexError, text: /out of/, make: both((x) => x.at(2)), bad: [[1, 2], [1]] },
  "a negative index out of range": {
    kind: theano.IndexError,
    text: /out of/,
    make: both((x) => x.at(-3)),
    bad: [[1, 2], [1]],
  },
  "a gathered index out of range": {
    kind: theano.IndexError,
    text: /out of bounds/,
    make: (x, y) => x.at(y.astype("int64")),
    bad: [
      [1, 2, 3],
      [0, 9],
    ],
    good: [
      [1, 2, 3],
      [0, 1],
    ],
  },
  "the maximum of nothing": { kind: theano.ValueError, text: /empty/, make: (x, y) => T.max(x).add(y), bad: [[], [1]] },
  "the position of the minimum of nothing": {
    kind: theano.ValueError,
    text: /empty/,
    make: (x, y) => T.argmin(x).add(y),
    bad: [[], [1]],
  },
  "a reshape that does not fit": {
    kind: theano.ShapeMismatchError,
    text: /reshape/i,
    make: both((x) => x.reshape([3, 1]).at(0, 0)),
    bad: [[1, 2], [1]],
  },
  "a product that does not fit": {
    kind: theano.ShapeMismatchError,
    text: /aligned|dot/i,
    make: (x, y) => T.dot(x, y),
    bad: [
      [1, 2, 3],
      [1, 2],
    ],
  },
  "too high a rank": { kind: theano.RankError, text: /x/, make: (x, y) => x.add(y), bad: [[[1, 2, 3]], [1, 2, 3]] },
  "too low a rank": { kind: theano.RankError, text: /x/, make: (x, y) => x.add(y), bad: [1, [1, 2, 3]] },
  "ragged rows": {
    kind: theano.ValueError,
    text: /ragged|inhomogeneous|length/i,
    make: (x, y) => x.add(y),
    bad: [[[1, 2], [3]], [1]],
  },
  text: { kind: theano.TheanoError, text: /x/, make: (x, y) => x.add(y), bad: ["abc", [1]] },
  null: { kind: theano.TheanoError, text: /x/, make: (x, y) => x.add(y), bad: [null, [1]] },
  "an object without data": {
    kind: theano.TheanoError,
    text: /x/,
    make: (x, y) => x.add(y),
    bad: [{ shape: [3] }, [1]],
  },
  "a detached buffer": { kind: theano.ValueError, text: /detached/, make: (x, y) => x.add(y), bad: [detached(), [1]] },
  "a buffer that is too short": {
    kind: theano.TheanoError,
    text: /short|elements|beyond|reach/i,
    make: (x, y) => x.add(y),
    bad: [{ data: new Float64Array(2), shape: [3] }, [1]],
  },
  "negative sizes": {
    kind: theano.TheanoError,
    text: /-3/,
    make: (x, y) => x.add(y),
    bad: [{ data: new Float64Array(3), shape: [-3] }, [1]],
  },
  "sizes that are fractions": {
    kind: theano.TheanoError,
    text: /2\.5/,
    make: (x, y) => x.add(y),
    bad: [{ data: new Float64Array(3), shape: [2.5] }, [1]],
  },
  "sizes that are NaN": {
    kind: theano.TheanoError,
    text: /NaN/,
    make: (x, y) => x.add(y),
    bad: [{ data: new Float64Array(3), shape: [NaN] }, [1]],
  },
  "complex numbers for real ones": {
    kind: theano.DtypeError,
    text: /complex/,
    make: (x, y) => x.add(y),
    bad: [theano.zeros([3], "complex128"), [1]],
  },
  "too many arguments": {
    kind: theano.ArgumentError,
    text: /3|arguments/,
    make: (x, y) => x.add(y),
    bad: [[1], [1], [1]],
  },
  "too few arguments": { kind: theano.MissingInputError, text: /y/, make: (x, y) => x.add(y), bad: [[1]] },
  "doubles for single precision": {
    kind: theano.DtypeError,
    text: /float32/,
    make: (x, y) => x.add(y),
    inputs: () => [T.fvector("x"), T.fvector("y")],
    bad: [Float64Array.of(0.1, 1, 2), Float32Array.of(1, 2, 3)],
  },
  "a fraction for an integer": {
    kind: theano.DtypeError,
    text: /int32/,
    make: (x, y) => x.add(y),
    inputs: () => [T.ivector("x"), T.ivector("y")],
    bad: [
      [1.5, 1, 2],
      [1, 2, 3],
    ],
  },
  "NaN for an integer": {
    kind: theano.DtypeError,
    text: /int32/,
    make: (x, y) => x.add(y),
    inputs: () => [T.ivector("x"), T.ivector("y")],
    bad: [
      [NaN, 1, 2],
      [1, 2, 3],
    ],
  },
  "an integer out of range": {
    kind: theano.DtypeError,
    text: /int8/,
    make: (x, y) => x.add(y),
    inputs: () => [T.bvector("x"), T.bvector("y")],
    bad: [
      [128, 1, 2],
      [1, 2, 3],
    ],
  },
  "a row with two rows": {
    kind: theano.ShapeMismatchError,
    text: /x/,
    make: (x, y) => x.add(y),
    inputs: () => [T.drow("x"), T.dvector("y")],
    bad: [
      [
        [1, 2],
        [3, 4],
      ],
      [1, 2],
    ],
    good: [[[1, 2]], [1, 2]],
  },
};

describe("bad input while a graph is built", () => {
  it.each(BUILDING)("%s", (_, kind, text, run) => {
    const error = caught(run);
    if (kind === theano.TheanoError) expect(`${error.name}: ${error.message}`).toMatch(text);
    else check(error, kind, text);
    expect(error.message.split("\n").length).toBeLessThanOrEqual(12);
  });
});

describe("bad input while a function is made", () => {
  it.each(COMPILING)("%s", (_, kind, text, run) => {
    const error = caught(run);
    if (kind === theano.TheanoError) expect(`${error.name}: ${error.message}`).toMatch(text);
    else check(error, kind, text);
  });
});

describe("bad input while a function is called", () => {
  for (const linker of ["reference", "wasm"] as const) {
    it.each(Object.entries(CALLING))(`${linker}: %s`, (_, { kind, text, make, inputs, bad, good = GOOD }) => {
      const [x, y] = inputs?.() ?? [T.dvector("x"), T.dvector("y")];
      const calls = theano.shared(0, { name: "calls" });
      const last = theano.shared(theano.zeros([3]), { name: "last" });
      const out = make(x, y);
      const f = theano.function([x, y], out, {
        mode: new theano.Mode({ linker }),
        updates: [
          [calls, calls.add(1)],
          [last, last.add(T.sum(out).astype("float64"))],
        ],
      });
      const before = String(f(...(good as never[])));
      const state = String(last.getValue());
      const error = caught(() => f(...(bad as never[])));
      if (kind === theano.TheanoError) expect(`${error.name}: ${error.message}`).toMatch(text);
      else check(error, kind, text);
      expect(error.message.split("\n").length).toBeLessThanOrEqual(12);
      // Nothing was written, and the function goes on as if nothing had happened.
      expect(Number(calls.getValue())).toBe(1);
      expect(String(last.getValue())).toBe(state);
      expect(String(f(...(good as never[])))).toBe(before);
    });
  }

  it("names the op, the shapes and the line that made the node", () => {
    const [x, y] = [T.dvector("x"), T.dvector("y")];
    const sum = x.add(y);
    for (const linker of ["reference", "wasm"] as const) {
      const f = theano.function([x, y], sum, { mode: new theano.Mode({ linker }) });
      const error = caught(() => f([1, 2, 3], [1, 2]));
      expect(error.op).toMatch(/add|Elemwise/);
      expect(error.inputs).toEqual([
        { dtype: "float64", shape: [3] },
        { dtype: "float64", shape: [2] },
      ]);
      expect(String(error.createdAt)).toContain("badInput.test.ts");
    }
  });
});

describe("values and shared variables", () => {
  it("setValue that does not fit changes nothing", () => {
    const s = theano.shared([[1, 2]], { name: "s" });
    check(
      caught(() => s.setValue([1, 2] as never)),
      theano.RankError,
      /rank|matrix/i,
    );
    check(
      caught(() => s.setValue(theano.zeros([1, 1], "complex128") as never)),
      theano.DtypeError,
      /complex/,
    );
    expect(String(s.getValue())).toBe("[[1. 2.]]");
  });

  it("64-bit integers that a number cannot hold", () => {
    const big = theano.array([2n ** 60n + 1n], "int64");
    check(
      caught(() => big.toList()),
      theano.ValueError,
      /bigint/i,
    );
  });

  it("malformed files", () => {
    const whole = theano.writeNpy(
      theano.array([
        [1, 2],
        [3, 4],
      ]),
    );
    const text = new TextDecoder("latin1").decode(whole);
    const edited = (from: string, to: string): Uint8Array => {
      expect(text).toContain(from);
      return Uint8Array.from(text.replace(from, to.padEnd(from.length)), (c) => c.charCodeAt(0));
    };
    const cases: Uint8Array[] = [
      new Uint8Array(),
      Uint8Array.of(1, 2, 3),
      whole.subarray(0, 40),
      whole.subarray(0, whole.length - 1),
      edited("(2, 2)", "(2,-2)"),
      edited("(2, 2), ", "(9e9, 2)"),
      edited("<f8", "<f7"),
      edited("'shape'", "'shapo'"),
      edited("NUMPY", "NUMPI"),
    ];
    for (const file of cases)
      check(
        caught(() => theano.readNpy(file)),
        theano.FileFormatError,
        /npy/i,
      );
    expect(String(theano.readNpy(whole))).toBe("[[1. 2.]\n [3. 4.]]");
  });
});
