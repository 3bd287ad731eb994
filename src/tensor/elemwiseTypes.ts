/**
 * The kinds of elementwise functions, by the dtype that they give. Of several tensors the ranks broadcast.
 * (The plain last signatures are the same for all functions of two tensors: one chosen among several can still be called.)
 */
import type { Broadcasting } from "./ranks.ts";
import type {
  AngleOf,
  BroadcastRank,
  ComplexOf,
  DTypeOf,
  FilledBy,
  FloatOf,
  PowerOf,
  Promoted,
  PromotedWith,
  QuotientOf,
  RankOf,
  RealOf,
} from "./typing.ts";
import type { TensorLike, TensorVariable } from "./variable.ts";

/** A function that keeps the dtype. */
export type Keeping = <X extends TensorLike>(x: X) => TensorVariable<DTypeOf<X>, RankOf<X>>;
/** A function that makes integers floats. */
export type ToFloat = <X extends TensorLike>(x: X) => TensorVariable<FloatOf<DTypeOf<X>>, RankOf<X>>;
/** A function that makes complex numbers real. */
export type ToReal = <X extends TensorLike>(x: X) => TensorVariable<RealOf<DTypeOf<X>>, RankOf<X>>;
/** The angle of a complex number. */
export type ToAngle = <X extends TensorLike>(x: X) => TensorVariable<AngleOf<DTypeOf<X>>, RankOf<X>>;
/** A question about each element. */
export type Test = <X extends TensorLike>(x: X) => TensorVariable<"bool", RankOf<X>>;
/** A function of the common dtype. */
export interface Combining {
  <X extends TensorLike, Y extends TensorLike>(x: X, y: Y): TensorVariable<Promoted<X, Y>, BroadcastRank<X, Y>>;
  (x: TensorLike, y: TensorLike): TensorVariable;
}
/** True division. */
export interface Dividing {
  <X extends TensorLike, Y extends TensorLike>(
    x: X,
    y: Y,
  ): TensorVariable<QuotientOf<Promoted<X, Y>>, BroadcastRank<X, Y>>;
  (x: TensorLike, y: TensorLike): TensorVariable;
}
/** A power, or a shift of bits. */
export interface Raising {
  <X extends TensorLike, Y extends TensorLike>(
    x: X,
    y: Y,
  ): TensorVariable<PowerOf<Promoted<X, Y>>, BroadcastRank<X, Y>>;
  (x: TensorLike, y: TensorLike): TensorVariable;
}
/** A function of two that makes integers floats. */
export interface ToFloatOfTwo {
  <X extends TensorLike, Y extends TensorLike>(
    x: X,
    y: Y,
  ): TensorVariable<FloatOf<Promoted<X, Y>>, BroadcastRank<X, Y>>;
  (x: TensorLike, y: TensorLike): TensorVariable;
}
/** A comparison. */
export interface Comparing {
  <X extends TensorLike, Y extends TensorLike>(x: X, y: Y): TensorVariable<"bool", BroadcastRank<X, Y>>;
  (x: TensorLike, y: TensorLike): TensorVariable;
}
/** Two real numbers make a complex one. */
export interface ToComplex {
  <X extends TensorLike, Y extends TensorLike>(
    x: X,
    y: Y,
  ): TensorVariable<ComplexOf<Promoted<X, Y>>, BroadcastRank<X, Y>>;
  (x: TensorLike, y: TensorLike): TensorVariable;
}
/** The second argument, in the shape of both. */
export interface Filling {
  <X extends TensorLike, Y extends TensorLike>(x: X, y: Y): TensorVariable<FilledBy<X, Y>, BroadcastRank<X, Y>>;
  (x: TensorLike, y: TensorLike): TensorVariable;
}
/** The second argument where the first holds, else the third. */
export type Choosing = <C extends TensorLike, X extends TensorLike, Y extends TensorLike>(
  condition: C,
  x: X,
  y: Y,
) => TensorVariable<Promoted<X, Y>, Broadcasting[RankOf<C>][BroadcastRank<X, Y>]>;
/** The first argument between the other two. */
export type Clipping = <X extends TensorLike, L extends TensorLike, H extends TensorLike>(
  x: X,
  low: L,
  high: H,
) => TensorVariable<PromotedWith<Promoted<X, L>, H>, Broadcasting[BroadcastRank<X, L>][RankOf<H>]>;
/** A function of any number of tensors, of their common dtype. */
export interface Variadic {
  <X extends TensorLike>(x: X): TensorVariable<DTypeOf<X>, RankOf<X>>;
  <X extends TensorLike, Y extends TensorLike>(x: X, y: Y): TensorVariable<Promoted<X, Y>, BroadcastRank<X, Y>>;
  <X extends TensorLike, Y extends TensorLike, Z extends TensorLike>(
    x: X,
    y: Y,
    z: Z,
  ): TensorVariable<PromotedWith<Promoted<X, Y>, Z>, Broadcasting[BroadcastRank<X, Y>][RankOf<Z>]>;
  (x: TensorLike, y: TensorLike): TensorVariable;
  (...args: readonly TensorLike[]): TensorVariable;
}
