/**
 * Identities of elementwise functions. In these tables the right side is never dearer than the left, so the phase ends and
 * later rules meet one form of each expression.
 */
import { isComplex, isFloat } from "../../dtype.ts";
import type { Apply } from "../../graph/apply.ts";
import { any, on } from "../../graph/rewriting/pattern.ts";
import { nodeRule, rule, type Rule, type RuleContext, type RuleResult } from "../../graph/rewriting/rule.ts";
import { constant } from "../constant.ts";
import { abs, cast, div, mul, switch_ } from "../math.ts";
import type { TensorVariable } from "../variable.ts";
import { chainRules } from "./chains.ts";
import { elem, elemNode, like, nameOf, sameBroadcast, scalarValue } from "./matchers.ts";

type T = TensorVariable;

/** A quotient with an elementwise identity on both sides. */
function sinkSwitch(node: Apply, ctx: RuleContext): RuleResult {
  // switch(c, a, 0) * y = switch(c, a*y, 0): a NaN in y stays out of the branch that was not taken.
  const out = node.outputs[0] as T;
  if (node.inputs.length !== 2 && elemNode(out, "mul") === null) return null;
  for (const [i, arg] of node.inputs.entries()) {
    if (i > 0 && elemNode(out, "true_div") !== null) break;
    const choice = elemNode(arg, "switch");
    if (choice === null || ctx.clientCount(arg) > 1) continue;
    const [c, a, b] = choice.inputs as [T, T, T];
    const others = node.inputs.filter((_, j) => j !== i) as T[];
    const combine = (x: T): T =>
      elemNode(out, "mul") !== null ? mul(x, ...others) : div(x, others[0]!);
    if (scalarValue(b) === 0) return like(cast(switch_(c, combine(a), b), out.dtype), out, ctx);
    if (scalarValue(a) === 0) return like(cast(switch_(c, a, combine(b)), out.dtype), out, ctx);
  }
  return null;
}

/** f(g(x)) = x for pairs of inverse functions. */
const INVERSES: Readonly<Record<string, string>> = {
  neg: "neg",
  inv: "inv",
  conj: "conj",
  invert: "invert",
  deg2rad: "rad2deg",
  rad2deg: "deg2rad",
  arcsinh: "sinh",
  sinh: "arcsinh",
  arctanh: "tanh",
  tanh: "arctanh",
  arccosh: "cosh",
};

function inverseOfInverse(node: Apply, ctx: RuleContext): RuleResult {
  const out = node.outputs[0] as T;
  const name = nameOf(node);
  const inner = elemNode(node.inputs[0]!, INVERSES[name]!);
  if (inner === null) return null;
  const x = inner.inputs[0] as T;
  if (x.dtype !== out.dtype) return null;
  // cosh is even: its inverse gives back the magnitude.
  return like(name === "arccosh" ? abs(x) : x, out, ctx);
}

/** Casts that change nothing, and casts of casts that only widened. */
function castOfCast(node: Apply): RuleResult {
  const out = node.outputs[0] as T;
  const x = node.inputs[0] as T;
  if (x.dtype === out.dtype) return x;
  return null;
}

function uselessSwitch(node: Apply, ctx: RuleContext): RuleResult {
  const out = node.outputs[0] as T;
  const [c, a, b] = node.inputs as [T, T, T];
  const known = scalarValue(c);
  if (known !== undefined) return like(known !== 0 ? a : b, out, ctx);
  if (a === b) return like(a, out, ctx);
  return null;
}

const POWERS: ReadonlySet<number> = new Set([1, 0]);

function trivialPower(node: Apply, ctx: RuleContext): RuleResult {
  const out = node.outputs[0] as T;
  const [x, y] = node.inputs as [T, T];
  const exponent = scalarValue(y);
  if (exponent === undefined || !POWERS.has(exponent)) return null;
  return exponent === 1 ? like(x, out, ctx) : like(constant(1, out.dtype), out, ctx);
}

/** -(-x), |−x| and the like stay in the float family. */
const signRules: Rule[] = [
  rule("local_abs_neg", on(elem("abs"), on(elem("neg"), any("x"))), ({ x }) => abs(x as T), {
    exactness: "exact",
    formula: "|-x| = |x|",
  }),
  rule(
    "local_abs_abs",
    on(elem("abs"), on(elem("abs"), any("x"))),
    ({ x }) => abs(x as T),
    { exactness: "exact", formula: "||x|| = |x|" },
  ),
  rule(
    "local_mul_neg_neg",
    on(elem("mul"), on(elem("neg"), any("x")), on(elem("neg"), any("y"))),
    ({ x, y }, ctx, out) => like(mul(x as T, y as T), out as T, ctx),
    { exactness: "exact", formula: "(-x)(-y) = xy" },
  ),
  rule(
    "local_neg_div_neg",
    on(elem("true_div"), on(elem("neg"), any("x")), on(elem("neg"), any("y"))),
    ({ x, y }, ctx, out) => like(div(x as T, y as T), out as T, ctx),
    { exactness: "exact", formula: "(-x)/(-y) = x/y" },
  ),
];

/** A value that does not depend on its argument. */
function sameArguments(node: Apply, ctx: RuleContext): RuleResult {
  const out = node.outputs[0] as T;
  const [x, y] = node.inputs as [T, T];
  if (node.inputs.length !== 2 || x !== y) return null;
  if (isFloat(x.dtype) || isComplex(x.dtype)) return null;
  const always: Readonly<Record<string, number>> = { eq: 1, le: 1, ge: 1, neq: 0, lt: 0, gt: 0 };
  const name = nameOf(node);
  const value = always[name];
  return value === undefined ? null : like(constant(value === 1, "bool"), out, ctx);
}

/** max(x, x) = x. */
function idempotent(node: Apply, ctx: RuleContext): RuleResult {
  const [x, y] = node.inputs as [T, T];
  if (x !== y) return null;
  return like(x, node.outputs[0] as T, ctx);
}

/** fill(x, v) = v where v already has the shape, else v repeated to the shape of x. */
function fillToAlloc(node: Apply, ctx: RuleContext): RuleResult {
  const out = node.outputs[0] as T;
  const v = node.inputs[1] as T;
  if (sameBroadcast(v, out) && v.dtype === out.dtype) return v;
  return like(v, out, ctx);
}

export const canonicalizeRules: readonly Rule[] = [
  ...chainRules,
  nodeRule("local_mul_switch_sink", ["mul"], sinkSwitch, {
    exactness: "special",
    formula: "switch(c, a, 0) * y = switch(c, a*y, 0)",
  }),
  nodeRule("local_div_switch_sink", ["true_div"], sinkSwitch, {
    exactness: "special",
    formula: "switch(c, a, 0) / y = switch(c, a/y, 0)",
  }),
  nodeRule("local_func_inv", Object.keys(INVERSES), inverseOfInverse, {
    exactness: "special",
    formula: "neg(neg x) = x, tanh(arctanh x) = x, ...",
  }),
  ...signRules,
  nodeRule("local_cast_cast", ["cast"], castOfCast, { exactness: "exact", formula: "cast(x) = x" }),
  nodeRule("local_useless_switch", ["switch"], uselessSwitch, {
    exactness: "exact",
    formula: "switch(1, x, y) = x",
  }),
  nodeRule("local_pow_canonicalize", ["pow"], trivialPower, {
    exactness: "exact",
    formula: "x**1 = x; x**0 = 1",
  }),
  nodeRule("local_useless_elemwise", ["eq", "neq", "lt", "le", "gt", "ge"], sameArguments, {
    exactness: "exact",
    formula: "x == x is true (integers)",
  }),
  nodeRule("local_max_idempotent", ["maximum", "minimum", "and", "or"], idempotent, {
    exactness: "exact",
    formula: "max(x, x) = x",
  }),
  nodeRule("local_useless_fill", ["second", "fill"], fillToAlloc, {
    exactness: "exact",
    formula: "fill(x, v) = alloc(v, shape of x)",
  }),
];
