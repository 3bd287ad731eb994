/** The same left sides with other dtypes and sizes, and their gradients. */
import { toNumbers } from "../../src/array/index.ts";
import type { NdArray } from "../../src/array/ndArray.ts";
import { isDiscrete, type DType } from "../../src/dtype.ts";
import { TheanoError } from "../../src/errors.ts";
import { grad } from "../../src/gradient.ts";
import { evaluate } from "../../src/graph/evaluate.ts";
import type { Exactness } from "../../src/graph/rewriting/rule.ts";
import { toposort } from "../../src/graph/traversal.ts";
import { isConstant, type Variable } from "../../src/graph/variable.ts";
import { MakeVector } from "../../src/tensor/stack.ts";
import { LogSoftmax, Softmax } from "../../src/tensor/nnet/softmax.ts";
import * as M from "../../src/tensor/math.ts";
import { sum } from "../../src/tensor/reduction.ts";
import { tensorType } from "../../src/tensor/type.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";
import { sample, type SampleKind } from "./driver.ts";
import type { Example } from "./example.ts";

type T = TensorVariable;

/** The example with `dtype` instead of float64; null where some op of it does not take that. */
export function retyped(example: Example, dtype: DType): Example | null {
  const twin = new Map<Variable, Variable>();
  const other = (v: Variable): Variable => {
    const known = twin.get(v);
    if (known !== undefined) return known;
    const t = v as T;
    if (isConstant(v)) return t.dtype === "float64" && !isDiscrete(dtype) ? M.cast(t, dtype) : v;
    return v;
  };
  for (const v of example.inputs) {
    const type = v.dtype === "float64" ? tensorType(dtype, v.type.shape) : v.type;
    twin.set(v, type.makeVariable(null, 0, v.name ?? undefined));
  }
  try {
    for (const node of toposort(example.outputs)) {
      const inputs = node.inputs.map(other);
      // What was made for one dtype does not check it again.
      if (node.op instanceof Softmax || node.op instanceof LogSoftmax) {
        if (!(inputs[0] as T).dtype.startsWith("float")) return null;
      }
      if (node.op instanceof MakeVector && dtype.startsWith("complex")) return null;
      const copy = node.op.makeNode(...inputs);
      for (const [i, out] of node.outputs.entries()) twin.set(out, copy.outputs[i]!);
    }
  } catch (error) {
    if (error instanceof TheanoError) return null;
    throw error;
  }
  return {
    ...example,
    inputs: example.inputs.map((v) => other(v) as T),
    outputs: example.outputs.map((v) => other(v) as T),
  };
}

/** The cost whose gradient is looked at, and that gradient; null where there is none. */
export function gradients(outputs: readonly Variable[], inputs: readonly Variable[]): Variable[] | null {
  const real = (v: Variable): boolean => (v as T).dtype.startsWith("float");
  const terms = outputs.filter(real).map((v) => sum(M.sqr(v as T)));
  const wrt = inputs.filter(real) as T[];
  if (terms.length === 0 || wrt.length === 0) return null;
  const cost = terms.length === 1 ? terms[0]! : M.add(...(terms as [T, T]));
  try {
    return grad(cost, wrt, { disconnectedInputs: "ignore" }) as Variable[];
  } catch (error) {
    if (error instanceof TheanoError) return null;
    throw error;
  }
}

/** Values, or null where the computation fails. */
export function valuesOf(
  outputs: readonly Variable[],
  inputs: readonly Variable[],
  values: readonly NdArray[],
): NdArray[] | null {
  try {
    return evaluate(outputs, new Map(inputs.map((v, i) => [v, values[i]!])));
  } catch (error) {
    if (error instanceof TheanoError) return null;
    throw error;
  }
}

export function samples(example: Example, kind: SampleKind, size: number | undefined): NdArray[] {
  const shapes =
    size === undefined || example.shapes !== undefined
      ? example.shapes
      : example.inputs.map((v) => v.type.shape.map(() => size));
  return example.inputs.map((v, i) =>
    sample(v, { ...(shapes === undefined ? {} : { shapes }), ...pick(example) }, i, kind),
  );
}

const pick = ({ below }: Example): { below?: number } => (below === undefined ? {} : { below });

/** The greatest finite magnitude of any value in a graph. */
export function magnitudeOf(outputs: readonly Variable[], values: ReadonlyMap<Variable, NdArray>): number {
  const all = toposort(outputs).flatMap((n) => n.outputs);
  let m = 1;
  for (const a of evaluate(all, values)) {
    for (const x of toNumbers(a)) if (Number.isFinite(x)) m = Math.max(m, Math.abs(x));
  }
  return m;
}

const EPSILON: Readonly<Record<string, number>> = {
  float16: 2 ** -10,
  float32: 2 ** -23,
  float64: 2 ** -52,
  complex64: 2 ** -23,
  complex128: 2 ** -52,
};

/** The rounding error of the narrowest float of a graph. */
export function epsilonOf(outputs: readonly Variable[]): number {
  const dtypes = toposort(outputs).flatMap((n) => [...n.inputs, ...n.outputs].map((v) => (v as T).dtype));
  return Math.max(0, ...dtypes.map((d) => EPSILON[d] ?? 0));
}

/**
 * What differs between two lists of results, as text; undefined where they agree. Where the left side is no number, the right side of a
 * rule that is not exact may be one.
 *
 * @param unit what rounding may change: the last digit of the largest magnitude on the way
 */
export function difference(
  before: readonly NdArray[],
  after: readonly NdArray[],
  exactness: Exactness,
  unit: number,
): string | undefined {
  for (const [k, a] of before.entries()) {
    const b = after[k]!;
    if (a.dtype !== b.dtype || a.shape.join() !== b.shape.join()) {
      return `output ${k}: ${a.dtype}(${a.shape.join()}) became ${b.dtype}(${b.shape.join()})`;
    }
    const [x, y] = [toNumbers(a), toNumbers(b)];
    for (let i = 0; i < x.length; i++) {
      const [p, q] = [x[i]!, y[i]!];
      const tolerance = 64 * unit;
      const same = exactness === "exact" ? Object.is(p, q) : !Number.isFinite(p) || Math.abs(p - q) <= tolerance;
      if (!same) return `output ${k}, element ${i}: ${p} became ${q}`;
    }
  }
  return undefined;
}
