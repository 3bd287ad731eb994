/** The forms that outputs may take - none, one, a list, a record - and the types of the results. */
import type { NdArray } from "../array/ndArray.ts";
import { ArgumentError } from "../errors.ts";
import { Variable } from "../graph/variable.ts";
import type { TensorVariable } from "../tensor/variable.ts";
import { OutputSpec } from "./io.ts";

export type Output = TensorVariable | OutputSpec;

/** What `theano.function` accepts as outputs. */
export type Outputs = null | undefined | Output | readonly Output[] | { readonly [key: string]: Output };

type OneResult<O> =
  O extends OutputSpec<infer V> ? OneResult<V> : O extends TensorVariable ? NdArray<O["dtype"], O["ndim"]> : NdArray;

/** The type of a call's result: an array, a list, a record of arrays, or undefined. */
export type ResultOf<O> = O extends null | undefined
  ? undefined
  : O extends Output
    ? OneResult<O>
    : O extends readonly unknown[]
      ? { -readonly [K in keyof O]: OneResult<O[K]> }
      : { -readonly [K in keyof O]: OneResult<O[K]> };

/** Outputs in a row, and how to give the results the caller's form. */
export interface OutputLayout {
  readonly specs: readonly OutputSpec[];
  /** What to call each in a text: its key in a record, its own name, or its position. */
  readonly names: readonly string[];
  pack(values: readonly NdArray[]): unknown;
}

function specOf(o: unknown, place: string): OutputSpec {
  if (o instanceof OutputSpec) return o;
  if (o instanceof Variable) return new OutputSpec(o as TensorVariable, false);
  throw new ArgumentError(
    `theano.function: ${place} is ${describe(o)}, not a symbolic variable. ` + "Wrap a value with T.constant(value).",
  );
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  return Array.isArray(value) ? "a list" : `a ${typeof value}`;
}

/** Names for the entries of a list. */
export function outputNames(outputs: readonly Variable[]): string[] {
  return outputs.map((v, i) => v.name ?? `output ${i}`);
}

export function layoutOutputs(outputs: unknown): OutputLayout {
  if (outputs === null || outputs === undefined) return { specs: [], names: [], pack: () => undefined };
  if (outputs instanceof Variable || outputs instanceof OutputSpec) {
    const spec = specOf(outputs, "the output");
    return { specs: [spec], names: [spec.variable.name ?? "output"], pack: (values) => values[0] };
  }
  if (Array.isArray(outputs)) {
    const specs = outputs.map((o, i) => specOf(o, `output ${i}`));
    return { specs, names: outputNames(specs.map((s) => s.variable)), pack: (values) => values };
  }
  if (typeof outputs === "object") {
    const keys = Object.keys(outputs);
    const record = outputs as Record<string, unknown>;
    const specs = keys.map((k) => specOf(record[k], `output ${JSON.stringify(k)}`));
    return {
      specs,
      names: keys,
      pack(values) {
        const result: Record<string, NdArray> = {};
        for (let i = 0; i < keys.length; i++) result[keys[i]!] = values[i]!;
        return result;
      },
    };
  }
  throw new ArgumentError(
    `theano.function: outputs must be a variable, a list, a record or nothing, not ${describe(outputs)}.`,
  );
}
