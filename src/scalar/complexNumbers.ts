/** Arithmetic of complex numbers as pairs of expressions. Errors are within 4 units in the last place of the modulus of the result. */
import type { IrBuilder } from "../ir/build.ts";
import type { ElementValue } from "../ir/lowered.ts";
import type { Expr } from "../ir/node.ts";

/** Real and imaginary part. */
export type Pair = readonly [Expr, Expr];

/** A function of one complex number. */
export type ComplexFunction = (b: IrBuilder, z: Pair) => Pair;

/** A constant in double precision. */
export const f64 = (b: IrBuilder, value: number): Expr => b.constant("f64", value);

/** A real value as a complex one. */
export function pair(b: IrBuilder, v: ElementValue): Pair {
  return isPair(v) ? v : [v, b.constant(v.type, 0)];
}

function isPair(v: ElementValue): v is Pair {
  return Array.isArray(v);
}

/**
 * A function of pairs of float64 for pairs of either type: single precision is computed in double and rounded once, so that nothing
 * in between can overflow or cancel.
 */
export function inDouble(f: (b: IrBuilder, ...z: Pair[]) => Pair): (b: IrBuilder, ...z: Pair[]) => Pair {
  return (b, ...z) => {
    if (z[0]![0].type === "f64") return f(b, ...z);
    const [re, im] = f(b, ...z.map(([x, y]): Pair => [b.cast(x, "f64"), b.cast(y, "f64")]));
    return [b.cast(re, "f32"), b.cast(im, "f32")];
  };
}

/** Both parts times a real number. */
export function scaled(b: IrBuilder, [re, im]: Pair, by: Expr | number): Pair {
  return [b.mul(re, by), b.mul(im, by)];
}

/** i z. */
export function timesI(b: IrBuilder, [re, im]: Pair): Pair {
  return [b.neg(im), re];
}

/** -i z. */
export function overI(b: IrBuilder, [re, im]: Pair): Pair {
  return [im, b.neg(re)];
}

export function cMul(b: IrBuilder, [a, c]: Pair, [d, e]: Pair): Pair {
  return [b.sub(b.mul(a, d), b.mul(c, e)), b.add(b.mul(a, e), b.mul(c, d))];
}

/**
 * Smith's division (Algorithm 116, 1962): by the ratio of the parts of the divisor, so that its square is never formed. Divisors near
 * the ends of the range are brought to its middle first, with the dividend.
 */
export const cDiv: (b: IrBuilder, z: Pair, w: Pair) => Pair = inDouble((b, z, w) => {
  const size = b.max(b.abs(w[0]), b.abs(w[1]));
  const scale = b.select(b.gt(size, 2 ** 500), f64(b, 2 ** -600), f64(b, 1));
  const power = b.select(b.lt(size, 2 ** -500), f64(b, 2 ** 600), scale);
  const [[a, c], [d, e]] = [scaled(b, z, power), scaled(b, w, power)];
  const realLarger = b.ge(b.abs(d), b.abs(e));
  const ratio = b.select(realLarger, b.div(e, d), b.div(d, e));
  const divisor = b.select(realLarger, b.add(d, b.mul(e, ratio)), b.add(b.mul(d, ratio), e));
  const re = b.select(realLarger, b.add(a, b.mul(c, ratio)), b.add(b.mul(a, ratio), c));
  const im = b.select(realLarger, b.sub(c, b.mul(a, ratio)), b.sub(b.mul(c, ratio), a));
  // 0/0 in the ratio: a division by the complex zero.
  const zero = b.eq(size, 0);
  return [b.select(zero, b.div(a, d), b.div(re, divisor)), b.select(zero, b.div(c, d), b.div(im, divisor))];
});

/** The modulus of a pair of float64, from the ratio of its parts against overflow. */
export function hypot(b: IrBuilder, [re, im]: Pair): Expr {
  const x = b.abs(re);
  const y = b.abs(im);
  const big = b.max(x, y);
  const ratio = b.div(b.min(x, y), big);
  const general = b.mul(big, b.sqrt(b.add(b.mul(ratio, ratio), 1)));
  const infinite = b.or(b.eq(x, Infinity), b.eq(y, Infinity));
  return b.select(infinite, f64(b, Infinity), b.select(b.eq(big, 0), f64(b, 0), general));
}

export function cAbs(b: IrBuilder, [re, im]: Pair): Expr {
  if (re.type === "f64") return hypot(b, [re, im]);
  const [x, y] = [b.cast(re, "f64"), b.cast(im, "f64")];
  const infinite = b.or(b.eq(b.abs(x), Infinity), b.eq(b.abs(y), Infinity));
  const general = b.sqrt(b.add(b.mul(x, x), b.mul(y, y)));
  return b.cast(b.select(infinite, f64(b, Infinity), general), "f32");
}

/** Kahan's square root: the larger part first, the other by division. Numbers near the ends of the range are scaled by powers of 4. */
export const cSqrt: (b: IrBuilder, z: Pair) => Pair = inDouble((b, z) => {
  const size = b.max(b.abs(z[0]), b.abs(z[1]));
  const [large, small] = [b.gt(size, 2 ** 1000), b.lt(size, 2 ** -900)];
  const one = f64(b, 1);
  const scale = b.select(large, f64(b, 2 ** -100), b.select(small, f64(b, 2 ** 200), one));
  const back = b.select(large, f64(b, 2 ** 50), b.select(small, f64(b, 2 ** -100), one));
  const [re, im] = scaled(b, z, scale);
  const m = hypot(b, [re, im]);
  const t = b.sqrt(b.mul(b.add(m, b.abs(re)), 0.5));
  const u = b.div(b.abs(im), b.mul(t, 2));
  const right = b.ge(re, 0);
  const x = b.mul(b.select(right, t, u), back);
  const y = b.mul(b.copysign(b.select(right, u, t), im), back);
  const infinite = b.eq(b.abs(im), Infinity);
  const real = b.select(infinite, f64(b, Infinity), b.select(b.eq(m, 0), f64(b, 0), x));
  return [real, b.select(b.or(infinite, b.eq(m, 0)), z[1], y)];
});
