/** Rules of `ifelse`: what only one side needs is computed only when that side is taken. */
import type { Apply } from "../../graph/apply.ts";
import type { FunctionGraph } from "../../graph/functionGraph.ts";
import { cloneReplace } from "../../graph/replace.ts";
import { nodeRule, type Rule, type RuleContext, type RuleResult } from "../../graph/rewriting/rule.ts";
import { toposort } from "../../graph/traversal.ts";
import { isConstant, type Variable } from "../../graph/variable.ts";
import { knownSize } from "../../tensor/sizes.ts";
import { Branch } from "../branch.ts";
import { IfElse } from "../ifElse.ts";
import { Lambda } from "../lambda.ts";

/** The nodes above `values` that nothing but inputs `from <= i < to` of `choice` depends on. */
function exclusiveNodes(
  graph: FunctionGraph,
  choice: Apply,
  values: readonly Variable[],
  from: number,
  to: number,
): Set<Apply> {
  const found = new Set<Apply>();
  const order = toposort(values);
  for (let i = order.length - 1; i >= 0; i--) {
    const node = order[i]!;
    const isOwn = node.outputs.every((out) =>
      graph.clients(out).every(({ node: client, index }) => {
        if (client === null) return false;
        return client === choice ? index >= from && index < to : found.has(client);
      }),
    );
    if (isOwn) found.add(node);
  }
  return found;
}

/** What nodes of a side read from outside of it. */
function capturesOf(values: readonly Variable[], inside: ReadonlySet<Apply>): Set<Variable> {
  const captures = new Set<Variable>();
  const use = (v: Variable): void => {
    if (isConstant(v) || (v.owner !== null && inside.has(v.owner))) return;
    captures.add(v);
  };
  for (const node of inside) node.inputs.forEach(use);
  values.forEach(use);
  return captures;
}

function sink(node: Apply, ctx: RuleContext): RuleResult {
  const { op } = node;
  if (!(op instanceof IfElse)) return null;
  const [yes, no] = op.sides(node.inputs.slice(1));
  const left = exclusiveNodes(ctx.graph, node, yes, 1, 1 + op.count);
  const right = exclusiveNodes(ctx.graph, node, no, 1 + op.count, 1 + 2 * op.count);
  if (left.size + right.size === 0) return null;
  const captures = [...new Set([...capturesOf(yes, left), ...capturesOf(no, right)])];
  const side = (values: readonly Variable[]): Lambda => {
    const inputs = captures.map((v) => v.type.makeVariable(null, 0, v.name));
    return new Lambda(inputs, cloneReplace(values, new Map(captures.map((v, i) => [v, inputs[i]!]))));
  };
  return new Branch(side(yes), side(no)).makeNode(node.inputs[0]!, ...captures).outputs;
}

function decided(node: Apply): RuleResult {
  const { op } = node;
  if (!(op instanceof IfElse)) return null;
  const [yes, no] = op.sides(node.inputs.slice(1));
  const known = knownSize(node.inputs[0]!);
  if (known !== null) return known === 0 ? no : yes;
  return yes.some((v, i) => v === no[i]) ? yes.map((v, i) => (v === no[i] ? v : null)) : null;
}

/** For the fixpoint passes. */
export const ifElseRules: readonly Rule[] = [
  nodeRule("ifelse_decided", ["IfElse"], decided, {
    exactness: "exact",
    formula: "ifelse(1, x, y) = x, ifelse(c, x, x) = x",
  }),
];

/** After everything else. */
export const lazyRules: readonly Rule[] = [
  nodeRule("ifelse_sink", ["IfElse"], sink, {
    exactness: "exact",
    formula: "ifelse(c, f(x), g(y)) computes one of f(x) and g(y)",
  }),
];
