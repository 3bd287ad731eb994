/** The loop on arrays: slow, plain, obviously right. */
import { fromFlat } from "../array/create.ts";
import { NdArray } from "../array/ndArray.ts";
import { shapeText } from "../array/layout.ts";
import { slotsOf } from "../dtype.ts";
import { ShapeMismatchError } from "../errors.ts";
import type { Apply } from "../graph/apply.ts";
import { evaluate } from "../graph/evaluate.ts";
import { ShapeMap } from "../graph/shapes.ts";
import type { Variable } from "../graph/variable.ts";
import { shapeI } from "../tensor/shape.ts";
import type { TensorVariable } from "../tensor/variable.ts";
import { innerInputs, innerOutputs, outerInputs, type OuterInputs, type ScanSpec } from "./scanSpec.ts";

/** One step: values of the inner inputs to values of the inner outputs. */
export type StepFunction = (values: readonly NdArray[]) => readonly NdArray[];

/** The rows that are processed: `first <= t < limit`, within `length`. */
export function bounds(length: number, first: number, limit: number): { first: number; limit: number } {
  const end = Math.max(0, Math.min(limit, length));
  return { first: Math.min(Math.max(0, first), end), limit: end };
}

export function runScan(spec: ScanSpec, node: Apply, inputs: readonly NdArray[], step: StepFunction): NdArray[] {
  const outer = outerInputs(spec, inputs);
  const [length, from, to] = [outer.length, outer.first, outer.limit].map((x) => Number(x.itemBigInt())) as [
    number,
    number,
    number,
  ];
  checkRows(node, outer, length);
  const { first, limit } = bounds(Math.max(0, length), from, to);
  const traces = outer.initials.map((x, i) => (spec.traces[i] === true ? stackOf(x, length + 1) : null));
  const rows: (NdArray | null)[] = innerOutputs(spec).rows.map(() => null);
  let states: readonly NdArray[] = outer.initials;
  for (const [i, trace] of traces.entries())
    if (trace !== null) putRow(trace, spec.reverse ? limit : first, states[i]!);
  let steps = 0;
  for (let k = 0; k < limit - first; k++) {
    const t = spec.reverse ? limit - 1 - k : first + k;
    const results = step([...outer.sequences.map((x) => rowOf(x, t)), ...states, ...outer.constants]);
    const next = results.slice(0, states.length);
    for (const [i, value] of next.entries()) checkState(node, i, states[i]!, value);
    states = next;
    for (const [i, trace] of traces.entries()) if (trace !== null) putRow(trace, spec.reverse ? t : t + 1, states[i]!);
    for (let i = 0; i < rows.length; i++) {
      const row = results[states.length + i]!;
      const stack = (rows[i] ??= stackOf(row, length));
      checkRow(node, i, stack, row);
      putRow(stack, t, row);
    }
    steps = k + 1;
    if (spec.until && Number(results.at(-1)!.item()) !== 0) break;
  }
  if (rows.includes(null)) {
    const shapes = shapesOfNothing(spec, outer);
    for (const [i, v] of innerOutputs(spec).rows.entries()) {
      rows[i] ??= NdArray.allocate(v.dtype, [Math.max(0, length), ...shapes[i]!]);
    }
  }
  return [
    ...states.map((x, i) => traces[i] ?? x.copy()),
    ...(rows as NdArray[]),
    ...(spec.until ? [fromFlat([steps], [], "int64")] : []),
  ];
}

function rowOf(x: NdArray, t: number): NdArray {
  return NdArray.wrap(x.dtype, x.buffer, x.shape.slice(1), x.strides.slice(1), x.offset + t * x.strides[0]!);
}

function stackOf(row: NdArray, count: number): NdArray {
  return NdArray.allocate(row.dtype, [Math.max(0, count), ...row.shape]);
}

function putRow(stack: NdArray, t: number, row: NdArray): void {
  (stack.buffer as Float64Array).set(row.data as Float64Array, t * row.size * slotsOf(row.dtype));
}

function checkRows(node: Apply, { sequences }: OuterInputs<NdArray>, length: number): void {
  for (const [i, x] of sequences.entries()) {
    if (x.shape[0] === length) continue;
    throw mismatch(node, `sequence ${i} has ${x.shape[0]} rows where the loop makes ${length} steps`);
  }
}

function checkState(node: Apply, i: number, before: NdArray, after: NdArray): void {
  if (after.shape.every((n, axis) => n === before.shape[axis])) return;
  throw mismatch(
    node,
    `state ${i} had shape ${shapeText(before.shape)} and became one of shape ${shapeText(after.shape)}; ` +
      "a state keeps its shape",
  );
}

function checkRow(node: Apply, i: number, stack: NdArray, row: NdArray): void {
  if (row.shape.every((n, axis) => n === stack.shape[axis + 1])) return;
  throw mismatch(
    node,
    `output ${i} had shape ${shapeText(stack.shape.slice(1))} in earlier steps and ${shapeText(row.shape)} now; ` +
      "values of all steps are stacked, so they need one shape",
  );
}

function mismatch(node: Apply, message: string): ShapeMismatchError {
  return new ShapeMismatchError(`scan: ${message}.`, { op: "Scan", createdAt: node.createdAt[0] });
}

/** Sizes of rows when no step was made. */
function shapesOfNothing(spec: ScanSpec, outer: OuterInputs<NdArray>): number[][] {
  const inner = innerInputs(spec);
  const values = new Map<Variable, NdArray>();
  for (const [i, v] of inner.slices.entries()) {
    values.set(v, NdArray.allocate(v.dtype, outer.sequences[i]!.shape.slice(1)));
  }
  for (const [i, v] of inner.states.entries()) values.set(v, outer.initials[i]!);
  for (const [i, v] of inner.constants.entries()) values.set(v, outer.constants[i]!);
  const map = new ShapeMap(shapeI);
  return (innerOutputs(spec).rows as readonly TensorVariable[]).map((v) =>
    evaluate(map.shapeOf(v), values).map((n) => Number(n.itemBigInt())),
  );
}
