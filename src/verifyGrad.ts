/** Checks symbolic gradients against finite differences along random directions. */
import { NdArray } from "./array/ndArray.ts";
import { array, fromFlat, zeros } from "./array/index.ts";
import type { DType } from "./dtype.ts";
import { ArgumentError, GradientError } from "./errors.ts";
import { evaluate } from "./graph/evaluate.ts";
import type { Variable } from "./graph/variable.ts";
import { grad } from "./gradient.ts";
import { constant } from "./tensor/constant.ts";
import { cast, mul } from "./tensor/math.ts";
import { sum } from "./tensor/reduction.ts";
import { tensorType } from "./tensor/type.ts";
import type { TensorVariable } from "./tensor/variable.ts";

export interface VerifyGradOptions {
  /** How many random directions (default 2). */
  nTests?: number;
  /** Uniform numbers in [0, 1); default a generator seeded with 666, as Theano's. */
  rng?: () => number;
  /** Step of the differences; default 1e-7 (float64), 3e-4 (float32), 1e-1 (float16). */
  eps?: number;
  absTol?: number;
  relTol?: number;
  /** How values are computed; default: `perform` over the graph. */
  evaluate?: (outputs: readonly Variable[], values: ReadonlyMap<Variable, NdArray>) => NdArray[];
}

/** Default steps and tolerances by the lowest precision among the points, as Theano's `verify_grad`. */
const DEFAULTS: Readonly<Record<string, { eps: number; tol: number }>> = {
  float64: { eps: 1e-7, tol: 1e-4 },
  float32: { eps: 3e-4, tol: 1e-2 },
  float16: { eps: 1e-1, tol: 5e-2 },
};

/** A small generator (xorshift32) so that tests repeat. */
export function seededUniform(seed: number): () => number {
  let s = seed >>> 0 || 1;
  return () => {
    s ^= s << 13;
    s >>>= 0;
    s ^= s >>> 17;
    s ^= s << 5;
    s >>>= 0;
    return s / 4294967296;
  };
}

/**
 * Compares the gradient of `sum(direction * fun(points))` with central differences at `points`.
 *
 * @param fun builds the output from one variable per point
 * @param points float arrays (or nested numbers, taken as float64)
 * @throws GradientError naming the argument, the position and both values of the worst disagreement
 *
 * @example
 * ```ts
 * import * as theano from "theano";
 * import { tensor as T } from "theano";
 * theano.gradient.verifyGrad((x) => T.tanh(x), [[0.1, -0.5, 2]]);
 * ```
 */
export function verifyGrad(
  fun: (...inputs: TensorVariable[]) => TensorVariable,
  points: readonly (NdArray | readonly unknown[] | number)[],
  options: VerifyGradOptions = {},
): void {
  const values = points.map((p) => (p instanceof NdArray ? p : array(p as number[], "float64")));
  for (const v of values) {
    if (DEFAULTS[v.dtype] === undefined) {
      throw new ArgumentError(`verifyGrad: points must be real floats, one is ${v.dtype}.`);
    }
  }
  const lowest = ["float16", "float32"].find((d) => values.some((v) => v.dtype === d)) ?? "float64";
  const { eps, tol } = DEFAULTS[lowest]!;
  const rng = options.rng ?? seededUniform(666);
  const run = options.evaluate ?? evaluate;
  const inputs = values.map((v, i) => {
    const type = tensorType(
      v.dtype,
      v.shape.map((n) => (n === 1 ? 1 : null)),
    );
    return type.makeVariable(null, 0, `input ${i}`) as TensorVariable;
  });
  const out = fun(...inputs);
  const bind = (list: readonly NdArray[]): Map<Variable, NdArray> =>
    new Map(list.map((v, i) => [inputs[i] as Variable, v]));
  const shape = run([out], bind(values))[0]!.shape;
  for (let test = 0; test < (options.nTests ?? 2); test++) {
    const direction = randomDirection(shape, out.dtype, rng);
    const cost = sum(mul(cast(out, "float64"), cast(constant(direction), "float64")));
    const gradients = run(grad(cost, inputs), bind(values));
    const f = (list: readonly NdArray[]): number => Number(run([cost], bind(list))[0]!.item());
    compare(f, values, gradients, {
      eps: options.eps ?? eps,
      absTol: options.absTol ?? tol,
      relTol: options.relTol ?? tol,
    });
  }
}

/** Entries in ±[0.5, 1.5): no direction hides an error. */
function randomDirection(shape: readonly number[], dtype: DType, rng: () => number): NdArray {
  const n = shape.reduce((a, b) => a * b, 1);
  const entries = Array.from({ length: n }, () => (rng() + 0.5) * (rng() < 0.5 ? -1 : 1));
  return fromFlat(entries, shape, dtype);
}

interface Tolerances {
  eps: number;
  absTol: number;
  relTol: number;
}

function compare(
  f: (points: readonly NdArray[]) => number,
  values: readonly NdArray[],
  gradients: readonly NdArray[],
  { eps, absTol, relTol }: Tolerances,
): void {
  const numeric = numericGrad(f, values, eps);
  for (const [arg, expected] of numeric.entries()) {
    const got = gradients[arg]!;
    if (String(got.shape) !== String(expected.shape)) {
      throw new GradientError(
        `verifyGrad: the gradient of argument ${arg} has shape [${got.shape.join(", ")}], ` +
          `the argument has shape [${expected.shape.join(", ")}].`,
      );
    }
    const a = flatNumbers(got);
    const b = flatNumbers(expected);
    for (const [i, x] of a.entries()) {
      const y = b[i]!;
      const absolute = Math.abs(x - y);
      const relative = absolute / Math.max(Math.abs(x) + Math.abs(y), 1e-8);
      // As in Theano, an entry is wrong only if both its absolute and its relative error are too big.
      if (!(absolute <= absTol || relative <= relTol)) {
        throw new GradientError(
          `verifyGrad: argument ${arg}, flat position ${i} of shape [${got.shape.join(", ")}]: ` +
            `the graph says ${x}, finite differences say ${y} ` +
            `(absolute error ${absolute}, relative error ${relative}; tolerances ${absTol}, ${relTol}).`,
        );
      }
    }
  }
}

function flatNumbers(a: NdArray): number[] {
  return Array.from(a.astype("float64").data as Float64Array);
}

/** Central differences of `f` with respect to every entry of every point. */
export function numericGrad(
  f: (points: readonly NdArray[]) => number,
  points: readonly NdArray[],
  eps: number,
): NdArray[] {
  return points.map((p, arg) => {
    const result = zeros(p.shape, "float64");
    const original = flatNumbers(p);
    const at = (i: number, step: number): { value: number; x: number } => {
      const moved = fromFlat(
        original.map((x, j) => (j === i ? x + step : x)),
        p.shape,
        p.dtype,
      );
      // What was stored, not what was meant: in float32 the step itself is rounded.
      return { value: f(points.map((q, k) => (k === arg ? moved : q))), x: flatNumbers(moved)[i]! };
    };
    const data = result.data as Float64Array;
    for (let i = 0; i < original.length; i++) {
      const up = at(i, eps);
      const down = at(i, -eps);
      data[i] = (up.value - down.value) / (up.x - down.x);
    }
    return result;
  });
}
