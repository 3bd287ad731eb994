/**
 * The order of the computation and who shares a loop. A schedule is a list of steps; a nest step is a loop over rows whose
 * body is a list of items: scalars per row, and inner loops over what is left of the space. A softmax over rows is one nest with three inner
 * loops; independent maps over one space are one nest with several scalars.
 */
import { InternalError } from "../errors.ts";
import type { Apply } from "../graph/apply.ts";
import type { Variable } from "../graph/variable.ts";
import type { ElementValue, ReduceForm } from "../ir/lowered.ts";
import { isSearch } from "../ir/monoid.ts";
import type { Expr, Ref } from "../ir/node.ts";
import { mayShareLoop } from "./order.ts";
import {
  accumulatedIn,
  partsOf,
  type GuardStep,
  type InnerItem,
  type LoopRefs,
  type MapMember,
  type MapRoot,
  type Member,
  type NestStep,
  type OpaqueRoot,
  type Place,
  type ReduceRoot,
  type Root,
  type Step,
  type Use,
} from "./steps.ts";
import type { Read, Stored, TracedGuard, Tracer } from "./trace.ts";

/** How the axes of a space become loops: which are rows and which are inner. Axes of size 1 are neither. */
interface Split {
  readonly index: readonly Expr[];
  readonly rows: readonly Expr[];
  readonly inner: readonly Expr[];
}

interface SplitChoice {
  readonly rows: number;
  /** May a nest be started for it, or only one be joined that is there? */
  readonly mayStart: boolean;
}

interface Candidate {
  readonly step: number;
  readonly item: number;
}

export class Scheduler {
  /** Guards that are tested before the first step. */
  readonly prologue: GuardStep[] = [];
  readonly steps: Step[] = [];
  readonly places: Map<Variable, Place> = new Map();
  readonly uses: Use[] = [];
  readonly #tracer: Tracer;
  readonly #refs: LoopRefs;
  readonly #readers: (v: Variable) => readonly Apply[];
  readonly #fusion: boolean;
  /** Nest steps by the sizes of their rows. */
  readonly #nests = new Map<string, number[]>();
  readonly #guards = new Map<TracedGuard, number>();

  constructor(tracer: Tracer, refs: LoopRefs, readers: (v: Variable) => readonly Apply[], fusion: boolean) {
    this.#tracer = tracer;
    this.#refs = refs;
    this.#readers = readers;
    this.#fusion = fusion;
  }

  add(root: Root): void {
    if (root.kind === "map") this.#addMap(root);
    else if (root.kind === "reduce") this.#addReduce(root);
    else this.#addOpaque(root);
  }

  // --- maps ------------------------------------------------------------------------------------

  #addMap(root: MapRoot): void {
    const { target } = root;
    const axes = this.#longAxes(target.sizes);
    const first = this.#trace(root, this.#split(target.sizes, axes.length));
    const reads = this.#readsOf(first.values);
    for (const { rows, mayStart } of this.#splitChoices(root, axes, reads)) {
      const split = this.#split(target.sizes, rows);
      const traced = rows === axes.length ? first : this.#trace(root, split);
      const own = rows === axes.length ? reads : this.#readsOf(traced.values);
      const place = this.#findPlace(own, split, traced.guards, mayStart);
      if (place === null) continue;
      const member: MapMember = { kind: "map", target, index: split.index, value: traced.value };
      this.#insert(member, split, place, own, target);
      return;
    }
  }

  #trace(root: MapRoot, split: Split): Traced {
    const { value, guards } = this.#tracer.collectGuards(() =>
      root.source === null
        ? this.#tracer.compute(root.target.variable, split.index)
        : this.#tracer.read(root.source, split.index),
    );
    return { value, values: partsOf(value), guards };
  }

  /** Numbers of leading axes that may be rows, the preferred first; the last makes every axis a row. */
  *#splitChoices(root: MapRoot, axes: readonly number[], reads: readonly Read[]): Iterable<SplitChoice> {
    if (this.#fusion) {
      const near = this.#splitNearInputs(root.target, axes, reads);
      if (near !== null) yield { rows: near, mayStart: false };
      const wanted = this.#splitForReaders(root.target, axes);
      if (wanted !== null) yield { rows: wanted, mayStart: true };
    }
    yield { rows: axes.length, mayStart: true };
  }

  /** The rows of the nest that computes an input, if they are the leading axes of this space. */
  #splitNearInputs(target: Stored, axes: readonly number[], reads: readonly Read[]): number | null {
    let latest = -1;
    for (const { stored } of reads) latest = Math.max(latest, this.places.get(stored.variable)?.step ?? -1);
    const step = this.steps[latest];
    if (step?.kind !== "nest") return null;
    const { sizes } = step;
    if (sizes.length === 0 || sizes.length >= axes.length) return null;
    return sizes.every((e, i) => e === target.sizes[axes[i]!]) ? sizes.length : null;
  }

  /** The rows of a reduction that will read this value element by element. */
  #splitForReaders(target: Stored, axes: readonly number[]): number | null {
    const work: [Variable, number][] = [[target.variable, 0]];
    for (let entry = work.pop(); entry !== undefined; entry = work.pop()) {
      const [v, depth] = entry;
      for (const reader of this.#readers(v)) {
        const form = this.#tracer.shapes.lowered.get(reader)!;
        if (form.form === "reduce" && reader.inputs[0] === v) {
          const rows = rowsOfReduction(axes, form);
          if (rows !== null) return rows;
        }
        const out = reader.outputs[0]!;
        if (form.form !== "pointwise" || depth >= 6) continue;
        const sizes = this.#tracer.shapes.of(out);
        if (sizes.length === target.sizes.length && sizes.every((e, i) => e === target.sizes[i])) {
          work.push([out, depth + 1]);
        }
      }
    }
    return null;
  }

  // --- reductions ------------------------------------------------------------------------------

  #addReduce(root: ReduceRoot): void {
    const operand = root.node.inputs[0]!;
    const sizes = this.#tracer.shapes.of(operand);
    const axes = this.#longAxes(sizes);
    const reduced = new Set(root.form.axes);
    const isComplex = root.targets[0]!.dtype.startsWith("complex");
    const searching = isSearch(root.form.monoid);
    const last = axes.at(-1);
    const isRow =
      last === undefined || reduced.has(last) || searching || isComplex || !axes.some((a) => reduced.has(a));
    const split = isRow ? this.#splitRows(sizes, axes, reduced) : this.#splitColumns(sizes, axes, reduced);
    const traced = this.#tracer.collectGuards(() => this.#tracer.read(operand, split.index));
    const value = root.form.element?.(traced.value) ?? traced.value;
    const values = partsOf(value).map((e) => this.#tracer.b.cast(e, root.form.accType));
    const reads = this.#readsOf(values);
    const count = this.#tracer.alg.multiply(...root.form.axes.map((a) => sizes[a]!));
    // Indices of the result: the kept axes, in order.
    const index = split.index.filter((_, axis) => !reduced.has(axis));
    const place = this.#findPlace(reads, split, traced.guards, true, isRow ? root : null)!;
    const member: Member = isRow
      ? { kind: "reduce", root, index, value: values.length === 1 ? values[0]! : [values[0]!, values[1]!], count }
      : { kind: "accumulate", root, index, value: values[0]!, count };
    this.#insert(member, split, place, reads, null);
  }

  /** Rows are the axes that stay. */
  #splitRows(sizes: readonly Expr[], axes: readonly number[], reduced: ReadonlySet<number>): Split {
    return this.#assign(
      sizes,
      axes.filter((a) => !reduced.has(a)),
      axes.filter((a) => reduced.has(a)),
    );
  }

  /** The inner loop is the run of axes at the end that stay. */
  #splitColumns(sizes: readonly Expr[], axes: readonly number[], reduced: ReadonlySet<number>): Split {
    const rows = trailingStart(axes, reduced);
    return this.#assign(sizes, axes.slice(0, rows), axes.slice(rows));
  }

  // --- calls -----------------------------------------------------------------------------------

  #addOpaque(root: OpaqueRoot): void {
    const { node, form } = root;
    const scalarInputs = form.form === "call" ? [form.alpha, form.beta].filter((i) => i !== undefined) : [];
    const { value, guards } = this.#tracer.collectGuards(() => {
      const scalars = new Map<number, Expr>();
      for (const i of scalarInputs) scalars.set(i, partsOf(this.#tracer.read(node.inputs[i]!, []))[0]!);
      const operands = node.inputs.map((v, i) => {
        const stored = this.#tracer.layoutOf(v);
        if (stored === null && !scalars.has(i)) throw new InternalError(`lowering: no storage for ${v.toString()}`);
        return stored!;
      });
      if (form.form === "block") this.#tracer.meetGuards(root.targets[0]!.variable);
      return { scalars, operands };
    });
    this.#guardsBefore(guards);
    const step = this.steps.length;
    this.steps.push({ kind: "opaque", root, ...value });
    const offsets: Expr[] = [...value.scalars.values()];
    for (const [i, stored] of value.operands.entries()) {
      if (value.scalars.has(i)) continue;
      this.#use(stored, step, 0, null);
      offsets.push(stored.layout.offset, ...stored.layout.strides);
    }
    for (const read of this.#readsOf(offsets)) this.#use(read.stored, step, 0, read.index);
    for (const t of root.targets) this.places.set(t.variable, { step, item: 0, kind: "whole", index: [] });
  }

  #use(stored: Stored, step: number, item: number, index: readonly Expr[] | null): void {
    // A view's storage is that of its base.
    const base = this.#tracer.stores.get(stored.variable) ?? this.#baseOf(stored);
    this.uses.push({ stored: base, step, item, index });
  }

  #baseOf(stored: Stored): Stored {
    let v = stored.variable;
    for (;;) {
      const known = this.#tracer.stores.get(v);
      if (known !== undefined) return known;
      const form = this.#tracer.shapes.lowered.get(v.owner!);
      if (form?.form !== "view") throw new InternalError(`lowering: no storage for ${v.toString()}`);
      v = v.owner!.inputs[form.input]!;
    }
  }

  // --- placement -------------------------------------------------------------------------------

  /**
   * Where a member that makes `reads` may go: into the first nest of its rows that comes late enough, into an inner loop of
   * its sizes if there is one; else into new ones. `null` when there is no such nest and none may be started.
   */
  #findPlace(
    reads: readonly Read[],
    split: Split,
    guards: ReadonlySet<TracedGuard>,
    mayStart: boolean,
    reduce: ReduceRoot | null = null,
  ): Candidate | null {
    let after = this.#guardsBefore(guards);
    for (const { stored } of reads) after = Math.max(after, this.places.get(stored.variable)?.step ?? -1);
    const key = keyOf(split.rows);
    let list = this.#nests.get(key);
    if (list === undefined) this.#nests.set(key, (list = []));
    if (this.#fusion) {
      for (const step of list) {
        if (step < after) continue;
        const item = this.#itemIn(step, reads, split, reduce);
        if (item !== null) return { step, item };
      }
    }
    if (!mayStart) return null;
    const step = this.steps.length;
    this.steps.push({ kind: "nest", sizes: split.rows, items: [] });
    list.push(step);
    return { step, item: 0 };
  }

  /** The first item of a nest that may take the member; `null` when the nest may not. */
  #itemIn(step: number, reads: readonly Read[], split: Split, reduce: ReduceRoot | null): number | null {
    const nest = this.steps[step] as NestStep;
    let from = 0;
    for (const { stored, index } of reads) {
      const place = this.places.get(stored.variable);
      if (place === undefined || place.step !== step) continue;
      if (place.kind === "whole" || !this.#isRowLocal(place, index)) return null;
      const sameIteration = place.kind === "map" && place.index.every((e, axis) => e === index[axis]);
      from = Math.max(from, place.item + (sameIteration ? 0 : 1));
    }
    if (split.inner.length === 0) return nest.items.length;
    const key = keyOf(split.inner);
    for (let item = from; item < nest.items.length; item++) {
      const found = nest.items[item]!;
      if (found.kind === "inner" && found.key === key && mayJoin(reduce, found)) return item;
    }
    return nest.items.length;
  }

  /** Does a read of a value that the nest computes stay in the row of the iteration? */
  #isRowLocal(place: Place, index: readonly Expr[]): boolean {
    return place.index.every((e, axis) => !this.#refs.rows.includes(e as Ref) || e === index[axis]);
  }

  #insert(member: Member, split: Split, at: Candidate, reads: readonly Read[], target: Stored | null): void {
    const nest = this.steps[at.step] as NestStep;
    const isScalar = split.inner.length === 0 && member.kind === "map";
    if (isScalar) nest.items.push({ kind: "scalar", member });
    else {
      const found = nest.items[at.item];
      if (found?.kind === "inner" && found.key === keyOf(split.inner)) found.members.push(member);
      else nest.items.push({ kind: "inner", key: keyOf(split.inner), sizes: split.inner, members: [member] });
    }
    for (const { stored, index } of reads) this.#use(stored, at.step, at.item, index);
    const place = (kind: Place["kind"]): Place => ({ step: at.step, item: at.item, kind, index: member.index });
    if (target !== null) {
      // A copy for a result is nothing that others read.
      if (this.#tracer.stores.get(target.variable) === target) {
        this.places.set(target.variable, place(isScalar ? "scalar" : "map"));
      }
    } else if (member.kind !== "map") {
      const kind = member.kind === "reduce" ? "reduce" : "whole";
      for (const t of member.root.targets) this.places.set(t.variable, place(kind));
    }
  }

  /** A scheduled guard that tests the same, or `guard` itself. */
  #sameGuard(guard: TracedGuard): TracedGuard {
    for (const g of this.#guards.keys()) {
      if (g.cond !== guard.cond || g.over.length !== guard.over.length) continue;
      if (g.over.every((e, i) => e === guard.over[i])) return g;
    }
    return guard;
  }

  /** Schedules guards; returns the last step of one, -1 if there are none. */
  #guardsBefore(guards: Iterable<TracedGuard>): number {
    let last = -1;
    for (const guard of guards) {
      let step = this.#guards.get(this.#sameGuard(guard));
      if (step === undefined) {
        const reads = this.#readsOf([guard.cond]);
        // What looks at inputs only is tested before anything else.
        if (reads.every((r) => !this.places.has(r.stored.variable))) {
          step = -1;
          this.prologue.push({ kind: "guard", guard });
        } else {
          step = this.steps.length;
          this.steps.push({ kind: "guard", guard });
        }
        this.#guards.set(guard, step);
        for (const read of reads) this.#use(read.stored, step, 0, read.index);
      }
      last = Math.max(last, step);
    }
    return last;
  }

  // --- spaces ----------------------------------------------------------------------------------

  #longAxes(sizes: readonly Expr[]): number[] {
    const axes: number[] = [];
    for (const [axis, n] of sizes.entries()) if (n.kind !== "const" || n.value !== 1) axes.push(axis);
    return axes;
  }

  /** The first `rows` long axes are rows, the others inner. */
  #split(sizes: readonly Expr[], rows: number): Split {
    const axes = this.#longAxes(sizes);
    return this.#assign(sizes, axes.slice(0, rows), axes.slice(rows));
  }

  #assign(sizes: readonly Expr[], rows: readonly number[], inner: readonly number[]): Split {
    const index: Expr[] = sizes.map(() => this.#tracer.b.index(0));
    for (const [i, axis] of rows.entries()) index[axis] = this.#refs.rows[i]!;
    for (const [i, axis] of inner.entries()) index[axis] = this.#refs.inner[i]!;
    return { index, rows: rows.map((a) => sizes[a]!), inner: inner.map((a) => sizes[a]!) };
  }

  #readsOf(values: readonly Expr[]): Read[] {
    const found: Read[] = [];
    const seen = new Set<Expr>();
    const work = [...values];
    for (let e = work.pop(); e !== undefined; e = work.pop()) {
      if (seen.has(e)) continue;
      seen.add(e);
      if (e.kind === "load") {
        const read = this.#tracer.reads.get(e);
        if (read !== undefined) found.push(read);
        work.push(e.index);
      } else if (e.kind === "op") work.push(...e.args);
      else if (e.kind === "cast" || e.kind === "bitcast") work.push(e.arg);
    }
    return found;
  }
}

interface Traced {
  readonly value: ElementValue;
  readonly values: readonly Expr[];
  readonly guards: ReadonlySet<TracedGuard>;
}

function keyOf(sizes: readonly Expr[]): string {
  return sizes.map((e) => e.id).join(",");
}

/** May a reduction over its rows be computed in the inner loop of an item? */
function mayJoin(reduce: ReduceRoot | null, item: InnerItem): boolean {
  if (reduce === null) return true;
  const own = accumulatedIn(reduce);
  return item.members.every((m) => m.kind !== "reduce" || mayShareLoop(own, accumulatedIn(m.root)));
}

/** Where the run of kept axes at the end begins. */
function trailingStart(axes: readonly number[], reduced: ReadonlySet<number>): number {
  let at = axes.length;
  while (at > 0 && !reduced.has(axes[at - 1]!)) at--;
  return at;
}

/** How many leading axes are rows for a reduction; `null` when its rows are not leading axes. */
function rowsOfReduction(axes: readonly number[], form: ReduceForm): number | null {
  const reduced = new Set(form.axes);
  const last = axes.at(-1);
  if (last === undefined) return null;
  if (!reduced.has(last)) return axes.some((a) => reduced.has(a)) ? trailingStart(axes, reduced) : null;
  const rows = axes.findIndex((a) => reduced.has(a));
  return axes.slice(rows).every((a) => reduced.has(a)) ? rows : null;
}
