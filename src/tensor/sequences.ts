/** Samples of functions in a row: slopes, convolutions, polynomials, angles that go on. */
import { realOf } from "../dtype.ts";
import { ArgumentError, RankError, ValueError } from "../errors.ts";
import { arange, zeros } from "./alloc.ts";
import { asTensor } from "./constant.ts";
import { cumsum } from "./cumulative.ts";
import { alongAxis, dimshuffle, normalizeAxisOf } from "./dimshuffle.ts";
import { join } from "./join.ts";
import { flip } from "./layout.ts";
import {
  abs,
  add,
  and,
  cast,
  conj,
  div,
  eq,
  gt,
  intDiv,
  lt,
  maximum,
  minimum,
  mod,
  mul,
  pow,
  sub,
  switch_,
} from "./math.ts";
import { withoutIntegers } from "./withoutIntegers.ts";
import { sum } from "./reduction.ts";
import { operand, shapeI } from "./shape.ts";
import { at } from "./subtensor/index.ts";
import { atAxis } from "./subtensor/indexing.ts";
import type { PromotedTensors } from "./functionTyping.ts";
import type { DTypeOf, MeanOf, Promote, RankOf } from "./typing.ts";
import type { TensorLike, TensorVariable } from "./variable.ts";

// --- slopes --------------------------------------------------------------------------------------

export interface SlopeOptions {
  /** The distance of neighbours, or a vector of the places of the samples; 1 when absent. */
  readonly spacing?: TensorLike;
  /** The last axis when absent. */
  readonly axis?: number;
  /** Whether the ends are computed from two samples (1, when absent) or three. */
  readonly edgeOrder?: 1 | 2;
}

/**
 * The slope of a function at its samples along an axis, NumPy's `gradient`: from both neighbours within, to second order whatever the
 * distances, from one side at the ends. There must be `edgeOrder + 1` samples.
 * @throws RankError for a scalar or places that are no vector, ValueError for too few samples
 * @example
 * ```ts
 * import { tensor as T } from "theano";
 * console.log(String(T.gradient([1, 4, 9, 16]).eval())); // [3. 4. 6. 7.]
 * ```
 */
export function gradient<X extends TensorLike>(
  x: X,
  options?: SlopeOptions,
): TensorVariable<MeanOf<DTypeOf<X>>, RankOf<X>>;
export function gradient(x: TensorLike, options: SlopeOptions = {}): TensorVariable {
  const v = withoutIntegers(x);
  const details = { op: "gradient", inputs: [operand(v)] };
  const { edgeOrder = 1 } = options;
  if (v.ndim === 0) throw new RankError("gradient: a scalar has no slope; expected at least one axis.", details);
  const axis = normalizeAxisOf(options.axis ?? -1, v.ndim, "gradient");
  const n = v.type.shape[axis]!;
  if (n !== null && n <= edgeOrder) {
    throw new ValueError(`gradient: expected at least ${edgeOrder + 1} samples, there are ${n}.`, details);
  }
  const spacing = withoutIntegers(options.spacing ?? 1);
  if (spacing.ndim > 1) throw new RankError("gradient: places must be a vector.", details);
  const from = (part: string): TensorVariable => atAxis(v, axis, part);
  const steps = spacing.ndim === 0 ? null : sub(at(spacing, "1:"), at(spacing, ":-1"));
  const step = (part: string): TensorVariable =>
    cast(steps === null ? spacing : alongAxis(at(steps, part), axis, v.ndim), realOf(v.dtype));
  // Weighed by the other distance, so that straight lines and parabolas come out exactly.
  const [h, k] = [step(":-1"), step("1:")];
  const [left, right] = [sub(from("1:-1"), from(":-2")), sub(from("2:"), from("1:-1"))];
  const inner =
    steps === null
      ? div(sub(from("2:"), from(":-2")), mul(h, 2))
      : div(add(mul(left, div(k, h)), mul(right, div(h, k))), add(h, k));
  const first = div(sub(from("1:2"), from(":1")), step(":1"));
  const last = div(sub(from("-1:"), from("-2:-1")), step("-1:"));
  if (edgeOrder === 1) return join(axis, first, inner, last);
  // The slope between two samples, corrected by half of what it changes to the next.
  const end = (slope: TensorVariable, next: TensorVariable, a: TensorVariable, b: TensorVariable): TensorVariable =>
    add(slope, mul(sub(slope, next), div(a, add(a, b))));
  const second = div(sub(from("2:3"), from("1:2")), step("1:2"));
  const beforeLast = div(sub(from("-2:-1"), from("-3:-2")), step("-2:-1"));
  return join(
    axis,
    end(first, second, step(":1"), step("1:2")),
    inner,
    end(last, beforeLast, step("-1:"), step("-2:-1")),
  );
}

// --- convolutions --------------------------------------------------------------------------------

/** All places where the two meet, as many as the longer one has, or where the shorter one lies within. */
export type ConvolveMode = "full" | "same" | "valid";

/**
 * The discrete convolution of two vectors, `out[k] = sum over i of x[i] * y[k - i]`; the number of steps is that of both lengths multiplied.
 * @throws RankError unless both are vectors, ValueError for one that is known to be empty
 * @example
 * ```ts
 * import { tensor as T } from "theano";
 * console.log(String(T.convolve([1, 2, 3], [0, 1, 0.5]).eval())); // [0.  1.  2.5 4.  1.5]
 * ```
 */
export function convolve<X extends TensorLike, Y extends TensorLike>(
  x: X,
  y: Y,
  mode?: ConvolveMode,
): TensorVariable<PromotedTensors<readonly [X, Y]>, 1>;
export function convolve(x: TensorLike, y: TensorLike, mode: ConvolveMode = "full"): TensorVariable {
  return convolved(asTensor(x), asTensor(y), mode, "convolve");
}

/** `out[k] = sum over i of x[i + k] * conj(y[i])`, NumPy's `correlate`; see {@link convolve}. */
export function correlate<X extends TensorLike, Y extends TensorLike>(
  x: X,
  y: Y,
  mode?: ConvolveMode,
): TensorVariable<PromotedTensors<readonly [X, Y]>, 1>;
export function correlate(x: TensorLike, y: TensorLike, mode: ConvolveMode = "valid"): TensorVariable {
  const v = asTensor(y);
  return convolved(asTensor(x), v.ndim === 1 ? flip(conj(v)) : v, mode, "correlate");
}

function convolved(x: TensorVariable, y: TensorVariable, mode: ConvolveMode, op: string): TensorVariable {
  const details = { op, inputs: [operand(x), operand(y)] };
  if (x.ndim !== 1 || y.ndim !== 1) {
    throw new RankError(`${op}: expected vectors, got ranks ${x.ndim} and ${y.ndim}.`, details);
  }
  if (x.type.shape[0] === 0 || y.type.shape[0] === 0) throw new ValueError(`${op}: a vector is empty.`, details);
  const [n, m] = [shapeI(x, 0), shapeI(y, 0)];
  const margin = zeros([sub(m, 1)], x.dtype);
  const padded = join(0, margin, x, margin);
  const [least, most] = [minimum(n, m), maximum(n, m)];
  const starts: Record<ConvolveMode, readonly [TensorVariable, TensorVariable]> = {
    full: [asTensor(0, "int64"), sub(add(n, m), 1)],
    same: [intDiv(sub(least, 1), 2), most],
    valid: [sub(least, 1), add(sub(most, least), 1)],
  };
  const chosen = starts[mode];
  if (chosen === undefined) {
    throw new ArgumentError(`${op}: mode must be "full", "same" or "valid", got ${String(mode)}.`, details);
  }
  const [start, count] = chosen;
  const places = add(dimshuffle(add(arange(count), start), [0, "x"]), dimshuffle(arange(m), ["x", 0]));
  const products = mul(at(padded, places), dimshuffle(flip(y), ["x", 0]));
  // A sum of small integers is wider than they are, a convolution is not.
  return cast(sum(products, 1), products.dtype);
}

// --- polynomials, angles -------------------------------------------------------------------------

/**
 * The polynomial with the coefficients `p`, that of the highest power first, at `x`: by Horner's rule where the number of coefficients is
 * known, else as a sum of powers. Shape of `x`.
 * @throws RankError unless `p` is a vector
 * @example
 * ```ts
 * import { tensor as T } from "theano";
 * console.log(String(T.polyval([3, 0, 1], [0, 1, 5]).eval())); // [ 1.  4. 76.]
 * ```
 */
export function polyval<P extends TensorLike, X extends TensorLike>(
  p: P,
  x: X,
): TensorVariable<Promote<DTypeOf<P>, DTypeOf<X>>, RankOf<X>>;
export function polyval(p: TensorLike, x: TensorLike): TensorVariable {
  const coefficients = asTensor(p);
  const v = asTensor(x, coefficients.dtype);
  if (coefficients.ndim !== 1) {
    throw new RankError(`polyval: the coefficients must be a vector, got rank ${coefficients.ndim}.`, {
      op: "polyval",
      inputs: [operand(coefficients), operand(v)],
    });
  }
  const n = coefficients.type.shape[0]!;
  const nothing = mul(v, cast(asTensor(0), coefficients.dtype));
  if (n !== null) {
    return Array.from({ length: n }, (_, i) => at(coefficients, i)).reduce<TensorVariable>(
      (value, c, i) => (i === 0 ? add(nothing, c) : add(mul(value, v), c)),
      nothing,
    );
  }
  const powers = cast(flip(arange(shapeI(coefficients, 0))), nothing.dtype);
  const terms = mul(coefficients, pow(dimshuffle(v, [...Array(v.ndim).keys(), "x"]), powers));
  return cast(sum(terms, -1), terms.dtype);
}

export interface UnwrapOptions {
  /** The least jump that counts; half a period when absent or less. */
  readonly discont?: number | null;
  /** The last axis when absent. */
  readonly axis?: number;
  /** 2 pi when absent. */
  readonly period?: number;
}

/** Angles along an axis with jumps of more than half a period made smaller by whole periods. */
export function unwrap<X extends TensorLike>(
  x: X,
  options?: UnwrapOptions,
): TensorVariable<MeanOf<DTypeOf<X>>, RankOf<X>>;
export function unwrap(x: TensorLike, options: UnwrapOptions = {}): TensorVariable {
  const { discont = null, period = 2 * Math.PI } = options;
  const v = withoutIntegers(x);
  if (v.ndim === 0) throw new RankError("unwrap: expected at least one axis.", { op: "unwrap", inputs: [operand(v)] });
  const axis = normalizeAxisOf(options.axis ?? -1, v.ndim, "unwrap");
  const from = (part: string): TensorVariable => atAxis(v, axis, part);
  const half = period / 2;
  const jump = sub(from("1:"), from(":-1"));
  const within = sub(mod(add(jump, half), period), half);
  // Half a period up stays up.
  const turned = switch_(and(eq(within, -half), gt(jump, 0)), half, within);
  const isSmall = lt(abs(jump), Math.max(discont ?? half, 0));
  const correction = switch_(isSmall, 0, sub(turned, jump));
  return join(axis, from(":1"), add(from("1:"), cumsum(correction, { axis })));
}
