/** Products of vectors, matrices and their stacks. */
import { RankError } from "../errors.ts";
import { batchedOp } from "./batchedProduct.ts";
import { dimshuffle } from "./dimshuffle.ts";
import { mul } from "./math.ts";
import { dotOp, operands } from "./matrixProduct.ts";
import { operand } from "./shape.ts";
import { batchedTensordot, tensordot } from "./tensordot.ts";
import type { DotRank, MatmulOperand, MatmulRank, Promoted, RankOf } from "./typing.ts";
import type { TensorLike, TensorVariable } from "./variable.ts";
import type { BatchedDotRank } from "./functionTyping.ts";

export { BatchedDot } from "./batchedProduct.ts";
export { Dot22Scalar, Gemm, gemm, Gemv, scaledDot } from "./gemm.ts";
export { Dot } from "./matrixProduct.ts";
export { batchedTensordot, inner, outer, tensordot, type TensordotAxes, type TensordotOptions } from "./tensordot.ts";

/**
 * The product: of scalars with anything elementwise, of vectors and matrices as in linear algebra, of higher ranks as NumPy's
 * `dot` (the last axis of `x` with the second last of `y`).
 * @throws ShapeMismatchError when known sizes do not agree
 */
export function dot<X extends TensorLike, Y extends TensorLike>(
  x: X,
  y: Y,
): TensorVariable<Promoted<X, Y>, DotRank<X, Y>>;
export function dot(x: TensorLike, y: TensorLike): TensorVariable {
  const [a, b] = operands(x, y);
  if (a.ndim === 0 || b.ndim === 0) return mul(a, b);
  if (a.ndim > 2 || b.ndim > 2) return tensordot(a, b, [[a.ndim - 1], [Math.max(0, b.ndim - 2)]]);
  return dotOp.call(a, b) as TensorVariable;
}

/**
 * NumPy's `matmul`: vectors and matrices as `dot`; higher ranks are stacks of matrices whose leading axes broadcast.
 * @throws RankError for scalars
 */
export function matmul<X extends TensorLike, Y extends TensorLike>(
  x: X,
  y: MatmulOperand<RankOf<X>, Y>,
): TensorVariable<Promoted<X, Y>, MatmulRank<X, Y>>;
export function matmul(x: TensorLike, y: TensorLike): TensorVariable {
  const [a, b] = operands(x, y);
  if (a.ndim === 0 || b.ndim === 0) {
    throw new RankError("matmul: scalars are not allowed; use mul.", {
      op: "matmul",
      inputs: [operand(a), operand(b)],
    });
  }
  if (a.ndim <= 2 && b.ndim <= 2) return dot(a, b);
  const left = a.ndim === 1 ? dimshuffle(a, ["x", 0]) : a;
  const right = b.ndim === 1 ? dimshuffle(b, [0, "x"]) : b;
  const out = batchedOp.call(left, right) as TensorVariable;
  const dropped = a.ndim === 1 ? out.ndim - 2 : b.ndim === 1 ? out.ndim - 1 : -1;
  return dropped < 0
    ? out
    : dimshuffle(
        out,
        Array.from({ length: out.ndim }, (_, k) => k).filter((k) => k !== dropped),
      );
}

/**
 * Products along the first axis, batch by batch: `out[i] = dot(x[i], y[i])`. Theano's `batched_dot`.
 * @throws RankError when an operand has no axis besides the batch axis
 */
export function batchedDot<X extends TensorLike, Y extends TensorLike>(
  x: X,
  y: Y,
): TensorVariable<Promoted<X, Y>, BatchedDotRank<RankOf<X>, RankOf<Y>>>;
export function batchedDot(x: TensorLike, y: TensorLike): TensorVariable {
  const [a, b] = operands(x, y);
  if (a.ndim < 1 || b.ndim < 1) {
    throw new RankError("batchedDot: both operands need a batch axis.", {
      op: "BatchedDot",
      inputs: [operand(a), operand(b)],
    });
  }
  if (a.ndim === 1 || b.ndim === 1) {
    const pad = (v: TensorVariable, rank: number): TensorVariable =>
      v.ndim >= rank ? v : dimshuffle(v, [0, ...new Array<"x">(rank - 1).fill("x")]);
    return mul(pad(a, b.ndim), pad(b, a.ndim));
  }
  if (a.ndim > 3 || b.ndim > 3) return batchedTensordot(a, b, [[a.ndim - 1], [Math.max(1, b.ndim - 2)]]);
  const left = a.ndim === 2 ? dimshuffle(a, [0, "x", 1]) : a;
  const right = b.ndim === 2 ? dimshuffle(b, [0, 1, "x"]) : b;
  const out = batchedOp.call(left, right) as TensorVariable;
  const kept = [0, ...(a.ndim === 3 ? [1] : []), ...(b.ndim === 3 ? [2] : [])];
  return dimshuffle(out, kept);
}
