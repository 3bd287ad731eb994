/** sin, cos and tan: polynomials on [-pi/4, pi/4] after the reduction of `quarterTurns.ts`. */
import type { Expr } from "../node.ts";
import { COS_F32, COS_F64, SIN_F32, SIN_F64, TAN_DOUBLE_F32 } from "./coefficients.ts";
import { throughDouble, type Decomposition, type Expansion } from "./expansion.ts";
import type { Kit, Pair } from "./kit.ts";
import { anyAngle, moderate, moderateBound, singleInDouble, type QuarterTurns } from "./quarterTurns.ts";

/** r + r^3 S(r^2), as a sum. */
function sinParts(k: Kit, { r, rest }: QuarterTurns): Pair {
  const z = k.mul(r, r);
  const cubic = k.mul(k.mul(r, z), k.poly(z, k.pick(SIN_F32, SIN_F64)));
  return { hi: r, lo: rest === null ? cubic : k.add(cubic, rest) };
}

/** 1 - r^2/2 + r^4 C(r^2), as a sum. */
function cosParts(k: Kit, { r, rest }: QuarterTurns): Pair {
  const z = k.mul(r, r);
  const half = k.mul(z, 0.5);
  const hi = k.sub(1, half);
  const lost = k.sub(k.sub(1, hi), half);
  const quartic = k.mul(k.mul(z, z), k.poly(z, k.pick(COS_F32, COS_F64)));
  return { hi, lo: k.add(lost, rest === null ? quartic : k.sub(quartic, k.mul(r, rest))) };
}

const total = (k: Kit, p: Pair): Expr => k.add(p.lo, p.hi);

function isOdd(k: Kit, n: Expr): Expr {
  return k.b.ne(k.iand(n, 1n), k.int(0n));
}

/** Changes the sign of y by the sign bit of an integer. */
function flip(k: Kit, y: Expr, by: Expr): Expr {
  const signBit = 1n << BigInt(k.f.mantissa + (k.f.type === "f32" ? 8 : 11));
  return k.float(k.b.op("xor", k.bits(y), k.iand(by, signBit)));
}

function signShift(k: Kit): number {
  return k.f.type === "f32" ? 30 : 62;
}

function sinOf(k: Kit, x: Expr, turns: QuarterTurns): Expr {
  const y = k.select(isOdd(k, turns.n), total(k, cosParts(k, turns)), total(k, sinParts(k, turns)));
  const sign = k.b.op("xor", k.bits(x), k.shl(turns.n, signShift(k)));
  return flip(k, y, sign);
}

function cosOf(k: Kit, turns: QuarterTurns): Expr {
  const y = k.select(isOdd(k, turns.n), total(k, sinParts(k, turns)), total(k, cosParts(k, turns)));
  return flip(k, y, k.shl(k.iadd(turns.n, 1n), signShift(k)));
}

export function sin(k: Kit, x: Expr): Expansion {
  const u = k.abs(x);
  const guard = k.le(u, moderateBound(k));
  return { fast: sinOf(k, x, moderate(k, u)), guard, slow: sinOf(k, x, anyAngle(k, u)) };
}

export function cos(k: Kit, x: Expr): Expansion {
  const u = k.abs(x);
  const guard = k.le(u, moderateBound(k));
  return { fast: cosOf(k, moderate(k, u)), guard, slow: cosOf(k, anyAngle(k, u)) };
}

/** sin / cos or -cos / sin, both as sums of two parts. */
function tanOf(k: Kit, x: Expr, turns: QuarterTurns): Expr {
  const s = sinParts(k, turns);
  const c = cosParts(k, turns);
  const sine = k.fastSum(s.hi, s.lo);
  const cosine = k.fastSum(c.hi, c.lo);
  const odd = isOdd(k, turns.n);
  const num: Pair = { hi: k.select(odd, cosine.hi, sine.hi), lo: k.select(odd, cosine.lo, sine.lo) };
  const den: Pair = { hi: k.select(odd, sine.hi, cosine.hi), lo: k.select(odd, sine.lo, cosine.lo) };
  const quotient = k.div(num.hi, den.hi);
  const correction = k.div(k.sub(num.lo, k.mul(quotient, den.lo)), den.hi);
  const sign = k.b.op("xor", k.bits(x), k.shl(turns.n, signShift(k) + 1));
  return flip(k, k.add(correction, quotient), sign);
}

function tanDouble(k: Kit, x: Expr): Expansion {
  const u = k.abs(x);
  const guard = k.le(u, moderateBound(k));
  return { fast: tanOf(k, x, moderate(k, u)), guard, slow: tanOf(k, x, anyAngle(k, u)) };
}

/** In f64, where a short polynomial and one division leave no error to speak of. */
const tanSingle = throughDouble((k, x) => {
  const u = k.abs(x!);
  const of = (turns: QuarterTurns): Expr => {
    const z = k.mul(turns.r, turns.r);
    const t = k.add(k.mul(k.mul(turns.r, z), k.poly(z, TAN_DOUBLE_F32)), turns.r);
    const odd = isOdd(k, turns.n);
    const y = k.div(k.select(odd, 1, t), k.select(odd, t, 1));
    return flip(k, y, k.b.op("xor", k.bits(x!), k.shl(turns.n, 63)));
  };
  const guard = k.le(u, moderateBound(k));
  return { fast: of(singleInDouble(k, u, false)), guard, slow: of(singleInDouble(k, u, true)) };
});

export const tan: { readonly f32: Decomposition; readonly f64: typeof tanDouble } = { f32: tanSingle, f64: tanDouble };
