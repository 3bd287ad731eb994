/** Signs, remainders and parts of numbers, element by element, as NumPy has them. */
import { isComplex, isDiscrete, isUnsigned, promoteAll, upgradeToFloat, type DType } from "../dtype.ts";
import { DtypeError } from "../errors.ts";
import { asTensor } from "./constant.ts";
import {
  abs,
  cast,
  clip,
  copysign,
  eq,
  exp2,
  gt,
  imag,
  isinf,
  isnan,
  lt,
  mod,
  mul,
  neg,
  neq,
  pow,
  rad2deg,
  deg2rad,
  sub,
  switch_,
  trunc,
  type Combining,
  type ToFloat,
} from "./math.ts";
import { operand } from "./shape.ts";
import { integers } from "./subtensor/take.ts";
import type { BroadcastRank, DTypeOf, FloatOf, Promote, Promoted, RankOf } from "./typing.ts";
import type { TensorLike, TensorVariable } from "./variable.ts";

/** Degrees of an angle in radians. */
export const degrees: ToFloat = rad2deg;
/** Radians of an angle in degrees. */
export const radians: ToFloat = deg2rad;

/** Is the sign minus? That of -0 as well. */
export function signbit<X extends TensorLike>(x: X): TensorVariable<"bool", RankOf<X>>;
export function signbit(x: TensorLike): TensorVariable {
  const v = asTensor(x);
  return lt(isDiscrete(v.dtype) ? v : copysign(1, v), v.dtype === "bool" ? false : 0);
}

/** Two tensors in the float dtype that they have together. */
function floats(x: TensorLike, y: TensorLike): [TensorVariable, TensorVariable] {
  const a = asTensor(x);
  const b = asTensor(y, a.dtype);
  const dtype = upgradeToFloat(promoteAll([a.dtype, b.dtype]));
  return [cast(a, dtype), cast(b, dtype)];
}

/**
 * 0 where x is negative, 1 where it is positive, `atZero` where it is 0; NaN at NaN.
 * @example
 * ```ts
 * import { tensor as T } from "theano";
 * console.log(String(T.heaviside([-2, 0, 3], 0.5).eval())); // [0.  0.5 1. ]
 * ```
 */
export function heaviside<X extends TensorLike, Y extends TensorLike>(
  x: X,
  atZero: Y,
): TensorVariable<FloatOf<Promoted<X, Y>>, BroadcastRank<X, Y>>;
export function heaviside(x: TensorLike, atZero: TensorLike): TensorVariable {
  const [v, h] = floats(x, atZero);
  const step = switch_(gt(v, 0), 1, switch_(lt(v, 0), 0, h));
  return switch_(isnan(v), NaN, step);
}

/** x to the power y in double precision at least: integers may have negative exponents. */
export function floatPower<X extends TensorLike, Y extends TensorLike>(
  x: X,
  y: Y,
): TensorVariable<Promote<"float64", Promoted<X, Y>>, BroadcastRank<X, Y>>;
export function floatPower(x: TensorLike, y: TensorLike): TensorVariable {
  const wide = (v: TensorVariable): TensorVariable => cast(v, isComplex(v.dtype) ? "complex128" : "float64");
  return pow(wide(asTensor(x)), wide(asTensor(y)));
}

/** The remainder with the sign of x, as C's fmod and %; that of integers divided by 0 is 0. */
export const fmod: Combining = ((x: TensorLike, y: TensorLike): TensorVariable => {
  const a = asTensor(x);
  const b = asTensor(y, a.dtype);
  const dtype = promoteAll([a.dtype, b.dtype]);
  if (dtype === "bool" || isUnsigned(dtype)) return mod(a, b);
  const [p, q] = [cast(a, dtype), cast(b, dtype)];
  const size = mod(abs(p), abs(q));
  return isDiscrete(dtype) ? switch_(lt(p, 0), neg(size), size) : copysign(size, p);
}) as Combining;

/** Fraction and whole part, both with the sign of x. */
export function modf<X extends TensorLike>(
  x: X,
): [fraction: TensorVariable<FloatOf<DTypeOf<X>>, RankOf<X>>, whole: TensorVariable<FloatOf<DTypeOf<X>>, RankOf<X>>];
export function modf(x: TensorLike): [TensorVariable, TensorVariable] {
  const v = asTensor(x);
  const whole = trunc(v);
  const rest = switch_(isinf(whole), 0, sub(v, whole));
  return [copysign(rest, whole), whole];
}

/** Powers of two that every float dtype has, and how many of them a number can be away from another. */
const STEP: Partial<Record<DType, number>> = { float16: 120, float32: 120, float64: 1000 };

/**
 * x * 2^n without overflow on the way; n are integers.
 * @throws DtypeError for an n that is no integer
 */
export function ldexp<X extends TensorLike, N extends TensorLike>(
  x: X,
  n: N,
): TensorVariable<FloatOf<DTypeOf<X>>, BroadcastRank<X, N>>;
export function ldexp(x: TensorLike, n: TensorLike): TensorVariable {
  const given = asTensor(x);
  const exponents = integers(n);
  if (!isDiscrete(exponents.dtype) || isComplex(given.dtype)) {
    throw new DtypeError("ldexp: expected real numbers and integers.", {
      op: "ldexp",
      inputs: [operand(given), operand(exponents)],
    });
  }
  const dtype = upgradeToFloat(given.dtype);
  const computed = dtype === "float16" ? "float32" : dtype;
  const most = STEP[computed]!;
  const all = clip(cast(exponents, "float64"), -3 * most, 3 * most);
  // The largest factor last: only its product may be rounded.
  const last = clip(all, -most, most);
  const middle = clip(sub(all, last), -most, most);
  const first = sub(sub(all, last), middle);
  const powers = [first, middle, last].map((e) => cast(exp2(e), computed));
  const scaled = powers.reduce<TensorVariable>((v, p) => mul(v, p), cast(given, computed));
  return cast(scaled, dtype);
}

/** Is the imaginary part 0? */
export function isreal<X extends TensorLike>(x: X): TensorVariable<"bool", RankOf<X>>;
export function isreal(x: TensorLike): TensorVariable {
  return eq(imag(x), 0);
}

/** Is there an imaginary part? */
export function iscomplex<X extends TensorLike>(x: X): TensorVariable<"bool", RankOf<X>>;
export function iscomplex(x: TensorLike): TensorVariable {
  return neq(imag(x), 0);
}
