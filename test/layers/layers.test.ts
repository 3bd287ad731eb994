/**
 * The import table of ARCHITECTURE.md is what the linter enforces: every pair of layers is tried, the allowed
 * ones must pass and the others must be rejected.
 */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** One row of the table: a layer, and the layers that it may import besides itself. */
interface Layer {
  readonly name: string;
  readonly mayImport: readonly string[];
}

function readTable(): Layer[] {
  const text = readFileSync(join(root, "ARCHITECTURE.md"), "utf8");
  const start = text.indexOf("| layer | may import |");
  expect(start, "ARCHITECTURE.md holds the table of layers").toBeGreaterThan(0);
  const rows = text.slice(start).split("\n\n")[0]!.split("\n").slice(2);
  const layers = rows.flatMap((row) => {
    const [, who, what] = row.split("|");
    const names = [...who!.matchAll(/`([^`]+)`/g)].map((m) => m[1]!);
    const mayImport = [...what!.matchAll(/`([^`]+)`/g)].map((m) => m[1]!);
    return names.map((name) => ({ name, mayImport }));
  });
  expect(layers.length).toBeGreaterThan(15);
  return layers;
}

/** Runs the project's linter over a tree and returns `file: specifier` of every restricted import. */
function restricted(folder: string): Set<string> {
  return new Set(
    lint(folder)
      .filter((d) => d.code.includes("no-restricted-imports"))
      .map((d) => `${d.filename}: ${/'([^']+)'/.exec(d.message)?.[1]}`),
  );
}

interface Diagnostic {
  readonly message: string;
  readonly code: string;
  readonly filename: string;
}

function lint(folder: string): Diagnostic[] {
  const cli = join(root, "node_modules/oxlint/bin/oxlint");
  let text: string;
  try {
    text = execFileSync(process.execPath, [cli, "-c", join(root, ".oxlintrc.json"), "-f", "json", "src"], {
      cwd: folder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      maxBuffer: 1 << 26,
    });
  } catch (error) {
    text = (error as { stdout: string }).stdout;
  }
  return (JSON.parse(text) as { diagnostics: Diagnostic[] }).diagnostics;
}

const isFile = (layer: string): boolean => layer.endsWith(".ts");
const fileOf = (layer: string): string => (isFile(layer) ? layer : `${layer}/probe.ts`);

function specifier(from: string, to: string): string {
  const up = "../".repeat(fileOf(from).split("/").length - 1);
  return `${up === "" ? "./" : up}${fileOf(to)}`;
}

describe("import layers", () => {
  const layers = readTable();

  it("the table names every folder and file of src", () => {
    const known = new Set(layers.map((l) => l.name));
    const present = readdirSync(join(root, "src"), { withFileTypes: true }).map((e) => e.name);
    expect(present.filter((name) => !known.has(name))).toEqual([]);
  });

  it("the linter enforces the table, pair by pair", () => {
    const folder = mkdtempSync(join(tmpdir(), "layers-"));
    try {
      const expected = new Set<string>();
      const names = layers.map((l) => l.name).filter((name) => name !== "index.ts");
      for (const layer of layers) {
        const file = join("src", fileOf(layer.name));
        const targets = names.filter((name) => name !== layer.name);
        const text = targets.map((to) => `import "${specifier(layer.name, to)}";\n`).join("");
        mkdirSync(dirname(join(folder, file)), { recursive: true });
        writeFileSync(join(folder, file), `${text}import "node:fs";\n`);
        for (const to of targets) {
          if (!layer.mayImport.includes(to)) expected.add(`${file}: ${specifier(layer.name, to)}`);
        }
        if (!layer.mayImport.includes("node:*")) expected.add(`${file}: node:fs`);
      }
      const found = restricted(folder);
      expect(
        [...expected].filter((x) => !found.has(x)),
        "not rejected",
      ).toEqual([]);
      expect(
        [...found].filter((x) => !expected.has(x)),
        "rejected without reason",
      ).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("the deliberately wrong fixture is rejected", () => {
    const folder = mkdtempSync(join(tmpdir(), "layers-"));
    try {
      cpSync(join(root, "test/layers/fixture"), folder, { recursive: true });
      const found = restricted(folder);
      expect([...found].sort()).toEqual([
        "src/codegen/renderer.ts: ../runtime/device.ts",
        "src/graph/seesTensors.ts: ../tensor/useless.ts",
        "src/tensor/rewriting/rule.ts: ../../runtime/device.ts",
        "src/tensor/useless.ts: ./rewriting/rule.ts",
        "src/tensor/useless.ts: node:path",
      ]);
      const cycles = lint(folder).filter((d) => d.code.includes("no-cycle"));
      expect(cycles.map((d) => d.filename)).toContain("src/runtime/device.ts");
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
