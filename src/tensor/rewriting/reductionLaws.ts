/** Reductions of what was joined, permuted, reshaped, scaled, or put through an increasing function. */
import { isFloat } from "../../dtype.ts";
import type { Apply } from "../../graph/apply.ts";
import { nodeRule, type Rule, type RuleContext, type RuleResult } from "../../graph/rewriting/rule.ts";
import type { Variable } from "../../graph/variable.ts";
import { dimshuffle, DimShuffle } from "../dimshuffle.ts";
import { Elemwise } from "../elemwise.ts";
import { Join } from "../join.ts";
import { add, and, cast, div, invert, maximum, minimum, mul, neg, or, pow } from "../math.ts";
import { LogSoftmax, Softmax } from "../nnet/softmax.ts";
import { All, Any, Argmax, Argmin, Max, Min, Prod, Sum } from "../reduction.ts";
import { Reshape } from "../reshape.ts";
import { sizeProduct } from "../sizes.ts";
import type { TensorVariable } from "../variable.ts";
import { elemNode, like, nameOf, scalarValue } from "./matchers.ts";
import { FOLDABLE_NAMES, foldable, hasSameDtype, overAxes, range, withoutAxes } from "./reductions.ts";

type T = TensorVariable;

// --- layout ------------------------------------------------------------------------------------

/** The combination of two reductions of the same kind. */
function combined(op: ReturnType<typeof foldable>, parts: readonly T[]): T {
  if (op instanceof Sum) return add(...(parts as [T]));
  if (op instanceof Prod) return mul(...(parts as [T]));
  const two = op instanceof Max ? maximum : op instanceof Min ? minimum : op instanceof All ? and : or;
  return parts.reduce((a, b) => two(a, b) as T);
}

const MAX_PARTS = 8;

/** sum(join(0, x, y)) = sum x + sum y: what was joined need not be put together. */
function reductionOfJoined(node: Apply, ctx: RuleContext): RuleResult {
  const op = foldable(node);
  const joined = node.inputs[0]!.owner;
  if (op === null || joined === null || !(joined.op instanceof Join) || ctx.clientCount(node.inputs[0]!) > 1)
    return null;
  const { axis } = joined.op;
  const parts = joined.inputs.slice(1) as T[];
  const same = parts.every((v) => v.dtype === parts[0]!.dtype && v.dtype === (node.inputs[0] as T).dtype);
  if (!same || parts.length > MAX_PARTS || !hasSameDtype(node) || !op.axes.includes(axis)) return null;
  // Stacks have a rule of their own. An extremum of nothing is an error, so each part must have something.
  if (parts.every((v) => v.type.shape[axis] === 1)) return null;
  if ((op instanceof Max || op instanceof Min) && parts.some((v) => (v.type.shape[axis] ?? 0) < 1)) return null;
  // Sizes of other axes that may differ are an error of the join.
  if (parts[0]!.ndim > 1 && parts.some((v) => v.type.shape.some((n, k) => k !== axis && n === null))) return null;
  return combined(
    op,
    parts.map((v) => overAxes(op, v, op.axes)),
  );
}

/** sum(x.T, axis=0) = sum(x, axis=1). */
function reductionOfDimShuffle(node: Apply): RuleResult {
  const op = foldable(node);
  const below = node.inputs[0]!.owner;
  if (op === null || below === null || !(below.op instanceof DimShuffle)) return null;
  const { pattern } = below.op;
  const x = below.inputs[0] as T;
  // Dropped axes stay with the rule that drops them; new ones are its business too.
  if (pattern.filter((p) => p !== "x").length !== x.ndim || op.axes.some((a) => pattern[a] === "x")) return null;
  const axes = op.axes.map((a) => pattern[a] as number).sort((a, b) => a - b);
  const left = range(x.ndim).filter((a) => !axes.includes(a));
  const order = pattern.flatMap((p, k) => (op.axes.includes(k) ? [] : [p === "x" ? p : left.indexOf(p)]));
  const reduced = overAxes(op, x, axes);
  return order.every((p, k) => p === k) && order.length === left.length ? reduced : dimshuffle(reduced, order);
}

/** sum(reshape x) = sum x over all axes. */
function reductionOfReshape(node: Apply): RuleResult {
  const op = foldable(node);
  const below = node.inputs[0]!.owner;
  if (op === null || below === null || !(below.op instanceof Reshape) || below.op.canFail(below)) return null;
  const x = below.inputs[0] as T;
  if (op.axes.length !== (node.inputs[0] as T).ndim) return null;
  return overAxes(op, x, range(x.ndim));
}

// --- scales ------------------------------------------------------------------------------------

/** prod(c * x) = c**n * prod x, prod(x / c) = prod(x) / c**n, prod(c / x) = c**n / prod x. */
function productOfScaled(node: Apply, ctx: RuleContext): RuleResult {
  const { op } = node;
  const arg = node.inputs[0] as T;
  if (!(op instanceof Prod) || !hasSameDtype(node) || !isFloat(arg.dtype) || ctx.clientCount(arg) > 1) return null;
  if (arg.dtype === "float16") return null;
  const out = node.outputs[0] as T;
  const product = elemNode(arg, "mul");
  if (product === null) return productOfQuotient(node, op, ctx);
  const [outside, inside]: [T[], T[]] = [[], []];
  for (const factor of product.inputs as T[]) {
    const scale = withoutAxes(factor, op.axes);
    if (scale === null) inside.push(factor);
    else outside.push(scale);
  }
  const [rest] = inside;
  if (outside.length === 0 || inside.length !== 1 || rest!.dtype !== arg.dtype) return null;
  if (op.axes.some((a) => (rest!.type.shape[a] === 1) !== (arg.type.shape[a] === 1))) return null;
  const scale = outside.length === 1 ? outside[0]! : mul(...(outside as [T, T]));
  return like(mul(overAxes(op, rest!, op.axes), pow(scale, countOf(arg, op, ctx))), out, ctx);
}

/** How many elements of `arg` a reduction combines. */
function countOf(arg: T, op: Prod, ctx: RuleContext): T {
  const sizes = ctx.shapeOf(arg);
  return cast(sizeProduct(op.axes.map((a) => sizes[a] as T)), arg.dtype);
}

function productOfQuotient(node: Apply, op: Prod, ctx: RuleContext): RuleResult {
  const arg = node.inputs[0] as T;
  const [out, quotient] = [node.outputs[0] as T, elemNode(arg, "true_div")];
  if (quotient === null || quotient.inputs.some((v) => (v as T).dtype !== arg.dtype)) return null;
  const [above, below] = quotient.inputs as [T, T];
  const [p, q] = [withoutAxes(above, op.axes), withoutAxes(below, op.axes)];
  if ((p === null) === (q === null)) return null;
  const rest = p === null ? above : below;
  if (op.axes.some((a) => (rest.type.shape[a] === 1) !== (arg.type.shape[a] === 1))) return null;
  const [product, power] = [overAxes(op, rest, op.axes), pow((p ?? q)!, countOf(arg, op, ctx))];
  return like(p === null ? div(product, power) : div(power, product), out, ctx);
}

// --- increasing functions ----------------------------------------------------------------------

/** Increasing functions without a place where they are undefined. */
const INCREASING: ReadonlySet<string> = new Set([
  "exp",
  "expm1",
  "sigmoid",
  "softplus",
  "tanh",
  "arctan",
  "arcsinh",
  "sinh",
  "erf",
  "floor",
  "ceil",
  "trunc",
]);

/** max(exp x) = exp(max x): one evaluation. */
function extremumOfIncreasing(node: Apply, ctx: RuleContext): RuleResult {
  const { op } = node;
  const f = node.inputs[0]!.owner;
  if (!(op instanceof Max || op instanceof Min) || f === null || !(f.op instanceof Elemwise)) return null;
  if (!INCREASING.has(nameOf(f)) || ctx.clientCount(node.inputs[0]!) > 1) return null;
  const x = f.inputs[0] as T;
  if (!isFloat(x.dtype) || x.dtype !== (f.outputs[0] as T).dtype) return null;
  return f.op.call(overAxes(op, x, op.axes));
}

/** max(-x) = -min x. */
function extremumOfNegated(node: Apply, ctx: RuleContext): RuleResult {
  const { op } = node;
  const negated = elemNode(node.inputs[0]!, "neg");
  if (negated === null || ctx.clientCount(node.inputs[0]!) > 1) return null;
  const x = negated.inputs[0] as T;
  // The least integer is its own negative.
  if (!isFloat(x.dtype)) return null;
  if (op instanceof Max) return neg(new Min(op.axes).call(x) as T);
  return op instanceof Min ? neg(new Max(op.axes).call(x) as T) : null;
}

function positionOf(op: Argmax | Argmin, x: Variable, flip: boolean): T {
  const isMax = op instanceof Argmax !== flip;
  return (isMax ? new Argmax(op.axes) : new Argmin(op.axes)).call(x) as T;
}

/** argmax(-x) = argmin x. */
function positionOfNegated(node: Apply): RuleResult {
  const { op } = node;
  const negated = elemNode(node.inputs[0]!, "neg");
  if (!(op instanceof Argmax || op instanceof Argmin) || negated === null) return null;
  return isFloat((negated.inputs[0] as T).dtype) ? positionOf(op, negated.inputs[0]!, true) : null;
}

/** Strictly increasing functions, which keep places apart but for rounding. */
const STRICT: ReadonlySet<string> = new Set([
  "exp",
  "expm1",
  "sigmoid",
  "softplus",
  "tanh",
  "arctan",
  "arcsinh",
  "sinh",
  "erf",
]);

/** argmax(softmax x) = argmax x: the class that is predicted needs no probabilities. */
function positionOfIncreasing(node: Apply): RuleResult {
  const { op } = node;
  const f = node.inputs[0]!.owner;
  if (!(op instanceof Argmax || op instanceof Argmin) || f === null) return null;
  const x = f.inputs[0] as T;
  if (!isFloat(x.dtype) || x.dtype !== (f.outputs[0] as T).dtype) return null;
  const isRow = f.op instanceof Softmax || f.op instanceof LogSoftmax;
  if (isRow && op.axes.join() === String((f.op as Softmax).axis)) return positionOf(op, x, false);
  if (f.op instanceof Elemwise && STRICT.has(nameOf(f))) return positionOf(op, x, false);
  // A positive scale, and what is added to all.
  const name = nameOf(f);
  if (!(f.op instanceof Elemwise) || f.inputs.length !== 2 || (name !== "mul" && name !== "add")) return null;
  const at = f.inputs.findIndex((v) => scalarValue(v) !== undefined);
  const c = at < 0 ? NaN : scalarValue(f.inputs[at]!)!;
  const rest = f.inputs[1 - at] as T;
  if (!Number.isFinite(c) || (name === "mul" && c <= 0) || rest.ndim !== (node.inputs[0] as T).ndim) return null;
  return rest.dtype === x.dtype ? positionOf(op, rest, false) : null;
}

/** any(not x) = not all x. */
function quantifierOfNot(node: Apply, ctx: RuleContext): RuleResult {
  const { op } = node;
  const inner = elemNode(node.inputs[0]!, "invert");
  if (inner === null || ctx.clientCount(node.inputs[0]!) > 1 || (inner.inputs[0] as T).dtype !== "bool") return null;
  if (op instanceof Any) return invert(new All(op.axes).call(inner.inputs[0]!) as T);
  return op instanceof All ? invert(new Any(op.axes).call(inner.inputs[0]!) as T) : null;
}

export const reductionLayoutRules: readonly Rule[] = [
  nodeRule("local_reduce_joined", FOLDABLE_NAMES, reductionOfJoined, { formula: "sum(join(0, x, y)) = sum x + sum y" }),
  nodeRule("local_reduce_dimshuffle", FOLDABLE_NAMES, reductionOfDimShuffle, {
    formula: "sum(x.T, axis=0) = sum(x, axis=1)",
  }),
  nodeRule("local_reduce_reshape", FOLDABLE_NAMES, reductionOfReshape, { formula: "sum(reshape x) = sum x" }),
  nodeRule("local_any_of_not", ["Any", "All"], quantifierOfNot, {
    exactness: "exact",
    formula: "any(not x) = not all(x)",
  }),
  nodeRule("local_argmax_of_neg", ["Argmax", "Argmin"], positionOfNegated, {
    exactness: "exact",
    formula: "argmax(-x) = argmin x",
  }),
];

export const monotoneRules: readonly Rule[] = [
  nodeRule("local_prod_mul_by_scalar", ["Prod"], productOfScaled, {
    exactness: "special",
    formula: "prod(c * x) = c**n * prod x; prod(x / c) = prod(x) / c**n",
  }),
  nodeRule("local_max_to_min", ["Max", "Min"], extremumOfNegated, {
    exactness: "special",
    formula: "max(-x) = -min x",
  }),
  nodeRule("local_max_of_increasing", ["Max", "Min"], extremumOfIncreasing, { formula: "max(exp x) = exp(max x)" }),
  nodeRule("local_argmax_of_increasing", ["Argmax", "Argmin"], positionOfIncreasing, {
    exactness: "special",
    formula: "argmax(softmax x) = argmax(exp x) = argmax x",
  }),
];
