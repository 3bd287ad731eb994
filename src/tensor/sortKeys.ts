/** Real numbers as unsigned integers of the same order. */
import { isDiscrete, type DType } from "../dtype.ts";
import type { IrBuilder } from "../ir/build.ts";
import { BYTES, type Expr } from "../ir/node.ts";
import { scalarTypeOf } from "../scalar/scalarTypes.ts";

/** Keys of real numbers, as unsigned integers of 32 or 64 bits. */
export class SortKeys {
  readonly type: "u32" | "u64";
  /** How many bits a key has. */
  readonly bits: number;
  readonly #b: IrBuilder;
  readonly #dtype: DType;

  constructor(b: IrBuilder, dtype: DType) {
    this.#b = b;
    this.#dtype = dtype;
    const bytes = BYTES[scalarTypeOf(dtype)];
    this.type = bytes === 8 ? "u64" : "u32";
    // float16 is compared as float32.
    this.bits = dtype === "float16" ? 32 : 8 * bytes;
  }

  #constant(value: bigint): Expr {
    return this.#b.constant(this.type, this.type === "u64" ? value : Number(value));
  }

  get #top(): Expr {
    return this.#constant(1n << BigInt(this.bits - 1));
  }

  /** No key is larger. */
  get largest(): Expr {
    return this.#constant((1n << BigInt(this.bits)) - 1n);
  }

  /** Zeros of either sign have one key, and so has all that is not a number: the largest. */
  of(x: Expr): Expr {
    const b = this.#b;
    if (!isDiscrete(this.#dtype)) {
      const wide = this.#dtype === "float16" ? b.cast(x, "f32") : x;
      // -0 + 0 is 0.
      const bits = b.bitcast(b.add(wide, 0), this.type);
      const key = b.xor(bits, b.select(b.ge(bits, this.#top), this.largest, this.#top));
      return b.select(b.ne(wide, wide), this.largest, key);
    }
    if (this.#dtype === "bool" || this.#dtype.startsWith("uint")) return b.cast(x, this.type);
    if (this.bits >= 32) return b.xor(b.bitcast(x, this.type), this.#top);
    return b.cast(b.add(b.cast(x, "i32"), 2 ** (this.bits - 1)), "u32");
  }

  /** The element of a key. */
  element(key: Expr): Expr {
    const b = this.#b;
    const type = scalarTypeOf(this.#dtype);
    if (!isDiscrete(this.#dtype)) {
      const bits = b.xor(key, b.select(b.ge(key, this.#top), this.#top, this.largest));
      const float = b.bitcast(bits, this.type === "u64" ? "f64" : "f32");
      return b.cast(float, type);
    }
    if (this.#dtype === "bool" || this.#dtype.startsWith("uint")) return b.cast(key, type);
    if (this.bits >= 32) return b.bitcast(b.xor(key, this.#top), type);
    return b.cast(b.sub(b.cast(key, "i32"), 2 ** (this.bits - 1)), type);
  }
}
