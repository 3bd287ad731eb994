import { dscalar, dvector } from "../../../src/tensor/constructors.ts";
import * as M from "../../../src/tensor/math.ts";
import type { Examples } from "../example.ts";

const [x, y, a] = [dvector("x"), dvector("y"), dscalar("a")];

export const collectingExamples: Examples = {
  local_add_like_terms: () => ({
    inputs: [x, y],
    outputs: [
      M.add(x, x),
      M.add(M.mul(2, x), y, M.mul(3, x)),
      M.sub(M.mul(3, y), M.mul(2, y)),
      M.sub(y, M.add(x, M.mul(x, 0.5))),
    ],
  }),
  local_mul_pow_to_pow_add: () => ({
    inputs: [x, y],
    outputs: [M.mul(M.pow(x, 2), M.pow(x, 3)), M.mul(M.sqr(x), y, x), M.mul(x, x, x, x, x)],
    tame: true,
  }),
  local_div_pow_to_pow_sub: () => ({
    inputs: [x, y],
    outputs: [
      M.div(M.pow(x, 5), M.pow(x, 2)),
      M.div(M.mul(y, M.sqr(x)), M.pow(x, 3)),
      M.mul(M.sqrt(x), y, M.sqrt(x)),
      M.div(y, M.sqrt(y)),
    ],
  }),
  local_factor_out: () => ({
    inputs: [a, x, y],
    outputs: [M.add(M.mul(a, x), M.mul(a, y)), M.sub(M.mul(x, y), M.mul(M.exp(x), y))],
  }),
};
