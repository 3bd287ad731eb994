/** A long loop of which only the last state is wanted holds that state only: what it takes of the arena does not grow with its steps. */
import { describe, expect, it } from "vitest";
import * as theano from "../../src/index.ts";
import { tensor as T } from "../../src/index.ts";
import { deviceNamed } from "../../src/runtime/devices.ts";

const steps = T.lscalar("steps");
const WIDTH = 64;

/** Bytes of the arena that a function holds after a run, and the bytes by which its memory grew. */
function taken(linker: string, n: number, isWhole = false): { held: number; grown: number; value: number } {
  const [s] = theano.scan({
    fn: (p) => p.mul(0.5).add(1),
    outputsInfo: T.zeros([WIDTH], "float64"),
    nSteps: steps,
  });
  const f = theano.function([steps], isWhole ? s : s.at(-1), { mode: new theano.Mode({ linker }) });
  const { arena } = deviceNamed("wasm");
  const [used, size] = [arena.usedBytes, arena.memory.buffer.byteLength];
  const value = Number((f(n) as theano.NdArray).data.at(-1));
  const held = arena.usedBytes - used;
  const grown = arena.memory.buffer.byteLength - size;
  f.free();
  return { held, grown, value };
}

describe.each(["wasm", "c"])("the last state of a long loop: %s", (linker) => {
  it("1e6 steps take no more memory than 10", () => {
    const few = taken(linker, 10);
    const many = taken(linker, 1_000_000);
    expect(many.value).toBe(2);
    // All states would be 512 MB.
    expect(many.held).toBeLessThanOrEqual(few.held);
    expect(many.held).toBeLessThan(1 << 20);
    expect(many.grown).toBeLessThan(1 << 20);
    // What is measured does show states that are kept.
    expect(taken(linker, 10_000, true).held).toBeGreaterThan(10_000 * WIDTH * 8);
  });
});
