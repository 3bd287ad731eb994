/** Apply nodes: one application of an op to inputs. */
import { userLine } from "../errors.ts";
import type { Op } from "./op.ts";
import type { Type } from "./type.ts";
import type { Variable } from "./variable.ts";

let inheritedLines: readonly string[] | undefined;

/**
 * Runs `body`; nodes made meanwhile are said to come from `lines` (of the user's file) instead of from a line found in the
 * stack. Gradients and rewrites use it, so that an error in a derived node points at the user's expression, and
 * because looking at the stack costs microseconds.
 */
export function withLines<R>(lines: readonly string[], body: () => R): R {
  const before = inheritedLines;
  inheritedLines = lines;
  try {
    return body();
  } finally {
    inheritedLines = before;
  }
}

/** `op` applied to `inputs`. Immutable for everyone but the `FunctionGraph` that owns its copy. */
export class Apply {
  readonly op: Op;
  readonly inputs: readonly Variable[];
  readonly outputs: readonly Variable[];
  /** The user's lines that made this node ("file:line"); a merged node keeps them all. */
  createdAt: readonly string[];

  constructor(op: Op, inputs: readonly Variable[], outputTypes: readonly Type[]) {
    this.op = op;
    this.inputs = inputs;
    this.outputs = outputTypes.map((t, i) => t.makeVariable(this, i));
    if (inheritedLines !== undefined) this.createdAt = inheritedLines;
    else {
      const line = userLine();
      this.createdAt = line === undefined ? [] : [line];
    }
  }

  /** The only output. */
  get out(): Variable {
    return this.outputs[0]!;
  }

  toString(): string {
    return `${this.op.toString()}(${this.inputs.map(String).join(", ")})`;
  }
}
