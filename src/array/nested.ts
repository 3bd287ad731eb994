// Nested lists: their shape, their elements, and the dtype they suggest.

import { complexOf, isDiscrete, promote } from "../dtype.ts";
import type { DType } from "../dtype.ts";
import { ValueError } from "../errors.ts";
import { isComplexValue, toFlat } from "./element.ts";
import type { ElementLike } from "./element.ts";
import { NdArray } from "./ndArray.ts";
import { isForeignArray, readForeign, typedArrayDType, wrapTypedArray } from "./source.ts";
import type { AnyTypedArray } from "./source.ts";

const MAX_DEPTH = 64;
const INT64_MAX = 2n ** 63n - 1n;

/** Elements of a nested list, in order, and what is known of their dtype. */
export interface Flattened {
  readonly shape: number[];
  readonly values: ElementLike[];
  /** Dtype of the typed members (arrays within the list); undefined when all are plain. */
  readonly typed: DType | undefined;
  /** Classes of the plain members. */
  readonly kinds: ReadonlySet<string>;
}

interface Walk {
  shape: number[];
  values: ElementLike[];
  typed: DType | undefined;
  kinds: Set<string>;
  /** Rank, once the first element has been met. */
  rank: number | undefined;
}

/** ` at [1][0]`. */
export function placeText(path: readonly number[]): string {
  return path.length === 0 ? "" : ` at ${path.map((i) => `[${i}]`).join("")}`;
}

function checkLength(walk: Walk, depth: number, length: number, path: readonly number[]): void {
  const have = walk.shape[depth];
  if (have === undefined && walk.rank === undefined) walk.shape[depth] = length;
  else if (have !== length) {
    throw new ValueError(
      have === undefined
        ? `Ragged nested list: a list${placeText(path)} where an element was expected.`
        : `Ragged nested list: the list${placeText(path)} has ${length} elements where ${have} ` + "were expected.",
    );
  }
}

/** Fixes the rank at the first element; later ones must lie as deep. */
function checkRank(walk: Walk, depth: number, path: readonly number[]): void {
  walk.rank ??= depth;
  if (walk.rank !== depth || walk.shape.length !== depth) {
    throw new ValueError(`Ragged nested list: an element${placeText(path)} where a list was expected.`);
  }
}

function addArray(walk: Walk, array: NdArray, depth: number, path: number[]): void {
  array.shape.forEach((length, axis) => checkLength(walk, depth + axis, length, path));
  checkRank(walk, depth + array.ndim, path);
  walk.typed = walk.typed === undefined ? array.dtype : promote(walk.typed, array.dtype);
  // A push of all at once would overflow the stack on long arrays.
  for (const value of toFlat(array)) walk.values.push(value);
}

function asArray(value: unknown): NdArray | undefined {
  if (value instanceof NdArray) return value;
  const dtype = typedArrayDType(value);
  if (dtype !== undefined) return wrapTypedArray(value as AnyTypedArray, dtype);
  if (!isForeignArray(value)) return undefined;
  const source = readForeign(value);
  return source.kind === "array" ? source.array : undefined;
}

function kindOf(value: unknown, path: readonly number[]): string {
  const type = typeof value;
  if (type === "number" || type === "bigint" || type === "boolean") return type;
  if (isComplexValue(value)) return "complex";
  const shown = type === "string" ? JSON.stringify(value) : type === "object" ? "object" : type;
  throw new ValueError(
    `${value === null ? "null" : shown}${placeText(path)} is no element of an array; expected ` +
      "numbers, booleans, bigints, { re, im } or lists of them.",
  );
}

/** Takes the numbers that a list begins with, the common case, and says how many there were. */
function takeNumbers(walk: Walk, list: readonly unknown[], depth: number, path: readonly number[]): number {
  const { values } = walk;
  const { length } = list;
  let taken = 0;
  for (; taken < length; taken++) {
    const value = list[taken];
    if (typeof value !== "number") break;
    values.push(value);
  }
  if (taken > 0) {
    walk.kinds.add("number");
    checkRank(walk, depth + 1, path);
  }
  return taken;
}

function visit(walk: Walk, value: unknown, depth: number, path: number[]): void {
  if (depth > MAX_DEPTH) {
    throw new ValueError(`Nested list is deeper than ${MAX_DEPTH} levels (or contains itself).`);
  }
  if (Array.isArray(value)) {
    const length = value.length;
    checkLength(walk, depth, length, path);
    for (let i = takeNumbers(walk, value, depth, path); i < length; i++) {
      path.push(i);
      visit(walk, value[i], depth + 1, path);
      path.pop();
    }
    return;
  }
  if (typeof value === "object" && !isComplexValue(value)) {
    const array = asArray(value);
    if (array !== undefined) return addArray(walk, array, depth, path);
  }
  walk.kinds.add(kindOf(value, path));
  checkRank(walk, depth, path);
  walk.values.push(value as ElementLike);
}

/**
 * Flattens a nested list (or takes a single element).
 * @throws ValueError naming the place where it is ragged or holds something else.
 */
export function flattenNested(value: unknown): Flattened {
  const walk: Walk = { shape: [], values: [], typed: undefined, kinds: new Set(), rank: undefined };
  visit(walk, value, 0, []);
  return walk;
}

function bigintDType(values: readonly ElementLike[]): DType {
  return values.some((v) => typeof v === "bigint" && v > INT64_MAX) ? "uint64" : "int64";
}

/**
 * Dtype of a flattened list: all booleans bool, all bigints int64 (uint64 where needed), complex
 * members complex, arrays within it their own promotion, anything else `floatX`.
 */
export function inferDType(flat: Flattened, floatX: DType): DType {
  const { kinds, typed } = flat;
  const only = (kind: string): boolean => kinds.size === 1 && kinds.has(kind);
  if (typed !== undefined) {
    if (kinds.has("complex")) return complexOf(typed);
    return kinds.has("number") && isDiscrete(typed) ? promote(typed, floatX) : typed;
  }
  if (only("boolean")) return "bool";
  if (only("bigint")) return bigintDType(flat.values);
  if (kinds.has("complex")) return floatX === "float64" ? "complex128" : "complex64";
  return floatX;
}

/** `[2][0]` of a flat position. */
export function placeOf(flat: number, shape: readonly number[]): string {
  const path: number[] = [];
  let rest = flat;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    path.unshift(rest % shape[axis]!);
    rest = Math.floor(rest / shape[axis]!);
  }
  return placeText(path);
}
