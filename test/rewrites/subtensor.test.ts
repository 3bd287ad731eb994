import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arange as values } from "../../src/array/create.ts";
import type { NdArray } from "../../src/array/ndArray.ts";
import { ShapeMismatchError } from "../../src/errors.ts";
import { evaluate } from "../../src/graph/evaluate.ts";
import { full } from "../../src/tensor/alloc.ts";
import { dmatrix, dscalar, dvector, ivector } from "../../src/tensor/constructors.ts";
import * as M from "../../src/tensor/math.ts";
import { shapeI } from "../../src/tensor/shape.ts";
import { at, incSubtensor, IncSubtensor, setSubtensor } from "../../src/tensor/subtensor/index.ts";
import { tensorType } from "../../src/tensor/type.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";
import { opsOf, rewritten } from "./driver.ts";

const [x, y, a] = [dvector("x"), dvector("y"), dscalar("a")];
const [m, n] = [dmatrix("m"), dmatrix("n")];

const index = ivector("index");

const all = { kind: "slice", start: null, stop: null, step: null } as const;
const zerosOf = (v: TensorVariable): TensorVariable =>
  full(
    v.type.shape.map((_, k) => shapeI(v, k)),
    0,
    "float64",
  );

const ops = (out: TensorVariable, ...inputs: TensorVariable[]): string[] =>
  opsOf(rewritten({ inputs, outputs: [out] }));

describe("selections", () => {
  it("of everything go", () => {
    expect(ops(at(x, ":"), x)).toEqual([]);
    expect(ops(at(x, "0::1"), x)).toEqual([]);
    expect(ops(setSubtensor(at(x, "0:3"), a), x, a)).toEqual([expect.stringContaining("IncSubtensor{Set")]);
  });
  it("that are stored to give what was stored, and sizes that do not fit stay errors", () => {
    const stored = new IncSubtensor([all], true).call(x, y) as TensorVariable;
    const read = at(setSubtensor(at(x, "0:3"), y), "0:3");
    expect(ops(stored, x, y)).toEqual(["Shape_i{0}", "SpecifyShape"]);
    expect(ops(read, x, y)).toEqual(["Shape_i{0}", "minimum", "SpecifyShape"]);
    for (const outputs of [[stored], [read]]) {
      const graph = rewritten({ inputs: [x, y], outputs });
      const given = (n: number): Map<TensorVariable, NdArray> =>
        new Map([
          [x, values(0, 2, 1, "float64")],
          [y, values(0, n, 1, "float64")],
        ]);
      expect(evaluate(graph.outputs, given(2))[0]!.toList()).toEqual([0, 1]);
      for (const n of [1, 3]) {
        expect(() => evaluate(outputs, given(n))).toThrow(ShapeMismatchError);
        expect(() => evaluate(graph.outputs, given(n))).toThrow(ShapeMismatchError);
      }
    }
  });
  it("keep an index that may be out of range an error", () => {
    const graph = rewritten({ inputs: [x], outputs: [at(at(x, "1:3"), 2)] });
    expect(() => evaluate(graph.outputs, new Map([[x, values(0, 9, 1, "float64")]]))).toThrow(/out of bounds/);
  });
  it("of gradients of lookups update rows only", () => {
    expect(ops(M.sub(m, M.mul(0.5, incSubtensor(at(zerosOf(m), index), n))), m, index, n)).toEqual([
      "mul",
      "neg",
      "AdvancedIncSubtensor1{no_inplace,inc}",
    ]);
  });
});

const end = fc.option(fc.integer({ min: -7, max: 7 }));
const step = fc.constantFrom(null, 1, 2, 3, -1, -2);
const part = fc.tuple(end, end, step).map((s) => s.map((v) => v ?? "").join(":"));

describe("two selections in a row", () => {
  for (const known of [null, 5]) {
    it(`of a vector of ${known === null ? "unknown" : "known"} size are what they were`, () => {
      const v = tensorType("float64", [known]).makeVariable(null, 0, "v") as TensorVariable;
      fc.assert(
        fc.property(part, part, fc.integer({ min: 0, max: 8 }), (first, second, size) => {
          const out = at(at(v, first), second);
          const value = values(0, known ?? size, 1, "float64");
          const graph = rewritten({ inputs: [v], outputs: [out] });
          const after = evaluate(graph.outputs, new Map([[v, value]]))[0]!;
          expect(after.toList()).toEqual(evaluate([out], new Map([[v, value]]))[0]!.toList());
          if (known !== null) expect(graph.toposort().length).toBeLessThan(2);
        }),
        { numRuns: 300, seed: 7 },
      );
    });
  }
});
