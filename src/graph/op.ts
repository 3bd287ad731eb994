/** Ops: values that say what a node computes, how its shape, gradient and lowering follow. */
import type { NdArray } from "../array/ndArray.ts";
import { GradientError } from "../errors.ts";
import type { Apply } from "./apply.ts";
import type { Variable } from "./variable.ts";

/** A gradient that does not exist; using it throws `NullTypeGradError` with `reason`. */
export class NullGradient {
  readonly reason: string;
  constructor(reason: string) {
    this.reason = reason;
  }
}

/** What an L-op returns per input: the gradient, `null` where the input is disconnected, or a `NullGradient`. */
export type InputGradient = Variable | null | NullGradient;

/**
 * What a node computes. An op is a value: two ops with the same `key` are the same op. Subclasses put every parameter
 * (axes, dtype, ...) in `key`, so that equal nodes can be merged.
 */
export abstract class Op {
  /** The op's name as printed and as used in rules. */
  abstract readonly name: string;

  /** Equal ops have equal keys: name and parameters. */
  get key(): string {
    return this.name;
  }

  /** False for an op with an effect or hidden state: never merged, never dropped when used, never folded. */
  get pure(): boolean {
    return true;
  }

  /** True when `perform` may refuse its inputs' values (an index out of range). */
  canFail(_node: Apply): boolean {
    return false;
  }

  /** Output i may share the storage of input `views(node)[i]`; -1 or absent: it does not. */
  views(_node: Apply): readonly number[] {
    return [];
  }

  /** Checks the inputs' types and makes the node; errors here point at the user's line. */
  abstract makeNode(...inputs: Variable[]): Apply;

  /** Applies the op and returns the first output. */
  call(...inputs: Variable[]): Variable {
    return this.makeNode(...inputs).outputs[0]!;
  }

  /** The meaning of the op on arrays: slow, plain, obviously right. Inputs are read only, outputs fresh. */
  abstract perform(node: Apply, inputs: readonly NdArray[]): NdArray[];

  /**
   * Sizes of the outputs, one int64 scalar variable per axis, from the sizes of the inputs.
   * `null` for an output whose size only its value tells.
   */
  abstract inferShape(node: Apply, inputShapes: readonly (readonly Variable[])[]): (readonly Variable[] | null)[];

  /**
   * The product of `outputGradients` with the Jacobian, one entry per input. An output that the cost does not
   * depend on has gradient `null`. Built of ops that are differentiable themselves.
   */
  lop(_node: Apply, _outputGradients: readonly (Variable | null)[]): InputGradient[] {
    throw new GradientError(`${this.name}: no gradient is defined.`, { op: this.name });
  }

  /** `[input][output]`: does the output's gradient reach this input? */
  connectionPattern(node: Apply): boolean[][] {
    return node.inputs.map(() => node.outputs.map(() => true));
  }

  toString(): string {
    return this.name;
  }
}
