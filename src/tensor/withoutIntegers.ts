/** Arguments of functions that compute in floats of the same size as their argument, and in double precision for integers. */
import { isDiscrete } from "../dtype.ts";
import { asTensor } from "./constant.ts";
import { cast } from "./math.ts";
import type { TensorLike, TensorVariable } from "./variable.ts";

/** Integers and booleans as float64, floats and complex numbers as they are. */
export function withoutIntegers(x: TensorLike): TensorVariable {
  const v = asTensor(x);
  return isDiscrete(v.dtype) ? cast(v, "float64") : v;
}
