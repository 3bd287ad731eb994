/** Weighted means, covariance, counts. */
import { type DType, realOf } from "../dtype.ts";
import { RankError, ShapeMismatchError, ValueError } from "../errors.ts";
import { asTensor } from "./constant.ts";
import { dimshuffle, normalizeAxisOf } from "./dimshuffle.ts";
import { dot } from "./dot.ts";
import { join } from "./join.ts";
import { atleast2d } from "./layout.ts";
import { add, cast, conj, div, maximum, mul, neq, real, sqrt, sub } from "./math.ts";
import { withoutIntegers } from "./withoutIntegers.ts";
import { mean, sum, type AnyReduceOptions, type Axis, type ReduceOptions } from "./reduction.ts";
import { operand, shapeI } from "./shape.ts";
import { diagonal } from "./subtensor/index.ts";
import type { TensorLike, TensorVariable } from "./variable.ts";
import type { DTypeOf, MeanOf, RankOf, ReduceArgument, ReducedRank } from "./typing.ts";

export interface AverageOptions extends ReduceOptions {
  /** In the shape of `x`, or a vector along the one axis given. Without them the mean. */
  readonly weights?: TensorLike | null;
}

/** The mean, each element counting as much as its weight. */
export function average<X extends TensorLike>(x: X): TensorVariable<MeanOf<DTypeOf<X>>, 0>;
export function average<X extends TensorLike, const O extends AverageOptions = {}>(
  x: X,
  options?: O,
): TensorVariable<DType, ReducedRank<RankOf<X>, O>>;
export function average(x: TensorLike, options: AverageOptions = {}): TensorVariable {
  const { weights = null, ...others } = options;
  const v = asTensor(x);
  if (weights === null) return mean(v, others);
  let w = asTensor(weights);
  if (w.ndim !== v.ndim) {
    const { axis } = others;
    if (w.ndim !== 1 || typeof axis !== "number") {
      throw new ShapeMismatchError("average: weights must have the shape of x, or be a vector along one axis.", {
        op: "average",
        inputs: [operand(v), operand(w)],
      });
    }
    const k = normalizeAxisOf(axis, v.ndim, "average");
    w = dimshuffle(
      w,
      Array.from({ length: v.ndim }, (_, i) => (i === k ? 0 : "x")),
    );
  }
  const product = mul(v, w);
  return div(sum(product, others), sum(add(w, mul(product, 0)), others));
}

export interface CovOptions {
  /** More variables, below those of the first tensor. */
  readonly y?: TensorLike | null;
  /** Are rows variables and columns observations? Default true; false the other way round. */
  readonly rowvar?: boolean;
  /** Divide by the number of observations; default false: by one less. */
  readonly bias?: boolean;
  /** What is subtracted from the number of observations, whatever `bias` says. */
  readonly ddof?: number | null;
  /** How often each observation was made. */
  readonly fweights?: TensorLike | null;
  /** How much each observation counts. */
  readonly aweights?: TensorLike | null;
}

/** The covariance matrix of variables. @throws RankError for more than two axes */
export function cov<X extends TensorLike>(m: X): TensorVariable<MeanOf<DTypeOf<X>>, 2>;
export function cov(m: TensorLike, options?: CovOptions): TensorVariable<DType, 2>;
export function cov(m: TensorLike, options: CovOptions = {}): TensorVariable {
  const { y = null, rowvar = true, bias = false, fweights = null, aweights = null } = options;
  const ddof = options.ddof ?? (bias ? 0 : 1);
  if (!Number.isInteger(ddof)) throw new ValueError(`cov: ddof must be a whole number, got ${ddof}.`, { op: "cov" });
  const variables = (given: TensorLike): TensorVariable => {
    const v = asTensor(given);
    if (v.ndim > 2)
      throw new RankError(`cov: expected a matrix, got rank ${v.ndim}.`, { op: "cov", inputs: [operand(v)] });
    const matrix = atleast2d(withoutIntegers(v));
    return !rowvar && v.ndim === 2 ? dimshuffle(matrix, [1, 0]) : matrix;
  };
  const x = y === null ? variables(m) : join(0, variables(m), variables(y));
  const [f, a] = [fweights, aweights].map((w) => (w === null ? null : asTensor(w)));
  const weights = f === null || f === undefined ? a : a === null || a === undefined ? f : mul(f, a);
  if (weights === null || weights === undefined) {
    const centred = sub(x, mean(x, { axis: 1, keepdims: true }));
    const n = cast(shapeI(x, 1), realOf(x.dtype));
    return div(dot(centred, dimshuffle(conj(centred), [1, 0])), maximum(sub(n, ddof), 0));
  }
  const w = cast(weights, realOf(x.dtype));
  const total = sum(w);
  const row = dimshuffle(w, ["x", 0]);
  const centred = sub(x, div(sum(mul(x, row), { axis: 1, keepdims: true }), total));
  const square = a === null || a === undefined ? total : div(sum(mul(w, cast(a, w.dtype))), total);
  const factor = a === null || a === undefined ? sub(total, ddof) : sub(total, mul(square, ddof));
  return div(dot(mul(centred, row), dimshuffle(conj(centred), [1, 0])), maximum(factor, 0));
}

/** The matrix of Pearson's correlation coefficients; see {@link cov}. */
export function corrcoef<X extends TensorLike>(m: X): TensorVariable<MeanOf<DTypeOf<X>>, 2>;
export function corrcoef(m: TensorLike, options?: Pick<CovOptions, "y" | "rowvar">): TensorVariable<DType, 2>;
export function corrcoef(m: TensorLike, options: Pick<CovOptions, "y" | "rowvar"> = {}): TensorVariable {
  const c = cov(m, options);
  const deviation = sqrt(real(diagonal(c)));
  return div(div(c, dimshuffle(deviation, [0, "x"])), dimshuffle(deviation, ["x", 0]));
}

/** How many elements are not zero, along an axis, several or all: int64. */
export function countNonzero<X extends TensorLike, const O extends AnyReduceOptions | Axis = null>(
  x: X,
  options?: ReduceArgument<O, RankOf<X>, ReduceOptions>,
): TensorVariable<"int64", ReducedRank<RankOf<X>, O>>;
export function countNonzero(x: TensorLike, options?: ReduceOptions | Axis): TensorVariable {
  return sum(cast(neq(x, 0), "int64"), options as ReduceOptions);
}
