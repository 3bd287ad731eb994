/** Modules of programs that were compiled before: a function made again, over other variables, finds its code. */
import { programKey } from "../../codegen/wasm/form.ts";
import { renderProgram, type RenderedProgram, slotsOf, type WasmCapabilities } from "../../codegen/wasm/render.ts";
import type { Program } from "../../ir/node.ts";

/** A program's module, and what its instances need to know. */
export interface ProgramCode extends Omit<RenderedProgram, "bytes"> {
  readonly module: WebAssembly.Module;
}

/** Bytes of code and characters of keys that are kept at most. */
const MOST_KEPT = 16 * 2 ** 20;

export class CodeCache {
  /** The latest used come last. */
  readonly #known = new Map<string, { readonly code: ProgramCode; readonly size: number }>();
  #size = 0;

  /** The code of `program`; `compile` turns bytes into a module where it is not known. */
  find(
    program: Program,
    capabilities: WasmCapabilities,
    compile: (bytes: Uint8Array<ArrayBuffer>) => WebAssembly.Module,
  ): ProgramCode {
    const key = JSON.stringify(capabilities) + programKey(program);
    const known = this.#known.get(key);
    if (known !== undefined) {
      this.#known.delete(key);
      this.#known.set(key, known);
      return { ...known.code, slots: slotsOf(program) };
    }
    const { bytes, ...rendered } = renderProgram(program, capabilities);
    const code: ProgramCode = { ...rendered, module: compile(bytes) };
    this.#keep(key, { ...code, slots: [] }, key.length + bytes.length);
    return code;
  }

  #keep(key: string, code: ProgramCode, size: number): void {
    this.#known.set(key, { code, size });
    this.#size += size;
    for (const [oldest, entry] of this.#known) {
      if (this.#size <= MOST_KEPT) break;
      this.#known.delete(oldest);
      this.#size -= entry.size;
    }
  }
}
