/** Writes a nest step as statements: fresh loop variables, collapsed axes, values kept as scalars where they are read. */
import type { ElementValue } from "../ir/lowered.ts";
import type { Accumulator, Expr, LoopMode, Ref, ScalarType, Stmt } from "../ir/node.ts";
import { isSearch } from "../ir/monoid.ts";
import { costOf } from "../ir/traverse.ts";
import { AccumulatorCode, type Columns } from "./accumulatorCode.ts";
import { collapseAxes, type Axis } from "./collapse.ts";
import {
  accumulatedIn,
  partsOf,
  type InnerItem,
  type LoopRefs,
  type MapMember,
  type Member,
  type NestStep,
  type ReduceMember,
} from "./steps.ts";
import { label } from "./sizeScope.ts";
import { inStages, type MakeScratch } from "./stages.ts";
import { inTiles } from "./tiles.ts";
import { commonOrder, isSerial } from "./order.ts";
import type { Binding } from "./storage.ts";
import type { Stored, Tracer } from "./trace.ts";
import { scalarOf } from "./types.ts";

/** What the writers of statements share. */
export interface CodeContext {
  readonly tracer: Tracer;
  readonly refs: LoopRefs;
  readonly bindings: ReadonlyMap<Stored, Binding | null>;
  readonly fusion: boolean;
  /** A buffer of the workspace that lives during step `step`. */
  scratch(name: string, type: ScalarType, size: Expr, step: number, perWorker?: boolean): Binding["buffer"];
  /** Takes a buffer into the workspace that lives during step `step`. */
  adopt(buffer: Binding["buffer"], step: number): void;
}

/** A scalar that stands for a stored value at an index. */
interface Forward {
  readonly index: readonly Expr[];
  readonly refs: readonly Expr[];
}

/** Blocks of a reduction: element `start + j` is element j of the present one. */
interface Blocks {
  readonly block: Ref;
  readonly start: Ref;
  readonly length: number;
  readonly count: Expr;
}

export class NestCode {
  readonly #ctx: CodeContext;
  readonly #tracer: Tracer;
  readonly #nest: NestStep;
  readonly #step: number;
  readonly #forwards = new Map<Stored, Forward>();
  readonly #loops = new Map<Expr, Expr>();
  readonly #accumulators: AccumulatorCode;

  constructor(ctx: CodeContext, nest: NestStep, step: number) {
    this.#ctx = ctx;
    this.#tracer = ctx.tracer;
    this.#nest = nest;
    this.#step = step;
    this.#accumulators = new AccumulatorCode(ctx, nest, step, (e) => this.#rewrite(e));
  }

  emit(): Stmt[] {
    const { items, sizes } = this.#nest;
    const rows = sizes.map((size, i): Axis => ({ ref: this.#ctx.refs.rows[i]!, size }));
    const isFlat = items.every((i) => i.kind === "scalar");
    const axes = this.#collapse(
      rows,
      items.flatMap((i) => this.#positions(i)),
      items.flatMap((i) => this.#values(i)),
    );
    const fresh = this.#freshLoops(axes, isFlat ? "i" : "row");
    const columns = this.#columns(axes.at(-1)?.ref);
    if (columns !== null) return this.#accumulators.wrap(fresh, [], columns);
    const body = isFlat ? this.#flatItems() : items.flatMap((i) => this.#item(i));
    if (!this.#accumulators.isEmpty) return this.#accumulators.wrap(fresh, body, null);
    return this.#special(isFlat, fresh, body) ?? wrapLoops(fresh, body, isFlat ? "vector" : "parallel", "parallel");
  }

  /** An elementwise nest whose loops are not simply one inside the other. */
  #special(isFlat: boolean, loops: readonly Axis[], body: readonly Stmt[]): Stmt[] | null {
    if (!isFlat) return null;
    const scratch: MakeScratch = (name, type, size) => this.#ctx.scratch(name, type, size, this.#step, true);
    return inTiles(this.#tracer.alg, loops, body) ?? inStages(this.#tracer.alg, loops, body, scratch);
  }

  // --- items -----------------------------------------------------------------------------------

  /** All items of an elementwise nest: values first, then stores, since a store may overwrite what another value reads. */
  #flatItems(): Stmt[] {
    const lets: Stmt[] = [];
    const stores: Stmt[] = [];
    const single = this.#nest.items.length === 1;
    for (const item of this.#nest.items) {
      if (item.kind === "scalar") this.#map(item.member, lets, stores, single);
    }
    return [...lets, ...stores];
  }

  #item(item: NestStep["items"][number]): Stmt[] {
    if (item.kind === "inner") return this.#inner(item);
    const lets: Stmt[] = [];
    const stores: Stmt[] = [];
    this.#map(item.member, lets, stores, false);
    return [...lets, ...stores];
  }

  #map(m: MapMember, lets: Stmt[], stores: Stmt[], direct: boolean): void {
    const values = partsOf(m.value).map((e) => this.#rewrite(e));
    const binding = this.#ctx.bindings.get(m.target) ?? null;
    // The real part may be stored where the imaginary part still reads: both are computed before.
    const isStored = direct && binding !== null && values.length === 1;
    const refs = isStored ? values : values.map((e, i) => this.#let(lets, e, nameOf(m.target, i)));
    this.#forwards.set(m.target, { index: m.index, refs });
    if (binding !== null) this.#store(stores, m.target, binding, m.index, refs);
  }

  #store(out: Stmt[], target: Stored, binding: Binding, index: readonly Expr[], values: readonly Expr[]): void {
    for (const [part, value] of values.entries()) {
      const slot = this.#tracer.slot({ ...target, layout: binding.layout }, index, part as 0 | 1);
      out.push({ kind: "store", buffer: binding.buffer, index: this.#rewrite(slot), value });
    }
  }

  #let(out: Stmt[], value: Expr, name: string): Expr {
    if (value.kind === "const" || value.kind === "ref") return value;
    const { b, alg } = this.#tracer;
    const ref = b.ref(value.type, name);
    alg.declareScalar(ref, alg.mask(value));
    out.push({ kind: "let", ref, value });
    return ref;
  }

  // --- inner loops -----------------------------------------------------------------------------

  #inner(item: InnerItem): Stmt[] {
    const searching = item.members.some((m) => m.kind === "reduce" && isSearch(m.root.form.monoid));
    const axes = item.sizes.map((size, i): Axis => ({ ref: this.#ctx.refs.inner[i]!, size }));
    const collapsed = this.#collapse(axes, this.#positions(item), this.#values(item));
    const loops = searching && collapsed.length > 1 ? this.#flatten(collapsed) : this.#freshLoops(collapsed, "j");
    const blocks = this.#blocksOf(item, collapsed, loops);
    const lets: Stmt[] = [];
    const stores: Stmt[] = [];
    const reduces: ReduceMember[] = [];
    for (const m of item.members) {
      if (m.kind === "map") this.#map(m, lets, stores, item.members.length === 1);
      else if (m.kind === "accumulate") this.#accumulators.add(m, stores, (v, name) => this.#let(lets, v, name));
      else reduces.push(m);
    }
    const code =
      reduces.length === 0
        ? wrapLoops(loops, [...lets, ...stores], "vector")
        : this.#reduce(loops, reduces, lets, stores, blocks);
    // Scalars of the inner loop end with it.
    for (const m of item.members) if (m.kind === "map") this.#forwards.delete(m.target);
    return code;
  }

  /** What the nest is if it does nothing but combine rows; `row` is the canonical variable of the last loop over them. */
  #columns(row: Expr | undefined): Columns | null {
    const [item, ...others] = this.#nest.items;
    if (item?.kind !== "inner" || others.length > 0 || row === undefined) return null;
    const members = item.members.filter((m) => m.kind === "accumulate");
    if (members.length < item.members.length) return null;
    const axes = item.sizes.map((size, i): Axis => ({ ref: this.#ctx.refs.inner[i]!, size }));
    const [axis, ...more] = this.#collapse(axes, this.#positions(item), this.#values(item));
    if (axis === undefined || more.length > 0) return null;
    const { b, alg } = this.#tracer;
    const rows: Columns["rows"] = (start, extent, at) => {
      const k = b.ref("index", "k");
      for (const ref of [start, k]) if (ref.kind === "ref") alg.declareScalar(ref, alg.bit(axis.ref));
      this.#loops.set(axis.ref, b.add(start, k));
      const lets: Stmt[] = [];
      const stores: Stmt[] = [];
      for (const m of members) {
        const elements = at.map((e) => () => {
          this.#loops.set(row, e);
          return this.#rewrite(m.value);
        });
        this.#accumulators.add(m, stores, (v, name) => this.#let(lets, v, name), elements);
      }
      return [{ kind: "for", ref: k, extent, mode: "vector", body: [...lets, ...stores] }];
    };
    return { count: axis.size, rows, areCheap: areCheap(members.map((m) => m.value)) };
  }

  /**
   * A long reduction that stands alone goes block by block, so that threads can share the blocks: `loops` becomes the loops of one. The bits are
   * those of a single `reduce`.
   */
  #blocksOf(item: InnerItem, axes: readonly Axis[], loops: Axis[]): Blocks | null {
    const [axis, loop] = [axes[0], loops[0]];
    const reduces = item.members.filter((m) => m.kind === "reduce");
    if (this.#nest.sizes.length > 0 || reduces.length === 0 || axis === undefined || loop === undefined) return null;
    const accs = reduces.map((m) => accumulatedIn(m.root));
    if (accs.some(isSerial)) return null;
    const { b, alg } = this.#tracer;
    const length = commonOrder(accs, loops.length === 1).block;
    if (loop.size.kind === "const" && Number(loop.size.value) <= 2 * length) return null;
    const [block, start] = [b.natural("block"), b.natural("start")];
    alg.declareScalar(start, alg.bit(axis.ref));
    this.#loops.set(axis.ref, b.add(start, loop.ref));
    loops[0] = { ref: loop.ref, size: b.min(b.index(length), b.sub(loop.size, start)) };
    const count = b.idiv(b.add(loop.size, length - 1), length);
    return { block, start, length, count };
  }

  #reduce(
    loops: readonly Axis[],
    members: readonly ReduceMember[],
    lets: Stmt[],
    stores: readonly Stmt[],
    blocks: Blocks | null,
  ): Stmt[] {
    const { b } = this.#tracer;
    const result: Stmt[] = [];
    const positions = new Map<ReduceMember, Ref>();
    // Elements before stores: a store may overwrite what an element reads.
    let accs = members.flatMap((m) =>
      partsOf(m.value).map((e, part): Accumulator => {
        const value = this.#rewrite(e);
        const element = stores.length === 0 ? value : this.#let(lets, value, "x");
        const target = b.ref(element.type, nameOf(m.root.targets[0]!, part));
        if (!isSearch(m.root.form.monoid)) return { target, monoid: m.root.form.monoid, value: element };
        const position = b.ref("index", `${target.name}.at`);
        positions.set(m, position);
        return { target, monoid: m.root.form.monoid, value: element, position };
      }),
    );
    const targets = accs.map((a) => a.target);
    const wide = stores.length > 0 ? null : this.#wideElements(loops, lets, accs, blocks);
    if (wide !== null) accs = wide.accs;
    let body: readonly Stmt[] = wide === null ? [...lets, ...stores] : [];
    const chain = loops.length > 0 ? loops : [{ ref: b.ref("index", "j"), size: b.index(1) }];
    for (let i = chain.length - 1; i >= 0; i--) {
      const { ref, size } = chain[i]!;
      const isInnermost = i === chain.length - 1;
      const isOutermost = i === 0;
      const own =
        isOutermost && blocks === null
          ? accs
          : accs.map((a) => ({ ...a, target: b.ref(a.target.type, `${a.target.name}.part`) }));
      const order = commonOrder(
        own.map((a) => ({ monoid: a.monoid, type: a.value.type })),
        isInnermost,
      );
      body = [{ kind: "reduce", ref, extent: size, body, accs: own, order }];
      if (isInnermost && wide !== null) body = [...wide.before, ...body];
      // The next loop out combines the partial results.
      accs = own.map((a, k) => ({ target: targets[k]!, monoid: a.monoid, value: a.target }));
    }
    result.push(...(blocks === null ? body : this.#combineBlocks(blocks, body, accs)));
    let at = 0;
    for (const m of members) {
      const parts = partsOf(m.value).map(() => targets[at++]!);
      this.#finish(m, parts, positions.get(m), result);
    }
    return result;
  }

  /** Elements that are made of very many arrays are computed before, in stages. */
  #wideElements(
    loops: readonly Axis[],
    lets: readonly Stmt[],
    accs: readonly Accumulator[],
    blocks: Blocks | null,
  ): { readonly before: readonly Stmt[]; readonly accs: Accumulator[] } | null {
    const { b, alg } = this.#tracer;
    const [loop] = loops.slice(-1);
    if (loop === undefined) return null;
    const size = loops.length === 1 && blocks !== null ? b.index(blocks.length) : loop.size;
    const scratch: MakeScratch = (name, type, n) => this.#ctx.scratch(name, type, n, this.#step, true);
    const elements = accs.map((a) => b.workerBuffer("elements", a.value.type, size));
    const stores = accs.map((a, i): Stmt => ({ kind: "store", buffer: elements[i]!, index: loop.ref, value: a.value }));
    const before = inStages(alg, [loop], [...lets, ...stores], scratch, "serial");
    if (before === null) return null;
    for (const buffer of elements) this.#ctx.adopt(buffer, this.#step);
    return { before, accs: accs.map((a, i) => ({ ...a, value: b.load(elements[i]!, loop.ref) })) };
  }

  /** `body` for every block, then what the blocks came to in their order. */
  #combineBlocks(blocks: Blocks, body: readonly Stmt[], accs: readonly Accumulator[]): Stmt[] {
    const { b } = this.#tracer;
    const { block, start, length, count } = blocks;
    const at = b.natural("block");
    const parts = accs.map((a) => this.#ctx.scratch(`${a.target.name}.parts`, a.value.type, count, this.#step));
    const one: Stmt[] = [
      { kind: "let", ref: start, value: b.mul(block, length) },
      ...body,
      ...accs.map((a, k): Stmt => ({ kind: "store", buffer: parts[k]!, index: block, value: a.value })),
    ];
    return [
      { kind: "for", ref: block, extent: count, mode: "parallel", body: one },
      {
        kind: "reduce",
        ref: at,
        extent: count,
        body: [],
        accs: accs.map((a, k) => ({ ...a, value: b.load(parts[k]!, at) })),
        order: { lanes: 1, block: 1 },
      },
    ];
  }

  /** From the accumulated value to the results, which exist once per row. */
  #finish(m: ReduceMember, parts: readonly Ref[], position: Ref | undefined, out: Stmt[]): void {
    const { form, targets } = m.root;
    const { b, alg } = this.#tracer;
    let mask = 0;
    for (const e of m.index) mask |= alg.mask(this.#rewrite(e));
    for (const ref of [...parts, ...(position === undefined ? [] : [position])]) alg.declareScalar(ref, mask);
    const value: ElementValue = parts.length === 2 ? [parts[0]!, parts[1]!] : parts[0]!;
    const acc = position === undefined ? [value] : [value, position];
    for (const [k, target] of targets.entries()) {
      const type = scalarOf(target.dtype);
      const final = form.finish?.(acc, m.count, k) ?? value;
      const refs = partsOf(final).map((e, i) => this.#let(out, b.cast(this.#rewrite(e), type), nameOf(target, i)));
      this.#forwards.set(target, { index: m.index, refs });
      const binding = this.#ctx.bindings.get(target) ?? null;
      if (binding !== null) this.#store(out, target, binding, m.index, refs);
    }
  }

  // --- loops and expressions -------------------------------------------------------------------

  #collapse(axes: readonly Axis[], positions: readonly Expr[], values: readonly Expr[]): readonly Axis[] {
    const { axes: kept, zeroed } = collapseAxes(this.#tracer.alg, axes, positions, values);
    for (const ref of zeroed) this.#loops.set(ref, this.#tracer.b.index(0));
    return kept;
  }

  /** New loop variables for the canonical ones of `axes`. */
  #freshLoops(axes: readonly Axis[], name: string): Axis[] {
    const { b, alg } = this.#tracer;
    return axes.map(({ ref, size }, i) => {
      const fresh = b.ref("index", axes.length === 1 ? name : `${name}${i}`);
      alg.declareScalar(fresh, alg.bit(ref));
      this.#loops.set(ref, fresh);
      return { ref: fresh, size };
    });
  }

  /** One loop over all axes, whose variables are computed from its own: positions count in C order. */
  #flatten(axes: readonly Axis[]): Axis[] {
    const { b, alg } = this.#tracer;
    const flat = b.ref("index", "j");
    let mask = 0;
    for (const { ref } of axes) mask |= alg.bit(ref);
    alg.declareScalar(flat, mask);
    let rest: Expr = flat;
    for (let i = axes.length - 1; i >= 0; i--) {
      const { ref, size } = axes[i]!;
      this.#loops.set(ref, i === 0 ? rest : b.imod(rest, size));
      rest = b.idiv(rest, size);
    }
    return [{ ref: flat, size: alg.multiply(...axes.map((a) => a.size)) }];
  }

  /** Index expressions of all loads and stores of an item, in canonical loop variables. */
  #positions(item: NestStep["items"][number]): Expr[] {
    const members: readonly Member[] = item.kind === "inner" ? item.members : [item.member];
    const found: Expr[] = [];
    for (const m of members) {
      if (m.kind === "map") {
        const binding = this.#ctx.bindings.get(m.target) ?? null;
        found.push(this.#tracer.slot(binding === null ? m.target : { ...m.target, layout: binding.layout }, m.index));
      } else {
        for (const t of m.root.targets) found.push(this.#tracer.slot(t, m.index));
      }
    }
    return found;
  }

  #values(item: NestStep["items"][number]): Expr[] {
    const members: readonly Member[] = item.kind === "inner" ? item.members : [item.member];
    return members.flatMap((m) => [...partsOf(m.value)]);
  }

  /** `e` with this nest's loop variables, storage and scalars. */
  #rewrite(root: Expr): Expr {
    const memo = new Map<Expr, Expr>();
    const { b, alg, reads } = this.#tracer;
    const go = (e: Expr): Expr => {
      if (e.kind === "const") return e;
      if (e.kind === "ref") return this.#loops.get(e) ?? e;
      const known = memo.get(e);
      if (known !== undefined) return known;
      let result: Expr;
      if (e.kind === "load") {
        const read = reads.get(e);
        const forward = read === undefined ? undefined : this.#forwards.get(read.stored);
        const binding = read === undefined ? undefined : this.#ctx.bindings.get(read.stored);
        if (forward?.index.every((x, axis) => x === read!.index[axis]) === true) result = forward.refs[read!.part]!;
        else if (binding != null) {
          const slot = this.#tracer.slot({ ...read!.stored, layout: binding.layout }, read!.index, read!.part);
          result = b.load(binding.buffer, alg.normal(go(slot)));
        } else result = b.load(e.buffer, alg.normal(go(e.index)));
      } else if (e.kind === "cast") result = b.cast(go(e.arg), e.type);
      else if (e.kind === "bitcast") result = b.bitcast(go(e.arg), e.type);
      else result = b.op(e.op as never, ...e.args.map(go));
      memo.set(e, result);
      return result;
    };
    const result = go(root);
    return result.type === "index" ? alg.normal(result) : result;
  }
}

/** Costs less to compute than to fetch from memory, and several of it at a time fit into registers. */
function areCheap(values: readonly Expr[]): boolean {
  return costOf(values) <= 6;
}

export function wrapLoops(
  axes: readonly Axis[],
  body: readonly Stmt[],
  innermost: LoopMode,
  outermost: "parallel" | "serial" = "serial",
): Stmt[] {
  let result = body;
  for (let i = axes.length - 1; i >= 0; i--) {
    const { ref, size } = axes[i]!;
    const mode = i === axes.length - 1 ? innermost : i === 0 ? outermost : "serial";
    result = [{ kind: "for", ref, extent: size, mode, body: result }];
  }
  return [...result];
}

function nameOf(stored: Stored, part: number): string {
  const name = label(stored.variable);
  return stored.dtype.startsWith("complex") ? `${name}.${part === 0 ? "re" : "im"}` : name;
}
