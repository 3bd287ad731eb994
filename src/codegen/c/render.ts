/** Programs as C: one translation unit, no headers, one function `theano_run(arena, args)`. */
import type { Buffer, Program, Ref } from "../../ir/node.ts";
import { Copier } from "./copy.ts";
import { Prelude } from "./prelude.ts";
import { isLent, StatementWriter } from "./statements.ts";
import { SUPPORT_TYPE } from "./support/library.ts";

export interface RenderedC {
  readonly source: string;
  /** What each 4-byte slot of the argument block holds. */
  readonly slots: readonly (Buffer | Ref)[];
  /** Slots of inputs that the program reads where the caller has them, if `lent` says where: one after the other in the call. */
  readonly lent: readonly number[];
  /** Whether it calls the library of `support/`. */
  readonly usesSupport: boolean;
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
  // Threads wait in the library until the process ends: it must not be unloaded under them.
  ...(globalThis.process?.platform === "darwin" ? [] : ["-Wl,-z,nodelete"]),
];

/** Flags for the library of `support/`: products may be added without rounding in between. */
export const SUPPORT_FLAGS: readonly string[] = C_FLAGS.map((f) =>
  f === "-ffp-contract=off" ? "-ffp-contract=fast" : f,
);

/** What the processor offers and the user allows. */
export interface CCapabilities {
  /** Multiply-add with one rounding is an instruction, and formulas may use it. */
  readonly fuses: boolean;
}

export function renderC(program: Program, { fuses }: CCapabilities): RenderedC {
  const prelude = new Prelude();
  const writer = new StatementWriter(new Copier({ fuses }), prelude);
  const sizes = program.sizes.map((s) => s.ref);
  writer.entry(program.buffers, sizes);
  writer.body(program.body);
  const usesSupport = [...writer.functions, ...writer.lines].some((line) => line.includes("lib->"));
  const source = [
    `/* ${program.name.replaceAll("*/", "* /")} */`,
    ...(usesSupport ? [SUPPORT_TYPE] : []),
    "struct call { char *arena; const int *args; const struct support *support; long long workers; char *lent[]; };",
    prelude.text,
    ...writer.functions,
    "int theano_run(const struct call *call) {",
    "  char *const arena = call->arena;",
    "  const int *const args = call->args;",
    ...(usesSupport ? ["  const struct support *const lib = call->support;", "  lib->enter((int)call->workers);"] : []),
    ...writer.lines,
    "  return 0;",
    "}",
    "",
  ].join("\n");
  const lent = program.buffers.flatMap((x, slot) => (isLent(x) ? [slot] : []));
  return { source, slots: [...program.buffers, ...sizes], lent, usesSupport };
}
