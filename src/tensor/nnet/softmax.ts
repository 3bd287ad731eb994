/** Softmax and its logarithm, as ops of their own so that rules can see them; `expand` gives them as graph. */
import type { NdArray } from "../../array/ndArray.ts";
import { fromFlat, toNumbers } from "../../array/index.ts";
import { isFloat, upgradeToFloat } from "../../dtype.ts";
import { AxisError, DtypeError, RankError } from "../../errors.ts";
import { Apply } from "../../graph/apply.ts";
import { Op, type InputGradient } from "../../graph/op.ts";
import type { Variable } from "../../graph/variable.ts";
import { asTensor } from "../constant.ts";
import { add, cast, div, exp, log, mul, sub } from "../math.ts";
import { max, sum } from "../reduction.ts";
import type { BroadcastRank, DTypeOf, FloatOf, Promoted, RankOf } from "../typing.ts";
import type { TensorLike, TensorVariable } from "../variable.ts";

abstract class RowOp extends Op {
  readonly axis: number;

  constructor(axis: number) {
    super();
    this.axis = axis;
  }

  override get key(): string {
    return `${this.name}{${this.axis}}`;
  }

  override toString(): string {
    return `${this.name}{axis=${this.axis}}`;
  }

  override makeNode(x: Variable): Apply {
    return new Apply(this, [x], [x.type]);
  }

  override inferShape(_node: Apply, [shape]: readonly (readonly Variable[])[]): (readonly Variable[])[] {
    return [shape!];
  }

  /** The op in terms of elementwise functions and reductions: what lowering fuses. */
  abstract expand(x: TensorVariable): TensorVariable;

  protected abstract row(values: Float64Array): Float64Array;

  override perform(_node: Apply, [x]: readonly NdArray[]): NdArray[] {
    const rank = x!.ndim;
    const order = [...Array(rank).keys()].filter((i) => i !== this.axis).concat(this.axis);
    const moved = x!.transpose(order).copy();
    const flat = toNumbers(moved);
    const n = x!.shape[this.axis]!;
    const result = new Float64Array(flat.length);
    for (let i = 0; i < flat.length; i += n) result.set(this.row(flat.subarray(i, i + n)), i);
    const back = order.map((_, i) => order.indexOf(i));
    const out = fromFlat(Array.from(result), moved.shape, x!.dtype);
    return [out.transpose(back).copy()];
  }
}

function shifted(values: Float64Array): Float64Array {
  const top = values.reduce((a, b) => (Number.isNaN(a) || Number.isNaN(b) ? NaN : Math.max(a, b)), -Infinity);
  return values.map((v) => v - top);
}

/** exp(x) / sum(exp(x)) along one axis. */
export class Softmax extends RowOp {
  readonly name = "Softmax";

  override expand(x: TensorVariable): TensorVariable {
    const options = { axis: this.axis, keepdims: true };
    const e = exp(sub(x, max(x, options)));
    return div(e, sum(e, options));
  }

  protected override row(values: Float64Array): Float64Array {
    const e = shifted(values).map(Math.exp);
    const total = e.reduce((a, b) => a + b, 0);
    return e.map((v) => v / total);
  }

  override lop(node: Apply, [g]: readonly (Variable | null)[]): InputGradient[] {
    if (g === null || g === undefined) return [null];
    const p = node.outputs[0] as TensorVariable;
    const gradient = g as TensorVariable;
    const total = sum(mul(gradient, p), { axis: this.axis, keepdims: true });
    return [mul(p, sub(gradient, total))];
  }
}

/** x - log(sum(exp(x))) along one axis. */
export class LogSoftmax extends RowOp {
  readonly name = "LogSoftmax";

  override expand(x: TensorVariable): TensorVariable {
    const options = { axis: this.axis, keepdims: true };
    const d = sub(x, max(x, options));
    return sub(d, log(sum(exp(d), options)));
  }

  protected override row(values: Float64Array): Float64Array {
    const d = shifted(values);
    const total = Math.log(d.reduce((a, v) => a + Math.exp(v), 0));
    return d.map((v) => v - total);
  }

  override lop(node: Apply, [g]: readonly (Variable | null)[]): InputGradient[] {
    if (g === null || g === undefined) return [null];
    const gradient = g as TensorVariable;
    const p = softmax(node.inputs[0] as TensorVariable, { axis: this.axis });
    const total = sum(gradient, { axis: this.axis, keepdims: true });
    return [sub(gradient, mul(p, total))];
  }
}

export interface SoftmaxOptions {
  /** Default: the last one. */
  readonly axis?: number;
}

function prepare(x: TensorLike, options: SoftmaxOptions, op: string): { v: TensorVariable; axis: number } {
  const given = asTensor(x);
  if (given.ndim === 0) throw new RankError(`${op}: the input must have rank 1 at least.`, { op });
  const dtype = upgradeToFloat(given.dtype);
  if (!isFloat(dtype)) throw new DtypeError(`${op}: ${given.dtype} is not supported.`, { op });
  const axis = options.axis ?? -1;
  if (!Number.isInteger(axis) || axis < -given.ndim || axis >= given.ndim) {
    throw new AxisError(`${op}: axis ${axis} is out of range for rank ${given.ndim}.`, { op });
  }
  return { v: cast(given, dtype), axis: axis < 0 ? axis + given.ndim : axis };
}

/** exp(x) / sum(exp(x)) along an axis, the last by default; never overflows. */
export function softmax<X extends TensorLike>(
  x: X,
  options?: SoftmaxOptions,
): TensorVariable<FloatOf<DTypeOf<X>>, RankOf<X>>;
export function softmax(x: TensorLike, options: SoftmaxOptions = {}): TensorVariable {
  const { v, axis } = prepare(x, options, "softmax");
  return new Softmax(axis).call(v) as TensorVariable;
}

/** log(softmax(x)), finite wherever it should be. */
export function logsoftmax<X extends TensorLike>(
  x: X,
  options?: SoftmaxOptions,
): TensorVariable<FloatOf<DTypeOf<X>>, RankOf<X>>;
export function logsoftmax(x: TensorLike, options: SoftmaxOptions = {}): TensorVariable {
  const { v, axis } = prepare(x, options, "logsoftmax");
  return new LogSoftmax(axis).call(v) as TensorVariable;
}

/** exp(x) / sum(exp(x)) along the last axis, as a graph of these functions: rules make a softmax of it. */
export function softmaxGraph<X extends TensorLike>(x: X): TensorVariable<FloatOf<DTypeOf<X>>, RankOf<X>>;
export function softmaxGraph(x: TensorLike): TensorVariable {
  const { v, axis } = prepare(x, {}, "softmaxGraph");
  const powers = exp(v);
  return div(powers, sum(powers, { axis, keepdims: true }));
}

/** The softmax of the rows of a matrix plus a vector: `softmax(add(x, b))`. */
export function softmaxWithBias<X extends TensorLike, B extends TensorLike>(
  x: X,
  b: B,
): TensorVariable<FloatOf<Promoted<X, B>>, BroadcastRank<X, B>>;
export function softmaxWithBias(x: TensorLike, b: TensorLike): TensorVariable {
  return softmax(add(x, b));
}
