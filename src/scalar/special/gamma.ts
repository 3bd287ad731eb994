/**
 * The gamma function by Lanczos' sum (SIAM J. Numer. Anal. B 1, 1964, 86), with the error of x + g - 1/2 made up for; reflection (DLMF
 * 5.5.3) below zero. And the polygamma functions of positive order at positive arguments: the sum of their first terms, then
 * Euler and Maclaurin's formula (DLMF 5.15.8).
 */
import type { Kit } from "../../ir/decompose/kit.ts";
import type { Expr } from "../../ir/node.ts";
import type { ScalarOp } from "../define.ts";
import { LANCZOS_DENOMINATOR, LANCZOS_NUMERATOR } from "./coefficients.ts";
import { exp, formula } from "./formula.ts";

export const G_LESS_HALF = 5.524680040776729583740234375;

/** The quotient of Lanczos; for large arguments in powers of 1/x, which do not overflow. */
export function lanczosSum(k: Kit, u: Expr): Expr {
  const large = k.gt(u, 5);
  const v = k.select(large, k.div(1, u), u);
  const down = [...LANCZOS_NUMERATOR].reverse();
  const downDen = [...LANCZOS_DENOMINATOR].reverse();
  const num = k.select(large, k.horner(v, down), k.horner(v, LANCZOS_NUMERATOR));
  const den = k.select(large, k.horner(v, downDen), k.horner(v, LANCZOS_DENOMINATOR));
  return k.div(num, den);
}

/** sin(pi u) for u >= 0. */
function sinPi(k: Kit, u: Expr): Expr {
  const n = k.b.nearest(u);
  const sine = k.b.op("sin", k.mul(k.minus(u, n), Math.PI));
  const half = k.mul(n, 0.5);
  return k.select(k.eq(half, k.b.floor(half)), sine, k.neg(sine));
}

export function gammaValue(k: Kit, x: Expr): Expr {
  const u = k.abs(x);
  const a = k.atMost(k.atLeast(u, 1e-300), 200);
  const y = k.sum(a, k.c(G_LESS_HALF));
  // What rounding y changes in y^(a - 1/2) e^-y, relative: lo ((a - 1/2) / y - 1) = -lo g / y.
  const correction = k.div(k.mul(y.lo, G_LESS_HALF + 0.5), y.hi);
  const sum = lanczosSum(k, a);
  // The power in two halves, of which neither overflows before the result does.
  const root = k.b.op("pow", y.hi, k.sub(k.mul(a, 0.5), 0.25));
  const decay = exp(k, k.neg(y.hi));
  const positive = k.mul(k.mul(root, k.mul(k.mul(sum, decay), k.sub(1, correction))), root);
  const whole = k.b.nearest(positive);
  const exact = k.select(k.and(k.eq(u, k.b.floor(u)), k.lt(u, 20)), whole, positive);
  // Gamma(-u) = -pi / (u sin(pi u) Gamma(u)), divided one after the other so that it does not underflow early.
  const sine = k.mul(sinPi(k, u), u);
  const inverse = k.div(
    k.div(k.div(k.mul(k.div(-Math.PI, sine), 1), k.mul(k.mul(sum, decay), k.sub(1, correction))), root),
    root,
  );
  const left = k.select(k.eq(u, k.b.floor(u)), NaN, inverse);
  const tiny = k.lt(u, 1e-20);
  const right = k.select(k.gt(u, 172), Infinity, exact);
  const value = k.select(k.lt(x, 0), k.select(k.gt(u, 190), k.mul(left, 0), left), right);
  return k.select(k.le(u, Infinity), k.select(tiny, k.div(1, x), k.select(k.eq(x, -Infinity), NaN, value)), x);
}

export const gamma: ScalarOp = formula({
  name: "gamma",
  doc: "The gamma function: (x - 1)! at whole numbers; NaN at negative ones.",
  domain: [0.3, 8],
  maxUlp: 16,
  value: gammaValue,
  derivative: (f, x, out) => f.mul(out, f.psi(x)),
});

/** B_2j / (2j)! */
const BERNOULLI = [
  1 / 12,
  -1 / 720,
  1 / 30240,
  -1 / 1209600,
  1 / 47900160,
  -691 / 1307674368000,
  1 / 74724249600,
  -3617 / 10670622842880000,
];

function power(k: Kit, x: Expr, n: number): Expr {
  if (n === 1) return x;
  const half = power(k, x, n >> 1);
  const square = k.mul(half, half);
  return n % 2 === 0 ? square : k.mul(square, x);
}

/** n! sum over j of 1 / (x + j)^(n + 1), x > 0. */
function polygammaValue(k: Kit, x: Expr, n: number): Expr {
  const count = 12 + n;
  const z = k.add(x, count);
  const r = k.div(1, z);
  // n! (z^-n / n + z^-(n+1) / 2 + sum of B_2j / (2j)! (n + 1) ... (n + 2j - 1) z^-(n+2j))
  const tail: number[] = [];
  let rising = 1;
  for (const [j, c] of BERNOULLI.entries()) {
    rising *= j === 0 ? n + 1 : (n + 2 * j) * (n + 2 * j + 1);
    tail.push(c * rising);
  }
  const v = k.mul(r, r);
  let sum = k.mul(k.add(k.add(k.mul(k.mul(k.horner(v, tail), v), 1), k.mul(r, 0.5)), 1 / n), power(k, r, n));
  for (let j = count - 1; j >= 0; j--) sum = k.add(sum, power(k, k.div(1, k.add(x, j)), n + 1));
  let factorial = 1;
  for (let j = 2; j <= n; j++) factorial *= j;
  const value = k.mul(sum, n % 2 === 0 ? -factorial : factorial);
  const atZero = k.select(k.eq(x, 0), n % 2 === 0 ? -Infinity : Infinity, NaN);
  return k.select(k.gt(x, 0), k.select(k.eq(x, Infinity), 0, value), atZero);
}

const orders = new Map<number, ScalarOp>();

/** The n-th derivative of the digamma function, n >= 1, for positive arguments. */
export function polygammaOf(n: number): ScalarOp {
  let op = orders.get(n);
  if (op === undefined) {
    op = formula({
      name: "polygamma",
      key: `polygamma{${n}}`,
      doc: "A derivative of the digamma function, for positive arguments.",
      domain: [0.3, 8],
      maxUlp: 16,
      value: (k, x) => polygammaValue(k, x, n),
      derivative: (f, x) => f.polygamma(n + 1, x),
    });
    orders.set(n, op);
  }
  return op;
}
