/** Joins, splits, repetitions and rank changes that other ones undo; selections moved before what they select from. */
import type { Apply } from "../../graph/apply.ts";
import { nodeRule, type Rule, type RuleContext, type RuleResult } from "../../graph/rewriting/rule.ts";
import { Alloc, alloc } from "../alloc.ts";
import { DimShuffle } from "../dimshuffle.ts";
import { Elemwise } from "../elemwise.ts";
import { Join, Split } from "../join.ts";
import { LogSoftmax, Softmax } from "../nnet/softmax.ts";
import { Reshape } from "../reshape.ts";
import { Rebroadcast } from "../rebroadcast.ts";
import { knownSize, sizeConstant } from "../sizes.ts";
import { FULL_SLICE } from "../subtensor/entries.ts";
import type { TensorVariable } from "../variable.ts";
import { sameBroadcast } from "./matchers.ts";
import { foldable, hasSameDtype, overAxes } from "./reductions.ts";
import { entriesOf, isFull, select, type Entry } from "./subtensor.ts";

type T = TensorVariable;

// --- joins -------------------------------------------------------------------------------------

const partsOf = (node: Apply): T[] => node.inputs.slice(1) as T[];

/** join(0, join(0, x, y), z) = join(0, x, y, z). */
function joinOfJoin(node: Apply, ctx: RuleContext): RuleResult {
  const { op } = node;
  if (!(op instanceof Join)) return null;
  const inner = (v: T): Apply | null => {
    const { owner } = v;
    const isSame = owner !== null && owner.op instanceof Join && owner.op.key === op.key;
    return isSame && ctx.clientCount(v) <= 1 && v.dtype === (node.outputs[0] as T).dtype ? owner : null;
  };
  const parts = partsOf(node);
  if (!parts.some((v) => inner(v) !== null)) return null;
  return op.call(node.inputs[0]!, ...parts.flatMap((v) => (inner(v) === null ? [v] : partsOf(inner(v)!))));
}

/** A slice of one axis alone, whole along the others. */
interface Part {
  readonly x: T;
  readonly start: number;
  readonly stop: number;
}

function sliceOf(v: T, axis: number): Part | null {
  const entries = v.owner === null ? null : entriesOf(v.owner);
  if (entries === null || !entries.every((e, k) => k === axis || isFull(e))) return null;
  const e = entries[axis]!;
  if (e.kind === "int" || (e.step !== null && knownSize(e.step) !== 1)) return null;
  const [start, stop] = [e.start === null ? 0 : knownSize(e.start), e.stop === null ? Infinity : knownSize(e.stop)];
  return start === null || stop === null || start < 0 || stop < start
    ? null
    : { x: v.owner!.inputs[0] as T, start, stop };
}

/** join(0, x[:k], x[k:]) = x; what stands between other parts becomes one slice. */
function joinOfSlices(node: Apply): RuleResult {
  const { op } = node;
  if (!(op instanceof Join)) return null;
  const { axis } = op;
  const merged: T[] = [];
  let last: Part | null = null;
  for (const v of partsOf(node)) {
    const part: Part | null = sliceOf(v, axis);
    if (part !== null && last !== null && part.x === last.x && part.start === last.stop) {
      const { x, start }: Part = last;
      last = { x, start, stop: part.stop };
      const entry: Entry = {
        kind: "slice",
        start: start === 0 ? null : sizeConstant(start),
        stop: part.stop === Infinity ? null : sizeConstant(part.stop),
        step: null,
      };
      merged[merged.length - 1] = select(
        x,
        x.type.shape.map((_, k) => (k === axis ? entry : FULL_SLICE)),
      );
      continue;
    }
    merged.push(v);
    last = part;
  }
  if (merged.length === partsOf(node).length || (merged[0] as T).dtype !== (node.outputs[0] as T).dtype) return null;
  return merged.length === 1 ? merged[0]! : op.call(node.inputs[0]!, ...merged);
}

/** join(axis, all parts of split(x)) = x. */
function joinOfSplit(node: Apply): RuleResult {
  const { op } = node;
  if (!(op instanceof Join)) return null;
  const parts = partsOf(node);
  const split = parts[0]!.owner;
  if (split === null || !(split.op instanceof Split) || split.op.axis !== op.axis) return null;
  if (parts.length !== split.outputs.length || parts.some((v, i) => v !== split.outputs[i])) return null;
  // Sizes that do not add up are an error that must stay.
  return split.op.canFail(split) ? null : split.inputs[0]!;
}

/** A split into one part is the whole. */
function splitInOne(node: Apply): RuleResult {
  if (!(node.op instanceof Split) || node.outputs.length !== 1) return null;
  return node.op.canFail(node) ? null : [node.inputs[0]!];
}

// --- rank and repetition -----------------------------------------------------------------------

/** Reshape does not see axes of size 1 that were inserted or dropped before it. */
function reshapeOfDimShuffle(node: Apply): RuleResult {
  const shuffled = node.inputs[0]!.owner;
  if (!(node.op instanceof Reshape) || shuffled === null || !(shuffled.op instanceof DimShuffle)) return null;
  const kept = shuffled.op.pattern.filter((p) => p !== "x");
  return kept.some((p, i) => i > 0 && p < kept[i - 1]!)
    ? null
    : node.op.call(shuffled.inputs[0]!, ...node.inputs.slice(1));
}

/** A mark on axes that changes nothing that the type says. */
function uselessRebroadcast(node: Apply): RuleResult {
  if (!(node.op instanceof Rebroadcast)) return null;
  const x = node.inputs[0] as T;
  return node.op.axes.every(([axis, one]) => (x.type.shape[axis] === 1) === one) ? x : null;
}

/** exp(alloc(v, n)) = alloc(exp v, n): what is repeated is computed once. */
function functionOfAlloc(node: Apply): RuleResult {
  const { op } = node;
  const out = node.outputs[0] as T;
  if (!(op instanceof Elemwise)) return null;
  const repeated = (v: T): boolean => v.owner !== null && v.owner.op instanceof Alloc;
  const inputs = node.inputs as T[];
  const first = inputs.find(repeated);
  // Others must be scalars: everything that varies is repeated.
  if (first === undefined || inputs.some((v) => !repeated(v) && v.type.shape.some((n) => n !== 1))) return null;
  if (inputs.some((v) => repeated(v) && v.owner!.inputs.slice(1).some((n, i) => n !== first.owner!.inputs[i + 1])))
    return null;
  const plain = inputs.map((v) => (repeated(v) ? (v.owner!.inputs[0] as T) : v));
  if (plain.every((v) => sameBroadcast(v, out))) return null;
  const value = op.call(...plain) as T;
  return value.ndim > out.ndim ? null : alloc(value, ...(first.owner!.inputs.slice(1) as T[]));
}

// --- selections --------------------------------------------------------------------------------

/** sum(x, axis=1)[i] = sum(x[i], axis=1). */
function selectFromReduction(node: Apply, ctx: RuleContext): RuleResult {
  const entries = entriesOf(node);
  const reduced = node.inputs[0]!;
  const op = foldable(reduced.owner);
  if (entries === null || op === null || ctx.clientCount(reduced) > 1 || !hasSameDtype(reduced.owner!)) return null;
  const x = reduced.owner!.inputs[0] as T;
  let next = 0;
  const below = x.type.shape.map((_, axis): Entry => (op.axes.includes(axis) ? FULL_SLICE : entries[next++]!));
  if (below.every(isFull)) return null;
  const dropped = (axis: number): number => below.slice(0, axis).filter((e) => e.kind === "int").length;
  return overAxes(
    op,
    select(x, below),
    op.axes.map((axis) => axis - dropped(axis)),
  );
}

/** softmax(x)[i] = softmax(x[i]) for other axes than that of the softmax. */
function selectFromSoftmax(node: Apply, ctx: RuleContext): RuleResult {
  const entries = entriesOf(node);
  const p = node.inputs[0]!;
  if (entries === null || p.owner === null || ctx.clientCount(p) > 1) return null;
  const { op } = p.owner;
  if (!(op instanceof Softmax || op instanceof LogSoftmax) || !isFull(entries[op.axis]!)) return null;
  const axis = op.axis - entries.slice(0, op.axis).filter((e) => e.kind === "int").length;
  const selected = select(p.owner.inputs[0] as T, entries);
  return op instanceof Softmax ? new Softmax(axis).call(selected) : new LogSoftmax(axis).call(selected);
}

export const layoutRules: readonly Rule[] = [
  nodeRule("local_join_of_join", ["Join"], joinOfJoin, {
    exactness: "exact",
    formula: "join(0, join(0, x, y), z) = join(0, x, y, z)",
  }),
  nodeRule("local_join_of_slices", ["Join"], joinOfSlices, {
    exactness: "exact",
    formula: "join(0, x[:k], x[k:]) = x",
  }),
  nodeRule("local_join_of_split", ["Join"], joinOfSplit, { exactness: "exact", formula: "join(0, split(x, 0)) = x" }),
  nodeRule("local_useless_split", ["Split"], splitInOne, { exactness: "exact", formula: "split(x) in one part = x" }),
  nodeRule("local_useless_dimshuffle_in_reshape", ["Reshape"], reshapeOfDimShuffle, {
    exactness: "exact",
    formula: "reshape(dimshuffle(x, 0, 'x', 1)) = reshape x",
  }),
  nodeRule("local_useless_rebroadcast", ["Rebroadcast"], uselessRebroadcast, {
    exactness: "exact",
    formula: "rebroadcast(x) = x where the type says the same",
  }),
  nodeRule("local_alloc_unary", ["Elemwise"], functionOfAlloc, {
    exactness: "exact",
    formula: "exp(alloc(v, n)) = alloc(exp v, n)",
  }),
  nodeRule("local_subtensor_of_reduction", ["Subtensor"], selectFromReduction, {
    exactness: "exact",
    formula: "sum(x, axis=1)[i] = sum(x[i], axis=1)",
  }),
  nodeRule("local_subtensor_of_softmax", ["Subtensor"], selectFromSoftmax, {
    exactness: "exact",
    formula: "softmax(x)[i] = softmax(x[i])",
  }),
];
