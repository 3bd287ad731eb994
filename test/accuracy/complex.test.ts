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

describe("whole powers of complex numbers", () => {
  it("of whole numbers are exact as long as they can be, and right to 4 ulp beyond", () => {
    const [z, w] = [T.zvector("z"), T.zvector("w")];
    const f = theano.function([z, w], T.pow(z, w), { mode: new theano.Mode({ linker: "wasm", optimizer: null }) });
    const exponents = Array.from({ length: 32 }, (_, n) => ({ re: n, im: 0 }));
    const column = (of: readonly { readonly re: number; readonly im: number }[]) => fromFlat(of, [32], "complex128");
    for (const [re, im] of [
      [1n, 2n],
      [-3n, 1n],
      [0n, 2n],
      [7n, -4n],
    ] as const) {
      const base = exponents.map(() => ({ re: Number(re), im: Number(im) }));
      const got = f(column(base), column(exponents)).data as Float64Array;
      const inverse = f(column(base), column(exponents.map(({ re: n }) => ({ re: -n, im: 0 })))).data as Float64Array;
      let [x, y] = [1n, 0n];
      for (let n = 0; n < 32; n++) {
        const [wantedRe, wantedIm] = [Number(x), Number(y)];
        const size = Math.hypot(wantedRe, wantedIm);
        const error = Math.hypot(got[2 * n]! - wantedRe, got[2 * n + 1]! - wantedIm);
        expect(error / size, `(${re}, ${im})^${n}`).toBeLessThanOrEqual(size < 2 ** 50 ? 0 : 4 * 2 ** -52);
        const [a, b] = [inverse[2 * n]!, inverse[2 * n + 1]!];
        const one = [a * wantedRe - b * wantedIm - 1, a * wantedIm + b * wantedRe];
        expect(Math.hypot(...one), `(${re}, ${im})^-${n}`).toBeLessThanOrEqual(8 * 2 ** -52);
        [x, y] = [x * re - y * im, x * im + y * re];
      }
    }
  });

  it("beyond the range are infinite or 0, and not lost in between", () => {
    const [z, w] = [T.zvector("z"), T.zvector("w")];
    const f = theano.function([z, w], T.abs(T.pow(z, w)), {
      mode: new theano.Mode({ linker: "wasm", optimizer: null }),
    });
    const values = [
      [1e200, 1e200, 3],
      [1e200, 1e200, -3],
      [1e-150, 1e-150, 2],
      [1e150, 1e150, -2],
      [1e30, 0, -10],
    ] as const;
    const column = (of: readonly (readonly [number, number])[]) =>
      fromFlat(
        of.map(([re, im]) => ({ re, im })),
        [of.length],
        "complex128",
      );
    const got = f(column(values.map(([re, im]) => [re, im])), column(values.map(([, , n]) => [n, 0]))).data;
    const wanted = [Infinity, 0, 2e-300, 5e-301, 1e-300];
    for (const [i, x] of wanted.entries()) {
      const y = Number(got[i]);
      expect(x === y || Math.abs(y - x) <= 1e-12 * x, `${values[i]!.join(" ")}: ${y}`).toBe(true);
    }
  });
});
