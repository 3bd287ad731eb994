/** Updates: new values of shared variables. */
import type { NdArray } from "../array/ndArray.ts";
import { shapeText } from "../array/layout.ts";
import { ArgumentError, UpdateError } from "../errors.ts";
import { Variable } from "../graph/variable.ts";
import type { ScanUpdates } from "../scan/arguments.ts";
import { asTensor } from "../tensor/constant.ts";
import type { TensorVariable } from "../tensor/variable.ts";
import { SharedVariable } from "./shared.ts";

type NewValue = TensorVariable | number;

/** Pairs of a shared variable and the expression of its next value. */
export type Updates =
  | readonly (readonly [SharedVariable, NewValue])[]
  | ReadonlyMap<SharedVariable, NewValue>
  | ScanUpdates;

/** Updates in order, each checked. */
export type UpdateList = Map<SharedVariable, TensorVariable>;

/**
 * @throws UpdateError for a key that is not shared, a second update of the same variable, or a value that does not fit
 */
export function readUpdates(updates: Updates | undefined): UpdateList {
  const list: UpdateList = new Map();
  if (updates === undefined) return list;
  if (typeof updates !== "object" || !(Symbol.iterator in updates)) {
    throw new ArgumentError("theano.function: updates must be pairs [shared, expression] or a Map.");
  }
  for (const pair of updates) {
    if (!Array.isArray(pair) || pair.length !== 2) {
      throw new ArgumentError("theano.function: each update is a pair [shared, expression].");
    }
    const [target, value] = pair as [unknown, NewValue];
    if (!(target instanceof SharedVariable)) {
      throw new UpdateError(
        `The update target must be a shared variable, got ${String(target)}. ` + "Make it with theano.shared(value).",
      );
    }
    if (list.has(target)) {
      throw new UpdateError(`this shared variable already has an update expression: ${target.toString()}`);
    }
    list.set(target, fitUpdate(target, value));
  }
  return list;
}

/** The expression as one of the target's type. */
export function fitUpdate(target: SharedVariable, value: NewValue | Variable): TensorVariable {
  if (typeof value !== "number" && !(value instanceof Variable)) {
    throw new UpdateError(`The update of ${target.toString()} must be an expression, got ${String(value)}.`);
  }
  const v = value instanceof Variable ? (value as TensorVariable) : asTensor(value, target.dtype);
  const from = v.type.buffer();
  const to = target.type.buffer()!;
  const fits =
    from !== null &&
    from.dtype === to.dtype &&
    from.shape.length === to.shape.length &&
    to.shape.every((n, axis) => n === null || from.shape[axis] === null || from.shape[axis] === n);
  if (fits) return v;
  const advice =
    from !== null && from.dtype !== to.dtype
      ? `Cast the new value: .astype("${to.dtype}").`
      : "Reduce, reshape or broadcast the new value so that it has the variable's rank and sizes.";
  throw new UpdateError(
    `An update must have the same type as the original shared variable: ${target.toString()} is ` +
      `${target.type.toString()}, its new value ${v.toString()} is ${v.type.toString()}. ${advice}`,
    { createdAt: v.owner?.createdAt[0] },
  );
}

/** @throws UpdateError when a new value lacks a size that the variable's type promises */
export function checkUpdateValue(target: SharedVariable, value: Pick<NdArray, "shape">): void {
  const { shape } = target.type.buffer()!;
  if (shape.every((n, axis) => n === null || n === value.shape[axis])) return;
  throw new UpdateError(
    `The new value of ${target.toString()} has shape ${shapeText(value.shape)}; ` +
      `its type promises ${shapeText(shape)}.`,
  );
}
