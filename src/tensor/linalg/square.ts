/** What functions of square matrices share: their dtypes, checks, and the errors of matrices that will not do. */
import { toNumbers } from "../../array/element.ts";
import type { NdArray } from "../../array/ndArray.ts";
import { isComplex, isDiscrete, type DType } from "../../dtype.ts";
import { DtypeError, RankError, ShapeMismatchError, ValueError } from "../../errors.ts";
import type { Apply } from "../../graph/apply.ts";
import { asTensor } from "../constant.ts";
import { cast } from "../math.ts";
import { operand } from "../shape.ts";
import type { Known } from "../typing.ts";
import type { TensorLike, TensorVariable } from "../variable.ts";
import { factorize, type Factors } from "./lu.ts";

/** The dtype in which linear algebra computes: integers as float64, as in NumPy. */
export type LinalgOf<D extends DType> = Known<D, D extends "float32" ? "float32" : "float64">;

/** @throws DtypeError for float16 and complex numbers */
export function linalgDtype(op: string, dtype: DType, inputs: readonly TensorVariable[]): "float32" | "float64" {
  if (dtype === "float32" || dtype === "float64") return dtype;
  if (isDiscrete(dtype)) return "float64";
  const advice = isComplex(dtype)
    ? "Complex matrices are not supported yet; split them into real and imaginary parts."
    : 'Use x.astype("float32").';
  throw new DtypeError(`${op}: expected float32 or float64, got ${dtype}. ${advice}`, {
    op,
    inputs: inputs.map(operand),
  });
}

/** `a` as a matrix of a dtype that linear algebra computes in. */
export function asMatrix(op: string, a: TensorLike): TensorVariable {
  const v = asTensor(a);
  return cast(v, linalgDtype(op, v.dtype, [v])) as TensorVariable;
}

/**
 * The size of a square matrix, `null` where it is not known.
 * @throws RankError, DtypeError, ShapeMismatchError for other tensors
 */
export function checkSquare(op: string, a: TensorVariable): number | null {
  const details = { op, inputs: [operand(a)] };
  if (a.ndim !== 2) throw new RankError(`${op}: expected a matrix, got rank ${a.ndim}.`, details);
  if (a.dtype !== "float32" && a.dtype !== "float64") {
    throw new DtypeError(`${op}: expected float32 or float64, got ${a.dtype}.`, details);
  }
  const [rows, columns] = a.type.shape as [number | null, number | null];
  if (rows !== null && columns !== null && rows !== columns) throw notSquare(op, rows, columns, details);
  return rows ?? columns;
}

function notSquare(
  op: string,
  rows: number,
  columns: number,
  details: ConstructorParameters<typeof ShapeMismatchError>[1],
): ShapeMismatchError {
  return new ShapeMismatchError(`${op}: expected a square matrix, got shape (${rows}, ${columns}).`, details);
}

/**
 * The factors of a square array.
 * @throws ShapeMismatchError when it is not square
 */
export function factorsOf(node: Apply, a: NdArray): Factors {
  const [rows, columns] = a.shape as [number, number];
  if (rows !== columns) {
    throw notSquare(node.op.name, rows, columns, {
      op: node.op.name,
      inputs: [{ dtype: a.dtype, shape: a.shape }],
      createdAt: node.createdAt[0],
    });
  }
  return factorize(toNumbers(a), rows);
}

/** @throws ValueError for a singular matrix */
export function requireRegular(node: Apply, { n, zeroPivot }: Factors): void {
  if (zeroPivot === undefined) return;
  throw new ValueError(
    `${node.op.name}: the matrix is singular: elimination finds no pivot other than 0 in column ${zeroPivot} of ${n}.\n` +
      "Add a multiple of the identity to it, or drop the rows and columns that depend on others.",
    {
      op: node.op.name,
      inputs: [{ dtype: (node.inputs[0] as TensorVariable).dtype, shape: [n, n] }],
      createdAt: node.createdAt[0],
    },
  );
}
