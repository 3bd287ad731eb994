/** Vectors of numbers as sets: sorted, without repetition. */
import { asTensor } from "./constant.ts";
import { diff } from "./extraOps.ts";
import { join } from "./join.ts";
import { and, eq, neq } from "./math.ts";
import { isin } from "./numeric.ts";
import { ravel } from "./reshape.ts";
import { sort } from "./sort.ts";
import { shapeI } from "./shape.ts";
import { at, slice } from "./subtensor/index.ts";
import { unique } from "./unique.ts";
import type { PromotedTensors } from "./functionTyping.ts";
import type { DTypeOf } from "./typing.ts";
import type { TensorLike, TensorVariable } from "./variable.ts";

/** The elements of one or the other tensor. */
export function union1d<X extends TensorLike, Y extends TensorLike>(
  x: X,
  y: Y,
): TensorVariable<PromotedTensors<readonly [X, Y]>, 1>;
export function union1d(x: TensorLike, y: TensorLike): TensorVariable {
  return unique(join(0, ravel(x), ravel(y))) as TensorVariable;
}

/** Both sets, one after the other, in order: what is in both stands beside itself. */
const bothSorted = (x: TensorLike, y: TensorLike): TensorVariable =>
  sort(join(0, unique(ravel(x)) as TensorVariable, unique(ravel(y)) as TensorVariable));

/**
 * The elements of both tensors.
 * @example
 * ```ts
 * import { tensor as T } from "theano";
 * console.log(String(T.intersect1d([3, 1, 2, 1], [1, 3, 5]).eval())); // [1. 3.]
 * ```
 */
export function intersect1d<X extends TensorLike, Y extends TensorLike>(
  x: X,
  y: Y,
): TensorVariable<PromotedTensors<readonly [X, Y]>, 1>;
export function intersect1d(x: TensorLike, y: TensorLike): TensorVariable {
  const all = bothSorted(x, y);
  const before = at(all, ":-1");
  return at(before, eq(before, at(all, "1:")));
}

/** The elements of just one of the tensors. */
export function setxor1d<X extends TensorLike, Y extends TensorLike>(
  x: X,
  y: Y,
): TensorVariable<PromotedTensors<readonly [X, Y]>, 1>;
export function setxor1d(x: TensorLike, y: TensorLike): TensorVariable {
  const all = bothSorted(x, y);
  const changes = neq(at(all, "1:"), at(all, ":-1"));
  const [first, last] = [join(0, [true], changes), join(0, changes, [true])];
  // Of nothing there is no end to be marked.
  return at(all, at(and(first, last), "...", slice(null, shapeI(all, 0))));
}

/** The elements of `x` that are not in `y`. */
export function setdiff1d<X extends TensorLike>(x: X, y: TensorLike): TensorVariable<DTypeOf<X>, 1>;
export function setdiff1d(x: TensorLike, y: TensorLike): TensorVariable {
  const own = unique(ravel(x)) as TensorVariable;
  return at(own, isin(own, y, { invert: true }));
}

/** The differences of neighbours, of all elements in C order. */
export function ediff1d<X extends TensorLike>(x: X): TensorVariable<DTypeOf<X>, 1>;
export function ediff1d(x: TensorLike): TensorVariable {
  return diff(ravel(asTensor(x)));
}
