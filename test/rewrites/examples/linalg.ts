import { eye } from "../../../src/tensor/alloc.ts";
import { dmatrix, dscalar, dvector } from "../../../src/tensor/constructors.ts";
import { dimshuffle } from "../../../src/tensor/dimshuffle.ts";
import { dot } from "../../../src/tensor/dot.ts";
import { det, matrixInverse } from "../../../src/tensor/linalg/inverse.ts";
import { solve } from "../../../src/tensor/linalg/solve.ts";
import * as M from "../../../src/tensor/math.ts";
import { shapeI } from "../../../src/tensor/shape.ts";
import { diag } from "../../../src/tensor/subtensor/index.ts";
import { tensorType } from "../../../src/tensor/type.ts";
import type { TensorVariable } from "../../../src/tensor/variable.ts";
import type { Examples } from "../example.ts";

type V = TensorVariable;

const [A, B, b, d, c] = [dmatrix("A"), dmatrix("B"), dvector("b"), dvector("d"), dscalar("c")];
const fixed = (...shape: number[]): ((name: string) => V) => {
  return (name) => tensorType("float64", shape).makeVariable(null, 0, name) as V;
};
const [F, G] = ["F", "G"].map(fixed(3, 3)) as [V, V];
const [w, W] = [fixed(3)("w"), fixed(3, 2)("W")];

/** Far from singular, whatever the samples. */
const regular = (v: V): V => M.add(v, M.mul(20, eye(shapeI(v, 0), { dtype: v.dtype })));
/** A diagonal far from 0. */
const positive = (v: V): V => M.add(1, M.sqr(v));
const T = (v: V): V => dimshuffle(v, [1, 0]);

export const linalgExamples: Examples = {
  local_inv_of_inv: () => ({
    inputs: [A, F],
    tame: true,
    outputs: [matrixInverse(matrixInverse(regular(A))), matrixInverse(matrixInverse(regular(F)))],
  }),
  local_inv_of_diag: () => ({
    inputs: [d],
    tame: true,
    outputs: [matrixInverse(diag(positive(d))), matrixInverse(eye(shapeI(d, 0)))],
  }),
  local_inv_of_scaled: () => ({
    inputs: [A, B, c],
    tame: true,
    outputs: [matrixInverse(M.mul(c, regular(A))), matrixInverse(M.neg(regular(B)))],
  }),
  local_inv_dot_self: () => ({
    inputs: [F, G, A],
    tame: true,
    outputs: [
      dot(matrixInverse(regular(F)), regular(F)),
      dot(regular(G), matrixInverse(regular(G))),
      dot(matrixInverse(regular(dot(T(A), A))), regular(dot(T(A), A))),
    ],
  }),
  local_solve_of_dot: () => ({
    inputs: [F, w, W, b],
    shapes: [[3, 3], [3], [3, 2], [3]],
    tame: true,
    outputs: [
      solve(regular(F), dot(regular(F), w)),
      dot(regular(F), solve(regular(F), W)),
      solve(regular(F), dot(regular(F), b)),
    ],
  }),
  local_solve_of_diag: () => ({
    inputs: [d, b, B],
    tame: true,
    outputs: [solve(diag(positive(d)), b), solve(diag(positive(d)), B), solve(eye(shapeI(b, 0)), B)],
  }),
  local_solve_of_scaled: () => ({
    inputs: [A, B, b, c],
    tame: true,
    outputs: [solve(M.mul(c, regular(A)), B), solve(M.neg(regular(A)), b)],
  }),
  transinv_to_invtrans: () => ({ inputs: [A, b], tame: true, outputs: [dot(T(matrixInverse(regular(A))), b)] }),
  inv_as_solve: () => ({
    inputs: [A, B, F, b],
    tame: true,
    shapes: [[3, 3], [3, 3], [3, 3], [3]],
    outputs: [dot(matrixInverse(regular(A)), b), dot(B, matrixInverse(regular(F))), dot(b, matrixInverse(regular(B)))],
  }),
  local_det_of_inv: () => ({
    inputs: [A, B],
    tame: true,
    outputs: [det(matrixInverse(regular(A))), det(T(regular(B)))],
  }),
  local_det_of_scaled: () => ({
    inputs: [A, B, c],
    tame: true,
    outputs: [det(M.mul(c, regular(A))), det(M.neg(regular(B)))],
  }),
  local_det_of_diag: () => ({ inputs: [d], tame: true, outputs: [det(diag(positive(d))), det(eye(shapeI(d, 0)))] }),
  local_det_of_dot: () => ({ inputs: [F, G], tame: true, outputs: [det(dot(regular(F), regular(G)))] }),
};
