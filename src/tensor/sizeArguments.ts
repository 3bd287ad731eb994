/** What users give as a list of sizes: numbers and integer scalars mixed, or an integer vector. */
import { NdArray } from "../array/ndArray.ts";
import { isInteger } from "../dtype.ts";
import { ValueError } from "../errors.ts";
import { isConstant } from "../graph/variable.ts";
import { constant } from "./constant.ts";
import { operand } from "./shape.ts";
import { asSize, sizeConstant, type SizeLike } from "./sizes.ts";
import { Subtensor } from "./subtensor/basic.ts";
import { TensorVariable } from "./variable.ts";

/** A list of sizes, an integer vector of known length, or one size. */
export type SizesLike = SizeLike | readonly SizeLike[] | NdArray;

/**
 * Sizes as int64 scalar variables.
 * @param least smallest acceptable number: 0, or -1 where that has a meaning
 * @param length number of elements of a vector whose type does not tell it
 * @throws ValueError for numbers that are no sizes, and vectors of unknown length
 */
export function asSizes(given: SizesLike, op: string, least = 0, length?: number): TensorVariable[] {
  if (given instanceof NdArray) return elementsOf(constant(given), op, least, length);
  if (given instanceof TensorVariable) {
    return given.ndim === 0 ? [asSize(given, op, least)] : elementsOf(given, op, least, length);
  }
  if (typeof given === "number" || typeof given === "bigint") return [asSize(given, op, least)];
  if (!Array.isArray(given)) {
    throw new ValueError(`${op}: expected a list of sizes, got ${given === null ? "null" : typeof given}.`, { op });
  }
  return (given as readonly SizeLike[]).map((size) => asSize(size, op, least));
}

function elementsOf(v: TensorVariable, op: string, least: number, length?: number): TensorVariable[] {
  const n = v.type.shape[0] ?? length ?? null;
  if (v.ndim !== 1 || !isInteger(v.dtype) || n === null) {
    throw new ValueError(
      `${op}: sizes must be an integer vector of known length, got ${v.type.toString()}.\n` +
        "Give a list of scalars ([n, m]), or a vector whose type tells its length.",
      { op, inputs: [operand(v)] },
    );
  }
  if (isConstant(v)) return constants(v.data, op, least);
  // A vector made of scalars: the scalars themselves.
  if (v.owner?.op.name === "MakeVector") return v.owner.inputs.map((x) => asSize(x as TensorVariable, op, least));
  const pick = new Subtensor([{ kind: "int", dtype: "int64" }]);
  return Array.from({ length: n }, (_, i) => asSize(pick.call(v, sizeConstant(i)) as TensorVariable, op, least));
}

function constants(data: NdArray, op: string, least: number): TensorVariable[] {
  return Array.from({ length: data.size }, (_, i) => asSize(data.itemBigInt(i), op, least));
}
