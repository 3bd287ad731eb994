/** Sixteen processes share the cache and are killed at random: whatever is found there afterwards is whole. */
import { type ChildProcess, spawn } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import * as theano from "../../src/index.ts";
import { CompileCache } from "../../src/runtime/native/cache.ts";
import { nodeModules, type NodeModules } from "../../src/runtime/native/node.ts";
import { contentOf } from "./cacheWorker.ts";

const PROCESSES = 16;
const KILLS = 300;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cache-parallel-"));
  theano.config.baseCompiledir = join(folder, "cache");
});
afterEach(() => {
  theano.config.baseCompiledir = "";
  rmSync(folder, { recursive: true, force: true });
  vi.restoreAllMocks();
});

describe("the cache under many processes", () => {
  it(`stays whole through ${KILLS} kills`, async () => {
    // Bundled, so that a process starts in a moment.
    const worker = join(folder, "worker.mjs");
    buildSync({
      entryPoints: [fileURLToPath(new URL("cacheWorker.ts", import.meta.url))],
      bundle: true,
      platform: "node",
      format: "esm",
      outfile: worker,
    });
    const cacheFolder = theano.config.baseCompiledir;
    let kills = 0;
    // What a process leaves when it is killed while it builds, until the next one opens the cache.
    let leftBehind = 0;
    const codes: (number | null)[] = [];
    const live = async (): Promise<void> => {
      while (kills < KILLS) {
        const child: ChildProcess = spawn(process.execPath, [worker, cacheFolder, "1000000"], {
          stdio: ["ignore", "pipe", "ignore"],
        });
        // Killed while it is at work, however long the machine takes to start it.
        let timer: NodeJS.Timeout | undefined;
        child.stdout!.once("data", () => (timer = setTimeout(() => child.kill("SIGKILL"), Math.random() * 120)));
        const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((done) =>
          child.on("close", (c, s) => done([c, s])),
        );
        clearTimeout(timer);
        if (signal !== "SIGKILL") codes.push(code);
        else {
          kills++;
          leftBehind += readdirSync(cacheFolder).filter((name) => name.startsWith("build-")).length;
        }
      }
    };
    await Promise.all(Array.from({ length: PROCESSES }, live));
    expect(kills).toBeGreaterThanOrEqual(KILLS);
    // Nobody met a damaged entry (7) or failed otherwise.
    expect(codes).toEqual([]);
    expect(leftBehind).toBeGreaterThan(0);
    // One that is left alone ends well, and the cache fills.
    const last = spawn(process.execPath, [worker, cacheFolder, "400"], { stdio: "ignore" });
    expect(await new Promise((done) => last.on("close", done))).toBe(0);
    const cache = new CompileCache(nodeModules()!);
    const entries = cache.entries();
    expect(entries.length).toBeGreaterThan(30);
    for (const { key, isWhole } of entries) {
      expect(isWhole, key).toBe(true);
      const content = contentOf(key);
      expect(readFileSync(cache.find(key)!).subarray(0, content.length).equals(content), key).toBe(true);
    }
    // Opening it has removed what the dead left behind.
    expect(readdirSync(cacheFolder).filter((name) => !name.endsWith(".so"))).toEqual([]);
  }, 300_000);
});

/** The system, with some calls that fail. */
function withFailing(calls: Partial<Record<keyof NodeModules["fs"], string>>): NodeModules {
  const node = nodeModules()!;
  const fs = { ...node.fs };
  for (const [name, code] of Object.entries(calls)) {
    const original = node.fs[name as "writeSync"] as (...args: unknown[]) => unknown;
    (fs as Record<string, unknown>)[name] = (...args: unknown[]): unknown => {
      // Other places than the cache work.
      const paths = args.filter((a) => typeof a === "string");
      if (paths.length > 0 && !paths.some((path) => path.startsWith(folder))) return original(...args);
      throw Object.assign(new Error(`${code}: no`), { code });
    };
  }
  return { ...node, fs };
}

describe("a cache that cannot be written", () => {
  const stored = (node: NodeModules): string => {
    const cache = new CompileCache(node);
    const build = (output: string): void => nodeModules()!.fs.writeFileSync(output, "code");
    return cache.store(cache.key(["x"]), build, (path) => readFileSync(path, "latin1"));
  };

  it.each([
    ["a full disk", { writeSync: "ENOSPC" }],
    ["a disk that is full at the end", { fsyncSync: "ENOSPC" }],
    ["a read-only folder", { mkdtempSync: "EROFS", renameSync: "EROFS" }],
    ["a folder where nothing may be renamed", { renameSync: "EACCES" }],
  ] as const)("%s: one warning and the result", (_, calls) => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    expect(stored(withFailing(calls)).startsWith("code")).toBe(true);
    expect(warn).toHaveBeenCalledTimes(1);
    const left = existsSync(theano.config.baseCompiledir) ? readdirSync(theano.config.baseCompiledir) : [];
    expect(left).toEqual([]);
  });

  it.skipIf(process.getuid?.() !== 0)("a folder of somebody else: one warning and the result", () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    new CompileCache(nodeModules()!);
    chownSync(theano.config.baseCompiledir, 12_345, 12_345);
    expect(stored(nodeModules()!)).toBe("code");
    expect(warn).toHaveBeenCalledTimes(1);
    expect(readdirSync(theano.config.baseCompiledir)).toEqual([]);
  });

  it("stays within its limit, and lists what it holds", () => {
    const cache = new CompileCache(nodeModules()!);
    const { fs } = nodeModules()!;
    theano.config.cacheSizeLimit = 1;
    try {
      const keys = [0, 1, 2, 3].map((i) => cache.key([`entry ${i}`]));
      for (const [i, key] of keys.entries()) {
        cache.store(
          key,
          (output) => fs.writeFileSync(output, Buffer.alloc(400_000, i)),
          () => 0,
          `f${i}`,
        );
        fs.utimesSync(join(theano.config.baseCompiledir, `${key}.so`), 1_000_000 + i, 1_000_000 + i);
      }
      expect(cache.entries().map((e) => e.name)).toEqual(["f3", "f2"]);
      expect(cache.entries()[0]!.bytes).toBeGreaterThan(400_000);
      // Being found is being used.
      expect(cache.find(keys[2]!)).not.toBeNull();
      expect(cache.entries().map((e) => e.name)).toEqual(["f2", "f3"]);
      cache.remove(keys[2]!);
      expect(cache.entries().map((e) => e.name)).toEqual(["f3"]);
    } finally {
      theano.config.cacheSizeLimit = 2048;
    }
  });
});
