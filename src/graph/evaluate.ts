/** The value of a graph by `perform`, node after node: slow and obviously right. */
import type { NdArray } from "../array/ndArray.ts";
import { MissingInputError } from "../errors.ts";
import { toposort } from "./traversal.ts";
import { isConstant, isShared, type Variable } from "./variable.ts";

/**
 * Computes `outputs` from `values`; constants and shared variables supply their own.
 * @throws MissingInputError when a variable without owner has no value
 */
export function evaluate(outputs: readonly Variable[], values: ReadonlyMap<Variable, NdArray> = new Map()): NdArray[] {
  const known = new Map<Variable, NdArray>(values);
  const valueOf = (v: Variable): NdArray => {
    const value = known.get(v);
    if (value !== undefined) return value;
    if (isConstant(v)) return v.data;
    if (isShared(v)) return v.container.get(true);
    throw new MissingInputError(`No value was given for ${v.toString()} (${v.type.toString()}).`);
  };
  for (const node of toposort(outputs, known)) {
    const results = node.op.perform(node, node.inputs.map(valueOf));
    for (const [i, out] of node.outputs.entries()) known.set(out, results[i]!);
  }
  return outputs.map(valueOf);
}
