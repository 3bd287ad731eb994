/** What every rule table is tested for: see `describeRules`. */
import { describe, expect, it } from "vitest";
import { fromFlat, toNumbers } from "../../src/array/index.ts";
import type { NdArray } from "../../src/array/ndArray.ts";
import { Mode } from "../../src/compile/mode.ts";
import { evaluate } from "../../src/graph/evaluate.ts";
import { FunctionGraph } from "../../src/graph/functionGraph.ts";
import { runPasses, type EngineOptions, type Pass } from "../../src/graph/rewriting/engine.ts";
import type { Exactness, Rule } from "../../src/graph/rewriting/rule.ts";
import { ShapeMap } from "../../src/graph/shapes.ts";
import { toposort } from "../../src/graph/traversal.ts";
import type { Variable } from "../../src/graph/variable.ts";
import { Elemwise } from "../../src/tensor/elemwise.ts";
import { peel, ruleKeys, scalarValue } from "../../src/tensor/rewriting/matchers.ts";
import { shapeI } from "../../src/tensor/shape.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";
import { exampleOf, type Example, type Examples } from "./example.ts";

/** The options that `theano.function` uses. */
export function engineOptions(): EngineOptions {
  const shapes = new ShapeMap(shapeI);
  return { ruleKeys, context: { scalarValue, peel, shapeOf: (v) => shapes.shapeOf(v) } };
}

/** What `theano.function` runs by default. */
const DEFAULT_PASSES: readonly Pass[] = new Mode({ optimizer: "fast_run" }).passes();

/** The same with a rule that runs on request only. */
export function passesWith(r: Rule): readonly Pass[] {
  return r.tags.includes("optional") ? new Mode({ optimizer: "fast_run" }).including(r.name).passes() : DEFAULT_PASSES;
}

/** The graph after `passes`. */
export function rewritten(
  example: Pick<Example, "inputs" | "outputs">,
  passes: readonly Pass[] = DEFAULT_PASSES,
): FunctionGraph {
  const graph = new FunctionGraph(example.inputs, example.outputs);
  runPasses(graph, passes, engineOptions());
  graph.checkIntegrity();
  return graph;
}

/** The ops of a rewritten graph, in order: elementwise ones by the name of their function. */
export function opsOf(graph: FunctionGraph): string[] {
  return graph.toposort().map((n) => (n.op instanceof Elemwise ? n.op.scalarOp.name : n.op.toString()));
}

/**
 * Tests of a table: names are unique; each rule fires on its own left side, alone and after all earlier phases; the
 * values before equal those after, as its exactness promises.
 */
export function describeRules(table: string, rules: readonly Rule[], examples: Examples): void {
  describe(`rules of ${table}`, () => {
    it("have unique names and formulas", () => {
      const names = rules.map((r) => r.name);
      expect(new Set(names).size).toBe(names.length);
      for (const r of rules) expect(r.formula, r.name).not.toBe("");
    });
    for (const r of rules) it(`${r.name}: ${r.formula}`, () => checkRule(r, exampleOf(r, examples)));
  });
}

/** Rules that fire in no example of any table when all passes run over it: what they are for never comes about. */
export function neverFiring(tables: readonly { rules: readonly Rule[]; examples: Examples }[]): string[] {
  const fired = new Set<string>();
  const names = tables.flatMap(({ rules, examples }) =>
    rules.map((r) => {
      const example = exampleOf(r, examples);
      for (const { rule } of rewritten(example, passesWith(r)).log) fired.add(rule);
      return r.name;
    }),
  );
  return names.filter((name) => !fired.has(name));
}

function checkRule(r: Rule, example: Example): void {
  const alone = rewritten(example, [{ name: "alone", rules: [r], until: "fixpoint" }]);
  expect(
    alone.log.map((l) => l.rule),
    "fires on its own left side",
  ).toContain(r.name);
  for (const kind of example.tame === true ? (["plain"] as const) : (["plain", "special"] as const)) {
    const values = example.inputs.map((v, i) => sample(v, example, i, kind));
    compareValues(example, alone, values, r.exactness, kind);
  }
  if (example.alone === true) return;
  const all = rewritten(example, passesWith(r));
  expect(
    all.log.map((l) => l.rule),
    "fires after all earlier phases",
  ).toContain(r.name);
  compareValues(
    example,
    all,
    example.inputs.map((v, i) => sample(v, example, i, "plain")),
    "special",
    "plain",
  );
}

// --- values ------------------------------------------------------------------------------------

const SPECIAL = [NaN, Infinity, -Infinity, 0, -0, 1, -1, 5e-324, -1e-310, 1e-20, 1e300, -1e300, 0.5, -2.5, 40, -40];

/** A small generator of numbers in [0, 1), the same in every run. */
export function random(seed: number): () => number {
  let s = (seed * 2654435761 + 12345) >>> 0;
  return () => {
    s ^= s << 13;
    s >>>= 0;
    s ^= s >>> 17;
    s ^= s << 5;
    s >>>= 0;
    return s / 2 ** 32;
  };
}

/** Positive numbers near 1; numbers of both signs; those among NaN, infinities and extremes. */
export type SampleKind = "plain" | "signed" | "special";

export function sample(
  v: TensorVariable,
  example: Pick<Example, "shapes" | "below">,
  index: number,
  kind: SampleKind,
): NdArray {
  const shape = v.type.shape.map((n, axis) => n ?? example.shapes?.[index]?.[axis] ?? 3);
  const next = random(index + 1);
  for (let i = 0; i < 8; i++) next();
  const size = shape.reduce((a, b) => a * b, 1);
  const element = (): number => {
    if (v.dtype === "bool") return next() < 0.5 ? 0 : 1;
    if (kind === "signed" && !v.dtype.includes("int")) return 4 * next() - 2;
    if (v.dtype.includes("int")) return Math.floor(next() * (example.below ?? 7));
    if (kind === "special") return SPECIAL[Math.floor(next() * SPECIAL.length)]!;
    return 0.2 + 1.3 * next();
  };
  return fromFlat(Array.from({ length: size }, element), shape, v.dtype);
}

function compareValues(
  example: Example,
  graph: FunctionGraph,
  values: readonly NdArray[],
  exactness: Exactness,
  kind: "plain" | "special",
): void {
  const map = new Map(example.inputs.map((v, i) => [v as Variable, values[i]!]));
  const before = evaluate(example.outputs, map);
  const after = evaluate(graph.outputs, map);
  for (const [i, a] of before.entries()) {
    const b = after[i]!;
    expect(b.dtype).toBe(a.dtype);
    expect(b.shape).toEqual(a.shape);
    if (exactness === "special" && kind === "special") continue;
    const [x, y] = [toNumbers(a), toNumbers(b)];
    for (let k = 0; k < x.length; k++) {
      if (exactness === "exact") expect(y[k], `element ${k}`).toBe(x[k]);
      else if (Number.isFinite(x[k]))
        expect(isClose(x[k]!, y[k]!, a.dtype), `element ${k}: ${x[k]} became ${y[k]}`).toBe(true);
    }
  }
}

function isClose(a: number, b: number, dtype: string): boolean {
  return Math.abs(a - b) <= (dtype === "float64" ? 1e-12 : 1e-5) * Math.max(1, Math.abs(a));
}

/** The greatest magnitude of any value in a graph: errors are measured against it. */
export function greatestMagnitude(outputs: readonly Variable[], values: ReadonlyMap<Variable, NdArray>): number {
  const all = toposort(outputs).flatMap((n) => n.outputs);
  return evaluate(all, values).reduce((m, a) => toNumbers(a).reduce((p, x) => Math.max(p, Math.abs(x)), m), 1);
}
