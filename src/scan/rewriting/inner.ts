/** The graph inside of a loop is rewritten by the rules of the mode, as any other. */
import { FunctionGraph } from "../../graph/functionGraph.ts";
import { nodeRule, type Rule } from "../../graph/rewriting/rule.ts";
import { Lambda } from "../lambda.ts";
import { Scan } from "../scanOp.ts";
import { inputsOf } from "../scanSpec.ts";

/** @param rewrite rewrites a graph in place */
export function innerRule(name: string, rewrite: (graph: FunctionGraph) => void): Rule {
  return nodeRule(
    name,
    ["Scan"],
    (node) => {
      const { op } = node;
      if (!(op instanceof Scan)) return null;
      const { spec } = op;
      const graph = new FunctionGraph(spec.lambda.inputs, spec.lambda.outputs);
      rewrite(graph);
      const lambda = new Lambda(spec.lambda.inputs, graph.outputs);
      if (lambda.key === spec.lambda.key) return null;
      return new Scan({ ...spec, lambda }).apply(inputsOf(spec, node)).outputs;
    },
    { formula: "the rules of the mode, inside of loops" },
  );
}
