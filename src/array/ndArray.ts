import { isBigInt, isBool, isComplex, isDiscrete, itemSize, parseDType, slotsOf, typedArrayOf } from "../dtype.ts";
import type { ComplexDType, DataOf, DType } from "../dtype.ts";
import { IndexError, TheanoMemoryError, ValueError } from "../errors.ts";
import { castElement, holdsNumbers, readElement, writeElement } from "./element.ts";
import type { Complex, Element } from "./element.ts";
import { formatArray } from "./format.ts";
import { parseIndices } from "./basicIndex.ts";
import type { BasicIndex } from "./basicIndex.ts";
import {
  broadcastStrides,
  checkShape,
  contiguousStrides,
  isContiguousLayout,
  normalizeAxis,
  offsetRange,
  offsetsOf,
  reshapeStrides,
  resolveReshape,
  shapeText,
  sizeOf,
} from "./layout.ts";
import type { Strided } from "./layout.ts";

/** One element as `item()` gives it. */
export type ItemOf<D extends DType> = D extends "bool" ? boolean : D extends ComplexDType ? Complex : number;

/** Nested lists of elements; an element alone for a 0-d array. */
export type NestedList<T> = T | NestedList<T>[];

export interface ToListOptions {
  /** Give int64 and uint64 elements as bigint, so that none is lost. */
  readonly bigint?: boolean;
}

/**
 * An n-dimensional array: a dtype, a shape, and a strided window on a typed array.
 *
 * Strides and offset count elements (a complex number is one element of two slots). Make one with
 * `array`, `zeros`, `ones`, `full`; views share the buffer. The fields never change; whether
 * elements do is the owner's matter.
 *
 * `R` is the rank where the compiler knows it. It only travels, to what is made of the array: arrays of all ranks are of one type, since what
 * a function returns has the shape of its arguments.
 */
// oxlint-disable-next-line no-unused-vars -- see above
export class NdArray<D extends DType = DType, R extends number = number> implements Strided<D> {
  readonly dtype: D;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
  /** The raw storage, shared among views. */
  readonly buffer: DataOf<D>;
  readonly size: number;

  private constructor(
    dtype: D,
    buffer: DataOf<D>,
    shape: readonly number[],
    strides: readonly number[],
    offset: number,
    size: number,
  ) {
    this.dtype = dtype;
    this.shape = shape;
    this.strides = strides;
    this.offset = offset;
    this.buffer = buffer;
    this.size = size;
  }

  /**
   * An array over a buffer, without copying and WITHOUT CHECKS: the quick way for code that has
   * computed the layout itself. `array({ data, shape })` is the checked one.
   */
  static wrap<D extends DType>(
    dtype: D,
    buffer: DataOf<D>,
    shape: readonly number[],
    strides: readonly number[] = contiguousStrides(shape),
    offset = 0,
  ): NdArray<D> {
    return new NdArray(dtype, buffer, shape, strides, offset, sizeOf(shape));
  }

  /** A fresh C-ordered array of zeros; the shape is not checked. */
  static allocate<D extends DType>(dtype: D, shape: readonly number[]): NdArray<D> {
    const size = sizeOf(shape);
    const buffer = allocateBuffer(dtype, size);
    return new NdArray(dtype, buffer, shape, contiguousStrides(shape), 0, size);
  }

  get ndim(): number {
    return this.shape.length;
  }

  /** Are the elements in C order without gaps? */
  get isContiguous(): boolean {
    return isContiguousLayout(this.shape, this.strides);
  }

  /**
   * Exactly `size` elements in C order (two slots each for complex). The buffer itself where it
   * is just that, otherwise a compacted copy.
   */
  get data(): DataOf<D> {
    const slots = this.size * slotsOf(this.dtype);
    if (this.offset === 0 && this.buffer.length === slots && this.isContiguous) return this.buffer;
    return this.copy().buffer;
  }

  // --- elements ------------------------------------------------------------------------------

  /** Offset in elements of the element at an index; negative indices count from the end. */
  private locate(index: readonly number[]): number {
    if (index.length === 0) {
      if (this.size === 1) return this.offset;
      throw new ValueError(
        `item(): the array has ${this.size} elements, shape ${shapeText(this.shape)}; ` +
          "give an index, or use toList().",
      );
    }
    if (index.length !== this.ndim) {
      throw new IndexError(`item(): ${index.length} indices for an array of rank ${this.ndim}.`);
    }
    let offset = this.offset;
    index.forEach((given, axis) => {
      const length = this.shape[axis]!;
      if (!Number.isInteger(given) || given < -length || given >= length) {
        throw new IndexError(`item(): index ${String(given)} is out of bounds for axis ${axis} of size ${length}.`);
      }
      offset += (given < 0 ? given + length : given) * this.strides[axis]!;
    });
    return offset;
  }

  /** The only element, or the one at an index (the raw value, 64-bit integers as bigint). */
  private element(index: readonly number[]): Element {
    return readElement(this, this.locate(index));
  }

  /**
   * The only element, or the one at an index: a boolean, a number or `{ re, im }`.
   * @throws ValueError when a 64-bit integer is not exact as a number; see {@link itemBigInt}.
   */
  item(...index: number[]): ItemOf<D> {
    return present(this.element(index), this.dtype, false) as ItemOf<D>;
  }

  /** Like {@link item}, as bigint; for integer and bool arrays, and for whole floats. */
  itemBigInt(...index: number[]): bigint {
    const value = this.element(index);
    if (typeof value === "bigint") return value;
    if (typeof value === "object" || !Number.isInteger(value)) {
      throw new ValueError(`itemBigInt(): ${textOf(value)} is not a whole number.`);
    }
    return BigInt(value);
  }

  /**
   * The elements as nested lists; the element alone for a 0-d array.
   * @throws ValueError when a 64-bit integer is not exact as a number and `bigint` is not set.
   */
  toList(options: ToListOptions & { readonly bigint: true }): NestedList<ItemOf<D> | bigint>;
  toList(options?: ToListOptions): NestedList<ItemOf<D>>;
  toList(options: ToListOptions = {}): NestedList<unknown> {
    const build = (axis: number, offset: number): NestedList<unknown> => {
      if (axis === this.ndim) {
        return present(readElement(this, offset), this.dtype, options.bigint === true);
      }
      const step = this.strides[axis]!;
      const list: NestedList<unknown>[] = new Array(this.shape[axis]!);
      for (let i = 0; i < list.length; i++) list[i] = build(axis + 1, offset + i * step);
      return list;
    };
    return build(0, this.offset);
  }

  /** NumPy's text: 8 digits, aligned columns, `...` above 1000 elements. */
  toString(): string {
    return formatArray(this);
  }

  /** Number of the only element, so that `+f(x)` works; an array of several is an error. */
  valueOf(): number | this {
    return this.size === 1 && !isComplex(this.dtype) ? this.asNumber() : this;
  }

  [Symbol.toPrimitive](hint: string): number | string {
    return hint === "string" ? this.toString() : this.asNumber();
  }

  private asNumber(): number {
    if (this.size !== 1) {
      throw new ValueError(
        `Only an array of one element converts to a number; this one has shape ` + `${shapeText(this.shape)}.`,
      );
    }
    if (isComplex(this.dtype)) {
      throw new ValueError("A complex array does not convert to a number; use item().");
    }
    return Number(present(this.element([]), this.dtype, false));
  }

  /** `{ dtype, shape, data }` with the elements as nested-free numbers (64-bit as strings). */
  toJSON(): { dtype: D; shape: readonly number[]; data: (number | string)[] } {
    const plain = (value: number | bigint): number | string =>
      typeof value === "bigint" || !Number.isFinite(value) ? String(value) : value;
    const source = this.dtype === "float16" ? this.astype("float32").data : this.data;
    return {
      dtype: this.dtype,
      shape: this.shape,
      data: Array.from(source as ArrayLike<number | bigint>, plain),
    };
  }

  get [Symbol.toStringTag](): string {
    return "NdArray";
  }

  static {
    // What console.log shows in Node; a symbol from the registry cannot be declared as a method.
    Object.defineProperty(this.prototype, Symbol.for("nodejs.util.inspect.custom"), {
      value(this: NdArray): string {
        return `NdArray ${this.dtype}${shapeText(this.shape)}\n${this.toString()}`;
      },
    });
  }

  // --- views ---------------------------------------------------------------------------------

  /**
   * Another window on the same buffer.
   * @throws ValueError when it would reach outside.
   */
  view(
    shape: readonly number[],
    strides: readonly number[] = contiguousStrides(shape),
    offset: number = this.offset,
  ): NdArray<D> {
    const sizes = checkShape(shape, "view");
    if (strides.length !== sizes.length || !strides.every(Number.isSafeInteger)) {
      throw new ValueError(`view: ${sizes.length} whole strides are needed, got [${strides}].`);
    }
    const reach = offsetRange(sizes, strides, offset);
    const room = this.buffer.length / slotsOf(this.dtype);
    if (!Number.isSafeInteger(offset) || (reach && (reach.min < 0 || reach.max >= room))) {
      throw new ValueError(`view: shape ${shapeText(sizes)} at ${offset} leaves the buffer.`);
    }
    return NdArray.wrap(this.dtype, this.buffer, sizes, [...strides], offset);
  }

  /**
   * Basic indexing, as a view: integers, slices as text (`"1:3"`, `"::-1"`), `null` for a new
   * axis, `"..."`.
   * @throws IndexError for an index out of bounds or too many of them.
   */
  at(...indices: BasicIndex[]): NdArray<D> {
    const { shape, strides, offset } = parseIndices(this, indices);
    return NdArray.wrap(this.dtype, this.buffer, shape, strides, offset);
  }

  /** Permuted axes; reversed when none are given. A view. */
  transpose(axes?: readonly number[]): NdArray<D> {
    const order = (axes ?? this.shape.map((_, axis) => this.ndim - 1 - axis)).map((axis) =>
      normalizeAxis(axis, this.ndim),
    );
    if (order.length !== this.ndim || new Set(order).size !== this.ndim) {
      throw new ValueError(`transpose: [${axes}] is no permutation of ${this.ndim} axes.`);
    }
    const pick = (list: readonly number[]): number[] => order.map((axis) => list[axis]!);
    return NdArray.wrap(this.dtype, this.buffer, pick(this.shape), pick(this.strides), this.offset);
  }

  get T(): NdArray<D> {
    return this.transpose();
  }

  /** The elements, in C order, under another shape (one size may be -1); a view if possible. */
  reshape(shape: readonly number[]): NdArray<D> {
    const target = resolveReshape(this.size, shape);
    const strides = reshapeStrides(this.shape, this.strides, target);
    if (strides === undefined) return NdArray.wrap(this.dtype, this.copy().buffer, target);
    return NdArray.wrap(this.dtype, this.buffer, target, strides, this.offset);
  }

  /** Stretched to a larger shape by zero strides. A view; do not write to it. */
  broadcastTo(shape: readonly number[]): NdArray<D> {
    const target = checkShape(shape, "broadcastTo");
    const strides = broadcastStrides(this.shape, this.strides, target);
    return NdArray.wrap(this.dtype, this.buffer, target, strides, this.offset);
  }

  // --- copies --------------------------------------------------------------------------------

  /** A fresh C-ordered copy. */
  copy(): NdArray<D> {
    const slots = slotsOf(this.dtype);
    if (this.isContiguous) {
      const from = this.offset * slots;
      const buffer = this.buffer.slice(from, from + this.size * slots) as DataOf<D>;
      return NdArray.wrap(this.dtype, buffer, this.shape);
    }
    const result = NdArray.allocate(this.dtype, this.shape);
    gather(this, result.buffer);
    return result;
  }

  /** This array if it is C-ordered without gaps, else a copy that is. */
  contiguous(): NdArray<D> {
    return this.isContiguous ? this : this.copy();
  }

  /**
   * Converted to a dtype, always a copy. Rounded once; floats becoming integers are truncated and
   * saturate, NaN gives 0; integers wrap; complex becoming real keeps the real part.
   */
  astype<E extends DType>(dtype: E): NdArray<E> {
    const to = parseDType(dtype) as E;
    if ((to as DType) === this.dtype) return this.copy() as unknown as NdArray<E>;
    const result = NdArray.allocate(to, this.shape);
    if (convertsNatively(this.dtype, to)) {
      (result.buffer as Float64Array).set(this.data as Float64Array);
      return result;
    }
    const offsets = offsetsOf(this);
    for (let i = 0; i < this.size; i++) {
      writeElement(result, i, castElement(readElement(this, offsets[i]!), this.dtype, to));
    }
    return result;
  }
}

/** Is a typed array's own conversion the right one: integers wrap, floats are rounded once? */
function convertsNatively(from: DType, to: DType): boolean {
  if (!holdsNumbers(from) || !holdsNumbers(to) || isBool(to)) return false;
  return isDiscrete(from) || !isDiscrete(to);
}

/** @throws TheanoMemoryError where the platform has no room. */
function allocateBuffer<D extends DType>(dtype: D, size: number): DataOf<D> {
  try {
    return new (typedArrayOf(dtype))(size * slotsOf(dtype));
  } catch (cause) {
    throw new TheanoMemoryError(
      `No memory for an array of ${size} ${dtype} elements (${size * itemSize(dtype)} bytes).`,
      { cause },
    );
  }
}

/** Copies the elements of any layout, in C order, to the front of a buffer of the same dtype. */
function gather<D extends DType>(a: NdArray<D>, target: DataOf<D>): void {
  const offsets = offsetsOf(a);
  const from = a.buffer as Float64Array; // One element type on both sides, whichever it is.
  const to = target as Float64Array;
  if (isComplex(a.dtype)) {
    for (let i = 0; i < a.size; i++) {
      to[2 * i] = from[2 * offsets[i]!]!;
      to[2 * i + 1] = from[2 * offsets[i]! + 1]!;
    }
  } else {
    for (let i = 0; i < a.size; i++) to[i] = from[offsets[i]!]!;
  }
}

function textOf(value: Element): string {
  return typeof value === "object" ? `{ re: ${value.re}, im: ${value.im} }` : String(value);
}

/** Element as the user meets it: booleans, and numbers instead of bigint unless wanted. */
function present(value: Element, dtype: DType, bigint: boolean): Element | boolean {
  if (isBool(dtype)) return value !== 0;
  if (typeof value !== "bigint" || bigint || !isBigInt(dtype)) return value;
  const number = Number(value);
  if (!Number.isSafeInteger(number) && BigInt(number) !== value) {
    throw new ValueError(`${value} (${dtype}) is not exact as a number. Use itemBigInt() or toList({ bigint: true }).`);
  }
  return number;
}
