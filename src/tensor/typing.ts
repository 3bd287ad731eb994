/**
 * What the compiler works out of dtypes and ranks. Everything is a lookup in a table or a condition on an argument: both tell TypeScript at
 * once that a variable of a narrower type gives narrower results. What cannot be known is `DType` or `number`, never an error.
 */
import type { InferDType, InferRank } from "../array/create.ts";
import type { NdArray } from "../array/ndArray.ts";
import type { DType, FloatDType, IntegerDType, SignedDType, UnsignedDType } from "../dtype.ts";
import type { Promotions } from "./promotions.ts";
import type { AxesOf, Broadcasting, DotRanks, Less, MatmulRanks, More } from "./ranks.ts";

/** JavaScript's own values: they take the dtype of the tensor that they meet. */
export type WeakValue = number | bigint | boolean;

/** `Result`, or `DType` where nothing is known of `D`: a union of a dozen names would tell nobody anything. */
export type Known<D extends DType, Result extends DType> = Record<D, 1> extends Record<DType, 1> ? DType : Result;

/** True for `any`, of which nothing is known. */
export type IsAny<X> = 0 extends 1 & X ? true : false;

// --- of what users write -------------------------------------------------------------------------

/** The dtype of a tensor, an array or a typed array. */
export type DTypeOf<X> =
  IsAny<X> extends true ? DType : X extends { readonly dtype: infer D extends DType } ? D : DTypeOfValue<X>;

type DTypeOfValue<X> = X extends boolean ? "bool" : X extends bigint ? "int64" : InferDType<X>;

/** The rank of a tensor, an array, a number, nested lists. Tensors are asked first, by two members: that is quick. */
export type RankOf<X> =
  IsAny<X> extends true
    ? number
    : X extends { readonly type: object; readonly ndim: infer R extends number }
      ? R
      : InferRank<X>;

/** An operand of `matmul`, or what it may be, for the message about scalars. */
export type MatmulOperand<R extends number, Y> = [Y] extends [never]
  ? Y
  : [MatmulRanks[R][RankOf<Y>]] extends [never]
    ? "matmul takes vectors and matrices; scale by a scalar with mul"
    : Y;

/** The rank of what `dot` gives, and `matmul`. */
export type DotRank<X, Y> = DotRanks[RankOf<X>][RankOf<Y>];
export type MatmulRank<X, Y> = MatmulRanks[RankOf<X>][RankOf<Y>];

// --- dtypes --------------------------------------------------------------------------------------

/** Two tensors. */
export type Promote<D extends DType, E extends DType> = Known<D, Known<E, Promotions[D][E]>>;

/** A tensor and whatever it meets. */
export type PromotedWith<D extends DType, Y> =
  IsAny<Y> extends true ? DType : Y extends WeakValue ? Meeting<D, Y> : Promote<D, DTypeOf<Y>>;

/** Whatever meets whatever. */
export type Promoted<X, Y> =
  IsAny<X> extends true
    ? DType
    : X extends WeakValue
      ? Y extends WeakValue
        ? DType
        : Meeting<DTypeOf<Y>, X>
      : PromotedWith<DTypeOf<X>, Y>;

/** A tensor and a JavaScript value: whole numbers and booleans take its dtype, fractions make integers `config.floatX`. */
type Meeting<D extends DType, N extends WeakValue> = N extends boolean
  ? D
  : Known<
      D,
      D extends "bool" | IntegerDType ? (N extends number ? WithNumber<D, N> : D extends "bool" ? "int64" : D) : D
    >;

type WithNumber<D extends DType, N extends number> = number extends N
  ? DType
  : `${N}` extends `${string}.${string}` | `${string}e-${string}`
    ? Promotions[D][FloatDType]
    : D extends "bool"
      ? "int64"
      : D;

/** The dtype of floor(x / y): of integers, `config.intDivision` decides. */
export type DivisionWith<D extends DType, Y> = Quotient<PromotedWith<D, Y>>;
/** The same for whatever meets whatever. */
export type DivisionOf<X, Y> = Quotient<Promoted<X, Y>>;
type Quotient<D extends DType> = Known<D, D extends "bool" | IntegerDType ? DType : D>;

/** The dtype of what `y` fills a tensor with. */
export type FilledWith<D extends DType, Y> =
  IsAny<Y> extends true ? DType : Y extends WeakValue ? Meeting<D, Y> : DTypeOf<Y>;

/** The same where the tensor may be anything. */
export type FilledBy<X, Y> =
  IsAny<X> extends true ? DType : X extends WeakValue ? DTypeOf<Y> : FilledWith<DTypeOf<X>, Y>;

/** The dtype of complex numbers with parts of a dtype. */
export type ComplexOf<D extends DType> = Known<D, Promotions[D]["complex64"]>;

/** The dtype of elementwise mathematics (exp, sin ...). */
export type FloatOf<D extends DType> = Known<D, Floats[D]>;
/** The dtype of the parts of complex numbers; real ones stay. */
export type RealOf<D extends DType> = Known<D, Reals[D]>;
/** The dtype of sums and products. */
export type SumOf<D extends DType> = Known<D, Sums[D]>;
/** The dtype of means. */
export type MeanOf<D extends DType> = Known<D, Means[D]>;
/** The dtype of variances and norms of what `mean` takes. */
export type SpreadOf<D extends DType> = Known<D, Reals[Means[D]]>;
/** The dtype of true quotients: that of two integers is up to `config.floatX`. */
export type QuotientOf<D extends DType> = Known<D, Quotients[D]>;
/** The dtype of powers: booleans become integers. */
export type PowerOf<D extends DType> = Known<D, D extends "bool" ? "int8" : D>;
/** The dtype of angles of complex numbers. */
export type AngleOf<D extends DType> = Known<D, D extends "float32" | "complex64" ? "float32" : "float64">;
/** The dtype of gradients: those of integers are zeros in `config.floatX`. */
export type GradientOf<D extends DType> = D extends "bool" | IntegerDType ? DType : D;

type Continuous = {
  [D in FloatDType | "complex64" | "complex128"]: D;
};

interface Floats extends Continuous {
  bool: "float32";
  int8: "float32";
  int16: "float32";
  int32: "float64";
  int64: "float64";
  uint8: "float32";
  uint16: "float32";
  uint32: "float64";
  uint64: "float64";
}

type Reals = { [D in DType]: D extends "complex64" ? "float32" : D extends "complex128" ? "float64" : D };

interface Sums extends Continuous {
  bool: "int64";
  int8: "int64";
  int16: "int64";
  int32: "int64";
  int64: "int64";
  uint8: "uint64";
  uint16: "uint64";
  uint32: "uint64";
  uint64: "uint64";
}

type Means = { [D in DType]: D extends "bool" | IntegerDType ? "float64" : D };
type Quotients = { [D in DType]: D extends "bool" | IntegerDType ? "float32" | "float64" : D };

/** A value that a variable of dtype `D` and rank `R` may hold, or what it may hold, for the message about another one. */
export type Storable<D extends DType, R extends number, V> = [V] extends [never] ? V : NoInfer<CheckedValue<D, R, V>>;

type CheckedValue<D extends DType, R extends number, V> =
  IsAny<V> extends true
    ? V
    : Fits<R, RankOf<V>> extends false
      ? NdArray<D, R>
      : V extends NestedLists
        ? V
        : [Extract<DTypeOf<V>, Holds<D, RankOf<V>>>] extends [never]
          ? NdArray<D, R>
          : V;

type NestedLists = WeakValue | readonly unknown[];

/** What `D` holds without loss. A single integer may fit any dtype but bool; a dtype that is not known holds everything. */
type Holds<D extends DType, R extends number> =
  IsUnion<D> extends true
    ? DType
    : Safe<D> | (D extends "bool" ? never : 0 extends R ? Integral : number extends R ? Integral : never);

type Integral = "bool" | IntegerDType;

/** Ranks fit unless both are known and differ. */
type Fits<R extends number, S extends number> = number extends R | S ? true : S extends R ? true : false;

/** The dtypes whose values are all values of `D`: the table of `type.ts` read backwards. */
type Safe<D extends DType> = SafeSources[D];
interface SafeSources {
  bool: "bool";
  int8: "bool" | "int8";
  int16: "bool" | "int8" | "int16" | "uint8";
  int32: "bool" | "int8" | "int16" | "int32" | "uint8" | "uint16";
  int64: "bool" | SignedDType | "uint8" | "uint16" | "uint32";
  uint8: "bool" | "uint8";
  uint16: "bool" | "uint8" | "uint16";
  uint32: "bool" | "uint8" | "uint16" | "uint32";
  uint64: "bool" | UnsignedDType;
  float16: "bool" | "int8" | "uint8" | "float16";
  float32: "bool" | "int8" | "int16" | "uint8" | "uint16" | "float16" | "float32";
  float64: "bool" | IntegerDType | FloatDType;
  complex64: "bool" | "int8" | "int16" | "uint8" | "uint16" | "float16" | "float32" | "complex64";
  complex128: DType;
}

// --- ranks ---------------------------------------------------------------------------------------

/** A tensor of rank `R` and whatever it meets, broadcast together. */
export type BroadcastWith<R extends number, Y> = Broadcasting[R][RankOf<Y>];
/** Whatever meets whatever. */
export type BroadcastRank<X, Y> = Broadcasting[RankOf<X>][RankOf<Y>];

/** One axis, several, or all (`null` or absent); negative ones count from the end. */
export type Axis = number | readonly number[] | null;

/** The axis, or what axes there are, for the message about one that there is not. */
export type CheckedAxis<A, R extends number> = A extends number
  ? number extends A
    ? A
    : A extends AxesOf[R]
      ? A
      : AxesOf[R]
  : A extends readonly (infer B)[]
    ? number extends B
      ? A
      : readonly AxesOf[R][]
    : A;

/**
 * The argument of a reduction: an axis that a tensor of rank `R` has, or options. `O` is what was written, `Options` what may be written.
 * (The first condition never holds: it is there for TypeScript to read literals as such.)
 */
export type ReduceArgument<O, R extends number, Options> = [O] extends [never]
  ? O
  : NoInfer<CheckedReduction<O, R, Options>>;

type CheckedReduction<O, R extends number, Options> = O extends Axis
  ? CheckedAxis<O, R>
  : O extends { readonly axis: infer A }
    ? Omit<Options, "axis"> & { readonly axis?: CheckedAxis<A, R> | undefined }
    : Options;

/** The rank of what a reduction leaves. */
export type ReducedRank<R extends number, O> =
  IsAny<O> extends true
    ? number
    : O extends Axis | undefined
      ? Without<R, O>
      : O extends { readonly keepdims: true }
        ? R
        : "keepdims" extends keyof O
          ? O extends { readonly keepdims: false }
            ? WithoutAxisOf<R, O>
            : number
          : WithoutAxisOf<R, O>;

type WithoutAxisOf<R extends number, O> = O extends { readonly axis: infer A }
  ? Without<R, A>
  : "axis" extends keyof O
    ? number
    : 0;

/** `R` without one axis, a list of them, or all. */
export type Without<R extends number, A> = A extends number
  ? Less[R]
  : A extends null | undefined
    ? 0
    : A extends readonly []
      ? R
      : A extends readonly [unknown, ...infer Rest]
        ? Without<Less[R], Rest>
        : number;

/**
 * The dtype given bare or as an option, else `D`. (Without NoInfer, what a call is used for would be taken for what was written.)
 */
export type DtypeOption<O, D extends DType> =
  IsAny<O> extends true ? DType : O extends DType ? NoInfer<O> : OptionOf<O, D>;

type OptionOf<O, D extends DType> = O extends { readonly dtype: infer E extends DType }
  ? E
  : "dtype" extends keyof O
    ? DType
    : D;

/** The rank of a shape: sizes in a list or one by one, or options that say it. */
export type ShapeRank<S extends readonly unknown[]> =
  IsAny<S> extends true
    ? number
    : S extends readonly [infer L]
      ? ListRank<L>
      : S extends readonly [infer L, infer O]
        ? O extends number | bigint | { readonly type: unknown }
          ? 2
          : O extends { readonly ndim: infer N extends number }
            ? N
            : ListRank<L>
        : S["length"];

/** The rank that sizes in a list make, or one size; a variable may be either. */
export type ListRank<L> = L extends readonly unknown[] ? L["length"] : L extends number | bigint ? 1 : number;

/** The pattern, or what its entries may be, for the message about an axis that there is not. (The first condition never holds.) */
export type CheckedPattern<P extends readonly unknown[], R extends number> = [P] extends [never]
  ? P
  : NoInfer<PatternOf<P, R>>;

type PatternOf<P extends readonly unknown[], R extends number> =
  IsAny<P> extends true
    ? P
    : P extends readonly [infer L extends readonly unknown[]]
      ? readonly [CheckedEntries<L, R>]
      : CheckedEntries<P, R>;

type CheckedEntries<P extends readonly unknown[], R extends number> = number extends P[number]
  ? P
  : P[number] extends "x" | AxesOf[R]
    ? P
    : readonly ("x" | AxesOf[R])[];

/** Pattern entries, in a list or one by one. */
export type PatternRank<P extends readonly unknown[]> =
  IsAny<P> extends true ? number : P extends readonly [infer L extends readonly unknown[]] ? L["length"] : P["length"];

/** The dtype of several tensors together. */
export type PromotedList<L> = L extends readonly [infer X]
  ? DTypeOf<X>
  : L extends readonly [infer X, ...infer Rest]
    ? PromotedWith<PromotedList<Rest>, X>
    : L extends readonly (infer X)[]
      ? SameDtype<DTypeOf<X>>
      : DType;

/** Tensors of one dtype have that dtype together; of a mixture nothing is known. */
type SameDtype<D extends DType> = IsUnion<D> extends true ? DType : D;
export type IsUnion<T, U = T> = T extends unknown ? ([U] extends [T] ? false : true) : never;

/** The rank of several tensors of one rank. */
export type RankOfEach<L> = L extends readonly (infer X)[] ? RankOf<X> : number;

/** One axis more than each of the tensors has. */
export type StackedRank<L> = More[RankOfEach<L>];
