/** Shared variables: values that live between calls and are updated by functions. */
import { array, type ArrayInput, type InferDType, type InferRank } from "../array/create.ts";
import { NdArray } from "../array/ndArray.ts";
import type { DType } from "../dtype.ts";
import { ArgumentError, DtypeError, RankError, ShapeMismatchError } from "../errors.ts";
import type { SharedLike, Variable } from "../graph/variable.ts";
import { tensorType, type TensorType } from "../tensor/type.ts";
import type { Storable } from "../tensor/typing.ts";
import { TensorVariable } from "../tensor/variable.ts";
import { Container } from "./container.ts";

export interface SharedOptions<D extends DType = DType> {
  readonly name?: string;
  /** Permission to keep the given array's own storage instead of a copy. */
  readonly borrow?: boolean;
  /** Convert the value to this dtype. */
  readonly dtype?: D;
  /** Sizes that will never change, `null` for those that may. Only the rank is fixed by default. */
  readonly shape?: readonly (number | null)[];
  /** Axes marked `true` have size 1 for ever, so that they broadcast. */
  readonly broadcastable?: readonly boolean[];
}

/**
 * A symbolic variable with a value that persists between calls; made by `theano.shared`. Functions read it without
 * it being an input, and write it through their `updates`.
 */
export class SharedVariable<out D extends DType = DType, out R extends number = number>
  extends TensorVariable<D, R>
  implements SharedLike
{
  readonly container: Container;
  /** Applied by every function that uses the variable, unless told otherwise. */
  defaultUpdate: Variable | undefined;

  constructor(type: TensorType<D>, container: Container, name?: string) {
    super(type, null, 0, name);
    this.container = container;
  }

  /** The present value: a copy, or with `borrow` possibly the storage itself. */
  getValue(options: { readonly borrow?: boolean } = {}): NdArray<D, R> {
    return this.container.get(options.borrow ?? false) as NdArray<D, R>;
  }

  /** As `getValue`, on devices that cannot block too. */
  async getValueAsync(options: { readonly borrow?: boolean } = {}): Promise<NdArray<D, R>> {
    return this.getValue(options);
  }

  /**
   * Replaces the value. The shape may change, dtype and rank may not.
   * @throws DtypeError, RankError, ShapeMismatchError
   */
  setValue<const V extends ArrayInput>(value: Storable<D, R, V>, options?: { readonly borrow?: boolean }): void;
  setValue(value: ArrayInput, options: { readonly borrow?: boolean } = {}): void {
    const converted = this.type.filter(value, { what: `the value of ${this.toString()}` }) as NdArray<D>;
    this.container.set(converted, options.borrow === true || (converted !== value && !shares(converted, value)));
  }

  /** Releases storage on a device at once. The value stays. */
  free(): void {
    this.container.evict();
  }
}

/** May `converted` have the storage of what the user passed? */
function shares(converted: NdArray, value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (value instanceof NdArray) return value.buffer.buffer === converted.buffer.buffer;
  if (ArrayBuffer.isView(value)) return value.buffer === converted.buffer.buffer;
  return "data" in value;
}

function sharedShape(value: NdArray, options: SharedOptions): (number | null)[] {
  const { shape, broadcastable } = options;
  for (const [what, list] of [
    ["shape", shape],
    ["broadcastable", broadcastable],
  ] as const) {
    if (list !== undefined && list.length !== value.ndim) {
      throw new RankError(`shared: ${what} has ${list.length} entries, the value has rank ${value.ndim}.`);
    }
  }
  return value.shape.map((n, axis) => {
    const fixed = shape?.[axis] ?? (broadcastable?.[axis] === true ? 1 : null);
    if (fixed !== null && fixed !== n) {
      throw new ShapeMismatchError(`shared: axis ${axis} was declared of size ${fixed}, the value has ${n} there.`);
    }
    return fixed;
  });
}

/**
 * A shared variable. Its type fixes dtype and rank only, unless `shape` or `broadcastable` is given.
 *
 * @param value an array or anything that converts; numbers and nested lists are floatX unless `dtype` is given
 * @throws DtypeError, RankError, ShapeMismatchError when the value does not fit what is declared
 *
 * @example
 * ```ts
 * import * as theano from "theano";
 * const state = theano.shared(theano.zeros([2], "float32"), { name: "state" });
 * const step = theano.function([], null, { updates: [[state, state.add(1)]] });
 * step();
 * console.log(String(state.getValue())); // [1. 1.]
 * ```
 */
export function shared<D extends DType, const V extends ArrayInput = ArrayInput>(
  value: V,
  options: SharedOptions<D> & { readonly dtype: D },
): SharedVariable<D, InferRank<V>>;
export function shared<const V extends ArrayInput>(
  value: V,
  options?: SharedOptions,
): SharedVariable<InferDType<V>, InferRank<V>>;
export function shared(value: ArrayInput, options: SharedOptions = {}): SharedVariable {
  if (value === undefined || value === null) {
    throw new ArgumentError("shared: a value is needed, got " + String(value) + ".");
  }
  if (typeof value === "object" && "type" in value && "owner" in value) {
    throw new DtypeError("shared: the value is a symbolic variable; a shared variable holds an array.");
  }
  const keep = options.borrow === true;
  const held =
    value instanceof NdArray && (options.dtype === undefined || options.dtype === value.dtype)
      ? keep
        ? value
        : value.copy()
      : array(value, options.dtype, { copy: !keep });
  const type = tensorType(held.dtype, sharedShape(held, options));
  return new SharedVariable(type, new Container(held), options.name);
}
