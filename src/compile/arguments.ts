/** From what a caller passes to an array of the input's type. */
import { NdArray } from "../array/ndArray.ts";
import { userLine } from "../errors.ts";
import { withCallSite } from "./failure.ts";
import type { LinkInput } from "./linker.ts";

/**
 * @throws DtypeError, RankError, ShapeMismatchError, ValueError naming the argument and the line of the call
 */
export function convertArgument(input: LinkInput, value: unknown): NdArray {
  try {
    return input.variable.type.filter(value, {
      strict: input.strict,
      ...(input.allowDowncast === undefined ? {} : { allowDowncast: input.allowDowncast }),
      what: input.label,
    }) as NdArray;
  } catch (error) {
    throw withCallSite(error, userLine());
  }
}
