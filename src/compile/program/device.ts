/** What the linker needs of a device with an arena. */
import type { Buffer, Program, Ref } from "../../ir/node.ts";
import type { Arena } from "../../runtime/wasm/arena.ts";

/** A program in the device's code. */
export interface Executable {
  /** What each 4-byte slot of the argument block holds: the byte offset of a buffer, or a size. */
  readonly slots: readonly (Buffer | Ref)[];
  /** Byte offset of the argument block in the arena. */
  readonly argBlock: number;
  /** 0, or the code of a failure. */
  run(): number;
}

export interface ProgramDevice {
  readonly arena: Arena;
  compile(program: Program): Executable;
}
