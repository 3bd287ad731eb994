import { dvector } from "../../../src/tensor/constructors.ts";
import * as M from "../../../src/tensor/math.ts";
import { constant } from "../../../src/tensor/constant.ts";
import type { Examples } from "../example.ts";

const [x, y] = [dvector("x"), dvector("y")];

export const specializeExamples: Examples = {
  local_pow_specialize: () => ({ inputs: [x], outputs: [2, 3, 4, 7, -1, -2].map((n) => M.pow(x, n)) }),
  local_pow_to_sqrt: () => ({ inputs: [x], outputs: [0.5, -0.5].map((n) => M.pow(x, n)) }),
  local_mul_to_sqr: () => ({ inputs: [x], outputs: [M.mul(x, x)] }),
  local_abs_merge: () => ({ inputs: [x, y], outputs: [M.mul(M.abs(x), M.abs(y))] }),
  local_div_by_power_of_two: () => ({ inputs: [x], outputs: [M.div(x, 4), M.div(x, -0.5)] }),
  constant_folding: () => ({ inputs: [], outputs: [M.add(constant([1, 2]), constant([3, 4]))] }),
};
