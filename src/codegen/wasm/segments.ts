import type { Assign, Buffer, Expr, Let, Ref, Stmt, Store, Var } from "../../ir/node.ts";
import type { Expander } from "../expand.ts";
import { innerBodies, ownExprs, withinAll } from "../../ir/traverse.ts";

/** A statement that only computes and stores. */
export type Simple = Let | Var | Assign | Store;

/**
 * Simple statements in a row, none of which reads memory or a variable that one before it writes:
 * all values can be computed first and stored afterwards.
 */
export interface Segment {
  readonly kind: "segment";
  readonly stmts: readonly Simple[];
  /** The value of each statement, in the form that holds where the guards do. */
  readonly fast: readonly Expr[];
  readonly slow: readonly Expr[];
  readonly guards: readonly Expr[];
}

/** A statement with bodies of its own, prepared too where `deep` was asked for. */
export interface Control {
  readonly kind: "control";
  readonly stmt: Exclude<Stmt, Simple>;
  readonly bodies: readonly (readonly Item[])[];
}

export type Item = Segment | Control;

/** Splits a body into segments and control statements and expands functions in the segments. */
export function prepare(
  body: readonly Stmt[],
  expander: Expander,
  options: { readonly deep: boolean; readonly slowOnly: boolean },
): Item[] {
  const items: Item[] = [];
  let run: Simple[] = [];
  let stored = new Set<Buffer>();
  let assigned = new Set<Ref>();
  const flush = (): void => {
    if (run.length > 0) items.push(segment(run, expander, options.slowOnly));
    run = [];
    stored = new Set();
    assigned = new Set();
  };
  for (const s of body) {
    if (!isSimple(s)) {
      flush();
      if (s.kind === "comment") continue;
      const bodies = options.deep ? innerBodies(s).map((inner) => prepare(inner, expander, options)) : [];
      items.push({ kind: "control", stmt: s, bodies });
      continue;
    }
    if (conflicts(s, stored, assigned)) flush();
    run.push(s);
    if (s.kind === "store") stored.add(s.buffer);
    if (s.kind === "assign") assigned.add(s.ref);
  }
  flush();
  return items;
}

function isSimple(s: Stmt): s is Simple {
  return s.kind === "let" || s.kind === "var" || s.kind === "assign" || s.kind === "store";
}

function conflicts(s: Simple, stored: ReadonlySet<Buffer>, assigned: ReadonlySet<Ref>): boolean {
  if (stored.size === 0 && assigned.size === 0) return false;
  if (s.kind === "assign" && assigned.has(s.ref)) return true;
  return [...withinAll(ownExprs(s))].some(
    (e) => (e.kind === "load" && stored.has(e.buffer)) || (e.kind === "ref" && assigned.has(e)),
  );
}

/** The expression that a simple statement stores or names. */
export function valueOf(s: Simple): Expr {
  return s.kind === "var" ? s.init : s.value;
}

function segment(stmts: readonly Simple[], expander: Expander, slowOnly: boolean): Segment {
  const expanded = stmts.map((s) => expander.expand(valueOf(s)));
  const slow = expanded.map((x) => x.slow);
  if (slowOnly) return { kind: "segment", stmts, fast: slow, slow, guards: [] };
  const guards = [...new Set(expanded.flatMap((x) => x.guards))];
  return { kind: "segment", stmts, fast: expanded.map((x) => x.fast), slow, guards };
}
