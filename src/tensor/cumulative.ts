/** Running sums and products. */
import { fromFlat, readElement, type Complex, type Element } from "../array/index.ts";
import type { NdArray } from "../array/ndArray.ts";
import { isBool, isComplex, isDiscrete, type DType } from "../dtype.ts";
import { Apply } from "../graph/apply.ts";
import { Op, type InputGradient } from "../graph/op.ts";
import type { Variable } from "../graph/variable.ts";
import type { LowerContext, Lowered } from "../ir/lowered.ts";
import type { Expr, Ref, Stmt } from "../ir/node.ts";
import { convertElement } from "../scalar/apply.ts";
import { scalarTypeOf } from "../scalar/scalarTypes.ts";
import { onesLike } from "./alloc.ts";
import { asTensor } from "./constant.ts";
import { normalizeAxisOf } from "./dimshuffle.ts";
import { elementConstant, isPair, loadElement, storeElement, type Operand } from "./loops.ts";
import { LinearRecurrence, shifted } from "./linearRecurrence.ts";
import { cast, conj, mul } from "./math.ts";
import { optionsOf } from "./options.ts";
import { ravel } from "./reshape.ts";
import { at, slice } from "./subtensor/index.ts";
import { tensorType } from "./type.ts";
import type { TensorLike, TensorVariable } from "./variable.ts";
import type { FlattenedRank } from "./functionTyping.ts";
import type { DTypeOf, RankOf, SumOf } from "./typing.ts";

/** Along which axis; over all elements in C order when absent. */
export interface CumulativeOptions {
  readonly axis?: number | null;
}

/** The dtype in which a running sum or product of `dtype` is kept: as for sums. */
function cumulativeDtype(dtype: DType): DType {
  if (!isDiscrete(dtype) && !isBool(dtype)) return dtype;
  return dtype.startsWith("uint") ? "uint64" : "int64";
}

/** Elements of a row that are taken at a time. */
const STRETCH = 512;

/** `out[i] = x[0] + ... + x[i]` (or times) along one axis. */
export class CumOp extends Op {
  readonly name: string;
  readonly axis: number;
  readonly mode: "add" | "mul";

  constructor(axis: number, mode: "add" | "mul") {
    super();
    this.axis = axis;
    this.mode = mode;
    this.name = "CumOp";
  }

  override get key(): string {
    return `CumOp{${this.axis}, ${this.mode}}`;
  }

  override makeNode(x: Variable): Apply {
    const v = x as TensorVariable;
    return new Apply(this, [v], [tensorType(cumulativeDtype(v.dtype), v.type.shape)]);
  }

  override inferShape(_node: Apply, [shape]: readonly (readonly Variable[])[]): (readonly Variable[])[] {
    return [shape!];
  }

  override perform(node: Apply, [x]: readonly NdArray[]): NdArray[] {
    const { dtype } = node.outputs[0] as TensorVariable;
    const value = x!.astype(dtype);
    const { shape } = value;
    const n = shape[this.axis]!;
    const inner = shape.slice(this.axis + 1).reduce((p, q) => p * q, 1);
    const flat = Array.from({ length: value.size }, (_, i) => readElement(value, elementOffset(value, i)));
    const wrap = (e: Element): Element => (typeof e === "bigint" ? wrapBigInt(e, dtype) : roundElement(e, dtype));
    for (let i = 0; i < flat.length; i++) {
      if (Math.floor(i / inner) % n === 0) continue;
      flat[i] = wrap(combine(this.mode, flat[i - inner]!, flat[i]!, dtype));
    }
    return [fromFlat(flat, shape, dtype)];
  }

  override lop(node: Apply, [g]: readonly (Variable | null)[]): InputGradient[] {
    if (g === null || g === undefined) return [null];
    const x = node.inputs[0] as TensorVariable;
    const out = node.outputs[0] as TensorVariable;
    if (this.mode === "add") {
      const sums = new CumOp(this.axis, "add").call(reversed(g as TensorVariable, this.axis)) as TensorVariable;
      return [reversed(sums, this.axis)];
    }
    // The sum of g[j] x[0] ... x[j] without x[i] over j >= i: what comes before i, times t[i] = g[i] + x[i + 1] t[i + 1]. No division,
    // so that zeros do no harm.
    const factors = cast(x, out.dtype);
    const later = new LinearRecurrence(this.axis).backward(factors, g as TensorVariable);
    return [mul(later, conj(shifted(out, this.axis, onesLike)))];
  }

  lower(ctx: LowerContext): Lowered {
    const { b } = ctx;
    const [input, output] = [ctx.inputs[0]!, ctx.outputs[0]!];
    const { axis, mode } = this;
    const { dtype } = output;
    const type = scalarTypeOf(dtype);
    const wide = dtype === "float16" ? "f32" : type;
    return {
      form: "block",
      emit: ({ inputs: [x], outputs: [out] }) => {
        if (axis < input.shape.length - 1 && wide === type && !isComplex(dtype)) return this.#rows(ctx, x!, out!);
        const refs = input.shape.map((_, i): Ref => b.natural(`i${i}`));
        const parts = isComplex(dtype) ? 2 : 1;
        const totals = Array.from({ length: parts }, (_, p) => b.ref(wide, p === 0 ? "total" : "total.im"));
        const element = convertElement(b, loadElement(b, input.dtype, x!, refs), dtype);
        const values = (isPair(element) ? element : [element]).map((e) => b.cast(e, wide));
        const next = this.#next(b, totals, values, mode);
        const lets = next.map((e, p): Stmt => ({ kind: "let", ref: b.ref(wide, `next${p}`), value: e }));
        const stored = lets.map((s) => b.cast((s as Stmt & { kind: "let" }).ref, type));
        const body: Stmt[] = [
          ...lets,
          ...totals.map((ref, p): Stmt => ({ kind: "assign", ref, value: (lets[p] as Stmt & { kind: "let" }).ref })),
          ...storeElement(b, out!, refs, parts === 2 ? [stored[0]!, stored[1]!] : stored[0]!),
        ];
        // -0 is what leaves every float as it is, 0 included.
        const zero = isDiscrete(dtype) ? 0 : -0;
        const start = elementConstant(b, dtype, mode === "add" ? zero : 1);
        const starts = isPair(start) ? [start[0], mode === "add" ? start[0] : start[1]] : [start];
        let stmts: Stmt[] = [
          ...totals.map((ref, p): Stmt => ({ kind: "var", ref, init: b.cast(starts[p]!, wide) })),
          { kind: "for", ref: refs[axis]!, extent: input.shape[axis]!, mode: "serial", body },
        ];
        for (let i = refs.length - 1; i >= 0; i--) {
          if (i === axis) continue;
          const mode = refs.findIndex((_, k) => k !== axis) === i ? "parallel" : "serial";
          stmts = [{ kind: "for", ref: refs[i]!, extent: input.shape[i]!, mode, body: stmts }];
        }
        return stmts;
      },
    };
  }

  /**
   * Along an axis that is not the last: each row is the one before and the next row of `x`, element by element. Rows are taken in stretches,
   * so that the row before is still in the first cache.
   */
  #rows({ b, inputs: [input], outputs: [output] }: LowerContext, x: Operand, out: Operand): Stmt[] {
    const { axis, mode } = this;
    const { dtype } = output!;
    const outer = input!.shape.slice(0, axis).map((_, i): Ref => b.natural(`i${i}`));
    const last = input!.shape.length - 1;
    const size = input!.shape[last]!;
    const [stretch, start, next, row] = [b.natural("stretch"), b.natural("start"), b.natural("next"), b.natural("row")];
    /** A stretch of row `at` from the one before, or from nothing. */
    const total = (at: Expr, before: Expr | null): Stmt[] => {
      const inner = input!.shape.slice(axis + 1).map((_, i): Ref => b.natural(`i${axis + 1 + i}`));
      const place = (k: Expr): Expr[] => [...outer, k, ...inner.slice(0, -1), b.add(start, inner.at(-1)!)];
      const element = convertElement(b, loadElement(b, input!.dtype, x, place(at)), dtype) as Expr;
      const sum =
        before === null
          ? element
          : this.#next(b, [loadElement(b, dtype, out, place(before)) as Expr], [element], mode)[0]!;
      let stmts = storeElement(b, out, place(at), sum);
      for (let i = last; i > axis; i--) {
        const extent = i === last ? b.min(b.index(STRETCH), b.sub(size, start)) : input!.shape[i]!;
        stmts = [
          { kind: "for", ref: inner[i - axis - 1]!, extent, mode: i === last ? "vector" : "serial", body: stmts },
        ];
      }
      return stmts;
    };
    const body: Stmt[] = [
      { kind: "let", ref: start, value: b.mul(stretch, STRETCH) },
      ...total(b.index(0), null),
      {
        kind: "for",
        ref: next,
        extent: b.sub(input!.shape[axis]!, 1),
        mode: "serial",
        body: [{ kind: "let", ref: row, value: b.add(next, 1) }, ...total(row, next)],
      },
    ];
    const count = b.idiv(b.add(size, STRETCH - 1), STRETCH);
    // There is a first row only where there are rows.
    const some: Stmt = { kind: "if", cond: b.gt(input!.shape[axis]!, 0), then: body, else: [] };
    let stmts: Stmt[] = [{ kind: "for", ref: stretch, extent: count, mode: "parallel", body: [some] }];
    for (let i = axis - 1; i >= 0; i--) {
      stmts = [
        { kind: "for", ref: outer[i]!, extent: input!.shape[i]!, mode: i === 0 ? "parallel" : "serial", body: stmts },
      ];
    }
    return stmts;
  }

  #next(b: LowerContext["b"], total: readonly Expr[], x: readonly Expr[], mode: "add" | "mul"): Expr[] {
    if (mode === "add") return total.map((t, p) => b.add(t, x[p]!));
    if (total.length === 1) return [b.mul(total[0]!, x[0]!)];
    const [re, im] = total as [Expr, Expr];
    const [xr, xi] = x as [Expr, Expr];
    return [b.sub(b.mul(re, xr), b.mul(im, xi)), b.add(b.mul(re, xi), b.mul(im, xr))];
  }
}

/** Offset of the element at a C-order position. */
function elementOffset(x: NdArray, position: number): number {
  let offset = x.offset;
  let rest = position;
  for (let axis = x.ndim - 1; axis >= 0; axis--) {
    const n = x.shape[axis]!;
    offset += (rest % n) * x.strides[axis]!;
    rest = Math.floor(rest / n);
  }
  return offset;
}

function combine(mode: "add" | "mul", a: Element, b: Element, dtype: DType): Element {
  if (typeof a === "object") {
    const y = b as Complex;
    if (mode === "add") return { re: a.re + y.re, im: a.im + y.im };
    const r = dtype === "complex64" ? Math.fround : (v: number): number => v;
    return { re: r(r(a.re * y.re) - r(a.im * y.im)), im: r(r(a.re * y.im) + r(a.im * y.re)) };
  }
  const [x, y] = [a as number, b as number];
  return mode === "add" ? x + y : x * y;
}

function wrapBigInt(e: bigint, dtype: DType): bigint {
  return dtype === "uint64" ? BigInt.asUintN(64, e) : BigInt.asIntN(64, e);
}

function roundElement(e: Element, dtype: DType): Element {
  if (typeof e === "number") return dtype === "float32" ? Math.fround(e) : e;
  if (typeof e === "object" && dtype === "complex64") return { re: Math.fround(e.re), im: Math.fround(e.im) };
  return e;
}

function reversed(x: TensorVariable, axis: number): TensorVariable {
  const whole = Array.from({ length: x.ndim }, (_, i) => (i === axis ? slice(null, null, -1) : slice(null, null)));
  return at(x, ...whole);
}

function cumulative(
  x: TensorLike,
  mode: "add" | "mul",
  name: string,
  given: CumulativeOptions | number | null | undefined,
): TensorVariable {
  const v = asTensor(x);
  const options = optionsOf<CumulativeOptions, "axis">(given, "axis");
  if (options.axis === undefined || options.axis === null) return new CumOp(0, mode).call(ravel(v)) as TensorVariable;
  return new CumOp(normalizeAxisOf(options.axis, v.ndim, name), mode).call(v) as TensorVariable;
}

/**
 * Running sums along an axis; of all elements in C order, as a vector, without one. Integers and bools give int64 (uint64).
 * @throws AxisError for an axis out of range
 */
export function cumsum<X extends TensorLike, const O extends CumulativeOptions | number | null = null>(
  x: X,
  options?: O,
): TensorVariable<SumOf<DTypeOf<X>>, FlattenedRank<RankOf<X>, O>>;
export function cumsum(x: TensorLike, options?: CumulativeOptions | number | null): TensorVariable {
  return cumulative(x, "add", "cumsum", options);
}

/** Running products; see `cumsum`. The gradient is exact where elements are 0, too. */
export function cumprod<X extends TensorLike, const O extends CumulativeOptions | number | null = null>(
  x: X,
  options?: O,
): TensorVariable<SumOf<DTypeOf<X>>, FlattenedRank<RankOf<X>, O>>;
export function cumprod(x: TensorLike, options?: CumulativeOptions | number | null): TensorVariable {
  return cumulative(x, "mul", "cumprod", options);
}
