/** Small functions of NumPy: tests for infinities, replacing NaN, interpolation, elements along an axis. */
import { isComplex, isDiscrete, isFloat, type DType } from "../dtype.ts";
import { DtypeError, RankError, ShapeMismatchError } from "../errors.ts";
import { arange } from "./alloc.ts";
import { asTensor } from "./constant.ts";
import { dimshuffle, normalizeAxisOf } from "./dimshuffle.ts";
import {
  abs,
  add,
  and,
  clip,
  complex,
  conj,
  div,
  eq,
  gt,
  imag,
  invert,
  isinf,
  isnan,
  lt,
  maximum,
  minimum,
  mul,
  or,
  real,
  sqr,
  sqrt,
  sub,
  switch_,
} from "./math.ts";
import { withoutIntegers } from "./withoutIntegers.ts";
import { any, sum } from "./reduction.ts";
import { optionsOf } from "./options.ts";
import { ravel } from "./reshape.ts";
import { operand, shapeI } from "./shape.ts";
import { searchsorted } from "./search.ts";
import { at, nonzero, type NestedIndex } from "./subtensor/index.ts";
import { integers } from "./subtensor/take.ts";
import type { TensorLike, TensorVariable } from "./variable.ts";
import type { FloatKept, LastAxisRank, PromotedTensors } from "./functionTyping.ts";
import type { Less } from "./ranks.ts";
import type { BroadcastRank, DTypeOf, MeanOf, Promote, RankOf, RealOf, SumOf } from "./typing.ts";

/** Neither infinite nor NaN. */
export function isfinite<X extends TensorLike>(x: X): TensorVariable<"bool", RankOf<X>>;
export function isfinite(x: TensorLike): TensorVariable {
  return invert(or(isinf(x), isnan(x)));
}

/** Positive infinity? Real numbers only. */
export function isposinf<X extends TensorLike>(x: X): TensorVariable<"bool", RankOf<X>>;
export function isposinf(x: TensorLike): TensorVariable {
  const v = asTensor(x);
  return and(isinf(v), gt(v, 0));
}

/** Negative infinity? Real numbers only. */
export function isneginf<X extends TensorLike>(x: X): TensorVariable<"bool", RankOf<X>>;
export function isneginf(x: TensorLike): TensorVariable {
  const v = asTensor(x);
  return and(isinf(v), lt(v, 0));
}

/** Largest finite number of a float dtype. */
const LARGEST: Partial<Record<DType, number>> = {
  float16: 65504,
  float32: (2 - 2 ** -23) * 2 ** 127,
  float64: Number.MAX_VALUE,
};

export interface NanToNumOptions {
  /** In the place of NaN; default 0. */
  readonly nan?: number;
  /** In the place of infinity; default the largest finite number of the dtype. */
  readonly posinf?: number | null;
  /** In the place of minus infinity; default the most negative finite number. */
  readonly neginf?: number | null;
}

/** `x` with NaN and infinities replaced by numbers; integers and bools stay. Complex numbers part by part. */
export function nanToNum<X extends TensorLike>(x: X, options?: NanToNumOptions): TensorVariable<DTypeOf<X>, RankOf<X>>;
export function nanToNum(x: TensorLike, options: NanToNumOptions = {}): TensorVariable {
  const v = asTensor(x);
  if (isDiscrete(v.dtype)) return v;
  if (isComplex(v.dtype)) return complex(nanToNum(real(v), options), nanToNum(imag(v), options));
  const most = LARGEST[v.dtype]!;
  const { nan = 0, posinf, neginf } = options;
  const finite = switch_(eq(v, Infinity), posinf ?? most, switch_(eq(v, -Infinity), neginf ?? -most, v));
  return switch_(isnan(v), nan, finite);
}

/** sqrt(x^2 + y^2) without overflow on the way. Gradients at the origin are 0. */
export function hypot<X extends TensorLike, Y extends TensorLike>(
  x: X,
  y: Y,
): TensorVariable<FloatKept<Promote<RealOf<DTypeOf<X>>, RealOf<DTypeOf<Y>>>>, BroadcastRank<X, Y>>;
export function hypot(x: TensorLike, y: TensorLike): TensorVariable {
  const [p, q] = [abs(x), abs(y)];
  const [large, small] = [maximum(p, q), minimum(p, q)];
  const safe = switch_(eq(large, 0), 1, switch_(isinf(large), 1, large));
  const ratio = div(switch_(isinf(large), 0, small), safe);
  const size = mul(large, sqrt(add(sqr(ratio), 1)));
  return switch_(or(isinf(p), isinf(q)), Infinity, size);
}

export interface TakeAlongAxisOptions {
  /** The last axis when absent; all elements in C order for `null`. */
  readonly axis?: number | null;
}

/** The elements of `x` at `positions` along an axis: `out[i, j] = x[positions[i, j], j]` for axis 0. Both have one rank. */
export function takeAlongAxis<X extends TensorLike, const O extends TakeAlongAxisOptions | number | null = -1>(
  x: X,
  positions: TensorLike | NestedIndex,
  options?: O,
): TensorVariable<DTypeOf<X>, LastAxisRank<RankOf<X>, O>>;
export function takeAlongAxis(
  x: TensorLike,
  positions: TensorLike | NestedIndex,
  options: TakeAlongAxisOptions | number | null = -1,
): TensorVariable {
  const { axis = -1 } = optionsOf<TakeAlongAxisOptions, "axis">(options, "axis");
  if (axis === null) return takeAlongAxis(ravel(x), ravel(integers(positions)), 0);
  const v = asTensor(x);
  const p = integers(positions);
  const details = { op: "takeAlongAxis", inputs: [operand(v), operand(p)] };
  if (!isDiscrete(p.dtype)) throw new DtypeError(`takeAlongAxis: expected integers, got ${p.dtype}.`, details);
  if (v.ndim !== p.ndim) {
    throw new RankError(`takeAlongAxis: ranks ${v.ndim} and ${p.ndim} must be the same.`, details);
  }
  const k = normalizeAxisOf(axis, v.ndim, "takeAlongAxis");
  if (v.ndim === 1) return at(v, p);
  const index = v.type.shape.map((_, i) => {
    if (i === k) return p;
    return dimshuffle(
      arange(shapeI(v, i)),
      v.type.shape.map((__, j) => (j === i ? 0 : "x")),
    );
  });
  return at(v, ...index);
}

/** The indices of the elements that are not zero, a row for each: int64, shape (number, rank). */
export function argwhere(x: TensorLike): TensorVariable<"int64", 2>;
export function argwhere(x: TensorLike): TensorVariable {
  return dimshuffle(nonzero(x, { returnMatrix: true }), [1, 0]);
}

/** Is each element of `x` among those of `values`? */
export function isin<X extends TensorLike>(
  x: X,
  values: TensorLike,
  options?: { readonly invert?: boolean },
): TensorVariable<"bool", RankOf<X>>;
export function isin(x: TensorLike, values: TensorLike, options: { readonly invert?: boolean } = {}): TensorVariable {
  const v = asTensor(x);
  const list = ravel(asTensor(values, isDiscrete(v.dtype) ? undefined : v.dtype));
  const padded = dimshuffle(v, [...Array(v.ndim).keys(), "x"]);
  const found = any(eq(padded, list), { axis: -1 });
  return options.invert === true ? invert(found) : found;
}

export interface InterpOptions {
  /** Below the first point; default its value. */
  readonly left?: TensorLike | null;
  /** Above the last point; default its value. */
  readonly right?: TensorLike | null;
}

/**
 * The values at `x` of the function that runs in straight lines through the points (`xp[i]`, `fp[i]`); `xp` ascends. Shape of `x`; NaN at
 * NaN. Differentiable in `x` and `fp`.
 * @throws RankError, ShapeMismatchError unless `xp` and `fp` are vectors of one length
 * @example
 * ```ts
 * import { tensor as T } from "theano";
 * console.log(String(T.interp([0, 1.5, 9], [1, 2, 3], [10, 20, 40]).eval())); // [10. 15. 40.]
 * ```
 */
export function interp<X extends TensorLike, P extends TensorLike, F extends TensorLike>(
  x: X,
  xp: P,
  fp: F,
): TensorVariable<Promote<MeanOf<DTypeOf<X>>, Promote<MeanOf<DTypeOf<P>>, MeanOf<DTypeOf<F>>>>, RankOf<X>>;
export function interp<X extends TensorLike>(
  x: X,
  xp: TensorLike,
  fp: TensorLike,
  options?: InterpOptions,
): TensorVariable<DType, RankOf<X>>;
export function interp(x: TensorLike, xp: TensorLike, fp: TensorLike, options: InterpOptions = {}): TensorVariable {
  const [v, points, values] = [withoutIntegers(x), withoutIntegers(xp), withoutIntegers(fp)];
  const details = { op: "interp", inputs: [operand(v), operand(points), operand(values)] };
  if (points.ndim !== 1 || values.ndim !== 1) {
    throw new RankError(`interp: the points must be vectors, got ranks ${points.ndim} and ${values.ndim}.`, details);
  }
  if (!isFloat(points.dtype)) throw new DtypeError(`interp: there is no order on ${points.dtype}.`, details);
  const [n, m] = [points.type.shape[0]!, values.type.shape[0]!];
  if (n !== null && m !== null && n !== m) {
    throw new ShapeMismatchError(`interp: there are ${n} points and ${m} values.`, details);
  }
  const last = sub(shapeI(points, 0), 1);
  const place = searchsorted(points, v, { side: "right" });
  const low = clip(sub(place, 1), 0, maximum(sub(last, 1), 0));
  const high = minimum(add(low, 1), last);
  const [x0, x1, y0, y1] = [at(points, low), at(points, high), at(values, low), at(values, high)];
  const width = sub(x1, x0);
  const slope = div(sub(y1, y0), switch_(eq(width, 0), 1, width));
  const inner = add(y0, mul(slope, sub(v, x0)));
  const [first, end] = [at(points, 0), at(points, -1)];
  const left = options.left ?? null;
  const right = options.right ?? null;
  const above = switch_(
    gt(v, end),
    right === null ? at(values, -1) : right,
    switch_(eq(v, end), at(values, -1), inner),
  );
  const out = switch_(lt(v, first), left === null ? at(values, 0) : left, above);
  return switch_(isnan(v), v, out);
}

/** Numbers of the bins between the ascending `bins` that elements lie in: those of `searchsorted` from the right (from the left with `right`). */
export function digitize<X extends TensorLike>(
  x: X,
  bins: TensorLike,
  options?: { readonly right?: boolean },
): TensorVariable<"int64", RankOf<X>>;
export function digitize(x: TensorLike, bins: TensorLike, options: { readonly right?: boolean } = {}): TensorVariable {
  return searchsorted(bins, x, { side: options.right === true ? "left" : "right" });
}

/** The area under the points by trapezes, along an axis. */
export function trapezoid<X extends TensorLike>(y: X): TensorVariable<FloatKept<DTypeOf<X>>, Less[RankOf<X>]>;
export function trapezoid<X extends TensorLike>(
  y: X,
  options?: { readonly x?: TensorLike | null; readonly dx?: number; readonly axis?: number },
): TensorVariable<DType, Less[RankOf<X>]>;
export function trapezoid(
  y: TensorLike,
  options: { readonly x?: TensorLike | null; readonly dx?: number; readonly axis?: number } = {},
): TensorVariable {
  const { x = null, dx = 1, axis = -1 } = options;
  const v = asTensor(y);
  const k = normalizeAxisOf(axis, v.ndim, "trapezoid");
  const along = (t: TensorVariable, k2: number, from: string): TensorVariable =>
    at(t, ...Array.from({ length: t.ndim }, (_, i) => (i === k2 ? from : ":")));
  const heights = add(along(v, k, "1:"), along(v, k, ":-1"));
  if (x === null) return mul(sum(heights, { axis: k }), dx / 2);
  const p = asTensor(x);
  const isVector = p.ndim === 1;
  const steps = isVector ? sub(at(p, "1:"), at(p, ":-1")) : sub(along(p, k, "1:"), along(p, k, ":-1"));
  const placed = isVector
    ? dimshuffle(
        steps,
        Array.from({ length: v.ndim }, (_, i) => (i === k ? 0 : "x")),
      )
    : steps;
  return div(sum(mul(heights, placed), { axis: k }), 2);
}

/** The conjugated product of two tensors read as vectors, summed. */
export function vdot<X extends TensorLike, Y extends TensorLike>(
  x: X,
  y: Y,
): TensorVariable<SumOf<PromotedTensors<readonly [X, Y]>>, 0>;
export function vdot(x: TensorLike, y: TensorLike): TensorVariable {
  const [a, b] = [ravel(x), ravel(y)];
  return sum(mul(conj(a), b));
}
