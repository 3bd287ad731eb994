// What counts as an array in JavaScript: typed arrays of any realm, and objects of other
// libraries with `data` and `shape`. Recognised by structure, never by `instanceof`.

import { isDType, parseDType, slotsOf, typedArrayOf } from "../dtype.ts";
import type { DType, TypedArray } from "../dtype.ts";
import { ArgumentError, ValueError } from "../errors.ts";
import { checkShape, contiguousStrides, offsetRange, shapeText } from "./layout.ts";
import { NdArray } from "./ndArray.ts";

/** An array of another library. Strides and offset count elements. */
export interface ForeignArray {
  readonly data: ArrayLike<number> | ArrayLike<bigint> | ArrayLike<boolean>;
  readonly shape: readonly number[];
  readonly strides?: readonly number[] | undefined;
  readonly stride?: readonly number[] | undefined;
  readonly offset?: number | undefined;
  readonly dtype?: string | undefined;
}

const dtypeOfTag: Readonly<Record<string, DType>> = {
  Int8Array: "int8",
  Int16Array: "int16",
  Int32Array: "int32",
  BigInt64Array: "int64",
  Uint8Array: "uint8",
  Uint8ClampedArray: "uint8",
  Uint16Array: "uint16",
  Uint32Array: "uint32",
  BigUint64Array: "uint64",
  Float16Array: "float16",
  Float32Array: "float32",
  Float64Array: "float64",
};

/** Dtype names of ndarray and others that differ from NumPy's. */
const foreignNames: Readonly<Record<string, DType | undefined>> = {
  float: "float32",
  double: "float64",
  uint8_clamped: "uint8",
  bigint64: "int64",
  biguint64: "uint64",
  boolean: "bool",
  bool_: "bool",
  array: undefined,
  generic: undefined,
};

/** Any typed array, of any realm, subclass or not (but no DataView). */
export interface AnyTypedArray {
  readonly buffer: ArrayBufferLike;
  readonly byteOffset: number;
  readonly byteLength: number;
  readonly length: number;
  readonly BYTES_PER_ELEMENT: number;
}

/** Name of the typed array class, looked up so that neither realm nor subclass matters. */
const typedArrayTag = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)!
  .get as (this: unknown) => string | undefined;

/** Dtype of a typed array; undefined for anything else. */
export function typedArrayDType(value: unknown): DType | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const tag = typedArrayTag.call(value);
  return tag === undefined ? undefined : dtypeOfTag[tag];
}

/**
 * Fails on a typed array whose buffer was transferred away, or shrunk beneath it.
 * @throws ValueError
 */
function checkAttached(value: AnyTypedArray): void {
  if (value.length > 0) return;
  try {
    // Methods of typed arrays check this first; Node 20 has no `detached` to ask.
    Int8Array.prototype.at.call(value as Int8Array, 0);
  } catch (cause) {
    throw new ValueError("The array's buffer is detached (it was transferred, it shrank, or its memory has grown).", {
      cause,
    });
  }
}

/** The same memory as the project's own storage type of its dtype. */
export function plainStorage(value: AnyTypedArray, dtype: DType): TypedArray {
  checkAttached(value);
  const constructor = typedArrayOf(dtype);
  if ((value as object).constructor === constructor) return value as TypedArray;
  return new constructor(value.buffer, value.byteOffset, value.length);
}

/** A typed array as a 1-d array over the same memory. */
export function wrapTypedArray(value: AnyTypedArray, dtype: DType): NdArray {
  return NdArray.wrap(dtype, plainStorage(value, dtype), [value.length]);
}

/** Has the object `data` and `shape`, as arrays of most libraries do? */
export function isForeignArray(value: unknown): value is ForeignArray {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const { shape, data } = value as { shape?: unknown; data?: unknown };
  return (
    data !== undefined &&
    typeof shape === "object" &&
    shape !== null &&
    typeof (shape as { length?: unknown }).length === "number"
  );
}

/** Dtype that a foreign array says it has; undefined when it does not say. */
function foreignDType(name: unknown): DType | undefined {
  if (name === undefined || name === null) return undefined;
  // Some libraries keep an object whose text is the name.
  const text = typeof name === "string" ? name : String((name as { name?: unknown }).name ?? name);
  if (isDType(text)) return text;
  return Object.hasOwn(foreignNames, text) ? foreignNames[text] : parseDType(text);
}

/** Can the bytes of one dtype stand for another: same storage, such as Uint8Array for bool? */
function sharesStorage(have: DType, want: DType): boolean {
  if (have === want) return true;
  return typedArrayOf(have) === typedArrayOf(want);
}

/** Where the elements of a foreign array lie. */
function foreignLayout(value: ForeignArray, room: number): { shape: number[]; strides: number[]; offset: number } {
  const shape = checkShape(Array.from(value.shape), "shape");
  const given = value.strides ?? value.stride;
  const strides = given === undefined ? contiguousStrides(shape) : Array.from(given, Number);
  const offset = value.offset ?? 0;
  if (strides.length !== shape.length || !strides.every(Number.isSafeInteger)) {
    throw new ValueError(`Array of shape ${shapeText(shape)}: [${strides}] are not ${shape.length} whole strides.`);
  }
  const reach = offsetRange(shape, strides, offset);
  if (!Number.isSafeInteger(offset) || (reach && (reach.min < 0 || reach.max >= room))) {
    throw new ValueError(
      `Array of shape ${shapeText(shape)}, strides [${strides}], offset ${offset} does not lie ` +
        `within its data of ${room} elements.`,
    );
  }
  return { shape, strides, offset };
}

/** The bytes themselves where they are sound as bool, else a copy with 1 for every other byte. */
function onlyZeroAndOne(bytes: Uint8Array): Uint8Array {
  return bytes.some((byte) => byte > 1) ? bytes.map((byte) => (byte === 0 ? 0 : 1)) : bytes;
}

/** A foreign array over the same memory, or its elements where they are plain values. */
export type ForeignSource =
  | { readonly kind: "array"; readonly array: NdArray }
  | {
      readonly kind: "values";
      readonly values: ArrayLike<unknown>;
      readonly shape: number[];
      readonly strides: number[];
      readonly offset: number;
      readonly dtype: DType | undefined;
    };

/**
 * Reads an object with `data` and `shape`.
 * @throws ArgumentError when the data is not there yet (a method, a promise).
 * @throws ValueError when the layout leaves the data, or the data is detached.
 */
export function readForeign(value: ForeignArray): ForeignSource {
  const data: unknown = value.data;
  const dtype = foreignDType(value.dtype);
  const have = typedArrayDType(data);
  if (have !== undefined) {
    const want = dtype ?? have;
    const stored = sharesStorage(have, want) ? want : have;
    const buffer = plainStorage(data as AnyTypedArray, stored);
    const layout = foreignLayout(value, Math.floor(buffer.length / slotsOf(stored)));
    const sound = stored === "bool" ? onlyZeroAndOne(buffer as Uint8Array) : buffer;
    const array = NdArray.wrap(stored, sound, layout.shape, layout.strides, layout.offset);
    return { kind: "array", array: stored === want ? array : array.astype(want) };
  }
  if (Array.isArray(data)) {
    return { kind: "values", values: data, dtype, ...foreignLayout(value, data.length) };
  }
  throw new ArgumentError(
    typeof data === "function"
      ? "An array whose data is a method cannot be read here; read it first, and pass " + "{ data, shape }."
      : "An array's data must be a typed array or a list (await it first if it is a promise).",
  );
}
