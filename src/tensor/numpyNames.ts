/** NumPy's names of functions that Theano calls otherwise, and short functions that only NumPy has. */
import { isDiscrete } from "../dtype.ts";
import { zeros } from "./alloc.ts";
import { asTensor } from "./constant.ts";
import { intDiv } from "./division.ts";

import { zerosLike } from "./fill.ts";
import {
  abs,
  and,
  div,
  eq,
  ge,
  gt,
  inv,
  invert,
  isnan,
  le,
  lt,
  maximum,
  minimum,
  mod,
  mul,
  neg,
  neq,
  or,
  roundHalfToEven,
  sgn,
  sub,
  switch_,
  tensorCopy,
  trunc,
  xor,
  type Combining,
  type Comparing,
  type Dividing,
  type Keeping,
  type Test,
  type ToFloat,
  type ToReal,
  type Variadic,
} from "./math.ts";
import { max, min, type AnyReduceOptions, type Axis, type ReduceOptions } from "./reduction.ts";
import { swapaxes } from "./axes.ts";
import type { DTypeOf, RankOf, ReduceArgument, ReducedRank } from "./typing.ts";
import type { TensorLike, TensorVariable } from "./variable.ts";

export const absolute: ToReal = abs;
/** 1 / x. */
export const reciprocal: ToFloat = inv;
export const negative: Keeping = neg;
/** A copy. */
export const positive: Keeping = tensorCopy;
export const sign: Keeping = sgn;
export const subtract: Combining = sub;
export const multiply: Variadic = mul;
/** True division: integers give floats. */
export const divide: Dividing = div;
export const trueDivide: Dividing = div;
/** floor(x / y); of two integers `config.intDivision` decides. */
export const floorDivide: typeof intDiv = intDiv;
/** The remainder with the sign of y. */
export const remainder: Combining = mod;
export const equal: Comparing = eq;
export const notEqual: Comparing = neq;
export const less: Comparing = lt;
export const lessEqual: Comparing = le;
export const greater: Comparing = gt;
export const greaterEqual: Comparing = ge;
/** Rounds floats to whole numbers, halves to even. */
export const rint: Keeping = roundHalfToEven;
/** Rounds towards zero. */
export const fix: ToFloat = trunc;

const truth = (x: TensorLike): TensorVariable => {
  const v = asTensor(x);
  return v.dtype === "bool" ? v : neq(v, 0);
};
const logical =
  (combine: (a: TensorVariable, b: TensorVariable) => TensorVariable) =>
  (x: TensorLike, y: TensorLike): TensorVariable<never, never> =>
    combine(truth(x), truth(y)) as TensorVariable<never, never>;

/** Are both not zero? bool, element by element. */
export const logicalAnd: Comparing = logical(and);
/** Is one of them not zero? */
export const logicalOr: Comparing = logical(or);
/** Is just one of them not zero? */
export const logicalXor: Comparing = logical(xor);
/** Is it zero? */
export const logicalNot: Test = (x) => invert(truth(x)) as TensorVariable<never, never>;

const ignoringNaN =
  (combine: Combining): Combining =>
  (x: TensorLike, y: TensorLike): TensorVariable<never, never> => {
    const a = asTensor(x);
    const b = asTensor(y, a.dtype);
    return switch_(isnan(a), b, switch_(isnan(b), a, combine(a, b))) as TensorVariable<never, never>;
  };

/** The larger of two numbers, the other one where one is NaN. */
export const fmax: Combining = ignoringNaN(maximum);
/** The smaller of two numbers, the other one where one is NaN. */
export const fmin: Combining = ignoringNaN(minimum);

/** A tensor of a shape whose values nobody asks for: zeros, so that programs give the same twice. */
export const empty: typeof zeros = zeros;
/** The same in the shape and dtype of another one. */
export const emptyLike: typeof zerosLike = zerosLike;

/** The largest of the elements that are not NaN; -inf where there is none. */
export function nanmax<X extends TensorLike, const O extends AnyReduceOptions | Axis = null>(
  x: X,
  options?: ReduceArgument<O, RankOf<X>, ReduceOptions>,
): TensorVariable<DTypeOf<X>, ReducedRank<RankOf<X>, O>>;
export function nanmax(x: TensorLike, options?: ReduceOptions | Axis): TensorVariable {
  const v = asTensor(x);
  return max(isDiscrete(v.dtype) ? v : switch_(isnan(v), -Infinity, v), options as ReduceOptions);
}

/** The smallest of the elements that are not NaN; inf where there is none. */
export function nanmin<X extends TensorLike, const O extends AnyReduceOptions | Axis = null>(
  x: X,
  options?: ReduceArgument<O, RankOf<X>, ReduceOptions>,
): TensorVariable<DTypeOf<X>, ReducedRank<RankOf<X>, O>>;
export function nanmin(x: TensorLike, options?: ReduceOptions | Axis): TensorVariable {
  const v = asTensor(x);
  return min(isDiscrete(v.dtype) ? v : switch_(isnan(v), Infinity, v), options as ReduceOptions);
}

/** The last two axes exchanged. @throws AxisError for fewer than two */
export function matrixTranspose<X extends TensorLike>(x: X): TensorVariable<DTypeOf<X>, RankOf<X>>;
export function matrixTranspose(x: TensorLike): TensorVariable {
  return swapaxes(asTensor(x), -2, -1);
}
