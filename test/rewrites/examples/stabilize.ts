import { dmatrix, dvector } from "../../../src/tensor/constructors.ts";
import * as M from "../../../src/tensor/math.ts";
import { sum } from "../../../src/tensor/reduction.ts";
import type { Examples } from "../example.ts";

const [x, y] = [dvector("x"), dvector("y")];
const m = dmatrix("m");

export const stabilizeExamples: Examples = {
  local_log_add: () => ({ inputs: [x, y], outputs: [M.log(M.add(M.exp(x), M.exp(y)))] }),
  local_log_sum_exp: () => ({ inputs: [m], outputs: [M.log(sum(M.exp(m), { axis: 1 }))] }),
  local_log1p: () => ({ inputs: [x], outputs: [M.log(M.add(1, x))] }),
  local_exp_over_1_plus_exp: () => ({
    inputs: [x, y],
    outputs: [M.div(M.exp(x), M.add(1, M.exp(x))), M.div(y, M.add(M.exp(x), 1)), M.inv(M.add(1, M.exp(y)))],
  }),
  local_sigm_times_exp: () => ({
    inputs: [x, y],
    outputs: [M.mul(M.mul(y, M.sigmoid(x)), M.exp(M.neg(x))), M.mul(M.exp(M.neg(y)), M.sigmoid(y))],
  }),
};
