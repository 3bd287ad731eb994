/** Scalar types and literals in C. */
import type { ScalarType } from "../../ir/node.ts";

/** What holds a value: float16 is held as float, bools as int. */
export const VALUE: Readonly<Record<ScalarType, string>> = {
  bool: "int",
  i8: "signed char",
  u8: "unsigned char",
  i16: "short",
  u16: "unsigned short",
  i32: "int",
  u32: "unsigned int",
  i64: "long long",
  u64: "unsigned long long",
  f16: "float",
  f32: "float",
  f64: "double",
  index: "long long",
};

/** Elements in memory: float16 as its bits, bools as bytes. */
export const STORED: Readonly<Record<ScalarType, string>> = { ...VALUE, bool: "unsigned char", f16: "unsigned short" };

export const isFloat = (t: ScalarType): boolean => t === "f16" || t === "f32" || t === "f64";
export const isUnsigned = (t: ScalarType): boolean => t[0] === "u" || t === "bool";
/** The type that arithmetic of a type is done in; names helper functions. */
export const arithmetic = (t: ScalarType): ScalarType => (t === "f16" ? "f32" : t);

/** A value as C text. */
export function literal(type: ScalarType, value: number | bigint | boolean): string {
  if (type === "bool") return value === true ? "1" : "0";
  if (isFloat(type)) return floatLiteral(type, Number(value));
  const v = BigInt(value);
  if (type === "u64") return `${v}ULL`;
  if (type === "u32") return `${v}u`;
  if (type === "i64" || type === "index") return v === -(2n ** 63n) ? "(-9223372036854775807LL - 1)" : `${v}LL`;
  return v === -(2n ** 31n) ? "(-2147483647 - 1)" : String(v);
}

function floatLiteral(type: ScalarType, x: number): string {
  const suffix = type === "f64" ? "" : "f";
  if (Number.isNaN(x)) return `__builtin_nan${suffix}("")`;
  if (!Number.isFinite(x)) return `${x < 0 ? "(-" : "("}__builtin_inf${suffix}())`;
  if (Object.is(x, -0)) return `(-0.0${suffix})`;
  const text = String(x);
  const number = /[.e]/.test(text) ? text : `${text}.0`;
  return x < 0 ? `(${number}${suffix})` : `${number}${suffix}`;
}
