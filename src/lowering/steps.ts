/** What a schedule is made of: the values to compute, loops and what shares them, places and uses. */
import type { Apply } from "../graph/apply.ts";
import type { Variable } from "../graph/variable.ts";
import type { Block, CallForm, ElementValue, ReduceForm } from "../ir/lowered.ts";
import type { Expr, Ref } from "../ir/node.ts";
import type { Accumulated } from "./order.ts";
import type { Stored, TracedGuard, Tracer } from "./trace.ts";

/** Each element of `target` is computed on its own. `source` is read instead of computed when `target` is a copy. */
export interface MapRoot {
  readonly kind: "map";
  readonly target: Stored;
  readonly source: Variable | null;
}

export interface ReduceRoot {
  readonly kind: "reduce";
  readonly node: Apply;
  readonly form: ReduceForm;
  readonly targets: readonly Stored[];
}

export interface OpaqueRoot {
  readonly kind: "opaque";
  readonly node: Apply;
  readonly form: CallForm | Block;
  readonly targets: readonly Stored[];
}

export type Root = MapRoot | ReduceRoot | OpaqueRoot;

/** `target[index] = value`. */
export interface MapMember {
  readonly kind: "map";
  readonly target: Stored;
  readonly index: readonly Expr[];
  readonly value: ElementValue;
}

/** A reduction over the inner loop; its result exists per row, at `index`. */
export interface ReduceMember {
  readonly kind: "reduce";
  readonly root: ReduceRoot;
  readonly index: readonly Expr[];
  readonly value: ElementValue;
  /** How many elements are combined. */
  readonly count: Expr;
}

/** A reduction over rows: each pass of the inner loop adds one row to a row of sums. */
export interface AccumulateMember {
  readonly kind: "accumulate";
  readonly root: ReduceRoot;
  readonly index: readonly Expr[];
  readonly value: Expr;
  readonly count: Expr;
}

export type Member = MapMember | ReduceMember | AccumulateMember;

export interface InnerItem {
  readonly kind: "inner";
  readonly key: string;
  readonly sizes: readonly Expr[];
  readonly members: Member[];
}

export interface ScalarItem {
  readonly kind: "scalar";
  readonly member: MapMember;
}

export interface NestStep {
  readonly kind: "nest";
  readonly sizes: readonly Expr[];
  readonly items: (InnerItem | ScalarItem)[];
}

export interface GuardStep {
  readonly kind: "guard";
  readonly guard: TracedGuard;
}

export interface OpaqueStep {
  readonly kind: "opaque";
  readonly root: OpaqueRoot;
  readonly operands: readonly Stored[];
  /** Scalar operands (alpha, beta), by input. */
  readonly scalars: ReadonlyMap<number, Expr>;
}

export type Step = NestStep | GuardStep | OpaqueStep;

/** Where a stored value comes into being. */
export interface Place {
  readonly step: number;
  readonly item: number;
  readonly kind: "scalar" | "map" | "reduce" | "whole";
  /** The index at which it is stored, in the nest's loop variables. */
  readonly index: readonly Expr[];
}

/** One use of a stored value. */
export interface Use {
  readonly stored: Stored;
  readonly step: number;
  readonly item: number;
  /** `null` for a use of the whole (an operand). */
  readonly index: readonly Expr[] | null;
}

/** Loop variables that every trace uses; each nest gets fresh ones when it is written out. */
export interface LoopRefs {
  readonly rows: readonly Ref[];
  readonly inner: readonly Ref[];
}

/** The most axes that a loop nest of either kind can have. */
export const MAX_AXES = 12;

export function makeLoopRefs(tracer: { b: Tracer["b"]; alg: Tracer["alg"] }): LoopRefs {
  const make = (name: string): Ref[] =>
    Array.from({ length: MAX_AXES }, (_, i) => {
      const ref = tracer.b.natural(`${name}${i}`);
      tracer.alg.declareLoop(ref);
      return ref;
    });
  return { rows: make("r"), inner: make("q") };
}

/** What a reduction accumulates; complex sums are two of real numbers. */
export function accumulatedIn({ form }: ReduceRoot): Accumulated {
  return { monoid: form.monoid, type: form.accType };
}

/** The real numbers that an element is: itself, or a real and an imaginary part. */
export function partsOf(value: ElementValue): readonly Expr[] {
  return Array.isArray(value) ? (value as readonly Expr[]) : [value as Expr];
}
