/**
 * Reference functions in double precision for instructions that JavaScript lacks. Plain series and continued
 * fractions (NIST Digital Library of Mathematical Functions, dlmf.nist.gov, numbers given at each).
 */
import { digammaPrecise, erfPrecise, erfcPrecise, lgammaPrecise, trigammaPrecise } from "./fixedPoint.ts";

const SQRT_PI = 1.772453850905516;

/** exp(-x²) with the rounding error of the square carried along. */
function expMinusSquare(x: number): number {
  const high = Math.fround(x);
  return Math.exp(-high * high) * Math.exp(-(x - high) * (x + high));
}

/** DLMF 7.9.1, from the back. */
function erfcFraction(x: number): number {
  const steps = Math.ceil(40 + 200 / (x * x));
  let tail = 0;
  for (let n = steps; n > 0; n--) tail = n / 2 / (x + tail);
  return expMinusSquare(x) / (SQRT_PI * (x + tail));
}

function erf(x: number): number {
  if (Number.isNaN(x) || x === 0) return x;
  if (Math.abs(x) > 6) return Math.sign(x);
  return Math.abs(x) < 2 ** -60 ? 1.1283791670955126 * x : erfPrecise(x);
}

function erfc(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x < -6) return 2;
  if (x > 28) return 0;
  if (Math.abs(x) < 2 ** -60) return 1;
  return x < 7 ? erfcPrecise(x) : erfcFraction(x);
}

/** Newton's method on erf, or on log erfc where erf is flat. */
function erfinv(y: number): number {
  if (Number.isNaN(y) || Math.abs(y) > 1) return NaN;
  if (Math.abs(y) === 1) return y * Infinity;
  if (y === 0) return y;
  const a = Math.abs(y);
  const w = -Math.log1p(-a * a);
  // Winitzki's closed form is good to three digits.
  const k = 2 / (Math.PI * 0.147) - w / 2;
  let x = Math.sqrt(Math.sqrt(k * k + w / 0.147) - k);
  for (let i = 0; i < 8; i++) {
    const slope = (2 / SQRT_PI) * expMinusSquare(x);
    const error = a < 0.5 ? erf(x) - a : 1 - a - erfc(x);
    const step = error / slope;
    const next = x - step / (1 + x * step);
    if (next === x) break;
    x = next;
  }
  return y < 0 ? -x : x;
}

const EULER = 0.5772156649015329;
/** Below this gamma functions are their pole, above the next their asymptote, to all digits. */
const TINY = 2 ** -60;
const HUGE = 2 ** 40;

function lgamma(x: number): number {
  if (Number.isNaN(x)) return x;
  if (!Number.isFinite(x)) return Infinity;
  if (x <= 0 && Number.isInteger(x)) return Infinity;
  if (Math.abs(x) < TINY) return -Math.log(Math.abs(x)) - EULER * x;
  if (x > HUGE) return x * (Math.log(x) - 1);
  return x === 1 || x === 2 ? 0 : lgammaPrecise(x);
}

function digamma(x: number): number {
  if (Number.isNaN(x) || x === Infinity) return x;
  if (x === -Infinity) return NaN;
  if (x === 0) return Object.is(x, -0) ? Infinity : -Infinity;
  if (x < 0 && Number.isInteger(x)) return NaN;
  if (Math.abs(x) < TINY) return -1 / x;
  return x > HUGE ? Math.log(x) - 0.5 / x : digammaPrecise(x);
}

function trigamma(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x === Infinity) return 0;
  if (x <= 0 && Number.isInteger(x)) return Infinity;
  if (x === -Infinity) return Infinity;
  if (Math.abs(x) < TINY) return 1 / x / x;
  return x > HUGE ? 1 / x : trigammaPrecise(x);
}

/** C's pow: 1 to any power is 1, (-1) to an infinite power is 1. */
function pow(x: number, y: number): number {
  if (x === 1 || (x === -1 && !Number.isFinite(y) && !Number.isNaN(y))) return 1;
  return x ** y;
}

function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const e = Math.exp(x);
  return e / (1 + e);
}

/** log(1 + exp x) without overflow. */
function softplus(x: number): number {
  if (Number.isNaN(x)) return x;
  return x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x));
}

/** Dekker's exact product and Knuth's exact sum; a single rounding but for double-rounding ties. */
function fma(a: number, b: number, c: number): number {
  const product = a * b;
  if (!Number.isFinite(product) || !Number.isFinite(c) || Math.abs(a) > 1e150 || Math.abs(b) > 1e150) {
    return product + c;
  }
  const ca = 134217729 * a;
  const ah = ca - (ca - a);
  const cb = 134217729 * b;
  const bh = cb - (cb - b);
  const low = (a - ah) * (b - bh) - (product - ah * bh - (a - ah) * bh - ah * (b - bh));
  const sum = product + c;
  const t = sum - product;
  return sum + (product - (sum - t) + (c - t) + low);
}

type Unary = (x: number) => number;

export const special: {
  readonly erf: Unary;
  readonly erfc: Unary;
  readonly erfinv: Unary;
  readonly lgamma: Unary;
  readonly digamma: Unary;
  readonly trigamma: Unary;
  readonly pow: (x: number, y: number) => number;
  readonly sigmoid: Unary;
  readonly softplus: Unary;
  readonly fma: (a: number, b: number, c: number) => number;
} = {
  erf,
  erfc,
  erfinv,
  lgamma,
  digamma,
  trigamma,
  pow,
  sigmoid,
  softplus,
  fma,
};
