/**
 * The package as its users get it: built, packed and put into an empty project. It must run in Node with nothing else installed, and
 * its declarations must satisfy the compiler with no types but the language's own.
 */
import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const tsc = join(root, "node_modules/typescript/bin/tsc");
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Manifest;

interface Manifest {
  readonly files: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly sideEffects?: boolean | readonly string[];
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>;
}

let project = "";
let installed = "";

function node(script: string, args: readonly string[] = []): string {
  return execFileSync(process.execPath, [script, ...args], {
    cwd: project,
    encoding: "utf8",
    env: { PATH: process.env["PATH"] },
  });
}

function compile(options: readonly string[]): string {
  try {
    return node(tsc, ["--noEmit", "--strict", "--target", "es2022", "--types", "", ...options, "use.ts"]);
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesUnder(path) : [path];
  });
}

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), "package-"));
  installed = join(project, "node_modules/theano");
  mkdirSync(installed, { recursive: true });
  const dist = join(installed, "dist");
  execFileSync(process.execPath, [tsc, "-p", join(root, "tsconfig.build.json"), "--outDir", dist]);
  execFileSync(process.execPath, [join(root, "scripts/bundle.mjs"), dist]);
  for (const name of ["package.json", "README.md", "LICENSE"]) symlinkSync(join(root, name), join(installed, name));
  writeFileSync(join(project, "package.json"), '{ "type": "module", "private": true }');
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

describe("the package", () => {
  it("has no dependencies, and every file that it exports", () => {
    expect(manifest.dependencies).toBeUndefined();
    for (const entry of Object.values(manifest.exports)) {
      const paths = typeof entry === "string" ? [entry] : [entry.types, entry.default];
      for (const path of paths) expect(existsSync(join(installed, path)), path).toBe(true);
    }
  });

  it("keeps the file that attaches methods when it is bundled", () => {
    expect(manifest.sideEffects).not.toBe(false);
    if (Array.isArray(manifest.sideEffects)) expect(manifest.sideEffects).toContain("./dist/index.js");
  });

  it("is one file that imports nothing, so that a browser can load it", () => {
    const dist = join(installed, "dist");
    const files = filesUnder(dist).filter((file) => file.endsWith(".js"));
    // The command line is for Node, and another program.
    expect(files.sort()).toEqual([join(dist, "cli/main.js"), join(dist, "index.js")]);
    const imports = (file: string): string[] =>
      [...readFileSync(file, "utf8").matchAll(/^(?:import|export)\b[^;]*?\bfrom "([^"]+)";|^import "([^"]+)";/gm)].map(
        (m) => (m[1] ?? m[2])!,
      );
    expect(imports(join(dist, "index.js"))).toEqual([]);
    expect(imports(join(dist, "cli/main.js")).filter((name) => !name.startsWith("node:"))).toEqual([]);
    expect(imports(join(dist, "cli/main.js"))).toContain("node:fs");
  });

  it("has a map to the source files for each file, and declarations that find each other", () => {
    const dist = join(installed, "dist");
    const { sources, sourcesContent } = JSON.parse(readFileSync(join(dist, "index.js.map"), "utf8")) as {
      sources: string[];
      sourcesContent: (string | null)[];
    };
    expect(sources.length).toBeGreaterThan(300);
    expect(sources.every((name) => name.endsWith(".ts"))).toBe(true);
    expect(sourcesContent.every((text) => text !== null && text.length > 0)).toBe(true);
    for (const file of filesUnder(dist).filter((name) => name.endsWith(".d.ts"))) {
      for (const [, name] of readFileSync(file, "utf8").matchAll(/\bfrom "(\.[^"]+)";/g)) {
        const target = join(dirname(file), name!.replace(/\.(?:js|ts)$/, ".d.ts"));
        expect(existsSync(target), `${file}: ${name!}`).toBe(true);
      }
    }
  });

  it("runs in Node with nothing else installed", () => {
    writeFileSync(
      join(project, "use.js"),
      `import * as theano from "theano";
import { tensor as T } from "theano";
const x = T.dvector("x");
const f = theano.function([x], theano.grad(T.sum(T.sqr(x)), x));
console.log(String(f([1, 2, 3])));
`,
    );
    expect(node(join(project, "use.js"))).toBe("[2. 4. 6.]\n");
  });

  it.each([
    ["nodenext", "nodenext"],
    ["esnext", "bundler"],
  ])(
    "has types for projects with modules %s, resolution %s, and no types of Node or browsers",
    (module, resolution) => {
      writeFileSync(
        join(project, "use.ts"),
        `import * as theano from "theano";
import { tensor as T, type NdArray } from "theano";
const x = T.fvector("x");
const y: NdArray<"float32"> = theano.function([x], x)([1, 2, 3]);
const data: Float32Array = y.data;
// @ts-expect-error: the data of float32 are no float64
const wrong: Float64Array = y.data;
export { data, wrong };
`,
      );
      const report = compile([
        "--lib",
        "es2023",
        "--module",
        module,
        "--moduleResolution",
        resolution,
        "--skipLibCheck",
        "false",
      ]);
      expect(report).toBe("");
    },
  );
});
