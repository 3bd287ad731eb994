import { eye } from "../../../src/tensor/alloc.ts";
import { dcol, dmatrix, drow, dtensor3, dvector } from "../../../src/tensor/constructors.ts";
import { dimshuffle } from "../../../src/tensor/dimshuffle.ts";
import { dot, matmul } from "../../../src/tensor/dot.ts";
import * as M from "../../../src/tensor/math.ts";
import { sum } from "../../../src/tensor/reduction.ts";
import { diag, diagonal } from "../../../src/tensor/subtensor/index.ts";
import { tensorType } from "../../../src/tensor/type.ts";
import type { TensorVariable } from "../../../src/tensor/variable.ts";
import type { Examples } from "../example.ts";

const [A, B, C] = [dmatrix("A"), dmatrix("B"), dmatrix("C")];
const [x, y, t] = [dvector("x"), dvector("y"), dtensor3("t")];
const matrix = (n: number, k: number, name: string): TensorVariable =>
  tensorType("float64", [n, k]).makeVariable(null, 0, name) as TensorVariable;

/** A[i, k] * B[k, j] with new axes: i, k, j. */
const outer = (): TensorVariable => M.mul(dimshuffle(A, [0, 1, "x"]), dimshuffle(B, ["x", 0, 1]));

export const productExamples: Examples = {
  local_dot_chain: () => {
    const [P, Q, R] = [matrix(4, 2, "P"), matrix(2, 5, "Q"), matrix(5, 2, "R")];
    return {
      inputs: [A, B, C, x, y, P, Q, R],
      outputs: [dot(dot(A, B), x), dot(x, dot(B, A)), dot(dot(dot(A, C), B), y), dot(dot(P, Q), R)],
    };
  },
  local_sum_of_dot: () => ({
    inputs: [A, B, x],
    outputs: [sum(dot(A, B), { axis: 0 }), sum(dot(B, A), { axis: 1 }), sum(dot(A, A)), sum(dot(A, x))],
  }),
  local_diag_of_dot: () => ({
    inputs: [A, B],
    shapes: [
      [2, 4],
      [4, 3],
    ],
    outputs: [diagonal(dot(A, B))],
  }),
  local_dot_diag: () => {
    const [d, F, v] = [tensorType("float64", [3]).makeVariable(null, 0, "d") as TensorVariable, matrix(3, 3, "F"), x];
    return { inputs: [d, F, v], outputs: [dot(diag(d), F), dot(F, diag(d))] };
  },
  local_dot_identity: () => {
    const F = matrix(3, 3, "F");
    return { inputs: [F], outputs: [dot(eye(3), F), dot(F, eye(3))] };
  },
  local_dot_to_outer: () => {
    const [c, r] = [dcol("c"), drow("r")];
    return { inputs: [c, r], outputs: [dot(c, r)] };
  },
  local_sumsqr2dot: () => ({ inputs: [A, B], outputs: [sum(M.sqr(outer()), { axis: [0, 1] })] }),
  local_sum_mul_to_dot: () => ({ inputs: [A, B], outputs: [sum(outer(), { axis: 1 })] }),
  local_batched_dot_to_dot: () => ({ inputs: [t, A], outputs: [matmul(t, A)] }),
  local_sum_of_batched_dot: () => ({
    inputs: [t],
    shapes: [[2, 4, 3]],
    outputs: [sum(matmul(dimshuffle(t, [0, 2, 1]), M.exp(t)), { axis: 0 })],
  }),
  local_diag_of_diag: () => ({ inputs: [x], outputs: [diagonal(diag(x))] }),
};
