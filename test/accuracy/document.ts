/** The page docs/accuracy.md: what was measured, what is promised, and what JAX publishes. */
import { readFileSync } from "node:fs";
import { maxUlp } from "../../src/ir/decompose/bounds.ts";
import { decomposedNames, type DecomposedName, type FloatType } from "../../src/ir/decompose/index.ts";
import { COMPLEX_ULP, complexNames, measureComplex } from "./complexMeasure.ts";
import { recordedSweeps } from "./exhaustive.ts";
import { isRecorded } from "./measure.ts";
import { sweepHalf, sweptFunctions, type Linker } from "./sweep.ts";

export const DOCUMENT: URL = new URL("../../docs/accuracy.md", import.meta.url);

/** Largest errors in ulp that JAX publishes for its CPU backend, float32 and float64 (its page on numerical accuracy). */
export const jax: Readonly<Record<string, readonly [number, number]>> = JSON.parse(
  readFileSync(new URL("jax.json", import.meta.url), "utf8"),
) as Record<string, [number, number]>;

/** What instructions are called in `T`, where that is another name. */
const NAMES: Partial<Record<DecomposedName, string>> = {
  asin: "arcsin",
  acos: "arccos",
  atan: "arctan",
  asinh: "arcsinh",
  acosh: "arccosh",
  atanh: "arctanh",
  lgamma: "gammaln",
  digamma: "psi",
  trigamma: "triGamma",
};
const nameOf = (name: DecomposedName): string => NAMES[name] ?? name;
const instructions = new Map(decomposedNames.map((name) => [nameOf(name), name]));

/** Functions whose results are the nearest float32. */
const EXACT = "abs neg sgn sqr sqrt inv ceil floor trunc roundHalfToEven roundHalfAwayFromZero".split(" ");

/** The error that is promised of a swept function for every float32. */
export function promisedUlp(name: string): number {
  const instruction = instructions.get(name);
  if (instruction !== undefined) return maxUlp[instruction].f32;
  return EXACT.includes(name) ? 0.5 : 2;
}

/** Compositions, which round after every step. */
const COMPOSED = ["logit", "ndtri"];

/** The error that is promised of a swept function for every float16. */
export function promisedHalf(name: string): number {
  return COMPOSED.includes(name) ? 2 : 0.51;
}

const sweeps = recordedSweeps();

function every(name: string, linker: Linker): string {
  const found = sweeps[name]?.[linker];
  return found === undefined ? "" : found.ulp.toFixed(2);
}

const half = (name: string): string => (sweptFunctions.has(name) ? sweepHalf(name, "wasm").ulp.toFixed(2) : "");

function published(name: string, type: FloatType): string {
  const row = jax[name];
  return row === undefined ? "" : String(row[type === "f32" ? 0 : 1]);
}

const HEAD = `# Accuracy

Transcendental and special functions are written once, as simple instructions of the loop IR (\`src/ir/decompose\`), so that the
CPU targets that use them give the same bits (but for fused multiply-adds, which C has and WebAssembly has not). The tables give the
largest error seen, in units in the last place of the true result, and the error that is promised for every argument.

"Sampled" is measured against references of 200 bits at 100,000 arguments for each function and type, drawn over the whole range with
more of them where formulas change, near zeros and near overflow (\`test/accuracy/domains.json\`); the tests measure again and compare with
this page. "Every" is measured by compiled programs at all 2^32 arguments of float32 against the kernels of float64, which are in turn
within a few ulp of float64 of the truth; \`npm run accuracy -- --exhaustive\` measures again (\`--linker wasm\` on WebAssembly; a minute for
a function and more). Empty cells were not measured. float16 is computed in float32 and rounded once, which makes 0.5 ulp and very
little more; the tests measure every float16 again. For lgamma and digamma errors are in ulp of the largest term of the formula
(\`test/accuracy/terms.ts\`). It is much larger than the result only near zeros on the negative axis, and up to a few times larger for
lgamma near 1 and digamma near 1.3.

JAX's figures are those that it publishes for its CPU backend.
`;

/** The text of docs/accuracy.md. */
export function document(measuredUlp: (name: DecomposedName, type: FloatType) => number): string {
  const cell = (name: DecomposedName, type: FloatType): string =>
    isRecorded(name) ? measuredUlp(name, type).toFixed(2) : "exact";
  const single = decomposedNames.map((name) => {
    const swept = nameOf(name);
    const all = `${every(swept, "c")} | ${every(swept, "wasm")}`;
    return `| ${name} | ${cell(name, "f32")} | ${all} | ${maxUlp[name].f32} | ${published(name, "f32")} | ${half(swept)} |`;
  });
  const double = decomposedNames.map(
    (name) => `| ${name} | ${cell(name, "f64")} | ${maxUlp[name].f64} | ${published(name, "f64")} |`,
  );
  // By name: functions are declared in the order in which modules happen to be loaded.
  const others = [...sweptFunctions.keys()].filter((name) => !instructions.has(name) && name in sweeps).sort();
  const rest = others.map(
    (name) => `| ${name} | ${every(name, "c")} | ${every(name, "wasm")} | ${promisedUlp(name)} | ${half(name)} |`,
  );
  const complex = complexNames.map((name) => {
    const [single, double] = (["complex64", "complex128"] as const).map((type) => measureComplex(name, type).maxUlp);
    return `| ${name} | ${single!.toFixed(2)} | ${double!.toFixed(2)} |`;
  });
  return `${HEAD}
## float32 and float16

| function | sampled | every, C | every, WebAssembly | promised | JAX | every float16 |
|---|---|---|---|---|---|---|
${single.join("\n")}

## float64

| function | sampled | promised | JAX |
|---|---|---|---|
${double.join("\n")}

## Other functions of one float32

Those of [special functions](specialFunctions.md) are computed in float64 and rounded once.

| function | every, C | every, WebAssembly | promised | every float16 |
|---|---|---|---|---|
${rest.join("\n")}

## Complex numbers

Errors are the distance from the true value in units in the last place of its modulus, at 1,200 pairs or numbers for each type: moduli from
1e-300 to 1e300 (complex64: 1e-37 to 1e37), beside 0, 1, -1, i, -i, the unit circle and poles. Promised are ${COMPLEX_ULP}. complex64 is computed in
double precision and rounded once, but for products. Of powers in double precision errors are counted for each unit of |w log z|; those to
whole exponents up to 31 are made by squaring. exp2 is right for imaginary parts up to 2^50. Zeros of either sign, infinities and NaN give
what NumPy gives.

| function | complex64 | complex128 |
|---|---|---|
${complex.join("\n")}

Written by \`npm run accuracy -- --write\`.
`;
}
