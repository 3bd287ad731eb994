/** Gradients that reach a state through its last value only: carried into the backward loop instead of a row each step, nearly all zeros. */
import { isConstant, type Variable } from "../graph/variable.ts";
import { DimShuffle } from "../tensor/dimshuffle.ts";
import { Elemwise } from "../tensor/elemwise.ts";
import { add, gt, switch_ } from "../tensor/math.ts";
import { shapePadLeft } from "../tensor/axes.ts";
import { knownSize, sizeConstant } from "../tensor/sizes.ts";
import { at, IncSubtensor } from "../tensor/subtensor/index.ts";
import type { TensorVariable } from "../tensor/variable.ts";

/** The gradient of a trace in two parts: that of its last row, and the rest. */
export interface SplitCotangent {
  readonly last: TensorVariable | null;
  readonly rest: TensorVariable | null;
}

/** Is every element known to be zero? */
function isZero(v: Variable): boolean {
  if (isConstant(v)) {
    const { data } = v;
    return data.size > 0 && Array.from(data.data as ArrayLike<number | bigint>).every((x) => Number(x) === 0);
  }
  const { owner } = v;
  if (owner === null) return false;
  if (owner.op instanceof DimShuffle || owner.op.name === "Alloc") return isZero(owner.inputs[0]!);
  return owner.op instanceof Elemwise && owner.op.scalarOp.name === "second" && isZero(owner.inputs[1]!);
}

/** What was added to a region of zeros, and the region's only entry. */
function addedToZeros(v: TensorVariable): { readonly op: IncSubtensor; readonly inputs: readonly Variable[] } | null {
  const { owner } = v;
  if (owner === null || !(owner.op instanceof IncSubtensor) || owner.op.entries.length !== 1) return null;
  return isZero(owner.inputs[0]!) ? { op: owner.op, inputs: owner.inputs } : null;
}

/** `g` of `trace[1:][-1]`: rows 1 and on are the states, whose last one is meant. */
function lastRow(v: TensorVariable): TensorVariable | null {
  const outer = addedToZeros(v);
  const [slice] = outer?.op.entries ?? [];
  if (outer === null || slice!.kind !== "slice" || knownSize(outer.inputs[2] ?? v) !== 1) return null;
  const inner = addedToZeros(outer.inputs[1] as TensorVariable);
  if (inner === null || inner.op.entries[0]!.kind !== "int" || knownSize(inner.inputs[2]!) !== -1) return null;
  const last = inner.inputs[1] as TensorVariable;
  const [, ...row] = v.type.shape;
  // What was added may have been spread over the row.
  const isRow = last.ndim === row.length && last.type.shape.every((n, axis) => (n === 1) === (row[axis] === 1));
  return isRow && (outer.inputs[1] as TensorVariable).ndim === v.ndim ? last : null;
}

/** @param length the number of rows, of which there must be one if a last one is meant */
export function splitCotangent(g: TensorVariable, length: TensorVariable): SplitCotangent {
  const { owner } = g;
  if (owner !== null && owner.op instanceof Elemwise && owner.op.scalarOp.name === "add") {
    const parts = (owner.inputs as readonly TensorVariable[]).map((x) => splitCotangent(x, length));
    const sum = (list: readonly (TensorVariable | null)[]): TensorVariable | null =>
      list.reduce((x, y) => (x === null ? y : y === null ? x : add(x, y)), null);
    return { last: sum(parts.map((p) => p.last)), rest: sum(parts.map((p) => p.rest)) };
  }
  const last = lastRow(g);
  if (last === null) return { last: null, rest: g };
  const rows = knownSize(length);
  if (rows !== null) return rows > 0 ? { last, rest: null } : { last: null, rest: g };
  // Without a step there is no last state, which is an IndexError.
  const row = switch_(gt(length, 0), sizeConstant(0), sizeConstant(1));
  return { last: at(shapePadLeft(last, 1), row), rest: null };
}
