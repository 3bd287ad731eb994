/**
 * How compile time grows with the graph, beside PyTensor (fast_run, C linker, warm cache) and JAX (jit) in the same run: graphs of 10 to 10,000
 * nodes with their gradients. With PyTensor, whose cache is warm, the second time in a process is compared; with JAX, the first. And what a fresh
 * process takes to import the package and to run its first function.
 *
 *     npm run bench:compile                      all of it; the peers take hours for the largest graphs, or the limit
 *     npm run bench:compile -- --quick           30 seconds at most for a process
 *     npm run bench:compile -- --only rnn        rows whose name matches
 *     npm run bench:compile -- --limit 300       seconds after which a process is ended (default 900)
 *     npm run bench:compile -- --write           writes docs/benchmarks-compile.md as well
 *
 * Python is `python3`, or BENCH_PYTHON: see bench/peers/setup.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { median, spread, time, verdict } from "./samples.ts";

type Column = "theano" | "pytensor" | "jax";

const TITLES: Readonly<Record<Column, string>> = {
  theano: "Theano, linker wasm",
  pytensor: "PyTensor, C linker, warm cache",
  jax: "JAX, jit",
};

const KINDS: Readonly<Record<string, string>> = {
  mlp: "deep MLP with its training step",
  rnn: "unrolled RNN and the gradient of its weights",
  sum: "long sum and its gradient",
  products: "wide sum of products and its gradient",
};

const SIZES = [10, 100, 1000, 10_000];

/** How much faster than each the project promises to be. */
const PROMISED: Readonly<Record<Exclude<Column, "theano">, number>> = { pytensor: 20, jax: 1 };
/** Ten times the nodes may take this many times the time: linear, with room for what a small graph has not to pay for. */
const LINEAR = 13;
/** What takes so many milliseconds is measured in one process only. */
const ONCE = 5000;

export interface CompileOptions {
  readonly root: string;
  readonly python: string;
  readonly rounds: number;
  readonly only: RegExp;
  readonly sizes?: readonly number[];
  /** Seconds for one process. */
  readonly limit?: number;
  readonly say: (line?: string) => void;
}

interface Row {
  readonly name: string;
  /** Of a graph that was compiled once before in the process; of JAX, which keeps what it compiled, the first time. */
  readonly ms: number;
  readonly first: number;
  /** After many times, where they take no longer than a few seconds. */
  readonly warm?: number;
  /** There was no time for more than the first, in which a C compiler may have had its part. */
  readonly cold?: boolean;
  readonly error?: string;
}

export class CompileBench {
  readonly #o: CompileOptions;
  readonly #cache = mkdtempSync(join(tmpdir(), "theano-compile-"));
  readonly #times = new Map<string, Row[]>();
  readonly #problems = new Map<string, string>();
  /** Rows that had not ended when their time was over. */
  readonly #late = new Set<string>();
  readonly #load: number[] = [];
  readonly #columns: Column[] = ["theano"];

  constructor(options: CompileOptions) {
    this.#o = options;
    for (const library of ["pytensor", "jax"] as const) {
      if (spawnSync(options.python, ["-c", `import ${library}`]).status === 0) this.#columns.push(library);
      else console.error(`${options.python} has no ${library}: run bench/peers/setup, and set BENCH_PYTHON`);
    }
  }

  run(): void {
    const sizes = this.#o.sizes ?? SIZES;
    const names = Object.keys(KINDS).flatMap((kind) => sizes.map((n) => `${kind}_${n}`));
    const wanted = names.filter((name) => this.#o.only.test(name));
    if (this.#columns.includes("pytensor")) this.#fillCache(wanted.filter((name) => /_10{1,2}$/.test(name)));
    for (let round = 0; round < this.#o.rounds; round++) {
      for (const column of this.#columns) {
        for (const name of wanted) {
          const key = `${column}/${name}`;
          const last = this.#times.get(key)?.at(-1)?.first ?? 0;
          if (last > ONCE || this.#late.has(key) || this.#problems.has(key)) continue;
          this.#load.push(loadavg()[0]!);
          console.error(`compile times, round ${round + 1} of ${this.#o.rounds}: ${TITLES[column]}, ${name}`);
          this.#measure(column, name);
        }
      }
    }
    this.#report(sizes);
    rmSync(this.#cache, { recursive: true, force: true });
  }

  /** PyTensor's C code for small graphs is made before anything is measured. */
  #fillCache(names: readonly string[]): void {
    if (names.length === 0) return;
    console.error("compile times: PyTensor makes its C code");
    const { root, python } = this.#o;
    const args = [join(root, "bench/libraries/compilePeers.py"), "pytensor", names.join(",")];
    spawnSync(python, args, { env: this.#environment(), timeout: 180_000, stdio: "ignore" });
  }

  #environment(): NodeJS.ProcessEnv {
    const PYTENSOR_FLAGS = `base_compiledir=${join(this.#cache, "pytensor")}`;
    return { ...process.env, THEANO_FLAGS: "n_threads=1", PYTENSOR_FLAGS };
  }

  #measure(column: Column, name: string): void {
    const { root, python, limit = 900 } = this.#o;
    const [command, args] =
      column === "theano"
        ? [process.execPath, [join(root, "bench/compileGraphs.mjs"), name, "wasm"]]
        : [python, [join(root, "bench/libraries/compilePeers.py"), column, name, String(limit / 3)]];
    const env = this.#environment();
    const options = { encoding: "utf8", maxBuffer: 1 << 26, timeout: limit * 1000, env } as const;
    const { stdout, stderr, error } = spawnSync(command, args, options);
    const line = (stdout ?? "").split("\n").findLast((l) => l.startsWith("{"));
    const key = `${column}/${name}`;
    if (line === undefined) {
      const said = (stderr ?? "").split("\n").findLast((l) => l.includes("Error"));
      if (error !== undefined && "code" in error && error.code === "ETIMEDOUT") this.#late.add(key);
      else this.#problems.set(key, (said ?? "no result").slice(0, 100));
      return;
    }
    const row = JSON.parse(line) as Row;
    if (row.error !== undefined) this.#problems.set(key, row.error);
    else this.#times.set(key, [...(this.#times.get(key) ?? []), row]);
  }

  // --- tables ----------------------------------------------------------------------------------

  #median(column: Column, name: string, what: "ms" | "first"): number | undefined {
    const list = this.#times.get(`${column}/${name}`);
    return list === undefined ? undefined : median(list.map((row) => row[what]));
  }

  #cell(column: Column, name: string): string {
    const key = `${column}/${name}`;
    const list = this.#times.get(key);
    if (list === undefined)
      return this.#late.has(key) ? `> ${this.#o.limit ?? 900} s` : (this.#problems.get(key) ?? "");
    const of = (what: "ms" | "first"): string => spread(list.map((row) => row[what]));
    if (column === "jax") return of("first");
    if (list.some((row) => row.cold === true)) return `${of("first")}, its C code made`;
    const warm = list.flatMap((row) => row.warm ?? []);
    const settled = warm.length === 0 ? "" : `, warm ${time(median(warm))}`;
    return `${of("first")}, again ${of("ms")}${settled}`;
  }

  #report(sizes: readonly number[]): void {
    const { say, only, limit = 900, rounds } = this.#o;
    const { versions } = process;
    say(`Node ${versions.node}, ${cpus()[0]?.model ?? "unknown processor"}, ${cpus().length} cores; load average`);
    say(`${Math.min(...this.#load).toFixed(1)} to ${Math.max(...this.#load).toFixed(1)} while this ran.`);
    say(`Up to ${rounds} processes for each row, at most ${limit} seconds each; ${this.#versions().join(", ")}.`);
    this.#reportFresh();
    for (const [kind, title] of Object.entries(KINDS)) {
      const names = sizes.map((n) => `${kind}_${n}`).filter((name) => only.test(name));
      if (names.length === 0) continue;
      say();
      say(`### Compile time: ${title}`);
      say();
      say(`| nodes | ${this.#columns.map((c) => TITLES[c]).join(" | ")} | result |`);
      say(`|---:|${this.#columns.map(() => "---:").join("|")}|---|`);
      for (const [i, name] of names.entries()) {
        const cells = this.#columns.map((c) => this.#cell(c, name));
        say(`| ${name.split("_")[1]} | ${cells.join(" | ")} | ${this.#verdicts(name, names[i - 1]).join("; ")} |`);
      }
    }
  }

  #versions(): string[] {
    return this.#columns.flatMap((library) => {
      if (library === "theano") return [];
      const { stdout } = spawnSync(this.#o.python, ["-c", `import ${library}; print(${library}.__version__)`]);
      return [`${library} ${String(stdout).trim()}`];
    });
  }

  /** The training step of an MLP in processes that do nothing else. */
  #reportFresh(): void {
    const { say, only, root, rounds } = this.#o;
    if (!only.test("fresh")) return;
    const rows = Array.from({ length: Math.max(5, rounds) }, () => {
      const env = { ...process.env, THEANO_FLAGS: "linker=wasm,n_threads=1" };
      const { stdout } = spawnSync(process.execPath, [join(root, "bench/compile.mjs"), "mlp"], {
        encoding: "utf8",
        env,
      });
      return JSON.parse(stdout) as { ms: number; ready: number };
    });
    const empty = Array.from({ length: rows.length }, () => {
      const { stdout } = spawnSync(process.execPath, ["-e", "console.log(performance.now())"], { encoding: "utf8" });
      return Number(stdout);
    });
    const first = rows.map((row) => row.ms);
    say();
    say("### A fresh process");
    say();
    say("| what | time | result |");
    say("|---|---:|---|");
    say(`| Node itself | ${spread(empty)} | |`);
    say(`| Node, and the package imported | ${spread(rows.map((row) => row.ready))} | |`);
    const ms = median(first);
    say(
      `| training step of an MLP: \`theano.function\` and the first call | ${spread(first)} | ${verdict(time(ms), ms < 60, "60 ms")} |`,
    );
  }

  #verdicts(name: string, smaller: string | undefined): string[] {
    const own = this.#median("theano", name, "ms");
    if (own === undefined) return ["not measured"];
    const found = (["pytensor", "jax"] as const).flatMap((column) => {
      const what = column === "jax" ? "first" : "ms";
      const key = `${column}/${name}`;
      const isLate = this.#late.has(key);
      const isCold = this.#times.get(key)?.some((row) => row.cold === true) ?? isLate;
      // With the C compiler's time in it, it tells nothing of a warm cache.
      if (column === "pytensor" && isCold) return [`${PROMISED.pytensor}x PyTensor with a warm cache: not known`];
      const other = isLate ? (this.#o.limit ?? 900) * 1000 : this.#median(column, name, what);
      if (other === undefined) return [];
      const ratio = other / this.#median("theano", name, what)!;
      const wanted = PROMISED[column];
      const text = `${isLate ? "> " : ""}${ratio.toPrecision(2)}x ${TITLES[column].split(",")[0]}`;
      if (isLate && ratio < wanted) return [`${text} (asked ${wanted}x: not known)`];
      return [verdict(text, ratio >= wanted, `${wanted}x`)];
    });
    const before = smaller === undefined ? undefined : this.#median("theano", smaller, "ms");
    if (before !== undefined) {
      const growth = own / before;
      found.push(verdict(`${growth.toPrecision(2)}x the time of a tenth`, growth <= LINEAR, `at most ${LINEAR}x`));
    }
    return found;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const args = process.argv.slice(2);
  const option = (name: string): string | undefined =>
    args.includes(name) ? (args[args.indexOf(name) + 1] ?? "") : undefined;
  const isQuick = args.includes("--quick");
  const root = fileURLToPath(new URL("..", import.meta.url));
  const peers = join(root, "bench/peers/.venv/bin/python");
  console.error("building the package");
  execFileSync("npm", ["run", "build", "--silent"], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
  const lines: string[] = [];
  new CompileBench({
    root,
    python: process.env["BENCH_PYTHON"] ?? (existsSync(peers) ? peers : "python3"),
    rounds: Number(option("--rounds") ?? 3),
    only: new RegExp(option("--only") ?? "."),
    limit: Number(option("--limit") ?? (isQuick ? 30 : 900)),
    say: (line = "") => {
      lines.push(line);
      console.log(line);
    },
  }).run();
  if (args.includes("--write")) {
    const intro = readFileSync(join(root, "bench/compileIntroduction.md"), "utf8");
    writeFileSync(join(root, "docs/benchmarks-compile.md"), `${intro}\n${lines.join("\n")}\n`);
  }
}
