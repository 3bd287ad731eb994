/** Operators and functions as methods: `x.add(y)`, `x.sum({ axis: 0 })`. Attached once, by `attachMethods`. */
import type { ArrayInput } from "../array/create.ts";
import type { NdArray } from "../array/ndArray.ts";
import type { DType } from "../dtype.ts";
import { ArgumentError } from "../errors.ts";
import { asTensor } from "./constant.ts";
import { getScalarConstantValue } from "./constantValue.ts";
import { trace } from "./diagonals.ts";
import {
  dimshuffle,
  transpose,
  type DimShuffleArguments,
  type DimShufflePattern,
  type TransposeArguments,
} from "./dimshuffle.ts";
import { dot, matmul } from "./dot.ts";
import * as extra from "./extraOps.ts";
import { onesLike, zerosLike, type LikeOptions } from "./fill.ts";
import * as division from "./division.ts";
import * as M from "./math.ts";
import type { Promotion } from "./promotionTypes.ts";
import type {
  AskedDtype,
  BroadcastRank,
  CheckAxis,
  DotRank,
  FloatOf,
  LowerRank,
  MeanOf,
  PartOf,
  QuotientOf,
  ReducedRank,
  ReductionArgument,
  SumOf,
  WithNumber,
} from "./rankTypes.ts";
import * as R_ from "./reduction.ts";
import { flatten, reshape, type FlattenOptions, type ReshapeArguments } from "./reshape.ts";
import { shapeI, squeeze, swapaxes } from "./shape.ts";
import type { SizeLike } from "./sizes.ts";
import { searchsorted, type SearchsortedOptions } from "./search.ts";
import { choose, compress, type ChooseOptions, type CompressOptions } from "./selection.ts";
import { argsort, sort, type SortOptions } from "./sort.ts";
import {
  at,
  diagonal,
  nonzero,
  nonzeroValues,
  take,
  type DiagonalOptions,
  type Index,
  type TakeOptions,
} from "./subtensor/index.ts";
import { TensorVariable, type TensorLike } from "./variable.ts";

/** A method that combines with another tensor; what the compiler knows of both decides what it knows of the result. */
interface Binary<D extends DType, R extends number> {
  <E extends DType, S extends number>(
    other: TensorVariable<E, S>,
  ): TensorVariable<Promotion[D][E], BroadcastRank[R][S]>;
  (other: number): TensorVariable<WithNumber[D], R>;
  (other: TensorLike): TensorVariable;
}

/** The same where the dtype depends on more. */
interface Ranked<R extends number> {
  <S extends number>(other: TensorVariable<DType, S>): TensorVariable<DType, BroadcastRank[R][S]>;
  (other: number): TensorVariable<DType, R>;
  (other: TensorLike): TensorVariable;
}

interface Comparison<R extends number> {
  <S extends number>(other: TensorVariable<DType, S>): TensorVariable<"bool", BroadcastRank[R][S]>;
  (other: number | bigint | boolean): TensorVariable<"bool", R>;
  (other: TensorLike): TensorVariable<"bool">;
}

type Reduction<D extends DType, R extends number> = <const O extends ReductionArgument = undefined>(
  options?: O & CheckAxis<R, O, R_.ReduceOptions>,
) => TensorVariable<D, ReducedRank<R, O>>;

type Summation<D extends DType, R extends number> = <const O extends R_.SumOptions | R_.Axis | undefined = undefined>(
  options?: O & CheckAxis<R, O, R_.SumOptions>,
) => TensorVariable<AskedDtype<O, D>, ReducedRank<R, O>>;

type Deviation<D extends DType, R extends number> = <const O extends R_.VarOptions | R_.Axis | undefined = undefined>(
  options?: O & CheckAxis<R, O, R_.VarOptions>,
) => TensorVariable<D, ReducedRank<R, O>>;

/** What every symbolic tensor can do. Each method is the function of the same name in `T`, applied to the tensor. */
export interface TensorMethods<D extends DType = DType, R extends number = number> {
  /** The sizes, one int64 scalar per axis: constants where the type knows them. */
  readonly shape: readonly TensorVariable<"int64", 0>[];
  /** The number of elements, an int64 scalar. */
  readonly size: TensorVariable<"int64", 0>;
  /** The axes in reverse order. */
  readonly T: TensorVariable<D, R>;
  add: Binary<D, R> & ((...others: readonly TensorLike[]) => TensorVariable);
  mul: Binary<D, R> & ((...others: readonly TensorLike[]) => TensorVariable);
  clip(low: number, high: number): TensorVariable<WithNumber[D], R>;
  clip(low: TensorLike, high: TensorLike): TensorVariable;
  cast<E extends DType>(dtype: E | "floatX"): TensorVariable<E, R>;
  astype<E extends DType>(dtype: E | "floatX"): TensorVariable<E, R>;
  round(options?: M.RoundOptions | M.RoundMode): TensorVariable<D, R>;
  sum: Summation<SumOf[D], R>;
  prod: Summation<SumOf[D], R>;
  mean: Summation<MeanOf[D], R>;
  var: Deviation<DType, R>;
  std: Deviation<DType, R>;
  norm(p?: R_.NormOptions | number, options?: R_.ReduceOptions): TensorVariable;
  dot<E extends DType, S extends number>(other: TensorVariable<E, S>): TensorVariable<Promotion[D][E], DotRank[R][S]>;
  dot(other: TensorLike): TensorVariable;
  matmul(other: TensorLike): TensorVariable;
  /** Indexing: numbers, `"1:3"`, `null` for a new axis, `"..."`, integer tensors, lists, masks. */
  at(index: number): TensorVariable<D, LowerRank[R]>;
  at(...index: readonly Index[]): TensorVariable<D>;
  take(indices: TensorLike, options?: TakeOptions | number): TensorVariable<D>;
  diagonal(options?: DiagonalOptions | number): TensorVariable;
  reshape<const S extends readonly SizeLike[]>(shape: S): TensorVariable<D, S["length"]>;
  reshape(...shape: ReshapeArguments): TensorVariable<D>;
  flatten(): TensorVariable<D, 1>;
  flatten<N extends number>(ndim: N): TensorVariable<D, N>;
  flatten(ndim?: number | FlattenOptions): TensorVariable<D>;
  ravel(): TensorVariable<D, 1>;
  transpose(...axes: TransposeArguments): TensorVariable<D, R>;
  swapaxes<A extends number, B extends number>(
    axis1: A & CheckAxis<R, A, object>,
    axis2: B & CheckAxis<R, B, object>,
  ): TensorVariable<D, R>;
  dimshuffle<const P extends DimShufflePattern>(pattern: P): TensorVariable<D, P["length"]>;
  dimshuffle<const P extends DimShufflePattern>(...pattern: P): TensorVariable<D, P["length"]>;
  dimshuffle(...pattern: DimShuffleArguments): TensorVariable<D>;
  squeeze(axis?: number | readonly number[]): TensorVariable<D>;
  repeat(repeats: TensorLike, options?: extra.RepeatOptions | number | null): TensorVariable;
  cumsum(options?: extra.CumulativeOptions | number | null): TensorVariable;
  cumprod(options?: extra.CumulativeOptions | number | null): TensorVariable;
  sort(options?: SortOptions | number | null): TensorVariable;
  argsort(options?: SortOptions | number | null): TensorVariable;
  searchsorted(values: TensorLike, options?: SearchsortedOptions): TensorVariable;
  /** Which of the choices, element by element. */
  choose(choices: TensorLike | readonly TensorLike[], options?: ChooseOptions): TensorVariable;
  /** The slices of `x` for which this vector of conditions holds. */
  compress(x: TensorLike, options?: CompressOptions | number | null): TensorVariable;
  nonzero(options?: { readonly returnMatrix?: false }): TensorVariable<"int64", 1>[];
  nonzero(options: { readonly returnMatrix: true }): TensorVariable<"int64", 2>;
  nonzeroValues(): TensorVariable<D, 1>;
  trace(options?: DiagonalOptions | number): TensorVariable;
  /** Quotient and remainder by Python's rules. */
  divmod(other: TensorLike): [TensorVariable, TensorVariable];
  copy(): TensorVariable<D, R>;
  /** An input of the same type and name. */
  clone(): TensorVariable<D, R>;
  /** @throws ValueError unless the value is known when the graph is built */
  getScalarConstantValue(): NdArray;
  /** The value, for values of the inputs given as pairs or a map. */
  eval(
    values?:
      | ReadonlyMap<TensorVariable, ArrayInput | NdArray>
      | readonly (readonly [TensorVariable, ArrayInput | NdArray])[],
  ): NdArray;
  zerosLike(options?: DType | LikeOptions): TensorVariable;
  onesLike(options?: DType | LikeOptions): TensorVariable;
  neg(): TensorVariable<D, R>;
  abs(): TensorVariable<PartOf[D], R>;
  sgn(): TensorVariable<D, R>;
  sqr(): TensorVariable<D, R>;
  sqrt(): TensorVariable<FloatOf[D], R>;
  inv(): TensorVariable<FloatOf[D], R>;
  ceil(): TensorVariable<FloatOf[D], R>;
  floor(): TensorVariable<FloatOf[D], R>;
  trunc(): TensorVariable<FloatOf[D], R>;
  exp(): TensorVariable<FloatOf[D], R>;
  exp2(): TensorVariable<FloatOf[D], R>;
  expm1(): TensorVariable<FloatOf[D], R>;
  log(): TensorVariable<FloatOf[D], R>;
  log2(): TensorVariable<FloatOf[D], R>;
  log10(): TensorVariable<FloatOf[D], R>;
  log1p(): TensorVariable<FloatOf[D], R>;
  sin(): TensorVariable<FloatOf[D], R>;
  cos(): TensorVariable<FloatOf[D], R>;
  tan(): TensorVariable<FloatOf[D], R>;
  arcsin(): TensorVariable<FloatOf[D], R>;
  arccos(): TensorVariable<FloatOf[D], R>;
  arctan(): TensorVariable<FloatOf[D], R>;
  sinh(): TensorVariable<FloatOf[D], R>;
  cosh(): TensorVariable<FloatOf[D], R>;
  tanh(): TensorVariable<FloatOf[D], R>;
  arcsinh(): TensorVariable<FloatOf[D], R>;
  arccosh(): TensorVariable<FloatOf[D], R>;
  arctanh(): TensorVariable<FloatOf[D], R>;
  deg2rad(): TensorVariable<FloatOf[D], R>;
  rad2deg(): TensorVariable<FloatOf[D], R>;
  invert(): TensorVariable<D, R>;
  isnan(): TensorVariable<"bool", R>;
  isinf(): TensorVariable<"bool", R>;
  erf(): TensorVariable<FloatOf[D], R>;
  erfc(): TensorVariable<FloatOf[D], R>;
  erfinv(): TensorVariable<FloatOf[D], R>;
  gammaln(): TensorVariable<FloatOf[D], R>;
  psi(): TensorVariable<FloatOf[D], R>;
  digamma(): TensorVariable<FloatOf[D], R>;
  sigmoid(): TensorVariable<FloatOf[D], R>;
  softplus(): TensorVariable<FloatOf[D], R>;
  real(): TensorVariable<PartOf[D], R>;
  imag(): TensorVariable<PartOf[D], R>;
  conj(): TensorVariable<D, R>;
  conjugate(): TensorVariable<D, R>;
  square(): TensorVariable<D, R>;
  angle(): TensorVariable<DType, R>;
  sub: Binary<D, R>;
  div: Binary<QuotientOf[D], R>;
  trueDiv: Binary<QuotientOf[D], R>;
  intDiv: Ranked<R>;
  floorDiv: Ranked<R>;
  mod: Binary<D, R>;
  pow: Ranked<R>;
  maximum: Binary<D, R>;
  minimum: Binary<D, R>;
  eq: Comparison<R>;
  neq: Comparison<R>;
  lt: Comparison<R>;
  le: Comparison<R>;
  gt: Comparison<R>;
  ge: Comparison<R>;
  and: Binary<D, R>;
  or: Binary<D, R>;
  xor: Binary<D, R>;
  arctan2: Ranked<R>;
  fill: Ranked<R>;
  max: Reduction<D, R>;
  min: Reduction<D, R>;
  argmax: Reduction<"int64", R>;
  argmin: Reduction<"int64", R>;
  all: Reduction<"bool", R>;
  any: Reduction<"bool", R>;
  ptp: Reduction<D, R>;
}

const UNARY = [
  "neg",
  "abs",
  "sgn",
  "sqr",
  "sqrt",
  "inv",
  "ceil",
  "floor",
  "trunc",
  "exp",
  "exp2",
  "expm1",
  "log",
  "log2",
  "log10",
  "log1p",
  "sin",
  "cos",
  "tan",
  "arcsin",
  "arccos",
  "arctan",
  "sinh",
  "cosh",
  "tanh",
  "arcsinh",
  "arccosh",
  "arctanh",
  "deg2rad",
  "rad2deg",
  "invert",
  "isnan",
  "isinf",
  "erf",
  "erfc",
  "erfinv",
  "gammaln",
  "psi",
  "digamma",
  "sigmoid",
  "softplus",
  "real",
  "imag",
  "conj",
  "conjugate",
  "square",
  "angle",
] as const;

const BINARY = [
  "sub",
  "div",
  "trueDiv",
  "intDiv",
  "floorDiv",
  "mod",
  "pow",
  "maximum",
  "minimum",
  "eq",
  "neq",
  "lt",
  "le",
  "gt",
  "ge",
  "and",
  "or",
  "xor",
  "arctan2",
  "fill",
] as const;

const REDUCTIONS = ["max", "min", "argmax", "argmin", "all", "any", "ptp"] as const;

const BINARY_FUNCTIONS = { ...M, ...division };

type Method = (this: TensorVariable, ...args: never[]) => unknown;

/** Sizes of a variable, made once. */
const shapes = new WeakMap<TensorVariable, readonly TensorVariable[]>();

function shapeOf(v: TensorVariable): readonly TensorVariable[] {
  let shape = shapes.get(v);
  if (shape === undefined) {
    shape = Object.freeze(v.type.shape.map((_, axis) => shapeI(v, axis)));
    shapes.set(v, shape);
  }
  return shape;
}

function methodTable(): Record<string, Method> {
  const table: Record<string, Method> = {};
  for (const name of UNARY) {
    const f = M[name];
    table[name] = function unary() {
      return f(this);
    };
  }
  for (const name of BINARY) {
    const f = BINARY_FUNCTIONS[name];
    table[name] = function binary(other: TensorLike) {
      return f(this, defined(other, name));
    };
  }
  for (const name of REDUCTIONS) {
    const f = R_[name];
    table[name] = function reduction(options?: R_.ReduceOptions | R_.Axis) {
      return f(this, options);
    };
  }
  return table;
}

/** A missing argument is a mistake that would otherwise surface far away. */
function defined(x: TensorLike, name: string): TensorLike {
  if (x === undefined) throw new ArgumentError(`${name}: the argument is missing.`, { op: name });
  return x;
}

const others: Record<string, Method> = {
  add(...args: TensorLike[]) {
    return M.add(this, ...args.map((a) => defined(a, "add")));
  },
  mul(...args: TensorLike[]) {
    return M.mul(this, ...args.map((a) => defined(a, "mul")));
  },
  clip(low: TensorLike, high: TensorLike) {
    return M.clip(this, defined(low, "clip"), defined(high, "clip"));
  },
  cast(dtype: DType | "floatX") {
    return M.cast(this, dtype);
  },
  astype(dtype: DType | "floatX") {
    return M.cast(this, dtype);
  },
  round(options?: M.RoundOptions | M.RoundMode) {
    return M.round(this, options);
  },
  sum(options?: R_.SumOptions | R_.Axis) {
    return R_.sum(this, options);
  },
  prod(options?: R_.SumOptions | R_.Axis) {
    return R_.prod(this, options);
  },
  mean(options?: R_.SumOptions | R_.Axis) {
    return R_.mean(this, options);
  },
  var(options?: R_.VarOptions | R_.Axis) {
    return R_.variance(this, options);
  },
  std(options?: R_.VarOptions | R_.Axis) {
    return R_.std(this, options);
  },
  norm(p?: R_.NormOptions | number, options?: R_.ReduceOptions) {
    return R_.norm(this, p, options);
  },
  dot(other: TensorLike) {
    return dot(this, defined(other, "dot"));
  },
  matmul(other: TensorLike) {
    return matmul(this, defined(other, "matmul"));
  },
  at(...index: Index[]) {
    return at(this, ...index);
  },
  take(indices: TensorLike, options?: TakeOptions | number) {
    return take(this, indices, options);
  },
  diagonal(options?: DiagonalOptions | number) {
    return diagonal(this, options);
  },
  reshape(...shape: ReshapeArguments) {
    return reshape(this, ...shape);
  },
  flatten(ndim?: number | FlattenOptions) {
    return flatten(this, ndim);
  },
  ravel() {
    return flatten(this);
  },
  transpose(...axes: TransposeArguments) {
    return transpose(this, ...axes);
  },
  swapaxes(axis1: number, axis2: number) {
    return swapaxes(this, axis1, axis2);
  },
  dimshuffle(...pattern: DimShuffleArguments) {
    return dimshuffle(this, ...pattern);
  },
  squeeze(axis?: number | readonly number[]) {
    return squeeze(this, axis);
  },
  repeat(repeats: TensorLike, options?: extra.RepeatOptions | number | null) {
    return extra.repeat(this, repeats, options);
  },
  cumsum(options?: extra.CumulativeOptions | number | null) {
    return extra.cumsum(this, options);
  },
  cumprod(options?: extra.CumulativeOptions | number | null) {
    return extra.cumprod(this, options);
  },
  sort(options?: SortOptions | number | null) {
    return sort(this, options);
  },
  argsort(options?: SortOptions | number | null) {
    return argsort(this, options);
  },
  choose(choices: TensorLike | readonly TensorLike[], options?: ChooseOptions) {
    return choose(this, choices, options);
  },
  compress(x: TensorLike, options?: CompressOptions | number | null) {
    return compress(this, defined(x, "compress"), options);
  },
  nonzero(options?: { readonly returnMatrix?: false }) {
    return nonzero(this, options);
  },
  nonzeroValues() {
    return nonzeroValues(this);
  },
  trace(options?: DiagonalOptions | number) {
    return trace(this, options);
  },
  divmod(other: TensorLike) {
    return division.divmod(this, defined(other, "divmod"));
  },
  copy() {
    return M.tensorCopy(this);
  },
  clone() {
    return this.type.makeVariable(null, 0, this.name);
  },
  getScalarConstantValue() {
    return getScalarConstantValue(this);
  },
  searchsorted(values: TensorLike, options?: SearchsortedOptions) {
    return searchsorted(this, defined(values, "searchsorted"), options);
  },
  zerosLike(options?: DType | LikeOptions) {
    return zerosLike(this, options);
  },
  onesLike(options?: DType | LikeOptions) {
    return onesLike(this, options);
  },
};

const getters: Record<string, (this: TensorVariable) => unknown> = {
  shape() {
    return shapeOf(this);
  },
  size() {
    return shapeOf(this).reduce((a, b) => M.mul(a, b), asTensor(1, "int64"));
  },
  T() {
    return transpose(this);
  },
};

/** Makes the functions methods of TensorVariable. Called once, by the package's index. */
export function attachMethods(): void {
  const { prototype } = TensorVariable;
  for (const [name, value] of Object.entries({ ...methodTable(), ...others })) {
    Object.defineProperty(prototype, name, { value, writable: true, configurable: true });
  }
  for (const [name, get] of Object.entries(getters)) {
    Object.defineProperty(prototype, name, { get, configurable: true });
  }
}
