/**
 * Identities of elementwise functions. In these tables the right side is never dearer than the left, so the phase ends and
 * later rules meet one form of each expression.
 */
import { isComplex, isDiscrete, isFloat } from "../../dtype.ts";
import type { Apply } from "../../graph/apply.ts";
import { any, on } from "../../graph/rewriting/pattern.ts";
import { nodeRule, rule, type Rule, type RuleContext, type RuleResult } from "../../graph/rewriting/rule.ts";
import type { Variable } from "../../graph/variable.ts";
import { constant } from "../constant.ts";
import { Elemwise } from "../elemwise.ts";
import { abs, add, cast, div, invert, mul, neg, sub, switch_ } from "../math.ts";
import { ShapeI } from "../shape.ts";
import type { TensorVariable } from "../variable.ts";
import { castRules } from "./casts.ts";
import { chainRules } from "./chains.ts";
import { elem, elemNode, like, nameOf, peel, sameBroadcast, scalarValue, withoutNewAxes } from "./matchers.ts";

type T = TensorVariable;

/** A quotient with an elementwise identity on both sides. */
function sinkSwitch(node: Apply, ctx: RuleContext): RuleResult {
  // switch(c, a, 0) * y = switch(c, a*y, 0): a NaN in y stays out of the branch that was not taken.
  const out = node.outputs[0] as T;
  if (node.inputs.length !== 2 && elemNode(out, "mul") === null) return null;
  for (const [i, arg] of node.inputs.entries()) {
    if (i > 0 && elemNode(out, "true_div") !== null) break;
    const choice = elemNode(arg, "switch");
    if (choice === null || ctx.clientCount(arg) > 1) continue;
    const [c, a, b] = choice.inputs as [T, T, T];
    if (a.dtype !== b.dtype) continue;
    const others = node.inputs.filter((_, j) => j !== i) as T[];
    const combine = (x: T): T => (elemNode(out, "mul") !== null ? mul(x, ...others) : div(x, others[0]!));
    if (scalarValue(b) === 0) return like(cast(switch_(c, combine(a), b), out.dtype), out, ctx);
    if (scalarValue(a) === 0) return like(cast(switch_(c, a, combine(b)), out.dtype), out, ctx);
  }
  return null;
}

/** f(g(x)) = x for pairs of inverse functions; for these f only of real numbers, as g repeats itself along the imaginary axis. */
const OF_REAL: ReadonlySet<string> = new Set(["arcsinh", "arctanh", "arccosh"]);
const INVERSES: Readonly<Record<string, string>> = {
  neg: "neg",
  inv: "inv",
  conj: "conj",
  invert: "invert",
  deg2rad: "rad2deg",
  rad2deg: "deg2rad",
  arcsinh: "sinh",
  sinh: "arcsinh",
  arctanh: "tanh",
  tanh: "arctanh",
  arccosh: "cosh",
  cosh: "arccosh",
  sin: "arcsin",
  cos: "arccos",
  tan: "arctan",
};

function inverseOfInverse(node: Apply, ctx: RuleContext): RuleResult {
  const out = node.outputs[0] as T;
  const name = nameOf(node);
  const inner = elemNode(node.inputs[0]!, INVERSES[name]!);
  if (inner === null) return null;
  const x = inner.inputs[0] as T;
  if (x.dtype !== out.dtype || (OF_REAL.has(name) && isComplex(x.dtype))) return null;
  // cosh is even: its inverse gives back the magnitude.
  return like(name === "arccosh" ? abs(x) : x, out, ctx);
}

function uselessSwitch(node: Apply, ctx: RuleContext): RuleResult {
  const out = node.outputs[0] as T;
  const [c, a, b] = node.inputs as [T, T, T];
  const known = scalarValue(c);
  if (known !== undefined) return like(known !== 0 ? a : b, out, ctx);
  return a === b ? like(a, out, ctx) : null;
}

/** A switch inside a branch of a switch with the same condition is decided. */
function switchInSwitch(node: Apply): RuleResult {
  const [c, a, b] = node.inputs as [T, T, T];
  const inside = (v: T, branch: 1 | 2): T => {
    const inner = elemNode(v, "switch");
    return inner !== null && inner.inputs[0] === c && (inner.outputs[0] as T).ndim === c.ndim
      ? (inner.inputs[branch] as T)
      : v;
  };
  const [yes, no] = [inside(a, 1), inside(b, 2)];
  if ((yes === a && no === b) || yes.dtype !== a.dtype || no.dtype !== b.dtype) return null;
  return node.op.call(c, yes, no);
}

/** switch(c, a, b) + switch(c, d, e) = switch(c, a + d, b + e). */
function mergeSwitches(node: Apply, ctx: RuleContext): RuleResult {
  if (node.inputs.length !== 2 || node.inputs.some((v) => ctx.clientCount(v) > 1)) return null;
  const [x, y] = node.inputs.map((v) => elemNode(v, "switch"));
  if (x === null || y === null || x === undefined || y === undefined || x.inputs[0] !== y.inputs[0]) return null;
  // Branches of a smaller dtype are widened by the switch: adding them first would wrap.
  const narrow = (s: Apply): boolean => s.inputs.slice(1).some((v) => (v as T).dtype !== (s.outputs[0] as T).dtype);
  if (narrow(x) || narrow(y)) return null;
  const merge = (i: 1 | 2): T => node.op.call(x.inputs[i]!, y.inputs[i]!) as T;
  return like(switch_(x.inputs[0] as T, merge(1), merge(2)), node.outputs[0] as T, ctx);
}

/** Is an integer scalar a size, or made of sizes so that it cannot be negative? */
function isNatural(v: Variable, depth = 4): boolean {
  const value = scalarValue(v);
  if (value !== undefined) return value >= 0;
  const node = withoutNewAxes(v).owner;
  if (node === null || depth === 0) return false;
  if (node.op instanceof ShapeI) return true;
  const name = nameOf(node);
  if (name === "maximum") return node.inputs.some((x) => isNatural(x, depth - 1));
  return NATURAL.has(name) && node.inputs.every((x) => isNatural(x, depth - 1));
}

const NATURAL: ReadonlySet<string> = new Set(["add", "mul", "minimum", "int_div", "sqr"]);

/** A size is not negative. */
function compareSize(node: Apply, ctx: RuleContext): RuleResult {
  const [x, y] = node.inputs as [T, T];
  const out = node.outputs[0] as T;
  if (!isDiscrete(x.dtype) || x.ndim > 0) return null;
  const answer = (value: boolean): RuleResult => like(constant(value, "bool"), out, ctx);
  const name = nameOf(node);
  const [zeroLeft, zeroRight] = [scalarValue(x) === 0, scalarValue(y) === 0];
  if (zeroRight && (name === "ge" || name === "lt") && isNatural(x)) return answer(name === "ge");
  if (zeroLeft && (name === "le" || name === "gt") && isNatural(y)) return answer(name === "le");
  if (zeroRight && isNatural(x)) return name === "maximum" ? x : name === "minimum" ? y : null;
  if (zeroLeft && isNatural(y)) return name === "maximum" ? y : name === "minimum" ? x : null;
  return null;
}

/** Functions that do nothing the second time, or nothing to what another one made. */
const SETTLED: Readonly<Record<string, readonly string[]>> = {
  floor: ["floor", "ceil", "trunc"],
  ceil: ["floor", "ceil", "trunc"],
  trunc: ["floor", "ceil", "trunc"],
  sgn: ["sgn"],
  abs: ["abs", "exp", "sqr", "sigmoid", "softplus", "sqrt"],
};

function settled(node: Apply): RuleResult {
  const x = node.inputs[0] as T;
  if (x.owner === null || x.dtype !== (node.outputs[0] as T).dtype || isComplex(x.dtype)) return null;
  if (x.owner.inputs.some((v) => isComplex((v as T).dtype))) return null;
  const name = nameOf(node);
  return x.owner.op instanceof Elemwise && SETTLED[name]!.includes(nameOf(x.owner)) ? x : null;
}

/** max(max(x, c), d) = max(x, max(c, d)) for constants. */
function extremaOfConstants(node: Apply, ctx: RuleContext): RuleResult {
  const name = nameOf(node);
  const outer = constantAndRest(node);
  const inner = outer === null ? null : elemNode(outer.rest, name);
  const below = inner === null ? null : constantAndRest(inner);
  if (outer === null || below === null || (below.rest as T).dtype !== (node.outputs[0] as T).dtype) return null;
  const value = name === "maximum" ? Math.max(outer.value, below.value) : Math.min(outer.value, below.value);
  const out = node.outputs[0] as T;
  return like(node.op.call(below.rest, constant(value, out.dtype)) as T, out, ctx);
}

function constantAndRest(node: Apply): { value: number; rest: Variable } | null {
  for (const [i, v] of node.inputs.entries()) {
    const value = scalarValue(v);
    if (value !== undefined && !Number.isNaN(value)) return { value, rest: node.inputs[1 - i]! };
  }
  return null;
}

/** x and true, x or false, x xor false: bits that do nothing or decide. */
function bitsWithConstant(node: Apply, ctx: RuleContext): RuleResult {
  const out = node.outputs[0] as T;
  const found = constantAndRest(node);
  if (found === null || node.inputs.length !== 2) return null;
  const { value, rest } = found;
  const ones = out.dtype === "bool" ? 1 : -1;
  const name = nameOf(node);
  if (value === 0) return like(name === "and" ? constant(0, out.dtype) : (rest as T), out, ctx);
  if (value !== ones) return null;
  if (name === "and") return like(rest as T, out, ctx);
  return name === "or" ? like(constant(ones, out.dtype), out, ctx) : like(invert(rest as T), out, ctx);
}

const POWERS: ReadonlySet<number> = new Set([1, 0]);

function trivialPower(node: Apply, ctx: RuleContext): RuleResult {
  const out = node.outputs[0] as T;
  const [x, y] = node.inputs as [T, T];
  if (scalarValue(x) === 1 && !isComplex(out.dtype)) return like(constant(1, out.dtype), out, ctx);
  const exponent = scalarValue(y);
  if (exponent === undefined || !POWERS.has(exponent)) return null;
  return exponent === 1 ? like(x, out, ctx) : like(constant(1, out.dtype), out, ctx);
}

/** The negative of an unsigned integer is no less than 0. */
const isUnsigned = ({ dtype }: T): boolean => isDiscrete(dtype) && (dtype === "bool" || dtype.startsWith("u"));

/** Signs in sums; the stabilizing rules look for differences, so these run with them too. */
export const signRules: readonly Rule[] = [
  rule(
    "local_abs_neg",
    on(elem("abs"), on(elem("neg"), any("x"))),
    ({ x }) => (isUnsigned(x as T) ? null : abs(x as T)),
    {
      exactness: "exact",
      formula: "|-x| = |x|",
    },
  ),
  rule(
    "local_add_neg",
    on(elem("add"), any("x"), on(elem("neg"), any("y"))),
    ({ x, y }, ctx, out) => like(sub(x as T, y as T), out as T, ctx),
    { exactness: "exact", formula: "x + -y = x - y" },
  ),
  rule(
    "local_sub_neg",
    on(elem("sub"), any("x"), on(elem("neg"), any("y"))),
    ({ x, y }, ctx, out) => like(add(x as T, y as T), out as T, ctx),
    { exactness: "exact", formula: "x - -y = x + y" },
  ),
];

const ODD: ReadonlySet<string> = new Set([
  "erf",
  "tanh",
  "sin",
  "sinh",
  "arctan",
  "arcsin",
  "arcsinh",
  "arctanh",
  "tan",
  "sgn",
]);

/** -f(-x) = f(x) for odd functions. */
function negatedOdd(node: Apply, ctx: RuleContext): RuleResult {
  const inner = peel(node.inputs[0]!).owner;
  if (inner === null || !ODD.has(nameOf(inner))) return null;
  const negated = elemNode(inner.inputs[0]!, "neg");
  if (negated === null || isDiscrete((negated.inputs[0] as T).dtype)) return null;
  return like(inner.op.call(negated.inputs[0]!) as T, node.outputs[0] as T, ctx);
}

/** A value that does not depend on its argument. */
function sameArguments(node: Apply, ctx: RuleContext): RuleResult {
  const out = node.outputs[0] as T;
  const [x, y] = node.inputs as [T, T];
  if (node.inputs.length !== 2 || x !== y) return null;
  if (isFloat(x.dtype) || isComplex(x.dtype)) return null;
  const always: Readonly<Record<string, number>> = { eq: 1, le: 1, ge: 1, neq: 0, lt: 0, gt: 0 };
  const name = nameOf(node);
  const value = always[name];
  return value === undefined ? null : like(constant(value === 1, "bool"), out, ctx);
}

/** max(x, x) = x. */
function idempotent(node: Apply, ctx: RuleContext): RuleResult {
  const [x, y] = node.inputs as [T, T];
  if (x !== y || node.inputs.length !== 2) return null;
  return like(x, node.outputs[0] as T, ctx);
}

/** fill(x, v) = v where v already has the shape, else v repeated to the shape of x. */
function fillToAlloc(node: Apply, ctx: RuleContext): RuleResult {
  const out = node.outputs[0] as T;
  const v = node.inputs[1] as T;
  if (sameBroadcast(v, out) && v.dtype === out.dtype) return v;
  return like(v, out, ctx);
}

/** -1 * x = -x. */
function negativeUnit(node: Apply, ctx: RuleContext): RuleResult {
  const out = node.outputs[0] as T;
  const at = node.inputs.findIndex((v) => scalarValue(v) === -1);
  const others = node.inputs.filter((_, i) => i !== at) as T[];
  if (at < 0 || others.length === 0 || isComplex(out.dtype) || others.some((v) => v.dtype !== out.dtype)) return null;
  return like(neg(others.length === 1 ? others[0]! : mul(...(others as [T, T]))), out, ctx);
}

export const canonicalizeRules: readonly Rule[] = [
  ...chainRules,
  nodeRule("local_mul_specialize", ["mul"], negativeUnit, { exactness: "exact", formula: "-1 * x = -x" }),
  nodeRule("local_mul_switch_sink", ["mul"], sinkSwitch, {
    exactness: "special",
    formula: "switch(c, a, 0) * y = switch(c, a*y, 0)",
  }),
  nodeRule("local_div_switch_sink", ["true_div"], sinkSwitch, {
    exactness: "special",
    formula: "switch(c, a, 0) / y = switch(c, a/y, 0)",
  }),
  nodeRule("local_func_inv", Object.keys(INVERSES), inverseOfInverse, {
    exactness: "special",
    formula: "neg(neg x) = x, tanh(arctanh x) = x, ...",
  }),
  ...signRules,
  nodeRule("local_neg_odd", ["neg"], negatedOdd, { formula: "-f(-x) = f(x) for odd functions: erf, tanh, sin ..." }),
  nodeRule("local_idempotent", Object.keys(SETTLED), settled, {
    exactness: "exact",
    formula: "||x|| = |x|, floor(ceil x) = ceil x, |exp x| = exp x, ...",
  }),
  ...castRules,
  nodeRule("local_switch_of_switch", ["switch"], switchInSwitch, {
    exactness: "exact",
    formula: "switch(c, switch(c, x, y), z) = switch(c, x, z)",
  }),
  nodeRule("local_merge_switch_same_cond", ["add", "mul", "sub", "true_div"], mergeSwitches, {
    exactness: "exact",
    formula: "switch(c, x, y) + switch(c, z, w) = switch(c, x + z, y + w)",
  }),
  nodeRule("local_useless_elemwise_comparison", ["ge", "lt", "le", "gt", "maximum", "minimum"], compareSize, {
    exactness: "exact",
    formula: "size >= 0 is true; max(size, 0) = size",
  }),
  nodeRule("local_extrema_of_constants", ["maximum", "minimum"], extremaOfConstants, {
    exactness: "exact",
    formula: "max(max(x, c), d) = max(x, max(c, d))",
  }),
  nodeRule("local_bits_with_constant", ["and", "or", "xor"], bitsWithConstant, {
    exactness: "exact",
    formula: "x and true = x; x or false = x; ...",
  }),
  nodeRule("local_useless_switch", ["switch"], uselessSwitch, {
    exactness: "exact",
    formula: "switch(1, x, y) = x",
  }),
  nodeRule("local_pow_canonicalize", ["pow"], trivialPower, {
    exactness: "exact",
    formula: "x**1 = x; x**0 = 1; 1**x = 1",
  }),
  nodeRule("local_useless_elemwise", ["eq", "neq", "lt", "le", "gt", "ge"], sameArguments, {
    exactness: "exact",
    formula: "x == x is true (integers)",
  }),
  nodeRule("local_max_idempotent", ["maximum", "minimum", "and", "or"], idempotent, {
    exactness: "exact",
    formula: "max(x, x) = x",
  }),
  nodeRule("local_useless_fill", ["second", "fill"], fillToAlloc, {
    exactness: "exact",
    formula: "fill(x, v) = alloc(v, shape of x)",
  }),
];
