/**
 * The gradient of a loop: a loop over the same rows the other way. It carries the cotangents of the states, adds up the gradients of
 * what every step reads, and gives those of the sequences row by row. Values of the forward loop that it needs are read from the
 * forward loop's traces and rows; what would be dear to compute again is made a row of the forward loop.
 */
import type { Apply } from "../graph/apply.ts";
import { NullGradient, type InputGradient } from "../graph/op.ts";
import { connected, pullback } from "../graph/pullback.ts";
import { toposort } from "../graph/traversal.ts";
import type { Variable } from "../graph/variable.ts";
import { cotangentAlgebra } from "../tensor/cotangents.ts";
import { zerosLike } from "../tensor/fill.ts";
import { add, eq, switch_ } from "../tensor/math.ts";
import { knownSize, sizeAlgebra } from "../tensor/sizes.ts";
import { at } from "../tensor/subtensor/index.ts";
import type { TensorVariable } from "../tensor/variable.ts";
import { Lambda } from "./lambda.ts";
import { splitCotangent, type SplitCotangent } from "./lastCotangent.ts";
import { SavedValues } from "./savedValues.ts";
import {
  innerInputs,
  innerOutputs,
  inputsOf,
  outerOutputs,
  outputsOf,
  flatten,
  type MakeScan,
  type ScanSpec,
} from "./scanSpec.ts";
import { traceRows } from "./traceRows.ts";

type Maybe = TensorVariable | null;
const differentiable = (v: TensorVariable): boolean => cotangentAlgebra.isDifferentiable(v);
const like = (v: TensorVariable, name: string): TensorVariable => v.type.makeVariable(null, 0, name);

/** The rows that the backward loop processes, and whether those are all that the forward loop did. */
function backwardRange(spec: ScanSpec, node: Apply): { first: TensorVariable; limit: TensorVariable; whole: Maybe } {
  const outer = inputsOf(spec, node);
  const { steps } = outputsOf(spec, node);
  const { first } = outer;
  const limit = steps === null ? outer.limit : sizeAlgebra.add(first, steps);
  if (spec.truncate < 0) return { first, limit, whole: null };
  const back = sizeAlgebra.of(spec.truncate);
  if (spec.reverse) {
    const end = sizeAlgebra.min(limit, sizeAlgebra.add(first, back));
    return { first, limit: end, whole: eq(end, limit) };
  }
  const start = sizeAlgebra.max(first, sizeAlgebra.sub(limit, back));
  return { first: start, limit, whole: eq(start, first) };
}

export function scanGradient(
  spec: ScanSpec,
  node: Apply,
  gradients: readonly Maybe[],
  make: MakeScan,
): InputGradient[] {
  const given = outerOutputs(spec, gradients);
  const inner = innerInputs(spec);
  const results = innerOutputs(spec);
  const outer = inputsOf(spec, node);
  const active = activeStates(spec, given.states, given.rows);
  const split = given.states.map((g, j): SplitCotangent => {
    if (g === null || !differentiable(inner.states[j]!)) return { last: null, rest: null };
    if (spec.traces[j] !== true) return { last: g, rest: null };
    return spec.reverse ? { last: null, rest: g } : splitCotangent(g, outer.length);
  });

  // The step of the backward loop: cotangents in, pulled back through one step of the forward loop.
  const starts: TensorVariable[] = [];
  const cotangents: TensorVariable[] = [];
  const slices: TensorVariable[] = [];
  const sequences: TensorVariable[] = [];
  const carried = active.map((j) => like(inner.states[j]!, "carried"));
  for (const [k, j] of active.entries()) {
    starts.push(results.states[j]!);
    const g = split[j]!.rest;
    if (g === null) cotangents.push(carried[k]!);
    else {
      const slice = like(inner.states[j]!, "g");
      slices.push(slice);
      sequences.push(traceRows(g, spec.reverse, 1));
      cotangents.push(add(carried[k]!, slice));
    }
  }
  for (const [k, g] of given.rows.entries()) {
    if (g === null || !differentiable(results.rows[k]!)) continue;
    const slice = like(results.rows[k]!, "g");
    slices.push(slice);
    sequences.push(g);
    starts.push(results.rows[k]!);
    cotangents.push(slice);
  }
  const nothing = (): InputGradient[] => node.inputs.map(() => null);
  if (starts.length === 0) return nothing();
  const wrt = [...inner.slices, ...inner.states, ...inner.constants];
  const pulled = pullback(starts, wrt, cotangents, cotangentAlgebra);
  const undefinedState = active.map((j) => pulled[inner.slices.length + j]).find((g) => g instanceof NullGradient);
  if (undefinedState !== undefined) return node.inputs.map((_, i) => (i < 3 ? null : undefinedState!));

  const gradientOf = (v: TensorVariable): Cotangent => pulled[wrt.indexOf(v)] as Cotangent;
  const perRow = inner.slices.filter((v) => isGradient(gradientOf(v)));
  const summed = inner.constants.filter((v) => isGradient(gradientOf(v)));
  const sums = summed.map((v) => like(v, "sum"));
  const zero = (v: TensorVariable): TensorVariable => zerosLike(v);
  const outputs = [
    ...active.map((j, k) => (gradientOf(inner.states[j]!) as Maybe) ?? zero(carried[k]!)),
    ...summed.map((v, i) => add(sums[i]!, gradientOf(v) as TensorVariable)),
    ...perRow.map((v) => gradientOf(v) as TensorVariable),
  ];

  const saved = new SavedValues(spec, node, make, new Set<Variable>([...slices, ...carried, ...sums]));
  const { first, limit, whole } = backwardRange(spec, node);
  const step = saved.replaceIn(outputs);
  const constants = saved.constants;
  const lambda = new Lambda([...slices, ...saved.slices, ...carried, ...sums, ...constants.map((c) => c.inner)], step);
  const own = active.length + summed.length;
  const backward: ScanSpec = {
    lambda,
    sequences: slices.length + saved.slices.length,
    traces: Array.from({ length: own }, () => false),
    reverse: !spec.reverse,
    until: false,
    truncate: -1,
    recompute: spec.recompute,
    name: `grad_of_${spec.name ?? "scan_fn"}`,
  };
  const loop = make(backward).apply({
    length: outer.length,
    first,
    limit,
    sequences: [...sequences, ...saved.sequences],
    initials: [
      ...active.map((j) => split[j]!.last ?? zero(outer.initials[j]!)),
      ...summed.map((v) => zero(outer.constants[inner.constants.indexOf(v)]!)),
    ],
    constants: constants.map((c) => c.outer),
  });
  const found = outputsOf(backward, loop);

  const initialGradient = (j: number): InputGradient => {
    const k = active.indexOf(j);
    if (k < 0) return null;
    let g = found.states[k]!;
    if (whole !== null && knownSize(whole) !== 1) g = switch_(whole, g, zerosLike(g));
    const trace = split[j]!.rest;
    // Row `first` of a trace (`limit` of a reversed one) is the initial state itself.
    return trace === null ? g : add(g, at(trace, spec.reverse ? outer.limit : outer.first));
  };
  const other = (
    v: TensorVariable,
    list: readonly TensorVariable[],
    outs: readonly TensorVariable[],
  ): InputGradient => {
    const g = gradientOf(v);
    if (g instanceof NullGradient) return g;
    const k = list.indexOf(v);
    return k < 0 ? null : outs[k]!;
  };
  return flatten<InputGradient>({
    length: null,
    first: null,
    limit: null,
    sequences: inner.slices.map((v) => other(v, perRow, found.rows)),
    initials: inner.states.map((_, j) => initialGradient(j)),
    constants: inner.constants.map((v) => other(v, summed, found.states.slice(active.length))),
  });
}

type Cotangent = TensorVariable | NullGradient | null;

function isGradient(g: Cotangent): boolean {
  return g !== null && !(g instanceof NullGradient);
}

/** The states whose cotangent may differ from zero at some step. */
function activeStates(spec: ScanSpec, gStates: readonly Maybe[], gRows: readonly Maybe[]): number[] {
  const { states } = innerInputs(spec);
  const results = innerOutputs(spec);
  const active = new Set<number>();
  for (const [j, g] of gStates.entries()) if (g !== null && differentiable(states[j]!)) active.add(j);
  const rows = results.rows.filter((_, k) => (gRows[k] ?? null) !== null);
  for (let before = -1; before !== active.size; ) {
    before = active.size;
    const reached = connected([...[...active].map((j) => results.states[j]!), ...rows], states);
    for (const [j, isReached] of reached.entries()) if (isReached && differentiable(states[j]!)) active.add(j);
  }
  return [...active].sort((a, b) => a - b);
}

const patterns = new WeakMap<Lambda, boolean[][]>();

/** `[input][output]`: does the output's gradient reach the input, in this step or through states of earlier ones? */
export function innerConnections(spec: ScanSpec, node: Apply): boolean[][] {
  const known = patterns.get(spec.lambda);
  if (known?.length === node.inputs.length && known[0]!.length === node.outputs.length) return known;
  const { lambda } = spec;
  const index = new Map<Variable, number>(lambda.inputs.map((v, i) => [v, i]));
  const reach = new Map<Variable, Set<number>>(lambda.inputs.map((v, i) => [v, new Set([i])]));
  for (const inside of toposort(lambda.outputs, index)) {
    const pattern = inside.op.connectionPattern(inside);
    for (const [j, out] of inside.outputs.entries()) {
      const set = new Set<number>();
      for (const [i, v] of inside.inputs.entries()) {
        if (pattern[i]?.[j] === false) continue;
        for (const k of reach.get(v) ?? []) set.add(k);
      }
      reach.set(out, set);
    }
  }
  const { sequences, traces } = spec;
  const own = lambda.outputs.slice(0, lambda.outputs.length - (spec.until ? 1 : 0)).map((v) => new Set(reach.get(v)));
  for (const [j] of traces.entries()) own[j]!.add(sequences + j);
  for (let grew = true; grew; ) {
    grew = false;
    for (const set of own) {
      for (const [j] of traces.entries()) {
        if (!set.has(sequences + j)) continue;
        for (const k of own[j]!) {
          if (!set.has(k)) grew = true;
          set.add(k);
        }
      }
    }
  }
  const counts = node.inputs.length - lambda.inputs.length;
  const result = node.inputs.map((_, i) =>
    node.outputs.map((_o, j) => i >= counts && own[j]?.has(i - counts) === true),
  );
  patterns.set(lambda, result);
  return result;
}
