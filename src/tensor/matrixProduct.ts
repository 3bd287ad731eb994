/** The product of vectors and matrices. */
import { NdArray } from "../array/ndArray.ts";
import { isDiscrete, promoteAll } from "../dtype.ts";
import { RankError } from "../errors.ts";
import { Apply } from "../graph/apply.ts";
import { Op, type InputGradient } from "../graph/op.ts";
import type { Variable } from "../graph/variable.ts";
import type { LowerContext, Lowered } from "../ir/lowered.ts";
import { asTensor } from "./constant.ts";
import { dimshuffle } from "./dimshuffle.ts";
import { productBlock } from "./dotBlock.ts";
import { cast, conj, mul } from "./math.ts";
import { hasGemm, axesOf, checkInner, checkInnerArrays, knownDiffers, product } from "./productAxes.ts";
import { operand } from "./shape.ts";
import { tensorType } from "./type.ts";
import type { TensorLike, TensorVariable } from "./variable.ts";

/** The product of two vectors or matrices of one dtype. */
export class Dot extends Op {
  readonly name = "dot";

  override canFail(node: Apply): boolean {
    return knownDiffers(node.inputs[0] as TensorVariable, node.inputs[1] as TensorVariable);
  }

  /**
   * Operands of different dtypes are converted to the common one.
   * @throws RankError for other ranks than 1 and 2; ShapeMismatchError when known sizes do not agree
   */
  override makeNode(x: Variable, y: Variable): Apply {
    const dtype = promoteAll([(x as TensorVariable).dtype, (y as TensorVariable).dtype]);
    const [a, b] = [x, y].map((v) => cast(v as TensorVariable, dtype)) as [TensorVariable, TensorVariable];
    if (a.ndim < 1 || a.ndim > 2 || b.ndim < 1 || b.ndim > 2) {
      throw new RankError(`dot: expected vectors or matrices, got ranks ${a.ndim} and ${b.ndim}.`, {
        op: "dot",
        inputs: [operand(a), operand(b)],
      });
    }
    checkInner("dot", a, b);
    const out = [...a.type.shape.slice(0, a.ndim - 1), ...b.type.shape.slice(1)];
    return new Apply(this, [a, b], [tensorType(dtype, out)]);
  }

  override perform(node: Apply, [a, b]: readonly NdArray[]): NdArray[] {
    checkInnerArrays("dot", node, a!, b!);
    return [product(a!, b!)];
  }

  override inferShape(_node: Apply, [a, b]: readonly (readonly Variable[])[]): (readonly Variable[])[] {
    return [[...a!.slice(0, a!.length - 1), ...b!.slice(1)]];
  }

  override lop(node: Apply, [gradient]: readonly (Variable | null)[]): InputGradient[] {
    const [a, b] = node.inputs as [TensorVariable, TensorVariable];
    const g = gradient as TensorVariable | null | undefined;
    if (g === null || g === undefined || isDiscrete(g.dtype)) return [null, null];
    const [ca, cb] = [conj(a), conj(b)];
    if (a.ndim === 1 && b.ndim === 1) return [mul(g, cb), mul(g, ca)];
    // Outer products are elementwise: they fuse with what uses them.
    if (a.ndim === 1) return [timesMatrix(g, transposed(cb)), mul(dimshuffle(ca, [0, "x"]), dimshuffle(g, ["x", 0]))];
    if (b.ndim === 1) return [mul(dimshuffle(g, [0, "x"]), dimshuffle(cb, ["x", 0])), timesMatrix(transposed(ca), g)];
    return [timesMatrix(g, transposed(cb)), timesMatrix(transposed(ca), g)];
  }

  lower(ctx: LowerContext): Lowered {
    const [a, b] = [ctx.inputs[0]!, ctx.inputs[1]!];
    const axes = axesOf(a.shape.length, b.shape.length);
    if (!hasGemm(a.dtype)) return productBlock(ctx, { ...axes, batch: 0 });
    return { form: "call", fn: "gemm", a: 0, b: 1, aAxes: axes.a, bAxes: axes.b, batch: 0 };
  }
}

export const transposed = (m: TensorVariable): TensorVariable => dimshuffle(m, [1, 0]);
export const dotOp: Dot = new Dot();

/** The product of operands of rank 2 at most. */
function timesMatrix(x: TensorVariable, y: TensorVariable): TensorVariable {
  return x.ndim === 0 || y.ndim === 0 ? mul(x, y) : (dotOp.call(x, y) as TensorVariable);
}

export function operands(x: TensorLike, y: TensorLike): [TensorVariable, TensorVariable] {
  const weak = (v: TensorLike): boolean => typeof v === "number" || typeof v === "bigint" || typeof v === "boolean";
  if (weak(x) && !weak(y)) return [asTensor(x, asTensor(y).dtype), asTensor(y)];
  const a = asTensor(x);
  return [a, asTensor(y, weak(y) ? a.dtype : undefined)];
}
