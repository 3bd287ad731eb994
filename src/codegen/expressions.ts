/** Questions about expressions that every renderer asks. */
import type { Expr } from "../ir/node.ts";
import { within } from "../ir/traverse.ts";

const COMPARISONS: ReadonlySet<string> = new Set(["eq", "ne", "lt", "le", "gt", "ge"]);

/**
 * Whether both branches of a select may be evaluated. A load of the branch not taken may be out of
 * range where the condition compares positions, or where the position itself was loaded.
 */
export function mayEvaluateBoth(condition: Expr, yes: Expr, no: Expr): boolean {
  const loads = [...within(yes), ...within(no)].filter((e) => e.kind === "load");
  if (loads.length === 0) return true;
  if (loads.some((load) => [...within(load.index)].some((e) => e.kind === "load"))) return false;
  return ![...within(condition)].some(comparesPositions);
}

function comparesPositions(e: Expr): boolean {
  if (e.kind === "ref") return e.type === "bool";
  return e.kind === "op" && COMPARISONS.has(e.op) && e.args[0]!.type === "index";
}
