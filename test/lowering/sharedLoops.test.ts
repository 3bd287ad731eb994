/** Reductions of the same data share passes over the memory: how many loops there are, and that each gets the bits that it has alone. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as theano from "../../src/index.ts";
import { tensor as T } from "../../src/index.ts";
import type { NdArray } from "../../src/array/ndArray.ts";
import { whyNotNative } from "../../src/runtime/native/device.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";
import { agree, difference, sample } from "../conformance/driver.ts";

type Make = (x: TensorVariable) => TensorVariable[];

const along =
  (axis: number | null): Make =>
  (x) => [x.sum({ axis }), x.max({ axis }), T.sqr(x).sum({ axis }), x.sub(1).mul(x).min({ axis })];
const moments =
  (axis: number | null): Make =>
  (x) => [T.mean(x, { axis }), T.var(x, { axis })];

/** What is computed together, and in how many nests and reductions of the program for a matrix. */
const CASES: Readonly<Record<string, { readonly make: Make; readonly nests: number; readonly reduces: number }>> = {
  "sums and extremes of everything": { make: along(null), nests: 1, reduces: 2 },
  "sums and extremes of rows": { make: along(1), nests: 1, reduces: 1 },
  "sums and extremes of columns": { make: along(0), nests: 1, reduces: 0 },
  "mean and variance of everything": { make: moments(null), nests: 1, reduces: 4 },
  "mean and variance of rows": { make: moments(1), nests: 1, reduces: 2 },
  "sums of rows and columns": { make: (x) => [x.sum({ axis: 0 }), x.sum({ axis: 1 })], nests: 1, reduces: 1 },
  "a function and its sum": { make: (x) => [T.exp(x), T.exp(x).sum({ axis: 1 })], nests: 1, reduces: 1 },
  "arithmetic and its sums": {
    make: (x) => [x.mul(2).add(1), x.mul(2).add(1).sum({ axis: 1 }), x.sum({ axis: 0 })],
    nests: 1,
    reduces: 1,
  },
  // A search goes element by element: rows are shared, not the loop along them.
  "a sum and a search": { make: (x) => [x.sum({ axis: 1 }), T.argmax(x, { axis: 1 })], nests: 1, reduces: 2 },
  "a sum and a product": { make: (x) => [x.sum(), x.mul(0.01).add(1).prod(), T.argmin(x)], nests: 1, reduces: 3 },
  // Lanes are as many as fit into 64 bytes.
  "sums in two precisions": {
    make: (x) => [x.sum({ axis: 1 }), T.cast(x, "float32").sum({ axis: 1 })],
    nests: 1,
    reduces: 2,
  },
};

const DTYPES = ["float32", "float64", "int32"] as const;

const count = (text: string, what: RegExp): number => text.match(what)?.length ?? 0;

describe("loops that are shared", () => {
  it.each(Object.entries(CASES))("%s", (_, { make, nests, reduces }) => {
    const x = T.dmatrix("x");
    const f = theano.function([x], make(x), { mode: new theano.Mode({ linker: "wasm" }) });
    const text = String(f.program);
    expect([count(text, /^ {2}# /gm), count(text, /^ *reduce /gm)], text).toEqual([nests, reduces]);
  });
});

describe.each(["wasm", ...(whyNotNative() === null ? ["c"] : [])] as ("wasm" | "c")[])("bits on %s", (linker) => {
  beforeAll(() => {
    theano.config.nThreads = 1;
    theano.config["gcc.cxxflags"] = "-O1";
  });
  afterAll(() => {
    theano.config.nThreads = 0;
    theano.config["gcc.cxxflags"] = "";
  });

  it.each(Object.entries(CASES))("%s: as if alone", (_, { make }) => {
    // A compiler takes its time: the dtypes come in turn there.
    const turn = Object.values(CASES).findIndex((c) => c.make === make) % DTYPES.length;
    for (const dtype of linker === "wasm" ? DTYPES : [DTYPES[turn]!]) {
      const x = T.tensor({ dtype, shape: [null, null] }) as TensorVariable;
      const mode = new theano.Mode({ linker });
      const together = theano.function([x], make(x), { mode }) as unknown as (x: NdArray) => NdArray[];
      const alone = make(x).map((y) => theano.function([x], y, { mode }) as unknown as (x: NdArray) => NdArray);
      // Less than a vector, lanes and a bit, a block and a bit; more rows than are kept at a time.
      for (const shape of [
        [3, 5],
        [2, 43],
        [2, 2_071],
        [530, 19],
      ]) {
        const value = sample(dtype, shape);
        const got = together(value);
        for (const [i, f] of alone.entries()) {
          expect(difference(got[i]!, f(value), {}), `${dtype} (${shape.join()}), result ${i}`).toBeNull();
        }
      }
    }
  });
});

describe("what shares loops agrees with perform and the interpreter", () => {
  const layouts: Readonly<Record<string, Make>> = {
    "as it is": (x) => [x],
    transposed: (x) => [x.T],
    strided: (x) => [x.at("::2", "::-1")],
    broadcast: (x) => [x.at("0:1")],
  };
  it.each(Object.keys(layouts))("%s", (layout) => {
    for (const [name, { make }] of Object.entries(CASES)) {
      const x = T.dmatrix("x");
      const outputs = make(layouts[layout]!(x)[0]!);
      const shapes = [
        [1, 1],
        [7, 33],
        [70, 130],
      ];
      const args = shapes.map((shape) => [sample("float64", shape)]);
      // The interpreter's functions are those of JavaScript.
      agree(`${name}, ${layout}`, [x], outputs, args, { rel: 1e-12, abs: 1e-11 }, name !== "a function and its sum");
    }
  });

  it("nothing, and a number", () => {
    const sums: Make = (x) => [x.sum(), T.sqr(x).sum(), T.exp(x).prod(), x.mul(2)];
    const x = T.dmatrix("x");
    const matrix = [...sums(x), x.sum({ axis: 0 }), x.sum({ axis: 1 }), T.sqr(x).sum({ axis: 0 })];
    const empty = [
      [0, 5],
      [5, 0],
      [0, 0],
    ];
    agree(
      "nothing",
      [x],
      matrix,
      empty.map((shape) => [sample("float64", shape)]),
    );
    const s = T.dscalar("s");
    agree("a number", [s], [...sums(s), s.max(), T.argmax(s)], [[sample("float64", [])]], { rel: 1e-15 });
  });
});
