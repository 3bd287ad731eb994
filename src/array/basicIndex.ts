import { IndexError, ValueError } from "../errors.ts";
import { shapeText } from "./layout.ts";
import type { Strided } from "./layout.ts";

/** An integer, a slice as text (`"1:3"`, `"::-1"`, `"..."`), or `null` for a new axis. */
export type BasicIndex = number | string | null;

interface Layout {
  readonly shape: number[];
  readonly strides: number[];
  readonly offset: number;
}

/** The three fields of `"start:stop:step"`; undefined where empty. */
function parseSlice(text: string): (number | undefined)[] {
  const parts = text.split(":").map((part) => part.trim());
  const whole = parts.every((part) => part === "" || /^[+-]?\d+$/.test(part));
  if (parts.length < 2 || parts.length > 3 || !whole) {
    throw new ValueError(`Index ${JSON.stringify(text)} is no slice; write "start:stop:step".`);
  }
  const fields = parts.map((part) => (part === "" ? undefined : Number(part)));
  if (fields[2] === 0) throw new ValueError(`Index ${JSON.stringify(text)}: the step is 0.`);
  return fields;
}

/**
 * First index and number of elements of a slice of an axis, as Python's `slice.indices`.
 * `undefined` ends take the whole axis in the direction of the step.
 */
export function resolveSlice(
  length: number,
  start: number | undefined,
  stop: number | undefined,
  step: number,
): { start: number; count: number } {
  const least = step < 0 ? -1 : 0;
  const most = step < 0 ? length - 1 : length;
  const clamp = (value: number): number => Math.min(most, Math.max(least, value < 0 ? value + length : value));
  const from = start === undefined ? (step < 0 ? most : least) : clamp(start);
  const to = stop === undefined ? (step < 0 ? least : most) : clamp(stop);
  return { start: from, count: Math.max(0, Math.ceil((to - from) / step)) };
}

/** Layout of the view that basic indices select. */
export function parseIndices(a: Strided, indices: readonly BasicIndex[]): Layout {
  const used = indices.filter((index) => index !== null && index !== "...").length;
  const dots = indices.filter((index) => index === "...").length;
  if (used > a.shape.length || dots > 1) {
    throw new IndexError(`Too many indices (${used}, ${dots} "...") for an array of shape ${shapeText(a.shape)}.`);
  }
  const full = dots === 1 ? indices : [...indices, "..."];
  const shape: number[] = [];
  const strides: number[] = [];
  let offset = a.offset;
  let axis = 0;
  for (const index of full) {
    if (index === null) {
      shape.push(1);
      strides.push(0);
    } else if (index === "...") {
      for (let left = a.shape.length - used; left > 0; left--, axis++) {
        shape.push(a.shape[axis]!);
        strides.push(a.strides[axis]!);
      }
    } else if (typeof index === "number") {
      offset += a.strides[axis]! * wrapIndex(index, a.shape[axis]!, axis);
      axis++;
    } else {
      const [start, stop, step = 1] = parseSlice(index);
      const range = resolveSlice(a.shape[axis]!, start, stop, step);
      if (range.count > 0) offset += a.strides[axis]! * range.start;
      shape.push(range.count);
      strides.push(a.strides[axis]! * step);
      axis++;
    }
  }
  return { shape, strides, offset };
}

function wrapIndex(index: number, length: number, axis: number): number {
  if (!Number.isInteger(index) || index < -length || index >= length) {
    throw new IndexError(`Index ${index} is out of bounds for axis ${axis} of size ${length}.`);
  }
  return index < 0 ? index + length : index;
}
