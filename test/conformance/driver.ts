/**
 * Runs one function on every linker and compares: `reference` (each op's `perform`), the interpreter of the IR (which verifies each
 * program and checks every access), and WebAssembly. The last two agree to the bit.
 */
import { expect } from "vitest";
import { fromFlat, readElement, type Complex, type Element } from "../../src/array/index.ts";
import type { NdArray } from "../../src/array/ndArray.ts";
import type { DType } from "../../src/dtype.ts";
import { makeProgramLinker } from "../../src/compile/linkers/programLinker.ts";
import { fn } from "../../src/compile/function.ts";
import { Mode } from "../../src/compile/mode.ts";
import type { LinkInput } from "../../src/compile/linker.ts";
import { Profile } from "../../src/compile/profile.ts";
import type { FunctionGraph } from "../../src/graph/functionGraph.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";
import { InterpreterDevice } from "../lowering/interpreterDevice.ts";

export type Args = readonly unknown[];

/** How far two results may be apart: units in the last place of the larger one, or a part of it. */
export interface Tolerance {
  readonly ulp?: number;
  readonly rel?: number;
  readonly abs?: number;
}

/** Compiles for a linker; `None` leaves the graph as the user wrote it. */
export function compileFor(
  linker: "reference" | "wasm",
  inputs: readonly TensorVariable[],
  outputs: readonly TensorVariable[],
  optimizer: "fast_run" | "None" = "fast_run",
): Compiled {
  return fn(inputs as never, outputs as never, {
    mode: new Mode({ linker, optimizer }),
    onUnusedInput: "ignore",
  }) as unknown as Compiled;
}

type Compiled = ((...args: unknown[]) => NdArray[]) & { readonly graph: FunctionGraph };

/** The rewritten graph of a compiled function, run by the interpreter of the IR. */
export function interpreted(f: Compiled): (args: Args) => NdArray[] {
  const { graph } = f;
  const linked = makeProgramLinker("interpreter", () => new InterpreterDevice()).link({
    name: "interpreted",
    graph,
    inputs: graph.inputs.map(
      (v): LinkInput => ({
        variable: v as TensorVariable,
        label: v.toString(),
        strict: false,
        allowDowncast: undefined,
        borrow: false,
        mutable: false,
      }),
    ),
    borrowed: graph.outputs.map(() => false),
    updates: [],
    fusion: true,
    profile: new Profile("interpreted"),
  });
  return (args) => linked.call(args);
}

export function elementsOf(a: NdArray): Element[] {
  const out: Element[] = [];
  const walk = (axis: number, offset: number): void => {
    if (axis === a.ndim) {
      out.push(readElement(a, offset));
      return;
    }
    for (let i = 0; i < a.shape[axis]!; i++) walk(axis + 1, offset + i * a.strides[axis]!);
  };
  walk(0, a.offset);
  return out;
}

const DIGITS: Readonly<Record<string, number>> = {
  float16: 10,
  float32: 23,
  complex64: 23,
  float64: 52,
  complex128: 52,
};

/** A unit in the last place of `x` in a dtype; no less than the smallest subnormal. */
function ulpOf(x: number, dtype: string): number {
  const digits = DIGITS[dtype]!;
  const least = dtype === "float16" ? -24 : digits === 23 ? -149 : -1074;
  const exponent = x === 0 ? least : Math.floor(Math.log2(Math.abs(x)));
  return 2 ** Math.max(exponent - digits, least);
}

function near(x: number, y: number, dtype: string, { ulp = 0, rel = 0, abs = 0 }: Tolerance): boolean {
  if (Object.is(x, y) || (Number.isNaN(x) && Number.isNaN(y))) return true;
  if (x === y) return ulp + rel + abs > 0 || Object.is(x, y);
  const size = Math.max(Math.abs(x), Math.abs(y));
  if (!Number.isFinite(size)) {
    // One step over the largest number is infinity.
    const finite = Math.min(Math.abs(x), Math.abs(y));
    return (
      ulp > 0 &&
      Math.sign(x) === Math.sign(y) &&
      finite > (dtype === "float16" ? 65472 : dtype === "float64" ? 1.79769313486231e308 : 3.402823e38)
    );
  }
  return Math.abs(x - y) <= Math.max(abs, rel * size, ulp === 0 ? 0 : ulp * ulpOf(size, dtype));
}

/** The first difference as text, or null. */
export function difference(got: NdArray, wanted: NdArray, tolerance: Tolerance): string | null {
  if (got.dtype !== wanted.dtype) return `dtype ${got.dtype}, expected ${wanted.dtype}`;
  if (got.shape.join() !== wanted.shape.join()) return `shape (${got.shape.join()}), expected (${wanted.shape.join()})`;
  const [a, b] = [elementsOf(got), elementsOf(wanted)];
  for (const [i, x] of a.entries()) {
    const y = b[i]!;
    const same =
      typeof x === "object"
        ? nearComplex(x, y as Complex, got.dtype, tolerance)
        : typeof x === "number"
          ? near(x, y as number, got.dtype, tolerance)
          : x === y;
    if (!same) return `element ${i}: ${show(x)}, expected ${show(y)}`;
  }
  return null;
}

/** Complex results are right to units of their modulus. */
function nearComplex(x: Complex, y: Complex, dtype: string, tolerance: Tolerance): boolean {
  const modulus = Math.hypot(y.re, y.im);
  const abs = Math.max(tolerance.abs ?? 0, Number.isFinite(modulus) ? (tolerance.ulp ?? 0) * ulpOf(modulus, dtype) : 0);
  const wide = { ...tolerance, abs };
  return near(x.re, y.re, dtype, wide) && near(x.im, y.im, dtype, wide);
}

function show(e: Element): string {
  return typeof e === "object" ? `${e.re}${e.im < 0 ? "-" : "+"}${Math.abs(e.im)}j` : String(e);
}

/**
 * Checks one computation on all linkers, and again on a second call. `exactly`: WebAssembly and the interpreter give the same bits, which
 * holds but for matrix products, whose order of summation is the kernel's own, and for functions computed by the host.
 */
export function agree(
  name: string,
  inputs: readonly TensorVariable[],
  outputs: readonly TensorVariable[],
  argLists: readonly Args[],
  tolerance: Tolerance = {},
  exactly = true,
): void {
  const reference = compileFor("reference", inputs, outputs, "None");
  const wasm = compileFor("wasm", inputs, outputs);
  const interpreter = interpreted(wasm);
  const compare = (what: string, got: readonly NdArray[], wanted: readonly NdArray[], t: Tolerance): void => {
    for (const [i, w] of wanted.entries()) {
      const found = difference(got[i]!, w, t);
      if (found !== null) expect.fail(`${name}, result ${i}, ${what}: ${found}`);
    }
  };
  for (const args of argLists) {
    const wanted = reference(...args);
    const got = wasm(...args);
    compare("WebAssembly against perform", got, wanted, tolerance);
    compare("the second call", wasm(...args), got, {});
    compare("WebAssembly against the interpreter", got, interpreter(args), exactly ? {} : tolerance);
  }
}

export const DTYPES: readonly DType[] = [
  "bool",
  "int8",
  "uint8",
  "int16",
  "uint16",
  "int32",
  "uint32",
  "int64",
  "uint64",
  "float16",
  "float32",
  "float64",
  "complex64",
  "complex128",
];

/** Moderate values of a dtype, the same for the same seed. Floats are multiples of 1/64, complex parts of 1/16. */
export function sample(dtype: DType, shape: readonly number[], seed = 1): NdArray {
  let state = seed * 7919 + 17;
  const next = (): number => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state / 0x7fffffff;
  };
  const one = (): Element => {
    const x = next();
    if (dtype === "bool") return x > 0.3 ? 1 : 0;
    if (dtype.startsWith("complex")) return { re: Math.round(x * 100) / 16 - 3, im: Math.round(next() * 100) / 16 - 3 };
    if (dtype.startsWith("float")) return Math.round((x * 6 - 3) * 64) / 64;
    const whole = Math.floor(x * 9) - (dtype.startsWith("u") ? 0 : 4);
    return dtype.endsWith("64") ? BigInt(whole) : whole;
  };
  const count = shape.reduce((a, b) => a * b, 1);
  return fromFlat(Array.from({ length: count }, one), shape, dtype);
}

const EDGES = [
  0,
  -0,
  1,
  -1,
  0.5,
  -0.5,
  2,
  3.7,
  -2.3,
  10,
  1e-3,
  -1e-3,
  100.25,
  -77,
  NaN,
  Infinity,
  -Infinity,
  1e-40,
  1e5,
  -1e5,
  0.999,
  1.5,
  2.5,
  -3.5,
  700,
  -700,
  88.5,
  5e-324,
  1.7e308,
  3e38,
  -3e38,
  2 ** 31,
  -(2 ** 31),
  2 ** 63,
  0.1,
  1e-8,
  -1e-8,
  1e-300,
];

/** Special values of a dtype, in an order that depends on the seed. */
export function edges(dtype: DType, count: number, seed: number): NdArray {
  const bits = Number(/\d+$/.exec(dtype)?.[0] ?? 1);
  const unsigned = dtype.startsWith("u");
  const least = unsigned ? 0n : -(1n << BigInt(bits - 1));
  const most = (1n << BigInt(unsigned ? bits : bits - 1)) - 1n;
  const small = unsigned ? [9n, 4n, 100n] : [-1n, -2n, -7n];
  const integers = [0n, 1n, 2n, 3n, 5n, 7n, most, least, most - 1n, ...small];
  const parts = [0, 1, -1, 0.5, 2, -3, 0.1, -0.7];
  const one = (i: number): Element => {
    const k = i * 7 + seed * 13 + ((i * i) % 5);
    if (dtype === "bool") return k & 1;
    if (dtype.startsWith("complex")) return { re: parts[k % 8]!, im: parts[((k >> 3) * 5) % 8]! };
    if (dtype.startsWith("float")) return EDGES[k % EDGES.length]!;
    const value = integers[k % integers.length]!;
    return bits === 64 ? value : Number(value);
  };
  return fromFlat(
    Array.from({ length: count }, (_, i) => one(i)),
    [count],
    dtype,
  );
}
