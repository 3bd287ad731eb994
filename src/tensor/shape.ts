/** Shapes as graph: reading a size, asserting a shape. */
import type { NdArray } from "../array/ndArray.ts";
import { fromFlat } from "../array/create.ts";
import { IndexError, ShapeMismatchError } from "../errors.ts";
import { Apply } from "../graph/apply.ts";
import { Op, type InputGradient } from "../graph/op.ts";
import type { Variable } from "../graph/variable.ts";
import type { LowerContext, Lowered } from "../ir/lowered.ts";
import type { Expr } from "../ir/node.ts";
import { asTensor } from "./constant.ts";
import { normalizeAxisOf } from "./dimshuffle.ts";
import { asSize, knownSize, markNonNegative, sizeConstant, type SizeLike } from "./sizes.ts";
import { tensorType } from "./type.ts";
import type { Sizes } from "./ranks.ts";
import type { DTypeOf, RankOf } from "./typing.ts";
import type { TensorLike, TensorVariable } from "./variable.ts";

/** What an error says of an operand. */
export function operand(v: TensorVariable): { dtype: string; shape: readonly (number | null)[] } {
  return { dtype: v.dtype, shape: v.type.shape };
}

/** The size of axis `axis`, an int64 scalar. Needs no value, only the shape. */
export class ShapeI extends Op {
  readonly name = "Shape_i";
  readonly axis: number;

  constructor(axis: number) {
    super();
    this.axis = axis;
  }

  override get key(): string {
    return `Shape_i{${this.axis}}`;
  }

  override toString(): string {
    return this.key;
  }

  override makeNode(x: Variable): Apply {
    normalizeAxisOf(this.axis, (x as TensorVariable).ndim, "shape");
    return new Apply(this, [x], [tensorType("int64", [])]);
  }

  override perform(_node: Apply, [x]: readonly NdArray[]): NdArray[] {
    return [fromFlat([x!.shape[this.axis]!], [], "int64")];
  }

  override inferShape(): (readonly Variable[])[] {
    return [[]];
  }

  override connectionPattern(): boolean[][] {
    return [[false]];
  }

  override lop(): InputGradient[] {
    return [null];
  }

  lower(ctx: LowerContext): Lowered {
    const size = ctx.inputs[0]!.shape[this.axis]!;
    return { form: "pointwise", element: () => ctx.b.cast(size, "i64") };
  }
}

const shapeOps: ShapeI[] = [];
/** Sizes already asked for: asking twice gives the same variable, so that equal sizes are seen to be equal. */
const readSizes = new WeakMap<Variable, TensorVariable[]>();

/** The size of one axis of `x`: a constant where the type knows it, else `Shape_i`. */
export function shapeI(x: Variable, axis: number): TensorVariable {
  const n = (x as TensorVariable).type.shape[axis];
  if (n !== null && n !== undefined) return sizeConstant(n);
  let list = readSizes.get(x);
  if (list === undefined) readSizes.set(x, (list = []));
  return (list[axis] ??= markNonNegative((shapeOps[axis] ??= new ShapeI(axis)).call(x) as TensorVariable));
}

/** The shape of `x`: a frozen list of int64 scalars. */
export function shape<X extends TensorLike>(x: X): Sizes<TensorVariable<"int64", 0>>[RankOf<X>];
export function shape(x: TensorLike): readonly TensorVariable[] {
  const v = asTensor(x);
  return Object.freeze(v.type.shape.map((_, axis) => shapeI(v, axis)));
}

export const WRONG_SIZE: Readonly<Record<SpecifyShape["role"], string>> = {
  value: "ShapeMismatchError: specifyShape: a size is not what was asserted.",
  mask: "IndexError: The mask does not fit: a size is not that of the tensor.",
  sequence: "ShapeMismatchError: scan: a sequence has rows for fewer steps than nSteps says.",
};

/** For a mask of which an axis has another size than the tensor that it selects from. */
export function maskMismatch(
  axis: number,
  size: number,
  wanted: number,
  details: ConstructorParameters<typeof IndexError>[1],
): IndexError {
  return new IndexError(`The mask does not fit: its axis ${axis} has size ${size}, the tensor's ${wanted}.`, {
    op: "at",
    ...details,
  });
}

/** Requires that sizes are what is said of them. A size of `null` says nothing. */
export class SpecifyShape extends Op {
  readonly name = "SpecifyShape";
  /** Axes about which something is said; the inputs after the first are their sizes, in order. */
  readonly axes: readonly number[];
  /** What the tensor is, for the error: sizes of a mask must be those of the tensor that it selects from, rows of a sequence as many as steps. */
  readonly role: "value" | "mask" | "sequence";

  constructor(axes: readonly number[], role: SpecifyShape["role"] = "value") {
    super();
    this.axes = axes;
    this.role = role;
  }

  override get key(): string {
    return `SpecifyShape{${this.axes.join(",")}${this.role === "value" ? "" : `;${this.role}`}}`;
  }

  override canFail(): boolean {
    return true;
  }

  override views(): readonly number[] {
    return [0];
  }

  override makeNode(x: Variable, ...sizes: Variable[]): Apply {
    const v = x as TensorVariable;
    const out = [...v.type.shape];
    for (const [k, axis] of this.axes.entries()) {
      const n = knownSize(sizes[k]!);
      const have = out[axis]!;
      if (n !== null && have !== null && n !== have) {
        throw new ShapeMismatchError(`specifyShape: axis ${axis} has size ${have}, not ${n} (${v.type.toString()}).`, {
          op: "SpecifyShape",
          inputs: [operand(v)],
        });
      }
      if (n !== null) out[axis] = n;
    }
    return new Apply(this, [v, ...sizes], [tensorType(v.dtype, out)]);
  }

  override perform(node: Apply, [x, ...sizes]: readonly NdArray[]): NdArray[] {
    for (const [k, axis] of this.axes.entries()) {
      const n = Number(sizes[k]!.itemBigInt());
      const size = x!.shape[axis];
      if (size === n) continue;
      const details = { inputs: [{ dtype: x!.dtype, shape: x!.shape }], createdAt: node.createdAt[0] };
      if (this.role === "mask") throw maskMismatch(axis, size!, n, details);
      if (this.role === "sequence") {
        const message = `scan: a sequence has rows for ${size} steps only, nSteps is ${n}.`;
        throw new ShapeMismatchError(message, { op: "scan", ...details });
      }
      throw new ShapeMismatchError(`specifyShape: axis ${axis} has size ${size}, but ${n} was asserted.`, {
        op: "SpecifyShape",
        ...details,
      });
    }
    return [x!.copy()];
  }

  override inferShape(node: Apply, [s]: readonly (readonly Variable[])[]): (readonly Variable[])[] {
    const out = [...s!];
    for (const [k, axis] of this.axes.entries()) out[axis] = node.inputs[k + 1]!;
    return [out];
  }

  override connectionPattern(node: Apply): boolean[][] {
    return node.inputs.map((_, i) => [i === 0]);
  }

  override lop(node: Apply, [g]: readonly (Variable | null)[]): InputGradient[] {
    return node.inputs.map((_, i) => (i === 0 ? (g ?? null) : null));
  }

  lower(ctx: LowerContext): Lowered {
    const { b } = ctx;
    const message = WRONG_SIZE[this.role];
    for (const axis of this.axes) {
      const same = b.eq(ctx.inputs[0]!.shape[axis]!, ctx.outputs[0]!.shape[axis]!);
      if (same.kind !== "const" || same.value !== true) ctx.check(same, message);
    }
    const code = ctx.failure(message);
    return {
      form: "view",
      input: 0,
      index: (out) => out,
      layout: (input) => input,
      reshape: true,
      guards: (pull) =>
        this.axes.map((axis, k) => ({
          over: [],
          failure: code,
          holds: () => {
            const n = pull(k + 1, []) as Expr;
            return b.eq(b.cast(n, "index"), ctx.inputs[0]!.shape[axis]!);
          },
        })),
    };
  }
}

export interface SpecifyShapeOptions {
  /** What `x` is, for the error: with a mask a size that differs is an IndexError. */
  readonly role?: SpecifyShape["role"];
}

/**
 * `x`, with sizes asserted: known sizes go into the type at once, the rest is checked when the function runs.
 * @param sizes one per axis; `null` says nothing about its axis
 * @throws ShapeMismatchError where the types already disagree
 */
export function specifyShape<X extends TensorLike>(
  x: X,
  sizes: readonly (SizeLike | null)[],
  options?: SpecifyShapeOptions,
): TensorVariable<DTypeOf<X>, RankOf<X>>;
export function specifyShape(
  x: TensorLike,
  sizes: readonly (SizeLike | null)[],
  options: SpecifyShapeOptions = {},
): TensorVariable {
  const v = asTensor(x);
  if (sizes.length !== v.ndim) {
    throw new ShapeMismatchError(
      `specifyShape: ${sizes.length} sizes were given for an input of rank ${v.ndim}; ` +
        "use null for an axis about which nothing is said.",
      { op: "SpecifyShape", inputs: [operand(v)] },
    );
  }
  const axes: number[] = [];
  const inputs: TensorVariable[] = [];
  for (const [axis, size] of sizes.entries()) {
    if (size === null) continue;
    const n = asSize(size, "specifyShape");
    const known = knownSize(n);
    if (known !== null && known === v.type.shape[axis]) continue;
    axes.push(axis);
    inputs.push(n);
  }
  return axes.length === 0 ? v : (new SpecifyShape(axes, options.role).call(v, ...inputs) as TensorVariable);
}
