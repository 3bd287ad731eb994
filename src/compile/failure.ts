/** Turns what a node threw into an error that names the op, the shapes and the user's line. */
import type { NdArray } from "../array/ndArray.ts";
import { type ErrorDetails, TheanoError } from "../errors.ts";
import type { Apply } from "../graph/apply.ts";

type ErrorClass = new (message: string, details: ErrorDetails) => TheanoError;

/** The same error with op, operands and line filled in where they are missing. */
export function describeFailure(error: unknown, node: Apply, inputs: readonly NdArray[]): unknown {
  if (!(error instanceof TheanoError)) return error;
  const line = node.createdAt[0];
  if (error.createdAt !== undefined || line === undefined) return error;
  return new (error.constructor as ErrorClass)(error.message, {
    op: error.op ?? node.op.name,
    inputs: error.inputs ?? inputs.map((x) => ({ dtype: x.dtype, shape: x.shape })),
    createdAt: line,
    cause: error,
  });
}

/** The same error saying where the failing call is. */
export function withCallSite(error: unknown, line: string | undefined): unknown {
  if (!(error instanceof TheanoError) || error.createdAt !== undefined || line === undefined) return error;
  return new (error.constructor as ErrorClass)(error.message, {
    op: error.op,
    inputs: error.inputs,
    createdAt: line,
    cause: error.cause ?? error,
  });
}
