/** Spreads, places and running sums of the elements that are not NaN. */
import { isComplex, isDiscrete } from "../dtype.ts";
import { asTensor } from "./constant.ts";
import { cumprod, cumsum, type CumulativeOptions } from "./cumulative.ts";
import { abs, cast, div, eq, gt, invert, isnan, sqr, sqrt, sub, switch_ } from "./math.ts";
import { withoutIntegers } from "./withoutIntegers.ts";
import { nanmean } from "./numpyExtras.ts";
import { nanmax, nanmin } from "./numpyNames.ts";
import { optionsOf } from "./options.ts";
import { argmax, sum, type AnyReduceOptions, type Axis, type ReduceOptions } from "./reduction.ts";
import type { FlattenedRank } from "./functionTyping.ts";
import type { DTypeOf, RankOf, ReduceArgument, ReducedRank, SpreadOf } from "./typing.ts";
import type { TensorLike, TensorVariable } from "./variable.ts";

export interface NanSpreadOptions extends ReduceOptions {
  /** What is subtracted from the number of elements; 0 when absent. */
  readonly ddof?: number;
}

/** The variance of the elements that are not NaN; NaN where `ddof` leaves none. */
export function nanvar<X extends TensorLike, const O extends AnyReduceOptions | Axis = null>(
  x: X,
  options?: ReduceArgument<O, RankOf<X>, NanSpreadOptions>,
): TensorVariable<SpreadOf<DTypeOf<X>>, ReducedRank<RankOf<X>, O>>;
export function nanvar(x: TensorLike, options?: NanSpreadOptions | Axis): TensorVariable {
  const { axis, keepdims, ddof = 0 } = optionsOf<NanSpreadOptions, "axis">(options, "axis");
  const v = withoutIntegers(x);
  const over = { ...(axis === undefined ? {} : { axis }), ...(keepdims === undefined ? {} : { keepdims }) };
  const distance = sub(v, nanmean(v, { ...over, keepdims: true }) as TensorVariable);
  const square = sqr(isComplex(v.dtype) ? abs(distance) : distance);
  const total = sum(switch_(isnan(v), 0, square), over as ReduceOptions);
  const freedom = sub(sum(cast(invert(isnan(v)), total.dtype), over as ReduceOptions), ddof);
  return switch_(gt(freedom, 0), div(total, freedom), NaN);
}

/** The standard deviation of the elements that are not NaN, the root of {@link nanvar}. */
export function nanstd<X extends TensorLike, const O extends AnyReduceOptions | Axis = null>(
  x: X,
  options?: ReduceArgument<O, RankOf<X>, NanSpreadOptions>,
): TensorVariable<SpreadOf<DTypeOf<X>>, ReducedRank<RankOf<X>, O>>;
export function nanstd(x: TensorLike, options?: NanSpreadOptions | Axis): TensorVariable {
  return sqrt(nanvar(x, options as ReduceOptions) as TensorVariable);
}

/** Where the extreme element is: that of NaN is no place, and 0 where there is nothing else. */
function placeOf(x: TensorLike, options: ReduceOptions | Axis | undefined, extreme: typeof nanmax): TensorVariable {
  const v = asTensor(x);
  const { axis, keepdims } = optionsOf<ReduceOptions, "axis">(options, "axis");
  const best = extreme(v, { axis: axis ?? null, keepdims: true }) as TensorVariable;
  return argmax(cast(eq(v, best), "int8"), { axis: axis ?? null, keepdims: keepdims ?? false } as ReduceOptions);
}

/** The place (int64) of the first largest element that is not NaN; 0 where there is none. */
export function nanargmax<X extends TensorLike, const O extends AnyReduceOptions | Axis = null>(
  x: X,
  options?: ReduceArgument<O, RankOf<X>, ReduceOptions>,
): TensorVariable<"int64", ReducedRank<RankOf<X>, O>>;
export function nanargmax(x: TensorLike, options?: ReduceOptions | Axis): TensorVariable {
  return placeOf(x, options, nanmax);
}

/** The place (int64) of the first smallest element that is not NaN; 0 where there is none. */
export function nanargmin<X extends TensorLike, const O extends AnyReduceOptions | Axis = null>(
  x: X,
  options?: ReduceArgument<O, RankOf<X>, ReduceOptions>,
): TensorVariable<"int64", ReducedRank<RankOf<X>, O>>;
export function nanargmin(x: TensorLike, options?: ReduceOptions | Axis): TensorVariable {
  return placeOf(x, options, nanmin as typeof nanmax);
}

const withoutNaN = (x: TensorLike, value: number): TensorVariable => {
  const v = asTensor(x);
  return isDiscrete(v.dtype) ? v : switch_(isnan(v), value, v);
};

/** As `cumsum`, NaN counting as 0. */
export function nancumsum<X extends TensorLike, const O extends CumulativeOptions | number | null = null>(
  x: X,
  options?: O,
): TensorVariable<DTypeOf<X>, FlattenedRank<RankOf<X>, O>>;
export function nancumsum(x: TensorLike, options?: CumulativeOptions | number | null): TensorVariable {
  return cumsum(withoutNaN(x, 0), options);
}

/** As `cumprod`, NaN counting as 1. */
export function nancumprod<X extends TensorLike, const O extends CumulativeOptions | number | null = null>(
  x: X,
  options?: O,
): TensorVariable<DTypeOf<X>, FlattenedRank<RankOf<X>, O>>;
export function nancumprod(x: TensorLike, options?: CumulativeOptions | number | null): TensorVariable {
  return cumprod(withoutNaN(x, 1), options);
}
