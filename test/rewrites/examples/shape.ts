import { alloc, full } from "../../../src/tensor/alloc.ts";
import { dmatrix, dscalar, dvector } from "../../../src/tensor/constructors.ts";
import { dimshuffle } from "../../../src/tensor/dimshuffle.ts";
import { dot } from "../../../src/tensor/dot.ts";
import { disconnectedGrad } from "../../../src/tensor/gradientOps.ts";
import { join } from "../../../src/tensor/join.ts";
import { stack } from "../../../src/tensor/stack.ts";
import * as M from "../../../src/tensor/math.ts";
import { reshape } from "../../../src/tensor/reshape.ts";
import { shapeI, SpecifyShape, specifyShape } from "../../../src/tensor/shape.ts";
import { sizeConstant } from "../../../src/tensor/sizes.ts";
import { tensorType } from "../../../src/tensor/type.ts";
import type { TensorVariable } from "../../../src/tensor/variable.ts";
import type { Examples } from "../example.ts";

const [m, n, x, a] = [dmatrix("m"), dmatrix("n"), dvector("x"), dscalar("a")];

const fixed = tensorType("float64", [2, 3]).makeVariable(null, 0, "fixed") as TensorVariable;

export const shapeExamples: Examples = {
  local_dimshuffle_lift: () => ({
    inputs: [m],
    outputs: [dimshuffle(dimshuffle(m, [1, 0]), [1, 0]), dimshuffle(m, [0, 1])],
  }),
  local_dimshuffle_alloc: () => ({
    inputs: [a, x],
    outputs: [dimshuffle(alloc(x, 4, shapeI(x, 0)), [1, 0]), dimshuffle(alloc(a, 3, 4), [1, "x", 0])],
  }),
  local_shape_to_shape_i: () => ({ inputs: [m, n], outputs: [shapeI(dot(m, n), 1), shapeI(M.exp(m), 0)] }),
  local_reshape_chain: () => ({ inputs: [m], outputs: [reshape(reshape(m, [9]), [1, 9])] }),
  local_useless_reshape: () => ({
    inputs: [x, m],
    outputs: [reshape(x, [shapeI(x, 0)]), reshape(m, [shapeI(m, 0), shapeI(m, 1)])],
  }),
  local_elemwise_alloc: () => ({
    inputs: [a, m],
    outputs: [M.add(m, alloc(a, shapeI(m, 0), shapeI(m, 1)))],
  }),
  local_useless_alloc: () => ({
    inputs: [m, a],
    outputs: [alloc(m, shapeI(m, 0), shapeI(m, 1)), alloc(alloc(a, 3), 2, 3)],
  }),
  local_reshape_to_dimshuffle: () => ({
    inputs: [a, x, fixed],
    outputs: [reshape(a, [1, 1]), reshape(x, [1, shapeI(x, 0), 1]), reshape(fixed, [2, 1, 3])],
  }),
  local_reshape_lift: () => ({ inputs: [m], outputs: [reshape(M.exp(m), [9])] }),
  local_join_empty: () => ({
    inputs: [x, a],
    outputs: [join(0, full([0], 0, "float64"), x), join(0, stack([a, M.exp(a)]), stack([a]))],
  }),
  local_useless_specify_shape: () => ({
    inputs: [fixed],
    outputs: [new SpecifyShape([0]).call(fixed, sizeConstant(2)) as TensorVariable],
  }),
  local_merge_specify_shape: () => ({
    inputs: [m],
    outputs: [specifyShape(specifyShape(m, [null, 3]), [shapeI(m, 1), null])],
  }),
  remove_tensor_copy: () => ({ inputs: [x], outputs: [M.tensorCopy(x)] }),
  local_view_op: () => ({ inputs: [x], marker: true, outputs: [disconnectedGrad(x)] }),
};
