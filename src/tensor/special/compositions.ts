/** Special functions that are short formulas of others: their gradients and fusion follow. */
import { asTensor } from "../constant.ts";
import {
  abs,
  arctanh,
  div,
  eq,
  erfc,
  erfcinv,
  exp,
  expm1,
  gt,
  log,
  log1p,
  lt,
  mul,
  neg,
  sigmoid,
  sin,
  sub,
  switch_,
  triGamma,
  type ToFloat,
} from "../math.ts";
import type { TensorLike, TensorVariable } from "../variable.ts";
import type { FloatKept } from "../functionTyping.ts";
import type { BroadcastRank, DTypeOf, FloatOf, Promote, Promoted, RankOf } from "../typing.ts";

/** SciPy's name of the sigmoid 1 / (1 + exp(-x)). */
export const expit: ToFloat = sigmoid;

/** The derivative of the digamma function. */
export const trigamma: ToFloat = triGamma;

/** log(p / (1 - p)), the inverse of the sigmoid. */
export function logit<X extends TensorLike>(p: X): TensorVariable<FloatOf<Promoted<X, 2>>, RankOf<X>>;
export function logit(p: TensorLike): TensorVariable {
  const v = asTensor(p);
  const centred = sub(mul(v, 2), 1);
  const isMiddle = lt(abs(centred), 0.5);
  const middle = mul(arctanh(switch_(isMiddle, centred, 0)), 2);
  return switch_(isMiddle, middle, sub(log(v), log1p(neg(v))));
}

/** sin(pi x) / (pi x), 1 at 0. */
export function sinc<X extends TensorLike>(x: X): TensorVariable<FloatKept<DTypeOf<X>>, RankOf<X>>;
export function sinc(x: TensorLike): TensorVariable {
  const v = asTensor(x);
  const isZero = eq(v, 0);
  const angle = mul(switch_(isZero, 1, v), Math.PI);
  return switch_(isZero, 1, div(sin(angle), angle));
}

/** The normal distribution function. */
export function ndtr<X extends TensorLike>(x: X): TensorVariable<FloatKept<DTypeOf<X>>, RankOf<X>>;
export function ndtr(x: TensorLike): TensorVariable {
  return mul(erfc(mul(x, -Math.SQRT1_2)), 0.5);
}

/** The inverse of the normal distribution function, on (0, 1). */
export function ndtri<X extends TensorLike>(p: X): TensorVariable<FloatOf<Promoted<X, 2>>, RankOf<X>>;
export function ndtri(p: TensorLike): TensorVariable {
  return mul(erfcinv(mul(p, 2)), -Math.SQRT2);
}

/** x log(1 + y); 0 where x is 0, whatever y. */
export function xlog1py<X extends TensorLike, Y extends TensorLike>(
  x: X,
  y: Y,
): TensorVariable<Promote<DTypeOf<X>, FloatOf<Promoted<Y, 0>>>, BroadcastRank<X, Y>>;
export function xlog1py(x: TensorLike, y: TensorLike): TensorVariable {
  const v = asTensor(x);
  return mul(v, log1p(switch_(eq(v, 0), 0, y)));
}

/** log(1 - exp(x)) for x < 0, without cancellation (Maechler, 2012). */
export function log1mexp<X extends TensorLike>(x: X): TensorVariable<FloatOf<Promoted<X, 1>>, RankOf<X>>;
export function log1mexp(x: TensorLike): TensorVariable {
  const v = asTensor(x);
  const isNear = gt(v, -Math.LN2);
  const near = log(neg(expm1(switch_(isNear, v, -1))));
  return switch_(isNear, near, log1p(neg(exp(switch_(isNear, -1, v)))));
}
