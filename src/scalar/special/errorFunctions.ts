/**
 * The scaled complement of the error function, and the inverse of the complement.
 * erfcx x = e^(x^2) erfc x: G(x) / (1 + 2x) with the polynomial of `ir/decompose/errorFunctions.ts` from 1/2 to 28, the asymptotic series
 * (DLMF 7.12.1) above, 2 e^(x^2) - erfcx(-x) below.
 * erfcinv x: erfinv(1 - x), exact, from 1/2 on; below, s P(s), s = sqrt(-log x).
 */
import { ERFC_F64 } from "../../ir/decompose/errorCoefficients.ts";
import type { Kit } from "../../ir/decompose/kit.ts";
import type { Expr } from "../../ir/node.ts";
import type { ScalarOp } from "../define.ts";
import { ERFCINV_TAIL, ERFCINV_TAIL_INTERVAL } from "./coefficients.ts";
import { expOfSquare, formula, log } from "./formula.ts";

const ROOT_PI = 1.772453850905516;
const INVERSE_ROOT_PI = 0.5641895835477563;
/** (-1)^n (2n - 1)!! / 2^n. */
const ASYMPTOTIC = [1, -0.5, 0.75, -1.875, 6.5625, -29.53125];

/** For u >= 1/2. */
function scaledRight(k: Kit, u: Expr): Expr {
  const middle = k.atMost(u, 28);
  const t = k.div(k.sub(middle, 4), k.add(middle, 4));
  const near = k.div(k.add(k.poly(t, ERFC_F64), 1), k.add(k.mul(middle, 2), 1));
  const r = k.div(1, k.atLeast(u, 27));
  const far = k.mul(k.mul(k.horner(k.mul(r, r), ASYMPTOTIC), r), INVERSE_ROOT_PI);
  return k.select(k.gt(u, 27.5), far, near);
}

function erfcxValue(k: Kit, x: Expr): Expr {
  const u = k.abs(x);
  const power = expOfSquare(k, x);
  const right = scaledRight(k, k.atLeast(u, 0.5));
  const left = k.sub(k.mul(power, 2), right);
  const middle = k.mul(power, k.b.op("erfc", x));
  return k.select(k.lt(u, 0.5), middle, k.select(k.lt(x, 0), left, right));
}

/** y with erfc y = x for 0 < x < 1/2. */
function inverseTail(k: Kit, x: Expr): Expr {
  const s = k.sqrt(k.neg(log(k, x)));
  const [middle, half] = ERFCINV_TAIL_INTERVAL as readonly [number, number];
  const t = k.mul(k.sub(k.div(k.sub(s, 4), k.add(s, 4)), middle), 1 / half);
  return k.mul(k.horner(t, ERFCINV_TAIL), s);
}

function erfcinvValue(k: Kit, x: Expr): Expr {
  const middle = k.b.op("erfinv", k.sub(1, k.atLeast(x, 0.5)));
  const tail = inverseTail(k, k.atMost(k.atLeast(x, 5e-324), 0.5));
  const inside = k.select(k.lt(x, 0.5), k.select(k.gt(x, 0), tail, k.select(k.eq(x, 0), Infinity, NaN)), middle);
  return k.select(k.le(x, 2), inside, NaN);
}

export const erfcx: ScalarOp = formula({
  name: "erfcx",
  doc: "exp(x^2) erfc(x), without overflow for large x.",
  domain: [-3, 10],
  maxUlp: 8,
  value: erfcxValue,
  derivative: (f, x, out) => f.sub(f.mul(f.mul(x, out), 2), 2 * INVERSE_ROOT_PI),
});

export const erfcinv: ScalarOp = formula({
  name: "erfcinv",
  doc: "The inverse of erfc, on (0, 2).",
  domain: [0.1, 1.9],
  maxUlp: 8,
  value: erfcinvValue,
  derivative: (f, _x, out) => f.mul(f.exp(f.sqr(out)), -ROOT_PI / 2),
});
