/** Quantiles, weighted means, covariance, counts. */
import { isComplex, isDiscrete, type DType } from "../dtype.ts";
import { ArgumentError, DtypeError, RankError, ShapeMismatchError, ValueError } from "../errors.ts";
import { asTensor } from "./constant.ts";
import { dimshuffle, normalizeAxisOf } from "./dimshuffle.ts";
import { dot } from "./dot.ts";
import { join } from "./join.ts";
import { atleast2d } from "./layout.ts";
import {
  add,
  cast,
  ceil,
  conj,
  div,
  floor,
  ge,
  isnan,
  maximum,
  mul,
  neq,
  real,
  roundHalfToEven,
  sqrt,
  sub,
  switch_,
} from "./math.ts";
import { mean, sum, type AnyReduceOptions, type Axis, type ReduceOptions } from "./reduction.ts";
import { optionsOf } from "./options.ts";
import { reshape } from "./reshape.ts";
import { operand, shape as shapeOf, shapeI } from "./shape.ts";
import { expandDims } from "./axes.ts";
import { normalizeAxes, sizeProduct } from "./sizes.ts";
import { sort } from "./sort.ts";
import { at, diagonal, take } from "./subtensor/index.ts";
import type { TensorLike, TensorVariable } from "./variable.ts";
import type { Plus } from "./indexTyping.ts";
import type { DTypeOf, MeanOf, RankOf, ReduceArgument, ReducedRank } from "./typing.ts";

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

function quantileOf(x: TensorLike, q: TensorLike, options: QuantileOptions, op: string, whole: number): TensorVariable {
  const given = asTensor(x);
  const details = { op, inputs: [operand(given)] };
  if (isComplex(given.dtype)) throw new DtypeError(`${op}: there is no order on complex numbers.`, details);
  const v = isDiscrete(given.dtype) ? cast(given, "float64") : given;
  const numbers = typeof q === "number" ? [q] : Array.isArray(q) ? (q as readonly unknown[]) : [];
  if (numbers.some((p) => typeof p === "number" && !(p >= 0 && p <= whole))) {
    throw new ValueError(`${op}: expected numbers from 0 to ${whole}, got ${String(q)}.`, details);
  }
  // Positions are computed in double precision: their parts decide between elements.
  const parts = div(cast(asTensor(q, "float64"), "float64"), whole);
  if (parts.ndim > 1)
    throw new RankError(`${op}: expected a number or a vector of them, got rank ${parts.ndim}.`, details);
  const { lines, axes } = sortedLast(v, options.axis, op);
  const last = sub(cast(shapeI(lines, lines.ndim - 1), "float64"), 1);
  const position = mul(parts, last);
  let out = between(lines, position, options.method ?? "linear", op);
  const isNaN = isnan(at(lines, "...", -1));
  // The axis of the parts is the last one until here.
  if (parts.ndim === 1) {
    out = switch_(dimshuffle(isNaN, [...Array(isNaN.ndim).keys(), "x"]), NaN, out);
    out = dimshuffle(out, [out.ndim - 1, ...Array(out.ndim - 1).keys()]);
  } else out = switch_(isNaN, NaN, out);
  const kept = cast(out, v.dtype);
  return options.keepdims === true
    ? expandDims(
        kept,
        axes.map((k) => k + parts.ndim),
      )
    : kept;
}

/** Elements of the last axis at fractional positions. */
function between(lines: TensorVariable, position: TensorVariable, method: QuantileMethod, op: string): TensorVariable {
  const element = (p: TensorVariable): TensorVariable => take(lines, cast(p, "int64"), { axis: lines.ndim - 1 });
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
      const t =
        method === "midpoint" ? cast(mul(neq(low, high), 0.5), lines.dtype) : cast(sub(position, low), lines.dtype);
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

/** The middle element along an axis, several or all, the mean of the two middle ones where their number is even; see {@link quantile}. */
export function median<X extends TensorLike, const O extends AnyReduceOptions | Axis = null>(
  x: X,
  options?: ReduceArgument<O, RankOf<X>, ReduceOptions>,
): TensorVariable<MeanOf<DTypeOf<X>>, ReducedRank<RankOf<X>, O>>;
export function median(x: TensorLike, options?: ReduceOptions | Axis): TensorVariable {
  const v = asTensor(x);
  const { axis, keepdims } = optionsOf<ReduceOptions, "axis">(options, "axis");
  if (isComplex(v.dtype)) {
    throw new DtypeError("median: there is no order on complex numbers.", { op: "median", inputs: [operand(v)] });
  }
  const { lines, axes } = sortedLast(isDiscrete(v.dtype) ? cast(v, "float64") : v, axis, "median");
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

export interface AverageOptions extends ReduceOptions {
  /** In the shape of `x`, or a vector along the one axis given. Without them the mean. */
  readonly weights?: TensorLike | null;
}

/** The mean, each element counting as much as its weight. */
export function average<X extends TensorLike>(x: X): TensorVariable<MeanOf<DTypeOf<X>>, 0>;
export function average<X extends TensorLike, const O extends AverageOptions = {}>(
  x: X,
  options?: O,
): TensorVariable<DType, ReducedRank<RankOf<X>, O>>;
export function average(x: TensorLike, options: AverageOptions = {}): TensorVariable {
  const { weights = null, ...others } = options;
  const v = asTensor(x);
  if (weights === null) return mean(v, others);
  let w = asTensor(weights);
  if (w.ndim !== v.ndim) {
    const { axis } = others;
    if (w.ndim !== 1 || typeof axis !== "number") {
      throw new ShapeMismatchError("average: weights must have the shape of x, or be a vector along one axis.", {
        op: "average",
        inputs: [operand(v), operand(w)],
      });
    }
    const k = normalizeAxisOf(axis, v.ndim, "average");
    w = dimshuffle(
      w,
      Array.from({ length: v.ndim }, (_, i) => (i === k ? 0 : "x")),
    );
  }
  const product = mul(v, w);
  return div(sum(product, others), sum(add(w, mul(product, 0)), others));
}

export interface CovOptions {
  /** More variables, below those of the first tensor. */
  readonly y?: TensorLike | null;
  /** Are rows variables and columns observations? Default true; false the other way round. */
  readonly rowvar?: boolean;
  /** Divide by the number of observations; default false: by one less. */
  readonly bias?: boolean;
  /** What is subtracted from the number of observations, whatever `bias` says. */
  readonly ddof?: number | null;
  /** How often each observation was made. */
  readonly fweights?: TensorLike | null;
  /** How much each observation counts. */
  readonly aweights?: TensorLike | null;
}

/** The covariance matrix of variables. @throws RankError for more than two axes */
export function cov<X extends TensorLike>(m: X): TensorVariable<MeanOf<DTypeOf<X>>, 2>;
export function cov(m: TensorLike, options?: CovOptions): TensorVariable<DType, 2>;
export function cov(m: TensorLike, options: CovOptions = {}): TensorVariable {
  const { y = null, rowvar = true, bias = false, fweights = null, aweights = null } = options;
  const ddof = options.ddof ?? (bias ? 0 : 1);
  if (!Number.isInteger(ddof)) throw new ValueError(`cov: ddof must be a whole number, got ${ddof}.`, { op: "cov" });
  const variables = (given: TensorLike): TensorVariable => {
    const v = asTensor(given);
    if (v.ndim > 2)
      throw new RankError(`cov: expected a matrix, got rank ${v.ndim}.`, { op: "cov", inputs: [operand(v)] });
    const matrix = atleast2d(isDiscrete(v.dtype) ? cast(v, "float64") : v);
    return !rowvar && v.ndim === 2 ? dimshuffle(matrix, [1, 0]) : matrix;
  };
  const x = y === null ? variables(m) : join(0, variables(m), variables(y));
  const [f, a] = [fweights, aweights].map((w) => (w === null ? null : asTensor(w)));
  const weights = f === null || f === undefined ? a : a === null || a === undefined ? f : mul(f, a);
  if (weights === null || weights === undefined) {
    const centred = sub(x, mean(x, { axis: 1, keepdims: true }));
    const n = cast(shapeI(x, 1), realOf(x.dtype));
    return div(dot(centred, dimshuffle(conj(centred), [1, 0])), maximum(sub(n, ddof), 0));
  }
  const w = cast(weights, realOf(x.dtype));
  const total = sum(w);
  const row = dimshuffle(w, ["x", 0]);
  const centred = sub(x, div(sum(mul(x, row), { axis: 1, keepdims: true }), total));
  const square = a === null || a === undefined ? total : div(sum(mul(w, cast(a, w.dtype))), total);
  const factor = a === null || a === undefined ? sub(total, ddof) : sub(total, mul(square, ddof));
  return div(dot(mul(centred, row), dimshuffle(conj(centred), [1, 0])), maximum(factor, 0));
}

const realOf = (dtype: DType): DType =>
  dtype === "complex64" ? "float32" : dtype === "complex128" ? "float64" : dtype;

/** The matrix of Pearson's correlation coefficients; see {@link cov}. */
export function corrcoef<X extends TensorLike>(m: X): TensorVariable<MeanOf<DTypeOf<X>>, 2>;
export function corrcoef(m: TensorLike, options?: Pick<CovOptions, "y" | "rowvar">): TensorVariable<DType, 2>;
export function corrcoef(m: TensorLike, options: Pick<CovOptions, "y" | "rowvar"> = {}): TensorVariable {
  const c = cov(m, options);
  const deviation = sqrt(real(diagonal(c)));
  return div(div(c, dimshuffle(deviation, [0, "x"])), dimshuffle(deviation, ["x", 0]));
}

/** How many elements are not zero, along an axis, several or all: int64. */
export function countNonzero<X extends TensorLike, const O extends AnyReduceOptions | Axis = null>(
  x: X,
  options?: ReduceArgument<O, RankOf<X>, ReduceOptions>,
): TensorVariable<"int64", ReducedRank<RankOf<X>, O>>;
export function countNonzero(x: TensorLike, options?: ReduceOptions | Axis): TensorVariable {
  return sum(cast(neq(x, 0), "int64"), options as ReduceOptions);
}
