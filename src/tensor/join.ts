/** Joining tensors along an axis, and taking them apart. */
import { NdArray } from "../array/ndArray.ts";
import { readElement, writeElement } from "../array/element.ts";
import { offsetsOf } from "../array/layout.ts";
import { isDiscrete, promoteAll, type DType } from "../dtype.ts";
import { ArgumentError, RankError, ShapeMismatchError, ValueError } from "../errors.ts";
import { Apply } from "../graph/apply.ts";
import { Op, type InputGradient } from "../graph/op.ts";
import type { Variable } from "../graph/variable.ts";
import type { BlockArgs, ElementValue, LowerContext, Lowered } from "../ir/lowered.ts";
import type { Expr, Stmt } from "../ir/node.ts";
import { asTensor, provideStack } from "./constant.ts";
import { normalizeAxisOf } from "./dimshuffle.ts";
import { zerosLike } from "./fill.ts";
import { joinParts, type JoinedPart } from "./joinParts.ts";
import { loadElement, require, storeElement } from "./loops.ts";
import { cast } from "./math.ts";
import { optionsOf } from "./options.ts";
import { operand, shape as shapeOf, shapePadAxis } from "./shape.ts";
import { asSizes, type SizesLike } from "./sizeArguments.ts";
import { knownSize, sizeConstant, sizeSum } from "./sizes.ts";
import { Subtensor } from "./subtensor/basic.ts";
import { tensorType, type StaticShape } from "./type.ts";
import type { DTypeOf, PromotedList, RankOf, RankOfEach, StackedRank } from "./typing.ts";
import { TensorVariable, type TensorLike } from "./variable.ts";
import type { Innermost, NestedRank, PromotedTensors } from "./functionTyping.ts";
import type { Broadcasting } from "./ranks.ts";

/** An axis given bare or as an option. */
export type AxisOption = number | { readonly axis?: number };

const axisOf = (option: AxisOption): number => (typeof option === "number" ? option : (option.axis ?? 0));

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

function commonDtype(tensors: readonly TensorLike[], op: string): TensorVariable[] {
  if (!Array.isArray(tensors) || tensors.length === 0) {
    throw new ArgumentError(`${op}: expected a list of one or more tensors.`, { op });
  }
  const weak = (x: TensorLike): boolean => typeof x === "number" || typeof x === "bigint" || typeof x === "boolean";
  const dtypes = tensors.flatMap((x) => (weak(x) ? [] : [asTensor(x).dtype]));
  const like = dtypes.length === 0 ? undefined : promoteAll(dtypes);
  const parts = tensors.map((x) => asTensor(x, like));
  const dtype = promoteAll(parts.map((v) => v.dtype));
  return parts.map((v) => (v.dtype === dtype ? v : cast(v, dtype)));
}

/** {@link join} with the list first. */
export function concatenate<const L extends readonly TensorLike[]>(
  tensors: L,
  axis?: AxisOption,
): TensorVariable<PromotedList<L>, RankOfEach<L>>;
export function concatenate(tensors: readonly TensorLike[], axis: AxisOption = 0): TensorVariable {
  return join(axisOf(axis), ...tensors);
}

// --- MakeVector, stack ---------------------------------------------------------------------------

/** Longest vector whose elements are chosen by a chain of comparisons. */
const MAX_CHAIN = 4;

/** A vector of scalars of one dtype. */
export class MakeVector extends Op {
  readonly name = "MakeVector";
  readonly dtype: DType;

  constructor(dtype: DType) {
    super();
    this.dtype = dtype;
  }

  override get key(): string {
    return `MakeVector{dtype='${this.dtype}'}`;
  }

  override toString(): string {
    return this.key;
  }

  override makeNode(...scalars: Variable[]): Apply {
    return new Apply(this, scalars, [tensorType(this.dtype, [scalars.length])]);
  }

  override perform(_node: Apply, scalars: readonly NdArray[]): NdArray[] {
    const out = NdArray.allocate(this.dtype, [scalars.length]);
    for (const [i, a] of scalars.entries()) writeElement(out, i, readElement(a, a.offset));
    return [out];
  }

  override inferShape(node: Apply): (readonly Variable[])[] {
    return [[sizeConstant(node.inputs.length)]];
  }

  override lop(node: Apply, [g]: readonly (Variable | null)[]): InputGradient[] {
    if (g === null || g === undefined || isDiscrete(this.dtype)) return node.inputs.map(() => null);
    const pick = new Subtensor([{ kind: "int", dtype: "int64" }]);
    return node.inputs.map((_, i) => pick.call(g, sizeConstant(i)));
  }

  lower(ctx: LowerContext): Lowered {
    const { b } = ctx;
    const n = ctx.inputs.length;
    const complex = this.dtype.startsWith("complex");
    if (n <= MAX_CHAIN && !complex) {
      return {
        form: "pointwise",
        element: ([i], pull): ElementValue => {
          let value = pull(n - 1, []) as Expr;
          for (let k = n - 2; k >= 0; k--) value = b.select(b.eq(i!, b.index(k)), pull(k, []) as Expr, value);
          return value;
        },
      };
    }
    return {
      form: "block",
      emit: (args: BlockArgs): Stmt[] =>
        ctx.inputs.flatMap((x, k) =>
          storeElement(b, args.outputs[0]!, [b.index(k)], loadElement(b, x.dtype, args.inputs[k]!, [])),
        ),
    };
  }
}

/**
 * Tensors of one shape along a new axis.
 * @throws RankError when the ranks differ
 */
export function stack<const L extends readonly TensorLike[]>(
  tensors: L,
  axis?: AxisOption,
): TensorVariable<PromotedList<L>, StackedRank<L>>;
export function stack(tensors: readonly TensorLike[], axis: AxisOption = 0): TensorVariable {
  const parts = commonDtype(tensors, "stack");
  const rank = parts[0]!.ndim;
  if (parts.some((v) => v.ndim !== rank)) {
    throw new RankError(
      `stack: tensors of different rank (${parts.map((v) => v.ndim).join(", ")}) cannot be stacked.`,
      { op: "stack", inputs: parts.map(operand) },
    );
  }
  const at = normalizeAxisOf(axisOf(axis), rank + 1, "stack");
  if (rank === 0) return new MakeVector(parts[0]!.dtype).call(...parts) as TensorVariable;
  return join(at, ...parts.map((v) => shapePadAxis(v, at)));
}

provideStack((parts) => stack(parts));

/** A nested list of tensors. */
export type NestedTensors = TensorLike | readonly NestedTensors[];

/** Tensors in nested lists, stacked along one new leading axis per level. */
export function stacklists<const N extends NestedTensors>(
  nested: N,
): TensorVariable<PromotedList<readonly Innermost<N>[]>, NestedRank<N>>;
export function stacklists(nested: NestedTensors): TensorVariable {
  if (!Array.isArray(nested)) return asTensor(nested as TensorLike);
  return stack((nested as readonly NestedTensors[]).map((x) => stacklists(x)));
}

/** Tensors side by side: along axis 1, or 0 for vectors. */
export function horizontalStack<const L extends readonly TensorLike[]>(
  ...tensors: L
): TensorVariable<PromotedTensors<L>, RankOfEach<L>>;
export function horizontalStack(...tensors: readonly TensorLike[]): TensorVariable {
  const parts = tensors.map((x) => asTensor(x));
  return join(parts.every((v) => v.ndim === 1) ? 0 : 1, ...parts);
}

/** Matrices one below the other; vectors are rows. */
export function verticalStack<const L extends readonly TensorLike[]>(
  ...tensors: L
): TensorVariable<PromotedTensors<L>, Broadcasting[RankOfEach<L>][2]>;
export function verticalStack(...tensors: readonly TensorLike[]): TensorVariable {
  return join(0, ...tensors.map((x) => asTensor(x)).map((v) => (v.ndim === 1 ? shapePadAxis(v, 0) : v)));
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
