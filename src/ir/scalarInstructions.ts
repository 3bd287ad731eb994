/**
 * THE table of scalar instructions: what they are called, what they take and give, and what they mean. Every
 * interpreter, folder and test asks here; targets render each row or have it decomposed.
 */
import { special } from "./reference.ts";
import type { ScalarType } from "./node.ts";

/** Which operand types an instruction accepts. */
export type OperandKind = "number" | "float" | "integer" | "bits" | "any";

/** A value of a scalar in JavaScript. */
export type ScalarValue = number | bigint | boolean;

export interface Instruction {
  readonly arity: 1 | 2 | 3;
  readonly operands: OperandKind;
  /** `same`: the type of the operands; `bool`: a comparison. */
  readonly result: "same" | "bool";
  readonly commutative?: boolean;
  /** Rough cost in additions. */
  readonly cost: number;
  /** Targets may lack it; `decompose/` gives it as simpler instructions. */
  readonly decomposed?: boolean;
  /** On numbers, in double precision; results are then rounded to the type. Integers of 64 bits come as bigint. */
  readonly reference: (...args: never[]) => ScalarValue;
}

type N = number;
const num = (f: (...args: N[]) => N | boolean): Instruction["reference"] => f as Instruction["reference"];

/** Reads exactly right for both numbers and bigints. */
const generic = (f: (a: N, b: N) => N | boolean): Instruction["reference"] => f as Instruction["reference"];

function compare(f: (a: N, b: N) => boolean): Instruction {
  return { arity: 2, operands: "any", result: "bool", cost: 1, reference: generic(f) };
}

function arithmetic(f: (a: N, b: N) => N, cost: number, commutative = false): Instruction {
  return { arity: 2, operands: "number", result: "same", cost, commutative, reference: generic(f) };
}

function rounding(f: (x: N) => N): Instruction {
  return { arity: 1, operands: "float", result: "same", cost: 1, reference: num(f as never) };
}

function transcendental(f: (...args: N[]) => N, cost: number, arity: 1 | 2 = 1): Instruction {
  return { arity, operands: "float", result: "same", cost, decomposed: true, reference: num(f) };
}

function bitwise(f: (a: N, b: N) => N): Instruction {
  const both = (a: unknown, b: unknown): ScalarValue =>
    typeof a === "boolean" ? f(Number(a), Number(b)) !== 0 : f(a as N, b as N);
  return { arity: 2, operands: "bits", result: "same", cost: 1, commutative: true, reference: both as never };
}

/** Python's floor division on numbers or bigints; 0 for a zero divisor. */
function floorDivide(a: N, b: N): N {
  if (typeof a === "bigint") {
    const x = a as bigint;
    const y = b as unknown as bigint;
    if (y === 0n) return 0n as unknown as N;
    const q = x / y;
    return (x % y !== 0n && x < 0n !== y < 0n ? q - 1n : q) as unknown as N;
  }
  return b === 0 ? 0 : Math.floor(a / b);
}

function floorModulo(a: N, b: N): N {
  if (typeof a === "bigint") {
    const y = b as unknown as bigint;
    if (y === 0n) return 0n as unknown as N;
    const r = (a as bigint) % y;
    return (r !== 0n && r < 0n !== y < 0n ? r + y : r) as unknown as N;
  }
  if (b === 0) return 0;
  const r = a % b;
  return r !== 0 && r < 0 !== b < 0 ? r + b : r;
}

/** NumPy's remainder of floats: the sign of the divisor, signed zeros included. */
function floatModulo(a: N, b: N): N {
  const r = a % b;
  if (r === 0) return b < 0 || Object.is(b, -0) ? -0 : 0;
  return r < 0 !== b < 0 ? r + b : r;
}

function roundHalfEven(x: N): N {
  if (!Number.isFinite(x) || Math.abs(x) >= 4503599627370496) return x;
  const r = Math.round(x);
  const even = Math.abs(x - Math.trunc(x)) === 0.5 && r % 2 !== 0 ? r - 1 : r;
  return even === 0 && (x < 0 || Object.is(x, -0)) ? -0 : even;
}

function minimum(a: N, b: N): N {
  if (typeof a !== "number") return a < b ? a : b;
  return Number.isNaN(a) || Number.isNaN(b) ? NaN : Math.min(a, b);
}

function maximum(a: N, b: N): N {
  if (typeof a !== "number") return a > b ? a : b;
  return Number.isNaN(a) || Number.isNaN(b) ? NaN : Math.max(a, b);
}

/** Shifts past the width give 0, or the sign for signed right shifts; see `width` in the interpreter. */
function shiftLeft(a: N, b: N): N {
  if (typeof a === "bigint") {
    const n = b as unknown as bigint;
    return (n < 0n || n >= 64n ? 0n : (a as bigint) << n) as unknown as N;
  }
  return b < 0 || b >= 32 ? 0 : Number(BigInt.asIntN(64, BigInt(a) << BigInt(b)));
}

function shiftRight(a: N, b: N): N {
  if (typeof a === "bigint") {
    const n = b as unknown as bigint;
    const x = a as bigint;
    return (n < 0n || n >= 64n ? (x < 0n ? -1n : 0n) : x >> n) as unknown as N;
  }
  return b < 0 || b >= 32 ? (a < 0 ? -1 : 0) : Math.floor(a / 2 ** b);
}

function complement(a: unknown): ScalarValue {
  if (typeof a === "boolean") return !a;
  return typeof a === "bigint" ? ~a : -(a as number) - 1;
}

function copySign(a: N, b: N): N {
  const negative = b < 0 || Object.is(b, -0);
  return negative ? -Math.abs(a) : Math.abs(a);
}

/** The names of all instructions. */
export type InstructionName =
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "idiv"
  | "imod"
  | "mod"
  | "min"
  | "max"
  | "neg"
  | "abs"
  | "fma"
  | "sqrt"
  | "floor"
  | "ceil"
  | "trunc"
  | "nearest"
  | "copysign"
  | "eq"
  | "ne"
  | "lt"
  | "le"
  | "gt"
  | "ge"
  | "and"
  | "or"
  | "xor"
  | "not"
  | "shl"
  | "shr"
  | "select"
  | "exp"
  | "exp2"
  | "expm1"
  | "log"
  | "log2"
  | "log10"
  | "log1p"
  | "sin"
  | "cos"
  | "tan"
  | "asin"
  | "acos"
  | "atan"
  | "atan2"
  | "sinh"
  | "cosh"
  | "tanh"
  | "asinh"
  | "acosh"
  | "atanh"
  | "pow"
  | "erf"
  | "erfc"
  | "erfinv"
  | "lgamma"
  | "digamma"
  | "trigamma"
  | "sigmoid"
  | "softplus";

export const scalarInstructions: Readonly<Record<InstructionName, Instruction>> = {
  add: arithmetic((a, b) => a + b, 1, true),
  sub: arithmetic((a, b) => a - b, 1),
  mul: arithmetic((a, b) => a * b, 1, true),
  div: { ...arithmetic((a, b) => a / b, 4), operands: "float" },
  idiv: { ...arithmetic(floorDivide, 8), operands: "integer" },
  imod: { ...arithmetic(floorModulo, 8), operands: "integer" },
  mod: { ...arithmetic(floatModulo, 20), operands: "float", decomposed: true },
  min: arithmetic(minimum, 1, true),
  max: arithmetic(maximum, 1, true),
  neg: { arity: 1, operands: "number", result: "same", cost: 1, reference: num((a) => -a!) },
  abs: {
    arity: 1,
    operands: "number",
    result: "same",
    cost: 1,
    reference: num((a) => (typeof a === "bigint" ? ((a < 0n ? -(a as bigint) : a) as unknown as N) : Math.abs(a!))),
  },
  fma: { arity: 3, operands: "float", result: "same", cost: 1, reference: num((a, b, c) => special.fma(a!, b!, c!)) },
  sqrt: { ...rounding(Math.sqrt), cost: 6 },
  floor: rounding(Math.floor),
  ceil: rounding(Math.ceil),
  trunc: rounding(Math.trunc),
  nearest: rounding(roundHalfEven),
  copysign: { ...arithmetic(copySign, 2), operands: "float" },
  eq: { ...compare((a, b) => a === b), commutative: true },
  ne: { ...compare((a, b) => a !== b), commutative: true },
  lt: compare((a, b) => a < b),
  le: compare((a, b) => a <= b),
  gt: compare((a, b) => a > b),
  ge: compare((a, b) => a >= b),
  and: bitwise((a, b) => (typeof a === "bigint" ? a & b : Number(BigInt(a) & BigInt(b)))),
  or: bitwise((a, b) => (typeof a === "bigint" ? a | b : Number(BigInt(a) | BigInt(b)))),
  xor: bitwise((a, b) => (typeof a === "bigint" ? a ^ b : Number(BigInt(a) ^ BigInt(b)))),
  not: { arity: 1, operands: "bits", result: "same", cost: 1, reference: complement as never },
  shl: { ...arithmetic(shiftLeft, 1), operands: "integer" },
  shr: { ...arithmetic(shiftRight, 1), operands: "integer" },
  /** select(condition, whenTrue, whenFalse); the condition is a bool. */
  select: {
    arity: 3,
    operands: "any",
    result: "same",
    cost: 1,
    reference: ((c: boolean, a: ScalarValue, b: ScalarValue) => (c ? a : b)) as never,
  },
  exp: transcendental(Math.exp, 16),
  exp2: transcendental((x) => 2 ** x!, 16),
  expm1: transcendental(Math.expm1, 20),
  log: transcendental(Math.log, 20),
  log2: transcendental(Math.log2, 22),
  log10: transcendental(Math.log10, 22),
  log1p: transcendental(Math.log1p, 24),
  sin: transcendental(Math.sin, 20),
  cos: transcendental(Math.cos, 20),
  tan: transcendental(Math.tan, 30),
  asin: transcendental(Math.asin, 30),
  acos: transcendental(Math.acos, 30),
  atan: transcendental(Math.atan, 24),
  atan2: transcendental(Math.atan2, 30, 2),
  sinh: transcendental(Math.sinh, 30),
  cosh: transcendental(Math.cosh, 30),
  tanh: transcendental(Math.tanh, 22),
  asinh: transcendental(Math.asinh, 40),
  acosh: transcendental(Math.acosh, 40),
  atanh: transcendental(Math.atanh, 36),
  pow: transcendental(special.pow, 60, 2),
  erf: transcendental(special.erf, 40),
  erfc: transcendental(special.erfc, 50),
  erfinv: transcendental(special.erfinv, 50),
  lgamma: transcendental(special.lgamma, 80),
  digamma: transcendental(special.digamma, 60),
  trigamma: transcendental(special.trigamma, 60),
  sigmoid: transcendental(special.sigmoid, 20),
  softplus: transcendental(special.softplus, 40),
};

/** The row of an instruction. */
export function instruction(name: InstructionName): Instruction {
  return scalarInstructions[name];
}

export const isFloatType: (t: ScalarType) => boolean = (t) => t === "f16" || t === "f32" || t === "f64";
export const isIntegerType: (t: ScalarType) => boolean = (t) => t !== "bool" && !isFloatType(t);
export const isWide: (t: ScalarType) => boolean = (t) => t === "i64" || t === "u64";
export const isUnsigned: (t: ScalarType) => boolean = (t) => t[0] === "u";

/** Width in bits of an integer type; 53 for index, which is kept exact in a double. */
export const BITS: Readonly<Record<ScalarType, number>> = {
  bool: 1,
  i8: 8,
  u8: 8,
  i16: 16,
  u16: 16,
  i32: 32,
  u32: 32,
  i64: 64,
  u64: 64,
  f16: 16,
  f32: 32,
  f64: 64,
  index: 53,
};
