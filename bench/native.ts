/** Linker "c" against native libraries, one and two threads each, and the WebAssembly target on two threads against one. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  NATIVE,
  NATIVE_CALL_LIMIT_MS,
  NATIVE_CASES,
  NATIVE_TITLES,
  WASM_THREAD_RATIO,
  WASM_THREAD_ROWS,
  type Native,
  type NativeCase,
} from "./nativeCases.ts";
import { NativeColumns, processors } from "./nativeColumns.ts";
import { starts } from "./nativeStarts.ts";
import { disagreements, Samples, time, verdict } from "./samples.ts";

export interface NativeOptions {
  readonly root: string;
  readonly python: string;
  readonly rounds: number;
  readonly budget: number;
  readonly only: RegExp;
  readonly threads: readonly number[];
  readonly say: (line?: string) => void;
}

const plural = (count: number): string => `${count} thread${count > 1 ? "s" : ""}`;
/** Columns with rows across the boundary. */
const OWN: readonly Native[] = ["theanoC", "theanoWasm"];

export class NativeBench {
  readonly #o: NativeOptions;
  readonly #samples = new Samples();
  readonly #folder: string;
  readonly #columns: NativeColumns;
  readonly #threads: readonly number[];
  readonly #cases: readonly NativeCase[];

  constructor(options: NativeOptions) {
    this.#o = options;
    this.#folder = mkdtempSync(join(tmpdir(), "theano-bench-"));
    this.#columns = new NativeColumns(options.root, options.python, this.#folder);
    const available = processors().length;
    this.#threads = options.threads.filter((count) => count <= available);
    for (const count of options.threads)
      if (count > available)
        this.#columns.missing.push(`No table for ${plural(count)}: processors here: ${available}.`);
    // A row that is held against another's bandwidth brings that along.
    const wanted = NATIVE_CASES.filter((c) => options.only.test(c.id));
    this.#cases = NATIVE_CASES.filter((c) => wanted.some((w) => w === c || w.bandwidth?.of === c.id));
    for (const line of this.#columns.missing) console.error(line);
  }

  run(): void {
    const { rounds, only, say } = this.#o;
    try {
      for (let round = 0; round < rounds; round++)
        for (const count of this.#threads) for (const column of NATIVE) this.#measure(round, column, count);
      this.#report();
      if (only.test("compile")) {
        say();
        for (const line of this.#starts()) say(line);
      }
    } finally {
      rmSync(this.#folder, { recursive: true, force: true });
    }
  }

  #starts(): readonly string[] {
    if (!this.#columns.present.has("theanoC")) return ["- First results by linker: not measured without linker c."];
    try {
      return starts(this.#o.root, this.#folder, this.#o.rounds * 2 + 1);
    } catch (error) {
      // An hour of tables comes before: they are not to be lost.
      return [`- First results by linker: ${String(error).split("\n")[0]}`];
    }
  }

  /** One process of a column over all its rows. */
  #measure(round: number, column: Native, count: number): void {
    const { rounds, budget } = this.#o;
    const ids = this.#cases
      .filter((c) => c.columns.includes(column))
      .flatMap((c) => (c.boundary === true && OWN.includes(column) ? [c.id, `${c.id}_boundary`] : [c.id]));
    if (ids.length === 0 || !this.#columns.present.has(column)) return;
    console.error(`native, round ${round + 1} of ${rounds}, ${plural(count)}: ${NATIVE_TITLES[column]}`);
    const { command, before, env } = this.#columns.start(column, count);
    this.#samples.run(`${column} ${count}`, command, [...before, ids.join(","), String(budget)], ids, env);
  }

  // --- tables ----------------------------------------------------------------------------------

  #report(): void {
    const { say, rounds } = this.#o;
    say();
    say(`Native tables: median of ${rounds} process${rounds > 1 ? "es" : ""} (smallest..largest).`);
    say(`${this.#columns.versions.join(", ")}.`);
    if (this.#columns.missing.length > 0) say();
    for (const line of this.#columns.missing) say(`- ${line}`);
    for (const count of this.#threads) for (const d of ["f32", "f64"]) this.#table(d, count);
    this.#wasmThreads();
    const lines = [
      ...this.#samples.failures(),
      ...this.#cases.flatMap((c) => this.#differences(c)).map((line) => `results differ: ${line}`),
    ];
    if (lines.length > 0) say();
    for (const line of lines) say(`- ${line}`);
  }

  #table(d: string, count: number): void {
    const { say } = this.#o;
    const rows = this.#cases.filter((c) => c.id.endsWith(d));
    if (rows.length === 0) return;
    const columns = NATIVE.filter((n) => this.#columns.present.has(n) && rows.some((c) => c.columns.includes(n)));
    say();
    say(`### Native, ${d === "f32" ? "float32" : "float64"}, ${plural(count)}`);
    say();
    say(`| work | ${columns.map((n) => NATIVE_TITLES[n]).join(" | ")} | result |`);
    say(`|---|${columns.map(() => "---:").join("|")}|---|`);
    for (const c of rows) {
      const cells = (id: string): string => columns.map((n) => this.#samples.cell(`${n} ${count}`, id)).join(" | ");
      say(`| ${c.title}${this.#rate(c, count)} | ${cells(c.id)} | ${this.#verdicts(c, count).join("; ")} |`);
      if (c.boundary === true) say(`| ... arguments in, fresh result out | ${cells(`${c.id}_boundary`)} | |`);
    }
  }

  /** Of the row's first column that was measured. */
  #rate(c: NativeCase, count: number): string {
    const ms = c.columns.map((n) => this.#samples.time(`${n} ${count}`, c.id)).find((t) => t !== undefined);
    if (ms === undefined) return "";
    if (c.flops !== undefined) return `, ${(c.flops / ms / 1e6).toFixed(1)} GF/s`;
    return c.bytes === undefined ? "" : `, ${(c.bytes / ms / 1e6).toFixed(1)} GB/s`;
  }

  /** What was asked, whether it holds or not, and other columns that are faster. */
  #verdicts(c: NativeCase, count: number): string[] {
    const of = (column: Native, id = c.id): number | undefined => this.#samples.time(`${column} ${count}`, id);
    const own = of("theanoC");
    const found: string[] = [];
    if (own !== undefined && c.id.startsWith("call"))
      found.push(verdict(time(own), own < NATIVE_CALL_LIMIT_MS, `below ${NATIVE_CALL_LIMIT_MS * 1e3} us`));
    if (own !== undefined && c.bandwidth !== undefined) found.push(bandwidth(c, own, of("c", c.bandwidth.of)));
    for (const { column, against, ratio } of c.bounds) {
      const [mine, other] = [of(column), of(against)];
      if (mine === undefined) continue;
      const subject = column === "theanoC" ? "" : `${NATIVE_TITLES[column]}: `;
      const wanted = typeof ratio === "number" ? ratio : (ratio[count] ?? 0);
      if (other === undefined) found.push(`${subject}${NATIVE_TITLES[against]} not measured`);
      else {
        const text = `${subject}${(other / mine).toFixed(2)}x ${NATIVE_TITLES[against]}`;
        found.push(verdict(text, other / mine >= wanted, `${wanted.toPrecision(2)}x`));
      }
    }
    if (own === undefined) return found;
    const asked = new Set<Native>(["theanoC", "theanoBlas", ...c.bounds.map((b) => b.against)]);
    for (const column of c.columns) {
      const other = of(column);
      if (!asked.has(column) && other !== undefined && other < 0.99 * own)
        found.push(`slower than ${NATIVE_TITLES[column]}: ${(other / own).toFixed(2)}x`);
    }
    return found;
  }

  #wasmThreads(): void {
    const { say } = this.#o;
    const ms = (id: string): (number | undefined)[] => [1, 2].map((n) => this.#samples.time(`theanoWasm ${n}`, id));
    const rows = this.#cases.filter((c) => WASM_THREAD_ROWS.includes(c.id) && !ms(c.id).includes(undefined));
    if (rows.length === 0) return;
    say();
    say("### WebAssembly, two threads against one");
    say();
    say("| work | 1 thread | 2 threads | result |");
    say("|---|---:|---:|---|");
    for (const { id, title } of rows) {
      const [one, two] = ms(id) as [number, number];
      const text = verdict(`${(one / two).toFixed(2)}x`, one / two >= WASM_THREAD_RATIO, `${WASM_THREAD_RATIO}x`);
      const cells = [1, 2].map((n) => this.#samples.cell(`theanoWasm ${n}`, id));
      say(`| ${title}, ${id.endsWith("f32") ? "float32" : "float64"} | ${cells.join(" | ")} | ${text} |`);
    }
  }

  /** All columns on all numbers of threads against the first, rows across the boundary included. */
  #differences(c: NativeCase): string[] {
    const values = this.#threads.flatMap((count) =>
      c.columns.flatMap((n) =>
        [c.id, `${c.id}_boundary`].map((id) => ({
          title: `${NATIVE_TITLES[n]}, ${plural(count)}${id === c.id ? "" : ", from arguments"}`,
          value: this.#samples.of(`${n} ${count}`, id)[0]?.value,
        })),
      ),
    );
    return disagreements(c.id, values, (value) => c.tolerance * Math.max(1, Math.abs(value)));
  }
}

function bandwidth(c: NativeCase, own: number, other: number | undefined): string {
  const { of, title, share } = c.bandwidth!;
  const row = NATIVE_CASES.find((n) => n.id === of)!;
  if (other === undefined) return `${row.title}: not measured`;
  const found = c.bytes! / own / (row.bytes! / other);
  return verdict(`${found.toFixed(2)} ${title}`, found >= share, String(share));
}
