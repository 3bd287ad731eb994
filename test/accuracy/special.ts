/** Prints decompositions on special arguments beside the reference functions; a development aid. */
import { scalarInstructions } from "../../src/ir/scalarInstructions.ts";
import type { DecomposedName } from "../../src/ir/decompose/index.ts";
import { build, run } from "./measure.ts";

const values = [0, -0, 1, -1, 2, -2, 0.5, -0.5, 3, -3, Infinity, -Infinity, NaN, 5e-324, -5e-324, 1e-310, 1e308, -1e308, 1e30, -1e30, 2.5, -2.5];

for (const name of process.argv.slice(2) as DecomposedName[]) {
  const reference = scalarInstructions[name].reference as (...a: number[]) => number;
  for (const type of ["f32", "f64"] as const) {
    const { expansion, refs } = build(name, type);
    const rows: number[][] = refs.length === 1 ? values.map((v) => [v]) : values.flatMap((a) => values.map((b) => [a, b]));
    const make = (i: number): Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer> => {
      const column = rows.map((r) => r[i]!);
      return type === "f32" ? new Float32Array(column) : new Float64Array(column);
    };
    const columns = refs.map((_, i) => make(i));
    const out = run(expansion.slow, refs, columns);
    let count = 0;
    rows.forEach((_, i) => {
      const args = columns.map((c) => c[i]!);
      const exact = reference(...args);
      const expected = type === "f32" ? Math.fround(exact) : exact;
      const near = Math.abs(out[i]! - expected) <= 1e-6 * Math.abs(expected) && Object.is(Math.sign(out[i]!), Math.sign(expected));
      if (Object.is(out[i], expected) || near) return;
      if (count++ < 12) console.log(name, type, args, "gives", out[i], "not", expected);
    });
  }
}
