/**
 * Reference values of functions that JavaScript lacks, in fixed point with 240 bits after the point: so many that series which
 * cancel still leave over 100 good bits. Formulas from the NIST Digital Library of Mathematical Functions (dlmf.nist.gov), numbers given
 * at each. Slow, for references only.
 */

const BITS = 240n;
const ONE = 1n << BITS;
const PI = 0x3243f6a8885a308d313198a2e03707344a4093822299f31d0082efa98ec4en;
const LN2 = 0xb17217f7d1cf79abc9e3b39803f2f6af40f343267298b62d8a0d175b8babn;
const HALF_LN_2PI = 0xeb3f8e4325f5a53494bc900144192023cfb08f8d13458b4ddec6a3133daan;
const TWO_OVER_SQRT_PI = 0x120dd750429b6d11ae3a914fed7fd8688281341d7587cea2e7342b06199ccn;

/** Numerators and denominators of the Bernoulli numbers B2, B4, ... (DLMF 24.2). */
const BERNOULLI: readonly (readonly [bigint, bigint])[] = [
  [1n, 6n],
  [-1n, 30n],
  [1n, 42n],
  [-1n, 30n],
  [5n, 66n],
  [-691n, 2730n],
  [7n, 6n],
  [-3617n, 510n],
  [43867n, 798n],
  [-174611n, 330n],
  [854513n, 138n],
  [-236364091n, 2730n],
  [8553103n, 6n],
  [-23749461029n, 870n],
  [8615841276005n, 14322n],
];
/** Asymptotic series are used from here on; the first neglected term is below 2^-120. */
const FROM = 100n * ONE;

const times = (a: bigint, b: bigint): bigint => (a * b) >> BITS;
const over = (a: bigint, b: bigint): bigint => (a << BITS) / b;

/** Exact where the last bit of x is worth 2^-240 or more. */
function toFixed(x: number): bigint {
  if (x === 0) return 0n;
  const exponent = Math.max(-1022, Math.floor(Math.log2(Math.abs(x))));
  const places = Math.min(52 - exponent, 1000);
  const digits = BigInt(x * 2 ** places);
  const shift = BITS - BigInt(places);
  return shift >= 0n ? digits << shift : digits >> -shift;
}

/** Rounds to the nearest double: the leading 64 bits are converted by the engine. */
function toNumber(x: bigint): number {
  const size = x < 0n ? -x : x;
  const drop = BigInt(Math.max(0, size.toString(2).length - 64));
  // A set bit among those dropped must not be taken for a tie.
  const sticky = (size >> drop) << drop === size ? 0n : 1n;
  const value = Number((size >> drop) | sticky) * 2 ** Number(drop - BITS);
  return x < 0n ? -value : value;
}

/** The natural logarithm: x = m 2^e with m near 1, ln m = 2 artanh((m - 1) / (m + 1)) (DLMF 4.6.4). */
function ln(x: bigint): bigint {
  const e = BigInt(x.toString(2).length) - BITS;
  const m = e >= 0n ? x >> e : x << -e;
  const z = over(m - ONE, m + ONE);
  const square = times(z, z);
  let power = z;
  let sum = z;
  for (let n = 3n; power > 1n || power < -1n; n += 2n) {
    power = times(power, square);
    sum += power / n;
  }
  return 2n * sum + e * LN2;
}

/** sin(pi x) and cos(pi x) for |x| <= 1/2 (DLMF 4.19). */
function sinCosPi(x: bigint): { sin: bigint; cos: bigint } {
  const angle = times(x, PI);
  let [sin, cos, term] = [0n, 0n, ONE];
  for (let n = 0n; term > 1n || term < -1n; n++) {
    if (n % 4n === 0n) cos += term;
    else if (n % 4n === 1n) sin += term;
    else if (n % 4n === 2n) cos -= term;
    else sin -= term;
    term = times(term, angle) / (n + 1n);
  }
  return { sin, cos };
}

/** The distance of x to the nearest whole number; exact. */
const fromWhole = (x: number): number => x - Math.round(x);

// --- error functions -----------------------------------------------------------------------------

/** For |x| < 7: DLMF 7.6.1. */
function erfFixed(x: number): bigint {
  const fixed = toFixed(x);
  const square = times(fixed, fixed);
  let term = fixed;
  let sum = fixed;
  for (let n = 1n; term !== 0n && term !== -1n; n++) {
    term = -times(term, square) / n;
    sum += term / (2n * n + 1n);
  }
  return times(sum, TWO_OVER_SQRT_PI);
}

/** erf(x) for 2^-60 < |x| < 7. */
export const erfPrecise = (x: number): number => toNumber(erfFixed(x));

/** 1 - erf(x) for |x| < 7. */
export const erfcPrecise = (x: number): number => toNumber(ONE - erfFixed(x));

// --- gamma functions -----------------------------------------------------------------------------

/** For x > 0: the recurrence DLMF 5.5.1, then Stirling's series 5.11.1. */
function lgammaFixed(x: bigint): bigint {
  let product = ONE;
  let z = x;
  for (; z < FROM; z += ONE) product = times(product, z);
  let sum = times(z - ONE / 2n, ln(z)) - z + HALF_LN_2PI;
  let power = z;
  const square = times(z, z);
  for (const [k, [p, q]] of BERNOULLI.entries()) {
    const n = BigInt(2 * (k + 1));
    sum += over(p * ONE, power) / (q * n * (n - 1n));
    power = times(power, square);
  }
  return product === ONE ? sum : sum - ln(product);
}

/** For x > 0: DLMF 5.5.2 and 5.11.2. */
function digammaFixed(x: bigint): bigint {
  let sum = 0n;
  let z = x;
  for (; z < FROM; z += ONE) sum -= over(ONE, z);
  sum += ln(z) - over(ONE, 2n * z);
  let power = times(z, z);
  const square = power;
  for (const [k, [p, q]] of BERNOULLI.entries()) {
    sum -= over(p * ONE, power) / (q * BigInt(2 * (k + 1)));
    power = times(power, square);
  }
  return sum;
}

/** For x > 0: DLMF 5.15.5 and 5.15.8. */
function trigammaFixed(x: bigint): bigint {
  let sum = 0n;
  let z = x;
  for (; z < FROM; z += ONE) sum += over(over(ONE, z), z);
  const square = times(z, z);
  sum += over(ONE, z) + over(ONE, 2n * square);
  let power = times(square, z);
  for (const [p, q] of BERNOULLI) {
    sum += over(p * ONE, power) / q;
    power = times(power, square);
  }
  return sum;
}

/** log |gamma(x)| for 2^-60 < |x| < 2^40, x no pole; negative arguments by reflection, DLMF 5.5.3. */
export function lgammaPrecise(x: number): number {
  const fixed = toFixed(x);
  if (x > 0) return toNumber(lgammaFixed(fixed));
  const { sin } = sinCosPi(toFixed(fromWhole(x)));
  return toNumber(ln(over(PI, sin < 0n ? -sin : sin)) - lgammaFixed(ONE - fixed));
}

/** digamma in the same range; reflection DLMF 5.5.4. */
export function digammaPrecise(x: number): number {
  const fixed = toFixed(x);
  if (x > 0) return toNumber(digammaFixed(fixed));
  const { sin, cos } = sinCosPi(toFixed(fromWhole(x)));
  return toNumber(digammaFixed(ONE - fixed) - over(times(PI, cos), sin));
}

/** trigamma in the same range; reflection DLMF 5.15.6. */
export function trigammaPrecise(x: number): number {
  const fixed = toFixed(x);
  if (x > 0) return toNumber(trigammaFixed(fixed));
  const { sin } = sinCosPi(toFixed(fromWhole(x)));
  const ratio = over(PI, sin);
  return toNumber(times(ratio, ratio) - trigammaFixed(ONE - fixed));
}
