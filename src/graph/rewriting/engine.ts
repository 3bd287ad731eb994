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
  /** How often each rule that fired did. */
  readonly fired: ReadonlyMap<string, number>;
  readonly milliseconds: number;
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
  const { enabled } = options;
  const index = enabled === undefined ? indexOf(pass.rules) : indexRules(pass.rules.filter(enabled));
  const stats = new PassCounts(pass.name, index.rules);
  if (index.byRoot.size === 0) return stats;
  const ofOp = new Map<Op, readonly number[]>();
  const rulesOf = (node: Apply): readonly number[] => {
    let list = ofOp.get(node.op);
    if (list === undefined) ofOp.set(node.op, (list = rulesUnder(index, options.ruleKeys(node))));
    return list;
  };
  const initial = graph.toposort();
  const queue = initial.filter((node) => rulesOf(node).length > 0);
  const queued = new Set<Apply>(queue);
  const enqueue = (node: Apply): void => {
    if (queued.has(node) || rulesOf(node).length === 0) return;
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
  const run: Run = { ctx, options, stats, onSingle };
  if (pass.until === "fixpoint") graph.onChange = enqueue;
  try {
    for (let at = 0; at < queue.length; at++) {
      const node = queue[at]!;
      queued.delete(node);
      if (!graph.has(node)) continue;
      const fired = withOriginOf(node, () => applyRules(run, node, rulesOf(node)));
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

/** The rules of a pass by the keys of nodes. */
interface RuleIndex {
  readonly rules: readonly Rule[];
  /** Numbers of rules by root. */
  readonly byRoot: ReadonlyMap<string, readonly number[]>;
  /** Those of the nodes with all of some keys. */
  readonly byKeys: Map<string, readonly number[]>;
}

const indices = new WeakMap<readonly Rule[], RuleIndex>();

/** The index of a list of rules: a mode's lists serve all functions. */
function indexOf(rules: readonly Rule[]): RuleIndex {
  let index = indices.get(rules);
  if (index === undefined) indices.set(rules, (index = indexRules(rules)));
  return index;
}

function indexRules(rules: readonly Rule[]): RuleIndex {
  const byRoot = new Map<string, number[]>();
  for (const [i, { roots }] of rules.entries()) {
    for (const root of roots) {
      const list = byRoot.get(root);
      if (list === undefined) byRoot.set(root, [i]);
      else list.push(i);
    }
  }
  return { rules, byRoot, byKeys: new Map() };
}

function rulesUnder({ byRoot, byKeys }: RuleIndex, keys: readonly string[]): readonly number[] {
  const key = keys.join();
  let list = byKeys.get(key);
  if (list === undefined) byKeys.set(key, (list = [...keys, "*"].flatMap((k) => byRoot.get(k) ?? [])));
  return list;
}

/** The counts of a pass by number of rule; names are looked at only where somebody asks. */
class PassCounts implements PassStats {
  readonly pass: string;
  readonly tried: Uint32Array;
  readonly changed: Uint32Array;
  readonly times: Float64Array;
  readonly list: readonly Rule[];
  milliseconds = 0;

  constructor(pass: string, rules: readonly Rule[]) {
    this.pass = pass;
    this.list = rules;
    this.tried = new Uint32Array(rules.length);
    this.changed = new Uint32Array(rules.length);
    this.times = new Float64Array(rules.length);
  }

  get rules(): ReadonlyMap<string, RuleStats> {
    const { tried, changed, times } = this;
    return new Map(
      this.list.map(({ name }, i) => [name, { tried: tried[i]!, fired: changed[i]!, milliseconds: times[i]! }]),
    );
  }

  get fired(): ReadonlyMap<string, number> {
    return new Map(this.list.flatMap(({ name }, i) => (this.changed[i]! > 0 ? [[name, this.changed[i]!]] : [])));
  }
}

/** What all tries of a pass share. */
interface Run {
  readonly ctx: RuleContext;
  readonly options: EngineOptions;
  readonly stats: PassCounts;
  readonly onSingle: (node: Apply) => void;
}

/** Tries rules on a node until one fires. */
function applyRules(run: Run, node: Apply, rules: readonly number[]): Rule | null {
  const { stats } = run;
  const isTimed = run.options.timed === true;
  for (const i of rules) {
    const start = isTimed ? performance.now() : 0;
    const r = stats.list[i]!;
    const fired = tryRule(run, r, node);
    stats.tried[i]!++;
    if (isTimed) stats.times[i]! += performance.now() - start;
    if (!fired) continue;
    stats.changed[i]!++;
    return r;
  }
  return null;
}

function tryRule({ ctx, options, stats, onSingle }: Run, r: Rule, node: Apply): boolean {
  let result: RuleResult;
  try {
    result = r.apply(node, ctx);
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
    options.onFire?.({ pass: stats.pass, rule: r, before, after: target });
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
