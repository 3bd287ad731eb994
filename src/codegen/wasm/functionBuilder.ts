import { ByteWriter } from "./byteWriter.ts";
import { OPCODES } from "./opcodes.ts";
import type { LaneMemoryOp, LaneOp, MemoryOp, PlainOp } from "./opcodes.ts";

/** Types of WebAssembly values and their encodings. */
export const VALUE_TYPES = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b } as const;
export type ValueType = keyof typeof VALUE_TYPES;

/** A local variable or parameter of one function. */
export interface Local {
  readonly type: ValueType;
  readonly index: number;
}

/** Something to call: numbered when the module is put together. */
export interface Callee {
  readonly name: string;
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
}

/** What puts one value on the stack: a local, an i32 constant, or instructions. */
export type Operand = Local | number | ((f: FunctionBuilder) => void);

/** A branch target: the nesting depth of its block. */
export type Label = number;

const EMPTY_BLOCK = 0x40;

/**
 * Writes the body of one function. Instructions may be given in stack order (`op`) or as trees
 * of operands (`set(x, op("i32.add", a, b))`); both can be mixed.
 */
export class FunctionBuilder implements Callee {
  readonly name: string;
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
  /** Calls whose function number is not known yet. */
  readonly calls: { at: number; callee: Callee }[] = [];
  readonly #locals: ValueType[] = [];
  readonly #free = new Map<ValueType, Local[]>();
  readonly #code: ByteWriter = new ByteWriter(512);
  /** Code that runs before everything else, written while the rest is. */
  readonly #entry: ByteWriter = new ByteWriter(64);
  #depth = 0;

  constructor(name: string, params: readonly ValueType[], results: readonly ValueType[] = []) {
    this.name = name;
    this.params = params;
    this.results = results;
  }

  /** Bytes of code written so far. */
  get size(): number {
    return this.#entry.length + this.#code.length;
  }

  param(index: number): Local {
    const type = this.params[index];
    if (type === undefined) throw new RangeError(`function ${this.name} has no parameter ${index}`);
    return { type, index };
  }

  /** All parameters under names of one's own. */
  parameters<const K extends string>(...names: readonly K[]): Record<K, Local> {
    return Object.fromEntries(names.map((name, i) => [name, this.param(i)])) as Record<K, Local>;
  }

  /** Locals of one type under names. */
  named<const K extends string>(type: ValueType, ...names: readonly K[]): Record<K, Local> {
    return Object.fromEntries(names.map((name) => [name, this.local(type)])) as Record<K, Local>;
  }

  /** A local for temporary use; hand it back with `release`. Its first content is undefined. */
  local(type: ValueType): Local {
    const free = this.#free.get(type)?.pop();
    if (free !== undefined) return free;
    this.#locals.push(type);
    return { type, index: this.params.length + this.#locals.length - 1 };
  }

  locals(type: ValueType, count: number): Local[] {
    return Array.from({ length: count }, () => this.local(type));
  }

  /** A local that holds a vector constant from the function's entry on. */
  constantVector(bytes: ArrayLike<number>): Local {
    this.#locals.push("v128");
    const index = this.params.length + this.#locals.length - 1;
    this.#entry.byte(0xfd).unsigned(12).raw(bytes).byte(0x21).unsigned(index);
    return { type: "v128", index };
  }

  release(...locals: readonly Local[]): void {
    for (const local of locals) {
      const list = this.#free.get(local.type);
      if (list === undefined) this.#free.set(local.type, [local]);
      else list.push(local);
    }
  }

  push(...operands: readonly Operand[]): this {
    for (const operand of operands) {
      if (typeof operand === "number") this.i32(operand);
      else if (typeof operand === "function") operand(this);
      else this.get(operand);
    }
    return this;
  }

  op(name: PlainOp, ...operands: readonly Operand[]): this {
    this.push(...operands);
    this.#opcode(name);
    return this;
  }

  lane(name: LaneOp, lane: number, ...operands: readonly Operand[]): this {
    this.push(...operands);
    this.#opcode(name);
    this.#code.byte(lane);
    return this;
  }

  /** Loads with the address on the stack or given. */
  load(name: MemoryOp, offset = 0, ...address: readonly Operand[]): this {
    this.push(...address);
    this.#access(name, offset);
    return this;
  }

  /** Stores with address and value on the stack or given. */
  store(name: MemoryOp, offset = 0, ...addressAndValue: readonly Operand[]): this {
    this.push(...addressAndValue);
    this.#access(name, offset);
    return this;
  }

  laneAccess(name: LaneMemoryOp, offset: number, lane: number, ...operands: readonly Operand[]): this {
    this.push(...operands);
    this.#access(name, offset);
    this.#code.byte(lane);
    return this;
  }

  /** Picks 16 bytes out of two vectors. */
  shuffle(bytes: readonly number[], ...operands: readonly Operand[]): this {
    this.push(...operands);
    this.#code.byte(0xfd).unsigned(13).raw(bytes);
    return this;
  }

  get(local: Local): this {
    this.#code.byte(0x20).unsigned(local.index);
    return this;
  }

  set(local: Local, value?: Operand): this {
    if (value !== undefined) this.push(value);
    this.#code.byte(0x21).unsigned(local.index);
    return this;
  }

  tee(local: Local, value?: Operand): this {
    if (value !== undefined) this.push(value);
    this.#code.byte(0x22).unsigned(local.index);
    return this;
  }

  /** Reads an imported global; see `ModuleBuilder.importGlobal`. */
  global(index: number): this {
    this.#code.byte(0x23).unsigned(index);
    return this;
  }

  i32(value: number): this {
    this.#code.byte(0x41).signed32(value);
    return this;
  }

  i64(value: bigint): this {
    this.#code.byte(0x42).signed64(value);
    return this;
  }

  f32(value: number): this {
    this.#code.byte(0x43).float32(value);
    return this;
  }

  f64(value: number): this {
    this.#code.byte(0x44).float64(value);
    return this;
  }

  v128(bytes: ArrayLike<number>): this {
    this.#code.byte(0xfd).unsigned(12).raw(bytes);
    return this;
  }

  block(body: (label: Label) => void): this {
    return this.#nest(0x02, body);
  }

  /** A loop: branching to its label starts the next round. */
  loop(body: (label: Label) => void): this {
    return this.#nest(0x03, body);
  }

  if(condition: Operand | null, then: () => void, otherwise?: () => void): this {
    if (condition !== null) this.push(condition);
    return this.#nest(0x04, () => {
      then();
      if (otherwise === undefined) return;
      this.#code.byte(0x05);
      otherwise();
    });
  }

  /** An `if` that leaves a value of `type` on the stack. */
  choose(type: ValueType, condition: Operand | null, then: () => void, otherwise: () => void): this {
    if (condition !== null) this.push(condition);
    return this.#nest(
      0x04,
      () => {
        then();
        this.#code.byte(0x05);
        otherwise();
      },
      VALUE_TYPES[type],
    );
  }

  br(label: Label): this {
    this.#code.byte(0x0c).unsigned(this.#depth - label);
    return this;
  }

  brIf(label: Label, condition?: Operand): this {
    if (condition !== undefined) this.push(condition);
    this.#code.byte(0x0d).unsigned(this.#depth - label);
    return this;
  }

  return(...values: readonly Operand[]): this {
    return this.op("return", ...values);
  }

  /** `for (counter = start; counter < end; counter += step)`, signed, `end` evaluated each round. */
  for(counter: Local, start: Operand, end: Operand, step: Operand, body: () => void): this {
    this.set(counter, start);
    return this.if(op("i32.lt_s", counter, end), () => {
      this.loop((next) => {
        body();
        this.tee(counter, op("i32.add", counter, step));
        this.push(end).op("i32.lt_s").brIf(next);
      });
    });
  }

  call(callee: Callee, ...operands: readonly Operand[]): this {
    this.push(...operands);
    this.#code.byte(0x10);
    this.calls.push({ at: this.#code.hole(), callee });
    return this;
  }

  /** `memory.copy`: target, source and byte count. */
  copyMemory(target: Operand, source: Operand, bytes: Operand): this {
    this.push(target, source, bytes);
    this.#code.raw([0xfc, 10, 0, 0]);
    return this;
  }

  /** `memory.fill`: target, byte value and byte count. */
  fillMemory(target: Operand, value: Operand, bytes: Operand): this {
    this.push(target, value, bytes);
    this.#code.raw([0xfc, 11, 0]);
    return this;
  }

  /** The finished function body, its calls numbered by `indexOf`. */
  finish(indexOf: (callee: Callee) => number): Uint8Array {
    for (const { at, callee } of this.calls) this.#code.patchUnsigned(at, indexOf(callee));
    const out = new ByteWriter(this.#code.length + 64);
    const runs: { type: ValueType; count: number }[] = [];
    for (const type of this.#locals) {
      const last = runs.at(-1);
      if (last?.type === type) last.count++;
      else runs.push({ type, count: 1 });
    }
    out.unsigned(runs.length);
    for (const run of runs) out.unsigned(run.count).byte(VALUE_TYPES[run.type]);
    return out.raw(this.#entry.bytes()).raw(this.#code.bytes()).byte(0x0b).bytes();
  }

  #nest(opcode: number, body: (label: Label) => void, blockType: number = EMPTY_BLOCK): this {
    this.#code.byte(opcode).byte(blockType);
    body(++this.#depth);
    this.#depth--;
    this.#code.byte(0x0b);
    return this;
  }

  #opcode(name: string): void {
    const opcode = OPCODES.get(name);
    if (opcode === undefined) throw new RangeError(`no WebAssembly instruction ${name}`);
    if (opcode.prefix === 0) this.#code.byte(opcode.code);
    else this.#code.byte(opcode.prefix).unsigned(opcode.code);
  }

  #access(name: MemoryOp | LaneMemoryOp, offset: number): void {
    this.#opcode(name);
    this.#code.unsigned(OPCODES.get(name)?.align ?? 0).unsigned(offset);
  }
}

/** An instruction with its operands, as an operand. */
export function op(name: PlainOp, ...operands: readonly Operand[]): Operand {
  return (f) => f.op(name, ...operands);
}

/** A load as an operand. */
export function load(name: MemoryOp, address: Operand, offset = 0): Operand {
  return (f) => f.load(name, offset, address);
}

export function add(a: Operand, b: Operand): Operand {
  return op("i32.add", a, b);
}

export function sub(a: Operand, b: Operand): Operand {
  return op("i32.sub", a, b);
}

export function mul(a: Operand, b: Operand): Operand {
  return op("i32.mul", a, b);
}
