import { describe, expect, it } from "vitest";
import { alloc } from "../../src/tensor/alloc.ts";
import { dcol, dmatrix, drow, dscalar, dtensor3, dvector, imatrix, bvector } from "../../src/tensor/constructors.ts";
import { stack } from "../../src/tensor/join.ts";
import * as M from "../../src/tensor/math.ts";
import { dimshuffle } from "../../src/tensor/dimshuffle.ts";
import { max, min, prod, sum, any } from "../../src/tensor/reduction.ts";
import { factorRules, reductionRules } from "../../src/tensor/rewriting/reductions.ts";
import { shapeI } from "../../src/tensor/shape.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";
import { describeRules, opsOf, rewritten } from "./driver.ts";

const [x, y, a] = [dvector("x"), dvector("y"), dscalar("a")];
const [m, n] = [dmatrix("m"), dmatrix("n")];
const t = dtensor3("t");

describeRules("reductions", [...reductionRules, ...factorRules], {
  local_reduce_broadcastable: () => {
    const [r, c] = [drow("r"), dcol("c")];
    return { inputs: [r, c, a], outputs: [sum(r, { axis: 0 }), max(c), prod(c, { axis: 1 }), sum(a)] };
  },
  local_op_of_op: () => ({
    inputs: [t, m],
    outputs: [sum(sum(t, { axis: 1 }), { axis: 0 }), prod(prod(m, { axis: 1 })), max(max(t, { axis: 2 }), { axis: 1 })],
  }),
  local_reduce_of_alloc: () => ({
    inputs: [x, a, y],
    outputs: [
      sum(alloc(a, shapeI(x, 0), 5)),
      sum(alloc(x, 4, shapeI(x, 0)), { axis: 0 }),
      sum(alloc(x, 4, shapeI(x, 0))),
      prod(alloc(a, 3, shapeI(y, 0)), { axis: 0 }),
      max(alloc(x, 4, shapeI(x, 0)), { axis: 0 }),
    ],
  }),
  local_reduce_join: () => ({
    inputs: [x, y],
    outputs: [sum(stack([x, y]), { axis: 0 }), max(stack([x, y]), { axis: 0 }), min(stack([y, x, x]), { axis: 0 })],
  }),
  local_sum_prod_mul_by_scalar: () => ({
    inputs: [m, n, x, a],
    outputs: [
      sum(M.mul(2, m)),
      sum(M.mul(a, m, n), { axis: 0 }),
      sum(M.neg(n)),
      sum(M.div(m, dimshuffle(x, [0, "x"])), { axis: 1 }),
      sum(M.mul(n, x), { axis: 0 }),
    ],
  }),
  local_max_to_min: () => ({ inputs: [m], outputs: [M.neg(max(M.neg(m), { axis: 1 })), M.neg(min(M.neg(m)))] }),
});

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
