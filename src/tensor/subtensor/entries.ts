/** What a basic index says of each axis, and what it selects. */
import type { DType } from "../../dtype.ts";
import { IndexError, ValueError } from "../../errors.ts";
import type { IrBuilder } from "../../ir/build.ts";
import type { Guard, LowerContext, Pull } from "../../ir/lowered.ts";
import type { Expr } from "../../ir/node.ts";
import { guard, inRange, irAlgebra, wrapNegative, asIndex } from "../loops.ts";
import { knownSize, sliceRange, sizeAlgebra, type IntegerAlgebra } from "../sizes.ts";
import type { StaticShape } from "../type.ts";
import type { TensorVariable } from "../variable.ts";

/** One axis: an integer, or a slice with the dtypes of the ends that are given. */
export type IndexEntry =
  | { readonly kind: "int"; readonly dtype: DType }
  | {
      readonly kind: "slice";
      readonly start: DType | null;
      readonly stop: DType | null;
      readonly step: DType | null;
    };

/** An entry with its values. */
export type BoundEntry<V> =
  | { readonly kind: "int"; readonly at: V }
  | { readonly kind: "slice"; readonly start: V | null; readonly stop: V | null; readonly step: V | null };

export const FULL_SLICE: BoundEntry<never> = { kind: "slice", start: null, stop: null, step: null };

/** Theano's text: `int64`, `int64:int64:`, `::`. */
export function entryText(entry: IndexEntry): string {
  if (entry.kind === "int") return entry.dtype;
  return [entry.start, entry.stop, entry.step].map((d) => d ?? "").join(":");
}

/** Entries and their scalars, in order. */
export function unbind(bound: readonly BoundEntry<TensorVariable>[]): [IndexEntry[], TensorVariable[]] {
  const scalars: TensorVariable[] = [];
  const take = (v: TensorVariable | null): DType | null => {
    if (v === null) return null;
    scalars.push(v);
    return v.dtype;
  };
  const entries = bound.map(
    (e): IndexEntry =>
      e.kind === "int"
        ? { kind: "int", dtype: take(e.at)! }
        : { kind: "slice", start: take(e.start), stop: take(e.stop), step: take(e.step) },
  );
  return [entries, scalars];
}

/** Gives the scalars back to their entries. */
export function bind<V>(entries: readonly IndexEntry[], scalars: readonly V[]): BoundEntry<V>[] {
  let next = 0;
  const take = (given: DType | null): V | null => (given === null ? null : scalars[next++]!);
  return entries.map(
    (e): BoundEntry<V> =>
      e.kind === "int"
        ? { kind: "int", at: scalars[next++]! }
        : { kind: "slice", start: take(e.start), stop: take(e.stop), step: take(e.step) },
  );
}

/** What is selected of one axis: one index (`count` null) or `start + step * i`. */
export interface AxisRegion<V> {
  readonly start: V;
  readonly step: V;
  readonly count: V | null;
}

/** What is selected; integers are wrapped but not checked. Axes without entry are taken whole. */
export function regionOf<V>(
  alg: IntegerAlgebra<V>,
  lengths: readonly V[],
  bound: readonly BoundEntry<V>[],
): AxisRegion<V>[] {
  return lengths.map((length, axis) => {
    const e = bound[axis];
    if (e === undefined) return { start: alg.of(0), step: alg.of(1), count: length };
    if (e.kind === "int") {
      return { start: alg.ifNegative(e.at, alg.add(e.at, length), e.at), step: alg.of(1), count: null };
    }
    const { start, count } = sliceRange(alg, length, e.start, e.stop, e.step);
    return { start, step: e.step ?? alg.of(1), count };
  });
}

/** Sizes of what is selected, `null` where only the run tells. @throws IndexError */
export function staticRegion(
  op: string,
  shape: StaticShape,
  bound: readonly BoundEntry<TensorVariable>[],
  line?: string | undefined,
): (number | null)[] {
  if (bound.length > shape.length) {
    throw new IndexError(`${op}: too many indices: ${bound.length} for an input of rank ${shape.length}.`, {
      op,
      createdAt: line,
    });
  }
  const out: (number | null)[] = [];
  for (const [axis, n] of shape.entries()) {
    const e = bound[axis];
    if (e === undefined) out.push(n);
    else if (e.kind === "int") checkInt(op, knownSize(e.at), n, axis, line);
    else out.push(staticCount(n, e));
  }
  return out;
}

function staticCount(n: number | null, e: BoundEntry<TensorVariable> & { kind: "slice" }): number | null {
  if (e.start === null && e.stop === null && e.step === null) return n;
  if (n === null) return staticEmpty(e) ? 0 : null;
  return knownSize(sliceRange(sizeAlgebra, sizeAlgebra.of(n), e.start, e.stop, e.step).count);
}

/** `0:0` selects nothing of any axis. */
function staticEmpty(e: BoundEntry<TensorVariable> & { kind: "slice" }): boolean {
  return e.stop !== null && knownSize(e.stop) === 0 && (e.step === null || (knownSize(e.step) ?? -1) > 0);
}

function checkInt(op: string, at: number | null, n: number | null, axis: number, line?: string | undefined): void {
  if (at === null || n === null || (at >= -n && at < n)) return;
  throw new IndexError(
    `Index ${at} is out of bounds for axis ${axis} of size ${n}` +
      (n === 0 ? "; the axis is empty." : `; expected ${-n} to ${n - 1}.`),
    { op, createdAt: line },
  );
}

/** @throws IndexError when an integer leaves its axis, ValueError for a step of 0 */
export function checkRegion(
  op: string,
  lengths: readonly number[],
  bound: readonly BoundEntry<number>[],
  line?: string | undefined,
): void {
  for (const [axis, e] of bound.entries()) {
    if (e.kind === "int") checkInt(op, e.at, lengths[axis]!, axis, line);
    else if (e.step === 0) throw new ValueError(`${op}: the step of a slice is 0.`, { op, createdAt: line });
  }
}

/** Can an integer leave its axis, or a step be 0? */
export function regionCanFail(shape: StaticShape, bound: readonly BoundEntry<TensorVariable>[]): boolean {
  return bound.some((e, axis) => {
    if (e.kind === "slice") return e.step !== null && knownSize(e.step) === null;
    const at = knownSize(e.at);
    const n = shape[axis]!;
    return at === null || n === null || at < -n || at >= n;
  });
}

/** The region as IR: counts are those of the output, whose sizes are already known. */
export function irRegion(
  b: IrBuilder,
  lengths: readonly Expr[],
  entries: readonly IndexEntry[],
  scalar: (k: number) => Expr,
): { region: AxisRegion<Expr>[]; guards: (ctx: LowerContext, op: string) => Guard[] } {
  const count = entries.reduce(
    (n, e) => n + (e.kind === "int" ? 1 : [e.start, e.stop, e.step].filter((d) => d !== null).length),
    0,
  );
  const raw = Array.from({ length: count }, (_, k) => scalar(k));
  const bound = bind(
    entries,
    raw.map((e) => asIndex(b, e)),
  );
  const region = regionOf(irAlgebra(b), lengths, bound).map((r, axis) => {
    const e = bound[axis];
    return e?.kind === "int" ? { ...r, start: wrapNegative(b, e.at, lengths[axis]!) } : r;
  });
  const guards = (ctx: LowerContext, op: string): Guard[] => {
    const outside = ctx.failure(`IndexError: ${op}: an index is out of bounds for its axis.`);
    const still = ctx.failure(`ValueError: ${op}: the step of a slice is 0.`);
    return bound.flatMap((e, axis) => {
      if (e.kind === "int") return guard(inRange(b, e.at, lengths[axis]!), outside);
      return e.step === null ? [] : guard(b.ne(e.step, 0), still);
    });
  };
  return { region, guards };
}

/** Reads scalar inputs `first`, `first + 1` ... */
export function pullScalars(pull: Pull, first: number): (k: number) => Expr {
  return (k) => pull(first + k, []) as Expr;
}
