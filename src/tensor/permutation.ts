/** Permutations of rows. */
import { isDiscrete } from "../dtype.ts";
import { DtypeError, RankError } from "../errors.ts";
import { arange } from "./alloc.ts";
import { asTensor } from "./constant.ts";
import { dimshuffle } from "./dimshuffle.ts";
import { operand, shapeI } from "./shape.ts";
import { argsort } from "./sort.ts";
import { at } from "./subtensor/index.ts";
import { integers } from "./subtensor/take.ts";
import type { TensorLike, TensorVariable } from "./variable.ts";
import type { BroadcastRank, DTypeOf, RankOf } from "./typing.ts";

/** The inverse of each row of permutations of 0 .. n - 1. */
export function inversePermutation<X extends TensorLike>(permutation: X): TensorVariable<"int64", RankOf<X>>;
export function inversePermutation(permutation: TensorLike): TensorVariable {
  const p = integers(permutation);
  if (isDiscrete(p.dtype)) return argsort(p);
  throw new DtypeError(`inversePermutation: expected integers, got ${p.dtype}.`, {
    op: "inversePermutation",
    inputs: [operand(p)],
  });
}

/**
 * Each row of `x` in the order that the same row of `y` says: `out[i, j] = x[i, y[i, j]]`. A vector is the same for every row.
 * @param inverse put elements where `y` says instead of taking them from there
 * @throws RankError for more than two axes
 */
export function permuteRowElements<X extends TensorLike, Y extends TensorLike>(
  x: X,
  y: Y,
  inverse?: boolean | number,
): TensorVariable<DTypeOf<X>, BroadcastRank<X, Y>>;
export function permuteRowElements(x: TensorLike, y: TensorLike, inverse: boolean | number = false): TensorVariable {
  const v = asTensor(x);
  const order = inverse === false || inverse === 0 ? integers(y) : inversePermutation(y);
  if (v.ndim < 1 || v.ndim > 2 || order.ndim < 1 || order.ndim > 2) {
    throw new RankError(`permuteRowElements: expected vectors or matrices, got ranks ${v.ndim} and ${order.ndim}.`, {
      op: "permuteRowElements",
      inputs: [operand(v), operand(order)],
    });
  }
  if (v.ndim === 1) return at(v, order);
  if (order.ndim === 1) return at(v, ":", order);
  return at(v, dimshuffle(arange(shapeI(v, 0)), [0, "x"]), order);
}
