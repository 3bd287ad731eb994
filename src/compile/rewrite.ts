/** Runs a mode's passes over a function graph. */
import { config } from "../config/config.ts";
import { withLines } from "../graph/apply.ts";
import type { FunctionGraph } from "../graph/functionGraph.ts";
import { runPasses, type EngineOptions, type PassStats } from "../graph/rewriting/engine.ts";
import type { Variable } from "../graph/variable.ts";
import { peel, ruleKeys, scalarValue } from "../tensor/rewriting/matchers.ts";
import { shapeOfLeaf } from "../tensor/shape.ts";
import type { TensorVariable } from "../tensor/variable.ts";
import type { Mode } from "./mode.ts";

export function rewrite(graph: FunctionGraph, mode: Mode): readonly PassStats[] {
  const shapes = new ShapeMemo();
  const options: EngineOptions = {
    ruleKeys,
    context: { scalarValue, peel, shapeOf: (v) => shapes.of(v) },
    ...(config.optimizerVerbose || config.trace.includes("rewrites")
      ? { onFire: (rule, before, after) => console.error(`${rule.name}: ${before.toString()} -> ${after.toString()}`) }
      : {}),
  };
  return runPasses(graph, mode.passes(), options);
}

/** The sizes of variables as graphs over the sizes of the inputs. */
class ShapeMemo {
  readonly #known = new Map<Variable, readonly Variable[]>();

  of(v: Variable): readonly Variable[] {
    const known = this.#known.get(v);
    if (known !== undefined) return known;
    const { owner } = v;
    const inferred =
      owner === null
        ? null
        : withLines(owner.createdAt, () => owner.op.inferShape(owner, owner.inputs.map((x) => this.of(x)))[v.index] ?? null);
    const sizes = inferred ?? shapeOfLeaf(v as TensorVariable);
    this.#known.set(v, sizes);
    return sizes;
  }
}
