/** The largest and smallest elements along an axis, and partitions. */
import { isComplex, isInteger, type DType } from "../dtype.ts";
import { DtypeError, ValueError } from "../errors.ts";
import { asTensor } from "./constant.ts";
import { normalizeAxisOf } from "./dimshuffle.ts";
import { Extremes, MOST_SELECTED } from "./extremes.ts";
import { cast } from "./math.ts";
import { optionsOf } from "./options.ts";
import { ravel } from "./reshape.ts";
import { operand, shape as shapeOf, specifyShape } from "./shape.ts";
import { asSize, knownSize, sizeAlgebra, type SizeLike } from "./sizes.ts";
import { Sort } from "./sort.ts";
import { at, slice } from "./subtensor/index.ts";
import type { TensorLike, TensorVariable } from "./variable.ts";
import type { LastAxisRank, PositionDtype } from "./functionTyping.ts";
import type { DTypeOf, RankOf } from "./typing.ts";

export interface TopkOptions {
  /** The last axis when absent; all elements in C order for `null`. */
  readonly axis?: number | null;
  /** The results come in ascending order whatever is said here. */
  readonly sorted?: boolean;
  /** Dtype of positions; int64 when absent. */
  readonly idxDtype?: DType;
}

/**
 * The `kth` largest elements along an axis (the `-kth` smallest for a negative number) and their positions, in ascending order. NaN counts
 * as larger than every number. Of equal elements, those that come last are among the largest.
 * @throws ValueError for 0 and for more elements than there are (where a size is not known: ShapeMismatchError at run time), AxisError for
 * a scalar and for an axis out of range, DtypeError for positions that are no integers
 * @example
 * ```ts
 * import { tensor as T } from "theano";
 * const [values, places] = T.topkAndArgtopk([3, 9, 4, 7], 2);
 * console.log(String(values.eval()), String(places.eval())); // [7. 9.] [3 1]
 * ```
 */
export function topkAndArgtopk<X extends TensorLike, const O extends TopkOptions | number | null = -1>(
  x: X,
  kth: SizeLike,
  options?: O,
): [
  values: TensorVariable<DTypeOf<X>, LastAxisRank<RankOf<X>, O>>,
  positions: TensorVariable<PositionDtype<O>, LastAxisRank<RankOf<X>, O>>,
];
export function topkAndArgtopk(
  x: TensorLike,
  kth: SizeLike,
  options: TopkOptions | number | null = {},
): [values: TensorVariable, positions: TensorVariable] {
  const { axis: along = -1, idxDtype = "int64" } = optionsOf<TopkOptions, "axis">(options, "axis");
  const given = asTensor(x);
  const v = along === null ? ravel(given) : given;
  const axis = normalizeAxisOf(along ?? 0, v.ndim, "topk");
  const details = { op: "topk", inputs: [operand(v)] };
  if (!isInteger(idxDtype)) throw new DtypeError(`topk: positions must be integers, got ${idxDtype}.`, details);
  const k = asSize(kth, "topk", Number.MIN_SAFE_INTEGER);
  const [number, n] = [knownSize(k), shapeOf(v)[axis]!];
  const known = knownSize(n);
  if (number === 0) throw new ValueError("topk: kth must not be 0; give a negative number for the smallest.", details);
  if (number !== null && known !== null && Math.abs(number) > known) {
    throw new ValueError(`topk: ${Math.abs(number)} elements were asked for, axis ${axis} has ${known}.`, details);
  }
  if (number !== null && Math.abs(number) <= MOST_SELECTED && !isComplex(v.dtype)) {
    const [values, places] = new Extremes(axis, number).makeNode(v).outputs as [TensorVariable, TensorVariable];
    return [values, cast(places, idxDtype)];
  }
  const { sub, ifNegative, of } = sizeAlgebra;
  const count = ifNegative(k, sub(of(0), k), k);
  const start = ifNegative(k, of(0), sub(n, k));
  const stop = ifNegative(k, count, n);
  const [values, order] = new Sort(axis).makeNode(v).outputs as [TensorVariable, TensorVariable];
  const part = (t: TensorVariable): TensorVariable => {
    const index = Array.from({ length: v.ndim }, (_, i) => (i === axis ? slice(start, stop) : slice(null, null)));
    // A count that exceeds the axis is found out here.
    return specifyShape(
      at(t, ...index),
      index.map((_, i) => (i === axis ? count : null)),
    );
  };
  return [part(values), cast(part(order), idxDtype)];
}

/** The `kth` largest elements along an axis (the `-kth` smallest for a negative number), ascending; see {@link topkAndArgtopk}. */
export function topk<X extends TensorLike, const O extends TopkOptions | number | null = -1>(
  x: X,
  kth: SizeLike,
  options?: O,
): TensorVariable<DTypeOf<X>, LastAxisRank<RankOf<X>, O>>;
export function topk(x: TensorLike, kth: SizeLike, options?: TopkOptions | number | null): TensorVariable {
  return topkAndArgtopk(x, kth, options)[0];
}

/** The positions of the elements that {@link topk} gives. */
export function argtopk<X extends TensorLike, const O extends TopkOptions | number | null = -1>(
  x: X,
  kth: SizeLike,
  options?: O,
): TensorVariable<PositionDtype<O>, LastAxisRank<RankOf<X>, O>>;
export function argtopk(x: TensorLike, kth: SizeLike, options?: TopkOptions | number | null): TensorVariable {
  return topkAndArgtopk(x, kth, options)[1];
}

export interface PartitionOptions {
  /** The last axis when absent; all elements in C order for `null`. */
  readonly axis?: number | null;
}

function partitioned(
  x: TensorLike,
  kth: number | readonly number[],
  options: PartitionOptions | number | null,
  op: string,
): TensorVariable[] {
  const { axis = -1 } = optionsOf<PartitionOptions, "axis">(options, "axis");
  const given = asTensor(x);
  const v = axis === null ? ravel(given) : given;
  const k = normalizeAxisOf(axis ?? 0, v.ndim, op);
  const n = v.type.shape[k]!;
  for (const place of typeof kth === "number" ? [kth] : kth) {
    if (Number.isInteger(place) && (n === null || (place >= -n && place < n))) continue;
    throw new ValueError(`${op}: place ${place} is out of range for an axis of size ${n ?? "?"}.`, {
      op,
      inputs: [operand(v)],
    });
  }
  return new Sort(k).makeNode(v).outputs as TensorVariable[];
}

/**
 * The elements along an axis, rearranged so that the one at place `kth` is the one that sorting would put there, smaller ones before it
 * and larger ones after it. (All are in order: every sorted sequence is a partition.)
 */
export function partition<X extends TensorLike, const O extends PartitionOptions | number | null = -1>(
  x: X,
  kth: number | readonly number[],
  options?: O,
): TensorVariable<DTypeOf<X>, LastAxisRank<RankOf<X>, O>>;
export function partition(
  x: TensorLike,
  kth: number | readonly number[],
  options: PartitionOptions | number | null = {},
): TensorVariable {
  return partitioned(x, kth, options, "partition")[0]!;
}

/** The positions that {@link partition} takes its elements from. */
export function argpartition<X extends TensorLike, const O extends PartitionOptions | number | null = -1>(
  x: X,
  kth: number | readonly number[],
  options?: O,
): TensorVariable<"int64", LastAxisRank<RankOf<X>, O>>;
export function argpartition(
  x: TensorLike,
  kth: number | readonly number[],
  options: PartitionOptions | number | null = {},
): TensorVariable {
  return partitioned(x, kth, options, "argpartition")[1]!;
}
