import { alloc } from "../../../src/tensor/alloc.ts";
import { dcol, dmatrix, drow, dscalar, dtensor3, dvector } from "../../../src/tensor/constructors.ts";
import { stack } from "../../../src/tensor/stack.ts";
import * as M from "../../../src/tensor/math.ts";
import { dimshuffle } from "../../../src/tensor/dimshuffle.ts";
import { max, min, prod, sum } from "../../../src/tensor/reduction.ts";
import { shapeI } from "../../../src/tensor/shape.ts";
import type { Examples } from "../example.ts";

const [x, y, a] = [dvector("x"), dvector("y"), dscalar("a")];
const [m, n] = [dmatrix("m"), dmatrix("n")];
const t = dtensor3("t");

export const reductionsExamples: Examples = {
  local_reduce_broadcastable: () => {
    const [r, c] = [drow("r"), dcol("c")];
    return { inputs: [r, c, a], outputs: [sum(r, { axis: 0 }), max(c), prod(c, { axis: 1 }), sum(a)] };
  },
  local_op_of_op: () => ({
    inputs: [t, m],
    outputs: [sum(sum(t, { axis: 1 }), { axis: 0 }), prod(prod(m, { axis: 1 })), max(max(t, { axis: 2 }), { axis: 1 })],
  }),
  local_reduce_of_alloc: () => ({
    inputs: [x, a, y],
    marker: true,
    outputs: [
      sum(alloc(a, shapeI(x, 0), 5)),
      sum(alloc(x, 4, shapeI(x, 0)), { axis: 0 }),
      sum(alloc(x, 4, shapeI(x, 0))),
      prod(alloc(a, 3, shapeI(y, 0)), { axis: 0 }),
      max(alloc(x, 4, shapeI(x, 0)), { axis: 0 }),
    ],
  }),
  local_reduce_join: () => ({
    inputs: [x, y, a],
    outputs: [
      sum(stack([x, y]), { axis: 0 }),
      max(stack([x, y]), { axis: 0 }),
      min(stack([y, x, x]), { axis: 0 }),
      prod(stack([a, M.exp(a), M.neg(a)])),
      max(stack([a, M.exp(a)])),
    ],
  }),
  local_sum_prod_mul_by_scalar: () => ({
    inputs: [m, n, x, a],
    outputs: [
      sum(M.mul(2, m)),
      sum(M.mul(a, m, n), { axis: 0 }),
      sum(M.neg(n)),
      sum(M.div(m, dimshuffle(x, [0, "x"])), { axis: 1 }),
      sum(M.mul(n, x), { axis: 0 }),
    ],
  }),
  local_max_to_min: () => ({ inputs: [m], outputs: [M.neg(max(M.neg(m), { axis: 1 })), M.neg(min(M.neg(m)))] }),
};
