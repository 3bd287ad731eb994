/** Rules that leave out what nobody uses: outputs, states, inputs, and traces of which only the last value is wanted. */
import type { Apply } from "../../graph/apply.ts";
import { cloneReplace } from "../../graph/replace.ts";
import { nodeRule, type Rule, type RuleContext, type RuleResult } from "../../graph/rewriting/rule.ts";
import { ancestors } from "../../graph/traversal.ts";
import { isConstant, type Variable } from "../../graph/variable.ts";
import { gt, switch_ } from "../../tensor/math.ts";
import { shapePadLeft } from "../../tensor/axes.ts";
import { knownSize, sizeConstant } from "../../tensor/sizes.ts";
import { at, Subtensor } from "../../tensor/subtensor/index.ts";
import type { TensorVariable } from "../../tensor/variable.ts";
import { Scan } from "../scanOp.ts";
import { outputsOf } from "../scanSpec.ts";
import { build, partsOf, type Given, type LoopParts } from "./loopParts.ts";

/** Leaves out outputs without readers, states that nothing depends on, and inputs that are not read. */
function removeUnused(node: Apply, ctx: RuleContext): RuleResult {
  const { op } = node;
  if (!(op instanceof Scan)) return null;
  const parts = partsOf(node);
  const outs = outputsOf(op.spec, node);
  const isUsed = (v: Variable): boolean => ctx.clientCount(v) > 0;
  const rows = parts.rows.filter((_, i) => isUsed(outs.rows[i]!));
  const needed = new Set(parts.states.filter((_, j) => isUsed(outs.states[j]!)));
  let reached = new Set<Variable>();
  for (let before = -1; before !== needed.size; ) {
    before = needed.size;
    const goals = [...rows, ...[...needed].map((s) => s.next)];
    if (parts.condition !== null) goals.push(parts.condition);
    reached = new Set(ancestors(goals));
    for (const s of parts.states) if (reached.has(s.inner)) needed.add(s);
  }
  const states = parts.states
    .filter((s) => needed.has(s))
    .map((s) => ({ ...s, isTraced: s.isTraced && isUsed(outs.states[parts.states.indexOf(s)]!) }));
  const inputs = simplifyInputs(parts, reached);
  const isSame =
    rows.length === parts.rows.length &&
    states.length === parts.states.length &&
    states.every((s, j) => s.isTraced === parts.states[j]!.isTraced) &&
    inputs === null;
  if (isSame) return null;
  const table = inputs?.table ?? new Map<Variable, Variable>();
  const replaced = <V extends Variable>(list: readonly V[]): V[] => cloneReplace(list, table) as V[];
  const next = replaced(states.map((s) => s.next));
  const built = build({
    ...parts,
    rows: replaced(rows),
    states: states.map((s, j) => ({ ...s, next: next[j]! })),
    condition: parts.condition === null ? null : replaced([parts.condition])[0]!,
    sequences: inputs?.sequences ?? parts.sequences,
    constants: inputs?.constants ?? parts.constants,
  });
  const kept = parts.states.filter((s) => needed.has(s));
  return [
    ...parts.states.map((s, j) => {
      const k = kept.indexOf(s);
      return k < 0 || states[k]!.isTraced !== s.isTraced || !isUsed(outs.states[j]!) ? null : built.states[k]!;
    }),
    ...parts.rows.map((r, i) => (isUsed(outs.rows[i]!) ? built.rows[rows.indexOf(r)]! : null)),
    ...(built.steps === null ? [] : [built.steps]),
  ];
}

/** Inputs that are read, each once; small constants become part of the step. `null` when nothing changes. */
function simplifyInputs(
  parts: LoopParts,
  reached: ReadonlySet<Variable>,
): { sequences: Given[]; constants: Given[]; table: Map<Variable, Variable> } | null {
  const table = new Map<Variable, Variable>();
  const distinct = (list: readonly Given[]): Given[] => {
    const byOuter = new Map<Variable, TensorVariable>();
    return list.filter(({ inner, outer }) => {
      if (!reached.has(inner)) return false;
      const twin = byOuter.get(outer);
      if (twin !== undefined) table.set(inner, twin);
      else byOuter.set(outer, inner);
      return twin === undefined;
    });
  };
  const sequences = distinct(parts.sequences);
  const constants = distinct(
    parts.constants.filter(({ inner, outer }) => {
      if (!isConstant(outer) || outer.data.size > MAX_CONSTANT) return true;
      table.set(inner, outer);
      return false;
    }),
  );
  const isSame = sequences.length === parts.sequences.length && constants.length === parts.constants.length;
  return isSame ? null : { sequences, constants, table };
}

const MAX_CONSTANT = 16;

/** `trace[1:][-1]`, or `trace[-1]`, where nothing else of the trace is read: the last state, and no trace. */
function lastOnly(node: Apply, ctx: RuleContext): RuleResult {
  const found = lastOf(node);
  if (found === null) return null;
  const { loop, state } = found;
  const parts = partsOf(loop);
  const trace = loop.outputs[state]!;
  if (!readersOfTrace(ctx, trace).every((reader) => reader !== null && lastOf(reader)?.loop === loop)) return null;
  const states = parts.states.map((s, j) => (j === state ? { ...s, isTraced: false } : s));
  const last = build({ ...parts, states }).states[state]! as TensorVariable;
  const steps = knownSize(parts.length);
  if (steps !== null && steps > 0) return last;
  // Without a step there is no last row, which is an IndexError.
  return at(shapePadLeft(last, 1), switch_(gt(parts.length, 0), sizeConstant(0), sizeConstant(1)));
}

/** The nodes that read a trace, behind slices of it; null for the caller. */
function readersOfTrace(ctx: RuleContext, trace: Variable): (Apply | null)[] {
  return ctx.graph.clients(trace).flatMap(({ node }) => {
    if (node === null || !isStateSlice(node)) return [node];
    return ctx.graph.clients(node.outputs[0]!).map((c) => c.node);
  });
}

/** `trace[1:]` or `trace[1:steps + 1]`. */
function isStateSlice(node: Apply): boolean {
  if (!(node.op instanceof Subtensor) || node.op.entries.length !== 1) return false;
  const loop = node.inputs[0]!.owner;
  const [entry] = node.op.entries;
  if (entry!.kind !== "slice" || !entry!.start || entry!.step || !(loop?.op instanceof Scan)) return false;
  const { spec } = loop.op;
  if (knownSize(node.inputs[1]!) !== 1 || spec.reverse) return false;
  const { steps } = outputsOf(spec, loop);
  if (!entry!.stop) return steps === null && isWhole(loop);
  const stop = node.inputs[2]!;
  return steps !== null && isSumOfOne(stop, steps) && isWhole(loop);
}

function isSumOfOne(v: Variable, steps: Variable): boolean {
  const { owner } = v;
  return owner !== null && owner.inputs.length === 2 && owner.inputs.includes(steps) && isOne(owner.inputs, steps);
}

function isOne(inputs: readonly Variable[], steps: Variable): boolean {
  return inputs.some((x) => x !== steps && knownSize(x) === 1);
}

/** Does the loop process every row? */
export function isWhole(loop: Apply): boolean {
  const { length, first, limit } = partsOf(loop);
  return (
    knownSize(first) === 0 &&
    (limit === length || (knownSize(limit) !== null && knownSize(limit) === knownSize(length)))
  );
}

/** The loop and state whose last value a node selects. */
function lastOf(node: Apply): { loop: Apply; state: number } | null {
  if (!(node.op instanceof Subtensor) || node.op.entries.length !== 1 || node.op.entries[0]!.kind !== "int")
    return null;
  const [x, index] = node.inputs as [Variable, Variable];
  const direct = x.owner;
  if (direct === null) return null;
  const loop = isStateSlice(direct) ? direct.inputs[0]!.owner! : direct;
  if (!(loop.op instanceof Scan) || loop.op.reverse || !isWhole(loop)) return null;
  const trace = loop === direct ? x : direct.inputs[0]!;
  const state = trace.index;
  if (loop.op.traces[state] !== true) return null;
  const i = knownSize(index);
  const rows = knownSize(partsOf(loop).length);
  const isLast = i === -1 || (rows !== null && i === (loop === direct ? rows : rows - 1));
  if (!isLast || (loop === direct && loop.op.until)) return null;
  return { loop, state };
}

export const cleanupRules: readonly Rule[] = [
  nodeRule("scan_remove_unused", ["Scan"], removeUnused, {
    exactness: "exact",
    formula: "outputs, states and inputs of a loop that nobody reads are left out",
  }),
  nodeRule("scan_save_mem", ["Subtensor"], lastOnly, {
    exactness: "exact",
    formula: "scan(f, s)[-1] keeps the last state only",
  }),
];
