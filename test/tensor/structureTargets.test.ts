/** Sizes at which structural ops take another way through their loops, on both targets against each op's own `perform`. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { NdArray } from "../../src/array/ndArray.ts";
import * as theano from "../../src/index.ts";
import { tensor as T } from "../../src/index.ts";
import { whyNotNative } from "../../src/runtime/native/device.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";
import { difference, DTYPES, edges, sample } from "../conformance/driver.ts";

const why = whyNotNative();
const TARGETS = why === null ? (["wasm", "c"] as const) : (["wasm"] as const);

beforeAll(() => void (theano.config["gcc.cxxflags"] = "-O1"));
afterAll(() => void (theano.config["gcc.cxxflags"] = ""));

function agree(
  inputs: readonly TensorVariable[],
  outputs: readonly TensorVariable[],
  argLists: readonly unknown[][],
): void {
  const compile = (linker: "reference" | "c" | "wasm"): ((...args: unknown[]) => NdArray[]) =>
    theano.function([...inputs], [...outputs], { mode: new theano.Mode({ linker }) }) as never;
  const reference = compile("reference");
  for (const linker of TARGETS) {
    const f = compile(linker);
    for (const args of argLists) {
      const wanted = reference(...args);
      for (const [i, got] of f(...args).entries())
        expect(difference(got, wanted[i]!, {}), `${linker}, result ${i}: ${outputs[i]!.toString()}`).toBeNull();
    }
  }
}

/** Numbers that go round, with all kinds of special ones among them. */
function mixed(dtype: theano.DType, n: number): NdArray {
  const [plain, special] = [sample(dtype, [n]), edges(dtype, n, 3)];
  const [x, y] = [plain, special].map((a) => a.toList(dtype.endsWith("int64") ? { bigint: true } : {})) as [
    unknown[],
    unknown[],
  ];
  return theano.array(x.map((e, i) => (i % 3 === 0 ? y[i] : e)) as never, dtype);
}

describe("sorting lines of every length", () => {
  it.each(DTYPES.filter((d) => !d.startsWith("complex")))("%s", (dtype) => {
    const x = T.tensor({ dtype, shape: [null] });
    const lengths = [0, 1, 39, 40, 257, 8191, 8192, 70_001];
    agree(
      [x],
      [T.sort(x), T.argsort(x)],
      lengths.map((n) => [mixed(dtype, n)]),
    );
  });

  it.each(["float32", "float64"] as const)("values and positions apart, and in rows and columns: %s", (dtype) => {
    const x = T.tensor({ dtype, shape: [null, null] });
    for (const axis of [0, 1]) {
      const args = [
        [3, 50],
        [50, 3],
        [2, 8200],
        [0, 60],
        [60, 0],
      ].map(([r, c]) => [theano.function([], T.reshape(T.constant(mixed(dtype, r! * c!)), [r!, c!]))()]);
      agree([x], [T.sort(x, { axis })], args);
      agree([x], [T.argsort(x, { axis })], args);
    }
  });

  it("keeps the signs of zeros in their order", () => {
    const n = 100_000;
    const x = Float64Array.from({ length: n }, (_, i) => (i % 5 === 0 ? 0 : i % 5 === 1 ? -0 : (i % 7) - 3));
    const v = T.dvector("x");
    agree([v], [T.sort(v)], [[theano.array(x)], [theano.array(x.subarray(0, 1000))]]);
  });
});

describe("the largest and smallest few", () => {
  it.each(DTYPES.filter((d) => !d.startsWith("complex")))("%s", (dtype) => {
    const x = T.tensor({ dtype, shape: [null] });
    const args = [100, 129, 3000].map((n) => [mixed(dtype, n)]);
    agree([x], [...T.topkAndArgtopk(x, 100), ...T.topkAndArgtopk(x, -100)], args);
  });

  it("in the worst orders, equal ones, and those that are no numbers", () => {
    const x = T.dvector("x");
    const kinds: ((i: number) => number)[] = [
      (i) => i,
      (i) => -i,
      () => 7,
      () => NaN,
      (i) => (i % 3 === 0 ? NaN : i % 3 === 1 ? 0 : -0),
      (i) => (i % 1000 === 0 ? NaN : (i * 7919) % 1001),
    ];
    const args = [300, 70_000].flatMap((n) => kinds.map((f) => [Float64Array.from({ length: n }, (_, i) => f(i))]));
    for (const k of [1, 200]) agree([x], [...T.topkAndArgtopk(x, k), ...T.topkAndArgtopk(x, -k)], args);
  });

  it("of every axis, and as many as there are", () => {
    const x = T.tensor({ dtype: "float32", shape: [null, null, null] });
    for (const axis of [0, 1, 2]) {
      const args = [[sample("float32", [5, 6, 7])], [sample("float32", [7, 300, 5])], [sample("float32", [6, 5, 400])]];
      agree([x], [...T.topkAndArgtopk(x, 5, { axis }), ...T.topkAndArgtopk(x, -3, { axis })], args);
    }
    const f = theano.function([x], T.topk(x, 5));
    expect(() => f(theano.zeros([2, 3, 4], "float32"))).toThrow(theano.ShapeMismatchError);
    expect(f(theano.zeros([2, 0, 5], "float32")).shape).toEqual([2, 0, 5]);
  });
});

describe("transpositions in tiles", () => {
  it.each(DTYPES)("%s", (dtype) => {
    const x = T.tensor({ dtype, shape: [null, null] });
    const shapes = [
      [33, 65],
      [1, 40],
      [40, 1],
      [0, 40],
      [64, 32],
      [5, 100],
    ];
    agree(
      [x],
      [x.transpose(), x.at(T.slice(null, null, -1), T.slice(null, null, 2)).transpose()],
      shapes.map((shape) => [sample(dtype, shape)]),
    );
  });

  it("of three axes, and beside operands that lie the other way", () => {
    const x = T.tensor({ dtype: "float32", shape: [null, null, null] });
    const y = T.tensor({ dtype: "float64", shape: [null, null] });
    const permutations = [
      [0, 2, 1],
      [2, 0, 1],
      [1, 2, 0],
      [2, 1, 0],
      [1, 0, 2],
    ];
    agree(
      [x],
      permutations.map((p) => x.transpose(...p)),
      [[sample("float32", [3, 35, 70])], [sample("float32", [40, 2, 33])]],
    );
    agree(
      [y],
      [y.mul(2).add(y.transpose()), y.transpose().at(T.slice(3, null)).mul(2)],
      [[sample("float64", [70, 70])]],
    );
  });
});

describe("running sums and products along every axis", () => {
  it.each(DTYPES)("%s", (dtype) => {
    const x = T.tensor({ dtype, shape: [null, null, null] });
    const shapes = [
      [3, 4, 5],
      [2, 3, 700],
      [600, 2, 1],
      [0, 3, 4],
      [3, 0, 4],
      [3, 4, 0],
    ];
    agree(
      [x],
      [0, 1, 2].flatMap((axis) => [T.cumsum(x, { axis }), T.cumprod(x, { axis })]),
      shapes.map((shape) => [sample(dtype, shape)]),
    );
  });
});

describe("vectors written to at every so many places", () => {
  it.each(DTYPES)("%s", (dtype) => {
    const [x, y] = [T.tensor({ dtype, shape: [null] }), T.tensor({ dtype, shape: [null] })];
    for (const [index, count] of [
      ["::2", (n: number) => Math.ceil(n / 2)],
      ["1::3", (n: number) => Math.ceil((n - 1) / 3)],
      ["2:-3:4", (n: number) => Math.max(0, Math.ceil((n - 5) / 4))],
    ] as const) {
      const outputs = [T.setSubtensor(x.at(index), y), T.setSubtensor(x.at(index), y.at(0))];
      if (dtype !== "bool") outputs.push(T.incSubtensor(x.at(index), y));
      const args = [6, 7, 8, 9, 1000, 1001].map((n) => [sample(dtype, [n]), sample(dtype, [Math.max(1, count(n))])]);
      agree([x, y], outputs, args);
    }
  });

  it.each(["float32", "float64", "int64", "int16", "uint8", "complex64"] as const)(
    "of every length around those of vectors: %s",
    (dtype) => {
      const [x, y] = [T.tensor({ dtype, shape: [null] }), T.tensor({ dtype, shape: [null] })];
      for (const [start, step] of [
        [0, 2],
        [3, 2],
        [1, 3],
        [0, 4],
      ] as const) {
        const out = T.setSubtensor(x.at(T.slice(start, null, step)), y);
        const lengths = Array.from({ length: 20 }, (_, i) => 64 + 7 * i).concat([128, 129, 130, 131, 255, 256, 257]);
        agree(
          [x, y],
          [out],
          lengths.map((n) => [sample(dtype, [n]), sample(dtype, [Math.ceil((n - start) / step)], 2)]),
        );
      }
    },
  );

  it("from what they hold themselves", () => {
    const x = T.dvector("x");
    const half = x.at("::2").add(1);
    const outputs = [T.setSubtensor(x.at("::2"), half), T.incSubtensor(x.at("1::2"), half), x.at("::-1").at("1::2")];
    agree(
      [x],
      outputs,
      [2, 8, 16, 64, 98, 300].map((n) => [sample("float64", [n])]),
    );
  });

  it("and nothing at all", () => {
    const [x, y] = [T.dvector("x"), T.dvector("y")];
    const out = T.setSubtensor(x.at("5::2"), y);
    agree(
      [x, y],
      [out],
      [0, 1, 5, 6, 7, 8].map((n) => [sample("float64", [n]), sample("float64", [n > 5 ? Math.ceil((n - 5) / 2) : 0])]),
    );
  });
});

describe("every second element, and elements backwards", () => {
  it.each(DTYPES)("%s", (dtype) => {
    const x = T.tensor({ dtype, shape: [null] });
    // Sums in another type have fewer lanes than their elements have room for.
    const wide = T.cast(x.at("::2"), dtype.startsWith("complex") ? "complex128" : "float64").add(1);
    const outputs = [x.at("::2"), x.at("1::2"), x.at("::-1"), x.at("::3"), x.at("::-2"), wide, T.eq(x.at("::-1"), x)];
    const lengths = [0, 1, 2, 3, 7, 15, 16, 17, 31, 32, 33, 34, 63, 64, 65, 127, 128, 129, 300];
    agree(
      [x],
      outputs,
      lengths.map((n) => [mixed(dtype, n)]),
    );
  });
});

describe("transpositions of sizes around those of tiles and vectors", () => {
  const shapes = [
    [40, 40],
    [32, 64],
    [33, 31],
    [16, 100],
    [47, 66],
    [70, 17],
    [1, 50],
    [50, 1],
    [0, 40],
    [40, 0],
  ];

  it.each(DTYPES)("%s", (dtype) => {
    const [x, y] = [T.tensor({ dtype, shape: [null, null] }), T.tensor({ dtype, shape: [null, null] })];
    const isComplex = dtype.startsWith("complex");
    const outputs = [x.T, x.T.at("::-1"), x.at("::2").T, T.switch(T.eq(x.T, y), x.T, y)];
    // Some of what is computed reads along one axis and along the other, in types of several widths.
    if (dtype !== "bool") outputs.push(x.T.add(y), x.T.mul(x.T).add(y.mul(2)));
    if (!isComplex) outputs.push(T.exp(T.cast(x.T, "float64").mul(0.01)), T.cast(x.T, "int8"), T.cast(y, "float32").T);
    agree(
      [x, y],
      outputs,
      shapes.map((shape) => [sample(dtype, shape), sample(dtype, shape.toReversed(), 2)]),
    );
  });

  it.each(["float32", "float64", "uint8"] as const)("axes of three, two results at a time: %s", (dtype) => {
    const x = T.tensor({ dtype, shape: [null, null, null] });
    const turned = x.transpose(2, 0, 1);
    agree(
      [x],
      [turned, turned.add(1), x.transpose(1, 2, 0), x.transpose(2, 1, 0)],
      [
        [5, 33, 40],
        [40, 5, 37],
        [37, 40, 3],
        [20, 20, 20],
      ].map((shape) => [sample(dtype, shape)]),
    );
  });
});

describe("joined tensors", () => {
  it.each(DTYPES)("of %s along every axis, in one piece and not", (dtype) => {
    const [x, y] = [T.tensor({ dtype, shape: [null, null, null] }), T.tensor({ dtype, shape: [null, null, null] })];
    for (const axis of [0, 1, 2]) {
      const shapes = [
        [3, 4, 5],
        [2, 3, 200],
        [0, 4, 5],
        [40, 1, 130],
      ];
      const args = shapes.map((shape) => {
        const other = shape.map((n, k) => (k === axis ? n + 2 : n));
        return [sample(dtype, shape), sample(dtype, other)];
      });
      agree([x, y], [T.concatenate([x, y, x], axis), T.concatenate([x.at(T.slice(null, null, -1)), y], axis)], args);
    }
  });
});

describe("masks", () => {
  it.each([0, 1, 5, 1000])("of %d elements select in order", (n) => {
    const [x, m] = [T.dvector("x"), T.tensor({ dtype: "bool", shape: [null] })];
    const values = theano.array(Float64Array.from({ length: n }, (_, i) => i));
    const masks = [0, 1, 2, 3].map((kind) =>
      theano.array({
        data: Uint8Array.from({ length: n }, (_, i) => Number([false, true, i % 3 === 0, (i * 7919) % 5 < 2][kind])),
        shape: [n],
        dtype: "bool",
      }),
    );
    const f = theano.function([x, m], [x.at(m), m.nonzero()[0]!] as const);
    for (const mask of masks) {
      const flags = Array.from(mask.data as Uint8Array);
      const wanted = Array.from({ length: n }, (_, i) => i).filter((i) => flags[i] === 1);
      const [selected, places] = f(values, mask);
      expect(selected.toList()).toEqual(wanted);
      expect(places.toList()).toEqual(wanted);
    }
  });

  it.each(DTYPES)("of elements and rows of %s", (dtype) => {
    const [v, t] = [T.tensor({ dtype, shape: [null] }), T.tensor({ dtype, shape: [null, null, null] })];
    const bools = (rank: number): TensorVariable => T.tensor({ dtype: "bool", shape: Array(rank).fill(null) });
    const masks = (shape: readonly number[]): NdArray[] =>
      [0, 1, 3].map((kind) => {
        const n = shape.reduce((p, q) => p * q, 1);
        const data = Uint8Array.from({ length: n }, (_, i) => Number([false, true, false, (i * 7919) % 5 < 2][kind]));
        return theano.array({ data, shape, dtype: "bool" });
      });
    const m = bools(1);
    for (const n of [0, 1, 1003])
      agree(
        [v, m],
        [v.at(m), v.at("::-1").at(m)],
        masks([n]).map((mask) => [mixed(dtype, n), mask]),
      );
    const [rows, table, cube] = [bools(1), bools(2), bools(3)];
    const x = sample(dtype, [4, 5, 3]);
    agree(
      [t, rows],
      [t.at(rows)],
      masks([4]).map((mask) => [x, mask]),
    );
    agree(
      [t, table],
      [t.at(table)],
      masks([4, 5]).map((mask) => [x, mask]),
    );
    agree(
      [t, cube],
      [t.at(cube)],
      masks([4, 5, 3]).map((mask) => [x, mask]),
    );
  });

  it("that do not fit are refused, and gradients go where elements came from", () => {
    const [x, m] = [T.dvector("x"), T.tensor({ dtype: "bool", shape: [null] })];
    for (const linker of ["reference", ...TARGETS] as const) {
      const mode = new theano.Mode({ linker });
      const f = theano.function([x, m], x.at(m), { mode });
      for (const mask of [
        [true, false],
        [true, false, true, true],
      ]) {
        expect(() => f([1, 2, 3], mask)).toThrow(theano.IndexError);
        expect(() => f([1, 2, 3], mask)).toThrow(/mask does not fit/);
      }
      const g = theano.function([x, m], theano.grad(T.sum(T.sqr(x.at(m))), x), { mode });
      expect(g([1, 2, 3], [true, false, true]).toList()).toEqual([2, 0, 6]);
    }
  });
});
