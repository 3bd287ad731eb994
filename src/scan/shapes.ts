/** Sizes of what a loop stacks, from the sizes of what it reads. */
import { cloneReplace } from "../graph/replace.ts";
import { ShapeMap } from "../graph/shapes.ts";
import { ancestors } from "../graph/traversal.ts";
import type { Variable } from "../graph/variable.ts";
import { shapeI } from "../tensor/shape.ts";
import { tensorType } from "../tensor/type.ts";
import type { TensorVariable } from "../tensor/variable.ts";
import { innerInputs, innerOutputs, type OuterInputs, type ScanSpec } from "./scanSpec.ts";

/**
 * The sizes of one row of each row output, as expressions of outer variables; `null` where only the values of a step tell them.
 * @param sizes the shapes of the outer inputs
 */
export function rowShapes(
  spec: ScanSpec,
  outer: OuterInputs<Variable>,
  sizes: OuterInputs<readonly Variable[]>,
): (readonly Variable[] | null)[] {
  const { rows } = innerOutputs(spec);
  if (rows.length === 0) return [];
  const inner = innerInputs(spec);
  const given = new Map<Variable, readonly Variable[]>();
  for (const [i, v] of inner.slices.entries()) given.set(v, sizes.sequences[i]!.slice(1));
  for (const [i, v] of inner.states.entries()) given.set(v, sizes.initials[i]!);
  for (const [i, v] of inner.constants.entries()) given.set(v, sizes.constants[i]!);
  const map = new ShapeMap((v, axis) => given.get(v)?.[axis] ?? shapeI(v, axis));
  const outside = new Map<Variable, Variable>(inner.constants.map((v, i) => [v, outer.constants[i]!]));
  const own = new Set<Variable>([...inner.slices, ...inner.states]);
  const outerOnes = new Set<Variable>([
    ...[...given.values()].flat(),
    ...outer.constants,
    outer.length,
    outer.first,
    outer.limit,
  ]);
  return rows.map((row) => {
    const shape = map.shapeOf(row);
    const reached = ancestors(shape, outerOnes);
    if (reached.some((v) => own.has(v))) return null;
    return cloneReplace(shape, outside);
  });
}

/** Tells which values of a step have the same shape in every step, as far as the sizes of what it reads say. */
export function fixedShapes(spec: ScanSpec): (v: Variable) => boolean {
  const inner = innerInputs(spec);
  const own = new Set<Variable>([...inner.slices, ...inner.states]);
  const sizes = new Map<Variable, readonly Variable[]>();
  const stop = new Set<Variable>();
  for (const v of own) {
    const list = (v as TensorVariable).type.shape.map(() => tensorType("int64", []).makeVariable(null, 0));
    sizes.set(v, list);
    for (const n of list) stop.add(n);
  }
  const map = new ShapeMap((v, axis) => sizes.get(v)?.[axis] ?? shapeI(v, axis));
  return (v) => !ancestors(map.shapeOf(v), stop).some((x) => own.has(x));
}
