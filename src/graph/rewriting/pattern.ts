/**
 * Patterns: what the left side of a rule looks like. A pattern is built from ops and captures; the names of the captures
 * are inferred by the type checker, so that `({ y }) => ...` on a pattern without `y` does not compile.
 */
import type { Apply } from "../apply.ts";
import { isConstant, type Variable } from "../variable.ts";

/** How a pattern recognises an op; tensor ops provide these (see tensor/rewriting). */
export interface OpMatcher {
  /** Groups rules in the engine: the `ruleKey` of the ops that can match. */
  readonly ruleKey: string;
  matches(node: Apply): boolean;
  /** Arguments may come in any order. */
  readonly commutative?: boolean;
}

/** A pattern with captures `C`. */
export interface Pattern<C extends string = string> {
  readonly kind: "any" | "constant" | "apply" | "number" | "constantOf";
  readonly name?: C;
  readonly value?: number;
  readonly matcher?: OpMatcher;
  readonly args?: readonly Pattern<C>[];
  readonly when?: (v: Variable) => boolean;
  /** The matched node must have a single client: it disappears with the rule. */
  readonly single?: boolean;
}

/** Anything a pattern argument may be: a number stands for a constant all of whose elements equal it. */
export type PatternLike<C extends string = string> = Pattern<C> | number;

type CapturesOf<P> = P extends Pattern<infer C> ? C : never;

/** Captures any variable under `name`; the same name twice must be the same variable. */
export function any<C extends string>(name: C, when?: (v: Variable) => boolean): Pattern<C> {
  return when === undefined ? { kind: "any", name } : { kind: "any", name, when };
}

/** Captures a constant under `name`. */
export function num<C extends string>(name: C, when?: (v: Variable) => boolean): Pattern<C> {
  return when === undefined ? { kind: "constant", name } : { kind: "constant", name, when };
}

/** An application of a matching op to arguments. */
export function on<const A extends readonly PatternLike[]>(
  matcher: OpMatcher,
  ...args: A
): Pattern<CapturesOf<A[number]>> {
  const patterns = args.map((a) => (typeof a === "number" ? { kind: "number", value: a } : a));
  return { kind: "apply", matcher, args: patterns as Pattern<CapturesOf<A[number]>>[] };
}

/** As `on`, and nobody else may use the node. */
export function only<C extends string>(p: Pattern<C>): Pattern<C> {
  return { ...p, single: true };
}

/** Captures the variable that a sub-pattern matched. */
export function named<C extends string, D extends string>(name: D, p: Pattern<C>): Pattern<C | D> {
  return { ...p, name } as Pattern<C | D>;
}

/** What surrounds a match: how to look through representation details of the tensor layer, and client counts. */
export interface MatchContext {
  clientCount(v: Variable): number;
  /** The value that every element of a constant (or of a broadcast constant) has, if any. */
  scalarValue(v: Variable): number | undefined;
  /** What an elementwise argument is before rank padding. */
  peel?(v: Variable): Variable;
}

export type Captures = Map<string, Variable>;

/** Extends `captures` so that `pattern` matches `v`; false (and `captures` spoilt) otherwise. */
export function match(pattern: Pattern, v: Variable, captures: Captures, ctx: MatchContext): boolean {
  if (pattern.name !== undefined) {
    const before = captures.get(pattern.name);
    if (before !== undefined && before !== v) return false;
    captures.set(pattern.name, v);
  }
  if (pattern.when !== undefined && !pattern.when(v)) return false;
  switch (pattern.kind) {
    case "any":
      return true;
    case "constant":
    case "constantOf":
      return isConstant(v) || ctx.scalarValue(v) !== undefined;
    case "number": {
      const value = ctx.scalarValue(v);
      // == on purpose: the pattern 0 accepts -0 only where a rule says so itself.
      return value !== undefined && Object.is(value, pattern.value);
    }
    case "apply":
      return matchNode(pattern, v, captures, ctx);
  }
}

function matchNode(pattern: Pattern, outer: Variable, captures: Captures, ctx: MatchContext): boolean {
  let v = outer;
  if (v.owner === null || !pattern.matcher!.matches(v.owner)) {
    if (ctx.peel === undefined) return false;
    v = ctx.peel(outer);
    if (v === outer || v.owner === null || !pattern.matcher!.matches(v.owner)) return false;
  }
  if (pattern.single === true && (ctx.clientCount(v) > 1 || ctx.clientCount(outer) > 1)) return false;
  const { inputs } = v.owner!;
  const args = pattern.args!;
  if (args.length !== inputs.length) return false;
  if (pattern.matcher!.commutative !== true || args.length !== 2) {
    for (const [i, arg] of args.entries()) if (!match(arg, inputs[i]!, captures, ctx)) return false;
    return true;
  }
  return (
    matchPair(args, inputs[0]!, inputs[1]!, captures, ctx) || matchPair(args, inputs[1]!, inputs[0]!, captures, ctx)
  );
}

/** Both arguments in this order; what failed leaves no captures behind. */
function matchPair(
  [p, q]: readonly Pattern[],
  first: Variable,
  second: Variable,
  captures: Captures,
  ctx: MatchContext,
): boolean {
  if (!mayMatch(p!, first, ctx) || !mayMatch(q!, second, ctx)) return false;
  const trial: Captures = new Map(captures);
  if (!match(p!, first, trial, ctx) || !match(q!, second, trial, ctx)) return false;
  for (const [name, v] of trial) captures.set(name, v);
  return true;
}

/** Is the outermost op or number the right one? Most tries of a rule end here, before anything is allocated. */
export function mayMatch(pattern: Pattern, v: Variable, ctx: MatchContext): boolean {
  if (pattern.kind === "number") {
    const value = ctx.scalarValue(v);
    return value !== undefined && Object.is(value, pattern.value);
  }
  if (pattern.kind !== "apply") return true;
  const { owner } = v;
  if (owner !== null && pattern.matcher!.matches(owner)) return true;
  const inner = ctx.peel?.(v) ?? v;
  return inner !== v && inner.owner !== null && pattern.matcher!.matches(inner.owner);
}

/** The same for all arguments of the root of a pattern, in any order that it allows. */
export function rootMayMatch(pattern: Pattern, node: Apply, ctx: MatchContext): boolean {
  const { args, matcher } = pattern;
  if (args === undefined || matcher === undefined) return true;
  const { inputs } = node;
  if (args.length !== inputs.length || !matcher.matches(node)) return false;
  if (matcher.commutative === true && args.length === 2) {
    const [p, q] = args as [Pattern, Pattern];
    const [a, b] = inputs as [Variable, Variable];
    return (mayMatch(p, a, ctx) && mayMatch(q, b, ctx)) || (mayMatch(p, b, ctx) && mayMatch(q, a, ctx));
  }
  for (let i = 0; i < args.length; i++) if (!mayMatch(args[i]!, inputs[i]!, ctx)) return false;
  return true;
}
