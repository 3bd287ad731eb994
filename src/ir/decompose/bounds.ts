/** What is promised of each function on the whole range, in units in the last place of the true result. */
import type { DecomposedName } from "./index.ts";

export interface Bound {
  readonly f32: number;
  readonly f64: number;
}

const tight: Bound = { f32: 1.5, f64: 1.5 };
const elementary: Bound = { f32: 2, f64: 2 };
const special: Bound = { f32: 4, f64: 4 };

export const maxUlp: Readonly<Record<DecomposedName, Bound>> = {
  exp: tight,
  exp2: elementary,
  expm1: elementary,
  log: tight,
  log2: elementary,
  log10: elementary,
  log1p: elementary,
  sigmoid: elementary,
  softplus: elementary,
  tanh: elementary,
  sinh: elementary,
  cosh: elementary,
  sin: tight,
  cos: tight,
  tan: elementary,
  asin: elementary,
  acos: elementary,
  atan: elementary,
  atan2: elementary,
  asinh: elementary,
  acosh: elementary,
  atanh: elementary,
  erf: elementary,
  erfc: elementary,
  pow: elementary,
  erfinv: special,
  lgamma: special,
  digamma: special,
  trigamma: special,
  /** Exact but for the rounding of the result. */
  mod: { f32: 0.5, f64: 0.5 },
};
