/** Products of vectors and matrices: `Dot`, `BatchedDot`, `Gemm`, and what is composed of them. */
import { castElement, readElement, writeElement, type Element } from "../array/element.ts";
import { NdArray } from "../array/ndArray.ts";
import { isComplex, isDiscrete, promoteAll, type DType } from "../dtype.ts";
import { ArgumentError, AxisError, RankError, ShapeMismatchError } from "../errors.ts";
import { Apply } from "../graph/apply.ts";
import { Op, type InputGradient } from "../graph/op.ts";
import type { Variable } from "../graph/variable.ts";
import type { LowerContext, Lowered } from "../ir/lowered.ts";
import { asTensor } from "./constant.ts";
import { dimshuffle, normalizeAxisOf } from "./dimshuffle.ts";
import { productBlock } from "./dotBlock.ts";
import { cast, conj, mul } from "./math.ts";
import { optionsOf } from "./options.ts";
import { sum } from "./reduction.ts";
import { reshape } from "./reshape.ts";
import type { Promotion } from "./promotionTypes.ts";
import type { DotRank } from "./rankTypes.ts";
import { operand, shape as shapeOf, specifyShape } from "./shape.ts";
import { knownSize, sizeProduct } from "./sizes.ts";
import { sumTo } from "./sumTo.ts";
import { tensorType, type StaticShape } from "./type.ts";
import type { TensorLike, TensorVariable } from "./variable.ts";

/** Dtypes that the gemm of the targets computes in. */
function hasGemm(dtype: DType): boolean {
  return dtype === "float32" || dtype === "float64";
}

/** Axes of the operands: -1 where a vector lacks one. */
interface ProductAxes {
  readonly a: { readonly row: number; readonly inner: number };
  readonly b: { readonly inner: number; readonly column: number };
}

function axesOf(aRank: number, bRank: number): ProductAxes {
  return {
    a: { row: aRank - 2, inner: aRank - 1 },
    b: bRank === 1 ? { inner: 0, column: -1 } : { inner: bRank - 2, column: bRank - 1 },
  };
}

function checkInner(op: string, a: TensorVariable, b: TensorVariable): void {
  const axes = axesOf(a.ndim, b.ndim);
  const [n, m] = [a.type.shape[axes.a.inner]!, b.type.shape[axes.b.inner]!];
  if (n === null || m === null || n === m) return;
  throw new ShapeMismatchError(
    `${op}: shapes (${a.type.shape.map((s) => s ?? "?").join(", ")}) and ` +
      `(${b.type.shape.map((s) => s ?? "?").join(", ")}) are not aligned: axis ${axes.a.inner} of the first has ` +
      `size ${n}, axis ${axes.b.inner} of the second ${m}.` +
      (b.ndim === 2 && b.type.shape[1] === n ? "\nDid you mean the transpose of the second, y.T?" : ""),
    { op, inputs: [operand(a), operand(b)] },
  );
}

function checkInnerArrays(op: string, node: Apply, a: NdArray, b: NdArray): void {
  const axes = axesOf(a.ndim, b.ndim);
  if (a.shape[axes.a.inner] === b.shape[axes.b.inner]) return;
  throw new ShapeMismatchError(
    `${op}: shapes (${a.shape.join(", ")}) and (${b.shape.join(", ")}) are not aligned: ` +
      `${a.shape[axes.a.inner]} is not ${b.shape[axes.b.inner]}.`,
    {
      op,
      inputs: [a, b].map((x) => ({ dtype: x.dtype, shape: x.shape })),
      createdAt: node.createdAt[0],
    },
  );
}

const knownDiffers = (a: TensorVariable, b: TensorVariable): boolean => {
  const axes = axesOf(a.ndim, b.ndim);
  const n = a.type.shape[axes.a.inner]!;
  return n === null || n !== b.type.shape[axes.b.inner];
};

/** Sum of products of two strided runs, exact for integers, in double precision for floats. */
function innerProduct(a: NdArray, at: number, da: number, b: NdArray, bt: number, db: number, k: number): Element {
  const { dtype } = a;
  if (isComplex(dtype)) {
    let [re, im] = [0, 0];
    for (let i = 0; i < k; i++) {
      const x = readElement(a, at + i * da) as { re: number; im: number };
      const y = readElement(b, bt + i * db) as { re: number; im: number };
      re += x.re * y.re - x.im * y.im;
      im += x.re * y.im + x.im * y.re;
    }
    return { re, im };
  }
  if (isDiscrete(dtype)) {
    let total = 0n;
    for (let i = 0; i < k; i++) {
      total += BigInt(readElement(a, at + i * da) as number) * BigInt(readElement(b, bt + i * db) as number);
    }
    return dtype === "bool" ? (total > 0n ? 1 : 0) : dtype.endsWith("64") ? total : Number(BigInt.asIntN(53, total));
  }
  let total = 0;
  for (let i = 0; i < k; i++) {
    total += (readElement(a, at + i * da) as number) * (readElement(b, bt + i * db) as number);
  }
  return total;
}

/** The product of vectors or matrices, on arrays of one dtype. */
function product(a: NdArray, b: NdArray): NdArray {
  const axes = axesOf(a.ndim, b.ndim);
  const rows = a.ndim === 2 ? a.shape[0]! : 1;
  const columns = b.ndim === 2 ? b.shape[1]! : 1;
  const k = a.shape[axes.a.inner]!;
  const out = NdArray.allocate(a.dtype, [...a.shape.slice(0, a.ndim - 1), ...(b.ndim === 2 ? [columns] : [])]);
  const [rowStep, da] = [a.ndim === 2 ? a.strides[0]! : 0, a.strides[axes.a.inner]!];
  const [columnStep, db] = [b.ndim === 2 ? b.strides[1]! : 0, b.strides[axes.b.inner]!];
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const value = innerProduct(a, a.offset + i * rowStep, da, b, b.offset + j * columnStep, db, k);
      writeElement(out, i * columns + j, castElement(value, a.dtype, a.dtype));
    }
  }
  return out;
}

// --- Dot -----------------------------------------------------------------------------------------

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
    if (a.ndim === 1) return [dot(g, transposed(cb)), mul(dimshuffle(ca, [0, "x"]), dimshuffle(g, ["x", 0]))];
    if (b.ndim === 1) return [mul(dimshuffle(g, [0, "x"]), dimshuffle(cb, ["x", 0])), dot(transposed(ca), g)];
    return [dot(g, transposed(cb)), dot(transposed(ca), g)];
  }

  lower(ctx: LowerContext): Lowered {
    const [a, b] = [ctx.inputs[0]!, ctx.inputs[1]!];
    const axes = axesOf(a.shape.length, b.shape.length);
    if (!hasGemm(a.dtype)) return productBlock(ctx, { ...axes, batch: 0 });
    return { form: "call", fn: "gemm", a: 0, b: 1, aAxes: axes.a, bAxes: axes.b, batch: 0 };
  }
}

const transposed = (m: TensorVariable): TensorVariable => dimshuffle(m, [1, 0]);
const dotOp = new Dot();

/**
 * The product: of scalars with anything elementwise, of vectors and matrices as in linear algebra, of higher ranks as NumPy's
 * `dot` (the last axis of `x` with the second last of `y`).
 * @throws ShapeMismatchError when known sizes do not agree
 */
export function dot<D extends DType, R extends number, E extends DType, S extends number>(
  x: TensorVariable<D, R>,
  y: TensorVariable<E, S>,
): TensorVariable<Promotion[D][E], DotRank[R][S]>;
export function dot(x: TensorLike, y: TensorLike): TensorVariable;
export function dot(x: TensorLike, y: TensorLike): TensorVariable {
  const [a, b] = operands(x, y);
  if (a.ndim === 0 || b.ndim === 0) return mul(a, b);
  if (a.ndim > 2 || b.ndim > 2) return tensordot(a, b, [[a.ndim - 1], [Math.max(0, b.ndim - 2)]]);
  return dotOp.call(a, b) as TensorVariable;
}

function operands(x: TensorLike, y: TensorLike): [TensorVariable, TensorVariable] {
  const weak = (v: TensorLike): boolean => typeof v === "number" || typeof v === "bigint" || typeof v === "boolean";
  if (weak(x) && !weak(y)) return [asTensor(x, asTensor(y).dtype), asTensor(y)];
  const a = asTensor(x);
  return [a, asTensor(y, weak(y) ? a.dtype : undefined)];
}

// --- Gemm ----------------------------------------------------------------------------------------

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

// --- BatchedDot ----------------------------------------------------------------------------------

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

const batchedOp = new BatchedDot();

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

/**
 * NumPy's `matmul`: vectors and matrices as `dot`; higher ranks are stacks of matrices whose leading axes broadcast.
 * @throws RankError for scalars
 */
export function matmul(x: TensorLike, y: TensorLike): TensorVariable {
  const [a, b] = operands(x, y);
  if (a.ndim === 0 || b.ndim === 0) {
    throw new RankError("matmul: scalars are not allowed; use mul.", {
      op: "matmul",
      inputs: [operand(a), operand(b)],
    });
  }
  if (a.ndim <= 2 && b.ndim <= 2) return dot(a, b);
  const left = a.ndim === 1 ? dimshuffle(a, ["x", 0]) : a;
  const right = b.ndim === 1 ? dimshuffle(b, [0, "x"]) : b;
  const out = batchedOp.call(left, right) as TensorVariable;
  const dropped = a.ndim === 1 ? out.ndim - 2 : b.ndim === 1 ? out.ndim - 1 : -1;
  return dropped < 0
    ? out
    : dimshuffle(
        out,
        Array.from({ length: out.ndim }, (_, k) => k).filter((k) => k !== dropped),
      );
}

/**
 * Products along the first axis, batch by batch: `out[i] = dot(x[i], y[i])`. Theano's `batched_dot`.
 * @throws RankError when an operand has no axis besides the batch axis
 */
export function batchedDot(x: TensorLike, y: TensorLike): TensorVariable {
  const [a, b] = operands(x, y);
  if (a.ndim < 1 || b.ndim < 1) {
    throw new RankError("batchedDot: both operands need a batch axis.", {
      op: "BatchedDot",
      inputs: [operand(a), operand(b)],
    });
  }
  if (a.ndim === 1 || b.ndim === 1) {
    const pad = (v: TensorVariable, rank: number): TensorVariable =>
      v.ndim >= rank ? v : dimshuffle(v, [0, ...new Array<"x">(rank - 1).fill("x")]);
    return mul(pad(a, b.ndim), pad(b, a.ndim));
  }
  if (a.ndim > 3 || b.ndim > 3) return batchedTensordot(a, b, [[a.ndim - 1], [Math.max(1, b.ndim - 2)]]);
  const left = a.ndim === 2 ? dimshuffle(a, [0, "x", 1]) : a;
  const right = b.ndim === 2 ? dimshuffle(b, [0, 1, "x"]) : b;
  const out = batchedOp.call(left, right) as TensorVariable;
  const kept = [0, ...(a.ndim === 3 ? [1] : []), ...(b.ndim === 3 ? [2] : [])];
  return dimshuffle(out, kept);
}

// --- tensordot -----------------------------------------------------------------------------------

/** How many axes (the last of x with the first of y), or which. */
export type TensordotAxes = number | readonly [readonly number[] | number, readonly number[] | number];

function contractedAxes(
  op: string,
  a: TensorVariable,
  b: TensorVariable,
  axes: TensordotAxes,
  first: number,
): [number[], number[]] {
  const list = (v: readonly number[] | number): readonly number[] => (typeof v === "number" ? [v] : v);
  let [p, q] = [[] as readonly number[], [] as readonly number[]];
  if (typeof axes === "number") {
    if (!Number.isInteger(axes) || axes < 0 || axes > Math.min(a.ndim, b.ndim) - first) {
      throw new AxisError(`${op}: ${axes} axes cannot be summed over for ranks ${a.ndim} and ${b.ndim}.`, {
        op,
        inputs: [operand(a), operand(b)],
      });
    }
    p = Array.from({ length: axes }, (_, k) => a.ndim - axes + k);
    q = Array.from({ length: axes }, (_, k) => first + k);
  } else if (!Array.isArray(axes) || axes.length !== 2) {
    throw new ArgumentError(`${op}: axes must be a number or two lists of axes.`, { op });
  } else [p, q] = [list(axes[0]), list(axes[1])];
  const normal = [p.map((k) => normalizeAxisOf(k, a.ndim, op)), q.map((k) => normalizeAxisOf(k, b.ndim, op))] as const;
  if (p.length !== q.length || normal.some((l) => new Set(l).size !== l.length)) {
    throw new AxisError(`${op}: axes [${p}] and [${q}] must be as many, each named once.`, { op });
  }
  for (const [i, k] of normal[0].entries()) {
    const [n, m] = [a.type.shape[k]!, b.type.shape[normal[1][i]!]!];
    if (n === null || m === null || n === m) continue;
    throw new ShapeMismatchError(
      `${op}: axis ${k} of the first has size ${n}, axis ${normal[1][i]} of the second ${m}.`,
      {
        op,
        inputs: [operand(a), operand(b)],
      },
    );
  }
  return [[...normal[0]], [...normal[1]]];
}

/** `b` with the sizes of the contracted axes of `a`: of several, their product alone would be compared. */
function matched(a: TensorVariable, b: TensorVariable, p: readonly number[], q: readonly number[]): TensorVariable {
  if (p.length < 2) return b;
  const sizes = shapeOf(a);
  return specifyShape(
    b,
    b.type.shape.map((_, k) => (q.includes(k) ? sizes[p[q.indexOf(k)]!]! : null)),
  );
}

export interface TensordotOptions {
  readonly axes?: TensordotAxes;
}

/** Sum of products over pairs of axes: by default the last two of `x` and the first two of `y`. */
export function tensordot(x: TensorLike, y: TensorLike, options?: TensordotAxes | TensordotOptions): TensorVariable {
  const [a, given] = operands(x, y);
  const { axes = 2 } = optionsOf<TensordotOptions, "axes">(options, "axes");
  const [p, q] = contractedAxes("tensordot", a, given, axes, 0);
  const b = matched(a, given, p, q);
  const restA = Array.from({ length: a.ndim }, (_, k) => k).filter((k) => !p.includes(k));
  const restB = Array.from({ length: b.ndim }, (_, k) => k).filter((k) => !q.includes(k));
  const [sa, sb] = [shapeOf(a), shapeOf(b)];
  const inner = sizeProduct(p.map((k) => sa[k]!));
  const left = asMatrix(dimshuffle(a, [...restA, ...p]), restA.length, sizeProduct(restA.map((k) => sa[k]!)), inner);
  const right = asMatrix(dimshuffle(b, [...q, ...restB]), q.length, inner, sizeProduct(restB.map((k) => sb[k]!)));
  const out = dotOp.call(left, right) as TensorVariable;
  if (restA.length === 1 && restB.length === 1) return out;
  return reshape(out, [...restA.map((k) => sa[k]!), ...restB.map((k) => sb[k]!)]);
}

function asMatrix(x: TensorVariable, rows: number, n: TensorVariable, m: TensorVariable): TensorVariable {
  return x.ndim === 2 && rows === 1 ? x : reshape(x, [n, m]);
}

/** {@link tensordot} of `x[i]` and `y[i]` for each `i` of the first axis; axes count with the batch axis. */
export function batchedTensordot(
  x: TensorLike,
  y: TensorLike,
  options?: TensordotAxes | TensordotOptions,
): TensorVariable {
  const [a, given] = operands(x, y);
  const { axes = 2 } = optionsOf<TensordotOptions, "axes">(options, "axes");
  const [p, q] = contractedAxes("batchedTensordot", a, given, axes, 1);
  const b = matched(a, given, p, q);
  const rest = (v: TensorVariable, used: readonly number[]): number[] =>
    Array.from({ length: v.ndim }, (_, k) => k).filter((k) => k > 0 && !used.includes(k));
  const [restA, restB] = [rest(a, p), rest(b, q)];
  const [sa, sb] = [shapeOf(a), shapeOf(b)];
  const inner = sizeProduct(p.map((k) => sa[k]!));
  const left = reshape(dimshuffle(a, [0, ...restA, ...p]), [sa[0]!, sizeProduct(restA.map((k) => sa[k]!)), inner]);
  const right = reshape(dimshuffle(b, [0, ...q, ...restB]), [sb[0]!, inner, sizeProduct(restB.map((k) => sb[k]!))]);
  const out = batchedOp.call(left, right) as TensorVariable;
  return reshape(out, [sa[0]!, ...restA.map((k) => sa[k]!), ...restB.map((k) => sb[k]!)]);
}

/** All products of an element of `x` with one of `y`: a matrix; operands are read as vectors. */
export function outer(x: TensorLike, y: TensorLike): TensorVariable {
  const flat = (v: TensorVariable): TensorVariable => (v.ndim === 1 ? v : reshape(v, [sizeProduct(shapeOf(v))]));
  const [a, b] = operands(x, y).map(flat) as [TensorVariable, TensorVariable];
  return mul(dimshuffle(a, [0, "x"]), dimshuffle(b, ["x", 0]));
}

/** Sum of products over the last axis of both: NumPy's `inner`. */
export function inner(x: TensorLike, y: TensorLike): TensorVariable {
  const [a, b] = operands(x, y);
  return a.ndim === 0 || b.ndim === 0 ? mul(a, b) : tensordot(a, b, [[a.ndim - 1], [b.ndim - 1]]);
}

/** The product of several matrices, left to right. */
export function matrixDot(...factors: readonly TensorLike[]): TensorVariable {
  return factors.slice(1).reduce<TensorVariable>((product, m) => dot(product, m), asTensor(factors[0]!));
}
