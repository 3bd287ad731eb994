/**
 * Every `ts` block of the documentation, and of the examples in doc comments, is checked by the compiler against the sources and then
 * run. Where a line ends with `console.log(...); // text`, the line that it prints must be that text (`...` stands for anything).
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

interface Snippet {
  readonly source: string;
  readonly line: number;
  readonly text: string;
}

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = join(root, ".snippets");

function filesUnder(path: string, ending: string): string[] {
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
    const inner = join(path, entry.name);
    if (entry.isDirectory()) return filesUnder(inner, ending);
    return entry.name.endsWith(ending) ? [inner] : [];
  });
}

/** Fenced blocks; in doc comments without the stars. */
function snippetsOf(file: string): Snippet[] {
  const isComment = file.endsWith(".ts");
  const lines = readFileSync(file, "utf8").split("\n");
  const found: Snippet[] = [];
  let start = -1;
  let block: string[] = [];
  for (const [i, raw] of lines.entries()) {
    const line = isComment ? raw.replace(/^\s*\* ?/, "") : raw;
    if (start < 0 && /^\s*```ts\s*$/.test(line)) [start, block] = [i + 2, []];
    else if (start >= 0 && /^\s*```\s*$/.test(line)) {
      found.push({ source: relative(root, file), line: start, text: block.join("\n") });
      start = -1;
    } else if (start >= 0) block.push(line);
  }
  // Doc comments may hold pieces; those that import the package are whole.
  return found.filter((s) => !isComment || s.text.includes('from "theano"'));
}

/** What the snippet says that it prints, in order; null where it says nothing. */
function expectations(text: string): (string | null)[] {
  return text.split("\n").flatMap((line) => {
    if (!line.includes("console.log(")) return [];
    const said = /\);\s*\/\/ (.*)$/.exec(line);
    return [said === null ? null : said[1]!];
  });
}

function matches(printed: string, said: string): boolean {
  const pattern = said
    .split("...")
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
    .join("[\\s\\S]*");
  return new RegExp(`^${pattern}$`).test(printed.trim());
}

const snippets = [
  ...["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"].map((name) => join(root, name)),
  ...filesUnder(join(root, "docs"), ".md"),
  ...filesUnder(join(root, "src"), ".ts"),
].flatMap(snippetsOf);

// A check that looks at nothing must not pass.
if (!snippets.some((s) => s.source === "README.md")) throw new Error("README.md holds no ts block.");

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
let failed = 0;
try {
  const files = snippets.map((s, i) => {
    const file = join(folder, `snippet${i}.ts`);
    writeFileSync(file, `${s.text}\nexport {};\n`);
    return file;
  });
  const config = {
    extends: "../tsconfig.json",
    include: ["*.ts"],
    compilerOptions: {
      rootDir: "..",
      isolatedDeclarations: false,
      declaration: false,
      paths: { theano: ["../src/index.ts"] },
    },
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  try {
    execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "--noEmit", "-p", folder], {
      encoding: "utf8",
    });
  } catch (error) {
    failed++;
    const text = (error as { stdout: string }).stdout;
    console.error(
      text.replace(/\.snippets\/snippet(\d+)\.ts\((\d+)/g, (_, i: string, line: string) => {
        const s = snippets[Number(i)]!;
        return `${s.source}(${s.line + Number(line) - 1}`;
      }),
    );
  }
  for (const [i, file] of files.entries()) failed += run(snippets[i]!, file) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`snippets: ${snippets.length - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

/** Runs a snippet. Every console.log is marked, so that what it prints can be told from what the others do. */
function run(s: Snippet, file: string): boolean {
  const separator = "\u0001";
  writeFileSync(
    file,
    `const log = console.log; console.log = (...a: unknown[]) => log(...a, "${separator}");\n${s.text}\nexport {};\n`,
  );
  let printed: string[];
  try {
    printed = execFileSync(process.execPath, ["--import", "tsx", file], {
      encoding: "utf8",
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
    })
      .split(separator)
      .slice(0, -1);
  } catch (error) {
    console.error(`${s.source}:${s.line} fails:\n${(error as { stderr: string }).stderr}`);
    return false;
  }
  for (const [k, said] of expectations(s.text).entries()) {
    if (said === null || matches(printed[k] ?? "", said)) continue;
    console.error(`${s.source}:${s.line} prints\n${(printed[k] ?? "nothing").trim()}\nand says\n${said}`);
    return false;
  }
  return true;
}
