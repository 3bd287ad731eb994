/** Nodes that have no program run in JavaScript: by `perform`, but loops and choices with their inner graphs compiled. */
import type { NdArray } from "../../array/ndArray.ts";
import type { Apply } from "../../graph/apply.ts";
import { FunctionGraph } from "../../graph/functionGraph.ts";
import { Branch } from "../../scan/branch.ts";
import { isTrue } from "../../scan/choice.ts";
import type { Lambda } from "../../scan/lambda.ts";
import { Scan } from "../../scan/scanOp.ts";
import type { Linked } from "../linker.ts";

/** Computes the outputs of one node. */
export interface HostNode {
  run(inputs: readonly NdArray[]): readonly NdArray[];
  free(): void;
}

/** @param link compiles an inner graph */
export function hostNode(node: Apply, link: (graph: FunctionGraph) => Linked): HostNode {
  const { op } = node;
  // Compiled when first needed: a side that is never taken is not.
  const compiled = new Map<Lambda, Linked>();
  const call = (lambda: Lambda, values: readonly NdArray[]): NdArray[] => {
    let linked = compiled.get(lambda);
    if (linked === undefined) {
      compiled.set(lambda, (linked = link(new FunctionGraph(lambda.inputs, lambda.outputs))));
    }
    return linked.call(values);
  };
  const free = (): void => compiled.forEach((l) => l.free());
  if (op instanceof Scan) {
    return { run: (inputs) => op.performWith(node, inputs, (values) => call(op.lambda, values)), free };
  }
  if (op instanceof Branch) {
    return { run: ([c, ...values]) => call(isTrue(c!) ? op.yes : op.no, values), free };
  }
  return { run: (inputs) => op.perform(node, inputs), free };
}
