/** Sums along diagonals, and their assignment. */
import { isDiscrete, promoteAll } from "../dtype.ts";
import { DtypeError, RankError } from "../errors.ts";
import { arange } from "./alloc.ts";
import { asTensor, constant } from "./constant.ts";
import { cast } from "./math.ts";
import { sum } from "./reduction.ts";
import { operand, shape as shapeOf } from "./shape.ts";
import { asSize, sizeAlgebra, type SizeLike } from "./sizes.ts";
import { at, diagonal, setSubtensor, type DiagonalOptions } from "./subtensor/index.ts";
import type { TensorLike, TensorVariable } from "./variable.ts";
import type { Less } from "./ranks.ts";
import type { DTypeOf, RankOf, SumOf } from "./typing.ts";

/** The sum of a diagonal of the first two axes (or of those named). */
export function trace<X extends TensorLike>(
  x: X,
  options?: DiagonalOptions | number,
): TensorVariable<SumOf<DTypeOf<X>>, Less[Less[RankOf<X>]]>;
export function trace(x: TensorLike, options: DiagonalOptions | number = {}): TensorVariable {
  return sum(diagonal(x, options), { axis: -1 });
}

/** A scalar that an element of `a` can hold. */
function diagonalValue(a: TensorVariable, value: TensorLike, op: string): TensorVariable {
  const isTruth = a.dtype === "bool" && (value === 0 || value === 1);
  const v = isTruth ? constant(value === 1, "bool") : asTensor(value, a.dtype);
  const details = { op, inputs: [operand(a), operand(v)] };
  if (v.ndim !== 0) throw new RankError(`${op}: the value must be a scalar, it has rank ${v.ndim}.`, details);
  if (promoteAll([a.dtype, v.dtype]) !== a.dtype) {
    throw new DtypeError(`${op}: a ${v.dtype} value does not fit a ${a.dtype} tensor; cast one of them.`, details);
  }
  return cast(v, a.dtype);
}

/**
 * `a` with a scalar on its main diagonal: that of a matrix, which need not be square, or `a[i, i, ..., i]` of a tensor whose axes are
 * equally long.
 * @throws RankError for a vector or scalar, DtypeError for a value that does not fit
 */
export function fillDiagonal<X extends TensorLike>(a: X, value: TensorLike): TensorVariable<DTypeOf<X>, RankOf<X>>;
export function fillDiagonal(a: TensorLike, value: TensorLike): TensorVariable {
  const v = asTensor(a);
  if (v.ndim < 2) {
    throw new RankError(`fillDiagonal: expected at least two axes, got rank ${v.ndim}.`, {
      op: "fillDiagonal",
      inputs: [operand(v)],
    });
  }
  const sizes = shapeOf(v);
  // A matrix may be longer than wide; of other tensors every axis is as long as the first.
  const n = v.ndim === 2 ? sizeAlgebra.min(sizes[0]!, sizes[1]!) : sizes[0]!;
  const places = arange(n);
  return setSubtensor(at(v, ...sizes.map(() => places)), diagonalValue(v, value, "fillDiagonal"));
}

/**
 * The matrix `a` with a scalar on the diagonal `offset` places above the main one (below for a negative one).
 * @throws RankError unless `a` is a matrix, DtypeError for a value that does not fit
 */
export function fillDiagonalOffset<X extends TensorLike>(
  a: X,
  value: TensorLike,
  offset: SizeLike,
): TensorVariable<DTypeOf<X>, RankOf<X>>;
export function fillDiagonalOffset(a: TensorLike, value: TensorLike, offset: SizeLike): TensorVariable {
  const v = asTensor(a);
  const op = "fillDiagonalOffset";
  const details = { op, inputs: [operand(v)] };
  if (v.ndim !== 2) throw new RankError(`${op}: expected a matrix, got rank ${v.ndim}.`, details);
  if (typeof offset === "object" && !isDiscrete(offset.dtype)) {
    throw new DtypeError(`${op}: the offset must be an integer, got ${offset.dtype}.`, details);
  }
  const { max, min, sub, add, of } = sizeAlgebra;
  const k = asSize(offset, op, Number.MIN_SAFE_INTEGER);
  const [rows, columns] = shapeOf(v) as [TensorVariable, TensorVariable];
  const [i, j] = [max(sub(of(0), k), of(0)), max(k, of(0))];
  const n = max(min(sub(rows, i), sub(columns, j)), of(0));
  const along = (start: TensorVariable): TensorVariable => arange(start, add(start, n));
  return setSubtensor(at(v, along(i), along(j)), diagonalValue(v, value, op));
}
