// IEEE 754 binary16 by hand: Node 20 has no Float16Array.

const scratch = new Float64Array(1);
const bits64 = new BigUint64Array(scratch.buffer);

/** Value of each of the 65,536 patterns, filled on first use. */
let table: Float32Array | undefined;

function decodeSlow(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** Number of a 16-bit pattern; exact. */
export function float16ToNumber(bits: number): number {
  if (table === undefined) {
    table = new Float32Array(65536);
    for (let pattern = 0; pattern < 65536; pattern++) table[pattern] = decodeSlow(pattern);
  }
  return table[bits & 0xffff]!;
}

/** Nearest integer, ties to even; for values below 2 ** 52. */
function roundEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return rest > 0.5 ? floor + 1 : floor;
  return floor % 2 === 0 ? floor : floor + 1;
}

/**
 * 16-bit pattern nearest to a float64, ties to even, rounded once. NaN keeps its sign bit only.
 * Overflow, from 65520 upward, gives infinity.
 */
export function numberToFloat16(value: number): number {
  scratch[0] = value;
  const sign = Number(bits64[0]! >> 48n) & 0x8000;
  const size = Math.abs(value);
  if (size !== size) return sign | 0x7e00;
  if (size >= 65520) return sign | 0x7c00;
  // Scaling by powers of two is exact here, so the one rounding is roundEven's.
  if (size < 2 ** -14) return sign | roundEven(size * 2 ** 24);
  const exponent = (Number(bits64[0]! >> 52n) & 0x7ff) - 1023;
  const fraction = roundEven(size * 2 ** (10 - exponent)) - 1024;
  // A fraction of 1024 carries into the exponent by itself.
  return sign | (((exponent + 15) << 10) + fraction);
}

/** Nearest value that float16 holds. */
export function roundToFloat16(value: number): number {
  return float16ToNumber(numberToFloat16(value));
}
