import { Assert, assertOp } from "../../../src/tensor/assert.ts";
import { dmatrix, dscalar, dvector, lvector } from "../../../src/tensor/constructors.ts";
import { constant } from "../../../src/tensor/constant.ts";
import * as M from "../../../src/tensor/math.ts";
import { sum } from "../../../src/tensor/reduction.ts";
import { shapeI } from "../../../src/tensor/shape.ts";
import { tensorType } from "../../../src/tensor/type.ts";
import type { TensorVariable } from "../../../src/tensor/variable.ts";
import type { Examples } from "../example.ts";

const [m, x, y, a, i] = [dmatrix("m"), dvector("x"), dvector("y"), dscalar("a"), lvector("i")];
const fixed = tensorType("float64", [3]).makeVariable(null, 0, "fixed") as TensorVariable;

/** Conditions that hold for all samples, and that nothing proves. */
const [small, same] = [M.lt(shapeI(x, 0), 1000), M.eq(shapeI(x, 0), shapeI(y, 0))];

export const assertionExamples: Examples = {
  local_remove_useless_assert: () => ({
    inputs: [x, y, fixed, i],
    outputs: [
      assertOp(x, constant(true, "bool"), small, small),
      M.exp(assertOp(fixed, M.eq(shapeI(fixed, 0), 3))),
      new Assert("one more").call(assertOp(y, same), same),
      assertOp(i, M.eq(shapeI(M.add(i, i), 0), shapeI(i, 0))),
    ],
  }),
  local_split_assert: () => ({ inputs: [x, y], outputs: [assertOp(x, M.and(small, same))] }),
  local_merge_assert: () => ({ inputs: [x, y], outputs: [assertOp(assertOp(x, small), same)] }),
  local_lift_assert: () => ({
    inputs: [x, y, m, a],
    outputs: [
      M.log(M.add(1, assertOp(x, same))),
      sum(M.mul(assertOp(a, small), m), { axis: 0 }),
      M.add(assertOp(x, small), new Assert("another").call(y, same)),
    ],
  }),
  local_remove_all_assert: () => ({ inputs: [x, y], outputs: [M.exp(assertOp(x, same, small))] }),
};
