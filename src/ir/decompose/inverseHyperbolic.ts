/**
 * asinh, acosh and atanh. In f64 polynomials for asinh and atanh up to 1/2, else the logarithm of a sum of two parts:
 * asinh x = log(x + sqrt(x^2 + 1)), acosh x = log(x + sqrt(x^2 - 1)), 2 atanh x = log((1 + x)/(1 - x)).
 * For float32 log1p in f64 is enough everywhere.
 */
import type { Expr } from "../node.ts";
import { throughDouble, unary, type Decomposition } from "./expansion.ts";
import { ASINH_F64, ATANH_F64 } from "./inverseCoefficients.ts";
import type { FloatType, Kit, Pair } from "./kit.ts";
import { log1p, logPair } from "./logarithm.ts";

type Both = Readonly<Record<FloatType, Decomposition>>;

/** From here on sqrt(x^2 + 1) and sqrt(x^2 - 1) are x. */
const LARGE = 2 ** 30;

function odd(k: Kit, u: Expr, coefficients: readonly number[]): Expr {
  const z = k.mul(u, u);
  return k.add(k.mul(k.mul(k.poly(z, coefficients), z), u), u);
}

/** The square root of a sum, to about twice the precision. */
function squareRoot(k: Kit, { hi, lo }: Pair): Pair {
  const root = k.sqrt(hi);
  const square = k.product(root, root);
  const rest = k.add(k.sub(k.sub(hi, square.hi), square.lo), lo);
  return { hi: root, lo: k.div(rest, k.atLeast(k.mul(root, 2), k.f.minNormal)) };
}

/** log(hi + lo), or log(2 u) where u is large. */
function logOfSum(k: Kit, u: Expr, { hi, lo }: Pair): Expr {
  const large = k.gt(u, LARGE);
  return logPair(k, k.select(large, k.mul(u, 0.5), hi), k.select(large, 0, lo), k.select(large, 2, 0));
}

/** Completes by the argument itself: infinities and what is not a number. */
function finite(k: Kit, u: Expr, value: Expr): Expr {
  return k.select(k.le(u, k.f.maxFinite), value, u);
}

function asinhDouble(k: Kit, x: Expr): Expr {
  const u = k.abs(x);
  const square = k.product(u, u);
  const radicand = k.sum(square.hi, k.c(1));
  const root = squareRoot(k, { hi: radicand.hi, lo: k.add(radicand.lo, square.lo) });
  const sum = k.fastSum(root.hi, u);
  const far = logOfSum(k, u, { hi: sum.hi, lo: k.add(sum.lo, root.lo) });
  return k.copysign(k.select(k.le(u, 0.5), odd(k, u, ASINH_F64), finite(k, u, far)), x);
}

function acoshDouble(k: Kit, x: Expr): Expr {
  const t = k.sub(x, 1);
  const square = k.product(t, t);
  const radicand = k.sum(k.mul(t, 2), square.hi);
  const root = squareRoot(k, { hi: radicand.hi, lo: k.add(radicand.lo, square.lo) });
  const part = k.fastSum(root.hi, t);
  const sum = k.sum(part.hi, k.c(1));
  const value = logOfSum(k, x, { hi: sum.hi, lo: k.add(k.add(part.lo, root.lo), sum.lo) });
  return k.select(k.lt(x, 1), NaN, finite(k, x, value));
}

function atanhDouble(k: Kit, x: Expr): Expr {
  const u = k.abs(x);
  const num = k.fastSum(k.c(1), u);
  // Exact, since u is above 1/2.
  const den = k.sub(1, u);
  const hi = k.div(num.hi, den);
  const product = k.product(hi, den);
  const lo = k.div(k.add(k.sub(k.sub(num.hi, product.hi), product.lo), num.lo), den);
  const far = k.mul(logPair(k, hi, lo), 0.5);
  const edge = k.select(k.eq(u, 1), Infinity, NaN);
  return k.copysign(k.select(k.le(u, 0.5), odd(k, u, ATANH_F64), k.select(k.lt(u, 1), far, edge)), x);
}

/** log(1 + x) in f64 for x that came of float32 numbers. */
const log1pFinite = (k: Kit, x: Expr): Expr => log1p(k, x).fast;

export const asinh: Both = {
  f32: throughDouble((k, x) => {
    const u = k.abs(x!);
    const square = k.mul(u, u);
    const more = k.div(square, k.add(k.sqrt(k.add(square, 1)), 1));
    return k.copysign(finite(k, u, log1pFinite(k, k.add(u, more))), x!);
  }),
  f64: unary(asinhDouble).f64,
};

export const acosh: Both = {
  f32: throughDouble((k, x) => {
    const t = k.sub(x!, 1);
    const value = log1pFinite(k, k.add(k.sqrt(k.mul(t, k.add(t, 2))), t));
    return k.select(k.lt(x!, 1), NaN, finite(k, x!, value));
  }),
  f64: unary(acoshDouble).f64,
};

export const atanh: Both = {
  f32: throughDouble((k, x) => {
    const u = k.abs(x!);
    const value = k.mul(log1pFinite(k, k.div(k.mul(u, 2), k.sub(1, u))), 0.5);
    const edge = k.select(k.eq(u, 1), Infinity, NaN);
    return k.copysign(k.select(k.lt(u, 1), value, edge), x!);
  }),
  f64: unary(atanhDouble).f64,
};
