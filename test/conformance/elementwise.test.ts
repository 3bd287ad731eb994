/** Every elementwise function on every dtype it takes, from the declarations. */
import { describe, expect, it } from "vitest";
import "../../src/index.ts";
import { decompositions, type DecomposedName } from "../../src/ir/decompose/index.ts";
import { maxUlp } from "../../src/ir/decompose/bounds.ts";
import type { DType } from "../../src/dtype.ts";
import { DtypeError } from "../../src/errors.ts";
import * as scalars from "../../src/scalar/index.ts";
import type { ScalarOp } from "../../src/scalar/define.ts";
import { applyElemwise, Elemwise } from "../../src/tensor/elemwise.ts";
import { tensorType } from "../../src/tensor/type.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";
import { agree, DTYPES, edges, sample } from "./driver.ts";

const ops = Object.values(scalars).filter((v): v is ScalarOp => typeof v === "object" && v !== null && "lower" in v);

const variable = (dtype: DType, shape: readonly (number | null)[]): TensorVariable =>
  tensorType(dtype, shape).makeVariable(null, 0) as TensorVariable;

function inputsOf(op: ScalarOp, dtype: DType): TensorVariable[] {
  const arity = op.arity === "n" ? 2 : op.arity;
  return Array.from({ length: arity }, (_, i) => variable(op.name === "switch" && i === 0 ? "bool" : dtype, [null]));
}

describe("elementwise functions agree on all linkers", () => {
  it("the table of functions is not empty", () => expect(ops.length).toBeGreaterThan(50));

  for (const op of ops) {
    it(op.name, () => {
      let dtypes = 0;
      for (const dtype of DTYPES) {
        const inputs = inputsOf(op, dtype);
        let out: TensorVariable;
        try {
          out = applyElemwise(new Elemwise(op), inputs) as TensorVariable;
        } catch (error) {
          expect(error).toBeInstanceOf(DtypeError);
          continue;
        }
        dtypes++;
        const args = [0, 1, 3, 37, 90].map((n) => inputs.map((v, i) => edges(v.dtype, n, i * 3 + 1)));
        // The reference is right to less than one unit for real functions; complex ones are compositions.
        const ulp = dtype.startsWith("complex") ? 8 : Math.max(2, op.maxUlp ?? 0);
        // The interpreter takes transcendental functions from the table, WebAssembly expands them.
        agree(`${op.name} of ${dtype}`, inputs, [out], args, { ulp }, (op.maxUlp ?? 0) < 1);
      }
      expect(dtypes).toBeGreaterThan(0);
    });
  }
});

describe("elementwise functions on shapes", () => {
  const [add, mul] = [scalars.add, scalars.mul];
  const sum = (a: TensorVariable, b: TensorVariable): TensorVariable =>
    applyElemwise(new Elemwise(add), [a, b]) as TensorVariable;
  const product = (a: TensorVariable, b: TensorVariable): TensorVariable =>
    applyElemwise(new Elemwise(mul), [a, b]) as TensorVariable;

  it.each(DTYPES)("broadcast rows and columns of %s", (dtype) => {
    const [column, row, matrix] = [
      variable(dtype, [null, 1]),
      variable(dtype, [1, null]),
      variable(dtype, [null, null]),
    ];
    agree(
      "broadcast",
      [column, row, matrix],
      [sum(column, row), product(sum(matrix, row), column)],
      [
        [sample(dtype, [6, 1]), sample(dtype, [1, 9], 2), sample(dtype, [6, 9], 3)],
        [sample(dtype, [0, 1]), sample(dtype, [1, 9], 2), sample(dtype, [0, 9], 3)],
        [sample(dtype, [1, 1]), sample(dtype, [1, 1], 2), sample(dtype, [1, 1], 3)],
      ],
      { ulp: 2 },
    );
  });

  it("arguments that are views: transposed, strided, reversed", () => {
    const x = variable("float32", [null, null]);
    const base = sample("float32", [12, 10]);
    const views = [base.transpose(), base.at("1::3", "::-2")];
    agree(
      "views",
      [x],
      [product(sum(x, x), x)],
      views.map((v) => [v]),
    );
  });

  it("scalars of every dtype", () => {
    for (const dtype of DTYPES) {
      const [a, b] = [variable(dtype, []), variable(dtype, [])];
      agree(`scalars of ${dtype}`, [a, b], [sum(a, b), product(a, b)], [[sample(dtype, []), sample(dtype, [], 5)]], {
        ulp: 2,
      });
    }
  });
});

describe("published bounds", () => {
  it("cover every decomposed function", () => {
    for (const name of Object.keys(decompositions) as DecomposedName[]) expect(maxUlp[name], name).toBeDefined();
  });
});
