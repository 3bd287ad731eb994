/** Measures the functions of `src/scalar/special` against `special.json` (which `fit/recordSpecial.py` writes). */
import { readFileSync } from "node:fs";
import { fromFlat } from "../../src/array/index.ts";
import * as theano from "../../src/index.ts";
import { tensor as T } from "../../src/index.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";

interface Recorded {
  readonly args: readonly (readonly number[])[];
  /** The nearest number, and what is missing. */
  readonly values: readonly (readonly [number, number])[];
  /** The size of the largest term, where errors count of that. */
  readonly terms?: readonly number[];
}

export type FloatType = "f32" | "f64";

const text = readFileSync(new URL("special.json", import.meta.url), "utf8");
const recorded = JSON.parse(text) as Readonly<Record<string, Recorded>>;

export interface Measurement {
  readonly maxUlp: number;
  readonly worst: readonly number[];
}

/** The unit in the last place of a positive number. */
export function unit(x: number, type: FloatType): number {
  const [digits, least] = type === "f32" ? [23, -149] : [52, -1074];
  const size = Math.abs(x);
  let exponent = Math.floor(Math.log2(size));
  if (2 ** exponent > size) exponent--;
  return 2 ** Math.max(exponent - digits, least);
}

/** The largest error of a function, in units in the last place of the true value. */
export function measureSpecial(
  name: string,
  f: (...x: TensorVariable[]) => TensorVariable,
  type: FloatType,
): Measurement {
  const { args, values, terms } = recorded[`${name}.${type}`]!;
  const dtype = type === "f32" ? "float32" : "float64";
  const inputs = args[0]!.map(() => (type === "f32" ? T.fvector() : T.dvector()) as TensorVariable);
  const compiled = theano.function(inputs, f(...inputs), { mode: new theano.Mode({ linker: "wasm" }) });
  const columns = inputs.map((_, k) =>
    fromFlat(
      args.map((a) => a[k]!),
      [args.length],
      dtype,
    ),
  );
  const got = compiled(...columns).data as Float32Array | Float64Array;
  let [maxUlp, worst] = [0, args[0]!];
  for (const [i, [hi, lo]] of values.entries()) {
    const size = Math.max(Math.abs(hi), terms?.[i] ?? 0);
    const error = Math.abs(got[i]! - hi - lo) / unit(size === 0 ? Number.MIN_VALUE : size, type);
    if (!(error <= maxUlp)) [maxUlp, worst] = [Number.isNaN(error) ? Infinity : error, args[i]!];
  }
  return { maxUlp, worst };
}

export const specialNames: readonly string[] = [...new Set(Object.keys(recorded).map((k) => k.split(".")[0]!))];
