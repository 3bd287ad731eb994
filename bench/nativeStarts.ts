/** How long a fresh process takes from theano.function to the first result of the MLP step, by linker and state of the compile cache. */
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { COLD_LIMIT_MS, WARM_LIMIT_MS } from "./nativeCases.ts";
import { median, spread, time, verdict } from "./samples.ts";

/** @param folder for a compile cache of this run's own, which is emptied again and again */
export function starts(root: string, folder: string, count: number): string[] {
  const cache = join(folder, "starts");
  const start = (linker: string): number => {
    const env = { ...process.env, THEANO_FLAGS: `base_compiledir=${cache},linker=${linker}` };
    const text = execFileSync(process.execPath, [join(root, "bench/compile.mjs"), "mlp"], { encoding: "utf8", env });
    return (JSON.parse(text) as { ms: number }).ms;
  };
  const times = (linker: string, isCold: boolean): number[] =>
    Array.from({ length: count }, () => {
      if (isCold) rmSync(cache, { recursive: true, force: true });
      return start(linker);
    });
  const [cold, coldC] = [times("auto", true), times("c", true)];
  // From here on the cache has all that linker c wants.
  const [wasm, warmC, warm] = [times("wasm", false), times("c", false), times("auto", false)];
  const more = (list: readonly number[]): string => {
    const ms = median(list) - median(wasm);
    const text = `${Math.abs(ms).toFixed(1)} ms ${ms < 0 ? "less" : "more"} than wasm`;
    return verdict(text, ms <= WARM_LIMIT_MS, `at most ${WARM_LIMIT_MS} ms more`);
  };
  const limit = verdict(time(median(cold)), median(cold) < COLD_LIMIT_MS, `below ${COLD_LIMIT_MS} ms`);
  return [
    "### First result of the MLP step in a fresh process",
    "",
    "| linker, compile cache | time | result |",
    "|---|---:|---|",
    `| wasm | ${spread(wasm)} | |`,
    `| auto, empty cache | ${spread(cold)} | ${limit} |`,
    `| auto, compiled before | ${spread(warm)} | ${more(warm)} |`,
    `| c, empty cache | ${spread(coldC)} | |`,
    `| c, compiled before | ${spread(warmC)} | ${more(warmC)} |`,
  ];
}
