/** Tensors of the shape of another one. */
import { parseDType, type DType } from "../dtype.ts";
import { asTensor } from "./constant.ts";
import { cast, second } from "./math.ts";
import type { DTypeOf, DtypeOption, RankOf } from "./typing.ts";
import type { TensorLike, TensorVariable } from "./variable.ts";

export interface LikeOptions {
  /** Default: the dtype of the model. */
  readonly dtype?: DType;
}

/** `value` in the shape of `model`, and in its dtype unless another is given. */
export function fullLike<X extends TensorLike, O extends DType | LikeOptions = {}>(
  model: X,
  value: TensorLike,
  options?: O,
): TensorVariable<DtypeOption<O, DTypeOf<X>>, RankOf<X>>;
export function fullLike(model: TensorLike, value: TensorLike, options: DType | LikeOptions = {}): TensorVariable {
  const m = asTensor(model);
  const dtype = typeof options === "string" ? parseDType(options) : (options.dtype ?? m.dtype);
  return second(m, cast(asTensor(value, dtype), dtype));
}

/** Zeros in the shape of `model`. */
export function zerosLike<X extends TensorLike, O extends DType | LikeOptions = {}>(
  model: X,
  options?: O,
): TensorVariable<DtypeOption<O, DTypeOf<X>>, RankOf<X>>;
export function zerosLike(model: TensorLike, options: DType | LikeOptions = {}): TensorVariable {
  return fullLike(model, 0, options);
}

/** Ones in the shape of `model`. */
export function onesLike<X extends TensorLike, O extends DType | LikeOptions = {}>(
  model: X,
  options?: O,
): TensorVariable<DtypeOption<O, DTypeOf<X>>, RankOf<X>>;
export function onesLike(model: TensorLike, options: DType | LikeOptions = {}): TensorVariable {
  return fullLike(model, 1, options);
}
