/** Questions about expressions that every renderer asks. */
import type { Expr } from "../ir/node.ts";

const COMPARISONS: ReadonlySet<string> = new Set(["eq", "ne", "lt", "le", "gt", "ge"]);

/** The operands of an expression. */
export function children(e: Expr): readonly Expr[] {
  switch (e.kind) {
    case "const":
    case "ref":
      return [];
    case "load":
      return [e.index];
    case "op":
      return e.args;
    default:
      return [e.arg];
  }
}

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

/** An expression and all below it, each once. */
export function within(root: Expr): Set<Expr> {
  const seen = new Set<Expr>([root]);
  for (const e of seen) for (const child of children(e)) seen.add(child);
  return seen;
}
