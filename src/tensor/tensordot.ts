/** Sums of products over chosen axes. */
import { ArgumentError, AxisError, ShapeMismatchError } from "../errors.ts";
import { batchedOp } from "./batchedProduct.ts";
import { dimshuffle, normalizeAxisOf } from "./dimshuffle.ts";
import { mul } from "./math.ts";
import { dotOp, operands } from "./matrixProduct.ts";
import { optionsOf } from "./options.ts";
import { reshape } from "./reshape.ts";
import { operand, shape as shapeOf, specifyShape } from "./shape.ts";
import { sizeProduct } from "./sizes.ts";
import type { Promoted, RankOf } from "./typing.ts";
import type { TensorLike, TensorVariable } from "./variable.ts";
import type { BatchedRank, InnerRank, TensordotRank } from "./functionTyping.ts";

/** How many axes (the last of x with the first of y), or which. */
export type TensordotAxes = number | readonly [readonly number[] | number, readonly number[] | number];

function contractedAxes(
  op: string,
  a: TensorVariable,
  b: TensorVariable,
  axes: TensordotAxes,
  first: number,
): [number[], number[]] {
  const list = (v: readonly number[] | number): readonly number[] => (typeof v === "number" ? [v] : v);
  let [p, q] = [[] as readonly number[], [] as readonly number[]];
  if (typeof axes === "number") {
    if (!Number.isInteger(axes) || axes < 0 || axes > Math.min(a.ndim, b.ndim) - first) {
      throw new AxisError(`${op}: ${axes} axes cannot be summed over for ranks ${a.ndim} and ${b.ndim}.`, {
        op,
        inputs: [operand(a), operand(b)],
      });
    }
    p = Array.from({ length: axes }, (_, k) => a.ndim - axes + k);
    q = Array.from({ length: axes }, (_, k) => first + k);
  } else if (!Array.isArray(axes) || axes.length !== 2) {
    throw new ArgumentError(`${op}: axes must be a number or two lists of axes.`, { op });
  } else [p, q] = [list(axes[0]), list(axes[1])];
  const normal = [p.map((k) => normalizeAxisOf(k, a.ndim, op)), q.map((k) => normalizeAxisOf(k, b.ndim, op))] as const;
  if (p.length !== q.length || normal.some((l) => new Set(l).size !== l.length)) {
    throw new AxisError(`${op}: axes [${p}] and [${q}] must be as many, each named once.`, { op });
  }
  for (const [i, k] of normal[0].entries()) {
    const [n, m] = [a.type.shape[k]!, b.type.shape[normal[1][i]!]!];
    if (n === null || m === null || n === m) continue;
    throw new ShapeMismatchError(
      `${op}: axis ${k} of the first has size ${n}, axis ${normal[1][i]} of the second ${m}.`,
      {
        op,
        inputs: [operand(a), operand(b)],
      },
    );
  }
  return [[...normal[0]], [...normal[1]]];
}

/** `b` with the sizes of the contracted axes of `a`: of several, their product alone would be compared. */
function matched(a: TensorVariable, b: TensorVariable, p: readonly number[], q: readonly number[]): TensorVariable {
  if (p.length < 2) return b;
  const sizes = shapeOf(a);
  return specifyShape(
    b,
    b.type.shape.map((_, k) => (q.includes(k) ? sizes[p[q.indexOf(k)]!]! : null)),
  );
}

export interface TensordotOptions {
  readonly axes?: TensordotAxes;
}

/** Sum of products over pairs of axes: by default the last two of `x` and the first two of `y`. */
export function tensordot<
  X extends TensorLike,
  Y extends TensorLike,
  const O extends TensordotAxes | TensordotOptions = 2,
>(x: X, y: Y, options?: O): TensorVariable<Promoted<X, Y>, TensordotRank<RankOf<X>, RankOf<Y>, O>>;
export function tensordot(x: TensorLike, y: TensorLike, options?: TensordotAxes | TensordotOptions): TensorVariable {
  const [a, given] = operands(x, y);
  const { axes = 2 } = optionsOf<TensordotOptions, "axes">(options, "axes");
  const [p, q] = contractedAxes("tensordot", a, given, axes, 0);
  const b = matched(a, given, p, q);
  const restA = Array.from({ length: a.ndim }, (_, k) => k).filter((k) => !p.includes(k));
  const restB = Array.from({ length: b.ndim }, (_, k) => k).filter((k) => !q.includes(k));
  const [sa, sb] = [shapeOf(a), shapeOf(b)];
  const inner = sizeProduct(p.map((k) => sa[k]!));
  const left = asMatrix(dimshuffle(a, [...restA, ...p]), restA.length, sizeProduct(restA.map((k) => sa[k]!)), inner);
  const right = asMatrix(dimshuffle(b, [...q, ...restB]), q.length, inner, sizeProduct(restB.map((k) => sb[k]!)));
  const out = dotOp.call(left, right) as TensorVariable;
  if (restA.length === 1 && restB.length === 1) return out;
  return reshape(out, [...restA.map((k) => sa[k]!), ...restB.map((k) => sb[k]!)]);
}

function asMatrix(x: TensorVariable, rows: number, n: TensorVariable, m: TensorVariable): TensorVariable {
  return x.ndim === 2 && rows === 1 ? x : reshape(x, [n, m]);
}

/** {@link tensordot} of `x[i]` and `y[i]` for each `i` of the first axis; axes count with the batch axis. */
export function batchedTensordot<
  X extends TensorLike,
  Y extends TensorLike,
  const O extends TensordotAxes | TensordotOptions = 2,
>(x: X, y: Y, options?: O): TensorVariable<Promoted<X, Y>, BatchedRank<RankOf<X>, RankOf<Y>, O>>;
export function batchedTensordot(
  x: TensorLike,
  y: TensorLike,
  options?: TensordotAxes | TensordotOptions,
): TensorVariable {
  const [a, given] = operands(x, y);
  const { axes = 2 } = optionsOf<TensordotOptions, "axes">(options, "axes");
  const [p, q] = contractedAxes("batchedTensordot", a, given, axes, 1);
  const b = matched(a, given, p, q);
  const rest = (v: TensorVariable, used: readonly number[]): number[] =>
    Array.from({ length: v.ndim }, (_, k) => k).filter((k) => k > 0 && !used.includes(k));
  const [restA, restB] = [rest(a, p), rest(b, q)];
  const [sa, sb] = [shapeOf(a), shapeOf(b)];
  const inner = sizeProduct(p.map((k) => sa[k]!));
  const left = reshape(dimshuffle(a, [0, ...restA, ...p]), [sa[0]!, sizeProduct(restA.map((k) => sa[k]!)), inner]);
  const right = reshape(dimshuffle(b, [0, ...q, ...restB]), [sb[0]!, inner, sizeProduct(restB.map((k) => sb[k]!))]);
  const out = batchedOp.call(left, right) as TensorVariable;
  return reshape(out, [sa[0]!, ...restA.map((k) => sa[k]!), ...restB.map((k) => sb[k]!)]);
}

/** All products of an element of `x` with one of `y`: a matrix; operands are read as vectors. */
export function outer<X extends TensorLike, Y extends TensorLike>(x: X, y: Y): TensorVariable<Promoted<X, Y>, 2>;
export function outer(x: TensorLike, y: TensorLike): TensorVariable {
  const flat = (v: TensorVariable): TensorVariable => (v.ndim === 1 ? v : reshape(v, [sizeProduct(shapeOf(v))]));
  const [a, b] = operands(x, y).map(flat) as [TensorVariable, TensorVariable];
  return mul(dimshuffle(a, [0, "x"]), dimshuffle(b, ["x", 0]));
}

/** Sum of products over the last axis of both: NumPy's `inner`. */
export function inner<X extends TensorLike, Y extends TensorLike>(
  x: X,
  y: Y,
): TensorVariable<Promoted<X, Y>, InnerRank<RankOf<X>, RankOf<Y>>>;
export function inner(x: TensorLike, y: TensorLike): TensorVariable {
  const [a, b] = operands(x, y);
  return a.ndim === 0 || b.ndim === 0 ? mul(a, b) : tensordot(a, b, [[a.ndim - 1], [b.ndim - 1]]);
}
