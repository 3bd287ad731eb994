/** Loops of common forms, by `scan`. */
import { ArgumentError } from "../errors.ts";
import { at } from "../tensor/subtensor/index.ts";
import type { TensorVariable } from "../tensor/variable.ts";
import type { OutputInfo, SequenceLike, StepResult } from "./arguments.ts";
import { scan, type ScanOptions, type ScanResult, type StepOptions } from "./scan.ts";

/** As for `scan`; nothing is fed back. */
export type MapOptions<R extends StepResult> = Omit<StepOptions<R>, "outputsInfo" | "nSteps">;
/** As for `scan`; every output is fed back. */
export type ReduceOptions<R extends StepResult> = Omit<StepOptions<R>, "nSteps" | "truncateGradient">;
/** As for `reduce`, without the direction. */
export type FoldOptions<R extends StepResult> = Omit<ReduceOptions<R>, "goBackwards">;

type Step<R extends StepResult> = StepOptions<R>["fn"];
type Sequences = SequenceLike | readonly SequenceLike[];
type Initial = OutputInfo | readonly OutputInfo[];

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
export function map<const R extends StepResult>(options: MapOptions<R>): ScanResult<R>;
export function map<const R extends StepResult>(
  fn: Step<R>,
  sequences: Sequences | Omit<MapOptions<R>, "fn">,
  options?: Omit<MapOptions<R>, "fn" | "sequences">,
): ScanResult<R>;
export function map<const R extends StepResult>(
  fn: MapOptions<R> | Step<R>,
  sequences?: Sequences | ScanOptions,
  rest?: ScanOptions,
): ScanResult<R> {
  return scan<R>(readOptions("map", fn, [sequences, undefined, rest]));
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
export function reduce<const R extends StepResult>(options: ReduceOptions<R>): ScanResult<R>;
export function reduce<const R extends StepResult>(
  fn: Step<R>,
  sequences: Sequences | Omit<ReduceOptions<R>, "fn">,
  outputsInfo?: Initial,
  options?: Omit<ReduceOptions<R>, "fn" | "sequences" | "outputsInfo">,
): ScanResult<R>;
export function reduce<const R extends StepResult>(fn: ReduceOptions<R> | Step<R>, ...rest: Positional): ScanResult<R> {
  return lastOf(readOptions("reduce", fn, rest));
}

/** `reduce` from the first row to the last. */
export function foldl<const R extends StepResult>(options: FoldOptions<R>): ScanResult<R>;
export function foldl<const R extends StepResult>(
  fn: Step<R>,
  sequences: Sequences | Omit<FoldOptions<R>, "fn">,
  outputsInfo?: Initial,
  options?: Omit<FoldOptions<R>, "fn" | "sequences" | "outputsInfo">,
): ScanResult<R>;
export function foldl<const R extends StepResult>(fn: FoldOptions<R> | Step<R>, ...rest: Positional): ScanResult<R> {
  return lastOf({ ...readOptions("foldl", fn, rest), goBackwards: false });
}

/** `reduce` from the last row to the first. */
export function foldr<const R extends StepResult>(options: FoldOptions<R>): ScanResult<R>;
export function foldr<const R extends StepResult>(
  fn: Step<R>,
  sequences: Sequences | Omit<FoldOptions<R>, "fn">,
  outputsInfo?: Initial,
  options?: Omit<FoldOptions<R>, "fn" | "sequences" | "outputsInfo">,
): ScanResult<R>;
export function foldr<const R extends StepResult>(fn: FoldOptions<R> | Step<R>, ...rest: Positional): ScanResult<R> {
  return lastOf({ ...readOptions("foldr", fn, rest), goBackwards: true });
}

function lastOf<R extends StepResult>(options: StepOptions<R>): ScanResult<R> {
  const [outputs, updates] = scan<R>(options);
  const last = (v: TensorVariable): TensorVariable => at(v, -1);
  const all = outputs as TensorVariable | readonly TensorVariable[];
  return [Array.isArray(all) ? all.map(last) : last(all as TensorVariable), updates] as ScanResult<R>;
}

/** What stands behind the step function where arguments are given by place, as Theano's are. */
type Positional = [
  sequences?: Sequences | ScanOptions | undefined,
  outputsInfo?: Initial | undefined,
  options?: ScanOptions | undefined,
];

/** Options however they were given: in one object, behind the step function, or by place. */
function readOptions<R extends StepResult>(
  name: string,
  first: (Omit<ScanOptions, "nSteps"> & { fn: Step<R> }) | Step<R>,
  [second, outputsInfo, rest]: Positional,
): StepOptions<R> {
  const options =
    typeof first !== "function"
      ? { ...first, fn: first.fn }
      : isOptions(second)
        ? { ...second, fn: first }
        : { outputsInfo, ...rest, sequences: second, fn: first };
  needsSequences(name, options.sequences);
  return options;
}

function isOptions(given: Sequences | ScanOptions | undefined): given is ScanOptions {
  return typeof given === "object" && given !== null && "sequences" in given;
}

function needsSequences(name: string, sequences: unknown): void {
  const isMissing = sequences === undefined || (Array.isArray(sequences) && sequences.length === 0);
  if (isMissing)
    throw new ArgumentError(`${name}: sequences are needed, which say how many steps there are.`, { op: name });
}
