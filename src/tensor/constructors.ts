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

/** Makes an input of a fixed dtype: a name, or options. */
export type TypedConstructor<D extends DType> = (name?: string | InputOptions) => TensorVariable<D>;

/** Makes an input of dtype `config.floatX`, or of the dtype given (bare, or as an option). */
export type GenericConstructor = <D extends DType = DType>(
  name?: string | GenericInputOptions<D> | null,
  options?: D | GenericInputOptions<D>,
) => TensorVariable<D>;

/** Makes several inputs: their names, or how many. */
export type PluralConstructor<D extends DType> = (...names: readonly (string | number)[]) => TensorVariable<D>[];

/**
 * An input of any dtype and static shape.
 * @example
 * ```ts
 * import { tensor as T } from "theano";
 * const images = T.tensor({ dtype: "float32", shape: [null, 28, 28], name: "images" });
 * console.log(images.type.toString()); // TensorType(float32, (?, 28, 28))
 * ```
 */
export function tensor<D extends DType = DType>(
  options: GenericInputOptions<D> & { readonly shape: StaticShape },
): TensorVariable<D> {
  return make((options.dtype ?? config.floatX) as D, options.shape, options.name);
}

function make<D extends DType>(dtype: D, shape: StaticShape, name: string | undefined): TensorVariable<D> {
  return tensorType(parseDType(dtype) as D, shape).makeVariable(null, 0, name);
}

function shapeFor(shape: StaticShape, given: StaticShape | undefined): StaticShape {
  if (given === undefined) return shape;
  if (given.length !== shape.length) {
    throw new ArgumentError(`shape: expected ${shape.length} sizes, got [${given.join(", ")}].`);
  }
  return given;
}

function typed<D extends DType>(dtype: D, shape: StaticShape): TypedConstructor<D> {
  return (given) => {
    if (given === undefined || typeof given === "string") return make(dtype, shape, given);
    return make(dtype, shapeFor(shape, given.shape), given.name);
  };
}

function generic(shape: StaticShape): GenericConstructor {
  return <D extends DType = DType>(
    given?: string | GenericInputOptions<D> | null,
    more?: D | GenericInputOptions<D>,
  ): TensorVariable<D> => {
    const rest = optionsOf<GenericInputOptions<D>, "dtype">(more, "dtype");
    const options = given === undefined || given === null || typeof given === "string" ? rest : given;
    const name = typeof given === "string" ? given : options.name;
    return make((options.dtype ?? config.floatX) as D, shapeFor(shape, options.shape), name);
  };
}

function plural<D extends DType>(one: (name?: string) => TensorVariable<D>): PluralConstructor<D> {
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

export const scalar: GenericConstructor = generic([]);
export const vector: GenericConstructor = generic([null]);
export const row: GenericConstructor = generic([1, null]);
export const col: GenericConstructor = generic([null, 1]);
export const matrix: GenericConstructor = generic([null, null]);
export const tensor3: GenericConstructor = generic([null, null, null]);
export const tensor4: GenericConstructor = generic([null, null, null, null]);
export const tensor5: GenericConstructor = generic([null, null, null, null, null]);
export const tensor6: GenericConstructor = generic([null, null, null, null, null, null]);
export const tensor7: GenericConstructor = generic([null, null, null, null, null, null, null]);
export const scalars: PluralConstructor<DType> = plural((n) => scalar(n));
export const vectors: PluralConstructor<DType> = plural((n) => vector(n));
export const rows: PluralConstructor<DType> = plural((n) => row(n));
export const cols: PluralConstructor<DType> = plural((n) => col(n));
export const matrices: PluralConstructor<DType> = plural((n) => matrix(n));
export const tensor3s: PluralConstructor<DType> = plural((n) => tensor3(n));
export const tensor4s: PluralConstructor<DType> = plural((n) => tensor4(n));
export const tensor5s: PluralConstructor<DType> = plural((n) => tensor5(n));
export const tensor6s: PluralConstructor<DType> = plural((n) => tensor6(n));
export const tensor7s: PluralConstructor<DType> = plural((n) => tensor7(n));

export const bscalar: TypedConstructor<"int8"> = typed("int8", []);
export const bvector: TypedConstructor<"int8"> = typed("int8", [null]);
export const brow: TypedConstructor<"int8"> = typed("int8", [1, null]);
export const bcol: TypedConstructor<"int8"> = typed("int8", [null, 1]);
export const bmatrix: TypedConstructor<"int8"> = typed("int8", [null, null]);
export const btensor3: TypedConstructor<"int8"> = typed("int8", [null, null, null]);
export const btensor4: TypedConstructor<"int8"> = typed("int8", [null, null, null, null]);
export const btensor5: TypedConstructor<"int8"> = typed("int8", [null, null, null, null, null]);
export const btensor6: TypedConstructor<"int8"> = typed("int8", [null, null, null, null, null, null]);
export const btensor7: TypedConstructor<"int8"> = typed("int8", [null, null, null, null, null, null, null]);
export const bscalars: PluralConstructor<"int8"> = plural(bscalar);
export const bvectors: PluralConstructor<"int8"> = plural(bvector);
export const brows: PluralConstructor<"int8"> = plural(brow);
export const bcols: PluralConstructor<"int8"> = plural(bcol);
export const bmatrices: PluralConstructor<"int8"> = plural(bmatrix);
export const btensor3s: PluralConstructor<"int8"> = plural(btensor3);
export const btensor4s: PluralConstructor<"int8"> = plural(btensor4);
export const btensor5s: PluralConstructor<"int8"> = plural(btensor5);
export const btensor6s: PluralConstructor<"int8"> = plural(btensor6);
export const btensor7s: PluralConstructor<"int8"> = plural(btensor7);

export const wscalar: TypedConstructor<"int16"> = typed("int16", []);
export const wvector: TypedConstructor<"int16"> = typed("int16", [null]);
export const wrow: TypedConstructor<"int16"> = typed("int16", [1, null]);
export const wcol: TypedConstructor<"int16"> = typed("int16", [null, 1]);
export const wmatrix: TypedConstructor<"int16"> = typed("int16", [null, null]);
export const wtensor3: TypedConstructor<"int16"> = typed("int16", [null, null, null]);
export const wtensor4: TypedConstructor<"int16"> = typed("int16", [null, null, null, null]);
export const wtensor5: TypedConstructor<"int16"> = typed("int16", [null, null, null, null, null]);
export const wtensor6: TypedConstructor<"int16"> = typed("int16", [null, null, null, null, null, null]);
export const wtensor7: TypedConstructor<"int16"> = typed("int16", [null, null, null, null, null, null, null]);
export const wscalars: PluralConstructor<"int16"> = plural(wscalar);
export const wvectors: PluralConstructor<"int16"> = plural(wvector);
export const wrows: PluralConstructor<"int16"> = plural(wrow);
export const wcols: PluralConstructor<"int16"> = plural(wcol);
export const wmatrices: PluralConstructor<"int16"> = plural(wmatrix);
export const wtensor3s: PluralConstructor<"int16"> = plural(wtensor3);
export const wtensor4s: PluralConstructor<"int16"> = plural(wtensor4);
export const wtensor5s: PluralConstructor<"int16"> = plural(wtensor5);
export const wtensor6s: PluralConstructor<"int16"> = plural(wtensor6);
export const wtensor7s: PluralConstructor<"int16"> = plural(wtensor7);

export const iscalar: TypedConstructor<"int32"> = typed("int32", []);
export const ivector: TypedConstructor<"int32"> = typed("int32", [null]);
export const irow: TypedConstructor<"int32"> = typed("int32", [1, null]);
export const icol: TypedConstructor<"int32"> = typed("int32", [null, 1]);
export const imatrix: TypedConstructor<"int32"> = typed("int32", [null, null]);
export const itensor3: TypedConstructor<"int32"> = typed("int32", [null, null, null]);
export const itensor4: TypedConstructor<"int32"> = typed("int32", [null, null, null, null]);
export const itensor5: TypedConstructor<"int32"> = typed("int32", [null, null, null, null, null]);
export const itensor6: TypedConstructor<"int32"> = typed("int32", [null, null, null, null, null, null]);
export const itensor7: TypedConstructor<"int32"> = typed("int32", [null, null, null, null, null, null, null]);
export const iscalars: PluralConstructor<"int32"> = plural(iscalar);
export const ivectors: PluralConstructor<"int32"> = plural(ivector);
export const irows: PluralConstructor<"int32"> = plural(irow);
export const icols: PluralConstructor<"int32"> = plural(icol);
export const imatrices: PluralConstructor<"int32"> = plural(imatrix);
export const itensor3s: PluralConstructor<"int32"> = plural(itensor3);
export const itensor4s: PluralConstructor<"int32"> = plural(itensor4);
export const itensor5s: PluralConstructor<"int32"> = plural(itensor5);
export const itensor6s: PluralConstructor<"int32"> = plural(itensor6);
export const itensor7s: PluralConstructor<"int32"> = plural(itensor7);

export const lscalar: TypedConstructor<"int64"> = typed("int64", []);
export const lvector: TypedConstructor<"int64"> = typed("int64", [null]);
export const lrow: TypedConstructor<"int64"> = typed("int64", [1, null]);
export const lcol: TypedConstructor<"int64"> = typed("int64", [null, 1]);
export const lmatrix: TypedConstructor<"int64"> = typed("int64", [null, null]);
export const ltensor3: TypedConstructor<"int64"> = typed("int64", [null, null, null]);
export const ltensor4: TypedConstructor<"int64"> = typed("int64", [null, null, null, null]);
export const ltensor5: TypedConstructor<"int64"> = typed("int64", [null, null, null, null, null]);
export const ltensor6: TypedConstructor<"int64"> = typed("int64", [null, null, null, null, null, null]);
export const ltensor7: TypedConstructor<"int64"> = typed("int64", [null, null, null, null, null, null, null]);
export const lscalars: PluralConstructor<"int64"> = plural(lscalar);
export const lvectors: PluralConstructor<"int64"> = plural(lvector);
export const lrows: PluralConstructor<"int64"> = plural(lrow);
export const lcols: PluralConstructor<"int64"> = plural(lcol);
export const lmatrices: PluralConstructor<"int64"> = plural(lmatrix);
export const ltensor3s: PluralConstructor<"int64"> = plural(ltensor3);
export const ltensor4s: PluralConstructor<"int64"> = plural(ltensor4);
export const ltensor5s: PluralConstructor<"int64"> = plural(ltensor5);
export const ltensor6s: PluralConstructor<"int64"> = plural(ltensor6);
export const ltensor7s: PluralConstructor<"int64"> = plural(ltensor7);

export const ubscalar: TypedConstructor<"uint8"> = typed("uint8", []);
export const ubvector: TypedConstructor<"uint8"> = typed("uint8", [null]);
export const ubrow: TypedConstructor<"uint8"> = typed("uint8", [1, null]);
export const ubcol: TypedConstructor<"uint8"> = typed("uint8", [null, 1]);
export const ubmatrix: TypedConstructor<"uint8"> = typed("uint8", [null, null]);
export const ubtensor3: TypedConstructor<"uint8"> = typed("uint8", [null, null, null]);
export const ubtensor4: TypedConstructor<"uint8"> = typed("uint8", [null, null, null, null]);
export const ubtensor5: TypedConstructor<"uint8"> = typed("uint8", [null, null, null, null, null]);
export const ubtensor6: TypedConstructor<"uint8"> = typed("uint8", [null, null, null, null, null, null]);
export const ubtensor7: TypedConstructor<"uint8"> = typed("uint8", [null, null, null, null, null, null, null]);
export const ubscalars: PluralConstructor<"uint8"> = plural(ubscalar);
export const ubvectors: PluralConstructor<"uint8"> = plural(ubvector);
export const ubrows: PluralConstructor<"uint8"> = plural(ubrow);
export const ubcols: PluralConstructor<"uint8"> = plural(ubcol);
export const ubmatrices: PluralConstructor<"uint8"> = plural(ubmatrix);
export const ubtensor3s: PluralConstructor<"uint8"> = plural(ubtensor3);
export const ubtensor4s: PluralConstructor<"uint8"> = plural(ubtensor4);
export const ubtensor5s: PluralConstructor<"uint8"> = plural(ubtensor5);
export const ubtensor6s: PluralConstructor<"uint8"> = plural(ubtensor6);
export const ubtensor7s: PluralConstructor<"uint8"> = plural(ubtensor7);

export const uwscalar: TypedConstructor<"uint16"> = typed("uint16", []);
export const uwvector: TypedConstructor<"uint16"> = typed("uint16", [null]);
export const uwrow: TypedConstructor<"uint16"> = typed("uint16", [1, null]);
export const uwcol: TypedConstructor<"uint16"> = typed("uint16", [null, 1]);
export const uwmatrix: TypedConstructor<"uint16"> = typed("uint16", [null, null]);
export const uwtensor3: TypedConstructor<"uint16"> = typed("uint16", [null, null, null]);
export const uwtensor4: TypedConstructor<"uint16"> = typed("uint16", [null, null, null, null]);
export const uwtensor5: TypedConstructor<"uint16"> = typed("uint16", [null, null, null, null, null]);
export const uwtensor6: TypedConstructor<"uint16"> = typed("uint16", [null, null, null, null, null, null]);
export const uwtensor7: TypedConstructor<"uint16"> = typed("uint16", [null, null, null, null, null, null, null]);
export const uwscalars: PluralConstructor<"uint16"> = plural(uwscalar);
export const uwvectors: PluralConstructor<"uint16"> = plural(uwvector);
export const uwrows: PluralConstructor<"uint16"> = plural(uwrow);
export const uwcols: PluralConstructor<"uint16"> = plural(uwcol);
export const uwmatrices: PluralConstructor<"uint16"> = plural(uwmatrix);
export const uwtensor3s: PluralConstructor<"uint16"> = plural(uwtensor3);
export const uwtensor4s: PluralConstructor<"uint16"> = plural(uwtensor4);
export const uwtensor5s: PluralConstructor<"uint16"> = plural(uwtensor5);
export const uwtensor6s: PluralConstructor<"uint16"> = plural(uwtensor6);
export const uwtensor7s: PluralConstructor<"uint16"> = plural(uwtensor7);

export const uiscalar: TypedConstructor<"uint32"> = typed("uint32", []);
export const uivector: TypedConstructor<"uint32"> = typed("uint32", [null]);
export const uirow: TypedConstructor<"uint32"> = typed("uint32", [1, null]);
export const uicol: TypedConstructor<"uint32"> = typed("uint32", [null, 1]);
export const uimatrix: TypedConstructor<"uint32"> = typed("uint32", [null, null]);
export const uitensor3: TypedConstructor<"uint32"> = typed("uint32", [null, null, null]);
export const uitensor4: TypedConstructor<"uint32"> = typed("uint32", [null, null, null, null]);
export const uitensor5: TypedConstructor<"uint32"> = typed("uint32", [null, null, null, null, null]);
export const uitensor6: TypedConstructor<"uint32"> = typed("uint32", [null, null, null, null, null, null]);
export const uitensor7: TypedConstructor<"uint32"> = typed("uint32", [null, null, null, null, null, null, null]);
export const uiscalars: PluralConstructor<"uint32"> = plural(uiscalar);
export const uivectors: PluralConstructor<"uint32"> = plural(uivector);
export const uirows: PluralConstructor<"uint32"> = plural(uirow);
export const uicols: PluralConstructor<"uint32"> = plural(uicol);
export const uimatrices: PluralConstructor<"uint32"> = plural(uimatrix);
export const uitensor3s: PluralConstructor<"uint32"> = plural(uitensor3);
export const uitensor4s: PluralConstructor<"uint32"> = plural(uitensor4);
export const uitensor5s: PluralConstructor<"uint32"> = plural(uitensor5);
export const uitensor6s: PluralConstructor<"uint32"> = plural(uitensor6);
export const uitensor7s: PluralConstructor<"uint32"> = plural(uitensor7);

export const ulscalar: TypedConstructor<"uint64"> = typed("uint64", []);
export const ulvector: TypedConstructor<"uint64"> = typed("uint64", [null]);
export const ulrow: TypedConstructor<"uint64"> = typed("uint64", [1, null]);
export const ulcol: TypedConstructor<"uint64"> = typed("uint64", [null, 1]);
export const ulmatrix: TypedConstructor<"uint64"> = typed("uint64", [null, null]);
export const ultensor3: TypedConstructor<"uint64"> = typed("uint64", [null, null, null]);
export const ultensor4: TypedConstructor<"uint64"> = typed("uint64", [null, null, null, null]);
export const ultensor5: TypedConstructor<"uint64"> = typed("uint64", [null, null, null, null, null]);
export const ultensor6: TypedConstructor<"uint64"> = typed("uint64", [null, null, null, null, null, null]);
export const ultensor7: TypedConstructor<"uint64"> = typed("uint64", [null, null, null, null, null, null, null]);
export const ulscalars: PluralConstructor<"uint64"> = plural(ulscalar);
export const ulvectors: PluralConstructor<"uint64"> = plural(ulvector);
export const ulrows: PluralConstructor<"uint64"> = plural(ulrow);
export const ulcols: PluralConstructor<"uint64"> = plural(ulcol);
export const ulmatrices: PluralConstructor<"uint64"> = plural(ulmatrix);
export const ultensor3s: PluralConstructor<"uint64"> = plural(ultensor3);
export const ultensor4s: PluralConstructor<"uint64"> = plural(ultensor4);
export const ultensor5s: PluralConstructor<"uint64"> = plural(ultensor5);
export const ultensor6s: PluralConstructor<"uint64"> = plural(ultensor6);
export const ultensor7s: PluralConstructor<"uint64"> = plural(ultensor7);

export const fscalar: TypedConstructor<"float32"> = typed("float32", []);
export const fvector: TypedConstructor<"float32"> = typed("float32", [null]);
export const frow: TypedConstructor<"float32"> = typed("float32", [1, null]);
export const fcol: TypedConstructor<"float32"> = typed("float32", [null, 1]);
export const fmatrix: TypedConstructor<"float32"> = typed("float32", [null, null]);
export const ftensor3: TypedConstructor<"float32"> = typed("float32", [null, null, null]);
export const ftensor4: TypedConstructor<"float32"> = typed("float32", [null, null, null, null]);
export const ftensor5: TypedConstructor<"float32"> = typed("float32", [null, null, null, null, null]);
export const ftensor6: TypedConstructor<"float32"> = typed("float32", [null, null, null, null, null, null]);
export const ftensor7: TypedConstructor<"float32"> = typed("float32", [null, null, null, null, null, null, null]);
export const fscalars: PluralConstructor<"float32"> = plural(fscalar);
export const fvectors: PluralConstructor<"float32"> = plural(fvector);
export const frows: PluralConstructor<"float32"> = plural(frow);
export const fcols: PluralConstructor<"float32"> = plural(fcol);
export const fmatrices: PluralConstructor<"float32"> = plural(fmatrix);
export const ftensor3s: PluralConstructor<"float32"> = plural(ftensor3);
export const ftensor4s: PluralConstructor<"float32"> = plural(ftensor4);
export const ftensor5s: PluralConstructor<"float32"> = plural(ftensor5);
export const ftensor6s: PluralConstructor<"float32"> = plural(ftensor6);
export const ftensor7s: PluralConstructor<"float32"> = plural(ftensor7);

export const dscalar: TypedConstructor<"float64"> = typed("float64", []);
export const dvector: TypedConstructor<"float64"> = typed("float64", [null]);
export const drow: TypedConstructor<"float64"> = typed("float64", [1, null]);
export const dcol: TypedConstructor<"float64"> = typed("float64", [null, 1]);
export const dmatrix: TypedConstructor<"float64"> = typed("float64", [null, null]);
export const dtensor3: TypedConstructor<"float64"> = typed("float64", [null, null, null]);
export const dtensor4: TypedConstructor<"float64"> = typed("float64", [null, null, null, null]);
export const dtensor5: TypedConstructor<"float64"> = typed("float64", [null, null, null, null, null]);
export const dtensor6: TypedConstructor<"float64"> = typed("float64", [null, null, null, null, null, null]);
export const dtensor7: TypedConstructor<"float64"> = typed("float64", [null, null, null, null, null, null, null]);
export const dscalars: PluralConstructor<"float64"> = plural(dscalar);
export const dvectors: PluralConstructor<"float64"> = plural(dvector);
export const drows: PluralConstructor<"float64"> = plural(drow);
export const dcols: PluralConstructor<"float64"> = plural(dcol);
export const dmatrices: PluralConstructor<"float64"> = plural(dmatrix);
export const dtensor3s: PluralConstructor<"float64"> = plural(dtensor3);
export const dtensor4s: PluralConstructor<"float64"> = plural(dtensor4);
export const dtensor5s: PluralConstructor<"float64"> = plural(dtensor5);
export const dtensor6s: PluralConstructor<"float64"> = plural(dtensor6);
export const dtensor7s: PluralConstructor<"float64"> = plural(dtensor7);

export const cscalar: TypedConstructor<"complex64"> = typed("complex64", []);
export const cvector: TypedConstructor<"complex64"> = typed("complex64", [null]);
export const crow: TypedConstructor<"complex64"> = typed("complex64", [1, null]);
export const ccol: TypedConstructor<"complex64"> = typed("complex64", [null, 1]);
export const cmatrix: TypedConstructor<"complex64"> = typed("complex64", [null, null]);
export const ctensor3: TypedConstructor<"complex64"> = typed("complex64", [null, null, null]);
export const ctensor4: TypedConstructor<"complex64"> = typed("complex64", [null, null, null, null]);
export const ctensor5: TypedConstructor<"complex64"> = typed("complex64", [null, null, null, null, null]);
export const ctensor6: TypedConstructor<"complex64"> = typed("complex64", [null, null, null, null, null, null]);
export const ctensor7: TypedConstructor<"complex64"> = typed("complex64", [null, null, null, null, null, null, null]);
export const cscalars: PluralConstructor<"complex64"> = plural(cscalar);
export const cvectors: PluralConstructor<"complex64"> = plural(cvector);
export const crows: PluralConstructor<"complex64"> = plural(crow);
export const ccols: PluralConstructor<"complex64"> = plural(ccol);
export const cmatrices: PluralConstructor<"complex64"> = plural(cmatrix);
export const ctensor3s: PluralConstructor<"complex64"> = plural(ctensor3);
export const ctensor4s: PluralConstructor<"complex64"> = plural(ctensor4);
export const ctensor5s: PluralConstructor<"complex64"> = plural(ctensor5);
export const ctensor6s: PluralConstructor<"complex64"> = plural(ctensor6);
export const ctensor7s: PluralConstructor<"complex64"> = plural(ctensor7);

export const zscalar: TypedConstructor<"complex128"> = typed("complex128", []);
export const zvector: TypedConstructor<"complex128"> = typed("complex128", [null]);
export const zrow: TypedConstructor<"complex128"> = typed("complex128", [1, null]);
export const zcol: TypedConstructor<"complex128"> = typed("complex128", [null, 1]);
export const zmatrix: TypedConstructor<"complex128"> = typed("complex128", [null, null]);
export const ztensor3: TypedConstructor<"complex128"> = typed("complex128", [null, null, null]);
export const ztensor4: TypedConstructor<"complex128"> = typed("complex128", [null, null, null, null]);
export const ztensor5: TypedConstructor<"complex128"> = typed("complex128", [null, null, null, null, null]);
export const ztensor6: TypedConstructor<"complex128"> = typed("complex128", [null, null, null, null, null, null]);
export const ztensor7: TypedConstructor<"complex128"> = typed("complex128", [null, null, null, null, null, null, null]);
export const zscalars: PluralConstructor<"complex128"> = plural(zscalar);
export const zvectors: PluralConstructor<"complex128"> = plural(zvector);
export const zrows: PluralConstructor<"complex128"> = plural(zrow);
export const zcols: PluralConstructor<"complex128"> = plural(zcol);
export const zmatrices: PluralConstructor<"complex128"> = plural(zmatrix);
export const ztensor3s: PluralConstructor<"complex128"> = plural(ztensor3);
export const ztensor4s: PluralConstructor<"complex128"> = plural(ztensor4);
export const ztensor5s: PluralConstructor<"complex128"> = plural(ztensor5);
export const ztensor6s: PluralConstructor<"complex128"> = plural(ztensor6);
export const ztensor7s: PluralConstructor<"complex128"> = plural(ztensor7);
