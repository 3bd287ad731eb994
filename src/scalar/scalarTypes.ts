/** How dtypes are stored: the scalar type of a buffer's elements (of each part of a complex number). */
import type { DType } from "../dtype.ts";
import type { ScalarType } from "../ir/node.ts";

const TYPES: Readonly<Record<DType, ScalarType>> = {
  bool: "bool",
  int8: "i8",
  int16: "i16",
  int32: "i32",
  int64: "i64",
  uint8: "u8",
  uint16: "u16",
  uint32: "u32",
  uint64: "u64",
  float16: "f16",
  float32: "f32",
  float64: "f64",
  complex64: "f32",
  complex128: "f64",
};

export function scalarTypeOf(dtype: DType): ScalarType {
  return TYPES[dtype];
}
