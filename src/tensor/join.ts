/** Joining tensors along an axis, and taking them apart; along a new axis see `stack.ts`. */
import { NdArray } from "../array/ndArray.ts";
import { readElement, writeElement } from "../array/element.ts";
import { offsetsOf } from "../array/layout.ts";
import { isDiscrete } from "../dtype.ts";
import { RankError, ShapeMismatchError, ValueError } from "../errors.ts";
import { Apply } from "../graph/apply.ts";
import { Op, type InputGradient } from "../graph/op.ts";
import type { Variable } from "../graph/variable.ts";
import type { BlockArgs, LowerContext, Lowered } from "../ir/lowered.ts";
import type { Expr, Stmt } from "../ir/node.ts";
import { asTensor } from "./constant.ts";
import { normalizeAxisOf } from "./dimshuffle.ts";
import { axisOf, commonDtype, type AxisOption } from "./joinArguments.ts";
import { zerosLike } from "./fill.ts";
import { joinParts, type JoinedPart } from "./joinParts.ts";
import { require } from "./loops.ts";
import { optionsOf } from "./options.ts";
import { operand, shape as shapeOf } from "./shape.ts";
import { asSizes, type SizesLike } from "./sizeArguments.ts";
import { knownSize, sizeConstant, sizeSum } from "./sizes.ts";
import { tensorType, type StaticShape } from "./type.ts";
import type { DTypeOf, PromotedList, RankOf, RankOfEach } from "./typing.ts";
import { TensorVariable, type TensorLike } from "./variable.ts";

// --- Join ----------------------------------------------------------------------------------------

/** Inputs: the axis (a constant, for printing), then two or more tensors of one dtype and rank. */
export class Join extends Op {
  readonly name = "Join";
  readonly axis: number;

  constructor(axis: number) {
    super();
    this.axis = axis;
  }

  override get key(): string {
    return `Join{${this.axis}}`;
  }

  override toString(): string {
    return "Join";
  }

  override canFail(node: Apply): boolean {
    const shapes = node.inputs.slice(1).map((v) => (v as TensorVariable).type.shape);
    return shapes[0]!.some((_, k) => k !== this.axis && shapes.some((s) => s[k] === null || s[k] !== shapes[0]![k]));
  }

  /** @throws ShapeMismatchError when known sizes of other axes differ */
  override makeNode(axis: Variable, ...parts: Variable[]): Apply {
    const tensors = parts as TensorVariable[];
    const type = tensorType(tensors[0]!.dtype, this.#staticShape(tensors));
    return new Apply(this, [axis, ...parts], [type]);
  }

  #staticShape(parts: readonly TensorVariable[]): StaticShape {
    return parts[0]!.type.shape.map((_, k) => {
      const sizes = parts.map((v) => v.type.shape[k]!);
      if (k === this.axis) {
        return sizes.reduce<number | null>((a, n) => (a === null || n === null ? null : a + n), 0);
      }
      const known = sizes.filter((n): n is number => n !== null);
      const other = known.find((n) => n !== known[0]);
      if (other !== undefined) {
        throw new ShapeMismatchError(
          `join: along axis ${this.axis}, all other sizes must agree; axis ${k} has sizes ` +
            `${sizes.map((n) => n ?? "?").join(", ")}.`,
          { op: "Join", inputs: parts.map(operand) },
        );
      }
      return known[0] ?? null;
    });
  }

  override perform(node: Apply, [, ...parts]: readonly NdArray[]): NdArray[] {
    const { axis } = this;
    const shape = [...parts[0]!.shape];
    for (const part of parts.slice(1)) {
      const wrong = part.shape.findIndex((n, k) => k !== axis && n !== shape[k]);
      if (wrong >= 0) {
        throw new ShapeMismatchError(
          `join: along axis ${axis}, all other sizes must agree; axis ${wrong} has sizes ` +
            `${parts.map((p) => p.shape[wrong]).join(", ")}.`,
          {
            op: "Join",
            inputs: parts.map((p) => ({ dtype: p.dtype, shape: p.shape })),
            createdAt: node.createdAt[0],
          },
        );
      }
      shape[axis]! += part.shape[axis]!;
    }
    const out = NdArray.allocate(parts[0]!.dtype, shape);
    let start = 0;
    for (const part of parts) {
      const window = NdArray.wrap(out.dtype, out.buffer, part.shape, out.strides, start * out.strides[axis]!);
      const [to, from] = [offsetsOf(window), offsetsOf(part)];
      for (let i = 0; i < part.size; i++) writeElement(out, to[i]!, readElement(part, from[i]!));
      start += part.shape[axis]!;
    }
    return [out];
  }

  override inferShape(_node: Apply, shapes: readonly (readonly Variable[])[]): (readonly Variable[])[] {
    const parts = shapes.slice(1) as (readonly TensorVariable[])[];
    const out = parts[0]!.map((n, k) => {
      if (k === this.axis) return sizeSum(parts.map((s) => s[k]!));
      return parts.map((s) => s[k]!).find((m) => knownSize(m) !== null) ?? n;
    });
    return [out];
  }

  override connectionPattern(node: Apply): boolean[][] {
    return node.inputs.map((_, i) => [i > 0]);
  }

  override lop(node: Apply, [g]: readonly (Variable | null)[]): InputGradient[] {
    if (g === null || g === undefined || isDiscrete((g as TensorVariable).dtype)) return node.inputs.map(() => null);
    const sizes = node.inputs.slice(1).map((v) => shapeOf(v as TensorVariable)[this.axis]!);
    return [null, ...split(g as TensorVariable, sizes, { axis: this.axis })];
  }

  lower(ctx: LowerContext): Lowered {
    const { b } = ctx;
    const { axis } = this;
    const parts = ctx.inputs.slice(1);
    const out = ctx.outputs[0]!;
    for (const part of parts) {
      for (const [k, n] of part.shape.entries()) {
        if (k !== axis) require(ctx, b.eq(n, out.shape[k]!), `join: sizes of axis ${k} differ.`);
      }
    }
    return {
      form: "block",
      emit: (args: BlockArgs): Stmt[] => {
        let start: Expr = b.index(0);
        const places = parts.map(({ shape }, i): JoinedPart => {
          const place = { from: args.inputs[i + 1]!, shape, start };
          start = b.add(start, shape[axis]!);
          return place;
        });
        return joinParts(b, ctx.outputs[0]!, args.outputs[0]!, places, axis);
      },
    };
  }
}

/** Tensors one by one, or as a list of two or more. */
export type JoinedTensors = readonly TensorLike[] | readonly [readonly TensorLike[]];

/** Is it one list of tensors, rather than nested lists of numbers that make one tensor? */
function isTensorList(given: readonly unknown[]): given is readonly [readonly TensorLike[]] {
  const [list] = given;
  return given.length === 1 && Array.isArray(list) && list.some((x) => x instanceof TensorVariable);
}

/**
 * Tensors of one rank, one after the other along `axis`. Their common dtype is that of the result.
 * @throws RankError when the ranks differ or are 0
 * @throws ShapeMismatchError when other sizes differ
 */
export function join<const L extends readonly TensorLike[]>(
  axis: number,
  tensors: L,
): TensorVariable<PromotedList<L>, RankOfEach<L>>;
export function join<const L extends readonly TensorLike[]>(
  axis: number,
  ...tensors: L
): TensorVariable<PromotedList<L>, RankOfEach<L>>;
export function join(axis: number, ...tensors: JoinedTensors): TensorVariable;
export function join(axis: number, ...tensors: JoinedTensors): TensorVariable {
  const parts = commonDtype(isTensorList(tensors) ? tensors[0] : (tensors as readonly TensorLike[]), "join");
  const rank = parts[0]!.ndim;
  const details = { op: "Join", inputs: parts.map(operand) };
  if (parts.some((v) => v.ndim !== rank)) {
    throw new RankError(
      `join: tensors of different rank (${parts.map((v) => v.ndim).join(", ")}) cannot be joined.\n` +
        "Add axes with shapePadLeft, shapePadRight or dimshuffle, or use stack for a new axis.",
      details,
    );
  }
  if (rank === 0) throw new RankError("join: scalars have no axis to join along; use stack.", details);
  const at = normalizeAxisOf(axis, rank, "join");
  if (parts.length === 1) return parts[0]!;
  return new Join(at).call(sizeConstant(at), ...parts) as TensorVariable;
}

/** {@link join} with the list first. */
export function concatenate<const L extends readonly TensorLike[]>(
  tensors: L,
  axis?: AxisOption,
): TensorVariable<PromotedList<L>, RankOfEach<L>>;
export function concatenate(tensors: readonly TensorLike[], axis: AxisOption = 0): TensorVariable {
  return join(axisOf(axis), ...tensors);
}

// --- Split ---------------------------------------------------------------------------------------

/** Inputs: x, the axis (a constant, for printing), then the size of each part. */
export class Split extends Op {
  readonly name = "Split";
  readonly axis: number;
  readonly parts: number;

  constructor(axis: number, parts: number) {
    super();
    this.axis = axis;
    this.parts = parts;
  }

  override get key(): string {
    return `Split{${this.parts};${this.axis}}`;
  }

  override toString(): string {
    return `Split{${this.parts}}`;
  }

  override canFail(node: Apply): boolean {
    const n = (node.inputs[0] as TensorVariable).type.shape[this.axis]!;
    return n === null || node.inputs.slice(2).some((size) => knownSize(size) === null);
  }

  /** @throws ShapeMismatchError when the sizes are known not to add up */
  override makeNode(x: Variable, axis: Variable, ...sizes: Variable[]): Apply {
    const v = x as TensorVariable;
    const known = sizes.map(knownSize);
    const n = v.type.shape[this.axis]!;
    const total = known.reduce<number | null>((a, m) => (a === null || m === null ? null : a + m), 0);
    if (n !== null && total !== null && n !== total) {
      throw new ShapeMismatchError(
        `split: parts of sizes ${known.join(", ")} do not add up to ${n}, the size of axis ${this.axis}.`,
        { op: "Split", inputs: [operand(v)] },
      );
    }
    const types = known.map((m) =>
      tensorType(
        v.dtype,
        v.type.shape.map((s, k) => (k === this.axis ? (m !== null && m >= 0 ? m : null) : s)),
      ),
    );
    return new Apply(this, [v, axis, ...sizes], types);
  }

  override perform(node: Apply, [x, , ...sizes]: readonly NdArray[]): NdArray[] {
    const { axis } = this;
    const counts = sizes.map((a) => Number(a.itemBigInt()));
    const total = counts.reduce((a, n) => a + n, 0);
    if (total !== x!.shape[axis] || counts.some((n) => n < 0)) {
      throw new ShapeMismatchError(
        `split: parts of sizes ${counts.join(", ")} do not add up to ${x!.shape[axis]}, the size of axis ${axis}.`,
        { op: "Split", inputs: [{ dtype: x!.dtype, shape: x!.shape }], createdAt: node.createdAt[0] },
      );
    }
    let start = 0;
    return counts.map((count) => {
      const shape = x!.shape.map((n, k) => (k === axis ? count : n));
      const part = NdArray.wrap(x!.dtype, x!.buffer, shape, x!.strides, x!.offset + start * x!.strides[axis]!);
      start += count;
      return part.copy();
    });
  }

  override inferShape(node: Apply, [shape]: readonly (readonly Variable[])[]): (readonly Variable[])[] {
    return node.inputs.slice(2).map((size) => shape!.map((n, k) => (k === this.axis ? size : n)));
  }

  override connectionPattern(node: Apply): boolean[][] {
    return node.inputs.map((_, i) => node.outputs.map(() => i === 0));
  }

  override lop(node: Apply, gradients: readonly (Variable | null)[]): InputGradient[] {
    const rest = node.inputs.slice(1).map(() => null);
    const outs = node.outputs as TensorVariable[];
    if (isDiscrete(outs[0]!.dtype)) return [null, ...rest];
    const parts = outs.map((out, i) => (gradients[i] ?? zerosLike(out)) as TensorVariable);
    return [join(this.axis, ...parts), ...rest];
  }

  lower(ctx: LowerContext): Lowered {
    const { b } = ctx;
    const { axis } = this;
    const starts: Expr[] = [];
    let end: Expr = b.index(0);
    for (const out of ctx.outputs) {
      const n = out.shape[axis]!;
      starts.push(end);
      end = b.add(end, n);
      require(ctx, b.ge(n, b.index(0)), "split: a size is negative.");
    }
    require(ctx, b.eq(end, ctx.inputs[0]!.shape[axis]!), `split: the parts do not add up to the size of axis ${axis}.`);
    return {
      form: "pointwise",
      element: (index, pull, output) =>
        pull(
          0,
          index.map((at, k) => (k === axis ? b.add(at, starts[output]!) : at)),
        ),
    };
  }
}

export interface SplitOptions {
  readonly axis?: number;
  /** Number of parts, where the sizes are a vector whose type does not tell its length. */
  readonly nSplits?: number;
}

/**
 * `x` cut along an axis into parts of the given sizes, which must add up to the size of the axis.
 * @returns one tensor per part
 */
export function split<X extends TensorLike>(
  x: X,
  sizes: SizesLike,
  given?: SplitOptions | number,
  more?: SplitOptions,
): TensorVariable<DTypeOf<X>, RankOf<X>>[];
export function split(
  x: TensorLike,
  sizes: SizesLike,
  given?: SplitOptions | number,
  more: SplitOptions = {},
): TensorVariable[] {
  const v = asTensor(x);
  const options = { ...optionsOf<SplitOptions, "nSplits">(given, "nSplits"), ...more };
  const axis = normalizeAxisOf(options.axis ?? 0, v.ndim, "split");
  const counts = asSizes(sizes, "split", 0, options.nSplits);
  if (options.nSplits !== undefined && options.nSplits !== counts.length) {
    throw new ValueError(`split: nSplits is ${options.nSplits}, but ${counts.length} sizes were given.`, {
      op: "Split",
    });
  }
  const node = new Split(axis, counts.length).makeNode(v, sizeConstant(axis), ...counts);
  return node.outputs as TensorVariable[];
}
