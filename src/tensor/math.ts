/** Elementwise functions of tensors: `T.add`, `T.exp`, ... */
import { config } from "../config/config.ts";
import { isComplex, isDiscrete, parseDType, type DType } from "../dtype.ts";
import { ArgumentError, DtypeError } from "../errors.ts";
import * as S from "../scalar/index.ts";
import type { ScalarOp } from "../scalar/define.ts";
import type { ScalarFunctions } from "../scalar/functions.ts";
import { asTensor } from "./constant.ts";
import { Elemwise, applyElemwise, provideFill, provideGradientTools } from "./elemwise.ts";
import { optionsOf } from "./options.ts";
import { polygammaOrder } from "./polygammaOrder.ts";
import type {
  Arithmetic,
  Binary,
  Comparison,
  Division,
  FloatFunction,
  PartFunction,
  SameFunction,
  Ternary,
  Test,
  Unary,
  Variadic,
  VariadicArithmetic,
} from "./signatures.ts";
import { TensorVariable, type TensorLike } from "./variable.ts";

export type { Binary, Ternary, Unary, Variadic } from "./signatures.ts";

function unary<F extends Unary = Unary>(op: ScalarOp): F {
  const elemwise = new Elemwise(op);
  return ((x) => applyElemwise(elemwise, [x])) as Unary as F;
}

function binary<F extends Binary = Binary>(op: ScalarOp): F {
  const elemwise = new Elemwise(op);
  return ((x, y) => applyElemwise(elemwise, [x, y])) as Binary as F;
}

function ternary(op: ScalarOp): Ternary {
  const elemwise = new Elemwise(op);
  return (x, y, z) => applyElemwise(elemwise, [x, y, z]);
}

function variadic(op: ScalarOp): VariadicArithmetic {
  const elemwise = new Elemwise(op);
  const apply: Variadic = (...args) => (args.length === 1 ? asTensor(args[0]!) : applyElemwise(elemwise, args));
  return apply as VariadicArithmetic;
}

export const add: VariadicArithmetic = variadic(S.add);
export const mul: VariadicArithmetic = variadic(S.mul);
export const sub: Arithmetic = binary(S.sub);
/** True division: integers give floats. */
export const div: Division = binary(S.trueDiv);
export const trueDiv: Division = div;
/** floor(x / y), as Python's //, whatever `config.intDivision` says. */
export const intDiv: Binary = binary(S.intDiv);
/** The remainder with the sign of y. */
export const mod: Arithmetic = binary(S.mod);
export const pow: Binary = binary(S.pow);
export const power: Binary = pow;
export const neg: SameFunction = unary(S.neg);
export const abs: PartFunction = unary(S.abs);
export const sgn: SameFunction = unary(S.sgn);
export const sqr: SameFunction = unary(S.sqr);
export const square: SameFunction = sqr;
export const sqrt: FloatFunction = unary(S.sqrt);
/** 1 / x. */
export const inv: FloatFunction = unary(S.inv);
export const maximum: Arithmetic = binary(S.maximum);
export const minimum: Arithmetic = binary(S.minimum);

export const ceil: FloatFunction = unary(S.ceil);
export const floor: FloatFunction = unary(S.floor);
export const trunc: FloatFunction = unary(S.trunc);
export const roundHalfToEven: SameFunction = unary(S.roundHalfToEven);
export const roundHalfAwayFromZero: SameFunction = unary(S.roundHalfAwayFromZero);

export const exp: FloatFunction = unary(S.exp);
export const exp2: FloatFunction = unary(S.exp2);
export const expm1: FloatFunction = unary(S.expm1);
export const log: FloatFunction = unary(S.log);
export const log2: FloatFunction = unary(S.log2);
export const log10: FloatFunction = unary(S.log10);
export const log1p: FloatFunction = unary(S.log1p);
export const sigmoid: FloatFunction = unary(S.sigmoid);
export const softplus: FloatFunction = unary(S.softplus);

export const sin: FloatFunction = unary(S.sin);
export const cos: FloatFunction = unary(S.cos);
export const tan: FloatFunction = unary(S.tan);
export const arcsin: FloatFunction = unary(S.arcsin);
export const arccos: FloatFunction = unary(S.arccos);
export const arctan: FloatFunction = unary(S.arctan);
export const arctan2: Binary = binary(S.arctan2);
export const sinh: FloatFunction = unary(S.sinh);
export const cosh: FloatFunction = unary(S.cosh);
export const tanh: FloatFunction = unary(S.tanh);
export const arcsinh: FloatFunction = unary(S.arcsinh);
export const arccosh: FloatFunction = unary(S.arccosh);
export const arctanh: FloatFunction = unary(S.arctanh);
export const deg2rad: FloatFunction = unary(S.deg2rad);
export const rad2deg: FloatFunction = unary(S.rad2deg);

export const eq: Comparison = binary(S.eq);
export const neq: Comparison = binary(S.neq);
export const lt: Comparison = binary(S.lt);
export const le: Comparison = binary(S.le);
export const gt: Comparison = binary(S.gt);
export const ge: Comparison = binary(S.ge);
export const isnan: Test = unary(S.isnan);
export const isinf: Test = unary(S.isinf);
export const and: Arithmetic = binary(S.and);
export const or: Arithmetic = binary(S.or);
export const xor: Arithmetic = binary(S.xor);
export const invert: SameFunction = unary(S.invert);
export const leftShift: Binary = binary(S.leftShift);
export const rightShift: Binary = binary(S.rightShift);

/** x where the condition is not zero, else y, element by element; both sides are computed. */
export const switch_: Ternary = ternary(S.switch_);
export const where: Ternary = switch_;
/** x limited to [low, high]. */
export const clip: Ternary = ternary(S.clip);
/** `value` with the shape of `x`. */
export const fill: Binary = binary(S.second);
export const second: Binary = fill;
export const tensorCopy: SameFunction = unary(S.tensorCopy);

export const erf: FloatFunction = unary(S.erf);
export const erfc: FloatFunction = unary(S.erfc);
export const erfinv: FloatFunction = unary(S.erfinv);
export const gammaln: FloatFunction = unary(S.gammaln);
export const psi: FloatFunction = unary(S.psi);
export const digamma: FloatFunction = psi;
export const triGamma: FloatFunction = unary(S.triGamma);
export const erfcx: FloatFunction = unary(S.erfcx);
export const erfcinv: FloatFunction = unary(S.erfcinv);
/** The gamma function; NaN at negative whole numbers. */
export const gamma: FloatFunction = unary(S.gamma);
/** The modified Bessel functions of the first kind, of orders 0 and 1. */
export const i0: FloatFunction = unary(S.i0);
export const i1: FloatFunction = unary(S.i1);
/** The Bessel functions of the first kind, of orders 0 and 1. */
export const j0: FloatFunction = unary(S.j0);
export const j1: FloatFunction = unary(S.j1);

export const angle: Unary = unary(S.angle);
export const complex: Binary = binary(S.complex);
export const complexFromPolar: Binary = binary(S.complexFromPolar);

const realOp = new Elemwise(S.real);
const imagOp = new Elemwise(S.imag);
const conjOp = new Elemwise(S.conj);

/** The real part; a real tensor is its own. */
export function real(x: TensorLike): TensorVariable {
  const v = asTensor(x);
  return isComplex(v.dtype) ? applyElemwise(realOp, [v]) : v;
}

export function imag(x: TensorLike): TensorVariable {
  return applyElemwise(imagOp, [x]);
}

/** The complex conjugate; a real tensor is its own. */
export function conj(x: TensorLike): TensorVariable {
  const v = asTensor(x);
  return isComplex(v.dtype) ? applyElemwise(conjOp, [v]) : v;
}

export const conjugate: Unary = conj;

const castOps = new Map<DType, Elemwise>();

/**
 * `x` converted to a dtype; `"floatX"` is `config.floatX`. Floats to integers saturate and NaN gives 0.
 * @throws DtypeError for an unknown dtype
 */
export function cast<E extends DType, R extends number>(
  x: TensorVariable<DType, R>,
  dtype: E | "floatX",
): TensorVariable<E, R>;
export function cast(x: TensorLike, dtype: DType | "floatX"): TensorVariable;
export function cast(x: TensorLike, dtype: DType | "floatX"): TensorVariable {
  const to = dtype === "floatX" ? config.floatX : parseDType(dtype);
  const v = asTensor(x);
  if (v.dtype === to) return v;
  if (isComplex(v.dtype) && !isComplex(to) && to !== "bool") {
    throw new DtypeError(`cast: complex numbers are no ${to}; take real(), imag(), abs() or angle() of them.`, {
      op: "cast",
      inputs: [{ dtype: v.dtype, shape: v.type.shape }],
    });
  }
  let op = castOps.get(to);
  if (op === undefined) castOps.set(to, (op = new Elemwise(S.castTo(to))));
  return applyElemwise(op, [v]);
}

/** Where halves go. */
export type RoundMode = "half_to_even" | "half_away_from_zero";

export interface RoundOptions {
  readonly mode?: RoundMode;
}

/** Rounds to whole numbers: halves to even (default) or away from zero. Integers stay. */
export function round(x: TensorLike, options?: RoundOptions | RoundMode): TensorVariable {
  const v = asTensor(x);
  const { mode = "half_to_even" } = optionsOf<RoundOptions, "mode">(options, "mode");
  if (mode !== "half_to_even" && mode !== "half_away_from_zero") {
    throw new ArgumentError(`round: mode must be "half_to_even" or "half_away_from_zero", got ${String(mode)}.`, {
      op: "round",
    });
  }
  if (isDiscrete(v.dtype)) return v;
  return mode === "half_away_from_zero" ? roundHalfAwayFromZero(v) : roundHalfToEven(v);
}

/** As `round`, as int64. */
export function iround(x: TensorLike, options?: RoundOptions | RoundMode): TensorVariable {
  return cast(round(x, options), "int64");
}

/** The largest of several tensors, element by element. */
export function largest(...args: readonly TensorLike[]): TensorVariable {
  return args.map((a) => asTensor(a)).reduce((a, b) => maximum(a, b));
}

/** The smallest of several tensors, element by element. */
export function smallest(...args: readonly TensorLike[]): TensorVariable {
  return args.map((a) => asTensor(a)).reduce((a, b) => minimum(a, b));
}

/** The quotient of whole numbers, rounded up. */
export function ceilIntdiv(x: TensorLike, y: TensorLike): TensorVariable {
  return add(intDiv(x, y), cast(neq(mod(x, y), 0), asTensor(x).dtype));
}

export interface IscloseOptions {
  readonly rtol?: number;
  readonly atol?: number;
  readonly equalNan?: boolean;
}

/** Two operands, of which a number takes the dtype of the other. */
function together(x: TensorLike, y: TensorLike): [TensorVariable, TensorVariable] {
  if (x instanceof TensorVariable) return [x, asTensor(y, x.dtype)];
  const b = asTensor(y);
  return [asTensor(x, b.dtype), b];
}

/** |x - y| <= atol + rtol*|y|; equal infinities are close. */
export function isclose(x: TensorLike, y: TensorLike, options: IscloseOptions = {}): TensorVariable {
  const { rtol = 1e-5, atol = 1e-8, equalNan = false } = options;
  const [a, b] = together(x, y);
  const near = le(abs(sub(a, b)), add(mul(abs(b), rtol), atol));
  const finite = invert(or(or(isinf(a), isinf(b)), or(isnan(a), isnan(b))));
  const close = or(and(near, finite), eq(a, b));
  return equalNan ? or(close, and(isnan(a), isnan(b))) : close;
}

const functions: ScalarFunctions<TensorVariable> = {
  add,
  mul,
  switch: switch_,
  neg,
  abs,
  sgn,
  sqr,
  sqrt,
  inv,
  ceil,
  floor,
  trunc,
  roundHalfToEven,
  roundHalfAwayFromZero,
  exp,
  exp2,
  expm1,
  log,
  log2,
  log10,
  log1p,
  sin,
  cos,
  tan,
  arcsin,
  arccos,
  arctan,
  sinh,
  cosh,
  tanh,
  arcsinh,
  arccosh,
  arctanh,
  deg2rad,
  rad2deg,
  invert,
  isnan,
  isinf,
  erf,
  erfc,
  erfinv,
  gammaln,
  psi,
  triGamma,
  polygamma: polygammaOrder,
  i0,
  i1,
  j0,
  j1,
  sigmoid,
  softplus,
  real,
  imag,
  conj,
  angle,
  sub,
  div,
  intDiv,
  mod,
  pow,
  maximum,
  minimum,
  arctan2,
  eq,
  neq,
  lt,
  le,
  gt,
  ge,
  and,
  or,
  xor,
  complex,
};

provideGradientTools({ functions });
provideFill((x, value) => fill(x, value));
