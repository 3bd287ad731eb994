/** DebugMode, first part: checks around every node that ops keep their promises. */
import { arraysEqual } from "../array/convert.ts";
import type { NdArray } from "../array/ndArray.ts";
import { DebugModeError } from "../errors.ts";
import type { Apply } from "../graph/apply.ts";
import type { NodeObserver } from "./linkers/reference.ts";

/** Values must have the type that their variables promise, and `perform` must leave its inputs alone. */
export function debugObserver(): NodeObserver {
  return {
    after(node, inputs, outputs) {
      for (const [i, out] of node.outputs.entries()) checkType(node, i, out.type.buffer(), outputs[i]);
      if (!node.op.pure) return;
      const again = node.op.perform(node, inputs);
      for (const [i, value] of outputs.entries()) {
        if (arraysEqual(value, again[i]!)) continue;
        throw new DebugModeError(
          `Output ${i} of ${node.toString()} differs between two runs on the same inputs: ` +
            "the op changes its inputs or is not pure.",
          { op: node.op.name, createdAt: node.createdAt[0] },
        );
      }
    },
  };
}

function checkType(
  node: Apply,
  index: number,
  spec: { readonly dtype: string; readonly shape: readonly (number | null)[] } | null,
  value: NdArray | undefined,
): void {
  if (spec === null) return;
  const fits =
    value !== undefined &&
    value.dtype === spec.dtype &&
    value.ndim === spec.shape.length &&
    spec.shape.every((n, axis) => n === null || n === value.shape[axis]);
  if (fits) return;
  throw new DebugModeError(
    `Output ${index} of ${node.toString()} is not of its type ${node.outputs[index]!.type.toString()}: ` +
      `got ${value === undefined ? "nothing" : `${value.dtype} of shape [${value.shape.join(", ")}]`}.`,
    { op: node.op.name, createdAt: node.createdAt[0] },
  );
}
