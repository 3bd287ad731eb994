/** What may be given bare, as a list, one by one, or as an option means the same. */
import { describe, expect, it } from "vitest";
import * as theano from "../../src/index.ts";
import { tensor as T, type ArrayInput } from "../../src/index.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";

const x = T.dmatrix("x");
const t = T.dtensor3("t");
const sizes = T.lvector("sizes");
const values = [
  [3, 1, 2],
  [4, 6, 5],
];
const cube = [
  [
    [1, 2],
    [3, 4],
  ],
];

/** The value of a graph of x, t and sizes. */
function valueOf(y: TensorVariable): unknown {
  const f = theano.function([x, t, sizes], y, { onUnusedInput: "ignore" });
  return (f as unknown as (...args: ArrayInput[]) => theano.NdArray)(values, cube, [3, 2]).toList();
}

const table: [string, () => TensorVariable, unknown][] = [
  ["sum, axis bare", () => T.sum(x, 0), [7, 7, 7]],
  ["sum, axes bare", () => x.sum([0, 1]), 21],
  ["max, axis bare", () => x.max(1), [3, 6]],
  ["var, axis bare", () => T.var(x, 0), [0.25, 6.25, 2.25]],
  ["norm, exponent bare", () => x.norm(1, { axis: 1 }), [6, 15]],
  ["norm, L", () => T.norm(x, { L: 1, axis: 0 }), [7, 7, 7]],
  [
    "cumsum, axis bare",
    () => T.cumsum(x, 1),
    [
      [3, 4, 6],
      [4, 10, 15],
    ],
  ],
  [
    "sort, axis bare",
    () => T.sort(x, 1),
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
  ],
  ["sort, all", () => x.sort(null), [1, 2, 3, 4, 5, 6]],
  [
    "roll, axis bare",
    () => T.roll(x, 1, 1),
    [
      [2, 3, 1],
      [5, 4, 6],
    ],
  ],
  [
    "repeat, axis bare",
    () => x.repeat(2, 0),
    [
      [3, 1, 2],
      [3, 1, 2],
      [4, 6, 5],
      [4, 6, 5],
    ],
  ],
  ["tile to a rank", () => T.tile(x, 1, { ndim: 3 }), [values]],
  [
    "round, mode bare",
    () => T.round(x.add(0.5), "half_away_from_zero"),
    [
      [4, 2, 3],
      [5, 7, 6],
    ],
  ],
  ["flatten, option", () => t.flatten({ ndim: 2 }), [[1, 2, 3, 4]]],
  [
    "reshape, one by one",
    () => x.reshape(3, 2),
    [
      [3, 1],
      [2, 4],
      [6, 5],
    ],
  ],
  [
    "reshape, vector of sizes",
    () => x.reshape(sizes, { ndim: 2 }),
    [
      [3, 1],
      [2, 4],
      [6, 5],
    ],
  ],
  ["transpose, one by one", () => t.transpose(2, 0, 1), [[[1, 3]], [[2, 4]]]],
  ["transpose, list", () => t.transpose([2, 0, 1]), [[[1, 3]], [[2, 4]]]],
  ["transpose, option", () => T.transpose(t, { axes: [2, 0, 1] }), [[[1, 3]], [[2, 4]]]],
  [
    "transpose, nothing",
    () => x.transpose(),
    [
      [3, 4],
      [1, 6],
      [2, 5],
    ],
  ],
  ["dimshuffle, list", () => x.dimshuffle([1, "x", 0]), [[[3, 4]], [[1, 6]], [[2, 5]]]],
  ["dimshuffle, one by one", () => T.dimshuffle(x, 1, "x", 0), [[[3, 4]], [[1, 6]], [[2, 5]]]],
  [
    "eye, by name",
    () => T.eye(2, { k: 1, dtype: "int32" }),
    [
      [0, 1],
      [0, 0],
    ],
  ],
  [
    "eye, by place",
    () => T.eye(2, 3, 1, "int8"),
    [
      [0, 1, 0],
      [0, 0, 1],
    ],
  ],
  [
    "tri, by name",
    () => T.tri(2, { m: 3, k: 1 }),
    [
      [1, 1, 0],
      [1, 1, 1],
    ],
  ],
  [
    "tril, by name",
    () => T.tril(x, { k: -1 }),
    [
      [0, 0, 0],
      [4, 0, 0],
    ],
  ],
  ["arange, dtype", () => T.arange(3, { dtype: "float32" }), [0, 1, 2]],
  ["arange, step", () => T.arange(1, { stop: 6, step: 2 }), [1, 3, 5]],
  ["split, count by place", () => T.join(0, T.split(x, [2, 1], 2, { axis: 1 })[1]!, [[9]]), [[2], [5], [9]]],
  ["join, list", () => T.join(0, [x, x]), [...values, ...values]],
  [
    "tensordot, axes",
    () => T.tensordot(x, x, { axes: [[1], [1]] }),
    [
      [14, 28],
      [28, 77],
    ],
  ],
  [
    "relu, slope bare",
    () => T.nnet.relu(x.sub(3), 2),
    [
      [0, -4, -2],
      [1, 3, 2],
    ],
  ],
];

describe("arguments", () => {
  it.each(table)("%s", (_name, graph, expected) => {
    expect(valueOf(graph())).toEqual(expected);
  });

  it("refuses what means nothing", () => {
    expect(() => T.round(x, "up" as "half_to_even")).toThrow(theano.ArgumentError);
    expect(() => T.tile(x, [2, 2], { ndim: 1 })).toThrow(theano.ValueError);
    expect(() => x.norm("fro" as unknown as number)).toThrow(theano.ValueError);
    expect(() => x.transpose([0])).toThrow(theano.RankError);
    expect(() => x.sum([0, -2])).toThrow(theano.AxisError);
  });

  it("takes a dtype bare", () => {
    expect(T.vector("v", "int16").type).toBe(T.wvector().type);
    expect(T.scalar(null, "bool").dtype).toBe("bool");
    expect(() => T.matrix("m", "float" as "int8")).toThrow(theano.DtypeError);
  });

  it("makes tensors of another dtype in the shape of a model", () => {
    expect(x.zerosLike("int8").dtype).toBe("int8");
    expect(x.onesLike({ dtype: "bool" }).dtype).toBe("bool");
    expect(x.onesLike().dtype).toBe("float64");
  });
});

describe("T.tensor", () => {
  it("takes options, or dtype and pattern", () => {
    const types = [
      T.tensor({ dtype: "float32", shape: [null, 3] }),
      T.tensor({ dtype: "float32", broadcastable: [true, false] }),
      T.tensor({ shape: [] }),
      T.tensor("int8", [null, 1], "x"),
      T.tensor("int8", [true, false, true], { name: "x" }),
    ].map((v) => `${v.toString()}: ${v.type.toString()}`);
    expect(types).toEqual([
      "<TensorType(float32, (?, 3))>: TensorType(float32, (?, 3))",
      "<TensorType(float32, row)>: TensorType(float32, row)",
      "<TensorType(float64, scalar)>: TensorType(float64, scalar)",
      "x: TensorType(int8, col)",
      "x: TensorType(int8, (1, ?, 1))",
    ]);
  });

  it("says what is missing", () => {
    expect(() => (T.tensor as (x?: unknown) => unknown)("float32")).toThrow(theano.ArgumentError);
    expect(() => (T.tensor as (x?: unknown) => unknown)()).toThrow(/a shape is needed/);
    expect(() => T.tensor("float99" as "int8", [])).toThrow(theano.DtypeError);
  });
});
