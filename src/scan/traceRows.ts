/** Views of traces. */
import { at } from "../tensor/subtensor/index.ts";
import type { TensorVariable } from "../tensor/variable.ts";

/** The rows of a trace that hold the states before (`shift` 0) or after (1) each step, row t for step t. */
export function traceRows(trace: TensorVariable, reverse: boolean, shift: 0 | 1): TensorVariable {
  return at(trace, (shift === 1) !== reverse ? "1:" : ":-1");
}
