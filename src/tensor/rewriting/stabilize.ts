/**
 * Numerically stable forms. Here the right side may be dearer than the left: it is right where the left overflows,
 * cancels or divides zero by zero.
 */
import { any, named, on, type Pattern } from "../../graph/rewriting/pattern.ts";
import { nodeRule, rule, type Rule, type RuleContext, type RuleResult } from "../../graph/rewriting/rule.ts";
import type { Apply } from "../../graph/apply.ts";
import type { Variable } from "../../graph/variable.ts";
import { add, erf, erfc, exp, expm1, isinf, log, log1p, maximum, mul, neg, sigmoid, softplus, sub, switch_ } from "../math.ts";
import { Sum, max, sum } from "../reduction.ts";
import { dimshuffle } from "../dimshuffle.ts";
import type { TensorVariable } from "../variable.ts";
import { elem, elemNode, like, peel, scalarValue } from "./matchers.ts";

type T = TensorVariable;

const x = any("x");

/** A rule whose right side is a function of `x` alone. */
function of(
  name: string,
  pattern: Pattern<"x">,
  build: (x: T) => T,
  formula: string,
): Rule {
  return rule(name, pattern, (c, ctx, out) => like(build(c.x as T), out as T, ctx), { formula });
}

const onePlusExp = on(elem("add"), 1, on(elem("exp"), x));

/** log(1 + x + ...) with a constant 1 among the terms of a flat sum. */
function logOfOnePlus(node: Apply, ctx: RuleContext): RuleResult {
  const out = node.outputs[0] as T;
  const sumNode = elemNode(peel(node.inputs[0]!), "add");
  if (sumNode === null) return null;
  const at = sumNode.inputs.findIndex((v) => scalarValue(v) === 1);
  if (at < 0) return null;
  const rest = sumNode.inputs.filter((_, i) => i !== at) as T[];
  if (rest.length === 0) return null;
  const total = rest.length === 1 ? rest[0]! : add(...(rest as [T, T]));
  return like(log1p(total), out, ctx);
}

/** log(sum(exp(x))) = m + log(sum(exp(x - m))), m the maximum; -inf where every term is. */
function logSumExp(node: Apply, ctx: RuleContext): RuleResult {
  const out = node.outputs[0] as T;
  const reduced = peel(node.inputs[0]!);
  const total = reduced.owner;
  if (total === null || !(total.op instanceof Sum)) return null;
  const e = elemNode(total.inputs[0]!, "exp");
  if (e === null) return null;
  const arg = e.inputs[0] as T;
  const axis = [...total.op.axes];
  if (isShifted(arg)) return null;
  const m = max(arg, { axis, keepdims: true });
  // An infinite maximum must not be subtracted from itself: inf - inf is NaN.
  const shift = switch_(isinf(m), 0, m);
  const inner = sum(exp(sub(arg, shift)), { axis });
  const kept = squeezeTo(shift, axis);
  const result = add(log(inner), kept);
  return like(padTo(result, node.inputs[0] as T), out, ctx);
}

/** x - max(x) is stable already. */
function isShifted(v: Variable): boolean {
  const difference = elemNode(v, "sub");
  if (difference === null) return false;
  const shift = peel(difference.inputs[1]!);
  return shift.owner !== null && (shift.owner.op.name === "Max" || elemNode(shift, "switch") !== null);
}

function squeezeTo(v: T, axis: readonly number[]): T {
  const keep = [...Array(v.ndim).keys()].filter((i) => !axis.includes(i));
  return dimshuffle(v, keep);
}

/** Inserts the broadcast dimensions that stood between a reduction and its use. */
function padTo(v: T, outer: T): T {
  if (v.ndim === outer.ndim) return v;
  const pattern = outer.owner!.op as unknown as { pattern: readonly (number | "x")[] };
  return dimshuffle(v, pattern.pattern);
}

/** log(exp(a) + exp(b)) = max + log1p(exp(-|a - b|)), written with softplus. */
function logAddExp(node: Apply, ctx: RuleContext): RuleResult {
  const out = node.outputs[0] as T;
  const total = elemNode(peel(node.inputs[0]!), "add");
  if (total === null || total.inputs.length !== 2) return null;
  const a = elemNode(peel(total.inputs[0]!), "exp");
  const b = elemNode(peel(total.inputs[1]!), "exp");
  if (a === null || b === null) return null;
  const u = a.inputs[0] as T;
  const v = b.inputs[0] as T;
  // a + softplus(b - a) = max + softplus(min - max): the second keeps infinities apart.
  const high = maximum(u, v);
  const gap = sub(add(u, v), add(high, high));
  return like(add(high, softplus(gap)), out, ctx);
}

export const stabilizeRules: readonly Rule[] = [
  nodeRule("local_log_add", ["log"], logAddExp, { formula: "log(exp a + exp b) = max + softplus(min - max)" }),
  nodeRule("local_log_sum_exp", ["log"], logSumExp, {
    formula: "log(sum(exp x)) = m + log(sum(exp(x - m))), m = max x",
  }),
  nodeRule("local_log1p", ["log"], logOfOnePlus, { formula: "log(1 + x) = log1p(x)" }),
  of("local_log1p_minus", on(elem("log"), on(elem("sub"), 1, x)), (v) => log1p(neg(v)), "log(1 - x) = log1p(-x)"),
  of("log1p_neg_sigmoid", on(elem("log1p"), on(elem("neg"), on(elem("sigmoid"), x))), (v) => neg(softplus(v)), "log1p(-sigmoid x) = -softplus x"),
  of("log1pexp_to_softplus", on(elem("log1p"), on(elem("exp"), x)), softplus, "log1p(exp x) = softplus x"),
  of("logsigm_to_softplus", on(elem("log"), on(elem("sigmoid"), x)), (v) => neg(softplus(neg(v))), "log(sigmoid x) = -softplus(-x)"),
  of("local_one_minus_sigmoid", on(elem("sub"), 1, on(elem("sigmoid"), x)), (v) => sigmoid(neg(v)), "1 - sigmoid x = sigmoid(-x)"),
  of("local_inv_1_plus_exp", on(elem("true_div"), 1, onePlusExp), (v) => sigmoid(neg(v)), "1/(1 + exp x) = sigmoid(-x)"),
  rule(
    "local_exp_over_1_plus_exp",
    on(elem("true_div"), on(elem("exp"), x), on(elem("add"), 1, on(elem("exp"), x))),
    (c, ctx, out) => like(sigmoid(c.x as T), out as T, ctx),
    { formula: "exp x/(1 + exp x) = sigmoid x" },
  ),
  rule(
    "local_inv_1_plus_exp_scaled",
    on(elem("true_div"), any("y"), named("d", onePlusExp)),
    ({ x: v, y }, ctx, out) => like(mul(y as T, sigmoid(neg(v as T))), out as T, ctx),
    { formula: "y/(1 + exp x) = y * sigmoid(-x)" },
  ),
  rule(
    "local_sigm_times_exp",
    on(elem("mul"), on(elem("sigmoid"), x), on(elem("exp"), on(elem("neg"), x))),
    (c, ctx, out) => like(sigmoid(neg(c.x as T)), out as T, ctx),
    { formula: "sigmoid(x) * exp(-x) = sigmoid(-x)" },
  ),
  of("local_expm1", on(elem("sub"), on(elem("exp"), x), 1), expm1, "exp x - 1 = expm1 x"),
  of("local_expm1_add", on(elem("add"), on(elem("exp"), x), -1), expm1, "exp x + -1 = expm1 x"),
  of("local_one_minus_erf", on(elem("sub"), 1, on(elem("erf"), x)), erfc, "1 - erf x = erfc x"),
  of("local_one_minus_erfc", on(elem("sub"), 1, on(elem("erfc"), x)), erf, "1 - erfc x = erf x"),
  of("local_one_plus_neg_erf", on(elem("add"), 1, on(elem("erf"), on(elem("neg"), x))), erfc, "1 + erf(-x) = erfc x"),
  of("local_erf_neg_minus_one", on(elem("sub"), on(elem("erfc"), on(elem("neg"), x)), 1), erf, "erfc(-x) - 1 = erf x"),
];
