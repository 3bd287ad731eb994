/** Programs as C, compiled by the system's compiler and called in process; values lie in the same arena as those of WebAssembly. */
import { DeviceError } from "../../errors.ts";
import type { Program } from "../../ir/node.ts";
import { renderC } from "../../codegen/c/render.ts";
import type { Executable, ProgramDevice } from "../device.ts";
import type { Arena } from "../wasm/arena.ts";
import { CompileCache } from "./cache.ts";
import { compilerIdentity, compileShared, extraFlags, findCompiler } from "./compiler.ts";
import { nodeModules, type NodeModules } from "./node.ts";

/** `theano_run(arena, args)`. */
type NativeFunction = (...args: unknown[]) => number;

/** What of the package koffi is used. */
interface Koffi {
  load(path: string): { func(name: string, result: string, parameters: readonly string[]): NativeFunction };
}

/** Why there is no native target here, or null. */
export function whyNotNative(): string | null {
  const node = nodeModules();
  if (node === null) return "this is not Node";
  if (loadKoffi(node) === null) return "the package koffi is not installed (npm install koffi)";
  return findCompiler(node) === null ? "no C compiler was found (cc, gcc, clang, or the flag cxx)" : null;
}

function loadKoffi(node: NodeModules): Koffi | null {
  try {
    return node.module.createRequire(import.meta.url)("koffi") as Koffi;
  } catch {
    return null;
  }
}

export class NativeDevice implements ProgramDevice {
  readonly name = "c";
  readonly arena: Arena;
  readonly #node: NodeModules;
  readonly #koffi: Koffi;
  readonly #compiler: string;
  readonly #identity: readonly string[];
  readonly #cache: CompileCache;

  /** @throws DeviceError that says what is missing */
  constructor(arena: Arena) {
    const why = whyNotNative();
    if (why !== null) throw new DeviceError(`Linker "c" cannot be used: ${why}. Linker "wasm" needs nothing.`);
    this.arena = arena;
    this.#node = nodeModules()!;
    this.#koffi = loadKoffi(this.#node)!;
    this.#compiler = findCompiler(this.#node)!;
    this.#identity = compilerIdentity(this.#node, this.#compiler);
    this.#cache = new CompileCache(this.#node);
  }

  compile(program: Program): Executable {
    const { source, slots } = renderC(program);
    const { arena } = this;
    const load = (path: string): NativeFunction =>
      this.#koffi.load(path).func("theano_run", "int", ["void *", "void *"]);
    const key = this.#cache.key([source, ...this.#identity, ...extraFlags()]);
    const known = this.#cache.find(key);
    const run =
      known !== null
        ? load(known)
        : this.#cache.store(key, (output) => compileShared(this.#node, this.#compiler, source, output), load);
    const argBlock = arena.allocate(slots.length * 4, program.name);
    const first = argBlock / 4;
    // Views of the arena go by address; the memory stays where it is when it grows.
    return {
      slots,
      argBlock,
      run: () => run(arena.views.u8, arena.views.i32.subarray(first, first + slots.length)),
      free: () => arena.free(argBlock),
    };
  }
}
