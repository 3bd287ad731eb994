/** Stores to and increments of a part: those that do nothing, are overwritten or read again, and sparse gradients. */
import type { Apply } from "../../graph/apply.ts";
import type { Op } from "../../graph/op.ts";
import { nodeRule, type Rule, type RuleContext, type RuleResult } from "../../graph/rewriting/rule.ts";
import type { Variable } from "../../graph/variable.ts";
import { isBool, isFloat } from "../../dtype.ts";
import { add, mul, neg } from "../math.ts";
import { SpecifyShape, specifyShape } from "../shape.ts";
import { bind } from "../subtensor/entries.ts";
import {
  AdvancedIncSubtensor,
  AdvancedSubtensor,
  IncSubtensor,
  MaskedSelection,
  Nonzero,
  Subtensor,
} from "../subtensor/index.ts";
import type { TensorVariable } from "../variable.ts";
import { asScalar, elemNode, isSameSize, like, nameOf, peel, sameBroadcast, scalarValue } from "./matchers.ts";
import { isFull, padEntries, simplified } from "./subtensor.ts";

type T = TensorVariable;

/** Do two nodes select the same part? The index inputs begin at `a` and `b`. */
export function sameIndices(first: Apply, a: number, second: Apply, b: number): boolean {
  const [x, y] = [first.inputs.slice(a), second.inputs.slice(b)];
  return x.length === y.length && x.every((v, i) => v === y[i]);
}

export const entriesKey = (op: Subtensor | IncSubtensor): string => new Subtensor(op.entries).key;

/** Have two variables the same sizes, as far as the graph tells? */
export function sameShape(a: T, b: T, ctx: RuleContext): boolean {
  if (a === b) return true;
  const [x, y] = [ctx.shapeOf(a), ctx.shapeOf(b)];
  return sameBroadcast(a, b) && x.every((n, i) => isSameSize(n, y[i]!, ctx));
}

/** `y` as a value of the shape of `out`; of another size than that, which the left side refuses, it is refused still. */
function fitted(y: T, out: T, ctx: RuleContext): T | null {
  const plain = asScalar(y) ?? y;
  if (plain.ndim === 0 || sameShape(y, out, ctx)) return like(plain, out, ctx);
  if (!sameBroadcast(y, out)) return null;
  const sizes = ctx.shapeOf(out) as T[];
  return specifyShape(
    like(y, out, ctx),
    sizes.map((n, axis) => (isSameSize(n, ctx.shapeOf(y)[axis]!, ctx) ? null : n)),
  );
}

/** setSubtensor(x[i], y)[i] = y, and the same of an increment of zeros. */
function readBack(node: Apply, ctx: RuleContext): RuleResult {
  const { op } = node;
  const written = node.inputs[0]!.owner;
  if (!(op instanceof Subtensor) || written === null || !(written.op instanceof IncSubtensor)) return null;
  const [x, y] = written.inputs as [T, T];
  if (!written.op.set && scalarValue(x) !== 0) return null;
  if (entriesKey(op) !== entriesKey(written.op) || !sameIndices(node, 1, written, 2)) return null;
  return fitted(y, node.outputs[0] as T, ctx);
}

/** What selects everything is replaced or added to; a part set to itself or increased by 0 stays. */
function uselessWrite(node: Apply, ctx: RuleContext): RuleResult {
  const { op } = node;
  if (!(op instanceof IncSubtensor)) return null;
  const [x, y] = node.inputs as [T, T];
  if (!op.set && scalarValue(y) === 0) return x;
  if (op.set && y.owner !== null && y.owner.op instanceof Subtensor && y.owner.inputs[0] === x) {
    if (entriesKey(op) === entriesKey(y.owner.op) && sameIndices(node, 2, y.owner, 1)) return x;
  }
  const entries = padEntries(bind(op.entries, node.inputs.slice(2) as T[]), x.ndim);
  if (entries.some((e) => e.kind === "int")) return null;
  const sizes = entries.every(isFull) ? [] : (ctx.shapeOf(x) as T[]);
  if (!entries.every((e, axis) => isFull(e) || isFull(simplified(e, sizes[axis]!, ctx)))) return null;
  const out = node.outputs[0] as T;
  return op.set ? fitted(y, out, ctx) : like(add(x, y), out, ctx);
}

/** What is stored to the same part again is not stored before. */
function overwritten(node: Apply, ctx: RuleContext): RuleResult {
  const { op } = node;
  const before = node.inputs[0]!.owner;
  if (!(op instanceof IncSubtensor) || before === null || !(before.op instanceof IncSubtensor)) return null;
  if (!op.set || entriesKey(op) !== entriesKey(before.op) || !sameIndices(node, 2, before, 2)) return null;
  // Sizes that may not fit are an error of the first store.
  const y = before.inputs[1] as T;
  if (asScalar(y) === null && !sameShape(y, node.inputs[1] as T, ctx)) return null;
  return op.call(before.inputs[0]!, ...node.inputs.slice(1));
}

/** 0 + y = y: an increment of zeros is a store. */
function incrementOfZeros(node: Apply): RuleResult {
  const { op } = node;
  if (!(op instanceof IncSubtensor) || op.set || scalarValue(node.inputs[0]!) !== 0) return null;
  return new IncSubtensor(op.entries, true).call(...node.inputs);
}

interface SparseTerm {
  readonly node: Apply;
  readonly scale: T | null;
}

/** The op that adds to what the op of `node` adds to or stores to. */
export function incrementOf({ op }: Apply): Op {
  return op instanceof IncSubtensor ? new IncSubtensor(op.entries, false) : op;
}

/** `v` as c * inc(zeros[i], y), or set(zeros[i], y), that nobody else uses. */
function sparseTerm(v: Variable, ctx: RuleContext): SparseTerm | null {
  if (ctx.clientCount(v) > 1 || v.owner === null) return null;
  const { op, inputs } = v.owner;
  // A list of indices may name a place twice: a store to it is no increment.
  const isInc = op instanceof IncSubtensor || (op instanceof AdvancedIncSubtensor && !op.set);
  if (isInc) return scalarValue(inputs[0]!) === 0 ? { node: v.owner, scale: null } : null;
  if (op instanceof AdvancedIncSubtensor) return null;
  if (nameOf(v.owner) !== "mul" || inputs.length !== 2) return null;
  for (const [i, factor] of inputs.entries()) {
    const scale = asScalar(factor);
    const inner = scale === null ? null : sparseTerm(inputs[1 - i]!, ctx);
    if (inner !== null && inner.scale === null) return { node: inner.node, scale };
  }
  return null;
}

/** x - c * inc(zeros[i], y) = inc(x[i], -c * y): the gradient of a lookup touches the rows that were looked up. */
function addSparse(node: Apply, ctx: RuleContext): RuleResult {
  const out = node.outputs[0] as T;
  if (node.inputs.length !== 2 || !isFloat(out.dtype)) return null;
  const subtract = elemNode(out, "sub") !== null;
  for (const i of subtract ? [1] : [1, 0]) {
    const x = node.inputs[1 - i] as T;
    if (x.dtype !== out.dtype) continue;
    const term = sparseTerm(node.inputs[i]!, ctx);
    if (term === null || peel(node.inputs[i]!) !== node.inputs[i]) continue;
    const [zeros, y, ...indices] = term.node.inputs as T[];
    if (!sameShape(zeros!, x, ctx) || zeros!.dtype !== out.dtype) continue;
    const scaled = term.scale === null ? y! : mul(y!, term.scale);
    return incrementOf(term.node).call(x, subtract ? neg(scaled) : scaled, ...indices);
  }
  return null;
}

/** setSubtensor(x[i], c)[i] = c for integer tensors i, whatever they repeat. */
function readBackAdvanced(node: Apply, ctx: RuleContext): RuleResult {
  const { op } = node;
  const written = node.inputs[0]!.owner;
  if (!(op instanceof AdvancedSubtensor) || written === null || !(written.op instanceof AdvancedIncSubtensor))
    return null;
  if (!written.op.set || op.axes.join() !== written.op.axes.join() || op.front !== written.op.front) return null;
  const value = asScalar(written.inputs[1]!);
  // The indices may be out of range: only constants are known to be in it.
  if (value === null || op.canFail(node) || !sameIndices(node, 1, written, 2)) return null;
  return like(value, node.outputs[0] as T, ctx);
}

export const incSubtensorRules: readonly Rule[] = [
  nodeRule("local_subtensor_inc_subtensor", ["Subtensor"], readBack, {
    exactness: "special",
    formula: "setSubtensor(x[i], y)[i] = y; inc(zeros[i], y)[i] = y",
  }),
  nodeRule("local_adv_sub1_adv_inc_sub1", ["AdvancedSubtensor1", "AdvancedSubtensor"], readBackAdvanced, {
    exactness: "exact",
    formula: "setSubtensor(x[indices], c)[indices] = c",
  }),
  nodeRule("local_useless_inc_subtensor", ["IncSubtensor"], uselessWrite, {
    exactness: "special",
    formula: "set(x[:], y) = y; inc(x[:], y) = x + y; set(x[i], x[i]) = x; inc(x[i], 0) = x",
  }),
  nodeRule("local_setsubtensor_overwrite", ["IncSubtensor"], overwritten, {
    exactness: "exact",
    formula: "set(set(x[i], y)[i], z) = set(x[i], z)",
  }),
];

export const sparseUpdateRules: readonly Rule[] = [
  nodeRule("local_add_incsubtensor_of_zeros", ["add", "sub"], addSparse, {
    formula: "x - c * inc(zeros[i], y) = inc(x[i], -c * y)",
  }),
  nodeRule("local_incsubtensor_of_zeros_to_setsubtensor", ["IncSubtensor"], incrementOfZeros, {
    exactness: "special",
    formula: "inc(zeros[i], y) = set(zeros[i], y)",
  }),
];

/** What a mask selects from the first axes of x, without its positions. */
function selectMasked(node: Apply): RuleResult {
  const [x, ...places] = node.inputs as T[];
  const found = places[0]!.owner;
  const { op } = node;
  if (!(op instanceof AdvancedSubtensor) || found === null || !(found.op instanceof Nonzero)) return null;
  const isWhole = places.length === found.outputs.length && places.every((v, k) => v.owner === found && v.index === k);
  if (!isWhole || !op.axes.every((axis, k) => axis === k)) return null;
  const mask = found.inputs[0] as T;
  if (!isBool(mask.dtype) || (node.outputs[0] as T).type.shape[0] !== null) return null;
  // The sizes that were asserted of the mask are those of x; the op looks at them itself.
  const asserted = mask.owner;
  const isMask = asserted !== null && asserted.op instanceof SpecifyShape && asserted.op.role === "mask";
  if (isMask) return new MaskedSelection().call(x!, asserted.inputs[0]!) as T;
  if (mask.type.shape.every((n, axis) => n !== null && n === x!.type.shape[axis])) {
    return new MaskedSelection().call(x!, mask) as T;
  }
  return mask.ndim === 1 ? (new MaskedSelection(false).call(x!, mask) as T) : null;
}

export const maskRules: readonly Rule[] = [
  nodeRule("local_advanced_boolean_subtensor", ["AdvancedSubtensor1", "AdvancedSubtensor"], selectMasked, {
    exactness: "exact",
    formula: "x[nonzero(mask)] = x[mask]",
  }),
];
