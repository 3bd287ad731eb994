/** Losses of rows plus a bias, with what is computed on the way. */
import type { DType } from "../../dtype.ts";
import { asTensor } from "../constant.ts";
import { add } from "../math.ts";
import { argmax, maxAndArgmax } from "../reduction.ts";
import type { Less } from "../ranks.ts";
import type { BroadcastRank, DTypeOf, FloatOf, Promoted, RankOf } from "../typing.ts";
import type { TensorLike, TensorVariable } from "../variable.ts";
import { crossentropySoftmax1hot } from "./loss.ts";
import { softmax } from "./softmax.ts";

/** The dtype of rows plus a bias, made a float. */
type Shifted<X, B> = FloatOf<Promoted<X, B>>;

/** Losses, probabilities and most likely classes. */
type LossAndGuess<D extends DType, R extends number> = [
  loss: TensorVariable<D, Less[R]>,
  softmax: TensorVariable<D, R>,
  argmax: TensorVariable<"int64", Less[R]>,
];

/** The same with the probabilities of these classes. */
type LossAndMaximum<D extends DType, R extends number> = [
  loss: TensorVariable<D, Less[R]>,
  softmax: TensorVariable<D, R>,
  max: TensorVariable<D, Less[R]>,
  argmax: TensorVariable<"int64", Less[R]>,
];

/**
 * `crossentropySoftmax1hot(add(x, b), target)`: the loss of each row of a matrix plus a vector. (Theano returns the softmax with it; take that
 * from {@link crossentropySoftmaxArgmax1hotWithBias}.)
 */
export function crossentropySoftmax1hotWithBias<X extends TensorLike, B extends TensorLike>(
  x: X,
  b: B,
  target: TensorLike,
): TensorVariable<Shifted<X, B>, Less[BroadcastRank<X, B>]>;
export function crossentropySoftmax1hotWithBias(x: TensorLike, b: TensorLike, target: TensorLike): TensorVariable {
  return crossentropySoftmax1hot(add(x, b), target);
}

/**
 * Of each row of a matrix plus a vector: the loss `-log(softmax(x + b))[i, target[i]]`, the softmax, and the most likely class.
 * @param target a vector of class numbers
 * @example
 * ```ts
 * import { tensor as T } from "theano";
 * const [loss, p, best] = T.nnet.crossentropySoftmaxArgmax1hotWithBias([[0, 0], [1, 2]], [0, 0], [1, 0]);
 * console.log(String(best.eval()), p.ndim, loss.ndim); // [0 1] 2 1
 * ```
 */
export function crossentropySoftmaxArgmax1hotWithBias<X extends TensorLike, B extends TensorLike>(
  x: X,
  b: B,
  target: TensorLike,
): LossAndGuess<Shifted<X, B>, BroadcastRank<X, B>>;
export function crossentropySoftmaxArgmax1hotWithBias(
  x: TensorLike,
  b: TensorLike,
  target: TensorLike,
): TensorVariable[] {
  const rows = add(x, b);
  const p = softmax(rows);
  return [crossentropySoftmax1hot(rows, target), p, argmax(p, { axis: -1 })];
}

/** Of each row of a matrix: the loss, the softmax, its largest probability and where that is. */
export function crossentropySoftmaxMaxAndArgmax1hot<X extends TensorLike>(
  x: X,
  target: TensorLike,
): LossAndMaximum<FloatOf<DTypeOf<X>>, RankOf<X>>;
export function crossentropySoftmaxMaxAndArgmax1hot(x: TensorLike, target: TensorLike): TensorVariable[] {
  const rows = asTensor(x);
  const p = softmax(rows);
  return [crossentropySoftmax1hot(rows, target), p, ...maxAndArgmax(p, { axis: -1 })];
}

/** {@link crossentropySoftmaxMaxAndArgmax1hot} of a matrix plus a vector. */
export function crossentropySoftmaxMaxAndArgmax1hotWithBias<X extends TensorLike, B extends TensorLike>(
  x: X,
  b: B,
  target: TensorLike,
): LossAndMaximum<Shifted<X, B>, BroadcastRank<X, B>>;
export function crossentropySoftmaxMaxAndArgmax1hotWithBias(
  x: TensorLike,
  b: TensorLike,
  target: TensorLike,
): TensorVariable[] {
  return crossentropySoftmaxMaxAndArgmax1hot(add(x, b), target);
}
