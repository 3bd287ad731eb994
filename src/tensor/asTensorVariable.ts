/** `asTensor` as users call it: what the compiler knows of the value it knows of the tensor. */
import type { DType } from "../dtype.ts";
import { asTensor } from "./constant.ts";
import type { DTypeOf, RankOf } from "./typing.ts";
import type { TensorLike, TensorVariable } from "./variable.ts";

/**
 * A value as a symbolic tensor; a tensor as it is.
 * @param like the dtype of JavaScript's numbers
 * @throws DtypeError for a number that the dtype does not hold
 */
export function asTensorVariable<X extends TensorLike>(x: X): TensorVariable<DTypeOf<X>, RankOf<X>>;
export function asTensorVariable<X extends TensorLike>(x: X, like?: DType): TensorVariable<DType, RankOf<X>>;
export function asTensorVariable(x: TensorLike, like?: DType): TensorVariable {
  return asTensor(x, like);
}
