/** What is said of axes of size 1: whether they broadcast. */
import type { NdArray } from "../array/ndArray.ts";
import { AxisError, ShapeMismatchError } from "../errors.ts";
import { Apply } from "../graph/apply.ts";
import { Op, type InputGradient } from "../graph/op.ts";
import type { Variable } from "../graph/variable.ts";
import type { LowerContext, Lowered } from "../ir/lowered.ts";
import { asTensor } from "./constant.ts";
import { normalizeAxisOf } from "./dimshuffle.ts";
import { sizeConstant } from "./sizes.ts";
import { tensorType } from "./type.ts";
import type { DTypeOf, RankOf } from "./typing.ts";
import type { TensorLike, TensorVariable } from "./variable.ts";
import { operand } from "./shape.ts";

/** Forgets, or asserts, that axes have size 1. Entry: `[axis, broadcastable]`. */
export class Rebroadcast extends Op {
  readonly name = "Rebroadcast";
  readonly axes: readonly (readonly [number, boolean])[];

  constructor(axes: readonly (readonly [number, boolean])[]) {
    super();
    this.axes = axes;
  }

  override get key(): string {
    return `Rebroadcast{${this.axes.map(([axis, one]) => `${axis},${one ? 1 : 0}`).join(";")}}`;
  }

  override toString(): string {
    const last = Math.max(-1, ...this.axes.map(([axis]) => axis));
    const marks = Array.from({ length: last + 1 }, (_, axis) => {
      const entry = this.axes.find(([a]) => a === axis);
      return entry === undefined ? "?" : entry[1] ? "1" : "0";
    });
    return `Rebroadcast{${marks.join(",")}}`;
  }

  override canFail(node: Apply): boolean {
    const { shape: sizes } = (node.inputs[0] as TensorVariable).type;
    return this.axes.some(([axis, one]) => one && sizes[axis] !== 1);
  }

  override views(): readonly number[] {
    return [0];
  }

  override makeNode(x: Variable): Apply {
    const v = x as TensorVariable;
    const out = [...v.type.shape];
    for (const [axis, one] of this.axes) {
      if (one && out[axis] !== null && out[axis] !== 1) {
        throw new ShapeMismatchError(
          `addBroadcast: axis ${axis} has size ${out[axis]!}, not 1 (${v.type.toString()}).`,
          { op: "Rebroadcast", inputs: [operand(v)] },
        );
      }
      if (one) out[axis] = 1;
      else if (out[axis] === 1) out[axis] = null;
    }
    return new Apply(this, [v], [tensorType(v.dtype, out)]);
  }

  override perform(node: Apply, [x]: readonly NdArray[]): NdArray[] {
    for (const [axis, one] of this.axes) {
      if (!one || x!.shape[axis] === 1) continue;
      throw new ShapeMismatchError(`addBroadcast: axis ${axis} has size ${x!.shape[axis]}, not 1.`, {
        op: "Rebroadcast",
        inputs: [{ dtype: x!.dtype, shape: x!.shape }],
        createdAt: node.createdAt[0],
      });
    }
    return [x!.copy()];
  }

  override inferShape(_node: Apply, [s]: readonly (readonly Variable[])[]): (readonly Variable[])[] {
    const out = [...s!];
    for (const [axis, one] of this.axes) if (one) out[axis] = sizeConstant(1);
    return [out];
  }

  override lop(node: Apply, [g]: readonly (Variable | null)[]): InputGradient[] {
    if (g === null || g === undefined) return [null];
    return [patternBroadcast(g as TensorVariable, (node.inputs[0] as TensorVariable).broadcastable)];
  }

  lower(ctx: LowerContext): Lowered {
    const { b } = ctx;
    for (const [axis, one] of this.axes) {
      if (!one) continue;
      const is = b.eq(ctx.inputs[0]!.shape[axis]!, b.index(1));
      if (is.kind === "const" && is.value === true) continue;
      ctx.check(is, `ShapeMismatchError: addBroadcast: axis ${axis} does not have size 1.`);
    }
    return { form: "view", input: 0, index: (out) => out, layout: (input) => input, reshape: true };
  }
}

function rebroadcast(v: TensorVariable, axes: readonly (readonly [number, boolean])[]): TensorVariable {
  const changes = axes.filter(([axis, one]) => (v.type.shape[axis] === 1) !== one);
  return changes.length === 0 ? v : (new Rebroadcast(changes).call(v) as TensorVariable);
}

/** `x`, where the given axes are said to have size 1 (checked when the function runs), so that they broadcast. */
export function addBroadcast<X extends TensorLike>(x: X, ...axes: number[]): TensorVariable<DTypeOf<X>, RankOf<X>>;
export function addBroadcast(x: TensorLike, ...axes: number[]): TensorVariable {
  const v = asTensor(x);
  return rebroadcast(
    v,
    axes.map((axis) => [normalizeAxisOf(axis, v.ndim, "addBroadcast"), true]),
  );
}

/** `x`, where it is forgotten that the given axes have size 1. */
export function unbroadcast<X extends TensorLike>(x: X, ...axes: number[]): TensorVariable<DTypeOf<X>, RankOf<X>>;
export function unbroadcast(x: TensorLike, ...axes: number[]): TensorVariable {
  const v = asTensor(x);
  return rebroadcast(
    v,
    axes.map((axis) => [normalizeAxisOf(axis, v.ndim, "unbroadcast"), false]),
  );
}

/** `x`, broadcastable exactly where `pattern` says so. */
export function patternBroadcast<X extends TensorLike>(
  x: X,
  pattern: readonly boolean[],
): TensorVariable<DTypeOf<X>, RankOf<X>>;
export function patternBroadcast(x: TensorLike, pattern: readonly boolean[]): TensorVariable {
  const v = asTensor(x);
  if (pattern.length !== v.ndim) {
    throw new AxisError(`patternBroadcast: ${pattern.length} entries were given for an input of rank ${v.ndim}.`, {
      op: "Rebroadcast",
      inputs: [operand(v)],
    });
  }
  return rebroadcast(
    v,
    pattern.map((one, axis) => [axis, one]),
  );
}
