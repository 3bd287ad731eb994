/** What all lowering of one program shares about sizes: those that the caller gives, constants, messages of failures. */
import type { TheanoError } from "../errors.ts";
import type { Apply } from "../graph/apply.ts";
import type { Variable } from "../graph/variable.ts";
import type { IrBuilder } from "../ir/build.ts";
import type { InnerProgram, InnerRequest } from "../ir/lowered.ts";
import type { Buffer, Expr, Ref } from "../ir/node.ts";
import type { IndexAlgebra } from "./indexAlgebra.ts";
import type { Shapes } from "./shapes.ts";

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

/** Two sizes that must be the same. */
export interface Equality {
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
  readonly #counts = new Map<Apply, Buffer>();
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

  /** Where the program tells how many rows an open node has found. */
  countOf(node: Apply): Buffer {
    let buffer = this.#counts.get(node);
    if (buffer === undefined) {
      buffer = this.b.buffer(`${label(node.outputs[0]!)}.count`, "i32", "output", this.b.index(1));
      this.#counts.set(node, buffer);
    }
    return buffer;
  }
}

export function label(v: Variable): string {
  return v.name ?? `v${v.id}`;
}
