/** Products of matrices with what is added to them: C*beta + alpha*A.B in one call. */
import { isFloat } from "../../dtype.ts";
import type { Apply } from "../../graph/apply.ts";
import { nodeRule, type Rule, type RuleContext, type RuleResult } from "../../graph/rewriting/rule.ts";
import type { Variable } from "../../graph/variable.ts";
import { constant } from "../constant.ts";
import { dimshuffle, DimShuffle } from "../dimshuffle.ts";
import { Dot, dot, gemm } from "../dot.ts";
import { mul, neg } from "../math.ts";
import type { TensorVariable } from "../variable.ts";
import { asScalar, elemNode, sameBroadcast } from "./matchers.ts";

type T = TensorVariable;

interface Product {
  readonly alpha: T;
  readonly a: T;
  readonly b: T;
}

/** `v` as alpha * A.B with nobody else using the product. */
function productOf(v: Variable, ctx: RuleContext): Product | null {
  if (ctx.clientCount(v) > 1) return null;
  const { owner } = v;
  if (owner === null) return null;
  const { dtype } = v as T;
  if (owner.op instanceof Dot) {
    const [a, b] = owner.inputs as [T, T];
    return a.ndim === 2 && b.ndim === 2 ? { alpha: constant(1, dtype), a, b } : null;
  }
  const negated = elemNode(v, "neg");
  if (negated !== null) {
    const inner = productOf(negated.inputs[0]!, ctx);
    return inner === null ? null : { ...inner, alpha: neg(inner.alpha) };
  }
  const scaled = elemNode(v, "mul");
  if (scaled === null || scaled.inputs.length !== 2) return null;
  for (const [i, factor] of scaled.inputs.entries()) {
    const scalar = asScalar(factor);
    if (scalar === null || scalar.dtype !== dtype) continue;
    const inner = productOf(scaled.inputs[1 - i]!, ctx);
    if (inner !== null) return { ...inner, alpha: mul(inner.alpha, scalar) };
  }
  return null;
}

/** `v` as beta * C. */
function scaledMatrix(v: T): { beta: T; c: T } {
  const scaled = elemNode(v, "mul");
  if (scaled !== null && scaled.inputs.length === 2) {
    for (const [i, factor] of scaled.inputs.entries()) {
      const scalar = asScalar(factor);
      const other = scaled.inputs[1 - i] as T;
      if (scalar !== null && scalar.dtype === v.dtype && sameBroadcast(other, v)) {
        return { beta: scalar, c: other };
      }
    }
  }
  return { beta: constant(1, v.dtype), c: v };
}

/** beta*C ± alpha*A.B. */
function recognizeGemm(node: Apply, ctx: RuleContext): RuleResult {
  const out = node.outputs[0] as T;
  if (out.ndim !== 2 || !isFloat(out.dtype) || out.dtype === "float16" || node.inputs.length !== 2) return null;
  const [x, y] = node.inputs as [T, T];
  const subtract = elemNode(out, "sub") !== null;
  for (const [matrix, term, first] of [
    [x, y, false],
    [y, x, true],
  ] as const) {
    const product = productOf(term, ctx);
    // The accumulated matrix must have the result's shape: a row or a column broadcasts.
    if (product === null || matrix.dtype !== out.dtype || !sameBroadcast(matrix, out)) continue;
    if (matrix.type.shape.some((n) => n === 1)) continue;
    const { beta, c } = scaledMatrix(matrix);
    const alpha = subtract && !first ? neg(product.alpha) : product.alpha;
    return gemm(c, alpha, product.a, product.b, subtract && first ? neg(beta) : beta);
  }
  return null;
}

/** (A.B).T = B.T.A.T: transposes reach the operands, which read them for nothing. */
function transposeOfDot(node: Apply, ctx: RuleContext): RuleResult {
  const { op } = node;
  if (!(op instanceof DimShuffle) || op.pattern.length !== 2 || op.pattern[0] !== 1 || op.pattern[1] !== 0) {
    return null;
  }
  const inner = node.inputs[0]!;
  if (inner.owner === null || !(inner.owner.op instanceof Dot) || ctx.clientCount(inner) > 1) return null;
  const [a, b] = inner.owner.inputs as [T, T];
  return dot(dimshuffle(b, [1, 0]), dimshuffle(a, [1, 0]));
}

export const dotRules: readonly Rule[] = [
  nodeRule("local_lift_transpose_through_dot", ["DimShuffle"], transposeOfDot, { formula: "(A.B).T = B.T . A.T" }),
];

export const blasRules: readonly Rule[] = [
  nodeRule("gemm_optimizer", ["add", "sub"], recognizeGemm, {
    tags: ["BlasOpt"],
    formula: "beta*C + alpha*A.B = gemm(C, alpha, A, B, beta)",
  }),
];
