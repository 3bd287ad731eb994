/** Cheaper forms of single operations, once the canonical forms have done their work. */
import { isFloat } from "../../dtype.ts";
import type { Apply } from "../../graph/apply.ts";
import { nodeRule, type Rule, type RuleContext, type RuleResult } from "../../graph/rewriting/rule.ts";
import { constant } from "../constant.ts";
import { dimshuffle } from "../dimshuffle.ts";
import { div, mul, neg, sqr, sqrt } from "../math.ts";
import { Sum, sum } from "../reduction.ts";
import type { TensorVariable } from "../variable.ts";
import { elemNode, like, peel, scalarValue } from "./matchers.ts";

type T = TensorVariable;

/** x**n by squaring, for the small exponents that occur; x**0.5 = sqrt x, x**-n = 1/x**n. */
function powerByConstant(node: Apply, ctx: RuleContext): RuleResult {
  const out = node.outputs[0] as T;
  const [x, y] = node.inputs as [T, T];
  const n = scalarValue(y);
  if (n === undefined || x.dtype !== out.dtype) return null;
  let result: T | null = null;
  if (n === 0.5) result = isFloat(x.dtype) ? sqrt(x) : null;
  else if (n === -0.5) result = isFloat(x.dtype) ? div(1, sqrt(x)) : null;
  else if (Number.isInteger(n) && Math.abs(n) <= 16 && n !== 0) {
    if (n < 0 && !isFloat(x.dtype)) return null;
    const positive = integerPower(x, Math.abs(n));
    result = n > 0 ? positive : div(1, positive);
  }
  return result === null ? null : like(result, out, ctx);
}

function integerPower(x: T, n: number): T {
  if (n === 1) return x;
  const half = integerPower(x, Math.floor(n / 2));
  const even = sqr(half);
  return n % 2 === 0 ? even : mul(even, x);
}

/** x*x = sqr(x). */
function square(node: Apply, ctx: RuleContext): RuleResult {
  if (node.inputs.length !== 2 || node.inputs[0] !== node.inputs[1]) return null;
  return like(sqr(node.inputs[0] as T), node.outputs[0] as T, ctx);
}

/** A division by a power of two is an exact multiplication. */
function divideByPowerOfTwo(node: Apply, ctx: RuleContext): RuleResult {
  const out = node.outputs[0] as T;
  const [x, y] = node.inputs as [T, T];
  const c = scalarValue(y);
  if (c === undefined || c === 0 || x.dtype !== out.dtype || !isFloat(out.dtype)) return null;
  const exponent = Math.log2(Math.abs(c));
  if (!Number.isInteger(exponent) || Math.abs(exponent) > 14) return null;
  return like(mul(x, constant(1 / c, out.dtype)), out, ctx);
}

/** sum(c * x) = c * sum(x) for a scalar c; sum(-x) = -sum(x). */
function sumOfScaled(node: Apply, ctx: RuleContext): RuleResult {
  const op = node.op;
  if (!(op instanceof Sum)) return null;
  const out = node.outputs[0] as T;
  const arg = node.inputs[0] as T;
  if (!isFloat(arg.dtype) || ctx.clientCount(arg) > 1) return null;
  const axis = [...op.axes];
  const negated = elemNode(arg, "neg");
  if (negated !== null) return like(neg(sum(negated.inputs[0] as T, { axis })), out, ctx);
  const product = elemNode(arg, "mul");
  if (product === null) return null;
  const outside: T[] = [];
  const inside: T[] = [];
  for (const factor of product.inputs as T[]) {
    const scalar = peel(factor) as T;
    if (scalar.ndim === 0) outside.push(scalar);
    else inside.push(factor);
  }
  if (outside.length === 0 || inside.length === 0) return null;
  const rest = inside.length === 1 ? inside[0]! : mul(...(inside as [T, T]));
  if (rest.type.shape.some((n, i) => (n === 1) !== (arg.type.shape[i] === 1))) return null;
  return like(mul(sum(rest, { axis }), ...(outside as [T])), out, ctx);
}

/** sum over axes of a sum over axes is one sum. */
function sumOfSum(node: Apply): RuleResult {
  const op = node.op;
  const inner = node.inputs[0]!.owner;
  if (!(op instanceof Sum) || inner === null || !(inner.op instanceof Sum)) return null;
  const x = inner.inputs[0] as T;
  if (x.dtype !== (node.outputs[0] as T).dtype) return null;
  const removed = inner.op.axes;
  const left = [...Array(x.ndim).keys()].filter((i) => !removed.includes(i));
  const axis = [...removed, ...op.axes.map((a) => left[a]!)].sort((a, b) => a - b);
  return sum(x, { axis });
}

/** A sum over dimensions of static size 1 is a rank change. */
function sumOfBroadcast(node: Apply): RuleResult {
  const op = node.op;
  if (!(op instanceof Sum)) return null;
  const x = node.inputs[0] as T;
  const out = node.outputs[0] as T;
  const trivial = op.axes.filter((a) => x.type.shape[a] === 1);
  if (trivial.length === 0 || x.dtype !== out.dtype) return null;
  const keep = [...Array(x.ndim).keys()].filter((i) => !trivial.includes(i));
  const dropped = dimshuffle(x, keep);
  const axis = op.axes.filter((a) => !trivial.includes(a)).map((a) => keep.indexOf(a));
  return axis.length === 0 ? dropped : sum(dropped, { axis });
}

export const specializeRules: readonly Rule[] = [
  nodeRule("local_pow_specialize", ["pow"], powerByConstant, { formula: "x**2 = sqr x, x**0.5 = sqrt x, ..." }),
  nodeRule("local_mul_to_sqr", ["mul"], square, { exactness: "exact", formula: "x*x = sqr x" }),
  nodeRule("local_div_by_power_of_two", ["true_div"], divideByPowerOfTwo, { exactness: "exact", formula: "x/4 = x*0.25" }),
  nodeRule("local_sum_prod_mul_by_scalar", ["Sum"], sumOfScaled, { formula: "sum(c*x) = c*sum(x)" }),
  nodeRule("local_op_of_op", ["Sum"], sumOfSum, { formula: "sum(sum(x)) = sum(x) over both axes" }),
  nodeRule("local_reduce_broadcastable", ["Sum"], sumOfBroadcast, { exactness: "exact", formula: "sum over a dimension of size 1" }),
];
