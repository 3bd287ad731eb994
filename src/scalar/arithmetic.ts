/** Sums, products, quotients, powers, signs. */
import { isFloat, isUnsigned, itemSize, type DType, realOf } from "../dtype.ts";
import type { IrBuilder } from "../ir/build.ts";
import type { Expr } from "../ir/node.ts";
import { cPow } from "./complexFunctions.ts";
import { cAbs, cDiv, cMul, cSqrt, pair } from "./complexNumbers.ts";
import {
  common,
  defineScalar,
  flat,
  quotient,
  realNoBool,
  realUpcast,
  toFloat,
  upcast,
  upcastBoolToInt8,
  upcastNoBool,
  type DtypeRule,
  type ScalarOp,
} from "./define.ts";

/** A bool result: the integer instruction on 0 and 1, as or/and. */
function fold(
  b: IrBuilder,
  args: readonly Expr[],
  result: DType,
  number: (x: Expr, y: Expr) => Expr,
  bool: (x: Expr, y: Expr) => Expr,
): Expr {
  return args.reduce(result === "bool" ? bool : number);
}

export const add: ScalarOp = defineScalar({
  name: "add",
  arity: "n",
  dtype: upcast,
  doc: "The sum of all arguments; logical or for booleans.",
  maxUlp: 0.5,
  grad: (_f, inputs, _out, g) => inputs.map(() => g),
  lower: (b, args, result) =>
    fold(
      b,
      args,
      result,
      (x, y) => b.add(x, y),
      (x, y) => b.or(x, y),
    ),
  complex: (b, args) =>
    args.reduce((x, y) => [b.add(pair(b, x)[0], pair(b, y)[0]), b.add(pair(b, x)[1], pair(b, y)[1])]),
  algebra: { commutative: true, associative: true, identity: 0 },
});

export const mul: ScalarOp = defineScalar({
  name: "mul",
  arity: "n",
  dtype: upcast,
  doc: "The product of all arguments; logical and for booleans.",
  maxUlp: 0.5,
  grad: (f, inputs, _out, g) =>
    inputs.map((_, i) => f.mul(g, ...inputs.filter((_x, j) => j !== i).map((x) => f.conj(x)))),
  lower: (b, args, result) =>
    fold(
      b,
      args,
      result,
      (x, y) => b.mul(x, y),
      (x, y) => b.and(x, y),
    ),
  complex: (b, args) => args.reduce((x, y) => cMul(b, pair(b, x), pair(b, y))),
  algebra: { commutative: true, associative: true, identity: 1 },
});

export const sub: ScalarOp = defineScalar({
  name: "sub",
  arity: 2,
  dtype: upcastNoBool,
  doc: "x - y.",
  maxUlp: 0.5,
  grad: (f, _inputs, _out, g) => [g, f.neg(g)],
  lower: (b, [x, y]) => b.sub(x!, y!),
  complex: (b, [x, y]) => [b.sub(pair(b, x!)[0], pair(b, y!)[0]), b.sub(pair(b, x!)[1], pair(b, y!)[1])],
});

export const trueDiv: ScalarOp = defineScalar({
  name: "true_div",
  arity: 2,
  dtype: quotient,
  doc: "x / y in floating point; integers give float64.",
  maxUlp: 0.5,
  grad: (f, [_x, y], out, g) => {
    const share = f.div(g, f.conj(y!));
    return [share, f.neg(f.mul(share, f.conj(out)))];
  },
  lower: (b, [x, y]) => b.div(x!, y!),
  complex: (b, [x, y]) => cDiv(b, pair(b, x!), pair(b, y!)),
});

/** C's fmod from Python's modulo of the magnitudes. */
function truncatedRemainder(b: IrBuilder, x: Expr, y: Expr): Expr {
  return b.copysign(b.op("mod", b.abs(x), b.abs(y)), x);
}

export const intDiv: ScalarOp = defineScalar({
  name: "int_div",
  arity: 2,
  dtype: realUpcast,
  doc: "floor(x / y), as Python's //. Integers divided by 0 give 0.",
  grad: flat,
  lower(b, [x, y], result) {
    if (result === "bool") return b.and(x!, y!);
    if (!isFloat(result)) return b.idiv(x!, y!);
    // NumPy's algorithm: the quotient of what is left after the remainder is whole up to rounding.
    const r = truncatedRemainder(b, x!, y!);
    const q = b.div(b.sub(x!, r), y!);
    const differs = b.and(b.ne(r, 0), b.xor(b.lt(y!, 0), b.lt(r, 0)));
    const d = b.select(differs, b.sub(q, 1), q);
    const whole = b.floor(d);
    const rounded = b.select(b.gt(b.sub(d, whole), 0.5), b.add(whole, 1), whole);
    const signed = b.select(b.eq(d, 0), b.copysign(0, b.div(x!, y!)), rounded);
    return b.select(b.eq(y!, 0), b.div(x!, y!), signed);
  },
});

export const mod: ScalarOp = defineScalar({
  name: "mod",
  arity: 2,
  dtype: realUpcast,
  doc: "The remainder with the sign of y, as Python's %. Integers modulo 0 give 0.",
  grad: (f, [x, y], _out, g) => [g, f.neg(f.mul(g, f.intDiv(x!, y!)))],
  lower(b, [x, y], result) {
    if (result === "bool") return b.constant("bool", false);
    return isFloat(result) ? b.op("mod", x!, y!) : b.imod(x!, y!);
  },
});

/**
 * Powers of integers, exact modulo the size of their type: x to the bits of the exponent, by squaring. What the type cannot say of a
 * negative exponent is 0, as of integers divided by 0: only 1 and -1 have powers there.
 */
function integerPower(b: IrBuilder, x: Expr, y: Expr, result: DType): Expr {
  const { type } = x;
  const signed = !isUnsigned(result);
  const bits = 8 * itemSize(result) - (signed ? 1 : 0);
  const bit = (k: number): Expr => b.ne(b.and(b.shr(y, k), 1), 0);
  let power: Expr = b.select(bit(0), x, b.constant(type, 1));
  let square = x;
  for (let k = 1; k < bits; k++) {
    square = b.mul(square, square);
    power = b.select(bit(k), b.mul(power, square), power);
  }
  if (!signed) return power;
  const one = b.eq(x, 1);
  const minusOne = b.select(bit(0), b.constant(type, -1), b.constant(type, 1));
  const inverse = b.select(one, x, b.select(b.eq(x, -1), minusOne, b.constant(type, 0)));
  return b.select(b.lt(y, 0), inverse, power);
}

export const pow: ScalarOp = defineScalar({
  name: "pow",
  arity: 2,
  dtype: upcastBoolToInt8,
  doc: "x to the power y. 0**0 is 1. Integers wrap; those to negative powers are 0, but for 1 and -1.",
  domain: [
    [0.1, 4],
    [-3, 3],
  ],
  maxUlp: 2,
  grad(f, [x, y], out, g) {
    // y*x**(y-1) is 0 for y = 0, also at x = 0; log x counts only where x > 0.
    const dx = f.switch(f.eq(y!, 0), 0, f.mul(g, f.conj(y!), f.conj(f.pow(x!, f.sub(y!, 1)))));
    const dy = f.mul(g, f.conj(f.switch(f.eq(x!, 0), 0, f.mul(f.log(x!), out))));
    return [dx, dy];
  },
  lower(b, [x, y], result) {
    return isFloat(result) ? b.op("pow", x!, y!) : integerPower(b, x!, y!, result);
  },
  complex: (b, [x, y]) => cPow(b, pair(b, x!), pair(b, y!)),
});

export const neg: ScalarOp = defineScalar({
  name: "neg",
  arity: 1,
  dtype: upcastNoBool,
  doc: "-x.",
  maxUlp: 0,
  grad: (f, _inputs, _out, g) => [f.neg(g)],
  lower: (b, [x]) => b.neg(x!),
  complex: (b, [x]) => [b.neg(pair(b, x!)[0]), b.neg(pair(b, x!)[1])],
  algebra: { inverse: "neg" },
});

/** |x|: complex numbers give their modulus, a real number. */
const modulus: DtypeRule = {
  result: (dtypes) => realOf(common(dtypes)),
  operands: (dtypes) => [common(dtypes)],
};

export const abs: ScalarOp = defineScalar({
  name: "abs",
  arity: 1,
  dtype: modulus,
  doc: "|x|; the modulus of a complex number.",
  maxUlp: 0,
  grad(f, [x], out, g) {
    // A real number is its own conjugate. The direction z / |z| of a complex one is taken as 0 at 0, as sgn is.
    const isReal = f.conj(x!) === x;
    return [f.mul(g, isReal ? f.sgn(x!) : f.div(x!, f.switch(f.eq(out, 0), 1, out)))];
  },
  lower: (b, [x], result) => (result === "bool" || isUnsigned(result) ? x! : b.abs(x!)),
  complex: (b, [x]) => cAbs(b, pair(b, x!)),
  algebra: { idempotent: true },
});

export const sgn: ScalarOp = defineScalar({
  name: "sgn",
  arity: 1,
  dtype: realNoBool,
  doc: "-1, 0 or 1 by the sign of x; NaN for NaN.",
  maxUlp: 0,
  grad: flat,
  lower(b, [x], result) {
    const below = isUnsigned(result)
      ? x!
      : b.select(b.lt(x!, 0), b.constant(x!.type, -1), isFloat(result) ? b.select(b.eq(x!, 0), 0, x!) : x!);
    return b.select(b.gt(x!, 0), b.constant(x!.type, 1), below);
  },
});

export const sqr: ScalarOp = defineScalar({
  name: "sqr",
  arity: 1,
  dtype: upcast,
  doc: "x * x.",
  maxUlp: 0.5,
  grad: (f, [x], _out, g) => [f.mul(g, 2, f.conj(x!))],
  lower: (b, [x], result) => (result === "bool" ? x! : b.mul(x!, x!)),
  complex: (b, [x]) => cMul(b, pair(b, x!), pair(b, x!)),
});

export const sqrt: ScalarOp = defineScalar({
  name: "sqrt",
  arity: 1,
  dtype: toFloat,
  doc: "The square root; NaN for negative numbers.",
  domain: [0.01, 10],
  maxUlp: 0.5,
  grad: (f, _inputs, out, g) => [f.div(f.mul(g, 0.5), f.conj(out))],
  lower: (b, [x]) => b.sqrt(x!),
  complex: (b, [x]) => cSqrt(b, pair(b, x!)),
});

export const inv: ScalarOp = defineScalar({
  name: "inv",
  arity: 1,
  dtype: toFloat,
  doc: "1 / x.",
  domain: [0.1, 10],
  maxUlp: 0.5,
  grad: (f, _inputs, out, g) => [f.neg(f.mul(g, f.sqr(f.conj(out))))],
  lower: (b, [x]) => b.div(b.constant(x!.type, 1), x!),
  complex: (b, [x]) => cDiv(b, [b.constant(pair(b, x!)[0].type, 1), b.constant(pair(b, x!)[0].type, 0)], pair(b, x!)),
  algebra: { inverse: "inv" },
});

/** The gradient of an extremum goes to the argument that equals it; to both at a tie, as Theano's. */
function extremum(name: "maximum" | "minimum"): ScalarOp {
  return defineScalar({
    name,
    arity: 2,
    dtype: realUpcast,
    doc: `The ${name === "maximum" ? "larger" : "smaller"} argument; NaN if either is.`,
    maxUlp: 0,
    grad: (f, [x, y], out, g) => [f.mul(g, f.eq(out, x!)), f.mul(g, f.eq(out, y!))],
    lower(b, [x, y], result) {
      if (result === "bool") return name === "maximum" ? b.or(x!, y!) : b.and(x!, y!);
      return name === "maximum" ? b.max(x!, y!) : b.min(x!, y!);
    },
    algebra: { commutative: true, associative: true, idempotent: true },
  });
}

export const maximum: ScalarOp = extremum("maximum");
export const minimum: ScalarOp = extremum("minimum");
