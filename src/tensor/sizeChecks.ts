/** Sizes as inputs of ops: what types know of them, and that they must not be negative. */
import { NdArray } from "../array/ndArray.ts";
import { ValueError } from "../errors.ts";
import { Apply } from "../graph/apply.ts";
import type { Variable } from "../graph/variable.ts";
import type { LowerContext } from "../ir/lowered.ts";
import { require } from "./loops.ts";
import { knownSize } from "./sizes.ts";

export const sizeOfInput = (a: NdArray): number => Number(a.itemBigInt());
export const staticSizes = (sizes: readonly Variable[]): (number | null)[] =>
  sizes.map((n) => {
    const known = knownSize(n);
    return known !== null && known >= 0 ? known : null;
  });

/** A size that may turn out negative must be refused when the function runs. */
export function requireSizes(ctx: LowerContext, op: string): void {
  for (const n of ctx.outputs[0]!.shape)
    require(ctx, ctx.b.ge(n, ctx.b.index(0)), `ValueError: ${op}: a size is negative.`);
}

export function checkSizes(op: string, node: Apply, sizes: readonly number[]): void {
  const wrong = sizes.find((n) => n < 0);
  if (wrong === undefined) return;
  throw new ValueError(`${op}: size ${wrong} is negative (shape (${sizes.join(", ")})).`, {
    op,
    createdAt: node.createdAt[0],
  });
}
