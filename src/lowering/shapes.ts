/**
 * The sizes of every variable as index expressions of the sizes of the inputs. Sizes are graph first (`Op.inferShape`) and are
 * evaluated here; sizes that an op forces to be equal become one expression, and a check that they are is recorded.
 */
import { readElement } from "../array/element.ts";
import { isDiscrete } from "../dtype.ts";
import { withOriginOf, type Apply } from "../graph/apply.ts";
import { isConstant, type Variable } from "../graph/variable.ts";
import type { Buffer, Expr } from "../ir/node.ts";
import type { ElementValue, LowerContext, Lowerable, Lowered, LowerInput } from "../ir/lowered.ts";
import { isElementwise, SizeAgreement } from "./sizeAgreement.ts";
import type { SizeScope } from "./sizeScope.ts";
import { scalarOf } from "./types.ts";

/** One pass over the nodes in order; `aliases` replaces sizes that were found equal to others. */
export class Shapes {
  readonly agreement: SizeAgreement;
  readonly lowered: Map<Apply, Lowered | null> = new Map();
  /** Nodes of which only the running program tells how many rows their outputs have, and where it tells it. */
  readonly open: Map<Apply, Buffer> = new Map();
  readonly #scope: SizeScope;
  readonly #aliases: ReadonlyMap<Expr, Expr>;
  readonly #inputs: ReadonlySet<Variable>;
  readonly #sizes = new Map<Variable, readonly Expr[]>();
  readonly #graph = new Map<Variable, readonly Variable[]>();
  readonly #placeholders = new Map<Variable, Expr>();
  #scalars = new Map<Variable, Expr | null>();
  readonly #visited = new Set<Apply>();
  /** Scalars that only the running program knows, taken as given: those that the node being visited needs. */
  #awaited: Set<Variable> | null = null;

  /** An earlier pass over the same nodes with fewer aliases. */
  readonly #earlier: Shapes | null;
  readonly #mayBeOpen: boolean;

  constructor(
    scope: SizeScope,
    inputs: ReadonlySet<Variable>,
    aliases: ReadonlyMap<Expr, Expr>,
    { earlier = null, mayBeOpen = false }: { readonly earlier?: Shapes | null; readonly mayBeOpen?: boolean } = {},
  ) {
    this.#scope = scope;
    this.#inputs = inputs;
    this.#aliases = aliases;
    this.#earlier = earlier;
    this.#mayBeOpen = mayBeOpen;
    this.agreement = new SizeAgreement(scope, (v) => this.of(v));
  }

  /** The sizes of `v`, of type index, in normal form. Its node must have been visited. */
  of(v: Variable): readonly Expr[] {
    let sizes = this.#sizes.get(v);
    if (sizes === undefined) {
      if (isConstant(v)) sizes = v.data.shape.map((n) => this.#scope.b.index(n));
      else sizes = this.#scope.inputSizes(v).map((e) => this.#aliases.get(e) ?? e);
      this.#sizes.set(v, sizes);
    }
    return sizes;
  }

  /** Says what the sizes of an input of an inner graph are, and its value if that is known as a size. */
  declare(v: Variable, sizes: readonly Expr[], value: Expr | null): void {
    this.#sizes.set(v, sizes);
    const spec = v.type.buffer();
    if (value !== null && spec !== null) this.#scalars.set(v, this.#scope.b.cast(value, scalarOf(spec.dtype)));
  }

  /** Sizes that were found equal to others. */
  get aliases(): ReadonlyMap<Expr, Expr> {
    return this.#aliases;
  }

  describe(v: Variable): LowerInput {
    const spec = v.type.buffer()!;
    return { dtype: spec.dtype, shape: this.of(v), static: spec.shape };
  }

  /**
   * Computes the sizes of the node's outputs (of an open one: the most that they can be) and lowers it. False when a size is not a function of
   * sizes and scalar inputs: the node must run on the host.
   */
  visit(node: Apply): boolean {
    if (this.#takeOver(node)) return true;
    const known = node.outputs.every((out) => out.type.buffer()?.shape.every((n) => n !== null) === true);
    const common = !known && isElementwise(node) ? this.#commonSizes(node) : null;
    let shapes = known || common !== null ? null : this.#infer(node);
    if (!known && common === null && shapes === null) return false;
    const most = shapes?.includes(null) === true && this.#mayBeOpen ? this.#inferMost(node) : null;
    if (most !== null) shapes = most;
    for (const [i, out] of node.outputs.entries()) {
      const spec = out.type.buffer();
      if (spec === null) return false;
      const sizes: Expr[] = [];
      for (const [axis, n] of spec.shape.entries()) {
        const size =
          n !== null ? this.#scope.b.index(n) : common !== null ? common[axis]! : this.#sizeOf(shapes![i]?.[axis]);
        if (size === null) return false;
        sizes.push(size);
      }
      this.#sizes.set(out, sizes);
      if (shapes?.[i] != null) this.#graph.set(out, shapes[i]);
    }
    const lower = (node.op as Partial<Lowerable>).lower;
    const lowered = lower === undefined ? null : lower.call(node.op, this.context(node));
    if (lowered === null) return false;
    this.lowered.set(node, lowered);
    if (most !== null) this.open.set(node, this.#scope.countOf(node));
    this.#visited.add(node);
    this.agreement.require(node, lowered);
    return true;
  }

  /**
   * Visits a node that has no program here, as one of a later program, to which scalars that this one computes are given.
   * @returns those scalars; null when the node has no program even so
   */
  visitLater(node: Apply): ReadonlySet<Variable> | null {
    const before = this.#scalars;
    const awaited = (this.#awaited = new Set());
    // What was not known may be now, and what is found so counts for this node alone.
    this.#scalars = new Map([...before].filter(([, value]) => value !== null));
    const isVisited = this.visit(node);
    this.#scalars = before;
    this.#awaited = null;
    return isVisited ? awaited : null;
  }

  /** What `inferShape` of an elementwise node gives: along each axis the size of the first input that is not broadcast there. */
  #commonSizes(node: Apply): readonly Expr[] {
    const { shape } = node.outputs[0]!.type.buffer()!;
    return shape.map((n, axis) => {
      if (n !== null) return this.#scope.b.index(n);
      const input = node.inputs.find((v) => v.type.buffer()!.shape[axis] !== 1);
      // A rule may have put an input in whose type knows more than the type of the output.
      return input === undefined ? this.#scope.b.index(1) : this.of(input)[axis]!;
    });
  }

  /** Takes what the earlier pass found for a node when none of its sizes has got another name. */
  #takeOver(node: Apply): boolean {
    const earlier = this.#earlier;
    const lowered = earlier?.lowered.get(node) ?? null;
    if (earlier === null || lowered === null) return false;
    for (const v of node.inputs) {
      const spec = v.type.buffer();
      // The value of an integer scalar may be a size.
      if (spec === null || (spec.shape.length === 0 && isDiscrete(spec.dtype) && !isConstant(v))) return false;
      const before = earlier.of(v);
      if (!this.of(v).every((e, axis) => e === before[axis])) return false;
    }
    for (const out of node.outputs) this.#sizes.set(out, earlier.of(out));
    const count = earlier.open.get(node);
    if (count !== undefined) this.open.set(node, count);
    this.lowered.set(node, lowered);
    this.#visited.add(node);
    return true;
  }

  context(node: Apply): LowerContext {
    const { b, failures } = this.#scope;
    return {
      inputs: node.inputs.map((v) => this.describe(v)),
      outputs: node.outputs.map((v) => this.describe(v)),
      b,
      failure: (message) => failures.push({ message, node }),
      check: (cond, message) => this.agreement.check(node, cond, message),
      scalar: (input) => {
        const value = this.scalar(node.inputs[input]!);
        return value === null ? null : this.#scope.alg.asIndex(value);
      },
      isUsed: (output) => !this.#scope.unused.has(node.outputs[output]!),
      inner: (request) => this.#scope.prepareInner(this.#scope, this, node, request),
    };
  }

  // --- sizes as graph --------------------------------------------------------------------------

  #infer(node: Apply): (readonly Variable[] | null)[] | null {
    const inputs = node.inputs.map((v) => (v.type.buffer() === null ? [] : this.#graphOf(v)));
    return withOriginOf(node, () => node.op.inferShape(node, inputs));
  }

  #inferMost(node: Apply): (readonly Variable[])[] | null {
    const op = node.op as Partial<Lowerable>;
    if (op.mostShape === undefined) return null;
    const inputs = node.inputs.map((v) => this.#graphOf(v));
    return withOriginOf(node, () => op.mostShape!(node, inputs)) as (readonly Variable[])[];
  }

  #graphOf(v: Variable): readonly Variable[] {
    let list = this.#graph.get(v);
    if (list === undefined) {
      list = this.of(v).map((e) => {
        if (e.kind === "const") return this.#scope.constantSize(Number(e.value));
        const placeholder = this.#scope.makeSize(null);
        this.#placeholders.set(placeholder, e);
        return placeholder;
      });
      this.#graph.set(v, list);
    }
    return list;
  }

  #sizeOf(v: Variable | undefined): Expr | null {
    if (v === undefined) return null;
    const placeholder = this.#placeholders.get(v);
    if (placeholder !== undefined) return placeholder;
    const value = this.scalar(v);
    return value === null ? null : this.#scope.alg.asIndex(value);
  }

  /** An integer scalar that can be computed from sizes and scalar inputs alone, in its own type. */
  scalar(v: Variable): Expr | null {
    let value = this.#scalars.get(v);
    if (value === undefined) {
      value = this.#computeScalar(v) ?? this.#await(v);
      this.#scalars.set(v, value);
    }
    return value;
  }

  #await(v: Variable): Expr | null {
    const spec = v.type.buffer();
    const isScalar = spec !== null && spec.shape.length === 0 && isDiscrete(spec.dtype);
    if (this.#awaited === null || !isScalar || v.owner === null || !this.#visited.has(v.owner)) return null;
    this.#awaited.add(v);
    return this.#scope.b.cast(this.#scope.inputValue(v), scalarOf(spec.dtype));
  }

  #computeScalar(v: Variable): Expr | null {
    const { b } = this.#scope;
    const spec = v.type.buffer();
    if (spec === null || spec.shape.length !== 0 || !isDiscrete(spec.dtype)) return null;
    const type = scalarOf(spec.dtype);
    const placeholder = this.#placeholders.get(v);
    if (placeholder !== undefined) return b.cast(placeholder, type);
    if (isConstant(v)) return b.constant(type, readElement(v.data, v.data.offset) as number | bigint);
    if (this.#inputs.has(v)) return b.cast(this.#scope.inputValue(v), type);
    const node = v.owner;
    if (node === null) return null;
    const lowered = this.#lowerScalar(node);
    if (lowered === null) return null;
    let isKnown = true;
    const pull = (input: number): ElementValue => {
      const x = node.inputs[input]!;
      const value = x.type.buffer()?.shape.length === 0 ? this.scalar(x) : null;
      if (value !== null) return value;
      isKnown = false;
      return b.constant(scalarOf(x.type.buffer()?.dtype ?? "int64"), 0);
    };
    const value =
      lowered.form === "pointwise"
        ? lowered.element([], pull, v.index)
        : lowered.form === "view"
          ? pull(lowered.input)
          : null;
    return isKnown && value !== null && !Array.isArray(value) ? (value as Expr) : null;
  }

  #lowerScalar(node: Apply): Lowered | null {
    const known = this.lowered.get(node);
    if (known !== undefined) return known;
    // Nodes of shape graphs are not part of the function graph; those they start from are.
    for (const v of node.inputs) {
      if (v.owner !== null && !this.#sizes.has(v) && !this.#placeholders.has(v)) this.scalar(v);
    }
    if (!this.#hasSizes(node)) return null;
    const lowered = (node.op as Partial<Lowerable>).lower?.call(node.op, this.context(node)) ?? null;
    this.lowered.set(node, lowered);
    return lowered;
  }

  #hasSizes(node: Apply): boolean {
    for (const v of [...node.inputs, ...node.outputs]) {
      if (this.#sizes.has(v) || isConstant(v) || this.#inputs.has(v)) continue;
      const shape = v.type.buffer()?.shape;
      if (shape?.every((n) => n !== null) !== true) return false;
      this.#sizes.set(
        v,
        shape.map((n) => this.#scope.b.index(n)),
      );
    }
    return true;
  }
}
