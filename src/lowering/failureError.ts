/** Errors from the messages that ops register with `failure` and `check`: "IndexError: what is wrong". */
import * as errors from "../errors.ts";
import { ShapeMismatchError, TheanoError, type ErrorDetails } from "../errors.ts";

type ErrorClass = new (message: string, details?: ErrorDetails) => TheanoError;

/** The class that a message names at its start, `otherwise` when it names none; the name is not repeated in the text. */
export function failureError(
  message: string,
  details: ErrorDetails,
  otherwise: ErrorClass = ShapeMismatchError,
): TheanoError {
  const found = /^([A-Z]\w*Error): /.exec(message);
  const named = found === null ? undefined : (errors as unknown as Record<string, ErrorClass>)[found[1]!];
  if (named === undefined) return new otherwise(message, details);
  return new named(message.slice(found![0].length), details);
}
