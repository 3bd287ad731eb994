/** Rules of `ifelse`: what only one side needs is computed only when that side is taken. */
import type { Apply } from "../../graph/apply.ts";
import type { FunctionGraph } from "../../graph/functionGraph.ts";
import { cloneReplace } from "../../graph/replace.ts";
import { nodeRule, type Rule, type RuleContext, type RuleResult } from "../../graph/rewriting/rule.ts";
import { toposort } from "../../graph/traversal.ts";
import { isConstant, type Variable } from "../../graph/variable.ts";
import { zerosLike } from "../../tensor/fill.ts";
import { add } from "../../tensor/math.ts";
import { nameOf, scalarValue } from "../../tensor/rewriting/matchers.ts";
import { knownSize } from "../../tensor/sizes.ts";
import type { TensorVariable } from "../../tensor/variable.ts";
import { Branch } from "../branch.ts";
import { IfElse } from "../ifElse.ts";
import { Lambda } from "../lambda.ts";
import { areIndependent } from "./merge.ts";

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

/** Arguments in which an op is linear: with zeros there its result is zeros. `null`: all of them. */
const LINEAR: ReadonlyMap<string, readonly number[] | null> = new Map([
  ["mul", null],
  ["true_div", [0]],
  ["neg", [0]],
  ["second", [1]],
  ["DimShuffle", [0]],
  ["Sum", [0]],
  ["dot", null],
]);

interface OneSided {
  readonly condition: Variable;
  readonly value: Variable;
  /** The zeros of the other side, which may have another size. */
  readonly zeros: Variable;
  /** Is the value that of a condition which holds? */
  readonly isYes: boolean;
}

/** `ifelse(c, value, 0)` or `ifelse(c, 0, value)`. */
function oneSided(v: Variable): OneSided | null {
  const { owner } = v;
  if (owner === null || !(owner.op instanceof IfElse)) return null;
  const [yes, no] = owner.op.sides(owner.inputs.slice(1));
  const [a, b] = [yes[v.index]!, no[v.index]!];
  const [isA, isB] = [a, b].map((x) => scalarValue(x) === 0) as [boolean, boolean];
  if (isA === isB) return null;
  return { condition: owner.inputs[0]!, value: isA ? b : a, zeros: isA ? a : b, isYes: !isA };
}

function choose(condition: Variable, isYes: boolean, value: Variable, other: Variable): Variable {
  return new IfElse(1).call(condition, ...(isYes ? [value, other] : [other, value]));
}

/** Gradients of a side that is not taken are zeros times something: not computed either, and never NaN. */
function liftLinear(node: Apply): RuleResult {
  const places = LINEAR.get(nameOf(node));
  if (places === undefined) return null;
  for (const [i, v] of node.inputs.entries()) {
    if (places !== null && !places.includes(i)) continue;
    const found = oneSided(v);
    if (found === null) continue;
    const [value, zeros] = [found.value, found.zeros].map((side) =>
      node.op.call(...node.inputs.map((x, k) => (k === i ? side : x))),
    ) as [TensorVariable, TensorVariable];
    return choose(found.condition, found.isYes, value, zerosLike(zeros));
  }
  return null;
}

/** The sum of two choices by one condition is one choice. */
function addChoices(node: Apply): RuleResult {
  const out = node.outputs[0] as TensorVariable;
  const isFull = (v: Variable): boolean =>
    (v as TensorVariable).type.shape.every((n, axis) => (n === 1) === (out.type.shape[axis] === 1));
  const choices = node.inputs.filter((v) => v.owner?.op instanceof IfElse && isFull(v));
  const [first] = choices;
  const own = choices.filter((v) => v.owner!.inputs[0] === first!.owner!.inputs[0]);
  if (own.length < 2) return null;
  const side = (k: 0 | 1): TensorVariable => {
    const values = own.map((v) => (v.owner!.op as IfElse).sides(v.owner!.inputs.slice(1))[k][v.index]!);
    const terms = values.filter((v) => scalarValue(v) !== 0) as TensorVariable[];
    return terms.length === 0 ? (values[0] as TensorVariable) : terms.reduce((x, y) => add(x, y));
  };
  const joined = choose(first!.owner!.inputs[0]!, true, side(0), side(1)) as TensorVariable;
  const rest = node.inputs.filter((v) => !own.includes(v)) as TensorVariable[];
  return rest.reduce((x, y) => add(x, y), joined);
}

/** A choice on a side of a choice by the same condition is decided. */
function nestedChoice(node: Apply): RuleResult {
  const { op } = node;
  if (!(op instanceof IfElse)) return null;
  const condition = node.inputs[0]!;
  const values = op.sides(node.inputs.slice(1)).map((side, k) =>
    side.map((v) => {
      if (!(v.owner?.op instanceof IfElse) || v.owner.inputs[0] !== condition) return v;
      return v.owner.op.sides(v.owner.inputs.slice(1))[k]![v.index]!;
    }),
  );
  if (values.flat().every((v, i) => v === node.inputs[i + 1])) return null;
  return op.makeNode(condition, ...values.flat()).outputs;
}

/** Choices by one condition are made at once, so that what several of them need is still needed by one side only. */
function mergeChoices(node: Apply, ctx: RuleContext): RuleResult {
  const { op } = node;
  if (!(op instanceof IfElse)) return null;
  const condition = node.inputs[0]!;
  for (const { node: other } of ctx.graph.clients(condition)) {
    if (other === null || other === node || !(other.op instanceof IfElse) || other.inputs[0] !== condition) continue;
    if (!areIndependent(node, other)) continue;
    const [a, b] = op.sides(node.inputs.slice(1));
    const [c, d] = other.op.sides(other.inputs.slice(1));
    const { outputs } = new IfElse(op.count + other.op.count).makeNode(condition, ...a, ...c, ...b, ...d);
    for (const [i, out] of other.outputs.entries()) {
      if (ctx.clientCount(out) > 0) ctx.graph.replace(out, outputs[op.count + i]!, "ifelse_merge");
    }
    return outputs.slice(0, op.count);
  }
  return null;
}

/** For the fixpoint passes. */
export const ifElseRules: readonly Rule[] = [
  nodeRule("ifelse_nested", ["IfElse"], nestedChoice, {
    exactness: "exact",
    formula: "ifelse(c, ifelse(c, x, y), z) = ifelse(c, x, z)",
  }),
  nodeRule("ifelse_decided", ["IfElse"], decided, {
    exactness: "exact",
    formula: "ifelse(1, x, y) = x, ifelse(c, x, x) = x",
  }),
  nodeRule("ifelse_lift_linear", [...LINEAR.keys()], liftLinear, {
    exactness: "special",
    formula: "ifelse(c, x, 0) * y = ifelse(c, x * y, 0)",
  }),
  nodeRule("ifelse_add", ["add"], addChoices, {
    exactness: "exact",
    formula: "ifelse(c, x, 0) + ifelse(c, 0, y) = ifelse(c, x, y)",
  }),
];

/** Before sides are separated. */
export const branchRules: readonly Rule[] = [
  nodeRule("ifelse_merge", ["IfElse"], mergeChoices, {
    exactness: "exact",
    formula: "choices by one condition are one choice of several values",
  }),
];

/** After everything else. */
export const lazyRules: readonly Rule[] = [
  nodeRule("ifelse_sink", ["IfElse"], sink, {
    exactness: "exact",
    formula: "ifelse(c, f(x), g(y)) computes one of f(x) and g(y)",
  }),
];
