/** Laws of magnitudes and signs, squares and roots, and the larger and the smaller of two. */
import { isDiscrete, isFloat } from "../../dtype.ts";
import type { Apply } from "../../graph/apply.ts";
import { any, on } from "../../graph/rewriting/pattern.ts";
import { nodeRule, rule, type Rule, type RuleContext, type RuleResult } from "../../graph/rewriting/rule.ts";
import { constant } from "../constant.ts";
import { Elemwise } from "../elemwise.ts";
import { abs, ge, maximum, minimum, neg, switch_ } from "../math.ts";
import type { TensorVariable } from "../variable.ts";
import { realLaw } from "./exponentials.ts";
import { elem, elemNode, like, nameOf, peel, scalarValue } from "./matchers.ts";

type T = TensorVariable;

const x = any("x");
const [abs_, sqr_, sqrt_] = [elem("abs"), elem("sqr"), elem("sqrt")];
const [mul_, sgn_] = [elem("mul"), elem("sgn")];

/** Functions of the magnitude alone. */
const EVEN: ReadonlySet<string> = new Set(["sqr", "cos", "cosh", "abs"]);

/** f(-x) = f(|x|) = f(x) for even functions, even powers among them. */
function evenFunction(node: Apply, ctx: RuleContext): RuleResult {
  const name = nameOf(node);
  const exponent = name === "pow" ? scalarValue(node.inputs[1]!) : undefined;
  if (!EVEN.has(name) && (exponent === undefined || exponent % 2 !== 0)) return null;
  const signed = node.inputs[0] as T;
  const inner = elemNode(peel(signed), "neg") ?? elemNode(peel(signed), "abs");
  if (inner === null) return null;
  const v = inner.inputs[0] as T;
  // |z| of a complex number is real, and the magnitude of the least integer overflows.
  if (v.dtype !== signed.dtype || !isFloat(v.dtype)) return null;
  return like(node.op.call(v, ...node.inputs.slice(1)) as T, node.outputs[0] as T, ctx);
}

const POSITIVE: ReadonlySet<string> = new Set(["exp", "sigmoid", "softplus", "cosh"]);

/** sgn(exp x) = 1. */
function signOfPositive(node: Apply, ctx: RuleContext): RuleResult {
  const inner = node.inputs[0]!.owner;
  const out = node.outputs[0] as T;
  if (inner === null || !(inner.op instanceof Elemwise) || !POSITIVE.has(nameOf(inner)) || !isFloat(out.dtype))
    return null;
  return like(constant(1, out.dtype), out, ctx);
}

/** max(max(x, y), x) = max(x, y); max(min(x, y), x) = x. */
function absorb(node: Apply, ctx: RuleContext): RuleResult {
  const out = node.outputs[0] as T;
  if (node.inputs.length !== 2) return null;
  const other = nameOf(node) === "maximum" ? "minimum" : "maximum";
  for (const [i, v] of node.inputs.entries()) {
    const w = node.inputs[1 - i] as T;
    const holds = (n: Apply | null): boolean => n !== null && n.inputs.some((a) => peel(a) === peel(w));
    if (holds(elemNode(peel(v), nameOf(node)))) return like(v as T, out, ctx);
    if (holds(elemNode(peel(v), other))) return like(w, out, ctx);
  }
  return null;
}

/** A maximum in a maximum changes nothing, whatever the values. */
function nestedExtremum(node: Apply, ctx: RuleContext): RuleResult {
  const inner = node.inputs.some((v) => elemNode(peel(v), nameOf(node)) !== null);
  return inner ? absorb(node, ctx) : null;
}

/** A minimum in a maximum hides a NaN of the other argument. */
function mixedExtrema(node: Apply, ctx: RuleContext): RuleResult {
  const inner = node.inputs.some((v) => elemNode(peel(v), nameOf(node)) !== null);
  return inner ? null : absorb(node, ctx);
}

/** max(x, -inf) = x, min(x, inf) = x. */
function neutralBound(node: Apply, ctx: RuleContext): RuleResult {
  const out = node.outputs[0] as T;
  const neutral = nameOf(node) === "maximum" ? -Infinity : Infinity;
  if (node.inputs.length !== 2 || !isFloat(out.dtype)) return null;
  const at = node.inputs.findIndex((v) => scalarValue(v) === neutral);
  return at < 0 ? null : like(node.inputs[1 - at] as T, out, ctx);
}

/** max(-x, -y) = -min(x, y). */
function negatedExtrema(node: Apply, ctx: RuleContext): RuleResult {
  const out = node.outputs[0] as T;
  if (node.inputs.length !== 2 || !isFloat(out.dtype)) return null;
  const inner = node.inputs.map((v) => (ctx.clientCount(v) > 1 ? null : elemNode(peel(v), "neg")));
  if (inner.some((n) => n === null)) return null;
  const [a, b] = inner.map((n) => n!.inputs[0]) as [T, T];
  return like(neg(nameOf(node) === "maximum" ? minimum(a, b) : maximum(a, b)), out, ctx);
}

/** |x| of what cannot be negative. */
function absOfUnsigned(node: Apply): RuleResult {
  const v = node.inputs[0] as T;
  const { dtype } = v;
  const unsigned = isDiscrete(dtype) && (dtype === "bool" || dtype.startsWith("u"));
  return unsigned && (node.outputs[0] as T).dtype === dtype ? v : null;
}

export const magnitudeRules: readonly Rule[] = [
  nodeRule("local_even_function", [...EVEN, "pow"], evenFunction, {
    exactness: "exact",
    formula: "f(-x) = f(|x|) = f(x) for even f: x**2, |x|, cos x, cosh x",
  }),
  realLaw("local_sqrt_sqr", on(sqrt_, on(sqr_, x)), abs, "sqrt(x**2) = |x|"),
  realLaw("local_sqrt_mul_self", on(sqrt_, on(mul_, x, x)), abs, "sqrt(x*x) = |x|"),
  realLaw(
    "local_sqr_sqrt",
    on(sqr_, on(sqrt_, x)),
    (v) => switch_(ge(v, 0), v, constant(NaN, v.dtype)),
    "sqrt(x)**2 = x where x >= 0, else NaN",
  ),
  realLaw("local_mul_sgn_abs", on(mul_, on(sgn_, x), on(abs_, x)), (v) => v, "sgn x * |x| = x", "special"),
  realLaw("local_mul_sgn", on(mul_, on(sgn_, x), x), abs, "sgn x * x = |x|", "special"),
  nodeRule("local_sgn_of_positive", ["sgn"], signOfPositive, {
    exactness: "special",
    formula: "sgn(exp x) = 1; likewise sigmoid, softplus, cosh",
  }),
  nodeRule("local_abs_of_unsigned", ["abs"], absOfUnsigned, {
    exactness: "exact",
    formula: "|x| = x for bools and unsigned integers",
  }),
  nodeRule("local_max_of_max", ["maximum", "minimum"], nestedExtremum, {
    exactness: "exact",
    formula: "max(max(x, y), x) = max(x, y)",
  }),
  nodeRule("local_max_of_min", ["maximum", "minimum"], mixedExtrema, {
    exactness: "special",
    formula: "max(min(x, y), x) = x",
  }),
  nodeRule("local_useless_bound", ["maximum", "minimum"], neutralBound, {
    exactness: "exact",
    formula: "max(x, -inf) = x; min(x, inf) = x",
  }),
  nodeRule("local_max_of_negs", ["maximum", "minimum"], negatedExtrema, {
    exactness: "special",
    formula: "max(-x, -y) = -min(x, y)",
  }),
  rule("local_abs_of_conj", on(abs_, on(elem("conj"), x)), ({ x: z }, ctx, out) => like(abs(z as T), out as T, ctx), {
    exactness: "exact",
    formula: "|conj z| = |z|",
  }),
];
