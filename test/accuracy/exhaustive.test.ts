/** What was measured at every float32 keeps its promises; a part of it is measured again. */
import { describe, expect, it } from "vitest";
import { maxUlp } from "../../src/ir/decompose/bounds.ts";
import { whyNotNative } from "../../src/runtime/native/device.ts";
import { jax, promisedHalf, promisedUlp } from "./document.ts";
import { recordedSweeps } from "./exhaustive.ts";
import { distance, sweep, sweepHalf, sweptFunctions } from "./sweep.ts";

const sweeps = recordedSweeps();
const BETTER = ["exp2", "sinh", "cosh", "tanh", "expm1", "erfc", "erfinv"] as const;

describe("errors at every float32", () => {
  it("are within the bounds", () => {
    for (const [name, targets] of Object.entries(sweeps)) {
      expect(sweptFunctions.has(name), name).toBe(true);
      for (const { ulp, at } of Object.values(targets)) {
        expect(ulp, `${name} at ${at}`).toBeLessThanOrEqual(promisedUlp(name));
      }
    }
  });

  it.each(BETTER)("of %s are smaller than JAX's", (name) => {
    const [single, double] = jax[name]!;
    expect(sweeps[name]!.c!.ulp).toBeLessThan(single);
    expect(promisedUlp(name)).toBeLessThan(single);
    expect(maxUlp[name].f64).toBeLessThan(double);
  });

  it.each([...sweptFunctions.keys()])("%s: every 16381st on WebAssembly", (name) => {
    const { ulp, at } = sweep(name, "wasm", 16381);
    expect(ulp, `at ${at}`).toBeLessThanOrEqual(promisedUlp(name));
  });

  it.each([...sweptFunctions.keys()])("%s: every float16", (name) => {
    for (const linker of whyNotNative() === null ? (["wasm", "c"] as const) : (["wasm"] as const)) {
      const { ulp, at } = sweepHalf(name, linker);
      expect(ulp, `${linker} at ${at}`).toBeLessThanOrEqual(promisedHalf(name));
    }
  });
});

describe("the measure", () => {
  const unit = 2 ** -23;
  it("counts units of float32 at the truth", () => {
    expect(distance(1, 1)).toBe(0);
    expect(distance(1 + unit, 1)).toBe(1);
    expect(distance(1, 1 - unit / 2)).toBe(1);
    expect(distance(-2, -2 - 2 * unit)).toBe(1);
    expect(distance(2 ** -149, 0)).toBe(1);
    expect(distance(0, 2 ** -150)).toBe(0.5);
    expect(distance(1, 1 + unit, 4)).toBe(0.25);
  });
  it("of NaN, infinities and signs of zero", () => {
    expect(distance(NaN, NaN)).toBe(0);
    expect(distance(NaN, 1)).toBe(Infinity);
    expect(distance(Infinity, NaN)).toBe(Infinity);
    expect(distance(0, -0)).toBe(Infinity);
    expect(distance(-0, -1e-60)).toBeLessThan(1e-10);
    expect(distance(Infinity, Infinity)).toBe(0);
    expect(distance(Infinity, 1e300)).toBe(0);
    expect(distance(Infinity, 2 ** 128 - 2 ** 104)).toBe(1);
  });
});
