/**
 * Elements as expressions: reading a variable at an index gives a load where it is stored, and otherwise the expression of the
 * node that computes it, with its inputs read the same way. This is where fusion happens.
 */
import { readElement, type Element } from "../array/element.ts";
import type { NdArray } from "../array/ndArray.ts";
import { isBigInt, isComplex, type DType } from "../dtype.ts";
import { InternalError } from "../errors.ts";
import { isConstant, type Variable } from "../graph/variable.ts";
import type { IrBuilder } from "../ir/build.ts";
import type { ElementValue, Guard, Layout, Lowered, Pull } from "../ir/lowered.ts";
import type { Buffer, Expr } from "../ir/node.ts";
import type { IndexAlgebra } from "./indexAlgebra.ts";
import type { Shapes } from "./shapes.ts";
import { label } from "./sizeScope.ts";
import { scalarOf } from "./types.ts";

/** A variable that has storage: a buffer and where its elements lie in it. */
export interface Stored {
  readonly variable: Variable;
  readonly dtype: DType;
  readonly buffer: Buffer;
  readonly sizes: readonly Expr[];
  /** In elements of the dtype. */
  readonly layout: Layout;
  /** Part of storage that lives outside of this graph: it must be written, and nothing else may be put there. */
  readonly isFixed?: boolean;
}

/** What a load reads: the variable and the index, one expression per axis; part 1 is an imaginary part. */
export interface Read {
  readonly stored: Stored;
  readonly index: readonly Expr[];
  readonly part: 0 | 1;
}

/** A guard reached while tracing, in plain form. */
export interface TracedGuard {
  readonly over: readonly Expr[];
  readonly cond: Expr;
  readonly failure: number;
}

interface Traced {
  readonly value: ElementValue;
  readonly guards: ReadonlySet<TracedGuard>;
}

export class Tracer {
  readonly b: IrBuilder;
  readonly alg: IndexAlgebra;
  readonly shapes: Shapes;
  /** Variables that are read from storage. */
  readonly stores: Map<Variable, Stored> = new Map();
  readonly reads: Map<Expr, Read> = new Map();
  readonly constants: Buffer[] = [];
  readonly #elements = new Map<Variable, Map<string, Traced>>();
  readonly #guards = new Map<Variable["owner"], readonly TracedGuard[]>();
  readonly #guardRefs: readonly Expr[];
  /** Guards of the nodes met by the present trace. */
  #met: Set<TracedGuard> = new Set();

  /** `stores` by buffer, made anew when it has grown. */
  #byBuffer = new Map<Buffer, Stored>();
  #indexed = 0;

  constructor(alg: IndexAlgebra, shapes: Shapes, guardRefs: readonly Expr[]) {
    this.alg = alg;
    this.b = alg.b;
    this.shapes = shapes;
    this.#guardRefs = guardRefs;
  }

  /** Runs `body` and returns the guards of every node whose elements it computed. */
  collectGuards<R>(body: () => R): { readonly value: R; readonly guards: ReadonlySet<TracedGuard> } {
    const before = this.#met;
    const guards = (this.#met = new Set<TracedGuard>());
    try {
      return { value: body(), guards };
    } finally {
      this.#met = before;
      for (const g of guards) before.add(g);
    }
  }

  /** The variable that has a buffer to itself, or had it last. */
  storedIn(buffer: Buffer): Stored | undefined {
    if (this.#indexed !== this.stores.size) {
      this.#byBuffer = new Map(Array.from(this.stores.values(), (s) => [s.buffer, s]));
      this.#indexed = this.stores.size;
    }
    return this.#byBuffer.get(buffer);
  }

  /** The element of `v` at `index`, wherever it comes from. */
  read(v: Variable, index: readonly Expr[]): ElementValue {
    const at = this.#broadcastIndex(v, index);
    // A literal even where a library call has put the constant into a buffer.
    if (isConstant(v)) return this.#constant(v, at);
    const stored = this.stores.get(v);
    return stored === undefined ? this.compute(v, at) : this.load(stored, at);
  }

  /** The element of `v` as its node computes it. */
  compute(v: Variable, index: readonly Expr[]): ElementValue {
    const key = index.map((e) => e.id).join(",");
    let known = this.#elements.get(v);
    if (known === undefined) this.#elements.set(v, (known = new Map()));
    let traced = known.get(key);
    if (traced === undefined) {
      traced = this.collectGuards(() => this.#element(v, index));
      known.set(key, traced);
    } else for (const g of traced.guards) this.#met.add(g);
    return traced.value;
  }

  #element(v: Variable, index: readonly Expr[]): ElementValue {
    const node = v.owner;
    if (node === null) throw new InternalError(`lowering: ${v.toString()} has no storage`);
    const lowered = this.shapes.lowered.get(node)!;
    this.meetGuards(v);
    const pull = this.pullOf(v);
    if (lowered.form === "pointwise") return lowered.element(index, pull, v.index);
    if (lowered.form === "view") {
      return this.read(
        node.inputs[lowered.input]!,
        lowered.index(index, pull).map((e) => this.alg.asIndex(e)),
      );
    }
    throw new InternalError(`lowering: ${v.toString()} was not computed before it is read`);
  }

  /** Reads inputs of the node that computes `v`. */
  pullOf(v: Variable): Pull {
    const { inputs } = v.owner!;
    return (input, index) => this.read(inputs[input]!, index);
  }

  /** Notes the guards of the node that computes `v`. */
  meetGuards(v: Variable): void {
    const node = v.owner!;
    let guards = this.#guards.get(node);
    if (guards === undefined) {
      const lowered = this.shapes.lowered.get(node)!;
      guards = (guardsOf(lowered, this.pullOf(v)) ?? []).map((g): TracedGuard => {
        const over = g.over.map((e) => this.alg.normal(e));
        return { over, cond: g.holds(this.#guardRefs.slice(0, over.length)), failure: g.failure };
      });
      this.#guards.set(node, guards);
    }
    for (const g of guards) this.#met.add(g);
  }

  load(stored: Stored, index: readonly Expr[]): ElementValue {
    if (!isComplex(stored.dtype)) return this.#loadPart(stored, index, 0);
    return [this.#loadPart(stored, index, 0), this.#loadPart(stored, index, 1)];
  }

  #loadPart(stored: Stored, index: readonly Expr[], part: 0 | 1): Expr {
    const load = this.b.load(stored.buffer, this.slot(stored, index, part));
    if (!this.reads.has(load)) this.reads.set(load, { stored, index, part });
    return load;
  }

  /** The position in the buffer of the element at `index`. */
  slot(stored: Stored, index: readonly Expr[], part: 0 | 1 = 0): Expr {
    const { b, alg } = this;
    let at = stored.layout.offset;
    for (const [axis, e] of index.entries()) at = b.add(at, b.mul(e, stored.layout.strides[axis]!));
    if (isComplex(stored.dtype)) at = b.add(b.mul(at, 2), part);
    return alg.normal(at);
  }

  /** Along an axis of static size 1 every index is 0. */
  #broadcastIndex(v: Variable, index: readonly Expr[]): readonly Expr[] {
    const shape = v.type.buffer()!.shape;
    if (!shape.includes(1)) return index;
    const zero = this.b.index(0);
    return index.map((e, axis) => (shape[axis] === 1 ? zero : e));
  }

  // --- constants -------------------------------------------------------------------------------

  /** The element of a constant: a literal where all elements are the same. */
  #constant(v: Variable & { readonly data: NdArray }, index: readonly Expr[]): ElementValue {
    const { data } = v;
    const uniform = uniformValue(data);
    if (uniform !== null) return this.literal(data.dtype, uniform);
    return this.load(this.constantStore(v), index);
  }

  literal(dtype: DType, value: Element): ElementValue {
    const type = scalarOf(dtype);
    if (!isComplex(dtype)) return this.b.constant(type, value as number | bigint);
    const { re, im } = value as { re: number; im: number };
    return [this.b.constant(type, re), this.b.constant(type, im)];
  }

  /** The constant as a buffer. */
  constantStore(v: Variable & { readonly data: NdArray }): Stored {
    const known = this.stores.get(v);
    if (known !== undefined) return known;
    const { data } = v;
    const flat = data.data;
    const { b } = this;
    const buffer = b.buffer(label(v), scalarOf(data.dtype), "constant", b.index(flat.length), flat);
    this.constants.push(buffer);
    const sizes = data.shape.map((n) => b.index(n));
    const stored: Stored = { variable: v, dtype: data.dtype, buffer, sizes, layout: this.contiguous(sizes) };
    this.stores.set(v, stored);
    return stored;
  }

  contiguous(sizes: readonly Expr[]): Layout {
    const strides: Expr[] = new Array<Expr>(sizes.length);
    let step: Expr = this.b.index(1);
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      strides[axis] = step;
      if (axis > 0) step = this.alg.multiply(step, sizes[axis]!);
    }
    return { offset: this.b.index(0), strides };
  }

  /**
   * Where the elements of `v` lie, if they lie in storage with a fixed step per axis: those of a stored variable, or of a
   * view of one. `null` otherwise.
   */
  layoutOf(v: Variable): Stored | null {
    const stored = this.stores.get(v);
    if (stored !== undefined) return stored;
    if (isConstant(v)) return this.constantStore(v);
    const node = v.owner;
    const lowered = node === null ? undefined : this.shapes.lowered.get(node);
    if (node === null || lowered?.form !== "view") return null;
    const base = this.layoutOf(node.inputs[lowered.input]!);
    if (base === null) return null;
    const layout = this.viewLayout(v, lowered, base);
    if (layout === null) return null;
    this.meetGuards(v);
    return { variable: v, dtype: base.dtype, buffer: base.buffer, sizes: this.shapes.of(v), layout };
  }

  viewLayout(v: Variable, view: Lowered & { form: "view" }, base: Stored): Layout | null {
    const { alg } = this;
    const plain = view.layout?.(base.layout, this.pullOf(v)) ?? null;
    if (plain !== null) {
      return { offset: alg.normal(plain.offset), strides: plain.strides.map((e) => alg.normal(e)) };
    }
    if (view.reshape !== true || !this.isContiguous(base)) return null;
    return { ...this.contiguous(this.shapes.of(v)), offset: base.layout.offset };
  }

  /** Are the elements in C order without gaps, whatever the sizes? Axes of size 1 do not count. */
  isContiguous(stored: Stored): boolean {
    const wanted = this.contiguous(stored.sizes).strides;
    return stored.layout.strides.every((e, axis) => {
      const n = stored.sizes[axis]!;
      return e === wanted[axis] || (n.kind === "const" && n.value === 1);
    });
  }
}

function guardsOf(lowered: Lowered, pull: Pull): readonly Guard[] | undefined {
  if (lowered.form === "pointwise" || lowered.form === "view" || lowered.form === "block") {
    return lowered.guards?.(pull);
  }
  return undefined;
}

/** The value of every element of a constant, when it is the same. */
function uniformValue(data: NdArray): Element | null {
  if (data.size === 0) return isComplex(data.dtype) ? { re: 0, im: 0 } : isBigInt(data.dtype) ? 0n : 0;
  const first = readElement(data, data.offset);
  if (data.size === 1) return first;
  if (typeof first === "object" || data.size > 4096) return null;
  const flat = data.data as ArrayLike<number | bigint>;
  for (let i = 1; i < flat.length; i++) if (!Object.is(flat[i], flat[0])) return null;
  return first;
}
