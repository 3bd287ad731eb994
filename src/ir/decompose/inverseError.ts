/**
 * erfinv y with w = -log(1 - y^2): y (sqrt(pi)/2 + w P(w)) in the middle, a polynomial in (w - 13.5)/(w + 13.5) for
 * w > 5 (the variable w is that of Giles, GPU Computing Gems, 2011).
 */
import type { Expr } from "../node.ts";
import { throughDouble, unary, type Decomposition } from "./expansion.ts";
import { ERFINV_DOUBLE_F32, ERFINV_F64, ERFINV_TAIL_DOUBLE_F32, ERFINV_TAIL_F64 } from "./inverseErrorCoefficients.ts";
import type { FloatType, Kit } from "./kit.ts";
import { logPair } from "./logarithm.ts";

const HALF_ROOT_PI = 0.886226925452758;

function erfinvWith(k: Kit, y: Expr, middle: readonly number[], tail: readonly number[]): Expr {
  const u = k.abs(y);
  const square = k.product(u, u);
  const rest = k.sum(k.c(1), k.neg(square.hi));
  const { hi, lo } = k.fastSum(rest.hi, k.sub(rest.lo, square.lo));
  const w = k.neg(logPair(k, hi, lo));
  const near = k.mul(k.add(k.mul(k.poly(k.sub(w, 2.5), middle), w), HALF_ROOT_PI), u);
  const far = k.poly(k.div(k.sub(w, 13.5), k.add(w, 13.5)), tail);
  const edge = k.select(k.eq(u, 1), Infinity, NaN);
  return k.copysign(k.select(k.lt(u, 1), k.select(k.gt(w, 5), far, near), edge), y);
}

export const erfinv: Readonly<Record<FloatType, Decomposition>> = {
  f32: throughDouble((k, y) => erfinvWith(k, y!, ERFINV_DOUBLE_F32, ERFINV_TAIL_DOUBLE_F32)),
  f64: unary((k, y) => erfinvWith(k, y, ERFINV_F64, ERFINV_TAIL_F64)).f64,
};
