/** The loops of one program that several threads may share: each worker has a frame of its own, with row buffers of its own. */
import type { RenderedProgram } from "../../codegen/wasm/render.ts";
import { evaluateExpr } from "../../ir/evaluate.ts";
import { type Buffer, BYTES, type Program, type Ref } from "../../ir/node.ts";
import type { ScalarValue } from "../../ir/scalarInstructions.ts";
import type { Kernel, WasmPool } from "../threads/wasmPool.ts";
import type { Arena } from "./arena.ts";

interface Placement {
  readonly module: WebAssembly.Module;
  readonly argBlock: number;
  readonly frameStride: number;
  readonly workers: number;
}

export class ParallelLoops {
  readonly #arena: Arena;
  readonly #pool: WasmPool;
  readonly #place: Placement;
  readonly #frameBytes: number;
  /** Row buffers with their slots in the frame. */
  readonly #rows: readonly { readonly buffer: Buffer; readonly slot: number }[];
  readonly #sizes: readonly { readonly ref: Ref; readonly slot: number }[];
  #module = 0;
  /** Of the instance on this thread, which is made after the functions that it imports. */
  exports: WebAssembly.Exports = {};
  /** The import `parallel` of the program. */
  readonly run: (kernel: number, frame: number, end: number, chunk: number, work: number) => number;

  constructor(
    arena: Arena,
    pool: WasmPool,
    program: Program,
    rendered: Pick<RenderedProgram, "slots" | "frameBytes">,
    place: Placement,
  ) {
    this.#arena = arena;
    this.#pool = pool;
    this.#place = place;
    this.#frameBytes = rendered.frameBytes;
    const slots = new Map(rendered.slots.map((x, slot) => [x, slot]));
    const rows = program.buffers.filter((b) => b.perWorker === true);
    this.#rows = rows.map((buffer) => ({ buffer, slot: slots.get(buffer)! }));
    this.#sizes = rows.length === 0 ? [] : program.sizes.map(({ ref }) => ({ ref, slot: slots.get(ref)! }));
    this.run = (kernel, frame, end, chunk, work) => (this.#run(kernel, frame, end, chunk, work) ? 1 : 0);
  }

  /** Workers need not keep the program any longer. */
  free(): void {
    if (this.#module !== 0) this.#pool.forget(this.#module);
    this.#module = 0;
  }

  #run(number: number, base: number, end: number, chunk: number, work: number): boolean {
    const { workers, frameStride, module } = this.#place;
    if (!this.#pool.hasStarted(workers, work)) return false;
    if (this.#module === 0) this.#module = this.#pool.add(module);
    const kernel = this.exports[`kernel${number}`] as Kernel;
    const frame = { base, stride: frameStride, prepare: (count: number) => this.#prepare(base, count) };
    return this.#pool.runKernel(this.#module, number, kernel, end, chunk, workers, frame);
  }

  /** Copies the frame for the other workers and gives each its row buffers. */
  #prepare(base: number, count: number): void {
    const { u8, i32 } = this.#arena.views;
    const { frameStride } = this.#place;
    for (let w = 1; w < count; w++) u8.copyWithin(base + w * frameStride, base, base + this.#frameBytes);
    if (this.#rows.length === 0) return;
    const values = new Map<Ref, ScalarValue>(this.#sizes.map(({ ref, slot }) => [ref, i32[base / 4 + slot]!]));
    for (const { buffer, slot } of this.#rows) {
      const bytes = Number(evaluateExpr(buffer.size, values)) * BYTES[buffer.type];
      const stride = Math.ceil(bytes / 64) * 64;
      const first = i32[base / 4 + slot]!;
      for (let w = 1; w < count; w++) i32[(base + w * frameStride) / 4 + slot] = first + w * stride;
    }
  }
}
