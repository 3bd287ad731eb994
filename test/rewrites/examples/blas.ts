import { dmatrix, dscalar, dvector } from "../../../src/tensor/constructors.ts";
import { full } from "../../../src/tensor/alloc.ts";
import { dimshuffle } from "../../../src/tensor/dimshuffle.ts";
import { dot } from "../../../src/tensor/dot.ts";
import * as M from "../../../src/tensor/math.ts";
import { shapeI } from "../../../src/tensor/shape.ts";
import type { TensorVariable } from "../../../src/tensor/variable.ts";
import type { Examples } from "../example.ts";

const [A, B, C, D] = [dmatrix("A"), dmatrix("B"), dmatrix("C"), dmatrix("D")];
const [a, b] = [dscalar("a"), dscalar("b"), dvector("x")];
const T = (v: TensorVariable): TensorVariable => dimshuffle(v, [1, 0]);

export const blasExamples: Examples = {
  local_0_dot_x: () => ({ inputs: [A, B], outputs: [dot(full([shapeI(B, 0), shapeI(A, 0)], 0, "float64"), A)] }),
  local_lift_transpose_through_dot: () => ({ inputs: [A, B], outputs: [T(dot(A, B))] }),
  gemm_optimizer: () => ({
    inputs: [A, B, C, D, a, b],
    outputs: [
      M.add(M.mul(a, C), M.mul(b, dot(A, B))),
      M.sub(C, dot(B, A)),
      M.sub(dot(A, A), M.mul(2, C)),
      M.sub(D, M.mul(0.1, M.add(dot(B, B), M.mul(0.5, D)))),
      M.add(dot(C, D), M.mul(a, dot(D, C))),
    ],
  }),
};
