import { integerRange, isBigInt, isBool, isComplex, isDiscrete } from "../dtype.ts";
import type { DType, IntegerDType } from "../dtype.ts";
import { float16ToNumber, numberToFloat16 } from "./float16.ts";
import { offsetsOf } from "./layout.ts";
import type { Strided } from "./layout.ts";

/** One complex number. */
export interface Complex {
  readonly re: number;
  readonly im: number;
}

/**
 * One element as plain TypeScript computes with it: bool is 0 or 1, int64 and uint64 are bigint,
 * complex is `{ re, im }`, the rest are numbers.
 */
export type Element = number | bigint | Complex;

/** Are the slots of the storage the elements themselves, as numbers? */
export function holdsNumbers(dtype: DType): boolean {
  return !isBigInt(dtype) && !isComplex(dtype) && dtype !== "float16";
}

/** What may be written into an array. */
export type ElementLike = Element | boolean;

export function isComplexValue(value: unknown): value is Complex {
  return (
    typeof value === "object" &&
    value !== null &&
    typeof (value as Complex).re === "number" &&
    typeof (value as Complex).im === "number"
  );
}

/** Element at an element offset (as from {@link offsetsOf}) of the raw buffer. */
export function readElement(a: Strided, offset: number): Element {
  if (isComplex(a.dtype)) {
    const parts = a.buffer as Float64Array;
    return { re: parts[2 * offset]!, im: parts[2 * offset + 1]! };
  }
  const raw = a.buffer[offset]!;
  return a.dtype === "float16" ? float16ToNumber(raw as number) : raw;
}

/**
 * Real part of the element at an offset, as a float64 (rounded for 64-bit integers): the quick
 * way for oracles of real functions.
 */
export function readNumber(a: Strided, offset: number): number {
  const raw = a.buffer[isComplex(a.dtype) ? 2 * offset : offset]!;
  return a.dtype === "float16" ? float16ToNumber(raw as number) : Number(raw);
}

/**
 * Nearest float32 to an integer, rounded once: below, low bits are folded into a sticky bit so
 * that the float64 in between is exact.
 */
export function bigintToFloat32(value: bigint): number {
  const size = value < 0n ? -value : value;
  if (size <= 0x1fffffffffffffn) return Math.fround(Number(value));
  const shift = BigInt(size.toString(2).length - 40);
  const kept = (size >> shift) | (size & ((1n << shift) - 1n) ? 1n : 0n);
  const rounded = Math.fround(Number(kept)) * 2 ** Number(shift);
  return value < 0n ? -rounded : rounded;
}

/** Integer of a number: truncated; NaN and infinities give 0. */
function toBigInt(value: ElementLike): bigint {
  if (typeof value === "bigint") return value;
  const number = toNumber(value);
  return Number.isFinite(number) ? BigInt(Math.trunc(number)) : 0n;
}

function toNumber(value: ElementLike): number {
  return typeof value === "object" ? value.re : Number(value);
}

/** Nonzero in either part (NaN counts as true). */
function isTruthy(value: ElementLike): boolean {
  if (typeof value === "object") return value.re !== 0 || value.im !== 0;
  return typeof value === "number" ? value !== 0 : Boolean(value);
}

/** Slots of a buffer by index, whatever its type. */
interface Slots {
  [slot: number]: number | bigint;
}

/**
 * Stores a value, rounding it once to the dtype. Integers wrap around; fractions are truncated
 * toward zero; a complex value keeps its real part in a real array; bool stores nonzero-ness.
 */
export function writeElement(a: Strided, offset: number, value: ElementLike): void {
  const { dtype } = a;
  const slots = a.buffer as unknown as Slots;
  if (isComplex(dtype)) {
    const complex = typeof value === "object";
    slots[2 * offset] = toNumber(complex ? value.re : value);
    slots[2 * offset + 1] = complex ? value.im : 0;
  } else if (isBigInt(dtype)) {
    slots[offset] = toBigInt(value);
  } else if (isBool(dtype)) {
    slots[offset] = isTruthy(value) ? 1 : 0;
  } else if (dtype === "float16") {
    slots[offset] = numberToFloat16(toNumber(value));
  } else if (typeof value === "bigint") {
    if (isDiscrete(dtype)) slots[offset] = Number(BigInt.asIntN(32, value));
    else slots[offset] = dtype === "float32" ? bigintToFloat32(value) : Number(value);
  } else {
    slots[offset] = toNumber(value);
  }
}

function saturate(value: number, dtype: IntegerDType): bigint {
  const { min, max } = integerRange(dtype);
  if (value !== value) return 0n;
  if (value <= Number(min)) return min;
  if (value >= Number(max)) return max;
  return BigInt(Math.trunc(value));
}

/**
 * Value of one element after conversion to another dtype, before rounding to its precision: a
 * float becoming an integer is truncated, saturates and NaN gives 0; integers wrap when stored.
 */
export function castElement(value: Element, from: DType, to: DType): Element {
  if (!isDiscrete(to) || isBool(to) || isDiscrete(from)) return value;
  return saturate(toNumber(value), to);
}

/** All elements in C order. */
export function toFlat(a: Strided): Element[] {
  const offsets = offsetsOf(a);
  const result: Element[] = new Array(a.size);
  for (let i = 0; i < a.size; i++) result[i] = readElement(a, offsets[i]!);
  return result;
}

/** All elements in C order as float64 (real parts; 64-bit integers are rounded). */
export function toNumbers(a: Strided): Float64Array {
  const result = offsetsOf(a);
  for (let i = 0; i < a.size; i++) result[i] = readNumber(a, result[i]!);
  return result;
}
