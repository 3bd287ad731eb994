/** What users pass to `scan` and return from its step function, brought to one form. */
import { ArgumentError, DtypeError, RankError, ValueError } from "../errors.ts";
import { isShared, Variable, type SharedLike } from "../graph/variable.ts";
import { asTensor } from "../tensor/constant.ts";
import { TensorVariable, type TensorLike } from "../tensor/variable.ts";
import { Until } from "./until.ts";

/** A sequence with offsets: the step function gets `input[t + tap]` for each of them, in the order given. */
export interface TappedSequence {
  readonly input: TensorLike;
  readonly taps?: number | readonly number[];
}

/** A state of which several earlier values are read. */
export interface TappedOutput {
  /** The value before the first step; with taps beyond -1 the last values before it, oldest first, along axis 0. */
  readonly initial: TensorLike;
  /** Which earlier values the step function gets, in this order; -1 by default. */
  readonly taps?: number | readonly number[];
}

export type SequenceLike = TensorLike | TappedSequence;
export type OutputInfo = TensorLike | TappedOutput | null | undefined;

/** A shared variable, as this layer knows it. */
export type SharedTensor = TensorVariable & SharedLike;
/** The next values of shared variables, to be passed to `theano.function`. */
export type ScanUpdates = Map<SharedTensor, TensorVariable>;

/** What the step function may return. */
export type StepResult =
  | TensorLike
  | Until
  | ReadonlyMap<SharedTensor, TensorLike>
  | null
  | undefined
  | readonly StepResult[];

export interface ReadSequence {
  readonly input: TensorVariable;
  readonly taps: readonly number[];
}

export interface ReadOutput {
  /** `null` for an output that is not fed back. */
  readonly initial: TensorVariable | null;
  readonly taps: readonly number[];
}

/** One thing or a list of things as a list. */
function listOf<V>(given: V | readonly V[] | undefined, isOne: (x: unknown) => boolean): readonly V[] {
  if (given === undefined) return [];
  return Array.isArray(given) && !isOne(given) ? (given as readonly V[]) : [given as V];
}

/** A list of numbers is a value, a list of anything else a list of values. */
function isNumbers(x: unknown): boolean {
  return Array.isArray(x) && x.length > 0 && x.every((e) => typeof e === "number" || isNumbers(e));
}

function isTapped<K extends string>(x: unknown, key: K): x is { readonly [k in K]: TensorLike } & { taps?: unknown } {
  return typeof x === "object" && x !== null && !(x instanceof Variable) && key in x;
}

function tapsOf(taps: unknown, fallback: number, what: string): number[] {
  if (taps === undefined || taps === null) return [fallback];
  const list = (Array.isArray(taps) ? taps : [taps]) as unknown[];
  for (const t of list) {
    if (typeof t !== "number" || !Number.isInteger(t)) {
      throw new ArgumentError(`scan: the taps of ${what} must be whole numbers, got ${String(t)}.`, { op: "scan" });
    }
  }
  if (list.length === 0) throw new ArgumentError(`scan: the list of taps of ${what} is empty.`, { op: "scan" });
  return list as number[];
}

export function readSequences(given: SequenceLike | readonly SequenceLike[] | undefined): ReadSequence[] {
  return listOf(given, isNumbers).map((s, i) => {
    const what = `sequence ${i}`;
    const tapped = isTapped(s, "input");
    if (!tapped && isTapped(s, "taps")) {
      throw new ArgumentError(`scan: ${what} has taps but no input: write { input: ..., taps: [-1, 0] }.`, {
        op: "scan",
      });
    }
    const input = asTensor(tapped ? s.input : (s as TensorLike));
    if (input.ndim === 0) {
      throw new RankError(
        `scan: ${what}, ${input.toString()}, is a scalar; a sequence is read along its first axis. ` +
          "Pass what is the same in every step as nonSequences.",
        { op: "scan" },
      );
    }
    return { input, taps: tapped ? tapsOf(s.taps, 0, what) : [0] };
  });
}

/** Is this a description (`{}`, `{ initial: null }`) of an output that is not fed back? */
function hasNoInitial(o: object | number | boolean | bigint, what: string): boolean {
  if (typeof o !== "object" || Object.getPrototypeOf(o) !== Object.prototype) return false;
  const { initial, taps } = o as { initial?: unknown; taps?: unknown };
  const isDescription = Object.keys(o).every((key) => key === "initial" || key === "taps");
  if (!isDescription || (initial !== undefined && initial !== null)) return false;
  if (taps === undefined || taps === null) return true;
  throw new ValueError(
    `scan: ${what} has taps but no initial value. Earlier values of an output can be read when the first ones are given: ` +
      "{ initial: ..., taps: [-1] }.",
    { op: "scan" },
  );
}

export function readOutputs(given: OutputInfo | readonly OutputInfo[] | undefined): ReadOutput[] {
  return listOf(given, isNumbers).map((o, i) => {
    const what = `output ${i}`;
    if (o === null || o === undefined || hasNoInitial(o, what)) return { initial: null, taps: [] };
    if (!isTapped(o, "initial")) return { initial: asTensor(o as TensorLike), taps: [-1] };
    const taps = tapsOf(o.taps, -1, what);
    const initial = asTensor(o.initial);
    const wrong = taps.find((t) => t >= 0);
    if (wrong !== undefined) {
      throw new ValueError(
        `scan: ${what} has tap ${wrong}, but only values of earlier steps are known: taps of outputs are negative.`,
        { op: "scan" },
      );
    }
    const depth = -Math.min(...taps);
    if (depth > 1 && initial.ndim === 0) {
      throw new RankError(
        `scan: ${what} has taps back to ${-depth}, so its initial value needs the last ${depth} values along axis 0, ` +
          `oldest first; it is a scalar.`,
        { op: "scan" },
      );
    }
    const rows = initial.type.shape[0];
    if (depth > 1 && typeof rows === "number" && rows < depth) {
      throw new ValueError(
        `scan: ${what} has taps back to ${-depth}, so its initial value needs ${depth} rows; it has ${rows}.`,
        { op: "scan" },
      );
    }
    return { initial, taps };
  });
}

/** What a call of the step function asked for. */
export interface ReadResult {
  readonly outputs: readonly TensorVariable[];
  readonly updates: ReadonlyMap<SharedTensor, TensorVariable>;
  readonly condition: TensorVariable | null;
}

export function readResult(result: StepResult): ReadResult {
  const outputs: TensorVariable[] = [];
  const updates: ScanUpdates = new Map();
  let condition: TensorVariable | null = null;
  const addUpdate = (target: unknown, value: TensorLike): void => {
    if (!(target instanceof TensorVariable) || !isShared(target)) {
      throw new ArgumentError(
        `scan: an update is for a shared variable; ${String(target)} is none. Return [outputs, updates].`,
        { op: "scan" },
      );
    }
    updates.set(target as SharedTensor, asTensor(value, target.dtype));
  };
  const visit = (r: StepResult): void => {
    if (r === null || r === undefined) return;
    if (r instanceof Until) {
      if (condition !== null)
        throw new ArgumentError("scan: the step function returned two conditions.", { op: "scan" });
      if (r.condition.ndim !== 0) {
        throw new RankError(
          `scan: the condition of until must be a scalar, ${r.condition.toString()} has rank ${r.condition.ndim}. ` +
            "Reduce it with .any() or .all().",
          { op: "scan" },
        );
      }
      condition = r.condition;
    } else if (r instanceof Map) for (const [k, v] of r) addUpdate(k, v as TensorLike);
    else if (isUpdateList(r)) for (const [k, v] of r) addUpdate(k, v);
    else if (Array.isArray(r) && !isNumbers(r)) for (const x of r as readonly StepResult[]) visit(x);
    else outputs.push(asTensor(r as TensorLike));
  };
  visit(result);
  return { outputs, updates, condition };
}

/** Pairs of a shared variable and an expression. */
function isUpdateList(r: unknown): r is readonly (readonly [unknown, TensorLike])[] {
  return (
    Array.isArray(r) &&
    r.length > 0 &&
    r.every((p: unknown) => Array.isArray(p) && p.length === 2 && p[0] instanceof Variable && isShared(p[0]))
  );
}

/** The new value of a state, in the type of the state. */
export function fitState(what: string, state: TensorVariable, value: TensorVariable): TensorVariable {
  if (value.dtype !== state.dtype) {
    throw new DtypeError(
      `scan: the initial value of ${what} has dtype ${state.dtype}, while the result of the step function has dtype ` +
        `${value.dtype}. Both must be the same: cast one of them, for example with .astype("${state.dtype}").`,
      { op: "scan" },
    );
  }
  if (value.ndim !== state.ndim) {
    throw new RankError(
      `scan: the initial value of ${what} has rank ${state.ndim} in each step, while the result of the step function ` +
        `has rank ${value.ndim}. A state keeps its rank and shape.`,
      { op: "scan" },
    );
  }
  return value;
}
