/** Loops of common forms, by `scan`. */
import { ArgumentError } from "../errors.ts";
import { at } from "../tensor/subtensor/index.ts";
import type { TensorVariable } from "../tensor/variable.ts";
import type { StepResult } from "./arguments.ts";
import { scan, type ScanResult, type StepOptions } from "./scan.ts";

/** As for `scan`; nothing is fed back. */
export type MapOptions<R extends StepResult> = Omit<StepOptions<R>, "outputsInfo" | "nSteps">;
/** As for `scan`; every output is fed back. */
export type ReduceOptions<R extends StepResult> = Omit<StepOptions<R>, "nSteps" | "truncateGradient">;

/**
 * `fn` of each row of the sequences, stacked.
 * @throws ArgumentError without sequences
 *
 * @example
 * ```ts
 * import * as theano from "theano";
 * import { tensor as T } from "theano";
 * const x = T.dvector("x");
 * const [squares] = theano.map({ fn: (e) => e.mul(e), sequences: x });
 * console.log(String(theano.function([x], squares)([1, 2, 3]))); // [1. 4. 9.]
 * ```
 */
export function map<const R extends StepResult>(options: MapOptions<R>): ScanResult<R> {
  needsSequences("map", options.sequences);
  return scan<R>({ ...options, fn: options.fn });
}

/**
 * The last outputs of a `scan`: `fn` gets a row of each sequence and the results so far, which start as `outputsInfo`.
 * @throws ArgumentError without sequences
 *
 * @example
 * ```ts
 * import * as theano from "theano";
 * import { tensor as T } from "theano";
 * const x = T.dvector("x");
 * const [sum] = theano.reduce({ fn: (e, total) => total.add(e), sequences: x, outputsInfo: T.constant(0, "float64") });
 * console.log(+theano.function([x], sum)([1, 2, 3])); // 6
 * ```
 */
export function reduce<const R extends StepResult>(options: ReduceOptions<R>): ScanResult<R> {
  needsSequences("reduce", options.sequences);
  const [outputs, updates] = scan<R>({ ...options, fn: options.fn });
  const last = (v: TensorVariable): TensorVariable => at(v, -1);
  const all = outputs as TensorVariable | readonly TensorVariable[];
  return [Array.isArray(all) ? all.map(last) : last(all as TensorVariable), updates] as ScanResult<R>;
}

/** `reduce` from the first row to the last. */
export function foldl<const R extends StepResult>(options: Omit<ReduceOptions<R>, "goBackwards">): ScanResult<R> {
  return reduce<R>({ ...options, fn: options.fn, goBackwards: false });
}

/** `reduce` from the last row to the first. */
export function foldr<const R extends StepResult>(options: Omit<ReduceOptions<R>, "goBackwards">): ScanResult<R> {
  return reduce<R>({ ...options, fn: options.fn, goBackwards: true });
}

function needsSequences(name: string, sequences: unknown): void {
  const isMissing = sequences === undefined || (Array.isArray(sequences) && sequences.length === 0);
  if (isMissing)
    throw new ArgumentError(`${name}: sequences are needed, which say how many steps there are.`, { op: name });
}
