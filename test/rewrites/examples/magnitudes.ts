import { dvector, zvector } from "../../../src/tensor/constructors.ts";
import * as M from "../../../src/tensor/math.ts";
import { tensorType } from "../../../src/tensor/type.ts";
import type { TensorVariable } from "../../../src/tensor/variable.ts";
import type { Examples } from "../example.ts";

const [x, y] = [dvector("x"), dvector("y")];

export const magnitudeExamples: Examples = {
  local_even_function: () => ({
    inputs: [x],
    outputs: [M.cos(M.neg(x)), M.cosh(M.abs(x)), M.sqr(M.abs(x)), M.abs(M.neg(x)), M.pow(M.neg(x), 4)],
  }),
  local_sgn_of_positive: () => ({ inputs: [x], outputs: [M.sgn(M.exp(x)), M.sgn(M.sigmoid(x))] }),
  local_abs_of_unsigned: () => {
    const u = tensorType("uint8", [null]).makeVariable(null, 0, "u") as TensorVariable;
    return { inputs: [u], outputs: [M.abs(u)] };
  },
  local_max_of_max: () => ({
    inputs: [x, y],
    marker: true,
    outputs: [M.maximum(M.maximum(x, y), x), M.minimum(y, M.minimum(x, y))],
  }),
  local_max_of_min: () => ({
    inputs: [x, y],
    marker: true,
    outputs: [M.maximum(M.minimum(x, y), x), M.minimum(y, M.maximum(x, y))],
  }),
  local_useless_bound: () => ({ inputs: [x], outputs: [M.maximum(x, -Infinity), M.minimum(Infinity, x)] }),
  local_max_of_negs: () => ({ inputs: [x, y], outputs: [M.maximum(M.neg(x), M.neg(y))] }),
  local_abs_of_conj: () => {
    const z = zvector("z");
    return { inputs: [z], outputs: [M.abs(M.conj(z))], tame: true };
  },
};
