/**
 * Reductions over rows: one row of running results that every row is combined with, so that storage is walked in order. Float sums
 * are kept in blocks of rows; block sums are added with TwoSum compensation, as `reduce` does.
 */
import type { Expr, Monoid, ScalarType, Stmt } from "../ir/node.ts";
import { isFloatType } from "../ir/scalarInstructions.ts";
import type { Axis } from "./collapse.ts";
import type { CodeContext } from "./nestCode.ts";
import type { AccumulateMember, NestStep } from "./schedule.ts";
import { accumulatorsOf } from "./storage.ts";
import { scalarOf } from "./types.ts";
import { label } from "./shapes.ts";

const BLOCK = 64;

/** Buffers of one accumulation. `block`, `total` and `error` are there for float sums only. */
interface Buffers {
  readonly member: AccumulateMember;
  readonly total: ReturnType<CodeContext["scratch"]>;
  readonly block: ReturnType<CodeContext["scratch"]> | null;
  readonly error: ReturnType<CodeContext["scratch"]> | null;
  /** Where the result's element lies in `total`, in canonical loop variables. */
  readonly position: Expr;
  /** Where the inner loop's element lies in `block`. */
  readonly inner: Expr;
  readonly keptSize: Expr;
  readonly innerSize: Expr;
}

export class AccumulatorCode {
  readonly #ctx: CodeContext;
  readonly #nest: NestStep;
  readonly #rewrite: (e: Expr) => Expr;
  readonly #buffers: Buffers[];

  constructor(ctx: CodeContext, nest: NestStep, step: number, rewrite: (e: Expr) => Expr) {
    this.#ctx = ctx;
    this.#nest = nest;
    this.#rewrite = rewrite;
    this.#buffers = accumulatorsOf(nest).map((m) => this.#prepare(m, step));
  }

  get isEmpty(): boolean {
    return this.#buffers.length === 0;
  }

  #prepare(member: AccumulateMember, step: number): Buffers {
    const { tracer } = this.#ctx;
    const { form, targets } = member.root;
    const target = targets[0]!;
    const name = label(target.variable);
    const keptSize = tracer.alg.multiply(...target.sizes);
    const item = this.#nest.items.find((i) => i.kind === "inner" && i.members.includes(member));
    const sizes = item?.kind === "inner" ? item.sizes : [];
    const innerSize = tracer.alg.multiply(...sizes);
    const layout = tracer.contiguous(sizes);
    let inner: Expr = tracer.b.index(0);
    for (const [i, stride] of layout.strides.entries()) {
      inner = tracer.b.add(inner, tracer.b.mul(this.#ctx.refs.inner[i]!, stride));
    }
    const isBlocked = form.monoid === "sum" && isFloatType(form.accType);
    const scratch = (what: string, size: Expr) => this.#ctx.scratch(`${name}.${what}`, form.accType, size, step);
    return {
      member,
      total: scratch("total", keptSize),
      block: isBlocked ? scratch("block", innerSize) : null,
      error: isBlocked ? scratch("error", keptSize) : null,
      position: tracer.slot({ ...target, layout: tracer.contiguous(target.sizes), dtype: "float64" }, member.index),
      inner: tracer.alg.normal(inner),
      keptSize,
      innerSize,
    };
  }

  /** Combines the element of this iteration. */
  add(member: AccumulateMember, stores: Stmt[], bind: (value: Expr, name: string) => Expr): void {
    const { b } = this.#ctx.tracer;
    const buffers = this.#buffers.find((x) => x.member === member)!;
    const buffer = buffers.block ?? buffers.total;
    const at = this.#rewrite(buffers.block === null ? buffers.position : buffers.inner);
    const value = bind(this.#rewrite(member.value), "x");
    const next = bind(combine(b, member.root.form.monoid, b.load(buffer, at), value), "s");
    stores.push({ kind: "store", buffer, index: at, value: next });
  }

  /** The loops over `rows` around `body`, with what comes before, between blocks of rows, and after. */
  wrap(rows: readonly Axis[], body: readonly Stmt[]): Stmt[] {
    const result: Stmt[] = [];
    for (const x of this.#buffers) {
      result.push(...this.#fill(x.total, x.keptSize, identity(x.member.root.form.monoid, x.total.type)));
      if (x.error !== null) result.push(...this.#fill(x.error, x.keptSize, 0));
    }
    result.push(...this.#rows(rows, body));
    for (const x of this.#buffers) result.push(...this.#finish(x));
    return result;
  }

  #fill(buffer: Buffers["total"], size: Expr, value: number | bigint | boolean): Stmt[] {
    const { b } = this.#ctx.tracer;
    const ref = b.ref("index", "k");
    const store: Stmt = { kind: "store", buffer, index: ref, value: b.constant(buffer.type, value) };
    return [{ kind: "for", ref, extent: size, mode: "vector", body: [store] }];
  }

  #rows(rows: readonly Axis[], body: readonly Stmt[]): Stmt[] {
    const { b } = this.#ctx.tracer;
    const last = rows.at(-1)!;
    let result: Stmt[];
    if (this.#buffers.every((x) => x.block === null)) {
      result = [{ kind: "for", ref: last.ref, extent: last.size, mode: "serial", body }];
    } else {
      const block = b.ref("index", "block");
      const start = b.mul(block, BLOCK);
      const step = b.ref("index", "step");
      const extent = b.ref("index", "rows");
      const inside: Stmt[] = [
        ...this.#buffers.flatMap((x) => (x.block === null ? [] : this.#fill(x.block, x.innerSize, 0))),
        { kind: "let", ref: extent, value: b.min(b.index(BLOCK), b.sub(last.size, start)) },
        {
          kind: "for",
          ref: step,
          extent,
          mode: "serial",
          body: [{ kind: "let", ref: last.ref, value: b.add(start, step) }, ...body],
        },
        ...this.#buffers.flatMap((x) => (x.block === null ? [] : this.#flush(x))),
      ];
      const count = b.idiv(b.add(last.size, BLOCK - 1), BLOCK);
      result = [{ kind: "for", ref: block, extent: count, mode: "serial", body: inside }];
    }
    for (let i = rows.length - 2; i >= 0; i--) {
      const { ref, size } = rows[i]!;
      result = [{ kind: "for", ref, extent: size, mode: "serial", body: result }];
    }
    return result;
  }

  /** total + block with the rounding error kept: TwoSum (Knuth, TAOCP vol. 2, 4.2.2). */
  #flush(x: Buffers): Stmt[] {
    const { b, alg } = this.#ctx.tracer;
    const k = b.ref("index", "k");
    // The kept axes outside the inner loop are rows; the flush runs inside their loops.
    const base = this.#rewrite(this.#withoutInner(x.position));
    const at = alg.normal(b.add(base, k));
    const lets: Stmt[] = [];
    const bind = (name: string, value: Expr): Expr => {
      const ref = b.ref(value.type, name);
      lets.push({ kind: "let", ref, value });
      return ref;
    };
    const total = bind("total", b.load(x.total, at));
    const add = bind("add", b.load(x.block!, k));
    const sum = bind("sum", b.add(total, add));
    const part = bind("part", b.sub(sum, total));
    const error = bind("error", b.add(b.sub(total, b.sub(sum, part)), b.sub(add, part)));
    const errors = bind("errors", b.add(b.load(x.error!, at), error));
    const body: Stmt[] = [
      ...lets,
      { kind: "store", buffer: x.total, index: at, value: sum },
      { kind: "store", buffer: x.error!, index: at, value: errors },
    ];
    return [{ kind: "for", ref: k, extent: x.innerSize, mode: "vector", body }];
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
    const k = b.ref("index", "k");
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

function combine(b: CodeContext["tracer"]["b"], monoid: Monoid, x: Expr, y: Expr): Expr {
  switch (monoid) {
    case "sum":
      return b.add(x, y);
    case "prod":
      return b.mul(x, y);
    case "max":
      return b.max(x, y);
    case "min":
      return b.min(x, y);
    case "and":
      return b.and(x, y);
    default:
      return b.or(x, y);
  }
}

function identity(monoid: Monoid, type: ScalarType): number | bigint | boolean {
  if (monoid === "and") return true;
  if (monoid === "or") return false;
  if (monoid === "prod") return 1;
  if (monoid === "sum") return 0;
  const isMax = monoid === "max";
  if (isFloatType(type)) return isMax ? -Infinity : Infinity;
  if (type === "bool") return !isMax;
  const bits = type === "index" ? 32n : BigInt(type.slice(1));
  const [least, most] = type[0] === "u" ? [0n, (1n << bits) - 1n] : [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n];
  const value = isMax ? least : most;
  return bits === 64n ? value : Number(value);
}
