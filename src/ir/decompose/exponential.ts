/**
 * exp and its relatives: x = n ln 2 + r with |r| <= ln 2 / 2, so e^x = 2^n (1 + w) with w = e^r - 1 from a polynomial.
 * Every function uses w and 2^n apart as long as it can, which spares it the rounding of 1 + w.
 */
import type { Expr } from "../node.ts";
import {
  EXP2_F32,
  EXP2_F64,
  EXP_F32,
  EXP_F64,
  SINH_F32,
  SINH_F64,
  SOFTPLUS_F32,
  SOFTPLUS_F64,
  TANH_EXP2_F32,
  TANH_F32,
  TANH_F64,
} from "./coefficients.ts";
import type { Expansion } from "./expansion.ts";
import type { Kit } from "./kit.ts";

const LOG2E = 1.4426950408889634;

/** ln 2 cut so that its product with any exponent is exact, and the rest. */
export const LN2: Readonly<Record<"f32" | "f64", readonly [number, number]>> = {
  f32: [0.693145751953125, 1.4286068203094172e-6],
  f64: [0.6931471805598903, 5.497923018708371e-14],
};

export interface ReducedExponent {
  /** The integer n in the low bits (see `FloatFormat.magic`). */
  readonly t: Expr;
  readonly r: Expr;
  /** e^r - 1 - r */
  readonly tail: Expr;
}

/** Splits `sign * x` for e^(sign x); the result's `r` is of `sign * x` too. */
export function reduceExponent(k: Kit, x: Expr, sign: 1 | -1 = 1): ReducedExponent {
  const { t, n } = nearestMultiple(k, x, sign);
  const [high, low] = LN2[k.f.type];
  if (sign === 1) {
    const r = k.sub(k.sub(x, k.mul(n, high)), k.mul(n, low));
    return { t, r, tail: expTail(k, r) };
  }
  // r of -x is -(x + n ln 2): the sign is moved into the polynomial by its argument.
  const negated = k.add(k.add(x, k.mul(n, high)), k.mul(n, low));
  const z = k.mul(negated, negated);
  const coefficients = k.pick(EXP_F32, EXP_F64).map((c, i) => (i % 2 === 0 ? c : -c));
  return { t, r: k.neg(negated), tail: k.mul(k.poly(negated, coefficients, z), z) };
}

function nearestMultiple(k: Kit, x: Expr, sign: 1 | -1 = 1): { t: Expr; n: Expr } {
  const t = k.add(k.mul(x, sign * LOG2E), k.f.magic);
  return { t, n: k.sub(t, k.f.magic) };
}

/** e^r - 1 - r for |r| <= ln 2 / 2. */
export function expTail(k: Kit, r: Expr): Expr {
  const z = k.mul(r, r);
  return k.mul(k.poly(r, k.pick(EXP_F32, EXP_F64), z), z);
}

/** p 2^n for the integer n in the low bits of t, if p is near 1 and the result normal. */
function scaleNormal(k: Kit, p: Expr, t: Expr): Expr {
  return k.float(k.iadd(k.bits(p), k.shl(k.bits(t), k.f.mantissa)));
}

/** p 2^n for any n within twice the range of exponents: in two steps, the second of which rounds, overflows or underflows. */
export function scaleAny(k: Kit, p: Expr, t: Expr): Expr {
  const { bias, magic, mantissa } = k.f;
  const n = k.isub(k.bits(t), k.bitsOf(magic));
  const half = k.shr(n, 1);
  const power = (e: Expr): Expr => k.float(k.shl(k.iadd(e, BigInt(bias)), mantissa));
  return k.mul(k.mul(p, power(half)), power(k.isub(n, half)));
}

function expFast(k: Kit, x: Expr): Expr {
  const { t, r, tail } = reduceExponent(k, x);
  return scaleNormal(k, k.add(k.add(tail, r), 1), t);
}

export function expSlow(k: Kit, x: Expr): Expr {
  const clamped = k.atMost(k.atLeast(x, k.pick(-105, -747)), k.pick(89, 710));
  const { t, r, tail } = reduceExponent(k, clamped);
  return scaleAny(k, k.add(k.add(tail, r), 1), t);
}

/** Where e^x and e^-x are normal numbers. */
export function expGuard(k: Kit, x: Expr): Expr {
  return k.lt(k.abs(x), k.pick(87, 708));
}

export function exp(k: Kit, x: Expr): Expansion {
  return { fast: expFast(k, x), guard: expGuard(k, x), slow: expSlow(k, x) };
}

/** 2^x = p 2^n, n in the low bits of t. */
function reduceExp2(k: Kit, x: Expr, coefficients: readonly number[]): { p: Expr; t: Expr } {
  const t = k.add(x, k.f.magic);
  const r = k.sub(x, k.sub(t, k.f.magic));
  return { p: k.add(k.mul(k.poly(r, coefficients), r), 1), t };
}

export function exp2(k: Kit, x: Expr): Expansion {
  const coefficients = k.pick(EXP2_F32, EXP2_F64);
  const fast = reduceExp2(k, x, coefficients);
  const slow = reduceExp2(k, k.atMost(k.atLeast(x, k.pick(-152, -1077)), k.pick(129, 1025)), coefficients);
  const guard = k.le(k.abs(x), k.pick(125, 1021));
  return { fast: scaleNormal(k, fast.p, fast.t), guard, slow: scaleAny(k, slow.p, slow.t) };
}

export function expm1(k: Kit, x: Expr): Expansion {
  const fast = expm1Core(k, x, false);
  const clamped = k.atMost(k.atLeast(x, k.pick(-20, -40)), k.pick(89, 710));
  return { fast, guard: expGuard(k, x), slow: k.copysign(expm1Core(k, clamped, true), x) };
}

/** (2^n - 1) + 2^n (r + tail), with the rounding error of r. `wide` halves the scale near overflow. */
function expm1Core(k: Kit, x: Expr, wide: boolean): Expr {
  const { t, n } = nearestMultiple(k, x);
  const [high, low] = LN2[k.f.type];
  const first = k.sub(x, k.mul(n, high));
  const rest = k.mul(n, low);
  const r = k.sub(first, rest);
  const lost = k.sub(k.sub(first, r), rest);
  const tail = k.add(expTail(k, r), lost);
  const combine = (power: Expr, one: Expr | number): Expr =>
    k.add(k.add(k.sub(power, one), k.mul(power, r)), k.mul(power, tail));
  if (!wide) return k.copysign(combine(k.powerOfTwo(t), 1), x);
  const big = k.gt(x, 80);
  const shifted = k.select(big, k.sub(t, 1), t);
  return k.mul(combine(k.powerOfTwo(shifted), k.select(big, 0.5, 1)), k.select(big, 2, 1));
}

const TANH_SPLIT = 0.55;

/** A polynomial near zero, else (e^2u - 1) / (e^2u + 1) with u = |x|, which is 1 beyond the clamp. */
export function tanh(k: Kit, x: Expr): Expr {
  const u = k.atMost(k.abs(x), k.pick(10, 20));
  // Here the rounding of u log2(e) does no harm: the larger u, the less of it arrives in the result.
  const { p, t } = reduceExp2(k, k.mul(u, 2 * LOG2E), k.pick(TANH_EXP2_F32, EXP2_F64));
  const sum = k.add(scaleNormal(k, p, t), 1);
  const far = k.div(k.sub(sum, 2), sum);
  const z = k.mul(u, u);
  const near = k.add(k.mul(k.mul(k.poly(z, k.pick(TANH_F32, TANH_F64)), z), u), u);
  return k.copysign(k.select(k.gt(u, TANH_SPLIT), far, near), x);
}

/** 1 / (1 + e^-x), the terms of 1 + 2^n + 2^n w added in this order, with what the first sum loses. */
export function sigmoid(k: Kit, x: Expr): Expansion {
  const { t, r, tail } = reduceExponent(k, x, -1);
  const power = k.powerOfTwo(t);
  const first = k.add(power, 1);
  const lost = k.sub(1, k.sub(first, power));
  const fast = k.div(1, k.add(k.add(k.mul(power, k.add(tail, r)), lost), first));
  const guard = expGuard(k, x);
  return { fast, guard, slow: k.select(guard, fast, k.select(k.gt(x, 0), 1, expSlow(k, x))) };
}

/** log(1 + e^x) = max(x, 0) + log1p(e^-|x|) */
export function softplus(k: Kit, x: Expr): Expansion {
  const { t, r, tail } = reduceExponent(k, k.abs(x), -1);
  const power = k.powerOfTwo(t);
  const p = k.fastSum(k.c(1), k.add(tail, r));
  const f = k.mul(p.hi, power);
  const s = k.div(f, k.add(f, 2));
  const z = k.mul(s, s);
  const half = k.mul(k.mul(f, 0.5), f);
  const series = k.mul(k.poly(z, k.pick(SOFTPLUS_F32, SOFTPLUS_F64)), z);
  // The derivative 1 / (1 + f) is near enough to 1 - f^2 / 2 for what the rounding of 1 + w lost.
  const lost = k.mul(k.mul(p.lo, power), k.sub(1, half));
  const correction = k.add(k.mul(s, k.add(half, series)), lost);
  const log1p = k.sub(f, k.sub(half, correction));
  const fast = k.add(log1p, k.atLeast(x, 0));
  const guard = expGuard(k, x);
  return { fast, guard, slow: k.select(guard, fast, k.select(k.gt(x, 0), x, expSlow(k, x))) };
}

/** e^u / 4 in two parts and e^-u / 2, for 0 <= u up to overflow of cosh (2^n alone overflows earlier). */
function halves(k: Kit, u: Expr): { big: Expr; low: Expr; small: Expr } {
  const clamped = k.atMost(u, k.pick(89.6, 710.7));
  const { t, r, tail } = reduceExponent(k, clamped);
  const p = k.fastSum(k.c(1), k.add(tail, r));
  const power = k.powerOfTwo(k.sub(t, 2));
  const big = k.mul(p.hi, power);
  const low = k.mul(p.lo, power);
  return { big, low, small: k.div(k.c(0.125), big) };
}

export function sinh(k: Kit, x: Expr): Expr {
  const u = k.abs(x);
  const { big, low, small } = halves(k, u);
  const large = k.mul(k.sub(big, k.sub(k.mul(small, 0.5), low)), 2);
  const z = k.mul(x, x);
  const near = k.add(k.mul(k.mul(k.poly(z, k.pick(SINH_F32, SINH_F64)), z), x), x);
  return k.select(k.lt(u, 1), near, k.copysign(large, x));
}

export function cosh(k: Kit, x: Expr): Expr {
  const { big, low, small } = halves(k, k.abs(x));
  return k.mul(k.add(big, k.add(k.mul(small, 0.5), low)), 2);
}
