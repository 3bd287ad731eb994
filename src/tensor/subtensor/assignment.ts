/** `setSubtensor` and `incSubtensor`: a tensor with a part replaced or incremented. */
import { promote } from "../../dtype.ts";
import { ArgumentError, RankError } from "../../errors.ts";
import type { Apply } from "../../graph/apply.ts";
import { alloc } from "../alloc.ts";
import { asTensor, constant } from "../constant.ts";
import { DimShuffle, dimshuffle } from "../dimshuffle.ts";
import { add, cast, switch_ } from "../math.ts";
import { Reshape, reshape } from "../reshape.ts";
import { addBroadcast } from "../rebroadcast.ts";
import { operand, shape as shapeOf } from "../shape.ts";
import type { TensorLike, TensorVariable } from "../variable.ts";
import { AdvancedIncSubtensor, AdvancedSubtensor } from "./advanced.ts";
import { IncSubtensor, Subtensor } from "./basic.ts";
import { isIndexStep } from "./indexing.ts";
import { Nonzero } from "./nonzero.ts";

/**
 * A copy of the indexed tensor in which the selection is replaced by `y`: `setSubtensor(x.at("1:3"), 0)` is x with rows 1
 * and 2 zero. Where an index occurs twice, the last value counts.
 * @param selection the result of `at`, also through dimshuffle and reshape
 * @throws ArgumentError when `selection` was not made by indexing
 * @throws DtypeError, RankError, ShapeMismatchError when `y` does not fit
 */
export function setSubtensor<V extends TensorVariable>(selection: V, y: TensorLike): TensorVariable<V["dtype"]>;
export function setSubtensor(selection: TensorVariable, y: TensorLike): TensorVariable {
  return assign(selection, y, true, "setSubtensor");
}

/**
 * A copy of the indexed tensor in which `y` is added to the selection. An index that occurs twice is incremented twice.
 * @param selection the result of `at`, also through dimshuffle and reshape
 * @throws as {@link setSubtensor}
 */
export function incSubtensor<V extends TensorVariable>(selection: V, y: TensorLike): TensorVariable<V["dtype"]>;
export function incSubtensor(selection: TensorVariable, y: TensorLike): TensorVariable {
  return assign(selection, y, false, "incSubtensor");
}

function assign(selection: TensorVariable, y: TensorLike, set: boolean, name: string): TensorVariable {
  const v = asTensor(selection);
  const isTruth = v.dtype === "bool" && (y === 0 || y === 1);
  const value = fitDtype(v, isTruth ? constant(y === 1, "bool") : asTensor(y, v.dtype));
  if (value.ndim > v.ndim) {
    throw new RankError(`${name}: a value of rank ${value.ndim} does not fit a selection of rank ${v.ndim}.`, {
      op: name,
      inputs: [operand(v), operand(value)],
    });
  }
  return through(v, value, set, name);
}

/** Values that the dtype holds without loss are converted; the op refuses others. */
function fitDtype(v: TensorVariable, y: TensorVariable): TensorVariable {
  return y.dtype !== v.dtype && promote(v.dtype, y.dtype) === v.dtype ? cast(y, v.dtype) : y;
}

/** Walks from the selection to the tensor that was indexed. */
function through(v: TensorVariable, y: TensorVariable, set: boolean, name: string): TensorVariable {
  const node = v.owner;
  const op = node?.op;
  if (node === null || op === undefined) throw notAnIndex(v, name);
  const x = node.inputs[0] as TensorVariable;
  if (op instanceof Subtensor) {
    const inc = new IncSubtensor(op.entries, set).call(x, y, ...node.inputs.slice(1)) as TensorVariable;
    return isIndexStep(x) ? through(x, inc, true, name) : inc;
  }
  if (op instanceof AdvancedSubtensor) {
    const inc = masked(node, y, set) ?? scatter(node, op, y, set);
    return isIndexStep(x) ? through(x, inc, true, name) : inc;
  }
  if (op instanceof DimShuffle) {
    const inner = shuffleBack(op, v, x, y);
    // A step of `at` ends at what the user indexed, however that was made.
    if (isIndexStep(v) && !isIndexStep(x)) return inner;
    if (isIndexable(x)) return through(x, inner, set, name);
    if (op.pattern.includes("x")) return newAxisOnly(x, inner, set);
  }
  if (op instanceof Reshape) {
    const full = y.ndim === v.ndim && y.type.shape.every((n, k) => n !== 1 || v.type.shape[k] === 1);
    const whole = full ? y : alloc(y, shapeOf(v));
    return through(x, reshape(whole, shapeOf(x)), set, name);
  }
  throw notAnIndex(v, name);
}

function isIndexable(x: TensorVariable): boolean {
  const op = x.owner?.op;
  return (
    op instanceof Subtensor || op instanceof AdvancedSubtensor || op instanceof DimShuffle || op instanceof Reshape
  );
}

/** `x.at(null)` selects all of x. */
function newAxisOnly(x: TensorVariable, y: TensorVariable, set: boolean): TensorVariable {
  return set ? alloc(y, shapeOf(x)) : add(x, y);
}

function notAnIndex(v: TensorVariable, name: string): ArgumentError {
  return new ArgumentError(
    `${name}: the first argument must be an indexed tensor, as in ${name}(x.at("1:3"), y); got ${v.toString()}.`,
    { op: name, inputs: [operand(v)] },
  );
}

function scatter(node: Apply, op: AdvancedSubtensor, y: TensorVariable, set: boolean): TensorVariable {
  const [x, ...indices] = node.inputs as TensorVariable[];
  return new AdvancedIncSubtensor(op.axes, op.front, set).call(x!, y, ...indices) as TensorVariable;
}

/** `y` with the axes of the source of a dimshuffle. */
function shuffleBack(op: DimShuffle, v: TensorVariable, x: TensorVariable, y: TensorVariable): TensorVariable {
  const padded = dimshuffle(y, [
    ...new Array<"x">(v.ndim - y.ndim).fill("x"),
    ...Array.from({ length: y.ndim }, (_, k) => k),
  ]);
  // An axis that the dimshuffle made has size 1 in the selection, so it must in `y`.
  const made = op.pattern.flatMap((p, k) => (p === "x" ? [k] : []));
  return dimshuffle(
    addBroadcast(padded, ...made),
    Array.from({ length: x.ndim }, (_, axis) => {
      const at = op.pattern.indexOf(axis);
      return at < 0 ? "x" : at;
    }),
  );
}

/** A scalar stored where a mask is true is a choice per element: no positions are needed. */
function masked(node: Apply, y: TensorVariable, set: boolean): TensorVariable | null {
  const [x, ...indices] = node.inputs as TensorVariable[];
  const op = node.op as AdvancedSubtensor;
  const found = indices[0]!.owner;
  if (y.ndim !== 0 || y.dtype !== x!.dtype || found === null || !(found.op instanceof Nonzero)) return null;
  const same = indices.every((v, k) => v.owner === found && v.index === k && op.axes[k] === k);
  if (!same || found.outputs.length !== indices.length || x!.dtype === "bool") return null;
  const mask = found.inputs[0] as TensorVariable;
  if (mask.type.shape.some((n, k) => n === 1 && x!.type.shape[k] !== 1)) return null;
  const pattern = Array.from({ length: x!.ndim }, (_, k): number | "x" => (k < mask.ndim ? k : "x"));
  return switch_(dimshuffle(mask, pattern), set ? y : add(x!, y), x!);
}
