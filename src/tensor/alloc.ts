/** Tensors made from sizes: alloc, zeros, ones, eye, arange, tri; repetition. */
import { readElement, writeElement } from "../array/element.ts";
import { NdArray } from "../array/ndArray.ts";
import { config } from "../config/config.ts";
import { isDiscrete, isFloat, parseDType, promoteAll, type DType } from "../dtype.ts";
import { DtypeError, RankError, ShapeMismatchError, ValueError } from "../errors.ts";
import { Apply } from "../graph/apply.ts";
import { Op, type InputGradient } from "../graph/op.ts";
import { isConstant, type Variable } from "../graph/variable.ts";
import type { LowerContext, Lowered } from "../ir/lowered.ts";
import type { Expr } from "../ir/node.ts";
import { scalarTypeOf } from "../scalar/scalarTypes.ts";
import { asTensor } from "./constant.ts";
import { dimshuffle } from "./dimshuffle.ts";
import { zerosLike, type LikeOptions } from "./fill.ts";
import { asIndex, broadcastIndex, elementConstant, require, selectElement } from "./loops.ts";
import { cast, ceil, div, ge, mul, sub, switch_ } from "./math.ts";
import { operand, shape as shapeOf } from "./shape.ts";
import { isRecord, optionsOf } from "./options.ts";
import { asSizes, type SizesLike } from "./sizeArguments.ts";
import {
  asSize,
  isNonNegative,
  knownSize,
  markNonNegative,
  sizeAlgebra,
  sizeConstant,
  type SizeLike,
} from "./sizes.ts";
import { sumTo } from "./sumTo.ts";
import { tensorType } from "./type.ts";
import type { TensorLike, TensorVariable } from "./variable.ts";

export { fullLike, onesLike, zerosLike, type LikeOptions } from "./fill.ts";

const sizeOfInput = (a: NdArray): number => Number(a.itemBigInt());
const staticSizes = (sizes: readonly Variable[]): (number | null)[] =>
  sizes.map((n) => {
    const known = knownSize(n);
    return known !== null && known >= 0 ? known : null;
  });

/** A size that may turn out negative must be refused when the function runs. */
function requireSizes(ctx: LowerContext, op: string): void {
  for (const n of ctx.outputs[0]!.shape)
    require(ctx, ctx.b.ge(n, ctx.b.index(0)), `ValueError: ${op}: a size is negative.`);
}

function checkSizes(op: string, node: Apply, sizes: readonly number[]): void {
  const wrong = sizes.find((n) => n < 0);
  if (wrong === undefined) return;
  throw new ValueError(`${op}: size ${wrong} is negative (shape (${sizes.join(", ")})).`, {
    op,
    createdAt: node.createdAt[0],
  });
}

// --- Alloc ---------------------------------------------------------------------------------------

/** `value` repeated to a shape. Inputs: value, then one int64 scalar per axis. Axes are aligned at the right. */
export class Alloc extends Op {
  readonly name = "Alloc";

  override canFail(node: Apply): boolean {
    const [value, ...sizes] = node.inputs as TensorVariable[];
    const lead = sizes.length - value!.ndim;
    const fits = value!.type.shape.every((n, k) => n === 1 || (n !== null && n === knownSize(sizes[k + lead]!)));
    return !fits || !sizes.every(isNonNegative);
  }

  /** @throws RankError, ShapeMismatchError when the value is known not to fit */
  override makeNode(value: Variable, ...sizes: Variable[]): Apply {
    const v = value as TensorVariable;
    const details = { op: "Alloc", inputs: [operand(v)] };
    const lead = sizes.length - v.ndim;
    if (lead < 0) {
      throw new RankError(`alloc: a value of rank ${v.ndim} cannot fill ${sizes.length} axes.`, details);
    }
    const out = staticSizes(sizes);
    for (const [k, n] of v.type.shape.entries()) {
      const m = out[k + lead]!;
      if (n === 1 || n === null || m === null || n === m) {
        // Where the value is as long as the axis, its type may tell the size.
        if (n !== null && n !== 1 && m === null) out[k + lead] = n;
        continue;
      }
      throw new ShapeMismatchError(
        `alloc: a value of size ${n} on axis ${k} cannot fill an axis of size ${m}.`,
        details,
      );
    }
    return new Apply(this, [v, ...sizes], [tensorType(v.dtype, out)]);
  }

  override perform(node: Apply, [value, ...sizes]: readonly NdArray[]): NdArray[] {
    const target = sizes.map(sizeOfInput);
    checkSizes("alloc", node, target);
    const { shape } = (node.inputs[0] as TensorVariable).type;
    const lead = target.length - value!.ndim;
    for (const [k, n] of value!.shape.entries()) {
      if (shape[k] === 1 || n === target[k + lead]) continue;
      throw new ShapeMismatchError(
        `alloc: a value of shape (${value!.shape.join(", ")}) cannot fill the shape (${target.join(", ")}).` +
          (n === 1 ? "\nOnly axes whose type says 1 are repeated; use addBroadcast." : ""),
        { op: "Alloc", inputs: [{ dtype: value!.dtype, shape: value!.shape }], createdAt: node.createdAt[0] },
      );
    }
    return [value!.broadcastTo(target).copy()];
  }

  override inferShape(node: Apply): (readonly Variable[])[] {
    return [node.inputs.slice(1)];
  }

  override connectionPattern(node: Apply): boolean[][] {
    return node.inputs.map((_, i) => [i === 0]);
  }

  override lop(node: Apply, [g]: readonly (Variable | null)[]): InputGradient[] {
    const rest = node.inputs.slice(1).map(() => null);
    if (g === null || g === undefined) return [null, ...rest];
    return [sumTo(g as TensorVariable, node.inputs[0] as TensorVariable), ...rest];
  }

  lower(ctx: LowerContext): Lowered {
    const { b } = ctx;
    const [value, out] = [ctx.inputs[0]!, ctx.outputs[0]!];
    const lead = out.shape.length - value.shape.length;
    requireSizes(ctx, "alloc");
    for (const [k, n] of value.shape.entries()) {
      if (value.static[k] === 1) continue;
      require(ctx, b.eq(n, out.shape[k + lead]!), `alloc: the value does not fit axis ${k + lead}.`);
    }
    return {
      form: "pointwise",
      element: (index, pull) => pull(0, broadcastIndex(b, value.static, index)),
    };
  }
}

const allocOp = new Alloc();

/**
 * `value` repeated to the given sizes; its axes are aligned at the right and only those of static size 1 are repeated.
 * `alloc(value, 3, n)` or `alloc(value, [3, n])`.
 */
export function alloc(value: TensorLike, ...sizes: readonly SizeLike[] | readonly [SizesLike]): TensorVariable {
  const list = sizes.length === 1 ? asSizes(sizes[0] as SizesLike, "alloc") : asSizes(sizes as SizeLike[], "alloc");
  const v = asTensor(value);
  const same =
    list.length === v.ndim && list.every((n, k) => knownSize(n) !== null && knownSize(n) === v.type.shape[k]);
  return same ? v : (allocOp.call(v, ...list) as TensorVariable);
}

/** `x` stretched to a shape: axes of static size 1 are repeated, others must agree. */
export function broadcastTo(x: TensorLike, shape: SizesLike): TensorVariable {
  return alloc(x, shape);
}

/** A dtype given bare or as an option. */
export type DTypeOption = DType | { readonly dtype?: DType };

function dtypeOf(option: DTypeOption | undefined): DType | undefined {
  const dtype = typeof option === "object" ? option.dtype : option;
  return dtype === undefined ? undefined : parseDType(dtype);
}

/** One value everywhere; the dtype is that of the value unless given. */
export function full(shape: SizesLike, value: TensorLike, options?: DTypeOption): TensorVariable {
  const dtype = dtypeOf(options);
  const v = asTensor(value, dtype);
  return alloc(dtype === undefined ? v : cast(v, dtype), shape);
}

/** Zeros of a shape; `config.floatX` unless a dtype is given. */
export function zeros(shape: SizesLike, options?: DTypeOption): TensorVariable {
  return full(shape, 0, dtypeOf(options) ?? config.floatX);
}

/** Ones of a shape; `config.floatX` unless a dtype is given. */
export function ones(shape: SizesLike, options?: DTypeOption): TensorVariable {
  return full(shape, 1, dtypeOf(options) ?? config.floatX);
}

/** What `eye` and `tri` may be told by name. */
export interface DiagonalBandOptions {
  /** Number of columns; as many as rows when absent. */
  readonly m?: SizeLike | null;
  /** The diagonal: 0 the main one, 1 the next above it. */
  readonly k?: SizeLike;
  readonly dtype?: DType;
}

/** Number of columns, diagonal and dtype, given in this order; from the first record on, by name. */
function bandOptions(args: readonly unknown[]): DiagonalBandOptions {
  const named = args.findIndex(isRecord);
  const [m, k, dtype] = named < 0 ? args : args.slice(0, named);
  const entries = Object.entries({ m, k, dtype }).filter(([, v]) => v !== undefined);
  return { ...Object.fromEntries(entries), ...(named < 0 ? {} : (args[named] as DiagonalBandOptions)) };
}

// --- Eye -----------------------------------------------------------------------------------------

/** Ones on a diagonal. Inputs: rows, columns, diagonal (int64 scalars). */
export class Eye extends Op {
  readonly name = "Eye";
  readonly dtype: DType;

  constructor(dtype: DType) {
    super();
    this.dtype = dtype;
  }

  override get key(): string {
    return `Eye{dtype='${this.dtype}'}`;
  }

  override toString(): string {
    return this.key;
  }

  override canFail(node: Apply): boolean {
    return !node.inputs.slice(0, 2).every(isNonNegative);
  }

  override makeNode(...sizes: Variable[]): Apply {
    return new Apply(this, sizes, [tensorType(this.dtype, staticSizes(sizes.slice(0, 2)))]);
  }

  override perform(node: Apply, inputs: readonly NdArray[]): NdArray[] {
    const [n, m, k] = inputs.map(sizeOfInput) as [number, number, number];
    checkSizes("eye", node, [n, m]);
    const out = NdArray.allocate(this.dtype, [n, m]);
    for (let i = Math.max(0, -k); i < n && i + k < m; i++) writeElement(out, i * m + i + k, 1);
    return [out];
  }

  override inferShape(node: Apply): (readonly Variable[])[] {
    return [node.inputs.slice(0, 2)];
  }

  override connectionPattern(node: Apply): boolean[][] {
    return node.inputs.map(() => [false]);
  }

  override lop(node: Apply): InputGradient[] {
    return node.inputs.map(() => null);
  }

  lower(ctx: LowerContext): Lowered {
    const { b } = ctx;
    requireSizes(ctx, "eye");
    return {
      form: "pointwise",
      element: ([i, j], pull) => {
        const on = b.eq(b.add(i!, asIndex(b, pull(2, []) as Expr)), j!);
        return selectElement(b, on, elementConstant(b, this.dtype, 1), elementConstant(b, this.dtype, 0));
      },
    };
  }
}

export interface EyeOptions {
  readonly dtype?: DType;
}

/** The identity matrix, or ones on diagonal `k` of an `n` x `m` matrix. */
export function eye(
  n: SizeLike,
  columnCount: SizeLike | null | DiagonalBandOptions = null,
  diagonal: SizeLike | DiagonalBandOptions = 0,
  options?: DTypeOption,
): TensorVariable {
  const { m = null, k = 0, dtype } = bandOptions([columnCount, diagonal, options]);
  const rows = asSize(n, "eye");
  const columns = m === null ? rows : asSize(m, "eye");
  const op = new Eye(dtypeOf(dtype) ?? config.floatX);
  return op.call(rows, columns, asSize(k, "eye", Number.MIN_SAFE_INTEGER)) as TensorVariable;
}

/** The identity matrix in the shape and dtype of a matrix. */
export function identityLike(x: TensorLike, options: DType | LikeOptions = {}): TensorVariable {
  const v = asTensor(x);
  if (v.ndim !== 2) {
    throw new RankError(`identityLike: expected a matrix, got rank ${v.ndim}.`, { op: "Eye", inputs: [operand(v)] });
  }
  const [n, m] = shapeOf(v);
  return eye(n!, m!, 0, dtypeOf(options) ?? v.dtype);
}

// --- ARange --------------------------------------------------------------------------------------

/** `start, start + step ...` below `stop`. Inputs: three scalars of the op's dtype. */
export class ARange extends Op {
  readonly name = "ARange";
  readonly dtype: DType;

  constructor(dtype: DType) {
    super();
    this.dtype = dtype;
  }

  override get key(): string {
    return `ARange{dtype='${this.dtype}'}`;
  }

  override toString(): string {
    return this.key;
  }

  override canFail(node: Apply): boolean {
    return !isConstant(node.inputs[2]!);
  }

  override makeNode(...ends: Variable[]): Apply {
    return new Apply(this, ends, [tensorType(this.dtype, [staticCount(ends as TensorVariable[])])]);
  }

  override perform(node: Apply, inputs: readonly NdArray[]): NdArray[] {
    const values = inputs.map((a) => readElement(a, a.offset));
    const [start, stop, step] = values.map(Number) as [number, number, number];
    if (step === 0) {
      throw new ValueError("arange: the step is 0.", { op: "ARange", createdAt: node.createdAt[0] });
    }
    const count = Math.max(0, Math.ceil((stop - start) / step));
    const out = NdArray.allocate(this.dtype, [count]);
    for (let i = 0; i < count; i++) {
      const exact = typeof values[0] === "bigint";
      writeElement(out, i, exact ? (values[0] as bigint) + BigInt(i) * (values[2] as bigint) : start + i * step);
    }
    return [out];
  }

  override inferShape(node: Apply): (readonly Variable[])[] {
    return [[countOf(node.inputs as TensorVariable[])]];
  }

  override connectionPattern(node: Apply): boolean[][] {
    return node.inputs.map(() => [isDiscrete(this.dtype) ? false : true]);
  }

  override lop(node: Apply, [g]: readonly (Variable | null)[]): InputGradient[] {
    if (isDiscrete(this.dtype) || g === null || g === undefined) return node.inputs.map(() => null);
    // Values are start + i*step: the stop only decides how many there are.
    const [start, stop] = node.inputs as [TensorVariable, TensorVariable];
    const gradient = g as TensorVariable;
    const steps = cast(arange(shapeOf(node.outputs[0] as TensorVariable)[0]!), gradient.dtype);
    return [sumTo(gradient, start), zerosLike(stop), sumTo(mul(gradient, steps), start)];
  }

  lower(ctx: LowerContext): Lowered {
    const { b } = ctx;
    const type = scalarTypeOf(this.dtype);
    const code = ctx.failure("ValueError: arange: the step is 0.");
    return {
      form: "pointwise",
      element: ([i], pull) => {
        const [start, step] = [pull(0, []) as Expr, pull(2, []) as Expr];
        if (this.dtype !== "float16") return b.add(start, b.mul(b.cast(i!, type), step));
        const [s, d] = [b.cast(start, "f32"), b.cast(step, "f32")];
        return b.cast(b.add(s, b.mul(b.cast(i!, "f32"), d)), "f16");
      },
      guards: (pull) => {
        const step = pull(2, []) as Expr;
        return step.kind === "const" ? [] : [{ over: [], holds: () => b.ne(step, 0), failure: code }];
      },
    };
  }
}

function staticCount(ends: readonly TensorVariable[]): number | null {
  if (!ends.every(isConstant)) return null;
  const [start, stop, step] = ends.map((v) => Number((v as unknown as { data: NdArray }).data.item())) as [
    number,
    number,
    number,
  ];
  if (step === 0) throw new ValueError("arange: the step is 0.", { op: "ARange" });
  return Math.max(0, Math.ceil((stop - start) / step));
}

function countOf(ends: readonly TensorVariable[]): TensorVariable {
  const known = staticCount(ends);
  if (known !== null) return sizeConstant(known);
  const [start, stop, step] = ends as [TensorVariable, TensorVariable, TensorVariable];
  if (isDiscrete(start.dtype)) {
    const wide = (v: TensorVariable): TensorVariable => {
      const n = knownSize(v);
      return n !== null ? sizeConstant(n) : v.dtype === "int64" ? v : cast(v, "int64");
    };
    const alg = sizeAlgebra;
    const [from, to, by] = [wide(start), wide(stop), wide(step)];
    const size = alg.ifNegative(by, alg.sub(sizeConstant(0), by), by);
    const span = alg.ifNegative(by, alg.sub(from, to), alg.sub(to, from));
    const least = alg.max(size, sizeConstant(1));
    return alg.max(sizeConstant(0), alg.div(alg.add(span, alg.sub(least, sizeConstant(1))), least));
  }
  const exact = (v: TensorVariable): TensorVariable => cast(v, "float64");
  const count = ceil(div(sub(exact(stop), exact(start)), exact(step)));
  return markNonNegative(sizeAlgebra.max(sizeConstant(0), cast(count, "int64")));
}

/**
 * `start, start + step ...` below `stop` (above, for a negative step); with one argument it counts from 0. Whole numbers and
 * integer scalars give int64 unless a dtype is given, anything else the common dtype (a number takes that of a float beside it).
 * @throws ValueError for a step of 0, or an argument that is no real scalar
 */
export function arange(
  start: TensorLike,
  end: TensorLike | null | RangeOptions = null,
  increment: TensorLike | RangeOptions = 1,
  option?: DTypeOption,
): TensorVariable {
  const given = [end, increment].find(isRecord) as RangeOptions | undefined;
  const stop = isRecord(end) ? (given?.stop ?? null) : (end as TensorLike | null);
  const step = isRecord(end) || isRecord(increment) ? (given?.step ?? 1) : (increment as TensorLike);
  const options = option ?? given;
  const [from, to] = stop === null ? [0, start] : [start, stop];
  const ends = weakEnds([from, to, step]);
  for (const v of ends) {
    if (v.ndim === 0 && !v.dtype.startsWith("complex")) continue;
    throw new ValueError(`arange: expected real scalars, got ${v.type.toString()}.`, {
      op: "ARange",
      inputs: [operand(v)],
    });
  }
  const dtype = dtypeOf(options) ?? arangeDtype(ends);
  if (dtype.startsWith("complex") || dtype === "bool")
    throw new DtypeError(`arange: no ranges of ${dtype}.`, { op: "ARange" });
  return new ARange(dtype).call(...ends.map((v) => cast(v, dtype))) as TensorVariable;
}

/** Numbers take the dtype of a float that they stand beside. */
function weakEnds(given: readonly TensorLike[]): TensorVariable[] {
  const tensors = given.filter((v) => typeof v !== "number" && typeof v !== "bigint").map((v) => asTensor(v));
  const like = tensors.length === 0 ? undefined : promoteAll(tensors.map((v) => v.dtype));
  return given.map((v) => asTensor(v, like !== undefined && isFloat(like) ? like : undefined));
}

function arangeDtype(ends: readonly TensorVariable[]): DType {
  const dtype = promoteAll(ends.map((v) => v.dtype));
  return isDiscrete(dtype) ? "int64" : dtype;
}

/** What `arange` may be told by name. */
export interface RangeOptions {
  readonly stop?: TensorLike;
  readonly step?: TensorLike;
  readonly dtype?: DType;
}

// --- triangles -----------------------------------------------------------------------------------

/** Ones at and below diagonal `k` of an `n` x `m` matrix. */
export function tri(
  n: SizeLike,
  columnCount: SizeLike | null | DiagonalBandOptions = null,
  diagonal: SizeLike | DiagonalBandOptions = 0,
  options?: DTypeOption,
): TensorVariable {
  const { m = null, k = 0, dtype } = bandOptions([columnCount, diagonal, options]);
  return cast(triangle(asSize(n, "tri"), asSize(m ?? n, "tri"), k), dtypeOf(dtype) ?? config.floatX);
}

/** j <= i + k. */
function triangle(n: TensorVariable, m: TensorVariable, k: SizeLike): TensorVariable {
  const below = sub(dimshuffle(arange(m), ["x", 0]), asSize(k, "tri", Number.MIN_SAFE_INTEGER));
  return ge(dimshuffle(arange(n), [0, "x"]), below);
}

function lastTwo(x: TensorVariable, op: string): [TensorVariable, TensorVariable] {
  if (x.ndim < 2) {
    throw new RankError(`${op}: expected at least two axes, got rank ${x.ndim}.`, { op, inputs: [operand(x)] });
  }
  const sizes = shapeOf(x);
  return [sizes[x.ndim - 2]!, sizes[x.ndim - 1]!];
}

export interface TriangleOptions {
  /** The diagonal: 0 the main one, 1 the next above it. */
  readonly k?: SizeLike;
}

/** `x` with zeros above diagonal `k` of its last two axes. */
export function tril(x: TensorLike, options?: SizeLike | TriangleOptions): TensorVariable {
  const { k = 0 } = optionsOf<TriangleOptions, "k">(options, "k");
  const v = asTensor(x);
  const [n, m] = lastTwo(v, "tril");
  return switch_(triangle(n, m, k), v, asTensor(false, v.dtype));
}

/** `x` with zeros below diagonal `k` of its last two axes. */
export function triu(x: TensorLike, options?: SizeLike | TriangleOptions): TensorVariable {
  const { k = 0 } = optionsOf<TriangleOptions, "k">(options, "k");
  const v = asTensor(x);
  const [n, m] = lastTwo(v, "triu");
  const last = sizeAlgebra.sub(asSize(k, "triu", Number.MIN_SAFE_INTEGER), sizeConstant(1));
  return switch_(triangle(n, m, last), asTensor(false, v.dtype), v);
}
