import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { arange, fromFlat } from "../../src/array/index.ts";
import type { NdArray } from "../../src/array/ndArray.ts";
import { ArgumentError, DtypeError, IndexError, RankError, ShapeMismatchError, ValueError } from "../../src/errors.ts";
import * as theano from "../../src/index.ts";
import { tensor as T } from "../../src/index.ts";
import { verifyGrad } from "../../src/verifyGrad.ts";
import type { Index } from "../../src/tensor/subtensor/index.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";
import { arrayOf, expectError, valueOf } from "./values.ts";

interface Case {
  readonly shape: readonly number[];
  readonly index: readonly Index[];
  readonly error?: true;
  readonly result: readonly number[];
  readonly got: readonly number[];
  readonly set: readonly number[];
  readonly inc: readonly number[];
}

const CASES = JSON.parse(readFileSync(new URL("data/indexing.json", import.meta.url), "utf8")) as readonly Case[];

const count = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
const flat = (a: NdArray): number[] =>
  [...(a.copy().buffer as unknown as ArrayLike<bigint> & Iterable<bigint>)].map(Number);

const title = (c: Case): string => `(${c.shape.join(", ")}) at ${JSON.stringify(c.index)}`;
const dataOf = (c: Case): NdArray => arange(count(c.shape), undefined, undefined, "int64").reshape([...c.shape]);
const assigned = (c: Case): NdArray =>
  fromFlat(
    c.got.map((_, i) => BigInt(100 + i)),
    c.result,
    "int64",
  );
const unknownSizes = (rank: number): TensorVariable =>
  T.tensor({ dtype: "int64", shape: new Array<null>(rank).fill(null) });

function check(c: Case, x: TensorVariable, given: readonly (readonly [TensorVariable, NdArray])[]): void {
  const selected = T.at(x, ...c.index);
  const got = arrayOf(selected, given);
  expect(got.shape).toEqual(c.result);
  expect(flat(got)).toEqual(c.got);
  const y = T.constant(
    fromFlat(
      c.got.map((_, i) => BigInt(100 + i)),
      c.result,
      "int64",
    ),
  );
  expect(flat(arrayOf(T.setSubtensor(selected, y), given))).toEqual(c.set);
  expect(flat(arrayOf(T.incSubtensor(selected, y), given))).toEqual(c.inc);
}

describe("indexing and assignment as NumPy does them", () => {
  it.each(CASES.map((c) => [title(c), c] as const))("%s", (_, c) => {
    const data = dataOf(c);
    // Sizes unknown when the graph is built, then known.
    const open = unknownSizes(c.shape.length);
    const fixed = T.constant(data);
    if (c.error === true) {
      expectError(() => arrayOf(T.at(open, ...c.index), [[open, data]]), IndexError, /./);
      expectError(() => arrayOf(T.at(fixed, ...c.index)), IndexError, /./);
      return;
    }
    check(c, open, [[open, data]]);
    check(c, fixed, []);
  });

  it("also when compiled", () => {
    for (const c of CASES) {
      const x = unknownSizes(c.shape.length);
      const run = (): NdArray[] => {
        const selected = T.at(x, ...c.index);
        if (c.error === true) return [theano.function([x], selected)(dataOf(c))];
        const y = unknownSizes(c.result.length);
        const results = [selected, T.setSubtensor(selected, y), T.incSubtensor(selected, y)];
        return theano.function([x, y], results)(dataOf(c), assigned(c));
      };
      if (c.error === true) expectError(run, IndexError, /./);
      else expect(run().map(flat), title(c)).toEqual([c.got, c.set, c.inc]);
    }
  });
});

const M = [
  [1, 2, 3],
  [4, 5, 6],
];
const m = T.constant(M, "float64");

describe("indices that are symbolic", () => {
  const i = T.lscalar("i");
  const given = (n: number): [[TensorVariable, NdArray]] => [[i, fromFlat([BigInt(n)], [], "int64")]];

  it("pick, cut and step", () => {
    expect(valueOf(m.at(i), given(-1))).toEqual([4, 5, 6]);
    expect(valueOf(m.at("...", i), given(2))).toEqual([3, 6]);
    expect(valueOf(m.at(0, T.slice(i, null)), given(-2))).toEqual([2, 3]);
    expect(valueOf(m.at(0, T.slice(null, i)), given(9))).toEqual([1, 2, 3]);
    expect(valueOf(m.at(0, T.slice(null, null, i)), given(-2))).toEqual([3, 1]);
    expect(valueOf(m.at(0, T.slice(null, null, i)), given(2))).toEqual([1, 3]);
    expect(valueOf(m.at([i, 0], "1:"), given(1))).toEqual([
      [5, 6],
      [2, 3],
    ]);
  });

  it("of any integer dtype", () => {
    for (const dtype of ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"] as const) {
      const k = T.constant(fromFlat([dtype.endsWith("64") ? 1n : 1], [], dtype));
      expect(valueOf(m.at(k))).toEqual([4, 5, 6]);
      expect(valueOf(m.at(T.stack([k, k]), 0))).toEqual([4, 4]);
    }
  });

  it("fail out of range, and for a step of 0", () => {
    expectError(() => valueOf(m.at(i), given(2)), IndexError, /2/);
    expectError(() => valueOf(m.at(T.stack([i, i])), given(-3)), IndexError, /-3/);
    const stepped = m.at(T.slice(null, null, i));
    expectError(() => valueOf(stepped, given(0)), ValueError, /step/);
    expectError(() => theano.function([i], stepped)(0), ValueError, /step/);
    expectError(() => theano.function([i], m.at(i))(-3), IndexError, /out of bounds/);
  });

  it("that are masks", () => {
    const mask = T.tensor({ dtype: "bool", shape: [null, null] });
    const data = fromFlat([1, 0, 0, 0, 1, 1], [2, 3], "bool");
    expect(valueOf(m.at(mask), [[mask, data]])).toEqual([1, 5, 6]);
    expect(valueOf(T.setSubtensor(m.at(mask), -1), [[mask, data]])).toEqual([
      [-1, 2, 3],
      [4, -1, -1],
    ]);
    expect(valueOf(T.incSubtensor(m.at(mask), [10, 20, 30]), [[mask, data]])).toEqual([
      [11, 2, 3],
      [4, 25, 36],
    ]);
    expect(valueOf(m.at(T.gt(m, 4)))).toEqual([5, 6]);
    const wrong = fromFlat([1, 0, 0, 1], [2, 2], "bool");
    expectError(() => valueOf(m.at(mask), [[mask, wrong]]), IndexError, /mask does not fit/);
    expectError(() => theano.function([mask], m.at(mask))(wrong), IndexError, /mask does not fit/);
  });
});

describe("setSubtensor and incSubtensor", () => {
  it("stretch values along axes of size 1", () => {
    expect(valueOf(T.setSubtensor(m.at(":", "1:"), 0))).toEqual([
      [1, 0, 0],
      [4, 0, 0],
    ]);
    expect(valueOf(T.setSubtensor(m.at(":", "1:"), [7, 8]))).toEqual([
      [1, 7, 8],
      [4, 7, 8],
    ]);
    expect(valueOf(T.incSubtensor(m.at(":", "::2"), [[10], [20]]))).toEqual([
      [11, 2, 13],
      [24, 5, 26],
    ]);
    expect(valueOf(T.incSubtensor(m.at([0, 0, 1]), 1))).toEqual([
      [3, 4, 5],
      [5, 6, 7],
    ]);
  });

  it("change the tensor that was indexed last", () => {
    const row = m.at(1);
    expect(valueOf(T.setSubtensor(row.at(0), 9))).toEqual([9, 5, 6]);
    expect(valueOf(T.setSubtensor(row.at(":"), 9))).toEqual([9, 9, 9]);
    expect(valueOf(T.setSubtensor(row.at(null), 9))).toEqual([9, 9, 9]);
    expect(valueOf(T.incSubtensor(row.at("..."), [1, 2, 3]))).toEqual([5, 7, 9]);
    expect(valueOf(T.setSubtensor(m.T.at(0), [8, 9]))).toEqual([
      [8, 9],
      [2, 5],
      [3, 6],
    ]);
  });

  it("go through dimshuffle and reshape of a selection", () => {
    expect(
      valueOf(
        T.setSubtensor(m.at(":", "1:").T, [
          [7, 8],
          [9, 10],
        ]),
      ),
    ).toEqual([
      [1, 7, 9],
      [4, 8, 10],
    ]);
    expect(valueOf(T.incSubtensor(m.at(":", "1:").flatten(), [1, 2, 3, 4]))).toEqual([
      [1, 3, 5],
      [4, 8, 10],
    ]);
  });

  it("convert values that fit the dtype", () => {
    expect(arrayOf(T.setSubtensor(T.constant([1.5, 2], "float32").at(0), T.constant(3, "int8"))).dtype).toBe("float32");
    expect(valueOf(T.setSubtensor(T.constant([true, true]).at(0), false))).toEqual([false, true]);
    expect(valueOf(T.incSubtensor(T.constant([250, 1], "uint8").at(0), 10))).toEqual([4, 1]);
  });

  it("refuse values that do not fit, and what was not indexed", () => {
    const x = T.fvector("x");
    expectError(() => T.setSubtensor(x, 1), ArgumentError, /indexed tensor/);
    expectError(() => T.setSubtensor(x.add(1), 1), ArgumentError, /indexed tensor/);
    expectError(() => T.setSubtensor(x.at(0), x), RankError, /rank 1.*rank 0/s);
    expectError(() => T.setSubtensor(x.at("1:"), T.dvector()), DtypeError, /float64.*float32/s);
    expectError(() => T.setSubtensor(m.at(0), [1, 2]), ShapeMismatchError, /./);
    expectError(() => T.setSubtensor(m.at([0, 1]), [1, 2]), ShapeMismatchError, /./);
    const y = T.dvector("y");
    const data = fromFlat([1, 2], [2], "float64");
    expectError(() => valueOf(T.setSubtensor(m.at(0), y), [[y, data]]), ShapeMismatchError, /./);
    expectError(() => theano.function([y], T.incSubtensor(m.at([0, 1]), y))(data), ShapeMismatchError, /./);
  });
});

describe("take, nonzero and diagonals", () => {
  it("take elements along an axis", () => {
    expect(valueOf(T.take(m, [5, 0, -1]))).toEqual([6, 1, 6]);
    expect(valueOf(T.take(m, [2, 0], { axis: 1 }))).toEqual([
      [3, 1],
      [6, 4],
    ]);
    expect(valueOf(T.take(m, 1, { axis: 0 }))).toEqual([4, 5, 6]);
    expect(
      valueOf(
        m.take(
          [
            [0, 1],
            [1, 0],
          ],
          { axis: -1 },
        ),
      ),
    ).toEqual([
      [
        [1, 2],
        [2, 1],
      ],
      [
        [4, 5],
        [5, 4],
      ],
    ]);
    expectError(() => valueOf(T.take(m, [2], { axis: 0 })), IndexError, /2/);
  });

  it("find what is not zero", () => {
    const x = T.constant(
      [
        [0, 1],
        [NaN, 0],
      ],
      "float64",
    );
    expect(T.nonzero(x).map((v) => valueOf(v))).toEqual([
      [0, 1],
      [1, 0],
    ]);
    expect(valueOf(T.flatnonzero(x))).toEqual([1, 2]);
    expect(valueOf(T.nonzeroValues(x))).toEqual([1, NaN]);
    expectError(() => T.nonzero(T.dscalar()), RankError, /scalar/);
  });

  it("take and make diagonals", () => {
    expect(valueOf(T.diag(m))).toEqual([1, 5]);
    expect(valueOf(T.diag(m, 1))).toEqual([2, 6]);
    expect(valueOf(T.diag(m, -1))).toEqual([4]);
    expect(valueOf(T.diag(m, 5))).toEqual([]);
    expect(valueOf(T.diag(T.constant([1, 2], "int8"), 1))).toEqual([
      [0, 1, 0],
      [0, 0, 2],
      [0, 0, 0],
    ]);
    expect(valueOf(T.diag(T.constant([1], "int8"), -1))).toEqual([
      [0, 0],
      [1, 0],
    ]);
    const cube = T.arange(8).reshape([2, 2, 2]);
    expect(valueOf(T.diagonal(cube))).toEqual([
      [0, 6],
      [1, 7],
    ]);
    expect(valueOf(cube.diagonal({ offset: 1, axis1: 2, axis2: 0 }))).toEqual([[4], [6]]);
    expectError(() => T.diagonal(T.dvector()), RankError, /two axes/);
    expectError(() => T.diag(cube), RankError, /vector or a matrix/);
  });
});

describe("gradients of indexing", () => {
  const INDICES: readonly (readonly Index[])[] = [
    [1],
    [":", "::-1"],
    ["-1:0:-1", null, "1:"],
    [[0, 0, 1]],
    [
      [1, 0],
      [2, 2],
    ],
    [null, [0, 1], ":", null],
    [[true, false]],
    [
      [
        [true, false, true],
        [false, false, true],
      ],
    ],
    [
      ":",
      [
        [0, 2],
        [2, 2],
      ],
    ],
  ];
  it.each(INDICES.map((index) => [JSON.stringify(index), index] as const))("%s", (_, index) => {
    verifyGrad((x) => T.sqr(x.at(...index)), [M]);
    const y = T.cast(T.onesLike(m.at(...index)), "float64");
    verifyGrad((x) => T.sqr(T.setSubtensor(x.at(...index), y)), [M]);
    verifyGrad((x) => T.sqr(T.incSubtensor(m.at(...index), T.mul(y, x))), [2]);
  });

  it("of setSubtensor with respect to the value; of selections of selections", () => {
    verifyGrad((x, y) => T.sqr(T.setSubtensor(x.at("1:", "::2"), y)), [M, [[7, 8]]]);
    verifyGrad((x, y) => T.sqr(T.incSubtensor(x.at(":", [0, 0]), y)), [M, [7, 8]]);
    verifyGrad((x) => T.sqr(x.at("1:").at(":", "1:").at(0)), [M]);
    verifyGrad((x) => T.mul(T.diag(x), T.diag(x, 1)), [M]);
    verifyGrad((x) => T.sqr(T.diag(x, -1)), [[1, 2, 3]]);
    verifyGrad((x) => T.sqr(T.take(x, [0, 3, 3])), [M]);
  });
});
