/**
 * The remainder of floor division, with the sign of the divisor, as NumPy's mod: exact before the final sum of opposite signs,
 * for every quotient. Small quotients need one step. Large ones for float32 take stages of 28 bits in f64; in f64
 * x = X 2^a and y = Y 2^b with integers X and Y, and X 2^(a - b) modulo Y comes of repeated squaring modulo Y.
 */
import type { Expr } from "../node.ts";
import { binary, throughDouble, type Decomposition, type Expansion } from "./expansion.ts";
import type { FloatType, Kit } from "./kit.ts";

/** Moves a remainder within half a divisor to the side of the divisor. */
function finish(k: Kit, r: Expr, y: Expr): Expr {
  const opposite = k.b.op("xor", k.lt(r, 0), k.lt(y, 0));
  return k.select(k.eq(r, 0), k.copysign(0, y), k.select(opposite, k.add(r, y), r));
}

/** r - m nearest(r / m), where the product is exact. */
function stage(k: Kit, r: Expr, m: Expr): Expr {
  return k.sub(r, k.mul(k.b.nearest(k.div(r, m)), m));
}

/** Infinite divisors leave the argument as it is. */
function finiteDivisor(k: Kit, y: Expr, large: number): Expr {
  return k.select(k.eq(k.abs(y), Infinity), large, y);
}

/** In f64 for float32 numbers: products of 24 and 29 bits are exact. */
function moduloSingle(k: Kit, x: Expr, y: Expr): Expansion {
  const divisor = finiteDivisor(k, y, 2 ** 200);
  let r = x;
  for (let bits = 252; bits >= 0; bits -= 28) r = stage(k, r, k.mul(divisor, 2 ** bits));
  const guard = k.and(k.lt(k.abs(x), k.mul(k.abs(y), 2 ** 28)), k.lt(k.abs(y), Infinity));
  return { fast: finish(k, stage(k, x, y), y), guard, slow: finish(k, r, y) };
}

/** The same for a quotient of 25 bits in f64, the divisor in two parts. */
function stageDouble(k: Kit, x: Expr, y: Expr): Expr {
  const q = k.b.nearest(k.div(x, y));
  const high = k.upper(y);
  return k.sub(k.sub(x, k.mul(q, high)), k.mul(q, k.sub(y, high)));
}

/** Brings an integer within a modulus of zero to within half of it. */
function center(k: Kit, r: Expr, modulus: Expr, half: Expr): Expr {
  const excess = k.select(k.gt(k.abs(r), half), modulus, 0);
  return k.sub(r, k.copysign(excess, r));
}

/** a b modulo an integer below 2^53, for integers within half of it. */
function multiply(k: Kit, a: Expr, b: Expr, modulus: Expr, half: Expr): Expr {
  const product = k.product(a, b);
  const multiple = k.product(k.b.nearest(k.div(product.hi, modulus)), modulus);
  const r = k.add(k.sub(product.hi, multiple.hi), k.sub(product.lo, multiple.lo));
  return center(k, r, modulus, half);
}

/** A positive number as an integer and the biased exponent of its last bit (1 for subnormal numbers too). */
function integerAndExponent(k: Kit, x: Expr): { integer: Expr; exponent: Expr } {
  const unit = 2 ** 52;
  const significand = k.float(k.b.op("or", k.iand(k.bits(x), (1n << 52n) - 1n), k.int(k.bitsOf(unit))));
  const field = k.sub(k.float(k.b.op("or", k.ushr(k.bits(x), 52), k.int(k.bitsOf(unit)))), unit);
  const subnormal = k.lt(x, k.f.minNormal);
  return {
    integer: k.select(subnormal, k.sub(significand, unit), significand),
    exponent: k.select(subnormal, 1, field),
  };
}

/** |x| modulo |y| within half of |y|, for |x| >= |y| and finite numbers. */
function anyQuotient(k: Kit, x: Expr, y: Expr): Expr {
  const [dividend, divisor] = [integerAndExponent(k, x), integerAndExponent(k, y)];
  const modulus = divisor.integer;
  const half = k.mul(modulus, 0.5);
  const reduce = (v: Expr): Expr => center(k, k.sub(v, k.mul(k.b.trunc(k.div(v, modulus)), modulus)), modulus, half);
  const shift = k.atLeast(k.sub(dividend.exponent, divisor.exponent), 0);
  const start = k.b.floor(k.mul(shift, 1 / 64));
  const bits = k.bits(k.add(shift, k.f.magic));
  let power = reduce(k.powerOfTwo(k.add(start, k.f.magic)));
  for (let bit = 32n; bit >= 1n; bit /= 2n) {
    const square = multiply(k, power, power, modulus, half);
    const isSet = k.b.ne(k.iand(bits, bit), k.int(0n));
    power = k.select(isSet, center(k, k.mul(square, 2), modulus, half), square);
  }
  const r = multiply(k, reduce(dividend.integer), power, modulus, half);
  const unit = k.powerOfTwo(k.add(k.sub(divisor.exponent, k.f.bias), k.f.magic));
  return k.mul(k.mul(r, 2 ** -52), unit);
}

function moduloDouble(k: Kit, x: Expr, y: Expr): Expansion {
  const [u, v] = [k.abs(x), k.abs(y)];
  const near = k.and(k.lt(u, k.mul(v, 2 ** 25)), k.and(k.gt(v, 2 ** -900), k.lt(v, 2 ** 990)));
  const fast = finish(k, stageDouble(k, x, y), y);
  const size = anyQuotient(k, u, v);
  const far = k.select(k.lt(x, 0), k.neg(size), size);
  const invalid = k.or(k.eq(v, 0), k.eq(u, Infinity));
  const ordered = k.and(k.eq(x, x), k.eq(y, y));
  const rest = finish(k, k.select(k.lt(u, v), x, far), y);
  const special = k.select(k.or(invalid, k.b.not(ordered)), NaN, rest);
  return { fast, guard: near, slow: k.select(near, fast, special) };
}

export const mod: Readonly<Record<FloatType, Decomposition>> = {
  f32: throughDouble((k, x, y) => moduloSingle(k, x!, y!)),
  f64: binary(moduloDouble).f64,
};
