/** A loop as a loop of the program. */
import type { LowerContext, Lowered } from "../ir/lowered.ts";
import type { ScanSpec } from "./scanSpec.ts";

export function lowerScan(_spec: ScanSpec, _ctx: LowerContext): Lowered | null {
  return null;
}
