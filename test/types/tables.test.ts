/** The tables that types are read from say what happens: dtypes of results, ranks of products. */
import { describe, expect, it } from "vitest";
import { DTYPES, realOf, upgradeToFloat, type DType } from "../../src/dtype.ts";
import { TheanoError } from "../../src/errors.ts";
import { tensor as T } from "../../src/index.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";

type Functions = Readonly<Record<string, (...x: TensorVariable[]) => TensorVariable>>;
const F = T as unknown as Functions;
const matrix = (dtype: DType): TensorVariable => T.tensor({ dtype, shape: [null, null] });

/** The dtype of a result; null where the function refuses the dtype. */
function dtypeOf(make: () => TensorVariable): DType | null {
  try {
    return make().dtype;
  } catch (error) {
    expect(error).toBeInstanceOf(TheanoError);
    return null;
  }
}

const FLOAT = (
  "sqrt inv exp exp2 expm1 log log2 log10 log1p sin cos tan arcsin arccos arctan sinh cosh tanh arcsinh arccosh arctanh deg2rad rad2deg " +
  "erf erfc erfinv gammaln psi digamma sigmoid softplus ceil floor trunc triGamma erfcx erfcinv gamma i0 i1 j0 j1"
).split(" ");
const SAME = "neg sgn sqr square invert tensorCopy round roundHalfToEven max min ptp".split(" ");
const isContinuous = (d: DType): boolean => /float|complex/.test(d);

describe("types of results", () => {
  it.each(DTYPES)("of %s", (d) => {
    const x = matrix(d);
    const check = (name: string, make: () => TensorVariable, wanted: DType): void => {
      const got = dtypeOf(make);
      if (got !== null) expect(got, `${name} of ${d}`).toBe(wanted);
    };
    for (const name of FLOAT) check(name, () => F[name]!(x), upgradeToFloat(d));
    for (const name of SAME) check(name, () => F[name]!(x), d);
    for (const name of ["abs", "real", "imag"]) check(name, () => F[name]!(x), realOf(d));
    const sum = isContinuous(d) ? d : d.startsWith("u") ? "uint64" : "int64";
    for (const name of ["sum", "prod"]) check(name, () => F[name]!(x), sum);
    for (const e of DTYPES) {
      const y = matrix(e);
      const common = T.add(x, y).dtype;
      check(`dot with ${e}`, () => x.dot(y), common);
      check(`maximum with ${e}`, () => x.maximum(y), common);
      if (isContinuous(d)) check(`div by ${e}`, () => x.div(y), common);
    }
    if (!isContinuous(d)) return;
    check("mean", () => T.mean(x), d);
    check("add of a number", () => x.add(1.5), d);
    check("clip", () => x.clip(0, 1), d);
  });

  it("ranks of products and broadcasting", () => {
    for (let r = 0; r < 5; r++) {
      for (let s = 0; s < 5; s++) {
        const x: TensorVariable = T.tensor({ dtype: "float64", shape: new Array<null>(r).fill(null) });
        const y: TensorVariable = T.tensor({ dtype: "float64", shape: new Array<null>(s).fill(null) });
        expect(x.dot(y).ndim).toBe(r === 0 || s === 0 ? r + s : r + s - 2);
        expect(x.add(y).ndim).toBe(Math.max(r, s));
      }
    }
  });
});
