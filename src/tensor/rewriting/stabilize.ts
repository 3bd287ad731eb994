/**
 * Numerically stable forms. Here the right side may be dearer than the left: it is right where the left overflows,
 * cancels or divides zero by zero.
 */
import { isComplex, isDiscrete, isFloat } from "../../dtype.ts";
import { any, on, type Pattern } from "../../graph/rewriting/pattern.ts";
import { nodeRule, rule, type Rule, type RuleContext, type RuleResult } from "../../graph/rewriting/rule.ts";
import type { Apply } from "../../graph/apply.ts";
import type { Variable } from "../../graph/variable.ts";
import {
  add,
  cast,
  erf,
  erfc,
  exp,
  expm1,
  isinf,
  log as logarithm,
  log1p,
  maximum,
  mul,
  neg,
  sigmoid,
  softplus,
  sub,
  switch_,
} from "../math.ts";
import { Sum, max, sum } from "../reduction.ts";
import { dimshuffle } from "../dimshuffle.ts";
import type { TensorVariable } from "../variable.ts";
import { elem, elemNode, like, peel, scalarValue, withoutNewAxes } from "./matchers.ts";

type T = TensorVariable;

const x = any("x");

/** `v` as a real number of the dtype of `out`: signs and differences of bools and unsigned integers are not those of numbers. */
function asReal(v: Variable, out: T): T | null {
  const { dtype } = v as T;
  if (!isFloat(out.dtype) || isComplex(dtype)) return null;
  return dtype === out.dtype ? (v as T) : cast(v as T, out.dtype);
}

/** A rule whose right side is a function of `x` alone, for real numbers. */
function of(name: string, pattern: Pattern<"x">, build: (x: T) => T, formula: string): Rule {
  const apply = (c: { readonly x: Variable }, ctx: RuleContext, out: Variable): RuleResult => {
    const v = asReal(c.x, out as T);
    return v === null ? null : like(build(v), out as T, ctx);
  };
  return rule(name, pattern, apply, { formula });
}

/** log(1 + x + ...) with a constant 1 among the terms of a flat sum. */
function logOfOnePlus(node: Apply, ctx: RuleContext): RuleResult {
  const out = node.outputs[0] as T;
  const sumNode = elemNode(peel(node.inputs[0]!), "add");
  if (sumNode === null) return null;
  const at = sumNode.inputs.findIndex((v) => scalarValue(v) === 1);
  if (at < 0) return null;
  // Small integers would wrap, and have a smaller float than the logarithm has.
  const { dtype } = out;
  const rest = sumNode.inputs
    .filter((_, i) => i !== at)
    .map((v) => (isDiscrete((v as T).dtype) ? cast(v as T, dtype) : (v as T)));
  if (rest.length === 0) return null;
  const total = rest.length === 1 ? rest[0]! : add(...(rest as [T, T]));
  return like(log1p(total), out, ctx);
}

/** log(sum(exp(x))) = m + log(sum(exp(x - m))), m the maximum; -inf where every term is. */
function logSumExp(node: Apply, ctx: RuleContext): RuleResult {
  const out = node.outputs[0] as T;
  const reduced = withoutNewAxes(node.inputs[0]!);
  const total = reduced.owner;
  if (total === null || !(total.op instanceof Sum)) return null;
  const e = elemNode(total.inputs[0]!, "exp");
  if (e === null) return null;
  const arg = asReal(e.inputs[0]!, out);
  if (arg === null) return null;
  const axis = [...total.op.axes];
  if (isShifted(arg)) return null;
  const m = max(arg, { axis, keepdims: true });
  // An infinite maximum must not be subtracted from itself: inf - inf is NaN.
  const shift = switch_(isinf(m), 0, m);
  const inner = sum(exp(sub(arg, shift)), { axis });
  const kept = squeezeTo(shift, axis);
  const result = add(logarithm(inner), kept);
  return like(padTo(result, node.inputs[0] as T), out, ctx);
}

/** x - max(x) is stable already. */
function isShifted(v: Variable): boolean {
  const difference = elemNode(v, "sub");
  if (difference === null) return false;
  const shift = withoutNewAxes(difference.inputs[1]!);
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
  const [u, v] = [asReal(a.inputs[0]!, out), asReal(b.inputs[0]!, out)];
  if (u === null || v === null) return null;
  // a + softplus(b - a) = max + softplus(min - max): the second keeps infinities apart.
  const high = maximum(u, v);
  const gap = sub(add(u, v), add(high, high));
  return like(add(high, softplus(gap)), out, ctx);
}

/** exp(x) / (1 + exp(x)) and y / (1 + exp(x)), the sum in any order. */
function quotientByOnePlusExp(node: Apply, ctx: RuleContext): RuleResult {
  const out = node.outputs[0] as T;
  const [above, below] = node.inputs as [T, T];
  const total = elemNode(peel(below), "add");
  if (total === null || total.inputs.length !== 2 || !isFloat(out.dtype)) return null;
  const at = total.inputs.findIndex((v) => scalarValue(v) === 1);
  const e = at < 0 ? null : elemNode(peel(total.inputs[1 - at]!), "exp");
  if (e === null || (e.outputs[0] as T).dtype !== out.dtype) return null;
  const arg = e.inputs[0] as T;
  if (peel(above) === e.outputs[0]) return like(sigmoid(arg), out, ctx);
  const s = sigmoid(neg(arg));
  return like(scalarValue(above) === 1 ? s : mul(above, s), out, ctx);
}

/** sigmoid(x) * exp(-x) = sigmoid(-x), also among other factors: in a chain one factor is changed. */
function sigmoidTimesExp(node: Apply, ctx: RuleContext): RuleResult {
  const out = node.outputs[0] as T;
  const factors = [...node.inputs] as T[];
  for (const [i, v] of factors.entries()) {
    const e = elemNode(peel(v), "exp");
    const minus = e === null ? null : elemNode(e.inputs[0]!, "neg");
    if (minus === null) continue;
    const arg = minus.inputs[0]!;
    for (const [j, w] of factors.entries()) {
      const direct = elemNode(peel(w), "sigmoid");
      const replaced = direct !== null && direct.inputs[0] === arg ? sigmoid(neg(arg as T)) : null;
      const nested = replaced ?? insideProduct(w, arg, ctx);
      if (nested === null) continue;
      const rest = factors.filter((_, k) => k !== i && k !== j);
      return like(rest.length === 0 ? nested : mul(nested, ...rest), out, ctx);
    }
  }
  return null;
}

/** y * sigmoid(x) with sigmoid(-x) in its place. */
function insideProduct(v: T, arg: Variable, ctx: RuleContext): T | null {
  const product = elemNode(v, "mul");
  if (product === null || ctx.clientCount(v) > 1) return null;
  const at = product.inputs.findIndex((f) => elemNode(peel(f), "sigmoid")?.inputs[0] === arg);
  if (at < 0) return null;
  return mul(...(product.inputs.map((f, i) => (i === at ? sigmoid(neg(arg as T)) : f)) as [T, T]));
}

const log = elem("log");
const plus = elem("add");
const minus = elem("sub");
const exp_ = on(elem("exp"), x);
const erf_ = on(elem("erf"), x);
const erfc_ = on(elem("erfc"), x);
const sigmoid_ = on(elem("sigmoid"), x);

export const stabilizeRules: readonly Rule[] = [
  nodeRule("local_log_add", ["log"], logAddExp, { formula: "log(exp a + exp b) = max + softplus(min - max)" }),
  nodeRule("local_log_sum_exp", ["log"], logSumExp, {
    formula: "log(sum(exp x)) = m + log(sum(exp(x - m))), m = max x",
  }),
  of("local_log_exp", on(log, exp_), (v) => v, "log(exp x) = x"),
  nodeRule("local_log1p", ["log"], logOfOnePlus, { formula: "log(1 + x) = log1p(x)" }),
  of("local_log1p_minus", on(log, on(minus, 1, x)), (v) => log1p(neg(v)), "log(1 - x) = log1p(-x)"),
  of(
    "log1p_neg_sigmoid",
    on(elem("log1p"), on(elem("neg"), sigmoid_)),
    (v) => neg(softplus(v)),
    "log1p(-sigmoid x) = -softplus x",
  ),
  of("log1pexp_to_softplus", on(elem("log1p"), exp_), softplus, "log1p(exp x) = softplus x"),
  of("logsigm_to_softplus", on(log, sigmoid_), (v) => neg(softplus(neg(v))), "log(sigmoid x) = -softplus(-x)"),
  of("local_one_minus_sigmoid", on(minus, 1, sigmoid_), (v) => sigmoid(neg(v)), "1 - sigmoid x = sigmoid(-x)"),
  nodeRule("local_exp_over_1_plus_exp", ["true_div"], quotientByOnePlusExp, {
    formula: "exp x/(1 + exp x) = sigmoid x; y/(1 + exp x) = y * sigmoid(-x)",
  }),
  nodeRule("local_sigm_times_exp", ["mul"], sigmoidTimesExp, {
    formula: "sigmoid(x) * exp(-x) = sigmoid(-x)",
  }),
  of("local_expm1", on(plus, exp_, -1), expm1, "exp x - 1 = expm1 x"),
  of("local_one_minus_exp", on(minus, 1, exp_), (v) => neg(expm1(v)), "1 - exp x = -expm1 x"),
  of("local_one_minus_erf", on(minus, 1, erf_), erfc, "1 - erf x = erfc x"),
  of("local_one_plus_erf", on(plus, 1, erf_), (v) => erfc(neg(v)), "1 + erf x = erfc(-x)"),
  of("local_erf_minus_one", on(plus, erf_, -1), (v) => neg(erfc(v)), "erf x - 1 = -erfc x"),
  of("local_one_minus_erfc", on(minus, 1, erfc_), erf, "1 - erfc x = erf x"),
  of("local_erfc_minus_one", on(plus, erfc_, -1), (v) => neg(erf(v)), "erfc x - 1 = -erf x"),
];
