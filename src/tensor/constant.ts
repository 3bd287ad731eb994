/** Constants, and the conversion of what users write to symbolic tensors. */
import { array, asArray, type ArrayInput, type InferDType, type InferRank } from "../array/create.ts";
import { NdArray } from "../array/ndArray.ts";
import { config } from "../config/config.ts";
import { fitsInteger, isBool, isComplex, isDiscrete, isFloat, isInteger, parseDType, type DType } from "../dtype.ts";
import { ArgumentError, DtypeError, RankError } from "../errors.ts";
import { Variable, type ConstantLike } from "../graph/variable.ts";
import type { DtypeOption } from "./typing.ts";
import { tensorType, type TensorType } from "./type.ts";
import { TensorVariable, type TensorLike } from "./variable.ts";

/** A symbolic tensor whose value is known when the graph is built. */
export class TensorConstant<out D extends DType = DType, out R extends number = number>
  extends TensorVariable<D, R>
  implements ConstantLike
{
  /** Must not be written. */
  readonly data: NdArray<D>;
  #key: string | undefined;

  constructor(type: TensorType<D>, data: NdArray<D>, name?: string) {
    super(type, null, 0, name);
    this.data = data;
  }

  get constantKey(): string {
    if (this.#key === undefined) {
      const { dtype, shape } = this.data;
      this.#key = `${dtype}(${shape.join(",")})${this.type.key}:${this.#content()}`;
    }
    return this.#key;
  }

  /** The bytes of small constants; big ones are only equal to themselves. */
  #content(): string {
    const flat = this.data.data;
    if (flat.byteLength > 4096) return `#${this.id}`;
    const bytes = new Uint8Array(flat.buffer, flat.byteOffset, flat.byteLength);
    let text = "";
    for (const byte of bytes) text += String.fromCharCode(byte);
    return text;
  }

  override toString(): string {
    if (this.name !== undefined) return this.name;
    const { data } = this;
    if (data.size === 1 || (data.size > 1 && isUniform(data))) {
      const first = data.ndim === 0 ? data : data.reshape([data.size]).at("0:1").reshape([]);
      const item = formatItem(first);
      if (data.ndim === 0) return `TensorConstant{${item}}`;
      return `TensorConstant{(${data.shape.join(", ")}${data.ndim === 1 ? "," : ""}) of ${item}}`;
    }
    const text = data.size <= 16 ? data.toString().replace(/\s+/g, " ") : `shape (${data.shape.join(", ")})`;
    return `TensorConstant{${text}}`;
  }
}

function formatItem(scalar: NdArray): string {
  const text = scalar.toString();
  return /^-?\d+$/.test(text) && isFloat(scalar.dtype) ? `${text}.0` : text.replace(/^(-?\d+)\.$/, "$1.0");
}

function isUniform(a: NdArray): boolean {
  if (a.size > 4096 || isComplex(a.dtype)) return false;
  const flat = a.data as ArrayLike<unknown>;
  for (let i = 1; i < a.size; i++) if (!Object.is(flat[i], flat[0])) return false;
  return true;
}

export interface ConstantOptions<D extends DType = DType> {
  readonly dtype?: D;
  readonly name?: string;
  /** The rank: axes of size 1 are added in front. */
  readonly ndim?: number;
}

/**
 * A constant. Numbers without dtype: an integer is int64, a fraction floatX, a boolean bool; nested arrays floatX; arrays
 * keep their dtype.
 * @throws DtypeError when a value does not fit the dtype, RankError when it has more axes than `ndim`
 */
export function constant<const V extends ArrayInput, const O extends ConstantOptions & { readonly ndim: number }>(
  value: V,
  options: O,
): TensorConstant<DtypeOption<O, InferDType<V>>, O["ndim"]>;
export function constant<D extends DType, const V extends ArrayInput = ArrayInput>(
  value: V,
  options: D | (ConstantOptions<D> & { readonly dtype: D }),
): TensorConstant<D, InferRank<V>>;
export function constant<const V extends ArrayInput>(
  value: V,
  options?: ConstantOptions,
): TensorConstant<InferDType<V>, InferRank<V>>;
export function constant(value: ArrayInput | NdArray, options: DType | ConstantOptions = {}): TensorConstant {
  const { dtype, name, ndim }: ConstantOptions = typeof options === "string" ? { dtype: options } : options;
  if (value instanceof Variable) {
    throw new ArgumentError("constant: the value is symbolic already; use T.asTensorVariable(x).");
  }
  const wanted = dtype === undefined ? weakDtype(value) : parseDType(dtype);
  const data = toConstantArray(value, wanted);
  return fromArray(ndim === undefined ? data : withRank(data, ndim), name);
}

function withRank(data: NdArray, ndim: number): NdArray {
  if (Number.isInteger(ndim) && ndim >= data.ndim) {
    return data.reshape([...new Array<number>(ndim - data.ndim).fill(1), ...data.shape]);
  }
  throw new RankError(`constant: a value of rank ${data.ndim} cannot have rank ${ndim}.`, {
    op: "constant",
    inputs: [{ dtype: data.dtype, shape: data.shape }],
  });
}

function fromArray(data: NdArray, name?: string): TensorConstant {
  return new TensorConstant(tensorType(data.dtype, data.shape), data, name);
}

/** The dtype of a lone JavaScript value; undefined where arrays decide. */
function weakDtype(value: unknown): DType | undefined {
  if (typeof value === "number") return Number.isInteger(value) && !Object.is(value, -0) ? "int64" : config.floatX;
  if (typeof value === "bigint") return "int64";
  if (typeof value === "boolean") return "bool";
  return undefined;
}

function toConstantArray(value: ArrayInput | NdArray, dtype: DType | undefined): NdArray {
  if (value instanceof NdArray) {
    const own = value.copy();
    return dtype === undefined || dtype === own.dtype ? own : own.astype(dtype);
  }
  if (typeof value === "number" && dtype !== undefined && isInteger(dtype) && !fitsInteger(value, dtype)) {
    throw new DtypeError(`${value} is not a value of ${dtype}.`);
  }
  const data = dtype === undefined ? asArray(value) : array(value, dtype);
  return data === (value as unknown) || sharesStorage(data, value) ? data.copy() : data;
}

/** A typed array given by the user may be wrapped; a constant must not change with it. */
function sharesStorage(a: NdArray, value: unknown): boolean {
  if (ArrayBuffer.isView(value)) return a.buffer.buffer === value.buffer;
  const data = (value as { data?: unknown } | null)?.data;
  return ArrayBuffer.isView(data) && a.buffer.buffer === data.buffer;
}

/** The constants of frequent numbers are made once per type. */
const weakCache = new Map<string, TensorConstant>();

/**
 * `x` as a symbolic tensor. A JavaScript number is weakly typed: it takes the dtype of `like`, the tensor that it meets.
 * A fraction meeting integers gives floatX, an integer meeting bool int64.
 * @throws DtypeError for an integer out of the range of the dtype
 */
export function asTensor(x: TensorLike, like?: DType): TensorVariable {
  if (x instanceof TensorVariable) return x;
  if (x instanceof Variable) {
    throw new ArgumentError(`${x.toString()} of type ${x.type.toString()} is not a tensor.`);
  }
  if (typeof x === "number" || typeof x === "bigint" || typeof x === "boolean") return weak(x, like);
  if (Array.isArray(x) && containsVariable(x)) return stackNested(x as readonly TensorLike[]);
  if (x === null || x === undefined || typeof x === "function" || typeof x === "symbol" || typeof x === "string") {
    throw new ArgumentError(`Expected a tensor, an array or a number, got ${x === null ? "null" : typeof x}.`);
  }
  return constant(x as ArrayInput);
}

function weak(x: number | bigint | boolean, like: DType | undefined): TensorConstant {
  const dtype = like === undefined ? weakDtype(x)! : meeting(x, like);
  const key = `${dtype}:${Object.is(x, -0) ? "-0" : typeof x === "bigint" ? `${x}` : String(Number(x))}`;
  let known = weakCache.get(key);
  if (known === undefined) {
    known = constant(x, dtype) as TensorConstant;
    // Bounded: programs that make a constant per step must not grow.
    if (weakCache.size < 4096) weakCache.set(key, known);
  }
  return known;
}

/** The dtype that a JavaScript value takes when it meets a tensor of dtype `like`. */
function meeting(x: number | bigint | boolean, like: DType): DType {
  if (typeof x === "boolean") return like === "bool" ? "bool" : like;
  if (isFloat(like) || isComplex(like)) return like;
  const whole = typeof x === "bigint" || (Number.isInteger(x) && !Object.is(x, -0));
  if (!whole) return config.floatX;
  if (isBool(like)) return "int64";
  if (isDiscrete(like) && !fitsInteger(x, like)) {
    throw new DtypeError(
      `${x} is out of the range of ${like}. Use T.constant(${x}, dtype) with a dtype that holds it, or cast the tensor.`,
    );
  }
  return like;
}

function containsVariable(list: readonly unknown[]): boolean {
  return list.some((v) => v instanceof Variable || (Array.isArray(v) && containsVariable(v)));
}

let stackFunction: ((parts: readonly TensorVariable[]) => TensorVariable) | undefined;

/** `join.ts` provides the stacking of nested lists (a function here would be an import cycle). */
export function provideStack(stack: (parts: readonly TensorVariable[]) => TensorVariable): void {
  stackFunction = stack;
}

function stackNested(list: readonly TensorLike[]): TensorVariable {
  if (stackFunction === undefined) throw new ArgumentError("A list with variables: use T.stack.");
  return stackFunction(list.map((v) => asTensor(v)));
}
