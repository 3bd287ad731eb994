/**
 * Linker `auto`: a program starts on WebAssembly at once; when it has turned out to be worth it, C compiles in the background, and a later call
 * changes over. Nothing here waits for an event, so that a loop that never returns to the event loop changes over too.
 */
import type { Program } from "../ir/node.ts";
import type { Executable, LentArray, ProgramDevice } from "./device.ts";
import type { NativeDevice, PendingProgram } from "./native/device.ts";
import { threadBudget } from "./threads/budget.ts";
import type { Arena } from "./wasm/arena.ts";

/** Milliseconds that a program must have run, and that a call must take, before a compiler is started for it. */
const WORTH_TOTAL = 1;
const WORTH_CALL = 0.003;
/** So many calls are timed; later ones only now and then, since asking for the time is not free. */
const TIMED_CALLS = 32;
const TIMED_EVERY = 64;
/** Pauses between looks for the finished object, in milliseconds. */
const FIRST_PAUSE = 20;
const LONGEST_PAUSE = 320;

export class TieredDevice implements ProgramDevice {
  readonly name = "auto";
  readonly arena: Arena;
  readonly #first: ProgramDevice;
  readonly #native: () => NativeDevice | null;

  /** `native` is asked for when the first program is worth compiling; null where there is none. */
  constructor(first: ProgramDevice, native: () => NativeDevice | null) {
    this.arena = first.arena;
    this.#first = first;
    this.#native = native;
  }

  compile(program: Program): Executable {
    return new TieredExecutable(program, this.#first.compile(program), this.#native);
  }
}

class TieredExecutable implements Executable {
  readonly slots: Executable["slots"];
  readonly argBlock: number;
  readonly workers: number;
  /** Replaced from stage to stage. */
  run: () => number;
  readonly #program: Program;
  readonly #first: Executable;
  readonly #native: () => NativeDevice | null;
  #name: string;
  #calls = 0;
  #spent = 0;
  #freeNative: () => void = () => {};
  #lend: NonNullable<Executable["lend"]> = () => false;

  constructor(program: Program, first: Executable, native: () => NativeDevice | null) {
    this.#program = program;
    this.#first = first;
    this.#native = native;
    this.#name = first.name;
    this.slots = first.slots;
    this.argBlock = first.argBlock;
    this.workers = Math.max(first.workers, threadBudget());
    this.run = () => this.#timed();
  }

  get name(): string {
    return this.#name;
  }

  /** Only the second tier reads outside of the arena. */
  lend(slot: number, array: LentArray | null): boolean {
    return this.#lend(slot, array);
  }

  free(): void {
    this.run = () => 0;
    this.#freeNative();
    this.#first.free();
  }

  #timed(): number {
    const calls = ++this.#calls;
    if (calls > TIMED_CALLS && calls % TIMED_EVERY !== 0) return this.#first.run();
    const start = performance.now();
    const code = this.#first.run();
    const duration = performance.now() - start;
    this.#spent += calls > TIMED_CALLS ? duration * TIMED_EVERY : duration;
    if (calls > 1 && this.#spent >= WORTH_TOTAL && duration >= WORTH_CALL) this.#begin();
    return code;
  }

  #begin(): void {
    this.run = () => this.#first.run();
    const device = this.#native();
    if (device === null) return;
    this.#attempt(() => {
      const pending = device.begin(this.#program, this.workers);
      if (!this.#changeOver(pending)) this.#look(pending);
    });
  }

  /** Runs on the first tier, and looks for the other one after growing pauses. */
  #look(pending: PendingProgram): void {
    let pause = FIRST_PAUSE;
    let next = performance.now() + pause;
    this.run = () => {
      const now = performance.now();
      if (now >= next) {
        this.#attempt(() => this.#changeOver(pending));
        pause = Math.min(LONGEST_PAUSE, pause * 1.5);
        next = now + pause;
        if (this.#name !== this.#first.name) return this.run();
      }
      return this.#first.run();
    };
  }

  #changeOver(pending: PendingProgram): boolean {
    const call = pending.poll(this.argBlock);
    if (call === null) return false;
    this.#name = "c";
    this.run = call.run;
    this.#lend = call.lend;
    this.#freeNative = call.free;
    return true;
  }

  /** What fails leaves the program where it is. */
  #attempt(body: () => void): void {
    try {
      body();
    } catch (error) {
      this.run = () => this.#first.run();
      warnOnce(error);
    }
  }
}

let isWarned = false;

function warnOnce(error: unknown): void {
  if (isWarned) return;
  isWarned = true;
  const what = error instanceof Error ? error.message : String(error);
  console.warn(
    `theano: a program stays on WebAssembly: ${what}\nSet config.tiering = false or linker "wasm" to stop trying.`,
  );
}
