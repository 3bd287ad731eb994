/**
 * The types of the package as its users meet them (`dist`, so build first), with each TypeScript that is supported: the type tests must hold,
 * what an editor shows must be as `test/types/hover.ts` says, dtypes and ranks must be those that the program makes, and the time that a model
 * of a thousand lines takes is reported.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { hoverTexts, optionsIn } from "./hoverTexts.ts";
import { largeModel } from "./largeModel.ts";
import { typesAgree } from "./typesAgree.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const require = createRequire(import.meta.url);
const COMPILERS = ["typescript-5.6", "typescript-5.9", "typescript"];
const folder = join(root, "test/types");
const LINES = 1000;

interface Run {
  readonly ok: boolean;
  readonly output: string;
  readonly seconds: number;
}

function compile(compiler: string, ...args: string[]): Run {
  const home = dirname(require.resolve(`${compiler}/package.json`));
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(home, "bin/tsc"), ...args], {
    cwd: root,
    encoding: "utf8",
  });
  return { ok: status === 0, output: stdout + stderr, seconds: (performance.now() - start) / 1000 };
}

function version(compiler: string): string {
  return (require(`${compiler}/package.json`) as { version: string }).version;
}

let failures = 0;
function report(title: string, problems: readonly string[]): void {
  console.log(`${problems.length === 0 ? "ok  " : "FAIL"} ${title}`);
  for (const p of problems) console.log(`     ${p}`);
  failures += problems.length === 0 ? 0 : 1;
}

/** The lines whose text differs from what their comment says. */
function wrongHovers(compiler: string): string[] {
  const file = join(folder, "hover.ts");
  const lines = readFileSync(file, "utf8").split("\n");
  const shown = hoverTexts(compiler, file, join(folder, "tsconfig.json"));
  return lines.flatMap((line, i) => {
    const wanted = /^const .*; \/\/ (.*)$/.exec(line)?.[1];
    if (wanted === undefined || shown.get(i) === wanted) return [];
    return [`hover.ts:${i + 1}: expected ${wanted}`, `         got ${String(shown.get(i))}`];
  });
}

/** Whole program and type check alone, with the package's own declarations read anew. */
function measure(compiler: string): string {
  const generated = join(folder, ".generated");
  mkdirSync(generated, { recursive: true });
  writeFileSync(join(generated, "model.ts"), largeModel(LINES));
  const config = { extends: "../tsconfig.json", compilerOptions: { skipLibCheck: true }, include: ["model.ts"] };
  writeFileSync(join(generated, "tsconfig.json"), JSON.stringify(config));
  try {
    const { ok, output, seconds } = compile(compiler, "-p", join(generated, "tsconfig.json"), "--extendedDiagnostics");
    if (!ok) throw new Error(output);
    const check = /Check time:\s*([\d.]+)s/.exec(output)?.[1] ?? "?";
    return `checked in ${check} s, ${seconds.toFixed(1)} s from start to end`;
  } finally {
    rmSync(generated, { recursive: true });
  }
}

for (const compiler of COMPILERS) {
  const name = `TypeScript ${version(compiler)}`;
  const tests = compile(compiler, "-p", join(folder, "tsconfig.json"));
  report(`${name}: type tests`, tests.ok ? [] : tests.output.trim().split("\n"));
  // From 7 on there is no library to ask.
  if (compiler !== "typescript") report(`${name}: hover texts`, wrongHovers(compiler));
  console.log(`     ${name}: a model of ${LINES} lines is ${measure(compiler)}`);
}
const { texts, ...counts } = typesAgree(folder, optionsIn("typescript-5.9", join(folder, "tsconfig.json")));
report("dtypes and ranks are those that the program makes", texts);
console.log(
  `     ${counts.count} expressions: ${counts.built} built, ${counts.known} of known type, ${counts.refused} refused`,
);
process.exitCode = failures === 0 ? 0 : 1;
