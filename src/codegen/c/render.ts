/** Programs as C: one translation unit, no headers, one function `theano_run(arena, args)`. */
import type { Buffer, Program, Ref } from "../../ir/node.ts";
import { Copier } from "./copy.ts";
import { Prelude } from "./prelude.ts";
import { StatementWriter } from "./statements.ts";

export interface RenderedC {
  readonly source: string;
  /** What each 4-byte slot of the argument block holds. */
  readonly slots: readonly (Buffer | Ref)[];
}

/** Flags without which the code means something else, or is slow: no contraction and nothing that reorders floats. */
export const C_FLAGS: readonly string[] = [
  "-std=gnu11",
  "-O3",
  "-march=native",
  "-shared",
  "-fPIC",
  "-fwrapv",
  "-fno-strict-aliasing",
  "-ffp-contract=off",
  "-fno-math-errno",
  "-fno-trapping-math",
  "-w",
];

export function renderC(program: Program): RenderedC {
  const prelude = new Prelude();
  const writer = new StatementWriter(new Copier(), prelude);
  const sizes = program.sizes.map((s) => s.ref);
  writer.entry(program.buffers, sizes);
  writer.body(program.body);
  const source = [
    `/* ${program.name.replaceAll("*/", "* /")} */`,
    prelude.text,
    "int theano_run(char *arena, const int *args) {",
    ...writer.lines,
    "  return 0;",
    "}",
    "",
  ].join("\n");
  return { source, slots: [...program.buffers, ...sizes] };
}
