/** Several tensors brought to one shape. */
import { alloc } from "./alloc.ts";
import { asTensor } from "./constant.ts";
import { padLeft } from "./elemwise.ts";
import { listed } from "./options.ts";
import { shape as shapeOf } from "./shape.ts";
import { sizeConstant } from "./sizes.ts";
import type { TensorLike, TensorVariable } from "./variable.ts";
import type { BroadcastList } from "./functionTyping.ts";
import type { DTypeOf } from "./typing.ts";

/**
 * The shape that tensors have together: int64 scalars, one for each axis. An axis whose size is not known to be 1 tells it, since only sizes
 * known to be 1 broadcast.
 */
export function broadcastShape(
  ...tensors: readonly TensorLike[] | readonly [readonly TensorLike[]]
): readonly TensorVariable<"int64", 0>[];
export function broadcastShape(
  ...tensors: readonly TensorLike[] | readonly [readonly TensorLike[]]
): readonly TensorVariable[] {
  const list = listed<TensorLike>(tensors).map((t) => asTensor(t));
  const rank = Math.max(0, ...list.map((v) => v.ndim));
  const padded = list.map((v) => padLeft(v, rank));
  return Array.from({ length: rank }, (_, axis) => {
    const sizes = padded.map((v) => v.type.shape[axis]);
    const known = sizes.findIndex((n) => n !== null && n !== 1);
    const teller = known >= 0 ? known : sizes.indexOf(null);
    return teller < 0 ? sizeConstant(1) : shapeOf(padded[teller]!)[axis]!;
  });
}

/** Each tensor stretched to the shape that they have together. @throws ShapeMismatchError, at run time where sizes are not known */
export function broadcastArrays<const L extends readonly TensorLike[]>(
  ...tensors: L
): { -readonly [K in keyof L]: TensorVariable<DTypeOf<L[K]>, BroadcastList<L>> };
export function broadcastArrays(...tensors: readonly TensorLike[] | readonly [readonly TensorLike[]]): TensorVariable[];
export function broadcastArrays(
  ...tensors: readonly TensorLike[] | readonly [readonly TensorLike[]]
): TensorVariable[] {
  const list = listed<TensorLike>(tensors).map((t) => asTensor(t));
  const sizes = broadcastShape(...list);
  return list.map((v) => alloc(v, sizes));
}
