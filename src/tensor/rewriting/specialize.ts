/** Cheaper forms of single operations, once the canonical forms have done their work. */
import { isFloat } from "../../dtype.ts";
import type { Apply } from "../../graph/apply.ts";
import { nodeRule, type Rule, type RuleContext, type RuleResult } from "../../graph/rewriting/rule.ts";
import { constant } from "../constant.ts";
import { abs, div, mul, sqr, sqrt } from "../math.ts";
import type { TensorVariable } from "../variable.ts";
import { elemNode, like, scalarValue } from "./matchers.ts";

type T = TensorVariable;

/** x**n by squaring, for the small exponents that occur; x**-n = 1/x**n. */
function powerByConstant(node: Apply, ctx: RuleContext): RuleResult {
  const out = node.outputs[0] as T;
  const [x, y] = node.inputs as [T, T];
  const n = scalarValue(y);
  if (n === undefined || x.dtype !== out.dtype) return null;
  if (!Number.isInteger(n) || Math.abs(n) > 16 || n === 0 || (n < 0 && !isFloat(x.dtype))) return null;
  const positive = integerPower(x, Math.abs(n));
  return like(n > 0 ? positive : div(1, positive), out, ctx);
}

/** x**0.5 = sqrt x, but for -0 and -infinity, of which pow makes positive numbers. */
function powerToRoot(node: Apply, ctx: RuleContext): RuleResult {
  const out = node.outputs[0] as T;
  const [x, y] = node.inputs as [T, T];
  const n = scalarValue(y);
  if ((n !== 0.5 && n !== -0.5) || !isFloat(x.dtype) || x.dtype !== out.dtype) return null;
  return like(n > 0 ? sqrt(x) : div(1, sqrt(x)), out, ctx);
}

function integerPower(x: T, n: number): T {
  if (n === 1) return x;
  const half = integerPower(x, Math.floor(n / 2));
  const even = sqr(half);
  return n % 2 === 0 ? even : mul(even, x);
}

/** x*x = sqr(x). */
function square(node: Apply, ctx: RuleContext): RuleResult {
  if (node.inputs.length !== 2 || node.inputs[0] !== node.inputs[1]) return null;
  return like(sqr(node.inputs[0] as T), node.outputs[0] as T, ctx);
}

/** A division by a power of two is an exact multiplication. */
function divideByPowerOfTwo(node: Apply, ctx: RuleContext): RuleResult {
  const out = node.outputs[0] as T;
  const [x, y] = node.inputs as [T, T];
  const c = scalarValue(y);
  if (c === undefined || c === 0 || x.dtype !== out.dtype || !isFloat(out.dtype)) return null;
  const exponent = Math.log2(Math.abs(c));
  if (!Number.isInteger(exponent) || Math.abs(exponent) > 14) return null;
  return like(mul(x, constant(1 / c, out.dtype)), out, ctx);
}

/** |x| * |y| = |x * y|, |x| / |y| = |x / y|. */
function mergeAbs(node: Apply, ctx: RuleContext): RuleResult {
  const out = node.outputs[0] as T;
  if (!isFloat(out.dtype) || node.inputs.length !== 2) return null;
  const parts = node.inputs.map((v) => (ctx.clientCount(v) > 1 ? null : elemNode(v, "abs")));
  if (parts.some((p) => p === null)) return null;
  const inner = parts.map((p) => p!.inputs[0] as T);
  // The magnitude of a complex number is no longer complex.
  if (inner.some((v) => v.dtype !== out.dtype)) return null;
  return like(abs(node.op.call(...inner) as T), out, ctx);
}

export const specializeRules: readonly Rule[] = [
  nodeRule("local_pow_specialize", ["pow"], powerByConstant, { formula: "x**2 = sqr x, x**3 = sqr(x) * x, ..." }),
  nodeRule("local_pow_to_sqrt", ["pow"], powerToRoot, {
    exactness: "special",
    formula: "x**0.5 = sqrt x, x**-0.5 = 1/sqrt x",
  }),
  nodeRule("local_mul_to_sqr", ["mul"], square, { exactness: "exact", formula: "x*x = sqr x" }),
  nodeRule("local_abs_merge", ["mul", "true_div"], mergeAbs, { exactness: "exact", formula: "|x| * |y| = |x * y|" }),
  nodeRule("local_div_by_power_of_two", ["true_div"], divideByPowerOfTwo, {
    exactness: "exact",
    formula: "x/4 = x*0.25",
  }),
];
