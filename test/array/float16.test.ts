import { describe, expect, it } from "vitest";
import { float16ToNumber, numberToFloat16, roundToFloat16 } from "../../src/array/float16.ts";
import { bigintToFloat32 } from "../../src/array/element.ts";
import { array } from "../../src/array/create.ts";
import { readGolden, recordedArray } from "./golden.ts";
import type { Recorded } from "./golden.ts";

const golden = readGolden<{ values: Recorded; bits: Recorded }>("numpyFloat16");

describe("float16", () => {
  it("every pattern survives the way there and back", () => {
    for (let bits = 0; bits < 65536; bits++) {
      const value = float16ToNumber(bits);
      if (Number.isNaN(value)) expect(Number.isNaN(roundToFloat16(value))).toBe(true);
      else if (numberToFloat16(value) !== bits) expect.fail(`pattern ${bits}`);
    }
  });

  it("rounds as NumPy does: ties, neighbours of ties, subnormals, overflow", () => {
    const values = recordedArray(golden.values).data as Float64Array;
    const bits = recordedArray(golden.bits).data as Uint16Array;
    const ours = Uint16Array.from(values, numberToFloat16);
    expect(ours).toEqual(bits);
  });

  it("rounds once, not through float32", () => {
    // 1 + 2^-11 + 2^-40 lies above the middle; float32 would cut it to the middle, then to 1.
    expect(roundToFloat16(1 + 2 ** -11 + 2 ** -40)).toBe(1 + 2 ** -10);
    expect(array([1 + 2 ** -11 + 2 ** -40], "float16").toList()).toEqual([1 + 2 ** -10]);
  });

  it("keeps NaN, infinities and the sign of zero", () => {
    expect(numberToFloat16(NaN) & 0x7fff).toBe(0x7e00);
    expect(numberToFloat16(-Infinity)).toBe(0xfc00);
    expect(Object.is(roundToFloat16(-0), -0)).toBe(true);
    expect(Object.is(roundToFloat16(-1e-300), -0)).toBe(true);
  });
});

describe("64-bit integers to float32", () => {
  it("are rounded once", () => {
    // Rounded to float64 first, this is a tie and goes down; in truth it lies above the tie.
    const tricky = 2n ** 60n + 2n ** 36n + 1n;
    expect(bigintToFloat32(tricky)).toBe(2 ** 60 + 2 ** 37);
    expect(bigintToFloat32(-tricky)).toBe(-(2 ** 60 + 2 ** 37));
    expect(Math.fround(Number(tricky))).toBe(2 ** 60);
  });

  it("small ones are as Number has them", () => {
    for (const n of [0n, 1n, -7n, 16777217n, 2n ** 53n - 1n]) {
      expect(bigintToFloat32(n)).toBe(Math.fround(Number(n)));
    }
  });
});
