/** The system's C compiler: found by `config.cxx`, else `cc`, `gcc` or `clang` on the path. Never run through a shell. */
import { config } from "../../config/config.ts";
import { CompileError } from "../../errors.ts";
import { C_FLAGS } from "../../codegen/c/render.ts";
import type { NodeModules } from "./node.ts";

const CANDIDATES: readonly string[] = ["cc", "gcc", "clang"];

/** The compiler's command, or null where there is none. */
export function findCompiler({ childProcess }: NodeModules): string | null {
  const wanted = config.cxx;
  if (wanted === "") return null;
  const names = wanted === "auto" ? CANDIDATES : [wanted];
  return names.find((name) => childProcess.spawnSync(name, ["--version"], { stdio: "ignore" }).status === 0) ?? null;
}

/**
 * Compiles to a shared object in a private folder of its own and hands its path to `use`; the folder is gone afterwards.
 * @throws CompileError with what the compiler said
 */
export function compileShared<R>(node: NodeModules, compiler: string, source: string, use: (path: string) => R): R {
  const { childProcess, fs, os, path } = node;
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "theano-"));
  try {
    const [input, output] = [path.join(folder, "program.c"), path.join(folder, "program.so")];
    fs.writeFileSync(input, source, { mode: 0o600 });
    const extra = config["gcc.cxxflags"].split(" ").filter((flag) => flag !== "");
    const result = childProcess.spawnSync(compiler, [...C_FLAGS, ...extra, "-o", output, input, "-lm"], { encoding: "utf8" });
    if (result.status !== 0) {
      const said = (result.stderr ?? String(result.error)).split("\n").slice(0, 8).join("\n");
      throw new CompileError(`${compiler} could not compile a program:\n${said}`);
    }
    return use(output);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}
