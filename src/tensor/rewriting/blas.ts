/** Products of matrices with what is added to them, beta*C + alpha*A.B in one call; transposes and zeros of products. */
import { isFloat } from "../../dtype.ts";
import type { Apply } from "../../graph/apply.ts";
import { nodeRule, type Rule, type RuleContext, type RuleResult } from "../../graph/rewriting/rule.ts";
import { isConstant, type Variable } from "../../graph/variable.ts";
import { constant } from "../constant.ts";
import { dimshuffle, DimShuffle } from "../dimshuffle.ts";
import { Dot, dot, Gemm, gemm } from "../dot.ts";
import { add, mul, neg } from "../math.ts";
import type { TensorVariable } from "../variable.ts";
import { asScalar, like, nameOf, sameBroadcast, scalarValue } from "./matchers.ts";

type T = TensorVariable;

/** One term of a linear combination: sign * product of scalars * matrix, or * A.B. */
interface Term {
  readonly sign: 1 | -1;
  readonly scales: readonly T[];
  readonly matrix: T;
  readonly product: readonly [T, T] | null;
}

/** Longest sum that is looked at as a whole, and how many nodes are opened for it: the work per node stays bounded. */
const MAX_TERMS = 16;
const MAX_OPENED = 32;

/** The terms found so far, and how many nodes were opened for them. */
interface Collection {
  readonly terms: Term[];
  opened: number;
}

/** Appends the terms of sign * scales * v; sums, differences and multiples that nobody else uses are opened. */
function collect(
  v: Variable,
  sign: 1 | -1,
  scales: readonly T[],
  into: Collection,
  ctx: RuleContext,
  root = false,
): void {
  const { terms } = into;
  const matrix = v as T;
  const node = v.owner;
  const leaf = (product: Term["product"] = null): void => {
    terms.push({ sign, scales, matrix, product });
  };
  if (node === null || (!root && ctx.clientCount(v) > 1) || terms.length >= MAX_TERMS) return leaf();
  if (into.opened++ >= MAX_OPENED) return leaf();
  const flip: 1 | -1 = sign === 1 ? -1 : 1;
  if (node.op instanceof Dot) {
    const [a, b] = node.inputs as [T, T];
    return leaf(a.ndim === 2 && b.ndim === 2 ? [a, b] : null);
  }
  if (node.op instanceof Gemm) {
    const [c, alpha, a, b, beta] = node.inputs as [T, T, T, T, T];
    terms.push({ sign, scales: [...scales, beta], matrix: c, product: null });
    terms.push({ sign, scales: [...scales, alpha], matrix, product: [a, b] });
    return;
  }
  const same = (x: Variable): boolean => (x as T).dtype === matrix.dtype && sameBroadcast(x as T, matrix);
  const name = nameOf(node);
  if (name === "neg") return collect(node.inputs[0]!, flip, scales, into, ctx);
  if (name === "mul" && node.inputs.length === 2) {
    for (const [i, factor] of node.inputs.entries()) {
      const scale = asScalar(factor);
      const rest = node.inputs[1 - i]!;
      if (scale !== null && scale.dtype === matrix.dtype && same(rest)) {
        return collect(rest, sign, [...scales, scale], into, ctx);
      }
    }
  }
  if ((name === "add" || name === "sub") && (root || node.inputs.every(same))) {
    for (const [i, x] of node.inputs.entries()) collect(x, name === "sub" && i === 1 ? flip : sign, scales, into, ctx);
    return;
  }
  leaf();
}

/** The scalar of a term; constants are multiplied now. */
function scaleOf({ sign, scales }: Term, dtype: T["dtype"]): T {
  const known = scales.filter(isConstant);
  const value = known.reduce((p, c) => p * scalarValue(c)!, sign as number);
  const rest = scales.filter((s) => !isConstant(s));
  if (rest.length === 0) return constant(value, dtype);
  const product = rest.length === 1 ? rest[0]! : mul(...(rest as [T, T]));
  if (value === 1) return product;
  return value === -1 ? neg(product) : mul(product, constant(value, dtype));
}

/** The term as a matrix of its own. */
function valueOf(term: Term, out: T): T {
  const scale = scaleOf(term, out.dtype);
  const matrix = term.product === null ? term.matrix : (dot(...term.product) as T);
  const value = scalarValue(scale);
  return value === 1 ? matrix : value === -1 ? neg(matrix) : mul(scale, matrix);
}

/** beta*C + alpha*A.B + ... */
function recognizeGemm(node: Apply, ctx: RuleContext): RuleResult {
  const out = node.outputs[0] as T;
  if (out.ndim !== 2 || !isFloat(out.dtype) || out.dtype === "float16") return null;
  const collection: Collection = { terms: [], opened: 0 };
  const { terms } = collection;
  collect(out, 1, [], collection, ctx, true);
  const products = terms.filter((t) => t.product !== null && t.matrix.dtype === out.dtype);
  const others = terms.filter((t) => !products.includes(t));
  if (products.length === 0 || terms.length < 2 || products.some((t) => t.product!.some((v) => v.dtype !== out.dtype)))
    return null;
  // The accumulated matrix must have the result's shape: rows and columns broadcast, gemm's C does not.
  const full = others.filter((t) => t.matrix.dtype === out.dtype && sameBroadcast(t.matrix, out));
  if (out.type.shape.includes(1) || (others.length > 0 && full.length === 0)) return null;
  const single = others.length === 1 ? others[0]! : others.length === 0 ? products.shift()! : null;
  let c = single === null ? add(...(others.map((t) => valueOf(t, out)) as [T, T])) : single.matrix;
  if (single !== null && single.product !== null) c = dot(...single.product) as T;
  let beta = single === null ? constant(1, out.dtype) : scaleOf(single, out.dtype);
  for (const t of products) {
    c = gemm(c, scaleOf(t, out.dtype), ...t.product!, beta);
    beta = constant(1, out.dtype);
  }
  return c;
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
  return a.ndim === 2 && b.ndim === 2 ? dot(dimshuffle(b, [1, 0]), dimshuffle(a, [1, 0])) : null;
}

/** A product with zeros, or over nothing, is zero. */
function dotOfZeros(node: Apply, ctx: RuleContext): RuleResult {
  if (!(node.op instanceof Dot)) return null;
  const [a, b] = node.inputs as [T, T];
  const isZero = scalarValue(a) === 0 || scalarValue(b) === 0 || a.type.shape.at(-1) === 0;
  const out = node.outputs[0] as T;
  return isZero ? like(constant(0, out.dtype), out, ctx) : null;
}

export const dotRules: readonly Rule[] = [
  nodeRule("local_0_dot_x", ["dot"], dotOfZeros, { exactness: "special", formula: "dot(0, x) = 0" }),
  nodeRule("local_lift_transpose_through_dot", ["DimShuffle"], transposeOfDot, {
    formula: "dot(a, b).T = dot(b.T, a.T)",
  }),
];

export const blasRules: readonly Rule[] = [
  nodeRule("gemm_optimizer", ["add", "sub"], recognizeGemm, {
    tags: ["BlasOpt"],
    formula: "beta*C + alpha*dot(A, B) = gemm(C, alpha, A, B, beta)",
  }),
];
