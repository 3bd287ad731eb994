/** Activation functions. */
import {
  abs,
  add,
  clip,
  div,
  expm1,
  ge,
  gt,
  isnan,
  le,
  lt,
  minimum,
  mul,
  neg,
  sigmoid,
  sub,
  switch_,
  type ToFloat,
} from "../math.ts";
import { asTensor } from "../constant.ts";
import { optionsOf } from "../options.ts";
import type { TensorLike, TensorVariable } from "../variable.ts";
import type { FloatKept } from "../functionTyping.ts";
import type { BroadcastRank, DTypeOf, FloatOf, Promoted, QuotientOf, RankOf } from "../typing.ts";

export { sigmoid, softplus } from "../math.ts";

export interface AlphaOptions {
  /** The factor where x is negative. */
  readonly alpha?: TensorLike;
}

/** x where positive, else alpha * x (default 0). The gradient at 0 is alpha. */
export function relu<X extends TensorLike>(x: X): TensorVariable<Promoted<X, 0>, RankOf<X>>;
export function relu<X extends TensorLike, A extends TensorLike>(
  x: X,
  options: A | { readonly alpha: A },
): TensorVariable<Promoted<X, A>, BroadcastRank<X, A>>;
export function relu(x: TensorLike, options?: AlphaOptions | TensorLike): TensorVariable;
export function relu(x: TensorLike, options?: AlphaOptions | TensorLike): TensorVariable {
  const v = asTensor(x);
  const { alpha = 0 } = optionsOf<AlphaOptions, "alpha">(options as AlphaOptions, "alpha");
  // Asked this way round, NaN stays NaN.
  return switch_(le(v, 0), alpha === 0 ? 0 : mul(v, alpha), v);
}

/** x where positive, else alpha * (exp(x) - 1). */
export function elu<X extends TensorLike, A extends number = 1>(
  x: X,
  options?: A | { readonly alpha: A },
): TensorVariable<FloatOf<Promoted<X, 0>>, RankOf<X>>;
export function elu(x: TensorLike, options?: AlphaOptions | TensorLike): TensorVariable;
export function elu(x: TensorLike, options?: AlphaOptions | TensorLike): TensorVariable {
  const v = asTensor(x);
  const { alpha = 1 } = optionsOf<AlphaOptions, "alpha">(options as AlphaOptions, "alpha");
  // Where it is not wanted expm1 must not overflow: 0 times infinity in the gradient is NaN.
  return switch_(gt(v, 0), v, mul(expm1(minimum(v, 0)), alpha));
}

/** The self-normalising elu of Klambauer et al., 2017. */
export function selu<X extends TensorLike>(x: X): TensorVariable<FloatOf<Promoted<X, 0>>, RankOf<X>>;
export function selu(x: TensorLike): TensorVariable {
  return mul(elu(x, { alpha: 1.6732632423543772 }), 1.0507009873554805);
}

/** clip(0.2 x + 0.5, 0, 1). */
export function hardSigmoid<X extends TensorLike>(x: X): TensorVariable<FloatKept<DTypeOf<X>>, RankOf<X>>;
export function hardSigmoid(x: TensorLike): TensorVariable {
  return clip(add(mul(x, 0.2), 0.5), 0, 1);
}

/**
 * A cheap sigmoid in pieces, wrong by less than 0.05: with u = |x| / 2, tanh u is taken as 1.5 u / (1 + u) up to 1.7, a line up to 3, then a
 * constant. Theano gives it no gradient; here it has the one of its pieces.
 */
export function ultraFastSigmoid<X extends TensorLike>(x: X): TensorVariable<FloatKept<DTypeOf<X>>, RankOf<X>>;
export function ultraFastSigmoid(x: TensorLike): TensorVariable {
  const v = asTensor(x);
  const u = mul(abs(v), 0.5);
  const line = add(mul(sub(u, 1.7), 0.0458812946797165), 0.935409070603099);
  const size = switch_(lt(u, 1.7), div(mul(u, 1.5), add(u, 1)), switch_(lt(u, 3), line, 0.99505475368673));
  const tanh = switch_(ge(v, 0), size, neg(size));
  return switch_(isnan(u), u, mul(add(tanh, 1), 0.5));
}

/** x / (1 + |x|). */
export function softsign<X extends TensorLike>(x: X): TensorVariable<QuotientOf<DTypeOf<X>>, RankOf<X>>;
export function softsign(x: TensorLike): TensorVariable {
  const v = asTensor(x);
  return div(v, add(abs(v), 1));
}

/** x sigmoid(x) (Elfwing et al., 2017; Ramachandran et al., 2017). */
export const swish: ToFloat = (x: TensorLike): TensorVariable<never, never> =>
  mul(x, sigmoid(x)) as TensorVariable as TensorVariable<never, never>;
/** Another name of {@link swish}. */
export const silu: ToFloat = swish;
