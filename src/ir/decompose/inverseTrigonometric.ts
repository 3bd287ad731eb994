/**
 * asin and acos: a polynomial up to 1/2, above it by asin x = pi/2 - 2 asin sqrt((1 - x)/2).
 * atan and atan2: a polynomial up to tan(pi/8), above it by atan t = pi/4 + atan((t - 1)/(t + 1)).
 */
import type { Expr } from "../node.ts";
import { throughDouble, unary, binary, type Decomposition } from "./expansion.ts";
import { ASIN_DOUBLE_F32, ASIN_F64, ATAN_DOUBLE_F32, ATAN_F64 } from "./inverseCoefficients.ts";
import type { FloatType, Kit, Pair } from "./kit.ts";
import { HALF_PI } from "./quarterTurns.ts";

type Both = Readonly<Record<FloatType, Decomposition>>;

const TAN_EIGHTH = Math.SQRT2 - 1;

/** pi/4 as a double, which ends in three zeros, so that small multiples are exact, and the rest. */
const QUARTER_PI: readonly [number, number] = [HALF_PI[0] / 2, HALF_PI[1] / 2];

/** s + correction = asin of x for x up to 1/2, sqrt((1 - x)/2) else; `s` being x or that root. */
function asinHalf(k: Kit, u: Expr, coefficients: readonly number[]): { s: Expr; correction: Expr; large: Expr } {
  const large = k.gt(u, 0.5);
  const z = k.select(large, k.mul(k.sub(1, u), 0.5), k.mul(u, u));
  const s = k.select(large, k.sqrt(z), u);
  return { s, correction: k.mul(k.mul(k.poly(z, coefficients), z), s), large };
}

function asinWith(k: Kit, x: Expr, coefficients: readonly number[]): Expr {
  const { s, correction, large } = asinHalf(k, k.abs(x), coefficients);
  const { hi, lo } = k.fastSum(k.c(HALF_PI[0]), k.mul(s, -2));
  const complement = k.add(k.add(k.sub(lo, k.mul(correction, 2)), HALF_PI[1]), hi);
  return k.copysign(k.select(large, complement, k.add(correction, s)), x);
}

/** pi/2 - asin x; above 1/2 twice asin sqrt((1 - x)/2), below -1/2 pi less that. */
function acosWith(k: Kit, x: Expr, coefficients: readonly number[]): Expr {
  const { s, correction, large } = asinHalf(k, k.abs(x), coefficients);
  const negative = k.lt(x, 0);
  const middle = k.sub(HALF_PI[0], k.sub(k.copysign(s, x), k.sub(HALF_PI[1], k.copysign(correction, x))));
  const twice = k.mul(k.add(correction, s), 2);
  const far = k.sub(2 * HALF_PI[0], k.sub(twice, 2 * HALF_PI[1]));
  return k.select(large, k.select(negative, far, twice), middle);
}

interface Angle {
  /** A multiple of pi/4. */
  readonly eighths: Expr;
  /** The rest of the angle: v plus a small part. */
  readonly v: Expr;
  readonly small: Expr;
}

/** atan(u / w) for 0 <= u <= w, w > 0 of moderate size. */
function atanQuotient(k: Kit, u: Expr, w: Expr, precise: boolean): Angle {
  const high = k.gt(u, k.mul(w, TAN_EIGHTH));
  const eighths = k.select(high, 1, 0);
  if (!precise) {
    const v = k.div(k.select(high, k.sub(u, w), u), k.select(high, k.add(u, w), w));
    return { eighths, v, small: cubicTerm(k, v, ATAN_DOUBLE_F32) };
  }
  const [difference, sum] = [k.sum(u, k.neg(w)), k.fastSum(w, u)];
  const num: Pair = { hi: k.select(high, difference.hi, u), lo: k.select(high, difference.lo, 0) };
  const den: Pair = { hi: k.select(high, sum.hi, w), lo: k.select(high, sum.lo, 0) };
  const { hi, lo } = k.quotient(num, den);
  // The remainder of a tiny quotient would be lost in subnormal numbers; there the quotient is good as it is.
  const rest = k.select(k.lt(k.abs(hi), 2 ** -900), 0, lo);
  return { eighths, v: hi, small: k.add(cubicTerm(k, hi, ATAN_F64), rest) };
}

function cubicTerm(k: Kit, v: Expr, coefficients: readonly number[]): Expr {
  const z = k.mul(v, v);
  return k.mul(k.mul(k.poly(z, coefficients), z), v);
}

/** `from` eighths of a turn (by twice pi/4) minus the angle where `back`, else plus. */
function reflect(k: Kit, { eighths, v, small }: Angle, back: Expr, from: number): Angle {
  return {
    eighths: k.select(back, k.sub(from, eighths), eighths),
    v: k.select(back, k.neg(v), v),
    small: k.select(back, k.neg(small), small),
  };
}

function total(k: Kit, { eighths, v, small }: Angle): Expr {
  const { hi, lo } = k.fastSum(k.mul(eighths, QUARTER_PI[0]), v);
  return k.add(hi, k.add(k.add(k.mul(eighths, QUARTER_PI[1]), small), lo));
}

function atanWith(k: Kit, x: Expr, precise: boolean): Expr {
  // Beyond the bound the result is pi/2.
  const u = k.atMost(k.abs(x), 2 ** 60);
  const steep = k.gt(u, 1);
  const angle = atanQuotient(k, k.select(steep, 1, u), k.select(steep, u, 1), precise);
  return k.copysign(total(k, reflect(k, angle, steep, 2)), x);
}

/** Scales both by the same power of two, so that the larger comes near 1; infinities become 1 and 0. */
function scaleLarger(k: Kit, u: Expr, w: Expr): { u: Expr; w: Expr } {
  const subnormal = k.lt(w, k.f.minNormal);
  const raise = k.select(subnormal, 2 ** 54, 1);
  const [raisedU, raisedW] = [k.mul(u, raise), k.mul(w, raise)];
  const field = k.iand(k.bits(raisedW), 0x7ffn << 52n);
  const scale = k.float(k.isub(2047n << 52n, field));
  const edge = k.or(k.eq(w, Infinity), k.eq(w, 0));
  return {
    u: k.select(edge, k.select(k.eq(u, Infinity), 1, 0), k.mul(raisedU, scale)),
    w: k.select(edge, 1, k.mul(raisedW, scale)),
  };
}

function atan2With(k: Kit, y: Expr, x: Expr, precise: boolean): Expr {
  const [ay, ax] = [k.abs(y), k.abs(x)];
  const steep = k.gt(ay, ax);
  const [small, large] = [k.select(steep, ax, ay), k.select(steep, ay, ax)];
  const { u, w } = scaleLarger(k, small, large);
  const first = reflect(k, atanQuotient(k, u, w, precise), steep, 2);
  const left = k.lt(k.copysign(1, x), 0);
  const r = k.copysign(total(k, reflect(k, first, left, 4)), y);
  const ordered = k.and(k.eq(x, x), k.eq(y, y));
  return k.select(ordered, r, k.add(x, y));
}

export const asin: Both = {
  f32: throughDouble((k, x) => asinWith(k, x!, ASIN_DOUBLE_F32)),
  f64: unary((k, x) => asinWith(k, x, ASIN_F64)).f64,
};

export const acos: Both = {
  f32: throughDouble((k, x) => acosWith(k, x!, ASIN_DOUBLE_F32)),
  f64: unary((k, x) => acosWith(k, x, ASIN_F64)).f64,
};

export const atan: Both = {
  f32: throughDouble((k, x) => atanWith(k, x!, false)),
  f64: unary((k, x) => atanWith(k, x, true)).f64,
};

export const atan2: Both = {
  f32: throughDouble((k, y, x) => atan2With(k, y!, x!, false)),
  f64: binary((k, y, x) => atan2With(k, y, x, true)).f64,
};
