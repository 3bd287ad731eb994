/** `x.at(...)`: NumPy's indexing, parsed into basic and advanced parts. */
import { NdArray } from "../../array/ndArray.ts";
import { isBool, isDiscrete } from "../../dtype.ts";
import { IndexError, ValueError } from "../../errors.ts";
import { Variable } from "../../graph/variable.ts";
import { asTensor, constant } from "../constant.ts";
import { dimshuffle } from "../dimshuffle.ts";
import { operand, shapeI, specifyShape } from "../shape.ts";
import { knownSize, sizeConstant, type SizeLike } from "../sizes.ts";
import type { CheckedIndex, IndexedRank } from "../indexTyping.ts";
import type { DTypeOf, RankOf } from "../typing.ts";
import { TensorVariable, type TensorLike } from "../variable.ts";
import { AdvancedSubtensor } from "./advanced.ts";
import { Subtensor } from "./basic.ts";
import { unbind, type BoundEntry } from "./entries.ts";
import { nonzeroIndices } from "./nonzero.ts";

/** `start:stop:step` with ends that may be symbolic. */
export class Slice {
  readonly start: SizeLike | null;
  readonly stop: SizeLike | null;
  readonly step: SizeLike | null;

  constructor(start: SizeLike | null, stop: SizeLike | null, step: SizeLike | null) {
    this.start = start;
    this.stop = stop;
    this.step = step;
  }
}

/** The slice `start:stop:step` of an index; `null` leaves an end open. */
export function slice(
  start: SizeLike | null = null,
  stop: SizeLike | null = null,
  step: SizeLike | null = null,
): Slice {
  return new Slice(start, stop, step);
}

/** A nested list of indices or of booleans. */
export type NestedIndex = readonly (number | bigint | boolean | TensorVariable | NestedIndex)[];

/**
 * One entry of an index: an integer, a slice as text (`"1:3"`) or made by `slice`, `"..."`, `null` for a new axis, an integer
 * or boolean tensor, array or list.
 */
export type Index = number | bigint | string | null | boolean | Slice | TensorVariable | NdArray | NestedIndex;

/** An entry after parsing. */
type Part =
  | { readonly kind: "newaxis" }
  | { readonly kind: "ellipsis" }
  | { readonly kind: "basic"; readonly entry: BoundEntry<TensorVariable> }
  | { readonly kind: "tensor"; readonly value: TensorVariable }
  | { readonly kind: "mask"; readonly value: TensorVariable };

/** Variables that `at` made on the way to its result: assignment to the result goes through them. */
const steps = new WeakSet<Variable>();

/** Is `v` a step inside one call of `at`, not something that the user indexed? */
export function isIndexStep(v: Variable): boolean {
  return steps.has(v);
}

/**
 * NumPy's indexing: `at(x, 0)`, `at(x, "1:3", "::-1")`, `at(x, null, "...", i)`, `at(x, [0, 2, 5])`, `at(x, mask)`.
 * @throws IndexError for too many indices, indices of a wrong dtype, and integers known to be out of range
 * @throws ValueError for text that is no slice, or a step of 0
 */
export function at<X extends TensorLike, const I extends readonly Index[]>(
  x: X,
  ...indices: CheckedIndex<RankOf<X>, I>
): TensorVariable<DTypeOf<X>, IndexedRank<RankOf<X>, I>>;
export function at(x: TensorLike, ...indices: readonly Index[]): TensorVariable {
  const v = asTensor(x);
  const parts = completed(
    v,
    indices.map((i) => parse(v, i)),
  );
  if (!parts.some((p) => p.kind === "tensor" || p.kind === "mask")) return basic(v, parts);
  return advanced(v, parts);
}

/** `x` indexed along one axis, whole along the others. */
export function atAxis(x: TensorVariable, axis: number, index: Index): TensorVariable {
  return at(x, ...Array.from({ length: x.ndim }, (_, k) => (k === axis ? index : ":")));
}

// --- parsing -------------------------------------------------------------------------------------

function parse(x: TensorVariable, index: Index): Part {
  if (index === null) return { kind: "newaxis" };
  if (typeof index === "string") return index.trim() === "..." ? { kind: "ellipsis" } : parseText(index);
  if (typeof index === "number" || typeof index === "bigint")
    return { kind: "basic", entry: { kind: "int", at: whole(index) } };
  if (index instanceof Slice) return { kind: "basic", entry: bindSlice(index) };
  if (typeof index === "boolean") return { kind: "mask", value: asTensor(index) };
  if (index instanceof Variable || index instanceof NdArray || Array.isArray(index) || ArrayBuffer.isView(index)) {
    return classify(x, indexTensor(index as TensorVariable | NdArray | NestedIndex));
  }
  throw new IndexError(
    `An index must be an integer, a slice ("1:3", T.slice(a, b)), null, "...", or a tensor, array or list of integers ` +
      `or booleans; got ${index === undefined ? "undefined" : typeof index}.`,
    { op: "at", inputs: [operand(x)] },
  );
}

function classify(x: TensorVariable, v: TensorVariable): Part {
  if (isBool(v.dtype)) return { kind: "mask", value: v };
  if (!isDiscrete(v.dtype)) {
    throw new IndexError(
      `An index must be of integer or bool dtype, got ${v.toString()} of type ${v.type.toString()}; cast it.`,
      { op: "at", inputs: [operand(x), operand(v)] },
    );
  }
  return v.ndim === 0 ? { kind: "basic", entry: { kind: "int", at: v } } : { kind: "tensor", value: v };
}

/** Lists hold indices (int64) or booleans. */
function indexTensor(index: TensorVariable | NdArray | NestedIndex): TensorVariable {
  if (index instanceof Variable) return asTensor(index as TensorVariable);
  if (index instanceof NdArray || ArrayBuffer.isView(index)) return constant(index as NdArray);
  if (containsVariable(index)) return asTensor(index as TensorLike);
  const first = firstLeaf(index);
  return constant(index as never, { dtype: typeof first === "boolean" ? "bool" : "int64" });
}

function containsVariable(list: NestedIndex): boolean {
  return list.some((v) => v instanceof Variable || (Array.isArray(v) && containsVariable(v as NestedIndex)));
}

function firstLeaf(list: NestedIndex): unknown {
  let leaf: unknown = list;
  while (Array.isArray(leaf)) leaf = leaf[0];
  return leaf;
}

function whole(value: number | bigint): TensorVariable {
  if (!Number.isSafeInteger(Number(value))) {
    throw new IndexError(`An index must be a whole number, got ${String(value)}.`, { op: "at" });
  }
  return sizeConstant(Number(value));
}

function parseText(text: string): Part {
  const fields = text.split(":").map((field) => field.trim());
  const valid = fields.every((field) => field === "" || /^[+-]?\d+$/.test(field));
  if (fields.length < 2 || fields.length > 3 || !valid) {
    throw new ValueError(`Index ${JSON.stringify(text)} is no slice; write "start:stop:step", or T.slice(a, b).`, {
      op: "at",
    });
  }
  const [start, stop, step] = fields.map((field) => (field === "" ? null : Number(field)));
  return { kind: "basic", entry: bindSlice(new Slice(start!, stop!, step ?? null)) };
}

function bindSlice({ start, stop, step }: Slice): BoundEntry<TensorVariable> {
  const bound = { kind: "slice", start: end(start), stop: end(stop), step: end(step) } as const;
  const by = bound.step === null ? 1 : knownSize(bound.step);
  if (by === 0) throw new ValueError("The step of a slice must not be 0.", { op: "at" });
  // 1 is what an absent step means.
  return by === 1 ? { ...bound, step: null } : bound;
}

function end(value: SizeLike | null): TensorVariable | null {
  if (value === null || value === undefined) return null;
  if (typeof value === "number" || typeof value === "bigint") return whole(value);
  if (!(value instanceof TensorVariable) || value.ndim !== 0 || !isDiscrete(value.dtype) || isBool(value.dtype)) {
    throw new IndexError(`The ends of a slice must be integer scalars, got ${String(value)}.`, { op: "at" });
  }
  return value;
}

// --- completion ----------------------------------------------------------------------------------

const FULL: Part = { kind: "basic", entry: { kind: "slice", start: null, stop: null, step: null } };

/** Axes of the input that a part uses up. */
function consumed(part: Part): number {
  if (part.kind === "newaxis" || part.kind === "ellipsis") return 0;
  return part.kind === "mask" ? part.value.ndim : 1;
}

/** The ellipsis written out; axes at the end are taken whole. An ellipsis that stands for nothing stays. */
function completed(x: TensorVariable, parts: readonly Part[]): Part[] {
  const used = parts.reduce((n, p) => n + consumed(p), 0);
  const dots = parts.filter((p) => p.kind === "ellipsis").length;
  if (used > x.ndim || dots > 1) {
    throw new IndexError(
      dots > 1
        ? 'An index can have only one "...".'
        : `Too many indices: ${used} for a tensor of rank ${x.ndim} (${x.type.toString()}).`,
      { op: "at", inputs: [operand(x)] },
    );
  }
  const rest = new Array<Part>(x.ndim - used).fill(FULL);
  if (dots === 0) return [...parts, ...rest];
  return parts.flatMap((p) => (p.kind === "ellipsis" && rest.length > 0 ? rest : [p]));
}

// --- application ---------------------------------------------------------------------------------

function isFull(entry: BoundEntry<TensorVariable>): boolean {
  return entry.kind === "slice" && entry.start === null && entry.stop === null && entry.step === null;
}

/** The region of `x` that the entries of its axes select. */
function subtensor(x: TensorVariable, bound: readonly BoundEntry<TensorVariable>[]): TensorVariable {
  let n = bound.length;
  while (n > 0 && isFull(bound[n - 1]!)) n--;
  if (n === 0) return x;
  const [entries, scalars] = unbind(bound.slice(0, n));
  return new Subtensor(entries).call(x, ...scalars) as TensorVariable;
}

/** `x` as a selection of all of it. */
function wholeOf(x: TensorVariable): TensorVariable {
  const [entries] = unbind(x.ndim === 0 ? [] : [WHOLE]);
  return new Subtensor(entries).call(x) as TensorVariable;
}

function basic(x: TensorVariable, parts: readonly Part[]): TensorVariable {
  const region = subtensor(
    x,
    parts.flatMap((p) => (p.kind === "basic" ? p.entry : [])),
  );
  let next = 0;
  const pattern = parts.flatMap((p): (number | "x")[] => {
    if (p.kind === "newaxis") return ["x"];
    return p.kind === "basic" && p.entry.kind === "slice" ? [next++] : [];
  });
  const isWhole = region === x;
  const isPlain = pattern.every((p, k) => p === k);
  // Assignment to the whole of `x` must end at `x`, not at what `x` is a selection of: there has to be a node to tell it.
  const source = isWhole && (isPlain || x.owner !== null) ? wholeOf(x) : region;
  const result = dimshuffle(source, pattern);
  if (result !== source && source !== x) steps.add(source);
  return result;
}

/** First slices and new axes, then the gather; integers take part in the gather, as in NumPy. */
function advanced(x: TensorVariable, parts: readonly Part[]): TensorVariable {
  const bound = parts.flatMap((p): BoundEntry<TensorVariable>[] => {
    if (p.kind === "basic") return [p.entry.kind === "int" ? WHOLE : p.entry];
    return new Array<BoundEntry<TensorVariable>>(consumed(p)).fill(WHOLE);
  });
  const region = subtensor(x, bound);
  const pattern: (number | "x")[] = [];
  const axes: number[] = [];
  const indices: TensorVariable[] = [];
  // An ellipsis of no axes between index tensors separates them all the same.
  let separated = false;
  let next = 0;
  for (const [k, p] of parts.entries()) {
    if (p.kind === "newaxis") pattern.push("x");
    else if (p.kind === "ellipsis") separated = separated || (axes.length > 0 && parts.slice(k + 1).some(isGather));
    else if (p.kind === "basic" && p.entry.kind === "slice") pattern.push(next++);
    else if (p.kind === "mask") {
      const found = maskIndices(x, p.value, next);
      for (const index of found) {
        axes.push(pattern.length);
        indices.push(index);
        pattern.push(p.value.ndim === 0 ? "x" : next++);
      }
    } else {
      axes.push(pattern.length);
      indices.push(p.kind === "tensor" ? p.value : (p as { entry: { at: TensorVariable } }).entry.at);
      pattern.push(next++);
    }
  }
  const source = dimshuffle(region, pattern);
  if (region !== x) steps.add(region);
  if (source !== x) steps.add(source);
  return new AdvancedSubtensor(axes, separated).call(source, ...indices) as TensorVariable;
}

const WHOLE: BoundEntry<TensorVariable> = { kind: "slice", start: null, stop: null, step: null };

function isGather(p: Part): boolean {
  return p.kind === "tensor" || p.kind === "mask" || (p.kind === "basic" && p.entry.kind === "int");
}

/** The index vectors of the true elements of a mask over axes `first` ... of `x`. */
function maskIndices(x: TensorVariable, mask: TensorVariable, first: number): TensorVariable[] {
  if (mask.ndim === 0) return nonzeroIndices(dimshuffle(mask, ["x"]));
  for (const [k, n] of mask.type.shape.entries()) {
    const m = x.type.shape[first + k]!;
    if (n === null || m === null || n === m) continue;
    throw new IndexError(
      `The mask does not fit: axis ${first + k} of the tensor has size ${m}, axis ${k} of the mask ${n}.`,
      { op: "at", inputs: [operand(x), operand(mask)] },
    );
  }
  const sizes = mask.type.shape.map((_, k) => shapeI(x, first + k));
  return nonzeroIndices(specifyShape(mask, sizes, { role: "mask" }));
}
