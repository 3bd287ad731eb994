/** Apply nodes: one application of an op to inputs. */
import { captureOrigin, type Origin } from "../errors.ts";
import type { Op } from "./op.ts";
import type { Type } from "./type.ts";
import type { Variable } from "./variable.ts";

let inheritedOrigins: readonly Origin[] | undefined;

/**
 * Runs `body`; nodes made meanwhile are said to come from where `node` came from instead of from a line found in
 * the stack. Gradients and rewrites use it, so that an error in a derived node points at the user's expression,
 * and because looking at the stack costs time.
 */
export function withOriginOf<R>(node: Apply, body: () => R): R {
  const before = inheritedOrigins;
  inheritedOrigins = node.origins;
  try {
    return body();
  } finally {
    inheritedOrigins = before;
  }
}

/** `op` applied to `inputs`. Immutable for everyone but the `FunctionGraph` that owns its copy. */
export class Apply {
  readonly op: Op;
  readonly inputs: readonly Variable[];
  readonly outputs: readonly Variable[];
  /** Where the user made this node; a merged node keeps all its origins. */
  origins: readonly Origin[];

  constructor(op: Op, inputs: readonly Variable[], outputTypes: readonly Type[]) {
    this.op = op;
    this.inputs = inputs;
    this.outputs = outputTypes.map((t, i) => t.makeVariable(this, i));
    if (inheritedOrigins !== undefined) this.origins = inheritedOrigins;
    else {
      const origin = captureOrigin();
      this.origins = origin === undefined ? [] : [origin];
    }
  }

  /** The user's lines that made this node ("file:line"). */
  get createdAt(): readonly string[] {
    return this.origins.flatMap((o) => o.line ?? []);
  }

  /** The only output. */
  get out(): Variable {
    return this.outputs[0]!;
  }

  toString(): string {
    return `${this.op.toString()}(${this.inputs.map(String).join(", ")})`;
  }
}
