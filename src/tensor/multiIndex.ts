/** Positions in C (or Fortran) order from indices, and back. */
import { isDiscrete } from "../dtype.ts";
import { ArgumentError, DtypeError } from "../errors.ts";
import { arange } from "./alloc.ts";
import { add, cast, clip, intDiv, lt, mod, mul, sub, switch_ } from "./math.ts";
import { operand } from "./shape.ts";
import { sizeConstant, sizeProduct } from "./sizes.ts";
import { asSizes, type SizesLike } from "./sizeArguments.ts";
import { integers, take } from "./subtensor/take.ts";
import type { TensorLike, TensorVariable } from "./variable.ts";
import type { BroadcastList } from "./functionTyping.ts";
import type { RankOf } from "./typing.ts";

/** Which index runs fastest: the last one ("C") or the first one ("F"). */
export type MemoryOrder = "C" | "F";

function whole(x: unknown, op: string): TensorVariable {
  const v = integers(x);
  if (isDiscrete(v.dtype)) return cast(v, "int64");
  throw new DtypeError(`${op}: expected integers, got ${v.dtype}.`, { op, inputs: [operand(v)] });
}

function checkOrder(order: MemoryOrder, op: string): void {
  if (order === "C" || order === "F") return;
  throw new ArgumentError(`${op}: order must be "C" or "F", got ${String(order)}.`, { op });
}

/** `i`, where 0 <= i < n; an IndexError at run time elsewhere. */
function inside(i: TensorVariable, n: TensorVariable): TensorVariable {
  // A negative number does not count from the end.
  return take(arange(n), switch_(lt(i, 0), n, i));
}

/** Elements between neighbours along each axis. */
function stridesOf(sizes: readonly TensorVariable[], order: MemoryOrder): TensorVariable[] {
  return sizes.map((_, k) => sizeProduct(order === "C" ? sizes.slice(k + 1) : sizes.slice(0, k)));
}

export interface RavelMultiIndexOptions {
  /** What an index out of range means: an error (default), the nearest one, or counting on around. One, or one for each axis. */
  readonly mode?: "raise" | "clip" | "wrap" | readonly ("raise" | "clip" | "wrap")[];
  readonly order?: MemoryOrder;
}

/**
 * Positions (int64) in an array of shape `dims` of the elements with these indices: one integer tensor for each axis, which broadcast
 * together.
 * @throws ArgumentError unless there is one tensor for each axis, DtypeError unless they hold integers, IndexError at run time for an
 * index out of range
 */
export function ravelMultiIndex<const L extends readonly TensorLike[]>(
  multiIndex: L,
  dims: SizesLike,
  options?: RavelMultiIndexOptions,
): TensorVariable<"int64", BroadcastList<L>>;
export function ravelMultiIndex(
  multiIndex: readonly TensorLike[],
  dims: SizesLike,
  options: RavelMultiIndexOptions = {},
): TensorVariable {
  const op = "ravelMultiIndex";
  const { mode = "raise", order = "C" } = options;
  checkOrder(order, op);
  const sizes = asSizes(dims, op);
  const modes = typeof mode === "string" ? sizes.map(() => mode) : mode;
  if (!Array.isArray(multiIndex) || multiIndex.length !== sizes.length || modes.length !== sizes.length) {
    throw new ArgumentError(
      `${op}: expected a list of ${sizes.length} index tensors (and as many modes), one for each of the sizes.`,
      { op },
    );
  }
  const checked = multiIndex.map((given, k) => {
    const [i, n] = [whole(given, op), sizes[k]!];
    switch (modes[k]) {
      case "raise":
        return inside(i, n);
      case "clip":
        return clip(i, 0, sub(n, 1));
      case "wrap":
        return mod(i, n);
      default:
        throw new ArgumentError(`${op}: mode must be "raise", "clip" or "wrap", got ${String(modes[k])}.`, { op });
    }
  });
  const strides = stridesOf(sizes, order);
  if (checked.length === 0) return sizeConstant(0);
  return checked.map((i, k) => mul(i, strides[k]!)).reduce((a, b) => add(a, b));
}

/**
 * The indices (int64) of the elements at these positions of an array of shape `dims`: one tensor for each axis, in the shape of `indices`.
 * @throws DtypeError unless `indices` holds integers, IndexError at run time for one out of range
 * @example
 * ```ts
 * import { tensor as T } from "theano";
 * console.log(T.unravelIndex([22, 41], [7, 6]).map((i) => String(i.eval())).join(" ")); // [3 6] [4 5]
 * ```
 */
export function unravelIndex<X extends TensorLike>(
  indices: X,
  dims: SizesLike,
  options?: { readonly order?: MemoryOrder },
): TensorVariable<"int64", RankOf<X>>[];
export function unravelIndex(
  indices: TensorLike,
  dims: SizesLike,
  options: { readonly order?: MemoryOrder } = {},
): TensorVariable[] {
  const { order = "C" } = options;
  checkOrder(order, "unravelIndex");
  const sizes = asSizes(dims, "unravelIndex");
  const position = inside(whole(indices, "unravelIndex"), sizeProduct(sizes));
  const strides = stridesOf(sizes, order);
  return sizes.map((n, k) => {
    const rest = intDiv(position, strides[k]!);
    const isOuter = order === "C" ? k === 0 : k === sizes.length - 1;
    return isOuter ? rest : mod(rest, n);
  });
}
