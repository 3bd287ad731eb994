import { dmatrix, dvector } from "../../../src/tensor/constructors.ts";
import * as M from "../../../src/tensor/math.ts";
import { prod } from "../../../src/tensor/reduction.ts";
import type { Examples } from "../example.ts";

const [x, y, m] = [dvector("x"), dvector("y"), dmatrix("m")];

/** Most rules of these tables are patterns: their left sides are made from them. */
export const exponentialExamples: Examples = {
  local_log_pow: () => ({ inputs: [x], outputs: [M.log(M.pow(x, 3)), M.log(M.pow(x, 4)), M.log(M.pow(x, -2))] }),
  local_pow_exp: () => ({ inputs: [x], outputs: [M.pow(M.exp(x), 2.5), M.pow(M.exp(x), -3)] }),
  local_prod_exp: () => ({ inputs: [m], outputs: [prod(M.exp(m), { axis: 1 })] }),
  local_tanh_of_exps: () => {
    const [p, q] = [M.exp(x), M.exp(M.neg(x))];
    return { inputs: [x], outputs: [M.div(M.sub(p, q), M.add(p, q)), M.div(M.sub(q, p), M.add(p, q))] };
  },
  local_mul_exp_to_exp_add: () => ({ inputs: [x, y], outputs: [M.mul(M.exp(x), y, M.exp(y))] }),
  local_div_exp_to_exp_sub: () => ({
    inputs: [x, y],
    outputs: [M.div(M.exp(x), M.exp(y)), M.div(y, M.exp(M.sin(x))), M.div(1, M.exp(M.sin(y)))],
  }),
};
