/** Quantiles and medians, of all elements or of those that are not NaN. */
import { isComplex, type DType } from "../dtype.ts";
import { ArgumentError, DtypeError, RankError, ValueError } from "../errors.ts";
import { expandDims } from "./axes.ts";
import { asTensor } from "./constant.ts";
import { dimshuffle } from "./dimshuffle.ts";
import { join } from "./join.ts";
import {
  add,
  cast,
  ceil,
  div,
  floor,
  ge,
  invert,
  isnan,
  maximum,
  mul,
  neq,
  roundHalfToEven,
  sub,
  switch_,
} from "./math.ts";
import { withoutIntegers } from "./withoutIntegers.ts";
import { takeAlongAxis } from "./numeric.ts";
import { optionsOf } from "./options.ts";
import { mean, sum, type AnyReduceOptions, type Axis, type ReduceOptions } from "./reduction.ts";
import { reshape } from "./reshape.ts";
import { operand, shape as shapeOf, shapeI } from "./shape.ts";
import { normalizeAxes, sizeProduct } from "./sizes.ts";
import { sort } from "./sort.ts";
import { at, take } from "./subtensor/index.ts";
import type { Plus } from "./indexTyping.ts";
import type { DTypeOf, MeanOf, RankOf, ReduceArgument, ReducedRank } from "./typing.ts";
import type { TensorLike, TensorVariable } from "./variable.ts";

/** Between two elements: in proportion, the one below or above, their mean, or the nearer one. */
export type QuantileMethod = "linear" | "lower" | "higher" | "midpoint" | "nearest";

export interface QuantileOptions extends ReduceOptions {
  readonly method?: QuantileMethod;
}

/** The axes to reduce as one last axis, sorted; and where axes of size 1 have to be put back. */
function sortedLast(v: TensorVariable, axis: Axis | undefined, op: string): { lines: TensorVariable; axes: number[] } {
  const every = Array.from({ length: v.ndim }, (_, k) => k);
  const given = axis === undefined || axis === null ? every : typeof axis === "number" ? [axis] : axis;
  const axes = normalizeAxes(given, v.ndim, op).sort((a, b) => a - b);
  const rest = every.filter((k) => !axes.includes(k));
  const moved = dimshuffle(v, [...rest, ...axes]);
  const sizes = shapeOf(v);
  const lines =
    axes.length === 1
      ? moved
      : reshape(moved, [...rest.map((k) => sizes[k]!), sizeProduct(axes.map((k) => sizes[k]!))], {
          ndim: rest.length + 1,
        });
  return { lines: sort(lines), axes };
}

/**
 * The value below which a part `q` (from 0 to 1; a number, or a vector of them, whose axis comes first) of the elements lies, along an
 * axis, several or all. NaN where an element is NaN. Integers give float64.
 * @throws ValueError for a number outside [0, 1], DtypeError for complex numbers, AxisError for an axis out of range, IndexError at run
 * time where there is no element
 */
export function quantile<X extends TensorLike, Q extends TensorLike, const O extends QuantileOptions | Axis = null>(
  x: X,
  q: Q,
  options?: O,
): TensorVariable<MeanOf<DTypeOf<X>>, Plus<ReducedRank<RankOf<X>, O>, RankOf<Q>>>;
export function quantile(x: TensorLike, q: TensorLike, options?: QuantileOptions | Axis): TensorVariable {
  return quantileOf(x, q, optionsOf<QuantileOptions, "axis">(options, "axis"), "quantile", 1);
}

/**
 * As {@link quantile}, with parts in percent.
 * @example
 * ```ts
 * import { tensor as T } from "theano";
 * console.log(String(T.percentile([1, 2, 3, 10], [0, 50, 100]).eval())); // [ 1.   2.5 10. ]
 * ```
 */
export function percentile<X extends TensorLike, Q extends TensorLike, const O extends QuantileOptions | Axis = null>(
  x: X,
  q: Q,
  options?: O,
): TensorVariable<MeanOf<DTypeOf<X>>, Plus<ReducedRank<RankOf<X>, O>, RankOf<Q>>>;
export function percentile(x: TensorLike, q: TensorLike, options?: QuantileOptions | Axis): TensorVariable {
  return quantileOf(x, q, optionsOf<QuantileOptions, "axis">(options, "axis"), "percentile", 100);
}

type Details = { readonly op: string; readonly inputs: readonly ReturnType<typeof operand>[] };

/** The parts as numbers from 0 to 1, in double precision: they decide between elements. */
function partsOf(q: TensorLike, whole: number, details: Details): TensorVariable {
  const numbers = typeof q === "number" ? [q] : Array.isArray(q) ? (q as readonly unknown[]) : [];
  if (numbers.some((p) => typeof p === "number" && !(p >= 0 && p <= whole))) {
    throw new ValueError(`${details.op}: expected numbers from 0 to ${whole}, got ${String(q)}.`, details);
  }
  const parts = div(cast(asTensor(q, "float64"), "float64"), whole);
  if (parts.ndim <= 1) return parts;
  throw new RankError(`${details.op}: expected a number or a vector of them, got rank ${parts.ndim}.`, details);
}

/** What can be ordered and interpolated: floats. */
function orderedFloats(x: TensorLike, op: string): TensorVariable {
  const v = asTensor(x);
  if (!isComplex(v.dtype)) return withoutIntegers(v);
  throw new DtypeError(`${op}: there is no order on complex numbers.`, { op, inputs: [operand(v)] });
}

function quantileOf(x: TensorLike, q: TensorLike, options: QuantileOptions, op: string, whole: number): TensorVariable {
  const v = orderedFloats(x, op);
  const parts = partsOf(q, whole, { op, inputs: [operand(v)] });
  const { lines, axes } = sortedLast(v, options.axis, op);
  const last = sub(cast(shapeI(lines, lines.ndim - 1), "float64"), 1);
  const element = (p: TensorVariable): TensorVariable => take(lines, cast(p, "int64"), { axis: lines.ndim - 1 });
  const out = between(element, lines.dtype, mul(parts, last), options.method ?? "linear", op);
  const isNaN = isnan(at(lines, "...", -1));
  // The axis of the parts is the last one here.
  const wide = parts.ndim === 1 ? dimshuffle(isNaN, [...Array(isNaN.ndim).keys(), "x"]) : isNaN;
  return arranged(switch_(wide, NaN, out), parts, axes, options);
}

interface Line {
  readonly element: (place: TensorVariable) => TensorVariable;
  readonly position: TensorVariable;
  readonly dtype: DType;
  readonly axes: readonly number[];
}

/** The elements that are not NaN: sorted, they come first. Where there is none, the first element is NaN. */
function numbersInOrder(v: TensorVariable, parts: TensorVariable, axis: Axis | undefined, op: string): Line {
  const { lines, axes } = sortedLast(v, axis, op);
  const count = sum(cast(invert(isnan(lines)), "float64"), { axis: -1, keepdims: true });
  const row = dimshuffle(parts, [...Array<"x">(lines.ndim - 1).fill("x"), parts.ndim === 1 ? 0 : "x"]);
  const position = mul(row, maximum(sub(count, 1), 0));
  const element = (p: TensorVariable): TensorVariable => takeAlongAxis(lines, cast(p, "int64"), -1);
  return { element, position, dtype: lines.dtype, axes };
}

function nanquantileOf(
  x: TensorLike,
  q: TensorLike,
  options: QuantileOptions,
  op: string,
  whole: number,
): TensorVariable {
  const v = orderedFloats(x, op);
  const parts = partsOf(q, whole, { op, inputs: [operand(v)] });
  const { element, position, dtype, axes } = numbersInOrder(v, parts, options.axis, op);
  const out = between(element, dtype, position, options.method ?? "linear", op);
  return arranged(parts.ndim === 1 ? out : at(out, "...", 0), parts, axes, options);
}

/** The axis of the parts, the last one, in front; axes of size 1 for those that were reduced. */
function arranged(
  out: TensorVariable,
  parts: TensorVariable,
  axes: readonly number[],
  { keepdims }: QuantileOptions,
): TensorVariable {
  const turned = parts.ndim === 1 ? dimshuffle(out, [out.ndim - 1, ...Array(out.ndim - 1).keys()]) : out;
  if (keepdims !== true) return turned;
  return expandDims(
    turned,
    axes.map((k) => k + parts.ndim),
  );
}

/** Elements of a dtype at fractional positions; `element` has those at whole ones. */
function between(
  element: (place: TensorVariable) => TensorVariable,
  dtype: DType,
  position: TensorVariable,
  method: QuantileMethod,
  op: string,
): TensorVariable {
  const [low, high] = [floor(position), ceil(position)];
  switch (method) {
    case "lower":
      return element(low);
    case "higher":
      return element(high);
    case "nearest":
      return element(roundHalfToEven(position));
    case "midpoint":
    case "linear": {
      const [a, b] = [element(low), element(high)];
      // A half only between two elements: midpoint of an element with itself is that element.
      const t = method === "midpoint" ? cast(mul(neq(low, high), 0.5), dtype) : cast(sub(position, low), dtype);
      const span = sub(b, a);
      // From the nearer end, so that both ends are met exactly.
      return switch_(ge(t, 0.5), sub(b, mul(span, sub(1, t))), add(a, mul(span, t)));
    }
    default:
      throw new ArgumentError(
        `${op}: method must be "linear", "lower", "higher", "midpoint" or "nearest", got ${String(method)}.`,
        { op },
      );
  }
}

/** As {@link quantile}, of the elements that are not NaN; NaN where there is none. */
export function nanquantile<X extends TensorLike, Q extends TensorLike, const O extends QuantileOptions | Axis = null>(
  x: X,
  q: Q,
  options?: O,
): TensorVariable<MeanOf<DTypeOf<X>>, Plus<ReducedRank<RankOf<X>, O>, RankOf<Q>>>;
export function nanquantile(x: TensorLike, q: TensorLike, options?: QuantileOptions | Axis): TensorVariable {
  return nanquantileOf(x, q, optionsOf<QuantileOptions, "axis">(options, "axis"), "nanquantile", 1);
}

/** As {@link percentile}, of the elements that are not NaN; NaN where there is none. */
export function nanpercentile<
  X extends TensorLike,
  Q extends TensorLike,
  const O extends QuantileOptions | Axis = null,
>(x: X, q: Q, options?: O): TensorVariable<MeanOf<DTypeOf<X>>, Plus<ReducedRank<RankOf<X>, O>, RankOf<Q>>>;
export function nanpercentile(x: TensorLike, q: TensorLike, options?: QuantileOptions | Axis): TensorVariable {
  return nanquantileOf(x, q, optionsOf<QuantileOptions, "axis">(options, "axis"), "nanpercentile", 100);
}

/**
 * The middle one of the elements that are not NaN, the mean of the two middle ones where their number is even; NaN where there is none.
 * @example
 * ```ts
 * import { tensor as T } from "theano";
 * console.log(String(T.nanmedian([[1, NaN, 4], [NaN, 2, 9]], 1).eval())); // [2.5 5.5]
 * ```
 */
export function nanmedian<X extends TensorLike, const O extends AnyReduceOptions | Axis = null>(
  x: X,
  options?: ReduceArgument<O, RankOf<X>, ReduceOptions>,
): TensorVariable<MeanOf<DTypeOf<X>>, ReducedRank<RankOf<X>, O>>;
export function nanmedian(x: TensorLike, options?: ReduceOptions | Axis): TensorVariable {
  const given = optionsOf<ReduceOptions, "axis">(options, "axis");
  const half = asTensor(0.5, "float64");
  const { element, position, axes } = numbersInOrder(orderedFloats(x, "nanmedian"), half, given.axis, "nanmedian");
  const out = mean(stackTwo(element(floor(position)), element(ceil(position))), 0);
  return arranged(at(out, "...", 0), half, axes, given);
}

/** The middle element along an axis, several or all, the mean of the two middle ones where their number is even; see {@link quantile}. */
export function median<X extends TensorLike, const O extends AnyReduceOptions | Axis = null>(
  x: X,
  options?: ReduceArgument<O, RankOf<X>, ReduceOptions>,
): TensorVariable<MeanOf<DTypeOf<X>>, ReducedRank<RankOf<X>, O>>;
export function median(x: TensorLike, options?: ReduceOptions | Axis): TensorVariable {
  const { axis, keepdims } = optionsOf<ReduceOptions, "axis">(options, "axis");
  const { lines, axes } = sortedLast(orderedFloats(x, "median"), axis, "median");
  const n = shapeI(lines, lines.ndim - 1);
  const element = (p: TensorVariable): TensorVariable => at(lines, "...", p);
  const [low, high] = [element(div2(sub(n, 1))), element(div2(n))];
  const out = switch_(isnan(element(asTensor(-1, "int64"))), NaN, mean(stackTwo(low, high), 0));
  return keepdims === true ? expandDims(out, axes) : out;
}

const div2 = (n: TensorVariable): TensorVariable => cast(floor(div(n, 2)), "int64");

function stackTwo(a: TensorVariable, b: TensorVariable): TensorVariable {
  const lead = (v: TensorVariable): TensorVariable => dimshuffle(v, ["x", ...Array(v.ndim).keys()]);
  return join(0, lead(a), lead(b));
}
