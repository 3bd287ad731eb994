/**
 * Reference functions in double precision for instructions that JavaScript lacks. Plain series and continued
 * fractions (NIST Digital Library of Mathematical Functions, dlmf.nist.gov, numbers given at each).
 */

const SQRT_PI = 1.772453850905516;
const LOG_SQRT_2PI = 0.9189385332046728;

/** exp(-x²) with the rounding error of the square carried along. */
function expMinusSquare(x: number): number {
  const high = Math.fround(x);
  return Math.exp(-high * high) * Math.exp(-(x - high) * (x + high));
}

/** Fixed-point numbers with this many bits after the point: what cancels in the series of erf leaves over 100. */
const FIXED_BITS = 240n;
/** 2 / sqrt(pi). */
const TWO_OVER_SQRT_PI = 0x120dd750429b6d11ae3a914fed7fd8688281341d7587cea2e7342b06199ccn;

/** erf(x) for |x| < 7 in fixed point: DLMF 7.6.1. */
function erfFixed(x: number): bigint {
  const fixed = toFixedPoint(x);
  const square = (fixed * fixed) >> FIXED_BITS;
  let term = fixed;
  let sum = fixed;
  for (let n = 1n; term !== 0n && term !== -1n; n++) {
    term = -((term * square) >> FIXED_BITS) / n;
    sum += term / (2n * n + 1n);
  }
  return (sum * TWO_OVER_SQRT_PI) >> FIXED_BITS;
}

/** Exact where the last bit of x is worth 2^-240 or more. */
function toFixedPoint(x: number): bigint {
  const exponent = Math.max(-1022, Math.floor(Math.log2(Math.abs(x))));
  const digits = BigInt(x * 2 ** Math.min(52 - exponent, 1000));
  const shift = FIXED_BITS - BigInt(Math.min(52 - exponent, 1000));
  return shift >= 0n ? digits << shift : digits >> -shift;
}

/** Rounds to the nearest double: the leading 64 bits are converted by the engine. */
function fromFixedPoint(x: bigint): number {
  const size = x < 0n ? -x : x;
  const drop = BigInt(Math.max(0, size.toString(2).length - 64));
  // A set bit among those dropped must not be taken for a tie.
  const sticky = (size >> drop) << drop === size ? 0n : 1n;
  const value = Number((size >> drop) | sticky) * 2 ** Number(drop - FIXED_BITS);
  return x < 0n ? -value : value;
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
  return Math.abs(x) < 2 ** -60 ? 1.1283791670955126 * x : fromFixedPoint(erfFixed(x));
}

function erfc(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x < -6) return 2;
  if (x > 28) return 0;
  if (Math.abs(x) < 2 ** -60) return 1;
  return x < 7 ? fromFixedPoint((1n << FIXED_BITS) - erfFixed(x)) : erfcFraction(x);
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

/** B_2k / (2k (2k-1)), DLMF 5.11.1. */
const STIRLING: readonly number[] = [
  1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156, -3617 / 122400,
];

function lgammaPositive(x: number): number {
  if (x === 1 || x === 2) return 0;
  if (Math.abs(x - 1) < 0.25) return lgammaNearOne(x - 1);
  if (Math.abs(x - 2) < 0.25) return lgammaNearOne(x - 2) + Math.log1p(x - 2);
  let shift = 0;
  let z = x;
  if (z < 12) {
    let product = 1;
    while (z < 12) product *= z++;
    shift = Math.log(product);
  }
  let series = 0;
  const inverse = 1 / (z * z);
  for (let k = STIRLING.length - 1; k >= 0; k--) series = series * inverse + STIRLING[k]!;
  return (z - 0.5) * Math.log(z) - z + LOG_SQRT_2PI + series / z - shift;
}

/** zeta(k) - 1 for k = 2, 3, ...; sums of powers with an Euler-Maclaurin tail. */
const ZETA_MINUS_ONE: readonly number[] = Array.from({ length: 50 }, (_, i) => {
  const s = i + 2;
  const n = 12;
  let sum = 0;
  for (let k = n - 1; k >= 2; k--) sum += k ** -s;
  const tail = n ** (1 - s) / (s - 1) + 0.5 * n ** -s + (s * n ** (-s - 1)) / 12;
  const third = (s * (s + 1) * (s + 2) * n ** (-s - 3)) / 720;
  const fifth = (s * (s + 1) * (s + 2) * (s + 3) * (s + 4) * n ** (-s - 5)) / 30240;
  return sum + tail - third + fifth;
});

const EULER = 0.5772156649015329;

/** log gamma(1 + t), DLMF 5.7.3. */
function lgammaNearOne(t: number): number {
  let sum = 0;
  for (let k = 40; k >= 2; k--) {
    sum += ((k % 2 === 0 ? 1 : -1) * ZETA_MINUS_ONE[k - 2]! * t ** k) / k;
  }
  return sum - Math.log1p(t) + t * (1 - EULER);
}

function lgamma(x: number): number {
  if (Number.isNaN(x)) return x;
  if (!Number.isFinite(x)) return Infinity;
  if (x > 0) return lgammaPositive(x);
  if (Number.isInteger(x)) return Infinity;
  // Reflection, DLMF 5.5.3; the sine of the fraction keeps its digits.
  const fraction = x - Math.floor(x);
  return Math.log(Math.PI / Math.abs(Math.sin(Math.PI * fraction) * x)) - lgammaPositive(-x);
}

/** DLMF 5.11.2 after raising the argument by 5.5.2; reflection 5.5.4. */
function digamma(x: number): number {
  if (Number.isNaN(x) || x === Infinity) return x;
  if (x === -Infinity) return NaN;
  if (x === 0) return Object.is(x, -0) ? Infinity : -Infinity;
  if (x < 0) {
    const fraction = x - Math.floor(x);
    return fraction === 0 ? NaN : digamma(1 - x) - Math.PI / Math.tan(Math.PI * fraction);
  }
  let result = 0;
  let z = x;
  while (z < 14) result -= 1 / z++;
  const w = 1 / (z * z);
  const series =
    w * (1 / 12 - w * (1 / 120 - w * (1 / 252 - w * (1 / 240 - w * (1 / 132 - (w * 691) / 32760)))));
  return result + Math.log(z) - 0.5 / z - series;
}

/** The derivative of digamma, DLMF 5.15.8. */
function trigamma(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x === Infinity) return 0;
  if (x <= 0) {
    const fraction = x - Math.floor(x);
    if (fraction === 0) return Infinity;
    return (Math.PI / Math.sin(Math.PI * fraction)) ** 2 - trigamma(1 - x);
  }
  let result = 0;
  let z = x;
  while (z < 14) {
    result += 1 / (z * z);
    z++;
  }
  const w = 1 / (z * z);
  const series = 1 / 6 - w * (1 / 30 - w * (1 / 42 - w * (1 / 30 - w * (5 / 66 - (w * 691) / 2730))));
  return result + 1 / z + w / 2 + (series * w) / z;
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
