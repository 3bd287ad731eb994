/** Linker `auto`: WebAssembly at once, C when it is ready, in a loop that never returns to the event loop too. */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { whyNotNative } from "../../src/runtime/native/device.ts";

const why = whyNotNative();
const source = JSON.stringify(new URL("../../src/index.ts", import.meta.url).href);

/** A training loop that runs until it has changed over, or 30 seconds. */
const LOOP = `
  import * as theano from ${source};
  const T = theano.tensor;
  const x = T.fmatrix("x");
  const W = theano.shared(theano.ones([300, 200], "float32"), { name: "W" });
  const cost = T.mean(T.nnet.softplus(x.dot(W)));
  const step = theano.function([x], cost, { updates: [[W, W.sub(theano.grad(cost, W).mul(0.1))]] });
  const data = theano.ones([64, 300], "float32");
  const tiers = [];
  const costs = [];
  const start = performance.now();
  while (performance.now() - start < 30_000) {
    costs.push(Number(step(data)));
    const tier = step.profile.tiers().join();
    if (tiers.at(-1) !== tier) tiers.push(tier);
    if (tier === "c" && costs.length > 50) break;
  }
`;

let cache: string;
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), "theano-tiering-"));
});
afterEach(() => rmSync(cache, { recursive: true, force: true }));

function run(script: string, flags: string): { out: string; err: string; status: number | null; seconds: number } {
  const start = performance.now();
  const child = spawnSync(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script], {
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    encoding: "utf8",
    env: { ...process.env, THEANO_FLAGS: `base_compiledir=${cache}${flags === "" ? "" : `,${flags}`}` },
    timeout: 60_000,
  });
  return {
    out: child.stdout.trim(),
    err: child.stderr.trim(),
    status: child.status,
    seconds: (performance.now() - start) / 1000,
  };
}

describe.skipIf(why !== null)("tiers", () => {
  it("change in a purely synchronous loop, and in the second process at once", () => {
    const script = `${LOOP}
      // The same loop on the first tier alone.
      W.setValue(theano.ones([300, 200], "float32"));
      const other = theano.function([x], cost, { updates: [[W, W.sub(theano.grad(cost, W).mul(0.1))]], mode: new theano.Mode({ linker: "wasm" }) });
      const worst = Math.max(...costs.slice(0, 200).map((c) => Math.abs(Number(other(data)) / c - 1)));
      console.log(JSON.stringify({ tiers, calls: costs.length, worst }));`;
    const [first, second] = [run(script, ""), run(script, "")];
    for (const r of [first, second]) {
      expect(r.err).toBe("");
      expect(r.status).toBe(0);
    }
    const [a, b] = [first, second].map(
      (r) => JSON.parse(r.out) as { tiers: string[]; calls: number; worst: number },
    ) as [{ tiers: string[]; calls: number; worst: number }, { tiers: string[]; calls: number; worst: number }];
    expect(a.tiers).toEqual(["wasm", "c"]);
    expect(b.tiers.at(-1)).toBe("c");
    // The object is there already: few calls go by.
    expect(b.calls).toBeLessThan(100);
    for (const r of [a, b]) expect(r.worst).toBeLessThan(1e-4);
    const kept = readdirSync(cache);
    expect(kept.filter((f) => f.endsWith(".so")).length).toBe(2);
    expect(kept.filter((f) => f.startsWith("build-"))).toEqual([]);
  }, 120_000);

  it("are one where tiering is off", () => {
    const script = `${LOOP} console.log(tiers.join());`;
    expect(run(script, "tiering=False").out).toBe("c");
    expect(run(script.replace("30_000", "300"), "deterministic=True").out).toBe("wasm");
    expect(run(script.replace("30_000", "300"), "cxx=").out).toBe("wasm");
  }, 120_000);

  it("do not make the process wait for the compiler at its end", () => {
    const slow = join(cache, "slow-compiler");
    writeFileSync(slow, "#!/bin/sh\nexec sleep 20\n");
    chmodSync(slow, 0o755);
    const r = run(`${LOOP.replace("30_000", "500")} console.log(tiers.join(), costs.length > 10);`, `cxx=${slow}`);
    expect([r.out, r.err, r.status]).toEqual(["wasm true", "", 0]);
    expect(r.seconds).toBeLessThan(15);
  }, 60_000);

  it("stay where they are, with one warning, when the compiler fails", () => {
    const broken = join(cache, "broken-compiler");
    writeFileSync(broken, "#!/bin/sh\necho no such luck >&2\nexit 3\n");
    chmodSync(broken, 0o755);
    const r = run(`${LOOP.replace("30_000", "700")} console.log(tiers.join());`, `cxx=${broken}`);
    expect([r.out, r.status]).toEqual(["wasm", 0]);
    expect(r.err).toContain("no such luck");
    expect(r.err.match(/stays on WebAssembly/g)).toHaveLength(1);
  }, 60_000);
});
