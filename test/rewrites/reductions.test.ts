import { describe, expect, it } from "vitest";
import { alloc } from "../../src/tensor/alloc.ts";
import { dmatrix, dscalar, dvector, imatrix, bvector } from "../../src/tensor/constructors.ts";
import * as M from "../../src/tensor/math.ts";
import { dimshuffle } from "../../src/tensor/dimshuffle.ts";
import { max, sum, any } from "../../src/tensor/reduction.ts";
import { shapeI } from "../../src/tensor/shape.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";
import { opsOf, rewritten } from "./driver.ts";

const [x, y, a] = [dvector("x"), dvector("y"), dscalar("a")];
const [m] = [dmatrix("m"), dmatrix("n")];

const ops = (out: TensorVariable, ...inputs: TensorVariable[]): string[] =>
  opsOf(rewritten({ inputs, outputs: [out] }));

describe("reductions", () => {
  it("keep a factor that varies along the axis", () => {
    expect(ops(sum(M.mul(m, x), { axis: 1 }), m, x)).toEqual([
      expect.stringContaining("DimShuffle"),
      "mul",
      "Sum{axis=[1]}",
    ]);
    expect(ops(sum(M.mul(x, dimshuffle(y, [0, "x"]))), x, y)).toContain("mul");
  });
  it("of integers widen first", () => {
    const b = bvector("b");
    const graph = rewritten({ inputs: [b], outputs: [sum(M.mul(b, b))] });
    expect(opsOf(graph)).toEqual(["sqr", "Sum{axis=[0]}"]);
    const i = imatrix("i");
    expect(ops(sum(sum(i, { axis: 0 })), i)).toEqual(["Sum{axis=[0]}", "Sum{axis=[0]}"]);
  });
  it("leave an extremum of a size that may be zero", () => {
    expect(ops(max(alloc(a, shapeI(x, 0))), a, x)).toContain("Max{axis=[0]}");
  });
  it("of conditions are merged", () => {
    expect(ops(any(any(M.gt(m, 0), { axis: 0 })), m)).toEqual(
      [expect.stringContaining("DimShuffle"), "gt", "Any{axis=[0, 1]}"].slice(1),
    );
  });
});
