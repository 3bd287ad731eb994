/** Tensors put together of blocks, cut into parts, and with elements chosen, taken out or replaced. */
import { isDiscrete } from "../dtype.ts";
import { ArgumentError, DtypeError, RankError, ValueError } from "../errors.ts";
import { arange } from "./alloc.ts";
import { asTensor } from "./constant.ts";
import { normalizeAxisOf } from "./dimshuffle.ts";
import { join } from "./join.ts";
import { commonDtype } from "./joinArguments.ts";
import { atleastNd } from "./layout.ts";
import { add, intDiv, lt, minimum, mod, mul, switch_ } from "./math.ts";
import { isin, takeAlongAxis, type TakeAlongAxisOptions } from "./numeric.ts";
import { optionsOf } from "./options.ts";
import { ravel } from "./reshape.ts";
import { compress } from "./selection.ts";
import { operand, shapeI } from "./shape.ts";
import { asSize, type SizeLike } from "./sizes.ts";
import { setSubtensor, slice, type NestedIndex } from "./subtensor/index.ts";
import { atAxis } from "./subtensor/indexing.ts";
import { integers } from "./subtensor/take.ts";
import type { FlattenedRank, Innermost, LastAxisRank, PromotedTensors } from "./functionTyping.ts";
import type { NestedTensors } from "./stack.ts";
import type { DTypeOf, PromotedList, RankOf } from "./typing.ts";
import { TensorVariable, type TensorLike } from "./variable.ts";

/**
 * Blocks in nested lists: the innermost ones side by side along the last axis, lists of them along the axis before, and so on.
 * @throws ArgumentError for lists of different depth, or an empty one
 * @example
 * ```ts
 * import { tensor as T } from "theano";
 * const a = T.constant([[1, 2]]), b = T.constant([[3]]);
 * console.log(String(T.block([[a, b], [b, a]]).eval()));
 * // [[1. 2. 3.]
 * //  [3. 1. 2.]]
 * ```
 */
export function block<const N extends readonly NestedTensors[]>(
  nested: N,
): TensorVariable<PromotedList<readonly Innermost<N>[]>>;
export function block(nested: readonly NestedTensors[]): TensorVariable {
  const leaves: TensorLike[] = [];
  const depth = depthOf(nested, leaves);
  const parts = commonDtype(leaves, "block");
  const rank = Math.max(depth, ...parts.map((v) => v.ndim));
  let next = 0;
  const assemble = (x: NestedTensors, level: number): TensorVariable => {
    if (!Array.isArray(x)) return atleastNd(parts[next++]!, rank);
    return join(-(depth - level), ...(x as readonly NestedTensors[]).map((y) => assemble(y, level + 1)));
  };
  return assemble(nested, 0);
}

/** How deep the lists are; their elements go to `leaves`. */
function depthOf(x: NestedTensors, leaves: TensorLike[]): number {
  if (!Array.isArray(x)) {
    leaves.push(x as TensorLike);
    return 0;
  }
  const depths = new Set((x as readonly NestedTensors[]).map((y) => depthOf(y, leaves)));
  if (depths.size === 1) return [...depths][0]! + 1;
  const why = depths.size === 0 ? "a list is empty." : "all lists must be equally deep.";
  throw new ArgumentError(`block: ${why}`, { op: "block" });
}

/**
 * `x` cut along an axis (the first one when absent) into a number of parts as equal as can be, the longer ones first; or before the
 * places in a list.
 * @throws ValueError unless there is a part at least
 */
export function arraySplit<X extends TensorLike>(
  x: X,
  parts: number | readonly SizeLike[],
  options?: { readonly axis?: number } | number,
): TensorVariable<DTypeOf<X>, RankOf<X>>[];
export function arraySplit(
  x: TensorLike,
  parts: number | readonly SizeLike[],
  options?: { readonly axis?: number } | number,
): TensorVariable[] {
  const v = asTensor(x);
  const { axis = 0 } = optionsOf<{ readonly axis?: number }, "axis">(options, "axis");
  const k = normalizeAxisOf(axis, v.ndim, "arraySplit");
  const part = (from: SizeLike | null, to: SizeLike | null): TensorVariable => atAxis(v, k, slice(from, to));
  if (typeof parts !== "number") {
    const ends = [null, ...parts, null];
    return ends.slice(1).map((to, i) => part(ends[i]!, to));
  }
  if (!Number.isInteger(parts) || parts < 1) {
    throw new ValueError(`arraySplit: expected one part or more, got ${parts}.`, {
      op: "arraySplit",
      inputs: [operand(v)],
    });
  }
  const n = shapeI(v, k);
  const [each, longer] = [intDiv(n, parts), mod(n, parts)];
  const end = (i: number): TensorVariable => add(mul(each, i), minimum(longer, i));
  return Array.from({ length: parts }, (_, i) => part(end(i), end(i + 1)));
}

/** `values` behind `x`: along an axis, or all elements of both in one vector. */
export function append<X extends TensorLike, Y extends TensorLike, const O extends AlongOptions | number | null = null>(
  x: X,
  values: Y,
  options?: O,
): TensorVariable<PromotedTensors<readonly [X, Y]>, FlattenedRank<RankOf<X>, O>>;
export function append(x: TensorLike, values: TensorLike, options?: AlongOptions | number | null): TensorVariable {
  const { axis = null } = optionsOf<AlongOptions, "axis">(options, "axis");
  return axis === null ? join(0, ravel(x), ravel(values)) : join(axis, x, values);
}

export interface AlongOptions {
  /** All elements in C order when absent. */
  readonly axis?: number | null;
}

/**
 * `x` without the places in `positions`, along an axis or of all elements in C order; negative ones count from the end, those that are
 * not there count for nothing.
 * @throws DtypeError unless the positions are integers
 */
export function delete_<X extends TensorLike, const O extends AlongOptions | number | null = null>(
  x: X,
  positions: TensorLike,
  options?: O,
): TensorVariable<DTypeOf<X>, FlattenedRank<RankOf<X>, O>>;
export function delete_(x: TensorLike, positions: TensorLike, options?: AlongOptions | number | null): TensorVariable {
  const { axis = null } = optionsOf<AlongOptions, "axis">(options, "axis");
  const v = axis === null ? ravel(x) : asTensor(x);
  const k = normalizeAxisOf(axis ?? 0, v.ndim, "delete");
  const given = ravel(integers(positions));
  if (!isDiscrete(given.dtype)) {
    throw new DtypeError(`delete: expected integers, got ${given.dtype}.`, { op: "delete", inputs: [operand(given)] });
  }
  const n = shapeI(v, k);
  const places = switch_(lt(given, 0), add(given, n), given);
  return compress(isin(arange(n), places, { invert: true }), v, k);
}

/**
 * Of every element the choice whose condition is the first to hold, else `otherwise` (0 when absent).
 * @throws ArgumentError unless there are as many choices as conditions
 */
export function select<const C extends readonly TensorLike[]>(
  conditions: readonly TensorLike[],
  choices: C,
  otherwise?: TensorLike,
): TensorVariable<PromotedList<C>>;
export function select(
  conditions: readonly TensorLike[],
  choices: readonly TensorLike[],
  otherwise: TensorLike = 0,
): TensorVariable {
  if (conditions.length !== choices.length || choices.length === 0) {
    throw new ArgumentError(`select: there are ${conditions.length} conditions and ${choices.length} choices.`, {
      op: "select",
    });
  }
  const last = asTensor(otherwise, commonDtype(choices, "select")[0]!.dtype);
  return conditions.reduceRight<TensorVariable>((rest, c, i) => switch_(c, choices[i]!, rest), last);
}

/** The elements, in C order, where the condition holds. */
export function extract<X extends TensorLike>(condition: TensorLike, x: X): TensorVariable<DTypeOf<X>, 1>;
export function extract(condition: TensorLike, x: TensorLike): TensorVariable {
  return compress(ravel(condition), ravel(x));
}

/** `x` with the elements that `takeAlongAxis` takes replaced by `values`. */
export function putAlongAxis<X extends TensorLike, const O extends TakeAlongAxisOptions | number = -1>(
  x: X,
  positions: TensorLike | NestedIndex,
  values: TensorLike,
  options?: O,
): TensorVariable<DTypeOf<X>, LastAxisRank<RankOf<X>, O>>;
export function putAlongAxis(
  x: TensorLike,
  positions: TensorLike | NestedIndex,
  values: TensorLike,
  options: TakeAlongAxisOptions | number = -1,
): TensorVariable {
  const v = asTensor(x);
  const { axis = -1 } = optionsOf<TakeAlongAxisOptions, "axis">(options, "axis");
  if (axis !== null) return setSubtensor(takeAlongAxis(v, positions, axis), values);
  throw new RankError("putAlongAxis: name an axis; flatten x first to put among all elements.", {
    op: "putAlongAxis",
    inputs: [operand(v)],
  });
}

/** The indices of the main diagonal of a tensor with `ndim` axes (2 when absent) of length n. */
export function diagIndices(n: SizeLike, ndim = 2): TensorVariable<"int64", 1>[] {
  const places = arange(asSize(n, "diagIndices"));
  return Array.from({ length: ndim }, () => places) as TensorVariable<"int64", 1>[];
}
