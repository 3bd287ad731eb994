/** Loops over the same rows become one loop; what both compute, a state above all, is computed once. */
import type { Apply } from "../../graph/apply.ts";
import { FunctionGraph } from "../../graph/functionGraph.ts";
import { cloneReplace } from "../../graph/replace.ts";
import { nodeRule, type Rule, type RuleContext, type RuleResult } from "../../graph/rewriting/rule.ts";
import { ancestors } from "../../graph/traversal.ts";
import type { Variable } from "../../graph/variable.ts";
import { sizeAlgebra } from "../../tensor/sizes.ts";
import { at } from "../../tensor/subtensor/index.ts";
import type { TensorVariable } from "../../tensor/variable.ts";
import { Scan } from "../scanOp.ts";
import { build, partsOf, type Built, type Given, type LoopParts, type State } from "./loopParts.ts";

/** Loops that process the same rows in the same direction, and of which none needs the other. */
function mayMerge(a: Apply, b: Apply): boolean {
  const [x, y] = [a.op as Scan, b.op as Scan];
  if (x.reverse !== y.reverse || x.until !== y.until) return false;
  for (let i = 0; i < 3; i++) if (a.inputs[i] !== b.inputs[i]) return false;
  return areIndependent(a, b);
}

/** Does none of the nodes need the other? Then they can become one. */
export function areIndependent(a: Apply, b: Apply): boolean {
  const dependsOn = (p: Apply, q: Apply): boolean => ancestors(p.inputs).some((v) => v.owner === q);
  return !dependsOn(a, b) && !dependsOn(b, a);
}

/** The parts with inner inputs of their own. */
function renamed(parts: LoopParts): LoopParts {
  const table = new Map<Variable, Variable>();
  const fresh = <P extends { readonly inner: TensorVariable }>(p: P): P => {
    const inner = p.inner.type.makeVariable(null, 0, p.inner.name) as TensorVariable;
    table.set(p.inner, inner);
    return { ...p, inner };
  };
  const sequences = parts.sequences.map(fresh);
  const states = parts.states.map(fresh);
  const constants = parts.constants.map(fresh);
  return withOutputs({ ...parts, sequences, states, constants }, (list) => cloneReplace(list, table));
}

/** The parts with what a step computes replaced. */
function withOutputs(parts: LoopParts, replace: (list: readonly Variable[]) => readonly Variable[]): LoopParts {
  const { states, rows, condition } = parts;
  const list = replace([...states.map((s) => s.next), ...rows, ...(condition === null ? [] : [condition])]);
  const outputs = list as readonly TensorVariable[];
  return {
    ...parts,
    states: states.map((s, j) => ({ ...s, next: outputs[j]! })),
    rows: rows.map((_, i) => outputs[states.length + i]!),
    condition: condition === null ? null : outputs.at(-1)!,
  };
}

/** Both loops over common inputs, equal work being the same variables. */
interface Joined {
  readonly a: LoopParts;
  readonly b: LoopParts;
  readonly sequences: readonly Given[];
  readonly constants: readonly Given[];
  /** States of b that are states of a. */
  readonly same: ReadonlyMap<State, State>;
}

function joined(first: LoopParts, second: LoopParts): Joined {
  const a = first;
  const b = renamed(second);
  const table = new Map<Variable, Variable>();
  const common = (own: readonly Given[], other: readonly Given[]): Given[] => {
    const rest = other.filter(({ inner, outer }) => {
      const twin = own.find((x) => x.outer === outer && x.inner.type.equals(inner.type));
      if (twin !== undefined) table.set(inner, twin.inner);
      return twin === undefined;
    });
    return [...own, ...rest];
  };
  const sequences = common(a.sequences, b.sequences);
  const constants = common(a.constants, b.constants);
  let pairs = candidates(a, b);
  for (;;) {
    // If the states of all pairs are equal before a step, are they after it?
    const equal = new Map(table);
    for (const [s, twin] of pairs) equal.set(s.inner, twin.inner);
    const inputs = [...sequences, ...a.states, ...b.states, ...constants].map((x) => x.inner);
    const graph = new FunctionGraph(inputs, []);
    const import_ = (list: readonly Variable[]): Variable[] => cloneReplace(list, equal).map((v) => graph.import(v));
    const [x, y] = [withOutputs(a, import_), withOutputs(b, import_)];
    const nextOf = (parts: LoopParts, own: LoopParts, s: State): Variable => parts.states[own.states.indexOf(s)]!.next;
    const kept = pairs.filter(([s, twin]) => nextOf(y, b, s) === nextOf(x, a, twin));
    if (kept.length === pairs.length) {
      const same = new Map(
        pairs.map(([s, twin]) => [y.states[b.states.indexOf(s)]!, x.states[a.states.indexOf(twin)]!]),
      );
      return { a: x, b: y, sequences, constants, same };
    }
    pairs = kept;
  }
}

/** States of b that start as one of a; where there are several of those, the one in the same place. */
function candidates(a: LoopParts, b: LoopParts): [State, State][] {
  const taken = new Set<State>();
  return b.states.flatMap((s, j) => {
    const fits = (x: State | undefined): boolean =>
      x !== undefined && !taken.has(x) && x.initial === s.initial && x.inner.type.equals(s.inner.type);
    const twin = fits(a.states[j]) ? a.states[j] : a.states.find(fits);
    if (twin === undefined) return [];
    taken.add(twin);
    return [[s, twin] as [State, State]];
  });
}

function merge(node: Apply, ctx: RuleContext): RuleResult {
  if (!(node.op instanceof Scan)) return null;
  const parts = partsOf(node);
  const others = new Set(
    ctx.graph.clients(parts.length).flatMap((c) => (c.node?.op instanceof Scan && c.node !== node ? [c.node] : [])),
  );
  for (const other of others) {
    if (!ctx.graph.has(other) || !mayMerge(node, other)) continue;
    const { a, b, sequences, constants, same } = joined(parts, partsOf(other));
    const shares = sequences.length < a.sequences.length + b.sequences.length || same.size > 0;
    if (!shares || a.condition !== b.condition) continue;
    const twins = new Map([...same].map(([s, twin]) => [twin, s]));
    const states = [
      ...a.states.map((s) => (twins.get(s)?.isTraced === true ? { ...s, isTraced: true } : s)),
      ...b.states.filter((s) => !same.has(s)),
    ];
    const rows = [...new Set([...a.rows, ...b.rows])];
    const built = build({ ...a, sequences, constants, states, rows });
    const outputsOf = (own: LoopParts): Variable[] => [
      ...own.states.map((s) => {
        const twin = same.get(s) ?? s;
        const k = states.findIndex((x) => x.inner === twin.inner);
        return states[k]!.isTraced === s.isTraced ? built.states[k]! : lastOf(own, built, k);
      }),
      ...own.rows.map((r) => built.rows[rows.indexOf(r)]!),
      ...(built.steps === null ? [] : [built.steps]),
    ];
    const replacements = outputsOf(b);
    for (const [i, out] of other.outputs.entries()) {
      if (ctx.clientCount(out) > 0) ctx.graph.replace(out, replacements[i]!, "scan_merge");
    }
    return outputsOf(a);
  }
  return null;
}

/** The last state, from its trace. */
function lastOf(parts: LoopParts, built: Built, k: number): Variable {
  const trace = built.states[k] as TensorVariable;
  if (parts.spec.reverse) return at(trace, parts.first);
  const { steps } = built;
  return at(trace, steps === null ? parts.limit : sizeAlgebra.add(parts.first, steps as TensorVariable));
}

export const mergeRules: readonly Rule[] = [
  nodeRule("scan_merge", ["Scan"], merge, {
    exactness: "exact",
    formula: "two loops over the same rows are one",
  }),
];
