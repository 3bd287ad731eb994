/**
 * The derivatives of the regularised incomplete beta function in its parameters. The fraction of `betaFraction.ts` carries its derivative
 * along, from its last term; where the first parameter of the side taken is below 1, for which that would cancel, it is the series
 * I = x^a / (a B(a, b)) sum of (1 - b)_n / n! a / (a + n) x^n (DLMF 8.17.7). That of the logarithm of what stands before them is
 * log x + psi(a + b) - psi(a) in a and log(1 - x) + psi(a + b) - psi(b) in b.
 */
import type { Expr } from "../../ir/node.ts";
import { add, and, eq, exp, gammaln, log, log1p, mul, neg, or, psi, sub, switch_ } from "../math.ts";
import type { TensorLike, TensorVariable } from "../variable.ts";
import { density, fraction, termsOf, type Part } from "./betaFraction.ts";
import { elementLoop } from "./elementLoop.ts";
import type { Routine } from "./routine.ts";

/** Bernoulli's numbers B_2n / 2n, of the asymptotic series of the digamma function (DLMF 5.11.2). */
const BERNOULLI = [1 / 12, -1 / 120, 1 / 252, -1 / 240, 1 / 132, -691 / 32760, 1 / 12];

/** From here on the asymptotic series has all places. */
const FAR = 16;

/** psi(z + d) - psi(z) - log1p(d / z) for z >= 16, d > 0: all its terms have the factor d, so small differences keep their places. */
function farRise(r: Routine, z: Expr, d: Expr): Expr {
  const { k } = r;
  const [s, t] = [r.let("s", k.div(1, z)), r.let("t", k.div(1, k.add(z, d)))];
  const [square, other] = [r.let("square", k.mul(s, s)), r.let("other", k.mul(t, t))];
  // The quotient of s^2n - t^2n and s^2 - t^2.
  let quotient: Expr = k.c(1);
  let power: Expr = k.c(1);
  let sum: Expr = k.c(0);
  for (const c of BERNOULLI) {
    sum = r.let("sum", k.add(k.mul(quotient, c), sum));
    power = r.let("power", k.mul(power, square));
    quotient = r.let("quotient", k.add(k.mul(quotient, other), power));
  }
  return k.mul(k.mul(k.mul(d, s), t), k.add(k.mul(k.add(s, t), sum), 0.5));
}

/**
 * log v + psi(z + d) - psi(z). `off` is v (z + d) / z - 1, which the caller knows without cancellation; below 16 the digamma functions come
 * from their recurrence, whose first term `start`, d / (z (z + d)), may be another.
 */
function growth(r: Routine, z: Expr, d: Expr, v: Expr, off: Expr, start: Expr): Expr {
  const { k } = r;
  const near = r.let("near", k.lt(z, FAR));
  const shift = r.let("shift", k.select(near, FAR, 0));
  const sum = r.var("rise", k.select(near, start, 0));
  const j = r.var("j", 1);
  r.while(k.lt(j, shift), FAR, () => {
    const below = r.let("below", k.add(z, j));
    r.set(sum, k.add(sum, k.div(d, k.mul(below, k.add(below, d)))));
    r.set(j, k.add(j, 1));
  });
  const from = r.let("from", k.add(z, shift));
  const less = r.let("less", k.select(near, k.add(k.sub(v, 1), k.mul(v, k.div(d, from))), off));
  const logs = r.var("logs", 0);
  r.if(
    k.lt(less, -0.5),
    () => {
      const ratio = r.let("ratio", k.div(k.add(from, d), from));
      // Their product, unless that has lost places below the smallest normal number.
      const apart = k.add(r.fn("log", v), r.fn("log", ratio));
      r.set(logs, k.select(k.lt(v, 1e-290), apart, r.fn("log", k.mul(v, ratio))));
    },
    () => r.set(logs, r.fn("log1p", less)),
  );
  return r.let("growth", k.add(k.add(sum, logs), farRise(r, from, d)));
}

/** A side of the mean: I_u(p, q), u + w = 1, and whether its derivative is wanted in p or in q. */
interface Side {
  readonly p: Expr;
  readonly q: Expr;
  readonly inner: Part;
  readonly outer: Part;
  readonly isFirst: Expr;
}

/** For p < 1. There the terms are at most (u q)^n / n! or u^n, and u q < 2. */
function bySeries(r: Routine, { p, q, inner, outer, isFirst }: Side): Expr {
  const { k } = r;
  const [u, w] = [inner.value, outer.value];
  const c = r.let("c", k.add(p, q));
  const [z, d] = [r.let("z", k.select(isFirst, p, q)), r.let("d", k.select(isFirst, q, p))];
  // What stands before the series is u^p / (p B(p, q)): of p it has psi(p + q) - psi(p + 1).
  const start = k.select(isFirst, k.div(-1, c), k.div(p, k.mul(q, c)));
  const v = k.select(isFirst, u, 1);
  const before = growth(r, z, d, v, k.div(d, z), start);
  const [term, change, n] = [r.var("term", 1), r.var("change", 0), r.var("n", 0)];
  const [sum, slope] = [r.var("sum", 1), r.var("slope", 0)];
  const least = r.let("least", k.mul(u, 2 ** -60));
  r.while(k.gt(k.add(k.abs(term), k.abs(change)), least), 1000, () => {
    r.set(n, k.add(n, 1));
    const [step, apart] = [r.let("step", k.div(u, n)), r.let("apart", k.sub(n, q))];
    r.set(change, k.mul(k.sub(k.mul(change, apart), term), step));
    r.set(term, k.mul(term, k.mul(apart, step)));
    const below = r.let("below", k.div(1, k.add(p, n)));
    const part = r.let("part", k.mul(p, below));
    r.set(sum, k.add(sum, k.mul(term, part)));
    const more = k.select(isFirst, k.mul(term, k.mul(k.mul(n, below), below)), k.mul(change, part));
    r.set(slope, k.add(slope, more));
  });
  const power = k.mul(r.pow(w, q), k.add(k.mul(q, k.div(outer.rest, w)), 1));
  const factor = k.div(k.div(density(r, p, q, inner, outer), p), power);
  return k.mul(factor, k.add(k.mul(before, sum), slope));
}

/** For p >= 1. */
function byFraction(r: Routine, { p, q, inner, outer, isFirst }: Side): Expr {
  const { k } = r;
  const [u, w] = [inner.value, outer.value];
  const parts = fraction(r, p, q, inner, outer);
  const { from, numerator, denominator } = parts;
  const c = r.let("c", k.add(p, q));
  // How p, q and p w - q u + 1 change; p + q changes by 1.
  const [ofP, ofQ] = [r.let("ofP", k.select(isFirst, 1, 0)), r.let("ofQ", k.select(isFirst, 0, 1))];
  const ofFrom = r.let("ofFrom", k.select(isFirst, w, k.neg(u)));
  // At whole q the fraction ends, its derivative does not: terms are counted as they are between whole numbers.
  const between = r.let("between", k.add(r.fn("floor", q), 0.5));
  const m = termsOf(r, fraction(r, p, between, inner, outer));
  const value = r.var("fraction", denominator(m));
  // m (q - m) u and its quotient in a denominator, then the last part of that.
  const middle = (at: Expr): Expr => k.mul(k.mul(at, k.sub(q, at)), u);
  const ofDenominator = (at: Expr): Expr => {
    const whole = r.let("whole", k.add(p, k.mul(at, 2)));
    const before = r.let("before", k.select(k.gt(at, 0), k.sub(whole, 1), 1));
    const one = k.div(k.sub(k.mul(k.mul(at, u), ofQ), k.mul(k.div(middle(at), before), ofP)), before);
    const [top, after] = [r.let("top", k.add(from, k.mul(at, k.sub(2, u)))), r.let("after", k.add(whole, 1))];
    // (p + m) top / (p + 2m + 1) in p: top (m + 1) / (p + 2m + 1)^2 by its first factors.
    const first = k.mul(k.mul(top, ofP), k.div(k.div(k.add(at, 1), after), after));
    return k.add(k.add(one, first), k.mul(k.div(k.add(p, at), after), ofFrom));
  };
  const slope = r.var("slope", ofDenominator(m));
  r.while(k.gt(m, 0), 100_000, () => {
    const less = r.let("less", k.sub(m, 1));
    const whole = r.let("whole", k.add(p, k.sub(k.mul(m, 2), 1)));
    const [a, b] = [r.let("a", k.div(k.add(p, less), whole)), r.let("b", k.mul(k.div(k.add(c, less), whole), u))];
    const ofA = k.div(k.mul(ofP, k.div(m, whole)), whole);
    const ofB = k.div(k.sub(u, k.mul(b, ofP)), whole);
    const ofProduct = k.add(k.mul(ofA, b), k.mul(a, ofB));
    const ofAbove = k.add(k.mul(ofProduct, middle(m)), k.mul(k.mul(a, b), k.mul(k.mul(m, u), ofQ)));
    const ratio = r.let("ratio", k.div(numerator(m), value));
    const ofRatio = r.let("ofRatio", k.div(k.sub(ofAbove, k.mul(ratio, slope)), value));
    r.set(m, less);
    r.set(value, k.add(denominator(m), ratio));
    r.set(slope, k.add(ofDenominator(m), ofRatio));
  });
  const [z, d] = [r.let("z", k.select(isFirst, p, q)), r.let("d", k.select(isFirst, q, p))];
  const apart = k.sub(from, 1);
  const off = r.let("off", k.div(k.select(isFirst, k.neg(apart), apart), z));
  const before = growth(r, z, d, k.select(isFirst, u, w), off, k.div(d, k.mul(z, c)));
  const whole = k.div(density(r, p, q, inner, outer), value);
  return k.mul(whole, k.sub(before, k.div(slope, value)));
}

/** x^(a - 1) (1 - x)^(b - 1) / B(a, b) of tensors. */
export function betaSlope(a: TensorVariable, b: TensorVariable, x: TensorVariable): TensorVariable {
  // 0 log 0 is 0 here.
  const power = (n: TensorVariable, end: number, of: TensorVariable): TensorVariable =>
    switch_(and(eq(x, end), eq(n, 1)), 0, mul(sub(n, 1), of));
  const inverse = sub(gammaln(add(a, b)), add(gammaln(a), gammaln(b)));
  return exp(add(add(power(a, 0, log(x)), power(b, 1, log1p(neg(x)))), inverse));
}

const SECOND =
  "the second derivatives of the incomplete beta function in a and b are not there: take differences of the first ones, or hold a and b fixed " +
  "(disconnectedGrad) where only x is meant.";

function inShape(isOfA: boolean): (...args: readonly TensorLike[]) => TensorVariable {
  return elementLoop({
    name: isOfA ? "betaincInFirst" : "betaincInSecond",
    arity: 3,
    compute(r, [a, b, x]) {
      const { k } = r;
      const out = r.var("result", NaN);
      const finite = (v: Expr): Expr => k.and(k.gt(v, 0), k.lt(v, Infinity));
      const y = r.let("y", k.sub(1, x!));
      r.if(k.and(k.and(finite(a!), finite(b!)), k.and(k.ge(x!, 0), k.le(x!, 1))), () =>
        r.if(
          k.or(k.eq(x!, 0), k.eq(x!, 1)),
          () => r.set(out, 0),
          () => {
            const mean = r.let("mean", k.div(k.add(a!, 1), k.add(k.add(a!, b!), 2)));
            const swapped = r.let("swapped", k.gt(x!, mean));
            const lost = r.let("lost", k.minus(k.minus(1, y), x!));
            const pick = (name: string, one: Expr | number, two: Expr | number): Expr =>
              r.let(name, k.select(swapped, k.number(one), two));
            const side: Side = {
              p: pick("p", b!, a!),
              q: pick("q", a!, b!),
              inner: { value: pick("u", y, x!), rest: pick("restU", lost, 0) },
              outer: { value: pick("w", x!, y), rest: pick("restW", 0, lost) },
              isFirst: isOfA ? k.le(x!, mean) : swapped,
            };
            r.if(
              k.lt(side.p, 1),
              () => r.set(out, bySeries(r, side)),
              () => r.set(out, byFraction(r, side)),
            );
            r.set(out, k.select(swapped, k.neg(out), out));
          },
        ),
      );
      return out;
    },
    derivatives: ([a, b, x]) => [
      SECOND,
      SECOND,
      () => {
        const isEnd = or(eq(x!, 0), eq(x!, 1));
        const inside = switch_(isEnd, 0.5, x!);
        const logs = isOfA ? log(inside) : log1p(neg(inside));
        const rate = sub(add(logs, psi(add(a!, b!))), psi(isOfA ? a! : b!));
        return switch_(isEnd, 0, mul(betaSlope(a!, b!, inside), rate));
      },
    ],
  });
}

const [first, second] = [inShape(true), inShape(false)];

/** dI_x(a, b) / da of tensors; NaN where I is. */
export function betaincInFirst(a: TensorLike, b: TensorLike, x: TensorLike): TensorVariable {
  return first(a, b, x);
}

/** dI_x(a, b) / db of tensors; NaN where I is. */
export function betaincInSecond(a: TensorLike, b: TensorLike, x: TensorLike): TensorVariable {
  return second(a, b, x);
}
