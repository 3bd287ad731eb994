import { describe, expect, it } from "vitest";
import { dmatrix, dscalar, dtensor3, dvector } from "../../src/tensor/constructors.ts";
import { dimshuffle } from "../../src/tensor/dimshuffle.ts";
import { dot } from "../../src/tensor/dot.ts";
import * as M from "../../src/tensor/math.ts";
import { reshape } from "../../src/tensor/reshape.ts";
import { shapeI } from "../../src/tensor/shape.ts";
import { at } from "../../src/tensor/subtensor/index.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";
import { opsOf, rewritten } from "./driver.ts";

const [m, n, x] = [dmatrix("m"), dmatrix("n"), dvector("x"), dscalar("a")];
const t = dtensor3("t");

const ops = (out: TensorVariable, ...inputs: TensorVariable[]): string[] =>
  opsOf(rewritten({ inputs, outputs: [out] }));

describe("sizes", () => {
  it("need no values", () => {
    expect(ops(shapeI(M.add(x, x), 0), x)).toEqual(["Shape_i{0}"]);
    expect(ops(shapeI(dot(M.exp(m), M.exp(n)), 0), m, n)).toEqual(["Shape_i{0}"]);
    expect(ops(shapeI(at(x, "2:"), 0), x)).not.toContain("Subtensor");
  });
});

describe("axes of Theano's conformance table", () => {
  it("are simplified", () => {
    expect(ops(dimshuffle(dimshuffle(m, [0, "x", 1]), [0, 2]), m)).toEqual([]);
    expect(ops(dimshuffle(dimshuffle(m, [1, 0]), [0, "x", 1]), m)).toEqual(["InplaceDimShuffle{1,x,0}"]);
    expect(ops(reshape(reshape(m, [2, 3]), [6]), m)).toEqual(["Reshape{1}"]);
    expect(ops(reshape(M.exp(m), [6]), m)).toEqual(["Reshape{1}", "exp"]);
    expect(ops(dimshuffle(t, [2, 1, 0]), t)).toEqual(["InplaceDimShuffle{2,1,0}"]);
  });
  it("stay where a vector's size is asserted", () => {
    expect(ops(reshape(x, [3]), x)).toEqual(["Reshape{1}"]);
  });
});
