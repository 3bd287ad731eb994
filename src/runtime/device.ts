/** What `compile/` needs of a device whose programs work on an arena. */
import type { Buffer, Program, Ref } from "../ir/node.ts";
import type { Arena } from "./wasm/arena.ts";

/** Elements one after the other in memory of the caller. */
export interface LentArray {
  readonly data: ArrayBufferView;
  /** Bytes from the start of `data`. */
  readonly offset: number;
  readonly bytes: number;
}

/** A program in the device's code. */
export interface Executable {
  /** The target whose code runs at present. */
  readonly name: string;
  /** The program as text, where it is compiled from text. */
  readonly source?: string;
  /** What each 4-byte slot of the argument block holds: the byte offset of a buffer, or a size. */
  readonly slots: readonly (Buffer | Ref)[];
  /** Byte offset of the argument block in the arena. */
  readonly argBlock: number;
  /** How many workers its parallel loops have at most: buffers that are `perWorker` lie there so many times, each at a multiple of 64 bytes. */
  readonly workers: number;
  /**
   * Lets the program read an input where the caller has it instead of from the arena, until told otherwise; `null`: from the arena again. False
   * when it has to be in the arena.
   */
  readonly lend?: (slot: number, array: LentArray | null) => boolean;
  /** 0, or the code of a failure. */
  run(): number;
  /** Gives the argument block back; `run` must not be called any more. */
  free(): void;
}

export interface ProgramDevice {
  readonly name: string;
  readonly arena: Arena;
  compile(program: Program): Executable;
}
