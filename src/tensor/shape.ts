/** Shapes as graph: reading a size, asserting a shape, what is said of broadcasting. */
import type { NdArray } from "../array/ndArray.ts";
import { fromFlat } from "../array/create.ts";
import { AxisError, IndexError, ShapeMismatchError } from "../errors.ts";
import { Apply } from "../graph/apply.ts";
import { Op, type InputGradient } from "../graph/op.ts";
import type { Variable } from "../graph/variable.ts";
import type { LowerContext, Lowered } from "../ir/lowered.ts";
import type { Expr } from "../ir/node.ts";
import { asTensor } from "./constant.ts";
import { dimshuffle, normalizeAxisOf } from "./dimshuffle.ts";
import { asSize, knownSize, markNonNegative, sizeConstant, type SizeLike } from "./sizes.ts";
import { tensorType } from "./type.ts";
import type { More, Sizes } from "./ranks.ts";
import type { CheckedAxis, DTypeOf, RankOf, Without } from "./typing.ts";
import type { TensorLike, TensorVariable } from "./variable.ts";

/** What an error says of an operand. */
export function operand(v: TensorVariable): { dtype: string; shape: readonly (number | null)[] } {
  return { dtype: v.dtype, shape: v.type.shape };
}

/** The size of axis `axis`, an int64 scalar. Needs no value, only the shape. */
export class ShapeI extends Op {
  readonly name = "Shape_i";
  readonly axis: number;

  constructor(axis: number) {
    super();
    this.axis = axis;
  }

  override get key(): string {
    return `Shape_i{${this.axis}}`;
  }

  override toString(): string {
    return this.key;
  }

  override makeNode(x: Variable): Apply {
    normalizeAxisOf(this.axis, (x as TensorVariable).ndim, "shape");
    return new Apply(this, [x], [tensorType("int64", [])]);
  }

  override perform(_node: Apply, [x]: readonly NdArray[]): NdArray[] {
    return [fromFlat([x!.shape[this.axis]!], [], "int64")];
  }

  override inferShape(): (readonly Variable[])[] {
    return [[]];
  }

  override connectionPattern(): boolean[][] {
    return [[false]];
  }

  override lop(): InputGradient[] {
    return [null];
  }

  lower(ctx: LowerContext): Lowered {
    const size = ctx.inputs[0]!.shape[this.axis]!;
    return { form: "pointwise", element: () => ctx.b.cast(size, "i64") };
  }
}

const shapeOps: ShapeI[] = [];
/** Sizes already asked for: asking twice gives the same variable, so that equal sizes are seen to be equal. */
const readSizes = new WeakMap<Variable, TensorVariable[]>();

/** The size of one axis of `x`: a constant where the type knows it, else `Shape_i`. */
export function shapeI(x: Variable, axis: number): TensorVariable {
  const n = (x as TensorVariable).type.shape[axis];
  if (n !== null && n !== undefined) return sizeConstant(n);
  let list = readSizes.get(x);
  if (list === undefined) readSizes.set(x, (list = []));
  return (list[axis] ??= markNonNegative((shapeOps[axis] ??= new ShapeI(axis)).call(x) as TensorVariable));
}

/** The shape of `x`: a frozen list of int64 scalars. */
export function shape<X extends TensorLike>(x: X): Sizes<TensorVariable<"int64", 0>>[RankOf<X>];
export function shape(x: TensorLike): readonly TensorVariable[] {
  const v = asTensor(x);
  return Object.freeze(v.type.shape.map((_, axis) => shapeI(v, axis)));
}

const WRONG_SIZE: Readonly<Record<SpecifyShape["role"], string>> = {
  value: "ShapeMismatchError: specifyShape: a size is not what was asserted.",
  mask: "IndexError: The mask does not fit: a size is not that of the tensor.",
  sequence: "ShapeMismatchError: scan: a sequence has rows for fewer steps than nSteps says.",
};

/** Requires that sizes are what is said of them. A size of `null` says nothing. */
export class SpecifyShape extends Op {
  readonly name = "SpecifyShape";
  /** Axes about which something is said; the inputs after the first are their sizes, in order. */
  readonly axes: readonly number[];
  /** What the tensor is, for the error: sizes of a mask must be those of the tensor that it selects from, rows of a sequence as many as steps. */
  readonly role: "value" | "mask" | "sequence";

  constructor(axes: readonly number[], role: SpecifyShape["role"] = "value") {
    super();
    this.axes = axes;
    this.role = role;
  }

  override get key(): string {
    return `SpecifyShape{${this.axes.join(",")}${this.role === "value" ? "" : `;${this.role}`}}`;
  }

  override canFail(): boolean {
    return true;
  }

  override views(): readonly number[] {
    return [0];
  }

  override makeNode(x: Variable, ...sizes: Variable[]): Apply {
    const v = x as TensorVariable;
    const out = [...v.type.shape];
    for (const [k, axis] of this.axes.entries()) {
      const n = knownSize(sizes[k]!);
      const have = out[axis]!;
      if (n !== null && have !== null && n !== have) {
        throw new ShapeMismatchError(`specifyShape: axis ${axis} has size ${have}, not ${n} (${v.type.toString()}).`, {
          op: "SpecifyShape",
          inputs: [operand(v)],
        });
      }
      if (n !== null) out[axis] = n;
    }
    return new Apply(this, [v, ...sizes], [tensorType(v.dtype, out)]);
  }

  override perform(node: Apply, [x, ...sizes]: readonly NdArray[]): NdArray[] {
    for (const [k, axis] of this.axes.entries()) {
      const n = Number(sizes[k]!.itemBigInt());
      const size = x!.shape[axis];
      if (size === n) continue;
      const details = { inputs: [{ dtype: x!.dtype, shape: x!.shape }], createdAt: node.createdAt[0] };
      if (this.role === "mask") {
        const message = `The mask does not fit: its axis ${axis} has size ${size}, the tensor's ${n}.`;
        throw new IndexError(message, { op: "at", ...details });
      }
      if (this.role === "sequence") {
        const message = `scan: a sequence has rows for ${size} steps only, nSteps is ${n}.`;
        throw new ShapeMismatchError(message, { op: "scan", ...details });
      }
      throw new ShapeMismatchError(`specifyShape: axis ${axis} has size ${size}, but ${n} was asserted.`, {
        op: "SpecifyShape",
        ...details,
      });
    }
    return [x!.copy()];
  }

  override inferShape(node: Apply, [s]: readonly (readonly Variable[])[]): (readonly Variable[])[] {
    const out = [...s!];
    for (const [k, axis] of this.axes.entries()) out[axis] = node.inputs[k + 1]!;
    return [out];
  }

  override connectionPattern(node: Apply): boolean[][] {
    return node.inputs.map((_, i) => [i === 0]);
  }

  override lop(node: Apply, [g]: readonly (Variable | null)[]): InputGradient[] {
    return node.inputs.map((_, i) => (i === 0 ? (g ?? null) : null));
  }

  lower(ctx: LowerContext): Lowered {
    const { b } = ctx;
    const message = WRONG_SIZE[this.role];
    for (const axis of this.axes) {
      const same = b.eq(ctx.inputs[0]!.shape[axis]!, ctx.outputs[0]!.shape[axis]!);
      if (same.kind !== "const" || same.value !== true) ctx.check(same, message);
    }
    const code = ctx.failure(message);
    return {
      form: "view",
      input: 0,
      index: (out) => out,
      layout: (input) => input,
      reshape: true,
      guards: (pull) =>
        this.axes.map((axis, k) => ({
          over: [],
          failure: code,
          holds: () => {
            const n = pull(k + 1, []) as Expr;
            return b.eq(b.cast(n, "index"), ctx.inputs[0]!.shape[axis]!);
          },
        })),
    };
  }
}

export interface SpecifyShapeOptions {
  /** What `x` is, for the error: with a mask a size that differs is an IndexError. */
  readonly role?: SpecifyShape["role"];
}

/**
 * `x`, with sizes asserted: known sizes go into the type at once, the rest is checked when the function runs.
 * @param sizes one per axis; `null` says nothing about its axis
 * @throws ShapeMismatchError where the types already disagree
 */
export function specifyShape<X extends TensorLike>(
  x: X,
  sizes: readonly (SizeLike | null)[],
  options?: SpecifyShapeOptions,
): TensorVariable<DTypeOf<X>, RankOf<X>>;
export function specifyShape(
  x: TensorLike,
  sizes: readonly (SizeLike | null)[],
  options: SpecifyShapeOptions = {},
): TensorVariable {
  const v = asTensor(x);
  if (sizes.length !== v.ndim) {
    throw new ShapeMismatchError(
      `specifyShape: ${sizes.length} sizes were given for an input of rank ${v.ndim}; ` +
        "use null for an axis about which nothing is said.",
      { op: "SpecifyShape", inputs: [operand(v)] },
    );
  }
  const axes: number[] = [];
  const inputs: TensorVariable[] = [];
  for (const [axis, size] of sizes.entries()) {
    if (size === null) continue;
    const n = asSize(size, "specifyShape");
    const known = knownSize(n);
    if (known !== null && known === v.type.shape[axis]) continue;
    axes.push(axis);
    inputs.push(n);
  }
  return axes.length === 0 ? v : (new SpecifyShape(axes, options.role).call(v, ...inputs) as TensorVariable);
}

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

const allAxes = (v: TensorVariable): number[] => Array.from({ length: v.ndim }, (_, i) => i);
const newAxes = (n: number): "x"[] => new Array<"x">(n).fill("x");

/** `x` with `n` new axes of size 1 in front. */
export function shapePadLeft<X extends TensorLike>(x: X): TensorVariable<DTypeOf<X>, More[RankOf<X>]>;
export function shapePadLeft<X extends TensorLike>(x: X, n?: number): TensorVariable<DTypeOf<X>>;
export function shapePadLeft(x: TensorLike, n = 1): TensorVariable {
  const v = asTensor(x);
  return dimshuffle(v, [...newAxes(n), ...allAxes(v)]);
}

/** `x` with `n` new axes of size 1 at the end. */
export function shapePadRight<X extends TensorLike>(x: X): TensorVariable<DTypeOf<X>, More[RankOf<X>]>;
export function shapePadRight<X extends TensorLike>(x: X, n?: number): TensorVariable<DTypeOf<X>>;
export function shapePadRight(x: TensorLike, n = 1): TensorVariable {
  const v = asTensor(x);
  return dimshuffle(v, [...allAxes(v), ...newAxes(n)]);
}

/** `x` with a new axis of size 1 at position `axis` of the result. */
export function shapePadAxis<X extends TensorLike>(x: X, axis: number): TensorVariable<DTypeOf<X>, More[RankOf<X>]>;
export function shapePadAxis(x: TensorLike, axis: number): TensorVariable {
  const v = asTensor(x);
  const at = normalizeAxisOf(axis, v.ndim + 1, "shapePadAxis");
  const pattern: (number | "x")[] = allAxes(v);
  pattern.splice(at, 0, "x");
  return dimshuffle(v, pattern);
}

/** NumPy's name for {@link shapePadAxis}, also for several axes at once. */
export function expandDims<X extends TensorLike>(x: X, axis: number): TensorVariable<DTypeOf<X>, More[RankOf<X>]>;
export function expandDims<X extends TensorLike>(x: X, axis: number | readonly number[]): TensorVariable<DTypeOf<X>>;
export function expandDims(x: TensorLike, axis: number | readonly number[]): TensorVariable {
  const v = asTensor(x);
  const list = typeof axis === "number" ? [axis] : axis;
  const rank = v.ndim + list.length;
  const at = new Set(list.map((a) => normalizeAxisOf(a, rank, "expandDims")));
  if (at.size !== list.length) throw new AxisError("expandDims: an axis is named twice.", { op: "expandDims" });
  let next = 0;
  return dimshuffle(
    v,
    Array.from({ length: rank }, (_, k) => (at.has(k) ? "x" : next++)),
  );
}

/**
 * `x` without its axes of static size 1, or without the given axes (said to have size 1, which is checked where it is
 * not known).
 */
export function squeeze<X extends TensorLike>(x: X): TensorVariable<DTypeOf<X>>;
export function squeeze<X extends TensorLike, const A extends number | readonly number[]>(
  x: X,
  axis: CheckedAxis<A, RankOf<X>>,
): TensorVariable<DTypeOf<X>, Without<RankOf<X>, A>>;
export function squeeze<X extends TensorLike>(x: X, axis?: number | readonly number[]): TensorVariable<DTypeOf<X>>;
export function squeeze(x: TensorLike, axis?: number | readonly number[]): TensorVariable {
  let v = asTensor(x);
  if (axis === undefined)
    return dimshuffle(
      v,
      allAxes(v).filter((a) => v.type.shape[a] !== 1),
    );
  const list = (typeof axis === "number" ? [axis] : axis).map((a) => normalizeAxisOf(a, v.ndim, "squeeze"));
  v = addBroadcast(v, ...list);
  return dimshuffle(
    v,
    allAxes(v).filter((a) => !list.includes(a)),
  );
}

/** Permuted so that `axis1` and `axis2` are exchanged. */
export function swapaxes<X extends TensorLike, const A extends number, const B extends number>(
  x: X,
  axis1: CheckedAxis<A, RankOf<X>>,
  axis2: CheckedAxis<B, RankOf<X>>,
): TensorVariable<DTypeOf<X>, RankOf<X>>;
export function swapaxes(x: TensorLike, axis1: number, axis2: number): TensorVariable {
  const v = asTensor(x);
  const a = normalizeAxisOf(axis1, v.ndim, "swapaxes");
  const b = normalizeAxisOf(axis2, v.ndim, "swapaxes");
  return dimshuffle(
    v,
    allAxes(v).map((k) => (k === a ? b : k === b ? a : k)),
  );
}

/** Moves axes to new places; the others keep their order. */
export function moveaxis<X extends TensorLike>(
  x: X,
  source: number | readonly number[],
  destination: number | readonly number[],
): TensorVariable<DTypeOf<X>, RankOf<X>>;
export function moveaxis(
  x: TensorLike,
  source: number | readonly number[],
  destination: number | readonly number[],
): TensorVariable {
  const v = asTensor(x);
  const axes = (list: number | readonly number[]): number[] =>
    (typeof list === "number" ? [list] : list).map((a) => normalizeAxisOf(a, v.ndim, "moveaxis"));
  const [from, to] = [axes(source), axes(destination)];
  if (from.length !== to.length || new Set(from).size !== from.length || new Set(to).size !== to.length) {
    throw new AxisError("moveaxis: source and destination must name as many different axes.", { op: "moveaxis" });
  }
  const rest = allAxes(v).filter((a) => !from.includes(a));
  const order = allAxes(v).map((k) => {
    const at = to.indexOf(k);
    return at >= 0 ? from[at]! : rest.shift()!;
  });
  return dimshuffle(v, order);
}
