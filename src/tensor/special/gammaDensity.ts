/** x^a e^-x / gamma(a), the density of the gamma distribution times x. */
import { G_LESS_HALF, gammaValue, lanczosSum } from "../../scalar/special/gamma.ts";
import type { Expr } from "../../ir/node.ts";
import type { Routine } from "./routine.ts";

/** log(1 + u) - u without cancellation. */
export function log1pMinus(r: Routine, u: Expr): Expr {
  const { k } = r;
  const s = r.let("s", k.div(u, k.add(u, 2)));
  const z = k.mul(s, s);
  const series = Array.from({ length: 18 }, (_, j) => 1 / (2 * j + 3));
  const near = k.sub(k.mul(k.mul(k.mul(s, 2), z), k.horner(z, series)), k.mul(u, s));
  return k.select(k.lt(k.abs(u), 0.6), near, k.sub(r.fn("log1p", u), u));
}

/** x^a e^-x / gamma(a): as it stands where no part overflows, else with Lanczos' sum, in which large exponents cancel. */
export function density(r: Routine, a: Expr, x: Expr): Expr {
  const { k } = r;
  const out = r.var("density", 0);
  const size = r.let("size", k.mul(a, r.fn("log", x)));
  r.if(
    k.and(k.and(k.lt(a, 140), k.lt(x, 690)), k.lt(k.abs(size), 690)),
    () => r.set(out, k.mul(k.div(r.pow(x, a), gammaValue(k, a)), r.fn("exp", k.neg(x)))),
    () => {
      const sum = k.sum(a, k.c(G_LESS_HALF));
      const fac = r.let("fac", sum.hi);
      const factor = k.div(k.sqrt(fac), lanczosSum(k, a));
      const ratio = k.quotient({ hi: x, lo: k.c(0) }, { hi: fac, lo: k.c(0) });
      const base = r.let("base", ratio.hi);
      const apart = k.sum(fac, k.neg(x));
      r.if(
        k.and(k.lt(k.abs(k.mul(a, r.fn("log", base))), 600), k.lt(k.abs(apart.hi), 600)),
        () => {
          // (x / fac)^a e^(fac - x), with what rounding takes from each part made up for.
          const lost = k.mul(a, k.sub(k.div(ratio.lo, base), k.div(sum.lo, fac)));
          const small = k.add(k.add(lost, apart.lo), sum.lo);
          const parts = k.mul(r.pow(base, a), r.fn("exp", apart.hi));
          r.set(out, k.mul(k.mul(factor, parts), k.add(small, 1)));
        },
        () => {
          const u = r.let("u", k.div(k.sub(k.sub(x, a), G_LESS_HALF), fac));
          const direct = k.sub(r.fn("log", base), u);
          const power = k.mul(a, k.select(k.lt(u, -0.5), direct, log1pMinus(r, u)));
          r.set(out, k.mul(factor, r.fn("exp", k.sub(power, k.mul(u, G_LESS_HALF)))));
        },
      );
    },
  );
  return out;
}
