/** Products that are scaled, and products that are added to something: one call each. */
import { readElement, writeElement } from "../array/element.ts";
import { NdArray } from "../array/ndArray.ts";
import { RankError, ShapeMismatchError } from "../errors.ts";
import { Apply } from "../graph/apply.ts";
import { Op, type InputGradient } from "../graph/op.ts";
import type { Variable } from "../graph/variable.ts";
import type { LowerContext, Lowered } from "../ir/lowered.ts";
import { mul } from "./math.ts";
import { dotOp } from "./matrixProduct.ts";
import { hasGemm, axesOf, checkInnerArrays, knownDiffers, product } from "./productAxes.ts";
import { sum } from "./reduction.ts";
import { operand } from "./shape.ts";
import { tensorType } from "./type.ts";
import type { TensorVariable } from "./variable.ts";

/** `C * beta + alpha * dot(A, B)`. Inputs: C, alpha, A, B, beta (alpha and beta scalars), of one dtype. Made by rules. */
export class Gemm extends Op {
  readonly name: string = "Gemm";

  override toString(): string {
    return `${this.name}{no_inplace}`;
  }

  override canFail(): boolean {
    return true;
  }

  /** @throws RankError, ShapeMismatchError when the operands do not fit */
  override makeNode(...inputs: Variable[]): Apply {
    const [c, alpha, a, b, beta] = inputs as TensorVariable[];
    const details = { op: this.name, inputs: (inputs as TensorVariable[]).map(operand) };
    const product = dotOp.makeNode(a!, b!).out as TensorVariable;
    if (product.ndim !== c!.ndim || alpha!.ndim !== 0 || beta!.ndim !== 0) {
      throw new RankError(`${this.name}: expected C of the product's rank, and scalars alpha and beta.`, details);
    }
    const shape = c!.type.shape.map((n, k) => {
      const m = product.type.shape[k]!;
      if (n !== null && m !== null && n !== m) {
        throw new ShapeMismatchError(`${this.name}: C has size ${n} on axis ${k}, the product ${m}.`, details);
      }
      return m ?? n;
    });
    return new Apply(this, inputs, [tensorType(c!.dtype, shape)]);
  }

  override perform(node: Apply, [c, alpha, a, b, beta]: readonly NdArray[]): NdArray[] {
    checkInnerArrays(this.name, node, a!, b!);
    const out = product(a!, b!);
    if (out.shape.some((n, k) => n !== c!.shape[k])) {
      throw new ShapeMismatchError(
        `${this.name}: C of shape (${c!.shape.join(", ")}) does not fit a product of shape (${out.shape.join(", ")}).`,
        { op: this.name, inputs: [c!, a!, b!].map((x) => ({ dtype: x.dtype, shape: x.shape })) },
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

/** The same for a vector: the product of a matrix and a vector is added to it. */
export class Gemv extends Gemm {
  override readonly name: string = "Gemv";
}

/** `alpha * dot(A, B)`: the scale is applied where the product is written. Inputs: A, B, alpha, of one dtype. Made by rules. */
export class Dot22Scalar extends Op {
  readonly name = "Dot22Scalar";

  override canFail(node: Apply): boolean {
    return knownDiffers(node.inputs[0] as TensorVariable, node.inputs[1] as TensorVariable);
  }

  /** @throws RankError, ShapeMismatchError when the operands do not fit */
  override makeNode(...inputs: Variable[]): Apply {
    const [a, b, alpha] = inputs as [TensorVariable, TensorVariable, TensorVariable];
    const product = dotOp.makeNode(a, b).out;
    if (alpha.ndim !== 0) {
      const details = { op: this.name, inputs: [a, b, alpha].map(operand) };
      throw new RankError(`${this.name}: expected a scalar to multiply with, got rank ${alpha.ndim}.`, details);
    }
    return new Apply(this, inputs, [product.type]);
  }

  override perform(node: Apply, [a, b, alpha]: readonly NdArray[]): NdArray[] {
    checkInnerArrays(this.name, node, a!, b!);
    const out = product(a!, b!);
    const scale = Number(readElement(alpha!, alpha!.offset));
    for (let i = 0; i < out.size; i++) writeElement(out, i, scale * (readElement(out, i) as number));
    return [out];
  }

  override inferShape(node: Apply, [a, b]: readonly (readonly Variable[])[]): (readonly Variable[])[] {
    return dotOp.inferShape(node, [a!, b!]);
  }

  override lop(node: Apply, [gradient]: readonly (Variable | null)[]): InputGradient[] {
    const [a, b, alpha] = node.inputs as [TensorVariable, TensorVariable, TensorVariable];
    const g = gradient as TensorVariable | null | undefined;
    if (g === null || g === undefined) return [null, null, null];
    const inner = dotOp.makeNode(a, b);
    return [...dotOp.lop(inner, [mul(alpha, g)]), sum(mul(g, inner.out as TensorVariable))];
  }

  lower(ctx: LowerContext): Lowered | null {
    const [a, b] = [ctx.inputs[0]!, ctx.inputs[1]!];
    if (!hasGemm(a.dtype)) return null;
    const axes = axesOf(a.shape.length, b.shape.length);
    return { form: "call", fn: "gemm", a: 0, b: 1, alpha: 2, aAxes: axes.a, bAxes: axes.b, batch: 0 };
  }
}

const gemmOp = new Gemm();
const gemvOp = new Gemv();
const scaledOp = new Dot22Scalar();

/** `c * beta + alpha * dot(a, b)`, for rules. */
export function gemm(
  c: TensorVariable,
  alpha: TensorVariable,
  a: TensorVariable,
  b: TensorVariable,
  beta: TensorVariable,
): TensorVariable {
  return (c.ndim === 1 ? gemvOp : gemmOp).call(c, alpha, a, b, beta) as TensorVariable;
}

/** `alpha * dot(a, b)`, for rules. */
export function scaledDot(a: TensorVariable, b: TensorVariable, alpha: TensorVariable): TensorVariable {
  return scaledOp.call(a, b, alpha) as TensorVariable;
}
