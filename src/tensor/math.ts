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
  Choosing,
  Clipping,
  Combining,
  Comparing,
  Dividing,
  Filling,
  Keeping,
  Raising,
  Test,
  ToAngle,
  ToComplex,
  ToFloat,
  ToFloatOfTwo,
  ToReal,
  Variadic,
} from "./elemwiseTypes.ts";
import type { BroadcastRank, DTypeOf, Promote, Promoted, RankOf, RealOf } from "./typing.ts";
import { TensorVariable, type TensorLike } from "./variable.ts";
import type { BroadcastList, PromotedTensors } from "./functionTyping.ts";

export type * from "./elemwiseTypes.ts";

function unary(op: ScalarOp): (x: TensorLike) => TensorVariable<never, never> {
  const elemwise = new Elemwise(op);
  return (x) => applyElemwise(elemwise, [x]) as TensorVariable<never, never>;
}

function binary(op: ScalarOp): (x: TensorLike, y: TensorLike) => TensorVariable<never, never> {
  const elemwise = new Elemwise(op);
  return (x, y) => applyElemwise(elemwise, [x, y]) as TensorVariable<never, never>;
}

function ternary(op: ScalarOp): (x: TensorLike, y: TensorLike, z: TensorLike) => TensorVariable<never, never> {
  const elemwise = new Elemwise(op);
  return (x, y, z) => applyElemwise(elemwise, [x, y, z]) as TensorVariable<never, never>;
}

function variadic(op: ScalarOp): (...args: readonly TensorLike[]) => TensorVariable<never, never> {
  const elemwise = new Elemwise(op);
  return (...args) =>
    (args.length === 1 ? asTensor(args[0]!) : applyElemwise(elemwise, args)) as TensorVariable<never, never>;
}

export const add: Variadic = variadic(S.add);
export const mul: Variadic = variadic(S.mul);
export const sub: Combining = binary(S.sub);
/** True division: integers give floats. */
export const div: Dividing = binary(S.trueDiv);
export const trueDiv: Dividing = div;
/** floor(x / y), as Python's //, whatever `config.intDivision` says. */
export const intDiv: Combining = binary(S.intDiv);
/** The remainder with the sign of y. */
export const mod: Combining = binary(S.mod);
export const pow: Raising = binary(S.pow);
export const power: Raising = pow;
export const neg: Keeping = unary(S.neg);
export const abs: ToReal = unary(S.abs);
export const sgn: Keeping = unary(S.sgn);
export const sqr: Keeping = unary(S.sqr);
export const square: Keeping = sqr;
export const sqrt: ToFloat = unary(S.sqrt);
/** 1 / x. */
export const inv: ToFloat = unary(S.inv);
export const maximum: Combining = binary(S.maximum);
export const minimum: Combining = binary(S.minimum);

/** |x| with the sign of y, that of a zero or NaN too. */
export const copysign: ToFloatOfTwo = binary(S.copysign);

export const ceil: ToFloat = unary(S.ceil);
export const floor: ToFloat = unary(S.floor);
export const trunc: ToFloat = unary(S.trunc);
export const roundHalfToEven: Keeping = unary(S.roundHalfToEven);
export const roundHalfAwayFromZero: Keeping = unary(S.roundHalfAwayFromZero);

export const exp: ToFloat = unary(S.exp);
export const exp2: ToFloat = unary(S.exp2);
export const expm1: ToFloat = unary(S.expm1);
/** The cube root, of negative numbers too. */
export const cbrt: ToFloat = unary(S.cbrt);
export const log: ToFloat = unary(S.log);
export const log2: ToFloat = unary(S.log2);
export const log10: ToFloat = unary(S.log10);
export const log1p: ToFloat = unary(S.log1p);
export const sigmoid: ToFloat = unary(S.sigmoid);
export const softplus: ToFloat = unary(S.softplus);

export const sin: ToFloat = unary(S.sin);
export const cos: ToFloat = unary(S.cos);
export const tan: ToFloat = unary(S.tan);
export const arcsin: ToFloat = unary(S.arcsin);
export const arccos: ToFloat = unary(S.arccos);
export const arctan: ToFloat = unary(S.arctan);
export const arctan2: ToFloatOfTwo = binary(S.arctan2);
export const sinh: ToFloat = unary(S.sinh);
export const cosh: ToFloat = unary(S.cosh);
export const tanh: ToFloat = unary(S.tanh);
export const arcsinh: ToFloat = unary(S.arcsinh);
export const arccosh: ToFloat = unary(S.arccosh);
export const arctanh: ToFloat = unary(S.arctanh);
export const deg2rad: ToFloat = unary(S.deg2rad);
export const rad2deg: ToFloat = unary(S.rad2deg);

export const eq: Comparing = binary(S.eq);
export const neq: Comparing = binary(S.neq);
export const lt: Comparing = binary(S.lt);
export const le: Comparing = binary(S.le);
export const gt: Comparing = binary(S.gt);
export const ge: Comparing = binary(S.ge);
export const isnan: Test = unary(S.isnan);
export const isinf: Test = unary(S.isinf);
export const and: Combining = binary(S.and);
export const or: Combining = binary(S.or);
export const xor: Combining = binary(S.xor);
export const invert: Keeping = unary(S.invert);
export const leftShift: Raising = binary(S.leftShift);
export const rightShift: Raising = binary(S.rightShift);

/** x where the condition is not zero, else y, element by element; both sides are computed. */
export const switch_: Choosing = ternary(S.switch_);
export const where: Choosing = switch_;
/** x limited to [low, high]. */
export const clip: Clipping = ternary(S.clip);
/** `value` with the shape of `x`. */
export const fill: Filling = binary(S.second);
export const second: Filling = fill;
export const tensorCopy: Keeping = unary(S.tensorCopy);

export const erf: ToFloat = unary(S.erf);
export const erfc: ToFloat = unary(S.erfc);
export const erfinv: ToFloat = unary(S.erfinv);
export const gammaln: ToFloat = unary(S.gammaln);
export const psi: ToFloat = unary(S.psi);
export const digamma: ToFloat = psi;
export const triGamma: ToFloat = unary(S.triGamma);
export const erfcx: ToFloat = unary(S.erfcx);
export const erfcinv: ToFloat = unary(S.erfcinv);
/** The gamma function; NaN at negative whole numbers. */
export const gamma: ToFloat = unary(S.gamma);
/** The modified Bessel functions of the first kind, of orders 0 and 1. */
export const i0: ToFloat = unary(S.i0);
export const i1: ToFloat = unary(S.i1);
/** The Bessel functions of the first kind, of orders 0 and 1. */
export const j0: ToFloat = unary(S.j0);
export const j1: ToFloat = unary(S.j1);

export const angle: ToAngle = unary(S.angle);
export const complex: ToComplex = binary(S.complex);
export const complexFromPolar: ToComplex = binary(S.complexFromPolar);

const realOp = new Elemwise(S.real);
const imagOp = new Elemwise(S.imag);
const conjOp = new Elemwise(S.conj);

/** The real part; a real tensor is its own. */
export function real<X extends TensorLike>(x: X): TensorVariable<RealOf<DTypeOf<X>>, RankOf<X>>;
export function real(x: TensorLike): TensorVariable {
  const v = asTensor(x);
  return isComplex(v.dtype) ? applyElemwise(realOp, [v]) : v;
}

export function imag<X extends TensorLike>(x: X): TensorVariable<RealOf<DTypeOf<X>>, RankOf<X>>;
export function imag(x: TensorLike): TensorVariable {
  return applyElemwise(imagOp, [x]);
}

/** The complex conjugate; a real tensor is its own. */
export function conj<X extends TensorLike>(x: X): TensorVariable<DTypeOf<X>, RankOf<X>>;
export function conj(x: TensorLike): TensorVariable {
  const v = asTensor(x);
  return isComplex(v.dtype) ? applyElemwise(conjOp, [v]) : v;
}

export const conjugate: Keeping = conj;

const castOps = new Map<DType, Elemwise>();

/**
 * `x` converted to a dtype; `"floatX"` is `config.floatX`. Floats to integers saturate and NaN gives 0.
 * @throws DtypeError for an unknown dtype
 */
export function cast<X extends TensorLike, E extends DType>(x: X, dtype: E | "floatX"): TensorVariable<E, RankOf<X>>;
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
export function round<X extends TensorLike>(
  x: X,
  options?: RoundOptions | RoundMode,
): TensorVariable<DTypeOf<X>, RankOf<X>>;
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
export function iround<X extends TensorLike>(
  x: X,
  options?: RoundOptions | RoundMode,
): TensorVariable<"int64", RankOf<X>>;
export function iround(x: TensorLike, options?: RoundOptions | RoundMode): TensorVariable {
  return cast(round(x, options), "int64");
}

/** The largest of several tensors, element by element. */
export function largest<const L extends readonly TensorLike[]>(
  ...args: L
): TensorVariable<PromotedTensors<L>, BroadcastList<L>>;
export function largest(...args: readonly TensorLike[]): TensorVariable {
  return args.map((a) => asTensor(a)).reduce((a, b) => maximum(a, b));
}

/** The smallest of several tensors, element by element. */
export function smallest<const L extends readonly TensorLike[]>(
  ...args: L
): TensorVariable<PromotedTensors<L>, BroadcastList<L>>;
export function smallest(...args: readonly TensorLike[]): TensorVariable {
  return args.map((a) => asTensor(a)).reduce((a, b) => minimum(a, b));
}

/** The quotient of whole numbers, rounded up. */
export function ceilIntdiv<X extends TensorLike, Y extends TensorLike>(
  x: X,
  y: Y,
): TensorVariable<Promote<Promoted<X, Y>, DTypeOf<X>>, BroadcastRank<X, Y>>;
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

/** |x - y| <= atol + rtol*|y|; equal infinities are close. Integers and bools are compared in float64. */
export function isclose<X extends TensorLike, Y extends TensorLike>(
  x: X,
  y: Y,
  options?: IscloseOptions,
): TensorVariable<"bool", BroadcastRank<X, Y>>;
export function isclose(x: TensorLike, y: TensorLike, options: IscloseOptions = {}): TensorVariable {
  const { rtol = 1e-5, atol = 1e-8, equalNan = false } = options;
  // Differences of integers would wrap.
  const [a, b] = together(x, y).map((v) => (isDiscrete(v.dtype) ? cast(v, "float64") : v)) as [
    TensorVariable,
    TensorVariable,
  ];
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
