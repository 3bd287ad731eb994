import { describe, expect, it } from "vitest";
import { dmatrix, dscalar, dvector, lmatrix } from "../../src/tensor/constructors.ts";
import { dimshuffle } from "../../src/tensor/dimshuffle.ts";
import { dot } from "../../src/tensor/dot.ts";
import * as M from "../../src/tensor/math.ts";
import { shapeI } from "../../src/tensor/shape.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";
import { opsOf, rewritten } from "./driver.ts";

const [A, B, C, D] = [dmatrix("A"), dmatrix("B"), dmatrix("C"), dmatrix("D")];
const [a, b, x, y] = [dscalar("a"), dscalar("b"), dvector("x"), dvector("y")];
const T = (v: TensorVariable): TensorVariable => dimshuffle(v, [1, 0]);

const ops = (...outputs: TensorVariable[]): string[] =>
  opsOf(rewritten({ inputs: [A, B, C, D, a, b, x, y], outputs })).filter((o) => !o.startsWith("InplaceDimShuffle"));

describe("gemm", () => {
  it("takes scales, signs and transposes", () => {
    expect(ops(M.add(M.mul(a, C), M.mul(b, dot(A, B))))).toEqual(["Gemm{no_inplace}"]);
    expect(ops(M.sub(C, dot(A, B)))).toEqual(["Gemm{no_inplace}"]);
    expect(ops(M.sub(M.mul(2, A), M.mul(3, dot(T(B), C))))).toEqual(["Gemm{no_inplace}"]);
    expect(ops(M.add(dot(A, B), dot(C, D)))).toEqual(["dot", "Gemm{no_inplace}"]);
  });
  it("takes what is added to the product inside a multiple", () => {
    expect(
      ops(M.sub(C, M.mul(0.1, M.add(dot(A, B), M.mul(0.01, C))))).filter((o) => o === "Gemm{no_inplace}"),
    ).toHaveLength(1);
  });
  it("leaves a product alone that somebody else uses", () => {
    expect(ops(M.add(A, dot(B, C)), dot(B, C))).toEqual(["dot", "add"]);
  });
  it("leaves a row alone that is added to every row", () => {
    expect(ops(M.add(x, dot(A, B)))).toEqual(["dot", "add"]);
  });
  it("does not reorder products", () => {
    expect(ops(dot(dot(A, B), C))).toEqual(["dot", "dot"]);
  });
  it("scales a sum with a product in it", () => {
    expect(ops(M.mul(2, M.add(C, dot(A, B))))).toEqual(["Gemm{no_inplace}"]);
    expect(ops(M.add(M.mul(M.mul(a, b), C), M.mul(dot(A, B), b, 2)))).toEqual(["mul", "mul", "Gemm{no_inplace}"]);
  });
  it("leaves a row alone that is added to a scaled product", () => {
    expect(ops(M.add(x, M.mul(2, dot(A, B))))).toEqual(["Dot22Scalar", "add"]);
  });
});

describe("dot22scalar", () => {
  it("takes scalars, signs, and divisors whose reciprocal is a number", () => {
    for (const v of [
      M.mul(a, dot(A, B)),
      M.mul(2, dot(A, B)),
      M.neg(dot(A, B)),
      M.div(dot(A, B), 3),
      dot(M.mul(a, A), B),
      dot(M.neg(A), B),
      M.neg(dot(M.mul(2, A), M.mul(0.1, B))),
    ]) {
      expect(ops(v)).toEqual(["Dot22Scalar"]);
    }
    expect(ops(M.div(dot(A, B), M.cast(shapeI(A, 0), "float64")))).toEqual([
      "Shape_i{0}",
      "cast",
      "inv",
      "Dot22Scalar",
    ]);
  });
  it("does not divide by what may be as small as the smallest number", () => {
    expect(ops(M.div(dot(A, B), a))).toEqual(["dot", "true_div"]);
    expect(ops(M.div(dot(A, B), 1e-310))).toEqual(["dot", "true_div"]);
  });
  it("leaves a product alone that somebody else uses", () => {
    expect(ops(M.mul(a, dot(B, C)), dot(B, C))).toEqual(["dot", "mul"]);
  });
  it("is not made of integers", () => {
    const m = lmatrix("m");
    expect(opsOf(rewritten({ inputs: [m], outputs: [M.mul(2, dot(m, m))] }))).toEqual(["dot", "mul"]);
    expect(opsOf(rewritten({ inputs: [m], outputs: [M.div(m, 2)] }))).toEqual(["true_div"]);
  });
});

describe("gemv", () => {
  it("takes what is added to the product of a matrix and a vector", () => {
    expect(ops(M.add(x, dot(A, y)))).toEqual(["Gemv{no_inplace}"]);
    expect(ops(M.sub(M.mul(a, x), M.mul(b, dot(y, A))))).toEqual(["neg", "Gemv{no_inplace}"]);
    expect(ops(M.add(dot(A, x), dot(B, y)))).toEqual(["dot", "Gemv{no_inplace}"]);
    expect(ops(M.mul(2, dot(A, x)))).toEqual(["Dot22Scalar"]);
  });
  it("leaves the sum to an elementwise function that has a loop anyway", () => {
    expect(ops(M.tanh(M.add(x, dot(A, y))))).toEqual(["dot", "add", "tanh"]);
    expect(ops(M.exp(M.mul(2, dot(A, y))))).toEqual(["dot", "mul", "exp"]);
  });
  it("leaves scalars alone", () => {
    expect(ops(M.mul(a, dot(x, y)))).toEqual(["dot", "mul"]);
  });
});
