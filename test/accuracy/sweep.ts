/**
 * Runs a unary function over every float32 in a program compiled by the library itself: the program computes the function in single
 * and in double precision and the distance between both, so what is judged is what users run, on the target that they run it on.
 *
 * The double precision kernels are the reference. They are within a few ulp of float64 (docs/accuracy.md, docs/specialFunctions.md:
 * judged against mpmath), which is less than 1e-8 ulp of float32.
 */
import { fromBuffer } from "../../src/array/index.ts";
import { float16ToNumber } from "../../src/array/float16.ts";
import * as theano from "../../src/index.ts";
import { tensor as T } from "../../src/index.ts";
import { defineScalar, type ScalarOp } from "../../src/scalar/define.ts";
import * as S from "../../src/scalar/index.ts";
import { Elemwise, applyElemwise } from "../../src/tensor/elemwise.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";
import { largestTerm } from "./terms.ts";

type Unary = (x: TensorVariable) => TensorVariable;

/** Real parts and copies of real numbers are the numbers. */
const IDENTITIES: readonly string[] = ["real", "imag", "conj", "tensorCopy", "angle"];

function givesFloat(op: ScalarOp): boolean {
  try {
    return op.dtype.result(["float32"], op.name) === "float32";
  } catch {
    return false;
  }
}

const scalarOps = Object.entries(S as unknown as Record<string, ScalarOp>).filter(
  ([name, op]) => op.arity === 1 && op.dtype !== undefined && givesFloat(op) && !IDENTITIES.includes(name),
);

/** Every function of one float that gives a float: the elementwise ones, and compositions that promise a bound. */
export const sweptFunctions: ReadonlyMap<string, Unary> = new Map<string, Unary>([
  ...scalarOps.map(([name, op]): [string, Unary] => {
    const elemwise = new Elemwise(op);
    return [name, (x) => applyElemwise(elemwise, [x])];
  }),
  ["logit", T.logit],
  ["ndtri", T.ndtri],
]);

/** The float32 of the same bits. */
const floatOfBits = new Elemwise(
  defineScalar({
    name: "floatOfBits",
    arity: 1,
    dtype: { result: () => "float32", operands: () => ["int32"] },
    doc: "The float32 of the same bits.",
    grad: null,
    noGradient: "bits have none",
    lower: (b, [x]) => b.bitcast(x!, "f32"),
  }),
);

/** Where errors count of the largest term of a formula rather than of the value. */
const TERMS: Readonly<Record<string, string>> = { gammaln: "lgamma", psi: "digamma" };

/** A floating-point format. */
export interface Format {
  /** Units in the last place, inverted, by the exponent bits of a float64. */
  readonly units: Float64Array;
  /** What overflow counts as: the power of two above the largest number. */
  readonly limit: number;
}

function format(digits: number, least: number, most: number): Format {
  const units = Float64Array.from(
    { length: 2048 },
    (_, e) => 2 ** (digits - Math.min(Math.max(e - 1023, least), most)),
  );
  return { units, limit: 2 ** (most + 1) };
}

const SINGLE = format(23, -126, 127);
const HALF = format(10, -14, 15);
const UNITS = SINGLE.units;
const isNegative = (x: number): boolean => x < 0 || Object.is(x, -0);

/**
 * The distance of a number from the truth in units in the last place at the truth, or at a larger `term`. NaN against a number and zeros
 * of the wrong sign are infinitely far.
 */
export function distance(y: number, truth: number, term = 0, { units, limit }: Format = SINGLE): number {
  if (Number.isNaN(y) && Number.isNaN(truth)) return 0;
  if (Number.isNaN(y) || Number.isNaN(truth)) return Infinity;
  if (y === 0 && isNegative(y) !== isNegative(truth)) return Infinity;
  const within = (x: number): number => Math.max(-limit, Math.min(limit, x));
  const size = Math.max(Math.abs(truth), term);
  const exponent = size === 0 ? -1023 : Math.floor(Math.log2(size));
  const unit = units[Math.max(0, Math.min(2047, (2 ** exponent > size ? exponent - 1 : exponent) + 1023))]!;
  return Math.abs(within(y) - within(truth)) * unit;
}

export interface Swept {
  readonly ulp: number;
  /** Where. */
  readonly at: number;
}

export type Linker = "c" | "wasm";

/** Small enough for a processor's cache. */
const CHUNK = 1 << 16;

interface Compiled {
  /** For the bits of the first argument: results, and what they should be. */
  readonly run: (first: number) => readonly [Float32Array, Float64Array];
  readonly argument: (first: number, i: number) => number;
}

function compile(name: string, linker: Linker, stride: number): Compiled {
  const f = sweptFunctions.get(name);
  if (f === undefined) throw new Error(`no unary function is called ${name}`);
  const first = T.iscalar("first");
  const bits = T.add(T.mul(T.arange(0, CHUNK, 1, "int32"), stride), first);
  const x = applyElemwise(floatOfBits, [bits]);
  const outputs = [f(x), f(T.cast(x, "float64"))].map((v) => theano.Out(v, { borrow: true }));
  const values = theano.function([first], outputs, { mode: new theano.Mode({ linker }) });
  const word = new DataView(new ArrayBuffer(4));
  return {
    run: (from) => values(from | 0).map((v) => v.data) as unknown as [Float32Array, Float64Array],
    argument: (from, i) => {
      word.setInt32(0, (from + i * stride) | 0);
      return word.getFloat32(0);
    },
  };
}

/** The largest error of a function over every `stride`-th float32. */
export function sweep(name: string, linker: Linker, stride: number): Swept {
  const { run, argument } = compile(name, linker, stride);
  const term = TERMS[name];
  let [worst, at] = [0, 0];
  for (let first = 0; first < 2 ** 32; first += CHUNK * stride) {
    const [got, truth] = run(first);
    const single = new Int32Array(got.buffer, got.byteOffset, CHUNK);
    const double = new Int32Array(truth.buffer, truth.byteOffset, 2 * CHUNK);
    for (let i = 0; i < CHUNK; i++) {
      const y = got[i]!;
      const v = truth[i]!;
      const high = double[2 * i + 1]!;
      const error = Math.abs(y - v) * UNITS[(high >>> 20) & 2047]!;
      const sameSign = (single[i]! ^ high) >= 0;
      // What is not plainly right is looked at again.
      if (sameSign && (error <= worst || y === v)) continue;
      if (y !== y && v !== v) continue;
      const x = argument(first, i);
      const found = distance(y, v, error > 0.5 && term !== undefined ? largestTerm(term, x) : 0);
      if (found > worst) [worst, at] = [found, x];
    }
  }
  return { ulp: worst, at };
}

/** Every float16. */
const HALVES = fromBuffer(Uint16Array.from({ length: 2 ** 16 }, (_, bits) => bits).buffer, "float16");

/** The largest error of a function over every float16. */
export function sweepHalf(name: string, linker: Linker): Swept {
  const f = sweptFunctions.get(name)!;
  const x = T.tensor("float16", [null]) as unknown as TensorVariable;
  const outputs = [f(x), f(T.cast(x, "float64"))];
  const [half, double] = theano.function([x], outputs, { mode: new theano.Mode({ linker }) })(HALVES);
  const term = TERMS[name];
  let [worst, at] = [0, 0];
  const truths = double!.data as Float64Array;
  for (const [bits, y] of (half!.data as Uint16Array).entries()) {
    const x = float16ToNumber(bits);
    const value = float16ToNumber(y);
    const error = distance(value, truths[bits]!, 0, HALF);
    const found =
      error > 0.5 && term !== undefined ? distance(value, truths[bits]!, largestTerm(term, x), HALF) : error;
    if (found > worst) [worst, at] = [found, x];
  }
  return { ulp: worst, at };
}
