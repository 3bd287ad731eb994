/**
 * Workers that share the arena with the main thread and take over parts of its loops and matrix products. The main thread works too, and alone as long as
 * the workers are not ready; it never blocks, since a browser's main thread may not.
 */
import { InternalError } from "../../errors.ts";
import type { Arena } from "../wasm/arena.ts";
import { CONTROL, MOST_WORKERS } from "./control.ts";
import { startWorker, type StartedWorker } from "./startWorker.ts";
import { WORKER_SCRIPT } from "./workerScript.ts";

/** A kernel of a program: rounds `start` to `end` on a frame. */
export type Kernel = (frame: number, start: number, end: number) => number;

/** A matrix product on offsets and strides; 14 operands. */
export type Product = (...operands: number[]) => void;

/** Additions that must have been done in loops large enough for threads before workers are started: starting them takes a while. */
const WORTH_STARTING = 3e8;
/** Parts of a product for each worker, so that one that is interrupted does not hold up the others. */
const PARTS = 4;
/** Rows or columns of a part come in multiples of this, and at least so many: fewer would be computed another way, to other bits. */
const PART_UNIT = 64;

export class WasmPool {
  readonly #arena: Arena;
  #workers: StartedWorker[] = [];
  #control = 0;
  #words = new Int32Array(0);
  #numbers = new Float64Array(0);
  #modules = 0;
  #seenWork = 0;
  #isBroken = false;
  /** Jobs that several threads did together. */
  jobs = 0;

  constructor(arena: Arena) {
    this.#arena = arena;
  }

  /** Starts workers when there was enough to do for `count` threads; false as long as there was not, or where there are none. */
  hasStarted(count: number, work: number): boolean {
    if (this.#isBroken) return false;
    if (this.#workers.length >= count - 1) return count > 1;
    this.#seenWork += work;
    if (this.#seenWork < WORTH_STARTING || this.#workers.length > 0) return this.#workers.length > 0;
    try {
      this.#start(Math.min(count, MOST_WORKERS) - 1);
    } catch {
      // A page may forbid workers: one thread does it all.
      this.#isBroken = true;
    }
    return this.#workers.length > 0;
  }

  #start(count: number): void {
    this.#control = this.#arena.allocate(CONTROL.words * 4, "worker threads");
    const { buffer } = this.#arena.memory;
    this.#words = new Int32Array(buffer, this.#control, CONTROL.words).fill(0);
    this.#numbers = new Float64Array(buffer, this.#control, CONTROL.words / 2);
    for (let index = 1; index <= count; index++) {
      const worker = startWorker(WORKER_SCRIPT, () => (this.#isBroken = true));
      worker.post({ memory: this.#arena.memory, control: this.#control, index });
      this.#workers.push(worker);
    }
  }

  /** Gives a module to all workers; its number. */
  add(module: WebAssembly.Module, scratch: (worker: number) => number = () => 0): number {
    const id = ++this.#modules;
    this.#workers.forEach((worker, i) => worker.post({ id, module, scratch: scratch(i + 1) }));
    return id;
  }

  /** Lets all workers drop a module. */
  forget(id: number): void {
    for (const worker of this.#workers) worker.post({ forget: id });
  }

  /** How many threads can run a module now, this one among them. */
  #ready(id: number, threads: number): number {
    let count = 1;
    while (count < threads && count <= this.#workers.length) {
      if (Atomics.load(this.#words, CONTROL.ready + count) < id) break;
      count++;
    }
    return count;
  }

  /** Rounds 0 to `end` of a kernel; `frameOf` prepares the frame of a worker and says where it is. False: nothing was done. */
  runKernel(
    id: number,
    number: number,
    kernel: Kernel,
    end: number,
    chunk: number,
    threads: number,
    frame: { readonly base: number; readonly stride: number; prepare(workers: number): void },
  ): boolean {
    const working = this.#ready(id, threads);
    if (working < 2) return false;
    frame.prepare(working);
    const w = this.#words;
    w[CONTROL.kernel] = number;
    w[CONTROL.frame] = frame.base;
    w[CONTROL.frameStride] = frame.stride;
    this.#run(id, end, chunk, working, (start, stop) => kernel(frame.base, start, stop));
    return true;
  }

  /** A matrix product, rows or columns of the result being handed out. False: nothing was done. */
  runProduct(id: number, product: Product, operands: readonly number[], bytes: number, threads: number): boolean {
    const working = this.#ready(id, threads);
    const [m, n] = operands as [number, number];
    const byRows = m >= n;
    const size = byRows ? m : n;
    if (working < 2 || size < 2 * PART_UNIT) return false;
    // The last part must not be a narrow one.
    const chunk = Math.max(1, Math.round(size / (working * PARTS * PART_UNIT))) * PART_UNIT;
    const rest = size % chunk;
    const end = rest > 0 && rest < PART_UNIT ? size - rest - chunk : size;
    const w = this.#words;
    w[CONTROL.kernel] = -1;
    w[CONTROL.byRows] = byRows ? 1 : 0;
    w[CONTROL.elementBytes] = bytes;
    this.#numbers.set(operands, CONTROL.product);
    const part = (from: number, to: number): void => product(...partOf(operands, byRows, from, to, bytes));
    if (end > 0) this.#run(id, end, chunk, working, part);
    if (end < size) part(end, size);
    return true;
  }

  #run(id: number, end: number, chunk: number, working: number, body: (start: number, stop: number) => void): void {
    const w = this.#words;
    this.jobs++;
    w[CONTROL.module] = id;
    w[CONTROL.end] = end;
    w[CONTROL.chunk] = chunk;
    w[CONTROL.working] = working;
    Atomics.store(w, CONTROL.next, 0);
    Atomics.store(w, CONTROL.isOpen, 1);
    Atomics.add(w, CONTROL.generation, 1);
    for (let i = 1; i < working; i++) {
      if (Atomics.exchange(w, CONTROL.sleeping + i, 0) === 1) this.#workers[i - 1]!.post({});
    }
    for (let at = Atomics.add(w, CONTROL.next, chunk); at < end; at = Atomics.add(w, CONTROL.next, chunk)) {
      body(at, Math.min(end, at + chunk));
    }
    Atomics.store(w, CONTROL.isOpen, 0);
    while (Atomics.load(w, CONTROL.inside) > 0) {
      // Their last parts are as short as ours.
    }
    if (Atomics.exchange(w, CONTROL.failed, 0) === 1) {
      throw new InternalError(
        "a worker thread could not do its part of a loop; config.openmp = false does without them",
      );
    }
  }
}

/** Operands of the rows or columns from..to of a product; strides count elements. The worker's script has the same. */
function partOf(g: readonly number[], byRows: boolean, from: number, to: number, bytes: number): number[] {
  const p = g.slice();
  if (byRows) {
    p[0] = to - from;
    p[3]! += from * g[4]! * bytes;
    p[9]! += from * g[10]! * bytes;
  } else {
    p[1] = to - from;
    p[6]! += from * g[8]! * bytes;
    p[9]! += from * g[11]! * bytes;
  }
  return p;
}
