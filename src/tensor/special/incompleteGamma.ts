/**
 * Regularised incomplete gamma functions: the series (DLMF 8.11.4) below the mean, the continued fraction (DLMF 8.9.2) above it, and where
 * the upper function is small beside 1 at small arguments the series of DLMF 8.7.3 without its leading 1. The factor x^a e^-x / gamma(a) is taken
 * from Lanczos' sum, so that large terms cancel in the formula and not in its evaluation.
 */
import type { Expr } from "../../ir/node.ts";
import { div, gamma, mul, neg } from "../math.ts";
import type { TensorLike, TensorVariable } from "../variable.ts";
import { elementLoop } from "./elementLoop.ts";
import { density } from "./gammaDensity.ts";
import { gammaincInShape, slope } from "./gammaShape.ts";
import type { Routine } from "./routine.ts";
import type { LoopDtype } from "../functionTyping.ts";
import type { BroadcastRank, DTypeOf, FloatOf, Promote, QuotientOf } from "../typing.ts";

const EPSILON = 2 ** -54;
const MOST = 200_000;

/** Sum of x^n / ((a + 1) ... (a + n)), times the density / a. */
function lowerSeries(r: Routine, a: Expr, x: Expr): Expr {
  const { k } = r;
  const [term, sum, n] = [r.var("term", 1), r.var("sum", 1), r.var("n", k.add(a, 0))];
  r.while(k.gt(term, k.mul(sum, EPSILON)), MOST, () => {
    r.set(n, k.add(n, 1));
    r.set(term, k.mul(term, k.div(x, n)));
    r.set(sum, k.add(sum, term));
  });
  return k.div(k.mul(sum, density(r, a, x)), a);
}

/** The continued fraction, times the density. */
function upperFraction(r: Routine, a: Expr, x: Expr): Expr {
  const { k } = r;
  const h = r.var("fraction", 0);
  r.if(
    k.lt(x, 20),
    () => r.set(h, fromTail(r, a, x)),
    () => r.set(h, lentz(r, a, x)),
  );
  return k.mul(h, density(r, a, x));
}

/** As many terms as small arguments need, the last one first, so that errors do not add up. */
function fromTail(r: Routine, a: Expr, x: Expr): Expr {
  const { k } = r;
  const start = r.fn("floor", k.add(k.div(100, x), 60));
  const i = r.var("i", start);
  const first = k.sub(k.add(x, 1), a);
  const f = r.var("f", k.add(first, k.mul(i, 2)));
  r.while(k.gt(i, 0), MOST, () => {
    const below = k.add(first, k.mul(k.sub(i, 1), 2));
    r.set(f, k.add(below, k.div(k.mul(i, k.sub(a, i)), f)));
    r.set(i, k.sub(i, 1));
  });
  return k.div(1, f);
}

/** Lentz' method, which needs not know how many terms there will be. */
function lentz(r: Routine, a: Expr, x: Expr): Expr {
  const { k } = r;
  const tiny = 1e-300;
  const away = (v: Expr): Expr => k.select(k.lt(k.abs(v), tiny), tiny, v);
  const b = r.var("b", k.sub(k.add(x, 1), a));
  const c = r.var("c", 1 / tiny);
  const d = r.var("d", k.div(1, away(b)));
  const h = r.var("h", d);
  const i = r.var("i", 0);
  const delta = r.var("delta", 0);
  r.while(k.gt(k.abs(k.sub(delta, 1)), EPSILON * 2), MOST, () => {
    r.set(i, k.add(i, 1));
    const an = r.let("an", k.mul(i, k.sub(a, i)));
    r.set(b, k.add(b, 2));
    r.set(d, k.div(1, away(k.add(k.mul(an, d), b))));
    r.set(c, away(k.add(b, k.div(an, c))));
    r.set(delta, k.mul(d, c));
    r.set(h, k.mul(h, delta));
  });
  return h;
}

/** zeta(j) / j from j = 2, with alternating signs: log gamma(1 + a) + gamma_E a divided by a^2. */
const LGAM1P = Array.from({ length: 46 }, (_, k) => {
  const j = k + 2;
  let zeta = 0;
  for (let n = 60; n >= 1; n--) zeta += n ** -j;
  // What is missing of the sum, by Euler and Maclaurin.
  const w = 61;
  zeta +=
    w ** (1 - j) / (j - 1) + w ** -j / 2 + (j / 12) * w ** (-j - 1) - ((j * (j + 1) * (j + 2)) / 720) * w ** (-j - 3);
  return (j % 2 === 0 ? zeta : -zeta) / j;
});
const EULER = 0.5772156649015329;

/** log gamma(1 + a), a >= 0, relative to its size. */
function lgam1p(r: Routine, a: Expr): Expr {
  const { k } = r;
  const near = k.mul(k.sub(k.mul(k.horner(a, LGAM1P), a), EULER), a);
  return k.select(k.lt(a, 0.5), near, r.fn("lgamma", k.add(a, 1)));
}

/** 1 - x^a / gamma(1 + a) and the rest of the series, for small x. */
function upperSeries(r: Routine, a: Expr, x: Expr): Expr {
  const { k } = r;
  const [term, sum, n] = [r.var("term", 1), r.var("sum", 0), r.var("n", 0)];
  r.while(k.gt(k.abs(term), k.mul(k.abs(sum), EPSILON)), 500, () => {
    r.set(n, k.add(n, 1));
    r.set(term, k.mul(term, k.div(k.neg(x), n)));
    r.set(sum, k.add(sum, k.div(term, k.add(a, n))));
  });
  const logx = k.mul(a, r.fn("log", x));
  const exponent = r.let("exponent", k.sub(logx, lgam1p(r, a)));
  return k.sub(k.neg(r.fn("expm1", exponent)), k.mul(k.mul(sum, a), r.fn("exp", exponent)));
}

function incomplete(isUpper: boolean) {
  return (r: Routine, [a, x]: readonly Expr[]): Expr => {
    const { k } = r;
    const out = r.var("result", NaN);
    const [p, q] = isUpper ? [0, 1] : [1, 0];
    const valid = k.and(k.ge(a!, 0), k.ge(x!, 0));
    const store = (value: Expr, upper: boolean): void => r.set(out, upper === isUpper ? value : k.sub(1, value));
    const logx = r.fn("log", k.atLeast(x!, 5e-324));
    const series = k.and(k.le(x!, 0.5), k.le(a!, k.div(-0.4, logx)));
    const reach = k.select(k.le(x!, 1.1), k.mul(x!, 1.1), x!);
    r.if(valid, () => {
      r.if(
        k.eq(x!, 0),
        () => r.set(out, k.select(k.eq(a!, 0), NaN, q)),
        () =>
          r.if(
            k.or(k.eq(x!, Infinity), k.eq(a!, 0)),
            () => r.set(out, k.select(k.eq(a!, Infinity), NaN, p)),
            () =>
              r.if(
                k.eq(a!, Infinity),
                () => r.set(out, q),
                () => {
                  if (!isUpper) {
                    r.if(
                      k.and(k.gt(x!, 1), k.gt(x!, a!)),
                      () => store(upperFraction(r, a!, x!), true),
                      () => store(lowerSeries(r, a!, x!), false),
                    );
                    return;
                  }
                  r.if(
                    series,
                    () => store(upperSeries(r, a!, x!), true),
                    () =>
                      r.if(
                        k.and(k.gt(x!, 0.5), k.ge(reach, a!)),
                        () => store(upperFraction(r, a!, x!), true),
                        () => store(lowerSeries(r, a!, x!), false),
                      ),
                  );
                },
              ),
          ),
      );
    });
    return out;
  };
}

const lower = elementLoop({
  name: "gammainc",
  arity: 2,
  compute: incomplete(false),
  derivatives: ([a, x]) => [() => gammaincInShape(a!, x!), () => slope(a!, x!)],
});

const upper = elementLoop({
  name: "gammaincc",
  arity: 2,
  compute: incomplete(true),
  derivatives: ([a, x]) => [() => neg(gammaincInShape(a!, x!)), () => neg(slope(a!, x!))],
});

/**
 * The regularised lower incomplete gamma function P(a, x): the part of gamma(a) that its integral has up to x. `a` and `x` not negative,
 * NaN elsewhere; they broadcast together. Differentiable in both.
 * @example
 * ```ts
 * import { tensor as T } from "theano";
 * console.log(String(T.gammainc(1, [0, 1, 3]).eval())); // [0.         0.63212056 0.95021293]
 * ```
 */
export function gammainc<A extends TensorLike, X extends TensorLike>(
  a: A,
  x: X,
): TensorVariable<LoopDtype<readonly [A, X]>, BroadcastRank<A, X>>;
export function gammainc(a: TensorLike, x: TensorLike): TensorVariable {
  return lower(a, x);
}

/** The regularised upper incomplete gamma function Q(a, x) = 1 - P(a, x); see {@link gammainc}. */
export function gammaincc<A extends TensorLike, X extends TensorLike>(
  a: A,
  x: X,
): TensorVariable<LoopDtype<readonly [A, X]>, BroadcastRank<A, X>>;
export function gammaincc(a: TensorLike, x: TensorLike): TensorVariable {
  return upper(a, x);
}

/** The lower incomplete gamma function, not regularised: gamma(a) P(a, x). */
export function gammal<A extends TensorLike, X extends TensorLike>(
  a: A,
  x: X,
): TensorVariable<Promote<FloatOf<DTypeOf<A>>, LoopDtype<readonly [A, X]>>, BroadcastRank<A, X>>;
export function gammal(a: TensorLike, x: TensorLike): TensorVariable {
  return mul(gamma(a), gammainc(a, x));
}

/** The upper incomplete gamma function, not regularised: gamma(a) Q(a, x). */
export function gammau<A extends TensorLike, X extends TensorLike>(
  a: A,
  x: X,
): TensorVariable<Promote<FloatOf<DTypeOf<A>>, LoopDtype<readonly [A, X]>>, BroadcastRank<A, X>>;
export function gammau(a: TensorLike, x: TensorLike): TensorVariable {
  return mul(gamma(a), gammaincc(a, x));
}

/** The probability that a chi-square variable of `k` degrees of freedom exceeds `x`. Theano's `chi2sf`. */
export function chi2sf<X extends TensorLike, K extends TensorLike>(
  x: X,
  k: K,
): TensorVariable<Promote<QuotientOf<DTypeOf<X>>, QuotientOf<DTypeOf<K>>>, BroadcastRank<X, K>>;
export function chi2sf(x: TensorLike, k: TensorLike): TensorVariable {
  return gammaincc(div(k, 2), div(x, 2));
}
