/** What of the native columns can be measured on this machine, in which versions, and how a process of each is started. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { NATIVE, NATIVE_TITLES, PACKAGES, type Native } from "./nativeCases.ts";

/** A program with arguments before the ones that all columns get: rows, then milliseconds. */
export interface Start {
  readonly command: string;
  readonly before: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

interface Finding {
  readonly topic: string;
  readonly state: string;
  readonly found: string;
}

export class NativeColumns {
  readonly present: Set<Native> = new Set();
  /** A sentence for each thing that is missing: which columns it leaves empty, and what to do. */
  readonly missing: string[] = [];
  readonly versions: string[] = [];
  readonly #root: string;
  readonly #python: string;
  readonly #folder: string;

  /** @param folder for the C program and the compile cache of this run */
  constructor(root: string, python: string, folder: string) {
    this.#root = root;
    this.#python = python;
    this.#folder = folder;
    this.#own();
    this.#called();
    this.#packages();
  }

  #lacks(what: string, ...columns: Native[]): void {
    this.missing.push(`${what}. Not measured: ${columns.map((n) => NATIVE_TITLES[n]).join(", ")}.`);
  }

  /** Linker c would fall back to WebAssembly where something is missing: the command line tells what. */
  #own(): void {
    this.present.add("theanoWasm");
    const { stdout } = spawnSync(process.execPath, [join(this.#root, "dist/cli/main.js"), "doctor", "--json"], {
      encoding: "utf8",
    });
    const { findings } = JSON.parse(stdout) as { findings: Finding[] };
    const of = (topic: string): Finding | undefined => findings.find((f) => f.topic === topic);
    const unmet = ["koffi", "C compiler"].map(of).find((f) => f?.state !== "ok");
    if (unmet !== undefined) return this.#lacks(`${unmet.topic}: ${unmet.found}`, "theanoC", "theanoBlas");
    this.present.add("theanoC");
    this.versions.push(of("C compiler")!.found.replace(/^\S+: /, ""));
    const blas = of("BLAS");
    if (blas?.state === "ok") this.present.add("theanoBlas");
    else this.#lacks(`BLAS: ${blas?.found ?? "not looked for"}`, "theanoBlas");
  }

  #called(): void {
    const program = join(this.#folder, "native");
    const source = join(this.#root, "bench/libraries/native.c");
    const compiler = process.env["CC"] ?? "cc";
    const { status, stderr } = spawnSync(
      compiler,
      ["-O3", "-march=native", "-o", program, source, "-lpthread", "-ldl"],
      { encoding: "utf8" },
    );
    if (status !== 0)
      return this.#lacks(`${compiler} does not compile: ${stderr?.split("\n")[0] ?? "it is not there"}`, "c");
    this.present.add("c");
    const version = spawnSync(program, ["1", "version", "0"], { encoding: "utf8" }).stdout.trim();
    if (version !== "") this.versions.push(version);
    else this.missing.push("libopenblas.so.0 is not there: rows that call OpenBLAS from C fail.");
  }

  #packages(): void {
    for (const name of new Set(Object.values(PACKAGES))) {
      const columns = NATIVE.filter((n) => PACKAGES[n] === name);
      const { status, stdout } = spawnSync(this.#python, ["-W", "ignore", "-c", importing(name)], { encoding: "utf8" });
      if (status !== 0) {
        this.#lacks(`${this.#shown()} has no ${name}: run bench/peers/setup`, ...columns);
        continue;
      }
      for (const n of columns) this.present.add(n);
      this.versions.push(`${name} ${stdout.trim()}`);
    }
  }

  /** The interpreter as people wrote it; folders of this machine do not belong into a table. */
  #shown(): string {
    return this.#python.includes("/") ? "the Python environment" : this.#python;
  }

  start(column: Native, threads: number): Start {
    const file = (name: string): string => join(this.#root, "bench/libraries", name);
    if (PACKAGES[column] !== undefined)
      return { command: this.#python, before: [file("peersPython.py"), column, String(threads)], env: {} };
    // The others are tied to as many processors as they may use here; the script for Python does so itself.
    const tie = hasTaskset() ? ["taskset", "-c", processors().slice(0, threads).join(",")] : [];
    const [own, env] =
      column === "c"
        ? [[join(this.#folder, "native"), String(threads)], {}]
        : [[process.execPath, file("theano.mjs")], { THEANO_FLAGS: this.#flags(column, threads) }];
    const [command, ...before] = [...tie, ...own];
    return { command: command!, before, env };
  }

  #flags(column: Native, threads: number): string {
    const linker = column === "theanoWasm" ? "wasm" : "c";
    const blas = column === "theanoBlas" ? "auto" : "";
    return `linker=${linker},n_threads=${threads},base_compiledir=${join(this.#folder, "cache")},blas.ldflags=${blas}`;
  }
}

const importing = (name: string): string => `import ${name}; print(${name}.__version__)`;

let taskset: boolean | undefined;
const hasTaskset = (): boolean => (taskset ??= spawnSync("taskset", ["--version"]).status === 0);

/** Numbers of the processors that this process may use. */
export function processors(): number[] {
  const all = Array.from({ length: availableParallelism() }, (_, i) => i);
  if (process.platform !== "linux") return all;
  const list = /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
  return (
    list?.split(",").flatMap((range) => {
      const [from, to] = range.split("-").map(Number);
      return Array.from({ length: (to ?? from!) - from! + 1 }, (_, i) => from! + i);
    }) ?? all
  );
}
