/** Where the values of a program live, as text: one line per buffer, with the steps that need it. */
import { printExpr } from "../ir/print.ts";
import type { LoweredProgram } from "./lowerGraph.ts";

/** Buffers by role; for those of the workspace the first and the last step that uses them, so that one sees who can share a place. */
export function printStorage({ program, temps, results }: LoweredProgram): string {
  const spans = new Map(temps.map((t) => [t.buffer, `steps ${t.first} to ${t.last}`]));
  const inPlace = new Set(results.filter((r) => r.isInPlace).map((r) => r.buffer));
  const lines = program.buffers.map((b) => {
    const notes = [
      ...(spans.has(b) ? [spans.get(b)!] : []),
      ...(b.perWorker === true ? ["one per thread"] : []),
      ...(inPlace.has(b) ? ["updated in place"] : []),
    ];
    return `  ${b.role} ${b.name}: ${b.type}[${printExpr(b.size)}]${notes.length > 0 ? ` (${notes.join(", ")})` : ""}`;
  });
  return [`storage of ${program.name}`, ...lines].join("\n");
}
