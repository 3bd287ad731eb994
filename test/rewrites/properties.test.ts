/**
 * Left sides of all rules with other dtypes and sizes, alone and through all passes: values and gradients before and after agree as
 * the exactness of the rule promises.
 */
import { describe, expect, it } from "vitest";
import type { DType } from "../../src/dtype.ts";
import type { FunctionGraph } from "../../src/graph/functionGraph.ts";
import type { Pass } from "../../src/graph/rewriting/engine.ts";
import type { Exactness, Rule } from "../../src/graph/rewriting/rule.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";
import { passesWith, rewritten } from "./driver.ts";
import { exampleOf, type Example } from "./example.ts";
import { TABLES } from "./examples/index.ts";
import { difference, epsilonOf, gradients, magnitudeOf, retyped, samples, valuesOf } from "./variants.ts";

const DTYPES: readonly DType[] = ["float64", "float32", "float16", "int32", "uint8", "bool", "complex128"];
const SIZES = [undefined, 0, 1, 2, 5];

/** Rules that may change NaN, infinities and zeros are looked at where there are none. */
const kindsOf = (example: Example, exactness: Exactness): readonly ("plain" | "special" | "signed")[] =>
  example.tame === true ? ["plain"] : exactness === "special" ? ["plain", "signed"] : ["plain", "signed", "special"];

function compare(example: Example, graph: FunctionGraph, exactness: Exactness, where: string): string[] {
  const found: string[] = [];
  for (const kind of kindsOf(example, exactness)) {
    for (const size of SIZES) {
      const values = samples(example, kind, size);
      const before = valuesOf(example.outputs, example.inputs, values);
      if (before === null || (size === 0 && example.full === true)) continue;
      const after = valuesOf(graph.outputs, example.inputs, values);
      const map = new Map(example.inputs.map((v, i) => [v, values[i]!]));
      const unit = epsilonOf(example.outputs) * magnitudeOf(example.outputs, map);
      const d = after === null ? "an error" : difference(before, after, exactness, unit);
      if (d !== undefined) found.push(`${where}, ${kind}, size ${size}: ${d}`);
    }
  }
  return found;
}

const alone = (r: Rule): Pass[] => [{ name: "alone", rules: [r], until: "fixpoint" }];

for (const { name, rules, examples } of TABLES) {
  describe(`values of ${name}`, () => {
    for (const r of rules) {
      it(`${r.name}: whatever the dtype and the size`, () => {
        const found: string[] = [];
        for (const dtype of DTYPES) {
          const example = dtype === "float64" ? exampleOf(r, examples) : retyped(exampleOf(r, examples), dtype);
          if (example === null) continue;
          found.push(...compare(example, rewritten(example, alone(r)), r.exactness, `${dtype} alone`));
          found.push(...compare(example, rewritten(example, passesWith(r)), "special", `${dtype} all`));
        }
        expect(found).toEqual([]);
      });
      it(`${r.name}: and of the gradient`, () => {
        const example = exampleOf(r, examples);
        const slopes = gradients(example.outputs, example.inputs);
        if (slopes === null) return;
        const values = samples(example, "plain", undefined);
        const before = valuesOf(slopes, example.inputs, values)!;
        const map = new Map(example.inputs.map((v, i) => [v, values[i]!]));
        const unit = epsilonOf(slopes) * magnitudeOf(slopes, map);
        const ofAfter = gradients(rewritten(example, alone(r)).outputs, example.inputs);
        if (ofAfter !== null && example.marker !== true) {
          expect(difference(before, valuesOf(ofAfter, example.inputs, values)!, "rounding", unit)).toBeUndefined();
        }
        const all = rewritten({ inputs: example.inputs, outputs: slopes as TensorVariable[] }, passesWith(r));
        expect(difference(before, valuesOf(all.outputs, example.inputs, values)!, "rounding", unit)).toBeUndefined();
      });
    }
  });
}
