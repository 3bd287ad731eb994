/** NumPy's rearrangements of axes: at least so many of them, rolled, turned round. */
import { AxisError, RankError } from "../errors.ts";
import { asTensor } from "./constant.ts";
import { dimshuffle, normalizeAxisOf } from "./dimshuffle.ts";
import { join } from "./join.ts";
import { listed, optionsOf } from "./options.ts";
import { operand } from "./shape.ts";
import { swapaxes } from "./axes.ts";
import { normalizeAxes } from "./sizes.ts";
import { at, slice } from "./subtensor/index.ts";
import type { TensorLike, TensorVariable } from "./variable.ts";
import type { PromotedTensors } from "./functionTyping.ts";
import type { Broadcasting } from "./ranks.ts";
import type { DTypeOf, RankOf, RankOfEach } from "./typing.ts";

const allAxes = (v: TensorVariable): number[] => Array.from({ length: v.ndim }, (_, i) => i);

/** `x` as it is, or a scalar as a vector of one element. */
export function atleast1d<X extends TensorLike>(x: X): TensorVariable<DTypeOf<X>, Broadcasting[RankOf<X>][1]>;
export function atleast1d(x: TensorLike): TensorVariable {
  const v = asTensor(x);
  return v.ndim === 0 ? dimshuffle(v, ["x"]) : v;
}

/** `x` with axes of size 1 in front until there are two. */
export function atleast2d<X extends TensorLike>(x: X): TensorVariable<DTypeOf<X>, Broadcasting[RankOf<X>][2]>;
export function atleast2d(x: TensorLike): TensorVariable {
  const v = atleast1d(x);
  return v.ndim === 1 ? dimshuffle(v, ["x", 0]) : v;
}

/** `x` with three axes at least: a vector becomes (1, n, 1), a matrix (n, m, 1), as in NumPy. */
export function atleast3d<X extends TensorLike>(x: X): TensorVariable<DTypeOf<X>, Broadcasting[RankOf<X>][3]>;
export function atleast3d(x: TensorLike): TensorVariable {
  const v = atleast2d(x);
  if (v.ndim > 2) return v;
  return dimshuffle(v, [0, 1, "x"]);
}

/** `x` with axes of size 1 in front (at the end where `left` is false) until there are `n`. */
export function atleastNd<X extends TensorLike, const N extends number>(
  x: X,
  n: N,
  options?: { readonly left?: boolean },
): TensorVariable<DTypeOf<X>, Broadcasting[RankOf<X>][N]>;
export function atleastNd(x: TensorLike, n: number, options: { readonly left?: boolean } = {}): TensorVariable {
  const v = asTensor(x);
  const missing = new Array<"x">(Math.max(0, n - v.ndim)).fill("x");
  return dimshuffle(v, options.left === false ? [...allAxes(v), ...missing] : [...missing, ...allAxes(v)]);
}

export interface RollaxisOptions {
  /** The axis before which it comes to lie; default 0. */
  readonly start?: number;
}

/**
 * Axis `axis` moved to lie before `start`; the others keep their order.
 * @throws AxisError for an axis out of range; `start` may be as large as the rank
 */
export function rollaxis<X extends TensorLike>(
  x: X,
  axis: number,
  options?: RollaxisOptions | number,
): TensorVariable<DTypeOf<X>, RankOf<X>>;
export function rollaxis(x: TensorLike, axis: number, options?: RollaxisOptions | number): TensorVariable {
  const { start = 0 } = optionsOf<RollaxisOptions, "start">(options, "start");
  const v = asTensor(x);
  const from = normalizeAxisOf(axis, v.ndim, "rollaxis");
  const before = start < 0 ? start + v.ndim : start;
  if (!Number.isInteger(before) || before < 0 || before > v.ndim) {
    throw new AxisError(`rollaxis: start ${start} is out of range for rank ${v.ndim}.`, {
      op: "rollaxis",
      inputs: [operand(v)],
    });
  }
  const rest = allAxes(v).filter((k) => k !== from);
  rest.splice(from < before ? before - 1 : before, 0, from);
  return dimshuffle(v, rest);
}

export interface FlipOptions {
  /** One axis, several, or all when absent. */
  readonly axis?: number | readonly number[] | null;
}

/** `x` in opposite order along an axis, several, or (by default) all. */
export function flip<X extends TensorLike>(
  x: X,
  options?: FlipOptions | number | readonly number[] | null,
): TensorVariable<DTypeOf<X>, RankOf<X>>;
export function flip(x: TensorLike, options?: FlipOptions | number | readonly number[] | null): TensorVariable {
  const { axis } = optionsOf<FlipOptions, "axis">(options, "axis");
  const v = asTensor(x);
  const given = axis === undefined || axis === null ? allAxes(v) : typeof axis === "number" ? [axis] : axis;
  const axes = normalizeAxes(given, v.ndim, "flip");
  if (axes.length === 0) return v;
  return at(v, ...allAxes(v).map((k) => (axes.includes(k) ? slice(null, null, -1) : slice(null, null))));
}

/** The rows in opposite order. */
export function flipud<X extends TensorLike>(x: X): TensorVariable<DTypeOf<X>, RankOf<X>>;
export function flipud(x: TensorLike): TensorVariable {
  return flip(needRank(x, 1, "flipud"), 0);
}

/** The columns in opposite order. */
export function fliplr<X extends TensorLike>(x: X): TensorVariable<DTypeOf<X>, RankOf<X>>;
export function fliplr(x: TensorLike): TensorVariable {
  return flip(needRank(x, 2, "fliplr"), 1);
}

/** The plane of two axes turned by `k` right angles, from the first axis towards the second. */
export function rot90<X extends TensorLike>(
  x: X,
  k?: number,
  axes?: readonly [number, number],
): TensorVariable<DTypeOf<X>, RankOf<X>>;
export function rot90(x: TensorLike, k = 1, axes: readonly [number, number] = [0, 1]): TensorVariable {
  const v = needRank(x, 2, "rot90");
  const [p, q] = normalizeAxes(axes, v.ndim, "rot90") as [number, number];
  const turns = ((k % 4) + 4) % 4;
  if (turns === 0) return v;
  if (turns === 2) return flip(v, [p, q]);
  return turns === 1 ? swapaxes(flip(v, q), p, q) : flip(swapaxes(v, p, q), q);
}

function needRank(x: TensorLike, rank: number, op: string): TensorVariable {
  const v = asTensor(x);
  if (v.ndim >= rank) return v;
  throw new RankError(`${op}: expected at least ${rank} axes, got rank ${v.ndim}.`, { op, inputs: [operand(v)] });
}

/** Tensors one after the other along the second axis (vectors along their only one). */
export function hstack<const L extends readonly TensorLike[]>(
  tensors: L,
): TensorVariable<PromotedTensors<L>, Broadcasting[RankOfEach<L>][1]>;
export function hstack<const L extends readonly TensorLike[]>(
  ...tensors: L
): TensorVariable<PromotedTensors<L>, Broadcasting[RankOfEach<L>][1]>;
export function hstack(...tensors: readonly TensorLike[] | readonly [readonly TensorLike[]]): TensorVariable;
export function hstack(...tensors: readonly TensorLike[] | readonly [readonly TensorLike[]]): TensorVariable {
  const parts = listed<TensorLike>(tensors).map((t) => atleast1d(t));
  return join(parts[0]?.ndim === 1 ? 0 : 1, parts);
}

/** Tensors one below the other; vectors are rows. */
export function vstack<const L extends readonly TensorLike[]>(
  tensors: L,
): TensorVariable<PromotedTensors<L>, Broadcasting[RankOfEach<L>][2]>;
export function vstack<const L extends readonly TensorLike[]>(
  ...tensors: L
): TensorVariable<PromotedTensors<L>, Broadcasting[RankOfEach<L>][2]>;
export function vstack(...tensors: readonly TensorLike[] | readonly [readonly TensorLike[]]): TensorVariable;
export function vstack(...tensors: readonly TensorLike[] | readonly [readonly TensorLike[]]): TensorVariable {
  return join(
    0,
    listed<TensorLike>(tensors).map((t) => atleast2d(t)),
  );
}

/** Tensors one behind the other along a third axis. */
export function dstack<const L extends readonly TensorLike[]>(
  tensors: L,
): TensorVariable<PromotedTensors<L>, Broadcasting[RankOfEach<L>][3]>;
export function dstack<const L extends readonly TensorLike[]>(
  ...tensors: L
): TensorVariable<PromotedTensors<L>, Broadcasting[RankOfEach<L>][3]>;
export function dstack(...tensors: readonly TensorLike[] | readonly [readonly TensorLike[]]): TensorVariable;
export function dstack(...tensors: readonly TensorLike[] | readonly [readonly TensorLike[]]): TensorVariable {
  return join(
    2,
    listed<TensorLike>(tensors).map((t) => atleast3d(t)),
  );
}

/** Vectors as the columns of a matrix, next to matrices as they are. */
export function columnStack<const L extends readonly TensorLike[]>(
  tensors: L,
): TensorVariable<PromotedTensors<L>, Broadcasting[RankOfEach<L>][2]>;
export function columnStack<const L extends readonly TensorLike[]>(
  ...tensors: L
): TensorVariable<PromotedTensors<L>, Broadcasting[RankOfEach<L>][2]>;
export function columnStack(...tensors: readonly TensorLike[] | readonly [readonly TensorLike[]]): TensorVariable;
export function columnStack(...tensors: readonly TensorLike[] | readonly [readonly TensorLike[]]): TensorVariable {
  const columns = listed<TensorLike>(tensors).map((t) => {
    const v = atleast1d(t);
    return v.ndim === 1 ? dimshuffle(v, [0, "x"]) : v;
  });
  return join(1, columns);
}
