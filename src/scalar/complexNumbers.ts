/** Arithmetic of complex numbers as pairs of expressions. */
import type { IrBuilder } from "../ir/build.ts";
import type { ElementValue } from "../ir/lowered.ts";
import type { Expr } from "../ir/node.ts";

/** Real and imaginary part. */
export type Pair = readonly [Expr, Expr];

/** A real value as a complex one. */
export function pair(b: IrBuilder, v: ElementValue): Pair {
  return isPair(v) ? v : [v, b.constant(v.type, 0)];
}

function isPair(v: ElementValue): v is Pair {
  return Array.isArray(v);
}

export function cMul(b: IrBuilder, [a, c]: Pair, [d, e]: Pair): Pair {
  return [b.sub(b.mul(a, d), b.mul(c, e)), b.add(b.mul(a, e), b.mul(c, d))];
}

/** Smith's division: scaled by the larger part of the divisor, so that its square is never formed. */
export function cDiv(b: IrBuilder, [a, c]: Pair, [d, e]: Pair): Pair {
  const realLarger = b.ge(b.abs(d), b.abs(e));
  const ratio = b.select(realLarger, b.div(e, d), b.div(d, e));
  const scale = b.select(realLarger, b.add(d, b.mul(e, ratio)), b.add(b.mul(d, ratio), e));
  const re = b.select(realLarger, b.add(a, b.mul(c, ratio)), b.add(b.mul(a, ratio), c));
  const im = b.select(realLarger, b.sub(c, b.mul(a, ratio)), b.sub(b.mul(c, ratio), a));
  // 0/0 in the ratio: a division by the complex zero.
  const zero = b.and(b.eq(d, 0), b.eq(e, 0));
  return [b.select(zero, b.div(a, d), b.div(re, scale)), b.select(zero, b.div(c, d), b.div(im, scale))];
}

/** The modulus, scaled by the larger part against overflow. */
export function cAbs(b: IrBuilder, [re, im]: Pair): Expr {
  const x = b.abs(re);
  const y = b.abs(im);
  const big = b.max(x, y);
  const small = b.min(x, y);
  const ratio = b.div(small, big);
  const general = b.mul(big, b.sqrt(b.add(b.mul(ratio, ratio), 1)));
  const infinite = b.or(b.eq(x, Infinity), b.eq(y, Infinity));
  return b.select(infinite, b.constant(re.type, Infinity), b.select(b.eq(big, 0), b.constant(re.type, 0), general));
}

export function cExp(b: IrBuilder, [re, im]: Pair): Pair {
  const r = b.op("exp", re);
  return [b.mul(r, b.op("cos", im)), b.select(b.eq(im, 0), im, b.mul(r, b.op("sin", im)))];
}

export function cLog(b: IrBuilder, z: Pair): Pair {
  return [b.op("log", cAbs(b, z)), b.op("atan2", z[1], z[0])];
}

/** Kahan's square root: the larger part first, the other by division. */
export function cSqrt(b: IrBuilder, [re, im]: Pair): Pair {
  const m = cAbs(b, [re, im]);
  const t = b.sqrt(b.mul(b.add(m, b.abs(re)), 0.5));
  const u = b.div(b.abs(im), b.mul(t, 2));
  const zero = b.eq(m, 0);
  const right = b.ge(re, 0);
  const x = b.select(right, t, u);
  const y = b.copysign(b.select(right, u, t), im);
  return [b.select(zero, b.constant(re.type, 0), x), b.select(zero, im, y)];
}
