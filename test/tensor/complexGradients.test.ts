/** Gradients through complex numbers: with respect to their real and imaginary parts, by finite differences. */
import { describe, expect, it } from "vitest";
import { array } from "../../src/array/index.ts";
import * as theano from "../../src/index.ts";
import { tensor as T } from "../../src/index.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";
import { verifyGrad } from "../../src/verifyGrad.ts";
import { valueOf } from "./values.ts";

type Unary = (z: TensorVariable) => TensorVariable;
const POINTS = [
  [1, 2, 3],
  [0.5, -1, 2],
];
const both = (z: TensorVariable): TensorVariable => T.add(T.real(z), T.mul(T.imag(z), 3));

const FUNCTIONS: Readonly<Record<string, Unary>> = {
  identity: (z) => z,
  neg: T.neg,
  conj: T.conj,
  sqr: T.sqr,
  sqrt: T.sqrt,
  inv: T.inv,
  exp: T.exp,
  log: T.log,
  sin: T.sin,
  cos: T.cos,
  sinh: T.sinh,
  cosh: T.cosh,
  tan: T.tan,
  tanh: T.tanh,
  exp2: T.exp2,
  expm1: T.expm1,
  log2: T.log2,
  log10: T.log10,
  log1p: T.log1p,
  arcsin: T.arcsin,
  arccos: T.arccos,
  arctan: T.arctan,
  arcsinh: T.arcsinh,
  arccosh: T.arccosh,
  // On both sides of the cuts of its derivative.
  "arccosh of the negative": (z) => T.arccosh(T.neg(z)),
  arctanh: T.arctanh,
  abs: (z) => T.complex(T.abs(z), 0),
  "multiplied by itself reversed": (z) => T.mul(z, z.at("::-1")),
  "divided by itself reversed": (z) => T.div(z, z.at("::-1")),
  "to a power": (z) => T.pow(z, z.at("::-1")),
  "to a real power": (z) => T.pow(z, 2.5),
  sum: (z) => T.sum(z),
  prod: (z) => T.prod(z),
  cumsum: (z) => T.cumsum(z),
  cumprod: (z) => T.cumprod(z),
  "inner product": (z) => T.dot(z, z.at("::-1")),
  "outer product": (z) => T.outer(z, T.conj(z)),
  selection: (z) => z.at([0, 0, 2]),
  sort: (z) => T.sort(z),
};

describe("gradients of complex numbers", () => {
  it.each(Object.keys(FUNCTIONS))("%s", (name) => {
    verifyGrad((re, im) => both(FUNCTIONS[name]!(T.complex(re, im))), POINTS);
  });

  it("of the modulus at 0 are 0", () => {
    const z = T.zvector("z");
    const g = theano.grad(T.sum(T.abs(z)), z);
    const value = array(
      [
        { re: 0, im: 0 },
        { re: 3, im: -4 },
      ],
      "complex128",
    );
    expect(valueOf(g, [[z, value]])).toEqual([
      { re: 0, im: 0 },
      { re: 0.6, im: -0.8 },
    ]);
  });
});

describe("complex powers", () => {
  it("of 0 to the 0 are 1", () => {
    const z = T.constant(
      array(
        [
          { re: 0, im: 0 },
          { re: 0, im: 0 },
        ],
        "complex128",
      ),
    );
    expect(valueOf(T.pow(z, T.constant([0, 2])))).toEqual([
      { re: 1, im: 0 },
      { re: 0, im: 0 },
    ]);
  });

  it("of 0 are 0 where the exponent has a positive real part, else NaN, as NumPy's", () => {
    const exponents = [
      { re: 1, im: -3 },
      { re: -1, im: 1 },
      { re: 0, im: 1 },
    ];
    const zeros = T.zeros([3], "complex128");
    expect(valueOf(T.pow(zeros, T.constant(array(exponents, "complex128"))))).toEqual([
      { re: 0, im: 0 },
      { re: NaN, im: NaN },
      { re: NaN, im: NaN },
    ]);
  });
});
