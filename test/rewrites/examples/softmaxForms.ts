import { dmatrix, dvector } from "../../../src/tensor/constructors.ts";
import * as M from "../../../src/tensor/math.ts";
import { logsoftmax, softmax } from "../../../src/tensor/nnet/index.ts";
import { max, mean, sum } from "../../../src/tensor/reduction.ts";
import type { Examples } from "../example.ts";

const [x, y, z, m] = [dvector("x"), dvector("y"), dvector("z"), dmatrix("m")];
const rows = { axis: 1, keepdims: true } as const;

export const softmaxFormExamples: Examples = {
  local_softmax_of_exp: () => ({
    inputs: [m, x],
    full: true,
    outputs: [
      M.div(M.exp(m), sum(M.exp(m), rows)),
      M.div(M.exp(m), sum(M.exp(m), { axis: 0, keepdims: true })),
      M.div(M.exp(x), sum(M.exp(x), { axis: 0, keepdims: true })),
    ],
  }),
  local_logsoftmax_of_difference: () => ({
    inputs: [m],
    full: true,
    outputs: [M.sub(m, M.log(sum(M.exp(m), rows)))],
  }),
  local_exp_of_logsoftmax: () => ({ inputs: [m], outputs: [M.exp(logsoftmax(m))] }),
  local_softmax_of_shifted: () => ({
    inputs: [m],
    outputs: [softmax(M.sub(m, max(m, rows))), logsoftmax(M.add(m, 3))],
  }),
  local_log_sum_of_exps: () => ({
    inputs: [x, y, z],
    outputs: [M.log(M.add(M.exp(x), M.exp(y), M.exp(z))), M.log(M.add(1, M.exp(x), M.exp(M.neg(y))))],
  }),
  local_log_mean_exp: () => ({
    inputs: [m, x],
    full: true,
    outputs: [M.log(mean(M.exp(m), { axis: 1 })), M.log(M.div(sum(M.exp(x)), 4))],
  }),
};
