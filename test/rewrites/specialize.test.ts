import { describe, expect, it } from "vitest";
import { dvector, ivector } from "../../src/tensor/constructors.ts";
import * as M from "../../src/tensor/math.ts";
import { constant } from "../../src/tensor/constant.ts";
import { sum } from "../../src/tensor/reduction.ts";
import { ones } from "../../src/tensor/alloc.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";
import { opsOf, rewritten } from "./driver.ts";

const [x, y] = [dvector("x"), dvector("y")];

const ops = (out: TensorVariable, ...inputs: TensorVariable[]): string[] =>
  opsOf(rewritten({ inputs, outputs: [out] }));

describe("powers of Theano's conformance table", () => {
  it("are products", () => {
    expect(ops(M.pow(x, 2), x)).toEqual(["sqr"]);
    expect(ops(M.mul(x, x, x), x).length).toBeLessThan(3);
    expect(ops(M.mul(M.mul(x, x), x), x)).toEqual(["sqr", "mul"]);
    expect(ops(M.pow(x, 4), x)).toEqual(["sqr", "sqr"]);
    expect(ops(M.pow(x, 16), x)).toEqual(["sqr", "sqr", "sqr", "sqr"]);
    expect(ops(M.pow(x, -1), x)).toEqual(["inv"]);
    expect(ops(M.pow(x, -2), x)).toEqual(["sqr", "inv"]);
    expect(ops(M.pow(x, y), x, y)).toEqual(["pow"]);
    expect(ops(M.pow(M.pow(x, 2), 3), x)).toEqual(["sqr", "sqr", "mul"]);
    for (const n of [2.5, 0.25]) expect(ops(M.pow(x, n), x)).toEqual(["pow"]);
    expect(ops(M.pow(2, x), x)).toEqual(["pow"]);
    expect(ops(M.pow(x, 0.5), x)).toEqual(["sqrt"]);
  });
  it("of integers stay integers", () => {
    const i = ivector("i");
    const graph = rewritten({ inputs: [i], outputs: [M.pow(i, 3)] });
    expect((graph.outputs[0] as TensorVariable).dtype).toBe(M.pow(i, 3).dtype);
  });
});

describe("constant folding", () => {
  it("computes what depends on constants alone", () => {
    expect(ops(sum(ones([4, 5])))).toEqual([]);
    expect(ops(M.add(constant(2), constant(3)))).toEqual([]);
  });
});
