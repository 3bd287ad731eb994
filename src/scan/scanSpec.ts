/** What the slots of a loop are: which inputs and outputs of the op and of its inner graph mean what. */
import type { Apply } from "../graph/apply.ts";
import type { Variable } from "../graph/variable.ts";
import type { TensorVariable } from "../tensor/variable.ts";
import type { Lambda } from "./lambda.ts";

/**
 * The parameters of a `Scan`. Its inner graph has the inputs `[...slices, ...states, ...constants]` and the outputs `[...new states,
 * ...rows, condition?]`.
 */
export interface ScanSpec {
  readonly lambda: Lambda;
  /** Inputs that are read one row a step. */
  readonly sequences: number;
  /** Per state: is every value kept (true) or only the last one? */
  readonly traces: readonly boolean[];
  /** Are rows processed from the last to the first? */
  readonly reverse: boolean;
  /** Is the last inner output a condition after which the loop ends? */
  readonly until: boolean;
  /** How many of the last steps the gradient goes back; -1: all. */
  readonly truncate: number;
  /** Is the loop, inside of another one, made again by the gradient instead of being kept? */
  readonly recompute: boolean;
  readonly name: string | undefined;
}

/** Inner inputs by role. */
export interface InnerInputs {
  readonly slices: readonly TensorVariable[];
  readonly states: readonly TensorVariable[];
  readonly constants: readonly TensorVariable[];
}

/** Inner outputs by role. */
export interface InnerOutputs {
  readonly states: readonly TensorVariable[];
  readonly rows: readonly TensorVariable[];
  readonly condition: TensorVariable | null;
}

/** Outer inputs by role: `[length, first, limit, ...sequences, ...initial states, ...constants]`. */
export interface OuterInputs<V> {
  readonly length: V;
  readonly first: V;
  readonly limit: V;
  readonly sequences: readonly V[];
  readonly initials: readonly V[];
  readonly constants: readonly V[];
}

/** Outer outputs by role: `[...states, ...rows, steps?]`. */
export interface OuterOutputs<V> {
  readonly states: readonly V[];
  readonly rows: readonly V[];
  readonly steps: V | null;
}

export function innerInputs({ lambda, sequences, traces }: ScanSpec): InnerInputs {
  const list = lambda.inputs as readonly TensorVariable[];
  const states = sequences + traces.length;
  return { slices: list.slice(0, sequences), states: list.slice(sequences, states), constants: list.slice(states) };
}

export function innerOutputs({ lambda, traces, until }: ScanSpec): InnerOutputs {
  const list = lambda.outputs as readonly TensorVariable[];
  const end = list.length - (until ? 1 : 0);
  return {
    states: list.slice(0, traces.length),
    rows: list.slice(traces.length, end),
    condition: until ? list[end]! : null,
  };
}

/** How many inputs come before the sequences. */
export const COUNTS = 3;

export function outerInputs<V>({ sequences, traces }: ScanSpec, list: readonly V[]): OuterInputs<V> {
  const states = COUNTS + sequences;
  return {
    length: list[0]!,
    first: list[1]!,
    limit: list[2]!,
    sequences: list.slice(COUNTS, states),
    initials: list.slice(states, states + traces.length),
    constants: list.slice(states + traces.length),
  };
}

export function outerOutputs<V>({ traces, until }: ScanSpec, list: readonly V[]): OuterOutputs<V> {
  const end = list.length - (until ? 1 : 0);
  return {
    states: list.slice(0, traces.length),
    rows: list.slice(traces.length, end),
    steps: until ? list[end]! : null,
  };
}

/** The inputs in the op's order. */
export function flatten<V>(inputs: OuterInputs<V>): V[] {
  const { length, first, limit, sequences, initials, constants } = inputs;
  return [length, first, limit, ...sequences, ...initials, ...constants];
}

export function inputsOf(spec: ScanSpec, node: Apply): OuterInputs<TensorVariable> {
  return outerInputs(spec, node.inputs as readonly TensorVariable[]);
}

export function outputsOf(spec: ScanSpec, node: Apply): OuterOutputs<TensorVariable> {
  return outerOutputs(spec, node.outputs as readonly Variable[] as readonly TensorVariable[]);
}

/** Makes the op of a specification. */
export type MakeScan = (spec: ScanSpec) => { apply(inputs: OuterInputs<Variable>): Apply };
