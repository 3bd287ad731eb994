/** Reductions: fewer axes, fewer elements, factors taken out. */
import { isDiscrete } from "../../dtype.ts";
import type { Apply } from "../../graph/apply.ts";
import { nodeRule, type Rule, type RuleContext, type RuleResult } from "../../graph/rewriting/rule.ts";
import type { Variable } from "../../graph/variable.ts";
import { Alloc } from "../alloc.ts";
import { dimshuffle } from "../dimshuffle.ts";
import { padLeft } from "../elemwise.ts";
import { Join } from "../join.ts";
import { MakeVector } from "../stack.ts";
import { add, cast, div, maximum, minimum, mul, neg, pow } from "../math.ts";
import { All, Any, CAReduce, Max, Min, Prod, Sum } from "../reduction.ts";
import { knownSize, sizeProduct } from "../sizes.ts";
import type { TensorVariable } from "../variable.ts";
import { elemNode, like, sameBroadcast } from "./matchers.ts";

type T = TensorVariable;
type Foldable = Sum | Prod | Max | Min | All | Any;

const FOLDABLE = [Sum, Prod, Max, Min, All, Any] as const;
export const FOLDABLE_NAMES: readonly string[] = ["Sum", "Prod", "Max", "Min", "All", "Any"];

export function foldable(node: Apply | null): Foldable | null {
  return node !== null && FOLDABLE.some((type) => node.op instanceof type) ? (node.op as Foldable) : null;
}

/** The same reduction over other axes. */
export function overAxes(op: Foldable, x: T, axes: readonly number[]): T {
  if (op instanceof Sum) return new Sum(axes, op.dtype, op.accDtype).call(x) as T;
  if (op instanceof Prod) return new Prod(axes, op.dtype, op.accDtype).call(x) as T;
  const type = FOLDABLE.find((t) => op instanceof t) as typeof Max;
  return new type(axes).call(x) as T;
}

export const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
export const hasSameDtype = (node: Apply): boolean => (node.inputs[0] as T).dtype === (node.outputs[0] as T).dtype;

/** Axes of static size 1 have nothing to combine. */
function trivialAxes(node: Apply): RuleResult {
  const op = foldable(node);
  const x = node.inputs[0] as T;
  if (op === null || !hasSameDtype(node)) return null;
  if (op.axes.length === 0) return x;
  const trivial = op.axes.filter((a) => x.type.shape[a] === 1);
  if (trivial.length === 0) return null;
  const keep = range(x.ndim).filter((i) => !trivial.includes(i));
  const dropped = dimshuffle(x, keep);
  const axes = op.axes.filter((a) => !trivial.includes(a)).map((a) => keep.indexOf(a));
  return axes.length === 0 ? dropped : overAxes(op, dropped, axes);
}

/** A reduction of the same reduction is one over both axes. */
function reductionOfReduction(node: Apply, ctx: RuleContext): RuleResult {
  const op = foldable(node);
  const below = node.inputs[0]!.owner;
  const inner = foldable(below);
  if (op === null || inner === null || op.constructor !== inner.constructor) return null;
  if (!hasSameDtype(node) || !hasSameDtype(below!) || ctx.clientCount(node.inputs[0]!) > 1) return null;
  if (op instanceof Sum && inner instanceof Sum && op.accDtype !== inner.accDtype) return null;
  const x = below!.inputs[0] as T;
  const left = range(x.ndim).filter((i) => !inner.axes.includes(i));
  const axes = [...inner.axes, ...op.axes.map((a) => left[a]!)].sort((a, b) => a - b);
  return overAxes(op, x, axes);
}

/** `v` without `axes`, along all of which it has size 1; null where it is longer. */
export function withoutAxes(v: T, axes: readonly number[]): T | null {
  if (axes.some((a) => v.type.shape[a] !== 1)) return null;
  return dimshuffle(
    v,
    range(v.ndim).filter((i) => !axes.includes(i)),
  );
}

/** sum(c * x) = c * sum(x) for factors that do not vary along the axes; sum(x / c) = sum(x) / c; sum(-x) = -sum(x). */
function sumOfScaled(node: Apply, ctx: RuleContext): RuleResult {
  const { op } = node;
  const arg = node.inputs[0] as T;
  if (!(op instanceof Sum) || !hasSameDtype(node) || arg.dtype === "float16" || ctx.clientCount(arg) > 1) return null;
  const out = node.outputs[0] as T;
  const negated = elemNode(arg, "neg");
  if (negated !== null) return neg(overAxes(op, negated.inputs[0] as T, op.axes));
  const isWhole = (x: T): boolean =>
    x.dtype === arg.dtype && op.axes.every((a) => (x.type.shape[a] === 1) === (arg.type.shape[a] === 1));
  const quotient = elemNode(arg, "true_div");
  if (quotient !== null) {
    const [x, c] = quotient.inputs as [T, T];
    const divisor = withoutAxes(c, op.axes);
    return divisor === null || !isWhole(x) ? null : like(div(overAxes(op, x, op.axes), divisor), out, ctx);
  }
  const product = elemNode(arg, "mul");
  if (product === null) return null;
  const outside: T[] = [];
  const inside: T[] = [];
  for (const factor of product.inputs as T[]) {
    const scale = withoutAxes(factor, op.axes);
    if (scale === null) inside.push(factor);
    else outside.push(scale);
  }
  if (outside.length === 0 || inside.length === 0) return null;
  const rest = inside.length === 1 ? inside[0]! : mul(...(inside as [T, T]));
  return isWhole(rest) ? like(mul(overAxes(op, rest, op.axes), ...outside), out, ctx) : null;
}

/** The sum of n copies is n times the value, the product its n-th power, an extremum the value itself. */
function reductionOfAlloc(node: Apply, ctx: RuleContext): RuleResult {
  const op = foldable(node);
  const repeated = node.inputs[0]!.owner;
  if (op === null || repeated === null || !(repeated.op instanceof Alloc)) return null;
  const out = node.outputs[0] as T;
  if (out.dtype === "float16" || (node.inputs[0] as T).dtype === "float16") return null;
  const [value, ...sizes] = repeated.inputs as T[];
  const v = padLeft(value!, sizes.length);
  const copied = op.axes.filter((a) => v.type.shape[a] === 1);
  if (copied.length === 0) return null;
  // An extremum of nothing is an error: it stays unless there is something.
  const isSum = op instanceof Sum;
  if (!isSum && !(op instanceof Prod) && copied.some((a) => (knownSize(sizes[a]!) ?? 0) < 1)) return null;
  const keep = range(v.ndim).filter((i) => !copied.includes(i));
  const axes = op.axes.filter((a) => !copied.includes(a)).map((a) => keep.indexOf(a));
  const one = dimshuffle(v, keep);
  const reduced = axes.length === 0 ? cast(one, out.dtype) : overAxes(op, one, axes);
  if (!isSum && !(op instanceof Prod)) return like(reduced, out, ctx);
  const count = cast(sizeProduct(copied.map((a) => sizes[a]!)), isDiscrete(out.dtype) ? "int64" : out.dtype);
  return like(isSum ? mul(reduced, count) : pow(reduced, count), out, withSizes(ctx, sizes, op));
}

/** The shape of a reduction of what has the given sizes. */
function withSizes(ctx: RuleContext, sizes: readonly Variable[], op: CAReduce): RuleContext {
  return { ...ctx, shapeOf: () => sizes.filter((_, i) => !op.axes.includes(i)) };
}

const MAX_PARTS = 8;

/** The sum of a stack is the sum of its parts. */
function reductionOfJoin(node: Apply): RuleResult {
  const { op } = node;
  const joined = node.inputs[0]!.owner;
  if (joined === null || !hasSameDtype(node) || !(op instanceof CAReduce) || op.axes.length !== 1) return null;
  if (joined.op instanceof MakeVector) {
    const scalars = joined.inputs as T[];
    const { dtype } = node.inputs[0] as T;
    const fits = scalars.length > 0 && scalars.length <= MAX_PARTS && scalars.every((v) => v.dtype === dtype);
    return fits ? combined(op, scalars) : null;
  }
  if (!(joined.op instanceof Join) || op.axes[0] !== joined.op.axis) return null;
  const { axis } = joined.op;
  const parts = joined.inputs.slice(1) as T[];
  if (parts.length > MAX_PARTS || parts.some((v) => v.type.shape[axis] !== 1 || !sameBroadcast(v, parts[0]!)))
    return null;
  const flat = parts.map((v) =>
    dimshuffle(
      v,
      range(v.ndim).filter((i) => i !== axis),
    ),
  );
  return combined(op, flat);
}

/** What a reduction does, for values of one element along its axis. */
function combined(op: CAReduce, [first, ...others]: readonly T[]): T | null {
  if (others.length === 0)
    return op instanceof Sum || op instanceof Prod || op instanceof Max || op instanceof Min ? first! : null;
  const values = [first!, ...others] as [T, T];
  if (op instanceof Sum) return add(...values);
  if (op instanceof Prod) return mul(...values);
  if (op instanceof Max) return values.reduce((a, b) => maximum(a, b));
  return op instanceof Min ? values.reduce((a, b) => minimum(a, b)) : null;
}

export const reductionRules: readonly Rule[] = [
  nodeRule("local_reduce_broadcastable", FOLDABLE_NAMES, trivialAxes, {
    exactness: "exact",
    formula: "sum over axes of size 1 drops them; over no axis does nothing",
  }),
  nodeRule("local_op_of_op", FOLDABLE_NAMES, reductionOfReduction, { formula: "sum(sum x) = sum x over both axes" }),
  nodeRule("local_reduce_of_alloc", FOLDABLE_NAMES, reductionOfAlloc, { formula: "sum(alloc(v, n)) = n * v" }),
  nodeRule("local_reduce_join", ["Sum", "Prod", "Max", "Min"], reductionOfJoin, {
    formula: "sum(stack([x, y]), axis=0) = x + y",
  }),
];

export const factorRules: readonly Rule[] = [
  nodeRule("local_sum_prod_mul_by_scalar", ["Sum"], sumOfScaled, {
    exactness: "special",
    formula: "sum(c * x) = c * sum x; sum(x / c) = sum(x) / c; sum(-x) = -sum x",
  }),
];
