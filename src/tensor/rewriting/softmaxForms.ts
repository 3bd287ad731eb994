/** Softmax as people write it: the op is found in exponentials and sums, and shifts that it does not need are dropped. */
import { isFloat } from "../../dtype.ts";
import type { Apply } from "../../graph/apply.ts";
import { nodeRule, type Rule, type RuleContext, type RuleResult } from "../../graph/rewriting/rule.ts";
import type { Variable } from "../../graph/variable.ts";
import { constant } from "../constant.ts";
import { DimShuffle } from "../dimshuffle.ts";
import { add, exp, isinf, log, maximum, sub, switch_ } from "../math.ts";
import { LogSoftmax, Softmax } from "../nnet/softmax.ts";
import { Sum } from "../reduction.ts";
import { ShapeI } from "../shape.ts";
import type { TensorVariable } from "../variable.ts";
import { asScalar, elemNode, like, nameOf, peel, scalarValue, withoutNewAxes } from "./matchers.ts";

type T = TensorVariable;

/** The axis along which `v` holds, with that axis kept at size 1, the sum of `of`; null otherwise. */
function sumAlong(v: Variable, of: Variable): number | null {
  const outer = v.owner;
  if (outer === null || !(outer.op instanceof DimShuffle)) return null;
  const total = outer.inputs[0]!.owner;
  if (total === null || !(total.op instanceof Sum) || total.inputs[0] !== of || total.op.axes.length !== 1) return null;
  if ((outer.inputs[0] as T).dtype !== (of as T).dtype) return null;
  const [axis] = total.op.axes as [number];
  const { pattern } = outer.op;
  const kept =
    pattern.length === (of as T).ndim && pattern.every((p, k) => p === (k === axis ? "x" : k < axis ? k : k - 1));
  return kept ? axis : null;
}

/** exp(x) / sum(exp x) = softmax x. */
function softmaxOfQuotient(node: Apply): RuleResult {
  const [above, below] = node.inputs as [T, T];
  const e = elemNode(above, "exp");
  const axis = e === null ? null : sumAlong(below, above);
  if (axis === null || !isFloat(above.dtype)) return null;
  const x = e!.inputs[0] as T;
  return x.dtype === above.dtype ? new Softmax(axis).call(x) : null;
}

/** x - log(sum(exp x)) = logsoftmax x. */
function logSoftmaxOfDifference(node: Apply): RuleResult {
  const [x, shift] = node.inputs as [T, T];
  const outer = shift.owner;
  // The new axis stands inside or outside the logarithm.
  const inner = elemNode(shift, "log")?.inputs[0] ?? null;
  let axis: number | null = null;
  const expOf = (v: Variable | undefined): Variable | null => {
    const total = v?.owner ?? null;
    if (total === null || !(total.op instanceof Sum)) return null;
    return elemNode(total.inputs[0]!, "exp")?.inputs[0] === x ? total.inputs[0]! : null;
  };
  if (inner !== null && inner.owner !== null && inner.owner.op instanceof DimShuffle) {
    const e = expOf(inner.owner.inputs[0]);
    if (e !== null) axis = sumAlong(inner, e);
  } else if (outer !== null && outer.op instanceof DimShuffle) {
    const logarithm = elemNode(outer.inputs[0]!, "log");
    const e = expOf(logarithm?.inputs[0]);
    if (e !== null) axis = sumAlong(outer.op.call(logarithm!.inputs[0]!), e);
  }
  return axis === null || !isFloat(x.dtype) || (node.outputs[0] as T).dtype !== x.dtype
    ? null
    : new LogSoftmax(axis).call(x);
}

/** exp(logsoftmax x) = softmax x. */
function expOfLogSoftmax(node: Apply, ctx: RuleContext): RuleResult {
  const inner = peel(node.inputs[0]!).owner;
  if (inner === null || !(inner.op instanceof LogSoftmax)) return null;
  return like(new Softmax(inner.op.axis).call(inner.inputs[0]!) as T, node.outputs[0] as T, ctx);
}

/** softmax(x - c) = softmax x where c is one number for each row: a maximum taken off by hand is taken off again. */
function softmaxOfShifted(node: Apply): RuleResult {
  const { op } = node;
  const shifted = node.inputs[0]!;
  const difference = elemNode(shifted, "sub") ?? elemNode(shifted, "add");
  if (!(op instanceof Softmax || op instanceof LogSoftmax) || difference === null || difference.inputs.length !== 2)
    return null;
  const out = node.outputs[0] as T;
  for (const i of nameOf(difference) === "sub" ? [0] : [0, 1]) {
    const [x, c] = [difference.inputs[i], difference.inputs[1 - i]] as [T, T];
    const whole =
      x.dtype === out.dtype && x.type.shape.every((n, k) => n === null || n !== 1 || out.type.shape[k] === 1);
    if (whole && c.type.shape[op.axis] === 1 && x.type.shape[op.axis] !== 1) return op.call(x);
  }
  return null;
}

/** log(exp a + exp b + exp c) = m + log(exp(a - m) + ...), m the largest of them. */
function logOfSumOfExponentials(node: Apply, ctx: RuleContext): RuleResult {
  const out = node.outputs[0] as T;
  const total = elemNode(peel(node.inputs[0]!), "add");
  if (total === null || !isFloat(out.dtype)) return null;
  const args = total.inputs.map((v) => elemNode(peel(v), "exp")?.inputs[0] as T | undefined);
  // 1 is the exponential of 0.
  if (nameOf(node) === "log1p") args.push(constant(0, out.dtype));
  if (args.length < 3) return null;
  if (args.some((a) => a === undefined || a.dtype !== out.dtype)) return null;
  const list = args as T[];
  // What was shifted by its maximum already is stable.
  if (
    list.some(
      (a) => elemNode(a, "sub") !== null && nameOf(peel(elemNode(a, "sub")!.inputs[1]!).owner ?? node) === "switch",
    )
  ) {
    return null;
  }
  const m = list.reduce((a, b) => maximum(a, b));
  const shift = switch_(isinf(m), constant(0, m.dtype), m);
  return like(add(log(add(...(list.map((a) => exp(sub(a, shift))) as [T]))), shift), out, ctx);
}

/** log(sum(exp x) / n) = log(sum(exp x)) - log n: the sum meets its logarithm. */
function logOfMeanOfExponentials(node: Apply, ctx: RuleContext): RuleResult {
  const out = node.outputs[0] as T;
  const quotient = elemNode(peel(node.inputs[0]!), "true_div");
  if (quotient === null || !isFloat(out.dtype)) return null;
  const [above, below] = quotient.inputs as [T, T];
  const total = withoutNewAxes(above).owner;
  if (total === null || !(total.op instanceof Sum) || elemNode(total.inputs[0]!, "exp") === null) return null;
  const n = asScalar(below);
  const value = n === null ? undefined : scalarValue(n);
  const isCount =
    n !== null && n.owner !== null && nameOf(n.owner) === "cast" && isUnsignedCount(n.owner.inputs[0] as T);
  if (n === null || !(isCount || (value !== undefined && value > 0)) || [above, n].some((v) => v.dtype !== out.dtype))
    return null;
  return like(sub(log(above), log(n)), out, ctx);
}

/** Is it a size, or a product of sizes? */
function isUnsignedCount(v: T): boolean {
  const { owner } = v;
  if (owner === null) return false;
  return owner.op instanceof ShapeI || (nameOf(owner) === "mul" && owner.inputs.every((x) => isUnsignedCount(x as T)));
}

/** Before the stabilizing rules, which give the sums of exponentials another form. */
export const softmaxFormRules: readonly Rule[] = [
  nodeRule("local_softmax_of_exp", ["true_div"], softmaxOfQuotient, {
    exactness: "special",
    formula: "exp x / sum(exp x) = softmax x",
  }),
  nodeRule("local_logsoftmax_of_difference", ["sub"], logSoftmaxOfDifference, {
    formula: "x - log(sum(exp x)) = logsoftmax x",
  }),
  nodeRule("local_exp_of_logsoftmax", ["exp"], expOfLogSoftmax, { formula: "exp(logsoftmax x) = softmax x" }),
  nodeRule("local_softmax_of_shifted", ["Softmax", "LogSoftmax"], softmaxOfShifted, {
    exactness: "special",
    formula: "softmax(x - c) = softmax x",
  }),
];

export const logSumRules: readonly Rule[] = [
  nodeRule("local_log_mean_exp", ["log"], logOfMeanOfExponentials, {
    formula: "log(mean(exp x)) = log(sum(exp x)) - log n",
  }),
  nodeRule("local_log_sum_of_exps", ["log", "log1p"], logOfSumOfExponentials, {
    formula: "log(exp a + exp b + exp c) = m + log(exp(a - m) + ...), m = max(a, b, c)",
  }),
];
