/** Equal things among the terms of a sum and the factors of a product: 2x + 3x, x * x**2, a*x + a*y. */
import { isComplex, isFloat } from "../../dtype.ts";
import type { Apply } from "../../graph/apply.ts";
import { nodeRule, type Rule, type RuleContext, type RuleResult } from "../../graph/rewriting/rule.ts";
import type { Variable } from "../../graph/variable.ts";
import { constant } from "../constant.ts";
import { add, div, mul, neg, pow, sqrt, sub } from "../math.ts";
import type { TensorVariable } from "../variable.ts";
import { chainOf, fits, isAbsorbed, productOf } from "./chains.ts";
import { elemNode, like, nameOf, peel, sameBroadcast, scalarValue } from "./matchers.ts";

type T = TensorVariable;

// --- sums --------------------------------------------------------------------------------------

/** A term as a multiple: 3*x is 3 times x. */
function asMultiple(v: T, ctx: RuleContext): { of: T; times: number } {
  const inner = peel(v) as T;
  const product = elemNode(inner, "mul");
  if (product !== null && product.inputs.length === 2 && ctx.clientCount(inner) <= 1 && ctx.clientCount(v) <= 1) {
    for (const [i, factor] of product.inputs.entries()) {
      const times = scalarValue(factor);
      const of = product.inputs[1 - i] as T;
      if (times !== undefined && of.dtype === v.dtype && scalarValue(of) === undefined) return { of, times };
    }
  }
  return { of: v, times: 1 };
}

/** x + x = 2x, 2x + 3x = 5x, 3x - 2x = x. */
function likeTerms(node: Apply, ctx: RuleContext): RuleResult {
  const out = node.outputs[0] as T;
  if (out.dtype === "bool" || isComplex(out.dtype) || isAbsorbed(node, "sum", ctx)) return null;
  const { plus, minus } = chainOf(node, "sum", ctx);
  const groups = new Map<Variable, { v: T; times: number; count: number }>();
  const collect = (v: T, sign: number): void => {
    const { of, times } =
      v.dtype === out.dtype && scalarValue(v) === undefined ? asMultiple(v, ctx) : { of: v, times: 1 };
    const key = peel(of);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { v: of, times: sign * times, count: 1 });
    else {
      group.times += sign * times;
      group.count++;
    }
  };
  for (const v of plus) collect(v, 1);
  for (const v of minus) collect(v, -1);
  const merged = [...groups.values()];
  if (merged.every((g) => g.count === 1)) return null;
  // Sums of the constants must be exact in the dtype, and constants themselves are another rule's.
  if (merged.some((g) => g.count > 1 && (!fits(g.times, out) || scalarValue(g.v) !== undefined))) return null;
  const term = ({ v, times }: { v: T; times: number }): T => (times === 1 ? v : mul(constant(times, out.dtype), v));
  const positive = merged.filter((g) => g.times > 0).map(term);
  const negative = merged.filter((g) => g.times < 0).map((g) => term({ v: g.v, times: -g.times }));
  if (positive.length === 0 && negative.length === 0) return like(constant(0, out.dtype), out, ctx);
  const first =
    positive.length === 0
      ? neg(negative.shift()!)
      : positive.length === 1
        ? positive[0]!
        : add(...(positive as [T, T]));
  return like(
    negative.reduce((a, b) => sub(a, b), first),
    out,
    ctx,
  );
}

/** a*x + a*y = a*(x + y). */
function factorOut(node: Apply, ctx: RuleContext): RuleResult {
  const out = node.outputs[0] as T;
  if (!isFloat(out.dtype)) return null;
  const products: Apply[] = [];
  for (const v of node.inputs) {
    const product = elemNode(v, "mul");
    if (product === null || ctx.clientCount(v) > 1 || (v as T).dtype !== out.dtype) return null;
    products.push(product);
  }
  const [first, ...others] = products as [Apply, ...Apply[]];
  const common = first.inputs.find((f) => others.every((p) => p.inputs.some((g) => peel(g) === peel(f))));
  if (common === undefined || (common as T).dtype !== out.dtype) return null;
  const rests = products.map((p) => {
    const at = p.inputs.findIndex((g) => peel(g) === peel(common));
    return productOf(p.inputs.filter((_, i) => i !== at) as T[]);
  });
  // A column plus a row is as long as the result: nothing would be saved, and two products would become one sum.
  if (rests.some((r) => !sameBroadcast(r, rests[0]!) || r.dtype !== out.dtype)) return null;
  const total = nameOf(node) === "add" ? add(...(rests as [T, T])) : sub(rests[0]!, rests[1]!);
  return like(mul(common as T, total), out, ctx);
}

// --- products ----------------------------------------------------------------------------------

interface Power {
  readonly base: T;
  readonly exponent: number;
}

/** A factor as a power of something, where only this product uses it. */
function asPower(v: T, user: Apply, ctx: RuleContext): Power {
  const node = peel(v).owner;
  const own = (x: Variable): boolean => ctx.graph.clients(x).every((c) => c.node === user);
  if (node !== null && (own(v) || ctx.clientCount(v) <= 1) && (peel(v) === v || ctx.clientCount(peel(v)) <= 1)) {
    const base = node.inputs[0] as T | undefined;
    const name = base !== undefined && base.dtype === v.dtype ? nameOf(node) : "";
    if (name === "sqr") return { base: base!, exponent: 2 };
    if (name === "sqrt") return { base: base!, exponent: 0.5 };
    const n = name === "pow" ? scalarValue(node.inputs[1]!) : undefined;
    if (n !== undefined && Number.isInteger(2 * n)) return { base: base!, exponent: n };
  }
  return { base: v, exponent: 1 };
}

/** Sums of exponents by base. Null where no base comes twice, or only as itself: x*x is a square already. */
function collectPowers(factors: readonly (readonly [T, number])[], user: Apply, ctx: RuleContext): Power[] | null {
  const groups = new Map<Variable, { base: T; exponent: number; count: number; plain: boolean }>();
  for (const [v, sign] of factors) {
    if (scalarValue(v) !== undefined) {
      groups.set(v, { base: v, exponent: sign, count: 1, plain: true });
      continue;
    }
    const { base, exponent } = asPower(v, user, ctx);
    const group = groups.get(peel(base));
    if (group === undefined)
      groups.set(peel(base), { base, exponent: sign * exponent, count: 1, plain: exponent === 1 });
    else {
      group.exponent += sign * exponent;
      group.count++;
      group.plain &&= exponent === 1;
    }
  }
  const list = [...groups.values()];
  const collected = list.filter((g) => g.count > 1);
  if (collected.every((g) => g.plain && g.count < 3)) return null;
  // x * sqrt(x) is cheaper than x**1.5.
  return collected.some((g) => !Number.isInteger(g.exponent) && g.exponent !== 0.5) ? null : list;
}

function powerOf({ base, exponent }: Power): T {
  if (exponent === 1) return base;
  return exponent === 0.5 ? sqrt(base) : pow(base, constant(exponent, base.dtype));
}

/** x**a * x**b = x**(a + b). */
function productOfPowers(node: Apply, ctx: RuleContext): RuleResult {
  const out = node.outputs[0] as T;
  if (!isFloat(out.dtype) || node.inputs.some((v) => (v as T).dtype !== out.dtype)) return null;
  const powers = collectPowers(
    node.inputs.map((v) => [v as T, 1] as const),
    node,
    ctx,
  );
  // Exponents of opposite signs, and roots of negative numbers, are the other rule's.
  if (powers === null) return null;
  const exponents = node.inputs
    .filter((v) => scalarValue(v) === undefined)
    .map((v) => asPower(v as T, node, ctx).exponent);
  if (exponents.some((n) => !Number.isInteger(n) || n === 0 || n > 0 !== exponents[0]! > 0)) return null;
  return like(productOf(powers.map(powerOf)), out, ctx);
}

/** x**a / x**b = x**(a - b), and sqrt(x) * sqrt(x) = x. */
function quotientOfPowers(node: Apply, ctx: RuleContext): RuleResult {
  const out = node.outputs[0] as T;
  if (!isFloat(out.dtype) || node.inputs.some((v) => (v as T).dtype !== out.dtype)) return null;
  const factorsOf = (v: Variable): T[] => {
    const product = elemNode(v, "mul");
    return product !== null && ctx.clientCount(v) <= 1 ? (product.inputs as T[]) : [v as T];
  };
  const isQuotient = nameOf(node) === "true_div";
  const above = isQuotient ? factorsOf(node.inputs[0]!) : (node.inputs as T[]);
  const below = isQuotient ? factorsOf(node.inputs[1]!) : [];
  const powers = collectPowers(
    [...above.map((v) => [v, 1] as const), ...below.map((v) => [v, -1] as const)],
    node,
    ctx,
  );
  if (powers === null || [...above, ...below].some((v) => v.dtype !== out.dtype)) return null;
  const up = powers.filter((p) => p.exponent > 0).map(powerOf);
  const down = powers.filter((p) => p.exponent < 0).map(({ base, exponent }) => powerOf({ base, exponent: -exponent }));
  const top = up.length === 0 ? constant(1, out.dtype) : productOf(up);
  return like(down.length === 0 ? top : div(top, productOf(down)), out, ctx);
}

export const likeTermRules: readonly Rule[] = [
  nodeRule("local_add_like_terms", ["add", "sub"], likeTerms, {
    exactness: "special",
    formula: "x + x = 2x; 2x + 3x = 5x",
  }),
];

/** A pass of their own: specialize writes powers as products again. */
export const powerRules: readonly Rule[] = [
  nodeRule("local_mul_pow_to_pow_add", ["mul"], productOfPowers, { formula: "x**a * x**b = x**(a + b)" }),
  nodeRule("local_div_pow_to_pow_sub", ["true_div", "mul"], quotientOfPowers, {
    exactness: "special",
    formula: "x**a / x**b = x**(a - b); sqrt x * sqrt x = x",
  }),
];

export const factoringRules: readonly Rule[] = [
  nodeRule("local_factor_out", ["add", "sub"], factorOut, {
    exactness: "special",
    formula: "a*x + a*y = a*(x + y)",
  }),
];
