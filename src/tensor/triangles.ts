/** Triangles of matrices. */
import { config } from "../config/config.ts";
import { RankError } from "../errors.ts";
import { arange } from "./arange.ts";
import { type BandArguments, type DiagonalBandOptions, bandOptions } from "./bandOptions.ts";
import { dtypeOf, type DTypeOption } from "./dtypeOption.ts";
import { asTensor } from "./constant.ts";
import { dimshuffle } from "./dimshuffle.ts";
import { cast, ge, sub, switch_ } from "./math.ts";
import { optionsOf } from "./options.ts";
import { operand, shape as shapeOf } from "./shape.ts";
import { asSize, sizeAlgebra, sizeConstant, type SizeLike } from "./sizes.ts";
import type { TensorLike, TensorVariable } from "./variable.ts";
import type { BandDtype } from "./functionTyping.ts";
import type { DTypeOf, RankOf } from "./typing.ts";

/** Ones at and below diagonal `k` of an `n` x `m` matrix. */
export function tri<const A extends BandArguments>(n: SizeLike, ...rest: A): TensorVariable<BandDtype<A>, 2>;
export function tri(
  n: SizeLike,
  columnCount: SizeLike | null | DiagonalBandOptions = null,
  diagonal: SizeLike | DiagonalBandOptions = 0,
  options?: DTypeOption,
): TensorVariable {
  const { m = null, k = 0, dtype } = bandOptions([columnCount, diagonal, options]);
  return cast(triangle(asSize(n, "tri"), asSize(m ?? n, "tri"), k), dtypeOf(dtype) ?? config.floatX);
}

/** j <= i + k. */
function triangle(n: TensorVariable, m: TensorVariable, k: SizeLike): TensorVariable {
  const below = sub(dimshuffle(arange(m), ["x", 0]), asSize(k, "tri", Number.MIN_SAFE_INTEGER));
  return ge(dimshuffle(arange(n), [0, "x"]), below);
}

function lastTwo(x: TensorVariable, op: string): [TensorVariable, TensorVariable] {
  if (x.ndim < 2) {
    throw new RankError(`${op}: expected at least two axes, got rank ${x.ndim}.`, { op, inputs: [operand(x)] });
  }
  const sizes = shapeOf(x);
  return [sizes[x.ndim - 2]!, sizes[x.ndim - 1]!];
}

export interface TriangleOptions {
  /** The diagonal: 0 the main one, 1 the next above it. */
  readonly k?: SizeLike;
}

/** `x` with zeros above diagonal `k` of its last two axes. */
export function tril<X extends TensorLike>(
  x: X,
  options?: SizeLike | TriangleOptions,
): TensorVariable<DTypeOf<X>, RankOf<X>>;
export function tril(x: TensorLike, options?: SizeLike | TriangleOptions): TensorVariable {
  const { k = 0 } = optionsOf<TriangleOptions, "k">(options, "k");
  const v = asTensor(x);
  const [n, m] = lastTwo(v, "tril");
  return switch_(triangle(n, m, k), v, asTensor(false, v.dtype));
}

/** `x` with zeros below diagonal `k` of its last two axes. */
export function triu<X extends TensorLike>(
  x: X,
  options?: SizeLike | TriangleOptions,
): TensorVariable<DTypeOf<X>, RankOf<X>>;
export function triu(x: TensorLike, options?: SizeLike | TriangleOptions): TensorVariable {
  const { k = 0 } = optionsOf<TriangleOptions, "k">(options, "k");
  const v = asTensor(x);
  const [n, m] = lastTwo(v, "triu");
  const last = sizeAlgebra.sub(asSize(k, "triu", Number.MIN_SAFE_INTEGER), sizeConstant(1));
  return switch_(triangle(n, m, last), asTensor(false, v.dtype), v);
}
