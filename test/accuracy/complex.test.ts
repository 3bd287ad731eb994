/** Functions of complex numbers against values of high precision, and at special values against NumPy. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { fromFlat } from "../../src/array/index.ts";
import * as theano from "../../src/index.ts";
import { tensor as T } from "../../src/index.ts";
import { whyNotNative } from "../../src/runtime/native/device.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";
import { COMPLEX_ULP, complexNames, measureComplex } from "./complexMeasure.ts";

type Text = readonly [string, string];
const special = JSON.parse(readFileSync(new URL("complexSpecial.json", import.meta.url), "utf8")) as {
  readonly arguments: readonly Text[];
  readonly values: Readonly<Record<string, readonly Text[]>>;
};

/** What Python writes. */
const number = (text: string): number => Number(text.replace("inf", "Infinity"));

describe("errors of complex functions, in ulp of the modulus", () => {
  it.each(complexNames)("%s", (name) => {
    for (const type of ["complex64", "complex128"] as const) {
      const { maxUlp, worst } = measureComplex(name, type);
      expect(maxUlp, `${type}: ${worst}`).toBeLessThanOrEqual(COMPLEX_ULP);
    }
  });

  it.skipIf(whyNotNative() !== null).each(["exp2", "log", "sqrt", "tanh", "arcsin", "arctanh"] as const)(
    "%s on the C target",
    (name) => {
      const { maxUlp, worst } = measureComplex(name, "complex128", "c");
      expect(maxUlp, worst).toBeLessThanOrEqual(COMPLEX_ULP);
    },
  );
});

describe("complex functions of zeros, infinities and NaN", () => {
  const z = T.zvector("z");
  const values = special.arguments.map(([re, im]) => ({ re: number(re), im: number(im) }));
  const argument = fromFlat(values, [values.length], "complex128");

  it.each(Object.keys(special.values))("%s as NumPy", (name) => {
    const y = (T as unknown as Record<string, (x: TensorVariable) => TensorVariable>)[name]!(z);
    const f = theano.function([z], y, { mode: new theano.Mode({ linker: "wasm", optimizer: null }) });
    const got = f(argument).data as Float64Array;
    const near = (x: number, wanted: number): boolean =>
      Object.is(x, wanted) || Math.abs(x - wanted) <= 1e-14 * Math.abs(wanted);
    for (const [i, text] of special.values[name]!.entries()) {
      const [re, im] = text.map(number) as [number, number];
      const [x, y] = [got[2 * i]!, got[2 * i + 1]!];
      const place = `${special.arguments[i]!.join(" ")}: ${x} ${y}, not ${re} ${im}`;
      expect(near(x, re) && near(y, im), place).toBe(true);
    }
  });
});
