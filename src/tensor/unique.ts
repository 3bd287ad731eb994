/** Different elements, rows or slices. */
import { fromFlat, toFlat } from "../array/index.ts";
import type { NdArray } from "../array/ndArray.ts";
import { isDiscrete } from "../dtype.ts";
import { Apply } from "../graph/apply.ts";
import { Op, type InputGradient } from "../graph/op.ts";
import type { Variable } from "../graph/variable.ts";
import { ones } from "./alloc.ts";
import { asTensor } from "./constant.ts";
import { dimshuffle, normalizeAxisOf } from "./dimshuffle.ts";
import { join } from "./join.ts";
import { and, cast, invert, isnan, neq, sub } from "./math.ts";
import { any } from "./reduction.ts";
import { ravel, reshape } from "./reshape.ts";
import { moveaxis } from "./axes.ts";
import { shape as shapeOf, shapeI } from "./shape.ts";
import { sizeProduct } from "./sizes.ts";
import { compareElements, Sort } from "./sort.ts";
import { at, flatnonzero, slice } from "./subtensor/index.ts";
import { cumsum } from "./cumulative.ts";
import { diff } from "./extraOps.ts";
import { inversePermutation } from "./permutation.ts";
import { tensorType } from "./type.ts";
import type { TensorLike, TensorVariable } from "./variable.ts";

/** The positions that put the rows of a matrix in the order of a dictionary; equal rows keep theirs. */
export class RowOrder extends Op {
  readonly name = "RowOrder";

  override makeNode(x: Variable): Apply {
    return new Apply(this, [x], [tensorType("int64", [(x as TensorVariable).type.shape[0]!])]);
  }

  override inferShape(_node: Apply, [shape]: readonly (readonly Variable[])[]): (readonly Variable[])[] {
    return [[shape![0]!]];
  }

  override perform(_node: Apply, [x]: readonly NdArray[]): NdArray[] {
    const [n, m] = x!.shape as [number, number];
    const values = toFlat(x!);
    const order = Array.from({ length: n }, (_, i) => i);
    order.sort((i, j) => {
      for (let k = 0; k < m; k++) {
        const by = compareElements(values[i * m + k]!, values[j * m + k]!);
        if (by !== 0) return by;
      }
      return i - j;
    });
    return [fromFlat(order.map(BigInt), [n], "int64")];
  }

  override connectionPattern(): boolean[][] {
    return [[false]];
  }

  override lop(): InputGradient[] {
    return [null];
  }
}

const rowOrder = new RowOrder();

export interface UniqueOptions {
  /** Also the position of the first of each. */
  readonly returnIndex?: boolean;
  /** Also, for every element (slice), the number of its equal among the results. */
  readonly returnInverse?: boolean;
  /** Also how often each occurs. */
  readonly returnCounts?: boolean;
  /** Compare the slices along this axis; all elements in C order when absent. */
  readonly axis?: number | null;
}

type Extra = { readonly returnIndex: true } | { readonly returnInverse: true } | { readonly returnCounts: true };

/**
 * The different elements in ascending order, a vector; or the different slices along an axis, in the order of a dictionary. All NaN are
 * one (but slices with NaN all differ). With extra results asked for: a list of the elements, then positions, numbers (in the shape of
 * `x`, a vector with an axis) and counts, as far as asked for, all int64. The gradient is that of the first of equal elements.
 * @throws AxisError for an axis out of range
 * @example
 * ```ts
 * import { tensor as T } from "theano";
 * const [values, counts] = T.unique([3, 1, 3, 2, 1], { returnCounts: true }) as [T.TensorVariable, T.TensorVariable];
 * console.log(String(values.eval()), String(counts.eval())); // [1. 2. 3.] [2 1 2]
 * ```
 */
export function unique(x: TensorLike, options: UniqueOptions & Extra): TensorVariable[];
export function unique(x: TensorLike, options?: UniqueOptions): TensorVariable;
export function unique(x: TensorLike, options: UniqueOptions = {}): TensorVariable | TensorVariable[] {
  const v = asTensor(x);
  const { axis = null } = options;
  const found = axis === null ? ofElements(v) : ofSlices(v, normalizeAxisOf(axis, v.ndim, "unique"));
  const n = shapeI(found.isFirst, 0);
  const starts = flatnonzero(found.isFirst);
  const values = found.pick(starts);
  const out = [values];
  if (options.returnIndex === true) out.push(at(found.order, starts));
  if (options.returnInverse === true) {
    const numbers = at(sub(cumsum(cast(found.isFirst, "int64")), 1), found.ranks);
    out.push(axis === null && v.ndim !== 1 ? reshape(numbers, shapeOf(v), { ndim: v.ndim }) : numbers);
  }
  if (options.returnCounts === true) out.push(diff(join(0, starts, dimshuffle(n, ["x"]))));
  return out.length === 1 ? values : out;
}

/** Sorted things: their old positions, the places they went to, and which of them differ from the one before. */
interface Found {
  readonly order: TensorVariable;
  readonly ranks: TensorVariable;
  readonly isFirst: TensorVariable;
  pick(places: TensorVariable): TensorVariable;
}

/** True, then whether each differs from the one before it; nothing of nothing. */
function firsts(differs: TensorVariable, n: TensorVariable): TensorVariable {
  return at(join(0, ones([1], "bool"), differs), slice(null, n));
}

function ofElements(v: TensorVariable): Found {
  const [sorted, order, ranks] = new Sort(0).makeNode(ravel(v)).outputs as [
    TensorVariable,
    TensorVariable,
    TensorVariable,
  ];
  const [next, last] = [at(sorted, slice(1, null)), at(sorted, slice(null, -1))];
  const differ = neq(next, last);
  const differs = isDiscrete(v.dtype) ? differ : and(differ, invert(and(isnan(next), isnan(last))));
  return { order, ranks, isFirst: firsts(differs, shapeI(sorted, 0)), pick: (places) => at(sorted, places) };
}

function ofSlices(v: TensorVariable, axis: number): Found {
  const moved = moveaxis(v, axis, 0);
  const [n, ...rest] = shapeOf(moved);
  const rows = reshape(moved, [n!, sizeProduct(rest)], { ndim: 2 });
  const order = rowOrder.call(rows) as TensorVariable;
  const sorted = at(rows, order);
  const differ = neq(at(sorted, slice(1, null)), at(sorted, slice(null, -1)));
  const differs = any(differ, { axis: 1 });
  return {
    order,
    ranks: inversePermutation(order),
    isFirst: firsts(differs, n!),
    pick: (places) => moveaxis(at(moved, at(order, places)), 0, axis),
  };
}
