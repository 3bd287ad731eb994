/** What functions that join tensors are given. */
import { promoteAll } from "../dtype.ts";
import { ArgumentError } from "../errors.ts";
import { asTensor } from "./constant.ts";
import { cast } from "./math.ts";
import type { TensorLike, TensorVariable } from "./variable.ts";

/** An axis given bare or as an option. */
export type AxisOption = number | { readonly axis?: number };

/** The axis, 0 where none is given. */
export const axisOf = (option: AxisOption): number => (typeof option === "number" ? option : (option.axis ?? 0));

/** The tensors in the dtype that they have together; numbers take that of the others. */
export function commonDtype(tensors: readonly TensorLike[], op: string): TensorVariable[] {
  if (!Array.isArray(tensors) || tensors.length === 0) {
    throw new ArgumentError(`${op}: expected a list of one or more tensors.`, { op });
  }
  const weak = (x: TensorLike): boolean => typeof x === "number" || typeof x === "bigint" || typeof x === "boolean";
  const dtypes = tensors.flatMap((x) => (weak(x) ? [] : [asTensor(x).dtype]));
  const like = dtypes.length === 0 ? undefined : promoteAll(dtypes);
  const parts = tensors.map((x) => asTensor(x, like));
  const dtype = promoteAll(parts.map((v) => v.dtype));
  return parts.map((v) => (v.dtype === dtype ? v : cast(v, dtype)));
}
