/** The rank of what indexing leaves, worked out by the compiler entry by entry. */
import type { DType, IntegerDType } from "../dtype.ts";
import type { Broadcasting, DotRanks, Less, More } from "./ranks.ts";
import type { Index, Slice } from "./subtensor/index.ts";

/** The rank of `x.at(...index)` for `x` of rank `R`; `never` for too many indices, `number` where it depends on values. */
export type IndexedRank<R extends number, I extends readonly unknown[]> = 0 extends 1 & I ? number : Walk<R, I, null>;

/** The index, or a text about one that has too many entries. (The first condition never holds: it makes literals be read as such.) */
export type CheckedIndex<R extends number, I extends readonly Index[]> = [I] extends [never]
  ? I
  : NoInfer<[IndexedRank<R, I>] extends [never] ? readonly "too many indices for a tensor of this rank"[] : I>;

/** `R` counts the axes of the tensor that are left, `G` the rank of the index tensors met so far (null: none). */
type Walk<R extends number, I extends readonly unknown[], G extends number | null> = I extends readonly [
  infer E,
  ...infer Rest,
]
  ? Entry<R, E, Rest, G>
  : I extends readonly []
    ? G extends number
      ? Plus<R, G>
      : R
    : number;

type Entry<R extends number, E, Rest extends readonly unknown[], G extends number | null> = E extends null
  ? Add<Walk<R, Rest, G>>
  : E extends number | bigint
    ? Walk<Drop<R>, Rest, G>
    : E extends string
      ? TextEntry<R, E, Rest, G>
      : E extends Slice
        ? Add<Walk<Drop<R>, Rest, G>>
        : E extends { readonly dtype: infer D extends DType; readonly ndim: infer K extends number }
          ? TensorEntry<R, D, K, Rest, G>
          : E extends readonly (number | bigint)[]
            ? Walk<Drop<R>, Rest, Wider<G, 1>>
            : E extends readonly boolean[]
              ? Walk<Drop<R>, Rest, Wider<G, 1>>
              : number;

/** `"..."` stands for any number of axes, as may a text that is not known. */
type TextEntry<
  R extends number,
  E extends string,
  Rest extends readonly unknown[],
  G extends number | null,
> = string extends E
  ? Walk<R, Rest, G>
  : E extends `${string}...${string}`
    ? Walk<R, Rest, G>
    : Add<Walk<Drop<R>, Rest, G>>;

/** Integers take one axis and bring theirs; a mask takes as many as it has and leaves one. */
type TensorEntry<
  R extends number,
  D extends DType,
  K extends number,
  Rest extends readonly unknown[],
  G extends number | null,
> = [D] extends [IntegerDType]
  ? number extends K
    ? number
    : K extends 0
      ? Walk<Drop<R>, Rest, G>
      : Walk<Drop<R>, Rest, Wider<G, K>>
  : [D] extends ["bool"]
    ? K extends 1
      ? Walk<Drop<R>, Rest, Wider<G, 1>>
      : K extends 2
        ? Walk<Drop<Drop<R>>, Rest, Wider<G, 1>>
        : number
    : number;

type Wider<G extends number | null, K extends number> = G extends number ? Broadcasting[G][K] : K;

/** The sum of two ranks: each with one axis more, so that `dot` may take one from each. */
export type Plus<R extends number, G extends number> = [R] extends [never] ? never : DotRanks[More[R]][More[G]];

/** One axis less, or more; of what is impossible, nothing. (A table looked up with `never` would answer `number`.) */
type Drop<R extends number> = [R] extends [never] ? never : Less[R];
type Add<R extends number> = [R] extends [never] ? never : More[R];
