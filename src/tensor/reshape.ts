/** Reshape: the same elements, in C order, under another shape. */
import { NdArray } from "../array/ndArray.ts";
import { RankError, ShapeMismatchError, ValueError } from "../errors.ts";
import { Apply } from "../graph/apply.ts";
import { Op, type InputGradient } from "../graph/op.ts";
import type { Variable } from "../graph/variable.ts";
import type { IrBuilder } from "../ir/build.ts";
import type { Layout, LowerContext, Lowered } from "../ir/lowered.ts";
import type { Expr } from "../ir/node.ts";
import { asTensor } from "./constant.ts";
import { isRecord, optionsOf } from "./options.ts";
import { operand, shape as shapeOf, shapeI } from "./shape.ts";
import { asSizes, type SizesLike } from "./sizeArguments.ts";
import { knownSize, markNonNegative, sizeAlgebra, sizeConstant, sizeProduct, type SizeLike } from "./sizes.ts";
import { tensorType, type StaticShape } from "./type.ts";
import type { DTypeOf, ShapeRank } from "./typing.ts";
import type { TensorLike, TensorVariable } from "./variable.ts";

/** Inputs: x, then one int64 scalar per axis of the result; a constant -1 stands for what is left. */
export class Reshape extends Op {
  readonly name = "Reshape";
  readonly ndim: number;

  constructor(ndim: number) {
    super();
    this.ndim = ndim;
  }

  override get key(): string {
    return `Reshape{${this.ndim}}`;
  }

  override toString(): string {
    return this.key;
  }

  override views(): readonly number[] {
    return [0];
  }

  override canFail(node: Apply): boolean {
    const [x, out] = [node.inputs[0] as TensorVariable, node.outputs[0] as TensorVariable];
    return staticTotal(x.type.shape) === null || staticTotal(out.type.shape) === null;
  }

  /** @throws ShapeMismatchError when known sizes show that the number of elements would change */
  override makeNode(x: Variable, ...sizes: Variable[]): Apply {
    const v = x as TensorVariable;
    return new Apply(this, [v, ...sizes], [tensorType(v.dtype, staticShape(v, sizes as TensorVariable[]))]);
  }

  override perform(node: Apply, [x, ...sizes]: readonly NdArray[]): NdArray[] {
    const target = sizes.map((a) => Number(a.itemBigInt()));
    // 0 elements fit any shape with a 0; -1 beside a 0 is 0.
    try {
      return [x!.reshape(target).copy()];
    } catch (cause) {
      throw new ShapeMismatchError(
        `reshape: an array of shape (${x!.shape.join(", ")}) cannot be given the shape (${target.join(", ")}): ` +
          `${x!.size} elements do not fill it.`,
        { op: "Reshape", inputs: [{ dtype: x!.dtype, shape: x!.shape }], createdAt: node.createdAt[0], cause },
      );
    }
  }

  override inferShape(node: Apply, [shape]: readonly (readonly Variable[])[]): (readonly Variable[])[] {
    const sizes = node.inputs.slice(1) as TensorVariable[];
    return [fillOpen(shape as readonly TensorVariable[], sizes)];
  }

  override connectionPattern(node: Apply): boolean[][] {
    return node.inputs.map((_, i) => [i === 0]);
  }

  override lop(node: Apply, [g]: readonly (Variable | null)[]): InputGradient[] {
    const rest = node.inputs.slice(1).map(() => null);
    if (g === null || g === undefined) return [null, ...rest];
    const sizes = shapeOf(node.inputs[0] as TensorVariable);
    return [new Reshape(sizes.length).call(g, ...sizes), ...rest];
  }

  lower(ctx: LowerContext): Lowered {
    const { b } = ctx;
    const [from, to] = [ctx.inputs[0]!.shape, ctx.outputs[0]!.shape];
    for (const n of to) {
      const cond = b.ge(n, b.index(0));
      if (cond.kind !== "const") ctx.check(cond, "reshape: a size is negative.");
    }
    return {
      form: "view",
      input: 0,
      reshape: true,
      index: (out): Expr[] => unflatten(b, positionOf(b, out, to), from),
      layout: (input: Layout): Layout | null => reshapeLayout(b, input, from, to),
    };
  }
}

/** Position in C order. */
function positionOf(b: IrBuilder, index: readonly Expr[], sizes: readonly Expr[]): Expr {
  return index.reduce((at, i, axis) => b.add(b.mul(at, sizes[axis]!), i), b.index(0) as Expr);
}

/** The index that a position in C order means. */
function unflatten(b: IrBuilder, position: Expr, sizes: readonly Expr[]): Expr[] {
  const index: Expr[] = [];
  let rest = position;
  for (let axis = sizes.length - 1; axis >= 0; axis--) {
    const n = sizes[axis]!;
    index[axis] = axis === 0 ? rest : b.imod(rest, n);
    rest = b.idiv(rest, n);
  }
  return index;
}

/** Layouts that stay strided: axes of size 1 come and go, everything else stays. */
function reshapeLayout(b: IrBuilder, input: Layout, from: readonly Expr[], to: readonly Expr[]): Layout | null {
  const isOne = (e: Expr): boolean => e.kind === "const" && Number(e.value) === 1;
  const kept = from.flatMap((n, axis) => (isOne(n) ? [] : [axis]));
  let next = 0;
  const strides: Expr[] = [];
  for (const n of to) {
    if (isOne(n)) strides.push(b.index(0));
    else if (next < kept.length && from[kept[next]!] === n) strides.push(input.strides[kept[next++]!]!);
    else return null;
  }
  return next === kept.length ? { offset: input.offset, strides } : null;
}

function staticTotal(shape: StaticShape): number | null {
  let total = 1;
  for (const n of shape) {
    if (n === null) return null;
    total *= n;
  }
  return total;
}

function staticShape(v: TensorVariable, sizes: readonly TensorVariable[]): StaticShape {
  const known = sizes.map(knownSize);
  const details = { op: "Reshape", inputs: [operand(v)] };
  if (known.filter((n) => n === -1).length > 1) {
    throw new ValueError(`reshape: only one size of (${known.join(", ")}) may be -1.`, details);
  }
  const filled = fillOpen(shapeOf(v), sizes).map(knownSize);
  const total = staticTotal(v.type.shape);
  const target = staticTotal(filled);
  if (total !== null && target !== null && total !== target) {
    throw new ShapeMismatchError(
      `reshape: ${total} elements (shape (${v.type.shape.join(", ")})) do not fill the shape ` +
        `(${known.map((n) => n ?? "?").join(", ")}).`,
      details,
    );
  }
  return filled.map((n) => (n !== null && n >= 0 ? n : null));
}

/** The sizes with -1 replaced by what is left of `shape`. Equal sizes on both sides cancel. */
function fillOpen(shape: readonly TensorVariable[], sizes: readonly TensorVariable[]): TensorVariable[] {
  const open = sizes.findIndex((n) => knownSize(n) === -1);
  if (open < 0) return [...sizes];
  for (const n of shape) markNonNegative(n);
  const above = [...shape];
  const below: TensorVariable[] = [];
  for (const [axis, n] of sizes.entries()) {
    if (axis === open) continue;
    const twin = above.findIndex(
      (m) => m === n || (knownSize(n) !== null && knownSize(n) !== 0 && knownSize(m) === knownSize(n)),
    );
    if (twin >= 0) above.splice(twin, 1);
    else below.push(n);
  }
  const rest = below.length === 0 ? sizeProduct(above) : sizeAlgebra.div(sizeProduct(above), sizeProduct(below));
  return sizes.map((n, axis) => (axis === open ? rest : n));
}

export interface ReshapeOptions {
  /** Rank of the result, where `shape` is a vector whose type does not tell its length. */
  readonly ndim?: number;
}

/** The sizes, as a list or one by one; then, if need be, options. */
export type ReshapeArguments = readonly [SizesLike, ReshapeOptions?] | readonly [...SizeLike[]];

/**
 * The elements of `x`, in C order, under another shape. One size may be the number -1; sizes may be symbolic.
 * @throws ShapeMismatchError when the number of elements would change (here if known, else when the function runs)
 */
export function reshape<X extends TensorLike, const S extends ReshapeArguments>(
  x: X,
  ...shape: S
): TensorVariable<DTypeOf<X>, ShapeRank<S>>;
export function reshape(x: TensorLike, ...shape: ReshapeArguments): TensorVariable {
  const v = asTensor(x);
  const last = shape.at(-1);
  const options = (isRecord(last) ? last : {}) as ReshapeOptions;
  const list = isRecord(last) ? shape.slice(0, -1) : shape;
  const sizes = asSizes((list.length === 1 ? list[0] : list) as SizesLike, "reshape", -1, options.ndim);
  if (options.ndim !== undefined && options.ndim !== sizes.length) {
    throw new RankError(`reshape: ndim is ${options.ndim}, but ${sizes.length} sizes were given.`, {
      op: "Reshape",
      inputs: [operand(v)],
    });
  }
  // An axis of the same known size keeps what the type knows.
  const sharp = sizes.map((n, axis) => sharpen(v, n, axis));
  return new Reshape(sizes.length).call(v, ...sharp) as TensorVariable;
}

function sharpen(v: TensorVariable, n: TensorVariable, axis: number): TensorVariable {
  const own = axis < v.ndim ? v.type.shape[axis] : undefined;
  return typeof own === "number" && n === shapeI(v, axis) ? sizeConstant(own) : n;
}

export interface FlattenOptions {
  /** Rank of the result (default 1). */
  readonly ndim?: number;
}

/**
 * `x` with its last axes joined to one, so that `ndim` axes remain: the first `ndim - 1` stay as they are.
 * @throws ValueError for `ndim` outside 1 .. rank (0 axes become one)
 */
export function flatten<X extends TensorLike>(x: X): TensorVariable<DTypeOf<X>, 1>;
export function flatten<X extends TensorLike, const N extends number>(
  x: X,
  ndim: N | { readonly ndim: N },
): TensorVariable<DTypeOf<X>, N>;
export function flatten<X extends TensorLike>(x: X, options?: number | FlattenOptions): TensorVariable<DTypeOf<X>>;
export function flatten(x: TensorLike, options?: number | FlattenOptions): TensorVariable {
  const v = asTensor(x);
  const { ndim = 1 } = optionsOf<FlattenOptions, "ndim">(options, "ndim");
  if (!Number.isInteger(ndim) || ndim < 1 || ndim > Math.max(1, v.ndim)) {
    throw new ValueError(`flatten: ndim must be in 1 .. ${Math.max(1, v.ndim)}, got ${ndim}.`, {
      op: "flatten",
      inputs: [operand(v)],
    });
  }
  if (ndim === v.ndim) return v;
  const sizes = shapeOf(v);
  return reshape(v, [...sizes.slice(0, ndim - 1), sizeProduct(sizes.slice(ndim - 1))]);
}

/** All elements as a vector, in C order. */
export function ravel<X extends TensorLike>(x: X): TensorVariable<DTypeOf<X>, 1>;
export function ravel(x: TensorLike): TensorVariable {
  return flatten(x, 1);
}

/** Has `x` the rank (1 by default) that `flatten` would give it? */
export function isFlat(x: TensorLike, ndim = 1): boolean {
  return asTensor(x).ndim === ndim;
}
