/**
 * The interpreter: the living definition of the IR. Slow and exact: float32 is rounded after each instruction, 64-bit integers
 * are bigints, reductions follow their order to the bit.
 */
import { float16ToNumber, numberToFloat16 } from "../array/float16.ts";
import { InternalError } from "../errors.ts";
import { evaluateSizes, firstFailedCheck } from "./evaluate.ts";
import { castValue, convert, evaluateInstruction, roundTo } from "./fold.ts";
import type { Accumulator, Buffer, Expr, MatrixOperand, Program, Ref, ScalarType, Stmt } from "./node.ts";
import { COMBINE, identityOf, isSearch, type Search } from "./monoid.ts";
import { isFloatType, type InstructionName, type ScalarValue } from "./scalarInstructions.ts";

/** The storage of a buffer: bools as bytes, float16 as its bits, 64-bit integers as bigints. */
export type Storage =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

/** Zeros for `count` elements of a scalar type. */
export function storageFor(type: ScalarType, count: number): Storage {
  switch (type) {
    case "bool":
    case "u8":
      return new Uint8Array(count);
    case "i8":
      return new Int8Array(count);
    case "u16":
    case "f16":
      return new Uint16Array(count);
    case "i16":
      return new Int16Array(count);
    case "u32":
      return new Uint32Array(count);
    case "i32":
    case "index":
      return new Int32Array(count);
    case "i64":
      return new BigInt64Array(count);
    case "u64":
      return new BigUint64Array(count);
    case "f32":
      return new Float32Array(count);
    case "f64":
      return new Float64Array(count);
  }
}

class Failure extends Error {
  readonly code: number;
  constructor(code: number) {
    super(`program failed with code ${code}`);
    this.code = code;
  }
}

/**
 * Runs `program` on `storage` (by buffer; missing temps and outputs are made) with the given sizes.
 * @returns 0, or the code of the `fail` statement or check that stopped it
 */
export function interpret(
  program: Program,
  storage: Map<Buffer, Storage>,
  sizes: ReadonlyMap<Ref, number> = new Map(),
): number {
  const values = new Map<Ref, ScalarValue>(sizes);
  const read = (b: Buffer, i: number): ScalarValue => readElement(storage.get(b)!, b.type, i);
  evaluateSizes(program, values, read);
  const failed = firstFailedCheck(program, values, read);
  if (failed >= 0) return failed + 1;
  const machine = new Machine(storage, values);
  for (const b of program.buffers) {
    if (b.data !== undefined) storage.set(b, b.data as Storage);
    else if (!storage.has(b)) storage.set(b, storageFor(b.type, Number(machine.value(b.size))));
  }
  try {
    machine.run(program.body);
  } catch (error) {
    if (error instanceof Failure) return error.code;
    throw error;
  }
  return 0;
}

function readElement(data: Storage, type: ScalarType, i: number): ScalarValue {
  const x = data[i];
  if (x === undefined) throw new InternalError(`ir: read at ${i} of ${data.length} elements`);
  if (type === "bool") return x !== 0;
  return type === "f16" ? float16ToNumber(x as number) : x;
}

function writeElement(data: Storage, type: ScalarType, i: number, value: ScalarValue): void {
  if (i < 0 || i >= data.length) throw new InternalError(`ir: write at ${i} of ${data.length} elements`);
  data[i] = type === "f16" ? numberToFloat16(value as number) : type === "bool" ? Number(value) : (value as never);
}

class Machine {
  readonly #storage: Map<Buffer, Storage>;
  readonly #values: Map<Ref, ScalarValue>;

  constructor(storage: Map<Buffer, Storage>, values: Map<Ref, ScalarValue>) {
    this.#storage = storage;
    this.#values = values;
  }

  run(body: readonly Stmt[]): void {
    for (const s of body) this.#stmt(s);
  }

  #stmt(s: Stmt): void {
    switch (s.kind) {
      case "for": {
        const n = Number(this.value(s.extent));
        for (let i = 0; i < n; i++) {
          this.#values.set(s.ref, i);
          this.run(s.body);
        }
        return;
      }
      case "let":
      case "assign":
        this.#values.set(s.ref, this.value(s.value));
        return;
      case "var":
        this.#values.set(s.ref, this.value(s.init));
        return;
      case "store":
        return writeElement(this.#data(s.buffer), s.buffer.type, Number(this.value(s.index)), this.value(s.value));
      case "reduce":
        return this.#reduce(s);
      case "if":
        return this.run(this.value(s.cond) === true ? s.then : s.else);
      case "while":
        while (this.value(s.cond) === true) this.run(s.body);
        return;
      case "call":
        return s.fn === "gemm" ? this.#gemm(s) : this.#copy(s);
      case "fail":
        throw new Failure(s.code);
      case "comment":
        return;
    }
  }

  #data(b: Buffer): Storage {
    const data = this.#storage.get(b);
    if (data === undefined) throw new InternalError(`ir: ${b.name} has no storage`);
    return data;
  }

  /** Each shared subexpression once. */
  value(root: Expr): ScalarValue {
    const memo = new Map<Expr, ScalarValue>();
    const at = (e: Expr): ScalarValue => {
      if (e.kind === "const") return e.value;
      if (e.kind === "ref") {
        const v = this.#values.get(e);
        if (v === undefined) throw new InternalError(`ir: ${e.name} has no value`);
        return v;
      }
      const known = memo.get(e);
      if (known !== undefined) return known;
      const v = this.#compute(e, at);
      memo.set(e, v);
      return v;
    };
    return at(root);
  }

  #compute(e: Exclude<Expr, { kind: "const" | "ref" }>, at: (e: Expr) => ScalarValue): ScalarValue {
    switch (e.kind) {
      case "load":
        return readElement(this.#data(e.buffer), e.buffer.type, Number(at(e.index)));
      case "cast":
        return castValue(at(e.arg), e.arg.type, e.type);
      case "bitcast":
        return bits(at(e.arg), e.arg.type, e.type);
      case "op":
        // Loads of the branch not taken may be out of range.
        if (e.op === "select") return at(e.args[0]!) === true ? at(e.args[1]!) : at(e.args[2]!);
        return evaluateInstruction(
          e.op as InstructionName,
          e.type,
          e.args.map(at),
          e.args.map((a) => a.type),
        );
    }
  }

  #reduce(s: Stmt & { kind: "reduce" }): void {
    const n = Number(this.value(s.extent));
    const states = s.accs.map((a) => new Accumulation(a, s.order.lanes, s.order.block));
    for (let i = 0; i < n; i++) {
      this.#values.set(s.ref, i);
      this.run(s.body);
      for (const state of states) state.add(i, this.value(state.acc.value));
    }
    for (const state of states) {
      this.#values.set(state.acc.target, state.result());
      if (state.acc.position !== undefined) this.#values.set(state.acc.position, state.position);
    }
  }

  #gemm(s: Stmt & { kind: "call"; fn: "gemm" }): void {
    const [m, n, k] = [s.m, s.n, s.k].map((e) => Number(this.value(e))) as [number, number, number];
    const { type } = s.c.buffer;
    const [a, b, c] = [s.a, s.b, s.c].map((x) => this.#matrix(x)) as [Matrix, Matrix, Matrix];
    const alpha = this.value(s.alpha);
    const beta = this.value(s.beta);
    const op = (name: InstructionName, x: ScalarValue, y: ScalarValue): ScalarValue =>
      evaluateInstruction(name, type, [x, y], [type, type]);
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = convert(0, type);
        for (let p = 0; p < k; p++) sum = op("add", sum, op("mul", a.get(i, p), b.get(p, j)));
        let value = op("mul", alpha, sum);
        if (Number(beta) !== 0) value = op("add", value, op("mul", beta, c.get(i, j)));
        c.set(i, j, value);
      }
    }
  }

  #matrix(x: MatrixOperand): Matrix {
    const data = this.#data(x.buffer);
    const [offset, rs, cs] = [x.offset, x.rowStride, x.colStride].map((e) => Number(this.value(e))) as [
      number,
      number,
      number,
    ];
    return {
      get: (i, j) => readElement(data, x.buffer.type, offset + i * rs + j * cs),
      set: (i, j, v) => writeElement(data, x.buffer.type, offset + i * rs + j * cs, v),
    };
  }

  #copy(s: Stmt & { kind: "call"; fn: "copy" }): void {
    const [to, from, count] = [s.toOffset, s.fromOffset, s.count].map((e) => Number(this.value(e))) as [
      number,
      number,
      number,
    ];
    const source = this.#data(s.from);
    for (let i = 0; i < count; i++) {
      const x = readElement(source, s.from.type, from + i);
      writeElement(this.#data(s.to), s.to.type, to + i, x);
    }
  }
}

interface Matrix {
  get(i: number, j: number): ScalarValue;
  set(i: number, j: number, v: ScalarValue): void;
}

function bits(value: ScalarValue, from: ScalarType, to: ScalarType): ScalarValue {
  const raw = storageFor(from, 1);
  writeElement(raw, from, 0, value);
  const view = storageFor(to, 1);
  new Uint8Array(view.buffer).set(new Uint8Array(raw.buffer));
  return readElement(view, to, 0);
}

/** One accumulator at work, in the order that `ReduceOrder` defines. */
class Accumulation {
  readonly acc: Accumulator;
  position = 0;
  readonly #type: ScalarType;
  readonly #lanes: ScalarValue[];
  readonly #block: number;
  #filled = 0;
  #total: ScalarValue;
  #error: ScalarValue;
  #best: ScalarValue | undefined;

  constructor(acc: Accumulator, lanes: number, block: number) {
    this.acc = acc;
    this.#type = acc.target.type;
    this.#block = block;
    const identity = identityOf(acc.monoid, this.#type);
    this.#lanes = Array.from({ length: lanes }, () => identity);
    this.#total = identity;
    this.#error = convert(0, this.#type);
  }

  #op(name: InstructionName, a: ScalarValue, b: ScalarValue): ScalarValue {
    return evaluateInstruction(name, this.#type, [a, b], [this.#type, this.#type]);
  }

  add(i: number, value: ScalarValue): void {
    const { monoid } = this.acc;
    if (isSearch(monoid)) return this.#search(i, value, monoid);
    if (monoid === "prod") {
      // One after the other: an infinite part must not meet a zero of another one.
      this.#total = this.#op("mul", this.#total, value);
      return;
    }
    const lane = i % this.#lanes.length;
    this.#lanes[lane] = this.#op(COMBINE[monoid], this.#lanes[lane]!, value);
    if (++this.#filled === this.#block) this.#endBlock();
  }

  /** The first NaN wins, else the first best. */
  #search(i: number, value: ScalarValue, monoid: Search): void {
    const best = this.#best;
    const isNaNValue = typeof value === "number" && Number.isNaN(value);
    const bestIsNaN = typeof best === "number" && Number.isNaN(best);
    const better =
      best === undefined || (!bestIsNaN && (isNaNValue || (monoid === "argmax" ? value > best : value < best)));
    if (!better) return;
    this.#best = value;
    this.position = i;
  }

  #endBlock(): void {
    const { monoid } = this.acc;
    const name = COMBINE[monoid as keyof typeof COMBINE];
    const identity = identityOf(monoid, this.#type);
    let lanes = this.#lanes.slice();
    while (lanes.length > 1) {
      const half = lanes.length / 2;
      lanes = lanes.slice(0, half).map((x, i) => this.#op(name, x, lanes[i + half]!));
    }
    this.#lanes.fill(identity);
    this.#filled = 0;
    if (monoid === "sum" && isFloatType(this.#type)) this.#compensate(lanes[0] as number);
    else this.#total = this.#op(name, this.#total, lanes[0]!);
  }

  /** Knuth's TwoSum: total + x = sum + error exactly. */
  #compensate(x: number): void {
    const r = (v: number): number => roundTo(v, this.#type);
    const total = this.#total as number;
    const sum = r(total + x);
    const t = r(sum - total);
    const error = r(r(total - r(sum - t)) + r(x - t));
    this.#error = r((this.#error as number) + error);
    this.#total = sum;
  }

  result(): ScalarValue {
    const { monoid } = this.acc;
    if (isSearch(monoid)) return this.#best ?? identityOf(monoid, this.#type);
    if (this.#filled > 0) this.#endBlock();
    if (monoid !== "sum" || !isFloatType(this.#type)) return this.#total;
    const total = this.#total as number;
    return Number.isFinite(total) ? roundTo(total + (this.#error as number), this.#type) : total;
  }
}
