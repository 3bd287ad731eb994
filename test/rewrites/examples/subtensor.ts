import { alloc, full } from "../../../src/tensor/alloc.ts";
import { dmatrix, dscalar, dvector, ivector, lscalar } from "../../../src/tensor/constructors.ts";
import { dimshuffle } from "../../../src/tensor/dimshuffle.ts";
import { dot } from "../../../src/tensor/dot.ts";
import { join } from "../../../src/tensor/join.ts";
import { stack } from "../../../src/tensor/stack.ts";
import * as M from "../../../src/tensor/math.ts";
import { shapeI } from "../../../src/tensor/shape.ts";
import { at, flatnonzero, incSubtensor, IncSubtensor, setSubtensor } from "../../../src/tensor/subtensor/index.ts";
import { tensorType } from "../../../src/tensor/type.ts";
import type { TensorVariable } from "../../../src/tensor/variable.ts";
import type { Examples } from "../example.ts";

const [x, y, a] = [dvector("x"), dvector("y"), dscalar("a")];
const [m, n] = [dmatrix("m"), dmatrix("n")];
const i = lscalar("i");
const index = ivector("index");

const all = { kind: "slice", start: null, stop: null, step: null } as const;
const zerosOf = (v: TensorVariable): TensorVariable =>
  full(
    v.type.shape.map((_, k) => shapeI(v, k)),
    0,
    "float64",
  );

export const subtensorExamples: Examples = {
  local_useless_slice: () => ({ inputs: [x, m], outputs: [at(x, ":"), at(m, "0:", `::1`), at(x, `:`)] }),
  local_subtensor_merge: () => ({
    inputs: [x, m],
    shapes: [[9], [6, 5]],
    outputs: [at(at(x, "2:"), "3:"), at(at(x, "2:"), 1), at(at(x, "1:8"), ":4"), at(at(m, "1:", "::-1"), 2, "::-1")],
  }),
  local_subtensor_remove_broadcastable_index: () => ({
    inputs: [x],
    outputs: [at(dimshuffle(x, [0, "x"]), ":", 0), at(dimshuffle(x, ["x", 0, "x"]), -1, ":", 0)],
  }),
  local_subtensor_of_alloc: () => ({
    inputs: [a, x],
    outputs: [at(alloc(a, 3, 4), 1), at(alloc(x, 5, shapeI(x, 0)), "1:3", "1:"), at(alloc(x, 5, shapeI(x, 0)), 2)],
  }),
  local_subtensor_make_vector: () => ({ inputs: [a], outputs: [at(stack([a, M.exp(a), M.neg(a)]), 1)] }),
  local_subtensor_of_join: () => {
    const fixed = tensorType("float64", [2, null]).makeVariable(null, 0, "fixed") as TensorVariable;
    return { inputs: [fixed, m], outputs: [at(join(0, fixed, fixed, m), 3)] };
  },
  local_subtensor_lift: () => ({
    inputs: [x, y, m, i],
    below: 3,
    shapes: [[3], [3], [4, 3]],
    outputs: [at(M.add(x, y), 0), at(M.mul(m, x), i), at(M.exp(M.mul(m, y)), "1:", 2)],
  }),
  local_subtensor_of_dot: () => ({
    inputs: [m, n, x],
    outputs: [at(dot(m, n), 0), at(dot(m, n), ":", 1), at(dot(m, n), "1:", "::2"), at(dot(m, x), 1), at(dot(x, m), 2)],
  }),
  local_dimshuffle_subtensor: () => ({
    inputs: [m, x],
    outputs: [at(dimshuffle(m, [1, 0]), "1:", 2), at(dimshuffle(m, [1, "x", 0]), 0, 0), at(dimshuffle(x, [0, "x"]), 1)],
  }),
};

export const incSubtensorExamples: Examples = {
  local_subtensor_inc_subtensor: () => ({
    inputs: [x, a, y],
    shapes: [[4], [], [3]],
    outputs: [
      at(setSubtensor(at(x, "0:3"), y), "0:3"),
      at(setSubtensor(at(x, "0:3"), a), "0:3"),
      at(incSubtensor(at(zerosOf(x), "1:3"), a), "1:3"),
      at(setSubtensor(at(x, 2), a), 2),
    ],
  }),
  local_adv_sub1_adv_inc_sub1: () => ({
    inputs: [a, x],
    marker: true,
    outputs: [at(setSubtensor(at(alloc(M.exp(x), 4, shapeI(x, 0)), [1, 2, 1]), a), [1, 2, 1])],
  }),
  local_useless_inc_subtensor: () => ({
    inputs: [x, y, a],
    outputs: [
      new IncSubtensor([all], true).call(x, a) as TensorVariable,
      new IncSubtensor([all], false).call(x, y) as TensorVariable,
      setSubtensor(at(x, "1:"), at(x, "1:")),
      incSubtensor(at(x, 1), 0),
      new IncSubtensor([all], true).call(x, M.exp(x)) as TensorVariable,
      new IncSubtensor([all], true).call(x, y) as TensorVariable,
    ],
  }),
  local_setsubtensor_overwrite: () => ({
    inputs: [m, a, x],
    outputs: [setSubtensor(at(setSubtensor(at(m, 1), a), 1), x)],
  }),
  local_add_incsubtensor_of_zeros: () => ({
    inputs: [m, index, n, a],
    below: 3,
    shapes: [[3, 3], [5], [5, 3]],
    outputs: [
      M.sub(m, M.mul(0.1, incSubtensor(at(zerosOf(m), index), n))),
      M.add(incSubtensor(at(zerosOf(m), 1), a), m),
    ],
  }),
  local_incsubtensor_of_zeros_to_setsubtensor: () => ({
    inputs: [m, x],
    outputs: [incSubtensor(at(zerosOf(m), 1), x)],
  }),
};

export const maskExamples: Examples = {
  local_advanced_boolean_subtensor: () => ({
    inputs: [x, m],
    outputs: [at(x, M.gt(x, 0)), at(m, M.lt(m, 0)), at(m, M.gt(at(m, ":", 0), 0)), at(x, flatnonzero(M.gt(x, 0)))],
  }),
};
