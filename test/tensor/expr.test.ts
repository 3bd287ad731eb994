import { describe, expect, it } from "vitest";
import { array, fromFlat } from "../../src/array/index.ts";
import { ArgumentError, IndexError, ValueError } from "../../src/errors.ts";
import * as theano from "../../src/index.ts";
import { tensor as T } from "../../src/index.ts";
import type { TensorLike, TensorVariable } from "../../src/tensor/variable.ts";
import { expectError, valueOf } from "./values.ts";

const a = T.constant([1, 2, 3]);
const b = T.constant([4, 5, 6]);
const i = T.constant([5, 6, 7], "int32");
const M = [
  [1, 2, 3],
  [4, 5, 6],
];
const m = T.constant(M);
const expr = (strings: TemplateStringsArray, ...values: TensorLike[]): unknown => valueOf(T.expr(strings, ...values));

describe("T.expr", () => {
  it("has the operators of Python", () => {
    expect(expr`${a} + ${b}`).toEqual([5, 7, 9]);
    expect(expr`${a} - ${b}`).toEqual([-3, -3, -3]);
    expect(expr`${a} * ${b}`).toEqual([4, 10, 18]);
    expect(expr`${b} / 2`).toEqual([2, 2.5, 3]);
    expect(expr`-7 // 2`).toBe(-4);
    expect(expr`-7 % 3`).toBe(2);
    expect(expr`${i} // 2`).toEqual([2, 3, 3]);
    expect(expr`${a} ** 2`).toEqual([1, 4, 9]);
    expect(expr`${a} @ ${b}`).toBe(32);
    expect(expr`-${a}`).toEqual([-1, -2, -3]);
    expect(expr`+${a}`).toEqual([1, 2, 3]);
    expect(expr`~${i}`).toEqual([-6, -7, -8]);
    expect(expr`${i} & 3 | 8`).toEqual([9, 10, 11]);
    expect(expr`${i} ^ 1`).toEqual([4, 7, 6]);
    expect(expr`${i} << 1`).toEqual([10, 12, 14]);
    expect(expr`${i} >> 1`).toEqual([2, 3, 3]);
    expect(expr`${a} < 2`).toEqual([true, false, false]);
    expect(expr`${a} <= 2`).toEqual([true, true, false]);
    expect(expr`${a} > 2`).toEqual([false, false, true]);
    expect(expr`${a} >= 2`).toEqual([false, true, true]);
    expect(expr`${a} == 2`).toEqual([false, true, false]);
    expect(expr`${a} != 2`).toEqual([true, false, true]);
  });

  it("binds them as Python does", () => {
    expect(expr`1 + 2 * 3`).toBe(7);
    expect(expr`(1 + 2) * 3`).toBe(9);
    expect(expr`10 - 2 - 3`).toBe(5);
    expect(expr`2 ** 3 ** 2`).toBe(512);
    expect(expr`-2 ** 2`).toBe(-4);
    expect(expr`2 ** -1`).toBe(0.5);
    expect(expr`-${a} ** 2`).toEqual([-1, -4, -9]);
    expect(expr`2 * ${a} ** 2 + 1`).toEqual([3, 9, 19]);
    expect(expr`1 + 1 < 3 & 2 > 1`).toBe(valueOf(T.expr`((1 + 1) < (3 & 2)) > 1`));
    expect(expr`(${a} > 1) & (${a} < 3)`).toEqual([false, true, false]);
    expect(expr`1 << 2 + 1`).toBe(8);
    expect(expr`~1 + 3`).toBe(1);
  });

  it("reads numbers as JavaScript does", () => {
    expect(expr`1.5e1 + .5`).toBe(15.5);
    expect(expr`2. * 1e-2`).toBe(0.02);
    expect(T.expr`3`.dtype).toBe("int64");
    expect(expr`pi`).toBe(Math.PI);
    expect(expr`3`).toBe(3);
  });

  it("computes with numbers before they meet a tensor", () => {
    expect(expr`${a} * 2 ** -1`).toEqual([0.5, 1, 1.5]);
    expect(expr`7 % -3`).toBe(-2);
    expect(expr`7 // -2`).toBe(-4);
    expect(expr`1 / 0`).toBe(Infinity);
    expect(T.expr`${T.fvector()} * (1 / 2)`.dtype).toBe("float32");
    expect(T.expr`${i} + (1 - 2)`.dtype).toBe("int32");
  });

  it("calls functions of T by name", () => {
    expect(expr`exp(0 * ${a})`).toEqual([1, 1, 1]);
    expect(expr`maximum(${a}, 2)`).toEqual([2, 2, 3]);
    expect(expr`sum(${m})`).toBe(21);
    expect(expr`nnet.relu(${a} - 2)`).toEqual([0, 0, 1]);
    expect(expr`switch(${a} > 1, ${a}, -${a})`).toEqual([-1, 2, 3]);
    expect(expr`sqrt(sum(sqr(${T.constant([3, 4])})))`).toBe(5);
    expect(expr`arange(3)`).toEqual([0, 1, 2]);
  });

  it("has methods, attributes and indices", () => {
    expect(expr`${m}.T`).toEqual([
      [1, 4],
      [2, 5],
      [3, 6],
    ]);
    expect(expr`${m}.sum()`).toBe(21);
    expect(expr`${m}.T.dot(${T.constant([1, 1])})`).toEqual([5, 7, 9]);
    expect(expr`${m}[0]`).toEqual([1, 2, 3]);
    expect(expr`${m}[-1, 1:]`).toEqual([5, 6]);
    expect(expr`${m}[:, ::-1]`).toEqual([
      [3, 2, 1],
      [6, 5, 4],
    ]);
    expect(expr`${m}[0:1, 2]`).toEqual([3]);
    expect(expr`${m}[..., 0]`).toEqual([1, 4]);
    expect(expr`${m}[0, None]`).toEqual([[1, 2, 3]]);
    expect(expr`(${a} + ${b})[1] * 2`).toBe(14);
    expect(expr`exp(0 * ${m})[1, 1:2]`).toEqual([1]);
    const k = T.lscalar("k");
    const given = [[k, fromFlat([1n], [], "int64")]] as const;
    expect(valueOf(T.expr`${m}[${k} - 1, ${k}:]`, given)).toEqual([2, 3]);
    expect(expr`${m}[${T.constant([1, 0], "int64")}]`).toEqual([M[1], M[0]]);
    expect(expr`${a}[${a} > 1]`).toEqual([2, 3]);
  });

  it("takes numbers and arrays for tensors", () => {
    expect(expr`${2} * ${[1, 2]}`).toEqual([2, 4]);
    expect(expr`${array([1, 2])} + 1`).toEqual([2, 3]);
    expect(expr`
      ${a}
        + ${b}
    `).toEqual([5, 7, 9]);
  });

  it("makes the graph that the functions make", () => {
    const [x, y] = [T.dvector("x"), T.dvector("y")];
    const f = theano.function([x, y], T.expr`log(1 + exp(${x})) * ${y}`);
    expect(f([0, 1000], [2, 1]).toList()).toEqual([2 * Math.LN2, 1000]);
    expect(theano.pp(T.expr`-${x} ** 2 + ${y}`)).toBe(theano.pp(T.add(T.neg(T.pow(x, 2)), y)));
  });

  it("points at what it does not understand", () => {
    const x = T.dvector("x");
    const fails = (run: () => TensorVariable, text: RegExp): void => expectError(run, ArgumentError, text);
    fails(() => T.expr`${x} +`, /column 4/);
    fails(() => T.expr``, /column 1/);
    fails(() => T.expr`(1 + 2`, /"\)" was expected at column 7/);
    fails(() => T.expr`1 2`, /column 3/);
    fails(() => T.expr`${x} ${x}`, /column 3/);
    fails(() => T.expr`${x} $ 2`, /"\$" is not understood at column 3/);
    fails(() => T.expr`nonsense(${x})`, /no function nonsense at column 1/);
    fails(() => T.expr`nnet.nonsense(${x})`, /nnet\.nonsense/);
    fails(() => T.expr`constructor(${x})`, /no function constructor/);
    fails(() => T.expr`${x}.nonsense()`, /no nonsense/);
    fails(() => T.expr`sin ${x}`, /"\(" was expected/);
    fails(() => T.expr`${x}[1`, /"\]" was expected/);
    fails(() => T.expr`${"x" as never} + 1`, /string/);
    expectError(() => T.expr`${x}[::0]`, ValueError, /step/);
    expectError(() => T.expr`${x}[0, 0]`, IndexError, /Too many/);
    try {
      void T.expr`1 + ${x} * * 2`;
      expect.fail();
    } catch (error) {
      const lines = (error as Error).message.split("\n");
      expect(lines[1]).toBe("  1 + x * * 2");
      expect(lines[2]!.indexOf("^")).toBe(lines[1]!.lastIndexOf("*"));
    }
  });
});
