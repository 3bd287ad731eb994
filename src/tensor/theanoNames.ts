/** Theano's small functions that have no other home. */
import { promoteAll } from "../dtype.ts";
import { DtypeError, RankError, ValueError } from "../errors.ts";
import { asTensor } from "./constant.ts";
import { getScalarConstantValue } from "./constantValue.ts";
import { tensorCopy, type Keeping } from "./math.ts";
import { keepAxes } from "./reduce.ts";
import { operand } from "./shape.ts";
import { normalizeAxes } from "./sizes.ts";
import type { Axis, DTypeOf, RankOf } from "./typing.ts";
import type { TensorLike, TensorVariable } from "./variable.ts";

/** A copy. */
export const identity: Keeping = tensorCopy;

/**
 * `x`, or `fallback` where there is none: `null` or `undefined`. Both have one dtype and rank, so that what follows does not depend on it.
 * @throws DtypeError, RankError for a fallback of another dtype or rank
 */
export function setdefault<X extends TensorLike>(
  x: X | null | undefined,
  fallback: TensorLike,
): TensorVariable<DTypeOf<X>, RankOf<X>>;
export function setdefault(x: TensorLike | null | undefined, fallback: TensorLike): TensorVariable {
  if (x === null || x === undefined) return asTensor(fallback);
  const v = asTensor(x);
  const other = asTensor(fallback, v.dtype);
  const details = { op: "default", inputs: [operand(v), operand(other)] };
  if (promoteAll([v.dtype, other.dtype]) !== v.dtype) {
    throw new DtypeError(`default: ${v.dtype} and ${other.dtype} must be the same; cast one of them.`, details);
  }
  if (v.ndim === other.ndim) return v;
  throw new RankError(`default: ranks ${v.ndim} and ${other.ndim} must be the same.`, details);
}

/**
 * `x` on the host, where all tensors of a graph are: functions move values to the device that they run on by themselves.
 * @throws ValueError for another target than "cpu"
 */
export function transfer<X extends TensorLike>(x: X, target: string): TensorVariable<DTypeOf<X>, RankOf<X>>;
export function transfer(x: TensorLike, target: string): TensorVariable {
  const v = asTensor(x);
  if (target === "cpu") return v;
  throw new ValueError(
    `transfer: there is no target ${JSON.stringify(target)}; expected "cpu".\n` +
      "Compile for a device instead: theano.function(inputs, outputs, { mode }).",
    { op: "transfer", inputs: [operand(v)] },
  );
}

/**
 * `y`, a reduction of `x` along an axis, several or all, with axes of size 1 where those were.
 * @throws AxisError for an axis out of range
 */
export function makeKeepDims<Y extends TensorLike>(x: TensorLike, y: Y, axis: Axis): TensorVariable<DTypeOf<Y>>;
export function makeKeepDims(x: TensorLike, y: TensorLike, axis: Axis): TensorVariable {
  const { ndim } = asTensor(x);
  const every = Array.from({ length: ndim }, (_, k) => k);
  return keepAxes(asTensor(y), axis === null ? every : normalizeAxes([axis].flat(), ndim, "makeKeepDims"), ndim);
}

/** The number that a scalar constant is, else the variable itself. */
export function extractConstant(x: TensorLike): unknown {
  try {
    return getScalarConstantValue(x);
  } catch (error) {
    if (error instanceof ValueError) return x;
    throw error;
  }
}

/** The scalar itself: scalars are tensors without axes here. @throws RankError for a tensor that has some */
export function tensorFromScalar<X extends TensorLike>(x: X): TensorVariable<DTypeOf<X>, 0>;
export function tensorFromScalar(x: TensorLike): TensorVariable {
  return scalarOf(x, "tensorFromScalar");
}

/** As {@link tensorFromScalar}. */
export function scalarFromTensor<X extends TensorLike>(x: X): TensorVariable<DTypeOf<X>, 0>;
export function scalarFromTensor(x: TensorLike): TensorVariable {
  return scalarOf(x, "scalarFromTensor");
}

function scalarOf(x: TensorLike, op: string): TensorVariable {
  const v = asTensor(x);
  if (v.ndim === 0) return v;
  throw new RankError(`${op}: expected a scalar, got rank ${v.ndim}.`, { op, inputs: [operand(v)] });
}
