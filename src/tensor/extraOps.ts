/** Differences, repetition, rotation, one-hot rows. */
import { fromFlat } from "../array/index.ts";
import { config } from "../config/config.ts";
import { isBool, isDiscrete, type DType } from "../dtype.ts";
import { DtypeError, RankError, ValueError } from "../errors.ts";
import { alloc, arange, onesLike, zeros } from "./alloc.ts";
import { asTensor, constant } from "./constant.ts";
import { cumsum } from "./cumulative.ts";
import { dimshuffle, normalizeAxisOf } from "./dimshuffle.ts";
import { join } from "./join.ts";
import { cast, eq, lt, sub, switch_, xor } from "./math.ts";
import { optionsOf } from "./options.ts";
import { any, sum } from "./reduction.ts";
import { searchsorted } from "./search.ts";
import { operand, shape as shapeOf, specifyShape } from "./shape.ts";
import { ravel, reshape } from "./reshape.ts";
import { asSize, knownSize, sizeAlgebra, sizeProduct, type SizeLike } from "./sizes.ts";
import { asSizes, type SizesLike } from "./sizeArguments.ts";
import { at, slice } from "./subtensor/index.ts";
import { integers, take } from "./subtensor/take.ts";
import type { TensorLike, TensorVariable } from "./variable.ts";
import type { FlattenedRank, TiledRank } from "./functionTyping.ts";
import type { DTypeOf, DtypeOption, RankOf } from "./typing.ts";

export { CumOp, cumprod, cumsum, type CumulativeOptions } from "./cumulative.ts";

// --- differences, rotation -----------------------------------------------------------------------

/** Which differences: the n-th along an axis. */
export interface DiffOptions {
  /** How often differences are taken; 1 when absent. */
  readonly n?: number;
  /** The last axis when absent. */
  readonly axis?: number;
}

/** `x[i + 1] - x[i]` along an axis, `n` times; of bools: where neighbours differ. */
export function diff<X extends TensorLike>(x: X, given?: DiffOptions | number): TensorVariable<DTypeOf<X>, RankOf<X>>;
export function diff(x: TensorLike, given?: DiffOptions | number): TensorVariable {
  let v = asTensor(x);
  const options = optionsOf<DiffOptions, "n">(given, "n");
  const details = { op: "diff", inputs: [operand(v)] };
  const { n = 1 } = options;
  if (!Number.isInteger(n) || n < 0) throw new ValueError(`diff: expected a whole number n >= 0, got ${n}.`, details);
  if (v.ndim === 0) throw new RankError("diff: a scalar has no differences; expected at least one axis.", details);
  const axis = normalizeAxisOf(options.axis ?? -1, v.ndim, "diff");
  const along = (from: SizeLike | null, to: SizeLike | null): TensorVariable =>
    at(v, ...Array.from({ length: v.ndim }, (_, i) => (i === axis ? slice(from, to) : slice(null, null))));
  const minus = isBool(v.dtype) ? xor : sub;
  for (let k = 0; k < n; k++) v = minus(along(1, null), along(null, -1));
  return v;
}

/** What `roll` may be told. */
export interface RollOptions {
  /** All elements in C order when absent. */
  readonly axis?: number | null;
}

/** Elements moved by `shift` places (down for a negative one), the last ones coming round to the front. */
export function roll<X extends TensorLike>(
  x: X,
  shift: SizeLike,
  given?: RollOptions | number | null,
): TensorVariable<DTypeOf<X>, RankOf<X>>;
export function roll(x: TensorLike, shift: SizeLike, given?: RollOptions | number | null): TensorVariable {
  const v = asTensor(x);
  const options = optionsOf<RollOptions, "axis">(given, "axis");
  if (options.axis === undefined || options.axis === null) {
    if (v.ndim === 1) return roll(v, shift, { axis: 0 });
    return reshape(roll(ravel(v), shift, { axis: 0 }), shapeOf(v), { ndim: v.ndim });
  }
  const axis = normalizeAxisOf(options.axis, v.ndim, "roll");
  const n = shapeOf(v)[axis]!;
  const by = asSize(shift, "roll", Number.MIN_SAFE_INTEGER);
  // The first element comes from n - shift; an empty axis has no element to start from.
  const places = sub(n, modulo(by, sizeAlgebra.max(n, asSize(1, "roll"))));
  const along = (from: TensorVariable | null, to: TensorVariable | null): TensorVariable =>
    at(v, ...Array.from({ length: v.ndim }, (_, i) => (i === axis ? slice(from, to) : slice(null, null))));
  return join(axis, along(places, null), along(null, places));
}

function modulo(a: TensorVariable, n: TensorVariable): TensorVariable {
  const [x, y] = [knownSize(a), knownSize(n)];
  if (x !== null && y !== null) return asSize(((x % y) + y) % y, "roll");
  return sizeAlgebra.sub(a, sizeAlgebra.mul(sizeAlgebra.div(a, n), n));
}

// --- repetition ----------------------------------------------------------------------------------

/** What `repeat` may be told. */
export interface RepeatOptions {
  /** All elements in C order when absent. */
  readonly axis?: number | null;
}

/**
 * Each element `repeats` times in a row, along an axis or, without one, of all elements in C order. `repeats` is a number, an
 * integer scalar, or a list or vector of them, one for each place along the axis.
 * @throws ValueError for a negative count, DtypeError for one that is no integer
 */
export function repeat<X extends TensorLike, const O extends RepeatOptions | number | null = null>(
  x: X,
  repeats: TensorLike,
  options?: O,
): TensorVariable<DTypeOf<X>, FlattenedRank<RankOf<X>, O>>;
export function repeat(x: TensorLike, repeats: TensorLike, options?: RepeatOptions | number | null): TensorVariable {
  const given = asTensor(x);
  const { axis: along = null } = optionsOf<RepeatOptions, "axis">(options, "axis");
  const v = along === null ? ravel(given) : given;
  const axis = along === null ? 0 : normalizeAxisOf(along, v.ndim, "repeat");
  if (Array.isArray(repeats)) return repeatEach(v, repeats as readonly unknown[], axis);
  const count = asTensor(repeats);
  const details = { op: "repeat", inputs: [operand(v), operand(count)] };
  if (!isDiscrete(count.dtype)) throw new DtypeError(`repeat: expected a whole number, got ${count.dtype}.`, details);
  if (count.ndim > 1) throw new RankError(`repeat: expected a scalar or a vector, got rank ${count.ndim}.`, details);
  if (count.ndim === 1) return repeatByVector(v, count, axis);
  const n = asSize(count, "repeat");
  const pattern = Array.from({ length: v.ndim }, (_, i) => i).flatMap((i): (number | "x")[] =>
    i === axis ? [i, "x"] : [i],
  );
  const sizes = shapeOf(v);
  const spread = sizes.flatMap((s, i) => (i === axis ? [s, n] : [s]));
  const out = sizes.map((s, i) => (i === axis ? sizeAlgebra.mul(s, n) : s));
  return reshape(alloc(dimshuffle(v, pattern), spread), out, { ndim: v.ndim });
}

/** Element k of the result is the one at which the running sum of the counts passes k. */
function repeatByVector(v: TensorVariable, counts: TensorVariable, axis: number): TensorVariable {
  const each = specifyShape(cast(counts, "int64"), [shapeOf(v)[axis]!]);
  // zeros() refuses a negative length.
  const total = switch_(any(lt(each, 0)), -1, sum(each));
  const places = cumsum(onesLike(zeros([total], "int64")));
  return take(v, searchsorted(cumsum(each), places), { axis });
}

function repeatEach(v: TensorVariable, repeats: readonly unknown[], axis: number): TensorVariable {
  const positions: number[] = [];
  for (const [i, count] of repeats.entries()) {
    if (typeof count !== "number" || !Number.isInteger(count) || count < 0) {
      throw new ValueError(`repeat: expected whole numbers >= 0, got ${String(count)} at ${i}.`, {
        op: "repeat",
        inputs: [operand(v)],
      });
    }
    for (let k = 0; k < count; k++) positions.push(i);
  }
  const n = v.type.shape[axis]!;
  if (n !== null && n !== repeats.length) {
    throw new ValueError(`repeat: ${repeats.length} counts for an axis of size ${n}.`, {
      op: "repeat",
      inputs: [operand(v)],
    });
  }
  return take(v, constant(fromFlat(positions.map(BigInt), [positions.length], "int64")), { axis });
}

/** What `tile` may be told. */
export interface TileOptions {
  /** Rank of the result; the larger of that of `x` and the number of counts when absent. */
  readonly ndim?: number;
}

/**
 * `x` side by side `repeats[i]` times along axis i. Missing axes of either are added in front with 1.
 * @throws ValueError for a negative count
 */
export function tile<X extends TensorLike, const S extends SizesLike | SizeLike, const O extends TileOptions = {}>(
  x: X,
  repeats: S,
  options?: O,
): TensorVariable<DTypeOf<X>, TiledRank<RankOf<X>, S, O>>;
export function tile(x: TensorLike, repeats: SizesLike | SizeLike, options: TileOptions = {}): TensorVariable {
  const v = asTensor(x);
  const list = asSizes(repeats, "tile");
  const least = Math.max(v.ndim, list.length);
  const rank = options.ndim ?? least;
  if (!Number.isInteger(rank) || rank < least) {
    throw new ValueError(`tile: ndim must be at least ${least}, got ${rank}.`, { op: "tile", inputs: [operand(v)] });
  }
  const ones = (n: number): TensorVariable[] => Array.from({ length: n }, () => asSize(1, "tile"));
  const counts = [...ones(rank - list.length), ...list];
  const sizes = [...ones(rank - v.ndim), ...shapeOf(v)];
  if (counts.every((c) => knownSize(c) === 1)) {
    return rank === v.ndim ? v : dimshuffle(v, [...ones(rank - v.ndim).map(() => "x" as const), ...shapeOf(v).keys()]);
  }
  // (c0, n0, c1, n1 ...): every axis gets one of its own to be repeated along.
  const lead = rank - v.ndim;
  const pattern = counts.flatMap((_, i): (number | "x")[] => ["x", i < lead ? "x" : i - lead]);
  const spread = counts.flatMap((c, i) => [c, sizes[i]!]);
  const out = counts.map((c, i) => sizeProduct([c, sizes[i]!]));
  return reshape(alloc(dimshuffle(v, pattern), spread), out, { ndim: rank });
}

// --- one-hot -------------------------------------------------------------------------------------

/** What `toOneHot` may be told. */
export interface OneHotOptions {
  /** `config.floatX` when absent. */
  readonly dtype?: DType;
}

/**
 * A row per element of the integer vector `y` with a one at its position and zeros elsewhere: shape (n, classes). Rows of elements outside
 * 0 .. classes - 1 are zero.
 * @throws RankError, DtypeError unless `y` is an integer vector
 */
export function toOneHot<O extends OneHotOptions = {}>(
  y: TensorLike,
  classes: SizeLike,
  options?: O,
): TensorVariable<DtypeOption<O, DType>, 2>;
export function toOneHot(y: TensorLike, classes: SizeLike, options: OneHotOptions = {}): TensorVariable {
  const v = integers(y);
  const details = { op: "toOneHot", inputs: [operand(v)] };
  if (v.ndim !== 1) throw new RankError(`toOneHot: expected a vector, got rank ${v.ndim}.`, details);
  if (!isDiscrete(v.dtype)) throw new DtypeError(`toOneHot: expected integers, got ${v.dtype}.`, details);
  const columns = dimshuffle(arange(asSize(classes, "toOneHot")), ["x", 0]);
  return cast(eq(columns, dimshuffle(v, [0, "x"])), options.dtype ?? config.floatX);
}

/** Theano's `cpu_contiguous`: `x` itself, since results always lie in C order. */
export function cpuContiguous<X extends TensorLike>(x: X): TensorVariable<DTypeOf<X>, RankOf<X>>;
export function cpuContiguous(x: TensorLike): TensorVariable {
  return asTensor(x);
}
