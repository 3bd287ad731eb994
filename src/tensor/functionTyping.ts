/** Ranks and dtypes of what single functions give, for the compiler; see `typing.ts`. */
import type { NestedArray } from "../array/create.ts";
import type { DType, IntegerDType } from "../dtype.ts";
import type { Plus } from "./indexTyping.ts";
import type { Broadcasting, DotRanks, Less, More } from "./ranks.ts";
import type {
  DTypeOf,
  DtypeOption,
  IsAny,
  IsUnion,
  ListRank,
  Promote,
  WeakValue,
  FloatOf,
  RankOf,
  ReducedRank,
} from "./typing.ts";
import type { TensorLike } from "./variable.ts";

/** What integers become is up to `config.floatX`; floats and complex numbers stay. */
export type FloatKept<D extends DType> = D extends "bool" | IntegerDType ? DType : D;

// --- several tensors -----------------------------------------------------------------------------

/** The dtype of several values that become tensors before they meet. */
export type PromotedTensors<L> = L extends readonly [infer X]
  ? DTypeOf<X>
  : L extends readonly [infer X, ...infer Rest]
    ? Promote<PromotedTensors<Rest>, DTypeOf<X>>
    : L extends readonly (infer X)[]
      ? OneDtype<DTypeOf<X>>
      : DType;
type OneDtype<D extends DType> = IsUnion<D> extends true ? DType : D;

/** The rank of several tensors broadcast together. */
export type BroadcastList<L> = L extends readonly [infer X]
  ? RankOf<X>
  : L extends readonly [infer X, ...infer Rest]
    ? Broadcasting[RankOf<X>][BroadcastList<Rest>]
    : L extends readonly (infer X)[]
      ? RankOf<X>
      : number;

/** Tensors in nested lists: what lies innermost, and one axis for every level. */
export type Innermost<N> = IsOpen<N> extends true ? TensorLike : N extends readonly (infer E)[] ? Innermost<E> : N;
export type NestedRank<N> =
  IsOpen<N> extends true ? number : N extends readonly (infer E)[] ? Grown<NestedRank<E>> : RankOf<N>;
/** Are these lists of any depth? */
type IsOpen<N> = [TensorLike] extends [N] ? true : readonly NestedArray[] extends N ? true : false;
type Grown<R> = R extends number ? More[R] : number;

// --- options that name an axis -------------------------------------------------------------------

/** All elements in one vector unless an axis is given, bare or as an option. */
export type FlattenedRank<R extends number, O> =
  IsAny<O> extends true
    ? number
    : O extends number
      ? R
      : O extends null | undefined
        ? 1
        : O extends { readonly axis: infer A }
          ? AxisOrAll<R, A>
          : "axis" extends keyof O
            ? number
            : 1;

/** The last axis unless another is given; all elements in one vector for `null`. */
export type LastAxisRank<R extends number, O> =
  IsAny<O> extends true
    ? number
    : O extends null
      ? 1
      : O extends { readonly axis: infer A }
        ? AxisOrAll<R, A>
        : "axis" extends keyof O
          ? number
          : R;

type AxisOrAll<R extends number, A> = A extends number ? R : A extends null ? 1 : number;

/** Of `take`: the axes of the indices in the place of one axis, or of all. Masks are for the running program. */
export type TakenRank<R extends number, I, O> =
  IsAny<O> extends true ? number : IsMask<I> extends true ? number : Taken<R, RankOf<I>, O>;
type IsMask<I> = I extends readonly unknown[] ? false : DTypeOf<I> extends IntegerDType ? false : IsAnyNumber<I>;
type IsAnyNumber<I> = I extends number | bigint ? false : true;
type Taken<R extends number, K extends number, O> = O extends number
  ? Plus<Less[R], K>
  : O extends { readonly axis: infer A }
    ? A extends number
      ? Plus<Less[R], K>
      : A extends null
        ? K
        : number
    : "axis" extends keyof O
      ? number
      : K;

/** Of `norm`: an exponent leaves nothing. */
export type NormRank<R extends number, O> = O extends number ? 0 : ReducedRank<R, O>;

// --- products ------------------------------------------------------------------------------------

/** Of `tensordot`, by the number of axes or their names, bare or as an option. */
export type TensordotRank<R extends number, S extends number, O> =
  IsAny<O> extends true
    ? number
    : O extends { readonly axes: infer A }
      ? ContractedRank<R, S, A>
      : O extends number | readonly unknown[]
        ? ContractedRank<R, S, O>
        : number;

type ContractedRank<R extends number, S extends number, A> = A extends 0
  ? Plus<R, S>
  : A extends 1 | readonly [number | readonly [unknown], unknown]
    ? DotRanks[R][S]
    : A extends 2 | readonly [readonly [unknown, unknown], unknown]
      ? DotRanks[Less[R]][Less[S]]
      : A extends 3 | readonly [readonly [unknown, unknown, unknown], unknown]
        ? DotRanks[Less[Less[R]]][Less[Less[S]]]
        : number;

/** The same beside a batch axis, which both have. */
export type BatchedRank<R extends number, S extends number, O> = Grown<TensordotRank<Less[R], Less[S], O>>;

/** Of `batchedDot`. */
export type BatchedDotRank<R extends number, S extends number> = R extends 1
  ? S
  : S extends 1
    ? R
    : Grown<DotRanks[Less[R]][Less[S]]>;

/** Of NumPy's `inner`. */
export type InnerRank<R extends number, S extends number> = R extends 0 ? S : DotRanks[R][S];

/** Of a chain of `dot`s, from the left. */
export type ChainRank<L> = L extends readonly [infer X]
  ? RankOf<X>
  : L extends readonly [infer X, infer Y, ...infer Rest]
    ? ChainRankFrom<DotRanks[RankOf<X>][RankOf<Y>], Rest>
    : number;
type ChainRankFrom<R extends number, L> = L extends readonly [infer X, ...infer Rest]
  ? ChainRankFrom<DotRanks[R][RankOf<X>], Rest>
  : R;

/** Of `einsum`: the letters after the arrow. */
export type EinsumRank<S extends string> = string extends S
  ? number
  : S extends `${string}->${infer Out}`
    ? Out extends `${string}...${string}`
      ? number
      : Letters<Out>
    : number;
type Letters<S extends string> = S extends `${infer C}${infer Rest}`
  ? C extends " "
    ? Letters<Rest>
    : Grown<Letters<Rest>>
  : 0;

// --- the rest ------------------------------------------------------------------------------------

/** Of `diag`: of a vector a matrix, of a matrix its diagonal. */
export type DiagRank<R extends number> = R extends 1 ? 2 : R extends 2 ? 1 : number;

/** Of `tile`: as many axes as the tensor or the counts have. */
export type TiledRank<R extends number, S, O> = O extends { readonly ndim: infer N extends number }
  ? N
  : "ndim" extends keyof O
    ? number
    : Broadcasting[R][ListRank<S>];

/** The dtype at the end of the arguments of `eye` and `tri`: bare or as an option. */
export type BandDtype<A extends readonly unknown[]> = A extends readonly []
  ? DType
  : A extends readonly [...unknown[], infer Last]
    ? Last extends { readonly type: unknown }
      ? DType
      : DtypeOption<Last, DType>
    : DType;

/** Of `bincount`: what weights have. */
export type CountDtype<O> = O extends { readonly weights: infer W }
  ? W extends null | undefined
    ? "int64"
    : DTypeOf<W>
  : "weights" extends keyof O
    ? DType
    : "int64";

/** Of positions that may be asked for in another dtype. */
export type PositionDtype<O> = O extends { readonly idxDtype: infer D extends DType }
  ? D
  : "idxDtype" extends keyof O
    ? DType
    : "int64";

/** Of `choose`: a list of tensors, or one tensor whose first axis counts them. */
export type ChosenDtype<C> = C extends readonly unknown[] ? PromotedTensors<C> : DTypeOf<C>;
export type ChosenRank<R extends number, C> = C extends readonly unknown[]
  ? Broadcasting[R][BroadcastList<C>]
  : Broadcasting[R][Less[RankOf<C>]];

/** Of `arange`: int64 of whole numbers, else the dtype of the floats; numbers take that of the tensors that they stand beside. */
export type RangeDtype<L extends readonly unknown[]> =
  Tensors<L> extends readonly []
    ? WholeRange<L[number], "int64">
    : PromotedTensors<Tensors<L>> extends infer D extends DType
      ? [D] extends ["bool" | Exclude<IntegerDType, "uint64">]
        ? WholeRange<Extract<L[number], WeakValue>, "int64">
        : FloatKept<D>
      : DType;
type WholeRange<N, Result extends DType> = [N] extends [never]
  ? Result
  : [N] extends [bigint | number]
    ? number extends N
      ? DType
      : `${N}` extends `${string}.${string}` | `${string}e-${string}`
        ? DType
        : Result
    : DType;

/** Of `logaddexp`: integers among floats become what `config.floatX` says. */
export type LogarithmDtype<L extends readonly unknown[]> = [
  Extract<DTypeOf<Exclude<L[number], WeakValue>>, "bool" | IntegerDType>,
] extends [never]
  ? PromotedTensors<Tensors<L>>
  : DType;

/** Of loops over the elements: JavaScript's numbers take the dtype of the tensors. */
export type LoopDtype<L extends readonly unknown[]> = FloatOf<PromotedTensors<Tensors<L>>>;
type Tensors<L> = L extends readonly [infer X, ...infer Rest]
  ? X extends WeakValue
    ? Tensors<Rest>
    : readonly [X, ...Tensors<Rest>]
  : readonly [];
