import { add, op, sub } from "./functionBuilder.ts";
import type { Callee, FunctionBuilder, Operand, ValueType } from "./functionBuilder.ts";
import type { ModuleBuilder } from "./moduleBuilder.ts";

/** Out-of-line functions of a module, each made when first asked for. */
export class Helpers {
  readonly #module: ModuleBuilder;
  readonly #made = new Map<string, Callee>();

  /** Whether large loops and products are offered to other threads. */
  readonly threads: boolean;

  constructor(module: ModuleBuilder, threads = false) {
    this.#module = module;
    this.threads = threads;
  }

  /** `(kernel, frame, end, chunk, work)`: 1 if rounds 0 to `end` of a kernel were done by several threads, 0 if nothing was done. */
  parallel(): Callee {
    return this.#module.import("parallel", ["i32", "i32", "i32", "i32", "f64"], ["i32"]);
  }

  /** Division rounded down, 0 for a zero divisor. */
  floorDivide(type: "i32" | "i64", signed: boolean): Callee {
    return this.#make(`idiv_${type}_${signed ? "s" : "u"}`, [type, type], [type], (f) =>
      signed ? signedDivision(f, type, "quotient") : unsignedDivision(f, type, "div_u"),
    );
  }

  /** The rest of the division rounded down: it has the sign of the divisor; 0 for a zero divisor. */
  floorModulo(type: "i32" | "i64", signed: boolean): Callee {
    return this.#make(`imod_${type}_${signed ? "s" : "u"}`, [type, type], [type], (f) =>
      signed ? signedDivision(f, type, "rest") : unsignedDivision(f, type, "rem_u"),
    );
  }

  /** The float32 value of 16 bits. */
  halfToFloat(): Callee {
    return this.#make("half_to_float", ["i32"], ["f32"], halfToFloat);
  }

  /** The bits of the float16 nearest to a double, rounded once. */
  doubleToHalf(): Callee {
    return this.#make("double_to_half", ["f64"], ["i32"], doubleToHalf);
  }

  /** A function of doubles that the host provides: `count` arguments. */
  host(name: string, count: number): Callee {
    return this.#module.import(`host:${name}`, Array<ValueType>(count).fill("f64"), ["f64"]);
  }

  /** The matrix product for a scalar type, from the device's library module. */
  gemm(name: string, scalar: ValueType): Callee {
    return this.#module.import(name, [...Array<ValueType>(12).fill("i32"), scalar, scalar]);
  }

  #make(
    name: string,
    params: readonly ValueType[],
    results: readonly ValueType[],
    write: (f: FunctionBuilder) => void,
  ): Callee {
    const known = this.#made.get(name);
    if (known !== undefined) return known;
    const f = this.#module.function(name, params, results);
    this.#made.set(name, f);
    write(f);
    return f;
  }
}

function constant(type: "i32" | "i64", value: number): Operand {
  return (f) => {
    if (type === "i32") f.i32(value);
    else f.i64(BigInt(value));
  };
}

function unsignedDivision(f: FunctionBuilder, type: "i32" | "i64", name: "div_u" | "rem_u"): void {
  const { a, b } = f.parameters("a", "b");
  f.choose(
    type,
    op(`${type}.eqz`, b),
    () => f.push(constant(type, 0)),
    () => f.op(`${type}.${name}`, a, b),
  );
}

function signedDivision(f: FunctionBuilder, type: "i32" | "i64", want: "quotient" | "rest"): void {
  const { a, b } = f.parameters("a", "b");
  const rest = f.local(type);
  f.if(op(`${type}.eqz`, b), () => f.return(constant(type, 0)));
  // The quotient by -1 of the smallest integer wraps; the division instruction would trap.
  f.if(op(`${type}.eq`, b, constant(type, -1)), () =>
    f.return(want === "quotient" ? op(`${type}.sub`, constant(type, 0), a) : constant(type, 0)),
  );
  f.set(rest, op(`${type}.rem_s`, a, b));
  const differs = op(`${type}.lt_s`, op(`${type}.xor`, rest, b), constant(type, 0));
  const adjust = op("i32.and", op(`${type}.ne`, rest, constant(type, 0)), differs);
  if (want === "rest") {
    f.op("select", op(`${type}.add`, rest, b), rest, adjust);
    return;
  }
  const quotient = op(`${type}.div_s`, a, b);
  const one: Operand = type === "i32" ? adjust : op("i64.extend_i32_u", adjust);
  f.op(`${type}.sub`, quotient, one);
}

/**
 * The exponent is moved by a multiplication with 2^112, which is exact and right for subnormal
 * numbers too; infinity and NaN get the largest exponent again.
 */
function halfToFloat(f: FunctionBuilder): void {
  const { bits } = f.parameters("bits");
  const size = f.local("i32");
  f.set(size, op("i32.shl", op("i32.and", bits, 0x7fff), 13));
  const scaled: Operand = (g) => {
    g.op("f32.reinterpret_i32", size)
      .f32(2 ** 112)
      .op("f32.mul")
      .op("i32.reinterpret_f32");
  };
  const special = op("i32.ge_u", size, 0x7c00 << 13);
  const exponent = op("select", 0x7f800000, 0, special);
  const sign = op("i32.shl", op("i32.and", bits, 0x8000), 16);
  f.op("f32.reinterpret_i32", op("i32.or", op("i32.or", scaled, exponent), sign));
}

/**
 * Normal numbers are rounded to even on their bits; those below 2^-14 by adding a number whose last
 * bit is worth 2^-24.
 */
function doubleToHalf(f: FunctionBuilder): void {
  const { value } = f.parameters("value");
  const { sign, result } = f.named("i32", "sign", "result");
  const { bits } = f.named("i64", "bits");
  const { size } = f.named("f64", "size");
  const magic = 1.5 * 2 ** 28;
  const f64 =
    (x: number): Operand =>
    (g) =>
      g.f64(x);
  const i64 =
    (x: bigint): Operand =>
    (g) =>
      g.i64(x);
  f.set(bits, op("i64.reinterpret_f64", value));
  f.set(sign, op("i32.and", op("i32.wrap_i64", op("i64.shr_u", bits, i64(48n))), 0x8000));
  f.set(size, op("f64.abs", value));
  f.if(op("f64.ne", value, value), () => f.return(op("i32.or", sign, 0x7e00)));
  f.if(op("f64.ge", size, f64(65520)), () => f.return(op("i32.or", sign, 0x7c00)));
  f.if(
    op("f64.lt", size, f64(2 ** -14)),
    () => {
      const rounded = op("f64.sub", op("f64.add", size, f64(magic)), f64(magic));
      f.set(result, op("i32.trunc_sat_f64_u", op("f64.mul", rounded, f64(2 ** 24))));
    },
    () => {
      const odd = op("i64.and", op("i64.shr_u", bits, i64(42n)), i64(1n));
      f.set(bits, op("i64.and", bits, i64(0x7fffffffffffffffn)));
      f.set(bits, op("i64.add", bits, op("i64.add", odd, i64((1n << 41n) - 1n))));
      const shifted = op("i32.wrap_i64", op("i64.shr_u", bits, i64(42n)));
      f.set(result, sub(shifted, (1023 - 15) << 10));
    },
  );
  f.push(add(result, sign));
}
