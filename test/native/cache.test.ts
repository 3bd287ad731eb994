/** The cache of compiled programs: whole entries only, found again, private to the user, safe beside other processes. */
import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import * as theano from "../../src/index.ts";
import { CompileCache } from "../../src/runtime/native/cache.ts";
import { whyNotNative } from "../../src/runtime/native/device.ts";
import { nodeModules } from "../../src/runtime/native/node.ts";

const why = whyNotNative();
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cache-test-"));
  theano.config.baseCompiledir = folder;
});
afterEach(() => {
  theano.config.baseCompiledir = "";
  rmSync(folder, { recursive: true, force: true });
  vi.restoreAllMocks();
});

const entries = (): string[] => readdirSync(folder);
const build = (text: string) => (output: string) => writeFileSync(output, text);
const read = (path: string): string => readFileSync(path, "latin1");

describe("the cache of compiled programs", () => {
  const make = (): CompileCache => new CompileCache(nodeModules()!);

  it("finds what was stored, in another instance too", () => {
    const key = make().key(["source", "flags"]);
    expect(make().find(key)).toBeNull();
    const path = make().store(key, build("object code"), (p) => p);
    expect(make().find(key)).toBe(path);
    expect(read(path).startsWith("object code")).toBe(true);
    expect(entries()).toEqual([`${key}.so`]);
  });

  it("names entries by all their parts", () => {
    const keys = [["a", "bc"], ["ab", "c"], ["abc"], ["abc", ""]].map((parts) => make().key(parts));
    expect(new Set(keys).size).toBe(4);
    expect(make().key(["a"])).toBe(make().key(["a"]));
  });

  it("does not hand out a damaged or truncated entry", () => {
    const key = make().key(["x"]);
    const path = make().store(key, build("object code"), (p) => p);
    const bytes = readFileSync(path);
    for (const damaged of [
      Buffer.concat([bytes.subarray(0, 3), Buffer.of(bytes[3]! ^ 1), bytes.subarray(4)]),
      bytes.subarray(0, -1),
      Buffer.of(),
    ]) {
      writeFileSync(path, damaged);
      expect(make().find(key)).toBeNull();
      expect(existsSync(path)).toBe(false);
    }
  });

  it("leaves nothing behind when a build fails", () => {
    const fail = (): never => {
      throw new Error("no compiler");
    };
    expect(() => make().store("0".repeat(64), fail, () => 0)).toThrow("no compiler");
    expect(entries()).toEqual([]);
  });

  it("does without a folder that others may write", () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    chmodSync(folder, 0o777);
    const cache = make();
    expect(cache.folder).toBeNull();
    expect(warn).toHaveBeenCalledTimes(1);
    expect(cache.store(cache.key(["x"]), build("code"), read)).toBe("code");
    expect(entries()).toEqual([]);
  });

  it("does without a folder that cannot be made", () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    theano.config.baseCompiledir = join(folder, "file", "below");
    writeFileSync(join(folder, "file"), "");
    const cache = make();
    expect(cache.folder).toBeNull();
    expect(warn).toHaveBeenCalledTimes(1);
    expect(cache.store(cache.key(["x"]), build("code"), read)).toBe("code");
  });
});

describe.skipIf(why !== null)("processes that share the cache", () => {
  const script = fileURLToPath(new URL("worker.ts", import.meta.url));
  const start = (killAfter: number | null): Promise<{ text: string; code: number | null }> =>
    new Promise((done) => {
      const child = spawn(process.execPath, ["--import", "tsx", script], {
        env: { ...process.env, THEANO_FLAGS: `base_compiledir=${folder}` },
      });
      let text = "";
      child.stdout.on("data", (part: Buffer) => (text += part.toString()));
      if (killAfter !== null) setTimeout(() => child.kill("SIGKILL"), killAfter);
      child.on("close", (code) => done({ text, code }));
    });

  it("compute the same at the same time, and none damages an entry when it is killed", async () => {
    const runs = await Promise.all([null, 700, null, 900].map(start));
    for (const { text, code } of runs) if (code === 0) expect(text.trim()).toBe("[2. 5. 8.]");
    expect(runs.filter((r) => r.code === 0).length).toBeGreaterThanOrEqual(2);
    const cache = new CompileCache(nodeModules()!);
    for (const name of entries().filter((n) => n.endsWith(".so")))
      expect(cache.find(name.slice(0, -3)), name).not.toBeNull();
    // The next one finds all that it needs: it builds nothing.
    const before = entries()
      .filter((n) => n.endsWith(".so"))
      .sort();
    expect((await start(null)).text.trim()).toBe("[2. 5. 8.]");
    expect(
      entries()
        .filter((n) => n.endsWith(".so"))
        .sort(),
    ).toEqual(before);
  });
});
