/** Operators and functions as methods of a tensor of dtype `D` and rank `R`, and the types of what they give. */
import type { ArrayInput } from "../array/create.ts";
import type { NdArray } from "../array/ndArray.ts";
import type { DType } from "../dtype.ts";
import type { DimShuffleArguments, TransposeArguments } from "./dimshuffle.ts";
import type { CumulativeOptions, RepeatOptions } from "./extraOps.ts";
import type { LikeOptions } from "./fill.ts";
import type {
  ChosenDtype,
  ChosenRank,
  FlattenedRank,
  FloatKept,
  LastAxisRank,
  NormRank,
  TakenRank,
} from "./functionTyping.ts";
import type { CheckedIndex, IndexedRank } from "./indexTyping.ts";
import type { RoundMode, RoundOptions } from "./math.ts";
import type { DotRanks, Less, MatmulRanks, Sizes } from "./ranks.ts";
import type { AnyReduceOptions, NormOptions, ReduceOptions, SumOptions, VarOptions } from "./reduction.ts";
import type { FlattenOptions, ReshapeArguments } from "./reshape.ts";
import type { SearchsortedOptions } from "./search.ts";
import type { ChooseOptions, CompressOptions } from "./selection.ts";
import type { SortOptions } from "./sort.ts";
import type { DiagonalOptions, Index, NestedIndex, TakeOptions } from "./subtensor/index.ts";
import type {
  AngleOf,
  Axis,
  BroadcastWith,
  CheckedAxis,
  CheckedPattern,
  DTypeOf,
  DivisionWith,
  DtypeOption,
  FilledWith,
  FloatOf,
  MatmulOperand,
  MeanOf,
  PatternRank,
  PowerOf,
  PromotedWith,
  QuotientOf,
  RankOf,
  RealOf,
  ReduceArgument,
  ReducedRank,
  ShapeRank,
  SpreadOf,
  SumOf,
  Without,
} from "./typing.ts";
import type { TensorLike, TensorVariable } from "./variable.ts";

/** What every symbolic tensor can do. Each method is the function of the same name in `T`, applied to the tensor. */
export interface TensorMethods<out D extends DType = DType, out R extends number = number> {
  /** The sizes, one int64 scalar per axis: constants where the type knows them. */
  readonly shape: Sizes<TensorVariable<"int64", 0>>[R];
  /** The number of elements, an int64 scalar. */
  readonly size: TensorVariable<"int64", 0>;
  /** The axes in reverse order. */
  readonly T: TensorVariable<D, R>;
  add<Y extends TensorLike>(other: Y): TensorVariable<PromotedWith<D, Y>, BroadcastWith<R, Y>>;
  add(...others: readonly TensorLike[]): TensorVariable;
  mul<Y extends TensorLike>(other: Y): TensorVariable<PromotedWith<D, Y>, BroadcastWith<R, Y>>;
  mul(...others: readonly TensorLike[]): TensorVariable;
  sub<Y extends TensorLike>(other: Y): TensorVariable<PromotedWith<D, Y>, BroadcastWith<R, Y>>;
  mod<Y extends TensorLike>(other: Y): TensorVariable<PromotedWith<D, Y>, BroadcastWith<R, Y>>;
  maximum<Y extends TensorLike>(other: Y): TensorVariable<PromotedWith<D, Y>, BroadcastWith<R, Y>>;
  minimum<Y extends TensorLike>(other: Y): TensorVariable<PromotedWith<D, Y>, BroadcastWith<R, Y>>;
  and<Y extends TensorLike>(other: Y): TensorVariable<PromotedWith<D, Y>, BroadcastWith<R, Y>>;
  or<Y extends TensorLike>(other: Y): TensorVariable<PromotedWith<D, Y>, BroadcastWith<R, Y>>;
  xor<Y extends TensorLike>(other: Y): TensorVariable<PromotedWith<D, Y>, BroadcastWith<R, Y>>;
  div<Y extends TensorLike>(other: Y): TensorVariable<QuotientOf<PromotedWith<D, Y>>, BroadcastWith<R, Y>>;
  trueDiv<Y extends TensorLike>(other: Y): TensorVariable<QuotientOf<PromotedWith<D, Y>>, BroadcastWith<R, Y>>;
  pow<Y extends TensorLike>(other: Y): TensorVariable<PowerOf<PromotedWith<D, Y>>, BroadcastWith<R, Y>>;
  intDiv<Y extends TensorLike>(other: Y): TensorVariable<DivisionWith<D, Y>, BroadcastWith<R, Y>>;
  floorDiv<Y extends TensorLike>(other: Y): TensorVariable<DivisionWith<D, Y>, BroadcastWith<R, Y>>;
  arctan2<Y extends TensorLike>(other: Y): TensorVariable<FloatOf<PromotedWith<D, Y>>, BroadcastWith<R, Y>>;
  eq<Y extends TensorLike>(other: Y): TensorVariable<"bool", BroadcastWith<R, Y>>;
  neq<Y extends TensorLike>(other: Y): TensorVariable<"bool", BroadcastWith<R, Y>>;
  lt<Y extends TensorLike>(other: Y): TensorVariable<"bool", BroadcastWith<R, Y>>;
  le<Y extends TensorLike>(other: Y): TensorVariable<"bool", BroadcastWith<R, Y>>;
  gt<Y extends TensorLike>(other: Y): TensorVariable<"bool", BroadcastWith<R, Y>>;
  ge<Y extends TensorLike>(other: Y): TensorVariable<"bool", BroadcastWith<R, Y>>;
  fill<Y extends TensorLike>(other: Y): TensorVariable<FilledWith<D, Y>, BroadcastWith<R, Y>>;
  clip<L extends TensorLike, H extends TensorLike>(
    low: L,
    high: H,
  ): TensorVariable<PromotedWith<PromotedWith<D, L>, H>, BroadcastWith<BroadcastWith<R, L>, H>>;
  cast<E extends DType>(dtype: E | "floatX"): TensorVariable<E, R>;
  astype<E extends DType>(dtype: E | "floatX"): TensorVariable<E, R>;
  round(options?: RoundOptions | RoundMode): TensorVariable<D, R>;
  sum<const O extends AnyReduceOptions | Axis = null>(
    options?: ReduceArgument<O, R, SumOptions>,
  ): TensorVariable<DtypeOption<O, SumOf<D>>, ReducedRank<R, O>>;
  prod<const O extends AnyReduceOptions | Axis = null>(
    options?: ReduceArgument<O, R, SumOptions>,
  ): TensorVariable<DtypeOption<O, SumOf<D>>, ReducedRank<R, O>>;
  mean<const O extends AnyReduceOptions | Axis = null>(
    options?: ReduceArgument<O, R, SumOptions>,
  ): TensorVariable<DtypeOption<O, MeanOf<D>>, ReducedRank<R, O>>;
  var<const O extends AnyReduceOptions | Axis = null>(
    options?: ReduceArgument<O, R, VarOptions>,
  ): TensorVariable<SpreadOf<D>, ReducedRank<R, O>>;
  std<const O extends AnyReduceOptions | Axis = null>(
    options?: ReduceArgument<O, R, VarOptions>,
  ): TensorVariable<SpreadOf<D>, ReducedRank<R, O>>;
  max<const O extends AnyReduceOptions | Axis = null>(
    options?: ReduceArgument<O, R, ReduceOptions>,
  ): TensorVariable<D, ReducedRank<R, O>>;
  min<const O extends AnyReduceOptions | Axis = null>(
    options?: ReduceArgument<O, R, ReduceOptions>,
  ): TensorVariable<D, ReducedRank<R, O>>;
  ptp<const O extends AnyReduceOptions | Axis = null>(
    options?: ReduceArgument<O, R, ReduceOptions>,
  ): TensorVariable<D, ReducedRank<R, O>>;
  argmax<const O extends AnyReduceOptions | Axis = null>(
    options?: ReduceArgument<O, R, ReduceOptions>,
  ): TensorVariable<"int64", ReducedRank<R, O>>;
  argmin<const O extends AnyReduceOptions | Axis = null>(
    options?: ReduceArgument<O, R, ReduceOptions>,
  ): TensorVariable<"int64", ReducedRank<R, O>>;
  all<const O extends AnyReduceOptions | Axis = null>(
    options?: ReduceArgument<O, R, ReduceOptions>,
  ): TensorVariable<"bool", ReducedRank<R, O>>;
  any<const O extends AnyReduceOptions | Axis = null>(
    options?: ReduceArgument<O, R, ReduceOptions>,
  ): TensorVariable<"bool", ReducedRank<R, O>>;
  norm<const O extends NormOptions | number = 2>(p?: O): TensorVariable<FloatKept<RealOf<D>>, NormRank<R, O>>;
  norm<const M extends ReduceOptions>(p: number, options: M): TensorVariable<FloatKept<RealOf<D>>, ReducedRank<R, M>>;
  norm(p?: NormOptions | number, options?: ReduceOptions): TensorVariable;
  dot<Y extends TensorLike>(other: Y): TensorVariable<PromotedWith<D, Y>, DotRanks[R][RankOf<Y>]>;
  /** Scalars are refused. */
  matmul<Y extends TensorLike>(
    other: MatmulOperand<R, Y>,
  ): TensorVariable<PromotedWith<D, Y>, MatmulRanks[R][RankOf<Y>]>;
  /** Indexing: numbers, `"1:3"`, `null` for a new axis, `"..."`, integer tensors, lists, masks. */
  at<const I extends readonly Index[]>(...index: CheckedIndex<R, I>): TensorVariable<D, IndexedRank<R, I>>;
  take<const I extends TensorLike, const O extends TakeOptions | number = {}>(
    indices: I,
    options?: O,
  ): TensorVariable<D, TakenRank<R, I, O>>;
  take(indices: TensorLike | NestedIndex, options?: TakeOptions | number): TensorVariable<D>;
  diagonal(options?: DiagonalOptions | number): TensorVariable<D, Less[R]>;
  reshape<const S extends ReshapeArguments>(...shape: S): TensorVariable<D, ShapeRank<S>>;
  flatten(): TensorVariable<D, 1>;
  flatten<const N extends number>(ndim: N | { readonly ndim: N }): TensorVariable<D, N>;
  flatten(ndim?: number | FlattenOptions): TensorVariable<D>;
  ravel(): TensorVariable<D, 1>;
  transpose(...axes: TransposeArguments): TensorVariable<D, R>;
  swapaxes<const A extends number, const B extends number>(
    axis1: CheckedAxis<A, R>,
    axis2: CheckedAxis<B, R>,
  ): TensorVariable<D, R>;
  dimshuffle<const P extends DimShuffleArguments>(...pattern: CheckedPattern<P, R>): TensorVariable<D, PatternRank<P>>;
  squeeze(): TensorVariable<D>;
  squeeze<const A extends number | readonly number[]>(axis: CheckedAxis<A, R>): TensorVariable<D, Without<R, A>>;
  squeeze(axis?: number | readonly number[]): TensorVariable<D>;
  repeat<const O extends RepeatOptions | number | null = null>(
    repeats: TensorLike,
    options?: O,
  ): TensorVariable<D, FlattenedRank<R, O>>;
  cumsum<const O extends CumulativeOptions | number | null = null>(
    options?: O,
  ): TensorVariable<SumOf<D>, FlattenedRank<R, O>>;
  cumprod<const O extends CumulativeOptions | number | null = null>(
    options?: O,
  ): TensorVariable<SumOf<D>, FlattenedRank<R, O>>;
  sort<const O extends SortOptions | number | null = {}>(options?: O): TensorVariable<D, LastAxisRank<R, O>>;
  argsort<const O extends SortOptions | number | null = {}>(options?: O): TensorVariable<"int64", LastAxisRank<R, O>>;
  searchsorted<Y extends TensorLike>(values: Y, options?: SearchsortedOptions): TensorVariable<"int64", RankOf<Y>>;
  /** Which of the choices, element by element. */
  choose<const C extends TensorLike | readonly TensorLike[]>(
    choices: C,
    options?: ChooseOptions,
  ): TensorVariable<ChosenDtype<C>, ChosenRank<R, C>>;
  /** The slices of `x` for which this vector of conditions holds. */
  compress<X extends TensorLike, const O extends CompressOptions | number | null = null>(
    x: X,
    options?: O,
  ): TensorVariable<DTypeOf<X>, FlattenedRank<RankOf<X>, O>>;
  nonzero(options?: { readonly returnMatrix?: false }): TensorVariable<"int64", 1>[];
  nonzero(options: { readonly returnMatrix: true }): TensorVariable<"int64", 2>;
  nonzeroValues(): TensorVariable<D, 1>;
  trace(options?: DiagonalOptions | number): TensorVariable<SumOf<D>, Less[Less[R]]>;
  /** Quotient and remainder by Python's rules. */
  divmod<Y extends TensorLike>(
    other: Y,
  ): [TensorVariable<DivisionWith<D, Y>, BroadcastWith<R, Y>>, TensorVariable<PromotedWith<D, Y>, BroadcastWith<R, Y>>];
  copy(): TensorVariable<D, R>;
  /** An input of the same type and name. */
  clone(): TensorVariable<D, R>;
  /** @throws ValueError for another target than "cpu" */
  transfer(target: string): TensorVariable<D, R>;
  /** @throws ValueError unless the value is known when the graph is built */
  getScalarConstantValue(): NdArray<D, 0>;
  /** The value, for values of the inputs given as pairs or a map. */
  eval(
    values?:
      | ReadonlyMap<TensorVariable, ArrayInput | NdArray>
      | readonly (readonly [TensorVariable, ArrayInput | NdArray])[],
  ): NdArray<D, R>;
  zerosLike<O extends DType | LikeOptions = D>(options?: O): TensorVariable<DtypeOption<O, D>, R>;
  onesLike<O extends DType | LikeOptions = D>(options?: O): TensorVariable<DtypeOption<O, D>, R>;
  neg(): TensorVariable<D, R>;
  sgn(): TensorVariable<D, R>;
  sqr(): TensorVariable<D, R>;
  square(): TensorVariable<D, R>;
  conj(): TensorVariable<D, R>;
  conjugate(): TensorVariable<D, R>;
  invert(): TensorVariable<D, R>;
  ceil(): TensorVariable<FloatOf<D>, R>;
  floor(): TensorVariable<FloatOf<D>, R>;
  trunc(): TensorVariable<FloatOf<D>, R>;
  sqrt(): TensorVariable<FloatOf<D>, R>;
  inv(): TensorVariable<FloatOf<D>, R>;
  exp(): TensorVariable<FloatOf<D>, R>;
  exp2(): TensorVariable<FloatOf<D>, R>;
  expm1(): TensorVariable<FloatOf<D>, R>;
  log(): TensorVariable<FloatOf<D>, R>;
  log2(): TensorVariable<FloatOf<D>, R>;
  log10(): TensorVariable<FloatOf<D>, R>;
  log1p(): TensorVariable<FloatOf<D>, R>;
  sin(): TensorVariable<FloatOf<D>, R>;
  cos(): TensorVariable<FloatOf<D>, R>;
  tan(): TensorVariable<FloatOf<D>, R>;
  arcsin(): TensorVariable<FloatOf<D>, R>;
  arccos(): TensorVariable<FloatOf<D>, R>;
  arctan(): TensorVariable<FloatOf<D>, R>;
  sinh(): TensorVariable<FloatOf<D>, R>;
  cosh(): TensorVariable<FloatOf<D>, R>;
  tanh(): TensorVariable<FloatOf<D>, R>;
  arcsinh(): TensorVariable<FloatOf<D>, R>;
  arccosh(): TensorVariable<FloatOf<D>, R>;
  arctanh(): TensorVariable<FloatOf<D>, R>;
  deg2rad(): TensorVariable<FloatOf<D>, R>;
  rad2deg(): TensorVariable<FloatOf<D>, R>;
  erf(): TensorVariable<FloatOf<D>, R>;
  erfc(): TensorVariable<FloatOf<D>, R>;
  erfinv(): TensorVariable<FloatOf<D>, R>;
  gammaln(): TensorVariable<FloatOf<D>, R>;
  psi(): TensorVariable<FloatOf<D>, R>;
  digamma(): TensorVariable<FloatOf<D>, R>;
  sigmoid(): TensorVariable<FloatOf<D>, R>;
  softplus(): TensorVariable<FloatOf<D>, R>;
  abs(): TensorVariable<RealOf<D>, R>;
  real(): TensorVariable<RealOf<D>, R>;
  imag(): TensorVariable<RealOf<D>, R>;
  isnan(): TensorVariable<"bool", R>;
  isinf(): TensorVariable<"bool", R>;
  angle(): TensorVariable<AngleOf<D>, R>;
}
