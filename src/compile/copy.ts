/** `f.copy`: the same computation with other shared variables, or without its updates. */
import { ArgumentError, UpdateError } from "../errors.ts";
import { cloneReplace } from "../graph/replace.ts";
import { ancestors } from "../graph/traversal.ts";
import { isShared, type Variable } from "../graph/variable.ts";
import { SharedVariable } from "./shared.ts";
import type { Specification } from "./specification.ts";
import type { UpdateList } from "./updates.ts";

export interface CopyOptions {
  /** Permission for both functions to use the same intermediate storage. */
  readonly share?: boolean;
  /** Shared variables to put in the place of others of the same type. */
  readonly swap?: readonly (readonly [SharedVariable, SharedVariable])[] | ReadonlyMap<SharedVariable, SharedVariable>;
  /** Leave the updates out: the copy computes results only. */
  readonly deleteUpdates?: boolean;
  readonly name?: string;
}

/** What the copy is to compute. */
export function copySpecification(
  specification: Specification,
  { swap, deleteUpdates = false }: CopyOptions,
): Specification {
  const swaps = readSwaps(swap, specification);
  const goals = [...specification.results, ...specification.updates.values()];
  const replaced = swaps.size === 0 ? goals : cloneReplace(goals, swaps);
  const results = replaced.slice(0, specification.results.length);
  const updates: UpdateList = new Map();
  if (!deleteUpdates) {
    for (const [i, target] of [...specification.updates.keys()].entries()) {
      const now = (swaps.get(target) as SharedVariable | undefined) ?? target;
      updates.set(now, replaced[results.length + i] as never);
    }
  }
  const shared = new Set<SharedVariable>(updates.keys());
  for (const v of ancestors([...results, ...updates.values()])) {
    if (isShared(v)) shared.add(v as unknown as SharedVariable);
  }
  return { ...specification, results, updates, shared: [...shared] };
}

function readSwaps(swap: CopyOptions["swap"], { shared }: Specification): Map<Variable, Variable> {
  const swaps = new Map<Variable, Variable>();
  for (const [before, after] of swap ?? []) {
    if (!(before instanceof SharedVariable) || !(after instanceof SharedVariable)) {
      throw new ArgumentError("copy: swap takes pairs of shared variables [old, new].");
    }
    if (!shared.includes(before)) {
      throw new ArgumentError(`copy: ${before.toString()} is not a shared variable of this function.`);
    }
    if (!before.type.isSuper(after.type)) {
      throw new UpdateError(
        `copy: ${before.toString()} is ${before.type.toString()}, ` +
          `${after.toString()} ${after.type.toString()}; swapped variables need the same type.`,
      );
    }
    swaps.set(before, after);
  }
  return swaps;
}
