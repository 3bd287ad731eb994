/**
 * A `Type` says what values a variable may hold. The graph layer asks a type four things only: is it equal to
 * another, what does its storage look like, may this run-time value be stored in it, and make me a variable of it.
 */
import type { DType } from "../dtype.ts";
import type { Apply } from "./apply.ts";
import type { Variable } from "./variable.ts";

/** How a value of a type is stored: an array of `dtype`, one entry per dimension, `null` where the size is unknown. */
export interface BufferSpec {
  readonly dtype: DType;
  readonly shape: readonly (number | null)[];
}

/** What `Type.filter` may do to a value that does not fit exactly. */
export interface FilterOptions {
  /** Refuse every conversion: the value must already be an array of this dtype. */
  readonly strict?: boolean;
  /** `true`: any lossy cast is allowed; `false`: none; absent: exact conversions only. */
  readonly allowDowncast?: boolean;
  /** What the value is for, to be named in an error message. */
  readonly what?: string;
}

export abstract class Type {
  /** Equal types have equal keys. */
  abstract readonly key: string;

  equals(other: Type): boolean {
    return this === other || this.key === other.key;
  }

  /** True when every value of `other` is a value of this type (a row is a matrix). */
  isSuper(other: Type): boolean {
    return this.equals(other);
  }

  /** The storage of values, `null` for a type that has none a program could use. */
  abstract buffer(): BufferSpec | null;

  /** Converts `value` to what is stored, or throws a `TheanoError` that says why it cannot. */
  abstract filter(value: unknown, options?: FilterOptions): unknown;

  /** A new variable of this type: an input (no owner) or output `index` of `owner`. */
  abstract makeVariable(owner: Apply | null, index: number, name?: string): Variable;

  abstract toString(): string;
}
