/** Basic indexing: integers and slices. `Subtensor` reads a region, `IncSubtensor` writes or increments one. */
import { castElement, readElement, writeElement } from "../../array/element.ts";
import { offsetsOf } from "../../array/layout.ts";
import { NdArray } from "../../array/ndArray.ts";
import { isComplex, isDiscrete } from "../../dtype.ts";
import { DtypeError, RankError, ShapeMismatchError } from "../../errors.ts";
import { Apply } from "../../graph/apply.ts";
import { Op, type InputGradient } from "../../graph/op.ts";
import type { Variable } from "../../graph/variable.ts";
import type { BlockArgs, Layout, LowerContext, Lowered, Operand } from "../../ir/lowered.ts";
import type { Expr, Stmt } from "../../ir/node.ts";
import { zerosLike } from "../fill.ts";
import { addElements, broadcastIndex, loadElement, loopNest, guard, scalarOperand, storeElement } from "../loops.ts";
import { operand } from "../shape.ts";
import { markNonNegative, numberAlgebra, sizeAlgebra } from "../sizes.ts";
import { sumTo } from "../sumTo.ts";
import { tensorType, type StaticShape } from "../type.ts";
import type { TensorVariable } from "../variable.ts";
import {
  bind,
  checkRegion,
  entryText,
  irRegion,
  pullScalars,
  regionCanFail,
  regionOf,
  staticRegion,
  type AxisRegion,
  type IndexEntry,
} from "./entries.ts";
import { copyAndWrite } from "./copyAndWrite.ts";

const entriesText = (entries: readonly IndexEntry[]): string => entries.map(entryText).join(", ");

/** The scalar values of a node's index inputs. */
function numbersOf(inputs: readonly NdArray[]): number[] {
  return inputs.map((a) => Number(readElement(a, a.offset)));
}

function regionOfArray(
  op: Op,
  node: Apply,
  a: NdArray,
  entries: readonly IndexEntry[],
  scalars: readonly NdArray[],
): AxisRegion<number>[] {
  const bound = bind(entries, numbersOf(scalars));
  checkRegion(op.name, a.shape, bound, node.createdAt[0]);
  return regionOf(numberAlgebra, a.shape, bound);
}

/** The region as a view of the array. */
function viewOf(a: NdArray, region: readonly AxisRegion<number>[]): NdArray {
  const shape: number[] = [];
  const strides: number[] = [];
  let offset = a.offset;
  for (const [axis, r] of region.entries()) {
    const stride = a.strides[axis]!;
    if (r.count !== 0) offset += r.start * stride;
    if (r.count === null) continue;
    shape.push(r.count);
    strides.push(stride * r.step);
  }
  return NdArray.wrap(a.dtype, a.buffer, shape, strides, shape.includes(0) ? a.offset : offset);
}

/** `x[entries]`: a view of the selected region. Inputs: x, then the integers and slice ends, in order. */
export class Subtensor extends Op {
  readonly name = "Subtensor";
  readonly entries: readonly IndexEntry[];
  readonly #key: string;

  constructor(entries: readonly IndexEntry[]) {
    super();
    this.entries = entries;
    this.#key = `Subtensor{${entriesText(entries)}}`;
  }

  override get key(): string {
    return this.#key;
  }

  override toString(): string {
    return this.#key;
  }

  override views(): readonly number[] {
    return [0];
  }

  override canFail(node: Apply): boolean {
    const [x, ...scalars] = node.inputs as TensorVariable[];
    return regionCanFail(x!.type.shape, bind(this.entries, scalars));
  }

  /** @throws IndexError for too many indices, or an integer that leaves an axis of known size */
  override makeNode(x: Variable, ...scalars: Variable[]): Apply {
    const v = x as TensorVariable;
    const shape = staticRegion(this.name, v.type.shape, bind(this.entries, scalars as TensorVariable[]));
    return new Apply(this, [v, ...scalars], [tensorType(v.dtype, shape)]);
  }

  override perform(node: Apply, [x, ...scalars]: readonly NdArray[]): NdArray[] {
    return [viewOf(x!, regionOfArray(this, node, x!, this.entries, scalars)).copy()];
  }

  override inferShape(node: Apply, [shape]: readonly (readonly Variable[])[]): (readonly Variable[])[] {
    const bound = bind(this.entries, node.inputs.slice(1) as TensorVariable[]);
    const lengths = shape!.map((n) => markNonNegative(n as TensorVariable));
    return [regionOf(sizeAlgebra, lengths, bound).flatMap((r) => r.count ?? [])];
  }

  override connectionPattern(node: Apply): boolean[][] {
    return node.inputs.map((_, i) => [i === 0]);
  }

  override lop(node: Apply, [g]: readonly (Variable | null)[]): InputGradient[] {
    const rest = node.inputs.slice(1);
    if (g === null || g === undefined) return node.inputs.map(() => null);
    const x = node.inputs[0] as TensorVariable;
    const zeros = zerosLike(x, { dtype: (g as TensorVariable).dtype });
    return [new IncSubtensor(this.entries, false).call(zeros, g, ...rest), ...rest.map(() => null)];
  }

  lower(ctx: LowerContext): Lowered {
    const { b } = ctx;
    const { entries } = this;
    const lengths = ctx.inputs[0]!.shape;
    const at = (pull: Parameters<typeof pullScalars>[0]): ReturnType<typeof irRegion> =>
      irRegion(b, lengths, entries, pullScalars(pull, 1));
    return {
      form: "view",
      input: 0,
      index: (out, pull): Expr[] => regionIndex(ctx, at(pull).region, out),
      layout: (input: Layout, pull): Layout => {
        const { region } = at(pull);
        let { offset } = input;
        for (const [axis, r] of region.entries()) offset = b.add(offset, b.mul(r.start, input.strides[axis]!));
        const strides = region.flatMap((r, axis) => (r.count === null ? [] : [b.mul(r.step, input.strides[axis]!)]));
        return { offset, strides };
      },
      guards: (pull) => at(pull).guards(ctx, "Subtensor"),
    };
  }
}

/** From an index of the region to an index of the whole. */
function regionIndex(ctx: LowerContext, region: readonly AxisRegion<Expr>[], out: readonly Expr[]): Expr[] {
  const { b } = ctx;
  let next = 0;
  return region.map((r) => (r.count === null ? r.start : b.add(r.start, b.mul(out[next++]!, r.step))));
}

/** Must `y` fit the region: equal sizes from the right, static 1 broadcasts. */
export function checkValueShape(op: string, x: TensorVariable, y: TensorVariable, region: StaticShape): void {
  const details = { op, inputs: [operand(x), operand(y)] };
  const lead = region.length - y.ndim;
  if (lead < 0) {
    throw new RankError(`${op}: a value of rank ${y.ndim} does not fit a selection of rank ${region.length}.`, details);
  }
  for (const [axis, n] of y.type.shape.entries()) {
    const have = region[lead + axis]!;
    if (n === 1 || n === null || have === null || n === have) continue;
    throw new ShapeMismatchError(
      `${op}: a value of size ${n} on axis ${axis} does not fit a selection of size ${have}.`,
      details,
    );
  }
}

/** May values of `y` be stored in `x` without surprise? @throws DtypeError */
export function checkValueDtype(op: string, x: TensorVariable, y: TensorVariable): void {
  if (x.dtype === y.dtype) return;
  throw new DtypeError(`${op}: a ${y.dtype} value cannot be stored in a ${x.dtype} tensor; cast one of them.`, {
    op,
    inputs: [operand(x), operand(y)],
  });
}

/** Adds `value` to, or stores it in, the elements at `offsets` of `out`, one after the other. */
export function writeAt(
  out: NdArray,
  offsets: ArrayLike<number>,
  value: NdArray,
  valueOffsets: ArrayLike<number>,
  set: boolean,
): void {
  for (let i = 0; i < offsets.length; i++) {
    const at = offsets[i]!;
    const y = castElement(readElement(value, valueOffsets[i]!), value.dtype, out.dtype);
    const old = set ? y : readElement(out, at);
    if (set) writeElement(out, at, y);
    else if (typeof old === "object" || typeof y === "object") {
      const [p, q] = [old as { re: number; im: number }, y as { re: number; im: number }];
      writeElement(out, at, { re: p.re + q.re, im: p.im + q.im });
    } else if (typeof old === "bigint") writeElement(out, at, old + BigInt(y));
    else writeElement(out, at, old + Number(y));
  }
}

/** `value` seen in the shape of a region: only axes of static size 1 stretch. */
export function fitValue(
  op: string,
  node: Apply,
  y: TensorVariable,
  value: NdArray,
  target: readonly number[],
): NdArray {
  const lead = target.length - value.ndim;
  const { shape } = y.type;
  for (const [axis, n] of value.shape.entries()) {
    if (n === target[lead + axis] || shape[axis] === 1) continue;
    throw new ShapeMismatchError(
      `${op}: a value of shape (${value.shape.join(", ")}) does not fit a selection of shape ` +
        `(${target.join(", ")}).` +
        (n === 1 ? "\nOnly axes whose type says 1 broadcast; use addBroadcast." : ""),
      { op, inputs: [{ dtype: value.dtype, shape: value.shape }], createdAt: node.createdAt[0] },
    );
  }
  return value.broadcastTo(target);
}

/**
 * A copy of `x` in which the region is replaced (`set`) or incremented by `y`. Inputs: x, y, then the integers and slice
 * ends.
 */
export class IncSubtensor extends Op {
  readonly name = "IncSubtensor";
  readonly entries: readonly IndexEntry[];
  readonly set: boolean;
  readonly #key: string;

  constructor(entries: readonly IndexEntry[], set: boolean) {
    super();
    this.entries = entries;
    this.set = set;
    this.#key = `IncSubtensor{${set ? "Set" : "Inc"};${entriesText(entries)}}`;
  }

  override get key(): string {
    return this.#key;
  }

  override toString(): string {
    return this.#key;
  }

  override canFail(node: Apply): boolean {
    const [x, , ...scalars] = node.inputs as TensorVariable[];
    return regionCanFail(x!.type.shape, bind(this.entries, scalars));
  }

  /**
   * @throws IndexError as `Subtensor`
   * @throws DtypeError when y has another dtype than x
   * @throws RankError, ShapeMismatchError when y does not fit the region
   */
  override makeNode(x: Variable, y: Variable, ...scalars: Variable[]): Apply {
    const [v, value] = [x as TensorVariable, y as TensorVariable];
    const region = staticRegion(this.name, v.type.shape, bind(this.entries, scalars as TensorVariable[]));
    checkValueDtype(this.name, v, value);
    checkValueShape(this.name, v, value, region);
    return new Apply(this, [v, value, ...scalars], [v.type]);
  }

  override perform(node: Apply, [x, y, ...scalars]: readonly NdArray[]): NdArray[] {
    const out = x!.copy();
    const target = viewOf(out, regionOfArray(this, node, out, this.entries, scalars));
    const value = fitValue(this.name, node, node.inputs[1] as TensorVariable, y!, target.shape);
    writeAt(out, offsetsOf(target), value, offsetsOf(value), this.set);
    return [out];
  }

  override inferShape(_node: Apply, [shape]: readonly (readonly Variable[])[]): (readonly Variable[])[] {
    return [shape!];
  }

  override connectionPattern(node: Apply): boolean[][] {
    return node.inputs.map((_, i) => [i < 2]);
  }

  override lop(node: Apply, [g]: readonly (Variable | null)[]): InputGradient[] {
    const [, y, ...rest] = node.inputs as TensorVariable[];
    if (g === null || g === undefined || isDiscrete((g as TensorVariable).dtype)) return node.inputs.map(() => null);
    const gy = sumTo(new Subtensor(this.entries).call(g, ...rest) as TensorVariable, y!);
    if (!this.set) return [g, gy, ...rest.map(() => null)];
    const zero = zerosLike(gy);
    const gx = new IncSubtensor(this.entries, true).call(g, zero, ...rest);
    return [gx, gy, ...rest.map(() => null)];
  }

  lower(ctx: LowerContext): Lowered {
    const { b } = ctx;
    const [x, y] = [ctx.inputs[0]!, ctx.inputs[1]!];
    const scalars = (read: (k: number) => Expr): ReturnType<typeof irRegion> =>
      irRegion(b, x.shape, this.entries, read);
    return {
      form: "block",
      startsAs: 0,
      guards: (pull) => {
        const { region, guards } = scalars(pullScalars(pull, 2));
        const sizes = region.flatMap((r) => r.count ?? []);
        const lead = sizes.length - y.shape.length;
        const misfit = ctx.failure("ShapeMismatchError: IncSubtensor: the value does not fit the selection.");
        return [
          ...guards(ctx, "IncSubtensor"),
          ...y.shape.flatMap((n, k) => (y.static[k] === 1 ? [] : guard(b.eq(n, sizes[lead + k]!), misfit))),
        ];
      },
      emitCopying: (args) => {
        const [region, ...others] = scalars((k) => scalarOperand(b, args.inputs[k + 2]!)).region;
        if (region === undefined || others.length > 0) return null;
        const whole = {
          n: x.shape[0]!,
          slots: isComplex(x.dtype) ? 2 : 1,
          from: args.inputs[0]!,
          out: args.outputs[0]!,
        };
        return copyAndWrite(b, whole, region, (i) => this.#write(ctx, args, [region], [i], args.inputs[0]!));
      },
      emit: (args: BlockArgs): Stmt[] => {
        const { region } = scalars((k) => scalarOperand(b, args.inputs[k + 2]!));
        const sizes = region.flatMap((r) => r.count ?? []);
        return loopNest(b, sizes, (index) => this.#write(ctx, args, region, index, args.outputs[0]!));
      },
    };
  }

  /** One element of the region; `before` holds what it was. */
  #write(
    ctx: LowerContext,
    args: BlockArgs,
    region: readonly AxisRegion<Expr>[],
    index: readonly Expr[],
    before: Operand,
  ): Stmt[] {
    const { b } = ctx;
    const [x, y] = [ctx.inputs[0]!, ctx.inputs[1]!];
    const from = loadElement(b, y.dtype, args.inputs[1]!, broadcastIndex(b, y.static, index));
    const to = regionIndex(ctx, region, index);
    const stored = this.set ? from : addElements(b, x.dtype, loadElement(b, x.dtype, before, to), from);
    return storeElement(b, args.outputs[0]!, to, stored);
  }
}
