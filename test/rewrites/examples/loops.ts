import { grad } from "../../../src/gradient.ts";
import { ifelse, map, scan } from "../../../src/scan/index.ts";
import { bscalar, dmatrix, dscalar, dvector } from "../../../src/tensor/constructors.ts";
import * as M from "../../../src/tensor/math.ts";
import { constant } from "../../../src/tensor/constant.ts";
import { dot } from "../../../src/tensor/dot.ts";
import { sum } from "../../../src/tensor/reduction.ts";
import { at } from "../../../src/tensor/subtensor/index.ts";
import type { TensorVariable } from "../../../src/tensor/variable.ts";
import type { Examples } from "../example.ts";

const [x, w] = [dmatrix("x"), dmatrix("w")];
const [h, a, b, c] = [dvector("h"), dscalar("a"), dscalar("b"), bscalar("c")];
const zero = constant(0, "float64");

/** h after each of three steps of h <- step(h). */
function states(step: (previous: TensorVariable) => TensorVariable): TensorVariable {
  return scan({ fn: (previous: TensorVariable) => step(previous), outputsInfo: h, nSteps: 3 })[0] as TensorVariable;
}

export const loopExamples: Examples = {
  scan_remove_unused: () => {
    const [[first]] = scan({
      fn: (row: TensorVariable, p: TensorVariable, q: TensorVariable) => [M.add(M.tanh(p), row), M.mul(q, row)],
      sequences: x,
      outputsInfo: [h, h],
    }) as unknown as [[TensorVariable]];
    return { inputs: [x, h], outputs: [first], tame: true };
  },
  scan_save_mem: () => ({ inputs: [h], outputs: [at(states(M.tanh), -1)], tame: true }),
  scan_merge: () => {
    const run = (f: (v: TensorVariable) => TensorVariable): TensorVariable =>
      scan({
        fn: (row: TensorVariable, p: TensorVariable) => M.add(f(p), row),
        sequences: x,
        outputsInfo: h,
      })[0] as TensorVariable;
    return { inputs: [x, h], outputs: [run(M.tanh), run(M.sin)], tame: true };
  },
  scan_pushout: () => ({
    inputs: [x, h],
    outputs: [
      map({ fn: (row: TensorVariable) => M.mul(M.tanh(row), 2), sequences: x })[0] as TensorVariable,
      states((p) => M.add(p, M.exp(at(x, 0)))),
    ],
    tame: true,
  }),
  scan_pushout_dot1: () => {
    const all = scan({
      fn: (row: TensorVariable, p: TensorVariable) => M.tanh(M.add(row, dot(p, w))),
      sequences: x,
      outputsInfo: h,
    })[0] as TensorVariable;
    return { inputs: [x, w, h], outputs: [grad(sum(all), w) as TensorVariable], tame: true };
  },
  ifelse_nested: () => ({
    inputs: [a, b, c],
    outputs: [ifelse(c, ifelse(c, a, b) as TensorVariable, ifelse(c, M.exp(a), b) as TensorVariable) as TensorVariable],
  }),
  ifelse_decided: () => ({ inputs: [x, c], outputs: [ifelse(c, x, x) as TensorVariable] }),
  ifelse_sink: () => ({ inputs: [a, c], outputs: [ifelse(c, M.exp(a), M.sin(a)) as TensorVariable], tame: true }),
  ifelse_lift_linear: () => ({
    inputs: [a, b, c],
    outputs: [M.mul(ifelse(c, a, zero) as TensorVariable, b), M.neg(ifelse(c, zero, b) as TensorVariable)],
  }),
  ifelse_add: () => ({
    inputs: [a, b, c],
    outputs: [M.add(ifelse(c, a, zero) as TensorVariable, ifelse(c, zero, b) as TensorVariable)],
  }),
  ifelse_merge: () => ({
    inputs: [a, b, c],
    outputs: [ifelse(c, M.exp(a), M.sin(a)) as TensorVariable, ifelse(c, M.exp(b), M.sin(b)) as TensorVariable],
    tame: true,
  }),
};
