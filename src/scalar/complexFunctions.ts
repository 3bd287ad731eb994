/**
 * Exponentials, logarithms, trigonometric and hyperbolic functions of complex numbers, from those of real ones.
 * Branch cuts and signed zeros as in C99, annex G. Errors are within 4 units in the last place of the modulus of the result, unless said
 * otherwise (docs/accuracy.md).
 */
import type { IrBuilder } from "../ir/build.ts";
import type { Expr } from "../ir/node.ts";
import { cDiv, cMul, f64, inDouble, overI, scaled, timesI, type ComplexFunction, type Pair } from "./complexNumbers.ts";

/** From here on exp(x) may overflow although its product with a sine does not: e^100 is then multiplied last. */
const [LARGE, REST] = [700, 100];
const E_REST = Math.exp(REST);

/** exp(x) as a product of two numbers of which the first does not overflow before x = 800. */
function expInTwo(b: IrBuilder, x: Expr): Pair {
  const large = b.gt(x, LARGE);
  return [b.op("exp", b.select(large, b.sub(x, REST), x)), b.select(large, f64(b, E_REST), f64(b, 1))];
}

/** cosh x, sinh x and a factor of both, likewise. */
function hyperbolic(b: IrBuilder, x: Expr): readonly [Expr, Expr, Expr] {
  const size = b.abs(x);
  const large = b.gt(size, LARGE);
  const half = b.mul(b.op("exp", b.sub(size, REST)), 0.5);
  return [
    b.select(large, half, b.op("cosh", x)),
    b.select(large, b.copysign(half, x), b.op("sinh", x)),
    b.select(large, f64(b, E_REST), f64(b, 1)),
  ];
}

/**
 * x y scale. A zero stays one whatever the other is; an infinite x stays infinite although nothing is known of the direction y, where
 * `isMain`.
 */
function product(b: IrBuilder, x: Expr, y: Expr, scale: Expr, isMain = false): Expr {
  const none = b.or(b.eq(x, 0), b.eq(y, 0));
  const finite = b.select(none, b.copysign(0, b.mul(b.copysign(1, x), b.copysign(1, y))), b.mul(b.mul(x, y), scale));
  if (!isMain) return finite;
  return b.select(b.and(b.ne(y, y), b.eq(b.abs(x), Infinity)), b.abs(x), finite);
}

/** e^x (cos y + i sin y). */
export const cExp: ComplexFunction = inDouble((b, [x, y]) => {
  const [r, rest] = expInTwo(b, x);
  // e^-inf is 0 in every direction.
  const none = b.eq(x, -Infinity);
  const part = (factor: Expr, isMain: boolean): Expr => b.select(none, f64(b, 0), product(b, r, factor, rest, isMain));
  return [part(b.op("cos", y), true), part(b.op("sin", y), false)];
});

/** expm1(x) cos y - 2 sin(y / 2)^2 and e^x sin y: nothing cancels near 0. */
export const cExpm1: ComplexFunction = inDouble((b, [x, y]) => {
  const half = b.op("sin", b.mul(y, 0.5));
  const small = b.sub(b.mul(b.op("expm1", x), b.op("cos", y)), b.mul(b.mul(half, half), 2));
  const [re, im] = cExp(b, [x, y]);
  return [b.select(b.gt(x, 40), re, b.select(b.eq(y, 0), b.op("expm1", x), small)), im];
});

/** log |z|, of the larger and the smaller part, neither negative. Near the unit circle from |z|^2 - 1, which does not cancel there. */
function logModulus(b: IrBuilder, x: Expr, y: Expr): Expr {
  const [large, small] = [b.gt(x, 2 ** 500), b.lt(x, 2 ** -400)];
  const choose = (whenLarge: number, whenSmall: number, otherwise: number): Expr =>
    b.select(large, f64(b, whenLarge), b.select(small, f64(b, whenSmall), f64(b, otherwise)));
  const [re, im] = scaled(b, [x, y], choose(2 ** -600, 2 ** 600, 1));
  const square = b.add(b.mul(re, re), b.mul(im, im));
  const far = b.add(b.mul(b.op("log", square), 0.5), choose(600 * Math.LN2, -600 * Math.LN2, 0));
  const above = b.add(b.mul(b.sub(x, 1), b.add(x, 1)), b.mul(y, y));
  const isNear = b.and(b.and(b.gt(x, 0.5), b.lt(x, 2)), b.and(b.gt(square, 0.5), b.lt(square, 3)));
  const near = b.mul(b.op("log1p", b.select(isNear, above, f64(b, 0))), 0.5);
  const infinite = b.or(b.eq(x, Infinity), b.eq(y, Infinity));
  return b.select(infinite, f64(b, Infinity), b.select(isNear, near, far));
}

/** The larger part may be NaN where the smaller one is infinite. */
function logOfModulus(b: IrBuilder, [re, im]: Pair): Expr {
  const [x, y] = [b.abs(re), b.abs(im)];
  const swaps = b.lt(x, y);
  return logModulus(b, b.select(swaps, y, x), b.select(swaps, x, y));
}

/** log |z| + i arg z. */
export const cLog: ComplexFunction = inDouble((b, z) => [logOfModulus(b, z), b.op("atan2", z[1], z[0])]);

/** log(1 + z); near 0 from |1 + z|^2 - 1 = x (2 + x) + y^2. */
export const cLog1p: ComplexFunction = inDouble((b, [x, y]) => {
  const above = b.add(b.mul(x, b.add(x, 2)), b.mul(y, y));
  const isNear = b.and(b.gt(above, -0.5), b.lt(above, 2));
  const near = b.mul(b.op("log1p", b.select(isNear, above, f64(b, 0))), 0.5);
  const next = b.add(x, 1);
  return [b.select(isNear, near, logOfModulus(b, [next, y])), b.op("atan2", y, next)];
});

export const cLog2: ComplexFunction = inDouble((b, z) => scaled(b, cLog(b, z), Math.LOG2E));
export const cLog10: ComplexFunction = inDouble((b, z) => scaled(b, cLog(b, z), Math.LOG10E));

/** log 2 in three parts: two of at most 27 bits whose sum is the nearest number, and what that lacks. */
const LN2_HIGH = Math.round(Math.LN2 * 2 ** 26) / 2 ** 26;
const LN2_LOW = Math.LN2 - LN2_HIGH;
const LN2_REST = 2.3190468138462996e-17;

/** What y log 2 lacks when it is rounded to `rounded`, by Veltkamp's splitting of y and Dekker's product; for |y| < 2^900. */
function lostAngle(b: IrBuilder, y: Expr, rounded: Expr): Expr {
  const wide = b.mul(y, 2 ** 27 + 1);
  const high = b.sub(wide, b.sub(wide, y));
  const low = b.sub(y, high);
  const cross = b.add(b.sub(b.mul(high, LN2_HIGH), rounded), b.mul(high, LN2_LOW));
  return b.add(b.add(cross, b.mul(low, LN2_HIGH)), b.add(b.mul(low, LN2_LOW), b.mul(y, LN2_REST)));
}

/** 2^x (cos t + i sin t) with t = y log 2 in two numbers, for |y| up to 2^50. */
export const cExp2: ComplexFunction = inDouble((b, [x, y]) => {
  const t = b.mul(y, Math.LN2);
  const rest = b.select(b.lt(b.abs(y), 2 ** 900), lostAngle(b, y, t), f64(b, 0));
  const turn = cMul(b, [b.op("cos", t), b.op("sin", t)], [b.op("cos", rest), b.op("sin", rest)]);
  const large = b.gt(x, 1000);
  const r = b.op("exp2", b.select(large, b.sub(x, 200), x));
  const scale = b.select(large, f64(b, 2 ** 200), f64(b, 1));
  const none = b.eq(x, -Infinity);
  const part = (factor: Expr, isMain: boolean): Expr => b.select(none, f64(b, 0), product(b, r, factor, scale, isMain));
  return [part(turn[0], true), part(b.select(b.eq(y, 0), y, turn[1]), false)];
});

/** sin x cosh y + i cos x sinh y. */
export const cSin: ComplexFunction = inDouble((b, [x, y]) => {
  const [cosh, sinh, rest] = hyperbolic(b, y);
  return [product(b, cosh, b.op("sin", x), rest), product(b, sinh, b.op("cos", x), rest, true)];
});

/** cos x cosh y - i sin x sinh y. */
export const cCos: ComplexFunction = inDouble((b, [x, y]) => {
  const [cosh, sinh, rest] = hyperbolic(b, y);
  return [product(b, cosh, b.op("cos", x), rest, true), b.neg(product(b, sinh, b.op("sin", x), rest))];
});

/** -i sin(i z). */
export const cSinh: ComplexFunction = inDouble((b, z) => overI(b, cSin(b, timesI(b, z))));

/** cos(i z). */
export const cCosh: ComplexFunction = inDouble((b, z) => cCos(b, timesI(b, z)));

/** (sinh x cosh x + i sin y cos y) / (sinh^2 x + cos^2 y), whose denominator does not cancel; from x = 20 on as its limit. */
export const cTanh: ComplexFunction = inDouble((b, [x, y]) => {
  const far = b.gt(b.abs(x), 20);
  const near = b.select(far, f64(b, 0), x);
  const [sinh, sin, cos] = [b.op("sinh", near), b.op("sin", y), b.op("cos", y)];
  const square = b.mul(sinh, sinh);
  // Not cosh x itself: the error of sinh x is then nearly the same above and below.
  const cosh = b.sqrt(b.add(square, 1));
  const below = b.add(square, b.mul(cos, cos));
  const turn = b.mul(sin, cos);
  const decay = b.op("exp", b.mul(b.abs(x), -2));
  const still = b.eq(b.abs(y), Infinity);
  const faint = b.select(still, b.copysign(0, y), b.mul(b.mul(turn, 4), decay));
  const re = b.select(far, b.copysign(1, x), b.div(b.mul(sinh, cosh), below));
  const im = b.select(far, b.select(b.eq(decay, 0), b.copysign(0, faint), faint), b.div(turn, below));
  return [b.select(b.eq(x, 0), x, re), b.select(b.eq(y, 0), y, im)];
});

/** -i tanh(i z). */
export const cTan: ComplexFunction = inDouble((b, z) => overI(b, cTanh(b, timesI(b, z))));

/** Exponents of so many bits are powers by squaring, whose errors are smaller than those of a logarithm. */
const POWER_BITS = 5;

/** z^n for a whole n from 0, by its bits. */
function power(b: IrBuilder, z: Pair, n: Expr): Pair {
  const bits = b.cast(n, "i32");
  let result: Pair = [f64(b, 1), f64(b, 0)];
  let square = z;
  for (let k = 0; k < POWER_BITS; k++) {
    const isSet = b.ne(b.and(b.shr(bits, k), 1), 0);
    const next = k === 0 ? square : cMul(b, result, square);
    result = [b.select(isSet, next[0], result[0]), b.select(isSet, next[1], result[1])];
    if (k + 1 < POWER_BITS) square = cMul(b, square, square);
  }
  return result;
}

/**
 * z^w = exp(w log z); by squaring for whole numbers w up to 31, unless that leaves the range. The error of the exponent counts as a part of
 * the result: within 4 units of its modulus for each unit of |w log z|, but for single precision, which is computed in double. As in
 * NumPy, z^0 is 1, and 0^w is 0 for w with a positive real part, else NaN.
 */
export const cPow: (b: IrBuilder, z: Pair, w: Pair) => Pair = inDouble((b, z, w) => {
  const [isZero, isOne] = [z, w].map((v) => b.and(b.eq(v[0], 0), b.eq(v[1], 0))) as [Expr, Expr];
  const size = b.abs(w[0]);
  const isShort = b.and(b.eq(w[1], 0), b.and(b.lt(size, 2 ** POWER_BITS), b.eq(b.floor(size), size)));
  const whole = power(b, z, b.select(isShort, size, f64(b, 0)));
  const inverse = cDiv(b, [f64(b, 1), f64(b, 0)], whole);
  const isNegative = b.lt(w[0], 0);
  const squared: Pair = [b.select(isNegative, inverse[0], whole[0]), b.select(isNegative, inverse[1], whole[1])];
  // Small and large powers are right as exponentials, if they are not lost.
  const largest = b.max(b.abs(whole[0]), b.abs(whole[1]));
  const isSquared = b.and(isShort, b.and(b.gt(largest, 2 ** -960), b.lt(largest, 2 ** 960)));
  const general = cExp(b, cMul(b, w, cLog(b, z)));
  const ofZero = b.select(b.gt(w[0], 0), f64(b, 0), f64(b, NaN));
  const part = (k: 0 | 1): Expr =>
    b.select(isOne, f64(b, 1 - k), b.select(isZero, ofZero, b.select(isSquared, squared[k], general[k])));
  return [part(0), part(1)];
});
