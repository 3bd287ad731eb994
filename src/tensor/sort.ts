/** Sorting along an axis. */
import { fromFlat, toFlat, type Complex, type Element } from "../array/index.ts";
import type { NdArray } from "../array/ndArray.ts";
import { isComplex, isDiscrete, type DType } from "../dtype.ts";
import { Apply } from "../graph/apply.ts";
import { Op, type InputGradient } from "../graph/op.ts";
import type { Variable } from "../graph/variable.ts";
import type { IrBuilder } from "../ir/build.ts";
import type { ElementValue, LowerContext, Lowered } from "../ir/lowered.ts";
import type { Expr, LoopMode, Ref, Stmt } from "../ir/node.ts";
import { arange } from "./alloc.ts";
import { asTensor } from "./constant.ts";
import { dimshuffle, normalizeAxisOf } from "./dimshuffle.ts";
import { GroupSort, LANES, LEAST_LINES, mostInGroups } from "./groupSort.ts";
import { isPair, loadElement, storeElement, type Operand } from "./loops.ts";
import { RadixSort, type SortOperands } from "./radixSort.ts";
import { optionsOf } from "./options.ts";
import { ravel } from "./reshape.ts";
import { shapeI } from "./shape.ts";
import { at } from "./subtensor/index.ts";
import { tensorType } from "./type.ts";
import type { DTypeOf, RankOf } from "./typing.ts";
import type { TensorLike, TensorVariable } from "./variable.ts";

/**
 * The elements of each line along an axis in ascending order, equal ones in their old order, NaN last. Complex numbers are ordered by their
 * real parts, then their imaginary parts. Outputs: the values; the position that each came from; the place that each element went to (the
 * inverse of the second).
 */
export class Sort extends Op {
  readonly name = "Sort";
  readonly axis: number;

  constructor(axis: number) {
    super();
    this.axis = axis;
  }

  override get key(): string {
    return `Sort{${this.axis}}`;
  }

  override toString(): string {
    return `Sort{axis=${this.axis}}`;
  }

  override makeNode(x: Variable): Apply {
    const v = x as TensorVariable;
    normalizeAxisOf(this.axis, v.ndim, "sort");
    const positions = tensorType("int64", v.type.shape);
    return new Apply(this, [v], [tensorType(v.dtype, v.type.shape), positions, positions]);
  }

  override inferShape(_node: Apply, [shape]: readonly (readonly Variable[])[]): (readonly Variable[])[] {
    return [shape!, shape!, shape!];
  }

  override perform(_node: Apply, [x]: readonly NdArray[]): NdArray[] {
    const { shape, dtype } = x!;
    const n = shape[this.axis]!;
    const inner = shape.slice(this.axis + 1).reduce((p, q) => p * q, 1);
    const values = toFlat(x!);
    const sorted = new Array<Element>(values.length);
    const [order, ranks] = [new Array<bigint>(values.length), new Array<bigint>(values.length)];
    for (let line = 0; line * n < values.length; line++) {
      const start = Math.floor(line / inner) * n * inner + (line % inner);
      const positions = Array.from({ length: n }, (_, i) => i);
      positions.sort((i, j) => compareElements(values[start + i * inner]!, values[start + j * inner]!));
      for (const [place, i] of positions.entries()) {
        sorted[start + place * inner] = values[start + i * inner]!;
        order[start + place * inner] = BigInt(i);
        ranks[start + i * inner] = BigInt(place);
      }
    }
    return [fromFlat(sorted, shape, dtype), fromFlat(order, shape, "int64"), fromFlat(ranks, shape, "int64")];
  }

  override connectionPattern(): boolean[][] {
    return [[true, false, false]];
  }

  /** Each element's gradient is that of the place it went to. */
  override lop(node: Apply, [g]: readonly (Variable | null)[]): InputGradient[] {
    if (g === null || g === undefined || isDiscrete((node.inputs[0] as TensorVariable).dtype)) return [null];
    return [atAlong(g as TensorVariable, node.outputs[2] as TensorVariable, this.axis)];
  }

  lower(ctx: LowerContext): Lowered {
    const { b } = ctx;
    const { shape, dtype } = ctx.inputs[0]!;
    const { axis } = this;
    const n = shape[axis]!;
    const others = shape.map((_, i) => i).filter((i) => i !== axis);
    return {
      form: "block",
      emit: ({ inputs: [x], outputs: [values, order, ranks], host }) => {
        const all = { x: x!, values: values!, order: order!, ranks: ranks! };
        const used: SortOperands = {
          x: x!,
          ...(ctx.isUsed(0) ? { values: values! } : {}),
          ...(ctx.isUsed(1) ? { order: order! } : {}),
          ...(ctx.isUsed(2) ? { ranks: ranks! } : {}),
        };
        // Complex numbers have no keys.
        const isMerged = isComplex(dtype);
        const single = (): Stmt[] =>
          overAxes(b, shape, others, isMerged ? "serial" : "parallel", (index) => {
            const place = (p: Expr): Expr[] => index.with(axis, p);
            const sort = isMerged
              ? new LineSort(b, dtype, n, all, place)
              : new RadixSort(b, dtype, n, used, place, host, { isAlone: others.length === 0 });
            return sort.statements();
          });
        const across = acrossOf(shape, others);
        if (isMerged || across === undefined || used.values === undefined || used.order || used.ranks) return single();
        const outer = others.filter((i) => i !== across);
        const grouped = (): Stmt[] =>
          overAxes(b, shape, outer, "parallel", (index) => {
            const place = (line: Expr, p: Expr): Expr[] => index.with(axis, p).with(across, line);
            const options = { dtype, n, lines: shape[across]!, x: x!, values: values!, place, host };
            return new GroupSort(b, options).statements(outer.length === 0 ? "parallel" : "serial");
          });
        const pays = b.and(b.le(n, mostInGroups(dtype)), b.ge(shape[across]!, LEAST_LINES));
        if (pays.kind === "const") return pays.value === true ? grouped() : single();
        return [{ kind: "if", cond: pays, then: grouped(), else: single() }];
      },
    };
  }
}

/** Loops over some axes, the first in `mode`, around what `body` makes of their variables (by axis; those of other axes have no value). */
function overAxes(
  b: IrBuilder,
  shape: readonly Expr[],
  axes: readonly number[],
  mode: LoopMode,
  body: (index: readonly Expr[]) => Stmt[],
): Stmt[] {
  const index = shape.map((_, i) => b.natural(`i${i}`));
  return axes.reduceRight<Stmt[]>(
    (inner, i) => [
      { kind: "for", ref: index[i]!, extent: shape[i]!, mode: i === axes[0] ? mode : "serial", body: inner },
    ],
    body(index),
  );
}

/** The axis whose lines are sorted together: the last one, for neighbours in memory, that may have a group of them. */
function acrossOf(shape: readonly Expr[], others: readonly number[]): number | undefined {
  const mayFill = (size: Expr): boolean => size.kind !== "const" || Number(size.value) >= LANES;
  return others.findLast((i) => mayFill(shape[i]!)) ?? others.at(-1);
}

/** -1, 0 or 1; what is not a number comes last. */
export function compareElements(x: Element, y: Element): number {
  if (typeof x === "object") return compareComplex(x, y as Complex);
  if (x !== x || y !== y) return Number(x !== x) - Number(y !== y);
  return x < (y as number) ? -1 : Number(x > (y as number));
}

/** Numbers, then those with NaN as imaginary part, then as real part, then as both; each by the parts that are numbers. */
function compareComplex(x: Complex, y: Complex): number {
  const rank = ({ re, im }: Complex): number => 2 * Number(re !== re) + Number(im !== im);
  const by = rank(x) - rank(y);
  if (by !== 0) return by;
  if (x.re < y.re) return -1;
  if (x.re > y.re) return 1;
  return x.im < y.im ? -1 : Number(x.im > y.im);
}

/**
 * A merge sort of positions: runs of 1, 2, 4 ... merged from one buffer to the other and back. `order` and `ranks` hold positions while merging; the
 * sorted ones end up in `order`.
 */
class LineSort {
  readonly #b: IrBuilder;
  readonly #dtype: DType;
  readonly #n: Expr;
  readonly #operands: Required<SortOperands>;
  readonly #place: (p: Expr) => Expr[];

  constructor(b: IrBuilder, dtype: DType, n: Expr, operands: Required<SortOperands>, place: (p: Expr) => Expr[]) {
    this.#b = b;
    this.#dtype = dtype;
    this.#n = n;
    this.#operands = operands;
    this.#place = place;
  }

  statements(): Stmt[] {
    const b = this.#b;
    const { x, values, order, ranks } = this.#operands;
    const width = b.ref("index", "width");
    const first = b.natural("p");
    const last = b.natural("p");
    const from = b.ref("index", "from");
    return [
      this.#loop(first, this.#write(order, first, first)),
      { kind: "var", ref: width, init: b.index(1) },
      {
        kind: "while",
        cond: b.lt(width, this.#n),
        body: [
          ...this.#merge(order, ranks, width),
          ...this.#merge(ranks, order, b.mul(width, 2)),
          { kind: "assign", ref: width, value: b.mul(width, 4) },
        ],
      },
      this.#loop(last, [
        { kind: "let", ref: from, value: this.#read(order, last) },
        ...this.#write(ranks, from, last),
        ...storeElement(b, values, this.#place(last), loadElement(b, this.#dtype, x, this.#place(from))),
      ]),
    ];
  }

  #loop(ref: Ref, body: readonly Stmt[]): Stmt {
    return { kind: "for", ref, extent: this.#n, mode: "serial", body };
  }

  #read(from: Operand, p: Expr): Expr {
    return this.#b.cast(loadElement(this.#b, "int64", from, this.#place(p)) as Expr, "index");
  }

  #write(to: Operand, p: Expr, value: Expr): Stmt[] {
    return storeElement(this.#b, to, this.#place(p), this.#b.cast(value, "i64"));
  }

  /** Merges neighbouring runs of `width` positions. */
  #merge(from: Operand, to: Operand, width: Expr): Stmt[] {
    const b = this.#b;
    const n = this.#n;
    const step = b.mul(width, 2);
    const [k, p] = [b.natural("k"), b.natural("p")];
    const index = (name: string): Ref => b.ref("index", name);
    const [low, middle, high] = [index("low"), index("middle"), index("high")];
    const [i, j] = [index("i"), index("j")];
    const [left, right, isRight] = [index("left"), index("right"), b.ref("bool", "isRight")];
    // A run that is used up is still read, at a position that exists.
    const clip = (at: Expr): Expr => b.min(at, b.sub(n, 1));
    const element = (at: Expr): ElementValue => loadElement(b, this.#dtype, this.#operands.x, this.#place(at));
    const precedes = less(b, this.#dtype, element(right), element(left));
    const body: Stmt[] = [
      { kind: "let", ref: left, value: this.#read(from, clip(i)) },
      { kind: "let", ref: right, value: this.#read(from, clip(j)) },
      { kind: "let", ref: isRight, value: b.and(b.lt(j, high), b.or(b.ge(i, middle), precedes)) },
      ...this.#write(to, b.add(low, p), b.select(isRight, right, left)),
      { kind: "assign", ref: i, value: b.select(isRight, i, b.add(i, 1)) },
      { kind: "assign", ref: j, value: b.select(isRight, b.add(j, 1), j) },
    ];
    const runs = b.idiv(b.add(n, b.sub(step, 1)), step);
    return [
      {
        kind: "for",
        ref: k,
        extent: runs,
        mode: "serial",
        body: [
          { kind: "let", ref: low, value: b.mul(k, step) },
          { kind: "let", ref: middle, value: b.min(b.add(low, width), n) },
          { kind: "let", ref: high, value: b.min(b.add(low, step), n) },
          { kind: "var", ref: i, init: low },
          { kind: "var", ref: j, init: middle },
          { kind: "for", ref: p, extent: b.sub(high, low), mode: "serial", body },
        ],
      },
    ];
  }
}

/** Does `x` come before `y`? */
export function less(b: IrBuilder, dtype: DType, x: ElementValue, y: ElementValue): Expr {
  if (isPair(x) && isPair(y)) {
    const rank = ([re, im]: readonly [Expr, Expr]): Expr =>
      b.add(b.select(b.ne(re, re), b.index(2), b.index(0)), b.select(b.ne(im, im), b.index(1), b.index(0)));
    const parts = b.or(b.lt(x[0], y[0]), b.and(b.not(b.gt(x[0], y[0])), b.lt(x[1], y[1])));
    return b.or(b.lt(rank(x), rank(y)), b.and(b.eq(rank(x), rank(y)), parts));
  }
  const [p, q] = [x as Expr, y as Expr];
  if (dtype === "bool") return b.and(b.not(p), q);
  if (isDiscrete(dtype)) return b.lt(p, q);
  const wide = (e: Expr): Expr => (dtype === "float16" ? b.cast(e, "f32") : e);
  return b.or(b.lt(wide(p), wide(q)), b.and(b.eq(wide(p), wide(p)), b.ne(wide(q), wide(q))));
}

/** The elements of `x` at `positions` along an axis; they have the same sizes along the others. */
export function atAlong(x: TensorVariable, positions: TensorVariable, axis: number): TensorVariable {
  if (x.ndim === 1) return at(x, positions);
  const index = x.type.shape.map((_, k) =>
    k === axis
      ? positions
      : dimshuffle(
          arange(shapeI(x, k)),
          x.type.shape.map((__, i) => (i === k ? 0 : "x")),
        ),
  );
  return at(x, ...index);
}

/** Along which axis elements are sorted. */
export interface SortOptions {
  /** The last axis when absent; all elements in C order for `null`. */
  readonly axis?: number | null;
}

function sorted(x: TensorLike, options: SortOptions | number | null | undefined, name: string): TensorVariable[] {
  const { axis = -1 } = optionsOf<SortOptions, "axis">(options, "axis");
  const given = asTensor(x);
  const v = axis === null ? ravel(given) : given;
  return new Sort(normalizeAxisOf(axis ?? 0, v.ndim, name)).makeNode(v).outputs as TensorVariable[];
}

/**
 * The elements in ascending order along an axis. NaN comes last, complex numbers are ordered by real, then imaginary part. The gradient of
 * an element is that of the place it went to.
 * @throws AxisError for an axis out of range, and for a scalar
 */
export function sort<X extends TensorLike>(x: X, options?: SortOptions | number): TensorVariable<DTypeOf<X>, RankOf<X>>;
export function sort<X extends TensorLike>(x: X, options?: SortOptions | number | null): TensorVariable<DTypeOf<X>>;
export function sort(x: TensorLike, options?: SortOptions | number | null): TensorVariable {
  return sorted(x, options, "sort")[0]!;
}

/** The positions (int64) that `sort` takes its elements from; those of equal elements ascend. */
export function argsort<X extends TensorLike>(x: X, options?: SortOptions | number): TensorVariable<"int64", RankOf<X>>;
export function argsort<X extends TensorLike>(x: X, options?: SortOptions | number | null): TensorVariable<"int64">;
export function argsort(x: TensorLike, options?: SortOptions | number | null): TensorVariable {
  return sorted(x, options, "argsort")[1]!;
}
