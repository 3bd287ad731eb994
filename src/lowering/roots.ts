/**
 * Which values get storage. Results, reductions, operands of library calls; and elementwise values that are dear and wanted
 * in several places. All others are computed where they are read.
 */
import type { Apply } from "../graph/apply.ts";
import type { NdArray } from "../array/ndArray.ts";
import { isConstant, type Variable } from "../graph/variable.ts";
import type { ElementValue, Layout, Lowered } from "../ir/lowered.ts";
import type { Expr } from "../ir/node.ts";
import { costOf } from "../ir/traverse.ts";
import type { Tracer } from "./trace.ts";
import { scalarOf } from "./types.ts";

/** Costs in additions: from here on a value with several readers is stored, not computed again. */
const STORE_FROM = 6;
/** A value that a larger space reads again and again is stored from here on. */
const STORE_BROADCAST_FROM = 3;
/** Expressions do not grow beyond this many nodes. */
const MAX_INLINE_NODES = 96;

/** The variables among the outputs of `nodes` that get storage. */
export function selectRoots(
  nodes: readonly Apply[],
  results: ReadonlySet<Variable>,
  tracer: Tracer,
  fusion: boolean,
): Set<Variable> {
  return new RootSelection(nodes, results, tracer, fusion).run();
}

class RootSelection {
  readonly #nodes: readonly Apply[];
  readonly #results: ReadonlySet<Variable>;
  readonly #tracer: Tracer;
  readonly #fusion: boolean;
  readonly #roots = new Set<Variable>();
  readonly #readers = new Map<Variable, Apply[]>();
  readonly #costs = new Map<string, number>();
  /** Cost and number of nodes of the expression that a reader would inline. */
  readonly #inline = new Map<Variable, { cost: number; nodes: number }>();

  constructor(nodes: readonly Apply[], results: ReadonlySet<Variable>, tracer: Tracer, fusion: boolean) {
    this.#nodes = nodes;
    this.#results = results;
    this.#tracer = tracer;
    this.#fusion = fusion;
  }

  run(): Set<Variable> {
    for (const node of this.#nodes) {
      for (const v of new Set(node.inputs)) {
        const list = this.#readers.get(v);
        if (list === undefined) this.#readers.set(v, [node]);
        else list.push(node);
      }
    }
    for (const node of this.#nodes) this.#visit(node, this.#form(node));
    return this.#roots;
  }

  #form(node: Apply): Lowered {
    return this.#tracer.shapes.lowered.get(node)!;
  }

  #visit(node: Apply, form: Lowered): void {
    switch (form.form) {
      case "reduce":
      case "call":
      case "block":
        for (const out of node.outputs) this.#roots.add(out);
        if (form.form !== "reduce") for (const v of node.inputs) this.#requireStored(v);
        return;
      case "view":
        return this.#visitView(node, form);
      case "pointwise":
        for (const out of node.outputs) this.#visitPointwise(node, form, out);
    }
  }

  #visitView(node: Apply, form: Lowered & { form: "view" }): void {
    const [out] = node.outputs as [Variable];
    this.#inline.set(out, this.#inline.get(node.inputs[form.input]!) ?? { cost: 1, nodes: 1 });
  }

  #visitPointwise(node: Apply, form: Lowered & { form: "pointwise" }, out: Variable): void {
    let cost = form.cost ?? this.#ownCost(node, form, out);
    let nodes = 1;
    const isScalar = out.type.buffer()!.shape.length === 0;
    for (const v of new Set(node.inputs)) {
      // Scalars are computed once, outside of the loop.
      if (this.#roots.has(v) || (!isScalar && v.type.buffer()?.shape.length === 0)) continue;
      const part = this.#inline.get(v);
      cost += part?.cost ?? 0;
      nodes += part?.nodes ?? 0;
    }
    if (this.#isStored(out, cost, nodes)) {
      this.#roots.add(out);
      this.#inline.set(out, { cost: 1, nodes: 1 });
    } else this.#inline.set(out, { cost, nodes });
  }

  #isStored(v: Variable, cost: number, nodes: number): boolean {
    if (!this.#fusion || this.#results.has(v) || nodes > MAX_INLINE_NODES) return true;
    const uses = this.#uses(v);
    if (uses.count > 1 && cost >= STORE_FROM) return true;
    return uses.broadcast && cost >= STORE_BROADCAST_FROM;
  }

  /** How many nodes read `v`, directly or through views, and whether one has more elements than `v`. */
  #uses(v: Variable): { count: number; broadcast: boolean } {
    let count = 0;
    let broadcast = false;
    const size = this.#sizeOf(v);
    const work: Variable[] = [v];
    for (let at = work.pop(); at !== undefined; at = work.pop()) {
      if (at !== v && this.#results.has(at)) count++;
      for (const reader of this.#readers.get(at) ?? []) {
        const form = this.#form(reader);
        if (form.form === "view" && reader.inputs[form.input] === at) {
          work.push(...reader.outputs);
          continue;
        }
        count++;
        if (form.form === "pointwise" && this.#sizeOf(reader.outputs[0]!) !== size) broadcast = true;
      }
    }
    return { count, broadcast };
  }

  #sizeOf(v: Variable): Expr {
    return this.#tracer.alg.multiply(...this.#tracer.shapes.of(v));
  }

  /** What the node itself costs: the instructions of its element, inputs being given. */
  #ownCost(node: Apply, form: Lowered & { form: "pointwise" }, out: Variable): number {
    const ranks = node.inputs.map((v) => (isLiteral(v) ? `=${v.data.toString()}` : v.type.key)).join(";");
    const key = `${node.op.key}|${ranks}|${out.index}`;
    let cost = this.#costs.get(key);
    if (cost === undefined) {
      const { b } = this.#tracer;
      const rank = out.type.buffer()!.shape.length;
      const index = Array.from({ length: rank }, (_, i) => b.ref("index", `i${i}`));
      const pull = (input: number): ElementValue => this.#placeholder(node.inputs[input]!);
      cost = costOf([form.element(index, pull, out.index)].flat() as Expr[]);
      this.#costs.set(key, cost);
    }
    return cost;
  }

  #placeholder(v: Variable): ElementValue {
    const { b } = this.#tracer;
    if (isLiteral(v)) return this.#tracer.read(v, []);
    const { dtype } = v.type.buffer()!;
    const type = scalarOf(dtype);
    return dtype.startsWith("complex") ? [b.ref(type, "re"), b.ref(type, "im")] : b.ref(type, "x");
  }

  /** An operand must lie in storage with fixed steps: itself, or what it is a view of. */
  #requireStored(v: Variable): void {
    if (this.#trialLayout(v) === null) this.#roots.add(v);
  }

  /** The layout that `v` will have relative to its base; marks the base as stored. */
  #trialLayout(v: Variable): Layout | null {
    const node = v.owner;
    const form = node === null ? null : (this.#tracer.shapes.lowered.get(node) ?? null);
    const whole = this.#tracer.contiguous(this.#tracer.shapes.of(v));
    if (node === null || form === null || this.#roots.has(v)) return whole;
    if (form.form === "pointwise") this.#roots.add(v);
    if (form.form !== "view") return whole;
    const input = node.inputs[form.input]!;
    const base = this.#trialLayout(input);
    if (base === null) return null;
    const { b } = this.#tracer;
    const zero = (k: number): ElementValue => b.constant(scalarOf(node.inputs[k]!.type.buffer()!.dtype), 0);
    const layout = form.layout?.(base, zero) ?? null;
    if (layout !== null) return layout;
    const flat = this.#tracer.contiguous(this.#tracer.shapes.of(input));
    const isFlat = base.strides.every((e, axis) => e === flat.strides[axis]);
    return form.reshape === true && isFlat ? whole : null;
  }
}

/** A constant scalar. */
function isLiteral(v: Variable): v is Variable & { readonly data: NdArray } {
  return isConstant(v) && v.data.ndim === 0;
}
