import { dmatrix, dscalar, dtensor3, dvector } from "../../../src/tensor/constructors.ts";
import { dimshuffle } from "../../../src/tensor/dimshuffle.ts";
import { join } from "../../../src/tensor/join.ts";
import * as M from "../../../src/tensor/math.ts";
import { softmax } from "../../../src/tensor/nnet/index.ts";
import { all, any, argmax, argmin, max, min, prod, sum } from "../../../src/tensor/reduction.ts";
import { reshape } from "../../../src/tensor/reshape.ts";
import { tensorType } from "../../../src/tensor/type.ts";
import type { TensorVariable } from "../../../src/tensor/variable.ts";
import type { Examples } from "../example.ts";

const [x, y, a, m] = [dvector("x"), dvector("y"), dscalar("a"), dmatrix("m")];
const t = dtensor3("t");
const fixed = (...shape: number[]): TensorVariable =>
  tensorType("float64", shape).makeVariable(null, 0, "f") as TensorVariable;

export const reductionLawExamples: Examples = {
  local_reduce_joined: () => {
    const [f, g] = [fixed(2, 3), fixed(4, 3)];
    const [p, q] = [M.gt(x, 0.7), M.gt(y, 0.7)];
    return {
      inputs: [x, y, f, g],
      outputs: [sum(join(0, x, y, x)), prod(join(0, x, y)), max(join(0, f, g), { axis: 0 }), any(join(0, p, q))],
    };
  },
  local_reduce_dimshuffle: () => ({
    inputs: [m, t],
    shapes: [
      [2, 3],
      [2, 3, 4],
    ],
    outputs: [
      sum(dimshuffle(m, [1, 0])),
      max(dimshuffle(m, [1, 0]), { axis: 0 }),
      sum(dimshuffle(t, [2, "x", 0, 1]), { axis: 2 }),
    ],
  }),
  local_reduce_reshape: () => {
    const f = fixed(2, 6);
    return { inputs: [f], outputs: [sum(reshape(f, [3, 4])), max(reshape(f, [12]))] };
  },
  local_any_of_not: () => {
    const [b, c] = [M.gt(m, 0.7), M.lt(m, 0.4)];
    return { inputs: [m], outputs: [any(M.invert(b)), all(M.invert(c), { axis: 0 })] };
  },
  local_argmax_of_neg: () => ({ inputs: [m], outputs: [argmax(M.neg(m), { axis: 1 }), argmin(M.neg(m))] }),
  local_prod_mul_by_scalar: () => ({
    inputs: [a, x, m],
    outputs: [
      prod(M.mul(a, x)),
      prod(M.mul(2, m), { axis: 1 }),
      prod(M.div(m, dimshuffle(x, [0, "x"])), { axis: 1 }),
      prod(M.div(a, x)),
    ],
    tame: true,
  }),
  local_max_to_min: () => ({ inputs: [m], outputs: [max(M.neg(m)), M.neg(min(M.neg(M.exp(m)), { axis: 0 }))] }),
  local_max_of_increasing: () => ({
    inputs: [m],
    outputs: [max(M.exp(m), { axis: 0 }), min(M.tanh(m)), max(M.floor(m))],
  }),
  local_argmax_of_increasing: () => ({
    inputs: [m],
    outputs: [
      argmax(softmax(m), { axis: 1 }),
      argmin(M.exp(m)),
      argmax(M.mul(2, m), { axis: 0 }),
      argmax(M.add(m, 1), { axis: 0 }),
    ],
  }),
};
