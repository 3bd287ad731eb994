// Conversions that refuse to lose anything, for values that a user hands in.

import { canCast, fitsInteger, integerRange, isBool, isComplex, isDiscrete } from "../dtype.ts";
import type { DType } from "../dtype.ts";
import { DtypeError } from "../errors.ts";
import { holdsNumbers, readElement, toFlat } from "./element.ts";
import type { Element, ElementLike } from "./element.ts";
import { roundToFloat16 } from "./float16.ts";
import { offsetsOf } from "./layout.ts";
import { NdArray } from "./ndArray.ts";

const ADVICE = "Convert it yourself (astype), or allow it with { allowDowncast: true }.";

export function elementText(value: unknown): string {
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "object" && value !== null && "re" in value && "im" in value) {
    return `{ re: ${String(value.re)}, im: ${String(value.im)} }`;
  }
  return String(value);
}

/** Why a plain JavaScript value does not fit a dtype; undefined when it does. */
function misfit(value: ElementLike, dtype: DType): string | undefined {
  if (typeof value === "boolean") return undefined;
  if (typeof value === "object") {
    if (isComplex(dtype)) return undefined;
    return value.im === 0 ? misfit(value.re, dtype) : "has an imaginary part";
  }
  if (isDiscrete(dtype)) {
    if (typeof value === "number" && !Number.isInteger(value)) return "is not a whole number";
    if (fitsInteger(value, dtype)) return undefined;
    const { min, max } = integerRange(dtype);
    return isBool(dtype) ? "is neither 0 nor 1" : `is outside ${min} .. ${max}`;
  }
  if (typeof value === "bigint") {
    return BigInt(Number(value)) === value ? undefined : "is not exact as a float";
  }
  // Rounding to the dtype is no loss for a number (they are weakly typed); overflow is.
  return Number.isFinite(value) && overflows(value, dtype) ? "overflows to infinity" : undefined;
}

/** Does a finite number become infinite when it is rounded to the dtype? */
function overflows(value: number, dtype: DType): boolean {
  if (dtype === "float16") return !Number.isFinite(roundToFloat16(value));
  return (dtype === "float32" || dtype === "complex64") && !Number.isFinite(Math.fround(value));
}

/**
 * Checks that a plain JavaScript value (weakly typed) may become an element of a dtype: integers
 * in range, no fraction in an integer array, no overflow; rounding to a float dtype is allowed.
 * @throws DtypeError naming the value and, if given, its place.
 */
export function checkPlainValue(value: ElementLike, dtype: DType, place = ""): void {
  const reason = misfit(value, dtype);
  if (reason === undefined) return;
  throw new DtypeError(`${elementText(value)}${place} does not fit ${dtype}: it ${reason}. ${ADVICE}`);
}

/** Same value, NaN equal to NaN; compares across number, bigint and complex. */
function sameValue(a: Element, b: Element): boolean {
  if (typeof a === "object" || typeof b === "object") {
    const [x, y] = [a, b].map((v) => (typeof v === "object" ? v : { re: v, im: 0 }));
    return sameValue(x!.re as number, y!.re as number) && sameValue(x!.im, y!.im);
  }
  // Loose equality is exact between bigint and number.
  // oxlint-disable-next-line eqeqeq
  return a == b || (a !== a && b !== b);
}

/**
 * An array of the wanted dtype with the very same values: the array itself if it has the dtype.
 * @param allowDowncast take the nearest values instead of refusing
 * @throws DtypeError when a value would change; conversions that NumPy calls safe never do.
 */
export function convertExact<D extends DType>(a: NdArray, dtype: D, allowDowncast = false): NdArray<D> {
  if (a.dtype === (dtype as DType)) return a as unknown as NdArray<D>;
  const result = a.astype(dtype);
  if (allowDowncast || canCast(a.dtype, dtype) || sameNumbers(a, result)) return result;
  const offsets = offsetsOf(a);
  for (let i = 0; i < a.size; i++) {
    const before = readElement(a, offsets[i]!);
    if (sameValue(before, readElement(result, i))) continue;
    throw new DtypeError(
      `${a.dtype} values do not fit ${dtype}: element ${i}, ${elementText(before)}, would ` +
        `become ${elementText(readElement(result, i))}. ${ADVICE}`,
    );
  }
  return result;
}

/** Quick look at two arrays whose storage holds the numbers themselves; false proves nothing. */
function sameNumbers(a: NdArray, b: NdArray): boolean {
  if (!holdsNumbers(a.dtype) || !holdsNumbers(b.dtype)) return false;
  const [x, y] = [a.data as Float64Array, b.data as Float64Array];
  for (let i = 0; i < x.length; i++) if (x[i] !== y[i] && x[i] === x[i]) return false;
  return true;
}

/** Do two arrays have the same dtype, shape and values (NaN equal to NaN, 0 equal to -0)? */
export function arraysEqual(a: NdArray, b: NdArray): boolean {
  if (a.dtype !== b.dtype || a.ndim !== b.ndim) return false;
  if (a.shape.some((n, axis) => n !== b.shape[axis])) return false;
  const [left, right] = [toFlat(a), toFlat(b)];
  return left.every((value, i) => sameValue(value, right[i]!));
}
