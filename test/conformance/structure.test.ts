/** Views, indexing, joining, allocation and casts. All exact. */
import { describe, it } from "vitest";
import { tensor as T } from "../../src/index.ts";
import type { DType } from "../../src/dtype.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";
import { agree, DTYPES, edges, sample } from "./driver.ts";

const matrix = (dtype: DType): TensorVariable => T.tensor({ dtype, shape: [null, null] });

describe("structural operations agree on all linkers", () => {
  it.each(DTYPES)("views of %s", (dtype) => {
    const x = matrix(dtype);
    const results = [
      x.T,
      x.at("1:4"),
      x.at("::-1", "::2"),
      x.at(null, 1),
      x.at(-1),
      x.at("4:1:-1", 2),
      x.dimshuffle(1, "x", 0),
      x.flatten(),
      x.T.reshape([-1]),
      x.at([0, 2, -1]),
      x.at([
        [0, 1],
        [2, 3],
      ]),
      x.at([0, 1], [2, 3]),
      x.at("1:3", [0, 5]),
      x.at("::-1").T.at("::3"),
    ];
    agree("views", [x], results, [[sample(dtype, [5, 7])], [sample(dtype, [7, 5]).transpose()]]);
  });

  it.each(DTYPES)("symbolic ends of slices: %s", (dtype) => {
    const [x, i] = [matrix(dtype), T.lscalar("i")];
    const results = [
      x.at(i),
      x.at(T.slice(i, null)),
      x.at(T.slice(null, i)),
      x.at("...", i),
      x.at(T.slice(i, null, -1)),
      x.at(T.slice(null, null, 2), i),
    ];
    agree(
      "slices",
      [x, i],
      results,
      [2, 0, -1, -3, 4].map((k) => [sample(dtype, [5, 7]), k]),
    );
  });

  it.each(DTYPES)("joining %s", (dtype) => {
    const [x, y] = [matrix(dtype), matrix(dtype)];
    const results = [
      T.join(0, x, y),
      T.join(1, x, y),
      T.stack([x, y]),
      T.stack([x, y], { axis: 2 }),
      T.concatenate([x.T, y.T], { axis: 1 }),
      ...T.split(x, [2, 3], { axis: 0 }),
      T.tile(x, [2, 3]),
      T.repeat(x, 3, { axis: 1 }),
      T.repeat(x, 2),
      T.roll(x, 2, { axis: 0 }),
      T.roll(x, -1),
    ];
    agree("join", [x, y], results, [[sample(dtype, [5, 7]), sample(dtype, [5, 7], 3)]]);
  });

  it.each(DTYPES)("assignment to parts of %s", (dtype) => {
    const [x, y] = [matrix(dtype), matrix(dtype)];
    const results = [
      T.setSubtensor(x.at("1:3"), y.at("0:2")),
      T.setSubtensor(x.at(0), y.at(1)),
      T.incSubtensor(x.at("::2", 1), y.at("::2", 0)),
      T.incSubtensor(x.at([0, 0, 3]), y.at([1, 2, 3])),
      T.setSubtensor(x.at([0, 1], [2, 3]), y.at(0, "0:2")),
      T.incSubtensor(x.at("::-1"), y),
      T.setSubtensor(x.at("...", -1), y.at("...", 0)),
    ];
    agree("assign", [x, y], results, [[sample(dtype, [5, 7]), sample(dtype, [5, 7], 3)]], { ulp: 1 });
  });

  it.each(DTYPES)("allocation and running sums of %s", (dtype) => {
    const x = matrix(dtype);
    const results = [
      T.zerosLike(x),
      T.onesLike(x),
      T.alloc(x.at(0), 3, 7),
      T.triu(x),
      T.tril(x, 1),
      T.diag(x),
      T.cumsum(x, { axis: 0 }),
      T.cumsum(x),
      T.cumprod(x, { axis: 1 }),
      T.switch(T.eq(x, x.at(0, 0)), x, T.zerosLike(x)),
    ];
    // Running sums of float16 are kept in float32 by programs.
    agree(
      "alloc",
      [x],
      results,
      [[sample(dtype, [5, 7])]],
      dtype === "float16" ? { rel: 4e-3, abs: 4e-2 } : { ulp: 2 },
    );
  });

  it.each(DTYPES.filter((d) => !d.startsWith("complex")))("masks and positions of %s", (dtype) => {
    const x = matrix(dtype);
    const positive = T.gt(x, 0);
    agree(
      "mask",
      [x],
      [x.at(positive), ...T.nonzero(x), T.setSubtensor(x.at(positive), 1)],
      [[sample(dtype, [5, 7])], [sample(dtype, [0, 7])]],
    );
  });

  it.each(DTYPES)("empty %s", (dtype) => {
    const x = matrix(dtype);
    agree(
      "empty",
      [x],
      [x.T, x.at("::-1"), T.join(0, x, x), x.reshape([7, 0]), T.add(x, x), T.cumsum(x, { axis: 1 })],
      [[sample(dtype, [0, 7])]],
    );
  });

  it("ranges and identities", () => {
    const i = T.iscalar("i");
    const results = [
      T.arange(i),
      T.arange(2, i),
      T.arange(i, 0, -2),
      T.eye(i),
      T.eye(i, 3, 1),
      T.ones([i, 2]),
      T.arange(i, undefined, undefined, "float32"),
    ];
    agree("arange", [i], results, [[7], [0], [1], [3]]);
  });

  it("casts between all dtypes, special values included", () => {
    for (const from of DTYPES) {
      for (const to of DTYPES) {
        if (from.startsWith("complex") && !to.startsWith("complex")) continue;
        const x = T.tensor({ dtype: from, shape: [null] });
        agree(`${from} to ${to}`, [x], [x.astype(to)], [[edges(from, 60, 1)], [sample(from, [0])]]);
      }
    }
  });
});
