/**
 * Ranks as types: `TensorVariable<"float32", 2>` is a matrix. A rank that is not known is `number`, and so is what follows from it. Tables, not
 * conditional types: what an editor shows is the entry.
 */
import type { DType } from "../dtype.ts";
import type { Axis, ReduceOptions } from "./reduction.ts";
import type { TensorVariable } from "./variable.ts";

/** The rank of two operands that broadcast together. */
export interface BroadcastRank {
  [r: number]: { [s: number]: number };
  0: { [s: number]: number; 0: 0; 1: 1; 2: 2; 3: 3; 4: 4; 5: 5; 6: 6; 7: 7 };
  1: { [s: number]: number; 0: 1; 1: 1; 2: 2; 3: 3; 4: 4; 5: 5; 6: 6; 7: 7 };
  2: { [s: number]: number; 0: 2; 1: 2; 2: 2; 3: 3; 4: 4; 5: 5; 6: 6; 7: 7 };
  3: { [s: number]: number; 0: 3; 1: 3; 2: 3; 3: 3; 4: 4; 5: 5; 6: 6; 7: 7 };
  4: { [s: number]: number; 0: 4; 1: 4; 2: 4; 3: 4; 4: 4; 5: 5; 6: 6; 7: 7 };
  5: { [s: number]: number; 0: 5; 1: 5; 2: 5; 3: 5; 4: 5; 5: 5; 6: 6; 7: 7 };
  6: { [s: number]: number; 0: 6; 1: 6; 2: 6; 3: 6; 4: 6; 5: 6; 6: 6; 7: 7 };
  7: { [s: number]: number; 0: 7; 1: 7; 2: 7; 3: 7; 4: 7; 5: 7; 6: 7; 7: 7 };
}

/** The rank of the product that `dot` gives. */
export interface DotRank {
  [r: number]: { [s: number]: number };
  0: { [s: number]: number; 0: 0; 1: 1; 2: 2; 3: 3; 4: 4; 5: 5; 6: 6; 7: 7 };
  1: { [s: number]: number; 0: 1; 1: 0; 2: 1; 3: 2; 4: 3; 5: 4; 6: 5; 7: 6 };
  2: { [s: number]: number; 0: 2; 1: 1; 2: 2; 3: 3; 4: 4; 5: 5; 6: 6; 7: 7 };
  3: { [s: number]: number; 0: 3; 1: 2; 2: 3; 3: 4; 4: 5; 5: 6; 6: 7; 7: number };
  4: { [s: number]: number; 0: 4; 1: 3; 2: 4; 3: 5; 4: 6; 5: 7; 6: number; 7: number };
  5: { [s: number]: number; 0: 5; 1: 4; 2: 5; 3: 6; 4: 7; 5: number; 6: number; 7: number };
  6: { [s: number]: number; 0: 6; 1: 5; 2: 6; 3: 7; 4: number; 5: number; 6: number; 7: number };
  7: { [s: number]: number; 0: 7; 1: 6; 2: 7; 3: number; 4: number; 5: number; 6: number; 7: number };
}

/** A rank less one. */
export interface LowerRank {
  [r: number]: number;
  0: never;
  1: 0;
  2: 1;
  3: 2;
  4: 3;
  5: 4;
  6: 5;
  7: 6;
}

/** The axes that a rank has. */
export interface AxisOf {
  [r: number]: number;
  0: never;
  1: -1 | 0;
  2: -2 | -1 | 0 | 1;
  3: -3 | -2 | -1 | 0 | 1 | 2;
  4: -4 | -3 | -2 | -1 | 0 | 1 | 2 | 3;
  5: -5 | -4 | -3 | -2 | -1 | 0 | 1 | 2 | 3 | 4;
  6: -6 | -5 | -4 | -3 | -2 | -1 | 0 | 1 | 2 | 3 | 4 | 5;
  7: -7 | -6 | -5 | -4 | -3 | -2 | -1 | 0 | 1 | 2 | 3 | 4 | 5 | 6;
}

/** The dtype of exp, sin ... of a dtype. */
export interface FloatOf {
  bool: "float32";
  int8: "float32";
  int16: "float32";
  int32: "float64";
  int64: "float64";
  uint8: "float32";
  uint16: "float32";
  uint32: "float64";
  uint64: "float64";
  float16: "float16";
  float32: "float32";
  float64: "float64";
  complex64: "complex64";
  complex128: "complex128";
}

/** The dtype of a tensor that meets a number: a fraction makes integers `config.floatX`. */
export interface WithNumber {
  bool: DType;
  int8: DType;
  int16: DType;
  int32: DType;
  int64: DType;
  uint8: DType;
  uint16: DType;
  uint32: DType;
  uint64: DType;
  float16: "float16";
  float32: "float32";
  float64: "float64";
  complex64: "complex64";
  complex128: "complex128";
}

/** The dtype of sums and products, unless another is asked for. */
export interface SumOf {
  bool: "int64";
  int8: "int64";
  int16: "int64";
  int32: "int64";
  int64: "int64";
  uint8: "uint64";
  uint16: "uint64";
  uint32: "uint64";
  uint64: "uint64";
  float16: "float16";
  float32: "float32";
  float64: "float64";
  complex64: "complex64";
  complex128: "complex128";
}

/** The dtype of means. */
export interface MeanOf {
  bool: DType;
  int8: DType;
  int16: DType;
  int32: DType;
  int64: DType;
  uint8: DType;
  uint16: DType;
  uint32: DType;
  uint64: DType;
  float16: "float16";
  float32: "float32";
  float64: "float64";
  complex64: "complex64";
  complex128: "complex128";
}

/** The dtype of the modulus and of the parts. */
export interface PartOf {
  bool: "bool";
  int8: "int8";
  int16: "int16";
  int32: "int32";
  int64: "int64";
  uint8: "uint8";
  uint16: "uint16";
  uint32: "uint32";
  uint64: "uint64";
  float16: "float16";
  float32: "float32";
  float64: "float64";
  complex64: "float32";
  complex128: "float64";
}

/** The dtype as which operands of a true division count: integers give float64 (float32 by `config.floatX`). */
export interface QuotientOf {
  bool: DType;
  int8: DType;
  int16: DType;
  int32: DType;
  int64: DType;
  uint8: DType;
  uint16: DType;
  uint32: DType;
  uint64: DType;
  float16: "float16";
  float32: "float32";
  float64: "float64";
  complex64: "complex64";
  complex128: "complex128";
}

/** Rules out an axis that the rank lacks, where both are known, and options that do not exist. */
export type CheckAxis<R extends number, O, Known> = O extends number
  ? WrongAxis<R, O>
  : O extends { readonly axis?: infer A extends number }
    ? { readonly axis?: WrongAxis<R, A> } & NoOthers<O, Known>
    : O extends readonly unknown[]
      ? unknown
      : NoOthers<O, Known>;

type WrongAxis<R extends number, A extends number> = number extends A
  ? unknown
  : A extends AxisOf[R]
    ? unknown
    : AxisOf[R];

type NoOthers<O, Known> = { readonly [K in Exclude<keyof O, keyof Known>]: never };

/** The rank that is left by a reduction with these options. */
export type ReducedRank<R extends number, O> = O extends undefined | null
  ? 0
  : O extends number
    ? LowerRank[R]
    : O extends readonly unknown[]
      ? number
      : "keepdims" extends keyof O
        ? O extends { readonly keepdims: true }
          ? R
          : O extends { readonly keepdims: false }
            ? RankWithout<R, O>
            : number
        : RankWithout<R, O>;

type RankWithout<R extends number, O> = "axis" extends keyof O
  ? O extends { readonly axis: number }
    ? LowerRank[R]
    : O extends { readonly axis: null | undefined }
      ? 0
      : number
  : 0;

/** The dtype that options ask for, or the usual one. */
export type AskedDtype<O, Usual extends DType> = O extends { readonly dtype: infer E extends DType }
  ? E
  : O extends object
    ? "dtype" extends keyof O
      ? DType
      : Usual
    : Usual;

/** The dtype and the rank of an argument, where the compiler knows them. */
export type DTypeOf<X> = X extends TensorVariable<infer D, number> ? D : DType;
export type RankOf<X> = X extends TensorVariable<DType, infer R> ? R : number;

/** What a reduction may be told. */
export type ReductionArgument = ReduceOptions | Axis | undefined;
