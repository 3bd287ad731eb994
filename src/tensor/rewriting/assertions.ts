/** Assertions: what is proved is dropped, the rest is tested once, and is in nobody's way. */
import type { Apply } from "../../graph/apply.ts";
import { nodeRule, type Rule, type RuleResult } from "../../graph/rewriting/rule.ts";
import type { Variable } from "../../graph/variable.ts";
import { Assert } from "../assert.ts";
import { DimShuffle } from "../dimshuffle.ts";
import { Elemwise } from "../elemwise.ts";
import { All, Any, Prod, Sum } from "../reduction.ts";
import { elemNode, scalarValue } from "./matchers.ts";

const assertionOf = (v: Variable): Apply | null => (v.owner?.op instanceof Assert ? v.owner : null);

const make = (op: Assert, value: Variable, conditions: readonly Variable[]): Variable =>
  conditions.length === 0 ? value : op.call(value, ...conditions);

/** Without conditions that are true, that come twice, or that an assertion behind the value tests already. */
function withoutProved(node: Apply): RuleResult {
  const { op } = node;
  if (!(op instanceof Assert)) return null;
  const [value, ...conditions] = node.inputs as [Variable, ...Variable[]];
  const tested = new Set<Variable>();
  for (let at = assertionOf(value); at !== null; at = assertionOf(at.inputs[0]!)) {
    for (const c of at.inputs.slice(1)) tested.add(c);
  }
  const left = [...new Set(conditions)].filter((c) => !tested.has(c) && scalarValue(c) !== 1);
  return left.length === conditions.length ? null : make(op, value, left);
}

/** Both sides of `and` by themselves: one may be proved. */
function splitConditions(node: Apply): RuleResult {
  const { op } = node;
  if (!(op instanceof Assert)) return null;
  const [value, ...conditions] = node.inputs as [Variable, ...Variable[]];
  const parts = conditions.flatMap((c) => elemNode(c, "and")?.inputs ?? [c]);
  return parts.length === conditions.length ? null : make(op, value, parts);
}

/** One assertion instead of two with the same message. */
function mergeAssertions(node: Apply): RuleResult {
  const { op } = node;
  const inner = assertionOf(node.inputs[0]!);
  if (!(op instanceof Assert) || inner === null || inner.op.key !== op.key) return null;
  const [value, ...conditions] = inner.inputs as [Variable, ...Variable[]];
  return make(op, value, [...conditions, ...node.inputs.slice(1)]);
}

/** What cannot fail itself: no error overtakes the assertion. */
function mayPass({ op }: Apply): boolean {
  return (
    op instanceof Elemwise ||
    op instanceof DimShuffle ||
    op instanceof Sum ||
    op instanceof Prod ||
    op instanceof All ||
    op instanceof Any
  );
}

/** Assertions rise above what is computed from the value, where they hide nothing from other rules. */
function liftAssertion(node: Apply): RuleResult {
  const at = node.inputs.findIndex((v) => assertionOf(v) !== null);
  if (at < 0 || !mayPass(node) || node.outputs.length > 1) return null;
  const [value, ...conditions] = node.inputs[at]!.owner!.inputs as [Variable, ...Variable[]];
  const out = node.op.call(...node.inputs.map((v, i) => (i === at ? value : v)));
  return make(node.inputs[at]!.owner!.op as Assert, out, conditions);
}

export const assertionRules: readonly Rule[] = [
  nodeRule("local_remove_useless_assert", ["Assert"], withoutProved, {
    exactness: "exact",
    formula: "assert(x, true) = x; assert(x, c, c) = assert(x, c)",
  }),
  nodeRule("local_split_assert", ["Assert"], splitConditions, {
    exactness: "exact",
    formula: "assert(x, a and b) = assert(x, a, b)",
  }),
  nodeRule("local_merge_assert", ["Assert"], mergeAssertions, {
    exactness: "exact",
    formula: "assert(assert(x, a), b) = assert(x, a, b) with one message",
  }),
  nodeRule("local_lift_assert", ["Elemwise", "DimShuffle", "Sum", "Prod", "All", "Any"], liftAssertion, {
    exactness: "exact",
    formula: "f(assert(x, c)) = assert(f(x), c)",
  }),
  nodeRule("local_remove_all_assert", ["Assert"], (node) => node.inputs[0]!, {
    exactness: "exact",
    tags: ["optional", "unsafe"],
    formula: "assert(x, c) = x: for programs that were tested with it",
  }),
];
