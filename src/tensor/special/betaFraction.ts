/**
 * I_x(a, b) = density / fraction on the side of the mean where the even part of the continued fraction (DLMF 8.17.22) converges fast. The
 * density x^a (1 - x)^b / B(a, b) is taken from Lanczos' sums.
 */
import type { Expr, Ref } from "../../ir/node.ts";
import { G_LESS_HALF, gammaValue, lanczosSum } from "../../scalar/special/gamma.ts";
import { log1pMinus } from "./gammaDensity.ts";
import type { Routine } from "./routine.ts";

/** A number, and what rounding took from it. */
export interface Part {
  readonly value: Expr;
  readonly rest: Expr;
}

/** x^a y^b / B(a, b), x + y = 1: as it stands where no part overflows, else with Lanczos' sums. */
export function density(r: Routine, a: Expr, b: Expr, given: Part, other: Part): Expr {
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
        () => {
          // a log u + b log v + g, of whose logarithms the first terms cancel but for g u and g v.
          const apart = k.sub(distance(r, a, b, given, other), 1);
          const ofU = r.let("ofU", k.div(k.neg(k.add(apart, k.mul(y, G_LESS_HALF))), p));
          const ofV = r.let("ofV", k.div(k.sub(apart, k.mul(x, G_LESS_HALF)), q));
          const less = (v: Expr, of: Expr): Expr =>
            k.select(k.lt(of, -0.5), k.sub(r.fn("log", v), of), log1pMinus(r, of));
          const curved = k.add(k.mul(a, less(u, ofU)), k.mul(b, less(v, ofV)));
          r.set(out, k.mul(factor, r.fn("exp", k.sub(curved, k.mul(k.add(ofU, ofV), G_LESS_HALF)))));
        },
      );
    },
  );
  return out;
}

/** a y - b x + 1 without the errors of its products: it is small beside them near the mean. */
export function distance(r: Routine, a: Expr, b: Expr, x: Part, y: Part): Expr {
  const { k } = r;
  const [up, down] = [k.product(a, y.value), k.product(b, x.value)];
  const whole = k.sum(up.hi, k.neg(down.hi));
  const rests = k.sub(k.mul(a, y.rest), k.mul(b, x.rest));
  const low = k.add(whole.lo, k.add(k.sub(up.lo, down.lo), rests));
  return r.let("distance", k.add(k.add(whole.hi, 1), low));
}

/** The contracted fraction's parts, which are positive as long as its terms matter. */
export interface Fraction {
  /** a y - b x + 1. */
  readonly from: Expr;
  readonly numerator: (m: Expr) => Expr;
  readonly denominator: (m: Expr) => Expr;
}

export function fraction(r: Routine, a: Expr, b: Expr, given: Part, other: Part): Fraction {
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
  return { from, numerator, denominator };
}

/** How many terms of a fraction are taken, by Lentz' method. */
export function termsOf(r: Routine, { numerator, denominator }: Fraction): Ref {
  const { k } = r;
  const away = (v: Expr): Expr => k.select(k.lt(k.abs(v), 1e-300), 1e-300, v);
  const up = r.var("up", away(denominator(k.c(0))));
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
  return m;
}
