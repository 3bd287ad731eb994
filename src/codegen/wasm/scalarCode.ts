import { CompileError } from "../../errors.ts";
import { BYTES } from "../../ir/node.ts";
import type { ScalarType } from "../../ir/node.ts";
import type { FunctionBuilder, Local, Operand } from "./functionBuilder.ts";
import { op } from "./functionBuilder.ts";
import type { Helpers } from "./helpers.ts";
import type { PlainOp } from "./opcodes.ts";
import { isFloat, isSmall, isUnsigned, REGISTER } from "./scalarTypes.ts";

/** Where scalar code is written. */
export interface CodeContext {
  readonly f: FunctionBuilder;
  readonly helpers: Helpers;
}

const COMPARE: Readonly<Record<string, string>> = {
  eq: "eq",
  ne: "ne",
  lt: "lt",
  le: "le",
  gt: "gt",
  ge: "ge",
};

const FLOAT: ReadonlySet<string> = new Set([
  "add",
  "sub",
  "mul",
  "div",
  "min",
  "max",
  "neg",
  "abs",
  "sqrt",
  "floor",
  "ceil",
  "trunc",
  "nearest",
  "copysign",
]);

const INTEGER: Readonly<Record<string, string>> = {
  add: "add",
  sub: "sub",
  mul: "mul",
  and: "and",
  or: "or",
  xor: "xor",
};

/** Pushes a literal of a scalar type. */
export function pushConstant(f: FunctionBuilder, type: ScalarType, value: number | bigint | boolean): void {
  switch (REGISTER[type]) {
    case "i32":
      f.i32(Number(value) | 0);
      return;
    case "i64":
      f.i64(BigInt(value));
      return;
    case "f32":
      f.f32(Number(value));
      return;
    default:
      f.f64(Number(value));
  }
}

/** Writes one instruction on scalars of `type`; `select` and comparisons included. */
export function scalarOp(context: CodeContext, name: string, type: ScalarType, args: readonly Operand[]): void {
  const { f } = context;
  if (name === "select") {
    const [condition, yes, no] = args as [Operand, Operand, Operand];
    f.op("select", yes, no, condition);
    return;
  }
  const register = REGISTER[type];
  if (name in COMPARE) {
    const suffix = isFloat(type) || name === "eq" || name === "ne" ? "" : isUnsigned(type) ? "_u" : "_s";
    f.op(`${register}.${COMPARE[name]}${suffix}` as PlainOp, ...args);
  } else if (isFloat(type)) {
    floatOp(context, name, type, args);
  } else {
    integerOp(context, name, type, args);
  }
}

function floatOp(context: CodeContext, name: string, type: ScalarType, args: readonly Operand[]): void {
  const { f, helpers } = context;
  const register = REGISTER[type];
  if (FLOAT.has(name)) {
    f.op(`${register}.${name}` as PlainOp, ...args);
    return;
  }
  // The rest is not the business of a processor: the host computes it in double precision.
  for (const arg of args) {
    f.push(arg);
    if (register === "f32") f.op("f64.promote_f32");
  }
  f.call(helpers.host(name, args.length));
  if (register === "f32") f.op("f32.demote_f64");
}

function integerOp(context: CodeContext, name: string, type: ScalarType, args: readonly Operand[]): void {
  const { f, helpers } = context;
  const register = REGISTER[type] as "i32" | "i64";
  const [a, b] = args as [Operand, Operand];
  const zero: Operand = (g) => pushConstant(g, type, 0);
  if (name in INTEGER) f.op(`${register}.${INTEGER[name]}` as PlainOp, a, b);
  else if (name === "not" && type === "bool") f.op("i32.eqz", a);
  else if (name === "not") f.op(`${register}.xor`, a, (g) => pushConstant(g, type, -1));
  else if (name === "neg") f.op(`${register}.sub`, zero, a);
  else if (name === "abs") absolute(f, type, a);
  else if (name === "min" || name === "max") extremum(f, name, type, a, b);
  else if (name === "idiv") f.push(a, b).call(helpers.floorDivide(register, !isUnsigned(type)));
  else if (name === "imod") f.push(a, b).call(helpers.floorModulo(register, !isUnsigned(type)));
  else if (name === "shl" || name === "shr") shift(f, name, type, a, b);
  else throw new CompileError(`The WebAssembly target has no ${name} of ${type}.`);
  normalize(f, type);
}

/** Brings the value on the stack back into the range of a small integer type. */
export function normalize(f: FunctionBuilder, type: ScalarType): void {
  if (!isSmall(type)) return;
  if (isUnsigned(type)) f.i32(type === "u8" ? 0xff : 0xffff).op("i32.and");
  else f.op(type === "i8" ? "i32.extend8_s" : "i32.extend16_s");
}

function withTemps(
  f: FunctionBuilder,
  type: ScalarType,
  values: readonly Operand[],
  use: (...temps: Local[]) => void,
): void {
  const temps = values.map((value) => {
    const temp = f.local(REGISTER[type]);
    f.set(temp, value);
    return temp;
  });
  use(...temps);
  f.release(...temps);
}

function absolute(f: FunctionBuilder, type: ScalarType, a: Operand): void {
  if (isUnsigned(type)) {
    f.push(a);
    return;
  }
  const register = REGISTER[type] as "i32" | "i64";
  withTemps(f, type, [a], (x) => {
    const zero: Operand = (g) => pushConstant(g, type, 0);
    const negative = op(`${register}.lt_s`, x as Local, zero);
    f.op("select", op(`${register}.sub`, zero, x as Local), x as Local, negative);
  });
}

function extremum(f: FunctionBuilder, name: "min" | "max", type: ScalarType, a: Operand, b: Operand): void {
  const register = REGISTER[type] as "i32" | "i64";
  const compare = `${register}.${name === "min" ? "lt" : "gt"}_${isUnsigned(type) ? "u" : "s"}` as PlainOp;
  withTemps(f, type, [a, b], (x, y) => {
    f.op("select", x as Local, y as Local, op(compare, x as Local, y as Local));
  });
}

/** Shifts by the width or more give 0, or the sign for signed right shifts. */
function shift(f: FunctionBuilder, name: "shl" | "shr", type: ScalarType, a: Operand, b: Operand): void {
  const register = REGISTER[type] as "i32" | "i64";
  const bits = BYTES[type] * 8;
  const instruction = `${register}.${name === "shl" ? "shl" : isUnsigned(type) ? "shr_u" : "shr_s"}` as PlainOp;
  const signed = name === "shr" && !isUnsigned(type);
  withTemps(f, type, [a, b], (x, count) => {
    const inRange = op(`${register}.lt_u`, count as Local, (g) => pushConstant(g, type, bits));
    const past: Operand = signed
      ? op(instruction, x as Local, (g) => pushConstant(g, type, bits - 1))
      : (g) => pushConstant(g, type, 0);
    f.op("select", op(instruction, x as Local, count as Local), past, inRange);
  });
}

/** Converts the value on the stack from one type to another. */
export function scalarCast(context: CodeContext, from: ScalarType, to: ScalarType): void {
  const { f } = context;
  if (from === to) return;
  if (to === "bool") {
    castToBool(f, from);
  } else if (isFloat(from)) {
    if (isFloat(to)) castFloat(context, from, to);
    else castFloatToInteger(f, from, to);
  } else if (isFloat(to)) {
    castIntegerToFloat(context, from, to);
  } else {
    castInteger(f, from, to);
  }
}

function castToBool(f: FunctionBuilder, from: ScalarType): void {
  pushConstant(f, from, 0);
  f.op(`${REGISTER[from]}.ne` as PlainOp);
}

function castFloat(context: CodeContext, from: ScalarType, to: ScalarType): void {
  const { f } = context;
  if (to === "f16") {
    if (from === "f32") f.op("f64.promote_f32");
    f.call(context.helpers.doubleToHalf()).call(context.helpers.halfToFloat());
  } else if (to === "f64") {
    f.op("f64.promote_f32");
  } else if (from === "f64") {
    f.op("f32.demote_f64");
  }
}

/** Saturates; NaN gives 0. */
function castFloatToInteger(f: FunctionBuilder, from: ScalarType, to: ScalarType): void {
  const register = REGISTER[to] as "i32" | "i64";
  const unsigned = isUnsigned(to) && !isSmall(to);
  f.op(`${register}.trunc_sat_${REGISTER[from]}_${unsigned ? "u" : "s"}` as PlainOp);
  if (!isSmall(to)) return;
  const bits = BYTES[to] * 8;
  const [low, high] = isUnsigned(to) ? [0, 2 ** bits - 1] : [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1];
  const value = f.local("i32");
  f.set(value);
  f.set(value, op("select", value, high, op("i32.lt_s", value, high)));
  f.op("select", value, low, op("i32.gt_s", value, low));
  f.release(value);
}

/** Through a double, which rounds 64-bit integers; float32 is then rounded from it. */
function castIntegerToFloat(context: CodeContext, from: ScalarType, to: ScalarType): void {
  const { f } = context;
  f.op(`f64.convert_${REGISTER[from]}_${isUnsigned(from) ? "u" : "s"}` as PlainOp);
  if (to === "f32") f.op("f32.demote_f64");
  if (to === "f16") f.call(context.helpers.doubleToHalf()).call(context.helpers.halfToFloat());
}

function castInteger(f: FunctionBuilder, from: ScalarType, to: ScalarType): void {
  const [source, target] = [REGISTER[from], REGISTER[to]];
  if (source === "i32" && target === "i64") {
    f.op(isUnsigned(from) ? "i64.extend_i32_u" : "i64.extend_i32_s");
  } else if (source === "i64" && target === "i32") {
    f.op("i32.wrap_i64");
  }
  normalize(f, to);
}

/** Reads the bits of the value on the stack as another type of the same width. */
export function scalarBitcast(context: CodeContext, from: ScalarType, to: ScalarType): void {
  const { f, helpers } = context;
  if (from === "f16" && to !== "f16") f.op("f64.promote_f32").call(helpers.doubleToHalf());
  if (to === "f16") {
    if (from !== "f16") f.call(helpers.halfToFloat());
    return;
  }
  const [source, target] = [from === "f16" ? "i32" : REGISTER[from], REGISTER[to]];
  if (source !== target) f.op(`${target}.reinterpret_${source}` as PlainOp);
  if (to === "bool") castToBool(f, "i32");
  else normalize(f, to);
}
