/** Exponentials, logarithms and the sigmoid family. */
import { cExp, cExp2, cExpm1, cLog, cLog10, cLog1p, cLog2 } from "./complexFunctions.ts";
import { defineScalar, toRealFloat, type ScalarOp } from "./define.ts";
import { unaryFloat } from "./families.ts";

const LN2 = Math.LN2;
const LN10 = Math.LN10;

export const exp: ScalarOp = unaryFloat({
  name: "exp",
  doc: "e to the power x.",
  instruction: "exp",
  domain: [-4, 4],
  maxUlp: 1.5,
  derivative: (_f, _x, out) => out,
  complex: cExp,
});

export const exp2: ScalarOp = unaryFloat({
  name: "exp2",
  doc: "2 to the power x.",
  instruction: "exp2",
  domain: [-4, 4],
  derivative: (f, _x, out) => f.mul(out, LN2),
  complex: cExp2,
});

export const expm1: ScalarOp = unaryFloat({
  name: "expm1",
  doc: "exp(x) - 1 without cancellation near 0.",
  instruction: "expm1",
  domain: [-3, 3],
  derivative: (f, x) => f.exp(x),
  complex: cExpm1,
  inverse: "log1p",
});

export const log: ScalarOp = unaryFloat({
  name: "log",
  doc: "The natural logarithm; -inf at 0, NaN below.",
  instruction: "log",
  domain: [0.05, 10],
  maxUlp: 1.5,
  derivative: (f, x) => f.inv(x),
  complex: cLog,
});

export const log2: ScalarOp = unaryFloat({
  name: "log2",
  doc: "The logarithm to base 2.",
  instruction: "log2",
  domain: [0.05, 10],
  derivative: (f, x) => f.inv(f.mul(x, LN2)),
  complex: cLog2,
});

export const log10: ScalarOp = unaryFloat({
  name: "log10",
  doc: "The logarithm to base 10.",
  instruction: "log10",
  domain: [0.05, 10],
  derivative: (f, x) => f.inv(f.mul(x, LN10)),
  complex: cLog10,
});

export const log1p: ScalarOp = unaryFloat({
  name: "log1p",
  doc: "log(1 + x) without cancellation near 0.",
  instruction: "log1p",
  domain: [-0.9, 10],
  derivative: (f, x) => f.inv(f.add(x, 1)),
  complex: cLog1p,
  inverse: "expm1",
});

/**
 * The cube root. In double precision the power is off by as much as 1/3 is, and a step of Newton's sets it right; in single precision
 * a double's is more than enough.
 */
export const cbrt: ScalarOp = defineScalar({
  name: "cbrt",
  arity: 1,
  dtype: toRealFloat,
  doc: "The cube root, of negative numbers too.",
  domain: [0.1, 10],
  maxUlp: 1,
  grad: (f, _inputs, out, g) => [f.div(g, f.mul(3, f.sqr(out)))],
  lower(b, [x]) {
    const size = b.cast(b.abs(x!), "f64");
    const t = b.op("pow", size, 1 / 3);
    const step = b.div(b.sub(b.div(size, b.mul(t, t)), t), 3);
    const isPlain = b.and(b.gt(size, 0), b.lt(size, Infinity));
    const root = x!.type === "f64" ? b.select(isPlain, b.add(t, step), size) : t;
    return b.copysign(b.cast(root, x!.type), x!);
  },
});

export const sigmoid: ScalarOp = unaryFloat({
  name: "sigmoid",
  doc: "1 / (1 + exp(-x)), for any x without overflow.",
  instruction: "sigmoid",
  domain: [-6, 6],
  derivative: (f, x, out) => f.mul(out, f.sigmoid(f.neg(x))),
});

export const softplus: ScalarOp = unaryFloat({
  name: "softplus",
  doc: "log(1 + exp(x)), for any x without overflow.",
  instruction: "softplus",
  domain: [-6, 6],
  derivative: (f, x) => f.sigmoid(x),
});
