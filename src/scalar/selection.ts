/** Choices among arguments, conversions, and parts of complex numbers. */
import { complexOf, isComplex, isDiscrete, type DType, realOf } from "../dtype.ts";
import { pair } from "./complexNumbers.ts";
import {
  choice,
  common,
  defineScalar,
  flat,
  realUpcast,
  refuse,
  upcast,
  type DtypeRule,
  type ScalarOp,
} from "./define.ts";
import { scalarTypeOf } from "./scalarTypes.ts";

export const switch_: ScalarOp = defineScalar({
  name: "switch",
  arity: 3,
  dtype: choice,
  doc: "x where the condition is not zero, else y. Both are computed.",
  maxUlp: 0,
  grad: (f, [c], _out, g) => [null, f.switch(c!, g, 0), f.switch(c!, 0, g)],
  lower: (b, [c, x, y]) => b.select(c!, x!, y!),
  complex: (b, [c, x, y]) => {
    const [p, q] = [pair(b, x!), pair(b, y!)];
    const condition = Array.isArray(c) ? b.ne(c[0], 0) : (c as never);
    return [b.select(condition, p[0], q[0]), b.select(condition, p[1], q[1])];
  },
});

export const clip: ScalarOp = defineScalar({
  name: "clip",
  arity: 3,
  dtype: realUpcast,
  doc: "x limited to [low, high]; NaN stays NaN.",
  domain: [
    [-3, 3],
    [-2, -1],
    [1, 2],
  ],
  maxUlp: 0,
  grad(f, [x, low, high], _out, g) {
    const inside = f.mul(f.ge(x!, low!), f.le(x!, high!));
    return [f.mul(g, inside), f.mul(g, f.lt(x!, low!)), f.mul(g, f.gt(x!, high!))];
  },
  lower(b, [x, low, high], result) {
    if (result === "bool") return b.and(b.or(x!, low!), high!);
    return b.min(b.max(x!, low!), high!);
  },
});

/** The second argument, with the shape of both: Theano's fill. */
export const second: ScalarOp = defineScalar({
  name: "second",
  arity: 2,
  dtype: { result: (dtypes) => dtypes[1]!, operands: (dtypes) => dtypes },
  doc: "The second argument, broadcast to the shape of both.",
  maxUlp: 0,
  grad: (_f, _inputs, _out, g) => [null, g],
  lower: (_b, [, y]) => y!,
  complex: (b, [, y]) => pair(b, y!),
});

export const tensorCopy: ScalarOp = defineScalar({
  name: "tensor_copy",
  arity: 1,
  dtype: upcast,
  doc: "A copy.",
  maxUlp: 0,
  grad: (_f, _inputs, _out, g) => [g],
  lower: (_b, [x]) => x!,
  complex: (b, [x]) => pair(b, x!),
});

const casts = new Map<DType, ScalarOp>();

/** The conversion to a dtype. Floats to integers saturate, NaN gives 0; the gradient passes where both are floats. */
export function castTo(dtype: DType): ScalarOp {
  let op = casts.get(dtype);
  if (op === undefined) {
    op = defineScalar({
      name: "cast",
      key: `cast{${dtype}}`,
      arity: 1,
      dtype: { result: () => dtype, operands: (dtypes) => dtypes },
      doc: `Conversion to ${dtype}.`,
      maxUlp: 0.5,
      grad: isDiscrete(dtype) ? flat : (_f, _inputs, _out, g) => [g],
      lower: (b, [x]) => b.cast(x!, scalarTypeOf(dtype)),
      complex(b, [x]) {
        const type = scalarTypeOf(dtype);
        const [re, im] = pair(b, x!);
        return isComplex(dtype) ? [b.cast(re, type), b.cast(im, type)] : b.cast(re, type);
      },
    });
    casts.set(dtype, op);
  }
  return op;
}

/** Complex in, real out; real numbers are their own real part. */
const part: DtypeRule = {
  result: (dtypes) => realOf(common(dtypes)),
  operands: (dtypes) => dtypes,
};

export const real: ScalarOp = defineScalar({
  name: "real",
  arity: 1,
  dtype: part,
  doc: "The real part.",
  maxUlp: 0,
  grad: (_f, _inputs, _out, g) => [g],
  lower: (_b, [x]) => x!,
  complex: (b, [x]) => pair(b, x!)[0],
});

export const imag: ScalarOp = defineScalar({
  name: "imag",
  arity: 1,
  dtype: part,
  doc: "The imaginary part; 0 for real numbers.",
  maxUlp: 0,
  grad: (f, _inputs, _out, g) => [f.complex(0, g)],
  lower: (b, [x]) => b.constant(x!.type, x!.type === "bool" ? false : 0),
  complex: (b, [x]) => pair(b, x!)[1],
});

export const conj: ScalarOp = defineScalar({
  name: "conj",
  arity: 1,
  dtype: upcast,
  doc: "The complex conjugate; real numbers stay.",
  maxUlp: 0,
  grad: (f, _inputs, _out, g) => [f.conj(g)],
  lower: (_b, [x]) => x!,
  complex: (b, [x]) => [pair(b, x!)[0], b.neg(pair(b, x!)[1])],
  algebra: { inverse: "conj" },
});

export const angle: ScalarOp = defineScalar({
  name: "angle",
  arity: 1,
  dtype: {
    result: (dtypes) => (common(dtypes) === "complex64" || common(dtypes) === "float32" ? "float32" : "float64"),
    operands: (dtypes) => {
      const d = common(dtypes);
      return [isComplex(d) ? d : d === "float32" ? "float32" : "float64"];
    },
  },
  doc: "The argument of a complex number, in [-pi, pi].",
  maxUlp: 2,
  grad(f, [z], _out, g) {
    const [re, im] = [f.real(z!), f.imag(z!)];
    return [f.div(f.mul(f.complex(f.neg(im), re), g), f.add(f.sqr(re), f.sqr(im)))];
  },
  lower: (b, [x]) =>
    b.select(b.lt(x!, 0), b.constant(x!.type, Math.PI), b.select(b.ne(x!, x!), x!, b.constant(x!.type, 0))),
  complex: (b, [x]) => b.op("atan2", pair(b, x!)[1], pair(b, x!)[0]),
});

const toComplex: DtypeRule = {
  result(dtypes, name) {
    const d = common(dtypes);
    return isComplex(d) ? refuse(name, d, "both parts must be real numbers.") : complexOf(d);
  },
  operands(dtypes) {
    const d = complexOf(common(dtypes)) === "complex64" ? "float32" : "float64";
    return dtypes.map(() => d);
  },
};

export const complex: ScalarOp = defineScalar({
  name: "complex",
  arity: 2,
  dtype: toComplex,
  doc: "The complex number x + iy of two real ones.",
  maxUlp: 0,
  grad: (f, _inputs, _out, g) => [f.real(g), f.imag(g)],
  lower: (_b, [x]) => x!,
  complex: (_b, [x, y]) => [x as never, y as never],
});

export const complexFromPolar: ScalarOp = defineScalar({
  name: "complex_from_polar",
  arity: 2,
  dtype: toComplex,
  doc: "The complex number of a modulus and an angle.",
  maxUlp: 2,
  grad(f, [r, t], _out, g) {
    const [re, im] = [f.real(g), f.imag(g)];
    const [cos, sin] = [f.cos(t!), f.sin(t!)];
    return [f.add(f.mul(re, cos), f.mul(im, sin)), f.mul(r!, f.sub(f.mul(im, cos), f.mul(re, sin)))];
  },
  lower: (_b, [x]) => x!,
  complex: (b, [r, t]) => [b.mul(r as never, b.op("cos", t as never)), b.mul(r as never, b.op("sin", t as never))],
});
