/** Comparisons, booleans, choices, and functions that integers and bools do not need. */
import { isComplex, isDiscrete, isFloat } from "../../dtype.ts";
import type { Apply } from "../../graph/apply.ts";
import { any, on } from "../../graph/rewriting/pattern.ts";
import { nodeRule, rule, type Rule, type RuleContext, type RuleResult } from "../../graph/rewriting/rule.ts";
import type { Variable } from "../../graph/variable.ts";
import { constant } from "../constant.ts";
import { Elemwise } from "../elemwise.ts";
import { cast, eq, ge, gt, intDiv, invert, le, lt, neq, switch_ } from "../math.ts";
import type { TensorVariable } from "../variable.ts";
import { isWidening } from "./casts.ts";
import { elem, elemNode, like, nameOf, peel, sameBroadcast, scalarValue } from "./matchers.ts";

type T = TensorVariable;
type Binary = (a: T, b: T) => T;

const COMPARISONS: Readonly<Record<string, Binary>> = { eq, neq, lt, le, gt, ge };
const OPPOSITE: Readonly<Record<string, string>> = { eq: "neq", neq: "eq", lt: "ge", ge: "lt", gt: "le", le: "gt" };
const MIRRORED: Readonly<Record<string, string>> = { lt: "gt", gt: "lt", le: "ge", ge: "le", eq: "eq", neq: "neq" };
const COMPARISON_NAMES = Object.keys(COMPARISONS);

/** not (x < y) = x >= y where no NaN can come between; not (x == y) = x != y always. */
function notComparison(node: Apply, ctx: RuleContext): RuleResult {
  const out = node.outputs[0] as T;
  const inner = node.inputs[0]!.owner;
  if (out.dtype !== "bool" || inner === null || !(inner.op instanceof Elemwise)) return null;
  const name = nameOf(inner);
  const opposite = OPPOSITE[name];
  if (opposite === undefined || ctx.clientCount(node.inputs[0]!) > 1) return null;
  const [a, b] = inner.inputs as [T, T];
  const total = isDiscrete(a.dtype) && isDiscrete(b.dtype);
  return total || name === "eq" || name === "neq" ? COMPARISONS[opposite]!(a, b) : null;
}

/** b == true is b, b == false is not b. */
function comparisonOfBool(node: Apply, ctx: RuleContext): RuleResult {
  for (const [i, v] of node.inputs.entries()) {
    const b = node.inputs[1 - i] as T;
    const value = scalarValue(v);
    if (b.dtype !== "bool" || (value !== 0 && value !== 1)) continue;
    return like((value === 1) === (nameOf(node) === "eq") ? b : invert(b), node.outputs[0] as T, ctx);
  }
  return null;
}

/** x and not x is false, x or not x is true, x xor x is false. */
function complements(node: Apply, ctx: RuleContext): RuleResult {
  const out = node.outputs[0] as T;
  if (node.inputs.length !== 2) return null;
  const [x, y] = node.inputs.map(peel) as [T, T];
  const name = nameOf(node);
  if (name === "xor" && x === y) return like(constant(0, out.dtype), out, ctx);
  const isComplement = elemNode(x, "invert")?.inputs[0] === y || elemNode(y, "invert")?.inputs[0] === x;
  if (!isComplement) return null;
  return like(constant(name === "and" ? 0 : out.dtype === "bool" ? 1 : -1, out.dtype), out, ctx);
}

/** -x < -y is y < x; -x < c is x > -c. */
function comparisonOfNegs(node: Apply, ctx: RuleContext): RuleResult {
  const [a, b] = node.inputs as [T, T];
  // -x of the least integer is itself.
  if (!isFloat(a.dtype) || a.dtype !== b.dtype) return null;
  const inner = (v: T): T | null => (elemNode(peel(v), "neg")?.inputs[0] as T | undefined) ?? null;
  const number = (v: T): T | null => {
    const c = scalarValue(v);
    return c === undefined ? null : constant(-c, v.dtype);
  };
  const [x, y] = [inner(a), inner(b)];
  if (x === null && y === null) return null;
  const [left, right] = [x ?? number(a), y ?? number(b)];
  if (left === null || right === null) return null;
  return like(COMPARISONS[MIRRORED[nameOf(node)]!]!(left, right), node.outputs[0] as T, ctx);
}

/** Comparisons of values that were only widened. */
function comparisonOfCasts(node: Apply): RuleResult {
  const inner = node.inputs.map((v) => elemNode(peel(v), "cast"));
  if (inner.some((n) => n === null)) return null;
  const [a, b] = inner.map((n) => n!.inputs[0]) as [T, T];
  const wide = (node.inputs[0] as T).dtype;
  if (a.dtype !== b.dtype || a.dtype === wide || wide !== (node.inputs[1] as T).dtype) return null;
  if (a.dtype === "bool" || !isWidening(a.dtype, wide)) return null;
  return COMPARISONS[nameOf(node)]!(a, b);
}

/** An unsigned number is not below 0. */
function comparisonOfUnsigned(node: Apply, ctx: RuleContext): RuleResult {
  const unsigned = (v: Variable): boolean => (v as T).dtype.startsWith("u");
  const [x, y] = node.inputs as [T, T];
  const name = nameOf(node);
  const always = (value: boolean): RuleResult => like(constant(value, "bool"), node.outputs[0] as T, ctx);
  if (unsigned(x) && scalarValue(y) === 0 && (name === "ge" || name === "lt")) return always(name === "ge");
  if (unsigned(y) && scalarValue(x) === 0 && (name === "le" || name === "gt")) return always(name === "le");
  return null;
}

/** Integers are neither NaN nor infinite, and a sign does not matter. */
function testOfNumber(node: Apply, ctx: RuleContext): RuleResult {
  const v = node.inputs[0] as T;
  const out = node.outputs[0] as T;
  if (isDiscrete(v.dtype)) return like(constant(false), out, ctx);
  const inner = elemNode(v, "neg") ?? elemNode(v, "abs");
  if (inner === null || isComplex(v.dtype) || (inner.inputs[0] as T).dtype !== v.dtype) return null;
  return node.op.call(inner.inputs[0]!);
}

// --- choices -----------------------------------------------------------------------------------

/** switch(not c, x, y) = switch(c, y, x). */
function switchOfNot(node: Apply): RuleResult {
  const [c, x, y] = node.inputs as [T, T, T];
  const inner = elemNode(c, "invert");
  return inner === null || c.dtype !== "bool" ? null : switch_(inner.inputs[0] as T, y, x);
}

/** switch(c, f(x), f(y)) = f(switch(c, x, y)): one evaluation instead of two. */
function switchOfFunctions(node: Apply, ctx: RuleContext): RuleResult {
  const out = node.outputs[0] as T;
  const [, x, y] = node.inputs as [T, T, T];
  const [f, g] = [x.owner, y.owner];
  if (f === null || g === null || !(f.op instanceof Elemwise) || f.inputs.length !== 1 || f.op.key !== g.op.key)
    return null;
  if (ctx.clientCount(x) > 1 || ctx.clientCount(y) > 1 || x === y) return null;
  const [a, b] = [f.inputs[0], g.inputs[0]] as [T, T];
  if (a.dtype !== b.dtype || x.dtype !== out.dtype || !sameBroadcast(a, out) || !sameBroadcast(b, out)) return null;
  return f.op.call(switch_(node.inputs[0] as T, a, b));
}

/** switch(c, 1, 0) = c as a number. */
function switchToCast(node: Apply, ctx: RuleContext): RuleResult {
  const [c, x, y] = node.inputs as [T, T, T];
  const out = node.outputs[0] as T;
  const [a, b] = [scalarValue(x), scalarValue(y)];
  if (c.dtype !== "bool" || isComplex(out.dtype)) return null;
  // -0 is not 0.
  if (Object.is(a, 1) && Object.is(b, 0)) return like(cast(c, out.dtype), out, ctx);
  return Object.is(a, 0) && Object.is(b, 1) ? like(cast(invert(c), out.dtype), out, ctx) : null;
}

// --- integers ----------------------------------------------------------------------------------

/** x // 1 = x, x mod 1 = 0, (x // c) // d = x // (c*d), (x mod c) mod c = x mod c for positive constants. */
function integerDivision(node: Apply, ctx: RuleContext): RuleResult {
  const out = node.outputs[0] as T;
  const [x, y] = node.inputs as [T, T];
  const c = scalarValue(y);
  if (!isDiscrete(out.dtype) || out.dtype === "bool" || c === undefined || c < 1 || x.dtype !== out.dtype) return null;
  const name = nameOf(node);
  if (c === 1) return name === "int_div" ? like(x, out, ctx) : like(constant(0, out.dtype), out, ctx);
  const inner = elemNode(peel(x), name);
  const d = inner === null ? undefined : scalarValue(inner.inputs[1]!);
  if (inner === null || d === undefined || d < 1 || (inner.inputs[0] as T).dtype !== out.dtype) return null;
  if (name === "mod") return c === d ? like(x, out, ctx) : null;
  return c * d <= 127 || (out.dtype.endsWith("64") && c * d <= 2 ** 31)
    ? like(intDiv(inner.inputs[0] as T, constant(c * d, out.dtype)), out, ctx)
    : null;
}

const ROUNDINGS = ["floor", "ceil", "trunc", "round_half_to_even", "round_half_away_from_zero"];

/** floor(n) = n for what was an integer before it became a float. */
function roundingOfInteger(node: Apply): RuleResult {
  const v = node.inputs[0] as T;
  if (v.dtype !== (node.outputs[0] as T).dtype) return null;
  if (isDiscrete(v.dtype)) return v;
  const inner = elemNode(v, "cast");
  return inner !== null && isDiscrete((inner.inputs[0] as T).dtype) && !isComplex(v.dtype) ? v : null;
}

// --- complex numbers ---------------------------------------------------------------------------

/** complex(real z, imag z) = z. */
function complexOfParts(node: Apply, ctx: RuleContext): RuleResult {
  const [a, b] = [elemNode(node.inputs[0]!, "real"), elemNode(node.inputs[1]!, "imag")];
  const v = a?.inputs[0] as T | undefined;
  if (v === undefined || b === null || b.inputs[0] !== v || v.dtype !== (node.outputs[0] as T).dtype) return null;
  return like(v, node.outputs[0] as T, ctx);
}

function part(name: string, which: "re" | "im"): Rule {
  return rule(
    name,
    on(elem(which === "re" ? "real" : "imag"), on(elem("complex"), any("re"), any("im"))),
    (c, ctx, out) => ((c[which] as T).dtype === (out as T).dtype ? like(c[which] as T, out as T, ctx) : null),
    { exactness: "exact", formula: which === "re" ? "real(complex(a, b)) = a" : "imag(complex(a, b)) = b" },
  );
}

export const logicRules: readonly Rule[] = [
  nodeRule("local_invert_comparison", ["invert"], notComparison, {
    exactness: "exact",
    formula: "not (x == y) = x != y; not (x < y) = x >= y (integers)",
  }),
  nodeRule("local_comparison_of_bool", ["eq", "neq"], comparisonOfBool, {
    exactness: "exact",
    formula: "(b == true) = b; (b == false) = not b",
  }),
  nodeRule("local_complements", ["and", "or", "xor"], complements, {
    exactness: "exact",
    formula: "x and not x = false; x or not x = true; x xor x = false",
  }),
  nodeRule("local_comparison_of_negs", COMPARISON_NAMES, comparisonOfNegs, {
    exactness: "exact",
    formula: "-x < -y is x > y; -x < c is x > -c",
  }),
  nodeRule("local_comparison_of_casts", COMPARISON_NAMES, comparisonOfCasts, {
    exactness: "exact",
    formula: "cast x < cast y is x < y where the casts only widen",
  }),
  nodeRule("local_comparison_of_unsigned", ["lt", "le", "gt", "ge"], comparisonOfUnsigned, {
    exactness: "exact",
    formula: "x >= 0 is true for unsigned integers",
  }),
  nodeRule("local_test_of_number", ["isnan", "isinf"], testOfNumber, {
    exactness: "exact",
    formula: "isnan(integer) = false; isnan(-x) = isnan(|x|) = isnan x",
  }),
  nodeRule("local_switch_of_not", ["switch"], switchOfNot, {
    exactness: "exact",
    formula: "switch(not c, x, y) = switch(c, y, x)",
  }),
  nodeRule("local_switch_of_functions", ["switch"], switchOfFunctions, {
    exactness: "exact",
    formula: "switch(c, f(x), f(y)) = f(switch(c, x, y))",
  }),
  nodeRule("local_intdiv_by_one", ["int_div", "mod"], integerDivision, {
    exactness: "exact",
    formula: "x // 1 = x; x % 1 = 0; x // c // d = x // (c*d); x % c % c = x % c (integers)",
  }),
  nodeRule("local_rounding_of_integer", ROUNDINGS, roundingOfInteger, {
    exactness: "exact",
    formula: "floor(n) = n for integers",
  }),
  nodeRule("local_complex_of_parts", ["complex"], complexOfParts, {
    exactness: "exact",
    formula: "complex(real z, imag z) = z",
  }),
  part("local_real_of_complex", "re"),
  part("local_imag_of_complex", "im"),
];

/** Run last: earlier rules look for choices between numbers. */
export const choiceRules: readonly Rule[] = [
  nodeRule("local_switch_to_cast", ["switch"], switchToCast, {
    exactness: "exact",
    formula: "switch(c, 1, 0) = cast(c)",
  }),
];

const ALWAYS: Readonly<Record<string, boolean>> = { eq: true, le: true, ge: true, neq: false, lt: false, gt: false };

/** As Theano does, but on request only: x == x is how NaN is found. */
export const optionalRules: readonly Rule[] = [
  nodeRule(
    "local_useless_float_comparison",
    Object.keys(ALWAYS),
    (node, ctx) => {
      const [x, y] = node.inputs.map(peel);
      if (x !== y || !isFloat((x as T).dtype)) return null;
      return like(constant(ALWAYS[nameOf(node)]!), node.outputs[0] as T, ctx);
    },
    { exactness: "special", tags: ["optional"], formula: "x == x is true (floats, NaN ignored)" },
  ),
];
