import type { Buffer, Expr, Ref, Stmt } from "../../ir/node.ts";
import { allExprs, children, innerBodies, ownExprs, walk, within, withinAll } from "../../ir/traverse.ts";
import { mayEvaluateBoth } from "../expressions.ts";

/** What running some statements may change, and what they contain. */
export interface Facts {
  /** Refs that get their values inside. */
  readonly defined: ReadonlySet<Ref>;
  readonly assigned: ReadonlySet<Ref>;
  readonly stored: ReadonlySet<Buffer>;
  readonly fails: boolean;
  /** Whether matrix products are called; copies are instructions. */
  readonly products: boolean;
  /** Number of loops, nested ones included. */
  readonly loops: number;
}

export function factsOf(body: readonly Stmt[]): Facts {
  const defined = new Set<Ref>();
  const assigned = new Set<Ref>();
  const stored = new Set<Buffer>();
  let fails = false;
  let products = false;
  let loops = 0;
  walk(body, (s) => {
    if (s.kind === "for" || s.kind === "reduce" || s.kind === "while") loops++;
    if (s.kind === "for" || s.kind === "reduce" || s.kind === "let" || s.kind === "var") {
      defined.add(s.ref);
    }
    if (s.kind === "reduce") {
      for (const acc of s.accs) {
        defined.add(acc.target);
        if (acc.position !== undefined) defined.add(acc.position);
      }
    }
    if (s.kind === "assign") assigned.add(s.ref);
    if (s.kind === "store") stored.add(s.buffer);
    if (s.kind === "fail") fails = true;
    if (s.kind === "call") {
      products ||= s.fn === "gemm";
      stored.add(s.fn === "gemm" ? s.c.buffer : s.to);
    }
  });
  return { defined, assigned, stored, fails, products, loops };
}

/** Refs that statements use and do not define. */
export function freeRefs(body: readonly Stmt[]): Set<Ref> {
  const used = new Set<Ref>();
  for (const e of withinAll(allExprs(body))) if (e.kind === "ref") used.add(e);
  walk(body, (s) => {
    if (s.kind === "assign") used.add(s.ref);
  });
  for (const ref of factsOf(body).defined) used.delete(ref);
  return used;
}

/** Tells which expressions have the same value in every round of a loop with the given body. */
export class Invariance {
  readonly #facts: Facts;
  readonly #known = new Map<Expr, boolean>();

  constructor(ref: Ref | null, facts: Facts) {
    this.#facts = facts;
    if (ref !== null) this.#known.set(ref, false);
  }

  holds(e: Expr): boolean {
    const known = this.#known.get(e);
    if (known !== undefined) return known;
    const holds = this.#find(e);
    this.#known.set(e, holds);
    return holds;
  }

  #find(e: Expr): boolean {
    const { defined, assigned, stored } = this.#facts;
    if (e.kind === "ref") return !defined.has(e) && !assigned.has(e);
    if (e.kind === "load" && stored.has(e.buffer)) return false;
    return children(e).every((child) => this.holds(child));
  }
}

/**
 * The largest invariant parts of what the statements compute, in an order in which they can be
 * evaluated. Loads are taken only where every round evaluates them.
 */
export function invariantParts(body: readonly Stmt[], invariance: Invariance): Expr[] {
  const found = new Set<Expr>();
  const visited = new Map<Expr, boolean>();
  const visit = (e: Expr, sure: boolean): void => {
    if (e.kind === "const" || e.kind === "ref") return;
    const before = visited.get(e);
    if (before === true || before === sure) return;
    visited.set(e, sure);
    if (invariance.holds(e) && (sure || !loads(e))) {
      found.add(e);
      return;
    }
    if (e.kind === "op" && e.op === "select") {
      const [condition, yes, no] = e.args as [Expr, Expr, Expr];
      const both = sure && mayEvaluateBoth(condition, yes, no);
      visit(condition, sure);
      visit(yes, both);
      visit(no, both);
      return;
    }
    for (const child of children(e)) visit(child, sure);
  };
  const visitBody = (statements: readonly Stmt[], sure: boolean): void => {
    for (const s of statements) {
      for (const root of ownExprs(s)) visit(root, sure);
      for (const inner of innerBodies(s)) visitBody(inner, false);
    }
  };
  visitBody(body, true);
  return [...found].sort((a, b) => a.id - b.id);
}

function loads(e: Expr): boolean {
  return [...within(e)].some((part) => part.kind === "load");
}
