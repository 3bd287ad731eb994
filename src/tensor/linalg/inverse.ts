/** The inverse and the determinant of a matrix. */
import { fromFlat } from "../../array/create.ts";
import type { NdArray } from "../../array/ndArray.ts";
import { Apply } from "../../graph/apply.ts";
import { Op, type InputGradient } from "../../graph/op.ts";
import type { Variable } from "../../graph/variable.ts";
import { dot } from "../dot.ts";
import { mul, neg } from "../math.ts";
import { transposed } from "../matrixProduct.ts";
import { tensorType } from "../type.ts";
import type { DTypeOf } from "../typing.ts";
import type { TensorLike, TensorVariable } from "../variable.ts";
import { determinantOf, substitute } from "./lu.ts";
import { asMatrix, checkSquare, factorsOf, requireRegular, type LinalgOf } from "./square.ts";

/** The inverse of a square matrix. */
export class MatrixInverse extends Op {
  readonly name = "MatrixInverse";

  override canFail(): boolean {
    return true;
  }

  override makeNode(a: Variable): Apply {
    const v = a as TensorVariable;
    const n = checkSquare(this.name, v);
    return new Apply(this, [v], [tensorType(v.dtype, [n, n])]);
  }

  override perform(node: Apply, [a]: readonly NdArray[]): NdArray[] {
    const factors = factorsOf(node, a!);
    requireRegular(node, factors);
    const { n } = factors;
    const identity = Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0));
    return [fromFlat(substitute(factors, identity, n), [n, n], a!.dtype)];
  }

  override inferShape(_node: Apply, [shape]: readonly (readonly Variable[])[]): (readonly Variable[])[] {
    return [[shape![0]!, shape![0]!]];
  }

  override lop(node: Apply, [g]: readonly (Variable | null)[]): InputGradient[] {
    if (g === null || g === undefined) return [null];
    const t = transposed(node.out as TensorVariable);
    return [neg(dot(t, dot(g as TensorVariable, t)))];
  }
}

/** The determinant of a square matrix; 0 for a singular one. */
export class Det extends Op {
  readonly name = "Det";

  override canFail(): boolean {
    return true;
  }

  override makeNode(a: Variable): Apply {
    const v = a as TensorVariable;
    checkSquare(this.name, v);
    return new Apply(this, [v], [tensorType(v.dtype, [])]);
  }

  override perform(node: Apply, [a]: readonly NdArray[]): NdArray[] {
    return [fromFlat([determinantOf(factorsOf(node, a!))], [], a!.dtype)];
  }

  override inferShape(): (readonly Variable[])[] {
    return [[]];
  }

  override lop(node: Apply, [g]: readonly (Variable | null)[]): InputGradient[] {
    if (g === null || g === undefined) return [null];
    const inverse = inverseOp.call(node.inputs[0]!) as TensorVariable;
    return [mul(mul(g as TensorVariable, node.out as TensorVariable), transposed(inverse))];
  }
}

const inverseOp = new MatrixInverse();
const detOp = new Det();

/**
 * The inverse of a square matrix. Theano: `theano.tensor.nlinalg.matrix_inverse`. A product with it becomes `solve`, which is faster and more
 * accurate.
 *
 * @param a shape (n, n), float32 or float64; integers are taken as float64
 * @returns shape (n, n)
 * @throws RankError, DtypeError, ShapeMismatchError for what is no square matrix of these; ValueError, when the function runs, for a singular
 * one. Gradient: -inv(a).T g inv(a).T
 *
 * @example
 * ```ts
 * import * as theano from "theano";
 * import { tensor as T } from "theano";
 * const A = T.dmatrix("A"), b = T.dvector("b");
 * const f = theano.function([A, b], T.dot(T.nlinalg.matrixInverse(A), b));
 * console.log(String(f([[2, 0], [1, 4]], [2, 9]))); // [1. 2.]
 * console.log(f.graph.toposort().map((node) => node.op.name).join()); // Solve
 * ```
 */
export function matrixInverse<X extends TensorLike>(a: X): TensorVariable<LinalgOf<DTypeOf<X>>, 2>;
export function matrixInverse(a: TensorLike): TensorVariable {
  return inverseOp.call(asMatrix("matrixInverse", a)) as TensorVariable;
}

/**
 * The determinant of a square matrix: 0 for a singular one, whose gradient does not exist. Theano: `theano.tensor.nlinalg.det`.
 *
 * @param a shape (n, n), float32 or float64; integers are taken as float64
 * @returns a scalar
 * @throws RankError, DtypeError, ShapeMismatchError for what is no square matrix of these
 *
 * @example
 * ```ts
 * import * as theano from "theano";
 * import { tensor as T } from "theano";
 * const A = T.dmatrix("A");
 * const f = theano.function([A], T.nlinalg.det(A));
 * console.log(+f([[2, 0], [1, 4]])); // 8
 * ```
 */
export function det<X extends TensorLike>(a: X): TensorVariable<LinalgOf<DTypeOf<X>>, 0>;
export function det(a: TensorLike): TensorVariable {
  return detOp.call(asMatrix("det", a)) as TensorVariable;
}
