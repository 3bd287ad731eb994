/** Selections by function: take, nonzero, diagonals. */
import { readElement, writeElement } from "../../array/element.ts";
import { offsetsOf } from "../../array/layout.ts";
import { NdArray } from "../../array/ndArray.ts";
import { isDiscrete } from "../../dtype.ts";
import { ArgumentError, AxisError, RankError, ValueError } from "../../errors.ts";
import { Apply } from "../../graph/apply.ts";
import { Op, type InputGradient } from "../../graph/op.ts";
import type { Variable } from "../../graph/variable.ts";
import type { Layout, LowerContext, Lowered } from "../../ir/lowered.ts";
import type { Expr } from "../../ir/node.ts";
import { asTensor } from "../constant.ts";
import { normalizeAxisOf } from "../dimshuffle.ts";
import { elementConstant, irAlgebra, selectElement } from "../loops.ts";
import { clip, mod, neq, sub } from "../math.ts";
import { operand, shapeI, shape as shapeOf } from "../shape.ts";
import { knownSize, markNonNegative, numberAlgebra, sizeAlgebra, sizeConstant, type IntegerAlgebra } from "../sizes.ts";
import { stack } from "../stack.ts";
import { ravel } from "../reshape.ts";
import { tensorType } from "../type.ts";
import type { TensorLike, TensorVariable } from "../variable.ts";
import { at, type Index, type NestedIndex } from "./indexing.ts";
import { nonzeroIndices } from "./nonzero.ts";
import type { DiagRank, TakenRank } from "../functionTyping.ts";
import type { Less } from "../ranks.ts";
import type { DTypeOf, RankOf } from "../typing.ts";

export interface TakeOptions {
  /** Default: the elements of x in C order. */
  readonly axis?: number | null;
  /** What an index out of range means: an error (default), the nearest one, or counting on around. */
  readonly mode?: "raise" | "clip" | "wrap";
}

/** Elements of `x` at integer indices along an axis; the axes of `indices` take the place of that axis. */
export function take<X extends TensorLike, const I extends TensorLike, const O extends TakeOptions | number = {}>(
  x: X,
  indices: I,
  options?: O,
): TensorVariable<DTypeOf<X>, TakenRank<RankOf<X>, I, O>>;
export function take<X extends TensorLike>(
  x: X,
  indices: TensorLike | NestedIndex,
  options?: TakeOptions | number,
): TensorVariable<DTypeOf<X>>;
export function take(
  x: TensorLike,
  indices: TensorLike | NestedIndex,
  options: TakeOptions | number = {},
): TensorVariable {
  const { axis = null, mode = "raise" } = typeof options === "number" ? { axis: options } : options;
  const v = axis === null ? ravel(x) : asTensor(x);
  const k = axis === null ? 0 : normalizeAxisOf(axis, v.ndim, "take");
  const size = shapeI(v, k);
  let index: Index = indices as Index;
  if (mode === "clip") index = clip(integers(indices), 0, sub(size, 1));
  else if (mode === "wrap") index = mod(integers(indices), size);
  else if (mode !== "raise") {
    throw new ArgumentError(`take: mode must be "raise", "clip" or "wrap", got ${String(mode)}.`, { op: "take" });
  }
  return at(v, ...new Array<string>(k).fill(":"), index);
}

/** Indices: lists of numbers are int64. */
export function integers(indices: unknown): TensorVariable {
  return Array.isArray(indices) ? asTensor(fromNested(indices as NestedIndex)) : asTensor(indices as TensorLike);
}

/** A list of indices is int64, whatever numbers alone would be; fractions stay, for the functions to refuse. */
function fromNested(list: NestedIndex): TensorLike {
  const leaf = (v: unknown): TensorLike =>
    (Array.isArray(v) ? v.map(leaf) : typeof v === "number" && Number.isInteger(v) ? BigInt(v) : v) as TensorLike;
  return leaf(list);
}

export interface NonzeroOptions {
  /** One matrix with a row per axis instead of a list of vectors. */
  readonly returnMatrix?: false;
}

/** The positions of nonzero elements in C order: one int64 vector per axis, or a matrix with one row per axis. */
export function nonzero(x: TensorLike, options?: NonzeroOptions): TensorVariable[];
export function nonzero(x: TensorLike, options: { readonly returnMatrix: true }): TensorVariable;
export function nonzero(
  x: TensorLike,
  options: { readonly returnMatrix?: boolean } = {},
): TensorVariable | TensorVariable[] {
  const list = nonzeroIndices(asTensor(x));
  return options.returnMatrix === true ? stack(list) : list;
}

/** The positions of nonzero elements of `x` read as a vector. */
export function flatnonzero(x: TensorLike): TensorVariable<"int64", 1>;
export function flatnonzero(x: TensorLike): TensorVariable {
  return nonzeroIndices(ravel(x))[0]!;
}

/** The nonzero elements, in C order. */
export function nonzeroValues<X extends TensorLike>(x: X): TensorVariable<DTypeOf<X>, 1>;
export function nonzeroValues(x: TensorLike): TensorVariable {
  const v = asTensor(x);
  return at(v, neq(v, 0));
}

// --- diagonals -----------------------------------------------------------------------------------

/** Length of diagonal `offset` of an n x m matrix. */
function diagonalLength<V>(alg: IntegerAlgebra<V>, n: V, m: V, offset: number): V {
  const rows = alg.sub(n, alg.of(Math.max(0, -offset)));
  const columns = alg.sub(m, alg.of(Math.max(0, offset)));
  return alg.max(alg.of(0), alg.min(rows, columns));
}

/** The diagonals of two axes, as a new last axis: a view. */
export class ExtractDiag extends Op {
  readonly name = "ExtractDiag";
  readonly offset: number;
  readonly axis1: number;
  readonly axis2: number;

  constructor(offset: number, axis1: number, axis2: number) {
    super();
    this.offset = offset;
    this.axis1 = axis1;
    this.axis2 = axis2;
  }

  override get key(): string {
    return `ExtractDiag{offset=${this.offset}, axis1=${this.axis1}, axis2=${this.axis2}}`;
  }

  override toString(): string {
    return this.key;
  }

  override views(): readonly number[] {
    return [0];
  }

  #shape<V>(alg: IntegerAlgebra<V>, sizes: readonly V[]): V[] {
    const rest = sizes.filter((_, k) => k !== this.axis1 && k !== this.axis2);
    return [...rest, diagonalLength(alg, sizes[this.axis1]!, sizes[this.axis2]!, this.offset)];
  }

  override makeNode(x: Variable): Apply {
    const v = x as TensorVariable;
    return new Apply(this, [v], [tensorType(v.dtype, this.#shape(sizeAlgebra, shapeOf(v)).map(knownSize))]);
  }

  override perform(_node: Apply, [x]: readonly NdArray[]): NdArray[] {
    const a = x!;
    const { axis1, axis2, offset } = this;
    const shape = this.#shape(numberAlgebra, a.shape);
    const rest = a.strides.filter((_, k) => k !== axis1 && k !== axis2);
    const [p, q] = [a.strides[axis1]!, a.strides[axis2]!];
    const start = shape.includes(0) ? a.offset : a.offset + Math.max(0, -offset) * p + Math.max(0, offset) * q;
    return [NdArray.wrap(a.dtype, a.buffer, shape, [...rest, p + q], start).copy()];
  }

  override inferShape(_node: Apply, [shape]: readonly (readonly Variable[])[]): (readonly Variable[])[] {
    return [
      this.#shape(
        sizeAlgebra,
        shape!.map((n) => markNonNegative(n as TensorVariable)),
      ),
    ];
  }

  override lop(node: Apply, [g]: readonly (Variable | null)[]): InputGradient[] {
    if (g === null || g === undefined) return [null];
    const sizes = shapeOf(node.inputs[0] as TensorVariable);
    const op = new AllocDiag(this.offset, this.axis1, this.axis2);
    return [op.call(g, sizes[this.axis1]!, sizes[this.axis2]!)];
  }

  lower(ctx: LowerContext): Lowered {
    const { b } = ctx;
    const { axis1, axis2 } = this;
    const [down, right] = [b.index(Math.max(0, -this.offset)), b.index(Math.max(0, this.offset))];
    const axes = ctx.inputs[0]!.shape.map((_, k) => k);
    return {
      form: "view",
      input: 0,
      index: (out): Expr[] => {
        const at = out[out.length - 1]!;
        let next = 0;
        return axes.map((k) => (k === axis1 ? b.add(at, down) : k === axis2 ? b.add(at, right) : out[next++]!));
      },
      layout: ({ offset, strides }: Layout): Layout => {
        const [p, q] = [strides[axis1]!, strides[axis2]!];
        const rest = strides.filter((_, k) => k !== axis1 && k !== axis2);
        return { offset: b.add(offset, b.add(b.mul(down, p), b.mul(right, q))), strides: [...rest, b.add(p, q)] };
      },
    };
  }
}

/**
 * The last axis of the input on a diagonal of two new axes, zeros elsewhere. Inputs: x, and the sizes of `axis1` and `axis2`.
 */
export class AllocDiag extends Op {
  readonly name = "AllocDiag";
  readonly offset: number;
  readonly axis1: number;
  readonly axis2: number;

  constructor(offset: number, axis1: number, axis2: number) {
    super();
    this.offset = offset;
    this.axis1 = axis1;
    this.axis2 = axis2;
  }

  override get key(): string {
    return `AllocDiag{offset=${this.offset}, axis1=${this.axis1}, axis2=${this.axis2}}`;
  }

  override toString(): string {
    return this.key;
  }

  #shape<V>(sizes: readonly V[], n: V, m: V): V[] {
    let next = 0;
    return Array.from({ length: sizes.length + 1 }, (_, k) =>
      k === this.axis1 ? n : k === this.axis2 ? m : sizes[next++]!,
    );
  }

  override makeNode(x: Variable, n: Variable, m: Variable): Apply {
    const v = x as TensorVariable;
    const shape = this.#shape(v.type.shape, knownSize(n), knownSize(m));
    return new Apply(this, [v, n, m], [tensorType(v.dtype, shape)]);
  }

  override perform(_node: Apply, [x, rows, columns]: readonly NdArray[]): NdArray[] {
    const shape = this.#shape(x!.shape, Number(rows!.itemBigInt()), Number(columns!.itemBigInt()));
    const out = NdArray.allocate(x!.dtype, shape);
    const { axis1, axis2, offset } = this;
    const rest = out.strides.filter((_, k) => k !== axis1 && k !== axis2);
    const [p, q] = [out.strides[axis1]!, out.strides[axis2]!];
    const start = Math.max(0, -offset) * p + Math.max(0, offset) * q;
    const window = NdArray.wrap(out.dtype, out.buffer, x!.shape, [...rest, p + q], start);
    const [to, from] = [offsetsOf(window), offsetsOf(x!)];
    for (let i = 0; i < x!.size; i++) writeElement(out, to[i]!, readElement(x!, from[i]!));
    return [out];
  }

  override inferShape(node: Apply, [shape]: readonly (readonly Variable[])[]): (readonly Variable[])[] {
    return [this.#shape(shape!, node.inputs[1]!, node.inputs[2]!)];
  }

  override connectionPattern(): boolean[][] {
    return [[true], [false], [false]];
  }

  override lop(_node: Apply, [g]: readonly (Variable | null)[]): InputGradient[] {
    if (g === null || g === undefined || isDiscrete((g as TensorVariable).dtype)) return [null, null, null];
    return [new ExtractDiag(this.offset, this.axis1, this.axis2).call(g), null, null];
  }

  lower(ctx: LowerContext): Lowered {
    const { b } = ctx;
    const { axis1, axis2, offset } = this;
    const { dtype } = ctx.inputs[0]!;
    const length = ctx.inputs[0]!.shape[ctx.inputs[0]!.shape.length - 1]!;
    const alg = irAlgebra(b);
    return {
      form: "pointwise",
      element: (index, pull) => {
        const [i, j] = [index[axis1]!, index[axis2]!];
        const raw = b.sub(i, b.index(Math.max(0, -offset)));
        // Off the diagonal some element is read and thrown away; it must exist.
        const at = alg.max(alg.of(0), alg.min(raw, b.sub(length, b.index(1))));
        const rest = index.filter((_, k) => k !== axis1 && k !== axis2);
        const on = b.and(b.eq(b.add(i, b.index(offset)), j), b.and(b.eq(at, raw), b.gt(length, b.index(0))));
        return selectElement(b, on, pull(0, [...rest, at]), elementConstant(b, dtype, 0));
      },
    };
  }
}

export interface DiagonalOptions {
  readonly offset?: number;
  readonly axis1?: number;
  readonly axis2?: number;
}

function checkOffset(offset: number, op: string): number {
  if (Number.isSafeInteger(offset)) return offset;
  throw new ValueError(`${op}: the offset must be a whole number, got ${String(offset)}.`, { op });
}

/** The diagonals of the matrices that two axes span, as a new last axis. */
export function diagonal<X extends TensorLike>(
  x: X,
  options?: DiagonalOptions | number,
): TensorVariable<DTypeOf<X>, Less[RankOf<X>]>;
export function diagonal(x: TensorLike, options: DiagonalOptions | number = {}): TensorVariable {
  const { offset = 0, axis1 = 0, axis2 = 1 } = typeof options === "number" ? { offset: options } : options;
  const v = asTensor(x);
  if (v.ndim < 2) {
    throw new RankError(`diagonal: expected at least two axes, got rank ${v.ndim}.`, {
      op: "ExtractDiag",
      inputs: [operand(v)],
    });
  }
  const [p, q] = [normalizeAxisOf(axis1, v.ndim, "diagonal"), normalizeAxisOf(axis2, v.ndim, "diagonal")];
  if (p === q) throw new AxisError("diagonal: the two axes must differ.", { op: "ExtractDiag" });
  return new ExtractDiag(checkOffset(offset, "diagonal"), p, q).call(v) as TensorVariable;
}

/** A vector as diagonal `k` of a matrix of zeros; or diagonal `k` of a matrix. */
export function diag<X extends TensorLike>(x: X, k?: number): TensorVariable<DTypeOf<X>, DiagRank<RankOf<X>>>;
export function diag(x: TensorLike, k = 0): TensorVariable {
  const v = asTensor(x);
  if (v.ndim === 2) return diagonal(v, { offset: k });
  if (v.ndim !== 1) {
    throw new RankError(`diag: expected a vector or a matrix, got rank ${v.ndim}.`, {
      op: "diag",
      inputs: [operand(v)],
    });
  }
  const n = sizeAlgebra.add(shapeI(v, 0), sizeConstant(Math.abs(checkOffset(k, "diag"))));
  return new AllocDiag(k, 0, 1).call(v, n, n) as TensorVariable;
}
