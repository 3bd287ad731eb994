/** Runs one program: sizes, storage, arguments in, results out. What depends on sizes is kept as long as they stay. */
import { NdArray } from "../../array/ndArray.ts";
import { readElement } from "../../array/element.ts";
import { isComplex, itemSize, slotsOf, type DType } from "../../dtype.ts";
import { InternalError } from "../../errors.ts";
import type { Variable } from "../../graph/variable.ts";
import { evaluateExpr, evaluateSizes } from "../../ir/evaluate.ts";
import { BYTES, type Buffer, type Expr, type Ref } from "../../ir/node.ts";
import type { ScalarValue } from "../../ir/scalarInstructions.ts";
import { failureError } from "../../lowering/failureError.ts";
import type { LoweredProgram } from "../../lowering/lowerGraph.ts";
import { placeTemps } from "../../lowering/storage.ts";
import type { Arena } from "../../runtime/wasm/arena.ts";
import type { Executable } from "../../runtime/device.ts";
import type { LinkInput } from "../linker.ts";
import { SharedVariable } from "../shared.ts";
import { checkUpdateValue } from "../updates.ts";
import { homeIn, readArray, slotsView, windowOn, type ArenaHome } from "./arenaHome.ts";
import { Holdings } from "./holdings.ts";
import { makeTaker, makeWriter, type Taken } from "./argumentWriter.ts";

export interface RunnerParts {
  readonly name: string;
  readonly lowered: LoweredProgram;
  readonly executable: Executable;
  readonly arena: Arena;
  /** Arguments in the caller's order. */
  readonly inputs: readonly LinkInput[];
  /** Results that go to the caller come first: may each be a window? */
  readonly borrowed: readonly Borrowed[];
  /** Shared variables that get the remaining results. */
  readonly updates: readonly SharedVariable[];
}

/** Whether a result is a window on the arena; "large": where that takes less time than a copy. */
export type Borrowed = boolean | "large";

/** Where a given size comes from. */
interface SizeSource {
  /** Position among the arguments, or -1 for a shared variable. */
  readonly argument: number;
  readonly shared: SharedVariable | null;
  readonly axis: number | null;
}

/** What holds as long as the sizes stay the same. */
interface Plan {
  /** Byte offsets of arguments in the frame, by argument; -1 for those that the program does not read. */
  readonly arguments: readonly number[];
  readonly results: readonly ResultPlan[];
}

interface ResultPlan {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly size: number;
  readonly bytes: number;
  /** In the frame; of no meaning for updates. */
  readonly offset: number;
  /** Where the program tells in the frame how many rows there are, else -1. */
  readonly count: number;
}

/** Arrays of so many elements are lent; smaller ones are copied in less time than asking where they lie takes. */
const LEND_ELEMENTS = 8192;

export class ProgramRunner {
  readonly #parts: RunnerParts;
  readonly #takers: readonly ((value: unknown) => Taken)[];
  readonly #writers: readonly ((offset: number, value: Taken) => void)[];
  readonly #sources: readonly SizeSource[];
  readonly #slots: ReadonlyMap<Buffer | Ref, number>;
  /** Shared variables that the program reads or writes, with the slots of their buffers. */
  readonly #shared: readonly { readonly variable: SharedVariable; readonly slot: number; base: number }[];
  readonly #taken: Taken[];
  /** Which arguments the program reads where the caller has them, as told last. */
  readonly #isLent: boolean[];
  /** Where the program was told to read each argument, for those that may lie anywhere in the arena. */
  readonly #places: number[] = [];
  /** Buffers of the arguments; undefined for those that the program does not read. */
  readonly #inputBuffers: readonly (Buffer | undefined)[];
  readonly #inputSlots: readonly number[];
  #given: number[] | null = null;
  #plan: Plan | null = null;
  /** Block 0 is the frame, the others are spares, one per update. */
  readonly #holdings: Holdings;

  constructor(parts: RunnerParts) {
    this.#parts = parts;
    const { inputs, lowered, executable, updates } = parts;
    this.#takers = inputs.map(makeTaker);
    this.#writers = inputs.map((i) => makeWriter(parts.arena, i.variable.dtype, i.variable.ndim));
    const position = new Map<Variable, number>(inputs.map((i, k) => [i.variable, k]));
    this.#sources = lowered.given.map(({ variable, axis }) => ({
      argument: position.get(variable) ?? -1,
      shared: variable instanceof SharedVariable ? variable : null,
      axis,
    }));
    this.#slots = new Map(executable.slots.map((x, i) => [x, i]));
    this.#shared = lowered.inputs.flatMap(({ variable, buffer }) =>
      variable instanceof SharedVariable ? [{ variable, slot: this.#slots.get(buffer)!, base: -1 }] : [],
    );
    this.#taken = new Array<Taken>(inputs.length).fill(0);
    this.#isLent = inputs.map(() => false);
    const buffers = new Map<Variable, Buffer>(lowered.inputs.map((i) => [i.variable, i.buffer]));
    this.#inputBuffers = inputs.map((i) => buffers.get(i.variable));
    this.#inputSlots = this.#inputBuffers.map((b) => (b === undefined ? -1 : (this.#slots.get(b) ?? -1)));
    this.#holdings = new Holdings(parts.arena, 1 + updates.length, executable.argBlock);
  }

  call(args: readonly unknown[]): NdArray[] {
    const { executable, lowered } = this.#parts;
    const taken = this.#taken;
    for (let i = 0; i < taken.length; i++) taken[i] = this.#takers[i]!(args[i]);
    const homes = this.#homes();
    if (!this.#sizesAreKnown()) this.#replan();
    const plan = this.#plan!;
    if (lowered.results.length > this.#parts.borrowed.length) this.#prepareUpdates(plan);
    this.#bindShared(homes);
    for (let i = 0; i < taken.length; i++) {
      const offset = plan.arguments[i]!;
      if (offset >= 0 && !this.#isInPlace(i, taken[i]!, offset) && !this.#lend(i, taken[i]!))
        this.#writers[i]!(offset, taken[i]!);
      taken[i] = 0;
    }
    const code = executable.run();
    if (code !== 0) throw this.#failure(code);
    const results: NdArray[] = [];
    const { borrowed } = this.#parts;
    for (let i = 0; i < borrowed.length; i++) results.push(this.#result(plan.results[i]!, borrowed[i]!));
    if (this.#parts.updates.length > 0) this.#applyUpdates(plan);
    return results;
  }

  #result(plan: ResultPlan, borrowed: Borrowed): NdArray {
    const { arena } = this.#parts;
    const { dtype, offset, count } = plan;
    let { shape, size } = plan;
    if (count >= 0) {
      shape = [arena.views.i32[count / 4]!, ...shape.slice(1)];
      size = shape.reduce((x, y) => x * y, 1);
    }
    const isWindow = borrowed === true && count < 0 ? true : borrowed !== false && size >= LEND_ELEMENTS;
    return isWindow
      ? windowOn(arena, dtype, offset, shape, size, this.#holdings)
      : readArray(arena, dtype, offset, shape, size);
  }

  /** Gives the frame back; the next call takes a new one. */
  free(): void {
    this.#holdings.free();
    this.#given = null;
  }

  /** What an earlier program has left in the arena is read there. */
  #isInPlace(i: number, value: Taken, offset: number): boolean {
    const { inputs, arena } = this.#parts;
    if (inputs[i]!.isResident !== true || typeof value === "number") return false;
    const { buffer } = value;
    const isThere = buffer.buffer === arena.memory.buffer && value.isContiguous;
    const bytes = value.offset * slotsOf(value.dtype) * buffer.BYTES_PER_ELEMENT;
    const place = isThere ? buffer.byteOffset + bytes : offset;
    if (this.#places[i] !== place) this.#setSlot(this.#inputBuffers[i]!, place);
    this.#places[i] = place;
    return isThere;
  }

  /** Large arrays need not be copied for programs that can read them where they are. */
  #lend(i: number, value: Taken): boolean {
    const { executable, arena } = this.#parts;
    const isLarge = typeof value !== "number" && value.size >= LEND_ELEMENTS;
    if (!isLarge && !this.#isLent[i]) return false;
    const slot = this.#inputSlots[i]!;
    if (executable.lend === undefined || slot < 0) return false;
    const data = isLarge && value.isContiguous ? value.buffer : null;
    // What lies in the arena may be a result of this very function, whose place the next one takes.
    const may = data !== null && data.buffer !== arena.memory.buffer;
    const bytes = data?.BYTES_PER_ELEMENT ?? 0;
    const slots = isLarge && isComplex(value.dtype) ? 2 : 1;
    this.#isLent[i] = executable.lend(
      slot,
      may
        ? { data, offset: (value as NdArray).offset * bytes * slots, bytes: (value as NdArray).size * bytes * slots }
        : null,
    );
    return this.#isLent[i];
  }

  // --- sizes -----------------------------------------------------------------------------------

  #sizesAreKnown(): boolean {
    const given = this.#given;
    if (given === null) return false;
    for (let i = 0; i < given.length; i++) if (this.#sizeFrom(this.#sources[i]!) !== given[i]) return false;
    return true;
  }

  #sizeFrom({ argument, shared, axis }: SizeSource): number {
    if (argument >= 0) {
      const value = this.#taken[argument]!;
      if (typeof value === "number") return value;
      return axis === null ? Number(readElement(value, value.offset)) : value.shape[axis]!;
    }
    const home = homeIn(this.#parts.arena, shared!.container, shared!);
    if (axis !== null) return home.shape[axis]!;
    const slots = slotsView(this.#parts.arena, home.dtype);
    return Number(slots[home.block.offset / slots.BYTES_PER_ELEMENT]);
  }

  #replan(): void {
    const { lowered, name } = this.#parts;
    const { program } = lowered;
    this.#given = null;
    const given = this.#sources.map((s) => this.#sizeFrom(s));
    const values = new Map<Ref, ScalarValue>(lowered.given.map((g, i) => [g.ref, given[i]!]));
    const valueOf = (e: Expr): number => Number(evaluateExpr(e, values));
    for (const check of lowered.checks) {
      if (evaluateExpr(check.cond, values) !== true) throw check.error(valueOf);
    }
    evaluateSizes(program, values);
    const { workers } = this.#parts.executable;
    const bytesOf = (buffer: Buffer): number => {
      const bytes = valueOf(buffer.size) * BYTES[buffer.type];
      return buffer.perWorker === true ? workers * Math.ceil(bytes / 64) * 64 : bytes;
    };
    const temps = placeTemps(lowered.temps, bytesOf);
    let total = temps.total;
    const place = (bytes: number): number => {
      const offset = total;
      total += Math.ceil(bytes / 64) * 64;
      return offset;
    };
    const counts = new Map<Buffer, number>();
    for (const { count } of lowered.results) if (count !== null && !counts.has(count)) counts.set(count, place(4));
    const used = this.#inputBuffers;
    const offsets = used.map((b) => (b === undefined ? -1 : place(bytesOf(b))));
    const results = lowered.results.map((r, i): ResultPlan => {
      const shape = r.shape.map(valueOf);
      const size = shape.reduce((x, y) => x * y, 1);
      const bytes = size * itemSize(r.dtype);
      const isUpdate = i >= this.#parts.borrowed.length;
      const count = r.count === null ? -1 : counts.get(r.count)!;
      return { dtype: r.dtype, shape, size, bytes, count, offset: isUpdate ? -1 : place(bytes) };
    });
    for (const [i, shared] of this.#parts.updates.entries()) {
      const { shape } = results[this.#parts.borrowed.length + i]!;
      checkUpdateValue(shared, { shape });
    }
    const base = this.#holdings.reserve(0, total, name).offset;
    for (const [buffer, offset] of temps.offsets) this.#setSlot(buffer, base + offset);
    for (const [i, b] of used.entries()) if (b !== undefined) this.#setSlot(b, base + offsets[i]!);
    this.#places.length = 0;
    for (const [i, r] of results.entries()) {
      if (r.offset >= 0) this.#setSlot(lowered.results[i]!.buffer, base + r.offset);
    }
    for (const [buffer, offset] of counts) this.#setSlot(buffer, base + offset);
    for (const { ref } of program.sizes) this.#setSlot(ref, Number(values.get(ref)));
    this.#placeConstants();
    this.#plan = {
      arguments: offsets.map((o) => (o < 0 ? -1 : base + o)),
      results: results.map((r) =>
        r.offset < 0 ? r : { ...r, offset: base + r.offset, count: r.count < 0 ? -1 : base + r.count },
      ),
    };
    for (const s of this.#shared) s.base = -1;
    this.#given = given;
  }

  #setSlot(what: Buffer | Ref, value: number): void {
    const slot = this.#slots.get(what);
    if (slot === undefined) return;
    this.#parts.arena.views.i32[this.#parts.executable.argBlock / 4 + slot] = value;
  }

  #placeConstants(): void {
    const { lowered, arena, name } = this.#parts;
    for (const buffer of lowered.program.buffers) {
      if (buffer.role !== "constant" || !this.#slots.has(buffer)) continue;
      let offset = this.#holdings.constants.get(buffer);
      if (offset === undefined) {
        const data = buffer.data!;
        offset = arena.allocate(data.byteLength, name);
        arena.views.u8.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
        this.#holdings.constants.set(buffer, offset);
      }
      this.#setSlot(buffer, offset);
    }
  }

  // --- shared variables ------------------------------------------------------------------------

  #homes(): readonly ArenaHome[] {
    const { arena } = this.#parts;
    return this.#shared.map(({ variable }) => homeIn(arena, variable.container, variable));
  }

  #bindShared(homes: readonly ArenaHome[]): void {
    const { arena, executable } = this.#parts;
    for (let i = 0; i < homes.length; i++) {
      const entry = this.#shared[i]!;
      const { offset } = homes[i]!.block;
      if (entry.base === offset) continue;
      entry.base = offset;
      arena.views.i32[executable.argBlock / 4 + entry.slot] = offset;
    }
  }

  /** Updates that are not written in place are computed into spare blocks, which then change places with the old values. */
  #prepareUpdates(plan: Plan): void {
    const { lowered, borrowed, name } = this.#parts;
    for (const i of this.#parts.updates.keys()) {
      const result = lowered.results[borrowed.length + i]!;
      if (result.isInPlace) continue;
      const { bytes } = plan.results[borrowed.length + i]!;
      this.#setSlot(result.buffer, this.#holdings.reserve(1 + i, bytes, name).offset);
    }
  }

  #applyUpdates(plan: Plan): void {
    const { lowered, borrowed, arena, updates } = this.#parts;
    for (const [i, variable] of updates.entries()) {
      const k = borrowed.length + i;
      if (lowered.results[k]!.isInPlace) continue;
      const { shape, size } = plan.results[k]!;
      const home = homeIn(arena, variable.container, variable);
      home.exchange(this.#holdings.blocks[1 + i]!);
      home.shape = shape;
      home.size = size;
    }
  }

  #failure(code: number): Error {
    const failure = this.#parts.lowered.failures[code - 1];
    if (failure === undefined) return new InternalError(`program ${this.#parts.name} stopped with code ${code}`);
    const { message, node } = failure;
    return failureError(message, { op: node.op.name, createdAt: node.createdAt[0] });
  }
}
