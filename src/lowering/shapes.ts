/**
 * The sizes of every variable as index expressions of the sizes of the inputs. Sizes are graph first (`Op.inferShape`) and are
 * evaluated here; sizes that an op forces to be equal become one expression, and a check that they are is recorded.
 */
import { shapeText } from "../array/layout.ts";
import { ShapeMismatchError, ValueError, type TheanoError } from "../errors.ts";
import { withOriginOf, type Apply } from "../graph/apply.ts";
import { isConstant, type Variable } from "../graph/variable.ts";
import type { IrBuilder } from "../ir/build.ts";
import type { Expr, Ref } from "../ir/node.ts";
import type {
  ElementValue,
  InnerProgram,
  InnerRequest,
  LowerContext,
  Lowerable,
  Lowered,
  LowerInput,
} from "../ir/lowered.ts";
import { readElement } from "../array/element.ts";
import { isDiscrete, type DType } from "../dtype.ts";
import { failureError } from "./failureError.ts";
import type { IndexAlgebra } from "./indexAlgebra.ts";
import { scalarOf } from "./types.ts";

/** A number that the caller supplies: the size of an input along an axis, or (`axis` null) the value of an integer scalar. */
export interface GivenSize {
  readonly ref: Ref;
  readonly variable: Variable;
  readonly axis: number | null;
}

/** A condition on sizes that the caller tests before running, and the error if it does not hold. */
export interface SizeCheck {
  readonly cond: Expr;
  error(valueOf: (e: Expr) => number): TheanoError;
}

/** A message that a running program may stop with. */
export interface Failure {
  readonly message: string;
  readonly node: Apply;
}

/** Makes the int64 scalar variables in which ops compute shapes: a constant, or a placeholder for `null`. */
export type MakeSize = (value: number | null) => Variable;

export type PrepareInner = (
  scope: SizeScope,
  parent: Shapes,
  node: Apply,
  request: InnerRequest,
) => InnerProgram | null;

interface Equality {
  readonly a: Expr;
  readonly b: Expr;
}

/** What both passes over the nodes share. */
export class SizeScope {
  readonly alg: IndexAlgebra;
  readonly b: IrBuilder;
  readonly makeSize: MakeSize;
  readonly given: GivenSize[] = [];
  readonly failures: Failure[] = [];
  readonly #constants = new Map<number, Variable>();
  readonly #values = new Map<Variable, Ref>();
  readonly #sizes = new Map<Variable, Ref[]>();
  /** Outputs of the program's own nodes that neither a node nor the caller reads. */
  readonly unused: Set<Variable> = new Set();
  /** Prepares graphs inside of nodes. */
  readonly prepareInner: PrepareInner;

  constructor(alg: IndexAlgebra, makeSize: MakeSize, prepareInner: PrepareInner) {
    this.alg = alg;
    this.b = alg.b;
    this.makeSize = makeSize;
    this.prepareInner = prepareInner;
  }

  constantSize(n: number): Variable {
    let v = this.#constants.get(n);
    if (v === undefined) this.#constants.set(n, (v = this.makeSize(n)));
    return v;
  }

  /** The given sizes of an input; axes known to the type have none. */
  inputSizes(v: Variable): readonly Expr[] {
    const { shape } = v.type.buffer()!;
    let refs = this.#sizes.get(v);
    if (refs === undefined) {
      refs = [];
      for (const [axis, n] of shape.entries()) {
        if (n !== null) continue;
        const ref = this.b.natural(`${label(v)}.${axis}`);
        refs[axis] = ref;
        this.given.push({ ref, variable: v, axis });
      }
      this.#sizes.set(v, refs);
    }
    const known = refs;
    return shape.map((n, axis) => (n === null ? known[axis]! : this.b.index(n)));
  }

  /** The value of an integer scalar input, used as a size or position. */
  inputValue(v: Variable): Ref {
    let ref = this.#values.get(v);
    if (ref === undefined) {
      ref = this.b.ref("index", label(v));
      this.#values.set(v, ref);
      this.given.push({ ref, variable: v, axis: null });
    }
    return ref;
  }
}

export function label(v: Variable): string {
  return v.name ?? `v${v.id}`;
}

/** True for elementwise nodes: all inputs have the rank of the output and are read at its index. */
export function isElementwise(node: Apply): boolean {
  return "scalarOp" in node.op;
}

/** One pass over the nodes in order; `aliases` replaces sizes that were found equal to others. */
export class Shapes {
  readonly checks: SizeCheck[] = [];
  readonly equalities: Equality[] = [];
  readonly lowered: Map<Apply, Lowered | null> = new Map();
  readonly #scope: SizeScope;
  readonly #aliases: ReadonlyMap<Expr, Expr>;
  readonly #inputs: ReadonlySet<Variable>;
  readonly #sizes = new Map<Variable, readonly Expr[]>();
  readonly #graph = new Map<Variable, readonly Variable[]>();
  readonly #placeholders = new Map<Variable, Expr>();
  readonly #scalars = new Map<Variable, Expr | null>();

  /** An earlier pass over the same nodes with fewer aliases. */
  readonly #earlier: Shapes | null;

  constructor(
    scope: SizeScope,
    inputs: ReadonlySet<Variable>,
    aliases: ReadonlyMap<Expr, Expr>,
    earlier: Shapes | null = null,
  ) {
    this.#scope = scope;
    this.#inputs = inputs;
    this.#aliases = aliases;
    this.#earlier = earlier;
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
   * Computes the sizes of the node's outputs and lowers it. False when a size is not a function of sizes and scalar
   * inputs: the node must run on the host.
   */
  visit(node: Apply): boolean {
    if (this.#takeOver(node)) return true;
    const known = node.outputs.every((out) => out.type.buffer()?.shape.every((n) => n !== null) === true);
    const common = !known && isElementwise(node) ? this.#commonSizes(node) : null;
    const shapes = known || common !== null ? null : this.#infer(node);
    if (!known && common === null && shapes === null) return false;
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
    this.#requireSizes(node, lowered);
    return true;
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
    this.lowered.set(node, lowered);
    return true;
  }

  context(node: Apply): LowerContext {
    const { b, failures } = this.#scope;
    return {
      inputs: node.inputs.map((v) => this.describe(v)),
      outputs: node.outputs.map((v) => this.describe(v)),
      b,
      failure: (message) => failures.push({ message, node }),
      check: (cond, message) => {
        if (cond.kind === "const" && cond.value === true) return;
        this.checks.push({ cond, error: (valueOf) => this.#mismatch(node, message, valueOf) });
      },
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
      value = this.#computeScalar(v);
      this.#scalars.set(v, value);
    }
    return value;
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

  // --- sizes that must agree -------------------------------------------------------------------

  #requireSizes(node: Apply, lowered: Lowered): void {
    if (isElementwise(node)) this.#requireElementwise(node);
    else if (lowered.form === "call") this.#requireProduct(node, lowered);
    else if (lowered.form === "view" && lowered.reshape === true) this.#requireReshape(node, lowered.input);
  }

  #requireElementwise(node: Apply): void {
    const out = node.outputs[0]!;
    const target = this.of(out);
    for (const [axis, size] of target.entries()) {
      for (const [i, v] of node.inputs.entries()) {
        if (v.type.buffer()!.shape[axis] === 1) continue;
        const other = this.of(v)[axis]!;
        this.#requireEqual(size, other, (valueOf) => {
          const first = node.inputs.findIndex((x) => x.type.buffer()!.shape[axis] !== 1);
          const sizes = [first, i].map(
            (k) => `input[${k}].shape[${axis}] = ${valueOf(this.of(node.inputs[k]!)[axis]!)}`,
          );
          const hasOne = [size, other].some((e) => valueOf(e) === 1);
          const advice = hasOne
            ? "\nOnly dimensions that the type knows to be 1 broadcast: declare the input with T.row, T.col or " +
              "{ shape: [1, null] }, or use addBroadcast."
            : "";
          const message = `Input dimension mis-match. (${sizes.join(", ")})${advice}`;
          return this.#mismatch(node, message, valueOf);
        });
      }
    }
  }

  #requireProduct(node: Apply, form: Lowered & { form: "call" }): void {
    const [a, b] = [this.of(node.inputs[form.a]!), this.of(node.inputs[form.b]!)];
    const [i, j] = [form.aAxes.inner, form.bAxes.inner];
    this.#requireEqual(a[i]!, b[j]!, (valueOf) =>
      this.#mismatch(
        node,
        `Shapes are not aligned: axis ${i} of the first operand has size ${valueOf(a[i]!)}, ` +
          `axis ${j} of the second ${valueOf(b[j]!)}.`,
        valueOf,
      ),
    );
    if (form.c === undefined) return;
    const out = this.of(node.outputs[0]!);
    for (const [axis, size] of this.of(node.inputs[form.c]!).entries()) {
      this.#requireEqual(out[axis]!, size, (valueOf) =>
        this.#mismatch(
          node,
          `The addend has size ${valueOf(size)} on axis ${axis}, the product ${valueOf(out[axis]!)}.`,
          valueOf,
        ),
      );
    }
  }

  #requireReshape(node: Apply, input: number): void {
    const { alg } = this.#scope;
    const from = alg.multiply(...this.of(node.inputs[input]!));
    const to = alg.multiply(...this.of(node.outputs[0]!));
    if (from === to) return;
    this.context(node).check(alg.b.eq(from, to), "reshape: the number of elements would change.");
  }

  #requireEqual(a: Expr, b: Expr, error: SizeCheck["error"]): void {
    if (a === b) return;
    this.checks.push({ cond: this.#scope.b.eq(a, b), error });
    this.equalities.push({ a, b });
  }

  #mismatch(
    node: Apply,
    message: string,
    valueOf: (e: Expr) => number,
    kind: typeof ShapeMismatchError = ShapeMismatchError,
  ): TheanoError {
    const inputs = node.inputs
      .filter((v) => v.type.buffer() !== null)
      .map((v) => ({ dtype: v.type.buffer()!.dtype as DType, shape: this.of(v).map(valueOf) }));
    const shapes = inputs.map((x) => `${x.dtype} ${shapeText(x.shape)}`).join(", ");
    const details = { op: node.op.name, inputs, createdAt: node.createdAt[0] };
    return failureError(`${message}\n  in ${node.op.toString()} of ${shapes}`, details, kind);
  }
}

/** The maximum of nothing is an error: what must hold for a reduction. */
export function elementCheck({ b, alg, failures }: SizeScope, shapes: Shapes, node: Apply): SizeCheck | null {
  const form = shapes.lowered.get(node);
  if (form?.form !== "reduce" || form.emptyFailure === undefined) return null;
  const { message } = failures[form.emptyFailure - 1]!;
  const sizes = shapes.of(node.inputs[0]!);
  const count = alg.multiply(...form.axes.map((a) => sizes[a]!));
  const kept = alg.multiply(...sizes.filter((_, axis) => !form.axes.includes(axis)));
  const cond = b.or(b.gt(count, 0), b.eq(kept, 0));
  if (cond.kind === "const" && cond.value === true) return null;
  return {
    cond,
    error: () => failureError(message, { op: node.op.name, createdAt: node.createdAt[0] }, ValueError),
  };
}

/** From sizes found equal: what each given size is to be replaced by. */
export function aliasesOf(scope: SizeScope, equalities: readonly Equality[]): Map<Expr, Expr> {
  const aliases = new Map<Expr, Expr>();
  const position = new Map<Expr, number>(scope.given.map((g, i) => [g.ref, i]));
  const follow = (e: Expr): Expr => {
    let at = e;
    for (let next = aliases.get(at); next !== undefined; next = aliases.get(at)) at = next;
    return at;
  };
  for (const { a, b } of equalities) {
    const [x, y] = [follow(a), follow(b)];
    if (x === y) continue;
    // The later of two given sizes gives way, both to constants; anything else stays a check only.
    const rank = (e: Expr): number => (e.kind === "const" ? -1 : (position.get(e) ?? NaN));
    if (rank(x) < rank(y)) aliases.set(y, x);
    else if (rank(y) < rank(x)) aliases.set(x, y);
  }
  for (const key of Array.from(aliases.keys())) aliases.set(key, follow(key));
  return aliases;
}
