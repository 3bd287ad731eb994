import { describe, expect, it } from "vitest";
import {
  bvector,
  dmatrix,
  dscalar,
  dvector,
  fvector,
  ivector,
  lvector,
  wvector,
} from "../../src/tensor/constructors.ts";
import * as M from "../../src/tensor/math.ts";
import { canonicalizeRules } from "../../src/tensor/rewriting/canonicalize.ts";
import { chainRules } from "../../src/tensor/rewriting/chains.ts";
import { shapeI } from "../../src/tensor/shape.ts";
import { constant } from "../../src/tensor/constant.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";
import { describeRules, opsOf, rewritten } from "./driver.ts";

const [x, y, z, w] = [dvector("x"), dvector("y"), dvector("z"), dvector("w")];
const positive = M.gt(x, 0.7);

describeRules(
  "canonicalize",
  canonicalizeRules.filter((r) => !chainRules.includes(r)),
  {
    local_mul_switch_sink: () => ({ inputs: [x, y], outputs: [M.mul(M.switch_(positive, x, 0), y)] }),
    local_div_switch_sink: () => ({ inputs: [x, y], outputs: [M.div(M.switch_(positive, 0, x), y)] }),
    local_func_inv: () => ({ inputs: [x], outputs: [M.neg(M.neg(x)), M.arccosh(M.cosh(x)), M.arctanh(M.tanh(x))] }),
    local_neg_odd: () => ({ inputs: [x], outputs: [M.neg(M.erf(M.neg(x))), M.neg(M.tanh(M.neg(x)))] }),
    local_idempotent: () => ({ inputs: [x], outputs: [M.floor(M.ceil(x)), M.abs(M.exp(x)), M.sgn(M.sgn(x))] }),
    local_cast_cast: () => {
      const f = fvector("f");
      return { inputs: [f], outputs: [M.cast(M.cast(f, "float64"), "float32")] };
    },
    local_useless_switch: () => ({
      inputs: [x, y],
      outputs: [M.switch_(constant(false), x, y), M.switch_(positive, y, y)],
    }),
    local_switch_of_switch: () => ({
      inputs: [x, y, z],
      outputs: [M.switch_(positive, M.switch_(positive, x, y), M.switch_(positive, y, z))],
    }),
    local_merge_switch_same_cond: () => ({
      inputs: [x, y, z],
      outputs: [M.add(M.switch_(positive, x, y), M.switch_(positive, z, x))],
    }),
    local_pow_canonicalize: () => ({ inputs: [x], outputs: [M.pow(x, 1), M.pow(x, 0)] }),
    local_useless_elemwise: () => {
      const i = ivector("i");
      return { inputs: [i], outputs: [M.eq(i, i), M.lt(i, i)] };
    },
    local_useless_elemwise_comparison: () => ({
      inputs: [x],
      outputs: [M.ge(shapeI(x, 0), 0), M.lt(shapeI(x, 0), 0), M.maximum(shapeI(x, 0), 0)],
    }),
    local_extrema_of_constants: () => ({ inputs: [x], outputs: [M.maximum(M.maximum(x, 0.3), 0.4)] }),
    local_bits_with_constant: () => {
      const b = M.gt(x, y);
      return { inputs: [x, y], outputs: [M.and(b, true), M.or(b, false), M.xor(b, true)] };
    },
    local_max_idempotent: () => ({ inputs: [x], outputs: [M.maximum(x, x)] }),
    local_useless_fill: () => ({ inputs: [x, y], outputs: [M.fill(x, 3), M.fill(x, y)] }),
  },
);

const ops = (out: TensorVariable, ...inputs: TensorVariable[]): string[] =>
  opsOf(rewritten({ inputs, outputs: [out] }));

describe("identities of Theano's conformance table", () => {
  it("hold", () => {
    expect(ops(M.deg2rad(M.rad2deg(x)), x)).toEqual([]);
    expect(ops(M.div(M.neg(x), M.neg(y)), x, y)).toEqual(["true_div"]);
    expect(ops(M.mul(M.neg(x), M.neg(y)), x, y)).toEqual(["mul"]);
    expect(ops(M.switch_(constant(0), x, y), x, y)).toEqual([]);
    const a = dscalar("a");
    expect(ops(M.switch_(M.lt(a, 0), x, x), a, x)).toEqual([]);
    expect(ops(M.add(x, M.fill(x, 0)), x)).toEqual([]);
    expect(ops(M.add(M.fill(x, 3), y), x, y)).toEqual(["add"]);
  });
});

describe("dtypes", () => {
  it("are kept when the wider term is cancelled", () => {
    const [a, b, c] = [bvector("a"), wvector("b"), bvector("c")];
    const graph = rewritten({ inputs: [a, b, c], outputs: [M.sub(M.add(M.add(a, b), c), b)] });
    expect((graph.outputs[0] as TensorVariable).dtype).toBe("int16");
    expect(opsOf(graph)).toEqual(["cast", "add"]);
  });
  it("decide whether a cast may go", () => {
    const [f, l] = [fvector("f"), lvector("l")];
    expect(ops(M.cast(M.cast(f, "int32"), "float32"), f)).toEqual(["cast", "cast"]);
    expect(ops(M.cast(M.cast(l, "float64"), "int64"), l)).toEqual(["cast", "cast"]);
    const i = ivector("i");
    expect(ops(M.cast(M.cast(i, "float64"), "int32"), i)).toEqual([]);
  });
  it("of branches hinder merging", () => {
    const [a, b] = [bvector("a"), lvector("b")];
    const s = M.add(M.switch_(M.gt(x, 0), a, b), M.switch_(M.gt(x, 0), b, a));
    expect(ops(s, a, b, x).filter((o) => o === "switch")).toHaveLength(2);
  });
});

describe("broadcasting", () => {
  it("is kept by identities", () => {
    const m = dmatrix("m");
    expect(ops(M.maximum(m, m), m)).toEqual([]);
    expect(ops(M.switch_(constant(true), w, m), w, m)).toEqual(
      ["DimShuffle", "Shape_i{0}", "Shape_i{1}", "Alloc"].map((o) => expect.stringContaining(o.slice(0, 7))),
    );
  });
});
