/** Several threads of the WebAssembly target: the same bits whatever their number, in a loop that never returns to the event loop. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import * as theano from "../../src/index.ts";
import { tensor as T } from "../../src/index.ts";
import type { NdArray } from "../../src/array/ndArray.ts";
import { gemmModules } from "../../src/codegen/wasm/gemm/modules.ts";
import { deviceNamed } from "../../src/runtime/devices.ts";
import { withSharedMemory } from "../../src/runtime/wasm/sharedMemory.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";
import { sample } from "../conformance/driver.ts";

const { pool } = deviceNamed("wasm");
const bits = (a: NdArray): string =>
  createHash("sha256")
    .update(new Uint8Array(a.data.buffer, a.data.byteOffset, a.data.byteLength).slice())
    .digest("hex");

function results(
  threads: number,
  inputs: readonly TensorVariable[],
  outputs: readonly TensorVariable[],
  args: readonly unknown[],
): string[][] {
  theano.config.nThreads = threads;
  try {
    const f = theano.function([...inputs], [...outputs], { mode: new theano.Mode({ linker: "wasm" }) });
    // Workers hold the program's module after the first calls.
    const calls = Array.from({ length: threads === 1 ? 1 : 6 }, () => (f(...(args as never[])) as NdArray[]).map(bits));
    f.free();
    return calls;
  } finally {
    theano.config.nThreads = 0;
  }
}

function sameForAll(
  inputs: readonly TensorVariable[],
  outputs: readonly TensorVariable[],
  args: readonly unknown[],
): void {
  const [wanted] = results(1, inputs, outputs, args) as [string[]];
  for (const threads of [2, 3, 4]) {
    for (const got of results(threads, inputs, outputs, args)) {
      for (const [i, w] of wanted.entries()) expect(got[i], `${threads} threads, result ${i}`).toBe(w);
    }
  }
}

describe("threads of the WebAssembly target", () => {
  beforeAll(() => {
    theano.config.nThreads = 4;
    const x = T.fvector("x");
    const f = theano.function([x], T.tanh(x).add(T.exp(x)), { mode: new theano.Mode({ linker: "wasm" }) });
    const data = theano.ones([1_000_000], "float32");
    const start = performance.now();
    // Nothing here waits for an event.
    while (pool.jobs === 0 && performance.now() - start < 20_000) f(data);
  }, 30_000);
  afterAll(() => {
    theano.config.nThreads = 0;
  });

  it("are at work in a purely synchronous loop", () => {
    expect(pool.jobs).toBeGreaterThan(0);
  });

  it.each(["float32", "float64", "int32"] as const)(
    "elementwise loops, rows and reductions of %s",
    (dtype) => {
      const before = pool.jobs;
      const x = T.tensor({ dtype, shape: [null, null] });
      const outputs: T.TensorVariable[] = [
        x.mul(3).add(1),
        x.T.add(1),
        x.sum(),
        x.sum({ axis: 0 }),
        x.sum({ axis: 1 }),
        x.max({ axis: 1 }),
      ];
      if (dtype !== "int32") outputs.push(T.nnet.softmax(x), T.tanh(x), T.exp(x).sum({ axis: 1 }));
      for (const shape of [
        [0, 5],
        [1, 1],
        [3, 300_001],
        [1100, 900],
        [90_011, 9],
      ]) {
        const some = shape.includes(0) ? outputs.slice(0, 2) : outputs;
        sameForAll([x], some, [sample(dtype, shape)]);
      }
      expect(pool.jobs).toBeGreaterThan(before);
    },
    60_000,
  );

  it("one long sum, alone", () => {
    const before = pool.jobs;
    const x = T.dvector("x");
    sameForAll([x], [x.sum()], [sample("float64", [3_000_017])]);
    expect(pool.jobs).toBeGreaterThan(before);
  });

  it("tiles of transpositions and stretches of copies, each thread some of them", () => {
    const handedOut = vi.spyOn(pool, "runKernel");
    const x = T.dtensor3("x");
    const rows = x.flatten(2);
    for (const result of [rows.T, x.transpose(2, 0, 1), x.transpose(1, 0, 2), T.concatenate([x, x.add(1)], 0)]) {
      handedOut.mockClear();
      sameForAll([x], [result], [sample("float64", [71, 130, 110])]);
      // All loops that were offered come in at least as many parts as there may be threads.
      const parts = handedOut.mock.calls.map(([, , , end, chunk]) => end / chunk);
      expect(parts.length).toBeGreaterThan(0);
      expect(Math.min(...parts), result.toString()).toBeGreaterThan(3);
    }
    handedOut.mockRestore();
  }, 60_000);

  it("what masks select, in parts", () => {
    const before = pool.jobs;
    const [x, rows] = [T.dvector("x"), T.dmatrix("rows")];
    const outputs = [x.at(T.gt(x, 0)), T.flatnonzero(x), rows.at(T.gt(rows.at(":", 0), 0)), x.at(T.gt(x, 1)).sum()];
    sameForAll([x, rows], outputs, [sample("float64", [2_000_003]), sample("float64", [300_007, 3])]);
    expect(pool.jobs).toBeGreaterThan(before);
  });

  it("loops that share a function", () => {
    const before = pool.jobs;
    const list = ["x", "y", "z"].map((name) => T.fmatrix(name));
    const shapes = [
      [1700, 611],
      [911, 1203],
      [3, 5],
    ];
    const outputs = list.flatMap((x) => [T.tanh(x.mul(2)).sum({ axis: 0 }), T.exp(x.neg())]);
    const args = shapes.map((shape) => sample("float32", shape));
    sameForAll(list, outputs, args);
    expect(pool.jobs).toBeGreaterThan(before);
  }, 60_000);

  it.each(["float32", "float64"] as const)(
    "matrix products of %s",
    (dtype) => {
      const before = pool.jobs;
      const [x, y] = [T.tensor({ dtype, shape: [null, null] }), T.tensor({ dtype, shape: [null, null] })];
      for (const [m, k, n] of [
        [400, 401, 399],
        [1000, 300, 7],
        [7, 500, 900],
        [130, 1300, 130],
        [321, 64, 1],
      ] as const) {
        sameForAll([x, y], [T.dot(x, y), T.dot(y.T, x.T)], [sample(dtype, [m, k]), sample(dtype, [k, n], 2)]);
      }
      expect(pool.jobs).toBeGreaterThan(before);
    },
    60_000,
  );

  it("hand out arrays that are the caller's own", () => {
    const x = T.dvector("x");
    const f = theano.function([x], x.add(1));
    const y = f([1, 2, 3]);
    expect(y.data.buffer).toBeInstanceOf(ArrayBuffer);
    expect(structuredClone(y.data)).toEqual(Float64Array.of(2, 3, 4));
  });

  it("let the process end at once", () => {
    const script = `
      import * as theano from ${JSON.stringify(new URL("../../src/index.ts", import.meta.url).href)};
      const T = theano.tensor;
      theano.config.nThreads = 3;
      const x = T.fvector("x");
      const f = theano.function([x], T.tanh(x).add(T.exp(x)).sum(), { mode: new theano.Mode({ linker: "wasm" }) });
      const data = theano.ones([1_000_000], "float32");
      for (let i = 0; i < 60; i++) f(data);
      console.log("done");
    `;
    const start = performance.now();
    const child = spawnSync(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script], {
      cwd: fileURLToPath(new URL("../..", import.meta.url)),
      encoding: "utf8",
      timeout: 30_000,
    });
    expect([child.stdout.trim(), child.stderr, child.status]).toEqual(["done", "", 0]);
    expect(performance.now() - start).toBeLessThan(20_000);
  }, 40_000);
});

describe("modules for a shared memory", () => {
  it("are those for an unshared one with other limits", () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 65_536, shared: true });
    for (const text of Object.values(gemmModules)) {
      const bytes = withSharedMemory(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)));
      if (!WebAssembly.validate(bytes)) continue; // Multiply-adds are not everywhere.
      const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory, scratch: 0 } });
      expect(Object.keys(instance.exports)).toHaveLength(1);
    }
    expect(
      WebAssembly.validate(withSharedMemory(Uint8Array.from(atob(gemmModules["gemm_f32"]!), (c) => c.charCodeAt(0)))),
    ).toBe(true);
  });
});
