/** `theano cache`: what is kept of compiled programs. */
import { rmSync } from "node:fs";
import { CompileCache } from "../runtime/native/cache.ts";
import { nodeModules } from "../runtime/native/node.ts";
import { ageText, bytesText, type Output, table } from "./output.ts";

export const CACHE_HELP = `theano cache [dir | list | clear | cleanup | purge]

  dir      prints the folder of compiled programs (flag base_compiledir)
  list     lists them: size, age, last use, the function that each was compiled for
  clear    removes them all
  cleanup  removes damaged ones and what killed processes left behind
  purge    removes the whole folder
`;

export function cacheCommand(args: readonly string[], output: Output): number {
  const [what = "dir", ...rest] = args;
  const commands: Readonly<Record<string, (cache: CompileCache, folder: string) => void>> = {
    dir: (_, folder) => output.out(folder),
    list: (cache) => list(cache, output),
    clear: (cache) => clear(cache, output),
    cleanup: (cache) => cleanup(cache, output),
    purge: (_, folder) => {
      rmSync(folder, { recursive: true, force: true });
      output.out(`removed ${folder}`);
    },
  };
  const command = Object.hasOwn(commands, what) ? commands[what]! : undefined;
  if (command === undefined || rest.length > 0) {
    output.error(`theano cache has no ${[what, ...rest].join(" ")}.\n\n${CACHE_HELP}`);
    return 2;
  }
  // Opening it says why it cannot be used, and removes what killed processes left behind.
  const cache = new CompileCache(nodeModules()!);
  if (cache.folder === null) return 1;
  command(cache, cache.folder);
  return 0;
}

function list(cache: CompileCache, output: Output): void {
  const entries = cache.entries();
  const now = Date.now();
  const rows = entries.map((e) => [
    e.key.slice(0, 12),
    bytesText(e.bytes),
    e.made === null ? "damaged" : ageText(now - e.made.getTime()),
    ageText(now - e.used.getTime()),
    e.name,
  ]);
  if (rows.length > 0) output.out(table([["entry", "size", "made", "last use", "function"], ...rows]));
  const total = entries.reduce((sum, e) => sum + e.bytes, 0);
  output.out(
    `${entries.length} compiled program${entries.length === 1 ? "" : "s"}, ${bytesText(total)}, in ${cache.folder!}`,
  );
}

function clear(cache: CompileCache, output: Output): void {
  const entries = cache.entries();
  for (const { key } of entries) cache.remove(key);
  output.out(`removed ${entries.length} compiled program${entries.length === 1 ? "" : "s"}`);
}

function cleanup(cache: CompileCache, output: Output): void {
  const damaged = cache.entries().filter((e) => !e.isWhole);
  for (const { key } of damaged) cache.remove(key);
  output.out(`removed ${damaged.length} damaged compiled program${damaged.length === 1 ? "" : "s"}`);
}
