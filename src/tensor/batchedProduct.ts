/** Stacks of matrix products. */
import { readElement, writeElement } from "../array/element.ts";
import { NdArray } from "../array/ndArray.ts";
import { isDiscrete, promoteAll } from "../dtype.ts";
import { RankError, ShapeMismatchError } from "../errors.ts";
import { Apply } from "../graph/apply.ts";
import { Op, type InputGradient } from "../graph/op.ts";
import type { Variable } from "../graph/variable.ts";
import type { LowerContext, Lowered } from "../ir/lowered.ts";
import { dimshuffle } from "./dimshuffle.ts";
import { productBlock } from "./dotBlock.ts";
import { cast, conj } from "./math.ts";
import { hasGemm, axesOf, checkInner, checkInnerArrays, knownDiffers, product } from "./productAxes.ts";
import { operand } from "./shape.ts";
import { knownSize } from "./sizes.ts";
import { sumTo } from "./sumTo.ts";
import { tensorType, type StaticShape } from "./type.ts";
import type { TensorVariable } from "./variable.ts";

/** Matrix products over leading batch axes, which broadcast where their static size is 1. Operands have rank 2 or more. */
export class BatchedDot extends Op {
  readonly name = "BatchedDot";

  override canFail(node: Apply): boolean {
    const [a, b] = node.inputs as [TensorVariable, TensorVariable];
    const out = node.outputs[0] as TensorVariable;
    const unknown = [a, b].some((v) => v.type.shape.slice(0, -2).includes(null));
    return knownDiffers(a, b) || unknown || out.type.shape.slice(0, -2).includes(null);
  }

  /** @throws RankError, ShapeMismatchError when the operands do not fit */
  override makeNode(x: Variable, y: Variable): Apply {
    const dtype = promoteAll([(x as TensorVariable).dtype, (y as TensorVariable).dtype]);
    const [a, b] = [x, y].map((v) => cast(v as TensorVariable, dtype)) as [TensorVariable, TensorVariable];
    if (a.ndim < 2 || b.ndim < 2) {
      throw new RankError(`matmul: expected rank 2 or more, got ${a.ndim} and ${b.ndim}.`, {
        op: "BatchedDot",
        inputs: [operand(a), operand(b)],
      });
    }
    checkInner("matmul", a, b);
    const out = [...batchShape(a, b), a.type.shape[a.ndim - 2]!, b.type.shape[b.ndim - 1]!];
    return new Apply(this, [a, b], [tensorType(dtype, out)]);
  }

  override perform(node: Apply, [a, b]: readonly NdArray[]): NdArray[] {
    checkInnerArrays("matmul", node, a!, b!);
    const batch = batchOfArrays(node, a!, b!);
    const [x, y] = [a!, b!].map((v) => v.broadcastTo([...batch, ...v.shape.slice(-2)])) as [NdArray, NdArray];
    const out = NdArray.allocate(x.dtype, [...batch, x.shape.at(-2)!, y.shape.at(-1)!]);
    const index = batch.map(() => 0);
    const count = batch.reduce((p, n) => p * n, 1);
    const matrix = (v: NdArray): NdArray => {
      const offset = index.reduce((at, i, k) => at + i * v.strides[k]!, v.offset);
      return NdArray.wrap(v.dtype, v.buffer, v.shape.slice(-2), v.strides.slice(-2), offset);
    };
    for (let i = 0; i < count; i++) {
      const part = product(matrix(x), matrix(y));
      for (let j = 0; j < part.size; j++) writeElement(out, i * part.size + j, readElement(part, j));
      for (let k = batch.length - 1; k >= 0 && ++index[k]! === batch[k]!; k--) index[k] = 0;
    }
    return [out];
  }

  override inferShape(node: Apply, [a, b]: readonly (readonly Variable[])[]): (readonly Variable[])[] {
    const [x, y] = node.inputs as [TensorVariable, TensorVariable];
    const rank = Math.max(a!.length, b!.length);
    const batch = Array.from({ length: rank - 2 }, (_, k) => {
      const [i, j] = [k - rank + a!.length, k - rank + b!.length];
      if (i < 0 || (j >= 0 && x.type.shape[i] === 1)) return b![j]!;
      return j >= 0 && y.type.shape[j] !== 1 && knownSize(a![i]!) === null
        ? knownSize(b![j]!) === null
          ? a![i]!
          : b![j]!
        : a![i]!;
    });
    return [[...batch, a!.at(-2)!, b!.at(-1)!]];
  }

  override lop(node: Apply, [gradient]: readonly (Variable | null)[]): InputGradient[] {
    const [a, b] = node.inputs as [TensorVariable, TensorVariable];
    const g = gradient as TensorVariable | null | undefined;
    if (g === null || g === undefined || isDiscrete(g.dtype)) return [null, null];
    return [
      sumTo(batchedOp.call(g, swapLast(conj(b))) as TensorVariable, a),
      sumTo(batchedOp.call(swapLast(conj(a)), g) as TensorVariable, b),
    ];
  }

  lower(ctx: LowerContext): Lowered {
    const [a, b] = [ctx.inputs[0]!, ctx.inputs[1]!];
    const axes = axesOf(a.shape.length, b.shape.length);
    const batch = ctx.outputs[0]!.shape.length - 2;
    for (const x of [a, b]) {
      const lead = batch + 2 - x.shape.length;
      for (let k = 0; k < x.shape.length - 2; k++) {
        const fits = ctx.b.eq(x.shape[k]!, ctx.outputs[0]!.shape[k + lead]!);
        if (x.static[k] !== 1 && fits.kind !== "const") ctx.check(fits, "matmul: batch sizes differ.");
      }
    }
    if (!hasGemm(a.dtype)) return productBlock(ctx, { ...axes, batch });
    return { form: "call", fn: "gemm", a: 0, b: 1, aAxes: axes.a, bAxes: axes.b, batch };
  }
}

export const batchedOp: BatchedDot = new BatchedDot();

function swapLast(x: TensorVariable): TensorVariable {
  const axes = Array.from({ length: x.ndim }, (_, k) => k);
  return dimshuffle(x, [...axes.slice(0, -2), x.ndim - 1, x.ndim - 2]);
}

function batchShape(a: TensorVariable, b: TensorVariable): StaticShape {
  const rank = Math.max(a.ndim, b.ndim);
  return Array.from({ length: rank - 2 }, (_, k) => {
    const n = a.type.shape[k - rank + a.ndim] ?? (k - rank + a.ndim < 0 ? 1 : null);
    const m = b.type.shape[k - rank + b.ndim] ?? (k - rank + b.ndim < 0 ? 1 : null);
    if (n === 1) return m;
    if (m === 1) return n;
    if (n !== null && m !== null && n !== m) {
      throw new ShapeMismatchError(`matmul: batch axis ${k} has sizes ${n} and ${m}.`, {
        op: "BatchedDot",
        inputs: [operand(a), operand(b)],
      });
    }
    return n ?? m;
  });
}

function batchOfArrays(node: Apply, a: NdArray, b: NdArray): number[] {
  const rank = Math.max(a.ndim, b.ndim);
  const [x, y] = node.inputs as [TensorVariable, TensorVariable];
  return Array.from({ length: rank - 2 }, (_, k) => {
    const [i, j] = [k - rank + a.ndim, k - rank + b.ndim];
    if (i < 0) return b.shape[j]!;
    if (j < 0 || y.type.shape[j] === 1) return a.shape[i]!;
    if (x.type.shape[i] !== 1 && a.shape[i] !== b.shape[j]) {
      throw new ShapeMismatchError(
        `matmul: batch axis ${k} has sizes ${a.shape[i]} and ${b.shape[j]}; only sizes that the types know to be 1 broadcast.`,
        {
          op: "BatchedDot",
          inputs: [a, b].map((v) => ({ dtype: v.dtype, shape: v.shape })),
          createdAt: node.createdAt[0],
        },
      );
    }
    return b.shape[j]!;
  });
}
