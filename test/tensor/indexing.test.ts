import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { arange, fromFlat } from "../../src/array/index.ts";
import type { NdArray } from "../../src/array/ndArray.ts";
import { IndexError } from "../../src/errors.ts";
import { tensor as T } from "../../src/index.ts";
import type { Index } from "../../src/tensor/subtensor/index.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";
import { arrayOf, expectError } from "./values.ts";

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

/** What differs from NumPy's recorded behaviour, or null. */
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
  const title = (c: Case): string => `(${c.shape.join(", ")}) at ${JSON.stringify(c.index)}`;
  it.each(CASES.map((c) => [title(c), c] as const))("%s", (_, c) => {
    const data = arange(count(c.shape), undefined, undefined, "int64").reshape([...c.shape]);
    // Sizes unknown when the graph is built, then known.
    const open = T.tensor({ dtype: "int64", shape: c.shape.map(() => null) });
    const fixed = T.constant(data);
    if (c.error === true) {
      expectError(() => arrayOf(T.at(open, ...c.index), [[open, data]]), IndexError, /./);
      expectError(() => arrayOf(T.at(fixed, ...c.index)), IndexError, /./);
      return;
    }
    check(c, open, [[open, data]]);
    check(c, fixed, []);
  });
});
