/**
 * The beta function and the regularised incomplete one: its continued fraction (DLMF 8.17.22) by Lentz' method, on the side of the mean where
 * it converges fast. The factor x^a (1 - x)^b / B(a, b) is taken from Lanczos' sums.
 */
import type { DType } from "../../dtype.ts";
import type { Expr } from "../../ir/node.ts";
import { G_LESS_HALF, gammaValue, lanczosSum } from "../../scalar/special/gamma.ts";
import { add, div, exp, gamma, gammaln, log, log1p, lt, mul, neg, sub, switch_ } from "../math.ts";
import { asTensor } from "../constant.ts";
import type { TensorLike, TensorVariable } from "../variable.ts";
import { elementLoop } from "./elementLoop.ts";
import type { Routine } from "./routine.ts";
import type { Broadcasting } from "../ranks.ts";
import type { BroadcastRank, RankOf } from "../typing.ts";
import type { LoopDtype } from "../functionTyping.ts";

/** A number, and what rounding took from it. */
interface Part {
  readonly value: Expr;
  readonly rest: Expr;
}

/** x^a y^b / B(a, b), x + y = 1: as it stands where no part overflows, else with Lanczos' sums. */
function density(r: Routine, a: Expr, b: Expr, given: Part, other: Part): Expr {
  const { k } = r;
  const [x, y] = [given.value, other.value];
  const out = r.var("density", 0);
  const c = r.let("c", k.add(a, b));
  const size = k.add(k.mul(a, r.fn("log", x)), k.mul(b, r.fn("log", y)));
  r.if(
    k.and(k.lt(c, 165), k.gt(size, -600)),
    () => {
      const powers = k.mul(r.pow(x, a), r.pow(y, b));
      // What rounding x, y and a + b changes; the digamma function of a + b is nearly its logarithm.
      const sum = k.sum(a, b);
      const psi = k.sub(r.fn("log", c), k.div(0.5, c));
      const lost = k.add(k.add(k.div(k.mul(a, given.rest), x), k.div(k.mul(b, other.rest), y)), k.mul(sum.lo, psi));
      const inverse = k.div(k.div(gammaValue(k, c), gammaValue(k, a)), gammaValue(k, b));
      r.set(out, k.mul(k.mul(inverse, powers), k.add(lost, 1)));
    },
    () => {
      const [first, second] = [k.sum(a, k.c(G_LESS_HALF)), k.sum(b, k.c(G_LESS_HALF))];
      const [p, q] = [r.let("p", first.hi), r.let("q", second.hi)];
      const both = k.sum(a, b);
      const all = k.sum(both.hi, k.c(G_LESS_HALF));
      const whole = r.let("whole", all.hi);
      const sums = k.div(k.div(lanczosSum(k, c), lanczosSum(k, a)), lanczosSum(k, b));
      const factor = k.mul(sums, k.sqrt(k.mul(p, k.div(q, whole))));
      const none = k.c(0);
      const [left, right] = [k.product(x, whole), k.product(y, whole)];
      const [one, two] = [k.quotient(left, { hi: p, lo: none }), k.quotient(right, { hi: q, lo: none })];
      const [u, v] = [r.let("u", one.hi), r.let("v", two.hi)];
      const [logU, logV] = [k.mul(a, r.fn("log", u)), k.mul(b, r.fn("log", v))];
      r.if(
        k.and(k.lt(k.abs(logU), 600), k.and(k.lt(k.abs(logV), 600), k.gt(k.add(logU, logV), -600))),
        () => {
          // (x c / a)^a (y c / b)^b, with what rounding takes from each part made up for.
          const more = k.div(k.add(both.lo, all.lo), whole);
          const ofA = k.sub(k.add(k.div(one.lo, u), k.add(more, k.div(given.rest, x))), k.div(first.lo, p));
          const ofB = k.sub(k.add(k.div(two.lo, v), k.add(more, k.div(other.rest, y))), k.div(second.lo, q));
          const lost = k.add(k.mul(a, ofA), k.mul(b, ofB));
          const powers = k.mul(k.mul(r.pow(u, a), r.pow(v, b)), Math.exp(G_LESS_HALF));
          r.set(out, k.mul(k.mul(factor, powers), k.add(lost, 1)));
        },
        () => r.set(out, k.mul(factor, r.fn("exp", k.add(k.add(logU, logV), G_LESS_HALF)))),
      );
    },
  );
  return out;
}

function fraction(r: Routine, a: Expr, b: Expr, x: Expr): Expr {
  const { k } = r;
  const away = (v: Expr): Expr => k.select(k.lt(k.abs(v), 1e-300), 1e-300, v);
  const [sum, up, down] = [k.add(a, b), k.add(a, 1), k.sub(a, 1)];
  const c = r.var("cc", 1);
  const d = r.var("dd", k.div(1, away(k.sub(1, k.div(k.mul(sum, x), up)))));
  const h = r.var("h", d);
  const m = r.var("m", 0);
  const delta = r.var("delta", 0);
  const step = (coefficient: Expr): void => {
    r.set(d, k.div(1, away(k.add(k.mul(coefficient, d), 1))));
    r.set(c, away(k.add(k.div(coefficient, c), 1)));
    r.set(delta, k.mul(d, c));
    r.set(h, k.mul(h, delta));
  };
  r.while(k.gt(k.abs(k.sub(delta, 1)), 2 ** -53), 100_000, () => {
    r.set(m, k.add(m, 1));
    const two = r.let("two", k.mul(m, 2));
    step(r.let("even", k.div(k.mul(k.mul(m, k.sub(b, m)), x), k.mul(k.add(down, two), k.add(a, two)))));
    const odd = k.mul(k.mul(k.add(a, m), k.add(sum, m)), x);
    step(r.let("odd", k.neg(k.div(odd, k.mul(k.add(a, two), k.add(up, two))))));
  });
  return h;
}

const noShape = "the derivatives of the incomplete beta function in a and b are not there.";

const regularised = elementLoop({
  name: "betainc",
  arity: 3,
  compute(r, [a, b, x]) {
    const { k } = r;
    const out = r.var("result", NaN);
    const valid = k.and(k.and(k.gt(a!, 0), k.gt(b!, 0)), k.and(k.ge(x!, 0), k.le(x!, 1)));
    const y = r.let("y", k.sub(1, x!));
    r.if(valid, () => {
      r.if(
        k.or(k.eq(x!, 0), k.eq(x!, 1)),
        () => r.set(out, x!),
        () => {
          const swapped = r.let("swapped", k.gt(x!, k.div(k.add(a!, 1), k.add(k.add(a!, b!), 2))));
          const [p, q] = [r.let("first", k.select(swapped, b!, a!)), r.let("second", k.select(swapped, a!, b!))];
          const [u, w] = [r.let("inner", k.select(swapped, y, x!)), r.let("outer", k.select(swapped, x!, y))];
          const lost = r.let("lost", k.minus(k.minus(1, y), x!));
          const inner = { value: u, rest: k.select(swapped, lost, 0) };
          const outer = { value: w, rest: k.select(swapped, 0, lost) };
          const value = k.div(k.mul(density(r, p, q, inner, outer), fraction(r, p, q, u)), p);
          r.set(out, k.select(swapped, k.sub(1, value), value));
        },
      );
    });
    return out;
  },
  derivatives: ([a, b, x]) => [
    noShape,
    noShape,
    () => exp(sub(add(mul(sub(a!, 1), log(x!)), mul(sub(b!, 1), log1p(neg(x!)))), betaln(a!, b!))),
  ],
});

/**
 * The regularised incomplete beta function I_x(a, b); a and b positive, x in [0, 1], NaN elsewhere. Differentiable in `x` only.
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
