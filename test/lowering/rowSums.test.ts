/** Reductions over rows: blocks, strips and groups of rows give what the definition says, and the same bits for every number of threads. */
import { createHash } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import * as theano from "../../src/index.ts";
import { tensor as T } from "../../src/index.ts";
import type { NdArray } from "../../src/array/ndArray.ts";
import { whyNotNative } from "../../src/runtime/native/device.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";
import { sample } from "../conformance/driver.ts";

const TARGETS = ["wasm", ...(whyNotNative() === null ? ["c"] : [])] as ("wasm" | "c")[];

const bits = (a: NdArray): string =>
  createHash("sha256")
    .update(new Uint8Array(a.data.buffer, a.data.byteOffset, a.data.byteLength).slice())
    .digest("hex");

/** Shapes and axes: fewer rows than a group, a block and a bit, more than a round, more columns than a strip, kept axes outside. */
const CASES: readonly (readonly [readonly number[], readonly number[]])[] = [
  [[1, 7], [0]],
  [[5, 3], [0]],
  [[65, 130], [0]],
  [[577, 33], [0]],
  [[1_100, 20], [0]],
  [[9, 8_200], [0]],
  [[70, 4_100], [0]],
  [[0, 6], [0]],
  [[70, 4, 5], [0]],
  [[70, 4, 5], [1]],
  [[9, 67, 129], [1]],
  [
    [9, 70, 6],
    [0, 1],
  ],
  [
    [3, 5, 130, 7],
    [0, 2],
  ],
  [
    [3, 5, 130, 7],
    [1, 2],
  ],
];

const DTYPES = ["float64", "float32", "int32"] as const;

function run(
  linker: "wasm" | "c" | "reference",
  threads: number,
  x: TensorVariable,
  y: TensorVariable,
  value: NdArray,
): NdArray {
  theano.config.nThreads = threads;
  const f = theano.function([x], y, { mode: new theano.Mode({ linker }) });
  f(value as never);
  const result = f(value as never) as NdArray;
  f.free();
  return result;
}

afterEach(() => {
  theano.config.nThreads = 0;
});

describe.each(TARGETS)("reductions over rows on %s", (linker) => {
  it.each(CASES)("sums, products and extremes of %j over %j", (shape, axis) => {
    // Small ones try everything; the others take the dtypes in turn.
    const isSmall = shape.reduce((a, b) => a * b, 1) < 3_000;
    const turn = DTYPES[CASES.findIndex(([s]) => s === shape) % DTYPES.length]!;
    for (const dtype of isSmall && linker === "wasm" ? DTYPES : [turn]) {
      const x = T.tensor({ dtype, shape: shape.map(() => null) }) as TensorVariable;
      const square = x.sub(1).mul(x);
      const results: TensorVariable[] = [x.sum({ axis }), square.sum({ axis })];
      if (!shape.includes(0)) results.push(x.max({ axis }));
      if (isSmall) {
        results.push(T.exp(x.mul(0.1)).sum({ axis }), x.div(x.add(40)).prod({ axis }), T.gt(x, 0).any({ axis }));
      }
      const value = sample(dtype, shape);
      for (const y of results) {
        const wanted = run("reference", 1, x, y, value);
        const one = run(linker, 1, x, y, value);
        const tolerance = y.dtype === "float32" ? 2e-5 : 1e-12;
        expect(one.shape).toEqual(wanted.shape);
        const [got, want] = [one, wanted].map((a) => Array.from(a.data as Iterable<number | bigint>, Number));
        const size = Math.max(1, ...want!.map(Math.abs));
        expect(got!.every((g, i) => Math.abs(g - want![i]!) <= tolerance * size || Object.is(g, want![i]!))).toBe(true);
        for (const threads of [2, 3]) expect(bits(run(linker, threads, x, y, value))).toBe(bits(one));
      }
    }
  });

  it("next to other work on the same rows", () => {
    const x = T.matrix("x", "float64");
    const y = T.nnet.softmax(x);
    const outputs = [y, y.sum({ axis: 0 }), x.sum({ axis: 1 }), x.mul(2).sum({ axis: 0 })];
    const value = sample("float64", [300, 70]);
    const all = (linker: "wasm" | "c" | "reference", threads: number): NdArray[] => {
      theano.config.nThreads = threads;
      const f = theano.function([x], outputs, { mode: new theano.Mode({ linker }) });
      f(value as never);
      return f(value as never) as unknown as NdArray[];
    };
    const wanted = all("reference", 1);
    const one = all(linker, 1);
    for (const [i, w] of wanted.entries()) {
      const want = Array.from(w.data as Float64Array);
      expect(Array.from(one[i]!.data as Float64Array).every((g, k) => Math.abs(g - want[k]!) < 1e-10)).toBe(true);
    }
    for (const threads of [2, 3]) expect(all(linker, threads).map(bits)).toEqual(one.map(bits));
  });
});
