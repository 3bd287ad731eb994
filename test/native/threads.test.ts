/** Several threads of the native target: the same bits whatever their number, and processes that end as they should. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import * as theano from "../../src/index.ts";
import { tensor as T } from "../../src/index.ts";
import type { NdArray } from "../../src/array/ndArray.ts";
import { whyNotNative } from "../../src/runtime/native/device.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";
import { sample } from "../conformance/driver.ts";

const why = whyNotNative();

/** Results with so many threads, loops of any size being shared out. */
function withThreads(
  threads: number,
  inputs: readonly TensorVariable[],
  outputs: readonly TensorVariable[],
  args: readonly unknown[],
): NdArray[] {
  const { config } = theano;
  const before = [config.nThreads, config.openmpElemwiseMinsize] as const;
  config.nThreads = threads;
  config.openmpElemwiseMinsize = 0;
  try {
    const f = theano.function([...inputs], [...outputs], { mode: new theano.Mode({ linker: "c" }) });
    const results = f(...(args as never[])) as NdArray[];
    // The pool is shared, and calls after the first are as good.
    const again = f(...(args as never[])) as NdArray[];
    for (const [i, r] of results.entries()) expect(bits(again[i]!)).toBe(bits(r));
    f.free();
    return results;
  } finally {
    [config.nThreads, config.openmpElemwiseMinsize] = before;
  }
}

/** A fingerprint: comparing millions of elements one by one takes too long. */
const bits = (a: NdArray): string =>
  createHash("sha256")
    .update(new Uint8Array(a.data.buffer, a.data.byteOffset, a.data.byteLength))
    .digest("hex");

function sameForAll(
  inputs: readonly TensorVariable[],
  outputs: readonly TensorVariable[],
  args: readonly unknown[],
): void {
  const wanted = withThreads(1, inputs, outputs, args).map(bits);
  for (const threads of [2, 3, 4, 7]) {
    const got = withThreads(threads, inputs, outputs, args).map(bits);
    for (const [i, w] of wanted.entries()) expect(got[i], `${threads} threads, result ${i}`).toBe(w);
  }
}

describe.skipIf(why !== null)("threads of the C target", () => {
  afterAll(() => {
    theano.config.nThreads = 0;
  });

  it.each(["float32", "float64", "int16"] as const)("elementwise loops, rows and reductions of %s", (dtype) => {
    const x = T.tensor({ dtype, shape: [null, null] });
    const outputs: T.TensorVariable[] = [
      x.mul(3).add(1),
      x.add(x.mul(2).T.sum({ axis: 0, dtype })),
      x.T,
      x.sum(),
      x.sum({ axis: 0 }),
      x.sum({ axis: 1 }),
      x.max(),
      x.min({ axis: 1 }),
      x.argmax({ axis: 1 }),
      x.all(),
      x.any({ axis: 1 }),
    ];
    if (dtype !== "int16") outputs.push(T.nnet.softmax(x), T.tanh(x), x.mean(), T.log(T.sum(T.exp(x))));
    for (const shape of [
      [0, 5],
      [1, 1],
      [3, 70_001],
      [700, 700],
      [700, 700],
      [20_011, 9],
    ]) {
      const rows = shape[0] === shape[1] ? outputs : outputs.filter((_, i) => i !== 1);
      const some = shape.includes(0) ? rows.slice(0, 1) : rows;
      sameForAll([x], some, [sample(dtype, shape)]);
    }
  });

  it.each(["float32", "float64"] as const)("matrix products of %s", (dtype) => {
    const [x, y] = [T.tensor({ dtype, shape: [null, null] }), T.tensor({ dtype, shape: [null, null] })];
    for (const [m, k, n] of [
      [400, 401, 399],
      [1000, 30, 7],
      [7, 500, 900],
      [130, 1300, 130],
      [3001, 400, 1],
      [1, 400, 3001],
    ] as const) {
      sameForAll([x, y], [T.dot(x, y), T.dot(y.T, x.T)], [sample(dtype, [m, k]), sample(dtype, [k, n], 2)]);
    }
    const [u, v] = [T.tensor({ dtype, shape: [null, null, null] }), T.tensor({ dtype, shape: [null, null, null] })];
    sameForAll([u, v], [T.batchedDot(u, v)], [sample(dtype, [50, 33, 20]), sample(dtype, [50, 20, 35], 2)]);
  });

  it("end with the process", () => {
    const script = `
      import * as theano from ${JSON.stringify(new URL("../../src/index.ts", import.meta.url).href)};
      const T = theano.tensor;
      theano.config.nThreads = 4;
      const x = T.fvector("x");
      const f = theano.function([x], T.floor(T.tanh(x).mul(4)).sum(), { mode: new theano.Mode({ linker: "c" }) });
      let s = 0;
      for (let i = 0; i < 20; i++) s += Number(f(theano.ones([1_000_000], "float32")));
      // Native code must not change how JavaScript rounds: subnormal numbers stay.
      if (1e-300 * 1e-10 === 0) throw new Error("subnormal numbers are lost");
      console.log(Math.round(s));
    `;
    for (let run = 0; run < 6; run++) {
      const child = spawnSync(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script], {
        cwd: fileURLToPath(new URL("../..", import.meta.url)),
        encoding: "utf8",
      });
      expect(child.stderr).toBe("");
      expect([child.status, child.signal]).toEqual([0, null]);
      expect(child.stdout.trim()).toBe("60000000");
    }
  }, 60_000);
});
