import { describe, expect, it } from "vitest";
import { dmatrix, dscalar, dvector } from "../../src/tensor/constructors.ts";
import { dimshuffle } from "../../src/tensor/dimshuffle.ts";
import { dot } from "../../src/tensor/dot.ts";
import * as M from "../../src/tensor/math.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";
import { opsOf, rewritten } from "./driver.ts";

const [A, B, C, D] = [dmatrix("A"), dmatrix("B"), dmatrix("C"), dmatrix("D")];
const [a, b, x] = [dscalar("a"), dscalar("b"), dvector("x")];
const T = (v: TensorVariable): TensorVariable => dimshuffle(v, [1, 0]);

const ops = (...outputs: TensorVariable[]): string[] =>
  opsOf(rewritten({ inputs: [A, B, C, D, a, b, x], outputs })).filter((o) => !o.startsWith("InplaceDimShuffle"));

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
});
