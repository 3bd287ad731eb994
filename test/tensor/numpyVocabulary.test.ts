/** NumPy's functions against what NumPy gives (`data/recordVocabulary.py`): by `perform` and compiled, from several layouts. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { fromFlat, NdArray, type Element } from "../../src/array/index.ts";
import type { DType } from "../../src/dtype.ts";
import { tensor as T } from "../../src/index.ts";
import { TensorVariable } from "../../src/tensor/variable.ts";
import { compileFor, difference, type Tolerance } from "../conformance/driver.ts";
import { arrayOf } from "./values.ts";

interface Recorded {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: readonly unknown[];
}

interface Case {
  readonly f: string;
  readonly args: readonly unknown[];
  readonly options?: Readonly<Record<string, unknown>>;
  readonly out: readonly Recorded[];
  readonly many: boolean;
  readonly ulp?: number;
  readonly abs?: number;
}

const text = readFileSync(new URL("data/vocabulary.json", import.meta.url), "utf8");
const cases = JSON.parse(text) as Case[];
const SPECIAL: Readonly<Record<string, number>> = { nan: NaN, inf: Infinity, "-inf": -Infinity };

function element(dtype: DType, v: unknown): Element {
  const number = (e: unknown): number => (typeof e === "string" ? SPECIAL[e]! : Number(e));
  if (Array.isArray(v)) return { re: number(v[0]), im: number(v[1]) };
  return dtype.endsWith("int64") ? BigInt(v as number) : number(v);
}

const isRecorded = (v: unknown): v is Recorded => typeof v === "object" && v !== null && "dtype" in v && "data" in v;

function decode({ dtype, shape, data }: Recorded): NdArray {
  return fromFlat(
    data.map((v) => element(dtype, v)),
    shape,
    dtype,
  );
}

/** The same array, lying otherwise in memory. */
function laidOut(a: NdArray, layout: number): NdArray {
  if (a.ndim === 0 || layout === 0) return a;
  if (layout === 1) return a.transpose().copy().transpose();
  const turned = a.shape.map(() => "::-1");
  return a
    .at(...turned)
    .copy()
    .at(...turned);
}

/** Arrays among the arguments become inputs. */
class Call {
  readonly inputs: TensorVariable[] = [];
  readonly values: NdArray[] = [];
  readonly outputs: readonly TensorVariable[];

  constructor(c: Case, layout: number) {
    const convert = (v: unknown): unknown => {
      if (isRecorded(v)) {
        const value = laidOut(decode(v), layout);
        const input = T.tensor({ dtype: v.dtype, shape: v.shape.map((n) => (n === 1 ? 1 : null)) });
        this.inputs.push(input);
        this.values.push(value);
        return input;
      }
      return Array.isArray(v) ? v.map(convert) : v;
    };
    const args = c.args.map(convert);
    const options = Object.entries(c.options ?? {}).map(([k, v]) => [k, convert(v)] as const);
    if (options.length > 0) args.push(OPTION_OF[c.f] === undefined ? Object.fromEntries(options) : options[0]![1]);
    const f = (T as unknown as Record<string, (...a: unknown[]) => TensorVariable | readonly TensorVariable[]>)[c.f]!;
    expect(f, `T.${c.f}`).toBeTypeOf("function");
    const got = f(...args);
    expect(Array.isArray(got), `${c.f} gives a list`).toBe(c.many);
    this.outputs = got instanceof TensorVariable ? [got] : got;
  }
}

/** Functions that take a bare value where others take options. */
const OPTION_OF: Readonly<Record<string, string>> = {};

describe("NumPy's functions", () => {
  const names = [...new Set(cases.map((c) => c.f))];
  it("are recorded", () => expect(cases.length).toBeGreaterThan(500));
  for (const name of names) {
    it(name, () => {
      for (const [k, c] of cases.filter((e) => e.f === name).entries()) {
        const label = `${name} case ${k}: ${JSON.stringify(c.args).slice(0, 200)} ${JSON.stringify(c.options ?? {})}`;
        let call: Call;
        try {
          call = new Call(c, k % 3);
        } catch (error) {
          throw new Error(label, { cause: error });
        }
        const tolerance: Tolerance = { ulp: c.ulp ?? 0, abs: c.abs ?? 0 };
        const compare = (what: string, got: readonly NdArray[]): void => {
          expect(got.length, label).toBe(c.out.length);
          for (const [i, wanted] of c.out.entries()) {
            const found = difference(got[i]!, decode(wanted), tolerance);
            if (found !== null) expect.fail(`${label}, result ${i}, ${what}: ${found}`);
          }
        };
        const givens = call.inputs.map((v, i) => [v, call.values[i]!] as const);
        compare(
          "perform",
          call.outputs.map((v) => arrayOf(v, givens)),
        );
        const f = compileFor("wasm", call.inputs, call.outputs);
        compare("compiled", f(...call.values));
      }
    });
  }
});
