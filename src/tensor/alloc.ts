/** Tensors made from sizes: alloc, zeros, ones; the others by their files. */
import type { DType } from "../dtype.ts";
import { NdArray } from "../array/ndArray.ts";
import { config } from "../config/config.ts";
import { RankError, ShapeMismatchError } from "../errors.ts";
import { Apply } from "../graph/apply.ts";
import { Op, type InputGradient } from "../graph/op.ts";
import type { Variable } from "../graph/variable.ts";
import type { LowerContext, Lowered } from "../ir/lowered.ts";
import { asTensor } from "./constant.ts";
import { dtypeOf, type DTypeOption } from "./dtypeOption.ts";
import { broadcastIndex, require } from "./loops.ts";
import { cast } from "./math.ts";
import { operand } from "./shape.ts";
import { asSizes, type SizesLike } from "./sizeArguments.ts";
import { sizeOfInput, staticSizes, requireSizes, checkSizes } from "./sizeChecks.ts";
import { isNonNegative, knownSize, type SizeLike } from "./sizes.ts";
import { sumTo } from "./sumTo.ts";
import { tensorType } from "./type.ts";
import type { DTypeOf, DtypeOption, ListRank, ShapeRank } from "./typing.ts";
import type { TensorLike, TensorVariable } from "./variable.ts";

export { arange, ARange, type RangeOptions } from "./arange.ts";
export type { DiagonalBandOptions } from "./bandOptions.ts";
export type { DTypeOption } from "./dtypeOption.ts";
export { Eye, eye, identityLike, type EyeOptions } from "./eye.ts";
export { fullLike, onesLike, zerosLike, type LikeOptions } from "./fill.ts";
export { tri, tril, triu, type TriangleOptions } from "./triangles.ts";

/** `value` repeated to a shape. Inputs: value, then one int64 scalar per axis. Axes are aligned at the right. */
export class Alloc extends Op {
  readonly name = "Alloc";

  override canFail(node: Apply): boolean {
    const [value, ...sizes] = node.inputs as TensorVariable[];
    const lead = sizes.length - value!.ndim;
    const fits = value!.type.shape.every((n, k) => n === 1 || (n !== null && n === knownSize(sizes[k + lead]!)));
    return !fits || !sizes.every(isNonNegative);
  }

  /** @throws RankError, ShapeMismatchError when the value is known not to fit */
  override makeNode(value: Variable, ...sizes: Variable[]): Apply {
    const v = value as TensorVariable;
    const details = { op: "Alloc", inputs: [operand(v)] };
    const lead = sizes.length - v.ndim;
    if (lead < 0) {
      throw new RankError(`alloc: a value of rank ${v.ndim} cannot fill ${sizes.length} axes.`, details);
    }
    const out = staticSizes(sizes);
    for (const [k, n] of v.type.shape.entries()) {
      const m = out[k + lead]!;
      if (n === 1 || n === null || m === null || n === m) {
        // Where the value is as long as the axis, its type may tell the size.
        if (n !== null && n !== 1 && m === null) out[k + lead] = n;
        continue;
      }
      throw new ShapeMismatchError(
        `alloc: a value of size ${n} on axis ${k} cannot fill an axis of size ${m}.`,
        details,
      );
    }
    return new Apply(this, [v, ...sizes], [tensorType(v.dtype, out)]);
  }

  override perform(node: Apply, [value, ...sizes]: readonly NdArray[]): NdArray[] {
    const target = sizes.map(sizeOfInput);
    checkSizes("alloc", node, target);
    const { shape } = (node.inputs[0] as TensorVariable).type;
    const lead = target.length - value!.ndim;
    for (const [k, n] of value!.shape.entries()) {
      if (shape[k] === 1 || n === target[k + lead]) continue;
      throw new ShapeMismatchError(
        `alloc: a value of shape (${value!.shape.join(", ")}) cannot fill the shape (${target.join(", ")}).` +
          (n === 1 ? "\nOnly axes whose type says 1 are repeated; use addBroadcast." : ""),
        { op: "Alloc", inputs: [{ dtype: value!.dtype, shape: value!.shape }], createdAt: node.createdAt[0] },
      );
    }
    return [value!.broadcastTo(target).copy()];
  }

  override inferShape(node: Apply): (readonly Variable[])[] {
    return [node.inputs.slice(1)];
  }

  override connectionPattern(node: Apply): boolean[][] {
    return node.inputs.map((_, i) => [i === 0]);
  }

  override lop(node: Apply, [g]: readonly (Variable | null)[]): InputGradient[] {
    const rest = node.inputs.slice(1).map(() => null);
    if (g === null || g === undefined) return [null, ...rest];
    return [sumTo(g as TensorVariable, node.inputs[0] as TensorVariable), ...rest];
  }

  lower(ctx: LowerContext): Lowered {
    const { b } = ctx;
    const [value, out] = [ctx.inputs[0]!, ctx.outputs[0]!];
    const lead = out.shape.length - value.shape.length;
    requireSizes(ctx, "alloc");
    for (const [k, n] of value.shape.entries()) {
      if (value.static[k] === 1) continue;
      require(ctx, b.eq(n, out.shape[k + lead]!), `alloc: the value does not fit axis ${k + lead}.`);
    }
    return {
      form: "pointwise",
      element: (index, pull) => pull(0, broadcastIndex(b, value.static, index)),
    };
  }
}

const allocOp = new Alloc();

/**
 * `value` repeated to the given sizes; its axes are aligned at the right and only those of static size 1 are repeated.
 * `alloc(value, 3, n)` or `alloc(value, [3, n])`.
 */
export function alloc<V extends TensorLike, const S extends readonly SizeLike[] | readonly [SizesLike]>(
  value: V,
  ...sizes: S
): TensorVariable<DTypeOf<V>, ShapeRank<S>>;
export function alloc(value: TensorLike, ...sizes: readonly SizeLike[] | readonly [SizesLike]): TensorVariable {
  const list = sizes.length === 1 ? asSizes(sizes[0] as SizesLike, "alloc") : asSizes(sizes as SizeLike[], "alloc");
  const v = asTensor(value);
  const same =
    list.length === v.ndim && list.every((n, k) => knownSize(n) !== null && knownSize(n) === v.type.shape[k]);
  return same ? v : (allocOp.call(v, ...list) as TensorVariable);
}

/** `x` stretched to a shape: axes of static size 1 are repeated, others must agree. */
export function broadcastTo<X extends TensorLike, const S extends SizesLike>(
  x: X,
  shape: S,
): TensorVariable<DTypeOf<X>, ListRank<S>>;
export function broadcastTo(x: TensorLike, shape: SizesLike): TensorVariable {
  return alloc(x, shape);
}

/** One value everywhere; the dtype is that of the value unless given. */
export function full<const S extends SizesLike, V extends TensorLike, O extends DTypeOption = {}>(
  shape: S,
  value: V,
  options?: O,
): TensorVariable<DtypeOption<O, DTypeOf<V>>, ListRank<S>>;
export function full(shape: SizesLike, value: TensorLike, options?: DTypeOption): TensorVariable {
  const dtype = dtypeOf(options);
  const v = asTensor(value, dtype);
  return alloc(dtype === undefined ? v : cast(v, dtype), shape);
}

/** Zeros of a shape; `config.floatX` unless a dtype is given. */
export function zeros<const S extends SizesLike, O extends DTypeOption = {}>(
  shape: S,
  options?: O,
): TensorVariable<DtypeOption<O, DType>, ListRank<S>>;
export function zeros(shape: SizesLike, options?: DTypeOption): TensorVariable {
  return full(shape, 0, dtypeOf(options) ?? config.floatX);
}

/** Ones of a shape; `config.floatX` unless a dtype is given. */
export function ones<const S extends SizesLike, O extends DTypeOption = {}>(
  shape: S,
  options?: O,
): TensorVariable<DtypeOption<O, DType>, ListRank<S>>;
export function ones(shape: SizesLike, options?: DTypeOption): TensorVariable {
  return full(shape, 1, dtypeOf(options) ?? config.floatX);
}
