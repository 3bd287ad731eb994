/**
 * Traps on the way to native code, each of which was seen to crash a process or to spoil its numbers, silently. (Threads of a library that is unloaded at
 * the end of the process: `threads.test.ts`, "end with the process".)
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import * as theano from "../../src/index.ts";
import { tensor as T } from "../../src/index.ts";
import { C_FLAGS, renderC, SUPPORT_FLAGS } from "../../src/codegen/c/render.ts";
import { supportText } from "../../src/codegen/c/support/library.ts";
import type { Program } from "../../src/ir/node.ts";
import { deviceNamed } from "../../src/runtime/devices.ts";
import { whyNotNative } from "../../src/runtime/native/device.ts";
import { Arena } from "../../src/runtime/wasm/arena.ts";

const why = whyNotNative();

function run(...args: string[]): { out: string; status: number | null; signal: string | null } {
  const script = fileURLToPath(new URL("stackProbe.mjs", import.meta.url));
  const child = spawnSync(process.execPath, [script, ...args], { encoding: "utf8", timeout: 60_000 });
  return { out: `${child.stdout}${child.stderr}`.trim(), status: child.status, signal: child.signal };
}

describe.skipIf(why !== null)("native code", () => {
  it("leaves the rounding of JavaScript alone, and sees NaN and infinities", () => {
    // GCC's -ffast-math at link time turns subnormal numbers off for the whole process, and makes x != x false.
    for (const flag of [...C_FLAGS, ...SUPPORT_FLAGS]) {
      expect(flag).not.toMatch(/fast-math|Ofast|associative|reciprocal|finite|signed-zeros/);
    }
    const x = T.fvector("x");
    const mode = new theano.Mode({ linker: "c" });
    const f = theano.function([x], [T.isnan(x), T.isinf(x), x.mul(1), T.dot(x, x)], { mode });
    const tiny = Math.fround(2 ** -140);
    const results = f([NaN, Infinity, -0, tiny]) as theano.NdArray[];
    expect(results[0]!.toList()).toEqual([true, false, false, false]);
    expect(results[1]!.toList()).toEqual([false, true, false, false]);
    expect(results[2]!.toList()).toEqual([NaN, Infinity, -0, tiny]);
    expect(1e-300 * 1e-10).toBe(1e-310);
    expect(Number.MIN_VALUE / 1).toBe(5e-324);
  });

  it("has a stack of 16 MiB, in worker threads too", () => {
    // A vendor's LAPACK recurses out of the 2 MiB that koffi gives by itself.
    expect(run()).toEqual({ out: "160", status: 0, signal: null });
    expect(run("worker")).toEqual({ out: "160", status: 0, signal: null });
  }, 60_000);

  it("includes no headers and takes no functions from vector libraries", () => {
    // Headers cost more than a kernel; libmvec is there on some systems only, and only declared under -ffast-math.
    const programs: Program[] = [];
    const device = deviceNamed("c");
    const { compile } = device;
    device.compile = (program) => {
      programs.push(program);
      return compile.call(device, program);
    };
    try {
      const x = T.dvector("x");
      theano.function([x], [T.exp(x), T.log(x), T.tanh(x), T.sin(x), T.erf(x), x.sum()], {
        mode: new theano.Mode({ linker: "c" }),
      });
    } finally {
      device.compile = compile;
    }
    expect(programs).toHaveLength(1);
    const text = renderC(programs[0]!, { fuses: true }).source;
    for (const c of [text, supportText()]) expect(c).not.toMatch(/#\s*include|_ZGV|\bsimd\b/);
    expect(text).not.toMatch(/\b(exp|log|tanh|sin|erf)f?\s*\(/);
    // A person can follow it back to the graph.
    expect(text).toMatch(/\/\* .*exp.* \*\//);
  });
});

describe("memory", () => {
  it("never comes as an outside buffer of more than 4 GiB, which some engines do not survive", () => {
    const arena = new Arena({ maxPages: 70_000 });
    expect(() => arena.allocate(5 * 2 ** 30, "a large matrix")).toThrow(theano.TheanoMemoryError);
    expect(arena.memory.buffer.byteLength).toBeLessThan(2 ** 30);
  });
});
