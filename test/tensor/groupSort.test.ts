/** Many lines sorted together, on every target against the op's own `perform`: all lengths around blocks of the network, and all counts around groups. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { array, fromFlat, toFlat } from "../../src/array/index.ts";
import type { NdArray } from "../../src/array/ndArray.ts";
import * as theano from "../../src/index.ts";
import { tensor as T } from "../../src/index.ts";
import { IrBuilder } from "../../src/ir/build.ts";
import { whyNotNative } from "../../src/runtime/native/device.ts";
import { mostInGroups } from "../../src/tensor/groupSort.ts";
import { EIGHT, PLACES, SortNetwork } from "../../src/tensor/sortNetwork.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";
import { agree as agreeOnBits, difference, DTYPES, edges, sample } from "../conformance/driver.ts";

const TARGETS = whyNotNative() === null ? (["wasm", "c"] as const) : (["wasm"] as const);
const REAL = DTYPES.filter((d) => !d.startsWith("complex"));
const LENGTHS = [
  0, 1, 2, 3, 7, 8, 9, 16, 17, 31, 32, 33, 63, 64, 65, 100, 127, 129, 255, 256, 257, 513, 1000, 1024, 1025,
];
const COUNTS = [0, 1, 2, 3, 4, 5, 7, 8, 9, 17];

beforeAll(() => void (theano.config["gcc.cxxflags"] = "-O1"));
afterAll(() => void (theano.config["gcc.cxxflags"] = ""));

/** Plain and special elements in turn, some of them equal. */
function mixed(dtype: theano.DType, shape: readonly number[], seed = 1): NdArray {
  const n = shape.reduce((a, b) => a * b, 1);
  const [plain, special] = [toFlat(sample(dtype, [n], seed)), toFlat(edges(dtype, n, seed))];
  return fromFlat(
    plain.map((x, i) => (i % 3 === 0 ? special[i]! : x)),
    shape,
    dtype,
  );
}

type Compiled = (...args: unknown[]) => NdArray[];

function compile(linker: "reference" | "c" | "wasm", x: TensorVariable, outputs: readonly TensorVariable[]): Compiled {
  return theano.function([x], [...outputs], { mode: new theano.Mode({ linker }) }) as never;
}

function agree(x: TensorVariable, outputs: readonly TensorVariable[], args: readonly NdArray[]): void {
  const reference = compile("reference", x, outputs);
  for (const linker of TARGETS) {
    const f = compile(linker, x, outputs);
    for (const arg of args) {
      const wanted = reference(arg);
      for (const [i, got] of f(arg).entries())
        expect(difference(got, wanted[i]!, {}), `${linker}, ${arg.shape.join(" x ")}, result ${i}`).toBeNull();
    }
  }
}

describe("the network of eight", () => {
  it("sorts all that is zero or one, and so everything", () => {
    for (let bits = 0; bits < 256; bits++) {
      const x = Array.from({ length: PLACES }, (_, k) => (bits >> k) & 1);
      for (const [i, j] of EIGHT) if (x[i]! > x[j]!) [x[i], x[j]] = [x[j]!, x[i]!];
      expect(x).toEqual(x.toSorted());
    }
    expect(EIGHT).toHaveLength(19);
  });

  it("is all there is for eight elements", () => {
    const b = new IrBuilder();
    const keys = { buffer: b.buffer("keys", "f32", "temp", b.index(64)), lanes: 8 };
    expect(new SortNetwork(b, keys).sort(b.index(8)).map((s) => s.kind)).toEqual(["for"]);
    expect(new SortNetwork(b, keys).sort(b.index(9)).map((s) => s.kind)).toContain("while");
  });
});

describe("lines sorted in groups", () => {
  it.each(REAL)("of every length, along both axes: %s", (dtype) => {
    const x = T.tensor({ dtype, shape: [null, null] });
    const rows = LENGTHS.flatMap((n, i) => [mixed(dtype, [5, n], i), mixed(dtype, [COUNTS[i % COUNTS.length]!, n], i)]);
    agree(x, [T.sort(x, { axis: 1 })], rows);
    const columns = LENGTHS.map((n, i) => mixed(dtype, [n, COUNTS[(i + 3) % COUNTS.length]!], i));
    agree(x, [T.sort(x, { axis: 0 })], columns);
  });

  it.each(["int16", "int64", "float16", "float32"] as const)("of sizes that are known: %s", (dtype) => {
    for (const shape of [
      [17, 100],
      [3, 8],
      [8, 1000],
      [2, 9],
      [4, 0],
    ]) {
      const x = T.tensor({ dtype, shape });
      agree(x, [T.sort(x, { axis: 0 }), T.sort(x, { axis: 1 })], [mixed(dtype, shape)]);
    }
  });

  it.each(["uint8", "float32", "float64"] as const)("in every count, backwards and with steps: %s", (dtype) => {
    const x = T.tensor({ dtype, shape: [null, null] });
    const some = x.at("::-1", "::2");
    const outputs = [T.sort(x), T.sort(some), T.sort(some, { axis: 0 }), T.sort(x.T), T.sort(x.T, { axis: 0 })];
    agree(
      x,
      outputs,
      COUNTS.map((count) => mixed(dtype, [count, 21], count)),
    );
  });

  it("of three axes", () => {
    const known = T.tensor({ dtype: "float32", shape: [9, 12, 2] });
    agree(known, [T.sort(known, { axis: 0 }), T.sort(known, { axis: 1 })], [mixed("float32", [9, 12, 2])]);
    const x = T.tensor({ dtype: "float32", shape: [null, null, null] });
    const shapes = [
      [3, 5, 40],
      [10, 3, 9],
      [5, 40, 2],
      [2, 0, 5],
    ];
    for (const axis of [0, 1, 2])
      agree(
        x,
        [T.sort(x, { axis })],
        shapes.map((shape) => mixed("float32", shape)),
      );
  });

  it.each(["float16", "float32"] as const)("up to the longest, and beyond: %s", (dtype) => {
    const x = T.tensor({ dtype, shape: [null, null] });
    const most = mostInGroups(dtype);
    agree(
      x,
      [T.sort(x)],
      [most - 1, most, most + 1].map((n) => mixed(dtype, [3, n])),
    );
  });

  it("keep the signs of zeros in their order, and put NaN last", () => {
    const kinds: ((i: number) => number)[] = [
      (i) => (i % 2 === 0 ? 0 : -0),
      (i) => [0, -0, 1, -1, -0][i % 5]!,
      () => NaN,
      (i) => [NaN, Infinity, -Infinity, 2][i % 4]!,
      () => Infinity,
      (i) => [Infinity, NaN, 0, -0][(i * 7) % 4]!,
      (i) => i,
      (i) => -i,
      () => 5,
    ];
    for (const dtype of ["float16", "float32", "float64"] as const) {
      const x = T.tensor({ dtype, shape: [null, null] });
      const lines = (n: number): NdArray =>
        array(
          kinds.map((f) => Array.from({ length: n }, (_, i) => f(i))),
          dtype,
        );
      agree(x, [T.sort(x), T.sort(x.T, { axis: 0 })], [lines(7), lines(64), lines(201)]);
    }
  });

  it.each(["int32", "float32", "float64"] as const)("with the bits of the interpreter: %s", (dtype) => {
    const x = T.tensor({ dtype, shape: [null, null] });
    const args = [
      [5, 33],
      [9, 8],
      [3, 70],
    ].map((shape) => [mixed(dtype, shape)]);
    agreeOnBits("rows and columns", [x], [T.sort(x), T.sort(x, { axis: 0 })], args);
  });

  it("the same on two threads as on one", () => {
    for (const linker of TARGETS) {
      const x = T.fmatrix("x");
      const arg = mixed("float32", [1003, 301]);
      const [one, two] = [1, 2].map((threads) => {
        theano.config.nThreads = threads;
        try {
          return compile(linker, x, [T.sort(x), T.sort(x, { axis: 0 })])(arg);
        } finally {
          theano.config.nThreads = 0;
        }
      });
      for (const [i, got] of two!.entries()) expect(difference(got, one![i]!, {}), `${linker}, ${i}`).toBeNull();
    }
  });
});
