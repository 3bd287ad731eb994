/** Inverses, systems and determinants: solved instead of inverted, and not computed at all where the answer is known. */
import type { Apply } from "../../graph/apply.ts";
import { nodeRule, type Rule, type RuleContext, type RuleResult } from "../../graph/rewriting/rule.ts";
import type { Variable } from "../../graph/variable.ts";
import { eye } from "../alloc.ts";
import { constant } from "../constant.ts";
import { dimshuffle, DimShuffle } from "../dimshuffle.ts";
import { Dot } from "../dot.ts";
import { det, MatrixInverse, matrixInverse } from "../linalg/inverse.ts";
import { Solve, solve } from "../linalg/solve.ts";
import { cast, div, inv, mul, neg, pow } from "../math.ts";
import { prod } from "../reduction.ts";
import { diag } from "../subtensor/index.ts";
import type { TensorVariable } from "../variable.ts";
import { asScalar, isSameSize, nameOf, sameBroadcast, withSize } from "./matchers.ts";
import { isIdentity, isSquareDiagonal } from "./products.ts";

type T = TensorVariable;

const transposed = (m: T): T => dimshuffle(m, [1, 0]);

/** What `v` is the transpose of. */
function untransposed(v: Variable): T | null {
  const { owner } = v;
  if (owner === null || !(owner.op instanceof DimShuffle)) return null;
  const { pattern } = owner.op;
  return pattern.length === 2 && pattern[0] === 1 && pattern[1] === 0 ? (owner.inputs[0] as T) : null;
}

/** What `v` is the inverse of. */
const inverted = (v: Variable): T | null => (v.owner?.op instanceof MatrixInverse ? (v.owner.inputs[0] as T) : null);

/** The vector of a diagonal matrix. */
const diagonalOf = (v: T): T | null =>
  v.owner !== null && v.ndim === 2 && isSquareDiagonal(v.owner) ? (v.owner.inputs[0] as T) : null;

const isSquare = (a: T, ctx: RuleContext): boolean => {
  const [rows, columns] = ctx.shapeOf(a) as [Variable, Variable];
  return isSameSize(rows, columns, ctx);
};

/** c and A of c*A and -A: what is not a scalar is of A's shape. */
function scaledMatrix(v: T): { scale: T | null; rest: T } | null {
  if (v.owner === null) return null;
  const name = nameOf(v.owner);
  if (name === "neg") return { scale: null, rest: v.owner.inputs[0] as T };
  if (name !== "mul" || v.owner.inputs.length !== 2) return null;
  for (const [i, factor] of v.owner.inputs.entries()) {
    const scale = asScalar(factor);
    const rest = v.owner.inputs[1 - i] as T;
    if (scale !== null && scale.dtype === v.dtype && rest.dtype === v.dtype && sameBroadcast(rest, v))
      return { scale, rest };
  }
  return null;
}

// --- inverses ----------------------------------------------------------------------------------

/** inv(inv A) = A. */
function inverseOfInverse(node: Apply, ctx: RuleContext): RuleResult {
  const a = inverted(node.inputs[0]!);
  return a === null ? null : withSize(a, 1, ctx.shapeOf(a)[0]!, ctx);
}

/** dot(inv A, B) = solve(A, B) where nothing else needs the inverse. */
function inverseAsSolve(node: Apply, ctx: RuleContext): RuleResult {
  if (!(node.op instanceof Dot)) return null;
  const [x, y] = node.inputs as [T, T];
  const [left, right] = [inverted(x), inverted(y)];
  if (left !== null && ctx.clientCount(x) === 1 && left.dtype === y.dtype) return solve(left, y);
  if (right === null || ctx.clientCount(y) > 1 || right.dtype !== x.dtype) return null;
  if (x.ndim === 1) return solve(transposed(right), x);
  return transposed(solve(transposed(right), transposed(x)));
}

/** inv(A).T = inv(A.T) where nothing else needs the inverse: products see it. */
function transposeOfInverse(node: Apply, ctx: RuleContext): RuleResult {
  const v = untransposed(node.outputs[0]!);
  const a = v === null ? null : inverted(v);
  return a === null || ctx.clientCount(v!) > 1 ? null : matrixInverse(transposed(a));
}

/** dot(inv A, A) = dot(A, inv A) = I. */
function inverseTimesSelf(node: Apply, ctx: RuleContext): RuleResult {
  if (!(node.op instanceof Dot)) return null;
  const [x, y] = node.inputs as [T, T];
  if (inverted(x) !== y && inverted(y) !== x) return null;
  const a = inverted(x) === y ? y : x;
  return isSquare(a, ctx) ? eye(ctx.shapeOf(a)[0] as T, { dtype: a.dtype }) : null;
}

/** inv(diag d) = diag(1/d), inv(I) = I. */
function inverseOfDiagonal(node: Apply): RuleResult {
  const a = node.inputs[0] as T;
  if (isIdentity(a)) return a;
  const d = diagonalOf(a);
  return d === null ? null : diag(inv(d));
}

/** inv(c*A) = inv(A)/c. */
function inverseOfScaled(node: Apply): RuleResult {
  const parts = scaledMatrix(node.inputs[0] as T);
  if (parts === null) return null;
  const inverse = matrixInverse(parts.rest);
  return parts.scale === null ? neg(inverse) : div(inverse, parts.scale);
}

// --- systems -----------------------------------------------------------------------------------

/** solve(A, dot(A, x)) = x, and dot(A, solve(A, b)) = b. */
function solveOfProduct(node: Apply, ctx: RuleContext): RuleResult {
  const [a, v] = node.inputs as [T, T];
  const isUndone = node.op instanceof Solve ? v.owner?.op instanceof Dot : v.owner?.op instanceof Solve;
  if (!isUndone || !(node.op instanceof Solve || node.op instanceof Dot)) return null;
  const [b, x] = v.owner!.inputs as [T, T];
  return a === b && isSquare(a, ctx) ? withSize(x, 0, ctx.shapeOf(a)[0]!, ctx) : null;
}

/** solve(diag d, B) = B/d by rows, solve(I, B) = B. */
function solveWithDiagonal(node: Apply, ctx: RuleContext): RuleResult {
  const [a, b] = node.inputs as [T, T];
  const d = diagonalOf(a);
  if (d === null && !isIdentity(a)) return null;
  const right = withSize(b, 0, ctx.shapeOf(a)[0]!, ctx);
  if (d === null) return right;
  return div(right, b.ndim === 2 ? dimshuffle(d, [0, "x"]) : d);
}

/** solve(c*A, B) = solve(A, B)/c. */
function solveWithScaled(node: Apply): RuleResult {
  const parts = scaledMatrix(node.inputs[0] as T);
  if (parts === null) return null;
  const x = solve(parts.rest, node.inputs[1] as T);
  return parts.scale === null ? neg(x) : div(x, parts.scale);
}

// --- determinants ------------------------------------------------------------------------------

/** det(A.T) = det A, det(inv A) = 1/det A. */
function detOfRelative(node: Apply): RuleResult {
  const a = node.inputs[0]!;
  const base = untransposed(a);
  if (base !== null) return det(base);
  const of = inverted(a);
  return of === null ? null : inv(det(of));
}

/** det(c*A) = c**n det A. */
function detOfScaled(node: Apply, ctx: RuleContext): RuleResult {
  const a = node.inputs[0] as T;
  const parts = scaledMatrix(a);
  if (parts === null) return null;
  const n = cast(ctx.shapeOf(a)[0] as T, a.dtype);
  return mul(pow(parts.scale ?? constant(-1, a.dtype), n), det(parts.rest));
}

/** det(diag d) = prod d, det(I) = 1. */
function detOfDiagonal(node: Apply): RuleResult {
  const a = node.inputs[0] as T;
  if (isIdentity(a)) return constant(1, a.dtype);
  const d = diagonalOf(a);
  return d === null ? null : prod(d);
}

/** det(dot(A, B)) = det A * det B. */
function detOfProduct(node: Apply, ctx: RuleContext): RuleResult {
  const product = node.inputs[0]!;
  if (!(product.owner?.op instanceof Dot) || ctx.clientCount(product) > 1) return null;
  const [a, b] = product.owner.inputs as [T, T];
  const isMatrices = a.ndim === 2 && b.ndim === 2 && isSquare(a, ctx) && isSquare(b, ctx);
  return isMatrices && a.dtype === b.dtype ? mul(det(a), det(b)) : null;
}

const special = { exactness: "special" } as const;

export const linalgRules: readonly Rule[] = [
  nodeRule("local_inv_of_inv", ["MatrixInverse"], inverseOfInverse, { ...special, formula: "inv(inv A) = A" }),
  nodeRule("local_inv_of_diag", ["MatrixInverse"], inverseOfDiagonal, {
    ...special,
    formula: "inv(diag d) = diag(1/d), inv(I) = I",
  }),
  nodeRule("local_inv_of_scaled", ["MatrixInverse"], inverseOfScaled, { ...special, formula: "inv(c*A) = inv(A)/c" }),
  nodeRule("local_inv_dot_self", ["dot"], inverseTimesSelf, {
    ...special,
    formula: "dot(inv A, A) = dot(A, inv A) = I for square A",
  }),
  nodeRule("local_solve_of_dot", ["Solve", "dot"], solveOfProduct, {
    ...special,
    formula: "solve(A, dot(A, x)) = x, dot(A, solve(A, b)) = b for square A",
  }),
  nodeRule("local_solve_of_diag", ["Solve"], solveWithDiagonal, {
    ...special,
    formula: "solve(diag d, B) = B/d by rows, solve(I, B) = B",
  }),
  nodeRule("local_solve_of_scaled", ["Solve"], solveWithScaled, {
    ...special,
    formula: "solve(c*A, B) = solve(A, B)/c",
  }),
  nodeRule("transinv_to_invtrans", ["DimShuffle"], transposeOfInverse, { formula: "inv(A).T = inv(A.T)" }),
  nodeRule("inv_as_solve", ["dot"], inverseAsSolve, {
    formula: "dot(inv A, B) = solve(A, B), dot(B, inv A) = solve(A.T, B.T).T",
  }),
  nodeRule("local_det_of_inv", ["Det"], detOfRelative, {
    ...special,
    formula: "det(A.T) = det A, det(inv A) = 1/det A",
  }),
  nodeRule("local_det_of_scaled", ["Det"], detOfScaled, { ...special, formula: "det(c*A) = c**n * det A" }),
  nodeRule("local_det_of_diag", ["Det"], detOfDiagonal, { ...special, formula: "det(diag d) = prod d, det(I) = 1" }),
  nodeRule("local_det_of_dot", ["Det"], detOfProduct, {
    ...special,
    formula: "det(dot(A, B)) = det A * det B for square A and B",
  }),
];
