/**
 * Differences of nearly equal numbers, and functions so small that they underflow. Where a form is good in one half of the line only,
 * each half gets its own, with its argument kept in that half: neither branch fails where the other is taken, and the rules know by
 * the limit that their work is done.
 */
import { isFloat, type DType } from "../../dtype.ts";
import type { Apply } from "../../graph/apply.ts";
import { any, on } from "../../graph/rewriting/pattern.ts";
import { nodeRule, rule, type Rule, type RuleContext, type RuleResult } from "../../graph/rewriting/rule.ts";
import type { Variable } from "../../graph/variable.ts";
import { constant } from "../constant.ts";
import {
  add,
  div,
  erfc,
  exp,
  expm1,
  log,
  log1p,
  lt,
  maximum,
  minimum,
  mul,
  neg,
  sin,
  sinh,
  softplus,
  sqr,
  sub,
  switch_,
} from "../math.ts";
import { realLaw } from "./exponentials.ts";
import { elem, elemNode, like, peel, scalarValue } from "./matchers.ts";
import type { TensorVariable } from "../variable.ts";

type T = TensorVariable;

const x = any("x");

/** Has `v` been kept on one side of `limit` by a rule of this table? */
function isLimited(v: T, limit: number): boolean {
  const node = elemNode(v, "minimum") ?? elemNode(v, "maximum");
  const edge = scalarValue(constant(limit, v.dtype));
  return node !== null && node.inputs.some((a) => scalarValue(a) === edge);
}

// --- log(1 - exp x) ----------------------------------------------------------------------------

const HALF = -Math.LN2;

/** log(1 - exp x) for negative x: below -log 2 the exponential is small, above it 1 - exp x is. */
function log1mexp(v: T): T {
  const limit = constant(HALF, v.dtype);
  const small = log1p(neg(exp(minimum(v, limit))));
  return switch_(lt(v, limit), small, log(neg(expm1(maximum(v, limit)))));
}

function logOfOneMinusExp(v: Variable, out: Variable, ctx: RuleContext): RuleResult {
  const { dtype } = out as T;
  if (!isFloat(dtype) || (v as T).dtype !== dtype || isLimited(v as T, HALF)) return null;
  return like(log1mexp(v as T), out as T, ctx);
}

/** log(exp a - exp b) = a + log(1 - exp(b - a)). */
function logSubExp(a: T, b: T, out: T, ctx: RuleContext): RuleResult {
  if (!isFloat(out.dtype) || a.dtype !== out.dtype || b.dtype !== out.dtype) return null;
  return like(add(a, log1mexp(sub(b, a))), out, ctx);
}

// --- erfc --------------------------------------------------------------------------------------

/** Where the asymptotic series takes over: long before erfc underflows, and where its terms suffice for the dtype. */
const ERFC_LIMIT: Partial<Readonly<Record<DType, number>>> = { float32: 5, float64: 10 };
const TERMS = 10;

/** x * sqrt(pi) * exp(x**2) * erfc(x) - 1 = sum over k of (-1)**k (2k - 1)!! / (2 x**2)**k (Abramowitz and Stegun, 7.1.23). */
function erfcSeries(v: T): T {
  const t = div(constant(0.5, v.dtype), sqr(v));
  let coefficient = 1;
  const coefficients = Array.from({ length: TERMS }, (_, k) => constant((coefficient *= -(2 * k + 1)), v.dtype) as T);
  return mul(
    t,
    coefficients.reduceRight((sum, c) => add(c, mul(t, sum))),
  );
}

/** log(erfc x) = -x**2 - log(x sqrt(pi)) + log1p(series) for large x. */
function logErfc(v: T, limit: number): T {
  const edge = constant(limit, v.dtype);
  const high = maximum(v, edge);
  const tail = sub(log1p(erfcSeries(high)), add(sqr(high), log(mul(constant(Math.sqrt(Math.PI), v.dtype), high))));
  return switch_(lt(v, edge), log(erfc(minimum(v, edge))), tail);
}

/** exp(-x**2) / erfc(x) = x sqrt(pi) / (1 + series) for large x. */
function expOverErfc(v: T, limit: number): T {
  const edge = constant(limit, v.dtype);
  const [low, high] = [minimum(v, edge), maximum(v, edge)];
  const tail = div(mul(constant(Math.sqrt(Math.PI), v.dtype), high), add(1, erfcSeries(high)));
  return switch_(lt(v, edge), div(exp(neg(sqr(low))), erfc(low)), tail);
}

/** Is `v` exp(-arg**2)? */
function isGaussian(v: Variable, arg: Variable): boolean {
  const minus = elemNode(elemNode(peel(v), "exp")?.inputs[0] ?? v, "neg");
  if (minus === null) return false;
  const square = peel(minus.inputs[0]!).owner;
  if (square === null) return false;
  const inputs = square.inputs.map(peel);
  if (elemNode(square.outputs[0]!, "sqr") !== null) return inputs[0] === arg;
  if (elemNode(square.outputs[0]!, "mul") !== null) return inputs.length === 2 && inputs.every((a) => a === arg);
  return elemNode(square.outputs[0]!, "pow") !== null && inputs[0] === arg && scalarValue(inputs[1]!) === 2;
}

/** y * exp(-x**2) / erfc(x), the gradient of log(erfc x). */
function gradLogErfc(node: Apply, ctx: RuleContext): RuleResult {
  const out = node.outputs[0] as T;
  const below = elemNode(peel(node.inputs[1]!), "erfc");
  const limit = ERFC_LIMIT[out.dtype];
  if (below === null || limit === undefined) return null;
  const arg = below.inputs[0] as T;
  if (arg.dtype !== out.dtype || isLimited(arg, limit)) return null;
  const above = node.inputs[0] as T;
  const product = elemNode(above, "mul");
  const factors = product === null || ctx.clientCount(above) > 1 ? [above] : (product.inputs as T[]);
  const at = factors.findIndex((v) => isGaussian(v, peel(arg)));
  if (at < 0) return null;
  const rest = factors.filter((_, i) => i !== at);
  const ratio = expOverErfc(arg, limit);
  return like(rest.length === 0 ? ratio : mul(...(rest as [T]), ratio), out, ctx);
}

const [log_, plus, minus, exp_] = [elem("log"), elem("add"), elem("sub"), on(elem("exp"), x)];

export const tailRules: readonly Rule[] = [
  rule(
    "local_log1mexp",
    on(log_, on(elem("neg"), on(elem("expm1"), x))),
    (c, ctx, out) => logOfOneMinusExp(c.x, out, ctx),
    { formula: "log(1 - exp x) = log1p(-exp x) where x < -log 2, else log(-expm1 x)" },
  ),
  rule(
    "local_log1p_neg_exp",
    on(elem("log1p"), on(elem("neg"), exp_)),
    (c, ctx, out) => logOfOneMinusExp(c.x, out, ctx),
    { formula: "log1p(-exp x) likewise" },
  ),
  rule(
    "local_log_sub_exp",
    on(log_, on(minus, on(elem("exp"), any("a")), on(elem("exp"), any("b")))),
    (c, ctx, out) => logSubExp(c.a as T, c.b as T, out as T, ctx),
    // Two infinities of one sign have no difference.
    { exactness: "special", formula: "log(exp a - exp b) = a + log(1 - exp(b - a))" },
  ),
  rule(
    "local_log_erfc",
    on(log_, on(elem("erfc"), x)),
    (c, ctx, out) => {
      const limit = ERFC_LIMIT[(out as T).dtype];
      const v = c.x as T;
      if (limit === undefined || v.dtype !== (out as T).dtype || isLimited(v, limit)) return null;
      return like(logErfc(v, limit), out as T, ctx);
    },
    { formula: "log(erfc x) = -x**2 - log(x sqrt(pi)) + log1p(series) for large x" },
  ),
  nodeRule("local_grad_log_erfc_neg", ["true_div"], gradLogErfc, {
    formula: "exp(-x**2) / erfc(x) = x sqrt(pi) / (1 + series) for large x",
  }),
  realLaw("local_two_minus_erfc", on(minus, 2, on(elem("erfc"), x)), (v) => erfc(neg(v)), "2 - erfc x = erfc(-x)"),
  realLaw(
    "local_one_minus_cos",
    on(minus, 1, on(elem("cos"), x)),
    (v) => mul(2, sqr(sin(mul(0.5, v)))),
    "1 - cos x = 2 sin(x/2)**2",
  ),
  realLaw(
    "local_cosh_minus_one",
    on(plus, on(elem("cosh"), x), -1),
    (v) => mul(2, sqr(sinh(mul(0.5, v)))),
    "cosh x - 1 = 2 sinh(x/2)**2",
  ),
  realLaw(
    "local_softplus_minus",
    on(minus, on(elem("softplus"), x), x),
    (v) => softplus(neg(v)),
    "softplus x - x = softplus(-x)",
  ),
  realLaw(
    "local_softplus_plus",
    on(plus, on(elem("softplus"), on(elem("neg"), x)), x),
    softplus,
    "softplus(-x) + x = softplus x",
  ),
  realLaw(
    "local_sigmoid_ratio",
    on(elem("true_div"), on(elem("sigmoid"), x), on(elem("sigmoid"), on(elem("neg"), x))),
    exp,
    "sigmoid x / sigmoid(-x) = exp x: the logit of a sigmoid",
  ),
];
