/** What only values tell the size of: masks, positions of what is not zero, different elements. On both targets and the interpreter. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { NdArray } from "../../src/array/ndArray.ts";
import * as theano from "../../src/index.ts";
import { tensor as T } from "../../src/index.ts";
import { whyNotNative } from "../../src/runtime/native/device.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";
import { difference, DTYPES, edges, interpreted, sample } from "../conformance/driver.ts";

const TARGETS = whyNotNative() === null ? (["wasm", "c"] as const) : (["wasm"] as const);
type Linker = "reference" | "c" | "wasm";
type Run = (...args: unknown[]) => NdArray[];

beforeAll(() => void (theano.config["gcc.cxxflags"] = "-O1"));
afterAll(() => void (theano.config["gcc.cxxflags"] = ""));

function compile(linker: Linker, inputs: readonly TensorVariable[], outputs: readonly TensorVariable[]): Run {
  // As the user wrote it, for the reference: positions, which are then gathered.
  const optimizer = linker === "reference" ? "None" : "fast_run";
  const mode = new theano.Mode({ linker, optimizer });
  return theano.function([...inputs], [...outputs], { mode, onUnusedInput: "ignore" }) as never;
}

/** Every result of every target is that of `perform`, to the bit. The interpreter also checks each access; it is given what is small. */
function agree(
  inputs: readonly TensorVariable[],
  outputs: readonly TensorVariable[],
  argLists: readonly unknown[][],
): void {
  const reference = compile("reference", inputs, outputs);
  const wanted = argLists.map((args) => reference(...args));
  const compare = (what: string, run: (args: unknown[]) => NdArray[], most: number): void => {
    const got = argLists.map((args) => (isAtMost(args, most) ? run(args) : null));
    for (const [k, list] of got.entries())
      for (const [i, array] of (list ?? []).entries())
        expect(difference(array, wanted[k]![i]!, {}), `${what}, call ${k}, ${outputs[i]!.toString()}`).toBeNull();
  };
  for (const linker of TARGETS) {
    const f = compile(linker, inputs, outputs);
    compare(linker, (args) => f(...args), Infinity);
    if (linker === "wasm") compare("interpreter", interpreted(f as never), 20_000);
  }
}

function isAtMost(args: readonly unknown[], most: number): boolean {
  return args.every((a) => (a as NdArray).size <= most);
}

const KINDS: Readonly<Record<string, (i: number) => boolean>> = {
  none: () => false,
  all: () => true,
  every_other: (i) => i % 2 === 0,
  few: (i) => i % 197 === 3,
  random: (i) => (Math.imul(i + 7, 0x9e3779b1) >>> 13) % 2 === 0,
  first_half: (i) => i % 1000 < 500,
};
const LENGTHS = [0, 1, 2, 7, 8, 9, 63, 64, 65, 1000];

function flags(shape: readonly number[], isTrue: (i: number) => boolean): NdArray {
  const n = shape.reduce((p, m) => p * m, 1);
  return theano.array({ data: Uint8Array.from({ length: n }, (_, i) => Number(isTrue(i))), shape, dtype: "bool" });
}

const vector = (dtype: theano.DType): TensorVariable => T.tensor({ dtype, shape: [null] });

describe("x[mask]", () => {
  it.each(DTYPES)("of all kinds and lengths: %s", (dtype) => {
    const [x, m] = [vector(dtype), vector("bool")];
    const args = Object.values(KINDS).flatMap((kind) => LENGTHS.map((n) => [sample(dtype, [n]), flags([n], kind)]));
    args.push([sample(dtype, [8193]), flags([8193], KINDS["random"]!)]);
    agree([x, m], [x.at(m)], args);
  });

  it("in parts that threads share", () => {
    const [x, m] = [vector("float64"), vector("bool")];
    const n = 300_003;
    const data = theano.array(Float64Array.from({ length: n }, (_, i) => i)) as NdArray<"float64">;
    const args = ["random", "none", "all", "first_half", "few"].map((k) => [data, flags([n], KINDS[k]!)]);
    for (const linker of TARGETS) {
      const f = compile(linker, [x, m], [x.at(m), T.flatnonzero(m)]);
      for (let round = 0; round < 3; round++) {
        for (const [k, [, mask]] of args.entries()) {
          const [values, places] = f(data, mask!) as [NdArray<"float64">, NdArray<"int64">];
          const chosen = data.data.filter((i) => mask!.data[i] === 1);
          expect([values.size, places.size], `${linker}, ${k}`).toEqual([chosen.length, chosen.length]);
          expect(chosen.every((i, at) => values.data[at] === i && Number(places.data[at]) === i)).toBe(true);
        }
      }
    }
  });

  it("of several axes, of leading ones, of rows in any layout", () => {
    const x = T.tensor({ dtype: "float32", shape: [null, null, null] });
    const [m1, m2, m3] = [1, 2, 3].map((n) => T.tensor({ dtype: "bool", shape: new Array<null>(n).fill(null) })) as [
      TensorVariable,
      TensorVariable,
      TensorVariable,
    ];
    const turned = x.transpose();
    const reversed = x.at("::-1", "::2", "::-1");
    const outputs = [
      x.at(m1),
      x.at(m2),
      x.at(m3),
      x.at(null, "...", m1).at(0),
      x.at(":", m2.transpose()),
      turned.at(m3.transpose()),
      turned.at(m2.transpose().at("::-1")),
      turned.at(T.zerosLike(turned, { dtype: "bool" })),
      reversed.at(m3.at("::-1", "::2", "::-1")),
      reversed.at(m1.at("::-1")),
    ];
    const shapes = [
      [5, 5, 5],
      [1, 1, 1],
      [0, 0, 0],
      [12, 12, 12],
    ];
    const args = shapes.flatMap((s) =>
      ["random", "all", "none"].map((k) => [
        sample("float32", s),
        ...[1, 2, 3].map((r) => flags(s.slice(0, r), KINDS[k]!)),
      ]),
    );
    agree([x, m1, m2, m3], outputs, args);
  });

  it.each(["bool", "float16", "int64", "complex64", "complex128"] as const)("rows of %s, short and long", (dtype) => {
    const x = T.tensor({ dtype, shape: [null, null] });
    const m = vector("bool");
    const shapes = [
      [70, 3],
      [70, 0],
      [0, 4],
      [9, 300],
      [9000, 2],
    ];
    const args = shapes.map((s) => [sample(dtype, s), flags([s[0]!], KINDS["random"]!)]);
    agree([x, m], [x.at(m), x.transpose().at("::-1").at(":", m)], args);
  });

  it("of sizes that the types know", () => {
    const x = T.tensor({ dtype: "float64", shape: [4, 3] });
    const m = T.tensor({ dtype: "bool", shape: [4, 3] });
    const args = [[sample("float64", [4, 3]), flags([4, 3], KINDS["random"]!)]];
    agree([x, m], [x.at(m), x.at(m.at(":", 1)), x.at([true, false, false, true])], args);
  });

  it("goes on in the same function: sums, further masks, updates", () => {
    const [x, m] = [vector("float64"), vector("bool")];
    const chosen = x.at(m);
    const outputs = [
      chosen,
      chosen,
      chosen.add(1).sum(),
      chosen.shape[0]!,
      chosen.at(T.gt(chosen, 0)),
      T.sort(chosen).at("::-1"),
      x.at(T.gt(x, 0)).sum(),
      T.where(m, x, x.at(m).shape[0]!.astype("float64")),
    ];
    const args = [0, 1, 100, 9000, 30_000].map((n) => [sample("float64", [n]), flags([n], KINDS["random"]!)]);
    agree([x, m], outputs, args);
    const state = theano.shared(theano.array([1, -2, 3, -4, 5]));
    const drop = theano.function([], [], { updates: [[state, state.at(T.neq(state, T.max(state)))]] });
    for (let k = 0; k < 3; k++) drop();
    expect(state.getValue().toList()).toEqual([-2, -4]);
  });

  it("has the right gradient", () => {
    const data = theano.array([0.5, -1.5, 2.5, -3.5, 4.5, -5.5]);
    const mask = theano.array([true, false, true, true, false, true]);
    theano.gradient.verifyGrad((x) => T.sum(T.exp((x as TensorVariable).at(mask))), [data]);
    theano.gradient.verifyGrad((x) => T.sum(T.sqr((x as TensorVariable).at(T.gt(x as TensorVariable, 0)))), [data]);
    const [x, m] = [vector("float64"), vector("bool")];
    const g = theano.grad(T.sum(T.sqr(x.at(m))), x);
    agree(
      [x, m],
      [g],
      LENGTHS.map((n) => [sample("float64", [n]), flags([n], KINDS["random"]!)]),
    );
  });

  it("inside of a loop", () => {
    const x = T.dmatrix("x");
    const m = T.tensor({ dtype: "bool", shape: [null, null] });
    const [sums] = theano.scan({
      fn: (row: TensorVariable, flag: TensorVariable) => row.at(flag).sum(),
      sequences: [x, m],
    });
    agree([x, m], [sums as TensorVariable], [[sample("float64", [5, 9]), flags([5, 9], KINDS["random"]!)]]);
  });

  it.each(TARGETS)("results stay as they are, and borrowed ones have the right sizes: %s", (linker) => {
    const [x, m] = [vector("float64"), vector("bool")];
    const mode = new theano.Mode({ linker });
    const f = theano.function([x, m], [x.at(m), theano.Out(x.at(m).add(1), { borrow: true })], { mode });
    const borrowing = theano.function([x, m], theano.Out(x.at(m), { borrow: true }), { mode });
    for (const n of [10, 50_000]) {
      const data = theano.array(Float64Array.from({ length: n }, (_, i) => i));
      const [even, few] = [flags([n], (i) => i % 2 === 0), flags([n], (i) => i % 5 === 1)];
      const [one, more] = f(data, even) as [NdArray, NdArray];
      expect(more.at(-1).item()).toBe((one.at(-1).item() as number) + 1);
      const before = one.copy();
      const lent = borrowing(data, even) as NdArray;
      expect(difference(lent, before, {})).toBeNull();
      const second = (f(data, few) as NdArray[])[0]!;
      expect(difference(one, before, {})).toBeNull();
      expect(second.shape).toEqual([n / 5]);
      // A borrowed result as argument of the function whose next result takes its place.
      const again = borrowing(
        borrowing(data, even),
        flags([n / 2], (i) => i % 2 === 1),
      ) as NdArray;
      expect([again.shape[0], again.at(0).item(), again.at(-1).item()]).toEqual([
        n / 4 - (n % 4) / 4,
        2,
        n - 2 - (n % 4),
      ]);
    }
  });

  it("refuses a mask that does not fit, and works after that", () => {
    const [x, m] = [vector("float64"), vector("bool")];
    for (const linker of TARGETS) {
      const f = theano.function([x, m], x.at(m), { mode: new theano.Mode({ linker }) });
      const data = sample("float64", [5]);
      for (const n of [0, 4, 6]) {
        expect(() =>
          f(
            data,
            flags([n], () => true),
          ),
        ).toThrow(theano.IndexError);
      }
      expect(
        (
          f(
            data,
            flags([5], () => true),
          ) as NdArray
        ).shape,
      ).toEqual([5]);
    }
  });
});

describe("positions of what is not zero", () => {
  it.each(DTYPES)("%s", (dtype) => {
    const x = vector(dtype);
    const y = T.tensor({ dtype, shape: [null, null] });
    const args = [0, 1, 9, 64, 65, 1000, 9000].map((n) => [edges(dtype, n, 3), sample(dtype, [Math.ceil(n / 5), 5])]);
    const outputs = [T.flatnonzero(x), ...T.nonzero(y), T.nonzero(y, { returnMatrix: true }), T.nonzeroValues(x)];
    agree([x, y], [...outputs, T.argwhere(y.transpose()), T.flatnonzero(y.at("::-1"))], args);
  });

  it("of three and four axes", () => {
    const x = T.tensor({ dtype: "int32", shape: [null, null, null] });
    const y = T.tensor({ dtype: "int32", shape: [null, null, null, null] });
    const args = [
      [sample("int32", [4, 5, 6]), sample("int32", [3, 4, 5, 6])],
      [sample("int32", [4, 0, 6]), sample("int32", [1, 1, 1, 1])],
      [sample("int32", [1, 300, 31]), sample("int32", [7, 1, 40, 40])],
    ];
    agree([x, y], [...T.nonzero(x), ...T.nonzero(y), y.at(T.neq(y, 0)), T.nonzero(y)[2]!], args);
  });

  it("compress", () => {
    const x = T.dmatrix("x");
    const c = vector("bool");
    const args = [0, 1, 10, 100].map((n) => [sample("float64", [n, n]), flags([n], KINDS["random"]!)]);
    agree([x, c], [T.compress(c, x, { axis: 0 }), T.compress(c, x, { axis: 1 }), T.compress(c, x)], args);
    agree([x, c], [T.compress(c, x, { axis: 0 })], [[sample("float64", [9, 2]), flags([4], () => true)]]);
    for (const linker of TARGETS) {
      const f = theano.function([x, c], T.compress(c, x, { axis: 0 }), { mode: new theano.Mode({ linker }) });
      expect(() =>
        f(
          sample("float64", [3, 2]),
          flags([5], () => true),
        ),
      ).toThrow(theano.IndexError);
      expect(
        (
          f(
            sample("float64", [3, 2]),
            flags([5], (i) => i < 2),
          ) as NdArray
        ).shape,
      ).toEqual([2, 2]);
    }
  });
});

describe("different elements", () => {
  it.each(DTYPES)("%s", (dtype) => {
    const x = vector(dtype);
    const all = T.unique(x, { returnIndex: true, returnInverse: true, returnCounts: true });
    const args = [0, 1, 2, 9, 1000].flatMap((n) => [[sample(dtype, [n])], [edges(dtype, n, 3)]]);
    agree([x], [...all, T.unique(x)], args);
  });

  it("rows", () => {
    const x = T.tensor({ dtype: "int32", shape: [null, null] });
    const all = T.unique(x, { axis: 0, returnIndex: true, returnInverse: true, returnCounts: true });
    const shapes = [
      [30, 2],
      [0, 2],
      [4, 0],
      [1, 5],
    ];
    agree(
      [x],
      [...all, T.unique(x, { axis: 1 })],
      shapes.map((s) => [sample("int32", s)]),
    );
  });
});
