/** Owen's T function. */
import type { Expr } from "../../ir/node.ts";
import { add, div, erf, exp, mul, neg, sqr } from "../math.ts";
import type { TensorLike, TensorVariable } from "../variable.ts";
import { elementLoop } from "./elementLoop.ts";
import type { Routine } from "./routine.ts";
import type { BroadcastRank } from "../typing.ts";
import type { LoopDtype } from "../functionTyping.ts";

const STEP = 1 / 16;
const END = 3.25;

/**
 * 1 / (2 pi) times the integral of exp(-h^2 (1 + t^2) / 2) / (1 + t^2) for t from 0 to a, 0 <= a <= 1, by the double exponential rule (Takahasi and
 * Mori, 1974), as far as the integrand is not negligible.
 */
function integral(r: Routine, h: Expr, a: Expr): Expr {
  const { k } = r;
  const square = r.let("square", k.mul(k.mul(h, h), -0.5));
  const reach = k.div(9, k.atLeast(h, 1e-3));
  const half = r.let("half", k.mul(k.select(k.lt(a, reach), a, reach), 0.5));
  const [sum, u] = [r.var("sum", 0), r.var("u", -END)];
  r.while(k.le(u, END), 1000, () => {
    const w = r.let("w", k.mul(r.fn("sinh", u), Math.PI / 2));
    const c = r.let("c", r.fn("cosh", w));
    // 1 + tanh w = e^w / cosh w
    const t = r.let("t", k.mul(half, k.div(r.fn("exp", w), c)));
    const square1 = r.let("square1", k.mul(t, t));
    const f = k.div(r.fn("exp", k.mul(square, square1)), k.add(square1, 1));
    r.set(sum, k.add(sum, k.mul(f, k.div(r.fn("cosh", u), k.mul(c, c)))));
    r.set(u, k.add(u, STEP));
  });
  const scale = k.mul(half, (STEP * Math.PI) / 2 / (2 * Math.PI));
  return k.mul(k.mul(sum, scale), r.fn("exp", square));
}

const ROOT_HALF = Math.SQRT1_2;
const ROOT_HALF_REST = -4.833646656726457e-17;

/** Half of erfc(h / sqrt 2), with what rounding takes from the argument made up for. */
function upperTail(r: Routine, h: Expr): Expr {
  const { k } = r;
  const { hi, lo } = k.product(h, k.c(ROOT_HALF));
  const rest = k.add(lo, k.mul(h, ROOT_HALF_REST));
  const slope = k.mul(r.fn("exp", k.neg(k.mul(hi, hi))), 1 / Math.sqrt(Math.PI));
  return k.sub(k.mul(r.fn("erfc", hi), 0.5), k.mul(slope, rest));
}

const owens: (...args: readonly TensorLike[]) => TensorVariable = elementLoop({
  name: "owens_t",
  arity: 2,
  compute(r, [given, slope]) {
    const { k } = r;
    const [h, a] = [r.let("h", k.abs(given!)), r.let("a", k.abs(slope!))];
    const out = r.var("result", NaN);
    r.if(k.and(k.le(h, Infinity), k.le(a, Infinity)), () => {
      r.if(
        k.eq(h, Infinity),
        () => r.set(out, 0),
        () =>
          r.if(
            k.le(a, 1),
            () => r.set(out, integral(r, h, a)),
            () => {
              // T(h, a) + T(a h, 1/a) in terms of the normal distribution.
              const ah = r.let("ah", k.select(k.eq(h, 0), 0, k.mul(a, h)));
              const other = r.let("other", integral(r, ah, k.div(1, a)));
              const [x, y] = [k.mul(h, ROOT_HALF), k.mul(ah, ROOT_HALF)];
              const central = k.sub(0.25, k.mul(k.mul(r.fn("erf", x), r.fn("erf", y)), 0.25));
              const [p, q] = [upperTail(r, k.atMost(h, 50)), upperTail(r, k.atMost(ah, 50))];
              const tails = k.sub(k.mul(k.add(p, q), 0.5), k.mul(p, q));
              r.set(out, k.sub(k.select(k.lt(ah, 0.67), central, tails), other));
            },
          ),
      );
    });
    return k.select(k.lt(slope!, 0), k.neg(out), out);
  },
  derivatives: ([h, a]) => [
    () => neg(mul(exp(mul(sqr(h!), -0.5)), erf(mul(mul(a!, h!), ROOT_HALF)), 0.5 / Math.sqrt(2 * Math.PI))),
    () => div(exp(mul(sqr(h!), add(sqr(a!), 1), -0.5)), mul(add(sqr(a!), 1), 2 * Math.PI)),
  ],
});

/**
 * Owen's T function: the probability that X > h and 0 < Y < a X for two independent normal variables. Differentiable in both.
 * @example
 * ```ts
 * import { tensor as T } from "theano";
 * console.log(T.owensT(0, 1).eval().item()); // 0.125
 * ```
 */
export function owensT<H extends TensorLike, A extends TensorLike>(
  h: H,
  a: A,
): TensorVariable<LoopDtype<readonly [H, A]>, BroadcastRank<H, A>>;
export function owensT(h: TensorLike, a: TensorLike): TensorVariable {
  return owens(h, a);
}
