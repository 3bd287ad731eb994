/** What type tests say. */
import type { tensor as T } from "theano";

/** Are two types the same for the compiler? */
export type Equal<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false;

/** Has the variable this dtype and this rank? (Unions are compared as sets, whatever order they were made in.) */
export type DTypeRank<V extends T.TensorVariable, D, R> =
  Equal<V["dtype"], D> extends true ? Equal<V["ndim"], R> : false;

export const holds = <X extends true>(): X => true as X;
