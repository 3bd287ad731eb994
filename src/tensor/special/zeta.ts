/** Hurwitz' zeta function by Euler and Maclaurin's formula (DLMF 25.11.28), and the polygamma functions. */
import { isDiscrete, type DType } from "../../dtype.ts";
import { ValueError } from "../../errors.ts";
import { asTensor } from "../constant.ts";
import { add, cast, eq, gamma, mod, mul, neg, psi, switch_ } from "../math.ts";
import { polygammaOrder } from "../polygammaOrder.ts";
import type { TensorLike, TensorVariable } from "../variable.ts";
import { elementLoop } from "./elementLoop.ts";
import type { BroadcastRank, DTypeOf, FloatOf } from "../typing.ts";
import type { LoopDtype } from "../functionTyping.ts";

const COUNT = 12;
/** B_2j / (2j)! */
const BERNOULLI = [
  1 / 12,
  -1 / 720,
  1 / 30240,
  -1 / 1209600,
  1 / 47900160,
  -691 / 1307674368000,
  1 / 74724249600,
  -3617 / 10670622842880000,
  43867 / 5109094217170944000,
  -174611 / 802857662698291200000,
];

const hurwitz: (...args: readonly TensorLike[]) => TensorVariable = elementLoop({
  name: "zeta",
  arity: 2,
  compute(r, [s, q]) {
    const { k } = r;
    const out = r.var("result", NaN);
    r.if(k.and(k.ge(s!, 1), k.gt(q!, 0)), () => {
      const z = r.let("z", k.add(q!, COUNT));
      const power = r.let("power", r.pow(z, k.neg(s!)));
      const inverse = k.mul(k.div(1, z), k.div(1, z));
      const tail = r.var("tail", 0);
      const factor = r.var("factor", k.div(s!, z));
      for (const [j, c] of BERNOULLI.entries()) {
        r.set(tail, k.add(tail, k.mul(factor, c)));
        r.set(factor, k.mul(k.mul(k.mul(factor, inverse), k.add(s!, 2 * j + 1)), k.add(s!, 2 * j + 2)));
      }
      const sum = r.var("sum", k.mul(power, k.add(k.add(tail, 0.5), k.div(z, k.sub(s!, 1)))));
      const i = r.var("i", COUNT - 1);
      r.while(k.ge(i, 0), COUNT, () => {
        r.set(sum, k.add(sum, r.pow(k.add(q!, i), k.neg(s!))));
        r.set(i, k.sub(i, 1));
      });
      const finite = k.select(k.eq(q!, Infinity), 0, sum);
      r.set(out, k.select(k.eq(s!, 1), Infinity, k.select(k.eq(s!, Infinity), k.select(k.gt(q!, 1), 0, sum), finite)));
    });
    r.if(k.and(k.eq(q!, 0), k.gt(s!, 1)), () => r.set(out, Infinity));
    return out;
  },
  derivatives: ([s, q]) => [
    "the derivative of the zeta function in its first argument is not there.",
    () => neg(mul(s!, hurwitz(add(s!, 1), q!))),
  ],
});

/**
 * Hurwitz' zeta function: the sum of (q + k)^-s over k = 0, 1, 2 ..., for s > 1 and q > 0 (infinite at s = 1 and q = 0, NaN elsewhere); Riemann's
 * for q = 1. Differentiable in `q` only.
 * @example
 * ```ts
 * import { tensor as T } from "theano";
 * console.log(Math.abs(+T.zeta(2).eval() - Math.PI ** 2 / 6) < 1e-15); // true
 * ```
 */
export function zeta<S extends TensorLike, Q extends TensorLike = 1>(
  s: S,
  q?: Q,
): TensorVariable<LoopDtype<readonly [S, Q]>, BroadcastRank<S, Q>>;
export function zeta(s: TensorLike, q: TensorLike = 1): TensorVariable {
  return hurwitz(s, q);
}

/**
 * The derivative of order `n` of the digamma function at positive `x`; `psi` itself for n = 0. `n` is a whole number, or a tensor of such.
 * @throws ValueError for a number that is no order
 */
export function polygamma<N extends TensorLike, X extends TensorLike>(
  n: N,
  x: X,
): TensorVariable<N extends number ? FloatOf<DTypeOf<X>> : DType, BroadcastRank<N, X>>;
export function polygamma(n: TensorLike, x: TensorLike): TensorVariable {
  if (typeof n === "number") {
    if (!Number.isInteger(n) || n < 0) {
      throw new ValueError(`polygamma: expected a whole number n >= 0, got ${n}.`, { op: "polygamma" });
    }
    if (n === 0) return psi(x);
    if (n <= 20) return polygammaOrder(n, x);
  }
  const [order, v] = [asTensor(n), asTensor(x)];
  const s = add(isDiscrete(order.dtype) ? cast(order, isDiscrete(v.dtype) ? "float64" : v.dtype) : order, 1);
  const size = mul(gamma(s), hurwitz(s, v));
  return switch_(eq(order, 0), psi(v), switch_(eq(mod(s, 2), 0), size, neg(size)));
}
