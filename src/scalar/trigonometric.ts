/** Trigonometric and hyperbolic functions and their inverses. Angles are in radians. */
import { cCos, cCosh, cSin, cSinh, cTan, cTanh } from "./complexFunctions.ts";
import { cArccos, cArccosh, cArcsin, cArcsinh, cArctan, cArctanh } from "./complexInverse.ts";
import { defineScalar, toRealFloat, type ScalarOp } from "./define.ts";
import { unaryFloat } from "./families.ts";

export const sin: ScalarOp = unaryFloat({
  name: "sin",
  doc: "The sine, for arguments of any size.",
  instruction: "sin",
  domain: [-4, 4],
  maxUlp: 1.5,
  derivative: (f, x) => f.cos(x),
  complex: cSin,
});

export const cos: ScalarOp = unaryFloat({
  name: "cos",
  doc: "The cosine, for arguments of any size.",
  instruction: "cos",
  domain: [-4, 4],
  maxUlp: 1.5,
  derivative: (f, x) => f.neg(f.sin(x)),
  complex: cCos,
});

export const tan: ScalarOp = unaryFloat({
  name: "tan",
  doc: "The tangent.",
  instruction: "tan",
  domain: [-1.2, 1.2],
  derivative: (f, _x, out) => f.add(f.sqr(out), 1),
  complex: cTan,
});

export const arcsin: ScalarOp = unaryFloat({
  name: "arcsin",
  doc: "The inverse sine, in [-pi/2, pi/2].",
  instruction: "asin",
  domain: [-0.9, 0.9],
  derivative: (f, x) => f.inv(f.sqrt(f.sub(1, f.sqr(x)))),
  complex: cArcsin,
});

export const arccos: ScalarOp = unaryFloat({
  name: "arccos",
  doc: "The inverse cosine, in [0, pi].",
  instruction: "acos",
  domain: [-0.9, 0.9],
  derivative: (f, x) => f.neg(f.inv(f.sqrt(f.sub(1, f.sqr(x))))),
  complex: cArccos,
});

export const arctan: ScalarOp = unaryFloat({
  name: "arctan",
  doc: "The inverse tangent, in [-pi/2, pi/2].",
  instruction: "atan",
  domain: [-4, 4],
  derivative: (f, x) => f.inv(f.add(f.sqr(x), 1)),
  complex: cArctan,
});

export const arctan2: ScalarOp = defineScalar({
  name: "arctan2",
  arity: 2,
  dtype: toRealFloat,
  doc: "The angle of the point (y, x) from the first axis, in [-pi, pi].",
  domain: [0.2, 3],
  maxUlp: 2,
  grad(f, [y, x], _out, g) {
    const share = f.div(g, f.add(f.sqr(x!), f.sqr(y!)));
    return [f.mul(share, x!), f.neg(f.mul(share, y!))];
  },
  lower: (b, [y, x]) => b.op("atan2", y!, x!),
});

export const sinh: ScalarOp = unaryFloat({
  name: "sinh",
  doc: "The hyperbolic sine.",
  instruction: "sinh",
  domain: [-3, 3],
  derivative: (f, x) => f.cosh(x),
  complex: cSinh,
  inverse: "arcsinh",
});

export const cosh: ScalarOp = unaryFloat({
  name: "cosh",
  doc: "The hyperbolic cosine.",
  instruction: "cosh",
  domain: [-3, 3],
  derivative: (f, x) => f.sinh(x),
  complex: cCosh,
});

export const tanh: ScalarOp = unaryFloat({
  name: "tanh",
  doc: "The hyperbolic tangent.",
  instruction: "tanh",
  domain: [-3, 3],
  derivative: (f, _x, out) => f.sub(1, f.sqr(out)),
  complex: cTanh,
  inverse: "arctanh",
});

export const arcsinh: ScalarOp = unaryFloat({
  name: "arcsinh",
  doc: "The inverse hyperbolic sine.",
  instruction: "asinh",
  domain: [-4, 4],
  derivative: (f, x) => f.inv(f.sqrt(f.add(f.sqr(x), 1))),
  complex: cArcsinh,
  inverse: "sinh",
});

export const arccosh: ScalarOp = unaryFloat({
  name: "arccosh",
  doc: "The inverse hyperbolic cosine; NaN below 1.",
  instruction: "acosh",
  domain: [1.2, 5],
  // One root of each factor: that of their product has the other sign for half of the complex numbers.
  derivative: (f, x) => f.inv(f.mul(f.sqrt(f.sub(x, 1)), f.sqrt(f.add(x, 1)))),
  complex: cArccosh,
});

export const arctanh: ScalarOp = unaryFloat({
  name: "arctanh",
  doc: "The inverse hyperbolic tangent.",
  instruction: "atanh",
  domain: [-0.9, 0.9],
  derivative: (f, x) => f.inv(f.sub(1, f.sqr(x))),
  complex: cArctanh,
  inverse: "tanh",
});

/** A multiplication by a constant. */
function scaling(name: string, inverse: string, factor: number, doc: string): ScalarOp {
  return defineScalar({
    name,
    arity: 1,
    dtype: toRealFloat,
    doc,
    maxUlp: 1,
    grad: (f, _inputs, _out, g) => [f.mul(g, factor)],
    lower: (b, [x]) => b.mul(x!, factor),
    algebra: { inverse },
  });
}

export const deg2rad: ScalarOp = scaling("deg2rad", "rad2deg", Math.PI / 180, "Degrees to radians.");
export const rad2deg: ScalarOp = scaling("rad2deg", "deg2rad", 180 / Math.PI, "Radians to degrees.");
