/** Common divisors and multiples. */
import type { Expr } from "../../ir/node.ts";
import { asTensor } from "../constant.ts";
import { abs, eq, intDiv, mul, switch_ } from "../math.ts";
import { elementLoop } from "./elementLoop.ts";
import type { PromotedTensors } from "../functionTyping.ts";
import type { BroadcastRank } from "../typing.ts";
import type { TensorLike, TensorVariable } from "../variable.ts";

/** Euclid's algorithm: 64 bits take 92 steps at most. */
const divisor = elementLoop({
  name: "gcd",
  arity: 2,
  isWhole: true,
  compute(r, [x, y]) {
    const { b } = r;
    const size = (e: Expr): Expr => (e.type === "u64" ? e : b.abs(e));
    const larger = r.var("larger", size(x!));
    const smaller = r.var("smaller", size(y!));
    r.while(b.ne(smaller, 0), 100, () => {
      const rest = r.let("rest", b.imod(larger, smaller));
      r.set(larger, smaller);
      r.set(smaller, rest);
    });
    return larger;
  },
  derivatives: () => [],
});

/**
 * The greatest common divisor of integers, never negative; of 0 and a number it is the size of that.
 * @throws DtypeError unless both are integers
 * @example
 * ```ts
 * import { tensor as T } from "theano";
 * console.log(String(T.gcd(T.constant([12, -18, 0], "int32"), 8).eval())); // [4 2 8]
 * ```
 */
export function gcd<X extends TensorLike, Y extends TensorLike>(
  x: X,
  y: Y,
): TensorVariable<PromotedTensors<readonly [X, Y]>, BroadcastRank<X, Y>>;
export function gcd(x: TensorLike, y: TensorLike): TensorVariable {
  return divisor(x, y);
}

/** The least common multiple of integers, never negative; 0 where one of them is 0. @throws DtypeError unless both are integers */
export function lcm<X extends TensorLike, Y extends TensorLike>(
  x: X,
  y: Y,
): TensorVariable<PromotedTensors<readonly [X, Y]>, BroadcastRank<X, Y>>;
export function lcm(x: TensorLike, y: TensorLike): TensorVariable {
  const common = divisor(x, y);
  const parts = intDiv(asTensor(x, common.dtype), switch_(eq(common, 0), 1, common));
  return abs(mul(parts, asTensor(y, common.dtype)));
}
