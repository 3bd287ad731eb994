/**
 * Measures this package against others on the same work and data, on this machine, in one run: every library and row in fresh processes,
 * in turn, several times. Prints medians over processes with their spread, and ratios against what the project promises.
 *
 *     npm run bench                       everything (a quarter of an hour for wasm, an hour for native)
 *     npm run bench -- --quick            two processes each, shorter
 *     npm run bench -- --only softmax     rows whose name matches
 *     npm run bench -- --section native   only the tables against native libraries (or: wasm)
 *     npm run bench -- --threads 1        native tables for one thread (default 1,2)
 *     npm run bench -- --write            writes docs/benchmarks.md as well
 *
 * Native libraries come from bench/peers/setup, or from the Python that BENCH_PYTHON names. What is not there is named and left out.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  CALL_LIMIT_MS,
  CASES,
  COMPILE_LIMIT_MS,
  COPY_SHARE,
  LIBRARIES,
  TITLES,
  type Case,
  type Library,
} from "./cases.ts";
import { NativeBench } from "./native.ts";
import { disagreements, median, Samples, time, verdict } from "./samples.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const args = process.argv.slice(2);
const option = (name: string): string | undefined =>
  args.includes(name) ? (args[args.indexOf(name) + 1] ?? "") : undefined;
const isQuick = args.includes("--quick");
const only = new RegExp(option("--only") ?? ".");
const rounds = Number(option("--rounds") ?? (isQuick ? 2 : 5));
const budget = isQuick ? 200 : 500;
const peers = join(root, "bench/peers/.venv/bin/python");
const python = process.env["BENCH_PYTHON"] ?? (existsSync(peers) ? peers : "python3");

const samples = new Samples();

// --- setting up ----------------------------------------------------------------------------------

function prepare(): Set<Library> {
  const present = new Set<Library>(["theano"]);
  console.error("building the package");
  execFileSync("npm", ["run", "build", "--silent"], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
  if (!existsSync(join(root, "bench/node_modules"))) {
    console.error("installing the libraries to compare with");
    const { status } = spawnSync(
      "npm",
      ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--force", "--prefix", "bench"],
      { cwd: root, stdio: ["ignore", "ignore", "inherit"] },
    );
    if (status !== 0) console.error("they could not be installed: only this package is measured");
  }
  const packages: Partial<Record<Library, string>> = {
    jaxJs: "@jax-js/jax",
    tfjs: "@tensorflow/tfjs-backend-wasm",
    numpyTs: "numpy-ts",
  };
  for (const [library, name] of Object.entries(packages)) {
    if (existsSync(join(root, "bench/node_modules", name))) present.add(library as Library);
    else console.error(`${name} is not there`);
  }
  if (spawnSync(python, ["-c", "import numpy"]).status === 0) present.add("numpy");
  else console.error(`${python} has no NumPy: set BENCH_PYTHON to one that has`);
  return present;
}

// --- measuring -----------------------------------------------------------------------------------

/** One process of a library over some rows. This table is about WebAssembly on one thread. */
function measure(library: Library, ids: readonly string[]): void {
  const [command, file] = library === "numpy" ? [python, "numpyPython.py"] : [process.execPath, `${library}.mjs`];
  const env = library === "theano" ? { THEANO_FLAGS: "linker=wasm,n_threads=1" } : {};
  samples.run(library, command, [join(root, "bench/libraries", file), ids.join(","), String(budget)], ids, env);
}

function compileTimes(what: string, count: number): number[] {
  return Array.from({ length: count }, () => {
    const text = execFileSync(process.execPath, [join(root, "bench/compile.mjs"), what], {
      encoding: "utf8",
      env: { ...process.env, THEANO_FLAGS: "linker=wasm,n_threads=1" },
    });
    return (JSON.parse(text) as { ms: number }).ms;
  });
}

// --- the table -----------------------------------------------------------------------------------

const cell = (library: Library, id: string): string => samples.cell(library, id);
const timeOf = (library: Library, id: string): number | undefined => samples.time(library, id);

function verdicts(c: Case): string[] {
  const own = timeOf("theano", c.id);
  if (own === undefined) return [];
  const found = c.bounds.flatMap(({ against, ratio }) => {
    const other = timeOf(against, c.id);
    if (other === undefined) return [`${TITLES[against]}: not measured`];
    return [
      verdict(`${(other / own).toFixed(2)}x ${TITLES[against]}`, other / own >= ratio, `${ratio.toPrecision(2)}x`),
    ];
  });
  if (c.id.startsWith("axpby")) {
    const [copy, memcpy] = [timeOf("theano", "copy_1e7_f32"), timeOf("theano", "memcpy_1e7_f32")];
    const share = (other: number): number => c.bytes! / own / (8e7 / other);
    if (copy !== undefined)
      found.push(
        verdict(`${share(copy).toFixed(2)} of a copy's bandwidth`, share(copy) >= COPY_SHARE, String(COPY_SHARE)),
      );
    if (memcpy !== undefined) found.push(`${share(memcpy).toFixed(2)} of Float32Array.set`);
  }
  if (c.id.startsWith("call")) found.push(verdict(time(own), own < CALL_LIMIT_MS, "below 1 us"));
  return found;
}

const differences = (c: Case): string[] =>
  disagreements(
    c.id,
    c.libraries.map((library) => ({ title: TITLES[library], value: samples.of(library, c.id)[0]?.value })),
    (value) => c.tolerance ?? 1e-4 * Math.max(1, Math.abs(value)),
  );

// --- the run -------------------------------------------------------------------------------------

const present = prepare();
const sections = option("--section") ?? "wasm,native";
const cases = sections.includes("wasm") ? CASES.filter((c) => only.test(c.id)) : [];
const idsFor = (library: Library): string[] =>
  cases
    .filter((c) => c.libraries.includes(library))
    .flatMap((c) => (c.boundary === true && library === "theano" ? [c.id, `${c.id}_boundary`] : [c.id]));
for (let round = 0; round < rounds; round++) {
  for (const library of LIBRARIES) {
    if (!present.has(library) || idsFor(library).length === 0) continue;
    console.error(`round ${round + 1} of ${rounds}: ${TITLES[library]}`);
    measure(library, idsFor(library));
  }
}
const lines: string[] = [];
const say = (line = ""): void => {
  lines.push(line);
  console.log(line);
};
const versions = (name: string): string => {
  const file = join(root, "bench/node_modules", name, "package.json");
  return existsSync(file) ? `${name} ${(JSON.parse(readFileSync(file, "utf8")) as { version: string }).version}` : "";
};
say(`Node ${process.versions.node}, ${cpus()[0]?.model ?? "unknown processor"}, ${cpus().length} cores.`);
if (cases.length > 0) {
  say();
  say(`WebAssembly tables: median of ${rounds} process${rounds > 1 ? "es" : ""} (smallest..largest).`);
  say(["@jax-js/jax", "@tensorflow/tfjs-backend-wasm", "numpy-ts"].map(versions).filter(Boolean).join(", "));
}
for (const d of ["f32", "f64"]) {
  const rows = cases.filter((c) => c.id.endsWith(d));
  if (rows.length === 0) continue;
  say();
  say(d === "f32" ? "### float32" : "### float64");
  say();
  say(`| work | ${LIBRARIES.map((l) => TITLES[l]).join(" | ")} | result |`);
  say(`|---|${LIBRARIES.map(() => "---:").join("|")}|---|`);
  for (const c of rows) {
    const own = timeOf("theano", c.id);
    const rate =
      own === undefined
        ? ""
        : c.flops !== undefined
          ? `, ${(c.flops / own / 1e6).toFixed(1)} GF/s`
          : c.bytes !== undefined
            ? `, ${(c.bytes / own / 1e6).toFixed(1)} GB/s`
            : "";
    say(`| ${c.title}${rate} | ${LIBRARIES.map((l) => cell(l, c.id)).join(" | ")} | ${verdicts(c).join("; ")} |`);
    if (c.boundary === true)
      say(`| ... arguments in, fresh result out | ${cell("theano", `${c.id}_boundary`)} | | | | | |`);
  }
}
if (only.test("compile") && sections.includes("wasm")) {
  const mlp = compileTimes("mlp", isQuick ? 3 : 15);
  say();
  say("### Compiling");
  say();
  say(
    `MLP step, fresh process, from theano.function to the first result: ${verdict(time(median(mlp)), median(mlp) < COMPILE_LIMIT_MS, `${COMPILE_LIMIT_MS} ms`)}, ${time(Math.min(...mlp))}..${time(Math.max(...mlp))}.`,
  );
  say();
  say("| nodes of a chain with its gradient | time | per node |");
  say("|---:|---:|---:|");
  for (const n of [10, 100, 1000, 10_000]) {
    const ms = median(compileTimes(String(n), isQuick ? 1 : 5));
    say(`| ${n} | ${time(ms)} | ${((ms / n) * 1e3).toFixed(0)} us |`);
  }
}
if (sections.includes("native")) {
  const threads = (option("--threads") ?? "1,2").split(",").map(Number);
  // Ten columns on two numbers of threads: three processes each take long enough.
  const count = option("--rounds") === undefined ? Math.min(rounds, isQuick ? 1 : 3) : rounds;
  new NativeBench({ root, python, rounds: count, budget, only, threads, say }).run();
}
const wrong = cases.flatMap(differences);
if (samples.problems.size > 0 || wrong.length > 0) {
  say();
  for (const line of samples.failures()) say(`- ${line}`);
  for (const line of wrong) say(`- results differ: ${line}`);
}
if (args.includes("--write")) {
  const intro = readFileSync(join(root, "bench/introduction.md"), "utf8");
  writeFileSync(join(root, "docs/benchmarks.md"), `${intro}\n${lines.join("\n")}\n`);
}
