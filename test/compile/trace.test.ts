/** `config.trace` prints what each stage of compiling made. */
import { afterEach, expect, it, vi } from "vitest";
import * as theano from "../../src/index.ts";
import { tensor as T } from "../../src/index.ts";
import { whyNotNative } from "../../src/runtime/native/device.ts";

afterEach(() => {
  theano.config.trace = "";
  vi.restoreAllMocks();
});

function printed(trace: string, linker: "wasm" | "c" = "wasm"): string {
  const lines: string[] = [];
  vi.spyOn(console, "error").mockImplementation((...parts: unknown[]) => void lines.push(parts.join(" ")));
  theano.config.trace = trace;
  const x = T.dmatrix("x");
  theano.function([x], T.log(x.add(1)).sum({ axis: 0 }), { mode: new theano.Mode({ linker }) });
  return lines.join("\n");
}

it.each([
  ["graph", "Elemwise{log"],
  ["rewrites", "log1p"],
  ["ir", "program "],
  ["storage", "input x: f64"],
  ["code", "has no source text"],
])("%s", (stage, text) => {
  expect(printed(stage)).toContain(text);
});

it("prints the stages that are named and no other", () => {
  const text = printed("graph,storage");
  expect(text).toContain("graph of ");
  expect(text).toMatch(/temp .*parts: f64\[.*\(steps 0 to 0/);
  expect(text).not.toContain("program ");
  expect(printed("")).toBe("");
});

it.skipIf(whyNotNative() !== null)("prints the source of native programs", () => {
  expect(printed("code", "c")).toContain("int theano_run(const struct call *call)");
});
