/** The WebAssembly device: one arena, a module per kind of matrix product, one module per program. */
import { config } from "../../config/config.ts";
import { CompileError } from "../../errors.ts";
import type { Program } from "../../ir/node.ts";
import { instruction, type InstructionName } from "../../ir/scalarInstructions.ts";
import { GEMM_SCRATCH_BYTES } from "../../codegen/wasm/gemm/shape.ts";
import { gemmModules } from "../../codegen/wasm/gemm/modules.ts";
import { renderProgram } from "../../codegen/wasm/render.ts";
import type { Executable, ProgramDevice } from "../device.ts";
import { Arena } from "./arena.ts";
import { hasRelaxedSimd } from "./features.ts";

type HostFunction = (...args: number[]) => number;

export class WasmDevice implements ProgramDevice {
  readonly name = "wasm";
  readonly arena: Arena = new Arena();
  readonly #products = new Map<string, WebAssembly.ImportValue>();
  #scratch = -1;

  compile(program: Program): Executable {
    const rendered = renderProgram(program);
    const { arena } = this;
    const imports: Record<string, WebAssembly.ImportValue> = { memory: arena.memory };
    for (const name of rendered.imports) imports[name] = this.#import(name);
    const instance = new WebAssembly.Instance(moduleOf(rendered.bytes, program.name), { env: imports });
    const main = instance.exports["main"] as (frame: number) => number;
    const argBlock = arena.allocate(rendered.frameBytes, program.name);
    return {
      name: this.name,
      slots: rendered.slots,
      argBlock,
      workers: 1,
      run: () => main(argBlock),
      free: () => arena.free(argBlock),
    };
  }

  #import(name: string): WebAssembly.ImportValue {
    if (name.startsWith("gemm_")) return this.#gemm(name);
    if (name.startsWith("host:")) return instruction(name.slice(5) as InstructionName).reference as HostFunction;
    throw new CompileError(`The WebAssembly target has no function ${name}.`);
  }

  /** The matrix product of a type is compiled once, when a program first needs it. */
  #gemm(name: string): WebAssembly.ImportValue {
    const known = this.#products.get(name);
    if (known !== undefined) return known;
    if (this.#scratch < 0) this.#scratch = this.arena.allocate(GEMM_SCRATCH_BYTES, "matrix products");
    const fma = !config.deterministic && hasRelaxedSimd();
    const bytes = decode(gemmModules[fma ? `${name}_fma` : name]!);
    const instance = new WebAssembly.Instance(moduleOf(bytes, name), {
      env: { memory: this.arena.memory, scratch: this.#scratch },
    });
    const product = instance.exports[name] as WebAssembly.ImportValue;
    this.#products.set(name, product);
    return product;
  }
}

function decode(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
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
