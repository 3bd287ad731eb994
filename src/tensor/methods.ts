/** Operators and functions as methods: `x.add(y)`, `x.sum({ axis: 0 })`. Attached once, by `attachMethods`. */
import type { DType } from "../dtype.ts";
import { ArgumentError } from "../errors.ts";
import { asTensor } from "./constant.ts";
import { getScalarConstantValue } from "./constantValue.ts";
import { trace } from "./diagonals.ts";
import { dimshuffle, transpose, type DimShuffleArguments, type TransposeArguments } from "./dimshuffle.ts";
import { dot, matmul } from "./dot.ts";
import * as extra from "./extraOps.ts";
import { onesLike, zerosLike, type LikeOptions } from "./fill.ts";
import * as division from "./division.ts";
import * as M from "./math.ts";
import * as R from "./reduction.ts";
import { flatten, reshape, type FlattenOptions, type ReshapeArguments } from "./reshape.ts";
import { shapeI } from "./shape.ts";
import { squeeze, swapaxes } from "./axes.ts";
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
import { transfer } from "./theanoNames.ts";
import { TensorVariable, type TensorLike } from "./variable.ts";

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
    const f = M[name] as (x: TensorLike) => TensorVariable;
    table[name] = function unary() {
      return f(this);
    };
  }
  for (const name of BINARY) {
    const f = BINARY_FUNCTIONS[name] as (x: TensorLike, y: TensorLike) => TensorVariable;
    table[name] = function binary(other: TensorLike) {
      return f(this, defined(other, name));
    };
  }
  for (const name of REDUCTIONS) {
    const f = R[name] as (x: TensorLike, options?: R.ReduceOptions | R.Axis) => TensorVariable;
    table[name] = function reduction(options?: R.ReduceOptions | R.Axis) {
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
  sum(options?: R.SumOptions | R.Axis) {
    return R.sum(this, options);
  },
  prod(options?: R.SumOptions | R.Axis) {
    return R.prod(this, options);
  },
  mean(options?: R.SumOptions | R.Axis) {
    return R.mean(this, options);
  },
  var(options?: R.VarOptions | R.Axis) {
    return R.variance(this, options);
  },
  std(options?: R.VarOptions | R.Axis) {
    return R.std(this, options);
  },
  norm(p?: R.NormOptions | number, options?: R.ReduceOptions) {
    return R.norm(this, p, options);
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
  transfer(target: string) {
    return transfer(this, target);
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
