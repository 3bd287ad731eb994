/** Prints the accuracy table: npx tsx test/accuracy/table.ts [name ...] */
import { maxUlp } from "../../src/ir/decompose/bounds.ts";
import { decompositions, type DecomposedName } from "../../src/ir/decompose/index.ts";
import { measure, row } from "./measure.ts";

const asked = process.argv.slice(2);
for (const name of Object.keys(decompositions) as DecomposedName[]) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  for (const type of ["f32", "f64"] as const) {
    try {
      console.log(row(name, type, measure(name, type), maxUlp[name][type]));
    } catch (error) {
      console.log(name, type, String(error));
    }
  }
}
