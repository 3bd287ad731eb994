/**
 * A small vocabulary for writing functions once for f32 and f64: arithmetic on one float type, its bits as integers,
 * polynomials, and error-free sums and products. A fused multiply-add is used only where the builder
 * says so; without it every target rounds alike.
 */
import type { IrBuilder } from "../build.ts";
import type { Expr } from "../node.ts";

/** The float types that functions are written for; f16 is computed in f32. */
export type FloatType = "f32" | "f64";

/** What a formula needs to know of a float format. */
export interface FloatFormat {
  readonly type: FloatType;
  readonly signed: "i32" | "i64";
  readonly unsigned: "u32" | "u64";
  /** Bits of the stored significand. */
  readonly mantissa: number;
  readonly bias: number;
  /** 1.5 * 2^mantissa: adding it rounds a number of moderate size to an integer, kept in the low bits. */
  readonly magic: number;
  readonly maxFinite: number;
  readonly minNormal: number;
  /** The bits that stay when a number is cut to half precision, so that products of halves are exact. */
  readonly halfMask: bigint;
}

export const F32: FloatFormat = {
  type: "f32",
  signed: "i32",
  unsigned: "u32",
  mantissa: 23,
  bias: 127,
  magic: 1.5 * 2 ** 23,
  maxFinite: (2 - 2 ** -23) * 2 ** 127,
  minNormal: 2 ** -126,
  halfMask: 0xfffff000n,
};

export const F64: FloatFormat = {
  type: "f64",
  signed: "i64",
  unsigned: "u64",
  mantissa: 52,
  bias: 1023,
  magic: 1.5 * 2 ** 52,
  maxFinite: Number.MAX_VALUE,
  minNormal: 2 ** -1022,
  halfMask: 0xfffffffff8000000n,
};

/** A number in two parts, `hi` being the sum rounded. */
export interface Pair {
  readonly hi: Expr;
  readonly lo: Expr;
}

export class Kit {
  readonly b: IrBuilder;
  readonly f: FloatFormat;

  constructor(b: IrBuilder, type: FloatType) {
    this.b = b;
    this.f = type === "f32" ? F32 : F64;
  }

  /** Picks by the format. */
  pick<T>(f32: T, f64: T): T {
    return this.f.type === "f32" ? f32 : f64;
  }

  c(value: number): Expr {
    return this.b.constant(this.f.type, value);
  }
  /** x + y; a product among them is added with one rounding where the target has an instruction for that. */
  add(x: Expr, y: Expr | number): Expr {
    if (this.b.fuses) {
      if (typeof y !== "number" && isProduct(y)) return this.b.op("fma", y.args[0]!, y.args[1]!, x);
      if (isProduct(x)) return this.b.op("fma", x.args[0]!, x.args[1]!, this.number(y));
    }
    return this.plus(x, y);
  }
  sub(x: Expr | number, y: Expr | number): Expr {
    if (this.b.fuses) {
      if (typeof y !== "number" && isProduct(y)) {
        return this.b.op("fma", this.neg(y.args[0]!), y.args[1]!, this.number(x));
      }
      if (typeof x !== "number" && isProduct(x)) {
        return this.b.op("fma", x.args[0]!, x.args[1]!, typeof y === "number" ? this.c(-y) : this.neg(y));
      }
    }
    return this.minus(x, y);
  }
  /** x + y and x - y of rounded values, for formulas that know what rounding loses. */
  plus(x: Expr, y: Expr | number): Expr {
    return this.b.op("add", x, y);
  }
  minus(x: Expr | number, y: Expr | number): Expr {
    return this.b.op("sub", x, y);
  }
  number(x: Expr | number): Expr {
    return typeof x === "number" ? this.c(x) : x;
  }
  mul(x: Expr, y: Expr | number): Expr {
    return this.b.op("mul", x, y);
  }
  div(x: Expr | number, y: Expr | number): Expr {
    return this.b.op("div", x, y);
  }
  neg(x: Expr): Expr {
    return this.b.op("neg", x);
  }
  abs(x: Expr): Expr {
    return this.b.op("abs", x);
  }
  sqrt(x: Expr): Expr {
    return this.b.op("sqrt", x);
  }
  /** `size` with the sign of `sign`. */
  copysign(size: Expr | number, sign: Expr): Expr {
    return this.b.op("copysign", size, sign);
  }
  lt(x: Expr, y: Expr | number): Expr {
    return this.b.op("lt", x, y);
  }
  le(x: Expr, y: Expr | number): Expr {
    return this.b.op("le", x, y);
  }
  gt(x: Expr, y: Expr | number): Expr {
    return this.b.op("gt", x, y);
  }
  ge(x: Expr, y: Expr | number): Expr {
    return this.b.op("ge", x, y);
  }
  eq(x: Expr, y: Expr | number): Expr {
    return this.b.op("eq", x, y);
  }
  ne(x: Expr, y: Expr | number): Expr {
    return this.b.op("ne", x, y);
  }
  and(x: Expr, y: Expr): Expr {
    return this.b.op("and", x, y);
  }
  or(x: Expr, y: Expr): Expr {
    return this.b.op("or", x, y);
  }
  select(condition: Expr, x: Expr | number, y: Expr | number): Expr {
    const { type } = this.f;
    const lift = (v: Expr | number): Expr => (typeof v === "number" ? this.b.constant(type, v) : v);
    return this.b.op("select", condition, lift(x), lift(y));
  }
  /** The smaller of x and a number; NaN stays. One instruction where there is an asymmetric minimum. */
  atMost(x: Expr, bound: number): Expr {
    return this.select(this.b.op("lt", this.c(bound), x), bound, x);
  }
  /** The larger of x and a number; NaN stays. */
  atLeast(x: Expr, bound: number): Expr {
    return this.select(this.lt(x, bound), bound, x);
  }

  /** The bits as a signed integer. */
  bits(x: Expr): Expr {
    return this.b.bitcast(x, this.f.signed);
  }
  /** The float with these bits. */
  float(x: Expr): Expr {
    return this.b.bitcast(x, this.f.type);
  }
  /** A signed integer constant of the float's width. */
  int(value: bigint): Expr {
    const { signed } = this.f;
    return this.b.constant(signed, signed === "i32" ? Number(BigInt.asIntN(32, value)) : BigInt.asIntN(64, value));
  }
  /** An unsigned integer constant of the float's width. */
  uint(value: bigint): Expr {
    const { unsigned } = this.f;
    return this.b.constant(unsigned, unsigned === "u32" ? Number(value) : value);
  }
  iadd(x: Expr, y: Expr | bigint): Expr {
    return this.b.op("add", x, typeof y === "bigint" ? this.int(y) : y);
  }
  isub(x: Expr | bigint, y: Expr | bigint): Expr {
    const lift = (v: Expr | bigint): Expr => (typeof v === "bigint" ? this.int(v) : v);
    return this.b.op("sub", lift(x), lift(y));
  }
  iand(x: Expr, mask: bigint): Expr {
    return this.b.op("and", x, this.int(mask));
  }
  shl(x: Expr, count: number): Expr {
    return this.b.op("shl", x, count);
  }
  /** Arithmetic shift. */
  shr(x: Expr, count: number): Expr {
    return this.b.op("shr", x, count);
  }
  /** Logical shift. */
  ushr(x: Expr, count: number): Expr {
    const u = this.b.op("shr", this.b.bitcast(x, this.f.unsigned), count);
    return this.b.bitcast(u, this.f.signed);
  }
  /** The bits of a float constant. */
  bitsOf(value: number): bigint {
    return this.f.type === "f32"
      ? BigInt(new Int32Array(new Float32Array([value]).buffer)[0]!)
      : new BigInt64Array(new Float64Array([value]).buffer)[0]!;
  }
  /** The number with these bits. */
  numberOf(bits: bigint): number {
    return this.f.type === "f32"
      ? new Float32Array(new Int32Array([Number(BigInt.asIntN(32, bits))]).buffer)[0]!
      : new Float64Array(new BigInt64Array([BigInt.asIntN(64, bits)]).buffer)[0]!;
  }
  /** 2^n for the integer n in the low bits of `t` (see `FloatFormat.magic`), if that is a normal number. */
  powerOfTwo(t: Expr): Expr {
    return this.float(this.iadd(this.shl(this.bits(t), this.f.mantissa), this.bitsOf(1)));
  }
  /** The number without the lower half of its significand. */
  upper(x: Expr): Expr {
    if (x.kind === "const") return this.c(this.numberOf(this.bitsOf(Number(x.value)) & this.f.halfMask));
    return this.float(this.iand(this.bits(x), this.f.halfMask));
  }

  /** c0 + c1 v + c2 v^2 + ..., even and odd powers apart, which halves the chain of dependent instructions. */
  poly(v: Expr, coefficients: readonly number[], square?: Expr): Expr {
    if (coefficients.length <= 3) return this.horner(v, coefficients);
    const z = square ?? this.mul(v, v);
    const even = coefficients.filter((_, i) => i % 2 === 0);
    const odd = coefficients.filter((_, i) => i % 2 === 1);
    if (coefficients.length < 9) return this.add(this.mul(this.horner(z, odd), v), this.horner(z, even));
    const w = this.mul(z, z);
    return this.add(this.mul(this.poly(z, odd, w), v), this.poly(z, even, w));
  }
  horner(v: Expr, coefficients: readonly number[]): Expr {
    let sum = this.c(coefficients[coefficients.length - 1]!);
    for (let i = coefficients.length - 2; i >= 0; i--) sum = this.add(this.mul(sum, v), coefficients[i]!);
    return sum;
  }

  /** x + y exactly, where |x| >= |y| or x = 0. */
  fastSum(x: Expr, y: Expr): Pair {
    const hi = this.plus(x, y);
    return { hi, lo: this.minus(y, this.minus(hi, x)) };
  }
  /** x + y exactly. */
  sum(x: Expr, y: Expr): Pair {
    const hi = this.plus(x, y);
    const back = this.minus(hi, x);
    return { hi, lo: this.plus(this.minus(x, this.minus(hi, back)), this.minus(y, back)) };
  }
  /** x * y, exactly up to the square of the rounding unit. */
  product(x: Expr, y: Expr): Pair {
    const hi = this.mul(x, y);
    if (this.b.fuses) return { hi, lo: this.b.op("fma", x, y, this.neg(hi)) };
    const xh = this.upper(x);
    const xl = this.minus(x, xh);
    const yh = x === y ? xh : this.upper(y);
    const yl = x === y ? xl : this.minus(y, yh);
    const cross = this.plus(this.minus(this.mul(xh, yh), hi), this.mul(xh, yl));
    return { hi, lo: this.plus(this.plus(cross, this.mul(xl, yh)), this.mul(xl, yl)) };
  }
  /** x / y, to about twice the precision. */
  quotient(x: Pair, y: Pair): Pair {
    const hi = this.div(x.hi, y.hi);
    const product = this.product(hi, y.hi);
    const rest = this.minus(this.plus(this.minus(this.minus(x.hi, product.hi), product.lo), x.lo), this.mul(hi, y.lo));
    return { hi, lo: this.div(rest, y.hi) };
  }
}

function isProduct(e: Expr): e is Expr & { readonly kind: "op" } {
  return e.kind === "op" && e.op === "mul" && (e.type === "f32" || e.type === "f64");
}
