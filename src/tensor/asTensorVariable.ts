/** `asTensor` as users call it: what the compiler knows of the value it knows of the tensor. */
import type { ArrayInput } from "../array/create.ts";
import type { DType } from "../dtype.ts";
import { RankError } from "../errors.ts";
import { shapePadLeft } from "./axes.ts";
import { asTensor, constant } from "./constant.ts";
import { dimshuffle } from "./dimshuffle.ts";
import { operand } from "./shape.ts";
import type { DTypeOf, RankOf } from "./typing.ts";
import { TensorVariable, type TensorLike } from "./variable.ts";

export interface AsTensorOptions {
  /** The name of a constant; variables keep theirs. */
  readonly name?: string;
  /** The rank: axes of static size 1 are added in front, or left out there. */
  readonly ndim?: number;
}

/**
 * A value as a symbolic tensor; a tensor as it is.
 * @param like the dtype of JavaScript's numbers
 * @throws DtypeError for a number that the dtype does not hold, RankError where `ndim` would leave out an axis that may be longer than 1
 */
export function asTensorVariable<X extends TensorLike>(x: X): TensorVariable<DTypeOf<X>, RankOf<X>>;
export function asTensorVariable<X extends TensorLike>(x: X, like?: DType): TensorVariable<DType, RankOf<X>>;
export function asTensorVariable<X extends TensorLike, const O extends AsTensorOptions>(
  x: X,
  options: O,
): TensorVariable<DTypeOf<X>, O extends { readonly ndim: infer R extends number } ? R : RankOf<X>>;
export function asTensorVariable(x: TensorLike, given?: DType | AsTensorOptions): TensorVariable {
  if (given === undefined || typeof given === "string") return asTensor(x, given);
  const { name, ndim } = given;
  let v = asTensor(x);
  if (name !== undefined && !(x instanceof TensorVariable) && v.owner === null) v = constant(x as ArrayInput, { name });
  const more = (ndim ?? v.ndim) - v.ndim;
  if (more === 0) return v;
  if (more > 0) return shapePadLeft(v, more);
  if (v.broadcastable.slice(0, -more).every(Boolean)) {
    return dimshuffle(
      v,
      Array.from({ length: ndim! }, (_, i) => i - more),
    );
  }
  throw new RankError(`asTensorVariable: a tensor of rank ${v.ndim} cannot have rank ${ndim}.`, {
    op: "asTensorVariable",
    inputs: [operand(v)],
  });
}
