/** The functions that gradients are written with, over any kind of expression `E`. */

/** What an argument may be: an expression, or a number that takes the dtype of its neighbours. */
type Arg<E> = E | number;

type Unary<E> = (x: E) => E;
type Binary<E> = (x: Arg<E>, y: Arg<E>) => E;

export interface ScalarFunctions<E> {
  add: (...args: Arg<E>[]) => E;
  mul: (...args: Arg<E>[]) => E;
  switch: (condition: E, x: Arg<E>, y: Arg<E>) => E;
  neg: Unary<E>;
  abs: Unary<E>;
  sgn: Unary<E>;
  sqr: Unary<E>;
  sqrt: Unary<E>;
  inv: Unary<E>;
  ceil: Unary<E>;
  floor: Unary<E>;
  trunc: Unary<E>;
  roundHalfToEven: Unary<E>;
  roundHalfAwayFromZero: Unary<E>;
  exp: Unary<E>;
  exp2: Unary<E>;
  expm1: Unary<E>;
  log: Unary<E>;
  log2: Unary<E>;
  log10: Unary<E>;
  log1p: Unary<E>;
  sin: Unary<E>;
  cos: Unary<E>;
  tan: Unary<E>;
  arcsin: Unary<E>;
  arccos: Unary<E>;
  arctan: Unary<E>;
  sinh: Unary<E>;
  cosh: Unary<E>;
  tanh: Unary<E>;
  arcsinh: Unary<E>;
  arccosh: Unary<E>;
  arctanh: Unary<E>;
  deg2rad: Unary<E>;
  rad2deg: Unary<E>;
  invert: Unary<E>;
  isnan: Unary<E>;
  isinf: Unary<E>;
  erf: Unary<E>;
  erfc: Unary<E>;
  erfinv: Unary<E>;
  gammaln: Unary<E>;
  psi: Unary<E>;
  triGamma: Unary<E>;
  /** The derivative of order `n` of psi. */
  polygamma: (n: number, x: E) => E;
  i0: Unary<E>;
  i1: Unary<E>;
  j0: Unary<E>;
  j1: Unary<E>;
  sigmoid: Unary<E>;
  softplus: Unary<E>;
  real: Unary<E>;
  imag: Unary<E>;
  conj: Unary<E>;
  angle: Unary<E>;
  sub: Binary<E>;
  div: Binary<E>;
  intDiv: Binary<E>;
  mod: Binary<E>;
  pow: Binary<E>;
  maximum: Binary<E>;
  minimum: Binary<E>;
  arctan2: Binary<E>;
  eq: Binary<E>;
  neq: Binary<E>;
  lt: Binary<E>;
  le: Binary<E>;
  gt: Binary<E>;
  ge: Binary<E>;
  and: Binary<E>;
  or: Binary<E>;
  xor: Binary<E>;
  complex: Binary<E>;
}
