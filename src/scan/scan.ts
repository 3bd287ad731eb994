/** `theano.scan`: loops as expressions. */
import { ArgumentError, ShapeMismatchError, ValueError } from "../errors.ts";
import type { Variable } from "../graph/variable.ts";
import { asTensor } from "../tensor/constant.ts";
import { shapeI, specifyShape } from "../tensor/shape.ts";
import { asSize, isNonNegative, knownSize, markNonNegative, sizeAlgebra, type SizeLike } from "../tensor/sizes.ts";
import { at, slice } from "../tensor/subtensor/index.ts";
import { tensorType } from "../tensor/type.ts";
import type { TensorLike, TensorVariable } from "../tensor/variable.ts";
import {
  fitState,
  readOutputs,
  readResult,
  readSequences,
  type OutputInfo,
  type ReadOutput,
  type ReadResult,
  type ScanUpdates,
  type SequenceLike,
  type SharedTensor,
  type StepResult,
} from "./arguments.ts";
import { checkStrict, closeOver, withDefaults } from "./capture.ts";
import { Lambda } from "./lambda.ts";
import { Scan } from "./scanOp.ts";
import { outputsOf, type ScanSpec } from "./scanSpec.ts";
import type { Until } from "./until.ts";

/** The variables in what a step function returns, in order. */
type Variables<R> = R extends TensorVariable
  ? [TensorVariable]
  : R extends Until | ReadonlyMap<unknown, unknown> | null | undefined
    ? []
    : R extends readonly (readonly [SharedTensor, unknown])[]
      ? []
      : R extends readonly []
        ? []
        : R extends readonly [infer Head, ...infer Tail]
          ? [...Variables<Head>, ...Variables<Tail>]
          : R extends readonly unknown[]
            ? TensorVariable[]
            : [TensorVariable];

/** One output by itself, several as a list. */
type Unwrapped<V extends readonly unknown[]> = V extends readonly [infer One]
  ? One
  : number extends V["length"]
    ? TensorVariable & TensorVariable[]
    : V;

/** What `scan` returns for a step function that returns `R`: the outputs, and updates for `theano.function`. */
export type ScanResult<R> = [outputs: Unwrapped<Variables<R>>, updates: ScanUpdates];

export interface ScanOptions {
  /** Read row by row along their first axis; `{ input, taps }` reads rows `t + tap`. */
  readonly sequences?: SequenceLike | readonly SequenceLike[] | undefined;
  /** Per output: its initial value, `{ initial, taps }`, or `null` for one that is not fed back. */
  readonly outputsInfo?: OutputInfo | readonly OutputInfo[] | undefined;
  /** Passed to every step as they are. */
  readonly nonSequences?: TensorLike | readonly TensorLike[] | undefined;
  /** How many steps; by default as many as the shortest sequence allows. Negative: backwards. */
  readonly nSteps?: SizeLike | undefined;
  /** The gradient goes through this many of the last steps only; -1 (default): through all. */
  readonly truncateGradient?: number | undefined;
  /** Read the sequences from their end. */
  readonly goBackwards?: boolean | undefined;
  /** Refuse step functions that use variables which are not passed to them. */
  readonly strict?: boolean | undefined;
  /** Inside of another loop: the gradient makes this loop again instead of keeping its values (see `scanCheckpoints`). */
  readonly recompute?: boolean | undefined;
  /** Printed with the loop. */
  readonly name?: string | undefined;
  /** Give a list of outputs even if there is one. */
  readonly returnList?: boolean | undefined;
}

/** The step function: slices of the sequences, earlier outputs, nonSequences. It is called once, with symbolic variables. */
export interface StepOptions<R extends StepResult> extends ScanOptions {
  fn(...args: TensorVariable[]): R;
}

/**
 * A loop. `fn` says what a step computes; it is called once, with symbolic variables in this order: the rows of the sequences (per
 * sequence its taps in the order given), earlier outputs (per output its taps), the nonSequences. It returns an output or a list of them,
 * and then, if wanted, updates of shared variables (a Map or pairs) and `theano.until(condition)`.
 *
 * Shapes: an output of shape `s` in each step is stacked to `[steps, ...s]`. The initial value of a state has the state's shape, with taps
 * beyond -1 one more axis in front that holds the last values, oldest first. dtype, rank and shape of a state stay the same.
 * Variables that `fn` uses without getting them are nonSequences too; what depends on no step is computed once.
 *
 * @returns `[outputs, updates]`: one output by itself, several as a list; updates for `theano.function`
 * @throws ArgumentError when the outputs do not fit outputsInfo, when the number of steps is not known, or with `strict`
 * @throws DtypeError, RankError, ShapeMismatchError when a state changes its type from step to step
 * @throws ValueError for a tap of an output that is not negative
 *
 * @example
 * ```ts
 * import * as theano from "theano";
 * import { tensor as T } from "theano";
 * const A = T.dvector("A"), k = T.iscalar("k");
 * const [powers] = theano.scan({
 *   fn: (previous, a) => previous.mul(a),
 *   outputsInfo: T.onesLike(A),
 *   nonSequences: A,
 *   nSteps: k,
 * });
 * const power = theano.function([A, k], powers.at(-1));
 * console.log(String(power([1, 2, 3], 2))); // [1. 4. 9.]
 * ```
 */
export function scan<const R extends StepResult>(options: StepOptions<R>): ScanResult<R>;
export function scan<const R extends StepResult>(
  fn: (...args: TensorVariable[]) => R,
  options?: ScanOptions,
): ScanResult<R>;
export function scan<const R extends StepResult>(
  given: StepOptions<R> | ((...args: TensorVariable[]) => R),
  rest: ScanOptions = {},
): ScanResult<R> {
  const options: StepOptions<R> = typeof given === "function" ? { ...rest, fn: given } : given;
  if (typeof options !== "object" || options === null || typeof options.fn !== "function") {
    throw new ArgumentError("scan: a step function is needed: theano.scan({ fn: (x) => x.mul(2), sequences: v }).", {
      op: "scan",
    });
  }
  const [outputs, updates] = new ScanBuilder(options).build();
  const isSingle = outputs.length === 1 && options.returnList !== true;
  return [isSingle ? outputs[0] : outputs, updates] as unknown as ScanResult<R>;
}

/** A state of the loop: one value, or one of the chain of earlier values that taps need. */
interface Register {
  readonly variable: TensorVariable;
  readonly initial: TensorVariable;
  /** The register that holds the next younger value; null for the youngest, which gets the step's result. */
  readonly from: Register | null;
}

class ScanBuilder {
  readonly #options: StepOptions<StepResult>;
  readonly #reverse: boolean;
  readonly #length: TensorVariable;
  /** Do the sequences say how many steps there are? */
  readonly #isCounted: boolean;
  readonly #slices: TensorVariable[] = [];
  readonly #sequences: TensorVariable[] = [];
  readonly #registers: Register[] = [];
  readonly #infos: readonly ReadOutput[];
  readonly #constants: readonly TensorVariable[];

  constructor(options: StepOptions<StepResult>) {
    this.#options = options;
    const { nonSequences } = options;
    const list = Array.isArray(nonSequences) ? (nonSequences as readonly TensorLike[]) : [nonSequences as TensorLike];
    this.#constants = nonSequences === undefined ? [] : list.map((x) => asTensor(x));
    const truncate = options.truncateGradient ?? -1;
    if (!Number.isInteger(truncate) || truncate < -1) {
      throw new ValueError(`scan: truncateGradient must be -1 or a number of steps, got ${String(truncate)}.`);
    }
    const sequences = readSequences(options.sequences);
    const { steps, isNegative } = readSteps(options.nSteps);
    this.#reverse = (options.goBackwards === true) !== isNegative;
    const lengths = sequences.map(({ input, taps }) => {
      const reach = Math.max(0, ...taps) - Math.min(0, ...taps);
      return sizeAlgebra.max(sizeAlgebra.of(0), sizeAlgebra.sub(shapeI(input, 0), sizeAlgebra.of(reach)));
    });
    if (steps === null && lengths.length === 0) {
      throw new ArgumentError(
        "scan: the number of steps is not known: pass sequences, nSteps, or both. A loop that ends by until needs nSteps too, " +
          "as the most steps that it may make.",
        { op: "scan" },
      );
    }
    this.#isCounted = steps === null;
    this.#length = steps ?? lengths.reduce((a, b) => sizeAlgebra.min(a, b));
    this.#checkLengths(lengths);
    for (const [i, { input, taps }] of sequences.entries()) this.#addSequence(input, taps, lengths[i]!);
    this.#infos = readOutputs(options.outputsInfo);
  }

  #checkLengths(lengths: readonly TensorVariable[]): void {
    const steps = knownSize(this.#length);
    for (const [i, n] of lengths.entries()) {
      const known = knownSize(n);
      if (steps === null || known === null || known >= steps) continue;
      throw new ShapeMismatchError(`scan: sequence ${i} has rows for ${known} steps only, nSteps is ${steps}.`, {
        op: "scan",
      });
    }
  }

  /** Per tap one sequence of as many rows as there are steps. */
  #addSequence(input: TensorVariable, taps: readonly number[], available: TensorVariable): void {
    const least = Math.min(0, ...taps);
    for (const tap of taps) {
      const start = sizeAlgebra.of(tap - least);
      const end = sizeAlgebra.add(start, available);
      let rows = at(input, slice(start, end));
      // From the end, Theano counts its steps from the last row that all taps can read.
      if (this.#reverse) rows = at(rows, "::-1");
      if (this.#length !== available) rows = at(rows, slice(0, this.#length));
      // Rules that do without the loop must not do without its error.
      const isSure = rows.type.shape[0] !== null || (this.#isCounted && knownSize(this.#length) === null);
      if (!isSure)
        rows = specifyShape(
          rows,
          rows.type.shape.map((_, axis) => (axis === 0 ? this.#length : null)),
          { role: "sequence" },
        );
      const { dtype, shape } = rows.type;
      const name =
        input.name === undefined ? undefined : `${input.name}[t${tap === 0 ? "" : tap > 0 ? `+${tap}` : tap}]`;
      this.#slices.push(tensorType(dtype, shape.slice(1)).makeVariable(null, 0, name));
      this.#sequences.push(rows);
    }
  }

  build(): [TensorVariable[], ScanUpdates] {
    const youngest: (Register | null)[] = [];
    const earlier = this.#infos.flatMap((info, i) => {
      if (info.initial === null) {
        youngest.push(null);
        return [];
      }
      const chain = this.#addRegisters(info, info.initial, i);
      youngest.push(chain[0]!);
      return info.taps.map((tap) => chain[-tap - 1]!.variable);
    });
    const result = readResult(this.#options.fn(...this.#slices, ...earlier, ...this.#constants));
    const infos = this.#infos.length === 0 ? result.outputs.map((): null => null) : youngest;
    if (infos.length !== result.outputs.length) throw wrongCount(result.outputs.length, infos.length);
    return this.#finish(result, infos);
  }

  /** The values that taps reach back to, the youngest first. */
  #addRegisters({ taps }: ReadOutput, initial: TensorVariable, i: number): Register[] {
    const depth = -Math.min(...taps);
    const name = initial.name ?? `out${i}`;
    if (depth === 1) return [this.#addRegister(initial, null, `${name}[t-1]`)];
    const chain: Register[] = [];
    for (let k = 1; k <= depth; k++) {
      chain.push(this.#addRegister(at(initial, depth - k), chain.at(-1) ?? null, `${name}[t-${k}]`));
    }
    return chain;
  }

  #addRegister(initial: TensorVariable, from: Register | null, name: string): Register {
    const register = { variable: initial.type.makeVariable(null, 0, name), initial, from };
    this.#registers.push(register);
    return register;
  }

  #finish(result: ReadResult, infos: readonly (Register | null)[]): [TensorVariable[], ScanUpdates] {
    const { condition } = result;
    const states = new Map<Register, TensorVariable>();
    const rows: TensorVariable[] = [];
    for (const [i, value] of result.outputs.entries()) {
      const register = infos[i]!;
      if (register === null) rows.push(value);
      else states.set(register, this.#newState(`output ${i}`, register.variable, value));
    }
    const registers = this.#registers;
    const next = registers.map((r) => (r.from === null ? states.get(r)! : r.from.variable));
    const updates = withDefaults([...next, ...rows], result.updates);
    const targets = [...updates.keys()];
    const shared = targets.map((s) => s.type.makeVariable(null, 0, s.name));
    const news = targets.map((s, i) => this.#newState(`the update of ${s.toString()}`, shared[i]!, updates.get(s)!));
    const own = [...this.#slices, ...registers.map((r) => r.variable), ...shared];
    const goals = [...next, ...news, ...rows, ...(condition === null ? [] : [condition])];
    const table = new Map<Variable, Variable>(targets.map((s, i) => [s, shared[i]!]));
    const closed = closeOver(goals, own, table);
    if (this.#options.strict === true) {
      checkStrict(closed.captures, [
        ...this.#constants,
        ...this.#sequences,
        ...registers.map((r) => r.initial),
        ...targets,
      ]);
    }
    const spec: ScanSpec = {
      lambda: new Lambda([...own, ...closed.placeholders], closed.outputs),
      sequences: this.#slices.length,
      traces: [...registers.map(() => true), ...targets.map(() => false)],
      reverse: false,
      until: condition !== null,
      truncate: this.#options.truncateGradient ?? -1,
      recompute: this.#options.recompute ?? false,
      name: this.#options.name,
    };
    const node = new Scan(spec).apply({
      length: this.#length,
      first: sizeAlgebra.of(0),
      limit: this.#length,
      sequences: this.#sequences,
      initials: [...registers.map((r) => r.initial), ...targets],
      constants: closed.captures,
    });
    const { states: found, rows: stacked, steps } = outputsOf(spec, node);
    if (steps !== null) markNonNegative(steps);
    let k = 0;
    const outputs = infos.map((register) => {
      if (register === null) {
        const row = stacked[k++]!;
        return steps === null ? row : at(row, slice(0, steps));
      }
      const trace = found[registers.indexOf(register)]!;
      return steps === null ? at(trace, "1:") : at(trace, slice(1, sizeAlgebra.add(steps, sizeAlgebra.of(1))));
    });
    for (const [i, value] of result.outputs.entries()) outputs[i]!.name ??= value.name;
    return [outputs, new Map(targets.map((s, i) => [s, found[registers.length + i]!]))];
  }

  #newState(what: string, state: TensorVariable, value: TensorVariable): TensorVariable {
    const fitted = fitState(what, state, value);
    const sizes = state.type.shape.map((n, axis) => (n !== null && value.type.shape[axis] === null ? n : null));
    for (const [axis, n] of state.type.shape.entries()) {
      const have = value.type.shape[axis]!;
      if (n === null || have === null || n === have) continue;
      throw new ShapeMismatchError(
        `scan: axis ${axis} of ${what} has size ${n} in the initial value and ${have} after a step. A state keeps its ` +
          "shape: give the initial value the shape that steps have, for example with T.zeros.",
        { op: "scan" },
      );
    }
    return specifyShape(fitted, sizes);
  }
}

function wrongCount(outputs: number, infos: number): Error {
  return new ArgumentError(
    `scan: the step function returns ${outputs} output${outputs === 1 ? "" : "s"}, outputsInfo describes ${infos}. ` +
      "Give one entry per output, null for one that is not fed back.",
    { op: "scan" },
  );
}

function readSteps(given: SizeLike | undefined): { steps: TensorVariable | null; isNegative: boolean } {
  if (given === undefined || given === null) return { steps: null, isNegative: false };
  const isNumber = typeof given === "number" || typeof given === "bigint";
  if (isNumber && Number(given) < 0) return { steps: asSize(-Number(given), "scan"), isNegative: true };
  const steps = asSize(given, "scan");
  // A negative number that only the run tells means no steps.
  return { steps: isNonNegative(steps) ? steps : sizeAlgebra.max(sizeAlgebra.of(0), steps), isNegative: false };
}
