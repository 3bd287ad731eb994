import { describe, expect, it } from "vitest";
import type { FloatType } from "../../src/ir/decompose/index.ts";
import { scalarInstructions } from "../../src/ir/scalarInstructions.ts";
import { build, run } from "./measure.ts";
import { points, type FloatArray, type Segment } from "./points.ts";

const floatModulo = scalarInstructions.mod.reference as never as (x: number, y: number) => number;

const MAX: Readonly<Record<FloatType, readonly [number, number]>> = {
  f32: [2 ** -149, Math.fround(3.4028234663852886e38)],
  f64: [2 ** -1074, Number.MAX_VALUE],
};

function segments(type: FloatType): readonly Segment[] {
  const [low, high] = MAX[type];
  return [
    { kind: "bits", low, high, sign: "+-", share: 4 },
    { kind: "bits", low, high: 1e-30, sign: "+-", share: 1 },
    { kind: "bits", low: 1e-3, high: 1e3, sign: "+-", share: 2 },
    { kind: "line", low: -100, high: 100, share: 2 },
  ];
}

/** Every second divisor is a few units in the last place from a multiple of it, where quotients round up to integers. */
function pairs(type: FloatType): readonly [FloatArray, FloatArray] {
  const count = 60_000;
  const single = type === "f32";
  const [x, y] = [points(segments(type), count, 77, single), points([...segments(type)].reverse(), count, 78, single)];
  for (let i = 0; i < count; i += 3) {
    const n = 1 + (i % 1021);
    const product = n * y[i]!;
    if (Number.isFinite(product) && Math.abs(product) <= MAX[type][1])
      x[i] = product * (1 + ((i % 5) - 2) * 2 ** (single ? -23 : -52));
  }
  return [x, y];
}

describe.each(["f32", "f64"] as const)("mod of %s", (type) => {
  const { expansion, refs } = build("mod", type);
  const round = type === "f32" ? Math.fround : (v: number): number => v;

  it("is exact for every quotient", () => {
    const [x, y] = pairs(type);
    const slow = run(expansion.slow, refs, [x, y]);
    const fast = run(expansion.fast, refs, [x, y]);
    const guard = run(expansion.guard!, refs, [x, y]);
    const wrong: string[] = [];
    let guarded = 0;
    for (let i = 0; i < x.length; i++) {
      const expected = round(floatModulo(x[i]!, y[i]!));
      if (!Object.is(slow[i], expected)) wrong.push(`${x[i]} mod ${y[i]} = ${expected}, got ${slow[i]}`);
      if (!guard[i]) continue;
      guarded++;
      if (!Object.is(fast[i], slow[i])) wrong.push(`fast: ${x[i]} mod ${y[i]} = ${slow[i]}, got ${fast[i]}`);
    }
    expect(wrong.slice(0, 5)).toEqual([]);
    expect(guarded).toBeGreaterThan(x.length / 4);
  });

  it("has the sign of the divisor and NumPy's special values", () => {
    const values = [
      0,
      -0,
      1,
      -1,
      2.5,
      -2.5,
      7,
      -7,
      Infinity,
      -Infinity,
      NaN,
      MAX[type][0],
      -MAX[type][0],
      MAX[type][1],
    ];
    const rows = values.flatMap((a) => values.map((b) => [a, b] as const));
    const make = (v: number[]): FloatArray => (type === "f32" ? new Float32Array(v) : new Float64Array(v));
    const columns = [make(rows.map((r) => r[0])), make(rows.map((r) => r[1]))];
    const results = run(expansion.slow, refs, columns);
    rows.forEach(([a, b], i) => {
      expect(
        Object.is(results[i], round(floatModulo(a, b))),
        `${a} mod ${b}: ${results[i]}, not ${floatModulo(a, b)}`,
      ).toBe(true);
    });
  });
});
