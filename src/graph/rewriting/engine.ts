/** The rule engine: a work list run to a fixpoint, rules indexed by the root op, every step recorded. */
import { InternalError, TheanoError } from "../../errors.ts";
import { withOriginOf, type Apply } from "../apply.ts";
import type { FunctionGraph } from "../functionGraph.ts";
import type { Op } from "../op.ts";
import type { Variable } from "../variable.ts";
import type { Rule, RuleContext, RuleResult } from "./rule.ts";

/** One named pass of a mode. */
export interface Pass {
  readonly name: string;
  readonly rules: readonly Rule[];
  /** `fixpoint`: until no rule fires; `once`: every node is visited once, inputs first. */
  readonly until: "fixpoint" | "once";
}

/** What one rule did in one pass. */
export interface RuleStats {
  /** How many nodes it was tried on. */
  tried: number;
  /** How many it changed. */
  fired: number;
  /** Time of all tries and the changes that they led to; 0 unless `EngineOptions.timed`. */
  milliseconds: number;
}

/** Counts of one pass, for the profile. */
export interface PassStats {
  readonly pass: string;
  /** Every rule that was on, by name. */
  readonly rules: ReadonlyMap<string, RuleStats>;
  fired: Map<string, number>;
  milliseconds: number;
}

/** One replacement, told while both sides are part of the graph and `before` still has its clients. */
export interface Firing {
  readonly pass: string;
  readonly rule: Rule;
  readonly before: Variable;
  readonly after: Variable;
}

export interface EngineOptions {
  /** The keys under which rules for this node are filed (see `Rule.roots`): they depend on the op alone. */
  ruleKeys(node: Apply): readonly string[];
  context: Omit<RuleContext, "graph" | "clientCount">;
  /** Rules for which this is false are left out. */
  enabled?: (rule: Rule) => boolean;
  onFire?: (firing: Firing) => void;
  /** Measure every try of a rule. */
  timed?: boolean;
}

/** A pass that rewrites more often than this per node of the graph does not terminate. */
const MAX_FIRINGS_PER_NODE = 64;

/** Runs `passes` in order over `graph`. */
export function runPasses(graph: FunctionGraph, passes: readonly Pass[], options: EngineOptions): PassStats[] {
  return passes.map((pass) => runPass(graph, pass, options));
}

function runPass(graph: FunctionGraph, pass: Pass, options: EngineOptions): PassStats {
  const start = performance.now();
  const rules = pass.rules.filter((r) => options.enabled?.(r) ?? true);
  const entries = rules.map((r): Entry => ({ rule: r, stats: { tried: 0, fired: 0, milliseconds: 0 } }));
  const stats: PassStats = {
    pass: pass.name,
    rules: new Map(entries.map((e) => [e.rule.name, e.stats])),
    fired: new Map(),
    milliseconds: 0,
  };
  const index = indexRules(entries);
  if (index.size === 0) return stats;
  const ofOp = new Map<Op, readonly Entry[]>();
  const entriesOf = (node: Apply): readonly Entry[] => {
    let list = ofOp.get(node.op);
    if (list === undefined) {
      list = [...options.ruleKeys(node), "*"].flatMap((key) => index.get(key) ?? []);
      ofOp.set(node.op, list);
    }
    return list;
  };
  const initial = graph.toposort();
  const queue: Apply[] = initial;
  const queued = new Set<Apply>(initial);
  const enqueue = (node: Apply): void => {
    if (queued.has(node)) return;
    queued.add(node);
    queue.push(node);
  };
  const ctx: RuleContext = {
    ...options.context,
    graph,
    clientCount: (v) => graph.clients(v).length,
  };
  let budget = (initial.length + 16) * MAX_FIRINGS_PER_NODE;
  const onSingle = (node: Apply): void => {
    enqueue(node);
    for (const out of node.outputs) enqueueClients(graph, out, enqueue, 2);
  };
  if (pass.until === "fixpoint") graph.onChange = enqueue;
  try {
    for (let at = 0; at < queue.length; at++) {
      const node = queue[at]!;
      queued.delete(node);
      if (!graph.has(node)) continue;
      const fired = applyRules(node, entriesOf(node), ctx, options, stats, onSingle);
      if (fired === null || pass.until === "once") continue;
      if (--budget < 0) {
        throw new InternalError(
          `Pass ${pass.name} does not terminate: ${fired.name} fired again after ` +
            `${MAX_FIRINGS_PER_NODE} rewrites per node. Exclude it with mode.excluding("${fired.name}").`,
        );
      }
      if (graph.has(node)) enqueue(node);
      // A rule may look a few levels down: clients of what changed are tried again.
      for (const out of node.outputs) enqueueClients(graph, out, enqueue, 2);
    }
  } finally {
    graph.onChange = undefined;
  }
  stats.milliseconds = performance.now() - start;
  return stats;
}

function enqueueClients(graph: FunctionGraph, v: Variable, enqueue: (n: Apply) => void, depth: number): void {
  for (const { node } of graph.clients(v)) {
    if (node === null) continue;
    enqueue(node);
    if (depth > 1) for (const out of node.outputs) enqueueClients(graph, out, enqueue, depth - 1);
  }
}

/** A rule with its counts, so that a try costs no look-up. */
interface Entry {
  readonly rule: Rule;
  readonly stats: RuleStats;
}

function indexRules(entries: readonly Entry[]): Map<string, Entry[]> {
  const index = new Map<string, Entry[]>();
  for (const entry of entries) {
    for (const root of entry.rule.roots) {
      const list = index.get(root);
      if (list === undefined) index.set(root, [entry]);
      else list.push(entry);
    }
  }
  return index;
}

function applyRules(
  node: Apply,
  entries: readonly Entry[],
  ctx: RuleContext,
  options: EngineOptions,
  stats: PassStats,
  onSingle: (node: Apply) => void,
): Rule | null {
  for (const entry of entries) {
    if (!tryEntry(entry, node, ctx, options, stats.pass, onSingle)) continue;
    const { name } = entry.rule;
    stats.fired.set(name, (stats.fired.get(name) ?? 0) + 1);
    return entry.rule;
  }
  return null;
}

function tryEntry(
  { rule: r, stats }: Entry,
  node: Apply,
  ctx: RuleContext,
  options: EngineOptions,
  pass: string,
  onSingle: (node: Apply) => void,
): boolean {
  const start = options.timed === true ? performance.now() : 0;
  const fired = tryRule(r, node, ctx, options, pass, onSingle);
  stats.tried++;
  if (fired) stats.fired++;
  if (options.timed === true) stats.milliseconds += performance.now() - start;
  return fired;
}

function tryRule(
  r: Rule,
  node: Apply,
  ctx: RuleContext,
  options: EngineOptions,
  pass: string,
  onSingle: (node: Apply) => void,
): boolean {
  let result: RuleResult;
  try {
    result = withOriginOf(node, () => r.apply(node, ctx));
  } catch (error) {
    if (error instanceof TheanoError && !(error instanceof InternalError)) {
      throw new InternalError(`Rule ${r.name} failed on ${node.toString()}: ${error.message}`, {
        cause: error,
      });
    }
    throw error;
  }
  if (result === null) return false;
  const replacements = Array.isArray(result) ? (result as readonly (Variable | null)[]) : [result as Variable];
  let changed = false;
  for (const [i, after] of replacements.entries()) {
    const before = node.outputs[i];
    if (after === null || before === undefined || after === before) continue;
    const target = ctx.graph.import(after);
    if (target === before || ctx.graph.clients(before).length === 0) {
      ctx.graph.prune(target);
      continue;
    }
    if (forgets(before, target)) {
      ctx.graph.prune(target);
      continue;
    }
    options.onFire?.({ pass, rule: r, before, after: target });
    // Only what a replacement leaves behind counts: tentative nodes come and go at every try.
    ctx.graph.onSingle = onSingle;
    ctx.graph.replace(before, target, r.name);
    ctx.graph.onSingle = undefined;
    changed = true;
  }
  return changed;
}

/**
 * A right side whose type knows less of the sizes than the left side's is not taken: what a user said of a shape stays. A
 * different dtype or rank is a mistake of the rule, and `replace` throws.
 */
function forgets(before: Variable, after: Variable): boolean {
  if (before.type.isSuper(after.type)) return false;
  const [a, b] = [before.type.buffer(), after.type.buffer()];
  return a !== null && b !== null && a.dtype === b.dtype && a.shape.length === b.shape.length;
}
