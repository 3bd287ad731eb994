/**
 * Reductions over rows: one row of running results that every row is combined with, so that storage is walked in order. Rows are taken in
 * blocks, which threads may share; what the blocks come to is combined in their order, with TwoSum compensation where floats are summed, as
 * `reduce` does. The bits do not depend on how many threads there are.
 */
import { COMBINE, identityOf, isFloatProduct } from "../ir/monoid.ts";
import type { Expr, LoopMode, Ref, Stmt } from "../ir/node.ts";
import { isFloatType, type ScalarValue } from "../ir/scalarInstructions.ts";
import type { Axis } from "./collapse.ts";
import type { CodeContext } from "./nestCode.ts";
import type { AccumulateMember, NestStep } from "./steps.ts";
import { accumulatorsOf } from "./storage.ts";
import { scalarOf } from "./types.ts";
import { label } from "./sizeScope.ts";

/** Rows of a block. */
const BLOCK = 64;
/** Blocks whose results are kept at a time. */
const ROUND = 8;
/** Columns that are summed at a time: a row of them stays in the nearest cache. */
const STRIP = 4096;
/** Rows that are added to the results at a time, which are then read and written that much less often. */
const GROUP = 8;

/** Buffers of one accumulation. */
interface Buffers {
  readonly member: AccumulateMember;
  readonly total: ReturnType<CodeContext["scratch"]>;
  /** What the blocks of a round come to, one after the other; none for products of floats, whose order is kept. */
  readonly parts: ReturnType<CodeContext["scratch"]> | null;
  /** Rounding errors of the totals, of float sums only. */
  readonly error: ReturnType<CodeContext["scratch"]> | null;
  /** Where the result's element lies in `total`, in canonical loop variables. */
  readonly position: Expr;
  /** Where the inner loop's element lies in its row. */
  readonly inner: Expr;
  readonly keptSize: Expr;
  readonly innerSize: Expr;
  readonly identity: ScalarValue;
}

/** A nest that does nothing but combine rows: its columns may be taken in strips and its rows in groups. */
export interface Columns {
  readonly count: Expr;
  /** A loop over the columns `start` to `start + extent` that takes the rows `at`. */
  readonly rows: (start: Expr, extent: Expr, at: readonly Expr[]) => Stmt[];
  /** Are the elements so cheap that memory is what takes the time? */
  readonly areCheap: boolean;
}

export class AccumulatorCode {
  readonly #ctx: CodeContext;
  readonly #nest: NestStep;
  readonly #rewrite: (e: Expr) => Expr;
  readonly #buffers: Buffers[];
  /** Is the outermost loop over rows one that results are kept for? Threads share it then, and blocks do not matter to them. */
  readonly #isKeptOutside: boolean;
  /** Number of the present block in its round. */
  readonly #slot: Ref;

  constructor(ctx: CodeContext, nest: NestStep, step: number, rewrite: (e: Expr) => Expr) {
    this.#ctx = ctx;
    this.#nest = nest;
    this.#rewrite = rewrite;
    const members = accumulatorsOf(nest);
    this.#isKeptOutside = nest.sizes.length > 1 && members.every((m) => m.index.includes(ctx.refs.rows[0]!));
    this.#slot = ctx.tracer.b.natural("slot");
    this.#buffers = members.map((m) => this.#prepare(m, step));
  }

  get isEmpty(): boolean {
    return this.#buffers.length === 0;
  }

  #prepare(member: AccumulateMember, step: number): Buffers {
    const { tracer } = this.#ctx;
    const { b, alg } = tracer;
    const { form, targets } = member.root;
    const target = targets[0]!;
    const name = label(target.variable);
    const keptSize = alg.multiply(...target.sizes);
    const item = this.#nest.items.find((i) => i.kind === "inner" && i.members.includes(member));
    const sizes = item?.kind === "inner" ? item.sizes : [];
    const innerSize = alg.multiply(...sizes);
    const layout = tracer.contiguous(sizes);
    let inner: Expr = b.index(0);
    for (const [i, stride] of layout.strides.entries()) {
      inner = b.add(inner, b.mul(this.#ctx.refs.inner[i]!, stride));
    }
    const isSum = form.monoid === "sum" && isFloatType(form.accType);
    const scratch = (what: string, size: Expr, perWorker = false) =>
      this.#ctx.scratch(`${name}.${what}`, form.accType, size, step, perWorker);
    // Axes of rows may become one.
    const blocks = b.idiv(b.add(alg.multiply(...this.#nest.sizes), BLOCK - 1), BLOCK);
    const partsSize = alg.multiply(this.#isKeptOutside ? b.index(ROUND) : b.min(blocks, ROUND), innerSize);
    return {
      member,
      total: scratch("total", keptSize),
      parts: isFloatProduct(form.monoid, form.accType) ? null : scratch("parts", partsSize, this.#isKeptOutside),
      error: isSum ? scratch("error", keptSize) : null,
      position: tracer.slot({ ...target, layout: tracer.contiguous(target.sizes), dtype: "float64" }, member.index),
      inner: alg.normal(inner),
      keptSize,
      innerSize,
      identity: identityOf(form.monoid, form.accType),
    };
  }

  /** Combines the elements of this iteration, of one row or several. */
  add(
    member: AccumulateMember,
    stores: Stmt[],
    bind: (value: Expr, name: string) => Expr,
    elements: readonly (() => Expr)[] = [() => this.#rewrite(member.value)],
  ): void {
    const { b, alg } = this.#ctx.tracer;
    const x = this.#buffers.find((y) => y.member === member)!;
    const buffer = x.parts ?? x.total;
    const inner = this.#rewrite(x.parts === null ? x.position : x.inner);
    const at = x.parts === null ? inner : alg.normal(b.add(b.mul(this.#slot, x.innerSize), inner));
    let result: Expr = b.load(buffer, at);
    for (const element of elements) {
      result = bind(combine(b, member, result, bind(element(), "x")), "s");
    }
    stores.push({ kind: "store", buffer, index: at, value: result });
  }

  /** The loops over `rows` around `body`, or around `columns`, with what comes before, between blocks of rows, and after. */
  wrap(rows: readonly Axis[], body: readonly Stmt[], columns: Columns | null): Stmt[] {
    const { b } = this.#ctx.tracer;
    const result: Stmt[] = [];
    for (const x of this.#buffers) {
      result.push(...this.#fill(x.total, b.index(0), x.keptSize, x.identity));
      if (x.error !== null) result.push(...this.#fill(x.error, b.index(0), x.keptSize, 0));
    }
    let loops = this.#rounds(rows.at(-1)!, body, columns);
    for (let i = rows.length - 2; i >= 0; i--) {
      const { ref, size } = rows[i]!;
      const mode = i === 0 && this.#isKeptOutside ? "parallel" : "serial";
      loops = [{ kind: "for", ref, extent: size, mode, body: loops }];
    }
    result.push(...loops);
    for (const x of this.#buffers) result.push(...this.#finish(x));
    return result;
  }

  #fill(buffer: Buffers["total"], start: Expr, size: Expr, value: ScalarValue): Stmt[] {
    const { b, alg } = this.#ctx.tracer;
    const k = b.natural("k");
    const index = alg.normal(b.add(start, k));
    const store: Stmt = { kind: "store", buffer, index, value: b.constant(buffer.type, value) };
    return [{ kind: "for", ref: k, extent: size, mode: "vector", body: [store] }];
  }

  // --- blocks of rows --------------------------------------------------------------------------

  /** All blocks, so many at a time; a task is a block of rows, or a strip of its columns. */
  #rounds(last: Axis, body: readonly Stmt[], columns: Columns | null): Stmt[] {
    const { b } = this.#ctx.tracer;
    const mode: LoopMode = this.#isKeptOutside || this.#buffers.some((x) => x.parts === null) ? "serial" : "parallel";
    const round = b.natural("round");
    const blocks = b.idiv(b.add(last.size, BLOCK - 1), BLOCK);
    const rounds = b.idiv(b.add(blocks, ROUND - 1), ROUND);
    const count = b.natural("blocks");
    const block = b.natural("block");
    const task = b.natural("task");
    const strips = columns === null ? b.index(1) : b.idiv(b.add(columns.count, STRIP - 1), STRIP);
    const first = b.natural("first");
    const left = b.sub(last.size, first);
    const inside: Stmt[] = [
      { kind: "let", ref: this.#slot, value: columns === null ? task : b.idiv(task, strips) },
      { kind: "let", ref: block, value: b.add(b.mul(round, ROUND), this.#slot) },
      { kind: "let", ref: first, value: b.mul(block, BLOCK) },
      ...(columns === null ? this.#block(last, first, left, body) : this.#strip(task, strips, first, left, columns)),
    ];
    return [
      {
        kind: "for",
        ref: round,
        extent: rounds,
        mode: "serial",
        body: [
          { kind: "let", ref: count, value: b.min(b.index(ROUND), b.sub(blocks, b.mul(round, ROUND))) },
          { kind: "for", ref: task, extent: b.mul(count, strips), mode, body: inside },
          ...this.#buffers.flatMap((x) => this.#flush(x, count, mode)),
        ],
      },
    ];
  }

  /** One row after the other. */
  #block(last: Axis, first: Expr, left: Expr, body: readonly Stmt[]): Stmt[] {
    const { b, alg } = this.#ctx.tracer;
    const step = b.natural("step");
    return [
      ...this.#buffers.flatMap((x) =>
        x.parts === null ? [] : this.#fill(x.parts, alg.multiply(this.#slot, x.innerSize), x.innerSize, x.identity),
      ),
      {
        kind: "for",
        ref: step,
        extent: b.min(b.index(BLOCK), left),
        mode: "serial",
        body: [{ kind: "let", ref: last.ref, value: b.add(first, step) }, ...body],
      },
    ];
  }

  /** Some columns, several rows at a time where that is worth it. */
  #strip(task: Expr, strips: Expr, first: Expr, left: Expr, columns: Columns): Stmt[] {
    const { b, alg } = this.#ctx.tracer;
    const start = b.natural("start");
    const [group, step, row] = [b.natural("group"), b.natural("step"), b.natural("row")];
    const width = b.min(b.index(STRIP), b.sub(columns.count, start));
    const rows = b.min(b.index(BLOCK), left);
    const groups = columns.areCheap ? b.idiv(rows, GROUP) : b.index(0);
    const result: Stmt[] = [{ kind: "let", ref: start, value: b.mul(b.imod(task, strips), STRIP) }];
    for (const x of this.#buffers) {
      if (x.parts === null) continue;
      const at = alg.normal(b.add(b.mul(this.#slot, x.innerSize), start));
      result.push(...this.#fill(x.parts, at, width, x.identity));
    }
    if (columns.areCheap) {
      const at = Array.from({ length: GROUP }, (_, i) => b.add(row, i));
      result.push({
        kind: "for",
        ref: group,
        extent: groups,
        mode: "serial",
        body: [{ kind: "let", ref: row, value: b.add(first, b.mul(group, GROUP)) }, ...columns.rows(start, width, at)],
      });
    }
    const [done, others] = columns.areCheap ? [b.mul(groups, GROUP), b.imod(rows, GROUP)] : [b.index(0), rows];
    const single = b.natural("row");
    result.push({
      kind: "for",
      ref: step,
      extent: others,
      mode: "serial",
      body: [
        { kind: "let", ref: single, value: b.add(b.add(first, done), step) },
        ...columns.rows(start, width, [single]),
      ],
    });
    return result;
  }

  /** Adds the blocks of a round to the totals in their order, strip by strip. */
  #flush(x: Buffers, count: Expr, mode: LoopMode): Stmt[] {
    if (x.parts === null) return [];
    const { b, alg } = this.#ctx.tracer;
    const [strip, slot, k] = [b.natural("strip"), b.natural("slot"), b.natural("k")];
    // The kept axes outside the inner loop are rows; the flush runs inside their loops.
    const base = this.#rewrite(this.#withoutInner(x.position));
    const column = b.add(b.mul(strip, STRIP), k);
    const at = alg.normal(b.add(base, column));
    const lets: Stmt[] = [];
    const bind = (name: string, value: Expr): Expr => {
      const ref = b.ref(value.type, name);
      lets.push({ kind: "let", ref, value });
      return ref;
    };
    const total = bind("total", b.load(x.total, at));
    const add = bind("add", b.load(x.parts, alg.normal(b.add(b.mul(slot, x.innerSize), column))));
    const sum = bind("sum", combine(b, x.member, total, add));
    const stores: Stmt[] = [{ kind: "store", buffer: x.total, index: at, value: sum }];
    if (x.error !== null) {
      // TwoSum: the total plus the block, with the rounding error kept (Knuth, TAOCP vol. 2, 4.2.2).
      const part = bind("part", b.sub(sum, total));
      const error = bind("error", b.add(b.sub(total, b.sub(sum, part)), b.sub(add, part)));
      const errors = bind("errors", b.add(b.load(x.error, at), error));
      stores.push({ kind: "store", buffer: x.error, index: at, value: errors });
    }
    const width = b.min(b.index(STRIP), b.sub(x.innerSize, b.mul(strip, STRIP)));
    const columns: Stmt = { kind: "for", ref: k, extent: width, mode: "vector", body: [...lets, ...stores] };
    const blocks: Stmt = { kind: "for", ref: slot, extent: count, mode: "serial", body: [columns] };
    const extent = b.idiv(b.add(x.innerSize, STRIP - 1), STRIP);
    return [{ kind: "for", ref: strip, extent, mode, body: [blocks] }];
  }

  #withoutInner(position: Expr): Expr {
    const { alg } = this.#ctx.tracer;
    let p = alg.polynomial(position);
    let inner = 0;
    for (const ref of this.#ctx.refs.inner) inner |= alg.bit(ref);
    p = new Map([...p].filter(([, t]) => t.atoms.every((a) => (alg.mask(a) & inner) === 0)));
    return alg.expression(p);
  }

  #finish(x: Buffers): Stmt[] {
    const { tracer, bindings } = this.#ctx;
    const { b } = tracer;
    const { form, targets } = x.member.root;
    const k = b.natural("k");
    const lets: Stmt[] = [];
    const bind = (name: string, value: Expr): Expr => {
      if (value.kind === "const" || value.kind === "ref") return value;
      const ref = b.ref(value.type, name);
      lets.push({ kind: "let", ref, value });
      return ref;
    };
    let value: Expr = bind("total", b.load(x.total, k));
    if (x.error !== null) {
      // Infinite totals have NaN errors.
      const isFinite = b.eq(b.sub(value, value), b.constant(value.type, 0));
      value = bind("sum", b.select(isFinite, b.add(value, b.load(x.error, k)), value));
    }
    const stores: Stmt[] = [];
    for (const [i, target] of targets.entries()) {
      const binding = bindings.get(target) ?? null;
      if (binding === null) continue;
      const final = (form.finish?.([value], x.member.count, i) ?? value) as Expr;
      const stored = bind(label(target.variable), b.cast(final, scalarOf(target.dtype)));
      // Layouts of stored results are contiguous: element k lies at k.
      stores.push({ kind: "store", buffer: binding.buffer, index: b.add(binding.layout.offset, k), value: stored });
    }
    return [{ kind: "for", ref: k, extent: x.keptSize, mode: "vector", body: [...lets, ...stores] }];
  }
}

function combine(b: CodeContext["tracer"]["b"], { root }: AccumulateMember, x: Expr, y: Expr): Expr {
  return b.op(COMBINE[root.form.monoid as keyof typeof COMBINE], x, y);
}
