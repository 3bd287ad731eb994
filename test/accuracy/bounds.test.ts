import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { maxUlp } from "../../src/ir/decompose/bounds.ts";
import { decomposedNames, decompositions, type DecomposedName } from "../../src/ir/decompose/index.ts";
import { scalarInstructions } from "../../src/ir/scalarInstructions.ts";
import { DOCUMENT, document } from "./document.ts";
import { isRecorded, measure, reference, type Measured } from "./measure.ts";

const TYPES = ["f32", "f64"] as const;
const EXACT: readonly string[] = ["mod"];
const measured = new Map<string, Measured>();

function result(name: DecomposedName, type: (typeof TYPES)[number]): Measured {
  const key = `${name}.${type}`;
  let m = measured.get(key);
  if (m === undefined) measured.set(key, (m = measure(name, type)));
  return m;
}

describe("accuracy of decompositions", () => {
  const recorded = decomposedNames.filter(isRecorded);
  for (const type of TYPES) {
    it.each(recorded)(`%s of ${type} is within its bound`, (name) => {
      const m = result(name, type);
      expect(m.maxUlp, `at ${m.worst.join(", ")}`).toBeLessThanOrEqual(maxUlp[name][type]);
      // Where its guard holds, the short form has the same bits.
      expect(m.different).toBe(0);
      expect(m.guarded).toBeGreaterThan(0.5);
    });
  }

  for (const type of TYPES) {
    it.each(recorded)(`%s of ${type} is within its bound with fused multiply-adds`, (name) => {
      const m = measure(name, type, true);
      expect(m.maxUlp, `at ${m.worst.join(", ")}`).toBeLessThanOrEqual(maxUlp[name][type]);
      expect(m.different).toBe(0);
    });
  }

  it("is as published", () => {
    expect(readFileSync(DOCUMENT, "utf8")).toBe(document((name, type) => result(name, type).maxUlp));
  });
});

describe("bounds", () => {
  it("cover every function", () => {
    expect(Object.keys(maxUlp).sort()).toEqual([...decomposedNames].sort());
    expect(Object.keys(decompositions).sort()).toEqual([...decomposedNames].sort());
    const rows = Object.entries(scalarInstructions).filter(([, row]) => row.decomposed === true);
    const missing = rows.map(([name]) => name).filter((name) => !(name in maxUlp) && !EXACT.includes(name));
    expect(missing).toEqual([]);
  });

  it("have references of 100,000 arguments", () => {
    for (const name of decomposedNames) {
      if (EXACT.includes(name)) continue;
      for (const type of TYPES) {
        expect(existsSync(new URL(`./data/${name}.${type}.bin`, import.meta.url)), name).toBe(true);
      }
    }
    expect(reference("exp", "f32").truth.count).toBeGreaterThanOrEqual(100_000);
  });

  it("keep the promises by family", () => {
    for (const name of ["exp", "log", "sin", "cos"] as const) expect(maxUlp[name]).toEqual({ f32: 1.5, f64: 1.5 });
    const special: readonly string[] = ["erfinv", "lgamma", "digamma", "trigamma"];
    for (const name of decomposedNames) {
      for (const type of TYPES) expect(maxUlp[name][type]).toBeLessThanOrEqual(special.includes(name) ? 4 : 2);
    }
  });
});

describe("the measure itself", () => {
  it("finds a result that is off by an ulp, by a power of two or by its sign", () => {
    const { truth, columns } = reference("exp", "f64");
    const i = columns[0]!.findIndex((x) => Math.abs(x - 1) < 0.5);
    const y = Math.exp(columns[0]![i]!);
    const next = y * (1 + 2 ** -52);
    expect(truth.near(i, next)).toBe(truth.near(i, y));
    expect(Math.abs(truth.near(i, y) - y)).toBeLessThan(2 ** -50);
    expect([truth.near(i, 2 * y), truth.near(i, -y), truth.near(i, NaN)]).toEqual([NaN, NaN, NaN]);
  });
});
