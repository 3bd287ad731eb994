import { dmatrix, dscalar, dvector } from "../../../src/tensor/constructors.ts";
import { full } from "../../../src/tensor/alloc.ts";
import { dimshuffle } from "../../../src/tensor/dimshuffle.ts";
import { dot } from "../../../src/tensor/dot.ts";
import * as M from "../../../src/tensor/math.ts";
import { shapeI } from "../../../src/tensor/shape.ts";
import type { TensorVariable } from "../../../src/tensor/variable.ts";
import type { Examples } from "../example.ts";

const [A, B, C, D] = [dmatrix("A"), dmatrix("B"), dmatrix("C"), dmatrix("D")];
const [a, b, x, y] = [dscalar("a"), dscalar("b"), dvector("x"), dvector("y")];
const T = (v: TensorVariable): TensorVariable => dimshuffle(v, [1, 0]);

export const blasExamples: Examples = {
  local_0_dot_x: () => ({ inputs: [A, B], outputs: [dot(full([shapeI(B, 0), shapeI(A, 0)], 0, "float64"), A)] }),
  local_lift_transpose_through_dot: () => ({ inputs: [A, B], outputs: [T(dot(A, B))] }),
  local_dot_of_scaled: () => ({
    inputs: [A, B, a, x, y],
    outputs: [dot(M.mul(a, A), B), dot(M.mul(2, B), M.mul(A, 3, a)), dot(M.neg(A), x), dot(x, M.neg(M.mul(a, y)))],
  }),
  local_dot22_to_dot22scalar: () => ({
    inputs: [A, B, C, D, a, b, x],
    outputs: [
      M.mul(a, dot(A, B)),
      M.mul(2, a, dot(B, A), b),
      M.neg(dot(C, D)),
      M.div(dot(D, C), 4),
      M.div(dot(C, B), M.cast(shapeI(C, 0), "float64")),
      M.mul(-0.5, dot(A, x)),
    ],
  }),
  gemm_optimizer: () => ({
    inputs: [A, B, C, D, a, b, x, y],
    outputs: [
      M.add(M.mul(a, C), M.mul(b, dot(A, B))),
      M.sub(C, dot(B, A)),
      M.sub(dot(A, A), M.mul(2, C)),
      M.sub(D, M.mul(0.1, M.add(dot(B, B), M.mul(0.5, D)))),
      M.add(dot(C, D), M.mul(a, dot(D, C))),
      M.mul(2, M.add(D, dot(D, D))),
      M.div(M.sub(dot(C, A), M.mul(b, D)), 3),
      M.add(y, dot(A, x)),
      M.sub(M.mul(a, x), M.mul(b, dot(y, A))),
    ],
  }),
};
