/** Rules as data: name, tags, pattern, replacement, and how exact the replacement is. */
import type { Apply } from "../apply.ts";
import type { FunctionGraph } from "../functionGraph.ts";
import type { Variable } from "../variable.ts";
import { match, rootMayMatch, type MatchContext, type Pattern } from "./pattern.ts";

/**
 * How a rule's two sides compare. `exact`: the same bits. `rounding`: the right side is at least as close to the true value
 * on well-conditioned inputs. `special`: NaN, infinities or the sign of zero may differ.
 */
export type Exactness = "exact" | "rounding" | "special";

/** What a rule may ask of its surroundings. */
export interface RuleContext extends MatchContext {
  readonly graph: FunctionGraph;
  /** The size variables of `v`, one per axis, as expressions of the graph's inputs. */
  shapeOf(v: Variable): readonly Variable[];
}

/** A replacement for each output of a node; `null` entries stay. */
export type RuleResult = Variable | readonly (Variable | null)[] | null;

export interface Rule {
  readonly name: string;
  /** Rules are tried on nodes with one of these keys only (see `OpMatcher.ruleKey`); "*" on all. */
  readonly roots: readonly string[];
  readonly exactness: Exactness;
  readonly tags: readonly string[];
  /** The formula, for the docs and the printed trace. */
  readonly formula: string;
  readonly pattern?: Pattern;
  apply(node: Apply, ctx: RuleContext): RuleResult;
}

export interface RuleOptions {
  readonly exactness?: Exactness;
  readonly tags?: readonly string[];
  readonly formula?: string;
}

/** A rule from a pattern: `build` gets the captures and returns the right side, or `null` when a side condition fails. */
export function rule<C extends string>(
  name: string,
  pattern: Pattern<C>,
  build: (captures: { readonly [K in C]: Variable }, ctx: RuleContext, out: Variable) => RuleResult,
  options: RuleOptions = {},
): Rule {
  return {
    name,
    roots: [pattern.matcher?.ruleKey ?? "*"],
    exactness: options.exactness ?? "rounding",
    tags: options.tags ?? [],
    formula: options.formula ?? "",
    pattern,
    apply(node, ctx) {
      if (!rootMayMatch(pattern, node, ctx)) return null;
      const captures = new Map<string, Variable>();
      const out = node.outputs[0]!;
      if (!match(pattern, out, captures, ctx)) return null;
      return build(Object.fromEntries(captures) as { readonly [K in C]: Variable }, ctx, out);
    },
  };
}

/** A rule whose matching is a function of the node. */
export function nodeRule(
  name: string,
  roots: readonly string[],
  apply: (node: Apply, ctx: RuleContext) => RuleResult,
  options: RuleOptions = {},
): Rule {
  return {
    name,
    roots,
    exactness: options.exactness ?? "rounding",
    tags: options.tags ?? [],
    formula: options.formula ?? "",
    apply,
  };
}
