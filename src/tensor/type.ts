/** The type of tensors: a dtype and, per dimension, a size or `null` where it is not known. */
import { asArray, type ArrayInput } from "../array/create.ts";
import { NdArray } from "../array/ndArray.ts";
import { parseDType, type DType } from "../dtype.ts";
import { DtypeError, RankError, ShapeMismatchError, ValueError } from "../errors.ts";
import type { Apply } from "../graph/apply.ts";
import { Type, type BufferSpec, type FilterOptions } from "../graph/type.ts";
import { TensorVariable } from "./variable.ts";

/** Sizes as types know them. Only a dimension of static size 1 broadcasts. */
export type StaticShape = readonly (number | null)[];

const RANK_NAMES: readonly string[] = ["scalar", "vector", "matrix", "3D", "4D", "5D", "6D", "7D"];

export class TensorType<D extends DType = DType> extends Type implements BufferSpec {
  readonly dtype: D;
  readonly shape: StaticShape;
  readonly key: string;

  /** Use `tensorType`, which makes equal types one object. */
  constructor(dtype: D, shape: StaticShape, key: string) {
    super();
    this.dtype = dtype;
    this.shape = shape;
    this.key = key;
  }

  get ndim(): number {
    return this.shape.length;
  }

  /** Which dimensions have static size 1. */
  get broadcastable(): readonly boolean[] {
    return this.shape.map((n) => n === 1);
  }

  override buffer(): BufferSpec {
    return this;
  }

  override isSuper(other: Type): boolean {
    if (this === other) return true;
    if (!(other instanceof TensorType) || other.dtype !== this.dtype) return false;
    return other.shape.length === this.shape.length && this.shape.every((n, i) => n === null || n === other.shape[i]);
  }

  override makeVariable(owner: Apply | null, index: number, name?: string): TensorVariable<D> {
    return new TensorVariable<D>(this, owner, index, name);
  }

  /**
   * Converts `value` to an array of this dtype.
   * @throws RankError, ShapeMismatchError when the shape does not fit the type
   * @throws DtypeError when a conversion would lose information and is not allowed
   */
  override filter(value: unknown, options: FilterOptions = {}): NdArray<D> {
    const what = options.what ?? "a value";
    const given = value instanceof NdArray ? value : this.#read(value as ArrayInput, options);
    this.#checkShape(given.shape, what);
    if (given.dtype === this.dtype) return given as NdArray as NdArray<D>;
    return this.#convert(given, what, options);
  }

  /** Numbers and nested lists have no dtype of their own: they are read as this one. */
  #read(value: ArrayInput, options: FilterOptions): NdArray {
    const plain = typeof value !== "object" || value === null || Array.isArray(value);
    if (!plain) return asArray(value);
    return asArray(value, this.dtype, { allowDowncast: options.allowDowncast === true && options.strict !== true });
  }

  #convert(given: NdArray, what: string, options: FilterOptions): NdArray<D> {
    const lossless = canHold(this.dtype, given);
    if (options.strict === true || (!lossless && options.allowDowncast !== true)) {
      throw new DtypeError(
        `${this.toString()} cannot store ${what} of dtype ${given.dtype} without risking loss of ` +
          "precision. Convert it (theano.array(value, " +
          `"${this.dtype}")), or pass { allowInputDowncast: true } to theano.function.`,
      );
    }
    return given.astype(this.dtype);
  }

  #checkShape(shape: readonly number[], what: string): void {
    if (shape.length !== this.shape.length) {
      throw new RankError(
        `Wrong number of dimensions for ${what}: expected ${this.shape.length}, got ${shape.length} ` +
          `with shape (${shape.join(", ")}).`,
      );
    }
    const axis = this.shape.findIndex((n, i) => n !== null && n !== shape[i]);
    if (axis >= 0) {
      throw new ShapeMismatchError(
        `Wrong size for ${what}: axis ${axis} must have size ${this.shape[axis]!}, ` +
          `the value has shape (${shape.join(", ")}); the type is ${this.toString()}.`,
      );
    }
  }

  override toString(): string {
    return `TensorType(${this.dtype}, ${this.#shapeText()})`;
  }

  #shapeText(): string {
    const { shape } = this;
    if (shape.every((n) => n === null) && shape.length < RANK_NAMES.length) return RANK_NAMES[shape.length]!;
    if (shape.length === 2 && shape[0] === 1 && shape[1] === null) return "row";
    if (shape.length === 2 && shape[0] === null && shape[1] === 1) return "col";
    const sizes = shape.map((n) => n ?? "?");
    return shape.length === 1 ? `(${sizes[0]!},)` : `(${sizes.join(", ")})`;
  }
}

/** Integer arrays fit a smaller or float type when each of their values does. */
function canHold(dtype: DType, given: NdArray): boolean {
  return safe(given.dtype, dtype) || (given.ndim === 0 && isExactScalar(given, dtype));
}

function isExactScalar(given: NdArray, dtype: DType): boolean {
  if (given.dtype.startsWith("float") || given.dtype.startsWith("complex")) return false;
  if (dtype === "bool") return false;
  const value = given.itemBigInt();
  const back = given.astype(dtype);
  if (dtype.startsWith("float") || dtype.startsWith("complex")) return true;
  return back.itemBigInt() === value;
}

/** Casts that keep every value. */
function safe(from: DType, to: DType): boolean {
  return SAFE.get(from)?.has(to) ?? false;
}

const SAFE: ReadonlyMap<DType, ReadonlySet<DType>> = new Map(
  Object.entries({
    bool: "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 complex64 complex128",
    int8: "int8 int16 int32 int64 float16 float32 float64 complex64 complex128",
    int16: "int16 int32 int64 float32 float64 complex64 complex128",
    int32: "int32 int64 float64 complex128",
    int64: "int64 float64 complex128",
    uint8: "uint8 uint16 uint32 uint64 int16 int32 int64 float16 float32 float64 complex64 complex128",
    uint16: "uint16 uint32 uint64 int32 int64 float32 float64 complex64 complex128",
    uint32: "uint32 uint64 int64 float64 complex128",
    uint64: "uint64 float64 complex128",
    float16: "float16 float32 float64 complex64 complex128",
    float32: "float32 float64 complex64 complex128",
    float64: "float64 complex128",
    complex64: "complex64 complex128",
    complex128: "complex128",
  }).map(([from, to]) => [from as DType, new Set(to.split(" ") as DType[])]),
);

const interned = new Map<string, TensorType>();

/**
 * The type of tensors of a dtype and static shape; equal types are one object.
 * @throws ValueError for a size that is no whole number
 */
export function tensorType<D extends DType>(dtype: D, shape: StaticShape): TensorType<D> {
  const key = `${dtype}(${shape.map((n) => n ?? "?").join(",")})`;
  const known = interned.get(key);
  if (known !== undefined) return known as TensorType<D>;
  parseDType(dtype);
  for (const n of shape) {
    if (n !== null && !(Number.isSafeInteger(n) && n >= 0)) {
      throw new ValueError(`A static size must be a whole number or null, got ${String(n)}.`);
    }
  }
  const type = new TensorType(dtype, Object.freeze([...shape]), key);
  interned.set(key, type as unknown as TensorType);
  return type;
}
