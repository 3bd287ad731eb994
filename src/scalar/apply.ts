/** The value of an elementwise function on IR expressions: conversions of the arguments, float16 by way of float32. */
import { isComplex, type DType } from "../dtype.ts";
import { DtypeError } from "../errors.ts";
import type { IrBuilder } from "../ir/build.ts";
import type { ElementValue } from "../ir/lowered.ts";
import type { Expr } from "../ir/node.ts";
import { pair } from "./complexNumbers.ts";
import type { ScalarOp } from "./define.ts";
import { scalarTypeOf } from "./scalarTypes.ts";

/** float16 is computed in float32 and rounded once. */
function computed(dtype: DType): DType {
  return dtype === "float16" ? "float32" : dtype;
}

/** `value` of dtype `from` as `to`, part by part for complex numbers. */
export function convertElement(b: IrBuilder, value: ElementValue, to: DType): ElementValue {
  const type = scalarTypeOf(to);
  if (isComplex(to)) {
    const [re, im] = pair(b, value);
    return [b.cast(re, type), b.cast(im, type)];
  }
  if (Array.isArray(value)) {
    const [re, im] = value as readonly [Expr, Expr];
    // A complex number is true when either part is.
    return to === "bool" ? b.or(b.cast(re, "bool"), b.cast(im, "bool")) : b.cast(re, type);
  }
  return b.cast(value as Expr, type);
}

/**
 * `op` applied to elements of the given dtypes; the result has dtype `result`.
 * @throws DtypeError when the function is not there for complex numbers
 */
export function applyScalar(
  b: IrBuilder,
  op: ScalarOp,
  args: readonly ElementValue[],
  dtypes: readonly DType[],
  result: DType,
): ElementValue {
  const operands = op.dtype.operands(dtypes, result).map(computed);
  const values = args.map((v, i) => convertElement(b, v, operands[i]!));
  const complex = isComplex(result) || operands.some(isComplex);
  if (complex) {
    if (op.complex === undefined) {
      throw new DtypeError(`${op.name}: complex numbers are not supported.`, { op: op.name });
    }
    return convertElement(b, op.complex(b, values, result), result);
  }
  const value = op.lower(b, values as Expr[], computed(result));
  return b.cast(value, scalarTypeOf(result));
}
