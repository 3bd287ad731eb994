/** How array dtypes are stored as IR scalars. */
import type { DType } from "../dtype.ts";
import type { ScalarType } from "../ir/node.ts";

const SCALARS: Readonly<Record<DType, ScalarType>> = {
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

/** The scalar type of one slot of a dtype: that of one part for complex numbers. */
export function scalarOf(dtype: DType): ScalarType {
  return SCALARS[dtype];
}
