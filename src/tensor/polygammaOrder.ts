/** The polygamma functions of a fixed order. */
import { polygammaOf } from "../scalar/index.ts";
import { applyElemwise, Elemwise } from "./elemwise.ts";
import type { TensorLike, TensorVariable } from "./variable.ts";

/** The derivative of order `n` (1 or more) of the digamma function, at positive arguments. */
export function polygammaOrder(n: number, x: TensorLike): TensorVariable {
  return applyElemwise(new Elemwise(polygammaOf(n)), [x]);
}
