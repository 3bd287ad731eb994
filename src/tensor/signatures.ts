/** The signatures of elementwise functions: what the compiler knows of arguments decides what it knows of the result. */
import type { DType } from "../dtype.ts";
import type { Promotion } from "./promotionTypes.ts";
import type { BroadcastRank, FloatOf, PartOf, QuotientOf, WithNumber } from "./rankTypes.ts";
import type { TensorLike, TensorVariable } from "./variable.ts";

/** A function of one tensor. */
export type Unary = (x: TensorLike) => TensorVariable;
/** A function of two tensors that broadcast together. */
export type Binary = (x: TensorLike, y: TensorLike) => TensorVariable;
/** A function of three tensors that broadcast together. */
export type Ternary = (x: TensorLike, y: TensorLike, z: TensorLike) => TensorVariable;
/** A function of any number of tensors that broadcast together. */
export type Variadic = (...args: readonly TensorLike[]) => TensorVariable;

/** exp, sin ...: integers become floats. */
export interface FloatFunction {
  <D extends DType, R extends number>(x: TensorVariable<D, R>): TensorVariable<FloatOf[D], R>;
  (x: TensorLike): TensorVariable;
}

/** The dtype stays. */
export interface SameFunction {
  <D extends DType, R extends number>(x: TensorVariable<D, R>): TensorVariable<D, R>;
  (x: TensorLike): TensorVariable;
}

/** Complex numbers become real ones. */
export interface PartFunction {
  <D extends DType, R extends number>(x: TensorVariable<D, R>): TensorVariable<PartOf[D], R>;
  (x: TensorLike): TensorVariable;
}

/** A question about each element. */
export interface Test {
  <R extends number>(x: TensorVariable<DType, R>): TensorVariable<"bool", R>;
  (x: TensorLike): TensorVariable<"bool">;
}

/** The dtypes promote. */
export interface Arithmetic {
  <D extends DType, R extends number, E extends DType, S extends number>(
    x: TensorVariable<D, R>,
    y: TensorVariable<E, S>,
  ): TensorVariable<Promotion[D][E], BroadcastRank[R][S]>;
  <D extends DType, R extends number>(x: TensorVariable<D, R>, y: number): TensorVariable<WithNumber[D], R>;
  <D extends DType, R extends number>(x: number, y: TensorVariable<D, R>): TensorVariable<WithNumber[D], R>;
  (x: TensorLike, y: TensorLike): TensorVariable;
}

/** The same of any number of arguments. */
export type VariadicArithmetic = Arithmetic & Variadic;

/** The dtypes promote, integers give floats. */
export interface Division {
  <D extends DType, R extends number, E extends DType, S extends number>(
    x: TensorVariable<D, R>,
    y: TensorVariable<E, S>,
  ): TensorVariable<Promotion[QuotientOf[D]][E], BroadcastRank[R][S]>;
  <D extends DType, R extends number>(x: TensorVariable<D, R>, y: number): TensorVariable<QuotientOf[D], R>;
  <D extends DType, R extends number>(x: number, y: TensorVariable<D, R>): TensorVariable<QuotientOf[D], R>;
  (x: TensorLike, y: TensorLike): TensorVariable;
}

/** A question about pairs of elements. */
export interface Comparison {
  <R extends number, S extends number>(
    x: TensorVariable<DType, R>,
    y: TensorVariable<DType, S>,
  ): TensorVariable<"bool", BroadcastRank[R][S]>;
  <R extends number>(x: TensorVariable<DType, R>, y: number): TensorVariable<"bool", R>;
  (x: TensorLike, y: TensorLike): TensorVariable<"bool">;
}
