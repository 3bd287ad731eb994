/** Functions of logarithms that stay finite where their parts do not. */
import { upgradeToFloat } from "../dtype.ts";
import { asTensor } from "./constant.ts";
import { abs, add, cast, eq, log, maximum, mul, neg, softplus, sub, switch_ } from "./math.ts";
import type { TensorLike, TensorVariable } from "./variable.ts";
import type { BroadcastList, LogarithmDtype } from "./functionTyping.ts";
import type { BroadcastRank, DTypeOf, FloatOf, Promote, Promoted, RankOf } from "./typing.ts";

function logOfSum(x: TensorVariable, y: TensorVariable): TensorVariable {
  const apart = add(maximum(x, y), softplus(neg(abs(sub(x, y)))));
  // Equal infinities must not be subtracted.
  return switch_(eq(x, y), add(mul(x, 0.5), mul(y, 0.5), Math.LN2), apart);
}

/** log(exp(x) + exp(y) + ...) without overflow, element by element. Integers become floats, as of `exp`. */
export function logaddexp<X extends TensorLike, const L extends readonly TensorLike[]>(
  x: X,
  ...others: L
): TensorVariable<LogarithmDtype<readonly [X, ...L]>, BroadcastList<readonly [X, ...L]>>;
export function logaddexp(x: TensorLike, ...others: readonly TensorLike[]): TensorVariable {
  const float = (v: TensorVariable): TensorVariable => cast(v, upgradeToFloat(v.dtype));
  return others.reduce<TensorVariable>(
    (total, y) => logOfSum(total, float(asTensor(y, total.dtype))),
    float(asTensor(x)),
  );
}

/** x log x; 0 where x is 0. */
export function xlogx<X extends TensorLike>(x: X): TensorVariable<FloatOf<Promoted<X, 1>>, RankOf<X>>;
export function xlogx(x: TensorLike): TensorVariable {
  const v = asTensor(x);
  return mul(v, log(switch_(eq(v, 0), 1, v)));
}

/** x log y; 0 where x is 0, whatever y. */
export function xlogy0<X extends TensorLike, Y extends TensorLike>(
  x: X,
  y: Y,
): TensorVariable<Promote<DTypeOf<X>, FloatOf<Promoted<Y, 1>>>, BroadcastRank<X, Y>>;
export function xlogy0(x: TensorLike, y: TensorLike): TensorVariable {
  const v = asTensor(x);
  return mul(v, log(switch_(eq(v, 0), 1, y)));
}
