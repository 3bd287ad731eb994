/**
 * Indexing, gather, scatter, sort, cumsum, concatenation and transposition on resident data, beside NumPy and beside a plain copy in C, in
 * the same run: fresh processes in turn, medians over several, values compared before a time counts.
 *
 *     npm run bench:structure                       all of it, about half an hour
 *     npm run bench:structure -- --quick            one process each, shorter
 *     npm run bench:structure -- --only sort        rows whose name matches
 *     npm run bench:structure -- --threads 1        tables for one thread (default 1,2)
 *     npm run bench:structure -- --sizes 1e6        one number of elements (default 1e6,1e7)
 *     npm run bench:structure -- --write            writes docs/benchmarks-structure.md as well
 *     npm run bench:structure -- --note "..."       a sentence for the page
 *
 * Python is `python3`, or BENCH_PYTHON: see bench/peers/setup. The page's own text, above its mark, is kept.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { NativeColumns, processors } from "./nativeColumns.ts";
import { disagreements, Samples, time } from "./samples.ts";
import { STRUCTURE_CASES, type StructureCase } from "./structureCases.ts";

type Column = "wasm" | "c" | "numpy" | "copy";

const TITLES: Readonly<Record<Column, string>> = {
  wasm: "Theano (WebAssembly)",
  c: "Theano (C)",
  numpy: "NumPy",
  copy: "a copy in C",
};
const SIZES: Readonly<Record<string, number>> = { "1e6": 1e6, "1e7": 1e7 };
const BYTES: Readonly<Record<string, number>> = { f32: 4, f64: 8 };
/** At most so many times the time that a copy of as many bytes takes, or faster than NumPy. */
const BOUND = 1.3;
const MARK = "<!-- measured -->";

interface Options {
  readonly root: string;
  readonly python: string;
  readonly rounds: number;
  readonly budget: number;
  readonly only: RegExp;
  readonly threads: readonly number[];
  /** Names of SIZES. */
  readonly sizes: readonly string[];
  readonly say: (line?: string) => void;
}

const plural = (count: number): string => `${count} thread${count > 1 ? "s" : ""}`;
const copyOf = (size: string, d: string): string => `copy_${size}_${d}`;

export class StructureBench {
  readonly #o: Options;
  readonly #samples = new Samples();
  readonly #folder = mkdtempSync(join(tmpdir(), "theano-structure-"));
  readonly #native: NativeColumns;
  readonly #cases: readonly StructureCase[];
  readonly #threads: readonly number[];
  readonly #missing: string[] = [];
  readonly #short = new Map<string, string[]>();

  constructor(options: Options) {
    this.#o = options;
    this.#native = new NativeColumns(options.root, options.python, this.#folder);
    this.#cases = STRUCTURE_CASES.filter((c) => options.only.test(c.name));
    this.#threads = options.threads.filter((count) => count <= processors().length);
    const { present } = this.#native;
    if (!present.has("theanoC")) this.#missing.push("Linker c: not measured, koffi or a C compiler is missing.");
    if (!present.has("numpy")) this.#missing.push("NumPy: not measured, the Python has none.");
    if (!present.has("c")) this.#missing.push("The copy: not measured, no C compiler.");
    for (const line of this.#missing) console.error(line);
  }

  run(): void {
    try {
      for (let round = 0; round < this.#o.rounds; round++)
        for (const count of this.#threads)
          for (const column of ["wasm", "c", "numpy", "copy"] as const) this.#measure(round, column, count);
      this.#report();
    } finally {
      rmSync(this.#folder, { recursive: true, force: true });
    }
  }

  /** One process for each size: what one leaves in memory is not there for the other. */
  #measure(round: number, column: Column, count: number): void {
    // NumPy works on one thread whatever there is.
    if (column === "numpy" && count !== this.#threads[0]) return;
    const { root, python, rounds, budget } = this.#o;
    const { present } = this.#native;
    if (column !== "wasm" && !present.has(({ c: "theanoC", numpy: "numpy", copy: "c" } as const)[column])) return;
    for (const size of this.#o.sizes) {
      console.error(`round ${round + 1} of ${rounds}, ${plural(count)}, ${size}: ${TITLES[column]}`);
      const ids = Object.keys(BYTES).flatMap((d) =>
        column === "copy" ? [copyOf(size, d)] : this.#cases.map((c) => `${c.name}_${size}_${d}`),
      );
      const rest = [ids.join(","), String(budget)];
      const key = `${column} ${count}`;
      if (column === "numpy") {
        const script = join(root, "bench/libraries/structurePython.py");
        const env = { OPENBLAS_NUM_THREADS: "1", OMP_NUM_THREADS: "1" };
        this.#samples.run(key, python, [script, ...rest], ids, env);
        continue;
      }
      const own = { wasm: "theanoWasm", c: "theanoC", copy: "c" } as const;
      const { command, before, env } = this.#native.start(own[column], count);
      const script = before.map((a) => a.replace("theano.mjs", "structure.mjs"));
      this.#samples.run(key, command, [...script, ...rest], ids, env);
    }
  }

  // --- tables ----------------------------------------------------------------------------------

  #key(column: Column, count: number): string {
    return `${column} ${column === "numpy" ? this.#threads[0] : count}`;
  }

  #time(column: Column, count: number, id: string): number | undefined {
    return this.#samples.time(this.#key(column, count), id);
  }

  #report(): void {
    const { say, rounds } = this.#o;
    say(
      `Median of ${rounds} process${rounds > 1 ? "es" : ""} (smallest..largest). ${this.#native.versions.filter((v) => /^(cc|numpy)/.test(v)).join(", ")}.`,
    );
    for (const line of this.#missing) say(`- ${line}`);
    for (const count of this.#threads)
      for (const size of this.#o.sizes) for (const d of Object.keys(BYTES)) this.#table(count, size, d);
    say();
    say("### What falls short");
    say();
    say(`Neither within ${BOUND} times the bound nor faster than NumPy (times the bound; speed against NumPy):`);
    say();
    for (const [row, list] of this.#short) say(`- ${row}: ${list.join("; ")}`);
    if (this.#short.size === 0) say("- nothing");
    const problems = [...this.#samples.failures(), ...this.#differences()];
    if (problems.length > 0) say();
    for (const line of problems) say(`- ${line}`);
  }

  #table(count: number, size: string, d: string): void {
    const { say } = this.#o;
    const [n, bytes] = [SIZES[size]!, BYTES[d]!];
    const copy = this.#time("copy", count, copyOf(size, d));
    say();
    say(`### ${size} elements, ${d === "f32" ? "float32" : "float64"}, ${plural(count)}`);
    say();
    const rate = copy === undefined ? "" : ` (copy: ${((2 * n * bytes) / copy / 1e6).toFixed(1)} GB/s)`;
    say(`| work | ${TITLES.wasm} | ${TITLES.c} | NumPy | bound${rate} | WebAssembly | C |`);
    say("|---|---:|---:|---:|---:|---|---|");
    for (const c of this.#cases) {
      const id = `${c.name}_${size}_${d}`;
      const cell = (column: Column): string => this.#samples.cell(this.#key(column, count), id);
      const bound = copy === undefined ? undefined : (copy * c.bytes(n, bytes)) / (2 * n * bytes);
      const verdicts = (["wasm", "c"] as const).map((column) => this.#verdict(c, column, count, id, bound));
      const cells = [cell("wasm"), cell("c"), cell("numpy"), bound === undefined ? "" : time(bound), ...verdicts];
      say(`| ${c.title} | ${cells.join(" | ")} |`);
    }
  }

  #verdict(c: StructureCase, column: "wasm" | "c", count: number, id: string, bound: number | undefined): string {
    const own = this.#time(column, count, id);
    if (own === undefined) return "not measured";
    const numpy = this.#time("numpy", count, id);
    const texts: string[] = [];
    if (bound !== undefined) texts.push(`${(own / bound).toFixed(2)} of the bound`);
    if (numpy !== undefined) texts.push(`${(numpy / own).toFixed(2)}x NumPy`);
    const holds = (bound !== undefined && own <= BOUND * bound) || (numpy !== undefined && own < numpy);
    if (!holds) {
      const where = `${column === "c" ? "C" : "WebAssembly"}, ${plural(count)}, ${id.split("_").slice(-2).join(" ")}`;
      const list = this.#short.get(c.title) ?? [];
      this.#short.set(c.title, [...list, `${where}: ${texts.join(", ")}`]);
    }
    return holds ? texts.join(", ") : `${texts.join(", ")}: FALLS SHORT`;
  }

  #differences(): string[] {
    return this.#cases.flatMap((c) =>
      this.#o.sizes.flatMap((size) =>
        Object.keys(BYTES).flatMap((d) => {
          const id = `${c.name}_${size}_${d}`;
          const values = this.#threads.flatMap((count) =>
            (["numpy", "wasm", "c"] as const).map((column) => ({
              title: `${TITLES[column]}, ${plural(count)}`,
              value: this.#samples.of(this.#key(column, count), id)[0]?.value,
            })),
          );
          // NumPy's running sums are rounded as ours are; sums of duplicates come in the same order.
          const share = d === "f32" ? 1e-4 : 1e-10;
          const found = disagreements(id, values, (value) => share * Math.max(1, Math.abs(value)));
          return found.map((line) => `results differ: ${line}`);
        }),
      ),
    );
  }
}

const args = process.argv.slice(2);
const option = (name: string): string | undefined =>
  args.includes(name) ? (args[args.indexOf(name) + 1] ?? "") : undefined;
const isQuick = args.includes("--quick");
const root = fileURLToPath(new URL("..", import.meta.url));
const peers = join(root, "bench/peers/.venv/bin/python");
const lines: string[] = [];
const say = (line = ""): void => {
  lines.push(line);
  console.log(line);
};
if (!args.includes("--built")) {
  console.error("building the package");
  execFileSync("npm", ["run", "build", "--silent"], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
}
const before = loadavg()[0]!;
say(
  `Node ${process.versions.node}, ${cpus()[0]?.model.trim() ?? "unknown processor"}, ${processors().length} cores. ` +
    `Load of the machine before the run: ${before.toFixed(1)}${before > 0.5 ? ", so other work took part of it" : ""}.` +
    (option("--note") === undefined ? "" : ` ${option("--note")}`),
);
say();
new StructureBench({
  root,
  python: process.env["BENCH_PYTHON"] ?? (existsSync(peers) ? peers : "python3"),
  rounds: Number(option("--rounds") ?? (isQuick ? 1 : 3)),
  budget: Number(option("--budget") ?? (isQuick ? 100 : 400)),
  only: new RegExp(option("--only") ?? "."),
  sizes: (option("--sizes") ?? Object.keys(SIZES).join(",")).split(",").filter((size) => size in SIZES),
  threads: (option("--threads") ?? "1,2").split(",").map(Number),
  say,
}).run();
if (args.includes("--write")) {
  const page = join(root, "docs/benchmarks-structure.md");
  const head = existsSync(page) ? readFileSync(page, "utf8").split(MARK)[0]!.trimEnd() : "# Benchmarks of structure";
  writeFileSync(page, `${head}\n\n${MARK}\n\n${lines.join("\n")}\n`);
  execFileSync("npx", ["prettier", "--write", page], { cwd: root, stdio: "ignore" });
}
