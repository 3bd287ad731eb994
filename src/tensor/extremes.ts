/** The few largest or smallest elements along an axis. */
import type { NdArray } from "../array/ndArray.ts";
import { isDiscrete } from "../dtype.ts";
import { ShapeMismatchError } from "../errors.ts";
import { Apply } from "../graph/apply.ts";
import { Op, type InputGradient } from "../graph/op.ts";
import type { Variable } from "../graph/variable.ts";
import type { LowerContext, Lowered } from "../ir/lowered.ts";
import type { Expr, Stmt } from "../ir/node.ts";
import { normalizeAxisOf } from "./dimshuffle.ts";
import { zerosLike } from "./fill.ts";
import { require, storeElement } from "./loops.ts";
import { Selection, type Chosen } from "./selectFew.ts";
import { operand } from "./shape.ts";
import { sizeConstant } from "./sizes.ts";
import { atAlong, Sort } from "./sort.ts";
import { incSubtensor } from "./subtensor/index.ts";
import { tensorType } from "./type.ts";
import type { TensorVariable } from "./variable.ts";

/** Beyond so many, sorting everything is no dearer. */
export const MOST_SELECTED = 1024;

/** From here on a line is worth several threads: so many parts, whatever their number. */
const [LONG, PARTS] = [65_536, 8];

/**
 * What `Sort` puts at the last `count` places of each line along an axis (at the first `-count` places for a negative number), real numbers only: the
 * values, and the position that each came from. At most `MOST_SELECTED` of them.
 */
export class Extremes extends Op {
  readonly name = "Extremes";
  readonly axis: number;
  readonly count: number;

  constructor(axis: number, count: number) {
    super();
    this.axis = axis;
    this.count = count;
  }

  override get key(): string {
    return `Extremes{${this.axis};${this.count}}`;
  }

  override toString(): string {
    return `Extremes{axis=${this.axis}, count=${this.count}}`;
  }

  get #few(): number {
    return Math.abs(this.count);
  }

  override canFail(node: Apply): boolean {
    return (node.inputs[0] as TensorVariable).type.shape[this.axis] === null;
  }

  override makeNode(x: Variable): Apply {
    const v = x as TensorVariable;
    normalizeAxisOf(this.axis, v.ndim, "topk");
    const shape = v.type.shape.map((n, axis) => (axis === this.axis ? this.#few : n));
    return new Apply(this, [v], [tensorType(v.dtype, shape), tensorType("int64", shape)]);
  }

  override inferShape(_node: Apply, [shape]: readonly (readonly Variable[])[]): (readonly Variable[])[] {
    const own = shape!.map((n, axis) => (axis === this.axis ? sizeConstant(this.#few) : n));
    return [own, own];
  }

  override perform(node: Apply, [x]: readonly NdArray[]): NdArray[] {
    const n = x!.shape[this.axis]!;
    if (n < this.#few) {
      const details = {
        op: this.name,
        inputs: [operand(node.inputs[0] as TensorVariable)],
        createdAt: node.createdAt[0],
      };
      throw new ShapeMismatchError(this.#tooFew, details);
    }
    const sort = new Sort(this.axis);
    const part = this.count < 0 ? `:${this.#few}` : `${n - this.#few}:`;
    const index = x!.shape.map((_, axis) => (axis === this.axis ? part : ":"));
    const [values, order] = sort.perform(sort.makeNode(node.inputs[0]!), [x!]);
    return [values!.at(...index).copy(), order!.at(...index).copy()];
  }

  get #tooFew(): string {
    return `topk: ${this.#few} elements were asked for, axis ${this.axis} has fewer.`;
  }

  override connectionPattern(): boolean[][] {
    return [[true, false]];
  }

  /** Each element's gradient is that of the place it went to. */
  override lop(node: Apply, [g]: readonly (Variable | null)[]): InputGradient[] {
    const x = node.inputs[0] as TensorVariable;
    if (g === null || g === undefined || isDiscrete(x.dtype)) return [null];
    const cotangent = g as TensorVariable;
    const zeros = zerosLike(x, { dtype: cotangent.dtype });
    return [incSubtensor(atAlong(zeros, node.outputs[1] as TensorVariable, this.axis), cotangent)];
  }

  lower(ctx: LowerContext): Lowered {
    const { b } = ctx;
    const { shape, dtype } = ctx.inputs[0]!;
    const { axis, count } = this;
    const n = shape[axis]!;
    require(ctx, b.ge(n, this.#few), this.#tooFew);
    return {
      form: "block",
      emit: ({ inputs: [x], outputs: [values, order], host }) => {
        const lines = shape.map((_, i) => b.natural(`i${i}`));
        const at = (p: Expr): Expr[] => lines.map((ref, i) => (i === axis ? p : ref));
        const put = (place: Expr, { value, from }: Chosen): Stmt[] => [
          ...(ctx.isUsed(0) ? storeElement(b, values!, at(place), value) : []),
          ...(ctx.isUsed(1) ? storeElement(b, order!, at(place), b.cast(from, "i64")) : []),
        ];
        const selection = new Selection(b, dtype, count, host);
        const line = { from: x!, place: at };
        if (shape.length === 1) {
          const parts = b.select(b.ge(n, LONG), b.index(PARTS), b.index(1));
          return selection.ofParts(line, n, parts, put);
        }
        let stmts = selection.ofLine(line, b.index(0), n, put);
        const others = lines.map((_, i) => i).filter((i) => i !== axis);
        for (const i of others.toReversed()) {
          const mode = i === others[0] ? "parallel" : "serial";
          stmts = [{ kind: "for", ref: lines[i]!, extent: shape[i]!, mode, body: stmts }];
        }
        return stmts;
      },
    };
  }
}
