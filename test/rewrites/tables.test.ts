/** Every rule of every mode, on its own left side: see `describeRules`. */
import { describe, expect, it } from "vitest";
import { PASSES } from "../../src/compile/mode.ts";
import { describeRules, neverFiring } from "./driver.ts";
import { TABLES } from "./examples/index.ts";

for (const { name, rules, examples } of TABLES) describeRules(name, rules, examples);

describe("the catalogue", () => {
  const tabled = new Set(TABLES.flatMap((t) => t.rules));
  it("has every rule of every pass in a table", () => {
    const missing = PASSES.flatMap((p) => p.rules).filter((r) => !tabled.has(r));
    expect(missing.map((r) => r.name)).toEqual([]);
  });
  it("has no rule that no pass runs, and no name twice", () => {
    const used = new Set(PASSES.flatMap((p) => p.rules));
    expect([...tabled].filter((r) => !used.has(r)).map((r) => r.name)).toEqual([]);
    expect(new Set([...tabled].map((r) => r.name)).size).toBe(tabled.size);
  });
  it("has no rule that never fires in the passes of a function", () => {
    expect(neverFiring(TABLES)).toEqual([]);
  });
  it("has no example that no rule needs", () => {
    const names = new Set([...tabled].map((r) => r.name));
    const examples = TABLES.flatMap((t) => Object.keys(t.examples));
    expect(examples.filter((name) => !names.has(name))).toEqual([]);
  });
});
