/**
 * Elementwise functions as data. One declaration carries what a function is called, which dtypes it takes and gives, how it is
 * differentiated and computed; the tensor op, its method, its tests and its docs row follow from it.
 */
import { config } from "../config/config.ts";
import { isBool, isComplex, isDiscrete, isFloat, promoteAll, upgradeToFloat, type DType } from "../dtype.ts";
import { DtypeError } from "../errors.ts";
import type { IrBuilder } from "../ir/build.ts";
import type { ElementValue } from "../ir/lowered.ts";
import type { Expr } from "../ir/node.ts";
import type { ScalarFunctions } from "./functions.ts";

/** Facts that the matcher, the canonicaliser and the tests share. */
export interface Algebra {
  readonly commutative?: boolean;
  readonly associative?: boolean;
  /** x op e = x. */
  readonly identity?: number;
  /** f(f(x)) = f(x), or x op x = x. */
  readonly idempotent?: boolean;
  /** The function that undoes this one. */
  readonly inverse?: string;
}

/** The gradient per input, `null` where it is zero everywhere (integers, comparisons). */
export type GradRule = <E>(f: ScalarFunctions<E>, inputs: readonly E[], out: E, g: E) => readonly (E | null)[];

/** Which dtype comes out, and to which dtypes the arguments are converted before the function is applied. */
export interface DtypeRule {
  result(dtypes: readonly DType[], name: string): DType;
  operands(dtypes: readonly DType[], result: DType): readonly DType[];
}

export interface ScalarSpec {
  readonly name: string;
  /** Number of arguments; "n" for any number from one. */
  readonly arity: 1 | 2 | 3 | "n";
  readonly dtype: DtypeRule;
  readonly doc: string;
  /** Where real arguments are sampled by the tests: one interval per argument or one for all. */
  readonly domain?: readonly [number, number] | readonly (readonly [number, number])[];
  /** Largest error in units in the last place against the true value, float32 and float64. */
  readonly maxUlp?: number;
  readonly grad: GradRule | null;
  /** Why there is no gradient, where `grad` is null. */
  readonly noGradient?: string;
  /** The value, from arguments of the operand dtypes (float16 computed as float32 by the builder's passes). */
  readonly lower: (b: IrBuilder, args: readonly Expr[], result: DType) => Expr;
  /** The same on complex arguments, as pairs. */
  readonly complex?: (b: IrBuilder, args: readonly ElementValue[], result: DType) => ElementValue;
  readonly algebra?: Algebra;
}

/** An elementwise function. Two are equal when their keys are. */
export interface ScalarOp extends ScalarSpec {
  readonly key: string;
}

/** Declares an elementwise function. */
export function defineScalar(spec: ScalarSpec & { readonly key?: string }): ScalarOp {
  return { ...spec, key: spec.key ?? spec.name };
}

// --- dtype rules -------------------------------------------------------------------------------

/**
 * NumPy's promotion, or Theano's `floatX` policy: int32 and int64 do not lift float32 to float64 (with `numpy+floatX` only where
 * floatX is float32).
 */
export function common(dtypes: readonly DType[]): DType {
  const { castPolicy } = config;
  if (castPolicy === "floatX" || castPolicy === "numpy+floatX") {
    const floats = dtypes.filter((d) => !isDiscrete(d));
    const applies = castPolicy === "floatX" || config.floatX === "float32";
    if (applies && floats.length > 0 && floats.length < dtypes.length) {
      const best = promoteAll(floats);
      if (best === "float32") return best;
    }
  }
  return promoteAll(dtypes);
}

const all = (dtypes: readonly DType[], d: DType): DType[] => dtypes.map(() => d);

/** The common dtype in and out. */
export const upcast: DtypeRule = { result: common, operands: all };

export function refuse(name: string, dtype: DType, why: string): never {
  throw new DtypeError(`${name}: ${dtype} is not supported: ${why}`, { op: name });
}

/** As `upcast`, but not for bool, as in NumPy. */
export const upcastNoBool: DtypeRule = {
  result(dtypes, name) {
    const d = common(dtypes);
    if (isBool(d)) {
      refuse(name, d, name === "sub" ? "use xor or neq for booleans, or cast them." : "cast it, or use invert.");
    }
    return d;
  },
  operands: all,
};

/** As `upcastNoBool`, real numbers only. */
export const realNoBool: DtypeRule = {
  result(dtypes, name) {
    const d = upcastNoBool.result(dtypes, name);
    return isComplex(d) ? refuse(name, d, "there is no order on complex numbers.") : d;
  },
  operands: all,
};

/** As `upcast`, real numbers only. */
export const realUpcast: DtypeRule = {
  result(dtypes, name) {
    const d = common(dtypes);
    return isComplex(d) ? refuse(name, d, "there is no order on complex numbers.") : d;
  },
  operands: all,
};

/** Small integers become int8 at least: powers of booleans. */
export const upcastBoolToInt8: DtypeRule = {
  result(dtypes) {
    const d = common(dtypes);
    return isBool(d) ? "int8" : d;
  },
  operands: all,
};

/** Integers become floats: int8 and int16 float32, wider ones float64. */
export const toFloat: DtypeRule = {
  result: (dtypes) => upgradeToFloat(common(dtypes)),
  operands: all,
};

/** As `toFloat`, no complex. */
export const toRealFloat: DtypeRule = {
  result(dtypes, name) {
    const d = upgradeToFloat(common(dtypes));
    return isComplex(d) ? refuse(name, d, "take real, imag or abs first.") : d;
  },
  operands: all,
};

/** True division: two integers give float64 (or floatX when that is float32). */
export const quotient: DtypeRule = {
  result(dtypes) {
    const d = common(dtypes);
    return isDiscrete(d) ? (config.floatX === "float32" ? "float32" : "float64") : d;
  },
  operands: all,
};

/** Rounding keeps floats and lifts integers. */
export const floatOnly: DtypeRule = {
  result(dtypes, name) {
    const d = common(dtypes);
    return isFloat(d) ? d : refuse(name, d, "it rounds floats; cast integers first.");
  },
  operands: all,
};

/** Comparison: the common dtype in, bool out. */
export const comparison: DtypeRule = {
  result: () => "bool",
  operands: (dtypes) => all(dtypes, common(dtypes)),
};

/** Bitwise on integers, logical on bool. */
export const bitwise: DtypeRule = {
  result(dtypes, name) {
    const d = common(dtypes);
    return isDiscrete(d) ? d : refuse(name, d, "bits are those of integers and booleans.");
  },
  operands: all,
};

/** The first argument is a condition, the others promote. */
export const choice: DtypeRule = {
  result: (dtypes) => common(dtypes.slice(1)),
  operands: (dtypes, result) => ["bool", ...all(dtypes.slice(1), result)],
};

// --- gradients ---------------------------------------------------------------------------------

/** Constant almost everywhere. */
export const flat: GradRule = (_f, inputs) => inputs.map(() => null);
