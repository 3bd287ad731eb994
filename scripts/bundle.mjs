// Puts what the compiler wrote into one file for each entry: an import no longer reads some hundred files. Declarations stay as they are.
// Argument: the folder, if it is not dist.
import { readdirSync, rmSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { join, resolve } from "node:path";
import { build } from "esbuild";

const dist = resolve(process.argv[2] ?? fileURLToPath(new URL("../dist", import.meta.url)));
const entries = ["index.js", "cli/main.js"];

await build({
  entryPoints: entries.map((entry) => join(dist, entry)),
  outdir: dist,
  outbase: dist,
  allowOverwrite: true,
  bundle: true,
  format: "esm",
  platform: "neutral",
  target: "es2022",
  // The modules of Node are for the command line; the library asks the process for them.
  external: ["node:*"],
  sourcemap: true,
  charset: "utf8",
  logLevel: "warning",
});

const kept = new Set(entries.flatMap((entry) => [join(dist, entry), join(dist, `${entry}.map`)]));
removeModules(dist);

/** Removes the files that are part of the bundles now, and folders that are empty without them. */
function removeModules(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) removeModules(path);
    else if (/\.js(\.map)?$/.test(name) && !kept.has(path)) rmSync(path);
  }
}
