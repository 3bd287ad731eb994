import { describe, expect, it } from "vitest";
import { array } from "../../src/array/create.ts";
import type { NdArray } from "../../src/array/ndArray.ts";
import { toNumbers } from "../../src/array/index.ts";
import { evaluate } from "../../src/graph/evaluate.ts";
import { grad } from "../../src/gradient.ts";
import { arange, full } from "../../src/tensor/alloc.ts";
import { dmatrix, dscalar, dvector, ivector } from "../../src/tensor/constructors.ts";
import * as M from "../../src/tensor/math.ts";
import { categoricalCrossentropy, softmax, LogSoftmax } from "../../src/tensor/nnet/index.ts";
import { dimshuffle } from "../../src/tensor/dimshuffle.ts";
import { mean, sum } from "../../src/tensor/reduction.ts";
import { crossentropyRules, expandRules, softmaxRules } from "../../src/tensor/rewriting/softmax.ts";
import { shapeI } from "../../src/tensor/shape.ts";
import { AdvancedIncSubtensor, at } from "../../src/tensor/subtensor/index.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";
import { describeRules, opsOf, rewritten } from "./driver.ts";

type T = TensorVariable;
const [z, v, s] = [dmatrix("z"), dvector("v"), dscalar("s")];
const y = ivector("y");
const rows = arange(shapeI(y, 0));
const p = softmax(z);
const zeros = full([shapeI(y, 0), shapeI(z, 1)], 0, "float64");
const scatter = (value: T): T => new AdvancedIncSubtensor([0, 1], false, false).call(zeros, value, rows, y) as T;
const base = { below: 3, tame: true } as const;

describeRules("softmax", [...softmaxRules, ...crossentropyRules, ...expandRules], {
  local_logsoftmax: () => ({ ...base, inputs: [z], outputs: [M.log(p)] }),
  local_log_softmax_selection: () => ({ ...base, inputs: [z, y], outputs: [M.log(at(p, rows, y))] }),
  local_inc_of_softmax_quotient: () => ({
    ...base,
    inputs: [z, y, v],
    outputs: [scatter(M.div(v, at(p, rows, y)))],
  }),
  local_mul_div_cancel: () => {
    // The quotient has another use: the canonical product cannot open it.
    const quotient = M.div(M.exp(z), M.add(z, 2));
    return { inputs: [z], outputs: [M.mul(quotient, M.add(z, 2)), quotient] };
  },
  local_logsoftmax_grad: () => ({
    ...base,
    inputs: [z, v],
    outputs: [M.mul(p, M.sub(M.div(z, p), dimshuffle(v, [0, "x"])))],
  }),
  local_logsoftmax_grad_plus: () => ({
    ...base,
    inputs: [z, v],
    outputs: [M.mul(M.add(M.div(z, p), dimshuffle(v, [0, "x"])), p)],
  }),
  local_sum_of_one_per_row: () => ({
    ...base,
    inputs: [z, y, v, s],
    outputs: [sum(scatter(v), { axis: 1 }), sum(scatter(s), { axis: 1 })],
  }),
  local_advanced_indexing_crossentropy_onehot_grad: () => ({
    ...base,
    inputs: [z, y, v, s],
    outputs: [scatter(v), scatter(s)],
  }),
  local_softmax_grad_scale: () => ({
    ...base,
    inputs: [z, s],
    outputs: [
      M.sub(M.switch_(M.gt(z, 0.5), s, 0), M.mul(p, s)),
      M.sub(M.mul(p, s), M.switch_(M.gt(z, 0.5), s, 0)),
      M.add(M.switch_(M.gt(z, 0.5), M.neg(s), 0), M.mul(s, p)),
    ],
  }),
  local_softmax_expand: () => ({ ...base, inputs: [z], outputs: [p, new LogSoftmax(1).call(z) as T] }),
});

const losses: Record<string, T> = {
  "log(p)[arange, y]": M.neg(mean(at(M.log(p), rows, y))),
  "log(p[arange, y])": M.neg(mean(M.log(at(p, rows, y)))),
  categoricalCrossentropy: mean(categoricalCrossentropy(p, y)),
  "the sum, weighted": sum(M.mul(categoricalCrossentropy(p, y), v)),
};

describe("cross-entropy", () => {
  for (const [name, cost] of Object.entries(losses)) {
    it(`of ${name}: the gradient is softmax minus one-hot`, () => {
      const g = grad(cost, z) as T;
      const graph = rewritten({ inputs: [z, y, v], outputs: [cost, g] });
      const ops = opsOf(graph);
      expect(ops.filter((o) => o === "switch")).toEqual([]);
      expect(ops.filter((o) => o.startsWith("AdvancedInc"))).toEqual([]);
      expect(ops.filter((o) => o === "exp")).toHaveLength(1);
      expect(ops.filter((o) => o === "eq")).toHaveLength(1);
      const values = new Map<T, NdArray>([
        [
          z,
          array(
            [
              [1, 2, 3],
              [0.1, -2, 0.4],
              [5, 5, 5],
              [0, 1, -1],
            ],
            "float64",
          ),
        ],
        [y, array([2, 0, -1, 1], "int32")],
        [v, array([1, 2, 0.5, 3], "float64")],
      ]);
      const before = evaluate([cost, g], values).map((a) => [...toNumbers(a)]);
      const after = evaluate(graph.outputs, values).map((a) => [...toNumbers(a)]);
      for (const [i, list] of before.entries()) {
        for (const [k, n] of list.entries()) expect(after[i]![k]).toBeCloseTo(n, 12);
      }
    });
  }
  it("stays finite where a probability underflows", () => {
    const cost = losses["log(p)[arange, y]"]!;
    const graph = rewritten({ inputs: [z, y], outputs: [cost, grad(cost, z) as T] });
    const values = new Map<T, NdArray>([
      [z, array([[2000, 0]], "float64")],
      [y, array([1], "int32")],
    ]);
    expect(evaluate(graph.outputs, values).map((a) => a.toList())).toEqual([2000, [[1, -1]]]);
  });
  it("refuses a class that does not exist", () => {
    const graph = rewritten({ inputs: [z, y], outputs: [grad(losses["log(p)[arange, y]"]!, z) as T] });
    const values = new Map<T, NdArray>([
      [z, array([[1, 2]], "float64")],
      [y, array([2], "int32")],
    ]);
    expect(() => evaluate(graph.outputs, values)).toThrow(/out of bounds/);
  });
});
