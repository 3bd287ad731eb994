/**
 * lgamma, digamma and trigamma.
 *
 * lgamma and digamma: from -1/2 to 5.5 the recurrence to 2 + d with small d and a polynomial in d; above it Stirling's
 * series (DLMF 5.11), below it reflection (DLMF 5.5.3, 5.5.4). Near zeros the error is that of the largest term.
 * trigamma: a polynomial in (z - 2.35)/(z + 2.35) from 1 to 5.5, the same kinds of series, recurrence and reflection elsewhere.
 */
import type { Expr } from "../node.ts";
import { throughDouble, unary, type Decomposition, type Expansion } from "./expansion.ts";
import * as table from "./gammaCoefficients.ts";
import type { FloatType, Kit, Pair } from "./kit.ts";
import { logParts, normalGuard } from "./logarithm.ts";

type Both = Readonly<Record<FloatType, Decomposition>>;

interface Tables {
  readonly lgamma: readonly number[];
  readonly stirling: readonly number[];
  readonly digamma: readonly number[];
  readonly digammaFar: readonly number[];
  readonly trigamma: readonly number[];
  readonly trigammaFar: readonly number[];
  readonly sine: readonly number[];
  readonly cotangent: readonly number[];
}

const SINGLE: Tables = {
  lgamma: table.LGAMMA_DOUBLE_F32,
  stirling: table.STIRLING_DOUBLE_F32,
  digamma: table.DIGAMMA_DOUBLE_F32,
  digammaFar: table.DIGAMMA_FAR_DOUBLE_F32,
  trigamma: table.TRIGAMMA_DOUBLE_F32,
  trigammaFar: table.TRIGAMMA_FAR_DOUBLE_F32,
  sine: table.SINPI_DOUBLE_F32,
  cotangent: table.COTPI_DOUBLE_F32,
};

const DOUBLE: Tables = {
  lgamma: table.LGAMMA_F64,
  stirling: table.STIRLING_F64,
  digamma: table.DIGAMMA_F64,
  digammaFar: table.DIGAMMA_FAR_F64,
  trigamma: table.TRIGAMMA_F64,
  trigammaFar: table.TRIGAMMA_FAR_F64,
  sine: table.SINPI_F64,
  cotangent: table.COTPI_F64,
};

/** From here on Stirling's series. */
const FAR = 5.5;
const FAR_DIGAMMA = 5.25;
const HALF_LOG_TWO_PI = 0.9189385332046728;

/** log(hi + lo) for any positive finite hi. */
function logAny(k: Kit, hi: Expr, lo: Expr): Pair {
  const tiny = k.lt(hi, k.f.minNormal);
  const raised = k.select(tiny, k.mul(hi, 2 ** 54), hi);
  return logParts(k, raised, lo, k.select(tiny, -54, 0));
}

/** (2 + d)(3 + d)...(n - 1 + d), where x = n + d, and its derivative. */
function rising(k: Kit, n: Expr, d: Expr): { product: Expr; derivative: Expr } {
  let product = k.add(d, 2);
  let derivative = k.c(1);
  for (let i = 3; i < 5; i++) {
    const more = k.gt(n, i);
    const factor = k.add(d, i);
    derivative = k.select(more, k.add(k.mul(derivative, factor), product), derivative);
    product = k.select(more, k.mul(product, factor), product);
  }
  const some = k.gt(n, 2);
  return { product: k.select(some, product, 1), derivative: k.select(some, derivative, 0) };
}

/** lgamma of x >= -1/2, not zero and finite. */
function lgammaRight(k: Kit, x: Expr, tables: Tables): Expr {
  const n = k.b.nearest(x);
  const d = k.sub(x, n);
  const [zero, low, far] = [k.eq(n, 0), k.lt(n, 2), k.gt(x, FAR)];
  const next = k.fastSum(k.c(1), x);
  const first = k.product(k.abs(x), next.hi);
  const firstLow = k.add(first.lo, k.mul(k.abs(x), next.lo));
  const below = k.select(zero, first.hi, x);
  const argument = k.select(far, x, k.select(low, below, rising(k, n, d).product));
  const log = logAny(k, argument, k.select(zero, firstLow, 0));
  const sign = k.select(low, -1, 1);
  const [first0, ...others] = tables.lgamma;
  const quotient = k.fastSum(k.c(first0!), k.mul(k.poly(d, others), d));
  const zeros = k.mul(k.add(d, 1), d);
  const base = k.add(k.mul(quotient.lo, zeros), k.mul(quotient.hi, zeros));
  const near = k.add(k.add(base, k.mul(log.lo, sign)), k.mul(log.hi, sign));
  return k.select(far, stirling(k, x, log, tables), near);
}

/** (x - 1/2)(log x - 1) + (log(2 pi) - 1)/2 + S(1/x^2)/x */
function stirling(k: Kit, x: Expr, log: Pair, tables: Tables): Expr {
  const r = k.div(1, x);
  const less = k.fastSum(k.sub(log.hi, 1), log.lo);
  const a = k.sub(x, 0.5);
  const rest = k.add(k.mul(k.poly(k.mul(r, r), tables.stirling), r), HALF_LOG_TWO_PI - 0.5);
  return k.add(k.add(rest, k.mul(a, less.lo)), k.mul(a, less.hi));
}

/** sin(pi f) / (pi f) as a sum, |f| <= 1/2. */
function sineQuotient(k: Kit, f: Expr, { sine }: Tables): Pair {
  const z = k.mul(f, f);
  return k.fastSum(k.c(1), k.mul(k.poly(z, sine), z));
}

function lgammaWith(k: Kit, x: Expr, tables: Tables): Expansion {
  const left = k.lt(x, -0.5);
  const u = k.abs(x);
  const right = lgammaRight(k, k.select(left, u, x), tables);
  // pi / |x sin(pi x)| with x = n + f is 1 / (|x| |f| q).
  const f = k.abs(k.sub(x, k.b.nearest(x)));
  const q = sineQuotient(k, f, tables);
  const outer = k.product(u, f);
  const product = k.product(outer.hi, q.hi);
  const lo = k.add(product.lo, k.add(k.mul(outer.lo, q.hi), k.mul(outer.hi, q.lo)));
  const log = logAny(k, product.hi, lo);
  const reflected = k.neg(k.add(k.add(right, log.lo), log.hi));
  const pole = k.or(k.eq(f, 0), k.eq(x, 0));
  const value = k.select(left, k.select(pole, Infinity, reflected), k.select(k.eq(x, 0), Infinity, right));
  return {
    fast: lgammaRight(k, x, tables),
    guard: normalGuard(k, x),
    slow: k.select(k.le(u, k.f.maxFinite), value, u),
  };
}

/** The zero of digamma(2 + d) in two parts. */
const DIGAMMA_ZERO: readonly [number, number] = [-0.5383678550316376, -1.5522348162858677e-17];

/** digamma of x + lo >= -1/2, finite; at zero the infinity of the opposite sign. */
function digammaRight(k: Kit, x: Expr, lo: Expr | null, tables: Tables): Expr {
  // Steps begin at 1.3, so that the zero near 1.46 lies within one.
  const n = k.b.floor(k.add(x, 0.7));
  const exact = k.sub(x, n);
  const d = lo === null ? exact : k.add(exact, lo);
  const [zero, low] = [k.eq(n, 0), k.lt(n, 2)];
  const { product, derivative } = rising(k, n, d);
  const num = k.select(low, k.select(zero, k.add(k.mul(x, 2), 1), 1), derivative);
  const den = k.select(low, k.select(zero, k.mul(x, k.add(x, 1)), x), product);
  const sum = k.mul(k.div(num, den), k.select(low, -1, 1));
  const factor = k.sub(k.sub(d, DIGAMMA_ZERO[0]), DIGAMMA_ZERO[1]);
  const near = k.add(k.mul(k.poly(d, tables.digamma), factor), sum);
  return k.select(k.gt(x, FAR_DIGAMMA), digammaFar(k, x, tables), near);
}

function digammaFar(k: Kit, x: Expr, tables: Tables): Expr {
  const r = k.div(1, x);
  const v = k.mul(r, r);
  const log = logParts(k, x, k.c(0), k.c(0));
  const rest = k.add(k.mul(r, 0.5), k.mul(k.poly(v, tables.digammaFar), v));
  return k.add(k.sub(log.lo, rest), log.hi);
}

/** pi cot(pi f), |f| <= 1/2, with its zero at 1/2 as a factor. */
function piCotangent(k: Kit, f: Expr, tables: Tables): Pair {
  const size = k.abs(f);
  const square = k.mul(f, f);
  const regular = k.fastSum(k.c(4), k.mul(k.poly(square, tables.cotangent), square));
  const below = k.sub(0.5, size);
  const above = k.fastSum(k.c(0.5), size);
  if (tables === SINGLE) return { hi: k.div(k.mul(regular.hi, k.mul(below, above.hi)), f), lo: k.c(0) };
  const zeros = k.product(below, above.hi);
  const product = k.product(regular.hi, zeros.hi);
  const small = k.add(k.mul(regular.hi, k.add(zeros.lo, k.mul(below, above.lo))), k.mul(regular.lo, zeros.hi));
  const lo = k.add(product.lo, small);
  return k.quotient({ hi: product.hi, lo }, { hi: f, lo: k.c(0) });
}

function digammaWith(k: Kit, x: Expr, tables: Tables): Expansion {
  const left = k.lt(x, -0.5);
  const mirror = k.sum(k.c(1), k.neg(x));
  const right = digammaRight(k, k.select(left, mirror.hi, x), k.select(left, mirror.lo, 0), tables);
  const f = k.sub(x, k.b.nearest(x));
  const cotangent = piCotangent(k, f, tables);
  const reflected = k.select(k.eq(f, 0), NaN, k.sub(k.sub(right, cotangent.lo), cotangent.hi));
  const value = k.select(left, reflected, right);
  return {
    fast: digammaRight(k, x, null, tables),
    guard: normalGuard(k, x),
    slow: k.select(k.eq(x, Infinity), x, value),
  };
}

/** trigamma of z >= 1. */
function trigammaRight(k: Kit, z: Expr, tables: Tables): Expr {
  const r = k.div(1, z);
  const v = k.mul(r, r);
  const far = k.add(k.add(k.mul(k.mul(k.poly(v, tables.trigammaFar), v), r), k.mul(v, 0.5)), r);
  const t = k.div(k.sub(z, 2.35), k.add(z, 2.35));
  return k.select(k.gt(z, FAR), far, k.div(k.add(k.poly(t, tables.trigamma), 1), z));
}

function trigammaWith(k: Kit, x: Expr, tables: Tables): Expr {
  const [left, below] = [k.lt(x, 0), k.lt(x, 1)];
  const right = trigammaRight(k, k.select(left, k.sub(1, x), k.select(below, k.add(x, 1), x)), tables);
  // pi / sin(pi x) or 1 / x, squared
  const f = k.sub(x, k.b.nearest(x));
  const q = sineQuotient(k, f, tables);
  const sine = k.product(f, q.hi);
  const den = { hi: k.select(left, sine.hi, x), lo: k.select(left, k.add(sine.lo, k.mul(f, q.lo)), 0) };
  const { hi, lo } = k.quotient({ hi: k.c(1), lo: k.c(0) }, den);
  // Twice the product of the parts, unless the square overflows.
  const cross = k.select(k.lt(k.abs(hi), 2 ** 512), k.mul(k.mul(hi, 2), lo), 0);
  const square = k.add(k.mul(hi, hi), cross);
  const mirrored = k.select(k.eq(x, -Infinity), Infinity, k.sub(square, right));
  return k.select(left, mirrored, k.select(below, k.add(square, right), right));
}

export const lgamma: Both = {
  f32: throughDouble((k, x) => lgammaWith(k, x!, SINGLE)),
  f64: unary((k, x) => lgammaWith(k, x, DOUBLE)).f64,
};

export const digamma: Both = {
  f32: throughDouble((k, x) => digammaWith(k, x!, SINGLE)),
  f64: unary((k, x) => digammaWith(k, x, DOUBLE)).f64,
};

export const trigamma: Both = {
  f32: throughDouble((k, x) => trigammaWith(k, x!, SINGLE)),
  f64: unary((k, x) => trigammaWith(k, x, DOUBLE)).f64,
};
