/** DimShuffle: permutes axes, inserts axes of size 1 and drops axes of static size 1. Always a view. */
import { NdArray } from "../array/ndArray.ts";
import { AxisError, BroadcastError, RankError } from "../errors.ts";
import { Apply } from "../graph/apply.ts";
import { Op, type InputGradient } from "../graph/op.ts";
import type { Variable } from "../graph/variable.ts";
import type { Expr } from "../ir/node.ts";
import type { Layout, LowerContext, Lowered } from "../ir/lowered.ts";
import { asTensor, constant } from "./constant.ts";
import { isRecord, listed } from "./options.ts";
import { tensorType } from "./type.ts";
import type { CheckedPattern, DTypeOf, PatternRank, RankOf } from "./typing.ts";
import type { TensorLike, TensorVariable } from "./variable.ts";

/** Entry k says what output axis k is: an input axis, or `"x"` for a new axis of size 1. */
export type DimShufflePattern = readonly (number | "x")[];

/** A pattern as a list or entry by entry. */
export type DimShuffleArguments = DimShufflePattern | readonly [DimShufflePattern];

/** Output axis k is input axis `pattern[k]`, or new where that is `"x"`; input axes not named are dropped. */
export class DimShuffle extends Op {
  readonly name = "DimShuffle";
  readonly pattern: DimShufflePattern;
  readonly #key: string;

  constructor(pattern: DimShufflePattern) {
    super();
    this.pattern = pattern;
    this.#key = `DimShuffle{${pattern.join(",")}}`;
  }

  override get key(): string {
    return this.#key;
  }

  override toString(): string {
    return `Inplace${this.#key}`;
  }

  override views(): readonly number[] {
    return [0];
  }

  /**
   * @throws AxisError for an axis out of range or named twice
   * @throws BroadcastError when an axis would be dropped that is not known to have size 1
   */
  override makeNode(x: Variable): Apply {
    const v = x as TensorVariable;
    const { shape } = v.type;
    this.#check(v);
    const out = this.pattern.map((p) => (p === "x" ? 1 : shape[p]!));
    return new Apply(this, [v], [tensorType(v.dtype, out)]);
  }

  #check(v: TensorVariable): void {
    const { shape } = v.type;
    const details = { op: "dimshuffle", inputs: [{ dtype: v.dtype, shape }] };
    const seen = new Set<number>();
    for (const p of this.pattern) {
      if (p === "x") continue;
      if (!Number.isInteger(p) || p < 0 || p >= shape.length) {
        throw new AxisError(
          `dimshuffle: axis ${String(p)} does not exist; the input has rank ${shape.length} ` +
            `(${v.type.toString()}).`,
          details,
        );
      }
      if (seen.has(p)) {
        throw new AxisError(`dimshuffle: axis ${p} is named twice in (${this.pattern.join(", ")}).`, details);
      }
      seen.add(p);
    }
    for (const [axis, n] of shape.entries()) {
      if (seen.has(axis) || n === 1) continue;
      throw new BroadcastError(
        `dimshuffle(${this.pattern.join(", ")}): axis ${axis} cannot be dropped, since its size is ` +
          `${n === null ? "not known to be" : `${n}, not`} 1.\n` +
          `Declare the input with a size of 1 there, use addBroadcast(x, ${axis}), or index it: x.at(0).`,
        details,
      );
    }
  }

  override perform(node: Apply, [x]: readonly NdArray[]): NdArray[] {
    const a = x!;
    for (const [axis, n] of a.shape.entries()) {
      if (n !== 1 && !this.pattern.includes(axis)) {
        throw new BroadcastError(`dimshuffle: axis ${axis} has size ${n}; only size 1 can be dropped.`, {
          op: "dimshuffle",
          inputs: [{ dtype: a.dtype, shape: a.shape }],
          createdAt: node.createdAt[0],
        });
      }
    }
    const shape = this.pattern.map((p) => (p === "x" ? 1 : a.shape[p]!));
    const strides = this.pattern.map((p) => (p === "x" ? 0 : a.strides[p]!));
    return [NdArray.wrap(a.dtype, a.buffer, shape, strides, a.offset).copy()];
  }

  override inferShape(_node: Apply, [shape]: readonly (readonly Variable[])[]): (readonly Variable[])[] {
    return [this.pattern.map((p) => (p === "x" ? constant(1, "int64") : shape![p]!))];
  }

  override lop(node: Apply, [g]: readonly (Variable | null)[]): InputGradient[] {
    if (g === null || g === undefined) return [null];
    const rank = (node.inputs[0] as TensorVariable).ndim;
    const back = Array.from({ length: rank }, (_, axis): number | "x" => {
      const at = this.pattern.indexOf(axis);
      return at < 0 ? "x" : at;
    });
    // New axes have size 1, but the gradient's type may not say so; dropping them needs that it does.
    return [dimshuffle(g as TensorVariable, back)];
  }

  lower(ctx: LowerContext): Lowered {
    const { b } = ctx;
    const { pattern } = this;
    const rank = ctx.inputs[0]!.shape.length;
    const zero = b.index(0);
    return {
      form: "view",
      input: 0,
      index: (out: readonly Expr[]): Expr[] => {
        const index: Expr[] = new Array<Expr>(rank).fill(zero);
        for (const [k, p] of pattern.entries()) if (p !== "x") index[p] = out[k]!;
        return index;
      },
      layout: (input: Layout): Layout => ({
        offset: input.offset,
        strides: pattern.map((p) => (p === "x" ? zero : input.strides[p]!)),
      }),
      ...(inOrder(pattern) ? { reshape: true } : {}),
    };
  }
}

/** Are the kept axes in their old order? Then the elements are too. */
function inOrder(pattern: DimShufflePattern): boolean {
  const kept = pattern.filter((p): p is number => p !== "x");
  return kept.every((p, i) => i === 0 || p > kept[i - 1]!);
}

/** True when the pattern changes nothing for an input of that rank. */
export function isIdentityPattern(pattern: DimShufflePattern, rank: number): boolean {
  return pattern.length === rank && pattern.every((p, axis) => p === axis);
}

/**
 * `x` with axes permuted, inserted (`"x"`, size 1) and dropped (those not named; they must have static size 1). Negative
 * axes count from the end. Returns `x` itself when nothing changes.
 *
 * @example `dimshuffle(v, ["x", 0])` makes a row of a vector; `dimshuffle(m, [1, 0])` transposes.
 */
export function dimshuffle<X extends TensorLike, const P extends DimShuffleArguments>(
  x: X,
  ...pattern: CheckedPattern<P, RankOf<X>>
): TensorVariable<DTypeOf<X>, PatternRank<P>>;
export function dimshuffle(x: TensorLike, ...pattern: DimShuffleArguments): TensorVariable {
  const v = asTensor(x);
  const axes = listed<number | "x">(pattern).map((p): number | "x" => (p !== "x" && p < 0 ? p + v.ndim : p));
  if (isIdentityPattern(axes, v.ndim)) return v;
  return new DimShuffle(axes).call(v) as TensorVariable;
}

/**
 * Axes counted from the front.
 * @throws AxisError for an axis that is not an integer in `[-rank, rank)`
 */
export function normalizeAxisOf(axis: number, rank: number, op: string): number {
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
    throw new AxisError(
      `${op}: axis ${String(axis)} is out of range for rank ${rank}` +
        (rank === 0 ? "; a scalar has no axes." : `; expected ${-rank} to ${rank - 1}.`),
      { op },
    );
  }
  return axis < 0 ? axis + rank : axis;
}

/** The order of the axes: as a list, one by one, or as an option; nothing for the reverse order. */
export type TransposeArguments =
  | readonly number[]
  | readonly [readonly number[] | { readonly axes?: readonly number[] | null } | null | undefined];

/** Permuted axes; reversed when `axes` is absent. */
export function transpose<X extends TensorLike>(
  x: X,
  ...axes: TransposeArguments
): TensorVariable<DTypeOf<X>, RankOf<X>>;
export function transpose(x: TensorLike, ...axes: TransposeArguments): TensorVariable {
  const v = asTensor(x);
  const [first] = axes;
  const given = isRecord(first) ? (first as { readonly axes?: readonly number[] | null }).axes : listed<number>(axes);
  const reverse = Array.from({ length: v.ndim }, (_, i) => v.ndim - 1 - i);
  const isAbsent = given === undefined || given === null || (given.length === 0 && !Array.isArray(first));
  const order = (isAbsent ? reverse : given).map((a) => normalizeAxisOf(a, v.ndim, "transpose"));
  if (order.length !== v.ndim) {
    throw new RankError(`transpose: ${order.length} axes were given for an input of rank ${v.ndim}.`, {
      op: "transpose",
      inputs: [{ dtype: v.dtype, shape: v.type.shape }],
    });
  }
  return dimshuffle(v, order);
}

/** A vector that lies along one axis of tensors of so many axes. */
export function alongAxis(vector: TensorVariable, axis: number, rank: number): TensorVariable {
  return dimshuffle(
    vector,
    Array.from({ length: rank }, (_, k) => (k === axis ? 0 : "x")),
  );
}
