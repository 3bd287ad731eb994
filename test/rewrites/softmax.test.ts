import { describe, expect, it } from "vitest";
import { array } from "../../src/array/create.ts";
import type { NdArray } from "../../src/array/ndArray.ts";
import { toNumbers } from "../../src/array/index.ts";
import { evaluate } from "../../src/graph/evaluate.ts";
import { grad } from "../../src/gradient.ts";
import { arange } from "../../src/tensor/alloc.ts";
import { dmatrix, dscalar, dvector, ivector } from "../../src/tensor/constructors.ts";
import * as M from "../../src/tensor/math.ts";
import { categoricalCrossentropy, softmax } from "../../src/tensor/nnet/index.ts";
import { mean, sum } from "../../src/tensor/reduction.ts";
import { shapeI } from "../../src/tensor/shape.ts";
import { at } from "../../src/tensor/subtensor/index.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";
import { opsOf, rewritten } from "./driver.ts";

type T = TensorVariable;
const [z, v] = [dmatrix("z"), dvector("v"), dscalar("s")];
const y = ivector("y");
const rows = arange(shapeI(y, 0));
const p = softmax(z);

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
