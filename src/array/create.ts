import { config } from "../config/config.ts";
import { parseDType, itemSize, slotsOf, typedArrayOf } from "../dtype.ts";
import type { DataOf, DType, TypedArray } from "../dtype.ts";
import { ArgumentError, TheanoError, ValueError } from "../errors.ts";
import { checkPlainValue, convertExact } from "./convert.ts";
import { castElement, readElement, writeElement } from "./element.ts";
import type { Element, ElementLike } from "./element.ts";
import { broadcastShapes, checkShape, layoutOffsets, offsetsOf, shapeText, sizeOf } from "./layout.ts";
import { NdArray } from "./ndArray.ts";
import { flattenNested, inferDType, placeOf } from "./nested.ts";
import { isForeignArray, readForeign, typedArrayDType, wrapTypedArray } from "./source.ts";
import type { AnyTypedArray, ForeignArray } from "./source.ts";

/** A number, boolean, bigint, `{ re, im }`, or nested lists and arrays of them. */
export type NestedArray = ElementLike | AnyTypedArray | ForeignArray | readonly NestedArray[];

/** Anything that converts to an array. */
export type ArrayInput = NestedArray | NdArray;

/** Dtype of what a typed array or NdArray becomes; DType where it is not known to the compiler. */
export type InferDType<V> =
  V extends NdArray<infer D>
    ? D
    : V extends { readonly [Symbol.toStringTag]: infer Tag }
      ? Tag extends keyof DTypeOfTag
        ? DTypeOfTag[Tag]
        : DType
      : DType;

/** Rank of what a value becomes: the depth of nested lists; `number` where it is not known to the compiler. */
export type InferRank<V> = readonly NestedArray[] extends V
  ? number
  : V extends NdArray<infer _D, infer R>
    ? R
    : V extends ElementLike
      ? 0
      : V extends AnyTypedArray
        ? 1
        : V extends readonly []
          ? 1
          : V extends readonly (infer E)[]
            ? OneMore[InferRank<E>]
            : number;

/** One axis more. */
export interface OneMore {
  0: 1;
  1: 2;
  2: 3;
  3: 4;
  4: 5;
  5: 6;
  6: 7;
  [rank: number]: number;
}

/** Rank of an array of a shape. */
export type RankOfShape<S> = S extends number ? 1 : S extends readonly unknown[] ? S["length"] : number;

interface DTypeOfTag {
  Int8Array: "int8";
  Int16Array: "int16";
  Int32Array: "int32";
  BigInt64Array: "int64";
  Uint8Array: "uint8";
  Uint8ClampedArray: "uint8";
  Uint16Array: "uint16";
  Uint32Array: "uint32";
  BigUint64Array: "uint64";
  Float16Array: "float16";
  Float32Array: "float32";
  Float64Array: "float64";
}

export interface ArrayOptions {
  /** Take the nearest value of the dtype instead of refusing lossy ones (default false). */
  readonly allowDowncast?: boolean;
  /** Always make fresh storage (default true); false shares it where possible. */
  readonly copy?: boolean;
}

/** Size as a shape argument: a list, or a number for one axis. */
export type ShapeLike = number | readonly (number | bigint)[];

function fromValues(
  values: ArrayLike<ElementLike>,
  shape: readonly number[],
  dtype: DType,
  allowDowncast: boolean,
): NdArray {
  const result = NdArray.allocate(dtype, shape);
  for (let i = storeFloats(values, result); i < result.size; i++) {
    const value = values[i]!;
    if (allowDowncast) writeElement(result, i, clampPlain(value, dtype));
    else {
      checkAt(value, dtype, i, shape);
      writeElement(result, i, value);
    }
  }
  return result;
}

/**
 * The common case, quickly: numbers going into float32 or float64.
 * @returns how many were stored before something else came, or a number that overflows
 */
function storeFloats(values: ArrayLike<ElementLike>, result: NdArray): number {
  if (result.dtype !== "float64" && result.dtype !== "float32") return 0;
  const buffer = result.buffer as Float64Array;
  for (let i = 0; i < buffer.length; i++) {
    const value = values[i];
    if (typeof value !== "number") return i;
    buffer[i] = value;
    if (!Number.isFinite(buffer[i]) && Number.isFinite(value)) return i;
  }
  return buffer.length;
}

function checkAt(value: ElementLike, dtype: DType, i: number, shape: readonly number[]): void {
  try {
    checkPlainValue(value, dtype);
  } catch (error) {
    if (!(error instanceof TheanoError) || shape.length === 0) throw error;
    checkPlainValue(value, dtype, placeOf(i, shape));
  }
}

/** A plain value as a downcast stores it: floats saturate in integers, as `astype` does. */
function clampPlain(value: ElementLike, dtype: DType): ElementLike {
  if (typeof value !== "number") return value;
  return castElement(value, "float64", dtype);
}

function convert(value: unknown, dtype: DType | undefined, options: ArrayOptions): NdArray {
  const allow = options.allowDowncast === true;
  const copy = options.copy !== false;
  const finish = (array: NdArray): NdArray => {
    const result = dtype === undefined ? array : convertExact(array, dtype, allow);
    return copy && result.buffer === array.buffer ? result.copy() : result;
  };
  if (value instanceof NdArray) return finish(value);
  if (typeof value === "number" && dtype !== undefined && !allow) {
    return fromValues([value], [], dtype, false);
  }
  const typed = typedArrayDType(value);
  if (typed !== undefined) return finish(wrapTypedArray(value as AnyTypedArray, typed));
  if (isForeignArray(value)) {
    const source = readForeign(value);
    if (source.kind === "array") return finish(source.array);
    const { shape, strides, offset } = source;
    const offsets = layoutOffsets(shape, strides, offset, sizeOf(shape));
    const flat = flattenNested(Array.from(offsets, (at) => source.values[at]));
    const inferred = source.dtype ?? inferDType(flat, config.floatX);
    return fromValues(flat.values, shape, dtype ?? inferred, allow);
  }
  if (typeof value === "function" || typeof value === "string" || value === undefined) {
    throw new ArgumentError(
      `An array cannot be made of ${value === undefined ? "undefined" : `a ${typeof value}`}; ` +
        "expected numbers, nested lists, a typed array or { data, shape }.",
    );
  }
  const flat = flattenNested(value);
  return fromValues(flat.values, flat.shape, dtype ?? inferDType(flat, config.floatX), allow);
}

/**
 * An array of the given values, in fresh storage.
 *
 * Without a dtype, typed arrays and arrays keep theirs; nested lists become `config.floatX`,
 * except that all booleans give bool, all bigints int64 and `{ re, im }` complex.
 *
 * @throws ValueError for ragged lists (naming the place), detached or too short buffers.
 * @throws DtypeError for values that the dtype would change, unless `allowDowncast`; JavaScript
 * numbers may be rounded to a float dtype.
 */
export function array<const V extends ArrayInput>(value: V): NdArray<InferDType<V>, InferRank<V>>;
export function array<D extends DType = DType, const V extends ArrayInput = ArrayInput>(
  value: V,
  dtype: D | undefined,
  options?: ArrayOptions,
): NdArray<D, InferRank<V>>;
export function array(value: ArrayInput, dtype?: DType, options: ArrayOptions = {}): NdArray {
  return convert(value, dtype === undefined ? undefined : parseDType(dtype), options);
}

/**
 * Like {@link array}, but shares the storage of its argument where dtype and layout allow; an
 * NdArray of the wanted dtype is returned as it is.
 */
export function asArray<D extends DType = DType>(value: ArrayInput, dtype?: D, options: ArrayOptions = {}): NdArray<D> {
  if (value instanceof NdArray && (dtype === undefined || value.dtype === dtype)) {
    return value as unknown as NdArray<D>;
  }
  if (dtype !== undefined && isStorageOf(value, dtype)) {
    return NdArray.wrap(dtype, value, [value.length]);
  }
  return array(value, dtype, { ...options, copy: false });
}

/** Is it a typed array, not empty, of the very type that stores the dtype's elements? */
function isStorageOf<D extends DType>(value: unknown, dtype: D): value is DataOf<D> {
  return (
    typeof value === "object" &&
    value !== null &&
    (value as object).constructor === typedArrayOf(dtype) &&
    // Bytes for bool and bits for float16 are values to convert when they come bare.
    (dtype as DType) !== "bool" &&
    (dtype as DType) !== "float16" &&
    slotsOf(dtype) === 1 &&
    (value as TypedArray).length > 0
  );
}

/** Zeros of a shape; `config.floatX` unless a dtype is given. */
export function zeros<D extends DType = DType, const S extends ShapeLike = ShapeLike>(
  shape: S,
  dtype?: D,
): NdArray<D, RankOfShape<S>> {
  const wanted = (dtype === undefined ? config.floatX : parseDType(dtype)) as D;
  return NdArray.allocate(wanted, checkShape(shape));
}

/** Storage for a shape, to be filled; it happens to hold zeros. */
export function empty<D extends DType = DType>(shape: ShapeLike, dtype?: D): NdArray<D> {
  return zeros(shape, dtype);
}

/** Ones of a shape; `config.floatX` unless a dtype is given. */
export function ones<D extends DType = DType, const S extends ShapeLike = ShapeLike>(
  shape: S,
  dtype?: D,
): NdArray<D, RankOfShape<S>> {
  const wanted = (dtype === undefined ? config.floatX : parseDType(dtype)) as D;
  return full(shape, 1, wanted);
}

/**
 * One value everywhere. Without a dtype: floatX for numbers, bool, int64 and complex for the rest.
 * @throws DtypeError when the value does not fit.
 */
export function full<D extends DType = DType, const S extends ShapeLike = ShapeLike>(
  shape: S,
  value: ElementLike,
  dtype?: D,
): NdArray<D, RankOfShape<S>> {
  const element = array(value, dtype);
  const result = NdArray.allocate(element.dtype, checkShape(shape));
  if (slotsOf(result.dtype) === 1) {
    (result.buffer as Float64Array).fill(element.buffer[0] as number);
    return result;
  }
  const parts = readElement(element, 0);
  for (let i = 0; i < result.size; i++) writeElement(result, i, parts);
  return result;
}

/**
 * `start, start + step ...` below `stop`, int64 unless an argument has a fraction or a dtype is
 * given. With one argument it counts from 0.
 */
export function arange<D extends DType = DType>(start: number, stop?: number, step = 1, dtype?: D): NdArray<D> {
  const [from, to] = stop === undefined ? [0, start] : [start, stop];
  if (![from, to, step].every(Number.isFinite) || step === 0) {
    throw new ValueError(`arange: (${from}, ${to}, ${step}) are no finite ends and nonzero step.`);
  }
  const whole = [from, to, step].every(Number.isInteger);
  const count = Math.max(0, Math.ceil((to - from) / step));
  const wanted = (dtype ?? (whole ? "int64" : config.floatX)) as DType;
  const values = Array.from({ length: count }, (_, i) => from + i * step);
  return fromFlat(values, [count], parseDType(wanted)) as NdArray<D>;
}

/**
 * An array over a part of a buffer, in C order; without copying where the platform allows it.
 * @param byteOffset where the first element lies
 * @throws ValueError when the buffer is too short or detached.
 */
export function fromBuffer<D extends DType>(
  buffer: ArrayBufferLike,
  dtype: D,
  shape?: ShapeLike,
  byteOffset = 0,
): NdArray<D> {
  const wanted = parseDType(dtype) as D;
  const bytes = itemSize(wanted);
  const room = Math.floor((buffer.byteLength - byteOffset) / bytes);
  const sizes = checkShape(shape ?? [Math.max(0, room)]);
  const size = sizeOf(sizes);
  if (!Number.isSafeInteger(byteOffset) || byteOffset < 0 || size > room) {
    throw new ValueError(
      `fromBuffer: ${wanted}${shapeText(sizes)} at byte ${byteOffset} does not fit into a ` +
        `buffer of ${buffer.byteLength} bytes.`,
    );
  }
  const constructor = typedArrayOf(wanted);
  const slots = size * slotsOf(wanted);
  if (byteOffset % constructor.BYTES_PER_ELEMENT === 0) {
    return NdArray.wrap(wanted, new constructor(buffer, byteOffset, slots), sizes);
  }
  const aligned = buffer.slice(byteOffset, byteOffset + size * bytes);
  return NdArray.wrap(wanted, new constructor(aligned, 0, slots) as DataOf<D>, sizes);
}

// ---------------------------------------------------------------------------------------------
// For oracles: slow, plain, obviously right

/** An array from elements in C order, stored as `writeElement` does: integers wrap, no checks. */
export function fromFlat<D extends DType>(
  values: ArrayLike<ElementLike>,
  shape: readonly number[],
  dtype: D,
): NdArray<D> {
  const result = NdArray.allocate(dtype, shape);
  if (values.length !== result.size) {
    throw new ValueError(`fromFlat: ${values.length} elements do not fill ${shapeText(shape)}.`);
  }
  for (let i = 0; i < result.size; i++) writeElement(result, i, values[i]!);
  return result;
}

/**
 * Applies a function to the elements of broadcast arrays.
 * @param dtype of the result; what the function returns is stored as `writeElement` does
 * @throws ShapeMismatchError when the shapes do not broadcast.
 */
export function mapElements<D extends DType>(
  dtype: D,
  inputs: readonly NdArray[],
  fn: (...values: Element[]) => ElementLike,
): NdArray<D> {
  const shape = broadcastShapes(inputs.map((a) => a.shape));
  const result = NdArray.allocate(dtype, shape);
  const offsets = inputs.map((a) => offsetsOf(a.broadcastTo(shape)));
  for (let i = 0; i < result.size; i++) {
    const values = inputs.map((a, k) => readElement(a, offsets[k]![i]!));
    writeElement(result, i, fn(...values));
  }
  return result;
}
