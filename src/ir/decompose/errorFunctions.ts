/**
 * erf and erfc: a polynomial for erf up to 1; above 1/2 erfc x = e^(-x^2) G(x) / (1 + 2x), where G hardly varies and is a
 * polynomial in (x - 4)/(x + 4) (after Shepherd and Laframboise, Mathematics of Computation 36, 1981).
 */
import type { Expr } from "../node.ts";
import { ERF_DOUBLE_F32, ERF_F64, ERFC_DOUBLE_F32, ERFC_F64 } from "./errorCoefficients.ts";
import { throughDouble, unary, type Decomposition } from "./expansion.ts";
import { reduceExponent, scaleAny } from "./exponential.ts";
import type { FloatType, Kit } from "./kit.ts";

type Both = Readonly<Record<FloatType, Decomposition>>;

interface Tables {
  readonly small: readonly number[];
  readonly large: readonly number[];
  /** Beyond this argument erfc is zero. */
  readonly end: number;
}

const SINGLE: Tables = { small: ERF_DOUBLE_F32, large: ERFC_DOUBLE_F32, end: 10.5 };
const DOUBLE: Tables = { small: ERF_F64, large: ERFC_F64, end: 27.5 };

/** erf x - x for |x| <= 1. */
function erfExcess(k: Kit, x: Expr, { small }: Tables): Expr {
  return k.mul(k.poly(k.mul(x, x), small), x);
}

/** erfc u for u >= 1/2. */
function erfcLarge(k: Kit, argument: Expr, { large, end }: Tables, assemble: typeof assembleShort): Expr {
  const u = k.atMost(argument, end);
  const t = k.div(k.sub(u, 4), k.add(u, 4));
  return assemble(k, u, k.poly(t, large));
}

/** e^(-u^2) (1 + g) / (1 + 2u), good for float32 and for 1 - erfc, where this is a normal number. */
function assembleShort(k: Kit, u: Expr, g: Expr): Expr {
  const { t, r, tail } = reduceExponent(k, k.mul(u, u), -1);
  const value = k.div(k.mul(k.add(g, 1), k.add(k.add(tail, r), 1)), k.add(k.mul(u, 2), 1));
  return k.mul(value, k.powerOfTwo(t));
}

/** The same with the errors of the square, the sums and the product made up for. */
function assembleLong(k: Kit, u: Expr, g: Expr): Expr {
  const square = k.product(u, u);
  const { t, r, tail } = reduceExponent(k, square.hi, -1);
  const one = k.fastSum(k.c(1), r);
  const w = k.add(tail, k.sub(one.lo, k.mul(square.lo, k.add(one.hi, tail))));
  const factor = k.fastSum(k.c(1), g);
  const product = k.product(factor.hi, one.hi);
  const rest = k.add(k.add(k.mul(w, factor.hi), k.mul(factor.lo, one.hi)), product.lo);
  const { hi, lo } = k.quotient(k.fastSum(product.hi, rest), k.fastSum(k.mul(u, 2), k.c(1)));
  return scaleAny(k, k.add(lo, hi), t);
}

function erfWith(k: Kit, x: Expr, tables: Tables): Expr {
  const u = k.abs(x);
  // From 6 on the result is 1.
  const far = k.copysign(k.sub(1, erfcLarge(k, k.atMost(u, 7), tables, assembleShort)), x);
  return k.select(k.gt(u, 1), far, k.add(erfExcess(k, x, tables), x));
}

function erfcWith(k: Kit, x: Expr, tables: Tables): Expr {
  const u = k.abs(x);
  const far = erfcLarge(k, u, tables, tables === SINGLE ? assembleShort : assembleLong);
  const large = k.select(k.lt(x, 0), k.sub(2, far), far);
  const near = k.add(k.sub(k.sub(0.5, x), erfExcess(k, x, tables)), 0.5);
  return k.select(k.gt(u, 0.5), large, near);
}

export const erf: Both = {
  f32: throughDouble((k, x) => erfWith(k, x!, SINGLE)),
  f64: unary((k, x) => erfWith(k, x, DOUBLE)).f64,
};

export const erfc: Both = {
  f32: throughDouble((k, x) => erfcWith(k, x!, SINGLE)),
  f64: unary((k, x) => erfcWith(k, x, DOUBLE)).f64,
};
