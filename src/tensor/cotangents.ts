/** What the reverse sweep does with tensors. */
import { isComplex, isDiscrete } from "../dtype.ts";
import { RankError } from "../errors.ts";
import type { CotangentAlgebra } from "../graph/pullback.ts";
import { add, cast, real } from "./math.ts";
import type { TensorVariable } from "./variable.ts";

export const cotangentAlgebra: CotangentAlgebra = {
  add: (a, b) => add(a as TensorVariable, b as TensorVariable),
  isDifferentiable: (v) => !isDiscrete((v as TensorVariable).dtype),
  conform(gradient, v) {
    const g = gradient as TensorVariable;
    const x = v as TensorVariable;
    if (g.ndim !== x.ndim) {
      throw new RankError(
        `The gradient of ${x.toString()} has rank ${g.ndim}, the variable rank ${x.ndim}: ` +
          `the lop of an op that uses it returned a wrong shape.`,
      );
    }
    if (g.dtype === x.dtype) return g;
    return cast(isComplex(g.dtype) && !isComplex(x.dtype) ? real(g) : g, x.dtype);
  },
};
