/**
 * The derivative of the regularised incomplete gamma functions in their first argument. Below the mean that of the series
 * P = x^a e^-x / gamma(a + 1) sum of x^n / ((a + 1) ... (a + n)), term by term; above it that of the continued fraction of Q, from its last
 * term (as in `incompleteGamma.ts`).
 */
import type { Expr } from "../../ir/node.ts";
import { eq, exp, gammaln, log, mul, psi, sub, switch_ } from "../math.ts";
import type { TensorLike, TensorVariable } from "../variable.ts";
import { elementLoop } from "./elementLoop.ts";
import { density } from "./gammaDensity.ts";
import type { Routine } from "./routine.ts";

const EPSILON = 2 ** -54;
const MOST = 200_000;

/** dP/da from the series: each term brings the sum of 1 / (a + k) with it. */
function bySeries(r: Routine, a: Expr, x: Expr): Expr {
  const { k } = r;
  const [term, sum, n] = [r.var("term", 1), r.var("sum", 1), r.var("n", k.add(a, 0))];
  const [harmonic, slope] = [r.var("harmonic", 0), r.var("slope", 0)];
  const part = r.var("part", 1);
  r.while(k.gt(k.add(term, part), k.mul(k.add(sum, slope), EPSILON)), MOST, () => {
    r.set(n, k.add(n, 1));
    r.set(term, k.mul(term, k.div(x, n)));
    r.set(harmonic, k.add(harmonic, k.div(1, n)));
    r.set(part, k.mul(term, harmonic));
    r.set(sum, k.add(sum, term));
    r.set(slope, k.add(slope, part));
  });
  const growth = k.sub(r.fn("log", x), r.fn("digamma", k.add(a, 1)));
  return k.div(k.mul(density(r, a, x), k.sub(k.mul(sum, growth), slope)), a);
}

/** -dQ/da from the fraction f = b0 + a1 / (b1 + ...), Q = density / f. */
function byFraction(r: Routine, a: Expr, x: Expr): Expr {
  const { k } = r;
  const count = k.add(k.add(k.div(100, x), 60), k.mul(k.sqrt(a), 6));
  const i = r.var("i", r.fn("floor", count));
  const first = r.let("b0", k.sub(k.add(x, 1), a));
  const f = r.var("f", k.add(first, k.mul(i, 2)));
  const slope = r.var("slope", -1);
  r.while(k.gt(i, 0), MOST, () => {
    const ratio = r.let("ratio", k.div(i, f));
    const below = k.add(first, k.mul(k.sub(i, 1), 2));
    const apart = k.sub(a, i);
    r.set(slope, k.sub(k.mul(ratio, k.sub(1, k.div(k.mul(apart, slope), f))), 1));
    r.set(f, k.add(below, k.mul(ratio, apart)));
    r.set(i, k.sub(i, 1));
  });
  const growth = k.sub(r.fn("log", x), r.fn("digamma", a));
  return k.div(k.mul(density(r, a, x), k.sub(k.div(slope, f), growth)), f);
}

/** x^(a - 1) e^-x / gamma(a) of tensors. */
export function slope(a: TensorVariable, x: TensorVariable): TensorVariable {
  const power = switch_(
    eq(x, 0),
    switch_(eq(a, 1), 0, mul(sub(a, 1), log(x))),
    mul(sub(a, 1), log(switch_(eq(x, 0), 1, x))),
  );
  return exp(sub(sub(power, x), gammaln(a)));
}

const inShape = elementLoop({
  name: "gammaincShape",
  arity: 2,
  compute(r, [a, x]) {
    const { k } = r;
    const out = r.var("result", NaN);
    const inside = k.and(k.and(k.gt(a!, 0), k.lt(a!, Infinity)), k.ge(x!, 0));
    r.if(inside, () =>
      r.if(
        k.or(k.eq(x!, 0), k.eq(x!, Infinity)),
        () => r.set(out, 0),
        () =>
          r.if(
            k.and(k.gt(x!, 1), k.gt(x!, a!)),
            () => r.set(out, byFraction(r, a!, x!)),
            () => r.set(out, bySeries(r, a!, x!)),
          ),
      ),
    );
    return out;
  },
  derivatives: ([a, x]) => [
    "the second derivative of an incomplete gamma function in its first argument is not there.",
    () => switch_(eq(x!, 0), 0, mul(slope(a!, x!), sub(log(switch_(eq(x!, 0), 1, x!)), psi(a!)))),
  ],
});

/** dP(a, x) / da of tensors; NaN where `a` is not positive. */
export function gammaincInShape(a: TensorLike, x: TensorLike): TensorVariable {
  return inShape(a, x);
}
