/**
 * The transcendental and special functions, each written once as simple instructions: arithmetic, sqrt, rounding, comparison,
 * select, casts between f32, f64 and i32, bitcasts, and shifts and logic on integers. No branch, no table, no fused
 * multiply-add; so every target can vectorise them and gets the same bits. What they promise is in `bounds.ts`.
 */
import { erf, erfc } from "./errorFunctions.ts";
import { unary, type Decomposition } from "./expansion.ts";
import { cosh, exp, exp2, expm1, sigmoid, sinh, softplus, tanh } from "./exponential.ts";
import { digamma, lgamma, trigamma } from "./gammaFunctions.ts";
import { erfinv } from "./inverseError.ts";
import { acosh, asinh, atanh } from "./inverseHyperbolic.ts";
import { acos, asin, atan, atan2 } from "./inverseTrigonometric.ts";
import type { FloatType } from "./kit.ts";
import { log, log10, log1p, log2 } from "./logarithm.ts";
import { mod } from "./modulo.ts";
import { pow } from "./power.ts";
import { cos, sin, tan } from "./trigonometric.ts";

export type { Decomposition, Expansion } from "./expansion.ts";
export type { FloatType } from "./kit.ts";

export const decomposedNames = [
  "exp",
  "exp2",
  "expm1",
  "log",
  "log2",
  "log10",
  "log1p",
  "sigmoid",
  "softplus",
  "tanh",
  "sinh",
  "cosh",
  "sin",
  "cos",
  "tan",
  "asin",
  "acos",
  "atan",
  "atan2",
  "asinh",
  "acosh",
  "atanh",
  "erf",
  "erfc",
  "pow",
  "erfinv",
  "lgamma",
  "digamma",
  "trigamma",
  "mod",
] as const;

export type DecomposedName = (typeof decomposedNames)[number];

/** Every function by name and float type. */
export const decompositions: Readonly<Record<DecomposedName, Readonly<Record<FloatType, Decomposition>>>> = {
  exp: unary(exp),
  exp2: unary(exp2),
  expm1: unary(expm1),
  log: unary(log),
  log2: unary(log2),
  log10: unary(log10),
  log1p: unary(log1p),
  sigmoid: unary(sigmoid),
  softplus: unary(softplus),
  tanh: unary(tanh),
  sinh: unary(sinh),
  cosh: unary(cosh),
  sin: unary(sin),
  cos: unary(cos),
  tan: { f32: tan.f32, f64: unary(tan.f64).f64 },
  asin,
  acos,
  atan,
  atan2,
  asinh,
  acosh,
  atanh,
  erf,
  erfc,
  pow,
  erfinv,
  lgamma,
  digamma,
  trigamma,
  mod,
};
