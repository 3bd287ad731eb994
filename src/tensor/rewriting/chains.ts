/** Chains of sums and of products: one constant, no term that cancels another. */
import { fitsInteger, isComplex, isDiscrete, isFloat, maxFinite, type FloatDType } from "../../dtype.ts";
import type { Apply } from "../../graph/apply.ts";
import { any, on } from "../../graph/rewriting/pattern.ts";
import { nodeRule, rule, type Rule, type RuleContext, type RuleResult } from "../../graph/rewriting/rule.ts";
import type { Variable } from "../../graph/variable.ts";
import { constant } from "../constant.ts";
import { DimShuffle } from "../dimshuffle.ts";
import { Elemwise } from "../elemwise.ts";
import { add, cast, div, inv, mul, neg, sub } from "../math.ts";
import type { TensorVariable } from "../variable.ts";
import { elem, like, nameOf, peel, scalarValue } from "./matchers.ts";

type T = TensorVariable;

/** Longest chain that is flattened at once: the work per node stays bounded. */
const MAX_NODES = 256;

export interface Chain {
  readonly plus: T[];
  readonly minus: T[];
  /** Signs taken out of the factors of a product. */
  negations: number;
}

type Family = "sum" | "product";

/** The functions of a chain: combine, its inverse, the inverse with one argument, a change of sign. */
const FAMILIES: Readonly<Record<Family, readonly string[]>> = {
  sum: ["add", "sub", "neg"],
  product: ["mul", "true_div", "inv", "neg"],
};

function memberOf(node: Apply | null, family: Family): number {
  return node !== null && node.op instanceof Elemwise ? FAMILIES[family].indexOf(node.op.scalarOp.name) : -1;
}

/** Is `node` part of the chain of its only client? Then that chain is looked at as a whole. */
export function isAbsorbed(node: Apply, family: Family, ctx: RuleContext): boolean {
  const { dtype } = node.outputs[0] as T;
  for (let at = node; ; ) {
    const uses = ctx.graph.clients(at.outputs[0]!);
    const client = uses.length === 1 ? uses[0]!.node : null;
    if (client === null || (client.outputs[0] as T).dtype !== dtype) return false;
    const kind = memberOf(client, family);
    if (kind === 0 || kind === 1) return true;
    if (kind < 0 && !(client.op instanceof DimShuffle && peel(client.outputs[0]!) !== client.outputs[0])) return false;
    at = client;
  }
}

/**
 * The terms of a chain: x+y-z is plus [x, y], minus [z]; x*y/z likewise. Looks into an argument only if this chain is its
 * only client (so nothing is computed twice) and it has the same dtype.
 */
export function chainOf(node: Apply, family: Family, ctx: RuleContext): Chain {
  const chain: Chain = { plus: [], minus: [], negations: 0 };
  const { dtype } = node.outputs[0] as T;
  // Depth first, left to right.
  const stack: [Variable, boolean][] = [[node.outputs[0]!, true]];
  let budget = MAX_NODES;
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const [v, positive] = top;
    const root = v === node.outputs[0];
    const inner = root ? v : peel(v);
    const kind = (inner as T).dtype === dtype ? memberOf(inner.owner, family) : -1;
    const open = kind >= 0 && budget > 0 && (root || (ctx.clientCount(inner) <= 1 && ctx.clientCount(v) <= 1));
    if (!open) {
      (positive ? chain.plus : chain.minus).push(v as T);
      continue;
    }
    budget--;
    if (kind === 3) chain.negations++;
    const { inputs } = inner.owner!;
    for (let i = inputs.length - 1; i >= 0; i--) {
      stack.push([inputs[i]!, kind === 2 || (kind === 1 && i === 1) ? !positive : positive]);
    }
  }
  return chain;
}

/** Removes what stands on both sides; the number of pairs removed. */
function cancel({ plus, minus }: Chain): number {
  if (plus.length === 0 || minus.length === 0) return 0;
  const keys = new Set(plus.map(peel));
  if (!minus.some((x) => keys.has(peel(x)))) return 0;
  let removed = 0;
  for (let i = minus.length - 1; i >= 0; i--) {
    const key = peel(minus[i]!);
    const at = plus.findIndex((x) => peel(x) === key);
    if (at < 0) continue;
    plus.splice(at, 1);
    minus.splice(i, 1);
    removed++;
  }
  return removed;
}

/** Takes the constants out of a list. */
function takeConstants(list: T[]): number[] {
  const values: number[] = [];
  for (let i = list.length - 1; i >= 0; i--) {
    const value = scalarValue(list[i]!);
    if (value === undefined) continue;
    values.unshift(value);
    list.splice(i, 1);
  }
  return values;
}

/** x + y - x = y; constants are added up; x + 0 = x. */
function canonizeSum(node: Apply, ctx: RuleContext): RuleResult {
  const out = node.outputs[0] as T;
  if (out.dtype === "bool" || isComplex(out.dtype) || isAbsorbed(node, "sum", ctx)) return null;
  const chain = chainOf(node, "sum", ctx);
  const cancelled = cancel(chain);
  const up = takeConstants(chain.plus);
  const down = takeConstants(chain.minus);
  const total = up.reduce((a, b) => a + b, 0) - down.reduce((a, b) => a + b, 0);
  const constants = up.length + down.length;
  const rest = chain.plus.length + chain.minus.length;
  const folded = total !== 0 ? 1 : 0;
  // x - 2 is x + -2: later rules meet constants as one form.
  if (cancelled === 0 && constants <= folded && down.length === 0) return null;
  if (!fits(total, out)) return null;
  if (rest === 0) return like(constant(total, out.dtype), out, ctx);
  if (folded === 1) chain.plus.push(constant(total, out.dtype));
  widen(chain.plus, out);
  if (chain.plus.length === 0) widen(chain.minus, out);
  let result: T;
  if (chain.plus.length === 0) {
    result = neg(sumOf(chain.minus));
  } else {
    result = sumOf(chain.plus);
    for (const x of chain.minus) result = sub(result, x);
  }
  return like(result, out, ctx);
}

/** What is left may be of a smaller dtype than what was cancelled. */
function widen(terms: T[], out: T): void {
  const [first] = terms;
  if (first !== undefined && terms.every((x) => x.dtype !== out.dtype)) terms[0] = cast(first, out.dtype);
}

export function sumOf(terms: readonly T[]): T {
  return terms.length === 1 ? terms[0]! : add(...(terms as [T, T, ...T[]]));
}

export function productOf(factors: readonly T[]): T {
  return factors.length === 1 ? factors[0]! : mul(...(factors as [T, T, ...T[]]));
}

/** x*y/x = y; constants are multiplied; x*1 = x; x*0 = 0. */
function canonizeProduct(node: Apply, ctx: RuleContext): RuleResult {
  const out = node.outputs[0] as T;
  if (out.dtype === "bool" || isComplex(out.dtype) || isAbsorbed(node, "product", ctx)) return null;
  const chain = chainOf(node, "product", ctx);
  if (nameOf(node) === "true_div" && isReciprocal(chain) && scalarValue(node.inputs[0]!) === 1) return null;
  const cancelled = cancel(chain);
  const up = takeConstants(chain.plus);
  const down = takeConstants(chain.minus);
  // x / c is left alone where it stands alone: x * (1/c) rounds differently.
  if (up.length === 0 && down.length === 1) chain.minus.push(constant(down.pop()!, out.dtype));
  const sign = chain.negations % 2 === 0 ? 1 : -1;
  const product = (sign * up.reduce((a, b) => a * b, 1)) / down.reduce((a, b) => a * b, 1);
  const constants = up.length + down.length;
  const rest = chain.plus.length + chain.minus.length;
  if (product === 0 && constants > 0 && rest > 0) return like(constant(0, out.dtype), out, ctx);
  const folded = product !== 1 ? 1 : 0;
  if (cancelled === 0 && constants <= folded && chain.negations === 0) return null;
  if (!fits(product, out)) return null;
  if (rest === 0) return like(constant(product, out.dtype), out, ctx);
  if (folded === 1 && !(product === -1 && chain.plus.length > 0)) {
    chain.plus.unshift(constant(product, out.dtype));
  }
  widen(chain.plus, out);
  widen(chain.minus, out);
  let result = chain.plus.length === 0 ? constant(1, out.dtype) : productOf(chain.plus);
  if (chain.minus.length > 0) result = div(result, productOf(chain.minus));
  if (folded === 1 && product === -1 && chain.plus.length > 0) result = neg(result);
  return like(result, out, ctx);
}

/** 1/x, the canonical form of inv(x); 1/(x*y). */
function isReciprocal({ plus, minus, negations }: Chain): boolean {
  return (
    negations === 0 &&
    plus.length === 1 &&
    scalarValue(plus[0]!) === 1 &&
    minus.every((x) => scalarValue(x) === undefined)
  );
}

/** A folded constant must be a value of the dtype: overflow, wrap-around and underflow stay where they were. */
export function fits(value: number, { dtype }: T): boolean {
  if (!Number.isFinite(value)) return false;
  if (isDiscrete(dtype)) return Number.isSafeInteger(value) && fitsInteger(value, dtype);
  if (!isFloat(dtype) || value === 0) return true;
  return Math.abs(value) >= SMALLEST_NORMAL[dtype] && Math.abs(value) <= maxFinite(dtype);
}

const SMALLEST_NORMAL: Readonly<Record<FloatDType, number>> = {
  float16: 2 ** -14,
  float32: 2 ** -126,
  float64: 2 ** -1022,
};

export const chainRules: readonly Rule[] = [
  nodeRule("local_add_canonizer", ["add", "sub"], canonizeSum, {
    exactness: "special",
    formula: "x + y - x = y; x + 0 = x; c + x + d = (c+d) + x",
  }),
  nodeRule("local_mul_canonizer", ["mul", "true_div"], canonizeProduct, {
    exactness: "special",
    formula: "x*y/x = y; x*1 = x; x*0 = 0; c*x*d = (c*d)*x; -x*-y = x*y",
  }),
];

/** Forms that later rules do not look for; `uncanonicalizeRules` undoes what would cost. */
export const normalFormRules: readonly Rule[] = [
  rule("local_inv_canon", on(elem("inv"), any("x")), ({ x }, ctx, out) => like(div(1, x as T), out as T, ctx), {
    exactness: "exact",
    formula: "inv x = 1/x",
  }),
];

/** More arguments than this are combined in steps. */
const LONGEST = 32;

/** add(x1, ..., x1000) = add(add(x1, ..., x32), ...): the order of the additions stays, but no expression is that deep. */
function splitLongChain(node: Apply): RuleResult {
  const { inputs } = node;
  const { dtype } = node.outputs[0] as T;
  // A sum in half precision is rounded once, at its end.
  if (inputs.length <= LONGEST || dtype === "float16") return null;
  const typed = (inputs as T[]).map((v) => (v.dtype === dtype ? v : cast(v, dtype)));
  let result = node.op.call(...typed.slice(0, LONGEST)) as T;
  for (let at = LONGEST; at < typed.length; at += LONGEST - 1) {
    result = node.op.call(result, ...typed.slice(at, at + LONGEST - 1)) as T;
  }
  return result;
}

export const uncanonicalizeRules: readonly Rule[] = [
  nodeRule("local_split_long_chain", ["add", "mul"], splitLongChain, {
    exactness: "exact",
    formula: "x1 + ... + x1000 = (x1 + ... + x32) + ...: no expression gets too deep",
  }),
  rule(
    "local_div_to_inv",
    on(elem("true_div"), 1, any("x")),
    ({ x }, ctx, out) => {
      const { dtype } = out as T;
      // The reciprocal of a small integer type has a smaller float than a quotient may have.
      return like(inv((x as T).dtype === dtype ? (x as T) : cast(x as T, dtype)), out as T, ctx);
    },
    { exactness: "exact", formula: "1/x = inv x" },
  ),
];
