/** Exponentials and logarithms of each other, of powers, roots and products. */
import { isFloat } from "../../dtype.ts";
import type { Apply } from "../../graph/apply.ts";
import { any, num, on, type Pattern } from "../../graph/rewriting/pattern.ts";
import {
  nodeRule,
  rule,
  type Exactness,
  type Rule,
  type RuleContext,
  type RuleResult,
} from "../../graph/rewriting/rule.ts";
import type { Variable } from "../../graph/variable.ts";
import { constant } from "../constant.ts";
import { abs, add, exp, ge, log, mul, neg, sub, switch_, tan, tanh } from "../math.ts";
import { Prod, Sum } from "../reduction.ts";
import type { TensorVariable } from "../variable.ts";
import { elem, elemNode, like, peel, sameBroadcast, scalarValue } from "./matchers.ts";

type T = TensorVariable;

const x = any("x");

/** A rule for one real argument, whose right side is a function of it. */
export function realLaw(
  name: string,
  pattern: Pattern<"x">,
  build: (x: T) => T,
  formula: string,
  exactness: Exactness = "rounding",
): Rule {
  return rule(
    name,
    pattern,
    (c, ctx, out) => {
      const v = c.x as T;
      const { dtype } = out as T;
      return isFloat(dtype) && v.dtype === dtype ? like(build(v), out as T, ctx) : null;
    },
    { formula, exactness },
  );
}

/** `v` where it is at least `least`, NaN elsewhere: what is left of a logarithm that was undone. */
const from = (least: number, x: T, v: T): T => switch_(ge(x, constant(least, x.dtype)), v, constant(NaN, v.dtype));

const [exp_, expm1_, log_, log1p_] = [elem("exp"), elem("expm1"), elem("log"), elem("log1p")];

/** log(x**n) = n log x, or n log |x| where n is even. */
function logOfPower(base: T, exponent: T): T | null {
  const n = scalarValue(exponent);
  if (n === undefined || !Number.isInteger(n) || n === 0) return null;
  return mul(constant(n, base.dtype), log(n % 2 === 0 ? abs(base) : base));
}

/** The factors of `v` that are exponentials of the whole shape and that nobody else uses, and the others. */
function splitExponentials(factors: readonly Variable[], out: T, ctx: RuleContext): [T[], T[]] {
  const [powers, others]: [T[], T[]] = [[], []];
  for (const v of factors) {
    const e = elemNode(peel(v), "exp");
    const arg = e?.inputs[0] as T | undefined;
    // exp of a row times exp of a column has fewer exponentials than exp of their sum.
    const fits = arg !== undefined && arg.dtype === out.dtype && sameBroadcast(arg, out);
    if (fits && ctx.clientCount(v) <= 1) powers.push(arg);
    else others.push(v as T);
  }
  return [powers, others];
}

/** exp(x) * exp(y) = exp(x + y), among other factors too. */
function productOfExponentials(node: Apply, ctx: RuleContext): RuleResult {
  const out = node.outputs[0] as T;
  if (!isFloat(out.dtype) || out.dtype === "float16") return null;
  const [powers, others] = splitExponentials(node.inputs, out, ctx);
  // A square of one exponential is a multiplication already.
  if (powers.length < 2 || new Set(powers).size < 2) return null;
  const e = exp(add(...(powers as [T, T])));
  return like(others.length === 0 ? e : mul(...(others as [T]), e), out, ctx);
}

/** exp(x) / exp(y) = exp(x - y); y / exp(x) = y * exp(-x): a multiplication instead of a division. */
function quotientOfExponentials(node: Apply, ctx: RuleContext): RuleResult {
  const out = node.outputs[0] as T;
  if (!isFloat(out.dtype) || out.dtype === "float16") return null;
  const [above, below] = node.inputs as [T, T];
  const [[y]] = splitExponentials([below], out, ctx);
  if (y === undefined) return null;
  const [[top]] = splitExponentials([above], out, ctx);
  if (top !== undefined) return like(exp(sub(top, y)), out, ctx);
  const e = exp(neg(y));
  return like(scalarValue(above) === 1 ? e : mul(above, e), out, ctx);
}

/** prod(exp x) = exp(sum x): one exponential, and no overflow on the way. */
function productOfAllExponentials(node: Apply, ctx: RuleContext): RuleResult {
  const { op } = node;
  const e = elemNode(node.inputs[0]!, "exp");
  const out = node.outputs[0] as T;
  if (!(op instanceof Prod) || e === null || ctx.clientCount(node.inputs[0]!) > 1) return null;
  const arg = e.inputs[0] as T;
  if (!isFloat(out.dtype) || arg.dtype !== out.dtype || (e.outputs[0] as T).dtype !== out.dtype) return null;
  return exp(new Sum(op.axes, op.dtype, op.accDtype).call(arg) as T);
}

/** Numerically stable: they run with the stabilizing rules. */
export const exponentialRules: readonly Rule[] = [
  realLaw("local_log1p_expm1", on(log1p_, on(expm1_, x)), (v) => v, "log1p(expm1 x) = x"),
  realLaw("local_exp_log", on(exp_, on(log_, x)), (v) => from(0, v, v), "exp(log x) = x where x >= 0, else NaN"),
  realLaw(
    "local_exp_log1p",
    on(exp_, on(log1p_, x)),
    (v) => from(-1, v, add(1, v)),
    "exp(log1p x) = 1 + x where x >= -1, else NaN",
  ),
  realLaw(
    "local_expm1_log",
    on(expm1_, on(log_, x)),
    (v) => from(0, v, sub(v, 1)),
    "expm1(log x) = x - 1 where x >= 0, else NaN",
  ),
  realLaw(
    "local_expm1_log1p",
    on(expm1_, on(log1p_, x)),
    (v) => from(-1, v, v),
    "expm1(log1p x) = x where x >= -1, else NaN",
  ),
  realLaw(
    "local_exp_softplus",
    on(exp_, on(elem("softplus"), x)),
    (v) => add(1, exp(v)),
    "exp(softplus x) = 1 + exp x",
  ),
  realLaw("local_expm1_softplus", on(expm1_, on(elem("softplus"), x)), exp, "expm1(softplus x) = exp x"),
  rule(
    "local_log_of_exponential",
    on(log_, on(elem("pow"), num("c"), x)),
    (c, ctx, out) => {
      const [base, v] = [scalarValue(c.c)!, c.x as T];
      const fits = base > 0 && base !== 1 && Number.isFinite(base) && v.dtype === (out as T).dtype;
      return fits && isFloat(v.dtype) ? like(mul(v, constant(Math.log(base), v.dtype)), out as T, ctx) : null;
    },
    { formula: "log(c**x) = x log c for c > 0" },
  ),
  realLaw("local_log2_exp2", on(elem("log2"), on(elem("pow"), 2, x)), (v) => v, "log2(2**x) = x"),
  realLaw("local_log10_exp10", on(elem("log10"), on(elem("pow"), 10, x)), (v) => v, "log10(10**x) = x"),
  realLaw("local_log_sqrt", on(log_, on(elem("sqrt"), x)), (v) => mul(0.5, log(v)), "log(sqrt x) = log(x) / 2"),
  realLaw("local_log_sqr", on(log_, on(elem("sqr"), x)), (v) => mul(2, log(abs(v))), "log(x**2) = 2 log |x|"),
  rule(
    "local_log_pow",
    on(log_, on(elem("pow"), x, num("n"))),
    (c, ctx, out) => {
      const v = c.x as T;
      if (!isFloat((out as T).dtype) || v.dtype !== (out as T).dtype) return null;
      const result = logOfPower(v, c.n as T);
      return result === null ? null : like(result, out as T, ctx);
    },
    { formula: "log(x**n) = n log x; n log |x| for even n" },
  ),
  realLaw("local_log_inv", on(log_, on(elem("true_div"), 1, x)), (v) => neg(log(v)), "log(1/x) = -log x"),
  realLaw(
    "local_sqrt_exp",
    on(elem("sqrt"), on(exp_, x)),
    (v) => exp(mul(constant(0.5, v.dtype), v)),
    "sqrt(exp x) = exp(x/2)",
  ),
  rule(
    "local_pow_exp",
    on(elem("pow"), on(exp_, x), num("n")),
    (c, ctx, out) => {
      const [v, n] = [c.x as T, scalarValue(c.n)];
      // A square is cheaper as a multiplication where exp(x) is needed anyway.
      if (!isFloat((out as T).dtype) || v.dtype !== (out as T).dtype || n === undefined || n === 0) return null;
      return like(exp(mul(constant(n, v.dtype), v)), out as T, ctx);
    },
    { formula: "exp(x)**n = exp(n*x)" },
  ),
  nodeRule("local_prod_exp", ["Prod"], productOfAllExponentials, { formula: "prod(exp x) = exp(sum x)" }),
];

const [sinh_, cosh_, sin_, cos_] = ["sinh", "cosh", "sin", "cos"].map((f) => on(elem(f), x)) as [
  Pattern<"x">,
  Pattern<"x">,
  Pattern<"x">,
  Pattern<"x">,
];

/** exp(x) - exp(-x) over exp(x) + exp(-x), in the form that the canonical signs give it. */
function ratioOfExponentials(node: Apply, ctx: RuleContext): RuleResult {
  const out = node.outputs[0] as T;
  const [difference, total] = [elemNode(peel(node.inputs[0]!), "sub"), elemNode(peel(node.inputs[1]!), "add")];
  if (difference === null || total === null || total.inputs.length !== 2 || !isFloat(out.dtype)) return null;
  const arg = (v: Variable): Variable | null => elemNode(peel(v), "exp")?.inputs[0] ?? null;
  const [p, q] = difference.inputs.map(arg) as [Variable | null, Variable | null];
  const both = total.inputs.map(arg);
  if (p === null || q === null || !both.includes(p) || !both.includes(q) || p === q) return null;
  const isNegative = (a: Variable, b: Variable): boolean => elemNode(a, "neg")?.inputs[0] === b;
  if (isNegative(q, p)) return like(tanh(p as T), out, ctx);
  return isNegative(p, q) ? like(neg(tanh(q as T)), out, ctx) : null;
}

export const ratioRules: readonly Rule[] = [
  nodeRule("local_tanh_of_exps", ["true_div"], ratioOfExponentials, {
    formula: "(exp x - exp(-x)) / (exp x + exp(-x)) = tanh x",
  }),
  realLaw("local_sinh_over_cosh", on(elem("true_div"), sinh_, cosh_), tanh, "sinh x / cosh x = tanh x"),
  realLaw("local_sin_over_cos", on(elem("true_div"), sin_, cos_), tan, "sin x / cos x = tan x"),
  realLaw(
    "local_sqr_cos_plus_sqr_sin",
    on(elem("add"), on(elem("sqr"), cos_), on(elem("sqr"), sin_)),
    (v) => constant(1, v.dtype),
    "cos(x)**2 + sin(x)**2 = 1",
    "special",
  ),
];

/** Fewer exponentials, once the stable forms have been found. */
export const exponentialProductRules: readonly Rule[] = [
  nodeRule("local_mul_exp_to_exp_add", ["mul"], productOfExponentials, { formula: "exp(x) * exp(y) = exp(x + y)" }),
  nodeRule("local_div_exp_to_exp_sub", ["true_div"], quotientOfExponentials, {
    formula: "exp(x) / exp(y) = exp(x - y); y / exp(x) = y * exp(-x)",
  }),
];
