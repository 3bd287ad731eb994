import { BYTES } from "../../ir/node.ts";
import type { ScalarType } from "../../ir/node.ts";
import type { ValueType } from "./functionBuilder.ts";
import type { MemoryOp } from "./opcodes.ts";

/**
 * What holds a scalar of each type. Small integers are kept extended to 32 bits, bools are 0 or 1,
 * float16 is held as the float32 of the same value.
 */
export const REGISTER: Readonly<Record<ScalarType, ValueType>> = {
  bool: "i32",
  i8: "i32",
  i16: "i32",
  i32: "i32",
  u8: "i32",
  u16: "i32",
  u32: "i32",
  index: "i32",
  i64: "i64",
  u64: "i64",
  f16: "f32",
  f32: "f32",
  f64: "f64",
};

/** Loads of a scalar from memory; float16 needs a conversion after it. */
export const SCALAR_LOAD: Readonly<Record<ScalarType, MemoryOp>> = {
  bool: "i32.load8_u",
  i8: "i32.load8_s",
  i16: "i32.load16_s",
  i32: "i32.load",
  u8: "i32.load8_u",
  u16: "i32.load16_u",
  u32: "i32.load",
  index: "i32.load",
  i64: "i64.load",
  u64: "i64.load",
  f16: "i32.load16_u",
  f32: "f32.load",
  f64: "f64.load",
};

export const SCALAR_STORE: Readonly<Record<ScalarType, MemoryOp>> = {
  bool: "i32.store8",
  i8: "i32.store8",
  i16: "i32.store16",
  i32: "i32.store",
  u8: "i32.store8",
  u16: "i32.store16",
  u32: "i32.store",
  index: "i32.store",
  i64: "i64.store",
  u64: "i64.store",
  f16: "i32.store16",
  f32: "f32.store",
  f64: "f64.store",
};

export function isFloat(type: ScalarType): boolean {
  return type === "f32" || type === "f64" || type === "f16";
}

export function isUnsigned(type: ScalarType): boolean {
  return type[0] === "u" || type === "bool";
}

/** Integers narrower than their register. */
export function isSmall(type: ScalarType): boolean {
  return BYTES[type] < 4 && !isFloat(type) && type !== "bool";
}
