import { alloc } from "../../../src/tensor/alloc.ts";
import { dmatrix, drow, dscalar, dtensor3, dvector } from "../../../src/tensor/constructors.ts";
import { dimshuffle } from "../../../src/tensor/dimshuffle.ts";
import { join, split } from "../../../src/tensor/join.ts";
import * as M from "../../../src/tensor/math.ts";
import { logsoftmax, softmax } from "../../../src/tensor/nnet/index.ts";
import { max, sum } from "../../../src/tensor/reduction.ts";
import { reshape } from "../../../src/tensor/reshape.ts";
import { Rebroadcast } from "../../../src/tensor/rebroadcast.ts";
import { at } from "../../../src/tensor/subtensor/index.ts";
import { tensorType } from "../../../src/tensor/type.ts";
import type { TensorVariable } from "../../../src/tensor/variable.ts";
import type { Examples } from "../example.ts";

const [x, y, z, a] = [dvector("x"), dvector("y"), dvector("z"), dscalar("a")];
const [m, t] = [dmatrix("m"), dtensor3("t")];
const fixed = (): TensorVariable => tensorType("float64", [6]).makeVariable(null, 0, "f") as TensorVariable;

export const layoutExamples: Examples = {
  local_join_of_join: () => ({ inputs: [x, y, z], outputs: [join(0, join(0, x, y), z), join(0, x, join(0, y, z))] }),
  local_join_of_slices: () => ({
    inputs: [x, y, m],
    shapes: [[4], [3], [3, 4]],
    outputs: [
      join(0, at(x, ":2"), at(x, "2:")),
      join(1, at(m, ":", "1:2"), at(m, ":", "2:3")),
      join(0, y, at(x, ":1"), at(x, "1:3")),
    ],
  }),
  local_join_of_split: () => {
    const f = fixed();
    return { inputs: [f], outputs: [join(0, ...split(f, [2, 4], 2))] };
  },
  local_useless_split: () => {
    const f = fixed();
    return { inputs: [f], outputs: [split(f, [6], 1)[0]!] };
  },
  local_useless_dimshuffle_in_reshape: () => ({
    inputs: [m],
    shapes: [[2, 6]],
    outputs: [reshape(dimshuffle(m, [0, "x", 1]), [3, 4])],
  }),
  local_useless_rebroadcast: () => {
    const r = drow("r");
    return { inputs: [r, m], outputs: [new Rebroadcast([[0, true]]).call(r) as TensorVariable] };
  },
  local_alloc_unary: () => ({
    inputs: [a, x],
    outputs: [M.exp(alloc(a, 5)), M.mul(2, alloc(x, 4, 3)), M.add(alloc(a, 2, 2), alloc(M.exp(a), 2, 2))],
  }),
  local_subtensor_of_reduction: () => ({
    inputs: [m, t],
    outputs: [at(sum(m, { axis: 1 }), 1), at(max(m, { axis: 0 }), "1:"), at(sum(t, { axis: 1 }), 0, "1:")],
  }),
  local_subtensor_of_softmax: () => ({
    inputs: [m, t],
    outputs: [at(softmax(m), 1), at(logsoftmax(m), "1:"), at(softmax(t, { axis: 1 }), 0, ":", "::2")],
  }),
};
