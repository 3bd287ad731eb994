/** Reduction ops: elements along axes combined into one; to the largest and smallest see `extremumOps.ts`. */
import { fromFlat, readElement, type Complex, type Element } from "../array/index.ts";
import type { NdArray } from "../array/ndArray.ts";
import { isBool, isComplex, isDiscrete, isFloat, type DType } from "../dtype.ts";
import { DtypeError } from "../errors.ts";
import { Apply } from "../graph/apply.ts";
import { Op, type InputGradient } from "../graph/op.ts";
import type { Variable } from "../graph/variable.ts";
import { castValue, convert } from "../ir/fold.ts";
import type { LowerContext, Lowered } from "../ir/lowered.ts";
import type { Expr, Monoid, Ref, Stmt } from "../ir/node.ts";
import type { ScalarValue } from "../ir/scalarInstructions.ts";
import { convertElement } from "../scalar/apply.ts";
import { scalarTypeOf } from "../scalar/scalarTypes.ts";
import { dimshuffle } from "./dimshuffle.ts";
import { loadElement, storeElement } from "./loops.ts";
import { provideGradientTools } from "./elemwise.ts";
import { cast, conj, div, eq, fill, mul, switch_ } from "./math.ts";
import { tensorType } from "./type.ts";
import type { TensorVariable } from "./variable.ts";

/** How a reduction computes: in which dtype it accumulates and which it gives. */
export interface Dtypes {
  readonly acc: DType;
  readonly out: DType;
}

/** Common parts: axes, shapes, the walk over the elements. */
export abstract class CAReduce extends Op {
  /** Sorted axes of the input that are combined. */
  readonly axes: readonly number[];
  readonly #parameters: string;

  constructor(axes: readonly number[], parameters = "") {
    super();
    this.axes = axes;
    this.#parameters = parameters;
  }

  abstract dtypes(input: DType): Dtypes;
  protected abstract readonly monoid: Monoid;
  /** What does the same for bools, where they have another one. */
  protected readonly boolMonoid: Monoid | undefined = undefined;
  /** The combination of the elements of one group, which are `acc` values. */
  protected abstract combine(values: readonly Element[], acc: DType): Element;

  override get key(): string {
    return `${this.name}{${this.axes.join(",")}${this.#parameters}}`;
  }

  override toString(): string {
    return `${this.name}{axis=[${this.axes.join(", ")}]${this.#parameters.replace(";", ", ")}}`;
  }

  override makeNode(x: Variable): Apply {
    const v = x as TensorVariable;
    const { out } = this.dtypes(v.dtype);
    const shape = v.type.shape.filter((_, i) => !this.axes.includes(i));
    return new Apply(this, [v], this.outputTypes(out, shape));
  }

  protected outputTypes(out: DType, shape: readonly (number | null)[]): ReturnType<typeof tensorType>[] {
    return [tensorType(out, shape)];
  }

  override inferShape(node: Apply, [shape]: readonly (readonly Variable[])[]): Variable[][] {
    const left = shape!.filter((_, i) => !this.axes.includes(i));
    return node.outputs.map(() => left);
  }

  override perform(node: Apply, [x]: readonly NdArray[]): NdArray[] {
    const { acc, out } = this.dtypes(x!.dtype);
    const { shape, groups } = groupElements(x!, this.axes);
    const results = groups.map((g) =>
      this.combine(
        g.map((e) => convertTo(e, x!.dtype, acc)),
        acc,
      ),
    );
    return [
      fromFlat(
        results.map((e) => convertTo(e, acc, out)),
        shape,
        (node.outputs[0] as TensorVariable).dtype,
      ),
    ];
  }

  lower(ctx: LowerContext): Lowered {
    const input = ctx.inputs[0]!.dtype;
    const { acc, out } = this.dtypes(input);
    const { b } = ctx;
    return {
      form: "reduce",
      axes: this.axes,
      monoid: (isBool(acc) ? this.boolMonoid : undefined) ?? this.monoid,
      accType: scalarTypeOf(acc),
      element: (value) => convertElement(b, value, acc),
      finish: ([value]) => convertElement(b, value!, out),
      ...this.emptyFailure(ctx),
    };
  }

  protected emptyFailure(_ctx: LowerContext): { emptyFailure?: number } {
    return {};
  }

  /** A value of the reduced shape, with axes of size 1 where elements were combined. */
  protected spread(v: TensorVariable, rank: number): TensorVariable {
    return keepAxes(v, this.axes, rank);
  }
}

/** `v`, a reduction over `axes`, with those axes put back with size 1. */
export function keepAxes(v: TensorVariable, axes: readonly number[], rank: number): TensorVariable {
  const pattern: (number | "x")[] = [];
  let next = 0;
  for (let i = 0; i < rank; i++) pattern.push(axes.includes(i) ? "x" : next++);
  return dimshuffle(v, pattern);
}

/** The elements of each output position, in C order. */
export function groupElements(x: NdArray, axes: readonly number[]): { shape: number[]; groups: Element[][] } {
  const kept = x.shape.map((_, i) => i).filter((i) => !axes.includes(i));
  const moved = x.transpose([...kept, ...axes]);
  const shape = kept.map((i) => x.shape[i]!);
  const count = axes.reduce((n, a) => n * x.shape[a]!, 1);
  const flat = moved.copy();
  const groups: Element[][] = [];
  const n = shape.reduce((a, b) => a * b, 1);
  for (let i = 0; i < n; i++) {
    groups.push(Array.from({ length: count }, (_, j) => readElement(flat, i * count + j)));
  }
  return { shape, groups };
}

function convertTo(e: Element, from: DType, to: DType): Element {
  if (from === to) return e;
  if (typeof e === "object") {
    if (isBool(to)) return Number(e.re !== 0 || e.im !== 0);
    return { re: Number(convert(e.re, scalarTypeOf(to))), im: Number(convert(e.im, scalarTypeOf(to))) };
  }
  if (isComplex(to)) return { re: Number(e), im: 0 };
  const value = castValue(isBool(from) ? Boolean(e) : e, scalarTypeOf(from), scalarTypeOf(to));
  return typeof value === "boolean" ? Number(value) : value;
}

/** Neumaier's sum in double precision: at least as good as pairwise in float32 and float64. */
function preciseSum(values: readonly number[]): number {
  let total = 0;
  let error = 0;
  for (const x of values) {
    const next = total + x;
    error += Math.abs(total) >= Math.abs(x) ? total - next + x : x - next + total;
    total = next;
  }
  return Number.isFinite(total) ? total + error : total;
}

const wrapInteger = (x: ScalarValue, dtype: DType): Element =>
  castValue(x, typeof x === "bigint" ? "i64" : "f64", scalarTypeOf(dtype)) as Element;

/** Sum and Prod: dtype rules of Theano (small integers become 64 bits wide, float16 accumulates in float32). */
abstract class Accumulation extends CAReduce {
  readonly dtype: DType | undefined;
  readonly accDtype: DType | undefined;

  constructor(axes: readonly number[], dtype?: DType, accDtype?: DType) {
    super(
      axes,
      `${dtype === undefined ? "" : `;dtype=${dtype}`}${accDtype === undefined ? "" : `;acc_dtype=${accDtype}`}`,
    );
    this.dtype = dtype;
    this.accDtype = accDtype;
  }

  override dtypes(input: DType): Dtypes {
    const out = this.dtype ?? widened(input);
    const acc = this.accDtype ?? accumulatorOf(out);
    if (isDiscrete(acc) && !isDiscrete(input)) {
      throw new DtypeError(`${this.name}: ${input} cannot be accumulated in ${acc}; cast it first.`, {
        op: this.name,
      });
    }
    return { acc, out };
  }
}

/** The dtype in which a sum of dtype `out` is added up. */
export function accumulatorOf(out: DType): DType {
  return out === "float16" ? "float32" : out;
}

/** The dtype of a sum of elements of dtype `d`. */
export function widened(d: DType): DType {
  if (isBool(d) || d === "int8" || d === "int16" || d === "int32") return "int64";
  return d === "uint8" || d === "uint16" || d === "uint32" ? "uint64" : d;
}

export class Sum extends Accumulation {
  readonly name = "Sum";
  protected readonly monoid = "sum";

  protected override combine(values: readonly Element[], acc: DType): Element {
    if (isComplex(acc)) {
      const list = values as readonly Complex[];
      return { re: preciseSum(list.map((v) => v.re)), im: preciseSum(list.map((v) => v.im)) };
    }
    if (isFloat(acc)) return preciseSum(values as readonly number[]);
    return wrapInteger(
      values.reduce((a: bigint, v) => a + BigInt(v as number | bigint), 0n),
      acc,
    );
  }

  override lop(node: Apply, [g]: readonly (Variable | null)[]): InputGradient[] {
    if (g === null || g === undefined) return [null];
    const x = node.inputs[0] as TensorVariable;
    return [fill(x, this.spread(g as TensorVariable, x.ndim))];
  }
}

export class Prod extends Accumulation {
  readonly name = "Prod";
  protected readonly monoid = "prod";

  protected override combine(values: readonly Element[], acc: DType): Element {
    // Rounded after each step: a product that is too large on the way stays infinite.
    const round = acc === "float32" || acc === "complex64" ? Math.fround : (x: number): number => x;
    if (isComplex(acc)) {
      const times = (a: number, b: number): number => round(a * b);
      return (values as readonly Complex[]).reduce(
        (a, v) => ({
          re: round(times(a.re, v.re) - times(a.im, v.im)),
          im: round(times(a.re, v.im) + times(a.im, v.re)),
        }),
        { re: 1, im: 0 },
      );
    }
    if (isFloat(acc)) return (values as readonly number[]).reduce((a, v) => round(a * v), 1);
    return wrapInteger(
      values.reduce((a: bigint, v) => a * BigInt(v as number | bigint), 1n),
      acc,
    );
  }

  /** Parts of a complex product do not combine on their own. */
  override lower(ctx: LowerContext): Lowered {
    const { b } = ctx;
    const [input, output] = [ctx.inputs[0]!, ctx.outputs[0]!];
    const { acc } = this.dtypes(input.dtype);
    if (!isComplex(acc)) return super.lower(ctx);
    const type = scalarTypeOf(acc);
    return {
      form: "block",
      emit: ({ inputs: [x], outputs: [out] }) => {
        const refs = input.shape.map((_, i) => b.natural(`i${i}`));
        const kept = refs.filter((_, i) => !this.axes.includes(i));
        const [re, im, nextRe, nextIm] = ["re", "im", "next.re", "next.im"].map((name) => b.ref(type, name)) as [
          Ref,
          Ref,
          Ref,
          Ref,
        ];
        const [xr, xi] = convertElement(b, loadElement(b, input.dtype, x!, refs), acc) as readonly [Expr, Expr];
        const loop = (axis: number, body: Stmt[]): Stmt[] => [
          { kind: "for", ref: refs[axis]!, extent: input.shape[axis]!, mode: "serial", body },
        ];
        let stmts: Stmt[] = [
          { kind: "let", ref: nextRe, value: b.sub(b.mul(re, xr), b.mul(im, xi)) },
          { kind: "let", ref: nextIm, value: b.add(b.mul(re, xi), b.mul(im, xr)) },
          { kind: "assign", ref: re, value: nextRe },
          { kind: "assign", ref: im, value: nextIm },
        ];
        for (const axis of this.axes.toReversed()) stmts = loop(axis, stmts);
        stmts = [
          { kind: "var", ref: re, init: b.constant(type, 1) },
          { kind: "var", ref: im, init: b.constant(type, 0) },
          ...stmts,
          ...storeElement(b, out!, kept, convertElement(b, [re, im], output.dtype)),
        ];
        for (let axis = refs.length - 1; axis >= 0; axis--) if (!this.axes.includes(axis)) stmts = loop(axis, stmts);
        return stmts;
      },
    };
  }

  /** The product of the other elements: no division by an element that is zero. */
  override lop(node: Apply, [g]: readonly (Variable | null)[]): InputGradient[] {
    if (g === null || g === undefined) return [null];
    const x = node.inputs[0] as TensorVariable;
    const out = node.outputs[0] as TensorVariable;
    const { ndim } = x;
    const zero = eq(x, 0);
    const withoutZeros = switch_(zero, 1, x);
    const zeros = this.spread(new Sum(this.axes).call(cast(zero, "int64")) as TensorVariable, ndim);
    const rest = this.spread(new Prod(this.axes).call(withoutZeros) as TensorVariable, ndim);
    const others = switch_(
      zero,
      switch_(eq(zeros, 1), rest, 0),
      switch_(eq(zeros, 0), div(this.spread(out, ndim), withoutZeros), 0),
    );
    return [mul(this.spread(g as TensorVariable, ndim), conj(others))];
  }
}

/** All and Any: of what is not zero. */
abstract class Logical extends CAReduce {
  override dtypes(): Dtypes {
    return { acc: "bool", out: "bool" };
  }
  override lop(): InputGradient[] {
    return [null];
  }
}

export class All extends Logical {
  readonly name = "All";
  protected readonly monoid = "and";
  protected override combine(values: readonly Element[]): Element {
    return Number(values.every(Boolean));
  }
}

export class Any extends Logical {
  readonly name = "Any";
  protected readonly monoid = "or";
  protected override combine(values: readonly Element[]): Element {
    return Number(values.some(Boolean));
  }
}

provideGradientTools({
  sumKeepingDims: (x, axes) => keepAxes(new Sum(axes).call(x) as TensorVariable, axes, x.ndim),
});
