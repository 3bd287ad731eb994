/** A device that interprets programs: every load and store is checked to lie inside its buffer. */
import type { Executable, ProgramDevice } from "../../src/runtime/device.ts";
import { evaluateExpr, evaluateSizes } from "../../src/ir/evaluate.ts";
import { interpret, storageFor, type Storage } from "../../src/ir/interpret.ts";
import type { Buffer, Program, Ref } from "../../src/ir/node.ts";
import type { ScalarValue } from "../../src/ir/scalarInstructions.ts";
import { verifyProgram } from "../../src/ir/verify.ts";
import { Arena } from "../../src/runtime/wasm/arena.ts";

export class InterpreterDevice implements ProgramDevice {
  readonly name = "interpreter";
  readonly arena: Arena = new Arena();
  /** Programs compiled so far. */
  readonly programs: Program[] = [];

  compile(program: Program): Executable {
    verifyProgram(program);
    this.programs.push(program);
    const slots: (Buffer | Ref)[] = [...program.buffers, ...program.sizes.map((s) => s.ref)];
    const argBlock = this.arena.allocate(slots.length * 4, "arguments");
    return {
      name: this.name,
      workers: 1,
      slots,
      argBlock,
      run: () => this.#run(program, slots, argBlock),
      free: () => this.arena.free(argBlock),
    };
  }

  #run(program: Program, slots: readonly (Buffer | Ref)[], argBlock: number): number {
    const { i32 } = this.arena.views;
    const values = new Map<Ref, ScalarValue>();
    for (const [i, x] of slots.entries()) if (x.kind === "ref") values.set(x, i32[argBlock / 4 + i]!);
    const sizes = new Map<Ref, number>();
    for (const { ref, value } of program.sizes) if (value === null) sizes.set(ref, Number(values.get(ref)));
    evaluateSizes(program, values);
    const storage = new Map<Buffer, Storage>();
    for (const [i, x] of slots.entries()) {
      if (x.kind !== "buffer") continue;
      const count = Number(evaluateExpr(x.size, values));
      const Kind = storageFor(x.type, 0).constructor as new (b: ArrayBufferLike, o: number, n: number) => Storage;
      storage.set(x, new Kind(this.arena.memory.buffer, i32[argBlock / 4 + i]!, count));
    }
    return interpret(program, storage, sizes);
  }
}
