/** Reads the arguments of `theano.function`, checks them, and brings them to one form. */
import { ArgumentError, MissingInputError, UnusedInputError } from "../errors.ts";
import { cloneReplace } from "../graph/replace.ts";
import { ancestors, graphInputs, toposort } from "../graph/traversal.ts";
import { isShared, Variable } from "../graph/variable.ts";
import type { TensorVariable } from "../tensor/variable.ts";
import { InputSpec } from "./io.ts";
import { layoutOutputs, type OutputLayout } from "./outputs.ts";
import { Container } from "./container.ts";
import { readReplacements, type Replacements } from "./replacements.ts";
import { SharedVariable } from "./shared.ts";
import { fitUpdate, readUpdates, type UpdateList, type Updates } from "./updates.ts";

export type UnusedPolicy = "raise" | "warn" | "ignore";

export interface SpecificationOptions {
  readonly updates?: Updates | undefined;
  readonly givens?: Replacements | undefined;
  readonly onUnusedInput: UnusedPolicy;
  readonly noDefaultUpdates?: boolean | readonly SharedVariable[] | undefined;
}

/** What a function is to compute, checked. */
export interface Specification {
  readonly inputs: readonly InputSpec[];
  /** Per input: the hidden shared variable that holds its state, if it has an update. */
  readonly states: readonly (SharedVariable | undefined)[];
  readonly layout: OutputLayout;
  /** The results, after substitution of givens. */
  readonly results: readonly Variable[];
  readonly updates: UpdateList;
  /** Every shared variable that is read or written, in order of discovery. */
  readonly shared: readonly SharedVariable[];
}

export function specify(inputs: unknown, outputs: unknown, options: SpecificationOptions): Specification {
  const declared = readInputs(inputs);
  const cut = cutAbove(declared);
  const specs = declared.map((spec) => spec.of((cut.get(spec.variable) ?? spec.variable) as TensorVariable));
  const layout = layoutOutputs(outputs);
  const explicit = readUpdates(options.updates);
  const givens = readGivens(options.givens, cut);
  const states = specs.map((spec) => stateOf(spec));
  for (const [i, state] of states.entries()) {
    const spec = specs[i]!;
    if (state === undefined) continue;
    givens.set(declared[i]!.variable, state);
    explicit.set(state, fitUpdate(state, spec.update!));
  }
  const targets = [...explicit.keys()];
  const wanted = [...layout.specs.map((s) => s.variable as Variable), ...explicit.values()];
  const replaced = givens.size === 0 ? wanted : cloneReplace(wanted, givens);
  const results = replaced.slice(0, layout.specs.length);
  const updates: UpdateList = new Map();
  for (const [i, target] of targets.entries()) {
    updates.set(target, fitUpdate(target, replaced[results.length + i]!));
  }
  addDefaultUpdates(results, updates, options.noDefaultUpdates, givens);
  const goals = [...results, ...updates.values()];
  checkUnused(specs, states, goals, options.onUnusedInput);
  checkMissing(specs, goals);
  return { inputs: specs, states, layout, results, updates, shared: sharedOf(goals, updates) };
}

function readInputs(inputs: unknown): InputSpec[] {
  if (!Array.isArray(inputs)) {
    throw new ArgumentError(
      "theano.function: the first argument is the list of inputs, also when there is only one: " +
        "theano.function([x], y).",
    );
  }
  const specs = inputs.map((x: unknown, i) => {
    const spec = x instanceof InputSpec ? x : x instanceof Variable ? new InputSpec(x as TensorVariable) : null;
    if (spec === null) {
      throw new ArgumentError(
        `theano.function: input ${i} is ${String(x)}, not a symbolic variable or theano.In(...).`,
      );
    }
    if (isShared(spec.variable)) {
      throw new ArgumentError(
        `Cannot use a shared variable (${spec.variable.toString()}) as explicit input. ` +
          "Its value is used without it being an input; to compute with another value, use givens: " +
          "{ givens: [[shared, variable]] }.",
      );
    }
    return spec;
  });
  for (const [i, spec] of specs.entries()) {
    const j = specs.findIndex((s, k) => k > i && s.variable === spec.variable);
    if (j > i) {
      throw new UnusedInputError(
        `Variable ${spec.variable.toString()} is used twice in inputs to theano.function, at indices ` +
          `${i} and ${j}. This would result in values provided for it being ignored. Pass each input once.`,
      );
    }
  }
  return specs;
}

/** An input with an update is a shared variable that only this function sees. */
function stateOf(spec: InputSpec): SharedVariable | undefined {
  if (spec.update === undefined) return undefined;
  const first = spec.variable.type.filter(spec.value, { what: `the value of ${spec.variable.toString()}` });
  return new SharedVariable(spec.variable.type, new Container(first as never), spec.variable.name);
}

/**
 * A variable of its own for each input that is an expression: what the caller passes takes the expression's place, so
 * nothing may look at how it would have been computed.
 */
function cutAbove(specs: readonly InputSpec[]): Map<Variable, Variable> {
  const computed = specs.map((spec) => spec.variable as Variable).filter((v) => v.owner !== null);
  return new Map(computed.map((v) => [v, v.type.makeVariable(null, 0, v.name ?? v.toString())]));
}

/** The caller's replacements, which see inputs as inputs too, and those of `cut`. */
function readGivens(givens: Replacements | undefined, cut: ReadonlyMap<Variable, Variable>): Map<Variable, Variable> {
  const map = readReplacements(givens, "givens");
  if (cut.size === 0) return map;
  for (const [v, by] of map) map.set(v, cloneReplace([by], cut)[0]!);
  for (const [v, leaf] of cut) if (!map.has(v)) map.set(v, leaf);
  return map;
}

/** Adds the default updates of shared variables in use, and of those that these updates use. */
function addDefaultUpdates(
  results: readonly Variable[],
  updates: UpdateList,
  none: boolean | readonly SharedVariable[] | undefined,
  givens: ReadonlyMap<Variable, Variable>,
): void {
  if (none === true) return;
  const excluded = new Set<Variable>(Array.isArray(none) ? (none as readonly SharedVariable[]) : []);
  let goals: Variable[] = [...results, ...updates.values()];
  while (goals.length > 0) {
    const found: Variable[] = [];
    for (const v of ancestors(goals)) {
      if (!isShared(v) || v.defaultUpdate === undefined) continue;
      const target = v as unknown as SharedVariable;
      if (updates.has(target) || excluded.has(v)) continue;
      const value = givens.size === 0 ? v.defaultUpdate : cloneReplace([v.defaultUpdate], givens)[0]!;
      updates.set(target, fitUpdate(target, value));
      found.push(value);
    }
    goals = found;
  }
}

function checkUnused(
  specs: readonly InputSpec[],
  states: readonly (SharedVariable | undefined)[],
  goals: readonly Variable[],
  policy: UnusedPolicy,
): void {
  if (policy === "ignore") return;
  const used = new Set(ancestors(goals));
  for (const [i, spec] of specs.entries()) {
    if (used.has(spec.variable) || states[i] !== undefined) continue;
    const message =
      `theano.function was asked to create a function computing outputs given certain inputs, but the ` +
      `provided input variable at index ${i} is not part of the computational graph needed to compute ` +
      `the outputs: ${spec.variable.toString()}.\n` +
      'To make this error into a warning, pass { onUnusedInput: "warn" }; to be silent, "ignore".';
    if (policy === "raise") throw new UnusedInputError(message);
    console.warn(message);
  }
}

function checkMissing(specs: readonly InputSpec[], goals: readonly Variable[]): void {
  const given = new Set<Variable>(specs.map((s) => s.variable));
  const order = toposort(goals, given);
  const free = new Set<Variable>();
  // What lies behind a declared input needs no value.
  for (const node of order) for (const v of node.inputs) if (v.owner === null) free.add(v);
  for (const v of goals) if (v.owner === null) free.add(v);
  for (const v of graphInputs([...free])) {
    if (given.has(v)) continue;
    const node = order.find((n) => n.inputs.includes(v));
    const place =
      node === undefined
        ? "It is itself an output."
        : `Input ${node.inputs.indexOf(v)} of the graph (indices start from 0), used to compute ${node.toString()}, `;
    throw new MissingInputError(
      node === undefined
        ? `Variable ${v.toString()} (${v.type.toString()}) was not provided and not given a value. ${place}`
        : `${place}was not provided and not given a value.\nAdd ${v.toString()} (${v.type.toString()}) to the inputs, ` +
          "or replace it by givens.",
      { createdAt: node?.createdAt[0], op: node?.op.name },
    );
  }
}

function sharedOf(goals: readonly Variable[], updates: UpdateList): SharedVariable[] {
  const found = new Set<SharedVariable>(updates.keys());
  for (const v of ancestors(goals)) if (isShared(v)) found.add(v as unknown as SharedVariable);
  return [...found];
}
