/** Kronecker products, and products of several matrices. */
import { asTensor } from "./constant.ts";
import { dimshuffle } from "./dimshuffle.ts";
import { dot } from "./dot.ts";
import { padLeft } from "./elemwise.ts";
import { mul } from "./math.ts";
import { reshape } from "./reshape.ts";
import { shape as shapeOf } from "./shape.ts";
import { sizeAlgebra } from "./sizes.ts";
import type { TensorLike, TensorVariable } from "./variable.ts";
import type { ChainRank, PromotedTensors } from "./functionTyping.ts";
import type { BroadcastRank } from "./typing.ts";

/**
 * The Kronecker product: each element of `a` replaced by itself times `b`. Shapes multiply axis by axis, the lower rank is filled up with
 * ones in front. Any rank, any dtype; dtypes promote as in `mul`.
 * @example
 * ```ts
 * import { tensor as T } from "theano";
 * console.log(String(T.kron([1, 10], [1, 2, 3]).eval())); // [ 1.  2.  3. 10. 20. 30.]
 * ```
 */
export function kron<X extends TensorLike, Y extends TensorLike>(
  a: X,
  b: Y,
): TensorVariable<PromotedTensors<readonly [X, Y]>, BroadcastRank<X, Y>>;
export function kron(a: TensorLike, b: TensorLike): TensorVariable {
  const [p, q] = [asTensor(a), asTensor(b)];
  const rank = Math.max(p.ndim, q.ndim);
  if (rank === 0) return mul(p, q);
  const [x, y] = [padLeft(p, rank), padLeft(q, rank)];
  const axes = Array.from({ length: rank }, (_, i) => i);
  const left = dimshuffle(
    x,
    axes.flatMap((i): (number | "x")[] => [i, "x"]),
  );
  const right = dimshuffle(
    y,
    axes.flatMap((i): (number | "x")[] => ["x", i]),
  );
  const [m, n] = [shapeOf(x), shapeOf(y)];
  return reshape(
    mul(left, right),
    axes.map((i) => sizeAlgebra.mul(m[i]!, n[i]!)),
    { ndim: rank },
  );
}

/** The product of several matrices, left to right. */
export function matrixDot<const L extends readonly TensorLike[]>(
  ...factors: L
): TensorVariable<PromotedTensors<L>, ChainRank<L>>;
export function matrixDot(...factors: readonly TensorLike[]): TensorVariable {
  return factors.slice(1).reduce<TensorVariable>((product, m) => dot(product, m), asTensor(factors[0]!));
}
