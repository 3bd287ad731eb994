/** Losses, element by element or row by row; take `.mean()` or `.sum()` of them. */
import { isDiscrete, type DType } from "../../dtype.ts";
import { DtypeError, RankError } from "../../errors.ts";
import { arange } from "../alloc.ts";
import { asTensor } from "../constant.ts";
import { add, log, mul, neg, sub, softplus } from "../math.ts";
import { sum } from "../reduction.ts";
import { shapeI, specifyShape } from "../shape.ts";
import { at } from "../subtensor/index.ts";
import { integers } from "../subtensor/take.ts";
import type { TensorLike, TensorVariable } from "../variable.ts";
import { logsoftmax } from "./softmax.ts";
import type { Less } from "../ranks.ts";
import type { BroadcastRank, DTypeOf, FloatOf, Promote, Promoted, RankOf } from "../typing.ts";

/** -(t log p + (1 - t) log(1 - p)), element by element. */
export function binaryCrossentropy<P extends TensorLike, Q extends TensorLike>(
  output: P,
  target: Q,
): TensorVariable<Promote<Promoted<Q, 1>, FloatOf<Promoted<P, 1>>>, BroadcastRank<P, Q>>;
export function binaryCrossentropy(output: TensorLike, target: TensorLike): TensorVariable {
  const [p, t] = [asTensor(output), asTensor(target)];
  return neg(add(mul(t, log(p)), mul(sub(1, t), log(sub(1, p)))));
}

/** `binaryCrossentropy(sigmoid(x), target)`, stable for any x: softplus(x) - t x. */
export function sigmoidBinaryCrossentropy<X extends TensorLike, Q extends TensorLike>(
  x: X,
  target: Q,
): TensorVariable<Promote<FloatOf<DTypeOf<X>>, Promoted<X, Q>>, BroadcastRank<X, Q>>;
export function sigmoidBinaryCrossentropy(x: TensorLike, target: TensorLike): TensorVariable {
  const [v, t] = [asTensor(x), asTensor(target)];
  return sub(softplus(v), mul(t, v));
}

/** Of class numbers for a matrix; other targets bring a dtype with them. */
type CodedDtype<P, Q> = RankOf<P> extends 2 ? (RankOf<Q> extends 1 ? FloatOf<DTypeOf<P>> : DType) : DType;

/**
 * The negative log likelihood per row of a matrix of probabilities.
 * @param target a vector of class numbers, or a matrix of probabilities
 */
export function categoricalCrossentropy<P extends TensorLike, Q extends TensorLike>(
  codingDist: P,
  target: Q,
): TensorVariable<CodedDtype<P, Q>, Less[RankOf<P>]>;
export function categoricalCrossentropy(codingDist: TensorLike, target: TensorLike): TensorVariable {
  const p = asTensor(codingDist);
  const given = asTensor(target);
  const t = given.ndim === p.ndim ? given : integers(target);
  if (t.ndim === p.ndim) return neg(sum(mul(t, log(p)), { axis: p.ndim - 1 }));
  if (t.ndim !== p.ndim - 1 || p.ndim !== 2) {
    throw new RankError(
      `categoricalCrossentropy: probabilities of rank ${p.ndim} need a target of rank ${p.ndim} ` +
        `(probabilities) or 1 (class numbers), got ${t.ndim}.`,
      { op: "categoricalCrossentropy" },
    );
  }
  return neg(pickRows(log(p), t));
}

/**
 * `-log(codingDist[i, trueOneOf[i]])` per row of a matrix of probabilities.
 * @throws RankError, DtypeError unless `trueOneOf` is an integer vector
 */
export function crossentropyCategorical1hot<P extends TensorLike>(
  codingDist: P,
  trueOneOf: TensorLike,
): TensorVariable<FloatOf<DTypeOf<P>>, 1>;
export function crossentropyCategorical1hot(codingDist: TensorLike, trueOneOf: TensorLike): TensorVariable {
  const t = integers(trueOneOf);
  if (t.ndim !== 1) {
    throw new RankError(`crossentropyCategorical1hot: expected a vector of class numbers, got rank ${t.ndim}.`, {
      op: "crossentropyCategorical1hot",
    });
  }
  return categoricalCrossentropy(codingDist, t);
}

/** `-log(softmax(x))[i, target[i]]` per row. */
export function crossentropySoftmax1hot<X extends TensorLike>(
  x: X,
  target: TensorLike,
): TensorVariable<FloatOf<DTypeOf<X>>, Less[RankOf<X>]>;
export function crossentropySoftmax1hot(x: TensorLike, target: TensorLike): TensorVariable {
  return neg(pickRows(logsoftmax(x), integers(target)));
}

function pickRows(x: TensorVariable, index: TensorVariable): TensorVariable {
  if (!isDiscrete(index.dtype) || index.dtype === "bool") {
    throw new DtypeError(`class numbers must be integers, got ${index.dtype}.`, { op: "crossentropy" });
  }
  // One class per row: fewer would leave rows out without a word.
  const classes = specifyShape(index, [shapeI(x, 0)]);
  return at(x, arange(shapeI(classes, 0)), classes);
}
