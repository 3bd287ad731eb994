/** What is known of values when the graph is built. */
import type { NdArray } from "../array/ndArray.ts";
import { RankError, ValueError } from "../errors.ts";
import { isConstant } from "../graph/variable.ts";
import { asTensor } from "./constant.ts";
import { operand } from "./shape.ts";
import type { TensorLike, TensorVariable } from "./variable.ts";

/**
 * The one value that all elements of `x` are known to have when the graph is built, as a 0-d array: of constants, and of what copies,
 * fills or reshapes them.
 * @throws ValueError where no such value is known
 */
export function getScalarConstantValue(x: TensorLike): NdArray {
  const v = asTensor(x);
  const value = constantValue(v);
  if (value !== null) return value;
  throw new ValueError(`getScalarConstantValue: the value of ${v.toString()} is not known when the graph is built.`, {
    op: "getScalarConstantValue",
    inputs: [operand(v)],
  });
}

/** Ops whose output holds no value but those of one input. */
const CARRIERS: ReadonlyMap<string, number> = new Map([
  ["Alloc", 0],
  ["DimShuffle", 0],
  ["Rebroadcast", 0],
  ["Reshape", 0],
  ["SpecifyShape", 0],
]);

function constantValue(v: TensorVariable): NdArray | null {
  if (isConstant(v)) return v.data.size === 1 ? v.data.reshape([]) : null;
  if (v.owner === null) return null;
  const { op, inputs } = v.owner;
  const carried = CARRIERS.get(op.name) ?? carriedByElemwise(op.toString());
  if (carried !== null) return constantValue(inputs[carried] as TensorVariable);
  if (v.ndim > 0) return null;
  const values = inputs.map((x) => constantValue(x as TensorVariable));
  if (inputs.length === 0 || values.some((a) => a === null)) return null;
  return op.perform(v.owner, values as NdArray[])[v.index] ?? null;
}

function carriedByElemwise(text: string): number | null {
  if (text.startsWith("Elemwise{second")) return 1;
  return text.startsWith("Elemwise{tensor_copy") ? 0 : null;
}

/**
 * The number of elements of a vector.
 * @throws RankError unless `x` is a vector, ValueError where its length is not known when the graph is built
 */
export function getVectorLength(x: TensorLike): number {
  const v = asTensor(x);
  const details = { op: "getVectorLength", inputs: [operand(v)] };
  if (v.ndim !== 1) throw new RankError(`getVectorLength: expected a vector, got rank ${v.ndim}.`, details);
  const n = v.type.shape[0] ?? null;
  if (n !== null) return n;
  throw new ValueError(`getVectorLength: the length of ${v.toString()} is not known when the graph is built.`, details);
}
