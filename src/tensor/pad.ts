/** Tensors made larger at their borders, in the ways of NumPy's `pad`. */
import { isComplex, isDiscrete } from "../dtype.ts";
import { ArgumentError, DtypeError, ValueError } from "../errors.ts";
import { alloc, arange } from "./alloc.ts";
import { asTensor } from "./constant.ts";
import { alongAxis } from "./dimshuffle.ts";
import { join } from "./join.ts";
import { add, cast, clip, div, floor, ge, mod, mul, round, sub, switch_ } from "./math.ts";
import { max, mean, min } from "./reduction.ts";
import { operand, shape as shapeOf, shapeI } from "./shape.ts";
import { shapePadAxis } from "./axes.ts";
import { asSize, knownSize, sizeAlgebra, type SizeLike } from "./sizes.ts";
import { median } from "./quantiles.ts";
import { slice, take } from "./subtensor/index.ts";
import { atAxis } from "./subtensor/indexing.ts";
import type { TensorLike, TensorVariable } from "./variable.ts";
import type { DTypeOf, RankOf } from "./typing.ts";

/**
 * What comes before and after: a number, values that fall from the edge to another one, the nearest element, the mirror image (without or
 * with the element at the edge), the other end, or a statistic of the line.
 */
export type PadMode =
  | "constant"
  | "linear_ramp"
  | "edge"
  | "reflect"
  | "symmetric"
  | "wrap"
  | "maximum"
  | "minimum"
  | "mean"
  | "median"
  | "empty";

/** One number for all borders; one pair `[before, after]` for all axes; or one pair for each axis. */
export type PerBorder<V> = V | readonly [V, V] | readonly (readonly [V, V])[];

export interface PadOptions {
  /** Default `"constant"`. `"empty"` gives zeros. */
  readonly mode?: PadMode;
  /** For `"constant"`; default 0. */
  readonly constantValues?: PerBorder<TensorLike>;
  /** Where `"linear_ramp"` ends; default 0. */
  readonly endValues?: PerBorder<TensorLike>;
  /** For statistics: from how many elements next to the border; default all. */
  readonly statLength?: PerBorder<number> | null;
  /** Is a mirror image turned about the element at the edge (`2 * edge - image`)? Default `"even"`: no. */
  readonly reflectType?: "even" | "odd";
}

const MODES = "constant linear_ramp edge reflect symmetric wrap maximum minimum mean median empty".split(" ");

/** A pair for each axis. */
function pairs<V>(given: PerBorder<V>, rank: number, what: string): (readonly [V, V])[] {
  if (!Array.isArray(given)) return Array.from({ length: rank }, () => [given as V, given as V] as const);
  const list = given as readonly unknown[];
  if (list.every((p) => Array.isArray(p))) {
    const each = list as unknown as readonly (readonly [V, V])[];
    if (each.every((p) => p.length === 2) && each.length === rank) return [...each];
    if (each.length === 1 && each[0]!.length === 2) return Array.from({ length: rank }, () => each[0]!);
  } else if (list.length === 2) return Array.from({ length: rank }, () => list as unknown as readonly [V, V]);
  throw new ArgumentError(`pad: ${what} must be one value, one pair, or a pair for each of the ${rank} axes.`, {
    op: "pad",
  });
}

/**
 * `x` with `padWidth` more elements before and after, along every axis: shape[k] + before[k] + after[k]. Any dtype and rank; widths may be
 * symbolic. Differentiable in `x` and in the values given.
 * @throws ArgumentError for an unknown mode, ValueError for a negative width, DtypeError for an order among complex numbers
 * @example
 * ```ts
 * import { tensor as T } from "theano";
 * console.log(String(T.pad([1, 2, 3], [2, 1], { mode: "reflect" }).eval())); // [3. 2. 1. 2. 3. 2.]
 * ```
 */
export function pad<X extends TensorLike>(
  x: X,
  padWidth: PerBorder<SizeLike>,
  options?: PadOptions | PadMode,
): TensorVariable<DTypeOf<X>, RankOf<X>>;
export function pad(x: TensorLike, padWidth: PerBorder<SizeLike>, options: PadOptions | PadMode = {}): TensorVariable {
  const v = asTensor(x);
  const settings = typeof options === "string" ? { mode: options } : options;
  const { mode = "constant" } = settings;
  if (!MODES.includes(mode)) {
    throw new ArgumentError(`pad: mode must be one of ${MODES.join(", ")}, got ${String(mode)}.`, { op: "pad" });
  }
  if (isComplex(v.dtype) && (mode === "maximum" || mode === "minimum" || mode === "median")) {
    throw new DtypeError(`pad: mode "${mode}": there is no order on complex numbers.`, {
      op: "pad",
      inputs: [operand(v)],
    });
  }
  const widths = pairs(padWidth, v.ndim, "the width");
  const border = new Borders(settings, mode, v.ndim);
  let out = v;
  for (const [axis, [before, after]] of widths.entries()) {
    const [p, q] = [asSize(before, "pad"), asSize(after, "pad")];
    if (knownSize(p) === 0 && knownSize(q) === 0) continue;
    out = border.along(out, axis, p, q);
  }
  return out;
}

/** Axis after axis: borders of later ones include the corners made by earlier ones. */
class Borders {
  readonly #options: PadOptions;
  readonly #mode: PadMode;
  readonly #rank: number;

  constructor(options: PadOptions, mode: PadMode, rank: number) {
    this.#options = options;
    this.#mode = mode;
    this.#rank = rank;
  }

  along(v: TensorVariable, axis: number, before: TensorVariable, after: TensorVariable): TensorVariable {
    switch (this.#mode) {
      case "edge":
      case "wrap":
      case "reflect":
      case "symmetric":
        return this.#mirrored(v, axis, before, after);
      case "linear_ramp":
        return this.#ramp(v, axis, before, after);
      case "constant":
      case "empty": {
        const values = this.#mode === "empty" ? 0 : (this.#options.constantValues ?? 0);
        const pair = pairs<TensorLike>(values, this.#rank, "constantValues")[axis]!;
        const [a, b] = pair.map((value) => scalarOf(v, value)) as [TensorVariable, TensorVariable];
        return join(axis, block(v, a, axis, before), v, block(v, b, axis, after));
      }
      default:
        return this.#statistic(v, axis, before, after);
    }
  }

  /** Elements of `v` at positions that a formula tells. */
  #mirrored(v: TensorVariable, axis: number, before: TensorVariable, after: TensorVariable): TensorVariable {
    const n = shapeI(v, axis);
    const { sub: minus, add: plus, max: larger, of } = sizeAlgebra;
    const position = arange(minus(of(0), before), plus(n, after));
    const pick = (index: TensorVariable): TensorVariable => take(v, index, { axis });
    if (this.#mode === "edge") return pick(clip(position, 0, minus(n, of(1))));
    if (this.#mode === "wrap") return pick(mod(position, n));
    const isSymmetric = this.#mode === "symmetric";
    // One element is its own mirror image.
    const half = isSymmetric ? n : larger(minus(n, of(1)), of(1));
    const period = mul(half, 2);
    const place = mod(position, period);
    const back = sub(isSymmetric ? minus(period, of(1)) : period, place);
    const isBack = ge(place, n);
    const even = pick(clip(switch_(isBack, back, place), 0, minus(n, of(1))));
    if (this.#options.reflectType !== "odd") return even;
    const rounds = alongAxis(cast(floor(div(position, period)), v.dtype), axis, v.ndim);
    const [first, last] = [edge(v, axis, 0), edge(v, axis, -1)];
    const turned = switch_(alongAxis(isBack, axis, v.ndim), sub(mul(last, 2), even), even);
    return add(turned, mul(mul(sub(last, first), 2), rounds));
  }

  #ramp(v: TensorVariable, axis: number, before: TensorVariable, after: TensorVariable): TensorVariable {
    const given = pairs<TensorLike>(this.#options.endValues ?? 0, this.#rank, "endValues")[axis]!;
    const ramp = (from: TensorVariable, value: TensorLike, count: TensorVariable, rising: boolean): TensorVariable => {
      const type = isDiscrete(v.dtype) ? "float64" : v.dtype;
      const end = cast(scalarOf(v, value), type);
      const places = rising ? arange(count) : sub(sub(count, 1), arange(count));
      const step = div(sub(cast(from, type), end), cast(count, type));
      const numbers = add(mul(alongAxis(cast(places, type), axis, v.ndim), step), end);
      return cast(isDiscrete(v.dtype) ? floor(numbers) : numbers, v.dtype);
    };
    const [first, last] = [edge(v, axis, 0), edge(v, axis, -1)];
    return join(axis, ramp(first, given[0], before, true), v, ramp(last, given[1], after, false));
  }

  #statistic(v: TensorVariable, axis: number, before: TensorVariable, after: TensorVariable): TensorVariable {
    const { statLength = null } = this.#options;
    const lengths =
      statLength === null ? ([null, null] as const) : pairs<number>(statLength, this.#rank, "statLength")[axis]!;
    const of = (part: TensorVariable): TensorVariable => {
      const options = { axis, keepdims: true };
      if (this.#mode === "maximum") return max(part, options);
      if (this.#mode === "minimum") return min(part, options);
      const value = this.#mode === "mean" ? mean(part, options) : median(part, options);
      return cast(isDiscrete(v.dtype) ? round(value) : value, v.dtype);
    };
    const part = (length: number | null, fromEnd: boolean): TensorVariable => {
      if (length === null) return v;
      if (!Number.isInteger(length) || length < 1) {
        throw new ValueError(`pad: statLength must be a whole number from 1, got ${length}.`, { op: "pad" });
      }
      return atAxis(v, axis, fromEnd ? slice(-length, null) : slice(0, length));
    };
    const [a, b] = [of(part(lengths[0], false)), of(part(lengths[1], true))];
    return join(axis, block(v, a, axis, before), v, block(v, b, axis, after));
  }
}

/** The first or last elements along an axis, of size 1 there. */
function edge(v: TensorVariable, axis: number, place: 0 | -1): TensorVariable {
  return shapePadAxis(atAxis(v, axis, place), axis);
}

/** `value`, a scalar or of size 1 along the axis, repeated. */
function block(v: TensorVariable, value: TensorVariable, axis: number, count: TensorVariable): TensorVariable {
  const sizes = shapeOf(v).map((n, k) => (k === axis ? count : n));
  return alloc(value, sizes);
}

/** A value that an element of `v` can hold. */
function scalarOf(v: TensorVariable, value: TensorLike): TensorVariable {
  return cast(asTensor(value, v.dtype), v.dtype);
}
