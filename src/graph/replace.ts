/** Substitution in immutable graphs. */
import { Apply, withOriginOf } from "./apply.ts";
import { toposort } from "./traversal.ts";
import type { Variable } from "./variable.ts";

/** `node` with other inputs: the op checks them again, lines and names are kept. */
export function rebuildNode(node: Apply, inputs: readonly Variable[]): Apply {
  const copy = withOriginOf(node, () => node.op.makeNode(...inputs));
  for (const [i, out] of node.outputs.entries()) copy.outputs[i]!.name ??= out.name;
  return copy;
}

/**
 * `outputs` with each key of `replacements` replaced by its value, wherever it is used. Replacements are made at
 * once: a replacement's own expression is not searched. What does not depend on a key is shared with the old graph.
 */
export function cloneReplace(outputs: readonly Variable[], replacements: ReadonlyMap<Variable, Variable>): Variable[] {
  const mapped = new Map<Variable, Variable>(replacements);
  const find = (v: Variable): Variable => mapped.get(v) ?? v;
  for (const node of toposort(outputs, replacements)) {
    const inputs = node.inputs.map(find);
    if (inputs.every((v, i) => v === node.inputs[i])) continue;
    const copy = rebuildNode(node, inputs);
    for (const [i, out] of node.outputs.entries()) {
      if (!mapped.has(out)) mapped.set(out, copy.outputs[i]!);
    }
  }
  return outputs.map(find);
}
