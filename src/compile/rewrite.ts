/** Runs a mode's passes over a function graph. */
import { isTraced } from "./trace.ts";
import { config } from "../config/config.ts";
import type { FunctionGraph } from "../graph/functionGraph.ts";
import { runPasses, type Firing, type Pass, type PassStats } from "../graph/rewriting/engine.ts";
import { ShapeMap } from "../graph/shapes.ts";
import { peel, ruleKeys, scalarValue } from "../tensor/rewriting/matchers.ts";
import { shapeI } from "../tensor/shape.ts";
import { innerRule } from "../scan/rewriting/inner.ts";
import { EARLY_PASSES, type Mode } from "./mode.ts";
import { stepLine, stepOf } from "./step.ts";

/**
 * @param onFire is told of each replacement just before it is made; without it, `config.optimizerVerbose` prints them
 * @param timed measures every try of a rule
 */
export function rewrite(
  graph: FunctionGraph,
  mode: Mode,
  onFire?: (firing: Firing) => void,
  timed: boolean = config.profileOptimizer,
): readonly PassStats[] {
  const shapes = new ShapeMap(shapeI);
  const tell = onFire ?? verbose(graph);
  const passes = mode.passes();
  return runPasses(graph, [...withInner(passes)], {
    ruleKeys,
    context: { scalarValue, peel, shapeOf: (v) => shapes.shapeOf(v) },
    timed,
    ...(tell === undefined ? {} : { onFire: tell }),
  });
}

/**
 * The passes, and those that do the same to graphs inside of nodes: their early passes first, so that loops are taken apart in their
 * simplest form, and all of them once the loops have their final form.
 */
function* withInner(passes: readonly Pass[]): Iterable<Pass> {
  if (passes.length === 0) return;
  const early = passes.filter((p) => EARLY_PASSES.has(p.name));
  yield { name: "scan_inner", rules: [innerRule("scan_inner", (g) => rewriteInner(g, early))], until: "once" };
  for (const pass of passes) {
    if (pass.name === LAST) {
      yield { name: "scan_code", rules: [innerRule("scan_code", (g) => rewriteInner(g, passes))], until: "once" };
    }
    yield pass;
  }
}

/** Sides of ifelse are separated when everything else is done. */
const LAST = "lazy";

function rewriteInner(graph: FunctionGraph, passes: readonly Pass[]): void {
  const shapes = new ShapeMap(shapeI);
  runPasses(graph, [...withInner(passes)], {
    ruleKeys,
    context: { scalarValue, peel, shapeOf: (v) => shapes.shapeOf(v) },
  });
}

function verbose(graph: FunctionGraph): ((firing: Firing) => void) | undefined {
  if (!config.optimizerVerbose && !isTraced("rewrites")) return undefined;
  const inputs = new Set(graph.inputs);
  return (firing) => console.error(stepLine(stepOf(firing, inputs)));
}
