/** The WebAssembly device: one arena, a module per kind of matrix product, one module per program. */
import { config } from "../../config/config.ts";
import { CompileError } from "../../errors.ts";
import type { Program } from "../../ir/node.ts";
import { instruction, type InstructionName } from "../../ir/scalarInstructions.ts";
import { GEMM_SCRATCH_BYTES } from "../../codegen/wasm/gemm/shape.ts";
import { gemmModules } from "../../codegen/wasm/gemm/modules.ts";
import type { Executable, ProgramDevice } from "../device.ts";
import { Arena, type ArenaOptions } from "./arena.ts";
import { CodeCache } from "./codeCache.ts";
import { mayShareMemory } from "../threads/startWorker.ts";
import { threadBudget } from "../threads/budget.ts";
import { type Product, WasmPool } from "../threads/wasmPool.ts";
import { hasRelaxedSimd } from "./features.ts";
import { ParallelLoops } from "./parallelLoops.ts";
import { withSharedMemory } from "./sharedMemory.ts";

type HostFunction = (...args: number[]) => number;

/** The matrix product of a type: as programs call it, and as several threads do it together. */
interface ProductCode {
  readonly alone: Product;
  readonly together: Product;
}

export class WasmDevice implements ProgramDevice {
  readonly name = "wasm";
  readonly arena: Arena;
  readonly #codes = new CodeCache();
  readonly #products = new Map<string, ProductCode>();
  readonly pool: WasmPool;
  /** Places for packed blocks, one for each worker. */
  readonly #scratch: number[] = [];

  constructor(options: Pick<ArenaOptions, "whenLarge"> = {}) {
    this.arena = new Arena({ ...options, shared: mayShareMemory() });
    this.pool = new WasmPool(this.arena);
  }

  compile(program: Program): Executable {
    const { arena } = this;
    const workers = arena.isShared ? threadBudget() : 1;
    const capabilities = { sharedMemory: arena.isShared, threads: workers > 1 };
    const rendered = this.#codes.find(program, capabilities, (bytes) => moduleOf(bytes, program.name));
    const { module } = rendered;
    const imports: Record<string, WebAssembly.ImportValue> = { memory: arena.memory };
    const frameStride = Math.ceil(rendered.frameBytes / 64) * 64;
    const argBlock = arena.allocate(frameStride * workers, program.name);
    const parallel = new ParallelLoops(arena, this.pool, program, rendered, {
      module,
      argBlock,
      frameStride,
      workers,
    });
    // Functions of the host are on this thread alone.
    const usesHost = rendered.imports.some((name) => name.startsWith("host:"));
    for (const name of rendered.imports) {
      imports[name] = name === "parallel" ? (usesHost ? () => 0 : parallel.run) : this.#import(name, workers);
    }
    const { exports } = new WebAssembly.Instance(module, { env: imports });
    parallel.exports = exports;
    const main = exports["main"] as (frame: number) => number;
    return {
      name: this.name,
      slots: rendered.slots,
      argBlock,
      workers,
      run: () => main(argBlock),
      free: () => {
        parallel.free();
        arena.free(argBlock);
      },
    };
  }

  #import(name: string, workers: number): WebAssembly.ImportValue {
    if (name.startsWith("gemm_")) return this.#product(name, 1).alone;
    if (name.startsWith("parallel_gemm_")) return this.#product(name.slice("parallel_".length), workers).together;
    if (name.startsWith("host:")) return instruction(name.slice(5) as InstructionName).reference as HostFunction;
    throw new CompileError(`The WebAssembly target has no function ${name}.`);
  }

  #scratchOf(worker: number): number {
    return (this.#scratch[worker] ??= this.arena.allocate(GEMM_SCRATCH_BYTES, "matrix products"));
  }

  /** The matrix product of a type is compiled once, when a program first needs it. */
  #product(name: string, workers: number): ProductCode {
    const key = `${name} ${workers}`;
    const known = this.#products.get(key);
    if (known !== undefined) return known;
    const { arena } = this;
    const fma = !config.deterministic && hasRelaxedSimd();
    const plain = decode(gemmModules[fma ? `${name}_fma` : name]!);
    const module = moduleOf(arena.isShared ? withSharedMemory(plain) : plain, name);
    const env = { memory: arena.memory, scratch: this.#scratchOf(0) };
    const alone = new WebAssembly.Instance(module, { env }).exports[name] as Product;
    let id = 0;
    const bytes = name === "gemm_f32" ? 4 : 8;
    const together = (...operands: number[]): void => {
      const [m, n, k] = operands as [number, number, number];
      if (workers > 1 && this.pool.hasStarted(workers, m * n * k)) {
        if (id === 0) id = this.pool.add(module, (worker) => this.#scratchOf(worker));
        if (this.pool.runProduct(id, alone, operands, bytes, workers)) return;
      }
      alone(...operands);
    };
    const made = { alone, together };
    this.#products.set(key, made);
    return made;
  }
}

function decode(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

function moduleOf(bytes: Uint8Array<ArrayBuffer>, name: string): WebAssembly.Module {
  try {
    return new WebAssembly.Module(bytes);
  } catch (error) {
    throw new CompileError(
      `The code of ${name} was refused by the WebAssembly engine: ${error instanceof Error ? error.message : String(error)}. ` +
        'Use linker "reference" for this function, and report it.',
    );
  }
}
