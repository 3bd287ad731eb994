/** What `AdvancedSubtensor` and `AdvancedIncSubtensor` share: where the axes of a result come from, and where its elements are. */
import { readElement } from "../../array/element.ts";
import { layoutOffsets, offsetsOf } from "../../array/layout.ts";
import { NdArray } from "../../array/ndArray.ts";
import { isInteger } from "../../dtype.ts";
import { IndexError, ShapeMismatchError } from "../../errors.ts";
import { Apply } from "../../graph/apply.ts";
import { Op } from "../../graph/op.ts";
import { isConstant, type Variable } from "../../graph/variable.ts";
import type { Guard, LowerContext, LowerInput, Pull } from "../../ir/lowered.ts";
import type { Expr } from "../../ir/node.ts";
import { broadcastIndex, holdsAlways, inRange, require, wrapNegative } from "../loops.ts";
import { operand } from "../shape.ts";
import { sizeConstant } from "../sizes.ts";
import type { StaticShape } from "../type.ts";
import type { TensorVariable } from "../variable.ts";

/** Where the axes of a result come from. */
interface ResultAxes {
  /** Number of axes of the broadcast index tensors. */
  readonly indexRank: number;
  /** Axis of the result where those begin. */
  readonly position: number;
  /** Axes of x that are taken whole, in order. */
  readonly whole: readonly number[];
}

/** NumPy's rule: next to each other the index axes stay in place, otherwise they come first. */
export function resultAxes(
  rank: number,
  axes: readonly number[],
  indexRanks: readonly number[],
  front: boolean,
): ResultAxes {
  const adjacent = axes.every((a, i) => i === 0 || a === axes[i - 1]! + 1);
  return {
    indexRank: Math.max(...indexRanks),
    position: adjacent && !front ? axes[0]! : 0,
    whole: Array.from({ length: rank }, (_, a) => a).filter((a) => !axes.includes(a)),
  };
}

/** Puts the sizes of the index axes among those of the whole axes. */
export function assemble<V>({ position, whole }: ResultAxes, index: readonly V[], of: (axis: number) => V): V[] {
  const rest = whole.map(of);
  return [...rest.slice(0, position), ...index, ...rest.slice(position)];
}

function broadcastStatic(op: string, indices: readonly TensorVariable[]): StaticShape {
  const rank = Math.max(...indices.map((v) => v.ndim));
  return Array.from({ length: rank }, (_, k) => {
    let size: number | null = 1;
    for (const v of indices) {
      const axis = k - rank + v.ndim;
      const n = axis < 0 ? 1 : v.type.shape[axis]!;
      if (n === 1) continue;
      if (size === 1) size = n;
      else if (size === null) size = n;
      else if (n !== null && n !== size) {
        throw new IndexError(
          `${op}: the index tensors have shapes that do not fit: ` +
            indices.map((i) => `(${i.type.shape.map((s) => s ?? "?").join(", ")})`).join(" and ") +
            ".",
          { op, inputs: indices.map(operand) },
        );
      }
    }
    return size;
  });
}

/** The size of each broadcast index axis, from the index tensor that tells it. */
function broadcastSizes<V>(
  indices: readonly { readonly static: StaticShape; readonly sizes: readonly V[] }[],
  one: V,
): V[] {
  const rank = Math.max(...indices.map((i) => i.sizes.length));
  return Array.from({ length: rank }, (_, k) => {
    let best: V = one;
    let known = false;
    for (const i of indices) {
      const axis = k - rank + i.sizes.length;
      if (axis < 0 || i.static[axis] === 1 || known) continue;
      best = i.sizes[axis]!;
      known = i.static[axis] !== null;
    }
    return best;
  });
}

/** Index tensors on some axes of x; the other axes are taken whole. */
export abstract class AdvancedIndexing extends Op {
  /** Axes of x that the index inputs belong to, ascending. */
  readonly axes: readonly number[];
  /** Put the index axes first although they are adjacent (an empty "..." stood between them). */
  readonly front: boolean;

  constructor(axes: readonly number[], front: boolean) {
    super();
    this.axes = axes;
    this.front = front;
  }

  /** One index vector on the first axis: the frequent case, with a name of its own. */
  protected get isFirstAxis(): boolean {
    return this.axes.length === 1 && this.axes[0] === 0;
  }

  protected get parameters(): string {
    return `${this.axes.join(",")}${this.front ? ";front" : ""}`;
  }

  protected checkIndices(x: TensorVariable, indices: readonly TensorVariable[]): StaticShape {
    for (const v of indices) {
      if (isInteger(v.dtype)) continue;
      throw new IndexError(`${this.name}: an index must be of integer dtype, got ${v.dtype}.`, {
        op: this.name,
        inputs: [operand(x), operand(v)],
      });
    }
    for (const [i, v] of indices.entries()) this.#checkConstant(x, v, this.axes[i]!);
    return assemble(this.resultOf(x, indices), broadcastStatic(this.name, indices), (a) => x.type.shape[a]!);
  }

  #checkConstant(x: TensorVariable, v: TensorVariable, axis: number): void {
    const n = x.type.shape[axis]!;
    if (n === null || !isConstant(v)) return;
    const wrong = outOfRange(v.data, n);
    if (wrong !== null) throw outOfBounds(this.name, wrong, axis, n);
  }

  protected resultOf(x: TensorVariable, indices: readonly TensorVariable[]): ResultAxes {
    return resultAxes(
      x.ndim,
      this.axes,
      indices.map((v) => v.ndim),
      this.front,
    );
  }

  /** Are all indices constants that are known to be in range? */
  protected isSafe(x: TensorVariable, indices: readonly TensorVariable[]): boolean {
    return indices.every((v, i) => isConstant(v) && x.type.shape[this.axes[i]!] !== null);
  }

  /** Offsets of the selected elements of `a`, in C order of the selection, and its shape. */
  protected select(
    node: Apply,
    a: NdArray,
    first: number,
    indices: readonly NdArray[],
  ): { shape: number[]; offsets: Float64Array } {
    const vars = node.inputs.slice(first) as TensorVariable[];
    const x = node.inputs[0] as TensorVariable;
    const result = this.resultOf(x, vars);
    const shape = this.#indexShape(node, vars, indices);
    const count = shape.reduce((p, n) => p * n, 1);
    const base = new Float64Array(count).fill(a.offset);
    for (const [i, index] of indices.entries()) {
      const axis = this.axes[i]!;
      const n = a.shape[axis]!;
      const view = index.broadcastTo(shape);
      const at = offsetsOf(view);
      for (let k = 0; k < count; k++) {
        const value = Number(readElement(view, at[k]!));
        if (value < -n || value >= n) throw outOfBounds(this.name, value, axis, n, node.createdAt[0]);
        base[k]! += (value < 0 ? value + n : value) * a.strides[axis]!;
      }
    }
    return spread(a, result, shape, base);
  }

  #indexShape(node: Apply, vars: readonly TensorVariable[], indices: readonly NdArray[]): number[] {
    const described = indices.map((a, i) => ({ static: vars[i]!.type.shape, sizes: a.shape }));
    const shape = broadcastSizes(described, 1);
    for (const { sizes, static: known } of described) {
      const lead = shape.length - sizes.length;
      const wrong = sizes.findIndex((n, k) => known[k] !== 1 && n !== shape[lead + k]);
      if (wrong < 0) continue;
      throw new ShapeMismatchError(
        `${this.name}: index tensors of shapes ${indices.map((a) => `(${a.shape.join(", ")})`).join(", ")} do not fit.`,
        {
          op: this.name,
          inputs: indices.map((a) => ({ dtype: a.dtype, shape: a.shape })),
          createdAt: node.createdAt[0],
        },
      );
    }
    return shape;
  }

  protected shapeOf(node: Apply, first: number, shapes: readonly (readonly Variable[])[]): Variable[] {
    const vars = node.inputs.slice(first) as TensorVariable[];
    const described = vars.map((v, i) => ({ static: v.type.shape, sizes: shapes[first + i]! }));
    const result = this.resultOf(node.inputs[0] as TensorVariable, vars);
    return assemble(result, broadcastSizes<Variable>(described, sizeConstant(1)), (a) => shapes[0]![a]!);
  }

  // --- lowering ------------------------------------------------------------------------------------

  /** Conditions that the index tensors fit each other and lie within x. */
  protected guardsOf(ctx: LowerContext, first: number): (pull: Pull) => Guard[] {
    const { b } = ctx;
    const indices = ctx.inputs.slice(first);
    const x = ctx.inputs[0]!;
    const failure = ctx.failure(`IndexError: ${this.name}: an index is out of bounds for its axis.`);
    const shape = this.irIndexShape(ctx, indices);
    for (const i of indices) {
      const lead = shape.length - i.shape.length;
      for (const [k, n] of i.shape.entries()) {
        if (i.static[k] !== 1) require(ctx, b.eq(n, shape[lead + k]!), `${this.name}: the index tensors do not fit.`);
      }
    }
    return (pull) =>
      indices.flatMap((input, i): Guard[] => {
        const size = x.shape[this.axes[i]!]!;
        const holds = (at: readonly Expr[]): Expr => inRange(b, pull(first + i, at) as Expr, size);
        if (input.shape.length === 0 && holdsAlways(holds([]))) return [];
        return [{ over: input.shape, failure, holds }];
      });
  }

  protected irIndexShape(ctx: LowerContext, indices: readonly LowerInput[]): Expr[] {
    return broadcastSizes(
      indices.map((i) => ({ static: i.static, sizes: i.shape })),
      ctx.b.index(1) as Expr,
    );
  }

  /** From an index of the selection to an index of x. `read` gives an element of index tensor i. */
  protected sourceIndex(
    ctx: LowerContext,
    first: number,
    out: readonly Expr[],
    read: (i: number, at: readonly Expr[]) => Expr,
  ): Expr[] {
    const indices = ctx.inputs.slice(first);
    const x = ctx.inputs[0]!;
    const { position, whole, indexRank } = resultAxes(
      x.shape.length,
      this.axes,
      indices.map((i) => i.shape.length),
      this.front,
    );
    const at = out.slice(position, position + indexRank);
    const rest = [...out.slice(0, position), ...out.slice(position + indexRank)];
    return x.shape.map((size, axis) => {
      const i = this.axes.indexOf(axis);
      if (i < 0) return rest[whole.indexOf(axis)]!;
      return wrapNegative(ctx.b, read(i, broadcastIndex(ctx.b, indices[i]!.static, at)), size);
    });
  }
}

/** A value of `a` outside `[-n, n)`. */
function outOfRange(a: NdArray, n: number): number | null {
  const offsets = offsetsOf(a);
  for (const at of offsets) {
    const value = Number(readElement(a, at));
    if (value < -n || value >= n) return value;
  }
  return null;
}

function outOfBounds(op: string, value: number, axis: number, n: number, line?: string): IndexError {
  return new IndexError(`Index ${value} is out of bounds for axis ${axis} of size ${n}.`, { op, createdAt: line });
}

/** Offsets of whole axes around those of the index axes. */
function spread(
  a: NdArray,
  result: ResultAxes,
  indexShape: readonly number[],
  base: Float64Array,
): { shape: number[]; offsets: Float64Array } {
  const shape = assemble(result, indexShape, (axis) => a.shape[axis]!);
  const { position, whole } = result;
  const sizes = whole.map((axis) => a.shape[axis]!);
  const strides = whole.map((axis) => a.strides[axis]!);
  const count = (list: readonly number[]): number => list.reduce((p, n) => p * n, 1);
  const offsets = (from: number, to?: number): Float64Array => {
    const part = sizes.slice(from, to);
    return layoutOffsets(part, strides.slice(from, to), 0, count(part));
  };
  const [before, after] = [offsets(0, position), offsets(position)];
  const all = new Float64Array(before.length * base.length * after.length);
  let next = 0;
  for (const p of before) for (const q of base) for (const r of after) all[next++] = p + q + r;
  return { shape, offsets: all };
}
