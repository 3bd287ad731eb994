/** Programs as C, compiled by the system's compiler and called in process; values lie in the same arena as those of WebAssembly. */
import { config } from "../../config/config.ts";
import { DeviceError } from "../../errors.ts";
import type { Program } from "../../ir/node.ts";
import { C_FLAGS, renderC, type RenderedC } from "../../codegen/c/render.ts";
import type { Executable, LentArray, ProgramDevice } from "../device.ts";
import { threadBudget } from "../threads/budget.ts";
import type { Arena } from "../wasm/arena.ts";
import { Builder, type BackgroundBuild, type Unit } from "./builder.ts";
import { findCompiler, hasMultiplyAdd } from "./compiler.ts";
import { loadKoffi, type Koffi } from "./koffi.ts";
import { nodeModules } from "./node.ts";
import { SupportLibrary } from "./support.ts";

/** Why there is no native target here, or null. */
export function whyNotNative(): string | null {
  const node = nodeModules();
  if (node === null) return "this is not Node";
  if (loadKoffi(node) === null) return "the package koffi is not installed (npm install koffi)";
  return findCompiler(node) === null ? "no C compiler was found (cc, gcc, clang, or the flag cxx)" : null;
}

/** A program that may not be compiled yet. */
export interface PendingProgram {
  readonly name: string;
  /** The program's call on an argument block at `argBlock`; null while the compiler is at work. Throws when that failed. */
  poll(argBlock: number): NativeCall | null;
}

/** What runs a native program: 0, or the code of a failure. */
export interface NativeCall {
  run(): number;
  readonly lend: NonNullable<Executable["lend"]>;
  free(): void;
}

/** Bytes of the structure that a call points to: the arena, the argument block, the support table, the number of workers; then where inputs are lent. */
const CALL_BYTES = 32;
/** Vectors are read past the end of an array, up to so many bytes; what lies on the same page can be read. */
const READ_PAST = 512;
const PAGE = 4096;

export class NativeDevice implements ProgramDevice {
  readonly name = "c";
  readonly arena: Arena;
  readonly support: SupportLibrary;
  readonly #koffi: Koffi;
  readonly #builder: Builder;
  readonly #fuses: boolean;

  /** @throws DeviceError that says what is missing */
  constructor(arena: Arena) {
    const why = whyNotNative();
    if (why !== null) throw new DeviceError(`Linker "c" cannot be used: ${why}. Linker "wasm" needs nothing.`);
    this.arena = arena;
    const node = nodeModules()!;
    this.#koffi = loadKoffi(node)!;
    this.#builder = new Builder(node, this.#koffi, findCompiler(node)!);
    this.#fuses = hasMultiplyAdd(node);
    this.support = new SupportLibrary(this.#koffi, this.#builder);
  }

  compile(program: Program): Executable {
    const { arena } = this;
    const { source, slots, lent, usesSupport } = this.#render(program);
    const workers = threadBudget();
    if (usesSupport) this.support.load();
    const unit: Unit = { name: program.name, source, flags: C_FLAGS };
    const argBlock = arena.allocate(slots.length * 4, program.name);
    const call = this.#builder.build(unit, (path) => this.#load(path, argBlock, lent, usesSupport ? workers : 0));
    return {
      name: this.name,
      source,
      slots,
      argBlock,
      workers,
      lend: call.lend,
      run: call.run,
      free: () => {
        call.free();
        arena.free(argBlock);
      },
    };
  }

  #render(program: Program): RenderedC {
    return renderC(program, { fuses: this.#fuses && !config.deterministic });
  }

  /** A program that is loaded from the cache, or compiled in the background. */
  begin(program: Program, workers: number): PendingProgram {
    const { source, lent, usesSupport } = this.#render(program);
    const unit: Unit = { name: program.name, source, flags: C_FLAGS };
    let build: BackgroundBuild | null = null;
    return {
      name: program.name,
      poll: (argBlock) => {
        const mayLoad = !usesSupport || this.support.isReady();
        let call: NativeCall | null = null;
        const load = (path: string): void => {
          call = this.#load(path, argBlock, lent, usesSupport ? workers : 0);
        };
        if (build === null) {
          const known = this.#builder.find(unit);
          if (known === null) build = this.#builder.start(unit);
          else if (mayLoad) load(known);
        } else if (mayLoad) build.poll(load);
        return call;
      },
    };
  }

  /** `workers` 0: a program that needs nothing of the support library. */
  #load(path: string, argBlock: number, lent: readonly number[], workers: number): NativeCall {
    const { arena } = this;
    const f = this.#koffi.load(path).func("theano_run", "int", ["int64"]) as (call: number | bigint) => number;
    const at = arena.allocate(CALL_BYTES + 8 * lent.length, "calls of native programs");
    // The memory stays where it is when it grows.
    const base = this.#koffi.address(arena.views.u8);
    const words = arena.views.u64;
    words[at / 8] = base;
    words[at / 8 + 1] = base + BigInt(argBlock);
    words[at / 8 + 2] = workers === 0 ? 0n : this.support.table(workers);
    words[at / 8 + 3] = BigInt(workers);
    words.fill(0n, (at + CALL_BYTES) / 8, (at + CALL_BYTES) / 8 + lent.length);
    const address = Number(base) + at;
    return {
      run: () => f(address),
      lend: (slot, array) => {
        const where = array === null ? 0 : this.#readableAt(array);
        arena.views.u64[(at + CALL_BYTES) / 8 + lent.indexOf(slot)] = BigInt(where);
        return where !== 0;
      },
      free: () => arena.free(at),
    };
  }

  /** The address of an array that may be read a little past its end, else 0. */
  #readableAt({ data, offset, bytes }: LentArray): number {
    const start = Number(this.#koffi.address(data)) + offset;
    const end = (start + bytes) % PAGE;
    return end !== 0 && PAGE - end >= READ_PAST ? start : 0;
  }
}
