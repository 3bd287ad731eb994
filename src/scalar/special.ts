/** Error functions and the gamma family. */
import type { ScalarOp } from "./define.ts";
import { unaryFloat } from "./families.ts";

const TWO_OVER_SQRT_PI = 1.1283791670955126;
const HALF_SQRT_PI = 0.886226925452758;

export const erf: ScalarOp = unaryFloat({
  name: "erf",
  doc: "The error function.",
  instruction: "erf",
  domain: [-3, 3],
  derivative: (f, x) => f.mul(f.exp(f.neg(f.sqr(x))), TWO_OVER_SQRT_PI),
});

export const erfc: ScalarOp = unaryFloat({
  name: "erfc",
  doc: "1 - erf(x), without cancellation for large x.",
  instruction: "erfc",
  domain: [-3, 3],
  derivative: (f, x) => f.mul(f.exp(f.neg(f.sqr(x))), -TWO_OVER_SQRT_PI),
});

export const erfinv: ScalarOp = unaryFloat({
  name: "erfinv",
  doc: "The inverse of erf, on (-1, 1).",
  instruction: "erfinv",
  domain: [-0.9, 0.9],
  maxUlp: 4,
  derivative: (f, _x, out) => f.mul(f.exp(f.sqr(out)), HALF_SQRT_PI),
});

export const gammaln: ScalarOp = unaryFloat({
  name: "gammaln",
  doc: "log |gamma(x)|.",
  instruction: "lgamma",
  domain: [0.2, 8],
  maxUlp: 4,
  derivative: (f, x) => f.psi(x),
});

export const psi: ScalarOp = unaryFloat({
  name: "psi",
  doc: "The digamma function, the derivative of gammaln.",
  instruction: "digamma",
  domain: [0.3, 8],
  maxUlp: 4,
  derivative: (f, x) => f.triGamma(x),
});

export const triGamma: ScalarOp = unaryFloat({
  name: "tri_gamma",
  doc: "The derivative of the digamma function.",
  instruction: "trigamma",
  domain: [0.3, 8],
  maxUlp: 4,
  derivative: (f, x) => f.polygamma(2, x),
});
