/** Reductions of tensors: `T.sum`, `T.mean`, `T.argmax`, ... All take an axis, a list of axes, or none for all. */
import { config } from "../config/config.ts";
import { isDiscrete, parseDType, realOf, type DType } from "../dtype.ts";
import { ArgumentError, ValueError } from "../errors.ts";
import { asTensor } from "./constant.ts";
import { dimshuffle } from "./dimshuffle.ts";
import {
  abs,
  add,
  cast,
  div,
  exp,
  isclose,
  isinf,
  log,
  neq,
  pow,
  sqr,
  sqrt,
  sub,
  switch_,
  type IscloseOptions,
} from "./math.ts";
import { withoutIntegers } from "./withoutIntegers.ts";
import { All, Any, Prod, Sum, accumulatorOf, keepAxes, widened, type CAReduce } from "./reduce.ts";
import { Argmax, Argmin, Max, Min } from "./extremumOps.ts";
import { optionsOf } from "./options.ts";
import { shapeI } from "./shape.ts";
import { normalizeAxes, sizeProduct } from "./sizes.ts";
import type {
  Axis,
  DTypeOf,
  DtypeOption,
  MeanOf,
  RankOf,
  RealOf,
  ReduceArgument,
  ReducedRank,
  SpreadOf,
  SumOf,
} from "./typing.ts";
import type { TensorLike, TensorVariable } from "./variable.ts";
import type { FloatKept, NormRank } from "./functionTyping.ts";

export { Argmax, Argmin, Max, Min } from "./extremumOps.ts";
export { All, Any, CAReduce, Prod, Sum } from "./reduce.ts";

export type { Axis } from "./typing.ts";

export interface ReduceOptions {
  readonly axis?: Axis;
  /** Leave the reduced axes with size 1. */
  readonly keepdims?: boolean;
}

export interface SumOptions extends ReduceOptions {
  /** The dtype of the result. */
  readonly dtype?: DType;
  /** The dtype in which elements are added up. */
  readonly accDtype?: DType;
}

function axesOf(x: TensorVariable, axis: Axis | undefined, op: string): number[] {
  if (axis === undefined || axis === null) return x.type.shape.map((_, i) => i);
  const list = typeof axis === "number" ? [axis] : axis;
  if (!Array.isArray(list)) {
    throw new ArgumentError(`${op}: axis must be a number, a list of numbers or null.`, { op });
  }
  return normalizeAxes(list, x.ndim, op).sort((a, b) => a - b);
}

function reduce(
  x: TensorLike,
  given: ReduceOptions | Axis | undefined,
  op: string,
  make: (axes: readonly number[]) => CAReduce,
): TensorVariable {
  const v = asTensor(x);
  const options = optionsOf<ReduceOptions, "axis">(given, "axis");
  const axes = axesOf(v, options.axis, op);
  const result = make(axes).call(v) as TensorVariable;
  return options.keepdims === true ? keepAxes(result, axes, v.ndim) : result;
}

function optionalDtype(d: DType | undefined): DType | undefined {
  return d === undefined ? undefined : parseDType(d);
}

/** What differs from the dtypes that a sum has by itself: so that equal sums are one node. */
function accumulationDtypes(input: DType, options: SumOptions): [DType | undefined, DType | undefined] {
  const usual = widened(input);
  const out = optionalDtype(options.dtype) ?? usual;
  const acc = optionalDtype(options.accDtype) ?? accumulatorOf(out);
  return [out === usual ? undefined : out, acc === accumulatorOf(out) ? undefined : acc];
}

/** The sum of elements. Integers add up in 64 bits, float16 in float32. Of nothing: 0. As bool: is any not zero? */
export function sum<X extends TensorLike, const O extends AnyReduceOptions | Axis = null>(
  x: X,
  options?: ReduceArgument<O, RankOf<X>, SumOptions>,
): TensorVariable<DtypeOption<O, SumOf<DTypeOf<X>>>, ReducedRank<RankOf<X>, O>>;
export function sum(x: TensorLike, given?: SumOptions | Axis): TensorVariable {
  const options = optionsOf<SumOptions, "axis">(given, "axis");
  if (options.dtype === "bool") return any(x, options);
  const [dtype, acc] = accumulationDtypes(asTensor(x).dtype, options);
  return reduce(x, options, "sum", (axes) => new Sum(axes, dtype, acc));
}

/** The product of elements. Of nothing: 1. As bool: is none zero? */
export function prod<X extends TensorLike, const O extends AnyReduceOptions | Axis = null>(
  x: X,
  options?: ReduceArgument<O, RankOf<X>, SumOptions>,
): TensorVariable<DtypeOption<O, SumOf<DTypeOf<X>>>, ReducedRank<RankOf<X>, O>>;
export function prod(x: TensorLike, given?: SumOptions | Axis): TensorVariable {
  const options = optionsOf<SumOptions, "axis">(given, "axis");
  if (options.dtype === "bool") return all(x, options);
  const [dtype, acc] = accumulationDtypes(asTensor(x).dtype, options);
  return reduce(x, options, "prod", (axes) => new Prod(axes, dtype, acc));
}

/** The largest element; NaN if there is one. @throws ValueError at run time for nothing */
export function max<X extends TensorLike, const O extends AnyReduceOptions | Axis = null>(
  x: X,
  options?: ReduceArgument<O, RankOf<X>, ReduceOptions>,
): TensorVariable<DTypeOf<X>, ReducedRank<RankOf<X>, O>>;
export function max(x: TensorLike, options?: ReduceOptions | Axis): TensorVariable {
  return reduce(x, options, "max", (axes) => new Max(axes));
}

/** The smallest element; NaN if there is one. @throws ValueError at run time for nothing */
export function min<X extends TensorLike, const O extends AnyReduceOptions | Axis = null>(
  x: X,
  options?: ReduceArgument<O, RankOf<X>, ReduceOptions>,
): TensorVariable<DTypeOf<X>, ReducedRank<RankOf<X>, O>>;
export function min(x: TensorLike, options?: ReduceOptions | Axis): TensorVariable {
  return reduce(x, options, "min", (axes) => new Min(axes));
}

/** The position (int64) of the first largest element; over several axes, counted in C order. */
export function argmax<X extends TensorLike, const O extends AnyReduceOptions | Axis = null>(
  x: X,
  options?: ReduceArgument<O, RankOf<X>, ReduceOptions>,
): TensorVariable<"int64", ReducedRank<RankOf<X>, O>>;
export function argmax(x: TensorLike, options?: ReduceOptions | Axis): TensorVariable {
  return reduce(x, options, "argmax", (axes) => new Argmax(axes));
}

/** The position (int64) of the first smallest element. */
export function argmin<X extends TensorLike, const O extends AnyReduceOptions | Axis = null>(
  x: X,
  options?: ReduceArgument<O, RankOf<X>, ReduceOptions>,
): TensorVariable<"int64", ReducedRank<RankOf<X>, O>>;
export function argmin(x: TensorLike, options?: ReduceOptions | Axis): TensorVariable {
  return reduce(x, options, "argmin", (axes) => new Argmin(axes));
}

/** `[max, argmax]`. */
export function maxAndArgmax<X extends TensorLike, const O extends AnyReduceOptions | Axis = null>(
  x: X,
  options?: ReduceArgument<O, RankOf<X>, ReduceOptions>,
): [TensorVariable<DTypeOf<X>, ReducedRank<RankOf<X>, O>>, TensorVariable<"int64", ReducedRank<RankOf<X>, O>>];
export function maxAndArgmax(x: TensorLike, options?: ReduceOptions | Axis): [TensorVariable, TensorVariable] {
  return [max(x, options), argmax(x, options)];
}

/** Are all elements different from zero? */
export function all<X extends TensorLike, const O extends AnyReduceOptions | Axis = null>(
  x: X,
  options?: ReduceArgument<O, RankOf<X>, ReduceOptions>,
): TensorVariable<"bool", ReducedRank<RankOf<X>, O>>;
export function all(x: TensorLike, options?: ReduceOptions | Axis): TensorVariable {
  return reduce(x, options, "all", (axes) => new All(axes));
}

/** Is any element different from zero? */
export function any<X extends TensorLike, const O extends AnyReduceOptions | Axis = null>(
  x: X,
  options?: ReduceArgument<O, RankOf<X>, ReduceOptions>,
): TensorVariable<"bool", ReducedRank<RankOf<X>, O>>;
export function any(x: TensorLike, options?: ReduceOptions | Axis): TensorVariable {
  return reduce(x, options, "any", (axes) => new Any(axes));
}

/** Are all elements close? A bool scalar; see `isclose`. */
export function allclose(x: TensorLike, y: TensorLike, options?: IscloseOptions): TensorVariable<"bool", 0>;
export function allclose(x: TensorLike, y: TensorLike, options: IscloseOptions = {}): TensorVariable {
  return all(isclose(x, y, options));
}

/** How many elements are combined, as a scalar of `dtype`. */
function countOf(v: TensorVariable, axes: readonly number[], dtype: DType): TensorVariable {
  return cast(sizeProduct(axes.map((a) => shapeI(v, a))), dtype);
}

/** The arithmetic mean; of integers in float64. Of nothing: NaN. */
export function mean<X extends TensorLike, const O extends AnyReduceOptions | Axis = null>(
  x: X,
  options?: ReduceArgument<O, RankOf<X>, SumOptions>,
): TensorVariable<DtypeOption<O, MeanOf<DTypeOf<X>>>, ReducedRank<RankOf<X>, O>>;
export function mean(x: TensorLike, given?: SumOptions | Axis): TensorVariable {
  const options = optionsOf<SumOptions, "axis">(given, "axis");
  const v = asTensor(x);
  const axes = axesOf(v, options.axis, "mean");
  const dtype = options.dtype ?? (isDiscrete(v.dtype) ? "float64" : v.dtype);
  const source = isDiscrete(v.dtype) ? cast(v, dtype) : v;
  const inner: SumOptions = {
    axis: axes,
    dtype: dtype === "float16" ? "float32" : dtype,
    ...(options.keepdims === undefined ? {} : { keepdims: options.keepdims }),
    ...(options.accDtype === undefined ? {} : { accDtype: options.accDtype }),
  };
  const total = sum(source, inner);
  return cast(div(total, countOf(v, axes, realOf(total.dtype))), dtype);
}

export interface VarOptions extends ReduceOptions {
  /** Subtracted from the count in the divisor (default 0). */
  readonly ddof?: number;
  /** Correct the rounding error of the mean by a second pass. */
  readonly corrected?: boolean;
}

/** The variance: the mean of squared distances from the mean. */
export function variance<X extends TensorLike, const O extends AnyReduceOptions | Axis = null>(
  x: X,
  options?: ReduceArgument<O, RankOf<X>, VarOptions>,
): TensorVariable<SpreadOf<DTypeOf<X>>, ReducedRank<RankOf<X>, O>>;
export function variance(x: TensorLike, given?: VarOptions | Axis): TensorVariable {
  const options = optionsOf<VarOptions, "axis">(given, "axis");
  const v = withoutIntegers(x);
  const axes = axesOf(v, options.axis, "var");
  const keep = options.keepdims === undefined ? {} : { keepdims: options.keepdims };
  const distance = sub(v, mean(v, { axis: axes, keepdims: true }));
  const ddof = options.ddof ?? 0;
  const square = sum(sqr(abs(distance)), { axis: axes, ...keep });
  const count = countOf(v, axes, square.dtype);
  const divisor = ddof === 0 ? count : sub(count, ddof);
  if (options.corrected !== true) return div(square, divisor);
  const residue = sqr(sum(distance, { axis: axes, ...keep }));
  return div(sub(square, div(residue, count)), divisor);
}

/** The standard deviation, the root of the variance. */
export function std<X extends TensorLike, const O extends AnyReduceOptions | Axis = null>(
  x: X,
  options?: ReduceArgument<O, RankOf<X>, VarOptions>,
): TensorVariable<SpreadOf<DTypeOf<X>>, ReducedRank<RankOf<X>, O>>;
export function std(x: TensorLike, options?: VarOptions | Axis): TensorVariable {
  return sqrt(variance(x, options));
}

/** Largest minus smallest element. */
export function ptp<X extends TensorLike, const O extends AnyReduceOptions | Axis = null>(
  x: X,
  options?: ReduceArgument<O, RankOf<X>, ReduceOptions>,
): TensorVariable<DTypeOf<X>, ReducedRank<RankOf<X>, O>>;
export function ptp(x: TensorLike, options?: ReduceOptions | Axis): TensorVariable {
  return sub(max(x, options), min(x, options));
}

export interface NormOptions extends ReduceOptions {
  /** The exponent p (default 2); 0 counts what is not zero, Infinity gives the largest magnitude. */
  readonly ord?: number;
  /** Theano's name for `ord`. */
  readonly L?: number;
}

/** What some reduction takes. One type for all, so that a function chosen among several can still be called. */
export type AnyReduceOptions = SumOptions & VarOptions;

/**
 * The p-norm of the elements along the axes.
 * @param p the exponent, or all options
 */
export function norm<X extends TensorLike, const O extends NormOptions | number = 2>(
  x: X,
  p?: O,
): TensorVariable<FloatKept<RealOf<DTypeOf<X>>>, NormRank<RankOf<X>, O>>;
export function norm<X extends TensorLike, const M extends ReduceOptions>(
  x: X,
  p: number,
  more: M,
): TensorVariable<FloatKept<RealOf<DTypeOf<X>>>, ReducedRank<RankOf<X>, M>>;
export function norm(x: TensorLike, p?: NormOptions | number, more?: ReduceOptions): TensorVariable;
export function norm(x: TensorLike, p?: NormOptions | number, more: ReduceOptions = {}): TensorVariable {
  const options: NormOptions = { ...optionsOf<NormOptions, "ord">(p, "ord"), ...more };
  const ord = options.ord ?? options.L ?? 2;
  if (typeof ord !== "number" || Number.isNaN(ord)) {
    throw new ValueError(`norm: the exponent must be a number, got ${String(ord)}.`, { op: "norm" });
  }
  const given = asTensor(x);
  const v = isDiscrete(given.dtype) ? cast(given, config.floatX) : given;
  if (ord === 0) return sum(cast(neq(v, 0), realOf(v.dtype)), options);
  if (ord === Infinity) return max(abs(v), options);
  if (ord === -Infinity) return min(abs(v), options);
  if (ord === 1) return sum(abs(v), options);
  if (ord === 2) return sqrt(sum(sqr(abs(v)), options));
  return pow(sum(pow(abs(v), ord), options), 1 / ord);
}

/** log(sum(exp(x))) without overflow. */
export function logsumexp<X extends TensorLike, const O extends AnyReduceOptions | Axis = null>(
  x: X,
  options?: ReduceArgument<O, RankOf<X>, ReduceOptions>,
): TensorVariable<MeanOf<DTypeOf<X>>, ReducedRank<RankOf<X>, O>>;
export function logsumexp(x: TensorLike, given?: ReduceOptions | Axis): TensorVariable {
  const options = optionsOf<ReduceOptions, "axis">(given, "axis");
  const v = withoutIntegers(x);
  const axes = axesOf(v, options.axis, "logsumexp");
  const top = max(v, { axis: axes, keepdims: true });
  // An infinite maximum must not be subtracted from itself.
  const shift = switch_(isinf(top), 0, top);
  const total = log(sum(exp(sub(v, shift)), { axis: axes, keepdims: true }));
  const result = add(total, shift);
  if (options.keepdims === true) return result;
  return dimshuffle(
    result,
    result.type.shape.map((_, i) => i).filter((i) => !axes.includes(i)),
  );
}
