import { BYTES } from "../../ir/node.ts";
import type { ScalarType } from "../../ir/node.ts";
import { op } from "./functionBuilder.ts";
import type { FunctionBuilder, Local, Operand } from "./functionBuilder.ts";
import type { PlainOp } from "./opcodes.ts";
import { isFloat, isUnsigned } from "./scalarTypes.ts";

// Vector values keep each type in lanes of its own width; a loop that runs 2 iterations at a time
// uses the lowest 2 lanes of every vector. Bools are masks (all bits of a lane set or clear) whose
// lane width is that of what was compared.

/** Lane widths of masks, in bytes. */
export type MaskWidth = 1 | 2 | 4 | 8;

/** The lane shape of a type, as in the names of instructions. */
export function shapeOf(type: ScalarType): string {
  if (type === "f32" || type === "f64") return type === "f32" ? "f32x4" : "f64x2";
  return integerShape(BYTES[type] as MaskWidth);
}

/** The integer shape with lanes of some bytes. */
export function integerShape(bytes: MaskWidth): string {
  return { 1: "i8x16", 2: "i16x8", 4: "i32x4", 8: "i64x2" }[bytes];
}

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
const INTEGER: ReadonlySet<string> = new Set([
  "add",
  "sub",
  "mul",
  "neg",
  "abs",
  "min",
  "max",
  "and",
  "or",
  "xor",
  "not",
]);
const COMPARE: ReadonlySet<string> = new Set(["eq", "ne", "lt", "le", "gt", "ge"]);
const LOGIC: ReadonlySet<string> = new Set(["and", "or", "xor", "not", "eq", "ne"]);

/** Whether an instruction on operands of `type` has vector code; shifts are asked for apart. */
export function hasVectorOp(name: string, type: ScalarType): boolean {
  if (type === "f16") return false;
  if (name === "select") return true;
  if (type === "bool") return LOGIC.has(name);
  if (COMPARE.has(name)) return true;
  return isFloat(type) ? FLOAT.has(name) : INTEGER.has(name);
}

export function isComparison(name: string): boolean {
  return COMPARE.has(name);
}

/** Pushes a vector with a number in every lane. */
export function pushVectorConstant(f: FunctionBuilder, type: ScalarType, value: number | bigint | boolean): void {
  f.v128(constantBytes(type, value));
}

/** The 16 bytes of a vector with a number in every lane. */
export function constantBytes(type: ScalarType, value: number | bigint | boolean): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  const width = type === "bool" ? 1 : BYTES[type];
  for (let at = 0; at < 16; at += width) {
    if (type === "bool") view.setInt8(at, value === true ? -1 : 0);
    else if (type === "f64") view.setFloat64(at, Number(value), true);
    else if (type === "f32") view.setFloat32(at, Number(value), true);
    else if (width === 8) view.setBigInt64(at, BigInt.asIntN(64, BigInt(value)), true);
    else if (width === 4) view.setInt32(at, Number(value) | 0, true);
    else if (width === 2) view.setInt16(at, Number(value), true);
    else view.setInt8(at, Number(value));
  }
  return bytes;
}

/** Copies the scalar on the stack into all lanes. A bool becomes a mask of every lane width. */
export function splat(f: FunctionBuilder, type: ScalarType): void {
  if (type === "bool") {
    const bit = f.local("i32");
    f.set(bit);
    f.op("i8x16.splat", op("i32.sub", 0, bit));
    f.release(bit);
    return;
  }
  f.op(`${shapeOf(type)}.splat` as PlainOp);
}

function withTemps(f: FunctionBuilder, values: readonly Operand[], use: (...temps: Local[]) => void): void {
  const temps = values.map((value) => {
    const temp = f.local("v128");
    f.set(temp, value);
    return temp;
  });
  use(...temps);
  f.release(...temps);
}

/** Writes a vector instruction on operands of `type`; comparisons give masks of its width. */
export function vectorOp(f: FunctionBuilder, name: string, type: ScalarType, args: readonly Operand[]): void {
  if (type === "bool") logic(f, name, args);
  else if (COMPARE.has(name)) comparison(f, name, type, args);
  else if (isFloat(type)) floatOp(f, name, type, args);
  else integerOp(f, name, type, args);
}

function logic(f: FunctionBuilder, name: string, args: readonly Operand[]): void {
  if (name === "not") f.op("v128.not", ...args);
  else if (name === "ne" || name === "xor") f.op("v128.xor", ...args);
  else if (name === "eq") f.op("v128.not", op("v128.xor", ...args));
  else f.op(`v128.${name}` as PlainOp, ...args);
}

function comparison(f: FunctionBuilder, name: string, type: ScalarType, args: readonly Operand[]): void {
  const shape = shapeOf(type);
  if (isFloat(type) || name === "eq" || name === "ne") {
    f.op(`${shape}.${name}` as PlainOp, ...args);
  } else if (type === "u64") {
    // There are only signed comparisons of 64-bit lanes: move the range.
    const signBit: Operand = (g) => pushVectorConstant(g, "i64", -(2n ** 63n));
    f.op(`${shape}.${name}_s` as PlainOp, ...args.map((arg) => op("v128.xor", arg, signBit)));
  } else {
    f.op(`${shape}.${name}_${isUnsigned(type) ? "u" : "s"}` as PlainOp, ...args);
  }
}

function floatOp(f: FunctionBuilder, name: string, type: ScalarType, args: readonly Operand[]): void {
  if (name !== "copysign") {
    f.op(`${shapeOf(type)}.${name}` as PlainOp, ...args);
    return;
  }
  const [size, sign] = args as [Operand, Operand];
  f.op("v128.bitselect", sign, size, (g) => pushVectorConstant(g, type, -0));
}

function integerOp(f: FunctionBuilder, name: string, type: ScalarType, args: readonly Operand[]): void {
  const shape = shapeOf(type);
  const [a, b] = args as [Operand, Operand];
  switch (name) {
    case "and":
    case "or":
    case "xor":
    case "not":
      f.op(`v128.${name}`, ...args);
      return;
    case "abs":
      if (isUnsigned(type)) f.push(a);
      else f.op(`${shape}.abs` as PlainOp, a);
      return;
    case "mul":
      if (BYTES[type] === 1) multiplyBytes(f, a, b);
      else f.op(`${shape}.mul` as PlainOp, a, b);
      return;
    case "min":
    case "max":
      extremum(f, name, type, a, b);
      return;
    default:
      f.op(`${shape}.${name}` as PlainOp, ...args);
  }
}

/** Even and odd bytes are multiplied apart, in lanes of 16 bits. */
function multiplyBytes(f: FunctionBuilder, a: Operand, b: Operand): void {
  withTemps(f, [a, b], (x, y) => {
    const high = (v: Operand): Operand => op("i16x8.shr_u", v, 8);
    const lowMask: Operand = (g) => pushVectorConstant(g, "i16", 0xff);
    const even = op("v128.and", op("i16x8.mul", x as Local, y as Local), lowMask);
    const odd = op("i16x8.shl", op("i16x8.mul", high(x as Local), high(y as Local)), 8);
    f.op("v128.or", even, odd);
  });
}

function extremum(f: FunctionBuilder, name: "min" | "max", type: ScalarType, a: Operand, b: Operand): void {
  if (BYTES[type] < 8) {
    f.op(`${shapeOf(type)}.${name}_${isUnsigned(type) ? "u" : "s"}` as PlainOp, a, b);
    return;
  }
  withTemps(f, [a, b], (x, y) => {
    f.push(x as Local, y as Local);
    comparison(f, name === "min" ? "lt" : "gt", type, [x as Local, y as Local]);
    f.op("v128.bitselect");
  });
}

/** A shift by a constant count; past the width 0 or the sign. */
export function vectorShift(
  f: FunctionBuilder,
  name: "shl" | "shr",
  type: ScalarType,
  value: Operand,
  count: number,
): void {
  const bits = BYTES[type] * 8;
  const signed = name === "shr" && !isUnsigned(type);
  if ((count < 0 || count >= bits) && !signed) {
    pushVectorConstant(f, type, 0);
    return;
  }
  const inRange = count < 0 || count >= bits ? bits - 1 : count;
  const suffix = name === "shl" ? "shl" : signed ? "shr_s" : "shr_u";
  f.op(`${shapeOf(type)}.${suffix}` as PlainOp, value, inRange);
}

/** Changes the lane width of the mask on the stack. */
export function convertMask(f: FunctionBuilder, from: MaskWidth, to: MaskWidth): void {
  for (let width = from; width < to; width = (width * 2) as MaskWidth) widen(f, width, true);
  for (let width = from; width > to; width = (width / 2) as MaskWidth) narrow(f, width);
}

/** Doubles the width of the lowest integer lanes. */
function widen(f: FunctionBuilder, width: MaskWidth, signed: boolean): void {
  const [source, target] = [integerShape(width), integerShape((width * 2) as MaskWidth)];
  f.op(`${target}.extend_low_${source}_${signed ? "s" : "u"}` as PlainOp);
}

/** Halves the width of integer lanes, keeping their low bits. */
function narrow(f: FunctionBuilder, width: MaskWidth): void {
  const half = width / 2;
  const bytes = Array.from({ length: 16 }, (_, i) => {
    const lane = Math.floor(i / half) % (16 / width);
    return lane * width + (i % half);
  });
  const value = f.local("v128");
  f.set(value).shuffle(bytes, value, value);
  f.release(value);
}

/** Whether a conversion of lanes has vector code (masks and bools are converted apart). */
export function hasVectorCast(from: ScalarType, to: ScalarType): boolean {
  if (from === "f16" || to === "f16") return false;
  return !(isFloat(from) && BYTES[to] === 8 && !isFloat(to));
}

/** Converts the lanes of the vector on the stack. */
export function vectorCast(f: FunctionBuilder, from: ScalarType, to: ScalarType): void {
  if (isFloat(from)) {
    if (isFloat(to)) {
      if (from !== to) f.op(to === "f64" ? "f64x2.promote_low_f32x4" : "f32x4.demote_f64x2_zero");
    } else {
      floatToInteger(f, from, to);
    }
  } else if (isFloat(to)) {
    integerToFloat(f, from, to);
  } else {
    integerToInteger(f, from, to);
  }
}

function integerToInteger(f: FunctionBuilder, from: ScalarType, to: ScalarType): void {
  const [source, target] = [BYTES[from] as MaskWidth, BYTES[to] as MaskWidth];
  for (let width = source; width < target; width = (width * 2) as MaskWidth) {
    widen(f, width, !isUnsigned(from));
  }
  for (let width = source; width > target; width = (width / 2) as MaskWidth) narrow(f, width);
}

function floatToInteger(f: FunctionBuilder, from: ScalarType, to: ScalarType): void {
  const wide: ScalarType = to === "u32" ? "u32" : "i32";
  const sign = wide === "u32" ? "u" : "s";
  if (from === "f32") f.op(`i32x4.trunc_sat_f32x4_${sign}`);
  else f.op(`i32x4.trunc_sat_f64x2_${sign}_zero`);
  if (BYTES[to] === 4) return;
  const bits = BYTES[to] * 8;
  const [low, high] = isUnsigned(to) ? [0, 2 ** bits - 1] : [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1];
  pushVectorConstant(f, "i32", high);
  f.op("i32x4.min_s");
  pushVectorConstant(f, "i32", low);
  f.op("i32x4.max_s");
  integerToInteger(f, "i32", to);
}

function integerToFloat(f: FunctionBuilder, from: ScalarType, to: ScalarType): void {
  const sign = isUnsigned(from) ? "u" : "s";
  if (BYTES[from] === 8) {
    wideToDouble(f, sign);
    if (to === "f32") f.op("f32x4.demote_f64x2_zero");
    return;
  }
  integerToInteger(f, from, isUnsigned(from) ? "u32" : "i32");
  if (to === "f32") f.op(`f32x4.convert_i32x4_${sign}`);
  else f.op(`f64x2.convert_low_i32x4_${sign}`);
}

/** high 2^32 + low: both parts are exact, so the sum is rounded once. */
function wideToDouble(f: FunctionBuilder, sign: "s" | "u"): void {
  const value = f.local("v128");
  f.set(value);
  const half = (start: number): number[] =>
    Array.from({ length: 16 }, (_, i) => (Math.floor(i / 4) % 2) * 8 + start + (i % 4));
  f.shuffle(half(4), value, value).op(`f64x2.convert_low_i32x4_${sign}`);
  pushVectorConstant(f, "f64", 2 ** 32);
  f.op("f64x2.mul");
  f.shuffle(half(0), value, value).op("f64x2.convert_low_i32x4_u").op("f64x2.add");
  f.release(value);
}
