/** The value of one instruction, and conversions between scalar types: what interpreter and folder share. */
import { roundToFloat16 } from "../array/float16.ts";
import type { ScalarType } from "./node.ts";
import {
  BITS,
  instruction,
  isFloatType,
  isUnsigned,
  isWide,
  type InstructionName,
  type ScalarValue,
} from "./scalarInstructions.ts";

/** `value` as the given type stores it. */
export function convert(value: ScalarValue, type: ScalarType): ScalarValue {
  if (type === "bool") return typeof value === "bigint" ? value !== 0n : Boolean(value) || Number.isNaN(value);
  if (isFloatType(type)) return roundTo(Number(value), type);
  if (isWide(type)) return toWide(value, type);
  return toNarrow(value, type);
}

/** A double rounded to the float type. */
export function roundTo(x: number, type: ScalarType): number {
  if (type === "f32") return Math.fround(x);
  return type === "f16" ? roundToFloat16(x) : x;
}

const MAX_I64 = 2n ** 63n - 1n;
const MAX_U64 = 2n ** 64n - 1n;

function toWide(value: ScalarValue, type: ScalarType): bigint {
  const signed = type === "i64";
  if (typeof value === "number") {
    if (Number.isNaN(value)) return 0n;
    const [low, high] = signed ? [-MAX_I64 - 1n, MAX_I64] : [0n, MAX_U64];
    if (!Number.isFinite(value)) return value < 0 ? low : high;
    const whole = BigInt(Math.trunc(value));
    return whole < low ? low : whole > high ? high : whole;
  }
  const whole = BigInt(value);
  return signed ? BigInt.asIntN(64, whole) : BigInt.asUintN(64, whole);
}

function toNarrow(value: ScalarValue, type: ScalarType): number {
  if (type === "index") return Math.trunc(Number(value)) + 0;
  const bits = BITS[type];
  const unsigned = isUnsigned(type);
  if (typeof value === "bigint") {
    return Number(unsigned ? BigInt.asUintN(bits, value) : BigInt.asIntN(bits, value));
  }
  const x = Number(value);
  if (Number.isNaN(x)) return 0;
  return saturate(Math.trunc(x), bits, unsigned);
}

function saturate(x: number, bits: number, unsigned: boolean): number {
  const low = unsigned ? 0 : -(2 ** (bits - 1));
  const high = unsigned ? 2 ** bits - 1 : 2 ** (bits - 1) - 1;
  return Math.min(high, Math.max(low, x)) + 0;
}

/** An integer wrapped to the width of its type, as arithmetic does. */
export function wrap(x: ScalarValue, type: ScalarType): ScalarValue {
  if (type === "bool" || isFloatType(type)) return convert(x, type);
  if (isWide(type)) return toWide(typeof x === "number" ? BigInt(x) : x, type);
  if (type === "index") return Number(x) + 0;
  const bits = BITS[type];
  const whole = typeof x === "bigint" ? x : BigInt(Math.trunc(Number(x)));
  return Number(isUnsigned(type) ? BigInt.asUintN(bits, whole) : BigInt.asIntN(bits, whole));
}

/** Conversion between integer types wraps; from a float it saturates. */
export function castValue(value: ScalarValue, from: ScalarType, to: ScalarType): ScalarValue {
  return isFloatType(from) || isFloatType(to) || to === "bool" ? convert(value, to) : wrap(value, to);
}

/** The value of an instruction on values that are stored as `types` say; rounded or wrapped to `type`. */
export function evaluateInstruction(
  name: InstructionName,
  type: ScalarType,
  values: readonly ScalarValue[],
  types: readonly ScalarType[],
): ScalarValue {
  const operand = types[types.length - 1]!;
  if ((name === "shl" || name === "shr") && pastWidth(Number(values[1]!), operand)) {
    const negative = name === "shr" && !isUnsigned(operand) && Number(values[0]) < 0;
    return wrap(isWide(type) ? (negative ? -1n : 0n) : negative ? -1 : 0, type);
  }
  // A product of two 32-bit numbers does not fit a double.
  if (name === "mul" && !isFloatType(operand) && operand !== "index" && !isWide(operand)) {
    return wrap(BigInt(Number(values[0])) * BigInt(Number(values[1])), type);
  }
  const f = instruction(name).reference as (...args: readonly ScalarValue[]) => ScalarValue;
  const result = f(...values);
  return type === "bool" ? Boolean(result) : wrap(result, type);
}

function pastWidth(shift: number, type: ScalarType): boolean {
  return shift < 0 || shift >= BITS[type];
}
