/** Searching in sorted vectors, counting, repetition by counts. */
import { describe, expect, it } from "vitest";
import * as theano from "../../src/index.ts";
import { tensor as T, type ArrayInput } from "../../src/index.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";

type Call = (...args: ArrayInput[]) => theano.NdArray;
const compile = (inputs: TensorVariable[], y: TensorVariable, mode?: theano.Mode): Call =>
  theano.function(inputs, y, mode === undefined ? {} : { mode }) as unknown as Call;
const v = T.dvector("v");
const w = T.dvector("w");
const i = T.lvector("i");
const m = T.dmatrix("m");
const modes = [undefined, new theano.Mode({ linker: "reference" })];

describe.each(modes)("linker %#", (mode) => {
  it("finds places before and after equal elements", () => {
    const values = [0, 2, 2.5, 9, NaN];
    const left = compile([v, w], T.searchsorted(v, w), mode);
    expect(left([1, 2, 2, 3], values).toList()).toEqual([0, 1, 3, 4, 4]);
    expect(left([], values).toList()).toEqual([0, 0, 0, 0, 0]);
    const right = compile([v, m], T.searchsorted(v, m, { side: "right" }), mode);
    expect(
      right(
        [1, 2, 2, 3],
        [
          [0, 2],
          [3, 9],
        ],
      ).toList(),
    ).toEqual([
      [0, 3],
      [4, 4],
    ]);
    const sorted = compile([v, w], v.searchsorted(w, { sorter: v.argsort() }), mode);
    expect(sorted([3, 1, 2, 2], values).toList()).toEqual([0, 1, 3, 4, 4]);
  });

  it("counts", () => {
    const count = compile([i], T.bincount(i), mode);
    expect(count([1, 1, 3]).toList()).toEqual([0, 2, 0, 1]);
    expect(count([]).toList()).toEqual([]);
    expect(() => count([-1, 2])).toThrow(theano.IndexError);
    expect(count([3]).toList()).toEqual([0, 0, 0, 1]);
    expect(compile([i], T.bincount(i, { minlength: 3 }), mode)([0]).toList()).toEqual([1, 0, 0]);
    expect(compile([i, v], T.bincount(i, { weights: v }), mode)([1, 1, 3], [0.5, 1, 2]).toList()).toEqual([
      0, 1.5, 0, 2,
    ]);
    expect(() => T.bincount(v)).toThrow(theano.DtypeError);
  });

  it("repeats by counts", () => {
    const repeat = compile([v, i], T.repeat(v, i), mode);
    expect(repeat([1, 2, 3], [2, 0, 3]).toList()).toEqual([1, 1, 3, 3, 3]);
    expect(() => repeat([1, 2, 3], [2, -1, 3])).toThrow(theano.ValueError);
    expect(() => repeat([1, 2, 3], [2, 3])).toThrow(theano.ShapeMismatchError);
    expect(compile([m, i], m.repeat(i, 1), mode)([[1, 2]], [2, 1]).toList()).toEqual([[1, 1, 2]]);
    const gradient = theano.grad(T.repeat(v, i).mul(T.arange(5)).sum(), v);
    expect(compile([v, i], gradient, mode)([1, 2, 3], [2, 0, 3]).toList()).toEqual([1, 0, 9]);
  });
});
