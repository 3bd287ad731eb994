/** A loop taken apart, so that rules can leave out, add and change its slots, and put it together again. */
import type { Apply } from "../../graph/apply.ts";
import type { Variable } from "../../graph/variable.ts";
import type { TensorVariable } from "../../tensor/variable.ts";
import { Lambda } from "../lambda.ts";
import { Scan } from "../scanOp.ts";
import { innerInputs, innerOutputs, inputsOf, outputsOf, type ScanSpec } from "../scanSpec.ts";

/** A value of the step and where it comes from. */
export interface Given {
  readonly inner: TensorVariable;
  readonly outer: TensorVariable;
}

export interface State {
  readonly inner: TensorVariable;
  readonly initial: TensorVariable;
  readonly next: TensorVariable;
  readonly isTraced: boolean;
}

export interface LoopParts {
  readonly spec: ScanSpec;
  readonly length: TensorVariable;
  readonly first: TensorVariable;
  readonly limit: TensorVariable;
  readonly sequences: readonly Given[];
  readonly states: readonly State[];
  readonly rows: readonly TensorVariable[];
  readonly constants: readonly Given[];
  readonly condition: TensorVariable | null;
}

export function partsOf(node: Apply): LoopParts {
  const { spec } = node.op as Scan;
  const inner = innerInputs(spec);
  const results = innerOutputs(spec);
  const outer = inputsOf(spec, node);
  return {
    spec,
    length: outer.length,
    first: outer.first,
    limit: outer.limit,
    sequences: inner.slices.map((v, i) => ({ inner: v, outer: outer.sequences[i]! })),
    states: inner.states.map((v, i) => ({
      inner: v,
      initial: outer.initials[i]!,
      next: results.states[i]!,
      isTraced: spec.traces[i]!,
    })),
    rows: results.rows,
    constants: inner.constants.map((v, i) => ({ inner: v, outer: outer.constants[i]! })),
    condition: results.condition,
  };
}

/** The loop of the parts; outputs by role. */
export interface Built {
  readonly states: readonly Variable[];
  readonly rows: readonly Variable[];
  readonly steps: Variable | null;
}

export function build(parts: LoopParts): Built {
  const { spec, sequences, states, rows, constants, condition, length, first, limit } = parts;
  const lambda = new Lambda(
    [...sequences.map((s) => s.inner), ...states.map((s) => s.inner), ...constants.map((c) => c.inner)],
    [...states.map((s) => s.next), ...rows, ...(condition === null ? [] : [condition])],
  );
  const own: ScanSpec = {
    ...spec,
    lambda,
    sequences: sequences.length,
    traces: states.map((s) => s.isTraced),
    until: condition !== null,
  };
  const node = new Scan(own).apply({
    length,
    first,
    limit,
    sequences: sequences.map((s) => s.outer),
    initials: states.map((s) => s.initial),
    constants: constants.map((c) => c.outer),
  });
  return outputsOf(own, node);
}
