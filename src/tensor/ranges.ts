/** Evenly spaced numbers, and grids of indices. */
import { config } from "../config/config.ts";
import { isDiscrete, promoteAll, type DType } from "../dtype.ts";
import { ArgumentError, RankError } from "../errors.ts";
import { alloc, arange, tri, zeros } from "./alloc.ts";
import { asTensor } from "./constant.ts";
import { dimshuffle } from "./dimshuffle.ts";
import { add, cast, div, eq, exp2, floor, log, mul, neq, pow, sub, switch_, exp } from "./math.ts";
import { isRecord } from "./options.ts";
import { operand, shapeI, shape as shapeOf } from "./shape.ts";
import { asSize, knownSize, sizeAlgebra, type SizeLike } from "./sizes.ts";
import { asSizes, type SizesLike } from "./sizeArguments.ts";
import { nonzero } from "./subtensor/index.ts";
import type { TensorLike, TensorVariable } from "./variable.ts";
import type { DTypeOf, DtypeOption, ListRank, PowerOf } from "./typing.ts";

export interface LinspaceOptions {
  /** How many numbers; default 50. */
  readonly num?: SizeLike;
  /** Is the last number `stop` itself? Default true. */
  readonly endpoint?: boolean;
  /** Default: that of the ends, `config.floatX` for numbers and integers. */
  readonly dtype?: DType;
}

/** The ends in the dtype of the computation. */
function ends(start: TensorLike, stop: TensorLike, op: string): [TensorVariable, TensorVariable] {
  const given = [start, stop].map((v) => (typeof v === "number" ? asTensor(v, config.floatX) : asTensor(v)));
  const details = { op, inputs: given.map(operand) };
  if (given.some((v) => v.ndim > 0)) {
    throw new RankError(
      `${op}: the ends must be scalars, they have ranks ${given.map((v) => v.ndim).join(", ")}.`,
      details,
    );
  }
  const common = promoteAll(given.map((v) => v.dtype));
  const dtype = isDiscrete(common) ? config.floatX : common;
  return [cast(given[0]!, dtype), cast(given[1]!, dtype)];
}

/**
 * `num` evenly spaced numbers from `start` to `stop`, a vector. Integers asked for by `dtype` are rounded down.
 * @throws RankError unless the ends are scalars, ValueError for a negative `num`
 */
export function linspace<const O extends LinspaceOptions = {}>(
  start: TensorLike,
  stop: TensorLike,
  num?: SizeLike | O,
  options?: O,
): TensorVariable<DtypeOption<O, DType>, 1>;
export function linspace(
  start: TensorLike,
  stop: TensorLike,
  num: SizeLike | LinspaceOptions = 50,
  options: LinspaceOptions = {},
): TensorVariable {
  if (isRecord(num)) return linspace(start, stop, (num as LinspaceOptions).num ?? 50, num as LinspaceOptions);
  const [a, b] = ends(start, stop, "linspace");
  const { endpoint = true, dtype } = options;
  const n = asSize(num, "linspace");
  const { max, of } = sizeAlgebra;
  const parts = max(endpoint ? sizeAlgebra.sub(n, of(1)) : n, of(1));
  const places = arange(n);
  const step = div(sub(b, a), cast(parts, a.dtype));
  const numbers = add(mul(cast(places, a.dtype), step), a);
  // Rounding must not move the last number; of one number it is the first.
  const isLast = mul(eq(places, parts), cast(neq(n, 1), "int64"));
  const all = endpoint ? switch_(isLast, b, numbers) : numbers;
  if (dtype === undefined || dtype === all.dtype) return all;
  return cast(isDiscrete(dtype) ? floor(all) : all, dtype);
}

export interface LogspaceOptions extends LinspaceOptions {
  /** Default 10. */
  readonly base?: number;
}

/** `base ** linspace(start, stop, num)`. */
export function logspace<const O extends LogspaceOptions = {}>(
  start: TensorLike,
  stop: TensorLike,
  num?: SizeLike | O,
  options?: O,
): TensorVariable<DtypeOption<O, DType>, 1>;
export function logspace(
  start: TensorLike,
  stop: TensorLike,
  num: SizeLike | LogspaceOptions = 50,
  options: LogspaceOptions = {},
): TensorVariable {
  if (isRecord(num)) return logspace(start, stop, (num as LogspaceOptions).num ?? 50, num as LogspaceOptions);
  const { base = 10, dtype, endpoint = true } = options;
  const exponents = linspace(start, stop, num, { endpoint });
  const powers = base === 2 ? exp2(exponents) : pow(base, exponents);
  return dtype === undefined ? powers : cast(powers, dtype);
}

/** `num` numbers from `start` to `stop`, each the same multiple of the one before; both ends of one sign. */
export function geomspace<const O extends LinspaceOptions = {}>(
  start: TensorLike,
  stop: TensorLike,
  num?: SizeLike | O,
  options?: O,
): TensorVariable<DtypeOption<O, DType>, 1>;
export function geomspace(
  start: TensorLike,
  stop: TensorLike,
  num: SizeLike | LinspaceOptions = 50,
  options: LinspaceOptions = {},
): TensorVariable {
  if (isRecord(num)) return geomspace(start, stop, (num as LinspaceOptions).num ?? 50, num as LinspaceOptions);
  const [a, b] = ends(start, stop, "geomspace");
  const { endpoint = true, dtype } = options;
  const n = asSize(num, "geomspace");
  const { max, of } = sizeAlgebra;
  const parts = max(endpoint ? sizeAlgebra.sub(n, of(1)) : n, of(1));
  const places = arange(n);
  const inner = mul(a, exp(mul(div(cast(places, a.dtype), cast(parts, a.dtype)), log(div(b, a)))));
  // The ends are exact.
  const isLast = mul(eq(places, parts), cast(neq(n, 1), "int64"));
  const all = switch_(eq(places, 0), a, endpoint ? switch_(isLast, b, inner) : inner);
  return dtype === undefined ? all : cast(all, dtype);
}

export interface MeshgridOptions {
  /** `"xy"` (default): the first vector runs along the second axis; `"ij"`: along the first. */
  readonly indexing?: "xy" | "ij";
  /** Axes of size 1 where the numbers do not change. Default false. */
  readonly sparse?: boolean;
}

/** A tensor for each vector, with as many axes as there are vectors. */
type Grid<L extends readonly unknown[]> = { -readonly [K in keyof L]: TensorVariable<DTypeOf<L[K]>, L["length"]> };

/**
 * Coordinates at every point of the grid that vectors span, one tensor for each.
 * @throws RankError for anything but vectors and scalars
 * @example
 * ```ts
 * import { tensor as T } from "theano";
 * const [x, y] = T.meshgrid(T.arange(3), T.arange(2));
 * console.log(JSON.stringify(x.add(y.mul(10)).eval().toList())); // [[0,1,2],[10,11,12]]
 * ```
 */
export function meshgrid<const L extends readonly TensorLike[]>(vectors: L, options?: MeshgridOptions): Grid<L>;
export function meshgrid<const L extends readonly TensorLike[]>(...vectors: L): Grid<L>;
export function meshgrid(...vectors: readonly TensorLike[]): TensorVariable[];
export function meshgrid(...args: readonly unknown[]): TensorVariable[] {
  const isList = Array.isArray(args[0]) && (args.length === 1 || !isTensorLike(args[1]));
  const { indexing = "xy", sparse = false } = (isList ? (args[1] ?? {}) : {}) as MeshgridOptions;
  if (indexing !== "xy" && indexing !== "ij") {
    throw new ArgumentError(`meshgrid: indexing must be "xy" or "ij", got ${String(indexing)}.`, { op: "meshgrid" });
  }
  const list = ((isList ? args[0] : args) as readonly TensorLike[]).map((x) => {
    const v = asTensor(x);
    if (v.ndim > 1) {
      throw new RankError(`meshgrid: expected vectors, got rank ${v.ndim}.`, { op: "meshgrid", inputs: [operand(v)] });
    }
    return v.ndim === 0 ? dimshuffle(v, ["x"]) : v;
  });
  const axisOf = (k: number): number => (indexing === "xy" && list.length > 1 && k < 2 ? 1 - k : k);
  const open = list.map((v, k) =>
    dimshuffle(
      v,
      list.map((_, i) => (i === axisOf(k) ? 0 : "x")),
    ),
  );
  if (sparse) return open;
  const sizes = list.map((_, axis) => shapeI(list[axisOf(axis)]!, 0));
  return open.map((v) => alloc(v, sizes));
}

function isTensorLike(x: unknown): boolean {
  return typeof x !== "object" || x === null || Array.isArray(x) || "dtype" in x;
}

/** The indices of a grid: `out[k, i0, i1, ...] = ik`, one tensor for each axis. */
export function indices<const S extends SizesLike>(sizes: S): TensorVariable<"int64", ListRank<S>>[];
export function indices(sizes: SizesLike): TensorVariable[] {
  const list = asSizes(sizes, "indices");
  return list.map((n, k) =>
    alloc(
      dimshuffle(
        arange(n),
        list.map((_, i) => (i === k ? 0 : "x")),
      ),
      list,
    ),
  );
}

/** Row and column numbers of the lower triangle of an n x m matrix, up to diagonal `k`. */
export function trilIndices(
  n: SizeLike,
  k?: SizeLike,
  m?: SizeLike,
): [TensorVariable<"int64", 1>, TensorVariable<"int64", 1>];
export function trilIndices(n: SizeLike, k: SizeLike = 0, m?: SizeLike): [TensorVariable, TensorVariable] {
  return nonzero(tri(n, m ?? n, { k, dtype: "bool" })) as [TensorVariable, TensorVariable];
}

/** Row and column numbers of the upper triangle of an n x m matrix, from diagonal `k` on. */
export function triuIndices(
  n: SizeLike,
  k?: SizeLike,
  m?: SizeLike,
): [TensorVariable<"int64", 1>, TensorVariable<"int64", 1>];
export function triuIndices(n: SizeLike, k: SizeLike = 0, m?: SizeLike): [TensorVariable, TensorVariable] {
  const below = tri(n, m ?? n, {
    k: sizeAlgebra.sub(asSize(k, "triuIndices", Number.MIN_SAFE_INTEGER), sizeAlgebra.of(1)),
    dtype: "bool",
  });
  return nonzero(eq(below, false)) as [TensorVariable, TensorVariable];
}

/** Powers of the elements of a vector as columns: x**(n-1) ... 1, or 1 ... x**(n-1) with `increasing`. */
export function vander<X extends TensorLike>(
  x: X,
  n?: SizeLike,
  options?: { readonly increasing?: boolean },
): TensorVariable<PowerOf<DTypeOf<X>>, 2>;
export function vander(x: TensorLike, n?: SizeLike, options: { readonly increasing?: boolean } = {}): TensorVariable {
  const v = asTensor(x);
  if (v.ndim !== 1) {
    throw new RankError(`vander: expected a vector, got rank ${v.ndim}.`, { op: "vander", inputs: [operand(v)] });
  }
  const columns = n === undefined ? shapeOf(v)[0]! : asSize(n, "vander");
  if (knownSize(columns) === 0) return zeros([shapeI(v, 0), 0], v.dtype);
  const rising = arange(columns);
  const places = options.increasing === true ? rising : sub(sub(columns, 1), rising);
  return pow(dimshuffle(v, [0, "x"]), dimshuffle(cast(places, v.dtype), ["x", 0]));
}
