/** Measures functions of complex numbers against `complex.bin` (which `fit/recordComplex.py` writes and describes). */
import { readFileSync } from "node:fs";
import { fromFlat, type NdArray } from "../../src/array/index.ts";
import * as theano from "../../src/index.ts";
import { tensor as T } from "../../src/index.ts";
import * as S from "../../src/scalar/index.ts";
import type { ScalarOp } from "../../src/scalar/define.ts";
import { Elemwise, applyElemwise } from "../../src/tensor/elemwise.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";
import { unit } from "./specialMeasure.ts";
import type { Linker } from "./sweep.ts";

const COUNT = 1200;

/** In the order of the file. */
export const complexNames: readonly (keyof typeof S)[] = [
  ...(["mul", "trueDiv", "inv", "sqr", "sqrt", "abs"] as const),
  ...(["exp", "exp2", "expm1", "log", "log2", "log10", "log1p"] as const),
  ...(["sin", "cos", "tan", "sinh", "cosh", "tanh"] as const),
  ...(["arcsin", "arccos", "arctan", "arcsinh", "arccosh", "arctanh", "pow"] as const),
];

/** What is promised: units in the last place of the modulus of the result. */
export const COMPLEX_ULP = 4;

export type ComplexType = "complex64" | "complex128";

const bytes = readFileSync(new URL("complex.bin", import.meta.url));
const file = new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));

/** Real and imaginary parts, in turn. */
function argumentsOf(type: ComplexType): Float64Array {
  const start = type === "complex128" ? 0 : 2 * COUNT;
  return file.subarray(start, start + 2 * COUNT);
}

/** Real part, what it lacks, imaginary part, what it lacks. */
function truth(at: number, type: ComplexType): (i: number) => readonly [number, number, number, number] {
  const start = 4 * COUNT + 6 * COUNT * at;
  if (type === "complex128") return (i) => file.subarray(start + 4 * i, start + 4 * i + 4) as never;
  return (i) => [file[start + 4 * COUNT + 2 * i]!, 0, file[start + 4 * COUNT + 2 * i + 1]!, 0];
}

const second = (i: number): number => (7 * i + 3) % COUNT;

export interface ComplexError {
  /** The length of the error in units in the last place of the modulus of the true value. */
  readonly maxUlp: number;
  /** Where, as "re im". */
  readonly worst: string;
}

/** The largest error of a function; of powers in double precision, for each unit of the size of the exponent of e. */
export function measureComplex(name: keyof typeof S, type: ComplexType, linker: Linker = "wasm"): ComplexError {
  const args = argumentsOf(type);
  const value = truth(complexNames.indexOf(name), type);
  const op = S[name] as unknown as ScalarOp;
  const isBinary = op.arity !== 1;
  const other = args.map((_, k) => args[2 * second(k >> 1) + (k & 1)]!);
  const vector = (parts: Float64Array): NdArray =>
    fromFlat(
      Array.from({ length: COUNT }, (_, i) => ({ re: parts[2 * i]!, im: parts[2 * i + 1]! })),
      [COUNT],
      type,
    );
  const inputs = (isBinary ? [args, other] : [args]).map(vector);
  const symbols = inputs.map(() => T.tensor(type, [null]) as unknown as TensorVariable);
  const f = theano.function(symbols, applyElemwise(new Elemwise(op), symbols) as TensorVariable, {
    mode: new theano.Mode({ linker, optimizer: null }),
  });
  const got = f(...(inputs as [NdArray])).data as Float64Array;
  const isReal = name === "abs";
  const precision = type === "complex64" ? "f32" : "f64";
  let [maxUlp, worst] = [0, ""];
  for (let i = 0; i < COUNT; i++) {
    const [re, reRest, im, imRest] = value(i);
    if (Number.isNaN(re) || Number.isNaN(im)) continue;
    const x = isReal ? got[i]! : got[2 * i]!;
    const y = isReal ? 0 : got[2 * i + 1]!;
    const modulus = Math.hypot(re, im);
    const error =
      Math.hypot(x - re - reRest, y - im - imRest) / unit(modulus === 0 ? Number.MIN_VALUE : modulus, precision);
    const [a, b, c, d] = [args[2 * i]!, args[2 * i + 1]!, other[2 * i]!, other[2 * i + 1]!];
    const share =
      name === "pow" && type === "complex128"
        ? Math.max(1, Math.hypot(c, d) * Math.hypot(Math.log(Math.hypot(a, b)), Math.atan2(b, a)))
        : 1;
    if (!(error / share <= maxUlp)) {
      maxUlp = Number.isNaN(error) ? Infinity : error / share;
      worst = [a, b, ...(isBinary ? [c, d] : []), "gives", x, y, "not", re, im].join(" ");
    }
  }
  return { maxUlp, worst };
}
