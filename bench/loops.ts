/**
 * Loops beside PyTensor's scan, jax.lax.scan, PyTorch, and jax-js with the steps written out, on one thread: every library in fresh
 * processes, in turn, several times. Prints medians over processes with their spread, and what was asked of each.
 *
 *     npm run bench:loops                       all of it; PyTensor's Numba mode compiles for minutes
 *     npm run bench:loops -- --quick            two processes each, shorter
 *     npm run bench:loops -- --only rnn         rows whose name matches
 *     npm run bench:loops -- --columns theanoC,jax
 *     npm run bench:loops -- --write            writes docs/benchmarks-loops.md as well
 *
 * Python is `python3`, or BENCH_PYTHON: see bench/peers/setup.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CASES, COLUMNS, OWN, PACKAGES, SCALAR_STEPS, TITLES, type Column, type LoopCase } from "./loopCases.ts";
import { disagreements, Samples, spread, verdict } from "./samples.ts";

export interface LoopOptions {
  readonly root: string;
  readonly python: string;
  readonly rounds: number;
  /** Milliseconds for each row of a process. */
  readonly budget: number;
  readonly only: RegExp;
  readonly columns: readonly Column[];
  readonly say: (line?: string) => void;
}

export class LoopBench {
  readonly #o: LoopOptions;
  readonly #samples = new Samples();
  readonly #folder = mkdtempSync(join(tmpdir(), "theano-loops-"));
  readonly #columns: Column[];
  readonly #cases: readonly LoopCase[];
  readonly #versions: string[] = [];
  readonly #load: number[] = [];
  /** Rows that took a process more than a minute: measured once. */
  readonly #slow = new Set<string>();

  constructor(options: LoopOptions) {
    this.#o = options;
    this.#cases = CASES.filter((c) => options.only.test(c.id));
    const versions = new Map<string, string | null>();
    this.#columns = options.columns.filter((column) => {
      const name = column === "jaxJs" ? "@jax-js/jax" : PACKAGES[column];
      if (name === undefined) return true;
      if (!versions.has(name)) versions.set(name, this.#version(name));
      const found = versions.get(name) ?? null;
      if (found === null) console.error(`${name} is not there: ${TITLES[column]} is not measured`);
      return found !== null;
    });
    for (const [name, found] of versions) if (found !== null) this.#versions.push(`${name} ${found}`);
  }

  #version(name: string): string | null {
    const file = join(this.#o.root, "bench/node_modules", name, "package.json");
    if (name.startsWith("@")) {
      return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version : null;
    }
    const text = `import ${name}; print(${name}.__version__)`;
    const { status, stdout } = spawnSync(this.#o.python, ["-W", "ignore", "-c", text], { encoding: "utf8" });
    return status === 0 ? stdout.trim() : null;
  }

  run(): void {
    const { rounds } = this.#o;
    try {
      for (let round = 0; round < rounds; round++) {
        for (const c of this.#cases) {
          for (const column of this.#columns) {
            if (!c.columns.includes(column)) continue;
            this.#measure(round, column, c.id);
          }
        }
      }
      this.#report();
    } finally {
      rmSync(this.#folder, { recursive: true, force: true });
    }
  }

  /** A process for each row: what the first row of a process leaves behind is nobody's gain. */
  #measure(round: number, column: Column, id: string): void {
    const { root, python, rounds, budget } = this.#o;
    const key = `${column}/${id}`;
    if (this.#slow.has(key) || this.#samples.problems.has(key)) return;
    console.error(`loops, round ${round + 1} of ${rounds}: ${TITLES[column]}, ${id}`);
    this.#load.push(loadavg()[0]!);
    const file = (name: string): string => join(root, "bench/libraries", name);
    const [command, before] = OWN.includes(column)
      ? [process.execPath, [file("loopsTheano.mjs")]]
      : column === "jaxJs"
        ? [process.execPath, [file("loopsJaxJs.mjs")]]
        : [python, [file("loopsPython.py"), column]];
    const linker = column === "theanoWasm" ? "wasm" : "c";
    const env = {
      THEANO_FLAGS: `linker=${linker},n_threads=1,blas.ldflags=,base_compiledir=${join(this.#folder, "theano")}`,
      PYTENSOR_FLAGS: `base_compiledir=${join(this.#folder, "pytensor")}`,
    };
    const run = (to: string): void => this.#samples.run(to, command, [...before, id, String(budget)], [id], env);
    // What compilers leave for later is what the second process finds.
    const leaves = id.startsWith("compile") && column !== "theanoWasm" && column !== "jax";
    if (leaves && round === 0) run(`${column} empty`);
    const start = performance.now();
    run(column);
    if (performance.now() - start > 60_000) this.#slow.add(key);
  }

  // --- tables ----------------------------------------------------------------------------------

  #report(): void {
    const { say, rounds } = this.#o;
    say(`Node ${process.versions.node}, ${cpus()[0]?.model ?? "unknown processor"}, ${cpus().length} cores.`);
    say(`${this.#versions.join(", ")}. One thread each.`);
    say();
    const loads = this.#load.toSorted((a, b) => a - b);
    const [least, most] = [loads[0] ?? 0, loads.at(-1) ?? 0];
    say(
      `Median of ${rounds} processes (smallest..largest); what takes a process more than a minute was measured once.`,
    );
    const busy = most > cpus().length;
    say(
      `While this was measured, ${least.toFixed(1)} to ${most.toFixed(1)} processes wanted one of the ${cpus().length} cores` +
        (busy
          ? ": **the machine was busy with other work**. Columns took turns, but not all met the same load: the smallest numbers are the closest to a quiet machine's."
          : "."),
    );
    for (const c of this.#cases) this.#table(c);
    const wrong = this.#cases.flatMap((c) => this.#differences(c));
    const lines = [...this.#samples.failures(), ...wrong.map((line) => `results differ: ${line}`)];
    if (lines.length > 0) say();
    for (const line of lines) say(`- ${line}`);
  }

  #table(c: LoopCase): void {
    const { say } = this.#o;
    const columns = this.#columns.filter((n) => c.columns.includes(n));
    const own = OWN.filter((n) => columns.includes(n));
    const isCompiling = c.id.startsWith("compile");
    const wrong = this.#differences(c);
    say();
    say(`### ${c.title[0]!.toUpperCase()}${c.title.slice(1)}`);
    say();
    const heads = own.map((n) => `against it, ${TITLES[n]}`);
    say(`| library | time |${isCompiling ? " empty cache |" : ""} ${heads.join(" | ")} |`);
    say(`|---|---:|${isCompiling ? "---:|" : ""}${heads.map(() => "---").join("|")}|`);
    for (const column of columns) {
      const cold = isCompiling ? ` ${this.#samples.cell(`${column} empty`, c.id)} |` : "";
      // A time counts when the result is right.
      const verdicts = own.map((n) => (wrong.length > 0 ? "results differ" : this.#verdict(c, n, column)));
      say(`| ${TITLES[column]} | ${this.#cell(c, column)} |${cold} ${verdicts.join(" | ")} |`);
    }
  }

  #cell(c: LoopCase, column: Column): string {
    const list = this.#samples.of(column, c.id).map((s) => s.ms);
    if (list.length === 0) return this.#samples.cell(column, c.id);
    if (c.perStep === undefined) return spread(list);
    const [low, high] = [Math.min(...list), Math.max(...list)].map(perStep);
    return `${perStep(this.#samples.time(column, c.id)!)} ns a step (${low}..${high})`;
  }

  #verdict(c: LoopCase, own: Column, column: Column): string {
    const mine = this.#samples.time(own, c.id);
    if (mine === undefined) return "not measured";
    if (own === column) {
      const limit = c.perStep?.[own];
      if (limit === undefined) return "";
      const ns = (mine * 1e6) / SCALAR_STEPS;
      return verdict(`${perStep(mine)} ns`, ns < limit, `below ${limit} ns`);
    }
    const other = this.#samples.time(column, c.id);
    if (other === undefined) return "";
    const text = `${(other / mine).toPrecision(3)}x`;
    const wanted = c.bounds[column];
    if (wanted === undefined || OWN.includes(column)) return text;
    return verdict(text, wanted === 1 ? other > mine : other / mine >= wanted, wanted === 1 ? "faster" : `${wanted}x`);
  }

  #differences(c: LoopCase): string[] {
    return disagreements(
      c.id,
      this.#columns.map((n) => ({ title: TITLES[n], value: this.#samples.of(n, c.id)[0]?.value })),
      (value) => c.tolerance * Math.max(1e-2, Math.abs(value)),
    );
  }
}

const perStep = (ms: number): string => ((ms * 1e6) / SCALAR_STEPS).toPrecision(3);

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const args = process.argv.slice(2);
  const option = (name: string): string | undefined =>
    args.includes(name) ? (args[args.indexOf(name) + 1] ?? "") : undefined;
  const root = fileURLToPath(new URL("..", import.meta.url));
  const peers = join(root, "bench/peers/.venv/bin/python");
  const isQuick = args.includes("--quick");
  const named = option("--columns")?.split(",");
  console.error("building the package");
  execFileSync("npm", ["run", "build", "--silent"], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
  const lines: string[] = [];
  new LoopBench({
    root,
    python: process.env["BENCH_PYTHON"] ?? (existsSync(peers) ? peers : "python3"),
    rounds: Number(option("--rounds") ?? (isQuick ? 2 : 5)),
    budget: isQuick ? 200 : 500,
    only: new RegExp(option("--only") ?? "."),
    columns: COLUMNS.filter((column) => named === undefined || named.includes(column)),
    say: (line = "") => {
      lines.push(line);
      console.log(line);
    },
  }).run();
  if (args.includes("--write")) {
    const intro = readFileSync(join(root, "bench/loopsIntroduction.md"), "utf8");
    writeFileSync(join(root, "docs/benchmarks-loops.md"), `${intro}\n${lines.join("\n")}\n`);
  }
}
