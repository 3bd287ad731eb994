/**
 * How compile time grows with the graph, beside PyTensor (fast_run, C linker, warm cache) and JAX (jit) in the same run: graphs of 10 to 10,000
 * nodes with their gradients. With PyTensor, whose cache is warm, the second time in a process is compared; with JAX, the first.
 *
 *     npx tsx bench/compileTimes.ts                     all of it; PyTensor takes many minutes for the largest graphs
 *     npx tsx bench/compileTimes.ts --quick             one process each, up to 1,000 nodes
 *     npx tsx bench/compileTimes.ts --only rnn          rows whose name matches
 *     npx tsx bench/compileTimes.ts --limit 300         seconds after which a process is ended (default 900)
 *
 * Python is `python3`, or BENCH_PYTHON: see bench/peers/setup. The package must have been built.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { median, time, verdict } from "./samples.ts";

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
  readonly error?: string;
}

export class CompileBench {
  readonly #o: CompileOptions;
  readonly #cache = mkdtempSync(join(tmpdir(), "theano-compile-"));
  readonly #times = new Map<string, Row[]>();
  readonly #problems = new Map<string, string>();
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
    for (let round = 0; round < this.#o.rounds; round++) {
      for (const column of this.#columns) {
        for (const name of wanted) {
          // What takes minutes is measured once.
          const last = this.#times.get(`${column}/${name}`)?.at(-1)?.first ?? 0;
          if (last > 60_000 || this.#problems.has(`${column}/${name}`)) continue;
          console.error(`compile times, round ${round + 1} of ${this.#o.rounds}: ${TITLES[column]}, ${name}`);
          this.#measure(column, name);
        }
      }
    }
    this.#report(sizes);
    rmSync(this.#cache, { recursive: true, force: true });
  }

  #measure(column: Column, name: string): void {
    const { root, python, limit = 900 } = this.#o;
    const [command, args] =
      column === "theano"
        ? [process.execPath, [join(root, "bench/compileGraphs.mjs"), name, "wasm"]]
        : [python, [join(root, "bench/libraries/compilePeers.py"), column, name, String(limit / 3)]];
    const env = {
      ...process.env,
      THEANO_FLAGS: "n_threads=1",
      PYTENSOR_FLAGS: `base_compiledir=${join(this.#cache, "pytensor")}`,
    };
    const options = { encoding: "utf8", maxBuffer: 1 << 26, timeout: limit * 1000, env } as const;
    const { stdout, stderr, error } = spawnSync(command, args, options);
    const line = (stdout ?? "").split("\n").findLast((l) => l.startsWith("{"));
    const key = `${column}/${name}`;
    if (line === undefined) {
      const said = (stderr ?? "").split("\n").findLast((l) => l.includes("Error"));
      const late = error !== undefined && "code" in error && error.code === "ETIMEDOUT";
      this.#problems.set(key, late ? `more than ${limit} s` : (said ?? "no result").slice(0, 100));
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
    const list = this.#times.get(`${column}/${name}`);
    if (list === undefined) return this.#problems.get(`${column}/${name}`) ?? "";
    const spread = (what: "ms" | "first"): string => {
      const times = list.map((row) => row[what]);
      return `${time(median(times))} (${time(Math.min(...times))}..${time(Math.max(...times))})`;
    };
    return column === "jax" ? spread("first") : `${spread("first")}, again ${spread("ms")}`;
  }

  #report(sizes: readonly number[]): void {
    const { say, only } = this.#o;
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

  #verdicts(name: string, smaller: string | undefined): string[] {
    const own = this.#median("theano", name, "ms");
    if (own === undefined) return ["not measured"];
    const found = (["pytensor", "jax"] as const).flatMap((column) => {
      const what = column === "jax" ? "first" : "ms";
      const other = this.#median(column, name, what);
      if (other === undefined) return [];
      const ratio = other / this.#median("theano", name, what)!;
      const wanted = PROMISED[column];
      return [verdict(`${ratio.toPrecision(2)}x ${TITLES[column].split(",")[0]}`, ratio >= wanted, `${wanted}x`)];
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
  const { versions } = process;
  console.log(`Node ${versions.node}, ${cpus()[0]?.model ?? "unknown processor"}, ${cpus().length} cores.`);
  new CompileBench({
    root: fileURLToPath(new URL("..", import.meta.url)),
    python: process.env["BENCH_PYTHON"] ?? "python3",
    rounds: Number(option("--rounds") ?? (isQuick ? 1 : 3)),
    only: new RegExp(option("--only") ?? "."),
    ...(isQuick ? { sizes: SIZES.slice(0, 3) } : {}),
    limit: Number(option("--limit") ?? 900),
    say: (line = "") => console.log(line),
  }).run();
}
