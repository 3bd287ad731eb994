/**
 * Symbolic inputs: `T.dmatrix("x")`, `T.vectors("x", "y")`, ... The prefix says the dtype: b w i l are int8 to int64, ub uw ui ul the
 * unsigned ones, f d float32 and float64, c z complex64 and complex128; without prefix it is `config.floatX`.
 */
import { config } from "../config/config.ts";
import { parseDType, type DType } from "../dtype.ts";
import { ArgumentError } from "../errors.ts";
import { optionsOf } from "./options.ts";
import { tensorType, type StaticShape } from "./type.ts";
import type { TensorVariable } from "./variable.ts";

export interface InputOptions {
  readonly name?: string;
  /** Sizes that are known, `null` for the others. A size of 1 broadcasts. */
  readonly shape?: StaticShape;
}

export interface GenericInputOptions<D extends DType = DType> extends InputOptions {
  readonly dtype?: D;
}

/** Makes an input of a fixed dtype and rank: a name, or options. */
export type TypedConstructor<D extends DType, R extends number> = (
  name?: string | InputOptions,
) => TensorVariable<D, R>;

/** Makes an input of a fixed rank, of dtype `config.floatX` or of the dtype given (bare, or as an option). */
export type GenericConstructor<R extends number> = <D extends DType = DType>(
  name?: string | GenericInputOptions<D> | null,
  options?: D | GenericInputOptions<D>,
) => TensorVariable<D, R>;

/** Makes several inputs: their names, or how many. */
export type PluralConstructor<D extends DType, R extends number> = (
  ...names: readonly (string | number)[]
) => TensorVariable<D, R>[];

/** Per axis its size, `null` where it is not known; or, in Theano's manner, whether the axis broadcasts. */
export type Pattern = readonly (number | boolean | null)[];

/**
 * An input of any dtype and static shape: by options, or by dtype and pattern.
 * @throws ArgumentError without a shape, DtypeError for an unknown dtype
 * @example
 * ```ts
 * import { tensor as T } from "theano";
 * const images = T.tensor({ dtype: "float32", shape: [null, 28, 28], name: "images" });
 * console.log(images.type.toString()); // TensorType(float32, (?, 28, 28))
 * console.log(T.tensor("float64", [false, true]).type.toString()); // TensorType(float64, col)
 * ```
 */
export function tensor<D extends DType = DType, const S extends Pattern = Pattern>(
  options: Omit<GenericInputOptions<D>, "shape"> & ({ readonly shape: S } | { readonly broadcastable: S }),
): TensorVariable<D, S["length"]>;
export function tensor<D extends DType, const S extends Pattern>(
  dtype: D,
  shape: S,
  name?: string | { readonly name?: string },
): TensorVariable<D, S["length"]>;
export function tensor(given: unknown, pattern?: Pattern, named?: string | { readonly name?: string }): TensorVariable {
  const { dtype, shape, broadcastable, name } = (
    typeof given === "string"
      ? { dtype: given, shape: pattern, name: typeof named === "string" ? named : named?.name }
      : (given ?? {})
  ) as { dtype?: DType; shape?: Pattern; broadcastable?: Pattern; name?: string };
  const sizes = shape ?? broadcastable;
  if (!Array.isArray(sizes)) {
    throw new ArgumentError(
      'tensor: a shape is needed, with null for sizes that are not known: T.tensor({ dtype: "float32", shape: [null, 3] }).',
      { op: "tensor" },
    );
  }
  const fixed = (sizes as Pattern).map((n) => (typeof n === "boolean" ? (n ? 1 : null) : n));
  return make(dtype ?? config.floatX, fixed, name);
}

/** The constructors below say which rank their shape has. */
function make<D extends DType, R extends number>(
  dtype: D,
  shape: StaticShape,
  name: string | undefined,
): TensorVariable<D, R> {
  return tensorType(parseDType(dtype) as D, shape).makeVariable(null, 0, name) as TensorVariable<D, R>;
}

function shapeFor(shape: StaticShape, given: StaticShape | undefined): StaticShape {
  if (given === undefined) return shape;
  if (given.length !== shape.length) {
    throw new ArgumentError(`shape: expected ${shape.length} sizes, got [${given.join(", ")}].`);
  }
  return given;
}

function typed<D extends DType, R extends number>(dtype: D, shape: StaticShape): TypedConstructor<D, R> {
  return (given) => {
    if (given === undefined || typeof given === "string") return make(dtype, shape, given);
    return make(dtype, shapeFor(shape, given.shape), given.name);
  };
}

function generic<R extends number>(shape: StaticShape): GenericConstructor<R> {
  return <D extends DType = DType>(
    given?: string | GenericInputOptions<D> | null,
    more?: D | GenericInputOptions<D>,
  ): TensorVariable<D, R> => {
    const rest = optionsOf<GenericInputOptions<D>, "dtype">(more, "dtype");
    const options = given === undefined || given === null || typeof given === "string" ? rest : given;
    const name = typeof given === "string" ? given : options.name;
    return make((options.dtype ?? config.floatX) as D, shapeFor(shape, options.shape), name);
  };
}

function plural<D extends DType, R extends number>(
  one: (name?: string) => TensorVariable<D, R>,
): PluralConstructor<D, R> {
  return (...names) => {
    const [count] = names;
    if (names.length === 1 && typeof count === "number") {
      if (!Number.isInteger(count) || count < 0) throw new ArgumentError(`${count} is not a number of variables.`);
      return Array.from({ length: count }, () => one());
    }
    return names.map((n) => {
      if (typeof n !== "string") throw new ArgumentError("Give the names of the variables, or how many.");
      return one(n);
    });
  };
}

export const scalar: GenericConstructor<0> = generic([]);
export const vector: GenericConstructor<1> = generic([null]);
export const row: GenericConstructor<2> = generic([1, null]);
export const col: GenericConstructor<2> = generic([null, 1]);
export const matrix: GenericConstructor<2> = generic([null, null]);
export const tensor3: GenericConstructor<3> = generic([null, null, null]);
export const tensor4: GenericConstructor<4> = generic([null, null, null, null]);
export const tensor5: GenericConstructor<5> = generic([null, null, null, null, null]);
export const tensor6: GenericConstructor<6> = generic([null, null, null, null, null, null]);
export const tensor7: GenericConstructor<7> = generic([null, null, null, null, null, null, null]);
export const scalars: PluralConstructor<DType, 0> = plural((n) => scalar(n));
export const vectors: PluralConstructor<DType, 1> = plural((n) => vector(n));
export const rows: PluralConstructor<DType, 2> = plural((n) => row(n));
export const cols: PluralConstructor<DType, 2> = plural((n) => col(n));
export const matrices: PluralConstructor<DType, 2> = plural((n) => matrix(n));
export const tensor3s: PluralConstructor<DType, 3> = plural((n) => tensor3(n));
export const tensor4s: PluralConstructor<DType, 4> = plural((n) => tensor4(n));
export const tensor5s: PluralConstructor<DType, 5> = plural((n) => tensor5(n));
export const tensor6s: PluralConstructor<DType, 6> = plural((n) => tensor6(n));
export const tensor7s: PluralConstructor<DType, 7> = plural((n) => tensor7(n));

export const bscalar: TypedConstructor<"int8", 0> = typed("int8", []);
export const bvector: TypedConstructor<"int8", 1> = typed("int8", [null]);
export const brow: TypedConstructor<"int8", 2> = typed("int8", [1, null]);
export const bcol: TypedConstructor<"int8", 2> = typed("int8", [null, 1]);
export const bmatrix: TypedConstructor<"int8", 2> = typed("int8", [null, null]);
export const btensor3: TypedConstructor<"int8", 3> = typed("int8", [null, null, null]);
export const btensor4: TypedConstructor<"int8", 4> = typed("int8", [null, null, null, null]);
export const btensor5: TypedConstructor<"int8", 5> = typed("int8", [null, null, null, null, null]);
export const btensor6: TypedConstructor<"int8", 6> = typed("int8", [null, null, null, null, null, null]);
export const btensor7: TypedConstructor<"int8", 7> = typed("int8", [null, null, null, null, null, null, null]);
export const bscalars: PluralConstructor<"int8", 0> = plural(bscalar);
export const bvectors: PluralConstructor<"int8", 1> = plural(bvector);
export const brows: PluralConstructor<"int8", 2> = plural(brow);
export const bcols: PluralConstructor<"int8", 2> = plural(bcol);
export const bmatrices: PluralConstructor<"int8", 2> = plural(bmatrix);
export const btensor3s: PluralConstructor<"int8", 3> = plural(btensor3);
export const btensor4s: PluralConstructor<"int8", 4> = plural(btensor4);
export const btensor5s: PluralConstructor<"int8", 5> = plural(btensor5);
export const btensor6s: PluralConstructor<"int8", 6> = plural(btensor6);
export const btensor7s: PluralConstructor<"int8", 7> = plural(btensor7);

export const wscalar: TypedConstructor<"int16", 0> = typed("int16", []);
export const wvector: TypedConstructor<"int16", 1> = typed("int16", [null]);
export const wrow: TypedConstructor<"int16", 2> = typed("int16", [1, null]);
export const wcol: TypedConstructor<"int16", 2> = typed("int16", [null, 1]);
export const wmatrix: TypedConstructor<"int16", 2> = typed("int16", [null, null]);
export const wtensor3: TypedConstructor<"int16", 3> = typed("int16", [null, null, null]);
export const wtensor4: TypedConstructor<"int16", 4> = typed("int16", [null, null, null, null]);
export const wtensor5: TypedConstructor<"int16", 5> = typed("int16", [null, null, null, null, null]);
export const wtensor6: TypedConstructor<"int16", 6> = typed("int16", [null, null, null, null, null, null]);
export const wtensor7: TypedConstructor<"int16", 7> = typed("int16", [null, null, null, null, null, null, null]);
export const wscalars: PluralConstructor<"int16", 0> = plural(wscalar);
export const wvectors: PluralConstructor<"int16", 1> = plural(wvector);
export const wrows: PluralConstructor<"int16", 2> = plural(wrow);
export const wcols: PluralConstructor<"int16", 2> = plural(wcol);
export const wmatrices: PluralConstructor<"int16", 2> = plural(wmatrix);
export const wtensor3s: PluralConstructor<"int16", 3> = plural(wtensor3);
export const wtensor4s: PluralConstructor<"int16", 4> = plural(wtensor4);
export const wtensor5s: PluralConstructor<"int16", 5> = plural(wtensor5);
export const wtensor6s: PluralConstructor<"int16", 6> = plural(wtensor6);
export const wtensor7s: PluralConstructor<"int16", 7> = plural(wtensor7);

export const iscalar: TypedConstructor<"int32", 0> = typed("int32", []);
export const ivector: TypedConstructor<"int32", 1> = typed("int32", [null]);
export const irow: TypedConstructor<"int32", 2> = typed("int32", [1, null]);
export const icol: TypedConstructor<"int32", 2> = typed("int32", [null, 1]);
export const imatrix: TypedConstructor<"int32", 2> = typed("int32", [null, null]);
export const itensor3: TypedConstructor<"int32", 3> = typed("int32", [null, null, null]);
export const itensor4: TypedConstructor<"int32", 4> = typed("int32", [null, null, null, null]);
export const itensor5: TypedConstructor<"int32", 5> = typed("int32", [null, null, null, null, null]);
export const itensor6: TypedConstructor<"int32", 6> = typed("int32", [null, null, null, null, null, null]);
export const itensor7: TypedConstructor<"int32", 7> = typed("int32", [null, null, null, null, null, null, null]);
export const iscalars: PluralConstructor<"int32", 0> = plural(iscalar);
export const ivectors: PluralConstructor<"int32", 1> = plural(ivector);
export const irows: PluralConstructor<"int32", 2> = plural(irow);
export const icols: PluralConstructor<"int32", 2> = plural(icol);
export const imatrices: PluralConstructor<"int32", 2> = plural(imatrix);
export const itensor3s: PluralConstructor<"int32", 3> = plural(itensor3);
export const itensor4s: PluralConstructor<"int32", 4> = plural(itensor4);
export const itensor5s: PluralConstructor<"int32", 5> = plural(itensor5);
export const itensor6s: PluralConstructor<"int32", 6> = plural(itensor6);
export const itensor7s: PluralConstructor<"int32", 7> = plural(itensor7);

export const lscalar: TypedConstructor<"int64", 0> = typed("int64", []);
export const lvector: TypedConstructor<"int64", 1> = typed("int64", [null]);
export const lrow: TypedConstructor<"int64", 2> = typed("int64", [1, null]);
export const lcol: TypedConstructor<"int64", 2> = typed("int64", [null, 1]);
export const lmatrix: TypedConstructor<"int64", 2> = typed("int64", [null, null]);
export const ltensor3: TypedConstructor<"int64", 3> = typed("int64", [null, null, null]);
export const ltensor4: TypedConstructor<"int64", 4> = typed("int64", [null, null, null, null]);
export const ltensor5: TypedConstructor<"int64", 5> = typed("int64", [null, null, null, null, null]);
export const ltensor6: TypedConstructor<"int64", 6> = typed("int64", [null, null, null, null, null, null]);
export const ltensor7: TypedConstructor<"int64", 7> = typed("int64", [null, null, null, null, null, null, null]);
export const lscalars: PluralConstructor<"int64", 0> = plural(lscalar);
export const lvectors: PluralConstructor<"int64", 1> = plural(lvector);
export const lrows: PluralConstructor<"int64", 2> = plural(lrow);
export const lcols: PluralConstructor<"int64", 2> = plural(lcol);
export const lmatrices: PluralConstructor<"int64", 2> = plural(lmatrix);
export const ltensor3s: PluralConstructor<"int64", 3> = plural(ltensor3);
export const ltensor4s: PluralConstructor<"int64", 4> = plural(ltensor4);
export const ltensor5s: PluralConstructor<"int64", 5> = plural(ltensor5);
export const ltensor6s: PluralConstructor<"int64", 6> = plural(ltensor6);
export const ltensor7s: PluralConstructor<"int64", 7> = plural(ltensor7);

export const ubscalar: TypedConstructor<"uint8", 0> = typed("uint8", []);
export const ubvector: TypedConstructor<"uint8", 1> = typed("uint8", [null]);
export const ubrow: TypedConstructor<"uint8", 2> = typed("uint8", [1, null]);
export const ubcol: TypedConstructor<"uint8", 2> = typed("uint8", [null, 1]);
export const ubmatrix: TypedConstructor<"uint8", 2> = typed("uint8", [null, null]);
export const ubtensor3: TypedConstructor<"uint8", 3> = typed("uint8", [null, null, null]);
export const ubtensor4: TypedConstructor<"uint8", 4> = typed("uint8", [null, null, null, null]);
export const ubtensor5: TypedConstructor<"uint8", 5> = typed("uint8", [null, null, null, null, null]);
export const ubtensor6: TypedConstructor<"uint8", 6> = typed("uint8", [null, null, null, null, null, null]);
export const ubtensor7: TypedConstructor<"uint8", 7> = typed("uint8", [null, null, null, null, null, null, null]);
export const ubscalars: PluralConstructor<"uint8", 0> = plural(ubscalar);
export const ubvectors: PluralConstructor<"uint8", 1> = plural(ubvector);
export const ubrows: PluralConstructor<"uint8", 2> = plural(ubrow);
export const ubcols: PluralConstructor<"uint8", 2> = plural(ubcol);
export const ubmatrices: PluralConstructor<"uint8", 2> = plural(ubmatrix);
export const ubtensor3s: PluralConstructor<"uint8", 3> = plural(ubtensor3);
export const ubtensor4s: PluralConstructor<"uint8", 4> = plural(ubtensor4);
export const ubtensor5s: PluralConstructor<"uint8", 5> = plural(ubtensor5);
export const ubtensor6s: PluralConstructor<"uint8", 6> = plural(ubtensor6);
export const ubtensor7s: PluralConstructor<"uint8", 7> = plural(ubtensor7);

export const uwscalar: TypedConstructor<"uint16", 0> = typed("uint16", []);
export const uwvector: TypedConstructor<"uint16", 1> = typed("uint16", [null]);
export const uwrow: TypedConstructor<"uint16", 2> = typed("uint16", [1, null]);
export const uwcol: TypedConstructor<"uint16", 2> = typed("uint16", [null, 1]);
export const uwmatrix: TypedConstructor<"uint16", 2> = typed("uint16", [null, null]);
export const uwtensor3: TypedConstructor<"uint16", 3> = typed("uint16", [null, null, null]);
export const uwtensor4: TypedConstructor<"uint16", 4> = typed("uint16", [null, null, null, null]);
export const uwtensor5: TypedConstructor<"uint16", 5> = typed("uint16", [null, null, null, null, null]);
export const uwtensor6: TypedConstructor<"uint16", 6> = typed("uint16", [null, null, null, null, null, null]);
export const uwtensor7: TypedConstructor<"uint16", 7> = typed("uint16", [null, null, null, null, null, null, null]);
export const uwscalars: PluralConstructor<"uint16", 0> = plural(uwscalar);
export const uwvectors: PluralConstructor<"uint16", 1> = plural(uwvector);
export const uwrows: PluralConstructor<"uint16", 2> = plural(uwrow);
export const uwcols: PluralConstructor<"uint16", 2> = plural(uwcol);
export const uwmatrices: PluralConstructor<"uint16", 2> = plural(uwmatrix);
export const uwtensor3s: PluralConstructor<"uint16", 3> = plural(uwtensor3);
export const uwtensor4s: PluralConstructor<"uint16", 4> = plural(uwtensor4);
export const uwtensor5s: PluralConstructor<"uint16", 5> = plural(uwtensor5);
export const uwtensor6s: PluralConstructor<"uint16", 6> = plural(uwtensor6);
export const uwtensor7s: PluralConstructor<"uint16", 7> = plural(uwtensor7);

export const uiscalar: TypedConstructor<"uint32", 0> = typed("uint32", []);
export const uivector: TypedConstructor<"uint32", 1> = typed("uint32", [null]);
export const uirow: TypedConstructor<"uint32", 2> = typed("uint32", [1, null]);
export const uicol: TypedConstructor<"uint32", 2> = typed("uint32", [null, 1]);
export const uimatrix: TypedConstructor<"uint32", 2> = typed("uint32", [null, null]);
export const uitensor3: TypedConstructor<"uint32", 3> = typed("uint32", [null, null, null]);
export const uitensor4: TypedConstructor<"uint32", 4> = typed("uint32", [null, null, null, null]);
export const uitensor5: TypedConstructor<"uint32", 5> = typed("uint32", [null, null, null, null, null]);
export const uitensor6: TypedConstructor<"uint32", 6> = typed("uint32", [null, null, null, null, null, null]);
export const uitensor7: TypedConstructor<"uint32", 7> = typed("uint32", [null, null, null, null, null, null, null]);
export const uiscalars: PluralConstructor<"uint32", 0> = plural(uiscalar);
export const uivectors: PluralConstructor<"uint32", 1> = plural(uivector);
export const uirows: PluralConstructor<"uint32", 2> = plural(uirow);
export const uicols: PluralConstructor<"uint32", 2> = plural(uicol);
export const uimatrices: PluralConstructor<"uint32", 2> = plural(uimatrix);
export const uitensor3s: PluralConstructor<"uint32", 3> = plural(uitensor3);
export const uitensor4s: PluralConstructor<"uint32", 4> = plural(uitensor4);
export const uitensor5s: PluralConstructor<"uint32", 5> = plural(uitensor5);
export const uitensor6s: PluralConstructor<"uint32", 6> = plural(uitensor6);
export const uitensor7s: PluralConstructor<"uint32", 7> = plural(uitensor7);

export const ulscalar: TypedConstructor<"uint64", 0> = typed("uint64", []);
export const ulvector: TypedConstructor<"uint64", 1> = typed("uint64", [null]);
export const ulrow: TypedConstructor<"uint64", 2> = typed("uint64", [1, null]);
export const ulcol: TypedConstructor<"uint64", 2> = typed("uint64", [null, 1]);
export const ulmatrix: TypedConstructor<"uint64", 2> = typed("uint64", [null, null]);
export const ultensor3: TypedConstructor<"uint64", 3> = typed("uint64", [null, null, null]);
export const ultensor4: TypedConstructor<"uint64", 4> = typed("uint64", [null, null, null, null]);
export const ultensor5: TypedConstructor<"uint64", 5> = typed("uint64", [null, null, null, null, null]);
export const ultensor6: TypedConstructor<"uint64", 6> = typed("uint64", [null, null, null, null, null, null]);
export const ultensor7: TypedConstructor<"uint64", 7> = typed("uint64", [null, null, null, null, null, null, null]);
export const ulscalars: PluralConstructor<"uint64", 0> = plural(ulscalar);
export const ulvectors: PluralConstructor<"uint64", 1> = plural(ulvector);
export const ulrows: PluralConstructor<"uint64", 2> = plural(ulrow);
export const ulcols: PluralConstructor<"uint64", 2> = plural(ulcol);
export const ulmatrices: PluralConstructor<"uint64", 2> = plural(ulmatrix);
export const ultensor3s: PluralConstructor<"uint64", 3> = plural(ultensor3);
export const ultensor4s: PluralConstructor<"uint64", 4> = plural(ultensor4);
export const ultensor5s: PluralConstructor<"uint64", 5> = plural(ultensor5);
export const ultensor6s: PluralConstructor<"uint64", 6> = plural(ultensor6);
export const ultensor7s: PluralConstructor<"uint64", 7> = plural(ultensor7);

export const fscalar: TypedConstructor<"float32", 0> = typed("float32", []);
export const fvector: TypedConstructor<"float32", 1> = typed("float32", [null]);
export const frow: TypedConstructor<"float32", 2> = typed("float32", [1, null]);
export const fcol: TypedConstructor<"float32", 2> = typed("float32", [null, 1]);
export const fmatrix: TypedConstructor<"float32", 2> = typed("float32", [null, null]);
export const ftensor3: TypedConstructor<"float32", 3> = typed("float32", [null, null, null]);
export const ftensor4: TypedConstructor<"float32", 4> = typed("float32", [null, null, null, null]);
export const ftensor5: TypedConstructor<"float32", 5> = typed("float32", [null, null, null, null, null]);
export const ftensor6: TypedConstructor<"float32", 6> = typed("float32", [null, null, null, null, null, null]);
export const ftensor7: TypedConstructor<"float32", 7> = typed("float32", [null, null, null, null, null, null, null]);
export const fscalars: PluralConstructor<"float32", 0> = plural(fscalar);
export const fvectors: PluralConstructor<"float32", 1> = plural(fvector);
export const frows: PluralConstructor<"float32", 2> = plural(frow);
export const fcols: PluralConstructor<"float32", 2> = plural(fcol);
export const fmatrices: PluralConstructor<"float32", 2> = plural(fmatrix);
export const ftensor3s: PluralConstructor<"float32", 3> = plural(ftensor3);
export const ftensor4s: PluralConstructor<"float32", 4> = plural(ftensor4);
export const ftensor5s: PluralConstructor<"float32", 5> = plural(ftensor5);
export const ftensor6s: PluralConstructor<"float32", 6> = plural(ftensor6);
export const ftensor7s: PluralConstructor<"float32", 7> = plural(ftensor7);

export const dscalar: TypedConstructor<"float64", 0> = typed("float64", []);
export const dvector: TypedConstructor<"float64", 1> = typed("float64", [null]);
export const drow: TypedConstructor<"float64", 2> = typed("float64", [1, null]);
export const dcol: TypedConstructor<"float64", 2> = typed("float64", [null, 1]);
export const dmatrix: TypedConstructor<"float64", 2> = typed("float64", [null, null]);
export const dtensor3: TypedConstructor<"float64", 3> = typed("float64", [null, null, null]);
export const dtensor4: TypedConstructor<"float64", 4> = typed("float64", [null, null, null, null]);
export const dtensor5: TypedConstructor<"float64", 5> = typed("float64", [null, null, null, null, null]);
export const dtensor6: TypedConstructor<"float64", 6> = typed("float64", [null, null, null, null, null, null]);
export const dtensor7: TypedConstructor<"float64", 7> = typed("float64", [null, null, null, null, null, null, null]);
export const dscalars: PluralConstructor<"float64", 0> = plural(dscalar);
export const dvectors: PluralConstructor<"float64", 1> = plural(dvector);
export const drows: PluralConstructor<"float64", 2> = plural(drow);
export const dcols: PluralConstructor<"float64", 2> = plural(dcol);
export const dmatrices: PluralConstructor<"float64", 2> = plural(dmatrix);
export const dtensor3s: PluralConstructor<"float64", 3> = plural(dtensor3);
export const dtensor4s: PluralConstructor<"float64", 4> = plural(dtensor4);
export const dtensor5s: PluralConstructor<"float64", 5> = plural(dtensor5);
export const dtensor6s: PluralConstructor<"float64", 6> = plural(dtensor6);
export const dtensor7s: PluralConstructor<"float64", 7> = plural(dtensor7);

export const cscalar: TypedConstructor<"complex64", 0> = typed("complex64", []);
export const cvector: TypedConstructor<"complex64", 1> = typed("complex64", [null]);
export const crow: TypedConstructor<"complex64", 2> = typed("complex64", [1, null]);
export const ccol: TypedConstructor<"complex64", 2> = typed("complex64", [null, 1]);
export const cmatrix: TypedConstructor<"complex64", 2> = typed("complex64", [null, null]);
export const ctensor3: TypedConstructor<"complex64", 3> = typed("complex64", [null, null, null]);
export const ctensor4: TypedConstructor<"complex64", 4> = typed("complex64", [null, null, null, null]);
export const ctensor5: TypedConstructor<"complex64", 5> = typed("complex64", [null, null, null, null, null]);
export const ctensor6: TypedConstructor<"complex64", 6> = typed("complex64", [null, null, null, null, null, null]);
export const ctensor7: TypedConstructor<"complex64", 7> = typed("complex64", [
  null,
  null,
  null,
  null,
  null,
  null,
  null,
]);
export const cscalars: PluralConstructor<"complex64", 0> = plural(cscalar);
export const cvectors: PluralConstructor<"complex64", 1> = plural(cvector);
export const crows: PluralConstructor<"complex64", 2> = plural(crow);
export const ccols: PluralConstructor<"complex64", 2> = plural(ccol);
export const cmatrices: PluralConstructor<"complex64", 2> = plural(cmatrix);
export const ctensor3s: PluralConstructor<"complex64", 3> = plural(ctensor3);
export const ctensor4s: PluralConstructor<"complex64", 4> = plural(ctensor4);
export const ctensor5s: PluralConstructor<"complex64", 5> = plural(ctensor5);
export const ctensor6s: PluralConstructor<"complex64", 6> = plural(ctensor6);
export const ctensor7s: PluralConstructor<"complex64", 7> = plural(ctensor7);

export const zscalar: TypedConstructor<"complex128", 0> = typed("complex128", []);
export const zvector: TypedConstructor<"complex128", 1> = typed("complex128", [null]);
export const zrow: TypedConstructor<"complex128", 2> = typed("complex128", [1, null]);
export const zcol: TypedConstructor<"complex128", 2> = typed("complex128", [null, 1]);
export const zmatrix: TypedConstructor<"complex128", 2> = typed("complex128", [null, null]);
export const ztensor3: TypedConstructor<"complex128", 3> = typed("complex128", [null, null, null]);
export const ztensor4: TypedConstructor<"complex128", 4> = typed("complex128", [null, null, null, null]);
export const ztensor5: TypedConstructor<"complex128", 5> = typed("complex128", [null, null, null, null, null]);
export const ztensor6: TypedConstructor<"complex128", 6> = typed("complex128", [null, null, null, null, null, null]);
export const ztensor7: TypedConstructor<"complex128", 7> = typed("complex128", [
  null,
  null,
  null,
  null,
  null,
  null,
  null,
]);
export const zscalars: PluralConstructor<"complex128", 0> = plural(zscalar);
export const zvectors: PluralConstructor<"complex128", 1> = plural(zvector);
export const zrows: PluralConstructor<"complex128", 2> = plural(zrow);
export const zcols: PluralConstructor<"complex128", 2> = plural(zcol);
export const zmatrices: PluralConstructor<"complex128", 2> = plural(zmatrix);
export const ztensor3s: PluralConstructor<"complex128", 3> = plural(ztensor3);
export const ztensor4s: PluralConstructor<"complex128", 4> = plural(ztensor4);
export const ztensor5s: PluralConstructor<"complex128", 5> = plural(ztensor5);
export const ztensor6s: PluralConstructor<"complex128", 6> = plural(ztensor6);
export const ztensor7s: PluralConstructor<"complex128", 7> = plural(ztensor7);
