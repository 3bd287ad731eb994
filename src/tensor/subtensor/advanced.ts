/** Indexing with integer tensors: `AdvancedSubtensor` gathers, `AdvancedIncSubtensor` scatters. */
import { readElement, writeElement } from "../../array/element.ts";
import { offsetsOf } from "../../array/layout.ts";
import { NdArray } from "../../array/ndArray.ts";
import { isDiscrete } from "../../dtype.ts";
import { Apply } from "../../graph/apply.ts";
import type { InputGradient } from "../../graph/op.ts";
import type { Variable } from "../../graph/variable.ts";
import type { BlockArgs, LowerContext, Lowered } from "../../ir/lowered.ts";
import type { Expr, Stmt } from "../../ir/node.ts";
import { zerosLike } from "../fill.ts";
import { addElements, broadcastIndex, loadElement, loopNest, require, storeElement } from "../loops.ts";
import { sumTo } from "../sumTo.ts";
import { tensorType } from "../type.ts";
import type { TensorVariable } from "../variable.ts";
import { checkValueDtype, checkValueShape, fitValue, writeAt } from "./basic.ts";
import { AdvancedIndexing, assemble, resultAxes } from "./advancedIndexing.ts";

/** Elements of x at integer tensors. Inputs: x, then one index tensor per entry of `axes`. */
export class AdvancedSubtensor extends AdvancedIndexing {
  get name(): string {
    return this.isFirstAxis ? "AdvancedSubtensor1" : "AdvancedSubtensor";
  }

  override get key(): string {
    return `AdvancedSubtensor{${this.parameters}}`;
  }

  override canFail(node: Apply): boolean {
    return !this.isSafe(node.inputs[0] as TensorVariable, node.inputs.slice(1) as TensorVariable[]);
  }

  /** @throws IndexError for indices that are no integers, do not fit each other, or are known to be out of range */
  override makeNode(x: Variable, ...indices: Variable[]): Apply {
    const v = x as TensorVariable;
    const shape = this.checkIndices(v, indices as TensorVariable[]);
    return new Apply(this, [v, ...indices], [tensorType(v.dtype, shape)]);
  }

  override perform(node: Apply, [x, ...indices]: readonly NdArray[]): NdArray[] {
    const { shape, offsets } = this.select(node, x!, 1, indices);
    const out = NdArray.allocate(x!.dtype, shape);
    for (let i = 0; i < out.size; i++) writeElement(out, i, readElement(x!, offsets[i]!));
    return [out];
  }

  override inferShape(node: Apply, shapes: readonly (readonly Variable[])[]): (readonly Variable[])[] {
    return [this.shapeOf(node, 1, shapes)];
  }

  override connectionPattern(node: Apply): boolean[][] {
    return node.inputs.map((_, i) => [i === 0]);
  }

  override lop(node: Apply, [g]: readonly (Variable | null)[]): InputGradient[] {
    const [x, ...indices] = node.inputs as TensorVariable[];
    if (g === null || g === undefined) return node.inputs.map(() => null);
    const zeros = zerosLike(x!, { dtype: (g as TensorVariable).dtype });
    const scatter = new AdvancedIncSubtensor(this.axes, this.front, false);
    return [scatter.call(zeros, g, ...indices), ...indices.map(() => null)];
  }

  lower(ctx: LowerContext): Lowered {
    return {
      form: "pointwise",
      guards: this.guardsOf(ctx, 1),
      element: (out, pull) =>
        pull(
          0,
          this.sourceIndex(ctx, 1, out, (i, at) => pull(i + 1, at) as Expr),
        ),
    };
  }
}

/**
 * A copy of x in which the elements at integer tensors are replaced (`set`: the last value wins) or incremented (every value
 * counts). Inputs: x, y, then the index tensors.
 */
export class AdvancedIncSubtensor extends AdvancedIndexing {
  readonly set: boolean;

  constructor(axes: readonly number[], front: boolean, set: boolean) {
    super(axes, front);
    this.set = set;
  }

  get name(): string {
    return this.isFirstAxis ? "AdvancedIncSubtensor1" : "AdvancedIncSubtensor";
  }

  override get key(): string {
    return `AdvancedIncSubtensor{${this.set ? "set" : "inc"};${this.parameters}}`;
  }

  override toString(): string {
    return `${this.name}{no_inplace,${this.set ? "set" : "inc"}}`;
  }

  override canFail(node: Apply): boolean {
    return !this.isSafe(node.inputs[0] as TensorVariable, node.inputs.slice(2) as TensorVariable[]);
  }

  /** @throws as AdvancedSubtensor and IncSubtensor */
  override makeNode(x: Variable, y: Variable, ...indices: Variable[]): Apply {
    const [v, value] = [x as TensorVariable, y as TensorVariable];
    const region = this.checkIndices(v, indices as TensorVariable[]);
    checkValueDtype(this.name, v, value);
    checkValueShape(this.name, v, value, region);
    return new Apply(this, [v, value, ...indices], [v.type]);
  }

  override perform(node: Apply, [x, y, ...indices]: readonly NdArray[]): NdArray[] {
    const out = x!.copy();
    const { shape, offsets } = this.select(node, out, 2, indices);
    const value = fitValue(this.name, node, node.inputs[1] as TensorVariable, y!, shape);
    writeAt(out, offsets, value, offsetsOf(value), this.set);
    return [out];
  }

  override inferShape(_node: Apply, [shape]: readonly (readonly Variable[])[]): (readonly Variable[])[] {
    return [shape!];
  }

  override connectionPattern(node: Apply): boolean[][] {
    return node.inputs.map((_, i) => [i < 2]);
  }

  override lop(node: Apply, [g]: readonly (Variable | null)[]): InputGradient[] {
    const [, y, ...indices] = node.inputs as TensorVariable[];
    if (g === null || g === undefined || isDiscrete((g as TensorVariable).dtype)) return node.inputs.map(() => null);
    const gather = new AdvancedSubtensor(this.axes, this.front);
    const gy = sumTo(gather.call(g, ...indices) as TensorVariable, y!);
    const gx = this.set ? this.call(g, zerosLike(gy), ...indices) : g;
    return [gx, gy, ...indices.map(() => null)];
  }

  lower(ctx: LowerContext): Lowered {
    const { b } = ctx;
    const [x, y] = [ctx.inputs[0]!, ctx.inputs[1]!];
    const indices = ctx.inputs.slice(2);
    const result = resultAxes(
      x.shape.length,
      this.axes,
      indices.map((i) => i.shape.length),
      this.front,
    );
    const sizes = assemble(result, this.irIndexShape(ctx, indices), (axis) => x.shape[axis]!);
    const lead = sizes.length - y.shape.length;
    for (const [k, n] of y.shape.entries()) {
      if (y.static[k] !== 1)
        require(ctx, b.eq(n, sizes[lead + k]!), `${this.name}: the value does not fit the selection.`);
    }
    return {
      form: "block",
      startsAs: 0,
      guards: this.guardsOf(ctx, 2),
      emit: (args: BlockArgs): Stmt[] => {
        const [value, out] = [args.inputs[1]!, args.outputs[0]!];
        // An element may be written more than once: in order.
        return loopNest(
          b,
          sizes,
          (index) => {
            const to = this.sourceIndex(
              ctx,
              2,
              index,
              (i, at) => loadElement(b, indices[i]!.dtype, args.inputs[i + 2]!, at) as Expr,
            );
            const from = loadElement(b, y.dtype, value, broadcastIndex(b, y.static, index));
            const stored = this.set ? from : addElements(b, x.dtype, loadElement(b, x.dtype, out, to), from);
            return storeElement(b, out, to, stored);
          },
          false,
        );
      },
    };
  }
}
