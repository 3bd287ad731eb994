/**
 * Prints the accuracy table: npx tsx test/accuracy/table.ts [name ...]; with --write also docs/accuracy.md.
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { maxUlp } from "../../src/ir/decompose/bounds.ts";
import { decomposedNames, type DecomposedName } from "../../src/ir/decompose/index.ts";
import { DOCUMENT, document, isRecorded, measure, row, type Measured } from "./measure.ts";

const asked = process.argv.slice(2).filter((a) => !a.startsWith("--"));
const measured = new Map<string, Measured>();
for (const name of decomposedNames) {
  if (!isRecorded(name) || (asked.length > 0 && !asked.includes(name))) continue;
  for (const type of ["f32", "f64"] as const) {
    const m = measure(name as DecomposedName, type);
    measured.set(`${name}.${type}`, m);
    console.log(row(name, type, m, maxUlp[name][type]));
  }
}
if (process.argv.includes("--write")) {
  writeFileSync(
    fileURLToPath(DOCUMENT),
    document((name, type) => measured.get(`${name}.${type}`)!.maxUlp),
  );
}
