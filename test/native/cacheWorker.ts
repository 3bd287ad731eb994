/** A process that makes and reads entries of the cache at `process.argv[2]` until it is killed, or the number of rounds at `argv[3]` is done. */
import { createHash } from "node:crypto";
import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { config } from "../../src/config/config.ts";
import { CompileCache } from "../../src/runtime/native/cache.ts";
import { nodeModules } from "../../src/runtime/native/node.ts";

/** What the entry of a key holds before its trailer. */
export function contentOf(key: string): Buffer {
  const parts: Buffer[] = [];
  const count = 200 + (parseInt(key.slice(0, 4), 16) % 3000);
  for (let i = 0; i < count; i++) parts.push(createHash("sha256").update(`${key}${i}`).digest());
  return Buffer.concat(parts);
}

/** In pieces, so that a kill often comes in between. */
function build(output: string, key: string): void {
  const content = contentOf(key);
  const handle = openSync(output, "w");
  for (let at = 0; at < content.length; at += 8192) writeSync(handle, content.subarray(at, at + 8192));
  closeSync(handle);
}

const [folder, rounds] = process.argv.slice(2);
if (folder !== undefined && rounds !== undefined) {
  config.baseCompiledir = folder;
  const cache = new CompileCache(nodeModules()!);
  writeSync(1, "at work\n");
  for (let i = 0; i < Number(rounds); i++) {
    const key = cache.key([String(Math.floor(Math.random() * 60))]);
    const path = cache.find(key);
    if (path === null || Math.random() < 0.3)
      cache.store(
        key,
        (output) => build(output, key),
        () => 0,
        "worker",
      );
    else if (!readFileSync(path).subarray(0, 100).equals(contentOf(key).subarray(0, 100))) process.exit(7);
  }
}
