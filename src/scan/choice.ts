/** What both forms of a choice share. */
import type { NdArray } from "../array/ndArray.ts";
import { readElement } from "../array/element.ts";
import type { Variable } from "../graph/variable.ts";
import type { IrBuilder } from "../ir/build.ts";
import type { Operand } from "../ir/lowered.ts";
import type { Expr } from "../ir/node.ts";
import { switch_ } from "../tensor/math.ts";
import { knownSize } from "../tensor/sizes.ts";
import type { TensorVariable } from "../tensor/variable.ts";

export function isTrue(condition: NdArray): boolean {
  return Number(readElement(condition, condition.offset)) !== 0;
}

/** The sizes of the side that is taken. */
export function chosenSizes(
  condition: TensorVariable,
  yes: readonly Variable[],
  no: readonly Variable[],
): readonly Variable[] {
  return yes.map((a, axis) => {
    const other = no[axis]!;
    const known = knownSize(a);
    if (a === other || (known !== null && known === knownSize(other))) return a;
    return switch_(condition, a as TensorVariable, other as TensorVariable);
  });
}

/** The condition as the program reads it. */
export function truth(b: IrBuilder, condition: Operand): Expr {
  const value = b.load(condition.buffer, condition.layout.offset);
  return value.type === "bool" ? value : b.ne(value, b.constant(value.type, 0));
}
