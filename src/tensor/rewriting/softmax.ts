/** Softmax: its logarithm, cross-entropy and the gradient of it, and the expansion into what lowering fuses. */
import type { Apply } from "../../graph/apply.ts";
import { any, named, on } from "../../graph/rewriting/pattern.ts";
import { nodeRule, rule, type Rule, type RuleContext, type RuleResult } from "../../graph/rewriting/rule.ts";
import type { Variable } from "../../graph/variable.ts";
import { ARange, arange } from "../alloc.ts";
import { TensorConstant } from "../constant.ts";
import { dimshuffle } from "../dimshuffle.ts";
import { add, cast, div, eq, log, mul, sub, switch_ } from "../math.ts";
import { LogSoftmax, Softmax } from "../nnet/softmax.ts";
import { Sum } from "../reduction.ts";
import { AdvancedIncSubtensor, AdvancedSubtensor } from "../subtensor/index.ts";
import type { TensorVariable } from "../variable.ts";
import { asScalar, elem, elemNode, isSameSize, like, opOf, peel, scalarValue, withoutNewAxes } from "./matchers.ts";

type T = TensorVariable;

const softmaxOf = on(opOf("Softmax", Softmax), any("x"));

/** log(softmax(x)[indices]) = logsoftmax(x)[indices]. */
function logOfSelection(node: Apply, ctx: RuleContext): RuleResult {
  const selection = peel(node.inputs[0]!).owner;
  if (selection === null || !(selection.op instanceof AdvancedSubtensor)) return null;
  const [p, ...indices] = selection.inputs;
  if (p!.owner === null || !(p!.owner.op instanceof Softmax)) return null;
  return like(selection.op.call(log(p as T), ...indices) as T, node.outputs[0] as T, ctx);
}

/** inc(zeros[i], a / p[i]) = inc(zeros[i], a) / p: the gradient of log(p[i]) in the form of that of log(p)[i]. */
function incOfQuotient(node: Apply): RuleResult {
  const { op } = node;
  if (!(op instanceof AdvancedIncSubtensor) || op.set) return null;
  const [x, y, ...indices] = node.inputs as T[];
  const quotient = elemNode(y!, "true_div");
  if (quotient === null || scalarValue(x!) !== 0) return null;
  const [a, b] = quotient.inputs as [T, T];
  const gather = b.owner;
  if (gather === null || !(gather.op instanceof AdvancedSubtensor)) return null;
  if (gather.op.key !== new AdvancedSubtensor(op.axes, op.front).key) return null;
  const [p, ...same] = gather.inputs as T[];
  if (p!.owner === null || !(p!.owner.op instanceof Softmax) || same.some((v, i) => v !== indices[i])) return null;
  return div(op.call(x!, a, ...indices) as T, p!);
}

// --- one element per row -----------------------------------------------------------------------

interface OnePerRow {
  readonly rows: T;
  /** What is put into row i: one value for all rows, or a vector. */
  readonly value: T;
  readonly index: T;
}

/** Is `v` 0, 1, 2 ... up to the length of `index`? */
function isRowCounter(v: T, index: T, ctx: RuleContext): boolean {
  if (v.owner !== null && v.owner.op instanceof ARange) {
    const [start, stop, step] = v.owner.inputs;
    if (scalarValue(start!) !== 0 || scalarValue(step!) !== 1) return false;
    return isSameSize(stop!, ctx.shapeOf(index)[0]!, ctx);
  }
  if (!(v instanceof TensorConstant) || v.data.ndim !== 1) return false;
  const rows = Array.from(v.data.data as ArrayLike<number | bigint>, Number);
  return rows.every((n, i) => n === i) && scalarValue(ctx.shapeOf(index)[0]!) === rows.length;
}

/** inc(zeros(n, c)[arange(n), index], value), as in the gradient of x[arange(n), index]. */
function onePerRow(v: Variable, ctx: RuleContext): OnePerRow | null {
  const node = v.owner;
  if (node === null || !(node.op instanceof AdvancedIncSubtensor) || node.op.axes.join() !== "0,1") return null;
  const [x, y, row, index] = node.inputs as [T, T, T, T];
  if (x.ndim !== 2 || row.ndim !== 1 || index.ndim !== 1 || scalarValue(x) !== 0) return null;
  const [have, wanted] = [x.type.shape[0]!, index.type.shape[0]!];
  if ((have !== null && wanted !== null && have !== wanted) || !isRowCounter(row, index, ctx)) return null;
  return { rows: x, value: asScalar(y) ?? (y as T), index };
}

/** The values of the rows, as a column. */
const column = (v: T): T => (v.ndim === 0 ? v : dimshuffle(v, [0, "x"]));

/**
 * What stands in row i at index[i] as a comparison, which fuses into what uses it. The indices are looked up in 0, 1 ... c-1, so
 * that one out of range is refused and a negative one counts from the end. As in Theano, all rows must have an index.
 */
function scatterToComparison(node: Apply, ctx: RuleContext): RuleResult {
  const out = node.outputs[0] as T;
  const scatter = onePerRow(out, ctx);
  if (scatter === null) return null;
  const classes = arange(ctx.shapeOf(out)[1] as T, null, 1, "int32");
  const wanted = new AdvancedSubtensor([0], false).call(classes, scatter.index) as T;
  const here = eq(dimshuffle(classes, ["x", 0]), dimshuffle(wanted, [0, "x"]));
  return like(switch_(here, column(scatter.value), 0), out, ctx);
}

/** The sum of a row with one element is that element. */
function sumOfScatter(node: Apply, ctx: RuleContext): RuleResult {
  const { op } = node;
  if (!(op instanceof Sum) || op.axes.join() !== "1") return null;
  const scatter = onePerRow(node.inputs[0]!, ctx);
  return scatter === null ? null : like(scatter.value, node.outputs[0] as T, ctx);
}

/** 1 where two variables hold the same values, -1 where one is the negative of the other, else 0. */
function relation(a: Variable, b: Variable): number {
  const [u, v] = [withoutNewAxes(a), withoutNewAxes(b)];
  if (a === b) return 1;
  const [x, y] = [scalarValue(a), scalarValue(b)];
  if (x !== undefined && y !== undefined) return x === y ? 1 : x === -y ? -1 : 0;
  if ((a as T).ndim !== (b as T).ndim || (a as T).type.key !== (b as T).type.key) return 0;
  return elemNode(u, "neg")?.inputs[0] === v || elemNode(v, "neg")?.inputs[0] === u ? -1 : 0;
}

/** The gradient of the cross-entropy where it is one-hot rows minus softmax, both scaled by v. */
function softmaxMinusOneHot(node: Apply, ctx: RuleContext): RuleResult {
  const out = node.outputs[0] as T;
  if (node.inputs.length !== 2) return null;
  const subtract = elemNode(out, "sub") !== null;
  for (const i of [0, 1]) {
    const choice = elemNode(node.inputs[i]!, "switch");
    const product = elemNode(node.inputs[1 - i]!, "mul");
    if (choice === null || product === null || product.inputs.length !== 2 || scalarValue(choice.inputs[2]!) !== 0)
      continue;
    const at = product.inputs.findIndex((v) => v.owner !== null && v.owner.op instanceof Softmax);
    if (at < 0) continue;
    const [p, v] = [product.inputs[at] as T, product.inputs[1 - at] as T];
    const sign = relation(choice.inputs[1]!, v) * (subtract ? -1 : 1);
    // Only c and p of opposite signs are softmax minus one-hot.
    if (sign !== -1) continue;
    const oneHot = cast(choice.inputs[0] as T, p.dtype);
    const positive = subtract && i === 0 ? sub(oneHot, p) : sub(p, oneHot);
    return like(mul(positive, v), out, ctx);
  }
  return null;
}

export const softmaxRules: readonly Rule[] = [
  rule(
    "local_logsoftmax",
    on(elem("log"), named("p", softmaxOf)),
    ({ x, p }, ctx, out) => {
      const { op } = p.owner!;
      return op instanceof Softmax ? like(new LogSoftmax(op.axis).call(x) as T, out as T, ctx) : null;
    },
    { formula: "log(softmax x) = logsoftmax x" },
  ),
  nodeRule("local_log_softmax_selection", ["log"], logOfSelection, {
    formula: "log(softmax(x)[i, j]) = log(softmax x)[i, j]",
  }),
  nodeRule("local_inc_of_softmax_quotient", ["AdvancedIncSubtensor"], incOfQuotient, {
    formula: "inc(0[i, j], a / p[i, j]) = inc(0[i, j], a) / p",
  }),
  rule(
    "local_mul_div_cancel",
    on(elem("mul"), on(elem("true_div"), any("a"), any("p")), any("p")),
    ({ a }, ctx, out) => like(a as T, out as T, ctx),
    { exactness: "special", formula: "(a/p) * p = a" },
  ),
  rule(
    "local_logsoftmax_grad",
    on(elem("mul"), named("p", softmaxOf), on(elem("sub"), on(elem("true_div"), any("a"), any("p")), any("s"))),
    ({ p, a, s }, ctx, out) => like(sub(a as T, mul(p as T, s as T)), out as T, ctx),
    { formula: "p * (a/p - s) = a - p*s: softmax minus one-hot" },
  ),
  rule(
    "local_logsoftmax_grad_plus",
    on(elem("mul"), named("p", softmaxOf), on(elem("add"), on(elem("true_div"), any("a"), any("p")), any("s"))),
    ({ p, a, s }, ctx, out) => like(add(a as T, mul(p as T, s as T)), out as T, ctx),
    { formula: "p * (a/p + s) = a + p*s" },
  ),
  nodeRule("local_sum_of_one_per_row", ["Sum"], sumOfScatter, {
    exactness: "exact",
    formula: "sum(inc(zeros[arange, y], v), axis=1) = v",
  }),
];

/** The gradient of the cross-entropy as (one-hot - softmax) times a scale. */
export const crossentropyRules: readonly Rule[] = [
  nodeRule("local_advanced_indexing_crossentropy_onehot_grad", ["AdvancedIncSubtensor"], scatterToComparison, {
    exactness: "exact",
    formula: "inc(zeros[arange, y], v) = switch(eq(arange(c), y), v, 0)",
  }),
  nodeRule("local_softmax_grad_scale", ["add", "sub"], softmaxMinusOneHot, {
    exactness: "special",
    formula: "switch(c, v, 0) - p*v = (c - p) * v for p = softmax x",
  }),
];

/** The last step before lowering: ops that exist for the rules become elementwise functions and reductions. */
export const expandRules: readonly Rule[] = [
  nodeRule(
    "local_softmax_expand",
    ["Softmax", "LogSoftmax"],
    (node) => {
      const { op } = node;
      return op instanceof Softmax || op instanceof LogSoftmax ? op.expand(node.inputs[0] as T) : null;
    },
    { formula: "softmax x = exp(x - max x) / sum(exp(x - max x))" },
  ),
];
