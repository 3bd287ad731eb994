import { arange, full } from "../../../src/tensor/alloc.ts";
import { dmatrix, dscalar, dvector, ivector } from "../../../src/tensor/constructors.ts";
import * as M from "../../../src/tensor/math.ts";
import { softmax, LogSoftmax } from "../../../src/tensor/nnet/index.ts";
import { dimshuffle } from "../../../src/tensor/dimshuffle.ts";
import { sum } from "../../../src/tensor/reduction.ts";
import { shapeI } from "../../../src/tensor/shape.ts";
import { AdvancedIncSubtensor, at } from "../../../src/tensor/subtensor/index.ts";
import type { TensorVariable } from "../../../src/tensor/variable.ts";
import type { Examples } from "../example.ts";

type T = TensorVariable;
const [z, v, s] = [dmatrix("z"), dvector("v"), dscalar("s")];
const y = ivector("y");
const rows = arange(shapeI(y, 0));
const p = softmax(z);
const zeros = full([shapeI(y, 0), shapeI(z, 1)], 0, "float64");
const scatter = (value: T): T => new AdvancedIncSubtensor([0, 1], false, false).call(zeros, value, rows, y) as T;
const base = { below: 3, tame: true } as const;

export const softmaxExamples: Examples = {
  local_logsoftmax: () => ({ ...base, inputs: [z], outputs: [M.log(p)] }),
  local_log_softmax_selection: () => ({ ...base, inputs: [z, y], outputs: [M.log(at(p, rows, y))] }),
  local_inc_of_softmax_quotient: () => ({
    ...base,
    inputs: [z, y, v],
    outputs: [scatter(M.div(v, at(p, rows, y)))],
  }),
  local_mul_div_cancel: () => {
    // The quotient has another use: the canonical product cannot open it.
    const quotient = M.div(M.exp(z), M.add(z, 2));
    return { inputs: [z], outputs: [M.mul(quotient, M.add(z, 2)), quotient] };
  },
  local_logsoftmax_grad: () => ({
    ...base,
    inputs: [z, v],
    outputs: [M.mul(p, M.sub(M.div(z, p), dimshuffle(v, [0, "x"])))],
  }),
  local_logsoftmax_grad_plus: () => ({
    ...base,
    inputs: [z, v],
    outputs: [M.mul(M.add(M.div(z, p), dimshuffle(v, [0, "x"])), p)],
  }),
  local_sum_of_one_per_row: () => ({
    ...base,
    inputs: [z, y, v, s],
    outputs: [sum(scatter(v), { axis: 1 }), sum(scatter(s), { axis: 1 })],
  }),
  local_advanced_indexing_crossentropy_onehot_grad: () => ({
    ...base,
    inputs: [z, y, v, s],
    outputs: [scatter(v), scatter(s)],
  }),
  local_softmax_grad_scale: () => ({
    ...base,
    inputs: [z, s],
    outputs: [
      M.sub(M.switch_(M.gt(z, 0.5), s, 0), M.mul(p, s)),
      M.sub(M.mul(p, s), M.switch_(M.gt(z, 0.5), s, 0)),
      M.add(M.switch_(M.gt(z, 0.5), M.neg(s), 0), M.mul(s, p)),
    ],
  }),
  local_softmax_expand: () => ({ ...base, inputs: [z], outputs: [p, new LogSoftmax(1).call(z) as T] }),
};
