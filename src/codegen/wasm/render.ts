/** Programs as WebAssembly modules. */
import type { Buffer, Program, Ref } from "../../ir/node.ts";
import { FrameLayout } from "./frame.ts";
import { Helpers } from "./helpers.ts";
import { KernelWriter } from "./kernels.ts";
import { legalize } from "./legalize.ts";
import { ModuleBuilder } from "./moduleBuilder.ts";

/** A module with one exported function `main(frame)`, which returns 0 or the code of a failure. */
export interface RenderedProgram {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** What each 4-byte slot at the beginning of the frame holds. */
  readonly slots: readonly (Buffer | Ref)[];
  readonly frameBytes: number;
  /** Names of the functions that the module wants: `gemm_f32`, `gemm_f64`, `host:<instruction>`, and with threads `parallel`, `parallel_gemm_f32`, `parallel_gemm_f64`. */
  readonly imports: readonly string[];
}

/** What the memory and the host offer. */
export interface WasmCapabilities {
  readonly sharedMemory: boolean;
  /** Large loops and products go through the imports `parallel` and `parallel_gemm_*`, which may share them out. */
  readonly threads: boolean;
}

export function renderProgram(
  program: Program,
  { sharedMemory, threads }: WasmCapabilities = { sharedMemory: false, threads: false },
): RenderedProgram {
  const legal = legalize(program);
  const args = [...legal.bases, ...legal.sizes];
  const frame = new FrameLayout(args);
  const module = new ModuleBuilder({ sharedMemory });
  const kernels = new KernelWriter(legal.b, module, new Helpers(module, threads), frame);
  module.export(kernels.main(legal.body, args));
  return {
    bytes: module.bytes(),
    slots: slotsOf(program),
    frameBytes: frame.size,
    imports: module.imports,
  };
}

/** What each 4-byte slot at the beginning of a program's frame holds. */
export function slotsOf({ buffers, sizes }: Program): (Buffer | Ref)[] {
  return [...buffers, ...sizes.map((size) => size.ref)];
}
