/** Axes of size 1 added and dropped, axes in another order. */
import { AxisError } from "../errors.ts";
import { asTensor } from "./constant.ts";
import { dimshuffle, normalizeAxisOf } from "./dimshuffle.ts";
import type { More } from "./ranks.ts";
import type { CheckedAxis, DTypeOf, RankOf, Without } from "./typing.ts";
import type { TensorLike, TensorVariable } from "./variable.ts";
import { addBroadcast } from "./rebroadcast.ts";

const allAxes = (v: TensorVariable): number[] => Array.from({ length: v.ndim }, (_, i) => i);
const newAxes = (n: number): "x"[] => new Array<"x">(n).fill("x");

/** `x` with `n` new axes of size 1 in front. */
export function shapePadLeft<X extends TensorLike>(x: X): TensorVariable<DTypeOf<X>, More[RankOf<X>]>;
export function shapePadLeft<X extends TensorLike>(x: X, n?: number): TensorVariable<DTypeOf<X>>;
export function shapePadLeft(x: TensorLike, n = 1): TensorVariable {
  const v = asTensor(x);
  return dimshuffle(v, [...newAxes(n), ...allAxes(v)]);
}

/** `x` with `n` new axes of size 1 at the end. */
export function shapePadRight<X extends TensorLike>(x: X): TensorVariable<DTypeOf<X>, More[RankOf<X>]>;
export function shapePadRight<X extends TensorLike>(x: X, n?: number): TensorVariable<DTypeOf<X>>;
export function shapePadRight(x: TensorLike, n = 1): TensorVariable {
  const v = asTensor(x);
  return dimshuffle(v, [...allAxes(v), ...newAxes(n)]);
}

/** `x` with a new axis of size 1 at position `axis` of the result. */
export function shapePadAxis<X extends TensorLike>(x: X, axis: number): TensorVariable<DTypeOf<X>, More[RankOf<X>]>;
export function shapePadAxis(x: TensorLike, axis: number): TensorVariable {
  const v = asTensor(x);
  const at = normalizeAxisOf(axis, v.ndim + 1, "shapePadAxis");
  const pattern: (number | "x")[] = allAxes(v);
  pattern.splice(at, 0, "x");
  return dimshuffle(v, pattern);
}

/** NumPy's name for {@link shapePadAxis}, also for several axes at once. */
export function expandDims<X extends TensorLike>(x: X, axis: number): TensorVariable<DTypeOf<X>, More[RankOf<X>]>;
export function expandDims<X extends TensorLike>(x: X, axis: number | readonly number[]): TensorVariable<DTypeOf<X>>;
export function expandDims(x: TensorLike, axis: number | readonly number[]): TensorVariable {
  const v = asTensor(x);
  const list = typeof axis === "number" ? [axis] : axis;
  const rank = v.ndim + list.length;
  const at = new Set(list.map((a) => normalizeAxisOf(a, rank, "expandDims")));
  if (at.size !== list.length) throw new AxisError("expandDims: an axis is named twice.", { op: "expandDims" });
  let next = 0;
  return dimshuffle(
    v,
    Array.from({ length: rank }, (_, k) => (at.has(k) ? "x" : next++)),
  );
}

/**
 * `x` without its axes of static size 1, or without the given axes (said to have size 1, which is checked where it is
 * not known).
 */
export function squeeze<X extends TensorLike>(x: X): TensorVariable<DTypeOf<X>>;
export function squeeze<X extends TensorLike, const A extends number | readonly number[]>(
  x: X,
  axis: CheckedAxis<A, RankOf<X>>,
): TensorVariable<DTypeOf<X>, Without<RankOf<X>, A>>;
export function squeeze<X extends TensorLike>(x: X, axis?: number | readonly number[]): TensorVariable<DTypeOf<X>>;
export function squeeze(x: TensorLike, axis?: number | readonly number[]): TensorVariable {
  let v = asTensor(x);
  if (axis === undefined)
    return dimshuffle(
      v,
      allAxes(v).filter((a) => v.type.shape[a] !== 1),
    );
  const list = (typeof axis === "number" ? [axis] : axis).map((a) => normalizeAxisOf(a, v.ndim, "squeeze"));
  v = addBroadcast(v, ...list);
  return dimshuffle(
    v,
    allAxes(v).filter((a) => !list.includes(a)),
  );
}

/** Permuted so that `axis1` and `axis2` are exchanged. */
export function swapaxes<X extends TensorLike, const A extends number, const B extends number>(
  x: X,
  axis1: CheckedAxis<A, RankOf<X>>,
  axis2: CheckedAxis<B, RankOf<X>>,
): TensorVariable<DTypeOf<X>, RankOf<X>>;
export function swapaxes(x: TensorLike, axis1: number, axis2: number): TensorVariable {
  const v = asTensor(x);
  const a = normalizeAxisOf(axis1, v.ndim, "swapaxes");
  const b = normalizeAxisOf(axis2, v.ndim, "swapaxes");
  return dimshuffle(
    v,
    allAxes(v).map((k) => (k === a ? b : k === b ? a : k)),
  );
}

/** Moves axes to new places; the others keep their order. */
export function moveaxis<X extends TensorLike>(
  x: X,
  source: number | readonly number[],
  destination: number | readonly number[],
): TensorVariable<DTypeOf<X>, RankOf<X>>;
export function moveaxis(
  x: TensorLike,
  source: number | readonly number[],
  destination: number | readonly number[],
): TensorVariable {
  const v = asTensor(x);
  const axes = (list: number | readonly number[]): number[] =>
    (typeof list === "number" ? [list] : list).map((a) => normalizeAxisOf(a, v.ndim, "moveaxis"));
  const [from, to] = [axes(source), axes(destination)];
  if (from.length !== to.length || new Set(from).size !== from.length || new Set(to).size !== to.length) {
    throw new AxisError("moveaxis: source and destination must name as many different axes.", { op: "moveaxis" });
  }
  const rest = allAxes(v).filter((a) => !from.includes(a));
  const order = allAxes(v).map((k) => {
    const at = to.indexOf(k);
    return at >= 0 ? from[at]! : rest.shift()!;
  });
  return dimshuffle(v, order);
}
