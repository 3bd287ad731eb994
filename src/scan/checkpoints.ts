/** Loops whose gradient computes again what it does not keep. */
import { ArgumentError, ValueError } from "../errors.ts";
import { asTensor } from "../tensor/constant.ts";
import { join } from "../tensor/join.ts";
import { reshape } from "../tensor/reshape.ts";
import { shape, shapeI } from "../tensor/shape.ts";
import { asSize, sizeAlgebra, type SizeLike } from "../tensor/sizes.ts";
import { at, slice } from "../tensor/subtensor/index.ts";
import type { TensorLike, TensorVariable } from "../tensor/variable.ts";
import { scan } from "./scan.ts";

export interface CheckpointOptions {
  /** The step function: rows of the sequences, earlier outputs, nonSequences; gives an output or a list. */
  fn(...args: TensorVariable[]): TensorVariable | readonly TensorVariable[];
  /** Read row by row. */
  readonly sequences?: TensorLike | readonly TensorVariable[] | undefined;
  /** Initial values of the outputs, all of which are fed back. */
  readonly outputsInfo: TensorLike | readonly TensorVariable[];
  readonly nonSequences?: TensorLike | readonly TensorVariable[] | undefined;
  /** How many steps; by default the rows of the first sequence. */
  readonly nSteps?: SizeLike | undefined;
  /** How many steps are made from one kept state to the next; about the root of the number of steps takes the least memory. */
  readonly saveEveryN?: number | undefined;
  readonly name?: string | undefined;
}

/**
 * A `scan` that keeps the states after every `saveEveryN` steps (and after the last) only; its gradient makes the steps in between again. For
 * T steps and `saveEveryN` near the root of T the memory is that of twice the root of T steps, the work that of one more forward loop.
 *
 * @returns per output its values at the kept steps, `[ceil(T / saveEveryN), ...]`
 * @throws ArgumentError without a number of steps; ValueError for a `saveEveryN` below 1
 *
 * @example
 * ```ts
 * import * as theano from "theano";
 * import { tensor as T } from "theano";
 * const x = T.dvector("x");
 * const [kept] = theano.scanCheckpoints({ fn: (e, s) => s.add(e), sequences: x, outputsInfo: T.constant(0, "float64"), saveEveryN: 2 });
 * console.log(String(theano.function([x], kept)([1, 2, 3, 4, 5]))); // [ 3. 10. 15.]
 * ```
 */
export function scanCheckpoints(options: CheckpointOptions): TensorVariable[] {
  const list = (given: TensorLike | readonly TensorVariable[] | undefined): TensorVariable[] =>
    given === undefined
      ? []
      : Array.isArray(given)
        ? given.map((v) => asTensor(v as TensorLike))
        : [asTensor(given as TensorLike)];
  const [sequences, initials, constants] = [options.sequences, options.outputsInfo, options.nonSequences].map(list) as [
    TensorVariable[],
    TensorVariable[],
    TensorVariable[],
  ];
  const every = options.saveEveryN ?? 10;
  if (!Number.isInteger(every) || every < 1) {
    throw new ValueError(`scanCheckpoints: saveEveryN must be a whole number >= 1, got ${String(every)}.`);
  }
  if (sequences.length === 0 && options.nSteps === undefined) {
    throw new ArgumentError("scanCheckpoints: the number of steps is not known: pass sequences or nSteps.");
  }
  const steps = options.nSteps === undefined ? shapeI(sequences[0]!, 0) : asSize(options.nSteps, "scanCheckpoints");
  const size = sizeAlgebra.of(every);
  const pieces = sizeAlgebra.div(steps, size);
  const whole = sizeAlgebra.mul(pieces, size);
  /** `count` steps from `states`; the values after each. */
  const loop = (rows: readonly TensorVariable[], states: readonly TensorVariable[], count: TensorVariable) => {
    const [outs, updates] = scan<readonly TensorVariable[]>({
      fn: (...args) => [options.fn(...args)].flat() as TensorVariable[],
      sequences: rows,
      outputsInfo: states,
      nonSequences: constants,
      nSteps: count,
      name: options.name === undefined ? undefined : `${options.name}_inner`,
      recompute: true,
      returnList: true,
    });
    if (updates.size > 0) {
      throw new ArgumentError("scanCheckpoints: steps that update shared variables cannot be made twice; use scan.");
    }
    return outs as unknown as TensorVariable[];
  };
  const cut = sequences.map((x) => reshape(at(x, slice(0, whole)), [pieces, size, ...shape(x).slice(1)]));
  const [kept] = scan<readonly TensorVariable[]>({
    fn: (...args) => {
      const rows = args.slice(0, cut.length);
      return loop(rows, args.slice(cut.length, cut.length + initials.length), size).map((v) => at(v, -1));
    },
    sequences: cut,
    outputsInfo: initials,
    nSteps: pieces,
    name: options.name,
    returnList: true,
  });
  // The steps that are left, none or fewer than a piece; they start where the pieces ended.
  const ends = (kept as unknown as TensorVariable[]).map((v, j) => at(join(0, at(initials[j]!, null), v), -1));
  const left = loop(
    sequences.map((x) => at(x, slice(whole, steps))),
    ends,
    sizeAlgebra.sub(steps, whole),
  );
  return left.map((v, j) => join(0, (kept as unknown as TensorVariable[])[j]!, at(v, "-1:")));
}
