/** Rank and shape changes: those that do nothing, and several in a row. */
import type { Apply } from "../../graph/apply.ts";
import { nodeRule, type Rule, type RuleContext, type RuleResult } from "../../graph/rewriting/rule.ts";
import { Alloc } from "../alloc.ts";
import { DimShuffle, dimshuffle } from "../dimshuffle.ts";
import { Elemwise, padLeft } from "../elemwise.ts";
import { GradientView } from "../gradientOps.ts";
import { Join } from "../join.ts";
import { MakeVector } from "../stack.ts";
import { cast } from "../math.ts";
import { Reshape } from "../reshape.ts";
import { ShapeI, SpecifyShape } from "../shape.ts";
import { knownSize, sizeConstant } from "../sizes.ts";
import type { TensorVariable } from "../variable.ts";
import { isSameSize, like, sameBroadcast } from "./matchers.ts";

type T = TensorVariable;

/** DimShuffle of DimShuffle is one; the identity goes. */
function dimShuffleLift(node: Apply): RuleResult {
  const { op } = node;
  if (!(op instanceof DimShuffle)) return null;
  const x = node.inputs[0] as T;
  if (op.pattern.length === x.ndim && op.pattern.every((p, i) => p === i)) return x;
  const inner = x.owner;
  if (inner === null || !(inner.op instanceof DimShuffle)) return null;
  const before = inner.op.pattern;
  return dimshuffle(
    inner.inputs[0] as T,
    op.pattern.map((p) => (p === "x" ? "x" : before[p]!)),
  );
}

/** The axes of a repeated value are permuted before it is repeated. */
function dimShuffleOfAlloc(node: Apply, ctx: RuleContext): RuleResult {
  const { op } = node;
  const inner = node.inputs[0]!.owner;
  if (!(op instanceof DimShuffle) || inner === null || !(inner.op instanceof Alloc)) return null;
  const v = inner.inputs[0] as T;
  const sizes = inner.inputs.slice(1) as T[];
  const rank = sizes.length;
  const full = padLeft(v, rank);
  // A repeated axis that is dropped has size 1: the value already has it.
  if (full.type.shape.some((n, i) => n !== 1 && !op.pattern.includes(i))) return null;
  const out = node.outputs[0] as T;
  return like(dimshuffle(full, op.pattern), out, {
    ...ctx,
    shapeOf: () => op.pattern.map((p) => (p === "x" ? sizeConstant(1) : sizes[p]!)),
  });
}

/** The size of anything is an expression of the sizes of the inputs. */
function shapeOfAnything(node: Apply, ctx: RuleContext): RuleResult {
  const { op } = node;
  if (!(op instanceof ShapeI)) return null;
  const x = node.inputs[0]!;
  if (x.owner === null) return null;
  const size = ctx.shapeOf(x)[op.axis]!;
  return size === node.outputs[0] ? null : size;
}

/** Reshape of Reshape is the last one. */
function reshapeChain(node: Apply): RuleResult {
  const { op } = node;
  const inner = node.inputs[0]!.owner;
  if (!(op instanceof Reshape) || inner === null || !(inner.op instanceof Reshape)) return null;
  return op.makeNode(inner.inputs[0]!, ...node.inputs.slice(1)).outputs[0]!;
}

/** Vectors reshaped to vectors, and what has the very shape wanted. */
function uselessReshape(node: Apply, ctx: RuleContext): RuleResult {
  const { op } = node;
  if (!(op instanceof Reshape)) return null;
  const x = node.inputs[0] as T;
  const out = node.outputs[0] as T;
  if (x.ndim !== out.ndim || !sameBroadcast(x, out)) return null;
  if (x.ndim <= 1) return x.type.shape[0] === null && out.type.shape[0] !== null ? null : x;
  const wanted = ctx.shapeOf(out);
  return ctx.shapeOf(x).every((n, i) => isSameSize(n, wanted[i]!, ctx)) ? x : null;
}

/** An elementwise function of a repeated value is the repeated function. */
function allocThroughElemwise(node: Apply): RuleResult {
  const { op } = node;
  const out = node.outputs[0] as T;
  if (!(op instanceof Elemwise)) return null;
  // Broadcasting makes the repetition unnecessary wherever another input has the shape.
  const repeated = (v: T): boolean => v.owner !== null && v.owner.op instanceof Alloc;
  if (!node.inputs.some((v) => repeated(v as T))) return null;
  const inputs = node.inputs as T[];
  const full = inputs.some((v) => !repeated(v) && sameBroadcast(v, out));
  if (!full) return null;
  const plain = inputs.map((v) => (repeated(v) ? (v.owner!.inputs[0] as T) : v));
  return op.call(...plain);
}

/** Gradient markers have done their work. */
function viewOfGradient(node: Apply): RuleResult {
  return node.op instanceof GradientView ? node.inputs[0]! : null;
}

/** Repetition to a shape that the value has already; repetition of what was repeated. */
function uselessAlloc(node: Apply, ctx: RuleContext): RuleResult {
  if (!(node.op instanceof Alloc)) return null;
  const [v, ...sizes] = node.inputs as [T, ...T[]];
  const out = node.outputs[0] as T;
  if (v.owner !== null && v.owner.op instanceof Alloc) return node.op.call(v.owner.inputs[0]!, ...sizes);
  if (v.ndim !== out.ndim || !sameBroadcast(v, out)) return null;
  const known = out.type.shape.every((n, i) => n !== null && n === v.type.shape[i]);
  return known || ctx.shapeOf(v).every((n, i) => isSameSize(n, sizes[i]!, ctx)) ? v : null;
}

/** A reshape that only inserts or drops axes of size 1. */
function reshapeToDimShuffle(node: Apply): RuleResult {
  if (!(node.op instanceof Reshape)) return null;
  const x = node.inputs[0] as T;
  const out = node.outputs[0] as T;
  if (x.ndim === out.ndim) return null;
  const long = (v: T): number[] => v.type.shape.flatMap((n, i) => (n === 1 ? [] : [i]));
  const [from, to] = [long(x), long(out)];
  if (from.length !== to.length) return null;
  // With one axis left its size follows from the number of elements; with more the types must tell.
  if (
    from.length > 1 &&
    from.some((axis, i) => x.type.shape[axis] === null || x.type.shape[axis] !== out.type.shape[to[i]!])
  ) {
    return null;
  }
  return dimshuffle(
    x,
    out.type.shape.map((_, k) => (to.includes(k) ? from[to.indexOf(k)]! : "x")),
  );
}

/** exp(x).reshape(s) = exp(x.reshape(s)): reshapes meet each other. */
function liftReshape(node: Apply, ctx: RuleContext): RuleResult {
  const computed = node.inputs[0]!;
  if (!(node.op instanceof Reshape) || computed.owner === null || ctx.clientCount(computed) > 1) return null;
  const { op, inputs } = computed.owner;
  if (!(op instanceof Elemwise) || inputs.length !== 1) return null;
  return op.call(node.op.call(inputs[0]!, ...node.inputs.slice(1)));
}

/** Parts of size 0 add nothing; vectors made of scalars are one. */
function simplifyJoin(node: Apply): RuleResult {
  const { op } = node;
  if (!(op instanceof Join)) return null;
  const [axis, ...parts] = node.inputs as [T, ...T[]];
  const full = parts.filter((v) => v.type.shape[op.axis] !== 0);
  if (full.length === 0) return null;
  const merged: T[] = [];
  for (const v of full) {
    const [last] = merged.slice(-1);
    if (isVector(v) && last !== undefined && isVector(last)) {
      merged[merged.length - 1] = v.owner!.op.call(...last.owner!.inputs, ...v.owner!.inputs) as T;
    } else merged.push(v);
  }
  if (merged.length === parts.length) return null;
  const out = node.outputs[0] as T;
  // What is dropped may have had the wider dtype.
  const whole = merged.length === 1 ? merged[0]! : (op.call(axis, ...merged) as T);
  return whole.dtype === out.dtype ? whole : cast(whole, out.dtype);
}

const isVector = (v: T): boolean => v.owner !== null && v.owner.op instanceof MakeVector;

/** A shape that the type tells already. */
function uselessSpecifyShape(node: Apply): RuleResult {
  if (!(node.op instanceof SpecifyShape)) return null;
  const x = node.inputs[0] as T;
  const known = node.op.axes.every((axis, k) => {
    const n = knownSize(node.inputs[k + 1]!);
    return n !== null && n === x.type.shape[axis];
  });
  return known ? x : null;
}

/** One test of all sizes instead of one after the other; of an axis that both test, the first says what it is. */
function mergeSpecifiedShapes(node: Apply): RuleResult {
  const { op } = node;
  const inner = node.inputs[0]!.owner;
  if (!(op instanceof SpecifyShape) || !(inner?.op instanceof SpecifyShape) || op.role !== inner.op.role) return null;
  const sizes = new Map(inner.op.axes.map((axis, k) => [axis, inner.inputs[k + 1] as T]));
  for (const [k, axis] of op.axes.entries()) {
    const n = node.inputs[k + 1] as T;
    if (sizes.has(axis) && sizes.get(axis) !== n) return null;
    sizes.set(axis, n);
  }
  const axes = [...sizes.keys()].sort((a, b) => a - b);
  return new SpecifyShape(axes, op.role).call(inner.inputs[0]!, ...axes.map((axis) => sizes.get(axis)!));
}

export const shapeRules: readonly Rule[] = [
  nodeRule("local_dimshuffle_lift", ["DimShuffle"], dimShuffleLift, {
    exactness: "exact",
    formula: "dimshuffle(dimshuffle x) = dimshuffle x",
  }),
  nodeRule("local_dimshuffle_alloc", ["DimShuffle"], dimShuffleOfAlloc, {
    exactness: "exact",
    formula: "dimshuffle(alloc(x)) = alloc(dimshuffle x)",
  }),
  nodeRule("local_shape_to_shape_i", ["Shape_i"], shapeOfAnything, {
    exactness: "exact",
    formula: "the size of f(x) from the sizes of x",
  }),
  nodeRule("local_reshape_chain", ["Reshape"], reshapeChain, {
    exactness: "exact",
    formula: "reshape(reshape x) = reshape x",
  }),
  nodeRule("local_useless_reshape", ["Reshape"], uselessReshape, {
    exactness: "exact",
    formula: "reshape(x, shape of x) = x",
  }),
  nodeRule("local_elemwise_alloc", ["Elemwise"], allocThroughElemwise, {
    exactness: "exact",
    formula: "x + alloc(v, shape of x) = x + v",
  }),
  nodeRule("local_useless_alloc", ["Alloc"], uselessAlloc, {
    exactness: "exact",
    formula: "alloc(x, shape of x) = x; alloc(alloc x) = alloc x",
  }),
  nodeRule("local_reshape_to_dimshuffle", ["Reshape"], reshapeToDimShuffle, {
    exactness: "exact",
    formula: "reshape(x, (1, n)) = dimshuffle(x, ('x', 0))",
  }),
  nodeRule("local_reshape_lift", ["Reshape"], liftReshape, {
    exactness: "exact",
    formula: "reshape(exp x) = exp(reshape x)",
  }),
  nodeRule("local_join_empty", ["Join"], simplifyJoin, {
    exactness: "exact",
    formula: "join(x, empty) = x; join([a, b], [c]) = [a, b, c]",
  }),
  nodeRule("local_useless_specify_shape", ["SpecifyShape"], uselessSpecifyShape, {
    exactness: "exact",
    formula: "specifyShape(x, known shape) = x",
  }),
  nodeRule("local_merge_specify_shape", ["SpecifyShape"], mergeSpecifiedShapes, {
    exactness: "exact",
    formula: "specifyShape(specifyShape(x, n, null), null, m) = specifyShape(x, n, m)",
  }),
  nodeRule("remove_tensor_copy", ["tensor_copy"], (node) => node.inputs[0]!, {
    exactness: "exact",
    formula: "copy(x) = x",
  }),
  nodeRule(
    "local_view_op",
    ["ZeroGrad", "ConsiderConstant", "DisconnectedGrad", "UndefinedGrad", "GradScale", "GradClip"],
    viewOfGradient,
    { exactness: "exact", formula: "zeroGrad(x) = x, ..." },
  ),
];
