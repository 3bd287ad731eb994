import { DtypeError } from "./errors.ts";

/** All dtypes, in promotion order within each kind. */
export const DTYPES = [
  "bool",
  "int8",
  "int16",
  "int32",
  "int64",
  "uint8",
  "uint16",
  "uint32",
  "uint64",
  "float16",
  "float32",
  "float64",
  "complex64",
  "complex128",
] as const;

/** Name of an element type, as in NumPy. (Written as a union of names, so that editors show this one for all of them.) */
export type DType = BoolDType | IntegerDType | FloatDType | ComplexDType;

export type BoolDType = "bool";
export type SignedDType = "int8" | "int16" | "int32" | "int64";
export type UnsignedDType = "uint8" | "uint16" | "uint32" | "uint64";
export type IntegerDType = SignedDType | UnsignedDType;
export type FloatDType = "float16" | "float32" | "float64";
export type ComplexDType = "complex64" | "complex128";

export const SIGNED_DTYPES: readonly SignedDType[] = ["int8", "int16", "int32", "int64"];
export const UNSIGNED_DTYPES: readonly UnsignedDType[] = ["uint8", "uint16", "uint32", "uint64"];
export const INTEGER_DTYPES: readonly IntegerDType[] = [...SIGNED_DTYPES, ...UNSIGNED_DTYPES];
export const DISCRETE_DTYPES: readonly (IntegerDType | BoolDType)[] = ["bool", ...INTEGER_DTYPES];
export const FLOAT_DTYPES: readonly FloatDType[] = ["float16", "float32", "float64"];
export const COMPLEX_DTYPES: readonly ComplexDType[] = ["complex64", "complex128"];
export const CONTINUOUS_DTYPES: readonly (FloatDType | ComplexDType)[] = [...FLOAT_DTYPES, ...COMPLEX_DTYPES];

/** Typed array that holds the elements of each dtype; complex ones interleave re and im. */
export interface DataByDType {
  bool: Uint8Array;
  int8: Int8Array;
  int16: Int16Array;
  int32: Int32Array;
  int64: BigInt64Array;
  uint8: Uint8Array;
  uint16: Uint16Array;
  uint32: Uint32Array;
  uint64: BigUint64Array;
  float16: Uint16Array;
  float32: Float32Array;
  float64: Float64Array;
  complex64: Float32Array;
  complex128: Float64Array;
}

/** Storage of a dtype: float16 as Uint16Array of bits, complex as interleaved floats. */
export type DataOf<D extends DType> = DataByDType[D];

/** Any storage. */
export type TypedArray = DataByDType[DType];

/** Constructor of a storage type, usable both to allocate and to view. */
export interface TypedArrayConstructor<A extends TypedArray = TypedArray> {
  readonly BYTES_PER_ELEMENT: number;
  new (length: number): A;
  new (buffer: ArrayBufferLike, byteOffset?: number, length?: number): A;
}

type Kind = "bool" | "int" | "uint" | "float" | "complex";

interface DTypeRow {
  readonly kind: Kind;
  /** Bytes of one element. */
  readonly size: number;
  readonly array: unknown;
}

const rows: Readonly<Record<DType, DTypeRow>> = {
  bool: { kind: "bool", size: 1, array: Uint8Array },
  int8: { kind: "int", size: 1, array: Int8Array },
  int16: { kind: "int", size: 2, array: Int16Array },
  int32: { kind: "int", size: 4, array: Int32Array },
  int64: { kind: "int", size: 8, array: BigInt64Array },
  uint8: { kind: "uint", size: 1, array: Uint8Array },
  uint16: { kind: "uint", size: 2, array: Uint16Array },
  uint32: { kind: "uint", size: 4, array: Uint32Array },
  uint64: { kind: "uint", size: 8, array: BigUint64Array },
  float16: { kind: "float", size: 2, array: Uint16Array },
  float32: { kind: "float", size: 4, array: Float32Array },
  float64: { kind: "float", size: 8, array: Float64Array },
  complex64: { kind: "complex", size: 8, array: Float32Array },
  complex128: { kind: "complex", size: 16, array: Float64Array },
};

/** Bytes of one element (a complex number is one element). */
export function itemSize(dtype: DType): number {
  return rows[dtype].size;
}

/** Constructor of the storage of a dtype. */
export function typedArrayOf<D extends DType>(dtype: D): TypedArrayConstructor<DataOf<D>> {
  return rows[dtype].array as TypedArrayConstructor<DataOf<D>>;
}

/** Storage slots per element: 2 for complex, else 1. */
export function slotsOf(dtype: DType): 1 | 2 {
  return rows[dtype].kind === "complex" ? 2 : 1;
}

export function isBool(dtype: DType): dtype is BoolDType {
  return dtype === "bool";
}

/** Signed or unsigned integer; bool is not one. */
export function isInteger(dtype: DType): dtype is IntegerDType {
  const kind = rows[dtype].kind;
  return kind === "int" || kind === "uint";
}

export function isSigned(dtype: DType): dtype is SignedDType {
  return rows[dtype].kind === "int";
}

export function isUnsigned(dtype: DType): dtype is UnsignedDType {
  return rows[dtype].kind === "uint";
}

/** Real floating dtypes. */
export function isFloat(dtype: DType): dtype is FloatDType {
  return rows[dtype].kind === "float";
}

export function isComplex(dtype: DType): dtype is ComplexDType {
  return rows[dtype].kind === "complex";
}

/** Bool or integer: has no gradient. */
export function isDiscrete(dtype: DType): dtype is BoolDType | IntegerDType {
  return isBool(dtype) || isInteger(dtype);
}

/** Float or complex. */
export function isContinuous(dtype: DType): dtype is FloatDType | ComplexDType {
  return !isDiscrete(dtype);
}

/** Held in a BigInt array: int64 and uint64. */
export function isBigInt(dtype: DType): dtype is "int64" | "uint64" {
  return dtype === "int64" || dtype === "uint64";
}

// ---------------------------------------------------------------------------------------------
// Promotion

const floatOfSize: Readonly<Record<number, FloatDType>> = {
  2: "float16",
  4: "float32",
  8: "float64",
};

/** Smallest float that represents a discrete dtype as NumPy counts it: int8 -> float16 ... */
function floatBytesFor(dtype: DType): number {
  if (isComplex(dtype)) return itemSize(dtype) / 2;
  if (isFloat(dtype)) return itemSize(dtype);
  if (isBool(dtype)) return 2;
  return Math.min(8, itemSize(dtype) * 2);
}

function promoteIntegers(a: IntegerDType, b: IntegerDType): DType {
  const bytesA = itemSize(a);
  const bytesB = itemSize(b);
  if (isSigned(a) === isSigned(b)) return bytesA >= bytesB ? a : b;
  const [signed, unsigned] = isSigned(a) ? [bytesA, bytesB] : [bytesB, bytesA];
  const bytes = signed > unsigned ? signed : unsigned * 2;
  return bytes > 8 ? "float64" : (`int${bytes * 8}` as SignedDType);
}

function computePromotion(a: DType, b: DType): DType {
  if (a === b || isBool(b)) return a;
  if (isBool(a)) return b;
  if (isInteger(a) && isInteger(b)) return promoteIntegers(a, b);
  const float = floatOfSize[Math.max(floatBytesFor(a), floatBytesFor(b))]!;
  if (!isComplex(a) && !isComplex(b)) return float;
  return float === "float64" ? "complex128" : "complex64";
}

type PromotionTable = Readonly<Record<DType, Readonly<Record<DType, DType>>>>;

const promotions: PromotionTable = Object.fromEntries(
  DTYPES.map((a) => [a, Object.fromEntries(DTYPES.map((b) => [b, computePromotion(a, b)]))]),
) as unknown as PromotionTable;

/**
 * Dtype that holds both, as NumPy's `result_type` of two arrays: int64 with uint64 gives float64,
 * int32 with float32 gives float64, int8 with float32 gives float32.
 */
export function promote(a: DType, b: DType): DType {
  return promotions[a][b];
}

/** {@link promote} over a list of at least one dtype. */
export function promoteAll(dtypes: readonly DType[]): DType {
  if (dtypes.length === 0) throw new DtypeError("promoteAll: at least one dtype is needed.");
  return dtypes.reduce(promote);
}

/**
 * Dtype of elementwise mathematics (exp, sin ...): 1- and 2-byte integers and bool give float32,
 * 4- and 8-byte ones float64; floats and complex stay.
 */
export function upgradeToFloat(dtype: DType): DType {
  if (isContinuous(dtype)) return dtype;
  return itemSize(dtype) <= 2 ? "float32" : "float64";
}

/** Dtype of the parts of a complex dtype; real ones are returned as they are. */
export function realOf(dtype: DType): DType {
  if (!isComplex(dtype)) return dtype;
  return dtype === "complex64" ? "float32" : "float64";
}

/** Complex dtype whose parts hold the given dtype. */
export function complexOf(dtype: DType): ComplexDType {
  return promote(dtype, "complex64") as ComplexDType;
}

/** May every value of `from` be converted to `to` without loss of kind, as NumPy's "safe" rule? */
export function canCast(from: DType, to: DType): boolean {
  // NumPy counts int64 -> float64 as safe, although large values round.
  if (isInteger(from) && itemSize(from) === 8 && isContinuous(to)) {
    return to === "float64" || to === "complex128";
  }
  return promotions[from][to] === to;
}

/** Smallest and largest value of an integer dtype or bool. */
export function integerRange(dtype: IntegerDType | BoolDType): { min: bigint; max: bigint } {
  if (dtype === "bool") return { min: 0n, max: 1n };
  const bits = BigInt(itemSize(dtype) * 8);
  if (isUnsigned(dtype)) return { min: 0n, max: (1n << bits) - 1n };
  return { min: -(1n << (bits - 1n)), max: (1n << (bits - 1n)) - 1n };
}

/** Does the integer fit the dtype? Floats take any integer. */
export function fitsInteger(value: number | bigint, dtype: DType): boolean {
  if (!isDiscrete(dtype)) return true;
  const { min, max } = integerRange(dtype);
  return value >= min && value <= max;
}

/** Greatest finite value of a float dtype (of one part, for complex). */
export function maxFinite(dtype: FloatDType | ComplexDType): number {
  if (dtype === "float16") return 65504;
  return dtype === "float32" || dtype === "complex64" ? 3.4028234663852886e38 : Number.MAX_VALUE;
}

// ---------------------------------------------------------------------------------------------
// Names

const known: ReadonlySet<string> = new Set(DTYPES);

export function isDType(value: unknown): value is DType {
  return typeof value === "string" && known.has(value);
}

const aliases: Readonly<Record<string, DType>> = {
  boolean: "bool",
  byte: "int8",
  short: "int16",
  int: "int64",
  long: "int64",
  half: "float16",
  single: "float32",
  float: "float64",
  double: "float64",
  number: "float64",
  complex: "complex128",
};

function similar(name: string): DType | undefined {
  const plain = name.toLowerCase().replace(/[\s_-]/g, "");
  if (known.has(plain)) return plain as DType;
  if (Object.hasOwn(aliases, plain)) return aliases[plain];
  const short = /^(i|int|u|uint|f|float|c|complex)(\d+)(array)?$/.exec(plain);
  if (short === null) return undefined;
  const kind = { i: "int", u: "uint", f: "float", c: "complex" }[short[1]![0]!]!;
  const bits = Number(short[2]);
  // Few of them after a letter count bytes, as in NumPy's "f4" and "c16".
  const bytes = short[1]!.length === 1 && bits <= (kind === "complex" ? 16 : 8);
  const guess = `${kind}${bytes ? bits * 8 : bits}`;
  return known.has(guess) ? (guess as DType) : undefined;
}

/**
 * Checks the name of a dtype.
 * @throws DtypeError with the nearest name, or all of them.
 */
export function parseDType(value: unknown): DType {
  if (isDType(value)) return value;
  const shown = typeof value === "string" ? JSON.stringify(value) : String(value);
  const near = typeof value === "string" ? similar(value) : undefined;
  throw new DtypeError(
    near === undefined
      ? `Unknown dtype ${shown}. Known are ${DTYPES.join(", ")}.`
      : `Unknown dtype ${shown}. Did you mean "${near}"?`,
  );
}
