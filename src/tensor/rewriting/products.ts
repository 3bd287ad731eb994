/** Products of matrices: the cheapest order, diagonals and sums without the product, identities, outer products. */
import type { Apply } from "../../graph/apply.ts";
import { nodeRule, type Rule, type RuleContext, type RuleResult } from "../../graph/rewriting/rule.ts";
import type { Variable } from "../../graph/variable.ts";
import { isFloat } from "../../dtype.ts";
import { Eye } from "../alloc.ts";
import { TensorConstant } from "../constant.ts";
import { dimshuffle, DimShuffle } from "../dimshuffle.ts";
import { BatchedDot, Dot, dot } from "../dot.ts";
import { mul, sqr } from "../math.ts";
import { Sum } from "../reduction.ts";
import { reshape } from "../reshape.ts";
import { shapeI } from "../shape.ts";
import { sizeProduct } from "../sizes.ts";
import { FULL_SLICE } from "../subtensor/entries.ts";
import { AllocDiag, ExtractDiag } from "../subtensor/take.ts";
import type { TensorVariable } from "../variable.ts";
import { elemNode, isSameSize, like, scalarValue, withSize } from "./matchers.ts";
import { select } from "./subtensor.ts";

type T = TensorVariable;

const transposed = (m: T): T => dimshuffle(m, [1, 0]);

/** The operands of a product that only one client uses. */
function productOf(v: Variable, ctx: RuleContext): [T, T] | null {
  if (v.owner === null || !(v.owner.op instanceof Dot) || ctx.clientCount(v) > 1) return null;
  return v.owner.inputs as [T, T];
}

// --- order -------------------------------------------------------------------------------------

/** The longest chain of products whose order is chosen at once: the work grows with the cube. */
const MAX_CHAIN = 32;

/** The factors of a chain of products of matrices that nobody else uses. */
function factorsOf(v: T, ctx: RuleContext, root: boolean, factors: T[]): void {
  const operands = root ? (v.owner!.inputs as [T, T]) : productOf(v, ctx);
  if (operands === null || operands.some((x) => x.dtype !== v.dtype) || factors.length >= MAX_CHAIN) factors.push(v);
  else for (const x of operands) factorsOf(x, ctx, false, factors);
}

/** The order of a chain of factors with sizes n[i] x n[i+1] that takes the fewest multiplications (Cormen et al., 15.2). */
function bestOrder(n: readonly number[]): { cost: number; split: (i: number, j: number) => number } {
  const count = n.length - 1;
  const cost = Array.from({ length: count }, () => new Float64Array(count));
  const splits = Array.from({ length: count }, () => new Int32Array(count));
  for (let length = 2; length <= count; length++) {
    for (let i = 0; i + length <= count; i++) {
      const j = i + length - 1;
      cost[i]![j] = Infinity;
      for (let k = i; k < j; k++) {
        const c = cost[i]![k]! + cost[k + 1]![j]! + n[i]! * n[k + 1]! * n[j + 1]!;
        if (c < cost[i]![j]!) [cost[i]![j], splits[i]![j]] = [c, k];
      }
    }
  }
  return { cost: cost[0]![count - 1]!, split: (i, j) => splits[i]![j]! };
}

/** Rows and columns of an operand: a vector is a row on the left of a product and a column on the right. */
function sizeOf(v: T, isLeft: boolean, unknown: number): [number, number] {
  const [n, m] = v.type.shape.map((k) => k ?? unknown);
  if (v.ndim === 2) return [n!, m!];
  return isLeft ? [1, n!] : [n!, 1];
}

/** Multiplications of the chain as it is written. */
function costOf(v: T, ctx: RuleContext, root: boolean, unknown: number): number {
  const operands = root ? (v.owner!.inputs as [T, T]) : productOf(v, ctx);
  if (operands === null || operands.some((x) => x.dtype !== v.dtype)) return 0;
  const [a, b] = operands;
  const [[rows, inner], [, columns]] = [sizeOf(a, true, unknown), sizeOf(b, false, unknown)];
  return costOf(a, ctx, false, unknown) + costOf(b, ctx, false, unknown) + rows * inner * columns;
}

/**
 * A.B.C in the cheapest order. Vectors tell it without sizes: (A.B).x = A.(B.x). Otherwise all sizes must be known.
 */
function chainOrder(node: Apply, ctx: RuleContext): RuleResult {
  const out = node.outputs[0] as T;
  if (!(node.op instanceof Dot) || !isFloat(out.dtype)) return null;
  const factors: T[] = [];
  factorsOf(out, ctx, true, factors);
  if (factors.length < 3 || factors.length > MAX_CHAIN) return null;
  const [first, last] = [factors[0]!, factors.at(-1)!];
  // A vector in the middle is a column of one product and a row of the next.
  if (factors.slice(1, -1).some((v) => v.ndim !== 2)) return null;
  // Any number above 1 stands for a size that is not known: a vector makes every other order dearer.
  const unknown = first.ndim === 1 || last.ndim === 1 ? 1000 : NaN;
  const sizes = factors.map((v, i) => sizeOf(v, i < factors.length - 1, unknown));
  const edges = [sizes[0]![0], ...sizes.map(([, columns]) => columns)];
  if (edges.some(Number.isNaN)) return null;
  const { cost, split } = bestOrder(edges);
  if (cost >= costOf(out, ctx, true, unknown)) return null;
  const build = (i: number, j: number): T => {
    if (i === j) return factors[i]!;
    const k = split(i, j);
    return dot(build(i, k), build(k + 1, j));
  };
  return build(0, factors.length - 1);
}

// --- parts of a product ------------------------------------------------------------------------

/** sum(dot(A, B), axis=0) = dot(sum(A, axis=0), B): a vector instead of a matrix in between. */
function sumOfProduct(node: Apply, ctx: RuleContext): RuleResult {
  const { op } = node;
  const operands = productOf(node.inputs[0]!, ctx);
  const arg = node.inputs[0] as T;
  if (!(op instanceof Sum) || operands === null || arg.dtype !== (node.outputs[0] as T).dtype) return null;
  const [a, b] = operands;
  if (arg.ndim === 0 || a.dtype !== arg.dtype || b.dtype !== arg.dtype || !isFloat(arg.dtype)) return null;
  const sum = (v: T, axis: number): T => new Sum([axis], op.dtype, op.accDtype).call(v) as T;
  const rows = a.ndim === 2 && op.axes.includes(0);
  const columns = b.ndim === 2 && op.axes.includes(a.ndim - 1);
  return rows || columns ? dot(rows ? sum(a, 0) : a, columns ? sum(b, 1) : b) : null;
}

/** diag(dot(A, B)) = sum(A * B.T, axis=1): n products instead of n*n. */
function diagonalOfProduct(node: Apply, ctx: RuleContext): RuleResult {
  const { op } = node;
  const operands = productOf(node.inputs[0]!, ctx);
  if (!(op instanceof ExtractDiag) || operands === null || op.offset !== 0) return null;
  const [a, b] = operands;
  if (a.ndim !== 2 || b.ndim !== 2 || !isFloat(a.dtype) || a.dtype !== b.dtype) return null;
  // Sizes that do not agree stay an error, unless one of them is 1 and broadcasts.
  if ((a.type.shape[1] === 1) !== (b.type.shape[0] === 1)) return null;
  // A product that is not square has a diagonal shorter than A has rows, or B columns.
  const isSquare = isSameSize(ctx.shapeOf(a)[0]!, ctx.shapeOf(b)[1]!, ctx);
  const stop = isSquare ? null : (ctx.shapeOf(node.outputs[0]!)[0] as T);
  const upTo = (v: T): T => select(v, [{ kind: "slice", start: null, stop, step: null }, FULL_SLICE]);
  return new Sum([1]).call(mul(upTo(a), upTo(transposed(b)))) as T;
}

/** diag(diag(x)) = x. */
function diagonalOfDiagonal(node: Apply): RuleResult {
  const { op } = node;
  const inner = node.inputs[0]!.owner;
  if (!(op instanceof ExtractDiag) || inner === null || !(inner.op instanceof AllocDiag)) return null;
  const made = inner.op;
  if (made.offset !== op.offset || made.axis1 !== op.axis1 || made.axis2 !== op.axis2) return null;
  return isSquareDiagonal(inner) ? inner.inputs[0]! : null;
}

/** Are both sizes of a matrix made from a vector that of the vector, so that all of it and nothing else is the diagonal? */
export function isSquareDiagonal(node: Apply): boolean {
  const { op } = node;
  if (!(op instanceof AllocDiag) || op.offset !== 0) return false;
  const [x, n, m] = node.inputs as [T, T, T];
  return n === m && x.type.shape.length === 1;
}

/** dot(diag(d), X) = X with its rows scaled. */
function dotWithDiagonal(node: Apply, ctx: RuleContext): RuleResult {
  const out = node.outputs[0] as T;
  if (!(node.op instanceof Dot)) return null;
  const [a, b] = node.inputs as [T, T];
  const diagonal = (v: T): T | null =>
    v.owner !== null && isSquareDiagonal(v.owner) && v.ndim === 2 ? (v.owner.inputs[0] as T) : null;
  const [left, right] = [diagonal(a), diagonal(b)];
  if (left !== null) {
    const rows = withSize(b, 0, ctx.shapeOf(left)[0]!, ctx);
    return like(mul(b.ndim === 2 ? dimshuffle(left, [0, "x"]) : left, rows), out, ctx);
  }
  if (right === null) return null;
  return like(mul(withSize(a, a.ndim - 1, ctx.shapeOf(right)[0]!, ctx), right), out, ctx);
}

/** dot(I, x) = x. */
function dotWithIdentity(node: Apply, ctx: RuleContext): RuleResult {
  if (!(node.op instanceof Dot)) return null;
  const [a, b] = node.inputs as [T, T];
  if (a.dtype !== b.dtype) return null;
  if (isIdentity(a)) return withSize(b, 0, ctx.shapeOf(a)[0]!, ctx);
  return isIdentity(b) ? withSize(a, a.ndim - 1, ctx.shapeOf(b)[0]!, ctx) : null;
}

export function isIdentity(v: T): boolean {
  if (v.ndim !== 2) return false;
  if (v.owner !== null && v.owner.op instanceof Eye) {
    const [n, m, k] = v.owner.inputs;
    return n === m && scalarValue(k!) === 0;
  }
  if (!(v instanceof TensorConstant) || v.data.shape[0] !== v.data.shape[1] || v.dtype.startsWith("complex"))
    return false;
  const n = v.data.shape[0]!;
  if (n === 0 || n > 64) return false;
  const flat = Array.from(v.data.data as ArrayLike<number | bigint>, Number);
  return v.dtype !== "float16" && flat.every((x, i) => x === (i % (n + 1) === 0 ? 1 : 0));
}

/** dot of a column and a row: an elementwise product, which fuses with what uses it. */
function outerProduct(node: Apply, ctx: RuleContext): RuleResult {
  const out = node.outputs[0] as T;
  if (!(node.op instanceof Dot)) return null;
  const [a, b] = node.inputs as [T, T];
  if (a.ndim !== 2 || b.ndim !== 2 || a.type.shape[1] !== 1 || b.type.shape[0] !== 1) return null;
  return like(mul(a, b), out, ctx);
}

// --- contractions ------------------------------------------------------------------------------

/** The axes of a factor that are its own, after those of size 1 that broadcasting needed. */
function ownAxes(v: T): number[] | null {
  const { owner } = v;
  if (owner === null || !(owner.op instanceof DimShuffle)) return null;
  const own = owner.op.pattern.flatMap((p, k) => (p === "x" ? [] : [k]));
  // Nothing may have been permuted or dropped.
  const order = owner.op.pattern.filter((p) => p !== "x");
  return order.every((p, i) => p === i) && order.length === (owner.inputs[0] as T).ndim ? own : null;
}

/** sum over k of A[i, k] * B[k, j], written with new axes, is dot(A, B). */
function sumOfOuter(node: Apply, ctx: RuleContext): RuleResult {
  const { op } = node;
  const arg = node.inputs[0] as T;
  const product = elemNode(arg, "mul");
  if (!(op instanceof Sum) || op.axes.length !== 1 || product === null || product.inputs.length !== 2) return null;
  if (arg.ndim !== 3 || !isFloat(arg.dtype) || ctx.clientCount(arg) > 1) return null;
  const [k] = op.axes as [number];
  const factors = product.inputs.map((v) => ({ v: v as T, own: ownAxes(v as T) }));
  if (factors.some(({ v, own }) => own === null || own.length !== 2 || !own.includes(k) || v.dtype !== arg.dtype))
    return null;
  const free = factors.map(({ own }) => own!.find((axis) => axis !== k)!) as [number, number];
  if (free[0] === free[1] || (node.outputs[0] as T).dtype !== arg.dtype) return null;
  // The operand whose free axis comes first is on the left.
  const [left, right] = free[0] < free[1] ? factors : factors.toReversed();
  const plain = (f: typeof left): T => f!.v.owner!.inputs[0] as T;
  const [a, b] = [plain(left), plain(right)];
  if ([a, b].some((v) => v.type.shape.includes(1))) return null;
  return dot(left!.own![1] === k ? a : transposed(a), right!.own![0] === k ? b : transposed(b));
}

/** sum((a*b)**2) with new axes: dot of the squares. */
function sumOfSquares(node: Apply, ctx: RuleContext): RuleResult {
  const { op } = node;
  const square = elemNode(node.inputs[0]!, "sqr");
  if (!(op instanceof Sum) || square === null || ctx.clientCount(node.inputs[0]!) > 1) return null;
  const product = elemNode(square.inputs[0]!, "mul");
  if (product === null || product.inputs.length !== 2 || ctx.clientCount(square.inputs[0]!) > 1) return null;
  const arg = node.inputs[0] as T;
  if (arg.ndim !== 3 || !isFloat(arg.dtype)) return null;
  const factors = product.inputs as T[];
  const axes = op.axes.find((k) => factors.every((v) => ownAxes(v)?.includes(k) === true && ownAxes(v)!.length === 2));
  if (axes === undefined || factors.some((v) => v.dtype !== arg.dtype)) return null;
  // The squares of the operands, below the new axes.
  const squared = factors.map((v) => v.owner!.op.call(sqr(v.owner!.inputs[0] as T)) as T);
  const inner = new Sum([axes], op.dtype, op.accDtype).call(mul(...(squared as [T, T]))) as T;
  const rest = op.axes.filter((k) => k !== axes).map((k) => (k > axes ? k - 1 : k));
  return rest.length === 0 ? inner : new Sum(rest, op.dtype, op.accDtype).call(inner);
}

/** A stack of matrices times one matrix is one product of all their rows. */
function batchedToDot(node: Apply): RuleResult {
  if (!(node.op instanceof BatchedDot)) return null;
  const [a, b] = node.inputs as [T, T];
  if (b.ndim !== 2 || a.ndim < 3 || !isFloat(a.dtype) || a.dtype !== b.dtype) return null;
  const sizes = Array.from({ length: a.ndim }, (_, k) => shapeI(a, k));
  const rows = reshape(a, [sizeProduct(sizes.slice(0, -1)), sizes.at(-1)!]);
  return reshape(dot(rows, b), [...sizes.slice(0, -1), shapeI(b, 1)]);
}

/** The gradient of that matrix: a sum of products over the stack is one product over all rows. */
function sumOfBatched(node: Apply, ctx: RuleContext): RuleResult {
  const { op } = node;
  const product = node.inputs[0] as T;
  if (!(op instanceof Sum) || product.owner === null || !(product.owner.op instanceof BatchedDot)) return null;
  if (ctx.clientCount(product) > 1 || !isFloat(product.dtype) || (node.outputs[0] as T).dtype !== product.dtype)
    return null;
  const [p, q] = product.owner.inputs as [T, T];
  const batch = p.ndim - 2;
  if (p.ndim !== q.ndim || op.axes.length !== batch || op.axes.some((k) => k >= batch)) return null;
  if (op.axes.some((k) => (p.type.shape[k] === 1) !== (q.type.shape[k] === 1))) return null;
  // The transpose of the last two axes, as gradients have it, makes the rows of both factors lie alike.
  const swap = p.owner;
  if (swap === null || !(swap.op instanceof DimShuffle) || (swap.inputs[0] as T).ndim !== p.ndim) return null;
  const isSwap = swap.op.pattern.every((axis, k) => axis === (k < batch ? k : k === batch ? batch + 1 : batch));
  if (!isSwap) return null;
  // Stacks of other sizes may have as many rows: that they do not fit is an error that must stay.
  const [x, sizes] = [ctx.shapeOf(swap.inputs[0]!), ctx.shapeOf(q)];
  if (op.axes.some((k) => !isSameSize(x[k]!, sizes[k]!, ctx))) return null;
  const rowsOf = (v: T): T => {
    const sizes = Array.from({ length: v.ndim }, (_, k) => shapeI(v, k));
    return reshape(v, [sizeProduct(sizes.slice(0, -1)), sizes.at(-1)!]);
  };
  return dot(transposed(rowsOf(swap.inputs[0] as T)), rowsOf(q));
}

export const productRules: readonly Rule[] = [
  nodeRule("local_dot_chain", ["dot"], chainOrder, {
    formula: "dot(dot(A, B), x) = dot(A, dot(B, x)); A.B.C in the cheapest order where sizes are known",
  }),
  nodeRule("local_sum_of_dot", ["Sum"], sumOfProduct, { formula: "sum(dot(A, B), axis=0) = dot(sum(A, axis=0), B)" }),
  nodeRule("local_diag_of_dot", ["ExtractDiag"], diagonalOfProduct, {
    formula: "diag(dot(A, B)) = sum(A * B.T, axis=1)",
  }),
  nodeRule("local_dot_diag", ["dot"], dotWithDiagonal, {
    exactness: "special",
    formula: "dot(diag(d), X) = d * X by rows; dot(X, diag(d)) = X * d",
  }),
  nodeRule("local_dot_identity", ["dot"], dotWithIdentity, { exactness: "special", formula: "dot(I, X) = X" }),
  nodeRule("local_dot_to_outer", ["dot"], outerProduct, {
    exactness: "special",
    formula: "dot(column, row) = column * row",
  }),
  nodeRule("local_sumsqr2dot", ["Sum"], sumOfSquares, {
    formula: "sum((A[:, :, None] * B)**2, axis=1) = dot(A**2, B**2)",
  }),
  nodeRule("local_sum_mul_to_dot", ["Sum"], sumOfOuter, { formula: "sum(A[:, :, None] * B, axis=1) = dot(A, B)" }),
  nodeRule("local_sum_of_batched_dot", ["Sum"], sumOfBatched, {
    formula: "sum(batchedDot(X.T, Y) over the stack) = dot(all rows of X transposed, all rows of Y)",
  }),
  nodeRule("local_batched_dot_to_dot", ["BatchedDot"], batchedToDot, {
    formula: "matmul(stack of A, B) = dot(all rows of A, B)",
  }),
];

export const diagonalRules: readonly Rule[] = [
  nodeRule("local_diag_of_diag", ["ExtractDiag"], diagonalOfDiagonal, {
    exactness: "exact",
    formula: "diag(diag(x)) = x",
  }),
];
