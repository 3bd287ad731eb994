/** Matrices with ones on a diagonal. */
import { writeElement } from "../array/element.ts";
import { NdArray } from "../array/ndArray.ts";
import { config } from "../config/config.ts";
import type { DType } from "../dtype.ts";
import { RankError } from "../errors.ts";
import { Apply } from "../graph/apply.ts";
import { Op, type InputGradient } from "../graph/op.ts";
import type { Variable } from "../graph/variable.ts";
import type { LowerContext, Lowered } from "../ir/lowered.ts";
import type { Expr } from "../ir/node.ts";
import { type BandArguments, type DiagonalBandOptions, bandOptions } from "./bandOptions.ts";
import { dtypeOf, type DTypeOption } from "./dtypeOption.ts";
import { asTensor } from "./constant.ts";
import type { LikeOptions } from "./fill.ts";
import { asIndex, elementConstant, selectElement } from "./loops.ts";
import { operand, shape as shapeOf } from "./shape.ts";
import { sizeOfInput, staticSizes, requireSizes, checkSizes } from "./sizeChecks.ts";
import { asSize, isNonNegative, type SizeLike } from "./sizes.ts";
import { tensorType } from "./type.ts";
import type { TensorLike, TensorVariable } from "./variable.ts";
import type { BandDtype } from "./functionTyping.ts";
import type { DTypeOf, DtypeOption } from "./typing.ts";

/** Ones on a diagonal. Inputs: rows, columns, diagonal (int64 scalars). */
export class Eye extends Op {
  readonly name = "Eye";
  readonly dtype: DType;

  constructor(dtype: DType) {
    super();
    this.dtype = dtype;
  }

  override get key(): string {
    return `Eye{dtype='${this.dtype}'}`;
  }

  override toString(): string {
    return this.key;
  }

  override canFail(node: Apply): boolean {
    return !node.inputs.slice(0, 2).every(isNonNegative);
  }

  override makeNode(...sizes: Variable[]): Apply {
    return new Apply(this, sizes, [tensorType(this.dtype, staticSizes(sizes.slice(0, 2)))]);
  }

  override perform(node: Apply, inputs: readonly NdArray[]): NdArray[] {
    const [n, m, k] = inputs.map(sizeOfInput) as [number, number, number];
    checkSizes("eye", node, [n, m]);
    const out = NdArray.allocate(this.dtype, [n, m]);
    for (let i = Math.max(0, -k); i < n && i + k < m; i++) writeElement(out, i * m + i + k, 1);
    return [out];
  }

  override inferShape(node: Apply): (readonly Variable[])[] {
    return [node.inputs.slice(0, 2)];
  }

  override connectionPattern(node: Apply): boolean[][] {
    return node.inputs.map(() => [false]);
  }

  override lop(node: Apply): InputGradient[] {
    return node.inputs.map(() => null);
  }

  lower(ctx: LowerContext): Lowered {
    const { b } = ctx;
    requireSizes(ctx, "eye");
    return {
      form: "pointwise",
      element: ([i, j], pull) => {
        const on = b.eq(b.add(i!, asIndex(b, pull(2, []) as Expr)), j!);
        return selectElement(b, on, elementConstant(b, this.dtype, 1), elementConstant(b, this.dtype, 0));
      },
    };
  }
}

export interface EyeOptions {
  readonly dtype?: DType;
}

/** The identity matrix, or ones on diagonal `k` of an `n` x `m` matrix. */
export function eye<const A extends BandArguments>(n: SizeLike, ...rest: A): TensorVariable<BandDtype<A>, 2>;
export function eye(
  n: SizeLike,
  columnCount: SizeLike | null | DiagonalBandOptions = null,
  diagonal: SizeLike | DiagonalBandOptions = 0,
  options?: DTypeOption,
): TensorVariable {
  const { m = null, k = 0, dtype } = bandOptions([columnCount, diagonal, options]);
  const rows = asSize(n, "eye");
  const columns = m === null ? rows : asSize(m, "eye");
  const op = new Eye(dtypeOf(dtype) ?? config.floatX);
  return op.call(rows, columns, asSize(k, "eye", Number.MIN_SAFE_INTEGER)) as TensorVariable;
}

/** The identity matrix in the shape and dtype of a matrix. */
export function identityLike<X extends TensorLike, O extends DType | LikeOptions = {}>(
  x: X,
  options?: O,
): TensorVariable<DtypeOption<O, DTypeOf<X>>, 2>;
export function identityLike(x: TensorLike, options: DType | LikeOptions = {}): TensorVariable {
  const v = asTensor(x);
  if (v.ndim !== 2) {
    throw new RankError(`identityLike: expected a matrix, got rank ${v.ndim}.`, { op: "Eye", inputs: [operand(v)] });
  }
  const [n, m] = shapeOf(v);
  return eye(n!, m!, 0, dtypeOf(options) ?? v.dtype);
}
