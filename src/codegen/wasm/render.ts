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
  /** Names of the functions that the module wants: `gemm_f32`, `gemm_f64`, `host:<instruction>`. */
  readonly imports: readonly string[];
}

export function renderProgram(program: Program): RenderedProgram {
  const legal = legalize(program);
  const args = [...legal.bases, ...legal.sizes];
  const frame = new FrameLayout(args);
  const module = new ModuleBuilder();
  const kernels = new KernelWriter(legal.b, module, new Helpers(module), frame);
  module.export(kernels.main(legal.body, args));
  return {
    bytes: module.bytes(),
    slots: [...program.buffers, ...program.sizes.map((size) => size.ref)],
    frameBytes: frame.size,
    imports: module.imports,
  };
}
