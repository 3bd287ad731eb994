/** The command `theano`: what it prints and how it ends. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { main } from "../../src/cli/main.ts";
import { ageText, bytesText, table } from "../../src/cli/output.ts";
import { config } from "../../src/config/config.ts";
import { CompileCache } from "../../src/runtime/native/cache.ts";
import { nodeModules } from "../../src/runtime/native/node.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "theano-cli-"));
  config.baseCompiledir = folder;
});
afterEach(() => {
  config.baseCompiledir = "";
  config.cxx = "auto";
  rmSync(folder, { recursive: true, force: true });
  vi.restoreAllMocks();
});

function run(...args: string[]): { status: number; out: string; err: string } {
  let [out, err] = ["", ""];
  const status = main(args, { out: (text) => (out += `${text}\n`), error: (text) => (err += `${text}\n`) });
  return { status, out, err };
}

function fill(): CompileCache {
  const cache = new CompileCache(nodeModules()!);
  for (const name of ["train", "test"]) {
    cache.store(
      cache.key([name]),
      (output) => writeFileSync(output, Buffer.alloc(3000)),
      () => 0,
      name,
    );
  }
  return cache;
}

describe("theano cache", () => {
  it("prints the folder", () => {
    expect(run("cache").out.trim()).toBe(folder);
    expect(run("cache", "dir")).toEqual({ status: 0, out: `${folder}\n`, err: "" });
  });

  it("lists, clears and purges", () => {
    expect(run("cache", "list").out).toContain("0 compiled programs");
    fill();
    const { out, status } = run("cache", "list");
    expect(status).toBe(0);
    expect(out).toMatch(/^entry +size +made +last use +function$/m);
    expect(out).toMatch(/^[0-9a-f]{12} +3\.0 KiB +just now +just now +(train|test)$/m);
    expect(out).toContain("2 compiled programs, 6.0 KiB");
    expect(run("cache", "clear").out).toContain("removed 2");
    expect(readdirSync(folder)).toEqual([]);
    fill();
    expect(run("cache", "purge").status).toBe(0);
    expect(existsSync(folder)).toBe(false);
  });

  it("cleans up what is damaged and what the dead left behind", () => {
    const cache = fill();
    writeFileSync(join(folder, `${cache.key(["train"])}.so`), "half");
    nodeModules()!.fs.mkdirSync(
      join(
        folder,
        `build-${nodeModules()!
          .os.hostname()
          .replace(/[^A-Za-z0-9]/g, "")}-999999999-x`,
      ),
    );
    expect(run("cache", "list").out).toContain("damaged");
    expect(run("cache", "cleanup").out).toContain("removed 1 damaged");
    expect(readdirSync(folder)).toEqual([`${cache.key(["test"])}.so`]);
  });

  it("says what it has", () => {
    const { status, err } = run("cache", "explode");
    expect(status).toBe(2);
    expect(err).toMatch(/no explode[\s\S]*purge/);
  });

  it("says why there is no cache", () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    writeFileSync(join(folder, "file"), "");
    config.baseCompiledir = join(folder, "file", "below");
    expect(run("cache", "list").status).toBe(1);
    expect(warn.mock.calls[0]![0]).toContain("cannot be used");
  });
});

describe("theano doctor", () => {
  it("reports each topic, and every flag with where it came from", () => {
    const { status, out } = run("doctor");
    expect([0, 1]).toContain(status);
    for (const topic of [
      "Node",
      "processor",
      "SIMD",
      "threads",
      "koffi",
      "C compiler",
      "BLAS",
      "CUDA driver",
      "WebGPU",
      "compile cache",
    ]) {
      expect(out).toMatch(new RegExp(`^(ok|--|!!) +${topic} `, "m"));
    }
    expect(out).toMatch(/^ {2}baseCompiledir +\S+ +code$/m);
    expect(out).toMatch(/^ {2}floatX +float64 +default$/m);
  });

  it("says what to do about what is missing", () => {
    config.cxx = "";
    const { status, out } = run("doctor");
    expect(status).toBe(0);
    expect(out).toMatch(/^-- +C compiler +none found/m);
    expect(out).toMatch(/^What to do:$[\s\S]*apt install gcc/m);
  });

  it("tells a broken compiler from none", () => {
    const compiler = join(folder, "cc");
    writeFileSync(compiler, "#!/bin/sh\nexit 1\n", { mode: 0o755 });
    config.cxx = compiler;
    const { status, out } = run("doctor");
    if (/^ok +koffi/m.test(out)) {
      expect(status).toBe(1);
      expect(out).toMatch(/^!! +C compiler/m);
    }
  });

  it("speaks to machines", () => {
    const report = JSON.parse(run("doctor", "--json").out) as {
      findings: { topic: string; state: string }[];
      config: { name: string; from: string }[];
    };
    expect(report.findings.map((f) => f.topic)).toContain("SIMD");
    expect(report.config.find((c) => c.name === "baseCompiledir")?.from).toBe("code");
  });
});

describe("theano", () => {
  it("helps, and knows what it does not know", () => {
    expect(run().out).toContain("theano doctor");
    expect(run("--help").status).toBe(0);
    expect(run("--version").out).toMatch(/^\d+\.\d+\.\d+/);
    expect(run("fly")).toMatchObject({ status: 2, out: "" });
  });

  it("runs as a command", () => {
    const script = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
    const child = spawnSync(process.execPath, ["--import", "tsx", script, "cache", "dir"], {
      encoding: "utf8",
      env: { ...process.env, THEANO_FLAGS: `base_compiledir=${folder}` },
    });
    expect([child.stdout.trim(), child.status]).toEqual([folder, 0]);
  });
});

describe("text for people", () => {
  it("is aligned and short", () => {
    expect(
      table([
        ["a", "b"],
        ["long", "c"],
      ]),
    ).toBe("a     b\nlong  c");
    expect([0, 1023, 1024, 5 * 2 ** 20, 3 * 2 ** 40].map(bytesText)).toEqual([
      "0 B",
      "1023 B",
      "1.0 KiB",
      "5.0 MiB",
      "3072.0 GiB",
    ]);
    expect([5, 60_000, 7_200_000, 90_000_000].map(ageText)).toEqual([
      "just now",
      "1 minute ago",
      "2 hours ago",
      "1 day ago",
    ]);
  });
});
