/** Scaled products, and products with what is added to them, beta*C + alpha*A.B, in one call; transposes and zeros of products. */
import { isDiscrete, isFloat } from "../../dtype.ts";
import type { Apply } from "../../graph/apply.ts";
import { nodeRule, type Rule, type RuleContext, type RuleResult } from "../../graph/rewriting/rule.ts";
import { isConstant, type Variable } from "../../graph/variable.ts";
import { constant } from "../constant.ts";
import { dimshuffle, DimShuffle } from "../dimshuffle.ts";
import { Dot, Dot22Scalar, dot, Gemm, gemm, scaledDot } from "../dot.ts";
import { Elemwise } from "../elemwise.ts";
import { add, inv, mul, neg } from "../math.ts";
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
    return leaf(node.inputs as [T, T]);
  }
  if (node.op instanceof Dot22Scalar) {
    const [a, b, alpha] = node.inputs as [T, T, T];
    terms.push({ sign, scales: [...scales, alpha], matrix, product: [a, b] });
    return;
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
  const scaled = name === "mul" ? scalesOf(node.inputs) : name === "true_div" ? scaleOfQuotient(node) : null;
  if (scaled !== null && scaled.scales.every((x) => x.dtype === matrix.dtype) && same(scaled.rest)) {
    return collect(scaled.rest, sign, [...scales, ...scaled.scales], into, ctx);
  }
  if ((name === "add" || name === "sub") && (root || node.inputs.every(same))) {
    for (const [i, x] of node.inputs.entries()) collect(x, name === "sub" && i === 1 ? flip : sign, scales, into, ctx);
    return;
  }
  leaf();
}

/** The factors of a product of one tensor and scalars. */
function scalesOf(factors: readonly Variable[]): { rest: Variable; scales: readonly T[] } | null {
  const scalars = factors.map(asScalar);
  const at = scalars.indexOf(null);
  if (at < 0 || scalars.lastIndexOf(null) !== at) return null;
  return { rest: factors[at]!, scales: scalars.filter((s): s is T => s !== null) };
}

/** x / n is x * (1/n) where the reciprocal of n neither overflows nor underflows: constants, and sizes and other integers. */
function scaleOfQuotient(node: Apply): { rest: Variable; scales: readonly T[] } | null {
  const [rest, divisor] = node.inputs as [Variable, Variable];
  const scale = asScalar(divisor);
  if (scale === null || !isFloat(scale.dtype)) return null;
  const value = scalarValue(scale);
  if (value !== undefined) {
    const reciprocal = 1 / value;
    const isNormal = Math.abs(value) < 1e38 && Math.abs(reciprocal) < 1e38;
    return isNormal ? { rest, scales: [constant(reciprocal, scale.dtype)] } : null;
  }
  const source = scale.owner !== null && nameOf(scale.owner) === "cast" ? (scale.owner.inputs[0] as T) : null;
  return source !== null && isDiscrete(source.dtype) ? { rest, scales: [inv(scale)] } : null;
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

/** Matrices, and vectors that no elementwise function reads: that adds and scales in the loop which it has anyway. */
function isForOneCall(out: T, ctx: RuleContext): boolean {
  if (!isFloat(out.dtype) || out.dtype === "float16" || out.type.shape.includes(1)) return false;
  if (out.ndim !== 1) return out.ndim === 2;
  return ctx.graph.clients(out).every(({ node }) => node === null || !(node.op instanceof Elemwise));
}

/** The terms of a node, and which of them are products; null where nothing is to be done. */
function linearCombination(node: Apply, ctx: RuleContext): { terms: Term[]; products: Term[] } | null {
  const out = node.outputs[0] as T;
  if (!isForOneCall(out, ctx)) return null;
  const collection: Collection = { terms: [], opened: 0 };
  collect(out, 1, [], collection, ctx, true);
  const { terms } = collection;
  const products = terms.filter((t) => t.product !== null && t.matrix.dtype === out.dtype);
  if (products.length === 0 || products.some((t) => t.product!.some((v) => v.dtype !== out.dtype))) return null;
  return { terms, products };
}

/** alpha*A.B */
function scaledProduct(node: Apply, ctx: RuleContext): RuleResult {
  const { terms, products } = linearCombination(node, ctx) ?? { terms: [], products: [] };
  if (terms.length !== 1 || products.length !== 1) return null;
  const [term] = products as [Term];
  return scaledDot(...term.product!, scaleOf(term, (node.outputs[0] as T).dtype));
}

/** beta*C + alpha*A.B + ... */
function recognizeGemm(node: Apply, ctx: RuleContext): RuleResult {
  const out = node.outputs[0] as T;
  const { terms, products } = linearCombination(node, ctx) ?? { terms: [], products: [] };
  if (products.length === 0 || terms.length < 2) return null;
  const others = terms.filter((t) => !products.includes(t));
  // What is accumulated must have the result's shape: rows and columns broadcast, gemm's C does not.
  const full = others.filter((t) => t.matrix.dtype === out.dtype && sameBroadcast(t.matrix, out));
  if (others.length > 0 && full.length === 0) return null;
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

/** dot(a*A, B) = a*dot(A, B): the scale goes where the product is written, and no scaled copy of A is made. */
function dotOfScaled(node: Apply, ctx: RuleContext): RuleResult {
  const out = node.outputs[0] as T;
  if (!(node.op instanceof Dot) || !isFloat(out.dtype) || out.dtype === "float16") return null;
  const scales: T[] = [];
  let isNegative = false;
  const operands = node.inputs.map((v): T => {
    const x = v as T;
    if (v.owner === null || ctx.clientCount(v) > 1 || x.dtype !== out.dtype) return x;
    const name = nameOf(v.owner);
    if (name === "neg") {
      isNegative = !isNegative;
      return v.owner.inputs[0] as T;
    }
    const parts = name === "mul" ? scalesOf(v.owner.inputs) : null;
    const rest = parts?.rest as T | undefined;
    if (rest === undefined || !sameBroadcast(rest, x) || [rest, ...parts!.scales].some((y) => y.dtype !== x.dtype))
      return x;
    scales.push(...parts!.scales);
    return rest;
  }) as [T, T];
  if (scales.length === 0 && operands.every((v, i) => v === node.inputs[i])) return null;
  const product = isNegative ? neg(dot(...operands)) : dot(...operands);
  return scales.length === 0 ? product : mul(...([...scales, product] as [T, T]));
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
  nodeRule("local_dot_of_scaled", ["dot"], dotOfScaled, {
    exactness: "special",
    formula: "dot(a*A, B) = a*dot(A, B), dot(-A, B) = -dot(A, B)",
  }),
];

export const blasRules: readonly Rule[] = [
  nodeRule("gemm_optimizer", ["add", "sub", "mul", "neg", "true_div"], recognizeGemm, {
    tags: ["BlasOpt"],
    formula: "beta*C + alpha*dot(A, B) = gemm(C, alpha, A, B, beta); gemv for vectors",
  }),
  nodeRule("local_dot22_to_dot22scalar", ["mul", "neg", "true_div"], scaledProduct, {
    tags: ["BlasOpt"],
    formula: "alpha*dot(A, B) in one call",
  }),
];
