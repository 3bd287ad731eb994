/** Counts in bins, orders by several keys, sums that skip NaN. */
import { isComplex, isDiscrete, type DType } from "../dtype.ts";
import { ArgumentError, DtypeError, RankError } from "../errors.ts";
import { asTensor } from "./constant.ts";
import { dimshuffle } from "./dimshuffle.ts";
import { join } from "./join.ts";
import { cast, div, invert, isnan, mul, sub, switch_ } from "./math.ts";
import { withoutIntegers } from "./withoutIntegers.ts";
import { max, min, prod, sum, type AnyReduceOptions, type Axis, type ReduceOptions } from "./reduction.ts";
import { ravel } from "./reshape.ts";
import { linspace } from "./ranges.ts";
import { searchsorted } from "./search.ts";
import { operand } from "./shape.ts";
import { sort, argsort } from "./sort.ts";
import { at, diag, take } from "./subtensor/index.ts";
import type { TensorLike, TensorVariable } from "./variable.ts";
import type { PromotedTensors } from "./functionTyping.ts";
import type { BroadcastRank, DTypeOf, MeanOf, RankOf, ReduceArgument, ReducedRank, SumOf } from "./typing.ts";

export interface HistogramOptions {
  /** The number of equally wide bins (default 10), or their ascending edges. */
  readonly bins?: number | TensorLike;
  /** From where to where, for a number of bins; default from the smallest to the largest element, which must differ. */
  readonly range?: readonly [TensorLike, TensorLike] | null;
}

/**
 * How many elements lie in each bin (int64), and the edges of the bins. The last bin has its right edge, the others only the left one.
 * @throws RankError unless edges are a vector
 */
export function histogram(
  x: TensorLike,
  options?: HistogramOptions,
): [counts: TensorVariable<"int64", 1>, edges: TensorVariable<DType, 1>];
export function histogram(
  x: TensorLike,
  options: HistogramOptions = {},
): [counts: TensorVariable, edges: TensorVariable] {
  const { bins = 10, range = null } = options;
  const v = withoutIntegers(ravel(x));
  if (isComplex(v.dtype)) {
    throw new DtypeError("histogram: there is no order on complex numbers.", { op: "histogram", inputs: [operand(v)] });
  }
  const edges =
    typeof bins === "number"
      ? linspace(range === null ? min(v) : range[0], range === null ? max(v) : range[1], bins + 1)
      : asTensor(bins, v.dtype);
  if (edges.ndim !== 1) {
    throw new RankError(`histogram: the edges must be a vector, they have rank ${edges.ndim}.`, {
      op: "histogram",
      inputs: [operand(edges)],
    });
  }
  const sorted = sort(v);
  const below = searchsorted(sorted, at(edges, ":-1"));
  const end = searchsorted(sorted, at(edges, "-1:"), { side: "right" });
  const places = join(0, below, end);
  return [sub(at(places, "1:"), at(places, ":-1")), edges];
}

/**
 * Positions (int64) that put columns in order: by the last key, where that is equal by the one before it, and so on.
 * @param keys vectors of one length, or a matrix whose rows they are
 */
export function lexsort(keys: TensorLike | readonly TensorLike[]): TensorVariable<"int64", 1>;
export function lexsort(keys: TensorLike | readonly TensorLike[]): TensorVariable {
  const list = Array.isArray(keys)
    ? (keys as readonly TensorLike[]).map((k) => asTensor(k))
    : rowsOf(asTensor(keys as TensorLike));
  if (list.length === 0) throw new ArgumentError("lexsort: there is no key.", { op: "lexsort" });
  const [first, ...others] = list.map((k) => {
    if (k.ndim === 1) return k;
    throw new RankError(`lexsort: keys must be vectors, one has rank ${k.ndim}.`, {
      op: "lexsort",
      inputs: [operand(k)],
    });
  });
  // Sorting is stable: the later keys count more.
  return others.reduce<TensorVariable>((order, key) => take(order, argsort(take(key, order))), argsort(first!));
}

function rowsOf(keys: TensorVariable): TensorVariable[] {
  const n = keys.type.shape[0];
  if (keys.ndim === 2 && n !== null && n !== undefined) return Array.from({ length: n }, (_, i) => at(keys, i));
  throw new ArgumentError("lexsort: give a list of vectors, or a matrix whose number of rows is known.", {
    op: "lexsort",
    inputs: [operand(keys)],
  });
}

/** The sum of the elements that are not NaN. */
export function nansum<X extends TensorLike, const O extends AnyReduceOptions | Axis = null>(
  x: X,
  options?: ReduceArgument<O, RankOf<X>, ReduceOptions>,
): TensorVariable<SumOf<DTypeOf<X>>, ReducedRank<RankOf<X>, O>>;
export function nansum(x: TensorLike, options?: ReduceOptions | Axis): TensorVariable {
  const v = asTensor(x);
  return sum(isDiscrete(v.dtype) ? v : switch_(isnan(v), 0, v), options as ReduceOptions);
}

/** The product of the elements that are not NaN. */
export function nanprod<X extends TensorLike, const O extends AnyReduceOptions | Axis = null>(
  x: X,
  options?: ReduceArgument<O, RankOf<X>, ReduceOptions>,
): TensorVariable<SumOf<DTypeOf<X>>, ReducedRank<RankOf<X>, O>>;
export function nanprod(x: TensorLike, options?: ReduceOptions | Axis): TensorVariable {
  const v = asTensor(x);
  return prod(isDiscrete(v.dtype) ? v : switch_(isnan(v), 1, v), options as ReduceOptions);
}

/** The mean of the elements that are not NaN; NaN where there is none. */
export function nanmean<X extends TensorLike, const O extends AnyReduceOptions | Axis = null>(
  x: X,
  options?: ReduceArgument<O, RankOf<X>, ReduceOptions>,
): TensorVariable<MeanOf<DTypeOf<X>>, ReducedRank<RankOf<X>, O>>;
export function nanmean(x: TensorLike, options?: ReduceOptions | Axis): TensorVariable {
  const v = withoutIntegers(x);
  const counts = sum(cast(invert(isnan(v)), v.dtype), options as ReduceOptions);
  return div(nansum(v, options), counts);
}

/** All elements on diagonal `k` of a matrix of zeros. */
export function diagflat<X extends TensorLike>(x: X, k?: number): TensorVariable<DTypeOf<X>, 2>;
export function diagflat(x: TensorLike, k = 0): TensorVariable {
  return diag(ravel(x), k);
}

/** The vector product of vectors of three elements along the last axis. */
export function cross<X extends TensorLike, Y extends TensorLike>(
  x: X,
  y: Y,
): TensorVariable<PromotedTensors<readonly [X, Y]>, BroadcastRank<X, Y>>;
export function cross(x: TensorLike, y: TensorLike): TensorVariable {
  const [a, b] = [asTensor(x), asTensor(y)];
  for (const v of [a, b]) {
    const n = v.ndim === 0 ? 0 : v.type.shape[v.ndim - 1];
    if (n !== 3 && n !== null) {
      throw new RankError("cross: the last axes must have three elements.", {
        op: "cross",
        inputs: [operand(a), operand(b)],
      });
    }
  }
  const part = (v: TensorVariable, i: number): TensorVariable => at(v, "...", i);
  const component = (i: number): TensorVariable => {
    const [j, k] = [(i + 1) % 3, (i + 2) % 3];
    const value = sub(mul(part(a, j), part(b, k)), mul(part(a, k), part(b, j)));
    return dimshuffle(value, [...Array(value.ndim).keys(), "x"]);
  };
  return join(-1, component(0), component(1), component(2));
}
