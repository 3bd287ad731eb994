/** `scanCheckpoints` against `scan`: the same values and gradients with fewer values kept. */
import { describe, expect, it } from "vitest";
import * as theano from "../../src/index.ts";
import { tensor as T } from "../../src/index.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";
import { judge, type Graph } from "./judge.ts";

const step = (e: TensorVariable, s: TensorVariable, w: TensorVariable): TensorVariable =>
  T.tanh(s.mul(w).add(T.sin(e)));
const sequence = [0.3, -0.7, 1.1, 0.2, -0.4, 0.9, -1.3];

describe("scanCheckpoints", () => {
  it.each([1, 3, 9])("every %i steps", (every) => {
    const kept: Graph = (x, h, w) => [
      theano.scanCheckpoints({ fn: step, sequences: x, outputsInfo: h!, nonSequences: w, saveEveryN: every })[0]!,
    ];
    const all: Graph = (x, h, w) => {
      const [s] = theano.scan({ fn: step, sequences: x, outputsInfo: h!, nonSequences: w });
      const rows = sequence.map((_, t) => t).filter((t) => (t + 1) % every === 0 || t === sequence.length - 1);
      return [s.at(rows)];
    };
    judge(kept, all, [sequence, 0.4, 0.9], every === 3 ? 2 : 1);
  });

  it("the loop around keeps no value of the steps in between", () => {
    const [x, w] = [T.dvector("x"), T.dscalar("w")];
    const [kept] = theano.scanCheckpoints({
      fn: step,
      sequences: x,
      outputsInfo: T.constant(0.1, "float64"),
      nonSequences: w,
      saveEveryN: 10,
    });
    const f = theano.function([x, w], theano.grad(kept!.at(-1), w));
    for (const node of f.graph.toposort()) {
      if (!(node.op instanceof theano.scanModule.Scan) || node.op.recompute || node.op.reverse) continue;
      expect(node.op.lambda.outputs.length).toBe(node.op.traces.length);
      for (const out of node.outputs) expect(out.type.buffer()!.shape.length).toBeLessThan(2);
    }
  });

  it("refuses what it cannot do", () => {
    const x = T.dvector("x");
    expect(() => theano.scanCheckpoints({ fn: (s) => s, outputsInfo: x })).toThrow(/number of steps/);
    expect(() => theano.scanCheckpoints({ fn: (e) => e, sequences: x, outputsInfo: x, saveEveryN: 0 })).toThrow(
      /saveEveryN/,
    );
  });
});
