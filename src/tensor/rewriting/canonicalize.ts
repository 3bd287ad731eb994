/**
 * Canonical forms of sums, products and powers; identities of elementwise functions. In these tables the right side is
 * never dearer than the left, so the phase ends and later rules meet one form of each expression.
 */
import { isComplex, isDiscrete, isFloat } from "../../dtype.ts";
import type { Apply } from "../../graph/apply.ts";
import { any, on } from "../../graph/rewriting/pattern.ts";
import { nodeRule, rule, type Rule, type RuleContext, type RuleResult } from "../../graph/rewriting/rule.ts";
import type { Variable } from "../../graph/variable.ts";
import { constant } from "../constant.ts";
import { abs, add, cast, div, inv, mul, neg, sub, switch_ } from "../math.ts";
import type { TensorVariable } from "../variable.ts";
import { elem, elemNode, like, peel, sameBroadcast, scalarValue } from "./matchers.ts";

type T = TensorVariable;

// --- sums and products -------------------------------------------------------------------------

/** Longest chain that is flattened at once: the work per node stays bounded. */
const MAX_TERMS = 64;

interface Chain {
  readonly plus: T[];
  readonly minus: T[];
}

/**
 * The terms of a chain of `combine` and its inverse: x+y-z is plus [x, y], minus [z]; x*y/z likewise. Looks into an
 * argument only if this chain is its only client (so nothing is computed twice) and it has the same dtype.
 */
function chainOf(node: Apply, combine: string, inverse: string, ctx: RuleContext): Chain {
  const chain: Chain = { plus: [], minus: [] };
  const dtype = (node.outputs[0] as T).dtype;
  const visit = (v: Variable, positive: boolean, root: boolean): void => {
    const inner = root ? v : peel(v);
    const size = chain.plus.length + chain.minus.length;
    const open =
      size < MAX_TERMS &&
      (root || ((inner as T).dtype === dtype && ctx.clientCount(inner) <= 1 && ctx.clientCount(v) <= 1));
    const sum = open ? elemNode(inner, combine) : null;
    if (sum !== null) {
      for (const x of sum.inputs) visit(x, positive, false);
      return;
    }
    const difference = open ? elemNode(inner, inverse) : null;
    if (difference !== null) {
      visit(difference.inputs[0]!, positive, false);
      visit(difference.inputs[1]!, !positive, false);
      return;
    }
    const minus = open && combine === "add" ? elemNode(inner, "neg") : null;
    if (minus !== null) {
      visit(minus.inputs[0]!, !positive, false);
      return;
    }
    (positive ? chain.plus : chain.minus).push(v as T);
  };
  visit(node.outputs[0]!, true, true);
  return chain;
}

/** Removes what stands on both sides; the number of pairs removed. */
function cancel({ plus, minus }: Chain): number {
  let removed = 0;
  for (let i = minus.length - 1; i >= 0; i--) {
    const key = peel(minus[i]!);
    const at = plus.findIndex((x) => peel(x) === key);
    if (at < 0) continue;
    plus.splice(at, 1);
    minus.splice(i, 1);
    removed++;
  }
  return removed;
}

/** Takes the constants out of a list. */
function takeConstants(list: T[]): number[] {
  const values: number[] = [];
  for (let i = list.length - 1; i >= 0; i--) {
    const value = scalarValue(list[i]!);
    if (value === undefined) continue;
    values.unshift(value);
    list.splice(i, 1);
  }
  return values;
}

/** x + y - x = y; constants are added up; x + 0 = x. */
function canonizeSum(node: Apply, ctx: RuleContext): RuleResult {
  const out = node.outputs[0] as T;
  if (out.dtype === "bool" || isComplex(out.dtype)) return null;
  const chain = chainOf(node, "add", "sub", ctx);
  const before = chain.plus.length + chain.minus.length;
  if (before > MAX_TERMS) return null;
  const cancelled = cancel(chain);
  const up = takeConstants(chain.plus);
  const down = takeConstants(chain.minus);
  const total = up.reduce((a, b) => a + b, 0) - down.reduce((a, b) => a + b, 0);
  const constants = up.length + down.length;
  const rest = chain.plus.length + chain.minus.length;
  const folded = total !== 0 ? 1 : 0;
  if (cancelled === 0 && constants <= folded) return null;
  if (!fits(total, out)) return null;
  if (rest === 0) return like(constant(total, out.dtype), out, ctx);
  if (folded === 1) chain.plus.push(constant(total, out.dtype));
  let result: T;
  if (chain.plus.length === 0) {
    result = neg(sumOf(chain.minus));
  } else {
    result = sumOf(chain.plus);
    for (const x of chain.minus) result = sub(result, x);
  }
  return like(result, out, ctx);
}

function sumOf(terms: readonly T[]): T {
  return terms.length === 1 ? terms[0]! : add(...(terms as [T, T, ...T[]]));
}

function productOf(factors: readonly T[]): T {
  return factors.length === 1 ? factors[0]! : mul(...(factors as [T, T, ...T[]]));
}

/** x*y/x = y; constants are multiplied; x*1 = x; x*0 = 0. */
function canonizeProduct(node: Apply, ctx: RuleContext): RuleResult {
  const out = node.outputs[0] as T;
  if (out.dtype === "bool" || isComplex(out.dtype)) return null;
  const quotients = isFloat(out.dtype);
  const chain = chainOf(node, "mul", quotients ? "true_div" : "mul", ctx);
  if (isReciprocal(chain)) return null;
  const before = chain.plus.length + chain.minus.length;
  if (before > MAX_TERMS) return null;
  const cancelled = cancel(chain);
  const up = takeConstants(chain.plus);
  const down = takeConstants(chain.minus);
  const product = up.reduce((a, b) => a * b, 1) / down.reduce((a, b) => a * b, 1);
  const constants = up.length + down.length;
  const rest = chain.plus.length + chain.minus.length;
  if (product === 0 && constants > 0 && rest > 0) return like(constant(0, out.dtype), out, ctx);
  const folded = product !== 1 ? 1 : 0;
  // x / c is left alone where it stands alone: x * (1/c) rounds differently.
  if (cancelled === 0 && constants <= folded) return null;
  if (!fits(product, out)) return null;
  if (rest === 0) return like(constant(product, out.dtype), out, ctx);
  if (folded === 1 && !(product === -1 && chain.plus.length > 0)) {
    chain.plus.unshift(constant(product, out.dtype));
  }
  let result = chain.plus.length === 0 ? constant(1, out.dtype) : productOf(chain.plus);
  if (chain.minus.length > 0) result = div(result, productOf(chain.minus));
  if (folded === 1 && product === -1 && chain.plus.length > 0) result = neg(result);
  return like(result, out, ctx);
}

/** 1/x, the canonical form of inv(x). */
function isReciprocal({ plus, minus }: Chain): boolean {
  return plus.length === 1 && minus.length === 1 && scalarValue(plus[0]!) === 1 && scalarValue(minus[0]!) === undefined;
}

/** A folded constant must be a value of the dtype; overflow and loss stay visible at run time. */
function fits(value: number, out: T): boolean {
  if (!Number.isFinite(value)) return false;
  return isDiscrete(out.dtype) ? Number.isSafeInteger(value) && Math.abs(value) < 2 ** 31 : true;
}

// --- other identities --------------------------------------------------------------------------

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
      elemNode(out, "mul") !== null ? productOf([x, ...others]) : div(x, others[0]!);
    if (scalarValue(b) === 0) return like(cast(switch_(c, combine(a), b), out.dtype), out, ctx);
    if (scalarValue(a) === 0) return like(cast(switch_(c, a, combine(b)), out.dtype), out, ctx);
  }
  return null;
}

/** f(g(x)) = x for pairs of inverse functions. */
const INVERSES: readonly (readonly [string, string])[] = [
  ["neg", "neg"],
  ["deg2rad", "rad2deg"],
  ["rad2deg", "deg2rad"],
  ["arccosh", "cosh"],
  ["arcsinh", "sinh"],
  ["sinh", "arcsinh"],
  ["arctanh", "tanh"],
  ["tanh", "arctanh"],
  ["conj", "conj"],
  ["inv", "inv"],
  ["invert", "invert"],
];

const inverseRules: Rule[] = INVERSES.map(([f, g]) =>
  rule(
    "local_func_inv",
    on(elem(f), on(elem(g), any("x"))),
    ({ x }, ctx, out) =>
      (x as T).dtype === (out as T).dtype && (f !== "arccosh") ? like(x as T, out as T, ctx) : null,
    { exactness: "special", formula: `${f}(${g}(x)) = x` },
  ),
);

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
  const name = (node.op as unknown as { scalarOp: { name: string } }).scalarOp.name;
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

/** Forms that later rules do not look for; `uncanonicalizeRules` undoes what would cost. */
export const normalFormRules: readonly Rule[] = [
  rule("local_inv_canon", on(elem("inv"), any("x")), ({ x }, ctx, out) => like(div(1, x as T), out as T, ctx), {
    exactness: "exact",
    formula: "inv x = 1/x",
  }),
];

export const uncanonicalizeRules: readonly Rule[] = [
  rule("local_div_to_inv", on(elem("true_div"), 1, any("x")), ({ x }, ctx, out) => like(inv(x as T), out as T, ctx), {
    exactness: "exact",
    formula: "1/x = inv x",
  }),
];

export const canonicalizeRules: readonly Rule[] = [
  nodeRule("local_add_canonizer", ["add", "sub"], canonizeSum, {
    exactness: "special",
    formula: "x + y - x = y; x + 0 = x; c + x + d = (c+d) + x",
  }),
  nodeRule("local_mul_canonizer", ["mul", "true_div"], canonizeProduct, {
    exactness: "special",
    formula: "x*y/x = y; x*1 = x; x*0 = 0; c*x*d = (c*d)*x",
  }),
  nodeRule("local_mul_switch_sink", ["mul"], sinkSwitch, {
    exactness: "special",
    formula: "switch(c, a, 0) * y = switch(c, a*y, 0)",
  }),
  nodeRule("local_div_switch_sink", ["true_div"], sinkSwitch, {
    exactness: "special",
    formula: "switch(c, a, 0) / y = switch(c, a/y, 0)",
  }),
  ...inverseRules,
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
