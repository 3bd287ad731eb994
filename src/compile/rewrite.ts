/** Runs a mode's passes over a function graph. */
import { isTraced } from "./trace.ts";
import { config } from "../config/config.ts";
import type { FunctionGraph } from "../graph/functionGraph.ts";
import { runPasses, type Firing, type PassStats } from "../graph/rewriting/engine.ts";
import { ShapeMap } from "../graph/shapes.ts";
import { peel, ruleKeys, scalarValue } from "../tensor/rewriting/matchers.ts";
import { shapeI } from "../tensor/shape.ts";
import type { Mode } from "./mode.ts";
import { stepLine, stepOf } from "./step.ts";

/**
 * @param onFire is told of each replacement just before it is made; without it, `config.optimizerVerbose` prints them
 */
export function rewrite(graph: FunctionGraph, mode: Mode, onFire?: (firing: Firing) => void): readonly PassStats[] {
  const shapes = new ShapeMap(shapeI);
  const tell = onFire ?? verbose(graph);
  return runPasses(graph, mode.passes(), {
    ruleKeys,
    context: { scalarValue, peel, shapeOf: (v) => shapes.shapeOf(v) },
    timed: config.profileOptimizer,
    ...(tell === undefined ? {} : { onFire: tell }),
  });
}

function verbose(graph: FunctionGraph): ((firing: Firing) => void) | undefined {
  if (!config.optimizerVerbose && !isTraced("rewrites")) return undefined;
  const inputs = new Set(graph.inputs);
  return (firing) => console.error(stepLine(stepOf(firing, inputs)));
}
