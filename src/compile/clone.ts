/** Copies of graphs with parts replaced. */
import { cloneReplace } from "../graph/replace.ts";
import { graphInputs } from "../graph/traversal.ts";
import { isConstant, isShared, type Variable } from "../graph/variable.ts";
import type { TensorVariable } from "../tensor/variable.ts";
import { readReplacements, type Replacements } from "./replacements.ts";

export interface CloneOptions {
  /** What takes the place of variables, wherever they are used. Replacements themselves are not searched. */
  readonly replace?: Replacements;
  /** Whether a replacement must have the dtype and rank of what it replaces (default true); false lets types follow. */
  readonly strict?: boolean;
  /** Whether the copy has the same inputs (default true); with false each input is a new variable. */
  readonly shareInputs?: boolean;
}

/**
 * A copy of an expression, or of several, in which variables are replaced. Constants and shared variables stay.
 *
 * @param outputs the expression, or a list
 * @param options replacements as pairs or a Map, or options
 * @throws DtypeError, RankError when a replacement does not fit what it replaces and `strict` is not false
 *
 * @example
 * ```ts
 * import * as theano from "theano";
 * import { tensor as T } from "theano";
 * const x = T.dvector("x"), y = T.dvector("y");
 * const doubled = theano.clone(x.mul(2), { replace: [[x, y.add(1)]] });
 * console.log(theano.pp(doubled)); // ((y + TensorConstant{1.0}) * TensorConstant{2.0})
 * ```
 */
export function clone<V extends TensorVariable>(outputs: V, options?: Replacements | CloneOptions): V;
export function clone<const L extends readonly TensorVariable[]>(
  outputs: L,
  options?: Replacements | CloneOptions,
): { -readonly [I in keyof L]: L[I] };
export function clone(
  outputs: TensorVariable | readonly TensorVariable[],
  given: Replacements | CloneOptions = {},
): TensorVariable | readonly TensorVariable[] {
  const options: CloneOptions = Symbol.iterator in given ? { replace: given } : given;
  const goals: readonly Variable[] = Array.isArray(outputs) ? outputs : [outputs as TensorVariable];
  const map = readReplacements(options.replace, "clone", options.strict ?? true);
  if (options.shareInputs === false) {
    for (const v of graphInputs([...goals])) {
      if (!isConstant(v) && !isShared(v) && !map.has(v)) map.set(v, v.type.makeVariable(null, 0, v.name));
    }
  }
  const copies = cloneReplace(goals, map) as TensorVariable[];
  return Array.isArray(outputs) ? copies : copies[0]!;
}
