/**
 * Loops of a program as functions of their own, called for a stretch of iterations at a time: engines replace a function by its
 * optimised form between calls, never inside one, so that a long loop in one call would run unoptimised to its end.
 */
import type { Expr, For, Reduce, Ref, ScalarType, Stmt } from "../../ir/node.ts";
import type { IrBuilder } from "../../ir/build.ts";
import { boundOf, type Work, workOf } from "../work.ts";
import { BodyWriter, type Loop } from "./bodyWriter.ts";
import { Evaluator } from "./evaluator.ts";
import { innerBodies, within } from "../../ir/traverse.ts";
import { factsOf, freeRefs } from "./facts.ts";
import { type FrameLayout, SLOT_BYTES } from "./frame.ts";
import { add, op } from "./functionBuilder.ts";
import type { FunctionBuilder, Local, Operand } from "./functionBuilder.ts";
import type { Helpers } from "./helpers.ts";
import type { ModuleBuilder } from "./moduleBuilder.ts";
import { ReductionWriter, type ReductionState } from "./reduction.ts";
import { repeatedLoops, type Repeated, type Repetition } from "./repeatedLoops.ts";
import { REGISTER } from "./scalarTypes.ts";
import { mul } from "./functionBuilder.ts";

/** Innermost iterations per call, roughly. */
const CHUNK = 16_384;
/** Additions in a loop for which several threads are worth their while. */
const LEAST_WORK = 800_000;
/** How often a loop is taken to go round where nobody knows. */
const UNKNOWN_EXTENT = 64;

/** Writes the functions of one program. */
export class KernelWriter {
  readonly #b: IrBuilder;
  readonly #module: ModuleBuilder;
  readonly #helpers: Helpers;
  readonly #frame: FrameLayout;
  /** Refs that kernels read from the frame. */
  readonly #crossing = new Set<Ref>();
  /** Loops that share a function with others of their form. */
  #repeated: ReadonlyMap<Stmt, Repetition> = new Map();
  readonly #shared = new Map<Repeated, SharedLoop>();
  /** Slots of what the loops of the form that is being written are given. */
  #given: ReadonlyMap<Ref, number> | null = null;
  #count = 0;

  constructor(b: IrBuilder, module: ModuleBuilder, helpers: Helpers, frame: FrameLayout) {
    this.#b = b;
    this.#module = module;
    this.#helpers = helpers;
    this.#frame = frame;
  }

  /** `main(frame)`: 0, or the code of a failure. */
  main(body: readonly Stmt[], args: readonly Ref[]): FunctionBuilder {
    this.#findCrossing(body);
    this.#repeated = repeatedLoops(body);
    const f = this.#module.function("main", ["i32"], ["i32"]);
    const writer = this.#outer(f, (outer, s) => this.#callShared(outer, s, args) || this.#outline(outer, s));
    // What only shared functions need goes from slot to slot.
    this.#load(
      writer,
      freeIn(
        body.filter((s) => !this.#repeated.has(s)),
        args,
      ),
    );
    writer.write(body);
    f.i32(0);
    return f;
  }

  /** A writer for a function that calls kernels. */
  #outer(f: FunctionBuilder, outline: (outer: BodyWriter, s: Loop) => boolean): BodyWriter {
    const pointer = f.param(0);
    return new BodyWriter({
      ev: this.#evaluator(f),
      frame: this.#frame,
      pointer,
      onDefine: (ref, local) => {
        if (ref.kind === "ref" && this.#crossing.has(ref)) this.#save(f, pointer, ref, local);
      },
      outline,
    });
  }

  #evaluator(f: FunctionBuilder): Evaluator {
    return new Evaluator(this.#b, { f, helpers: this.#helpers });
  }

  #findCrossing(body: readonly Stmt[]): void {
    for (const s of body) {
      if (isKernel(s)) for (const ref of freeRefs([s])) this.#crossing.add(ref);
      else for (const inner of innerBodies(s)) this.#findCrossing(inner);
    }
  }

  #save(f: FunctionBuilder, pointer: Local, ref: Ref, local: Local): void {
    f.store(`${REGISTER[ref.type]}.store`, this.#frame.slot(ref), pointer, local);
  }

  /** Refs of the frame into locals. */
  #load(writer: BodyWriter, refs: Iterable<Ref>): void {
    const { f } = writer;
    for (const ref of refs) {
      f.load(`${REGISTER[ref.type]}.load`, this.#slot(ref), writer.pointer).set(writer.ev.declare(ref));
    }
  }

  #slot(ref: Ref): number {
    return this.#given?.get(ref) ?? this.#frame.slot(ref);
  }

  // --- functions of several loops --------------------------------------------------------------

  /** Puts what a loop gives into the slots of its form and calls the function of the form. */
  #callShared(outer: BodyWriter, s: Loop, args: readonly Ref[]): boolean {
    const repetition = this.#repeated.get(s);
    if (repetition === undefined) return false;
    const { form, given } = repetition;
    let shared = this.#shared.get(form);
    if (shared === undefined) this.#shared.set(form, (shared = this.#sharedLoop(form, given, args)));
    const { f, pointer, ev } = outer;
    for (const [i, slot] of shared.slots.entries()) {
      if (slot < 0) continue;
      const ref = given[i]!;
      const register = REGISTER[ref.type];
      const local = ev.scalars.get(ref);
      const value: Operand = local ?? ((g) => void g.load(`${register}.load`, this.#frame.slot(ref), pointer));
      f.store(`${register}.store`, slot, pointer, value);
    }
    f.call(shared.function, pointer);
    this.#endIfFailed(f, form.first);
    return true;
  }

  /** `(frame)`: a loop of a form; what is the same for all of its loops stays in its own slot. */
  #sharedLoop(form: Repeated, given: readonly Ref[], args: readonly Ref[]): SharedLoop {
    const own = new Set(args);
    const slots = given.map((ref, i) => (form.differs[i] || !own.has(ref) ? this.#frame.scratch(SLOT_BYTES) : -1));
    this.#given = new Map(given.flatMap((ref, i) => (slots[i]! < 0 ? [] : [[ref, slots[i]!]])));
    const f = this.#module.function("loop", ["i32"], ["i32"]);
    const writer = this.#outer(f, (outer, s) => this.#outline(outer, s));
    this.#load(writer, given);
    writer.write([form.first]);
    f.i32(0);
    this.#given = null;
    return { function: f, slots };
  }

  /** Takes the code that a call left and returns it, if the loop that was called may fail. */
  #endIfFailed(f: FunctionBuilder, s: Loop): void {
    if (!factsOf([s]).fails) return void f.op("drop");
    const code = f.local("i32");
    f.tee(code).if(null, () => f.return(code));
    f.release(code);
  }

  // --- kernels ---------------------------------------------------------------------------------

  #outline(outer: BodyWriter, s: Loop): boolean {
    if (!isKernel(s)) return false;
    if (s.kind === "for") this.#forKernel(outer, s);
    else this.#reduceKernel(outer, s);
    return true;
  }

  /** A function `(frame, start, end)`. */
  #kernel(s: Loop, write: (writer: BodyWriter, start: Local, end: Local) => void): FunctionBuilder {
    const f = this.#module.function(`kernel${this.#count++}`, ["i32", "i32", "i32"], ["i32"]);
    const { frame, start, end } = f.parameters("frame", "start", "end");
    const writer = new BodyWriter({
      ev: this.#evaluator(f),
      frame: this.#frame,
      pointer: frame,
      onDefine: () => {},
      outline: null,
    });
    this.#load(writer, freeRefs([s]));
    write(writer, start, end);
    f.i32(0);
    return f;
  }

  #forKernel(outer: BodyWriter, s: For): void {
    const kernel = this.#kernel(s, (writer, start, end) => writer.range(s, start, end));
    const isShared = this.#helpers.threads && s.mode !== "serial" && !factsOf([s]).fails;
    if (isShared) this.#module.export(kernel);
    this.#callInChunks(outer, s, kernel, 1, isShared ? this.#count - 1 : null);
  }

  #reduceKernel(outer: BodyWriter, s: Reduce): void {
    const slots = s.accs.map((acc) => this.#stateSlots(acc.target.type));
    const kernel = this.#kernel(s, (writer, start, end) => {
      const reduction = new ReductionWriter(writer, s);
      const states = s.accs.map((acc) => reduction.declare(acc));
      states.forEach((x, i) => this.#loadState(writer, x, slots[i]!));
      reduction.range(states, start, end);
      states.forEach((x, i) => this.#saveState(writer, x, slots[i]!));
    });
    const reduction = new ReductionWriter(outer, s);
    const states = reduction.states();
    states.forEach((x, i) => this.#saveState(outer, x, slots[i]!));
    this.#callInChunks(outer, s, kernel, Math.max(1, reduction.block));
    states.forEach((x, i) => this.#loadState(outer, x, slots[i]!));
    outer.results(s, reduction, states);
  }

  #stateSlots(type: ScalarType): StateSlots {
    const slot = (of: ScalarType): number => this.#frame.slot(this.#b.ref(of, "state"));
    return { total: slot(type), error: slot(type), position: slot("index") };
  }

  #loadState(writer: BodyWriter, x: ReductionState, slots: StateSlots): void {
    const { f, pointer } = writer;
    const r = REGISTER[x.type];
    f.load(`${r}.load`, slots.total, pointer).set(x.total);
    if (x.error !== null) f.load(`${r}.load`, slots.error, pointer).set(x.error);
    if (x.position !== null) f.load("i32.load", slots.position, pointer).set(x.position);
  }

  #saveState(writer: BodyWriter, x: ReductionState, slots: StateSlots): void {
    const { f, pointer } = writer;
    const r = REGISTER[x.type];
    f.store(`${r}.store`, slots.total, pointer, x.total);
    if (x.error !== null) f.store(`${r}.store`, slots.error, pointer, x.error);
    if (x.position !== null) f.store("i32.store", slots.position, pointer, x.position);
  }

  /** Chunks are multiples of `grain` and of what vector loops take at a time. */
  #callInChunks(
    outer: BodyWriter,
    s: Loop,
    kernel: FunctionBuilder,
    grain: number,
    shared: number | null = null,
  ): void {
    const { f, pointer } = outer;
    const end = outer.local(s.extent);
    const [start, stop, chunk] = f.locals("i32", 3) as [Local, Local, Local];
    f.set(chunk, this.#chunk(outer, s, grain));
    f.set(start, 0);
    if (shared !== null) this.#offer(outer, s, shared, start, end, chunk);
    f.if(op("i32.lt_s", start, end), () => {
      f.loop((next) => {
        f.set(stop, op("i32.sub", end, start));
        f.set(stop, add(start, op("select", stop, chunk, op("i32.lt_s", stop, chunk))));
        f.call(kernel, pointer, start, stop);
        this.#endIfFailed(f, s);
        f.tee(start, stop);
        f.push(end).op("i32.lt_s").brIf(next);
      });
    });
    f.release(end, start, stop, chunk);
  }

  /** Offers a loop with much to do to other threads; `start` becomes `end` if they have done it. */
  #offer(outer: BodyWriter, s: Loop, number: number, start: Local, end: Local, chunk: Local): void {
    const { f, pointer } = outer;
    const work = f.local("f64");
    f.set(work, op("f64.mul", op("f64.convert_i32_s", end), this.#workOfRound(outer, s)));
    f.if(
      op("f64.ge", work, (w) => void w.f64(LEAST_WORK)),
      () => {
        f.i32(number).push(pointer, end, chunk, work).call(this.#helpers.parallel());
        f.if(null, () => f.set(start, end));
      },
    );
    f.release(work);
  }

  /** Additions of one round, roughly. */
  #workOfRound(outer: BodyWriter, s: Loop): Operand {
    return this.#additions(outer, workOf(s.body, s.kind === "reduce" ? s.accs : []));
  }

  #additions(outer: BodyWriter, { additions, loops, lets }: Work): Operand {
    const constant = (w: FunctionBuilder, x: number): void => void w.f64(x);
    let total: Operand = (w) => constant(w, Math.max(1, additions));
    for (const { extent, inside } of loops) {
      const bound = this.#bound(outer, extent, lets);
      const times = bound === null ? (w: FunctionBuilder) => constant(w, UNKNOWN_EXTENT) : this.#rounds(outer, bound);
      total = op("f64.add", total, op("f64.mul", times, this.#additions(outer, inside)));
    }
    return total;
  }

  #rounds({ f, ev }: BodyWriter, extent: Expr): Operand {
    if (extent.kind === "const") return (w) => void w.f64(Number(extent.value));
    const rounds = f.local("i32");
    ev.evaluation([extent], [], () => f.set(rounds, ev.value(extent)));
    return op("f64.convert_i32_s", rounds);
  }

  /** Outer iterations per call: the more innermost ones are in each, the fewer. */
  #chunk(outer: BodyWriter, s: Loop, grain: number): Operand {
    const { loops, lets } = workOf(s.body);
    if (loops.length === 0) return Math.max(grain, Math.floor(CHUNK / grain) * grain);
    const inside = this.#innermost(outer, loops, lets);
    if (inside === null) return grain;
    const { f } = outer;
    const rows = f.local("i32");
    const constant = (x: number) => (w: FunctionBuilder) => void w.f64(x);
    f.set(rows, op("i32.trunc_f64_s", op("f64.div", constant(CHUNK), op("f64.max", inside, constant(1)))));
    f.release(rows);
    const grains = op("i32.div_u", rows, grain);
    return mul(op("select", grains, 1, grains), grain);
  }

  /** How often the innermost of some loops go round together; null where nobody knows. */
  #innermost(outer: BodyWriter, loops: Work["loops"], lets: Work["lets"]): Operand | null {
    let sum: Operand | null = null;
    for (const { extent, inside } of loops) {
      const bound = this.#bound(outer, extent, lets);
      const below = inside.loops.length === 0 ? null : this.#innermost(outer, inside.loops, lets);
      if (bound === null || (below === null && inside.loops.length > 0)) return null;
      const rounds = this.#rounds(outer, bound);
      const product = below === null ? rounds : op("f64.mul", rounds, below);
      sum = sum === null ? product : op("f64.add", sum, product);
    }
    return sum;
  }

  /** What `extent` is not larger than, of what is known outside; null where there is no such thing. */
  #bound({ ev }: BodyWriter, extent: Expr, lets: Work["lets"]): Expr | null {
    const isKnown = (e: Expr): boolean => (e.kind === "ref" ? ev.scalars.has(e) : e.kind !== "load");
    return boundOf(this.#b, extent, (e) => [...within(e)].every(isKnown), lets);
  }
}

/** The function of several loops, and the slots in the frame for what they give it; -1 for what it finds where it is. */
interface SharedLoop {
  readonly function: FunctionBuilder;
  readonly slots: readonly number[];
}

/** Offsets in the frame of what a kernel carries from call to call. */
interface StateSlots {
  readonly total: number;
  readonly error: number;
  readonly position: number;
}

/** Loops without matrix products that change nothing outside but memory. */
function isKernel(s: Stmt): s is Loop {
  if (s.kind !== "for" && s.kind !== "reduce") return false;
  const { products, assigned, defined } = factsOf([s]);
  if (products || [...assigned].some((ref) => !defined.has(ref))) return false;
  // The loops inside become kernels then.
  if (s.kind === "for" && s.mode === "serial" && s.body.some(isParallel)) return false;
  return !(s.extent.kind === "const" && Number(s.extent.value) <= 8 && factsOf([s]).loops === 1);
}

function isParallel(s: Stmt): boolean {
  return s.kind === "for" && (s.mode === "parallel" || (s.mode === "serial" && s.body.some(isParallel)));
}

/** Those of `args` that statements outside of kernels use, and all that bounds and calls of kernels need. */
function freeIn(body: readonly Stmt[], args: readonly Ref[]): Ref[] {
  const used = freeRefs(body);
  return args.filter((ref) => used.has(ref));
}
