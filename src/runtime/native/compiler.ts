/** The system's C compiler: found by `config.cxx`, else `cc`, `gcc` or `clang` on the path. Never run through a shell. */
import { config } from "../../config/config.ts";
import { CompileError } from "../../errors.ts";
import type { NodeModules } from "./node.ts";

const CANDIDATES: readonly string[] = ["cc", "gcc", "clang"];

/** Where the compiler is, or null where there is none. */
export function findCompiler(node: NodeModules): string | null {
  const wanted = config.cxx;
  if (wanted === "") return null;
  const names = wanted === "auto" ? CANDIDATES : [wanted];
  for (const name of names) {
    const found = onPath(node, name);
    if (found !== null) return found;
  }
  return null;
}

/** Looked up without running anything: starting a process costs more than the rest of a function's compilation. */
function onPath({ fs, path }: NodeModules, name: string): string | null {
  const isFile = (file: string): boolean => {
    try {
      fs.accessSync(file, fs.constants.X_OK);
      return fs.statSync(file).isFile();
    } catch {
      return false;
    }
  };
  if (/[/\\]/.test(name)) return isFile(name) ? path.resolve(name) : null;
  const suffixes = process.platform === "win32" ? [".exe", ""] : [""];
  for (const folder of (process.env["PATH"] ?? "").split(path.delimiter)) {
    if (folder === "") continue;
    for (const suffix of suffixes) {
      const file = path.join(folder, name + suffix);
      if (isFile(file)) return file;
    }
  }
  return null;
}

/**
 * What object code depends on beside its source and flags: the compiler (which file it is, how long and how old), and the processor that
 * `-march=native` means.
 */
export function compilerIdentity(node: NodeModules, compiler: string): readonly string[] {
  const { fs, os } = node;
  const file = fs.realpathSync(compiler);
  const { size, mtimeMs } = fs.statSync(file);
  return [file, String(size), String(mtimeMs), process.platform, os.arch(), processor(node)];
}

/** Whether multiply-add is an instruction, for which `-march=native` makes the compiler use it. */
export function hasMultiplyAdd(node: NodeModules): boolean {
  const arch = node.os.arch();
  return arch === "arm64" || (arch === "x64" && / fma\b/.test(processor(node)));
}

/** The features of the processor. Machines with one name may differ in what they offer. */
function processor({ fs, os }: NodeModules): string {
  try {
    const text = fs.readFileSync("/proc/cpuinfo", "utf8");
    const line = (name: string): string => text.split("\n").find((l) => l.startsWith(name)) ?? "";
    return `${line("model name")} ${line("flags")} ${line("Features")}`;
  } catch {
    return os.cpus()[0]?.model ?? "";
  }
}

/** The flags of the user, which an object depends on too. */
export function extraFlags(): string[] {
  return config["gcc.cxxflags"].split(" ").filter((flag) => flag !== "");
}

/** The command line that compiles `input` to a shared object at `output`. */
export function compileArguments(flags: readonly string[], input: string, output: string): string[] {
  return [...flags, ...extraFlags(), "-o", output, input, "-lm"];
}

/**
 * Compiles to a shared object at `output`, beside which the source is left.
 * @throws CompileError with what the compiler said
 */
export function compileShared(
  { childProcess, fs }: NodeModules,
  compiler: string,
  flags: readonly string[],
  source: string,
  output: string,
): void {
  const input = `${output}.c`;
  fs.writeFileSync(input, source, { mode: 0o600 });
  const result = childProcess.spawnSync(compiler, compileArguments(flags, input, output), { encoding: "utf8" });
  if (result.status !== 0) throw compileError(compiler, result.error?.message ?? result.stderr);
}

export function compileError(compiler: string, said: string): CompileError {
  return new CompileError(`${compiler} could not compile a program:\n${said.split("\n").slice(0, 8).join("\n")}`);
}
