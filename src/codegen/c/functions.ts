/**
 * Loops as functions of their own, which threads run parts of: `static void loop_3(const void *context, long long begin, long long end, int worker)`.
 * What a loop uses from outside goes through a structure.
 */
import type { IrBuilder } from "../../ir/build.ts";
import type { Buffer, Expr } from "../../ir/node.ts";
import { boundOf, type Work } from "../work.ts";
import type { ExpressionWriter } from "./expressions.ts";

/** Where statements are written, one function after the other. */
export interface FunctionHost {
  readonly e: ExpressionWriter;
  /** Makes expressions of the program. */
  readonly b: IrBuilder;
  line(text: string): void;
  /** Lines of `body` as the inside of a function. */
  collect(body: () => void): string[];
  /** Puts a finished function before the one that is being written. */
  addFunction(lines: readonly string[]): void;
  /** Text for the value of an expression of the program. */
  value(e: Expr): string;
  /** Whether all that such an expression needs has a value here. */
  isKnown(e: Expr): boolean;
  /** Makes sure that `NARROW` is defined. */
  needNarrow(): void;
  /** Elements from one worker's buffer to the next one's, a name; undefined for buffers that workers share. */
  strideOf(buffer: Buffer): string | undefined;
}

/** Fewest additions that a thread should get at a time. */
const GRAIN = 65_536;

/** Loops over more bytes than the caches hold run with narrow vectors, for which the memory delivers up to half as much again. */
const FAR_BYTES = 16 * 1024 * 1024;

/** Defines \`NARROW\`, for functions whose loops should use vectors of 128 bits. */
export const NARROW = `#if defined(__AVX__) && !defined(__clang__)
#define NARROW __attribute__((target("prefer-vector-width=128")))
#else
#define NARROW
#endif`;

/** Runs rounds 0 to `count` of `body`, on several threads where `work` (per round) makes that worth it. */
export function writeParallel(
  host: FunctionHost,
  stem: string,
  count: string,
  work: Work,
  extra: readonly { readonly declaration: string; readonly name: string }[],
  body: () => void,
  /** Bytes that a round reads and writes, if that is what takes its time; else 0. */
  bytes = 0,
): void {
  const { e } = host;
  const name = e.fresh(stem);
  let captured: ReadonlyMap<Expr | Buffer, string> = new Map();
  const inside = host.collect(() => {
    captured = e.capture(body);
  });
  const context = `struct ${name}`;
  const parts = [...extra];
  const offsets = new Map<string, string>();
  for (const [what, own] of captured) {
    parts.push({ declaration: e.declarationOf(own), name: own });
    const stride = what.kind === "buffer" ? host.strideOf(what) : undefined;
    if (stride === undefined) continue;
    parts.push({ declaration: `const long long ${stride}`, name: stride });
    offsets.set(own, ` + worker * s->${stride}`);
  }
  const members = parts.map((p) => `  ${p.declaration.replace(/\brestrict\b/, "")};`);
  const unpack = parts.map((p) => `  ${p.declaration} = s->${p.name}${offsets.get(p.name) ?? ""};`);
  const functionText = (kind: string, head: string): string[] => [
    `${head} void ${name}_${kind}(const void *context, long long begin, long long end, int worker) {`,
    `  const ${context} *s = context;`,
    "  const struct support *const lib = s->lib;",
    ...unpack,
    ...inside,
    "}",
    "",
  ];
  host.addFunction([
    `${context} {`,
    "  const struct support *lib;",
    ...members,
    "};",
    ...functionText("run", "static"),
    ...(bytes > 0 ? functionText("far", "NARROW static") : []),
  ]);
  if (bytes > 0) host.needNarrow();
  const run = bytes > 0 ? `${name}` : `${name}_run`;
  const cost = costText(host, work);
  host.line(`const ${context} ${name}_of = { ${["lib", ...parts.map((p) => p.name)].join(", ")} };`);
  host.line(`const long long ${name}_cost = ${cost};`);
  if (bytes > 0) {
    const far = `${count} * ${bytes}LL > ${FAR_BYTES}LL`;
    host.line(`void (*const ${name})(const void *, long long, long long, int) = ${far} ? ${name}_far : ${name}_run;`);
  }
  host.line(`if (${count} * ${name}_cost < lib->least_work) ${run}(&${name}_of, 0, ${count}, 0);`);
  host.line(`else lib->parallel(${run}, &${name}_of, ${count}, ${GRAIN} / ${name}_cost + 1);`);
}

/** Additions per round; what is only known inside counts as some. */
function costText(host: FunctionHost, work: Work): string {
  const loops = work.loops.map(({ extent, inside }) => {
    const bound = boundOf(host.b, extent, (x) => host.isKnown(x), work.lets);
    const times = bound === null ? "64" : host.value(bound);
    return `${times} * (${costText(host, inside)})`;
  });
  return [String(Math.max(1, Math.ceil(work.additions))), ...loops].join(" + ");
}
