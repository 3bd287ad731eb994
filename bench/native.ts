/** Linker "c" against native libraries, one and two threads each, and the WebAssembly target on two threads against one. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  COLD_LIMIT_MS,
  NATIVE,
  NATIVE_CALL_LIMIT_MS,
  NATIVE_CASES,
  NATIVE_TITLES,
  WARM_LIMIT_MS,
  WASM_THREAD_RATIO,
  WASM_THREAD_ROWS,
  type Native,
  type NativeCase,
} from "./nativeCases.ts";
import { median, Samples, time, verdict } from "./samples.ts";

export interface NativeOptions {
  readonly root: string;
  readonly python: string;
  readonly rounds: number;
  readonly budget: number;
  readonly only: RegExp;
  readonly threads: readonly number[];
  readonly say: (line?: string) => void;
}

/** What each column needs; a sentence where it is not there. */
export class NativeBench {
  readonly #o: NativeOptions;
  readonly #samples = new Samples();
  readonly #folder: string;
  readonly #present = new Set<Native>(["theanoWasm"]);

  constructor(options: NativeOptions) {
    this.#o = options;
    this.#folder = mkdtempSync(join(tmpdir(), "theano-bench-"));
    this.#prepare();
  }

  #prepare(): void {
    const { root, python } = this.#o;
    const compiled = spawnSync("cc", [
      "-O3",
      "-march=native",
      "-o",
      join(this.#folder, "native"),
      join(root, "bench/libraries/native.c"),
      "-lpthread",
      "-ldl",
    ]);
    if (compiled.status === 0) for (const c of ["c", "theanoC", "theanoBlas"] as const) this.#present.add(c);
    else console.error("no C compiler: the rows of linker c are left out");
    const modules = {
      numpy: "numpy",
      jax: "jax",
      torch: "torch",
      torchCompiled: "torch",
      pytensor: "pytensor",
    } as const;
    for (const [column, module] of Object.entries(modules)) {
      if (spawnSync(python, ["-c", `import ${module}`]).status === 0) this.#present.add(column as Native);
      else
        console.error(
          `${python} has no ${module}: run bench/peers/setup and set BENCH_PYTHON=bench/peers/.venv/bin/python`,
        );
    }
  }

  run(): void {
    const { rounds, threads } = this.#o;
    const cases = NATIVE_CASES.filter((c) => this.#o.only.test(c.id));
    for (let round = 0; round < rounds; round++) {
      for (const count of threads) {
        for (const column of NATIVE) {
          const ids = cases.filter((c) => c.columns.includes(column)).map((c) => c.id);
          if (column === "theanoWasm") ids.push(...WASM_THREAD_ROWS.filter((id) => this.#o.only.test(id)));
          if (!this.#present.has(column) || ids.length === 0) continue;
          // A compiled program of PyTorch takes half a minute to make: it has one process.
          if (column === "torchCompiled" && round >= 1) continue;
          console.error(
            `native, round ${round + 1} of ${rounds}, ${count} thread${count > 1 ? "s" : ""}: ${NATIVE_TITLES[column]}`,
          );
          this.#measure(column, count, ids);
        }
      }
    }
    this.#report(cases);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #measure(column: Native, count: number, ids: readonly string[]): void {
    const { root, budget, python } = this.#o;
    const list = ids.join(",");
    const name = `${column} ${count}`;
    const file = (f: string): string => join(root, "bench/libraries", f);
    if (column === "c") {
      this.#samples.run(name, join(this.#folder, "native"), [String(count), list, String(budget)], ids);
    } else if (column.startsWith("theano")) {
      const linker = column === "theanoWasm" ? "wasm" : "c";
      const blas = column === "theanoBlas" ? "" : ",blas.ldflags=";
      const flags = `linker=${linker},n_threads=${count},base_compiledir=${join(this.#folder, "cache")}${blas}`;
      // One thread is tied to one processor, as for the others.
      const [command, ...before] =
        count === 1 && hasTaskset() ? ["taskset", "-c", "0", process.execPath] : [process.execPath];
      this.#samples.run(name, command!, [...before, file("theano.mjs"), list, String(budget)], ids, {
        THEANO_FLAGS: flags,
      });
    } else {
      this.#samples.run(name, python, [file("peersPython.py"), column, String(count), list, String(budget)], ids);
    }
  }

  // --- tables ----------------------------------------------------------------------------------

  #report(cases: readonly NativeCase[]): void {
    const { say, threads } = this.#o;
    for (const count of threads) {
      for (const d of ["f32", "f64"]) {
        const rows = cases.filter((c) => c.id.endsWith(d));
        if (rows.length === 0) continue;
        const columns = NATIVE.filter((n) => rows.some((c) => c.columns.includes(n)) && this.#present.has(n));
        say();
        say(`### Native, ${d === "f32" ? "float32" : "float64"}, ${count} thread${count > 1 ? "s" : ""}`);
        say();
        say(`| work | ${columns.map((n) => NATIVE_TITLES[n]).join(" | ")} | result |`);
        say(`|---|${columns.map(() => "---:").join("|")}|---|`);
        for (const c of rows) {
          const cells = columns.map((n) => this.#samples.cell(`${n} ${count}`, c.id));
          say(`| ${c.title}${this.#rate(c, count)} | ${cells.join(" | ")} | ${this.#verdicts(c, count).join("; ")} |`);
        }
      }
    }
    this.#wasmThreads();
    this.#starts();
    for (const [where, what] of this.#samples.problems) say(`- ${where}: ${what}`);
    for (const line of cases.flatMap((c) => this.#disagreements(c))) say(`- results differ: ${line}`);
  }

  #rate(c: NativeCase, count: number): string {
    const own = this.#samples.time(`theanoC ${count}`, c.id);
    if (own === undefined) return "";
    if (c.flops !== undefined) return `, ${(c.flops / own / 1e6).toFixed(1)} GF/s`;
    return c.bytes === undefined ? "" : `, ${(c.bytes / own / 1e6).toFixed(1)} GB/s`;
  }

  #verdicts(c: NativeCase, count: number): string[] {
    const found = c.bounds.flatMap(({ column, against, ratio }) => {
      const [own, other] = [column, against].map((n) => this.#samples.time(`${n} ${count}`, c.id));
      if (own === undefined || other === undefined) return [];
      const wanted = typeof ratio === "number" ? ratio : (ratio[count] ?? 0);
      const subject = column === "theanoC" ? "" : `${NATIVE_TITLES[column]}: `;
      const text = `${subject}${(other / own).toFixed(2)}x ${NATIVE_TITLES[against]}`;
      return [verdict(text, other / own >= wanted, `${wanted.toPrecision(2)}x`)];
    });
    const own = this.#samples.time(`theanoC ${count}`, c.id);
    if (c.id.startsWith("call") && own !== undefined)
      found.unshift(verdict(time(own), own < NATIVE_CALL_LIMIT_MS, "below 0.5 us"));
    return found;
  }

  #wasmThreads(): void {
    const { say, threads } = this.#o;
    const rows = WASM_THREAD_ROWS.filter((id) => this.#o.only.test(id));
    if (rows.length === 0 || !threads.includes(1) || !threads.includes(2)) return;
    say();
    say("### WebAssembly, two threads against one");
    say();
    say("| work | 1 thread | 2 threads | result |");
    say("|---|---:|---:|---|");
    for (const id of rows) {
      const [one, two] = [1, 2].map((n) => this.#samples.time(`theanoWasm ${n}`, id));
      const ratio = one === undefined || two === undefined ? 0 : one / two;
      const text = verdict(`${ratio.toFixed(2)}x`, ratio >= WASM_THREAD_RATIO, `${WASM_THREAD_RATIO}x`);
      say(
        `| ${id} | ${this.#samples.cell("theanoWasm 1", id)} | ${this.#samples.cell("theanoWasm 2", id)} | ${text} |`,
      );
    }
  }

  /** From theano.function to the first result of the MLP step in a fresh process. */
  #starts(): void {
    const { say, root, rounds, only } = this.#o;
    if (!only.test("compile") || !this.#present.has("theanoC")) return;
    const cache = join(this.#folder, "starts");
    const start = (flags: string, what = "mlp"): number => {
      const env = { ...process.env, THEANO_FLAGS: `base_compiledir=${cache},${flags}` };
      const text = execFileSync(process.execPath, [join(root, "bench/compile.mjs"), what], { encoding: "utf8", env });
      return (JSON.parse(text) as { ms: number }).ms;
    };
    const times = (flags: string, prepare: () => void): number[] =>
      Array.from({ length: rounds * 2 + 1 }, () => {
        prepare();
        return start(flags);
      });
    const clear = (): void => rmSync(cache, { recursive: true, force: true });
    const cold = times("linker=auto", clear);
    const wasm = times("linker=wasm", () => {});
    start("linker=c");
    const warm = times("linker=c", () => {});
    const spread = (list: readonly number[]): string =>
      `${time(median(list))} (${time(Math.min(...list))}..${time(Math.max(...list))})`;
    say();
    say("### First result of the MLP step in a fresh process");
    say();
    say("| | time | result |");
    say("|---|---:|---|");
    say(
      `| linker auto, empty cache | ${spread(cold)} | ${verdict("", median(cold) < COLD_LIMIT_MS, `${COLD_LIMIT_MS} ms`)} |`,
    );
    say(`| linker wasm | ${spread(wasm)} | |`);
    const more = median(warm) - median(wasm);
    say(
      `| linker c, compiled before | ${spread(warm)} | ${verdict(`${more.toFixed(1)} ms more than wasm`, more <= WARM_LIMIT_MS, `${WARM_LIMIT_MS} ms`)} |`,
    );
  }

  #disagreements(c: NativeCase): string[] {
    const own = this.#samples.of("theanoC 1", c.id)[0]?.value;
    if (own === undefined || own === null) return [];
    return c.columns.flatMap((column) => {
      const other = this.#samples.of(`${column} 1`, c.id)[0]?.value;
      if (other === undefined || other === null || Math.abs(other - own) <= 1e-4 * Math.max(1, Math.abs(own)))
        return [];
      return [`${c.id}: ${NATIVE_TITLES[column]} gives ${other}, this package ${own}`];
    });
  }
}

let taskset: boolean | undefined;
function hasTaskset(): boolean {
  return (taskset ??= spawnSync("taskset", ["--version"]).status === 0);
}
