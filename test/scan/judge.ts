/** Loops are judged by the same computation written out step by step: values, gradients and gradients of gradients. */
import { expect } from "vitest";
import * as theano from "../../src/index.ts";
import { tensor as T } from "../../src/index.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";

export type Graph = (...inputs: TensorVariable[]) => TensorVariable[];

/** Ways to run a function: what is computed must not depend on them. */
export const MODES: readonly (readonly [string, theano.Mode])[] = [
  ["reference, nothing rewritten", new theano.Mode({ linker: "reference", optimizer: null })],
  ["reference", new theano.Mode({ linker: "reference", optimizer: "fast_run" })],
  ["wasm", new theano.Mode({ linker: "wasm", optimizer: "fast_run" })],
  ["c", new theano.Mode({ linker: "c", optimizer: "fast_run" })],
];

export type Value = number | readonly Value[];

function rankOf(x: Value): number {
  return typeof x === "number" ? 0 : 1 + rankOf(x[0]!);
}

export function inputsFor(points: readonly Value[]): TensorVariable[] {
  return points.map((p, i) =>
    T.tensor({ dtype: "float64", shape: Array.from({ length: rankOf(p) }, () => null), name: `x${i}` }),
  );
}

/** A scalar to which every element of the outputs counts differently. */
export function weigh(outputs: readonly TensorVariable[]): TensorVariable {
  return outputs
    .map((o, k) => {
      const flat = T.flatten(o.astype("float64"));
      return T.sum(T.cos(T.arange(flat.shape[0]!).add(k + 1)).mul(flat));
    })
    .reduce((a, b) => a.add(b));
}

/** Values, gradients, and gradients of a nonlinear function of the gradients. */
export function derivatives(graph: Graph, inputs: readonly TensorVariable[], order: number): TensorVariable[] {
  const outputs = graph(...inputs);
  const all = [...outputs];
  if (order === 0) return all;
  const ignore = { disconnectedInputs: "ignore" } as const;
  const first = theano.grad(weigh(outputs), inputs, ignore);
  all.push(...first);
  if (order > 1) all.push(...theano.grad(weigh(first.map((g) => T.sin(g))), inputs, ignore));
  return all;
}

/** Compares a loop with the unrolled computation on every linker. */
export function judge(loop: Graph, unrolled: Graph, points: readonly Value[], order = 2): void {
  const inputs = inputsFor(points);
  const expected = theano.function([...inputs], derivatives(unrolled, inputs, order), {
    mode: MODES[0]![1],
    onUnusedInput: "ignore",
  })(...(points as number[])) as unknown as { toList(): unknown; shape: readonly number[] }[];
  const results = derivatives(loop, inputs, order);
  for (const [name, mode] of MODES) {
    const f = theano.function([...inputs], results, { mode, onUnusedInput: "ignore" });
    const found = f(...(points as number[])) as unknown as typeof expected;
    for (const [i, x] of found.entries()) {
      expect(x.shape, `${name}: shape of result ${i}`).toEqual(expected[i]!.shape);
      close(x.toList(), expected[i]!.toList(), `${name}: result ${i}`);
    }
    f.free();
  }
}

export function close(found: unknown, expected: unknown, what: string): void {
  const a = [found].flat(9) as number[];
  const b = [expected].flat(9) as number[];
  expect(a.length, what).toBe(b.length);
  for (const [i, x] of a.entries()) {
    const wanted = Number(b[i]);
    if (Number.isNaN(wanted)) expect(x, `${what} at ${i}`).toBeNaN();
    else if (!(Math.abs(Number(x) - wanted) <= 1e-9 * Math.max(1, Math.abs(wanted)))) {
      expect(Number(x), `${what} at ${i}`).toBe(wanted);
    }
  }
}
