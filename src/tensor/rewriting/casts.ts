/** Casts that change nothing. */
import { integerRange, isComplex, isDiscrete, type DType } from "../../dtype.ts";
import type { Apply } from "../../graph/apply.ts";
import { nodeRule, type Rule, type RuleContext, type RuleResult } from "../../graph/rewriting/rule.ts";
import { cast } from "../math.ts";
import type { TensorVariable } from "../variable.ts";
import { elemNode, like } from "./matchers.ts";

type T = TensorVariable;

/** Integers that a float holds exactly. */
const MANTISSA: Readonly<Record<string, number>> = {
  float16: 11,
  float32: 24,
  float64: 53,
  complex64: 24,
  complex128: 53,
};

/** Has every value of `from` the same value in `to`? */
export function isWidening(from: DType, to: DType): boolean {
  if (from === to || from === "bool") return true;
  if (isDiscrete(from) && isDiscrete(to)) {
    const [a, b] = [integerRange(from), integerRange(to)];
    return a.min >= b.min && a.max <= b.max;
  }
  if (isDiscrete(from)) return Number(integerRange(from).max) <= 2 ** MANTISSA[to]!;
  if (isDiscrete(to) || (isComplex(from) && !isComplex(to))) return false;
  return MANTISSA[from]! <= MANTISSA[to]!;
}

/** Casts that change nothing, and casts of casts that only widened. */
function castOfCast(node: Apply, ctx: RuleContext): RuleResult {
  const out = node.outputs[0] as T;
  const x = node.inputs[0] as T;
  if (x.dtype === out.dtype) return x;
  const inner = elemNode(x, "cast");
  if (inner === null) return null;
  const from = inner.inputs[0] as T;
  return isWidening(from.dtype, x.dtype) ? like(cast(from, out.dtype), out, ctx) : null;
}

export const castRules: readonly Rule[] = [
  nodeRule("local_cast_cast", ["cast"], castOfCast, {
    exactness: "exact",
    formula: "cast(x) = x; cast(cast x) = cast x where the first only widens",
  }),
];
