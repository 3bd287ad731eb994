/**
 * x^y = 2^(y log2 |x|). In f64 the logarithm is a sum of two doubles good to about 2^-64, so that the largest exponents leave
 * less than an ulp of error; in f64 for float32 an ordinary logarithm is enough. Special cases are those of C and NumPy.
 */
import type { Expr } from "../node.ts";
import { EXP2_F64 } from "./coefficients.ts";
import { binary, throughDouble, type Decomposition, type Expansion } from "./expansion.ts";
import { scaleAny } from "./exponential.ts";
import type { FloatType, Kit, Pair } from "./kit.ts";
import { logTail, reduceLogarithm } from "./logarithm.ts";
import { EXP2_DOUBLE_F32, LOG_LONG_F64 } from "./powerCoefficients.ts";

const LOG2E = 1.4426950408889634;

/** 2 / ln 2 and 1/3 in two parts. */
const TWO_LOG2E: readonly [number, number] = [2.8853900817779268, 4.0710547481862066e-17];
const THIRD: readonly [number, number] = [1 / 3, 1.850371707708594e-17];

/** log2 x in two parts for 2^e (1 + f). */
function logLong(k: Kit, e: Expr, f: Expr): Pair {
  const s = k.quotient({ hi: f, lo: k.c(0) }, k.fastSum(k.c(2), f));
  const square = k.product(s.hi, s.hi);
  const z = { hi: square.hi, lo: k.add(square.lo, k.mul(k.mul(s.hi, 2), s.lo)) };
  const third = k.product(z.hi, k.c(THIRD[0]));
  const rest = k.mul(k.mul(z.hi, z.hi), k.poly(z.hi, LOG_LONG_F64, k.mul(z.hi, z.hi)));
  const thirdLow = k.add(k.add(third.lo, k.mul(z.hi, THIRD[1])), k.mul(z.lo, THIRD[0]));
  const excess = k.fastSum(third.hi, k.add(rest, thirdLow));
  const one = k.fastSum(k.c(1), excess.hi);
  const series = multiply(k, s, { hi: one.hi, lo: k.add(one.lo, excess.lo) });
  const scaled = multiply(k, series, { hi: k.c(TWO_LOG2E[0]), lo: k.c(TWO_LOG2E[1]) });
  const sum = k.fastSum(e, scaled.hi);
  return k.fastSum(sum.hi, k.add(sum.lo, scaled.lo));
}

function multiply(k: Kit, x: Pair, y: Pair): Pair {
  const { hi, lo } = k.product(x.hi, y.hi);
  return { hi, lo: k.add(k.add(k.mul(x.hi, y.lo), k.mul(x.lo, y.hi)), lo) };
}

/** log2 x for 2^e (1 + f), good for float32 powers. */
function logShort(k: Kit, e: Expr, f: Expr): Pair {
  const { half, tail } = logTail(k, f);
  return { hi: k.add(k.mul(k.sub(f, k.sub(half, tail)), LOG2E), e), lo: k.c(0) };
}

interface Manner {
  readonly log: (k: Kit, e: Expr, f: Expr) => Pair;
  readonly exp2: readonly number[];
  /** Exponents beyond this give an infinity or zero. */
  readonly limit: number;
  /** Whether arguments can be subnormal. */
  readonly subnormal: boolean;
}

const SINGLE: Manner = { log: logShort, exp2: EXP2_DOUBLE_F32, limit: 160, subnormal: false };
const DOUBLE: Manner = { log: logLong, exp2: EXP2_F64, limit: 1100, subnormal: true };

/** 2^hi(1 + lo) as p 2^n. */
function exponential(k: Kit, hi: Expr, lo: Expr, { exp2 }: Manner): { p: Expr; t: Expr } {
  // `lo` holds what the rounding of `hi` lost: the rounded value is meant.
  const t = k.plus(hi, k.f.magic);
  const r = k.add(k.minus(hi, k.sub(t, k.f.magic)), lo);
  return { p: k.add(k.mul(k.poly(r, exp2), r), 1), t };
}

/** y log2 |x| in two parts. */
function exponentOf(k: Kit, y: Expr, log: Pair, { subnormal }: Manner): Pair {
  if (!subnormal) return { hi: k.mul(y, log.hi), lo: k.c(0) };
  const product = k.product(y, log.hi);
  return { hi: product.hi, lo: k.add(product.lo, k.mul(y, log.lo)) };
}

function scaled(k: Kit, { p, t }: { p: Expr; t: Expr }, manner: Manner): Expr {
  return manner.subnormal ? scaleAny(k, p, t) : k.mul(p, k.powerOfTwo(t));
}

function powFast(k: Kit, x: Expr, y: Expr, manner: Manner): { value: Expr; guard: Expr } {
  const { e, f } = reduceLogarithm(k, x);
  const { hi, lo } = exponentOf(k, y, manner.log(k, e, f), manner);
  const { p, t } = exponential(k, hi, lo, manner);
  const normal = k.and(k.ge(x, k.f.minNormal), k.le(x, k.f.maxFinite));
  const guard = k.and(normal, k.lt(k.abs(hi), manner.subnormal ? 1020 : manner.limit));
  return { value: k.mul(p, k.powerOfTwo(t)), guard };
}

function powSlow(k: Kit, x: Expr, y: Expr, manner: Manner): Expr {
  const u = k.abs(x);
  const tiny = k.lt(u, k.f.minNormal);
  const raised = manner.subnormal ? k.select(tiny, k.mul(u, 2 ** 54), u) : u;
  const { e, f } = reduceLogarithm(k, raised);
  const exponent = manner.subnormal ? k.sub(e, k.select(tiny, 54, 0)) : e;
  // Any number but 1 to a power as large as this overflows or underflows.
  const power = k.atMost(k.atLeast(y, -(2 ** 66)), 2 ** 66);
  const { hi, lo } = exponentOf(k, power, manner.log(k, exponent, f), manner);
  const clamped = k.atMost(k.atLeast(hi, -manner.limit), manner.limit);
  const rest = k.select(k.eq(clamped, hi), lo, 0);
  return special(k, x, y, scaled(k, exponential(k, clamped, rest, manner), manner));
}

/** Completes |x|^y, right for finite |x| > 0, to all arguments. */
function special(k: Kit, x: Expr, y: Expr, regular: Expr): Expr {
  const u = k.abs(x);
  const whole = k.eq(k.b.trunc(y), y);
  const half = k.mul(y, 0.5);
  const isOdd = k.and(k.and(whole, k.ne(k.b.trunc(half), half)), k.lt(k.abs(y), Infinity));
  const zero = k.eq(u, 0);
  const edge = k.or(zero, k.eq(u, Infinity));
  const falling = k.lt(y, 0);
  const extreme = k.select(k.b.op("xor", zero, falling), 0, Infinity);
  const magnitude = k.select(edge, extreme, regular);
  const signed = k.copysign(magnitude, k.select(isOdd, x, 1));
  const undefinedPower = k.and(k.and(k.lt(x, 0), k.gt(x, -Infinity)), k.b.not(whole));
  const number = k.select(undefinedPower, NaN, signed);
  const ordered = k.select(k.and(k.eq(x, x), k.eq(y, y)), number, NaN);
  return k.select(k.or(k.eq(y, 0), k.eq(x, 1)), 1, ordered);
}

function powWith(k: Kit, x: Expr, y: Expr, manner: Manner): Expansion {
  const { value, guard } = powFast(k, x, y, manner);
  return { fast: value, guard, slow: powSlow(k, x, y, manner) };
}

export const pow: Readonly<Record<FloatType, Decomposition>> = {
  f32: throughDouble((k, x, y) => powWith(k, x!, y!, SINGLE)),
  f64: binary((k, x, y) => powWith(k, x, y, DOUBLE)).f64,
};
