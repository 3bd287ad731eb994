import { describe, expect, it } from "vitest";
import { array } from "../../src/array/create.ts";
import { evaluate } from "../../src/graph/evaluate.ts";
import { dvector } from "../../src/tensor/constructors.ts";
import * as M from "../../src/tensor/math.ts";
import { sum } from "../../src/tensor/reduction.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";
import { opsOf, rewritten } from "./driver.ts";

const [x, y] = [dvector("x"), dvector("y")];

const ops = (out: TensorVariable, ...inputs: TensorVariable[]): string[] =>
  opsOf(rewritten({ inputs, outputs: [out] }));

describe("stable forms of Theano's conformance table", () => {
  it("are found", () => {
    expect(ops(M.log(M.sub(1, x)), x)).toEqual(["neg", "log1p"]);
    expect(ops(M.log(M.sigmoid(x)), x)).toEqual(["neg", "softplus", "neg"]);
    expect(ops(M.log(M.sub(1, M.sigmoid(x))), x)).toEqual(["softplus", "neg"]);
    expect(ops(M.log(M.add(1, M.exp(x))), x)).toEqual(["softplus"]);
    expect(ops(M.div(1, M.add(1, M.exp(M.neg(x)))), x)).toEqual(["sigmoid"]);
    expect(ops(M.sub(M.exp(x), 1), x)).toEqual(["expm1"]);
    expect(ops(M.add(1, M.erf(M.neg(x))), x)).toEqual(["erfc"]);
    expect(ops(M.sub(M.erfc(M.neg(x)), 1), x)).toEqual(["erf"]);
    expect(ops(M.sub(M.erf(M.neg(x)), 1), x).filter((o) => o !== "neg")).toEqual(["erfc"]);
  });
});

const value = (out: TensorVariable, inputs: TensorVariable[], ...values: number[][]): unknown => {
  const graph = rewritten({ inputs, outputs: [out] });
  return evaluate(graph.outputs, new Map(inputs.map((v, i) => [v, array(values[i]!, "float64")])))[0]!.toList();
};

describe("values where the naive form fails", () => {
  it("are right", () => {
    expect(value(M.log(M.add(1, M.exp(x))), [x], [1000, -1000, 0])).toEqual([1000, 0, Math.LN2]);
    expect(value(M.log(M.sigmoid(x)), [x], [-1000])).toEqual([-1000]);
    expect(value(M.log(M.sub(1, M.sigmoid(x))), [x], [1000])).toEqual([-1000]);
    expect(value(M.sub(M.exp(x), 1), [x], [1e-20])).toEqual([1e-20]);
    expect(value(M.log(M.add(M.exp(x), M.exp(y))), [x, y], [1000, -1000], [1000, -1001])).toEqual([
      1000 + Math.LN2,
      -1000 + Math.log1p(Math.exp(-1)),
    ]);
    expect(value(M.log(sum(M.exp(x))), [x], [800, 800])).toBeCloseTo(800 + Math.LN2, 10);
    expect(value(M.log(sum(M.exp(x))), [x], [-Infinity, -Infinity])).toBe(-Infinity);
    expect(value(M.log(sum(M.exp(x))), [x], [Infinity, 1])).toBe(Infinity);
    expect(value(M.sub(1, M.erf(x)), [x], [10])).toEqual([expect.closeTo(2.088487583762545e-45, 58)]);
  });
});
