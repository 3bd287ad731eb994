import { dvector } from "../../../src/tensor/constructors.ts";
import * as M from "../../../src/tensor/math.ts";
import type { Examples } from "../example.ts";

const [x, y] = [dvector("x"), dvector("y")];

export const tailExamples: Examples = {
  local_log1mexp: () => ({ inputs: [x], outputs: [M.log(M.neg(M.expm1(M.neg(x))))] }),
  local_log1p_neg_exp: () => ({ inputs: [x], outputs: [M.log1p(M.neg(M.exp(M.neg(x))))] }),
  local_log_sub_exp: () => ({ inputs: [x, y], outputs: [M.log(M.sub(M.exp(M.add(x, 2)), M.exp(y)))] }),
  local_grad_log_erfc_neg: () => ({
    inputs: [x, y],
    outputs: [
      M.div(M.exp(M.neg(M.sqr(x))), M.erfc(x)),
      M.div(M.mul(y, M.exp(M.neg(M.mul(x, x)))), M.erfc(x)),
      M.div(M.mul(-2, M.exp(M.neg(M.pow(y, 2)))), M.erfc(y)),
    ],
  }),
};
