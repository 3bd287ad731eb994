/**
 * Evaluates an expression for many arguments at once, node by node over typed arrays. Storing into a Float32Array rounds once
 * and integer arrays wrap, which is just what the instructions mean; a bitcast is a view of the same bytes.
 */
import { scalarInstructions } from "../../src/ir/scalarInstructions.ts";
import type { Expr, Ref, ScalarType } from "../../src/ir/node.ts";

type Column =
  | Float32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | BigInt64Array<ArrayBuffer>
  | BigUint64Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>;

const CHUNK = 4096;

const ARRAYS: Partial<Record<ScalarType, new (n: number | ArrayBuffer) => Column>> = {
  f32: Float32Array as never,
  f64: Float64Array as never,
  i32: Int32Array as never,
  u32: Uint32Array as never,
  i64: BigInt64Array as never,
  u64: BigUint64Array as never,
  bool: Uint8Array as never,
};

function column(type: ScalarType, from: number | ArrayBuffer): Column {
  const make = ARRAYS[type];
  if (make === undefined) throw new Error(`evaluate: no columns of ${type}`);
  return new make(from);
}

/** The values of `e` for the columns of arguments; all of one length. */
export function evaluate(e: Expr, inputs: ReadonlyMap<Ref, Float32Array | Float64Array>): Column {
  const length = [...inputs.values()][0]!.length;
  const result = column(e.type, length);
  const order = topological(e);
  for (let start = 0; start < length; start += CHUNK) {
    const n = Math.min(CHUNK, length - start);
    const values = new Map<Expr, Column>();
    for (const node of order) values.set(node, compute(node, values, inputs, start, n));
    result.set(values.get(e)! as never, start);
  }
  return result;
}

/** Every node below `e`, arguments first. */
export function topological(e: Expr): readonly Expr[] {
  const seen = new Set<Expr>();
  const visit = (x: Expr): void => {
    if (seen.has(x)) return;
    for (const a of argumentsOf(x)) visit(a);
    seen.add(x);
  };
  visit(e);
  return [...seen];
}

function argumentsOf(x: Expr): readonly Expr[] {
  if (x.kind === "op") return x.args;
  return x.kind === "cast" || x.kind === "bitcast" ? [x.arg] : [];
}

function compute(
  x: Expr,
  values: ReadonlyMap<Expr, Column>,
  inputs: ReadonlyMap<Ref, Float32Array | Float64Array>,
  start: number,
  n: number,
): Column {
  switch (x.kind) {
    case "const":
      return column(x.type, n).fill(x.value as never) as Column;
    case "ref": {
      const source = inputs.get(x);
      if (source === undefined) throw new Error(`evaluate: ${x.name} has no values`);
      return source.slice(start, start + n) as Column;
    }
    case "bitcast":
      return column(x.type, values.get(x.arg)!.buffer);
    case "cast":
      return cast(values.get(x.arg)!, x.arg.type, x.type, n);
    case "op": {
      const out = column(x.type, n);
      operate(
        x.op,
        out,
        x.args.map((a) => values.get(a)!),
        n,
      );
      return out;
    }
    case "load":
      throw new Error("evaluate: loads are not part of decompositions");
  }
}

function cast(from: Column, fromType: ScalarType, type: ScalarType, n: number): Column {
  const out = column(type, n) as Float64Array;
  const a = from as Float64Array;
  const allowed =
    type[0] === "f" && (fromType[0] === "f" || fromType === "i32" || fromType === "u32" || fromType === "bool");
  if (!allowed) throw new Error(`evaluate: cast from ${fromType} to ${type} is not used by decompositions`);
  for (let i = 0; i < n; i++) out[i] = a[i]!;
  return out as Column;
}

const scratch = new DataView(new ArrayBuffer(8));

function withSign(size: number, sign: number): number {
  scratch.setFloat64(0, sign);
  const negative = scratch.getUint8(0) >= 128;
  return negative ? -Math.abs(size) : Math.abs(size);
}

function nearest(x: number): number {
  if (!(Math.abs(x) < 4503599627370496)) return x;
  // Of the size alone: a sum with both signs would keep halves above 2^51.
  return withSign(Math.abs(x) + 4503599627370496 - 4503599627370496, x);
}

// Columns of numbers and of bigints run through the same loops: the operators are the same.
function operate(op: string, column: Column, args: readonly Column[], n: number): void {
  const out = column as Float64Array;
  const [a, b, c] = args as readonly Float64Array[] as [Float64Array, Float64Array, Float64Array];
  switch (op) {
    case "add":
      for (let i = 0; i < n; i++) out[i] = a[i]! + b[i]!;
      return;
    case "sub":
      for (let i = 0; i < n; i++) out[i] = a[i]! - b[i]!;
      return;
    case "mul":
      if (out instanceof Int32Array || out instanceof Uint32Array) throw new Error("evaluate: integer product");
      for (let i = 0; i < n; i++) out[i] = a[i]! * b[i]!;
      return;
    case "div":
      for (let i = 0; i < n; i++) out[i] = a[i]! / b[i]!;
      return;
    case "fma": {
      const fma = scalarInstructions.fma.reference as (x: number, y: number, z: number) => number;
      for (let i = 0; i < n; i++) out[i] = fma(a[i]!, b[i]!, c[i]!);
      return;
    }
    case "neg":
      for (let i = 0; i < n; i++) out[i] = -a[i]!;
      return;
    case "abs":
      for (let i = 0; i < n; i++) out[i] = Math.abs(a[i]!);
      return;
    case "sqrt":
      for (let i = 0; i < n; i++) out[i] = Math.sqrt(a[i]!);
      return;
    case "floor":
      for (let i = 0; i < n; i++) out[i] = Math.floor(a[i]!);
      return;
    case "ceil":
      for (let i = 0; i < n; i++) out[i] = Math.ceil(a[i]!);
      return;
    case "trunc":
      for (let i = 0; i < n; i++) out[i] = Math.trunc(a[i]!);
      return;
    case "nearest":
      for (let i = 0; i < n; i++) out[i] = nearest(a[i]!);
      return;
    case "copysign":
      for (let i = 0; i < n; i++) out[i] = withSign(a[i]!, b[i]!);
      return;
    case "eq":
      for (let i = 0; i < n; i++) out[i] = Number(a[i] === b[i]);
      return;
    case "ne":
      for (let i = 0; i < n; i++) out[i] = Number(a[i] !== b[i]);
      return;
    case "lt":
      for (let i = 0; i < n; i++) out[i] = Number(a[i]! < b[i]!);
      return;
    case "le":
      for (let i = 0; i < n; i++) out[i] = Number(a[i]! <= b[i]!);
      return;
    case "gt":
      for (let i = 0; i < n; i++) out[i] = Number(a[i]! > b[i]!);
      return;
    case "ge":
      for (let i = 0; i < n; i++) out[i] = Number(a[i]! >= b[i]!);
      return;
    case "and":
      for (let i = 0; i < n; i++) out[i] = a[i]! & b[i]!;
      return;
    case "or":
      for (let i = 0; i < n; i++) out[i] = a[i]! | b[i]!;
      return;
    case "xor":
      for (let i = 0; i < n; i++) out[i] = a[i]! ^ b[i]!;
      return;
    case "not":
      not(column, args[0]!, n);
      return;
    case "shl":
      for (let i = 0; i < n; i++) out[i] = a[i]! << b[i]!;
      return;
    case "shr":
      if (column instanceof Uint32Array) for (let i = 0; i < n; i++) out[i] = a[i]! >>> b[i]!;
      else for (let i = 0; i < n; i++) out[i] = a[i]! >> b[i]!;
      return;
    case "select":
      for (let i = 0; i < n; i++) out[i] = a[i] ? b[i]! : c[i]!;
      return;
    default:
      throw new Error(`evaluate: ${op} is not a simple instruction`);
  }
}

function not(out: Column, arg: Column, n: number): void {
  const [o, a] = [out as Float64Array, arg as Float64Array];
  const logical = out instanceof Uint8Array;
  for (let i = 0; i < n; i++) o[i] = logical ? Number(!a[i]) : ~a[i]!;
}
