/** A dtype where it is the only option. */
import { parseDType, type DType } from "../dtype.ts";

/** A dtype given bare or as an option. */
export type DTypeOption = DType | { readonly dtype?: DType };

/** The dtype asked for, if any. @throws DtypeError for an unknown one */
export function dtypeOf(option: DTypeOption | undefined): DType | undefined {
  const dtype = typeof option === "object" ? option.dtype : option;
  return dtype === undefined ? undefined : parseDType(dtype);
}
