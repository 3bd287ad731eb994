/** Tensors along a new axis. */
import { NdArray } from "../array/ndArray.ts";
import { readElement, writeElement } from "../array/element.ts";
import { isDiscrete, type DType } from "../dtype.ts";
import { RankError } from "../errors.ts";
import { Apply } from "../graph/apply.ts";
import { Op, type InputGradient } from "../graph/op.ts";
import type { Variable } from "../graph/variable.ts";
import type { BlockArgs, ElementValue, LowerContext, Lowered } from "../ir/lowered.ts";
import type { Expr, Stmt } from "../ir/node.ts";
import { asTensor, provideStack } from "./constant.ts";
import { normalizeAxisOf } from "./dimshuffle.ts";
import { loadElement, storeElement } from "./loops.ts";
import { operand } from "./shape.ts";
import { shapePadAxis } from "./axes.ts";
import { sizeConstant } from "./sizes.ts";
import { Subtensor } from "./subtensor/basic.ts";
import { tensorType } from "./type.ts";
import type { PromotedList, RankOfEach, StackedRank } from "./typing.ts";
import { TensorVariable, type TensorLike } from "./variable.ts";
import type { Innermost, NestedRank, PromotedTensors } from "./functionTyping.ts";
import type { Broadcasting } from "./ranks.ts";
import { join } from "./join.ts";
import { axisOf, commonDtype, type AxisOption } from "./joinArguments.ts";

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
 * Tensors of one shape along a new axis; a list of them, or, along the first axis, one by one.
 * @throws RankError when the ranks differ
 */
export function stack<const L extends readonly TensorLike[]>(
  tensors: L,
  axis?: AxisOption,
): TensorVariable<PromotedList<L>, StackedRank<L>>;
export function stack<const L extends readonly TensorVariable[]>(
  ...tensors: L
): TensorVariable<PromotedList<L>, StackedRank<L>>;
export function stack(
  given: TensorLike,
  axis: AxisOption | TensorVariable = 0,
  ...more: TensorVariable[]
): TensorVariable {
  if (axis instanceof TensorVariable) return stack([given, axis, ...more]);
  const tensors = given instanceof TensorVariable ? [given] : (given as readonly TensorLike[]);
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
