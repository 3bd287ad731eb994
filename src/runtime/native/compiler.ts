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

/** What the object code depends on beside the source: the compiler's version, its flags, and the processor that -march=native means. */
export function compilerIdentity({ childProcess, os }: NodeModules, compiler: string): readonly string[] {
  const version = childProcess.spawnSync(compiler, ["--version"], { encoding: "utf8" }).stdout ?? "";
  return [version, os.arch(), os.cpus()[0]?.model ?? "", ...C_FLAGS];
}

/** The flags of the user, which an object depends on too. */
export function extraFlags(): string[] {
  return config["gcc.cxxflags"].split(" ").filter((flag) => flag !== "");
}

/**
 * Compiles to a shared object at `output`, beside which the source is left.
 * @throws CompileError with what the compiler said
 */
export function compileShared(
  { childProcess, fs }: NodeModules,
  compiler: string,
  source: string,
  output: string,
): void {
  const input = `${output}.c`;
  fs.writeFileSync(input, source, { mode: 0o600 });
  const result = childProcess.spawnSync(compiler, [...C_FLAGS, ...extraFlags(), "-o", output, input, "-lm"], {
    encoding: "utf8",
  });
  if (result.status === 0) return;
  const said = (result.error?.message ?? result.stderr).split("\n").slice(0, 8).join("\n");
  throw new CompileError(`${compiler} could not compile a program:\n${said}`);
}
