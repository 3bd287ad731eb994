/** Walks over expressions and statements, and what they find: parts, costs, buffers. */
import type { Buffer, Expr, Stmt } from "./node.ts";
import { scalarInstructions, type InstructionName } from "./scalarInstructions.ts";

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

/** An expression and all below it, each once. */
export function within(root: Expr): Set<Expr> {
  return withinAll([root]);
}

/** Several expressions and all below them, each once. */
export function withinAll(roots: Iterable<Expr>): Set<Expr> {
  const seen = new Set(roots);
  for (const e of seen) for (const child of children(e)) seen.add(child);
  return seen;
}

/** What it takes to compute the expressions, in additions; what they share counts once, positions do not count. */
export function costOf(roots: Iterable<Expr>): number {
  let cost = 0;
  for (const e of withinAll(roots)) {
    if (e.kind === "op") cost += e.type === "index" ? 0 : scalarInstructions[e.op as InstructionName].cost;
    else if (e.kind !== "const" && e.kind !== "ref") cost++;
  }
  return cost;
}

/** The expressions that a statement evaluates itself, not those of statements inside it, nor the elements of a reduction. */
export function ownExprs(s: Stmt): readonly Expr[] {
  switch (s.kind) {
    case "let":
    case "assign":
      return [s.value];
    case "var":
      return [s.init];
    case "store":
      return [s.index, s.value];
    case "for":
    case "reduce":
      return [s.extent];
    case "if":
    case "while":
      return [s.cond];
    case "call":
      if (s.fn === "copy") return [s.toOffset, s.fromOffset, s.count];
      return [s.m, s.n, s.k, s.alpha, s.beta, ...[s.a, s.b, s.c].flatMap((x) => [x.offset, x.rowStride, x.colStride])];
    default:
      return [];
  }
}

/** The statements inside a statement. */
export function innerBodies(s: Stmt): readonly (readonly Stmt[])[] {
  switch (s.kind) {
    case "for":
    case "reduce":
    case "while":
      return [s.body];
    case "if":
      return [s.then, s.else];
    default:
      return [];
  }
}

/** Visits all statements, outer ones first. */
export function walk(body: readonly Stmt[], visit: (s: Stmt) => void): void {
  for (const s of body) {
    visit(s);
    for (const inner of innerBodies(s)) walk(inner, visit);
  }
}

/** Every expression that the statements evaluate, those inside them and elements of reductions included; not their parts. */
export function allExprs(body: readonly Stmt[]): Expr[] {
  const found: Expr[] = [];
  walk(body, (s) => {
    found.push(...ownExprs(s));
    if (s.kind === "reduce") for (const acc of s.accs) found.push(acc.value);
  });
  return found;
}

/** Buffers that the statements read or write. */
export function buffersOf(body: readonly Stmt[]): Set<Buffer> {
  const found = new Set<Buffer>();
  for (const e of withinAll(allExprs(body))) if (e.kind === "load") found.add(e.buffer);
  walk(body, (s) => {
    if (s.kind === "store") found.add(s.buffer);
    if (s.kind !== "call") return;
    if (s.fn === "copy") found.add(s.to).add(s.from);
    else found.add(s.a.buffer).add(s.b.buffer).add(s.c.buffer);
  });
  return found;
}
