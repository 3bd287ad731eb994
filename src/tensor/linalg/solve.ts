/** Systems of linear equations. */
import { fromFlat } from "../../array/create.ts";
import { toNumbers } from "../../array/element.ts";
import type { NdArray } from "../../array/ndArray.ts";
import { promoteAll } from "../../dtype.ts";
import { DtypeError, RankError, ShapeMismatchError } from "../../errors.ts";
import { Apply } from "../../graph/apply.ts";
import { Op, type InputGradient } from "../../graph/op.ts";
import type { Variable } from "../../graph/variable.ts";
import { asTensor } from "../constant.ts";
import { dot, outer } from "../dot.ts";
import { cast, neg } from "../math.ts";
import { transposed } from "../matrixProduct.ts";
import { operand } from "../shape.ts";
import { tensorType } from "../type.ts";
import type { Promoted, RankOf } from "../typing.ts";
import type { TensorLike, TensorVariable } from "../variable.ts";
import { substitute } from "./lu.ts";
import { checkSquare, factorsOf, linalgDtype, requireRegular, type LinalgOf } from "./square.ts";

/** X with A X = B, for a vector or a matrix B of the dtype of A. */
export class Solve extends Op {
  readonly name = "Solve";

  override canFail(): boolean {
    return true;
  }

  override makeNode(a: Variable, b: Variable): Apply {
    const [m, v] = [a as TensorVariable, b as TensorVariable];
    const details = { op: this.name, inputs: [operand(m), operand(v)] };
    const n = checkSquare(this.name, m);
    if (v.ndim !== 1 && v.ndim !== 2) {
      throw new RankError(`${this.name}: expected a vector or a matrix to solve for, got rank ${v.ndim}.`, details);
    }
    if (v.dtype !== m.dtype) {
      throw new DtypeError(`${this.name}: expected two tensors of one dtype, got ${m.dtype} and ${v.dtype}.`, details);
    }
    const rows = v.type.shape[0]!;
    if (n !== null && rows !== null && n !== rows) throw mismatch(n, rows, details);
    return new Apply(this, [m, v], [tensorType(v.dtype, [rows ?? n, ...v.type.shape.slice(1)])]);
  }

  override perform(node: Apply, [a, b]: readonly NdArray[]): NdArray[] {
    const factors = factorsOf(node, a!);
    if (b!.shape[0] !== factors.n) {
      const inputs = [a!, b!].map((x) => ({ dtype: x.dtype, shape: x.shape }));
      throw mismatch(factors.n, b!.shape[0]!, { op: this.name, inputs, createdAt: node.createdAt[0] });
    }
    requireRegular(node, factors);
    const columns = b!.ndim === 1 ? 1 : b!.shape[1]!;
    return [fromFlat(substitute(factors, toNumbers(b!), columns), b!.shape, b!.dtype)];
  }

  override inferShape(_node: Apply, [, b]: readonly (readonly Variable[])[]): (readonly Variable[])[] {
    return [b!];
  }

  /** With y = inv(A).T g, the gradient is y for b, and -y x.T for A (Giles, Collected matrix derivative results, 2.3.1). */
  override lop(node: Apply, [g]: readonly (Variable | null)[]): InputGradient[] {
    if (g === null || g === undefined) return [null, null];
    const x = node.out as TensorVariable;
    const y = solveOp.call(transposed(node.inputs[0] as TensorVariable), g) as TensorVariable;
    return [neg(x.ndim === 1 ? outer(y, x) : dot(y, transposed(x))), y];
  }
}

function mismatch(
  n: number,
  rows: number,
  details: ConstructorParameters<typeof ShapeMismatchError>[1],
): ShapeMismatchError {
  return new ShapeMismatchError(`Solve: the matrix has ${n} rows, the right side ${rows}.`, details);
}

const solveOp = new Solve();

/**
 * The x with `a.dot(x) = b`. Theano: `theano.tensor.slinalg.solve`.
 *
 * @param a shape (n, n), float32 or float64; integers are taken as float64
 * @param b shape (n,) or (n, k)
 * @returns the shape of `b`
 * @throws RankError, DtypeError, ShapeMismatchError for operands that do not fit; ValueError, when the function runs, for a singular matrix
 *
 * @example
 * ```ts
 * import * as theano from "theano";
 * import { tensor as T } from "theano";
 * const A = T.dmatrix("A"), b = T.dvector("b");
 * const f = theano.function([A, b], T.slinalg.solve(A, b));
 * console.log(String(f([[2, 0], [1, 4]], [2, 9]))); // [1. 2.]
 * ```
 */
export function solve<A extends TensorLike, B extends TensorLike>(
  a: A,
  b: B,
): TensorVariable<LinalgOf<Promoted<A, B>>, RankOf<B>>;
export function solve(a: TensorLike, b: TensorLike): TensorVariable {
  const [m, v] = [asTensor(a), asTensor(b)];
  const dtype = linalgDtype("solve", promoteAll([m.dtype, v.dtype]), [m, v]);
  return solveOp.call(cast(m, dtype), cast(v, dtype)) as TensorVariable;
}
