/** From what a step function returned to a closed inner graph: what it uses from outside becomes inputs. */
import { ArgumentError } from "../errors.ts";
import { cloneReplace } from "../graph/replace.ts";
import { ancestors, toposort } from "../graph/traversal.ts";
import { isConstant, isShared, type Variable } from "../graph/variable.ts";
import type { TensorVariable } from "../tensor/variable.ts";
import type { SharedTensor } from "./arguments.ts";

export interface Closed {
  /** What comes from outside: the same in every step, and computed once before the loop. */
  readonly captures: readonly TensorVariable[];
  /** Inner inputs that stand for the captures. */
  readonly placeholders: readonly TensorVariable[];
  readonly outputs: readonly TensorVariable[];
}

/**
 * @param goals what a step computes
 * @param own the step's own inputs: slices and states
 * @param table replacements to be made on the way: shared variables by their states
 */
export function closeOver(
  goals: readonly TensorVariable[],
  own: readonly Variable[],
  table: ReadonlyMap<Variable, Variable>,
): Closed {
  const inside = new Set<Variable>([...own, ...table.keys()]);
  const captures = new Set<Variable>();
  const isInside = (v: Variable): boolean => inside.has(v);
  const order = toposort(goals, new Set(inside));
  for (const node of order) if (node.inputs.some(isInside)) for (const out of node.outputs) inside.add(out);
  const use = (v: Variable): void => {
    if (!isInside(v) && !isConstant(v)) captures.add(v);
  };
  for (const node of order) if (isInside(node.outputs[0]!)) node.inputs.forEach(use);
  goals.forEach(use);
  const list = [...captures] as TensorVariable[];
  const placeholders = list.map((v) => v.type.makeVariable(null, 0, v.name));
  const replacements = new Map<Variable, Variable>(table);
  for (const [i, v] of list.entries()) replacements.set(v, placeholders[i]!);
  return { captures: list, placeholders, outputs: cloneReplace(goals, replacements) as TensorVariable[] };
}

/** @throws ArgumentError when a capture is not computed from what was passed */
export function checkStrict(captures: readonly TensorVariable[], allowed: readonly TensorVariable[]): void {
  const known = new Set<Variable>(allowed);
  for (const v of captures) {
    const leaf = ancestors([v], known).find((x) => x.owner === null && !known.has(x) && !isConstant(x));
    if (leaf === undefined) continue;
    throw new ArgumentError(
      `scan: with strict, the step function may use only what is passed to it, but it uses ${leaf.toString()} ` +
        `(${leaf.type.toString()}). Add it to nonSequences.`,
      { op: "scan" },
    );
  }
}

/** The updates that were asked for, and those that shared variables in use bring with them. */
export function withDefaults(
  goals: readonly TensorVariable[],
  asked: ReadonlyMap<SharedTensor, TensorVariable>,
): Map<SharedTensor, TensorVariable> {
  const updates = new Map(asked);
  let from: readonly TensorVariable[] = [...goals, ...asked.values()];
  while (from.length > 0) {
    const found: TensorVariable[] = [];
    for (const v of ancestors(from)) {
      if (!isShared(v) || v.defaultUpdate === undefined || updates.has(v as SharedTensor)) continue;
      updates.set(v as SharedTensor, v.defaultUpdate as TensorVariable);
      found.push(v.defaultUpdate as TensorVariable);
    }
    from = found;
  }
  return updates;
}
