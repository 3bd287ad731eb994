/** The page docs/specialFunctions.md: `npx tsx test/accuracy/specialTable.ts --write`. */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { tensor as T } from "../../src/index.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";
import { measureSpecial, specialNames, type FloatType } from "./specialMeasure.ts";

export const SPECIAL_DOCUMENT: URL = new URL("../../docs/specialFunctions.md", import.meta.url);

interface Bound {
  /** Largest error in float64, in units in the last place; float32 results are rounded once from it. */
  readonly ulp: number;
  readonly where: string;
  readonly method: string;
}

/** What is promised, and where the arguments of the measurement lie. */
export const PROMISED: Readonly<Record<string, Bound>> = {
  i0: { ulp: 8, where: "-700 to 700", method: "power series; polynomial in 1/x" },
  i1: { ulp: 8, where: "-700 to 700", method: "power series; polynomial in 1/x" },
  j0: { ulp: 16, where: "-60 to 60, of the amplitude beyond 8", method: "polynomial with zeros as factors; Hankel" },
  j1: { ulp: 16, where: "-60 to 60, of the amplitude beyond 8", method: "polynomial with zeros as factors; Hankel" },
  erfcx: { ulp: 8, where: "-26 to 60", method: "polynomial; asymptotic series" },
  erfcinv: { ulp: 8, where: "1e-300 to 1.99", method: "erfinv; polynomial in sqrt(-log x)" },
  gamma: { ulp: 16, where: "-160 to 171", method: "Lanczos; reflection" },
  polygamma2: { ulp: 16, where: "1e-3 to 1e5", method: "Euler and Maclaurin" },
  polygamma3: { ulp: 16, where: "1e-3 to 1e5", method: "Euler and Maclaurin" },
  polygamma7: { ulp: 16, where: "1e-2 to 1e3", method: "Euler and Maclaurin" },
  gammainc: { ulp: 16, where: "a from 0.05 to 300, x from 1e-3 to 600", method: "series; continued fraction" },
  gammaincc: { ulp: 16, where: "a from 0.05 to 300, x from 1e-3 to 600", method: "series; continued fraction" },
  betainc: { ulp: 16, where: "a and b from 0.05 to 200, x in (0, 1)", method: "even part of a continued fraction" },
  zeta: { ulp: 16, where: "s from 1.01 to 61, q from 0.01 to 1000", method: "Euler and Maclaurin" },
  jv: {
    ulp: 16,
    where: "v from 0 to 25, x from 0.01 to 200, of the amplitude where x > v",
    method: "recurrence; Hankel",
  },
  iv: { ulp: 16, where: "v from 0 to 25, x from 0.01 to 200", method: "power series; Hankel" },
  owensT: { ulp: 16, where: "h from -6 to 6, a from -5 to 5", method: "double exponential rule" },
  logit: { ulp: 2, where: "(0, 1)", method: "2 artanh(2p - 1); log p - log1p(-p)" },
  ndtri: { ulp: 4, where: "1e-30 to 1", method: "erfcinv" },
};

const ORDERS: Readonly<Record<string, number>> = { polygamma2: 2, polygamma3: 3, polygamma7: 7 };

/** The function of T that a name stands for. */
export function specialFunction(name: string): (...x: TensorVariable[]) => TensorVariable {
  const order = ORDERS[name];
  if (order !== undefined) return (x) => T.polygamma(order, x!);
  return (T as unknown as Record<string, (...x: TensorVariable[]) => TensorVariable>)[name]!;
}

const HEAD = `# Accuracy of special functions

Functions that are formulas of several instructions (\`src/scalar/special\`) or loops that run until a series has converged
(\`src/tensor/special\`) are computed in double precision on every target and rounded once for smaller types. The table gives the largest
error seen, in units in the last place of the true result, at 200 to 600 arguments for each function and type against values of 60
digits (mpmath; \`test/accuracy/fit/recordSpecial.py\`), and what is promised for float64 there. The tests measure again and compare
with this page. Where a function oscillates, errors count of the amplitude.

Derivatives in parameters are functions of the same kind (\`gammaShape.ts\`, \`betaShape.ts\`; data of \`test/tensor/data/recordShapes.py\`). Of
\`gammainc\` and \`gammaincc\` in a: within 1e-13 of themselves, for a from 0.05 to 200. Of \`betainc\` in a and b, for both from 1e-3 to 1e4
and x in (0, 1): within 1e-14 of themselves above 1e-100, 1e-13 down to 1e-280 (seen: 3.5e-15 and 3.6e-14 at 1,300 arguments).

| function | float32 measured | float64 measured | float64 promised | where | how |
|---|---|---|---|---|---|
`;

/** The page. */
export function specialDocument(ulp: (name: string, type: FloatType) => number): string {
  const rows = specialNames.map((name) => {
    const { ulp: bound, where, method } = PROMISED[name]!;
    return `| ${name} | ${ulp(name, "f32").toFixed(2)} | ${ulp(name, "f64").toFixed(1)} | ${bound} | ${where} | ${method} |`;
  });
  return `${HEAD}${rows.join("\n")}\n\nWritten by \`npx tsx test/accuracy/specialTable.ts --write\`.\n`;
}

if (process.argv.includes("--write")) {
  const text = specialDocument((name, type) => measureSpecial(name, specialFunction(name), type).maxUlp);
  writeFileSync(fileURLToPath(SPECIAL_DOCUMENT), text);
}
