/** Products that are added to a matrix. */
import { readElement, writeElement } from "../array/element.ts";
import { NdArray } from "../array/ndArray.ts";
import { RankError, ShapeMismatchError } from "../errors.ts";
import { Apply } from "../graph/apply.ts";
import { Op, type InputGradient } from "../graph/op.ts";
import type { Variable } from "../graph/variable.ts";
import type { LowerContext, Lowered } from "../ir/lowered.ts";
import { mul } from "./math.ts";
import { dotOp } from "./matrixProduct.ts";
import { hasGemm, axesOf, checkInnerArrays, product } from "./productAxes.ts";
import { sum } from "./reduction.ts";
import { operand } from "./shape.ts";
import { tensorType } from "./type.ts";
import type { TensorVariable } from "./variable.ts";

/** `C * beta + alpha * dot(A, B)`. Inputs: C, alpha, A, B, beta (alpha and beta scalars), of one dtype. Made by rules. */
export class Gemm extends Op {
  readonly name = "Gemm";

  override toString(): string {
    return "Gemm{no_inplace}";
  }

  override canFail(): boolean {
    return true;
  }

  /** @throws RankError, ShapeMismatchError when the operands do not fit */
  override makeNode(...inputs: Variable[]): Apply {
    const [c, alpha, a, b, beta] = inputs as TensorVariable[];
    const details = { op: "Gemm", inputs: (inputs as TensorVariable[]).map(operand) };
    const product = dotOp.makeNode(a!, b!).out as TensorVariable;
    if (product.ndim !== c!.ndim || alpha!.ndim !== 0 || beta!.ndim !== 0) {
      throw new RankError("Gemm: expected C of the product's rank, and scalars alpha and beta.", details);
    }
    const shape = c!.type.shape.map((n, k) => {
      const m = product.type.shape[k]!;
      if (n !== null && m !== null && n !== m) {
        throw new ShapeMismatchError(`Gemm: C has size ${n} on axis ${k}, the product ${m}.`, details);
      }
      return m ?? n;
    });
    return new Apply(this, inputs, [tensorType(c!.dtype, shape)]);
  }

  override perform(node: Apply, [c, alpha, a, b, beta]: readonly NdArray[]): NdArray[] {
    checkInnerArrays("Gemm", node, a!, b!);
    const out = product(a!, b!);
    if (out.shape.some((n, k) => n !== c!.shape[k])) {
      throw new ShapeMismatchError(
        `Gemm: C of shape (${c!.shape.join(", ")}) does not fit a product of shape (${out.shape.join(", ")}).`,
        { op: "Gemm", inputs: [c!, a!, b!].map((x) => ({ dtype: x.dtype, shape: x.shape })) },
      );
    }
    const [p, q] = [Number(readElement(alpha!, alpha!.offset)), Number(readElement(beta!, beta!.offset))];
    const base = c!.contiguous();
    for (let i = 0; i < out.size; i++) {
      const addend = q === 0 ? 0 : q * (readElement(base, base.offset + i) as number);
      writeElement(out, i, addend + p * (readElement(out, i) as number));
    }
    return [out];
  }

  override inferShape(_node: Apply, [c]: readonly (readonly Variable[])[]): (readonly Variable[])[] {
    return [c!];
  }

  override lop(node: Apply, [gradient]: readonly (Variable | null)[]): InputGradient[] {
    const [c, alpha, a, b, beta] = node.inputs as TensorVariable[];
    const g = gradient as TensorVariable | null | undefined;
    if (g === null || g === undefined) return node.inputs.map(() => null);
    const scaled = mul(alpha!, g);
    const inner = dotOp.makeNode(a!, b!);
    const [ga, gb] = dotOp.lop(inner, [scaled]);
    return [mul(beta!, g), sum(mul(g, inner.out as TensorVariable)), ga!, gb!, sum(mul(g, c!))];
  }

  lower(ctx: LowerContext): Lowered | null {
    const [a, b] = [ctx.inputs[2]!, ctx.inputs[3]!];
    if (!hasGemm(a.dtype)) return null;
    const axes = axesOf(a.shape.length, b.shape.length);
    return {
      form: "call",
      fn: "gemm",
      c: 0,
      alpha: 1,
      a: 2,
      b: 3,
      beta: 4,
      aAxes: axes.a,
      bAxes: axes.b,
      batch: 0,
    };
  }
}

const gemmOp = new Gemm();

/** `c * beta + alpha * dot(a, b)`, for rules. */
export function gemm(
  c: TensorVariable,
  alpha: TensorVariable,
  a: TensorVariable,
  b: TensorVariable,
  beta: TensorVariable,
): TensorVariable {
  return gemmOp.call(c, alpha, a, b, beta) as TensorVariable;
}
