/** Pieces of IR that structural ops share: loop nests, element addresses, copies. */
import { isComplex, type DType } from "../dtype.ts";
import type { IrBuilder } from "../ir/build.ts";
import type { BlockArgs, ElementValue, Guard, Layout, LowerContext, Operand, Pull } from "../ir/lowered.ts";
import type { Expr, LoopMode, Stmt } from "../ir/node.ts";
import { scalarTypeOf } from "../scalar/scalarTypes.ts";
import type { IntegerAlgebra } from "./sizes.ts";

/** A number as element of a dtype. */
export function elementConstant(b: IrBuilder, dtype: DType, value: number): ElementValue {
  const part = b.constant(scalarTypeOf(dtype), dtype === "bool" ? value !== 0 : value);
  return isComplex(dtype) ? [part, b.constant(scalarTypeOf(dtype), 0)] : part;
}

/** `c ? x : y` on elements. */
export function selectElement(b: IrBuilder, c: Expr, x: ElementValue, y: ElementValue): ElementValue {
  if (isPair(x) && isPair(y)) return [b.select(c, x[0], y[0]), b.select(c, x[1], y[1])];
  return b.select(c, x as Expr, y as Expr);
}

export function isPair(x: ElementValue): x is readonly [Expr, Expr] {
  return Array.isArray(x);
}

/** Position of an element, in elements of the dtype. */
export function address(b: IrBuilder, layout: Layout, index: readonly Expr[]): Expr {
  return index.reduce((sum, i, axis) => b.add(sum, b.mul(i, layout.strides[axis]!)), layout.offset);
}

/** The element of an operand at an index. */
export function loadElement(b: IrBuilder, dtype: DType, from: Operand, index: readonly Expr[]): ElementValue {
  const at = address(b, from.layout, index);
  if (!isComplex(dtype)) return b.load(from.buffer, at);
  const slot = b.mul(at, 2);
  return [b.load(from.buffer, slot), b.load(from.buffer, b.add(slot, 1))];
}

/** Stores an element. */
export function storeElement(b: IrBuilder, to: Operand, index: readonly Expr[], value: ElementValue): Stmt[] {
  const at = address(b, to.layout, index);
  if (!isPair(value)) return [{ kind: "store", buffer: to.buffer, index: at, value }];
  const slot = b.mul(at, 2);
  return [
    { kind: "store", buffer: to.buffer, index: slot, value: value[0] },
    { kind: "store", buffer: to.buffer, index: b.add(slot, 1), value: value[1] },
  ];
}

/** The sum of two elements; float16 adds in float32. */
export function addElements(b: IrBuilder, dtype: DType, x: ElementValue, y: ElementValue): ElementValue {
  const plus = (p: Expr, q: Expr): Expr => {
    if (dtype === "bool") return b.or(p, q);
    if (dtype === "float16") return b.cast(b.add(b.cast(p, "f32"), b.cast(q, "f32")), "f16");
    return b.add(p, q);
  };
  if (isPair(x) && isPair(y)) return [plus(x[0], y[0]), plus(x[1], y[1])];
  return plus(x as Expr, y as Expr);
}

/**
 * A nest of loops over `sizes`, outermost first.
 * @param independent may iterations run in any order?
 */
export function loopNest(
  b: IrBuilder,
  sizes: readonly Expr[],
  body: (index: readonly Expr[]) => readonly Stmt[],
  independent = true,
): Stmt[] {
  const refs = sizes.map((_, axis) => b.ref("index", `i${axis}`));
  let stmts: readonly Stmt[] = body(refs);
  for (let axis = sizes.length - 1; axis >= 0; axis--) {
    const inner = axis === sizes.length - 1;
    const mode: LoopMode = !independent ? "serial" : inner ? "vector" : axis === 0 ? "parallel" : "serial";
    stmts = [{ kind: "for", ref: refs[axis]!, extent: sizes[axis]!, mode, body: stmts }];
  }
  return [...stmts];
}

/** Index arithmetic of the IR, for the rules written over `IntegerAlgebra`. */
export function irAlgebra(b: IrBuilder): IntegerAlgebra<Expr> {
  return {
    of: (value) => b.index(value),
    known: (v) => (v.kind === "const" ? Number(v.value) : null),
    nonNegative: (v) => v.kind === "const" && Number(v.value) >= 0,
    add: (x, y) => b.add(x, y),
    sub: (x, y) => b.sub(x, y),
    mul: (x, y) => b.mul(x, y),
    div: (x, y) => b.idiv(x, y),
    min: (x, y) => b.min(x, y),
    max: (x, y) => b.max(x, y),
    ifNegative: (v, negative, other) => b.select(b.lt(v, 0), negative, other),
  };
}

/** An integer scalar as an index expression, clipped to 32 bits so that it cannot wrap around. */
export function asIndex(b: IrBuilder, value: Expr): Expr {
  if (value.type === "index") return value;
  if (value.kind === "const") return b.index(Math.max(-LIMIT, Math.min(LIMIT, Number(value.value))));
  const wide = value.type === "i64" || value.type === "u64" || value.type === "u32";
  if (!wide) return b.cast(value, "index");
  if (value.kind === "cast" && value.arg.type === "index") return value.arg;
  const low = value.type === "i64" ? b.op("max", value, b.constant("i64", -LIMIT)) : value;
  return b.cast(b.op("min", low, b.constant(value.type, LIMIT)), "index");
}

const LIMIT = 2 ** 31 - 2;

/** Reads an integer scalar input of a block. */
export function scalarOperand(b: IrBuilder, from: Operand): Expr {
  const { buffer, layout } = from;
  if (buffer.data !== undefined) {
    const data = buffer.data as unknown as ArrayLike<number | bigint>;
    return b.index(Number(data[0]));
  }
  return asIndex(b, b.load(buffer, layout.offset));
}

/** `0 <= i < size` after counting negative `i` from the end; of any integer type. */
export function inRange(b: IrBuilder, i: Expr, size: Expr): Expr {
  if (isWide(i)) {
    const below = b.lt(i, b.cast(size, i.type));
    // Vectors of 64-bit integers are compared by one instruction for greater and by several for greater or equal.
    return i.type === "i64" ? b.and(below, b.gt(i, b.cast(b.sub(b.index(-1), size), i.type))) : below;
  }
  const at = asIndex(b, i);
  return b.and(b.lt(at, size), b.ge(at, b.neg(size)));
}

/** The position that an index means, which was found to be in range. */
export function wrapNegative(b: IrBuilder, i: Expr, size: Expr): Expr {
  // Nothing is lost where an index is converted that lies within the sizes.
  const at = isWide(i) ? b.cast(i, "index") : asIndex(b, i);
  if (at.kind === "const") return Number(at.value) < 0 ? b.add(size, at) : at;
  return b.select(b.lt(at, 0), b.add(at, size), at);
}

/** An integer that an index may not hold, and that is not a size itself. */
function isWide(i: Expr): boolean {
  return (i.type === "i64" || i.type === "u64") && i.kind !== "const" && !(i.kind === "cast" && i.arg.type === "index");
}

/** True for a condition that always holds. */
export function holdsAlways(cond: Expr): boolean {
  return cond.kind === "const" && cond.value === true;
}

/** Guards without those that always hold at index 0 of nothing. */
export function guard(cond: Expr, failure: number): Guard[] {
  return holdsAlways(cond) ? [] : [{ over: [], holds: () => cond, failure }];
}

/** The element of a real input at an index. */
export function pullReal(pull: Pull, input: number, index: readonly Expr[]): Expr {
  return pull(input, index) as Expr;
}

/** Requires a condition on sizes, unless it is known to hold. */
export function require(ctx: LowerContext, cond: Expr, message: string): void {
  if (!holdsAlways(cond)) ctx.check(cond, message);
}

/** Index into an operand that broadcasts against the last axes of `index`. */
export function broadcastIndex(b: IrBuilder, operandSizes: readonly (number | null)[], index: readonly Expr[]): Expr[] {
  const lead = index.length - operandSizes.length;
  return operandSizes.map((n, axis) => (n === 1 ? b.index(0) : index[lead + axis]!));
}

export type { BlockArgs, Operand };
