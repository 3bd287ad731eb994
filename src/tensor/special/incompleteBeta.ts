/** The beta function and the regularised incomplete one (`betaFraction.ts`). */
import type { DType } from "../../dtype.ts";
import type { Expr } from "../../ir/node.ts";
import { add, div, exp, gamma, gammaln, inv, lt, mul, neg, sub, switch_ } from "../math.ts";
import { asTensor } from "../constant.ts";
import type { TensorLike, TensorVariable } from "../variable.ts";
import { density, fraction, termsOf, type Fraction } from "./betaFraction.ts";
import { betaincInFirst, betaincInSecond, betaSlope } from "./betaShape.ts";
import { elementLoop } from "./elementLoop.ts";
import type { Routine } from "./routine.ts";
import type { Broadcasting } from "../ranks.ts";
import type { BroadcastRank, RankOf } from "../typing.ts";
import type { LoopDtype } from "../functionTyping.ts";

/** The fraction, added up from its last term, so that errors do not multiply. */
function sumOf(r: Routine, parts: Fraction): Expr {
  const { k } = r;
  const { numerator, denominator } = parts;
  const m = termsOf(r, parts);
  const value = r.var("fraction", denominator(m));
  r.while(k.gt(m, 0), 100_000, () => {
    const above = r.let("last", numerator(m));
    r.set(m, k.sub(m, 1));
    r.set(value, k.add(denominator(m), k.div(above, value)));
  });
  return value;
}

/** Writes the statements that compute I_x(a, b). */
function regularisedAt(r: Routine, a: Expr, b: Expr, x: Expr): Expr {
  const { k } = r;
  const out = r.var("result", NaN);
  const valid = k.and(k.and(k.gt(a, 0), k.gt(b, 0)), k.and(k.ge(x, 0), k.le(x, 1)));
  const y = r.let("y", k.sub(1, x));
  r.if(valid, () => {
    r.if(
      k.or(k.eq(x, 0), k.eq(x, 1)),
      () => r.set(out, x),
      () => {
        const swapped = r.let("swapped", k.gt(x, k.div(k.add(a, 1), k.add(k.add(a, b), 2))));
        const lost = r.let("lost", k.minus(k.minus(1, y), x));
        const side = (isOther: Expr): Expr => {
          const [p, q] = [r.let("first", k.select(isOther, b, a)), r.let("second", k.select(isOther, a, b))];
          const [u, w] = [r.let("inner", k.select(isOther, y, x)), r.let("outer", k.select(isOther, x, y))];
          const inner = { value: u, rest: k.select(isOther, lost, 0) };
          const outer = { value: w, rest: k.select(isOther, 0, lost) };
          return r.let("side", k.div(density(r, p, q, inner, outer), sumOf(r, fraction(r, p, q, inner, outer))));
        };
        const value = r.var("value", side(swapped));
        // For b below 1 the result may be small where the other one converges faster: 1 - value would lose more places than the slow
        // fraction does, which are about 1 / sqrt(y) units beside its own three.
        r.if(
          k.and(swapped, k.and(k.gt(k.mul(k.mul(value, 3), k.sqrt(y)), k.sub(1, value)), k.gt(y, 1e-4))),
          () => r.set(out, side(k.b.constant("bool", false))),
          () => r.set(out, k.select(swapped, k.sub(1, value), value)),
        );
      },
    );
  });
  return out;
}

const regularised = elementLoop({
  name: "betainc",
  arity: 3,
  compute: (r, [a, b, x]) => regularisedAt(r, a!, b!, x!),
  derivatives: ([a, b, x]) => [
    () => betaincInFirst(a!, b!, x!),
    () => betaincInSecond(a!, b!, x!),
    () => betaSlope(a!, b!, x!),
  ],
});

/**
 * The regularised incomplete beta function I_x(a, b); a and b positive, x in [0, 1], NaN elsewhere. Differentiable in all three; the
 * derivatives in `a` and `b` are differentiable in `x` only.
 * @example
 * ```ts
 * import { tensor as T } from "theano";
 * console.log(String(T.betainc(2, 3, [0, 0.5, 1]).eval())); // [0.     0.6875 1.    ]
 * ```
 */
export function betainc<A extends TensorLike, B extends TensorLike, X extends TensorLike>(
  a: A,
  b: B,
  x: X,
): TensorVariable<LoopDtype<readonly [A, B, X]>, Broadcasting[BroadcastRank<A, B>][RankOf<X>]>;
export function betainc(a: TensorLike, b: TensorLike, x: TensorLike): TensorVariable {
  return regularised(a, b, x);
}

/** Newton's steps of log I in log x, and halves of the interval left, in log x too, where a step would leave it. */
const inverse = elementLoop({
  name: "betaincinv",
  arity: 3,
  compute(r, [a, b, y]) {
    const { k } = r;
    const out = r.var("root", NaN);
    const valid = k.and(k.and(k.gt(a!, 0), k.gt(b!, 0)), k.and(k.ge(y!, 0), k.le(y!, 1)));
    r.if(k.and(valid, k.or(k.eq(y!, 0), k.eq(y!, 1))), () => r.set(out, y!));
    r.if(k.and(valid, k.and(k.gt(y!, 0), k.lt(y!, 1))), () => {
      const [low, high] = [r.var("low", LEAST), r.var("high", 0)];
      const logarithm = r.var("logX", Math.log(0.5));
      const norm = r.let("norm", k.sub(r.fn("lgamma", k.add(a!, b!)), k.add(r.fn("lgamma", a!), r.fn("lgamma", b!))));
      const size = r.var("size", 1);
      // I_x(a, b), and what it changes with log x.
      const valueAt = (x: Expr, logX: Expr): { value: Expr; rate: Expr } => {
        const powers = k.add(k.mul(a!, logX), k.mul(k.sub(b!, 1), r.fn("log1p", k.neg(x))));
        return {
          value: r.let("value", regularisedAt(r, a!, b!, x)),
          rate: r.let("rate", r.fn("exp", k.add(norm, powers))),
        };
      };
      r.while(k.gt(size, 1e-11), 200, () => {
        const { value, rate } = valueAt(r.let("x", r.fn("exp", logarithm)), logarithm);
        const isAbove = r.let("above", k.gt(value, y!));
        r.set(high, k.select(isAbove, logarithm, high));
        r.set(low, k.select(isAbove, low, logarithm));
        // The logarithm of I is all but a straight line for small x.
        const tooMuch = k.sub(r.fn("log", value), r.fn("log", y!));
        const next = r.let("next", k.sub(logarithm, k.div(k.mul(tooMuch, value), rate)));
        const isWithin = k.and(k.gt(next, low), k.lt(next, high));
        const chosen = r.let("chosen", k.select(isWithin, next, k.mul(k.add(low, high), 0.5)));
        r.set(size, k.div(k.abs(k.sub(chosen, logarithm)), k.add(k.abs(chosen), 1)));
        r.set(logarithm, chosen);
      });
      // The last step is one of x itself, which has more places than its logarithm leaves it.
      const x = r.let("x", r.fn("exp", logarithm));
      const { value, rate } = valueAt(x, r.let("logX", r.fn("log", x)));
      const step = r.let("step", k.div(k.sub(value, y!), rate));
      r.set(out, k.select(k.lt(k.abs(step), 1e-6), k.sub(x, k.mul(x, step)), x));
    });
    return out;
  },
  derivatives: (args) => {
    const [a, b, y] = args as [TensorVariable, TensorVariable, TensorVariable];
    const x = betaincinv(a, b, y) as TensorVariable;
    const rate = betaSlope(a, b, x);
    return [
      () => neg(div(betaincInFirst(a, b, x), rate)),
      () => neg(div(betaincInSecond(a, b, x), rate)),
      () => inv(rate),
    ];
  },
});

/** A logarithm of what is 0 as a number. */
const LEAST = -746;

/**
 * The x at which the regularised incomplete beta function I_x(a, b) is y; a and b positive, y in [0, 1], NaN elsewhere. Differentiable in
 * all three.
 * @example
 * ```ts
 * import { tensor as T } from "theano";
 * console.log(String(T.betaincinv(2, 3, [0, 0.6875, 1]).eval())); // [0.  0.5 1. ]
 * ```
 */
export function betaincinv<A extends TensorLike, B extends TensorLike, Y extends TensorLike>(
  a: A,
  b: B,
  y: Y,
): TensorVariable<LoopDtype<readonly [A, B, Y]>, Broadcasting[BroadcastRank<A, B>][RankOf<Y>]>;
export function betaincinv(a: TensorLike, b: TensorLike, y: TensorLike): TensorVariable {
  return inverse(a, b, y);
}

/** log |B(a, b)|. */
export function betaln<A extends TensorLike, B extends TensorLike>(
  a: A,
  b: B,
): TensorVariable<DType, BroadcastRank<A, B>>;
export function betaln(a: TensorLike, b: TensorLike): TensorVariable {
  return sub(add(gammaln(a), gammaln(b)), gammaln(add(a, b)));
}

/** The beta function gamma(a) gamma(b) / gamma(a + b); positive arguments beyond 170 by logarithms. */
export function beta<A extends TensorLike, B extends TensorLike>(
  a: A,
  b: B,
): TensorVariable<DType, BroadcastRank<A, B>>;
export function beta(a: TensorLike, b: TensorLike): TensorVariable {
  const [p, q] = [asTensor(a), asTensor(b)];
  const sum = add(p, q);
  return switch_(lt(sum, 170), mul(div(gamma(p), gamma(sum)), gamma(q)), exp(betaln(p, q)));
}
