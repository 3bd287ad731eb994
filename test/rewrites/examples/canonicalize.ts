import { dvector, fvector, ivector } from "../../../src/tensor/constructors.ts";
import * as M from "../../../src/tensor/math.ts";
import { shapeI } from "../../../src/tensor/shape.ts";
import { constant } from "../../../src/tensor/constant.ts";
import type { Examples } from "../example.ts";

const [x, y, z] = [dvector("x"), dvector("y"), dvector("z"), dvector("w")];
const positive = M.gt(x, 0.7);

export const canonicalizeExamples: Examples = {
  local_mul_switch_sink: () => ({ inputs: [x, y], outputs: [M.mul(M.switch_(positive, x, 0), y)] }),
  local_div_switch_sink: () => ({ inputs: [x, y], outputs: [M.div(M.switch_(positive, 0, x), y)] }),
  local_mul_specialize: () => ({ inputs: [x, y], outputs: [M.mul(-1, x), M.sub(x, M.mul(x, -1, y))] }),
  local_func_inv: () => ({
    inputs: [x, y],
    outputs: [
      M.neg(M.neg(x)),
      M.arccosh(M.cosh(x)),
      M.arctanh(M.tanh(x)),
      M.cosh(M.arccosh(y)),
      M.sin(M.arcsin(M.tanh(x))),
      M.tan(M.arctan(x)),
    ],
  }),
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
  local_max_idempotent: () => ({ inputs: [x], marker: true, outputs: [M.maximum(x, x)] }),
  local_useless_fill: () => ({ inputs: [x, y], outputs: [M.fill(x, 3), M.fill(x, y)] }),
};
