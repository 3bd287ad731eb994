/** Searching in sorted vectors, counting. */
import { fromFlat, toFlat } from "../array/index.ts";
import type { NdArray } from "../array/ndArray.ts";
import { isDiscrete, promoteAll } from "../dtype.ts";
import { ArgumentError, DtypeError, RankError, ShapeMismatchError, ValueError } from "../errors.ts";
import { Apply } from "../graph/apply.ts";
import { Op, type InputGradient } from "../graph/op.ts";
import type { Variable } from "../graph/variable.ts";
import type { LowerContext, Lowered } from "../ir/lowered.ts";
import type { Expr, Ref, Stmt } from "../ir/node.ts";
import { onesLike, zeros } from "./alloc.ts";
import { asTensor } from "./constant.ts";
import { join } from "./join.ts";
import { loadElement, storeElement } from "./loops.ts";
import { add, cast, lt, switch_ } from "./math.ts";
import { max } from "./reduction.ts";
import { operand } from "./shape.ts";
import { compareElements, less } from "./sort.ts";
import { at, incSubtensor } from "./subtensor/index.ts";
import { integers } from "./subtensor/take.ts";
import { tensorType } from "./type.ts";
import type { TensorLike, TensorVariable } from "./variable.ts";
import type { CountDtype } from "./functionTyping.ts";
import type { RankOf } from "./typing.ts";

/** Which of several possible places: before equal elements, or after them. */
export type Side = "left" | "right";

/** Where the elements of the second input belong in the first, a sorted vector. Both have one dtype. */
export class Searchsorted extends Op {
  readonly name = "SearchsortedOp";
  readonly side: Side;

  constructor(side: Side) {
    super();
    this.side = side;
  }

  override get key(): string {
    return `SearchsortedOp{${this.side}}`;
  }

  override makeNode(x: Variable, v: Variable): Apply {
    return new Apply(this, [x, v], [tensorType("int64", (v as TensorVariable).type.shape)]);
  }

  override inferShape(_node: Apply, [, shape]: readonly (readonly Variable[])[]): (readonly Variable[])[] {
    return [shape!];
  }

  override perform(_node: Apply, [x, v]: readonly NdArray[]): NdArray[] {
    const sorted = toFlat(x!);
    const places = Array.from(toFlat(v!), (value) => {
      const passes = (e: (typeof sorted)[number]): boolean => {
        const order = compareElements(e, value);
        return order < 0 || (order === 0 && this.side === "right");
      };
      let [low, high] = [0, sorted.length];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (passes(sorted[middle]!)) low = middle + 1;
        else high = middle;
      }
      return BigInt(low);
    });
    return [fromFlat(places, v!.shape, "int64")];
  }

  override connectionPattern(): boolean[][] {
    return [[false], [false]];
  }

  override lop(): InputGradient[] {
    return [null, null];
  }

  lower(ctx: LowerContext): Lowered {
    const { b } = ctx;
    const [sorted, values] = [ctx.inputs[0]!, ctx.inputs[1]!];
    return {
      form: "block",
      emit: ({ inputs: [x, v], outputs: [out] }) => {
        const refs = values.shape.map((_, i): Ref => b.natural(`i${i}`));
        const [low, high, middle] = [b.ref("index", "low"), b.ref("index", "high"), b.ref("index", "middle")];
        const [element, value] = [loadElement(b, sorted.dtype, x!, [middle]), loadElement(b, values.dtype, v!, refs)];
        const passes: Expr =
          this.side === "left" ? less(b, sorted.dtype, element, value) : b.not(less(b, sorted.dtype, value, element));
        const isPassed = b.ref("bool", "isPassed");
        let stmts: Stmt[] = [
          { kind: "var", ref: low, init: b.index(0) },
          { kind: "var", ref: high, init: sorted.shape[0]! },
          {
            kind: "while",
            cond: b.lt(low, high),
            body: [
              { kind: "let", ref: middle, value: b.idiv(b.add(low, high), 2) },
              { kind: "let", ref: isPassed, value: passes },
              { kind: "assign", ref: low, value: b.select(isPassed, b.add(middle, 1), low) },
              { kind: "assign", ref: high, value: b.select(isPassed, high, middle) },
            ],
          },
          ...storeElement(b, out!, refs, b.cast(low, "i64")),
        ];
        for (let i = refs.length - 1; i >= 0; i--) {
          stmts = [{ kind: "for", ref: refs[i]!, extent: values.shape[i]!, mode: "serial", body: stmts }];
        }
        return stmts;
      },
    };
  }
}

export interface SearchsortedOptions {
  /** `"left"` (default): the first place that keeps the order; `"right"`: the last. */
  readonly side?: Side;
  /** Positions that sort `x`, as `argsort` gives them. */
  readonly sorter?: TensorLike;
}

/**
 * Where each element of `v` has to be inserted in the sorted vector `x` so that it stays sorted: int64, in the shape of `v`.
 * @throws RankError unless `x` is a vector
 */
export function searchsorted<V extends TensorLike>(
  x: TensorLike,
  v: V,
  options?: SearchsortedOptions,
): TensorVariable<"int64", RankOf<V>>;
export function searchsorted(x: TensorLike, v: TensorLike, options: SearchsortedOptions = {}): TensorVariable {
  const { side = "left", sorter } = options;
  let sorted = asTensor(x);
  const values = asTensor(v, isDiscrete(sorted.dtype) ? undefined : sorted.dtype);
  const details = { op: "searchsorted", inputs: [operand(sorted), operand(values)] };
  if (sorted.ndim !== 1) throw new RankError(`searchsorted: expected a vector, got rank ${sorted.ndim}.`, details);
  if (side !== "left" && side !== "right") {
    throw new ArgumentError(`searchsorted: side must be "left" or "right", got ${String(side)}.`, details);
  }
  if (sorter !== undefined) {
    const order = asTensor(sorter);
    if (!isDiscrete(order.dtype)) throw new DtypeError("searchsorted: sorter must be integers.", details);
    sorted = at(sorted, order);
  }
  const dtype = promoteAll([sorted.dtype, values.dtype]);
  return new Searchsorted(side).call(cast(sorted, dtype), cast(values, dtype)) as TensorVariable;
}

export interface BincountOptions {
  /** What each element counts for; 1 when absent. */
  readonly weights?: TensorLike | null;
  /** Least length of the result. */
  readonly minlength?: number | null;
  /** Accepted for Theano's sake: a negative element is always an error. */
  readonly assertNonneg?: boolean;
}

/**
 * How often each number 0, 1, 2 ... occurs in a vector of integers (int64), or the sum of its weights. The length is that of the largest
 * number plus one, `minlength` at least.
 * @throws RankError, DtypeError unless `x` is a vector of integers; IndexError at run time for a negative one
 */
export function bincount<O extends BincountOptions = {}>(x: TensorLike, options?: O): TensorVariable<CountDtype<O>, 1>;
export function bincount(x: TensorLike, options: BincountOptions = {}): TensorVariable {
  const v = integers(x);
  const least = options.minlength ?? 0;
  const details = { op: "bincount", inputs: [operand(v)] };
  if (v.ndim !== 1) throw new RankError(`bincount: expected a vector, got rank ${v.ndim}.`, details);
  if (!isDiscrete(v.dtype) || v.dtype === "uint64") {
    throw new DtypeError(`bincount: expected integers, got ${v.dtype}.`, details);
  }
  if (!Number.isInteger(least) || least < 0) {
    throw new ValueError(`bincount: minlength must be a whole number, got ${least}.`, details);
  }
  const places = cast(v, "int64");
  const weights = options.weights ?? null;
  const counted = weights === null ? onesLike(places) : asTensor(weights);
  if (counted.ndim !== 1) {
    throw new ShapeMismatchError(`bincount: expected a vector of weights, got rank ${counted.ndim}.`, details);
  }
  const length = add(max(join(0, places, [BigInt(least) - 1n])), 1);
  // Indices count from the end when negative: here they must not.
  const checked = switch_(lt(places, 0), length, places);
  return incSubtensor(at(zeros([length], counted.dtype), checked), counted);
}
