/** What `theano doctor` looks at. Each check says what is there and, for what is missing, what to do. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { arch, cpus, release, tmpdir } from "node:os";
import { join } from "node:path";
import { C_FLAGS } from "../codegen/c/render.ts";
import { config } from "../config/config.ts";
import { blasCandidates } from "../runtime/native/blas.ts";
import { CompileCache } from "../runtime/native/cache.ts";
import { compileShared, findCompiler } from "../runtime/native/compiler.ts";
import { loadKoffi, type Koffi, type NativeLibrary } from "../runtime/native/koffi.ts";
import { nodeModules } from "../runtime/native/node.ts";
import { threadBudget } from "../runtime/threads/budget.ts";
import { hasRelaxedSimd } from "../runtime/wasm/features.ts";
import { bytesText } from "./output.ts";

export interface Finding {
  readonly topic: string;
  /** `missing` is no fault: something else is used. `broken` is there and does not work. */
  readonly state: "ok" | "missing" | "broken";
  readonly found: string;
  /** What to do about it. */
  readonly advice?: string;
}

export function findings(): Finding[] {
  return [
    ok("Node", `${process.version}, ${process.platform} ${arch()} ${release()}`),
    ok("processor", processorText()),
    ok("SIMD", simdText()),
    ok(
      "threads",
      `${threadBudget()} of ${cpus().length} processors (openmp ${String(config.openmp)}, nThreads ${config.nThreads})`,
    ),
    koffiFinding(),
    compilerFinding(),
    ...blasFindings(),
    cudaFinding(),
    webgpuFinding(),
    cacheFinding(),
  ];
}

const ok = (topic: string, found: string): Finding => ({ topic, state: "ok", found });
const missing = (topic: string, found: string, advice: string): Finding => ({ topic, state: "missing", found, advice });
const broken = (topic: string, found: string, advice: string): Finding => ({ topic, state: "broken", found, advice });
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function processorText(): string {
  return cpus()[0]?.model ?? "unknown";
}

/** Widest first. */
const FEATURES: readonly string[] = ["avx512f", "avx2", "fma", "avx", "sse4_2", "asimd", "sve"];

function simdText(): string {
  const wasm = `WebAssembly 128 bits${hasRelaxedSimd() ? ", relaxed (fused multiply-add)" : ""}`;
  let native: string;
  try {
    const words = new Set(readFileSync("/proc/cpuinfo", "utf8").split(/\s+/));
    native = FEATURES.filter((f) => words.has(f)).join(" ");
  } catch {
    native = arch() === "arm64" ? "asimd" : "left to the compiler";
  }
  return `${wasm}; native: ${native}`;
}

function koffi(): Koffi | null {
  return loadKoffi(nodeModules()!);
}

function koffiFinding(): Finding {
  if (koffi() !== null) return ok("koffi", "installed");
  return missing("koffi", "not installed: programs run on WebAssembly", "npm install koffi");
}

/** Compiles and runs something, since a compiler may be there without its parts. */
function compilerFinding(): Finding {
  const node = nodeModules()!;
  const compiler = findCompiler(node);
  if (compiler === null) {
    const advice =
      "install gcc or clang (Debian: apt install gcc libc6-dev; macOS: xcode-select --install), or set cxx";
    return missing("C compiler", `none found (flag cxx: ${JSON.stringify(config.cxx)})`, advice);
  }
  const version = spawnSync(compiler, ["--version"], { encoding: "utf8" }).stdout?.split("\n")[0] ?? "";
  const k = koffi();
  if (k === null) return ok("C compiler", `${compiler}: ${version} (not tried: koffi is missing)`);
  const folder = mkdtempSync(join(tmpdir(), "theano-doctor-"));
  try {
    const output = join(folder, "probe.so");
    compileShared(node, compiler, C_FLAGS, "int probe(int x) { return x + 1; }", output);
    const answer = k.load(output).func("probe", "int", ["int"])(41);
    if (answer !== 42) throw new Error(`the probe answered ${String(answer)}`);
    return ok("C compiler", `${compiler}: ${version}`);
  } catch (error) {
    const advice = "reinstall it, name another one by the flag cxx, or look at the flag gcc.cxxflags";
    return broken("C compiler", `${compiler}: ${messageOf(error)}`, advice);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function firstLibrary(candidates: readonly string[]): { name: string; library: NativeLibrary } | null {
  const k = koffi();
  if (k === null) return null;
  for (const name of candidates) {
    try {
      return { name, library: k.load(name) };
    } catch {
      // The next one may be there.
    }
  }
  return null;
}

function blasFindings(): Finding[] {
  const flag = config["blas.ldflags"];
  if (flag === "") return [ok("BLAS", "own kernels (flag blas.ldflags is empty)")];
  const found = firstLibrary(blasCandidates(flag));
  const advice =
    "optional: apt install libopenblas0-pthread (Debian), brew install openblas (macOS), or name one by blas.ldflags";
  if (found === null) {
    return [
      missing("BLAS", "no library loads: own kernels are used", advice),
      missing("LAPACK", "no library loads", advice),
    ];
  }
  let name = found.name;
  try {
    name += `: ${String(found.library.func("openblas_get_config", "str", [])())}`;
  } catch {
    // Other libraries have no such question.
  }
  let lapack: Finding;
  try {
    found.library.func("dgetrf_", "void", []);
    lapack = ok("LAPACK", found.name);
  } catch {
    lapack = missing("LAPACK", `${found.name} has none`, advice);
  }
  return [ok("BLAS", `${name} (for large matrix products)`), lapack];
}

function cudaFinding(): Finding {
  const names = process.platform === "win32" ? ["nvcuda.dll"] : ["libcuda.so.1"];
  const found = firstLibrary(names);
  if (found !== null) return ok("CUDA driver", found.name);
  return missing("CUDA driver", `${names[0]!} does not load`, "only for NVIDIA cards: install their driver");
}

function webgpuFinding(): Finding {
  try {
    createRequire(join(process.cwd(), "package.json")).resolve("webgpu");
    return ok("WebGPU", "package webgpu is installed");
  } catch {
    return missing("WebGPU", "package webgpu is not installed", "only for GPUs in Node: npm install webgpu");
  }
}

function cacheFinding(): Finding {
  const warnings: string[] = [];
  const { warn } = console;
  console.warn = (text: string) => warnings.push(text);
  try {
    const cache = new CompileCache(nodeModules()!);
    if (cache.folder === null) throw new Error(warnings.join(" "));
    cache.abandon(cache.beginBuild());
    if (warnings.length > 0) throw new Error(warnings.join(" "));
    const entries = cache.entries();
    const bytes = entries.reduce((sum, e) => sum + e.bytes, 0);
    return ok("compile cache", `${cache.folder}: ${entries.length} programs, ${bytesText(bytes)}`);
  } catch (error) {
    return broken("compile cache", messageOf(error), "make the folder your own and writable, or set base_compiledir");
  } finally {
    console.warn = warn;
  }
}
