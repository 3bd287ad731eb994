/** What `compile/` needs of a device whose programs work on an arena. */
import type { Buffer, Program, Ref } from "../ir/node.ts";
import type { Arena } from "./wasm/arena.ts";

/** A program in the device's code. */
export interface Executable {
  /** What each 4-byte slot of the argument block holds: the byte offset of a buffer, or a size. */
  readonly slots: readonly (Buffer | Ref)[];
  /** Byte offset of the argument block in the arena. */
  readonly argBlock: number;
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
