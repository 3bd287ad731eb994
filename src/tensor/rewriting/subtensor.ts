/** Basic indexing: what selects everything, selections of selections, and selections moved to where less is computed. */
import type { Apply } from "../../graph/apply.ts";
import { nodeRule, type Rule, type RuleContext, type RuleResult } from "../../graph/rewriting/rule.ts";
import { Alloc } from "../alloc.ts";
import { dimshuffle, DimShuffle } from "../dimshuffle.ts";
import { Dot, dot } from "../dot.ts";
import { Elemwise, padLeft } from "../elemwise.ts";
import { Join } from "../join.ts";
import { MakeVector } from "../stack.ts";
import { cast } from "../math.ts";
import { numberAlgebra, knownSize, sizeConstant, sliceRange } from "../sizes.ts";
import { bind, FULL_SLICE, unbind, type BoundEntry } from "../subtensor/entries.ts";
import { IncSubtensor, Subtensor } from "../subtensor/index.ts";
import type { TensorVariable } from "../variable.ts";
import { isSameSize, like } from "./matchers.ts";

type T = TensorVariable;
export type Entry = BoundEntry<T>;
type Slice = Entry & { kind: "slice" };

/** The entries of a Subtensor, one per axis of its input. */
export function entriesOf(node: Apply, first = 1): Entry[] | null {
  if (!(node.op instanceof Subtensor)) return null;
  return padEntries(bind(node.op.entries, node.inputs.slice(first) as T[]), (node.inputs[0] as T).ndim);
}

/** Axes without entry are taken whole. */
export function padEntries(entries: readonly Entry[], rank: number): Entry[] {
  return [...entries, ...Array.from({ length: rank - entries.length }, () => FULL_SLICE)];
}

export function isFull(e: Entry): boolean {
  return e.kind === "slice" && e.start === null && e.stop === null && e.step === null;
}

/** `x[entries]`, without the op where everything is selected. */
export function select(x: T, entries: readonly Entry[]): T {
  if (entries.every(isFull)) return x;
  let last = entries.length;
  while (isFull(entries[last - 1]!)) last--;
  const [plain, scalars] = unbind(entries.slice(0, last));
  return new Subtensor(plain).call(x, ...scalars) as T;
}

/** Ends and steps that say nothing. */
export function simplified(e: Entry, size: T, ctx: RuleContext): Entry {
  if (e.kind === "int" || isFull(e)) return e;
  const step = e.step !== null && knownSize(e.step) === 1 ? null : e.step;
  const forward = step === null || (knownSize(step) ?? 0) > 0;
  if (!forward) return { ...e, step };
  const start = e.start !== null && knownSize(e.start) === 0 ? null : e.start;
  const stop = e.stop !== null && coversAll(e.stop, size, ctx) ? null : e.stop;
  return { kind: "slice", start, stop, step };
}

function coversAll(stop: T, size: T, ctx: RuleContext): boolean {
  const [a, b] = [knownSize(stop), knownSize(size)];
  if (a !== null && b !== null) return a >= b;
  return a === null && isSameSize(stop, size, ctx);
}

/** The entries without ends and steps that say nothing. */
function simpleEntries(x: T, entries: readonly Entry[], ctx: RuleContext): Entry[] {
  const sizes = entries.every(isFull) ? [] : (ctx.shapeOf(x) as T[]);
  return entries.map((e, axis) => (isFull(e) ? e : simplified(e, sizes[axis]!, ctx)));
}

function uselessSlices(node: Apply, ctx: RuleContext): RuleResult {
  const { op } = node;
  const x = node.inputs[0] as T;
  if (op instanceof IncSubtensor) return simpleWrite(node, op, ctx);
  const entries = entriesOf(node);
  if (entries === null) return null;
  const result = select(x, simpleEntries(x, entries, ctx));
  const same = result.owner !== null && result.owner.op.key === op.key && result.owner.inputs[0] === x;
  return same ? null : result;
}

/** The same of a store, so that what is stored is known again where it is read. */
function simpleWrite(node: Apply, op: IncSubtensor, ctx: RuleContext): RuleResult {
  const [x, y, ...scalars] = node.inputs as [T, T, ...T[]];
  const simple = simpleEntries(x, bind(op.entries, scalars), ctx);
  if (simple.every(isFull)) return null;
  const [plain, left] = unbind(simple);
  return left.length === scalars.length ? null : new IncSubtensor(plain, op.set).call(x, y, ...left);
}

// --- selections of selections ------------------------------------------------------------------

const constantOf = (v: T | null): number | null | undefined => (v === null ? null : (knownSize(v) ?? undefined));

/** Constant ends of a slice, or null when one is not known. */
function knownSlice(e: Slice): { start: number | null; stop: number | null; step: number } | null {
  const [start, stop, step] = [constantOf(e.start), constantOf(e.stop), constantOf(e.step)];
  return start === undefined || stop === undefined || step === undefined || step === 0
    ? null
    : { start, stop, step: step ?? 1 };
}

const slice = (start: number | null, stop: number | null, step = 1): Entry => ({
  kind: "slice",
  start: start === null || (start === 0 && step > 0) ? null : sizeConstant(start),
  stop: stop === null ? null : sizeConstant(stop),
  step: step === 1 ? null : sizeConstant(step),
});

/** The entry that selects what `second` selects of what `first` selects of an axis of size `n`; null when not known. */
function composed(first: Slice, second: Entry, n: number | null): Entry | null {
  if (isFull(first)) return second;
  if (isFull(second)) return first;
  const a = knownSlice(first);
  if (a === null) return null;
  if (second.kind === "int") return composedIndex(a, knownSize(second.at), n);
  const b = knownSlice(second);
  if (b === null) return null;
  if (n !== null) return composedRegion(a, b, n);
  if ((a.stop === 0 && a.step > 0) || (b.stop === 0 && b.step > 0)) return slice(0, 0);
  if (a.start === null && a.stop === null && a.step === -1 && b.start === null && b.stop === null && b.step === -1) {
    return FULL_SLICE;
  }
  // Without the size only ends counted from the front can be added.
  if (a.step !== 1 || b.step < 1 || (a.start ?? 0) < 0 || (b.start ?? 0) < 0 || (a.stop ?? 0) < 0) return null;
  const start = (a.start ?? 0) + (b.start ?? 0);
  if (b.stop === null) return slice(start, a.stop, b.step);
  if (b.stop < 0) return a.stop === null ? slice(start, b.stop, b.step) : null;
  const stop = (a.start ?? 0) + b.stop;
  return slice(start, a.stop === null ? stop : Math.min(a.stop, stop), b.step);
}

type Known = { start: number | null; stop: number | null; step: number };

function composedIndex(a: Known, k: number | null, n: number | null): Entry | null {
  if (k === null) return null;
  if (n !== null) {
    const { start, count } = sliceRange(numberAlgebra, n, a.start, a.stop, a.step);
    const at = k < 0 ? k + count : k;
    return at < 0 || at >= count ? null : { kind: "int", at: sizeConstant(start + a.step * at) };
  }
  // Out of range stays out of range only where the slice goes to the end.
  if (k < 0 || a.step < 1 || a.stop !== null || (a.start ?? 0) < 0) return null;
  return { kind: "int", at: sizeConstant((a.start ?? 0) + a.step * k) };
}

function composedRegion(a: Known, b: Known, n: number): Entry {
  const outer = sliceRange(numberAlgebra, n, a.start, a.stop, a.step);
  const inner = sliceRange(numberAlgebra, outer.count, b.start, b.stop, b.step);
  if (inner.count === 0) return slice(0, 0);
  const start = outer.start + a.step * inner.start;
  const step = a.step * b.step;
  const end = start + step * inner.count;
  return slice(start, end < 0 ? null : end, step);
}

function mergeSelections(node: Apply): RuleResult {
  const outer = entriesOf(node);
  const below = node.inputs[0]!.owner;
  const inner = below === null ? null : entriesOf(below);
  if (outer === null || inner === null) return null;
  const x = below!.inputs[0] as T;
  const merged: Entry[] = [];
  let next = 0;
  for (const [axis, e] of inner.entries()) {
    const both = e.kind === "int" ? e : composed(e, outer[next++]!, x.type.shape[axis]!);
    if (both === null) return null;
    merged.push(both);
  }
  return select(x, merged);
}

// --- selections of what was computed -----------------------------------------------------------

/** Axes of size 1 at index 0 are dropped. */
function dropBroadcastable(node: Apply): RuleResult {
  const entries = entriesOf(node);
  const x = node.inputs[0] as T;
  if (entries === null || entries.every(isFull)) return null;
  const isDropped = (e: Entry, axis: number): boolean =>
    e.kind === "int" && x.type.shape[axis] === 1 && [0, -1].includes(knownSize(e.at) ?? 1);
  if (!entries.every((e, axis) => isFull(e) || isDropped(e, axis))) return null;
  return dimshuffle(
    x,
    entries.flatMap((e, axis) => (isFull(e) ? [axis] : [])),
  );
}

/** A repeated value is selected from before it is repeated. */
function selectFromAlloc(node: Apply, ctx: RuleContext): RuleResult {
  const entries = entriesOf(node);
  const repeated = node.inputs[0]!.owner;
  if (entries === null || repeated === null || !(repeated.op instanceof Alloc)) return null;
  const sizes = repeated.inputs.slice(1) as T[];
  const v = padLeft(repeated.inputs[0] as T, sizes.length);
  const one = (axis: number): boolean => v.type.shape[axis] === 1;
  for (const [axis, e] of entries.entries()) {
    if (e.kind === "slice" || !one(axis)) continue;
    // An index out of range must stay an error.
    const [at, n] = [knownSize(e.at), knownSize(sizes[axis]!)];
    if (at === null || n === null || at < -n || at >= n) return null;
  }
  const moved = entries.map((e, axis): Entry => {
    if (!one(axis)) return e;
    return e.kind === "int" ? { kind: "int", at: sizeConstant(0) } : FULL_SLICE;
  });
  return like(select(v, moved), node.outputs[0] as T, ctx);
}

/** An element of a vector made of scalars. */
function selectFromVector(node: Apply): RuleResult {
  const entries = entriesOf(node);
  const made = node.inputs[0]!.owner;
  if (entries === null || made === null || !(made.op instanceof MakeVector)) return null;
  const [e] = entries;
  const n = made.inputs.length;
  if (e!.kind === "int") {
    const at = knownSize(e!.at);
    if (at === null || at < -n || at >= n) return null;
    return cast(made.inputs[at < 0 ? at + n : at] as T, (node.outputs[0] as T).dtype);
  }
  const known = knownSlice(e!);
  if (known === null || isFull(e!)) return null;
  const { start, count } = sliceRange(numberAlgebra, n, known.start, known.stop, known.step);
  if (count === 0) return null;
  const chosen = Array.from({ length: count }, (_, i) => made.inputs[start + known.step * i]!);
  return cast(made.op.call(...chosen) as T, (node.outputs[0] as T).dtype);
}

/** One row of tensors put one after the other, where their sizes tell which of them has it. */
function selectFromJoin(node: Apply): RuleResult {
  const entries = entriesOf(node);
  const joined = node.inputs[0]!.owner;
  if (entries === null || joined === null || !(joined.op instanceof Join)) return null;
  const { axis } = joined.op;
  const e = entries[axis]!;
  const at = e.kind === "int" ? knownSize(e.at) : null;
  if (at === null || at < 0) return null;
  let start = 0;
  for (const part of joined.inputs.slice(1) as T[]) {
    const n = part.type.shape[axis]!;
    if (n === null) return null;
    if (at < start + n) return select(part, entries.with(axis, { kind: "int", at: sizeConstant(at - start) }));
    start += n;
  }
  return null;
}

/** exp(x)[i] = exp(x[i]): only what is selected is computed. */
function liftThroughElemwise(node: Apply, ctx: RuleContext): RuleResult {
  const entries = entriesOf(node);
  const computed = node.inputs[0] as T;
  if (entries === null || computed.owner === null || ctx.clientCount(computed) > 1) return null;
  const { op, inputs } = computed.owner;
  if (!(op instanceof Elemwise)) return null;
  const selected = (inputs as T[]).map((v) =>
    select(
      v,
      entries.map((e, axis): Entry => {
        if (v.type.shape[axis] !== 1 || computed.type.shape[axis] === 1) return e;
        return e.kind === "int" ? { kind: "int", at: sizeConstant(0) } : FULL_SLICE;
      }),
    ),
  );
  return like(op.call(...selected) as T, node.outputs[0] as T, ctx);
}

/** dot(a, b)[i, j] = dot(a[i], b[:, j]). */
function selectFromDot(node: Apply, ctx: RuleContext): RuleResult {
  const entries = entriesOf(node);
  const product = node.inputs[0]!;
  if (entries === null || product.owner === null || !(product.owner.op instanceof Dot)) return null;
  if (ctx.clientCount(product) > 1) return null;
  const [a, b] = product.owner.inputs as [T, T];
  if (a.ndim > 2 || b.ndim > 2 || a.ndim + b.ndim < 3) return null;
  const row = a.ndim === 2 ? entries[0]! : FULL_SLICE;
  const column = b.ndim === 2 ? entries[a.ndim - 1]! : FULL_SLICE;
  if (isFull(row) && isFull(column)) return null;
  return dot(
    select(a, [row, ...(a.ndim === 2 ? [FULL_SLICE] : [])]),
    select(b, [FULL_SLICE, ...(b.ndim === 2 ? [column] : [])]),
  );
}

/** x.dimshuffle(1, "x", 0)[i, :, j] = x[j, i].dimshuffle: indices meet what is below. */
function liftThroughDimShuffle(node: Apply, ctx: RuleContext): RuleResult {
  const entries = entriesOf(node);
  const shuffled = node.inputs[0]!;
  const { owner } = shuffled;
  if (entries === null || owner === null || !(owner.op instanceof DimShuffle) || ctx.clientCount(shuffled) > 1)
    return null;
  const { pattern } = owner.op;
  const x = owner.inputs[0] as T;
  // What stands on a new axis must take it whole or drop it.
  if (
    entries.some(
      (e, k) => pattern[k] === "x" && !isFull(e) && (e.kind === "slice" || ![0, -1].includes(knownSize(e.at) ?? 1)),
    )
  ) {
    return null;
  }
  const below: Entry[] = Array.from({ length: x.ndim }, () => FULL_SLICE);
  for (const [k, p] of pattern.entries()) if (p !== "x") below[p] = entries[k]!;
  const kept = below.flatMap((e, axis) => (e.kind === "int" ? [] : [axis]));
  const order = pattern.flatMap((p, k): (number | "x")[] => {
    if (entries[k]!.kind === "int") return [];
    return [p === "x" ? "x" : kept.indexOf(p)];
  });
  const selected = select(x, below);
  const isIdentity = order.length === selected.ndim && order.every((p, i) => p === i);
  return isIdentity ? selected : dimshuffle(selected, order);
}

export const subtensorRules: readonly Rule[] = [
  nodeRule("local_useless_slice", ["Subtensor", "IncSubtensor"], uselessSlices, {
    exactness: "exact",
    formula: "x[0:n:1] = x[:] = x",
  }),
  nodeRule("local_subtensor_merge", ["Subtensor"], mergeSelections, {
    exactness: "exact",
    formula: "x[a:][b:] = x[a+b:], x[a:][i] = x[a+i] for constants",
  }),
  nodeRule("local_subtensor_remove_broadcastable_index", ["Subtensor"], dropBroadcastable, {
    exactness: "exact",
    formula: "x.dimshuffle(0, 'x')[:, 0] = x",
  }),
  nodeRule("local_subtensor_of_alloc", ["Subtensor"], selectFromAlloc, {
    exactness: "exact",
    formula: "alloc(v, n, m)[i] = alloc(v, m)",
  }),
  nodeRule("local_subtensor_make_vector", ["Subtensor"], selectFromVector, {
    exactness: "exact",
    formula: "[a, b, c][1] = b",
  }),
  nodeRule("local_subtensor_of_join", ["Subtensor"], selectFromJoin, {
    exactness: "exact",
    formula: "join(0, x, y)[i] = x[i] or y[i - n]",
  }),
  nodeRule("local_subtensor_lift", ["Subtensor"], liftThroughElemwise, {
    exactness: "exact",
    formula: "exp(x)[i] = exp(x[i])",
  }),
  nodeRule("local_subtensor_of_dot", ["Subtensor"], selectFromDot, { formula: "dot(a, b)[i, j] = dot(a[i], b[:, j])" }),
  nodeRule("local_dimshuffle_subtensor", ["Subtensor"], liftThroughDimShuffle, {
    exactness: "exact",
    formula: "x.T[:, i] = x[i]",
  }),
];
