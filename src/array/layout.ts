import type { DataOf, DType } from "../dtype.ts";
import { AxisError, BroadcastError, ShapeMismatchError, ValueError } from "../errors.ts";

/** What the helpers of this folder need of an array. Strides and offset count elements. */
export interface Strided<D extends DType = DType> {
  readonly dtype: D;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
  readonly buffer: DataOf<D>;
  readonly size: number;
}

/** `(2, 3)`, `(2,)`, `()`; `?` for an unknown size. */
export function shapeText(shape: readonly (number | null)[]): string {
  const sizes = shape.map((size) => (size === null ? "?" : String(size)));
  return sizes.length === 1 ? `(${sizes[0]},)` : `(${sizes.join(", ")})`;
}

/** Product of the sizes. */
export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (let axis = 0; axis < shape.length; axis++) size *= shape[axis]!;
  return size;
}

/** Most elements of one array: beyond it offsets are no longer exact. */
const MAX_ELEMENTS = Number.MAX_SAFE_INTEGER;

/**
 * Checks that a shape given by a user is a list of sizes, and copies it. A bare number is 1-d.
 * @throws ValueError for NaN, fractional, negative, infinite or too many elements.
 */
export function checkShape(shape: number | readonly (number | bigint)[], what = "shape"): number[] {
  const given = typeof shape === "number" || typeof shape === "bigint" ? [shape] : shape;
  if (given === null || typeof given !== "object" || typeof given.length !== "number") {
    throw new ValueError(`${what}: expected a list of sizes, got ${String(shape)}.`);
  }
  const sizes: number[] = Array.from(given, Number);
  let size = 1;
  let nonZero = 1;
  sizes.forEach((length, axis) => {
    if (!Number.isSafeInteger(length) || length < 0) {
      throw new ValueError(`${what}: size ${String(given[axis])} of axis ${axis} is not a whole number >= 0.`);
    }
    size *= length;
    nonZero *= length === 0 ? 1 : length;
  });
  if (Math.max(size, nonZero) > MAX_ELEMENTS) {
    throw new ValueError(`${what}: ${shapeText(sizes)} has too many elements for one array.`);
  }
  return sizes;
}

/** Strides, in elements, of a C-ordered array. */
export function contiguousStrides(shape: readonly number[]): number[] {
  const ndim = shape.length;
  if (ndim === 0) return [];
  if (ndim === 1) return [1];
  if (ndim === 2) return [shape[1]!, 1];
  const strides: number[] = new Array(ndim);
  let step = 1;
  for (let axis = ndim - 1; axis >= 0; axis--) {
    strides[axis] = step;
    step *= shape[axis]!;
  }
  return strides;
}

/** Are the elements in C order without gaps? Axes of size 1 and empty arrays do not count. */
export function isContiguousLayout(shape: readonly number[], strides: readonly number[]): boolean {
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const length = shape[axis]!;
    if (length !== 1 && strides[axis] !== step) return shape.includes(0);
    step *= length;
  }
  return true;
}

/** Least and greatest element offset that a layout reaches; undefined when it has no elements. */
export function offsetRange(
  shape: readonly number[],
  strides: readonly number[],
  offset: number,
): { min: number; max: number } | undefined {
  let min = offset;
  let max = offset;
  for (let axis = 0; axis < shape.length; axis++) {
    const span = (shape[axis]! - 1) * strides[axis]!;
    if (shape[axis] === 0) return undefined;
    if (span < 0) min += span;
    else max += span;
  }
  return { min, max };
}

/**
 * Element offsets in C order, of any layout.
 * @returns an array of `size` offsets; multiply by two for the slot of a complex element.
 */
export function offsetsOf(a: Strided): Float64Array {
  return layoutOffsets(a.shape, a.strides, a.offset, a.size);
}

/** {@link offsetsOf} from its parts. */
export function layoutOffsets(
  shape: readonly number[],
  strides: readonly number[],
  offset: number,
  size: number,
): Float64Array {
  const offsets = new Float64Array(size);
  const ndim = shape.length;
  if (size === 0) return offsets;
  if (ndim === 0) {
    offsets[0] = offset;
    return offsets;
  }
  const last = shape[ndim - 1]!;
  const step = strides[ndim - 1]!;
  const index: number[] = new Array<number>(ndim).fill(0);
  let row = offset;
  for (let at = 0; at < size; at += last) {
    for (let i = 0; i < last; i++) offsets[at + i] = row + i * step;
    for (let axis = ndim - 2; axis >= 0; axis--) {
      row += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      row -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return offsets;
}

/**
 * Common shape by NumPy's rule: aligned at the right, 1 stretches.
 * @throws ShapeMismatchError naming the axis and both shapes.
 */
export function broadcastShapes(shapes: readonly (readonly number[])[]): number[] {
  const ndim = Math.max(0, ...shapes.map((shape) => shape.length));
  const result: number[] = new Array<number>(ndim).fill(1);
  for (const shape of shapes) {
    const lead = ndim - shape.length;
    shape.forEach((length, axis) => {
      const have = result[lead + axis]!;
      if (length === have || length === 1) return;
      if (have !== 1) {
        throw new ShapeMismatchError(
          `Shapes ${shapes.map(shapeText).join(", ")} cannot be broadcast together: ` +
            `sizes ${have} and ${length} differ on axis ${lead + axis}.`,
        );
      }
      result[lead + axis] = length;
    });
  }
  return result;
}

/**
 * Strides under which an array is read as a larger shape (0 on stretched axes).
 * @throws BroadcastError when the shape cannot be stretched so.
 */
export function broadcastStrides(
  shape: readonly number[],
  strides: readonly number[],
  target: readonly number[],
): number[] {
  const lead = target.length - shape.length;
  const fits = lead >= 0 && shape.every((n, axis) => n === 1 || n === target[lead + axis]);
  if (!fits) {
    throw new BroadcastError(
      `An array of shape ${shapeText(shape)} cannot be broadcast to ${shapeText(target)}. ` +
        "Sizes must agree, counted from the right, or be 1.",
    );
  }
  return target.map((n, axis) => (axis < lead || (shape[axis - lead] === 1 && n !== 1) ? 0 : strides[axis - lead]!));
}

/**
 * Strides of the same elements under another shape, or undefined where that needs a copy.
 * Algorithm of NumPy's `_attempt_nocopy_reshape`: matches runs of axes with equal products.
 */
export function reshapeStrides(
  shape: readonly number[],
  strides: readonly number[],
  target: readonly number[],
): number[] | undefined {
  if (sizeOf(target) === 0) return contiguousStrides(target);
  const oldShape = shape.filter((n) => n !== 1);
  const oldStrides = strides.filter((_, axis) => shape[axis] !== 1);
  const result: number[] = new Array<number>(target.length).fill(1);
  let oldFrom = 0;
  let newFrom = 0;
  while (oldFrom < oldShape.length) {
    let oldTo = oldFrom + 1;
    let newTo = newFrom + 1;
    let oldSize = oldShape[oldFrom]!;
    let newSize = target[newFrom]!;
    while (oldSize !== newSize) {
      if (newSize < oldSize) newSize *= target[newTo++]!;
      else oldSize *= oldShape[oldTo++]!;
    }
    for (let k = oldFrom; k < oldTo - 1; k++) {
      if (oldStrides[k] !== oldShape[k + 1]! * oldStrides[k + 1]!) return undefined;
    }
    result[newTo - 1] = oldStrides[oldTo - 1]!;
    for (let k = newTo - 1; k > newFrom; k--) result[k - 1] = result[k]! * target[k]!;
    oldFrom = oldTo;
    newFrom = newTo;
  }
  return result;
}

/**
 * Sizes of a reshape, with at most one -1 filled in.
 * @throws ShapeMismatchError when the number of elements would change.
 */
export function resolveReshape(size: number, target: readonly number[]): number[] {
  const open = target.indexOf(-1);
  if (open !== target.lastIndexOf(-1)) {
    throw new ValueError(`reshape: only one size of ${shapeText(target)} may be -1.`);
  }
  const sizes = checkShape(open < 0 ? target : target.map((n) => (n === -1 ? 1 : n)), "reshape");
  const rest = sizeOf(sizes);
  if (open >= 0) sizes[open] = rest === 0 ? 0 : size / rest;
  if (sizes.some((n) => !Number.isInteger(n)) || sizeOf(sizes) !== size) {
    throw new ShapeMismatchError(`reshape: ${size} elements do not fill the shape ${shapeText(target)}.`);
  }
  return sizes;
}

/**
 * Axis counted from the front.
 * @throws AxisError when it is not an integer in `[-ndim, ndim)`.
 */
export function normalizeAxis(axis: number, ndim: number): number {
  if (!Number.isInteger(axis) || axis < -ndim || axis >= ndim) {
    throw new AxisError(`Axis ${String(axis)} is out of range for an array of rank ${ndim}.`);
  }
  return axis < 0 ? axis + ndim : axis;
}
