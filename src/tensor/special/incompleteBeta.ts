/**
 * The beta function and the regularised incomplete one: the even part of its continued fraction (DLMF 8.17.22) on the side of the mean where
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
      const reach = (limit: number): Expr => k.and(k.lt(k.abs(logU), limit), k.lt(k.abs(logV), limit));
      const isNear = r.let("isNear", k.and(reach(600), k.gt(k.add(logU, logV), -600)));
      r.if(
        k.and(reach(1300), k.gt(k.add(logU, logV), -740)),
        () => {
          // (x c / a)^a (y c / b)^b, with what rounding takes from each part made up for.
          const more = k.div(k.add(both.lo, all.lo), whole);
          const ofA = k.sub(k.add(k.div(one.lo, u), k.add(more, k.div(given.rest, x))), k.div(first.lo, p));
          const ofB = k.sub(k.add(k.div(two.lo, v), k.add(more, k.div(other.rest, y))), k.div(second.lo, q));
          const lost = k.add(k.mul(a, ofA), k.mul(b, ofB));
          // Powers out of range are squares of others.
          const part = k.select(isNear, 1, 0.5);
          const root = r.let("root", k.mul(r.pow(u, k.mul(a, part)), r.pow(v, k.mul(b, part))));
          const rest = k.mul(k.mul(k.mul(factor, Math.exp(G_LESS_HALF)), root), k.add(lost, 1));
          r.set(out, k.select(isNear, rest, k.mul(rest, root)));
        },
        () => r.set(out, k.mul(factor, r.fn("exp", k.add(k.add(logU, logV), G_LESS_HALF)))),
      );
    },
  );
  return out;
}

/** a y - b x + 1 without the errors of its products: it is small beside them near the mean. */
function distance(r: Routine, a: Expr, b: Expr, x: Part, y: Part): Expr {
  const { k } = r;
  const [up, down] = [k.product(a, y.value), k.product(b, x.value)];
  const whole = k.sum(up.hi, k.neg(down.hi));
  const rests = k.sub(k.mul(a, y.rest), k.mul(b, x.rest));
  const low = k.add(whole.lo, k.add(k.sub(up.lo, down.lo), rests));
  return r.let("distance", k.add(k.add(whole.hi, 1), low));
}

/**
 * The contracted fraction, whose parts are positive as long as its terms matter. Lentz' method finds how many these are; they are then added
 * up from the last one, so that errors do not multiply.
 */
function fraction(r: Routine, a: Expr, b: Expr, given: Part, other: Part): Expr {
  const { k } = r;
  const x = given.value;
  const from = distance(r, a, b, given, other);
  const c = r.let("c", k.add(a, b));
  const step = r.let("step", k.sub(2, x));
  const numerator = (m: Expr): Expr => {
    const whole = k.add(a, k.sub(k.mul(m, 2), 1));
    const first = k.div(k.add(a, k.sub(m, 1)), whole);
    const second = k.mul(k.div(k.add(c, k.sub(m, 1)), whole), x);
    return k.mul(k.mul(first, second), k.mul(k.mul(m, k.sub(b, m)), x));
  };
  const denominator = (m: Expr): Expr => {
    const whole = k.add(a, k.mul(m, 2));
    // At the start there is nothing to divide, by zero for a = 1.
    const before = k.select(k.gt(m, 0), k.sub(whole, 1), 1);
    const middle = k.div(k.mul(k.mul(m, k.sub(b, m)), x), before);
    const last = k.div(k.mul(k.add(a, m), k.add(from, k.mul(m, step))), k.add(whole, 1));
    return k.add(k.add(m, middle), last);
  };
  const away = (v: Expr): Expr => k.select(k.lt(k.abs(v), 1e-300), 1e-300, v);
  const zero = k.c(0);
  const up = r.var("up", away(denominator(zero)));
  const down = r.var("down", 0);
  const delta = r.var("delta", 0);
  const m = r.var("m", 0);
  r.while(k.gt(k.abs(k.sub(delta, 1)), 2 ** -53), 100_000, () => {
    r.set(m, k.add(m, 1));
    const above = r.let("above", numerator(m));
    const below = r.let("below", denominator(m));
    r.set(down, k.div(1, away(k.add(k.mul(above, down), below))));
    r.set(up, away(k.add(k.div(above, up), below)));
    r.set(delta, k.mul(up, down));
  });
  // Where it converges slowly, what is left out is more than the last factor shows.
  r.set(m, r.fn("floor", k.add(k.mul(m, 1.5), 2)));
  const value = r.var("fraction", denominator(m));
  r.while(k.gt(m, 0), 100_000, () => {
    const above = r.let("last", numerator(m));
    r.set(m, k.sub(m, 1));
    r.set(value, k.add(denominator(m), k.div(above, value)));
  });
  return value;
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
          const lost = r.let("lost", k.minus(k.minus(1, y), x!));
          const side = (isOther: Expr): Expr => {
            const [p, q] = [r.let("first", k.select(isOther, b!, a!)), r.let("second", k.select(isOther, a!, b!))];
            const [u, w] = [r.let("inner", k.select(isOther, y, x!)), r.let("outer", k.select(isOther, x!, y))];
            const inner = { value: u, rest: k.select(isOther, lost, 0) };
            const outer = { value: w, rest: k.select(isOther, 0, lost) };
            return r.let("side", k.div(density(r, p, q, inner, outer), fraction(r, p, q, inner, outer)));
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
