/** Nothing dear is computed twice: how often the interpreter evaluates functions, against how many elements they have. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { grad, tensor as T } from "../../src/index.ts";
import type { NdArray } from "../../src/array/ndArray.ts";
import { scalarInstructions, type InstructionName } from "../../src/ir/scalarInstructions.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";
import { compileFor, interpreted, sample } from "../conformance/driver.ts";

const [ROWS, COLUMNS] = [6, 5];
const ALL = ROWS * COLUMNS;

const x = T.dmatrix("x") as TensorVariable;
const v = T.dvector("v") as TensorVariable;
const column = T.dcol("column") as TensorVariable;

/** Computations with the number of evaluations of `exp`, `tanh`, `sqrt` and the like that they need. */
const CASES: Readonly<Record<string, readonly [number, () => TensorVariable[]]>> = {
  "sums along different axes": [ALL, () => [T.exp(x).sum({ axis: 0 }), T.exp(x).sum({ axis: 1 }), T.exp(x).sum()]],
  "a result and a product": [ALL, () => [T.exp(x), T.dot(T.exp(x), T.exp(x).T)]],
  "a search and a sum": [
    2 * ALL,
    () => {
      const y = T.exp(x).add(T.sin(x));
      return [T.argmax(y, { axis: 1 }), y.sum({ axis: 1 })];
    },
  ],
  "a row for all rows": [COLUMNS, () => [x.mul(T.exp(v)), x.add(T.exp(v).add(1)).sum({ axis: 1 })]],
  "a column for all columns": [ROWS, () => [x.mul(T.tanh(column)), x.sub(T.tanh(column)).max({ axis: 0 })]],
  "a sum of an outer product": [
    2 * COLUMNS,
    () => [T.exp(v).dimshuffle(0, "x").mul(T.sin(v).dimshuffle("x", 0)).sum({ axis: 0 })],
  ],
  "a number for all elements": [1, () => [x.mul(T.exp(v.sum())), x.add(T.exp(v.sum())).sum()]],
  "an element for all others": [1, () => [x.mul(T.exp(v.at(0))), x.add(T.exp(v.at(0))).sum({ axis: 1 })]],
  "taken several times": [COLUMNS, () => [T.exp(v).at([0, 0, 1, 1, 2, 2, 0, 1, 2])]],
  "repeated and tiled": [2 * COLUMNS, () => [T.repeat(T.exp(v), 3), T.tile(T.sin(v), [4])]],
  "allocated, then multiplied": [COLUMNS, () => [T.prod(T.alloc(T.exp(v), 4, v.shape[0]!), { axis: 1 })]],
  neighbours: [ALL, () => [T.exp(x).at("1:").sub(T.exp(x).at(":-1"))]],
  "both ways": [ALL, () => [T.exp(x).at("::-1").mul(T.exp(x))]],
  triangles: [ALL, () => [T.triu(T.exp(x)), T.tril(T.exp(x))]],
  "a running sum": [ALL, () => [T.cumsum(T.exp(x), { axis: 0 }), T.exp(x).max({ axis: 1 })]],
  "a softmax and its logarithm": [ALL + ROWS, () => [T.nnet.softmax(x), T.log(T.nnet.softmax(x))]],
  "normalised rows": [
    ROWS,
    () => {
      const options = { axis: 1, keepdims: true };
      return [x.sub(T.mean(x, options)).div(T.sqrt(T.var(x, options).add(1e-5)))];
    },
  ],
  "deviations along all axes": [1 + ROWS + COLUMNS, () => [T.std(x), T.std(x, { axis: 0 }), T.std(x, { axis: 1 })]],
  "a chain whose links are used twice": [
    6 * ALL,
    () => {
      let y = x;
      for (let i = 0; i < 6; i++) y = T.tanh(y.mul(1.1)).add(y);
      return [y, y.sum({ axis: 0 })];
    },
  ],
  "a gradient that needs values again": [
    ALL,
    () => {
      const inner = x.mul(0.8).add(x.mul(x).mul(x).mul(0.04));
      return [grad(x.mul(T.tanh(inner).add(1)).sum(), x) as TensorVariable];
    },
  ],
};

const isDear = (name: InstructionName): boolean =>
  scalarInstructions[name].cost >= 6 && name !== "idiv" && name !== "imod";

describe("evaluations of dear functions", () => {
  let count = 0;
  const rows = Object.entries(scalarInstructions) as [InstructionName, { reference: (...args: never[]) => unknown }][];
  const references = rows.map(([, row]) => row.reference);

  beforeAll(() => {
    for (const [name, row] of rows) {
      const { reference } = row;
      if (!isDear(name)) continue;
      row.reference = (...args) => {
        count++;
        return reference(...args);
      };
    }
  });
  afterAll(() => rows.forEach(([, row], i) => void (row.reference = references[i]!)));

  it.each(Object.entries(CASES))("%s", (_, [wanted, make]) => {
    const run = interpreted(compileFor("wasm", [x, v, column], make()));
    const args: NdArray[] = [
      sample("float64", [ROWS, COLUMNS]),
      sample("float64", [COLUMNS], 2),
      sample("float64", [ROWS, 1], 3),
    ];
    count = 0;
    run(args);
    expect(count).toBe(wanted);
  });
});
