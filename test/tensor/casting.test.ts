/** Which dtypes come out: NumPy's for every pair, and what the flags change. */
import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import type { DType } from "../../src/dtype.ts";
import { DtypeError } from "../../src/errors.ts";
import * as theano from "../../src/index.ts";
import { tensor as T } from "../../src/index.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";
import { expectError } from "./values.ts";

interface Table {
  readonly dtypes: readonly DType[];
  readonly results: Readonly<Record<string, readonly (readonly string[])[]>>;
}

const table = JSON.parse(readFileSync(new URL("../data/numpyBinaryDtypes.json", import.meta.url), "utf8")) as Table;
const vector = (dtype: DType): TensorVariable => T.tensor({ dtype, shape: [null] });
const isComplex = (d: DType): boolean => d.startsWith("complex");

/** Where NumPy's answer is not wanted, and what is. */
function wanted(name: string, p: DType, q: DType, numpys: string): string {
  // There is no order on complex numbers: NumPy's is that of dictionaries.
  if ("maximum minimum lt le gt ge".split(" ").includes(name) && (isComplex(p) || isComplex(q))) return "error";
  // Theano's: quotients and remainders of booleans are booleans.
  if (["intDiv", "mod"].includes(name) && p === "bool" && q === "bool") return "bool";
  // Integers become float32 at least, and what the common dtype becomes.
  if (
    name === "arctan2" &&
    ["float16", "float32"].includes(numpys) &&
    !p.startsWith("float") &&
    !q.startsWith("float")
  ) {
    return T.exp(vector(T.add(vector(p), vector(q)).dtype)).dtype;
  }
  return numpys;
}

const given = {
  castPolicy: theano.config.castPolicy,
  floatX: theano.config.floatX,
  intDivision: theano.config.intDivision,
};
afterEach(() => Object.assign(theano.config, given));

describe("promotion", () => {
  it.each(Object.keys(table.results))("of %s is NumPy's for all pairs of dtypes", (name) => {
    const f = (T as unknown as Record<string, (x: TensorVariable, y: TensorVariable) => TensorVariable>)[name]!;
    for (const [i, p] of table.dtypes.entries()) {
      for (const [j, q] of table.dtypes.entries()) {
        let got: string;
        try {
          got = f(vector(p), vector(q)).dtype;
        } catch (error) {
          expect(error).toBeInstanceOf(DtypeError);
          got = "error";
        }
        expect(got, `${name} of ${p} and ${q}`).toBe(wanted(name, p, q, table.results[name]![i]![j]!));
      }
    }
  });

  it("by castPolicy", () => {
    const sum = (p: DType, q: DType): string => T.add(vector(p), vector(q)).dtype;
    const cases: readonly [policy: typeof given.castPolicy, floatX: typeof given.floatX, string][] = [
      ["custom", "float64", "float64 float64 float32 float64 complex128"],
      ["custom", "float32", "float64 float64 float32 float64 complex128"],
      ["numpy", "float32", "float64 float64 float32 float64 complex128"],
      ["floatX", "float64", "float32 float32 float32 float64 complex128"],
      ["floatX", "float32", "float32 float32 float32 float64 complex128"],
      ["numpy+floatX", "float64", "float64 float64 float32 float64 complex128"],
      ["numpy+floatX", "float32", "float32 float32 float32 float64 complex128"],
    ];
    for (const [castPolicy, floatX, dtypes] of cases) {
      Object.assign(theano.config, { castPolicy, floatX });
      const got = [
        sum("int32", "float32"),
        sum("int64", "float32"),
        sum("int16", "float32"),
        sum("int64", "float64"),
        sum("int32", "complex64"),
      ];
      expect(got.join(" "), `${castPolicy}, ${floatX}`).toBe(dtypes);
    }
  });

  it("of JavaScript's numbers", () => {
    expect(T.add(vector("int8"), 1).dtype).toBe("int8");
    expect(T.add(vector("float32"), 1.5).dtype).toBe("float32");
    expect(T.add(vector("int8"), 1.5).dtype).toBe("float64");
    expect(T.add(vector("bool"), 1).dtype).toBe("int64");
    expectError(() => T.add(vector("int8"), 200), DtypeError, /200/);
    theano.config.floatX = "float32";
    expect(T.add(vector("int8"), 1.5).dtype).toBe("float32");
    expect(T.constant(1.5).dtype).toBe("float32");
    expect(T.constant(1).dtype).toBe("int64");
  });
});

describe("intDivision", () => {
  const [i, x] = [T.ivector("i"), T.dvector("x")];
  it("int: the floor", () => {
    expect(i.intDiv(2).dtype).toBe("int32");
    expect(T.intDiv([7], 2).eval().toList()).toEqual([3]);
  });

  it("raise: an error for integers only", () => {
    theano.config.intDivision = "raise";
    expectError(() => i.intDiv(2), DtypeError, /intDivision/);
    expectError(() => T.floorDiv(2, i), DtypeError, /intDivision/);
    expectError(() => i.divmod(i), DtypeError, /intDivision/);
    expectError(() => T.expr`${i} // 2`, DtypeError, /intDivision/);
    expect(x.intDiv(2).dtype).toBe("float64");
    expect(T.intDiv(3, x).dtype).toBe("float64");
    expect(i.div(2).dtype).toBe("float64");
    // Sizes and positions are computed as ever.
    expect(T.unravelIndex([5], [2, 3]).map((v) => v.eval().toList())).toEqual([[1], [2]]);
    expect(
      T.roll(x, 1)
        .eval([[x, [1, 2, 3]]])
        .toList(),
    ).toEqual([3, 1, 2]);
  });

  it("floatX: the quotient", () => {
    theano.config.intDivision = "floatX";
    expect(
      i
        .intDiv(2)
        .eval([[i, [7]]])
        .toList(),
    ).toEqual([3.5]);
    theano.config.floatX = "float32";
    expect(i.intDiv(2).dtype).toBe("float32");
    expect(
      x
        .intDiv(2)
        .eval([[x, [7]]])
        .toList(),
    ).toEqual([3]);
  });
});
