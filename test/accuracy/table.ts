/**
 * Prints the accuracy table: `npm run accuracy -- [name ...]`; with --write also docs/accuracy.md. With --exhaustive it measures every float32
 * instead; see `exhaustive.ts`.
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { maxUlp } from "../../src/ir/decompose/bounds.ts";
import { decomposedNames, type DecomposedName } from "../../src/ir/decompose/index.ts";
import { DOCUMENT, document } from "./document.ts";
import { runSweeps, sweepRequest } from "./exhaustive.ts";
import { isRecorded, measure, row, type Measured } from "./measure.ts";

function samples(asked: readonly string[], isWritten: boolean): void {
  const measured = new Map<string, Measured>();
  for (const name of decomposedNames) {
    if (!isRecorded(name) || (asked.length > 0 && !asked.includes(name))) continue;
    for (const type of ["f32", "f64"] as const) {
      const m = measure(name as DecomposedName, type);
      measured.set(`${name}.${type}`, m);
      console.log(row(name, type, m, maxUlp[name][type]));
    }
  }
  if (!isWritten) return;
  writeFileSync(
    fileURLToPath(DOCUMENT),
    document((name, type) => measured.get(`${name}.${type}`)!.maxUlp),
  );
}

const args = process.argv.slice(2);
if (args.includes("--exhaustive")) runSweeps(sweepRequest(args));
else
  samples(
    args.filter((a) => !a.startsWith("--")),
    args.includes("--write"),
  );
