/** Runs a mode's passes over a function graph. */
import { config } from "../config/config.ts";
import type { FunctionGraph } from "../graph/functionGraph.ts";
import { runPasses, type EngineOptions, type PassStats } from "../graph/rewriting/engine.ts";
import { ShapeMap } from "../graph/shapes.ts";
import { peel, ruleKeys, scalarValue } from "../tensor/rewriting/matchers.ts";
import { shapeI } from "../tensor/shape.ts";
import type { Mode } from "./mode.ts";

export function rewrite(graph: FunctionGraph, mode: Mode): readonly PassStats[] {
  const shapes = new ShapeMap(shapeI);
  const options: EngineOptions = {
    ruleKeys,
    context: { scalarValue, peel, shapeOf: (v) => shapes.shapeOf(v) },
    ...(config.optimizerVerbose || config.trace.includes("rewrites")
      ? { onFire: (rule, before, after) => console.error(`${rule.name}: ${before.toString()} -> ${after.toString()}`) }
      : {}),
  };
  return runPasses(graph, mode.passes(), options);
}
