import { arange } from "../../../src/tensor/alloc.ts";
import { dmatrix, dvector } from "../../../src/tensor/constructors.ts";
import { dimshuffle } from "../../../src/tensor/dimshuffle.ts";
import { dot } from "../../../src/tensor/dot.ts";
import { shapeI } from "../../../src/tensor/shape.ts";
import { at } from "../../../src/tensor/subtensor/index.ts";
import { tensorType } from "../../../src/tensor/type.ts";
import type { TensorVariable } from "../../../src/tensor/variable.ts";
import type { Examples } from "../example.ts";

const [x, m] = [dvector("x"), dmatrix("m")];
const [f, g] = ["f", "g"].map((name) => tensorType("float64", [4, 4]).makeVariable(null, 0, name)) as [
  TensorVariable,
  TensorVariable,
];

export const advancedIndexingExamples: Examples = {
  local_adv_idx_to_slice: () => ({
    inputs: [f, x],
    outputs: [
      at(f, [1, 2]),
      at(f, ":", [3, 1]),
      at(f, [2, 1, 0]),
      at(f, [-1]),
      at(f, [0, 1, 2, 3]),
      at(x, arange(shapeI(x, 0))),
    ],
  }),
  local_adv_idx_to_diagonal: () => ({
    inputs: [g, m],
    outputs: [
      at(g, [0, 1, 2, 3], [0, 1, 2, 3]),
      at(dot(m, dimshuffle(m, [1, 0])), arange(shapeI(m, 0)), arange(shapeI(m, 0))),
    ],
  }),
};
