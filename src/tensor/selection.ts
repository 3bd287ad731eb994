/** Elements chosen by number or by condition. */
import { isDiscrete } from "../dtype.ts";
import { ArgumentError, DtypeError, RankError } from "../errors.ts";
import { arange } from "./alloc.ts";
import { shapePadAxis } from "./axes.ts";
import { asTensor, constant } from "./constant.ts";
import { dimshuffle } from "./dimshuffle.ts";
import { eq, lt, neq, switch_ } from "./math.ts";
import { optionsOf } from "./options.ts";
import { operand, shape as shapeOf, shapeI } from "./shape.ts";
import { sizeConstant } from "./sizes.ts";
import { at, flatnonzero, take } from "./subtensor/index.ts";
import { integers } from "./subtensor/take.ts";
import { TensorVariable, type TensorLike } from "./variable.ts";
import type { ChosenDtype, ChosenRank, FlattenedRank } from "./functionTyping.ts";
import type { DTypeOf, RankOf } from "./typing.ts";

export interface ChooseOptions {
  /** What a number out of range means: an error (default), the nearest one, or counting on around. */
  readonly mode?: "raise" | "clip" | "wrap";
}

/**
 * Element by element, the element of `choices[a]`: `a` and the choices broadcast together.
 * @param choices a list of tensors, or one tensor whose first axis counts them
 * @throws DtypeError unless `a` holds integers; IndexError at run time for one out of range
 */
export function choose<A extends TensorLike, const C extends TensorLike | readonly TensorLike[]>(
  a: A,
  choices: C,
  options?: ChooseOptions,
): TensorVariable<ChosenDtype<C>, ChosenRank<RankOf<A>, C>>;
export function choose(
  a: TensorLike,
  choices: TensorLike | readonly TensorLike[],
  options: ChooseOptions = {},
): TensorVariable {
  const which = integers(a);
  const details = { op: "choose", inputs: [operand(which)] };
  if (!isDiscrete(which.dtype)) throw new DtypeError(`choose: expected integers, got ${which.dtype}.`, details);
  const isList = Array.isArray(choices);
  if (isList && choices.length === 0) throw new ArgumentError("choose: there is nothing to choose from.", details);
  const all = isList ? null : asTensor(choices as TensorLike);
  if (all !== null && all.ndim === 0) throw new RankError("choose: a scalar has no choices.", details);
  const count = all === null ? sizeConstant((choices as readonly TensorLike[]).length) : shapeI(all, 0);
  const range = arange(count);
  // A negative number does not count from the end.
  const number = options.mode === undefined || options.mode === "raise" ? switch_(lt(which, 0), count, which) : which;
  const checked = take(range, number, options);
  const list = choices as readonly TensorLike[];
  // Of one choice the positions are checked as well, and give their shape.
  if (all === null) return list.length > 1 ? chain(checked, list) : pick(checked, shapePadAxis(asTensor(list[0]!), 0));
  return pick(checked, all);
}

function chain(which: TensorVariable, choices: readonly TensorLike[]): TensorVariable {
  const parts = choices.map((c) => asTensor(c));
  return parts.slice(0, -1).reduceRight((rest, c, k) => switch_(eq(which, k), c, rest), parts.at(-1)!);
}

/** Indexing by `which` and by the positions of the other axes. */
function pick(which: TensorVariable, choices: TensorVariable): TensorVariable {
  const rank = Math.max(which.ndim, choices.ndim - 1);
  const missing = new Array<"x">(rank - choices.ndim + 1).fill("x");
  const padded = dimshuffle(choices, [0, ...missing, ...Array.from({ length: choices.ndim - 1 }, (_, k) => k + 1)]);
  const grid = shapeOf(padded).slice(1);
  const index = grid.map((n, k) =>
    padded.type.shape[k + 1] === 1
      ? constant(0, "int64")
      : dimshuffle(
          arange(n),
          grid.map((_, i) => (i === k ? 0 : "x")),
        ),
  );
  return at(padded, which, ...index);
}

export interface CompressOptions {
  /** All elements in C order when absent. */
  readonly axis?: number | null;
}

/**
 * The slices of `x` along an axis for which a vector of conditions holds. The vector may be shorter than the axis.
 * @throws RankError unless the condition is a vector
 */
export function compress<X extends TensorLike, const O extends CompressOptions | number | null = null>(
  condition: TensorLike,
  x: X,
  options?: O,
): TensorVariable<DTypeOf<X>, FlattenedRank<RankOf<X>, O>>;
export function compress(
  condition: TensorLike,
  x: TensorLike,
  options?: CompressOptions | number | null,
): TensorVariable {
  const { axis = null } = optionsOf<CompressOptions, "axis">(options, "axis");
  const c = asTensor(condition);
  if (c.ndim !== 1) {
    throw new RankError(`compress: the condition must be a vector, it has rank ${c.ndim}.`, {
      op: "compress",
      inputs: [operand(c)],
    });
  }
  return take(x, flatnonzero(c.dtype === "bool" ? c : neq(c, 0)), { axis });
}
