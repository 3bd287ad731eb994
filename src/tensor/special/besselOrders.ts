/**
 * Bessel functions of real order. I: its power series, whose terms do not cancel (DLMF 10.25.2). J: backward recurrence, normalised by Neumann's
 * series for (x/2)^f with f the fraction of the order (DLMF 3.6, 10.23.15); Hankel's expansion (DLMF 10.17.3) for large arguments.
 */
import type { Expr } from "../../ir/node.ts";
import { gammaValue } from "../../scalar/special/gamma.ts";
import { add, mul, sub } from "../math.ts";
import type { TensorLike, TensorVariable } from "../variable.ts";
import { elementLoop } from "./elementLoop.ts";
import type { Routine } from "./routine.ts";
import type { BroadcastRank } from "../typing.ts";
import type { LoopDtype } from "../functionTyping.ts";

/** What becomes of an even or odd order at a negative argument; NaN for a fraction. */
function atNegative(r: Routine, v: Expr, x: Expr, value: Expr): Expr {
  const { k } = r;
  const half = k.mul(v, 0.5);
  const odd = k.ne(r.fn("floor", half), half);
  const mirrored = k.select(k.eq(r.fn("floor", v), v), k.select(odd, k.neg(value), value), NaN);
  return k.select(k.lt(x, 0), mirrored, value);
}

/** (x/2)^v / gamma(v + 1). */
function leading(r: Routine, v: Expr, x: Expr): Expr {
  const { k } = r;
  const half = r.let("half", k.mul(x, 0.5));
  const next = k.sum(v, k.c(1));
  // What rounding v + 1 changes, by the logarithm that the digamma function nearly is.
  const lost = k.mul(next.lo, r.fn("log", k.atLeast(next.hi, 1)));
  const direct = k.mul(k.div(r.pow(half, v), gammaValue(k, next.hi)), k.sub(1, lost));
  const byLogs = r.fn("exp", k.sub(k.mul(v, r.fn("log", half)), r.fn("lgamma", k.add(v, 1))));
  const safe = k.and(k.lt(k.abs(v), 140), k.lt(k.abs(k.mul(v, r.fn("log", half))), 600));
  return k.select(safe, direct, byLogs);
}

/** Hankel's expansion for u much larger than v (DLMF 10.40.1). */
function growing(r: Routine, v: Expr, u: Expr): Expr {
  const { k } = r;
  const mu = r.let("mu", k.mul(k.mul(v, v), 4));
  const [term, sum, n] = [r.var("term", 1), r.var("sum", 1), r.var("n", 0)];
  r.while(k.gt(k.abs(term), k.mul(k.abs(sum), 2 ** -55)), 60, () => {
    r.set(n, k.add(n, 1));
    const odd = k.sub(k.mul(n, 2), 1);
    r.set(term, k.mul(term, k.div(k.sub(k.mul(odd, odd), mu), k.mul(k.mul(n, u), 8))));
    r.set(sum, k.add(sum, term));
  });
  const half = r.let("power", r.fn("exp", k.mul(u, 0.5)));
  return k.mul(k.mul(half, k.div(sum, k.sqrt(k.mul(u, 2 * Math.PI)))), half);
}

const modified: (...args: readonly TensorLike[]) => TensorVariable = elementLoop({
  name: "iv",
  arity: 2,
  compute(r, [order, x]) {
    const { k } = r;
    const out = r.var("result", NaN);
    // I of a negative whole order is that of its opposite.
    const v = r.let("v", k.select(k.and(k.lt(order!, 0), k.eq(r.fn("floor", order!), order!)), k.neg(order!), order!));
    const u = r.let("u", k.abs(x!));
    const far = k.and(k.gt(u, 30), k.gt(u, k.mul(k.mul(v, v), 0.6)));
    r.if(k.and(far, k.lt(u, 1500)), () => r.set(out, growing(r, v, u)));
    r.if(k.and(k.and(k.gt(u, 0), k.lt(u, 1500)), r.b.not(far)), () => {
      const z = r.let("z", k.mul(k.mul(u, u), 0.25));
      const term = r.var("term", leading(r, v, u));
      const sum = r.var("sum", term);
      const n = r.var("n", 0);
      const first = k.lt(n, k.add(k.neg(v), 1));
      r.while(k.or(first, k.gt(k.abs(term), k.mul(k.abs(sum), 2 ** -54))), 20_000, () => {
        r.set(n, k.add(n, 1));
        r.set(term, k.mul(term, k.div(z, k.mul(n, k.add(n, v)))));
        r.set(sum, k.add(sum, term));
      });
      r.set(out, sum);
    });
    r.if(k.eq(u, 0), () => r.set(out, k.select(k.eq(v, 0), 1, k.select(k.gt(v, 0), 0, Infinity))));
    r.if(k.ge(u, 1500), () => r.set(out, Infinity));
    return atNegative(r, v, x!, out);
  },
  derivatives: ([v, x]) => [
    "the derivative of a Bessel function in its order is not there.",
    () => mul(add(modified(sub(v!, 1), x!), modified(add(v!, 1), x!)), 0.5),
  ],
});

/** Hankel's expansion for u much larger than v. */
function hankel(r: Routine, v: Expr, u: Expr): Expr {
  const { k } = r;
  const mu = r.let("mu", k.mul(k.mul(v, v), 4));
  const [term, p, q, n] = [r.var("term", 1), r.var("p", 1), r.var("q", 0), r.var("n", 0)];
  const sign = r.var("sign", 1);
  r.while(k.gt(k.abs(term), 2 ** -58), 120, () => {
    r.set(n, k.add(n, 1));
    const odd = k.sub(k.mul(n, 2), 1);
    r.set(term, k.mul(term, k.div(k.sub(mu, k.mul(odd, odd)), k.mul(k.mul(n, u), 8))));
    const half = k.mul(n, 0.5);
    const isEven = r.let("isEven", k.eq(r.fn("floor", half), half));
    // P takes the even terms, Q the odd ones, both with alternating signs.
    r.set(sign, k.select(isEven, k.neg(sign), sign));
    r.set(p, k.select(isEven, k.add(p, k.mul(sign, term)), p));
    r.set(q, k.select(isEven, q, k.add(q, k.mul(sign, term))));
  });
  const turns = k.add(k.mul(v, 0.25), 0.125);
  const phase = r.let("phase", k.mul(k.sub(turns, r.fn("floor", turns)), 2 * Math.PI));
  const [c, s] = [r.let("c", r.fn("cos", phase)), r.let("s", r.fn("sin", phase))];
  const [cu, su] = [r.let("cu", r.fn("cos", u)), r.let("su", r.fn("sin", u))];
  const cosine = k.add(k.mul(cu, c), k.mul(su, s));
  const sine = k.sub(k.mul(su, c), k.mul(cu, s));
  return k.mul(k.sqrt(k.div(2 / Math.PI, u)), k.sub(k.mul(p, cosine), k.mul(q, sine)));
}

/** From a high order down to that asked for; `u` is not much larger than the order squared. */
function recurrence(r: Routine, v: Expr, u: Expr): Expr {
  const { k } = r;
  const n = r.let("order", r.fn("floor", v));
  const f = r.let("fraction", k.sub(v, n));
  const larger = k.select(k.gt(n, u), n, u);
  const start = r.let("start", r.fn("floor", k.mul(k.add(k.mul(larger, 1.1), 44), 0.5)));
  const m = r.var("index", k.mul(start, 2));
  const [above, here] = [r.var("above", 0), r.var("here", 1e-280)];
  const [sum, found] = [r.var("sum", 0), r.var("found", 0)];
  const least = k.select(k.lt(n, 0), n, 0);
  // gamma(f + j + 1) / j! up to a factor, which is known when j has come down to 0: the weight of every second term.
  const j = r.var("j", start);
  const weight = r.var("weight", 1);
  r.while(k.ge(m, least), 1_000_000, () => {
    r.set(found, k.select(k.eq(m, n), here, found));
    const half = k.mul(m, 0.5);
    r.if(k.and(k.eq(r.fn("floor", half), half), k.ge(m, 0)), () => {
      // The term wants (f + 2j) gamma(f + j) / j!.
      const scale = k.select(k.eq(k.add(f, j), 0), 1, k.div(k.add(f, m), k.add(f, j)));
      r.set(sum, k.add(sum, k.mul(k.mul(scale, weight), here)));
      r.set(weight, k.select(k.gt(j, 0), k.mul(weight, k.div(j, k.add(f, j))), weight));
      r.set(j, k.sub(j, 1));
    });
    const next = r.let("next", k.sub(k.mul(k.mul(k.add(m, f), k.div(2, u)), here), above));
    r.set(above, here);
    r.set(here, next);
    r.set(m, k.sub(m, 1));
    r.if(k.gt(k.abs(here), 1e250), () => {
      for (const ref of [above, here, sum, found]) r.set(ref, k.mul(ref, 1e-250));
    });
  });
  const whole = k.mul(sum, k.div(gammaValue(k, k.add(f, 1)), weight));
  return k.mul(k.div(found, whole), r.pow(k.mul(u, 0.5), f));
}

const ordinary: (...args: readonly TensorLike[]) => TensorVariable = elementLoop({
  name: "jv",
  arity: 2,
  compute(r, [v, x]) {
    const { k } = r;
    const out = r.var("result", NaN);
    const u = r.let("u", k.abs(x!));
    const far = k.and(k.gt(u, 30), k.gt(u, k.mul(k.mul(v!, v!), 0.2)));
    r.if(k.and(k.gt(u, 0), k.lt(u, Infinity)), () => {
      r.if(
        far,
        () => r.set(out, hankel(r, v!, u)),
        () =>
          r.if(k.lt(k.abs(v!), 1e5), () => {
            r.if(
              k.and(k.ge(v!, 0), k.lt(k.mul(u, u), k.mul(k.add(v!, 1), 0.5))),
              () => {
                // So small an argument that the power series does not cancel.
                const z = r.let("z", k.mul(k.mul(u, u), -0.25));
                const [term, sum, n] = [r.var("term", 1), r.var("sum", 1), r.var("n", 0)];
                r.while(k.gt(k.abs(term), 2 ** -55), 100, () => {
                  r.set(n, k.add(n, 1));
                  r.set(term, k.mul(term, k.div(z, k.mul(n, k.add(n, v!)))));
                  r.set(sum, k.add(sum, term));
                });
                r.set(out, k.mul(sum, leading(r, v!, u)));
              },
              () => r.set(out, recurrence(r, v!, u)),
            );
          }),
      );
    });
    r.if(k.eq(u, 0), () =>
      r.set(out, k.select(k.eq(v!, 0), 1, k.select(k.or(k.gt(v!, 0), k.eq(r.fn("floor", v!), v!)), 0, Infinity))),
    );
    r.if(k.eq(u, Infinity), () => r.set(out, 0));
    return atNegative(r, v!, x!, out);
  },
  derivatives: ([v, x]) => [
    "the derivative of a Bessel function in its order is not there.",
    () => mul(sub(ordinary(sub(v!, 1), x!), ordinary(add(v!, 1), x!)), 0.5),
  ],
});

/**
 * The Bessel function of the first kind of real order `v`. At negative `x` whole orders only, NaN for others. Differentiable in `x` only.
 * @example
 * ```ts
 * import { tensor as T } from "theano";
 * console.log(String(T.jv([0, 1, 2.5], 2).eval())); // [0.22389078 0.57672481 0.22392453]
 * ```
 */
export function jv<N extends TensorLike, X extends TensorLike>(
  v: N,
  x: X,
): TensorVariable<LoopDtype<readonly [N, X]>, BroadcastRank<N, X>>;
export function jv(v: TensorLike, x: TensorLike): TensorVariable {
  return ordinary(v, x);
}

/** The modified Bessel function of the first kind of real order `v`; see {@link jv}. */
export function iv<N extends TensorLike, X extends TensorLike>(
  v: N,
  x: X,
): TensorVariable<LoopDtype<readonly [N, X]>, BroadcastRank<N, X>>;
export function iv(v: TensorLike, x: TensorLike): TensorVariable {
  return modified(v, x);
}
