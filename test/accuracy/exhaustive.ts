/**
 * Measures unary functions at every float32 on a compiled target, and keeps the figures in exhaustive.json, from which
 * docs/accuracy.md is written: `npm run accuracy -- --exhaustive [--linker c|wasm] [--stride n] [name ...]`.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { config } from "../../src/index.ts";
import { sweep, sweptFunctions, type Linker, type Swept } from "./sweep.ts";

const PATH = fileURLToPath(new URL("exhaustive.json", import.meta.url));

/** The largest error of a function on each target. */
export type Exhaustive = Readonly<Record<string, Readonly<Partial<Record<Linker, Swept>>>>>;

/** What is recorded. */
export function recordedSweeps(): Exhaustive {
  return JSON.parse(readFileSync(PATH, "utf8")) as Exhaustive;
}

function record(name: string, linker: Linker, swept: Swept): void {
  const all = recordedSweeps();
  const merged: Record<string, Exhaustive[string]> = { ...all, [name]: { ...all[name], [linker]: swept } };
  const sorted = Object.fromEntries(
    Object.keys(merged)
      .sort()
      .map((k) => [k, merged[k]]),
  );
  writeFileSync(PATH, `${JSON.stringify(sorted, null, 2)}\n`);
}

export interface SweepRequest {
  /** All, where none is given. */
  readonly names: readonly string[];
  readonly linker: Linker;
  /** 1 measures every float32 and is recorded, n every n-th and is only printed. */
  readonly stride: number;
}

/** What the command line asks for. */
export function sweepRequest(args: readonly string[]): SweepRequest {
  const rest = [...args];
  const take = (flag: string, otherwise: string): string => {
    const at = rest.indexOf(flag);
    return at < 0 ? otherwise : (rest.splice(at, 2)[1] ?? otherwise);
  };
  const [linker, stride] = [take("--linker", "c"), Number(take("--stride", "1"))];
  if (linker !== "c" && linker !== "wasm") throw new Error(`--linker must be c or wasm, got ${linker}`);
  if (!Number.isInteger(stride) || stride < 1) throw new Error("--stride must be a whole number from 1");
  return { names: rest.filter((a) => !a.startsWith("--")), linker, stride };
}

/** Measures and prints; one thread, about a minute for a function. */
export function runSweeps({ names, linker, stride }: SweepRequest): void {
  config.openmp = false;
  for (const name of names.length > 0 ? names : sweptFunctions.keys()) {
    const start = performance.now();
    const swept = sweep(name, linker, stride);
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    console.log(
      `${name.padEnd(22)} ${linker.padEnd(4)} ${swept.ulp.toFixed(4).padStart(9)} ulp at ${swept.at}  (${seconds} s)`,
    );
    if (stride === 1) record(name, linker, swept);
  }
}
