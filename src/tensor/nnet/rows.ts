/** Tables of confusion, columns put in front. */
import { isDiscrete, type DType } from "../../dtype.ts";
import { DtypeError, RankError } from "../../errors.ts";
import { alloc } from "../alloc.ts";
import { asTensor } from "../constant.ts";
import { join } from "../join.ts";
import { add, cast, mul } from "../math.ts";
import { operand, shapeI } from "../shape.ts";
import { sizeAlgebra } from "../sizes.ts";
import { bincount, searchsorted } from "../search.ts";
import { reshape } from "../reshape.ts";
import { unique } from "../unique.ts";
import type { TensorLike, TensorVariable } from "../variable.ts";
import type { DTypeOf } from "../typing.ts";

/**
 * How often each class was taken for each: a matrix (int64) with a row for each actual and a column for each predicted class, and the classes
 * in ascending order, those that occur among either.
 * @returns the matrix, and the vector of classes
 * @throws RankError unless both are vectors; ShapeMismatchError at run time unless they are equally long
 * @example
 * ```ts
 * import { tensor as T } from "theano";
 * const [table, classes] = T.nnet.confusionMatrix([2, 0, 2, 2, 0, 1], [0, 0, 2, 2, 0, 2]);
 * console.log(JSON.stringify(table.eval().toList())); // [[2,0,0],[0,0,1],[1,0,2]]
 * console.log(String(classes.eval())); // [0. 1. 2.]
 * ```
 */
export function confusionMatrix(
  actual: TensorLike,
  predicted: TensorLike,
): [table: TensorVariable<"int64", 2>, classes: TensorVariable<DType, 1>];
export function confusionMatrix(
  actual: TensorLike,
  predicted: TensorLike,
): [table: TensorVariable, classes: TensorVariable] {
  const [a, p] = [asTensor(actual), asTensor(predicted)];
  const details = { op: "confusionMatrix", inputs: [operand(a), operand(p)] };
  if (a.ndim !== 1 || p.ndim !== 1) {
    throw new RankError(`confusionMatrix: expected vectors, got ranks ${a.ndim} and ${p.ndim}.`, details);
  }
  const classes = unique(join(0, a, p));
  const n = shapeI(classes, 0);
  const [rows, columns] = [searchsorted(classes, a), searchsorted(classes, p)];
  const counts = bincount(add(mul(rows, n), columns));
  // Pairs beyond the last that occurs are none.
  const all = sizeAlgebra.mul(n, n);
  const rest = alloc(cast(0, "int64"), sizeAlgebra.sub(all, shapeI(counts, 0)));
  return [reshape(join(0, counts, rest), [n, n]), classes];
}

/** The matrix `x` with a column of one scalar in front, in the dtype of `x`. */
export function prependScalarToEachRow<X extends TensorLike>(value: TensorLike, x: X): TensorVariable<DTypeOf<X>, 2>;
export function prependScalarToEachRow(value: TensorLike, x: TensorLike): TensorVariable {
  const v = asTensor(x);
  const scalar = asTensor(value, v.dtype);
  const details = { op: "prependScalarToEachRow", inputs: [operand(scalar), operand(v)] };
  if (v.ndim !== 2 || scalar.ndim !== 0) {
    throw new RankError(
      `prependScalarToEachRow: expected a scalar and a matrix, got ranks ${scalar.ndim} and ${v.ndim}.`,
      details,
    );
  }
  if (isDiscrete(v.dtype) && !isDiscrete(scalar.dtype)) {
    throw new DtypeError(`prependScalarToEachRow: a ${scalar.dtype} value does not fit a ${v.dtype} matrix.`, details);
  }
  return join(1, alloc(cast(scalar, v.dtype), shapeI(v, 0), 1), v);
}

/** The matrix `x` with a column of zeros in front. */
export function prepend0ToEachRow<X extends TensorLike>(x: X): TensorVariable<DTypeOf<X>, 2>;
export function prepend0ToEachRow(x: TensorLike): TensorVariable {
  return prependScalarToEachRow(0, x);
}

/** The matrix `x` with a column of ones in front. */
export function prepend1ToEachRow<X extends TensorLike>(x: X): TensorVariable<DTypeOf<X>, 2>;
export function prepend1ToEachRow(x: TensorLike): TensorVariable {
  return prependScalarToEachRow(1, x);
}
