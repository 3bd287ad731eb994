/** The end of a loop by a condition. */
import { asTensor } from "../tensor/constant.ts";
import type { TensorLike, TensorVariable } from "../tensor/variable.ts";

/** What `until` returns; the step function of `scan` returns it last. */
export class Until {
  /** A scalar; the loop ends after the first step in which it is not zero. */
  readonly condition: TensorVariable;

  constructor(condition: TensorVariable) {
    this.condition = condition;
  }
}

/**
 * Ends a `scan` after the first step in which `condition`, a scalar, holds. That step still counts.
 *
 * @example
 * ```ts
 * import * as theano from "theano";
 * import { tensor as T } from "theano";
 * const limit = T.dscalar("limit");
 * const [powers] = theano.scan({
 *   fn: (p: T.TensorVariable) => [p.mul(2), theano.until(p.mul(2).gt(limit))],
 *   outputsInfo: T.constant(1, "float64"),
 *   nSteps: 100,
 * });
 * console.log(String(theano.function([limit], powers)(20))); // [ 2.  4.  8. 16. 32.]
 * ```
 */
export function until(condition: TensorLike): Until {
  return new Until(asTensor(condition));
}
