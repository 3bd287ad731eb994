/**
 * Reductions. The order of float sums and products is part of the IR (`ReduceOrder`), so vector and scalar code give the same bits:
 * lanes of the order are lanes of vectors, or slots of memory.
 */
import { COMBINE, identityOf, isFloatProduct, isSearch } from "../../ir/monoid.ts";
import { BYTES } from "../../ir/node.ts";
import type { Accumulator, Reduce, ScalarType } from "../../ir/node.ts";
import type { BodyWriter } from "./bodyWriter.ts";
import { add, op, sub } from "./functionBuilder.ts";
import type { FunctionBuilder, Local, Operand } from "./functionBuilder.ts";
import type { PlainOp } from "./opcodes.ts";
import { pushConstant, scalarOp } from "./scalarCode.ts";
import { isFloat, isUnsigned, REGISTER } from "./scalarTypes.ts";
import { SCALAR_LOAD, SCALAR_STORE } from "./scalarTypes.ts";
import { constantBytes, integerShape, vectorOp } from "./vectorCode.ts";
import type { MaskWidth } from "./vectorCode.ts";
import { planVectorLoop, writeVectors, type VectorLoopPlan } from "./vectorLoop.ts";

/** What one accumulator has come to. */
export interface ReductionState {
  readonly acc: Accumulator;
  readonly type: ScalarType;
  readonly total: Local;
  /** Of a float sum: what rounding took away from the total. */
  readonly error: Local | null;
  /** Of a search: where the winner is; -1 while there is none. */
  readonly position: Local | null;
}

/** Heavier bodies are written once, with their lanes in memory. */
const LIGHT_COST = 12;

export class ReductionWriter {
  readonly #writer: BodyWriter;
  readonly #f: FunctionBuilder;
  readonly #s: Reduce;
  readonly #lanes: number;
  /** Offset in the frame of the lanes of each accumulator. */
  readonly #scratch = new Map<Accumulator, number>();

  constructor(writer: BodyWriter, s: Reduce) {
    this.#writer = writer;
    this.#f = writer.f;
    this.#s = s;
    this.#lanes = s.order.lanes;
  }

  /** Iterations after which lanes are combined; 0 where the order makes no difference. */
  get block(): number {
    return this.#s.accs.some(isOrdered) ? this.#s.order.block : 0;
  }

  /** New states before the first element. */
  states(): ReductionState[] {
    return this.#s.accs.map((acc) => {
      const state = this.declare(acc);
      this.initialise(state);
      return state;
    });
  }

  /** Locals for a state. */
  declare(acc: Accumulator): ReductionState {
    const f = this.#f;
    const { type } = acc.target;
    const total = f.local(REGISTER[type]);
    const error = acc.monoid === "sum" && isFloat(type) ? f.local(REGISTER[type]) : null;
    const position = isSearch(acc.monoid) ? f.local("i32") : null;
    return { acc, type, total, error, position };
  }

  initialise({ acc, type, total, error, position }: ReductionState): void {
    const f = this.#f;
    f.set(total, constant(type, identityOf(acc.monoid, type)));
    if (error !== null) f.set(error, constant(type, 0));
    if (position !== null) f.set(position, 0);
  }

  release(states: readonly ReductionState[]): void {
    for (const { total, error, position } of states) {
      this.#f.release(total, ...(error === null ? [] : [error]), ...(position === null ? [] : [position]));
    }
  }

  /** Leaves the result of a state on the stack. */
  finish({ type, total, error }: ReductionState): void {
    const f = this.#f;
    if (error === null) {
      f.get(total);
      return;
    }
    // The error of an infinite total is NaN.
    const r = REGISTER[type] as "f32" | "f64";
    const isFinite = op(`${r}.eq`, op(`${r}.sub`, total, total), constant(type, 0));
    f.op("select", op(`${r}.add`, total, error), total, isFinite);
  }

  /**
   * Combines the elements from `start` to `end` into the states; there is at least one. `start` is a multiple of the block.
   */
  range(states: readonly ReductionState[], start: Operand, end: Local): void {
    const { ev } = this.#writer;
    const f = this.#f;
    const { body, ref } = this.#s;
    this.#writer.hoist(body, ref);
    const searches = states.some((x) => x.position !== null);
    const found = searches || !this.#fitsVectors() ? null : planVectorLoop(this.#writer, ref, body);
    // Lanes of bools are masks, which scalar code cannot add to.
    const masks = states.some((x) => x.type === "bool");
    const plan = found !== null && masks && !found.mayOverrun ? null : found;
    const at = ev.declare(ref);
    f.set(at, start);
    const { block } = this;
    if (block === 0) return this.#blockOf(states, plan, at, end);
    const stop = f.local("i32");
    f.loop((next) => {
      f.set(stop, add(at, block));
      f.set(stop, op("select", stop, end, op("i32.lt_s", stop, end)));
      this.#blockOf(states, plan, at, stop);
      f.push(op("i32.lt_s", at, end)).brIf(next);
    });
    f.release(stop);
  }

  #fitsVectors(): boolean {
    // Products of floats are made one factor after the other.
    const fits = ({ monoid, target: { type } }: Accumulator): boolean =>
      type !== "f16" && !isFloatProduct(monoid, type);
    return this.#lanes > 1 && this.#s.accs.every(fits);
  }

  #blockOf(states: readonly ReductionState[], plan: VectorLoopPlan | null, at: Local, stop: Local): void {
    if (plan !== null && this.#lanes % plan.analysis.lanes === 0) this.#vectorBlock(states, plan, at, stop);
    else this.#scalarBlock(states, at, stop);
  }

  // --- scalar ----------------------------------------------------------------------------------

  #scalarBlock(states: readonly ReductionState[], at: Local, stop: Local): void {
    const { ev } = this.#writer;
    const f = this.#f;
    const ordered = states.filter((x) => isOrdered(x.acc));
    // One lane is a local, several are slots of memory.
    const parts = new Map(ordered.map((x) => [x, this.#lanes === 1 ? f.local(REGISTER[x.type]) : null]));
    for (const x of ordered) {
      const part = parts.get(x)!;
      const start = constant(x.type, identityOf(x.acc.monoid, x.type));
      if (part !== null) f.set(part, start);
      else
        for (let lane = 0; lane < this.#lanes; lane++) this.#storeSlot(x, lane * BYTES[x.type], this.#pointer, start);
    }
    f.loop((next) => {
      ev.scope(() => {
        this.#writer.write(this.#s.body);
        for (const x of states) this.#addScalar(x, parts.get(x), at);
      });
      f.tee(at, add(at, 1));
      f.push(stop).op("i32.lt_s").brIf(next);
    });
    for (const x of ordered) {
      const part = parts.get(x)!;
      if (part !== null) {
        this.#flush(x, part);
        f.release(part);
      } else {
        const sum = f.local(REGISTER[x.type]);
        f.set(
          sum,
          this.#tree(x, this.#lanes, (lane) => this.#loadSlot(x, lane * BYTES[x.type], this.#pointer)),
        );
        this.#flush(x, sum);
        f.release(sum);
      }
    }
  }

  get #pointer(): Local {
    return this.#writer.pointer;
  }

  /** `part`: the local of the only lane; null: lanes are slots; undefined: straight into the total. */
  #addScalar(x: ReductionState, part: Local | null | undefined, at: Local): void {
    const { ev } = this.#writer;
    const f = this.#f;
    const value: Operand = () => ev.evaluation([x.acc.value], [], () => ev.scalar(x.acc.value));
    if (x.position !== null) return this.#search(x, x.position, value, at);
    if (part === undefined) f.set(x.total, this.#combine(x, x.total, value));
    else if (part !== null) f.set(part, this.#combine(x, part, value));
    else {
      const slot = f.local("i32");
      const lane = op("i32.and", at, this.#lanes - 1);
      f.set(slot, add(this.#pointer, op("i32.mul", lane, BYTES[x.type])));
      this.#storeSlot(x, 0, slot, this.#combine(x, this.#loadSlot(x, 0, slot), value));
      f.release(slot);
    }
  }

  /** The first NaN wins, else the first best. */
  #search(x: ReductionState, position: Local, value: Operand, at: Local): void {
    const f = this.#f;
    const r = REGISTER[x.type];
    const element = f.local(r);
    f.set(element, value);
    const suffix = isFloat(x.type) ? "" : isUnsigned(x.type) ? "_u" : "_s";
    const better = op(`${r}.${x.acc.monoid === "argmax" ? "gt" : "lt"}${suffix}` as PlainOp, element, x.total);
    const wins = isFloat(x.type)
      ? op(
          "i32.and",
          op(`${r}.eq` as PlainOp, x.total, x.total),
          op("i32.or", better, op(`${r}.ne` as PlainOp, element, element)),
        )
      : better;
    f.if(op("i32.or", op("i32.eqz", at), wins), () => f.set(x.total, element).set(position, at));
    f.release(element);
  }

  // --- vectors ---------------------------------------------------------------------------------

  #vectorBlock(states: readonly ReductionState[], plan: VectorLoopPlan, at: Local, stop: Local): void {
    const f = this.#f;
    const parts = this.#lanes / plan.analysis.lanes;
    const sums = states.map((x) => {
      const start = identityBytes(x);
      const locals = f.locals("v128", parts);
      for (const local of locals) f.set(local, (g) => g.v128(start));
      return locals;
    });
    const isLight = plan.cost <= LIGHT_COST && !plan.guarded;
    if (isLight) this.#wholeGroups(states, plan, sums, at, stop);
    const rest = (): void => {
      this.#spill(states, sums);
      this.#singles(states, plan, at, stop);
      this.#reload(states, sums);
    };
    if (isLight) f.if(op("i32.lt_s", at, stop), rest);
    else rest();
    states.forEach((x, i) => this.#fold(x, plan, sums[i]!));
    for (const locals of sums) f.release(...locals);
  }

  /** All lanes of the order at a time, sums in locals. */
  #wholeGroups(
    states: readonly ReductionState[],
    plan: VectorLoopPlan,
    sums: readonly (readonly Local[])[],
    at: Local,
    stop: Local,
  ): void {
    const f = this.#f;
    const parts = this.#lanes / plan.analysis.lanes;
    const whole = f.local("i32");
    f.set(whole, sub(stop, this.#lanes - 1));
    f.if(op("i32.lt_s", at, whole), () => {
      f.loop((next) => {
        writeVectors(this.#writer, plan, at, parts, null, () => {
          for (let part = 0; part < parts; part++) {
            states.forEach((x, i) => {
              const sum = sums[i]![part]!;
              this.#combineVectors(x, sum, this.#element(x, plan, part));
              f.set(sum);
            });
          }
        });
        f.tee(at, add(at, this.#lanes));
        f.push(whole).op("i32.lt_s").brIf(next);
      });
    });
    f.release(whole);
  }

  /** One vector at a time, sums in memory; lanes past the end count for nothing. */
  #singles(states: readonly ReductionState[], plan: VectorLoopPlan, at: Local, stop: Local): void {
    const f = this.#f;
    const { lanes } = plan.analysis;
    const bytes = (this.#lanes / lanes) * 16;
    const { count, lane, slot } = f.named("i32", "count", "lane", "slot");
    f.set(lane, 0);
    if (!plan.mayOverrun) {
      this.#rest(states, at, stop, slot, lanes);
      f.release(count, lane, slot);
      return;
    }
    f.loop((next) => {
      f.set(count, sub(stop, at));
      writeVectors(this.#writer, plan, at, 1, count, () => {
        f.set(slot, add(this.#pointer, lane));
        for (const x of states) {
          const offset = this.#scratchOf(x);
          f.get(slot);
          this.#combineVectors(x, (g) => g.load("v128.load", offset, slot), this.#masked(x, plan, count));
          f.store("v128.store", offset);
        }
      });
      f.set(lane, op("i32.and", add(lane, 16), bytes - 1));
      f.tee(at, add(at, lanes));
      f.push(stop).op("i32.lt_s").brIf(next);
    });
    f.release(count, lane, slot);
  }

  /** Element by element into the lanes in memory, where nothing past the end may be read. */
  #rest(states: readonly ReductionState[], at: Local, stop: Local, slot: Local, lanes: number): void {
    const { ev } = this.#writer;
    const f = this.#f;
    const lane = f.local("i32");
    f.loop((next) => {
      ev.scope(() => {
        this.#writer.write(this.#s.body);
        f.set(lane, op("i32.and", at, this.#lanes - 1));
        for (const x of states) {
          const value: Operand = () => ev.evaluation([x.acc.value], [], () => ev.scalar(x.acc.value));
          // Vector lane / lanes, then the place in it.
          const vector = op("i32.shl", op("i32.shr_u", lane, Math.log2(lanes)), 4);
          const place = op("i32.mul", op("i32.and", lane, lanes - 1), BYTES[x.type]);
          f.set(slot, add(this.#pointer, add(vector, place)));
          this.#storeSlot(x, 0, slot, this.#combine(x, this.#loadSlot(x, 0, slot), value));
        }
      });
      f.tee(at, add(at, 1));
      f.push(stop).op("i32.lt_s").brIf(next);
    });
    f.release(lane);
  }

  #spill(states: readonly ReductionState[], sums: readonly (readonly Local[])[]): void {
    states.forEach((x, i) => {
      sums[i]!.forEach((sum, part) => {
        this.#f.store("v128.store", this.#scratchOf(x) + part * 16, this.#pointer, sum);
      });
    });
  }

  #reload(states: readonly ReductionState[], sums: readonly (readonly Local[])[]): void {
    states.forEach((x, i) => {
      sums[i]!.forEach((sum, part) => {
        this.#f.set(sum, (g) => g.load("v128.load", this.#scratchOf(x) + part * 16, this.#pointer));
      });
    });
  }

  /** Lanes into one number: vectors by halves, then the lanes of the last one. */
  #fold(x: ReductionState, plan: VectorLoopPlan, sums: readonly Local[]): void {
    const f = this.#f;
    for (let half = sums.length / 2; half >= 1; half /= 2) {
      for (let i = 0; i < half; i++) {
        this.#combineVectors(x, sums[i]!, sums[i + half]!);
        f.set(sums[i]!);
      }
    }
    const part = f.local(REGISTER[x.type]);
    if (x.type === "bool") {
      const shape = integerShape(plan.analysis.localMaskWidth);
      f.set(part, x.acc.monoid === "or" ? op("v128.any_true", sums[0]!) : op(`${shape}.all_true` as PlainOp, sums[0]!));
    } else {
      const offset = this.#scratchOf(x);
      f.store("v128.store", offset, this.#pointer, sums[0]!);
      f.set(
        part,
        this.#tree(x, plan.analysis.lanes, (lane) => this.#loadSlot(x, lane * BYTES[x.type], this.#pointer)),
      );
    }
    this.#flush(x, part);
    f.release(part);
  }

  #combineVectors(x: ReductionState, a: Operand, b: Operand): void {
    vectorOp(this.#f, COMBINE[x.acc.monoid as keyof typeof COMBINE], x.type, [a, b]);
  }

  #element(x: ReductionState, plan: VectorLoopPlan, part: number): Operand {
    const { ev } = this.#writer;
    const { value } = x.acc;
    return () =>
      ev.evaluation([], [value], () => {
        if (value.type === "bool") ev.mask(value, part, plan.analysis.localMaskWidth);
        else ev.vector(value, part);
      });
  }

  /** The element vector with the identity in lanes past the end. */
  #masked(x: ReductionState, plan: VectorLoopPlan, count: Local): Operand {
    const width = x.type === "bool" ? plan.analysis.localMaskWidth : (BYTES[x.type] as MaskWidth);
    const element = this.#element(x, plan, 0);
    const inside: Operand = (f) => laneMask(f, width, count);
    const start = identityBytes(x);
    if (start.every((byte) => byte === 0)) return op("v128.and", element, inside);
    return op("v128.bitselect", element, (f) => f.v128(start), inside);
  }

  // --- numbers ---------------------------------------------------------------------------------

  #combine(x: ReductionState, a: Operand, b: Operand): Operand {
    const name = COMBINE[x.acc.monoid as keyof typeof COMBINE];
    return () => scalarOp(this.#writer.ev.context, name, x.type, [a, b]);
  }

  /** Lane i with lane i + n/2, and so on. */
  #tree(x: ReductionState, lanes: number, lane: (i: number) => Operand): Operand {
    const from = (first: number, step: number): Operand =>
      step >= lanes ? lane(first) : this.#combine(x, from(first, step * 2), from(first + step, step * 2));
    return from(0, 1);
  }

  /** Adds the result of a block to the total: with TwoSum (Knuth, TAOCP vol. 2, 4.2.2) where it is a float sum. */
  #flush(x: ReductionState, part: Local): void {
    const f = this.#f;
    if (x.error === null) {
      f.set(x.total, this.#combine(x, x.total, part));
      return;
    }
    const r = REGISTER[x.type] as "f32" | "f64";
    const [sum, t] = f.locals(r, 2) as [Local, Local];
    f.set(sum, op(`${r}.add`, x.total, part));
    f.set(t, op(`${r}.sub`, sum, x.total));
    const lost = op(`${r}.sub`, x.total, op(`${r}.sub`, sum, t));
    f.set(x.error, op(`${r}.add`, x.error, op(`${r}.add`, lost, op(`${r}.sub`, part, t))));
    f.set(x.total, sum);
    f.release(sum, t);
  }

  #scratchOf(x: ReductionState): number {
    let offset = this.#scratch.get(x.acc);
    if (offset === undefined) {
      // Room for lanes as vectors of the narrowest loop: two lanes each.
      offset = this.#writer.frame.scratch(this.#lanes * 16);
      this.#scratch.set(x.acc, offset);
    }
    return offset;
  }

  #loadSlot(x: ReductionState, offset: number, base: Local): Operand {
    return (f) => f.load(SCALAR_LOAD[x.type], this.#scratchOf(x) + offset, base);
  }

  #storeSlot(x: ReductionState, offset: number, base: Local, value: Operand): void {
    this.#f.store(SCALAR_STORE[x.type], this.#scratchOf(x) + offset, base, value);
  }
}

/** Whether bits depend on the order of combination. */
function isOrdered(acc: Accumulator): boolean {
  return isFloat(acc.target.type) && acc.monoid === "sum";
}

/** Leaves a mask of the first `count` lanes. */
function laneMask(f: FunctionBuilder, width: MaskWidth, count: Local): void {
  const shape = integerShape(width);
  const lanes = 16 / width;
  const numbers = new Uint8Array(16);
  const view = new DataView(numbers.buffer);
  for (let lane = 0; lane < lanes; lane++) view.setUint8(lane * width, lane);
  f.v128(numbers);
  const limit = op("select", count, lanes, op("i32.lt_s", count, lanes));
  if (width === 8) f.op("i64x2.splat", op("i64.extend_i32_s", limit));
  else f.op(`${shape}.splat` as PlainOp, limit);
  f.op(`${shape}.lt_s` as PlainOp);
}

function constant(type: ScalarType, value: number | bigint | boolean): Operand {
  return (f) => pushConstant(f, type, value);
}

function identityBytes(x: ReductionState): Uint8Array {
  return constantBytes(x.type, identityOf(x.acc.monoid, x.type));
}
