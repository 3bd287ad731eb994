/**
 * Arithmetic on sizes: int64 scalar variables, folded to constants where they are known, so that static shapes stay
 * sharp. One formula per rule of indexing, written over `IntegerAlgebra` and used on variables, IR expressions and numbers.
 */
import { isDiscrete } from "../dtype.ts";
import { AxisError, ValueError } from "../errors.ts";
import { isConstant, type Variable } from "../graph/variable.ts";
import { constant } from "./constant.ts";
import { add, cast, intDiv, lt, maximum, minimum, mul, sub, switch_ } from "./math.ts";
import type { TensorVariable } from "./variable.ts";

/** A size or an index: a whole number or an integer scalar variable. */
export type SizeLike = number | bigint | TensorVariable;

/** What the rules of slicing need of integers. */
export interface IntegerAlgebra<V> {
  of(value: number): V;
  /** The value, where it is known now. */
  known(v: V): number | null;
  /** Is it known not to be negative? */
  nonNegative(v: V): boolean;
  add(a: V, b: V): V;
  sub(a: V, b: V): V;
  mul(a: V, b: V): V;
  /** Floor division. */
  div(a: V, b: V): V;
  min(a: V, b: V): V;
  max(a: V, b: V): V;
  /** `negative` where v < 0, else `other`. */
  ifNegative(v: V, negative: V, other: V): V;
}

/** The value of an integer scalar variable that is known when the graph is built. */
export function knownSize(v: Variable): number | null {
  if (!isConstant(v) || v.data.size !== 1) return null;
  const { data } = v;
  return isDiscrete(data.dtype) ? Number(data.itemBigInt()) : null;
}

/** An int64 scalar constant. */
export function sizeConstant(value: number): TensorVariable {
  return constant(value, "int64");
}

const nonNegativeSizes = new WeakSet<Variable>();

/** Remembers that `v` is never negative (it is the size of something). */
export function markNonNegative<V extends Variable>(v: V): V {
  nonNegativeSizes.add(v);
  return v;
}

/** True when `v` is known never to be negative. */
export function isNonNegative(v: Variable): boolean {
  const value = knownSize(v);
  return value === null ? nonNegativeSizes.has(v) : value >= 0;
}

function fold(a: TensorVariable, b: TensorVariable, f: (x: number, y: number) => number): TensorVariable | null {
  const x = knownSize(a);
  const y = knownSize(b);
  return x === null || y === null ? null : sizeConstant(f(x, y));
}

function markIf(condition: boolean, v: TensorVariable): TensorVariable {
  return condition ? markNonNegative(v) : v;
}

/** Sizes as variables: folds what is known, drops what does nothing. */
export const sizeAlgebra: IntegerAlgebra<TensorVariable> = {
  of: sizeConstant,
  known: knownSize,
  nonNegative: isNonNegative,
  add(a, b) {
    if (knownSize(a) === 0) return b;
    if (knownSize(b) === 0) return a;
    return fold(a, b, (x, y) => x + y) ?? markIf(isNonNegative(a) && isNonNegative(b), add(a, b));
  },
  sub(a, b) {
    if (knownSize(b) === 0) return a;
    if (a === b) return sizeConstant(0);
    return fold(a, b, (x, y) => x - y) ?? sub(a, b);
  },
  mul(a, b) {
    if (knownSize(a) === 1) return b;
    if (knownSize(b) === 1) return a;
    if (knownSize(a) === 0 || knownSize(b) === 0) return sizeConstant(0);
    return fold(a, b, (x, y) => x * y) ?? markIf(isNonNegative(a) && isNonNegative(b), mul(a, b));
  },
  div(a, b) {
    if (knownSize(b) === 1) return a;
    return (
      fold(a, b, (x, y) => (y === 0 ? 0 : Math.floor(x / y))) ??
      markIf(isNonNegative(a) && isNonNegative(b), intDiv(a, b))
    );
  },
  min(a, b) {
    if (a === b) return a;
    for (const [x, y] of [
      [a, b],
      [b, a],
    ] as const) {
      if (knownSize(x) === 0 && isNonNegative(y)) return x;
    }
    return fold(a, b, Math.min) ?? markIf(isNonNegative(a) && isNonNegative(b), minimum(a, b));
  },
  max(a, b) {
    if (a === b) return a;
    for (const [x, y] of [
      [a, b],
      [b, a],
    ] as const) {
      const least = knownSize(x);
      if (least !== null && least <= 0 && isNonNegative(y)) return y;
    }
    return fold(a, b, Math.max) ?? markIf(isNonNegative(a) || isNonNegative(b), maximum(a, b));
  },
  ifNegative(v, negative, other) {
    if (isNonNegative(v) || negative === other) return other;
    const value = knownSize(v);
    if (value !== null) return value < 0 ? negative : other;
    return cast(switch_(lt(v, 0), negative, other), "int64");
  },
};

/** Plain numbers. */
export const numberAlgebra: IntegerAlgebra<number> = {
  of: (v) => v,
  known: (v) => v,
  nonNegative: (v) => v >= 0,
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => (b === 0 ? 0 : Math.floor(a / b)),
  min: Math.min,
  max: Math.max,
  ifNegative: (v, negative, other) => (v < 0 ? negative : other),
};

/** Product of sizes; 1 for none. */
export function sizeProduct(sizes: readonly TensorVariable[]): TensorVariable {
  return sizes.reduce((a, b) => sizeAlgebra.mul(a, b), sizeConstant(1));
}

/** Sum of sizes; 0 for none. */
export function sizeSum(sizes: readonly TensorVariable[]): TensorVariable {
  return sizes.reduce((a, b) => sizeAlgebra.add(a, b), sizeConstant(0));
}

/** Start and length of what a slice selects. */
export interface SliceRange<V> {
  readonly start: V;
  readonly count: V;
}

/**
 * First index and number of elements of `start:stop:step` on an axis of `length`, as Python's `slice.indices`: ends are
 * clipped, negative ones count from the end, `null` ones take the whole axis in the direction of the step.
 */
export function sliceRange<V>(
  alg: IntegerAlgebra<V>,
  length: V,
  start: V | null,
  stop: V | null,
  step: V | null,
): SliceRange<V> {
  const known = step === null ? 1 : alg.known(step);
  if (known !== null) return knownStepRange(alg, length, start, stop, known);
  const forward = knownStepRange(alg, length, start, stop, 1);
  const backward = knownStepRange(alg, length, start, stop, -1);
  const pick = (a: V, b: V): V => alg.ifNegative(step!, b, a);
  const size = pick(step!, alg.sub(alg.of(0), step!));
  const span = pick(forward.count, backward.count);
  return {
    start: pick(forward.start, backward.start),
    count: alg.div(alg.add(span, alg.sub(size, alg.of(1))), alg.max(size, alg.of(1))),
  };
}

function knownStepRange<V>(
  alg: IntegerAlgebra<V>,
  length: V,
  start: V | null,
  stop: V | null,
  step: number,
): SliceRange<V> {
  const zero = alg.of(0);
  const back = step < 0;
  const least = back ? alg.of(-1) : zero;
  const most = back ? alg.sub(length, alg.of(1)) : length;
  const clip = (v: V): V => {
    const value = alg.known(v);
    // An end counted from one side can only leave the axis at the other.
    if (value !== null && value < 0) return alg.max(least, alg.add(length, v));
    if (alg.nonNegative(v)) return alg.min(most, v);
    return alg.min(most, alg.max(least, alg.ifNegative(v, alg.add(v, length), v)));
  };
  const from = start === null ? (back ? most : zero) : clip(start);
  const to = stop === null ? (back ? least : length) : clip(stop);
  const span = back ? alg.sub(from, to) : alg.sub(to, from);
  const size = Math.abs(step);
  const rounded = size === 1 ? span : alg.div(alg.add(span, alg.of(size - 1)), alg.of(size));
  return { start: from, count: alg.max(zero, rounded) };
}

/**
 * A size or index given by a user, as an int64 scalar variable.
 * @param least smallest acceptable number (0 for sizes)
 * @throws ValueError for NaN, fractions, numbers below `least` and variables that are no integer scalars
 */
export function asSize(given: SizeLike, op: string, least = 0): TensorVariable {
  if (typeof given === "number" || typeof given === "bigint") {
    const value = Number(given);
    if (!Number.isSafeInteger(value) || value < least) {
      throw new ValueError(
        `${op}: ${String(given)} is not a size; expected a whole number` +
          `${least === 0 ? " >= 0" : least === -1 ? " >= 0, or -1" : ""}.`,
        { op },
      );
    }
    return sizeConstant(value);
  }
  const v = given as TensorVariable | null | undefined;
  if (v === null || v === undefined || typeof v !== "object" || !("type" in v)) {
    throw new ValueError(`${op}: ${String(given)} is not a size; expected a whole number.`, { op });
  }
  if (v.ndim !== 0 || !isDiscrete(v.dtype) || v.dtype === "bool") {
    throw new ValueError(`${op}: a size must be an integer scalar, got ${v.toString()} of type ${v.type.toString()}.`, {
      op,
      inputs: [{ dtype: v.dtype, shape: v.type.shape }],
    });
  }
  const value = knownSize(v);
  if (value !== null) return asSize(value, op, least);
  return v.dtype === "int64" ? v : cast(v, "int64");
}

/** Axes counted from the front, without repetition. @throws AxisError */
export function normalizeAxes(axes: readonly number[], rank: number, op: string): number[] {
  const list = axes.map((axis) => {
    if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
      throw new AxisError(`${op}: axis ${String(axis)} is out of range for rank ${rank}.`, { op });
    }
    return axis < 0 ? axis + rank : axis;
  });
  if (new Set(list).size !== list.length) {
    throw new AxisError(`${op}: an axis is named twice in [${axes.join(", ")}].`, { op });
  }
  return list;
}
