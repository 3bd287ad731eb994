import { full } from "../../../src/tensor/alloc.ts";
import { dmatrix, dscalar, dvector, lscalar, lvector } from "../../../src/tensor/constructors.ts";
import * as M from "../../../src/tensor/math.ts";
import { at, incSubtensor, setSubtensor } from "../../../src/tensor/subtensor/index.ts";
import { shapeI } from "../../../src/tensor/shape.ts";
import type { TensorVariable } from "../../../src/tensor/variable.ts";
import type { Examples } from "../example.ts";

type T = TensorVariable;

const index = lvector("index");
const [x, y, a, b] = [dvector("x"), dvector("y"), dscalar("a"), dscalar("b")];
const [m, i] = [dmatrix("m"), lscalar("i")];

export const writeExamples: Examples = {
  local_inc_of_inc: () => ({
    inputs: [m, x, y, i],
    below: 3,
    outputs: [incSubtensor(at(incSubtensor(at(m, i), x), i), y), incSubtensor(at(setSubtensor(at(m, 1), x), 1), y)],
  }),
  local_IncSubtensor_serialize: () => {
    const zeros = full([shapeI(m, 0), shapeI(m, 1)], 0, "float64");
    const inc = (at_: T, v: T): T => incSubtensor(at_, v);
    return {
      inputs: [m, x, y, i, index],
      below: 3,
      outputs: [
        M.add(m, inc(at(zeros, 0), x), inc(at(zeros, i), y)),
        M.add(inc(at(zeros, 1), x), inc(at(zeros, index), x), inc(at(zeros, "1:"), y)),
      ],
    };
  },
  local_set_to_inc_subtensor: () => ({
    inputs: [m, x, i],
    below: 3,
    outputs: [setSubtensor(at(m, i), M.add(at(m, i), x)), setSubtensor(at(x, "1:"), M.add(2, at(x, "1:")))],
  }),
  local_setsubtensor_of_constants: () => ({
    inputs: [],
    outputs: [setSubtensor(at(full([64, 64], 0, "float64"), "1:3"), 0)],
  }),
  local_subtensor_of_other_part: () => ({
    inputs: [x, a, b],
    shapes: [[5]],
    outputs: [
      at(setSubtensor(at(x, 0), a), 1),
      at(incSubtensor(at(x, "3:"), b), 2),
      at(setSubtensor(at(x, ":2"), a), "2:"),
    ],
  }),
};
