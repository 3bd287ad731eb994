/**
 * Where stored values live. Values that are only read in the iteration that computes them need no storage; values that stay in their row need
 * one row; an elementwise result may take over the storage of an operand that dies there; an update may go straight into the
 * shared variable when nobody reads the old value later.
 */
import type { Variable } from "../graph/variable.ts";
import type { Layout } from "../ir/lowered.ts";
import type { Buffer, Expr, Ref } from "../ir/node.ts";
import type { Scheduler } from "./schedule.ts";
import type { AccumulateMember, LoopRefs, Member, Place, Step, Use } from "./steps.ts";
import type { Stored, Tracer } from "./trace.ts";

/** The buffer and layout that a stored value ends up with; `null` when it is never stored. */
export interface Binding {
  readonly buffer: Buffer;
  readonly layout: Layout;
}

/** A buffer of the workspace and the steps during which its content matters. */
export interface TempSpan {
  readonly buffer: Buffer;
  readonly first: number;
  last: number;
}

/** A result that may be written into the storage of an input: an update and its shared variable. */
export interface UpdateTarget {
  readonly result: Stored;
  readonly shared: Stored;
}

export interface StoragePlan {
  readonly bindings: ReadonlyMap<Stored, Binding | null>;
  readonly temps: readonly TempSpan[];
  /** Updates that are written in place. */
  readonly inPlace: ReadonlySet<UpdateTarget>;
}

interface Definition {
  readonly stored: Stored;
  readonly place: Place;
}

export function planStorage(
  schedule: Scheduler,
  tracer: Tracer,
  refs: LoopRefs,
  targets: readonly UpdateTarget[],
  fallible: ReadonlySet<number>,
): StoragePlan {
  return new StoragePlanner(schedule, tracer, refs, fallible).run(targets);
}

class StoragePlanner {
  readonly #schedule: Scheduler;
  readonly #tracer: Tracer;
  readonly #refs: LoopRefs;
  /** The last step that may stop the program. */
  readonly #lastFallible: number;
  readonly #uses = new Map<Stored, Use[]>();
  readonly #bindings = new Map<Stored, Binding | null>();
  /** Who holds a buffer's content at last. */
  readonly #holder = new Map<Buffer, Stored>();

  constructor(schedule: Scheduler, tracer: Tracer, refs: LoopRefs, fallible: ReadonlySet<number>) {
    this.#schedule = schedule;
    this.#tracer = tracer;
    this.#refs = refs;
    this.#lastFallible = Math.max(-1, ...fallible);
    for (const use of schedule.uses) {
      const list = this.#uses.get(use.stored);
      if (list === undefined) this.#uses.set(use.stored, [use]);
      else list.push(use);
    }
  }

  run(targets: readonly UpdateTarget[]): StoragePlan {
    const inPlace = new Set<UpdateTarget>();
    for (const target of targets) if (this.#bindInPlace(target)) inPlace.add(target);
    for (const definition of this.#definitions()) this.#bind(definition);
    return { bindings: this.#bindings, temps: this.#spans(), inPlace };
  }

  /** Stored values in the order in which they come into being. */
  *#definitions(): Iterable<Definition> {
    const { steps, places } = this.#schedule;
    for (const [step, s] of steps.entries()) {
      if (s.kind === "opaque") {
        for (const stored of s.root.targets) yield { stored, place: places.get(stored.variable)! };
      } else if (s.kind === "nest") {
        for (const [item, i] of s.items.entries()) {
          for (const m of i.kind === "inner" ? i.members : [i.member]) yield* this.#defined(m, step, item);
        }
      }
    }
  }

  *#defined(m: Member, step: number, item: number): Iterable<Definition> {
    if (m.kind === "map") {
      const kind = this.#schedule.places.get(m.target.variable)?.kind ?? "map";
      yield { stored: m.target, place: { step, item, kind, index: m.index } };
    } else {
      const kind = m.kind === "reduce" ? "reduce" : "whole";
      for (const stored of m.root.targets) yield { stored, place: { step, item, kind, index: m.index } };
    }
  }

  #bind({ stored, place }: Definition): void {
    if (this.#bindings.has(stored)) return;
    const isTemp = stored.buffer.role === "temp" && stored.isFixed !== true;
    const uses = this.#uses.get(stored) ?? [];
    const real = uses.filter((u) => !isForwarded(u, place));
    // A block writes all of its outputs, wanted or not.
    if (isTemp && real.length === 0 && this.#schedule.steps[place.step]!.kind !== "opaque") {
      this.#bindings.set(stored, null);
      return;
    }
    if (isTemp && place.kind === "map" && real.every((u) => u.step === place.step) && this.#bindRow(stored, place))
      return;
    if (this.#takeOver(stored, place)) return;
    this.#bindings.set(stored, stored);
    this.#holder.set(stored.buffer, stored);
  }

  /** One row is enough for a value that other items of its own row read. */
  #bindRow(stored: Stored, place: Place): boolean {
    const isRow = place.index.map((e) => this.#refs.rows.includes(e as Ref));
    if (!isRow.includes(true)) return false;
    const { b } = this.#tracer;
    const sizes = stored.sizes.map((n, axis) => (isRow[axis] ? b.index(1) : n));
    const strides = this.#tracer.contiguous(sizes).strides.map((e, axis) => (isRow[axis] ? b.index(0) : e));
    const slots = stored.dtype.startsWith("complex") ? 2 : 1;
    const size = this.#tracer.alg.multiply(b.index(slots), ...sizes);
    const buffer = b.workerBuffer(`${stored.buffer.name}.row`, stored.buffer.type, size);
    this.#bindings.set(stored, { buffer, layout: { offset: b.index(0), strides } });
    this.#holder.set(buffer, stored);
    return true;
  }

  // --- taking over storage ---------------------------------------------------------------------

  #takeOver(stored: Stored, place: Place): boolean {
    if (stored.isFixed === true || (stored.buffer.role !== "temp" && stored.buffer.role !== "output")) return false;
    for (const other of this.#operandsOf(place)) {
      const binding = this.#bindings.get(other);
      if (binding === undefined || binding === null || binding.buffer.role !== "temp") continue;
      // An output has storage of its own; the operand would have to be computed there from the start.
      if (other.isFixed === true || stored.buffer.role === "output" || this.#holder.get(binding.buffer) !== other)
        continue;
      if (!this.#mayReplace(stored, place, other, binding)) continue;
      this.#bindings.set(stored, { buffer: binding.buffer, layout: stored.layout });
      this.#holder.set(binding.buffer, stored);
      return true;
    }
    return false;
  }

  #operandsOf(place: Place): readonly Stored[] {
    const step = this.#schedule.steps[place.step]!;
    if (step.kind === "guard") return [];
    if (step.kind === "opaque") return this.#replaceable(step);
    const key = `${place.step},${place.item}`;
    let list = this.#operands.get(key);
    if (list === undefined) {
      const found = new Set<Stored>();
      for (const use of this.#usesByStep().get(place.step) ?? []) if (use.item <= place.item) found.add(use.stored);
      list = [...found].filter((other) => this.#birth(other) < place.step);
      this.#operands.set(key, list);
    }
    return list;
  }

  /** The step that computes a value; -1 for what is given. */
  #birth(stored: Stored): number {
    return this.#schedule.places.get(stored.variable)?.step ?? -1;
  }

  /** What was there before a step and is read in it up to one of its items. */
  readonly #operands = new Map<string, readonly Stored[]>();

  #byStep: Map<number, Use[]> | undefined;

  #usesByStep(): ReadonlyMap<number, readonly Use[]> {
    if (this.#byStep === undefined) {
      this.#byStep = new Map();
      for (const use of this.#schedule.uses) {
        const list = this.#byStep.get(use.step);
        if (list === undefined) this.#byStep.set(use.step, [use]);
        else list.push(use);
      }
    }
    return this.#byStep;
  }

  /** The operand that a call may overwrite with its result. */
  #replaceable(step: Step & { kind: "opaque" }): Stored[] {
    const { form } = step.root;
    const input = form.form === "call" ? form.c : form.startsAs;
    if (input === undefined) return [];
    const operand = step.operands[input]!;
    const stored = this.#tracer.stores.get(operand.variable);
    if (stored === undefined) return [];
    // The same storage must not be read by another operand.
    const others = step.operands.filter((o, i) => i !== input && o?.buffer === stored.buffer);
    return others.length === 0 ? [stored] : [];
  }

  /** May `stored`, which comes into being at `place`, be written over the storage of `other`? */
  #mayReplace(stored: Stored, place: Place, other: Stored, held: Binding): boolean {
    if (stored.buffer.type !== held.buffer.type || stored.buffer.size !== held.buffer.size) return false;
    if (!stored.sizes.every((n, axis) => n === other.sizes[axis])) return false;
    if (stored.sizes.length !== other.sizes.length || this.#birth(other) >= place.step) return false;
    const isOpaque = this.#schedule.steps[place.step]!.kind === "opaque";
    if (place.kind !== "map" && place.kind !== "scalar" && !isOpaque) return false;
    if (!this.#tracer.isContiguous(other)) return false;
    return (this.#uses.get(other) ?? []).every((use) => this.#isBefore(use, place, isOpaque));
  }

  /** Is the use over when an element at `place` is written? */
  #isBefore(use: Use, place: Place, isOpaque: boolean): boolean {
    if (use.step !== place.step) return use.step < place.step;
    if (isOpaque) return true;
    if (use.index === null) return false;
    if (use.item === place.item || !this.#hasRows(place)) {
      if (use.item < place.item) return true;
      return use.item === place.item && place.index.every((e, axis) => e === use.index![axis]);
    }
    // Another item of the same nest: earlier in the row, and in this row only.
    const inRow = place.index.every((e, axis) => !this.#refs.rows.includes(e as Ref) || e === use.index![axis]);
    return use.item < place.item && inRow;
  }

  #hasRows(place: Place): boolean {
    const step = this.#schedule.steps[place.step]!;
    return step.kind === "nest" && step.sizes.length > 0;
  }

  // --- updates ---------------------------------------------------------------------------------

  #bindInPlace({ result, shared }: UpdateTarget): boolean {
    const place = this.#schedule.places.get(result.variable);
    if (place === undefined || this.#bindings.has(result)) return false;
    // A failure after the first write would leave the shared variable changed.
    if (place.step <= this.#lastFallible || this.#holder.has(shared.buffer)) return false;
    if (this.#schedule.steps[place.step]!.kind === "opaque") {
      const step = this.#schedule.steps[place.step] as Step & { kind: "opaque" };
      const reads = step.operands.some((o, i) => o?.buffer === shared.buffer && !this.#isReplaced(step, i));
      if (reads) return false;
    }
    if (!this.#mayReplace(result, place, shared, shared)) return false;
    this.#bindings.set(result, {
      buffer: shared.buffer,
      layout: { offset: shared.layout.offset, strides: result.layout.strides },
    });
    this.#holder.set(shared.buffer, result);
    return true;
  }

  #isReplaced(step: Step & { kind: "opaque" }, input: number): boolean {
    const { form } = step.root;
    return (form.form === "call" ? form.c : form.startsAs) === input;
  }

  // --- liveness --------------------------------------------------------------------------------

  #spans(): TempSpan[] {
    const spans = new Map<Buffer, TempSpan>();
    for (const { stored, place } of this.#definitions()) {
      const binding = this.#bindings.get(stored);
      if (binding === undefined || binding === null || binding.buffer.role !== "temp") continue;
      if (stored.isFixed === true) continue;
      let span = spans.get(binding.buffer);
      if (span === undefined) {
        spans.set(binding.buffer, (span = { buffer: binding.buffer, first: place.step, last: place.step }));
      }
      for (const use of this.#uses.get(stored) ?? []) span.last = Math.max(span.last, use.step);
    }
    return [...spans.values()];
  }
}

/** Read in the very iteration, or in the row, where the value is at hand as a scalar? */
export function isForwarded(use: Use, place: Place): boolean {
  if (use.step !== place.step || use.index === null || place.kind === "whole") return false;
  if (place.kind === "map" && use.item !== place.item) return false;
  return place.index.every((e, axis) => e === use.index![axis]);
}

/** The accumulators of a nest. */
export function accumulatorsOf(step: Step): AccumulateMember[] {
  if (step.kind !== "nest") return [];
  return step.items.flatMap((i) =>
    i.kind === "inner" ? i.members.filter((m): m is AccumulateMember => m.kind === "accumulate") : [],
  );
}

/** Byte offsets in the workspace, from the byte sizes of the temps: storage is given out and taken back step by step. */
export function placeTemps(
  temps: readonly TempSpan[],
  bytesOf: (buffer: Buffer) => number,
): { readonly offsets: Map<Buffer, number>; readonly total: number } {
  const offsets = new Map<Buffer, number>();
  const order = [...temps].sort((a, b) => a.first - b.first);
  // Free blocks by offset; the list stays short.
  const live: { offset: number; bytes: number; last: number }[] = [];
  let total = 0;
  for (const { buffer, first, last } of order) {
    const bytes = roundUp(bytesOf(buffer));
    for (let i = live.length - 1; i >= 0; i--) if (live[i]!.last < first) live.splice(i, 1);
    live.sort((a, b) => a.offset - b.offset);
    let offset = 0;
    for (const block of live) {
      if (block.offset - offset >= bytes) break;
      offset = Math.max(offset, block.offset + block.bytes);
    }
    live.push({ offset, bytes, last });
    offsets.set(buffer, offset);
    total = Math.max(total, offset + bytes);
  }
  return { offsets, total };
}

function roundUp(bytes: number): number {
  return Math.ceil(bytes / 64) * 64;
}

/** Variables whose storage lies outside the workspace. */
export function isExternal(stored: Stored): boolean {
  return stored.buffer.role !== "temp";
}

export type StoredByVariable = ReadonlyMap<Variable, Stored>;
export type BufferSize = (e: Expr) => number;
