/**
 * Loops in two versions. Functions have a short form that holds for all but extreme arguments; a stretch of a loop is computed with short forms, and
 * again with the long ones if an argument in it was extreme.
 */
import type { Buffer, Expr, Stmt } from "../../ir/node.ts";
import { within } from "../../ir/traverse.ts";
import type { Copier } from "./copy.ts";

/** Rounds after which the conditions are looked at. */
export const STRETCH = 512;

/** Whether a body of simple statements, with values that are taken besides, has short forms and may be computed twice. */
export function mayUseShortForms(copier: Copier, body: readonly Stmt[], values: readonly Expr[] = []): boolean {
  const roots: Expr[] = [...values];
  const stored = new Set<Buffer>();
  for (const s of body) {
    if (s.kind === "let") roots.push(s.value);
    else if (s.kind === "store") {
      roots.push(s.index, s.value);
      stored.add(s.buffer);
    } else if (s.kind !== "comment") return false;
  }
  // What was overwritten cannot be computed again.
  const reads = (e: Expr): boolean => [...within(e)].some((x) => x.kind === "load" && stored.has(x.buffer));
  return roots.some((e) => copier.hasShort(e)) && !roots.some(reads);
}
