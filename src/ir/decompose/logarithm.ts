/**
 * Logarithms: x = 2^k (1 + f) with 1 + f between sqrt(1/2) and sqrt(2), log x = k ln 2 + log(1 + f).
 * In f32 log(1 + f) is a polynomial in f; in f64 a polynomial in s^2 with s = f / (2 + f), since
 * log(1 + f) = 2 atanh s = f - f^2/2 + s (f^2/2 + R(s^2)).
 */
import type { Expr } from "../node.ts";
import { LOG10_F32, LOG2_F32, LOG_F32, LOG_F64 } from "./coefficients.ts";
import type { Expansion } from "./expansion.ts";
import { LN2 } from "./exponential.ts";
import type { Kit, Pair } from "./kit.ts";

export interface ReducedLogarithm {
  /** The exponent as a float. */
  readonly e: Expr;
  /** 2^(n - e); the exponent must stay that of a normal number (at the largest, zero instead of 2^-1023). */
  readonly scale: (n?: number) => Expr;
  readonly f: Expr;
}

/** Splits a positive normal number. */
export function reduceLogarithm(k: Kit, x: Expr): ReducedLogarithm {
  const { mantissa, bias } = k.f;
  const root = k.bitsOf(Math.SQRT1_2);
  const one = k.bitsOf(1);
  const significand = (1n << BigInt(mantissa)) - 1n;
  // Moves the interval to begin at sqrt(1/2), so that the exponent field is e + bias.
  const moved = k.iadd(k.bits(x), one - root);
  const m = k.float(k.iadd(k.iand(moved, significand), root));
  const scale = (n = 0): Expr => k.float(k.isub(BigInt(2 * bias + n) << BigInt(mantissa), k.iand(moved, ~significand)));
  return { e: exponent(k, x, moved, root), scale, f: k.sub(m, 1) };
}

function exponent(k: Kit, x: Expr, moved: Expr, root: bigint): Expr {
  const { mantissa, bias, type } = k.f;
  if (type === "f32") return k.b.cast(k.shr(k.isub(k.bits(x), root), mantissa), "f32");
  // There is no conversion from i64 in WebAssembly's vectors: the integer goes into the low bits of 2^52.
  const carrier = 2 ** mantissa;
  const joined = k.b.op("or", k.ushr(moved, mantissa), k.int(k.bitsOf(carrier)));
  return k.sub(k.float(joined), carrier + bias);
}

/** f^2/2 and log(1+f) - f + f^2/2 for the reduced f. */
export function logTail(k: Kit, f: Expr): { half: Expr; tail: Expr } {
  if (k.f.type === "f32") {
    const z = k.mul(f, f);
    return { half: k.mul(z, 0.5), tail: k.mul(k.mul(k.poly(f, LOG_F32, z), z), f) };
  }
  const s = k.div(f, k.add(f, 2));
  const z = k.mul(s, s);
  const half = k.mul(k.mul(f, 0.5), f);
  return { half, tail: k.mul(s, k.add(half, k.mul(k.poly(z, LOG_F64), z))) };
}

/** e ln 2 + log(1 + f + extra), `extra` being tiny beside f. */
function combine(k: Kit, e: Expr, f: Expr, extra?: Expr): Expr {
  const [high, low] = LN2[k.f.type];
  const { half, tail } = logTail(k, f);
  const small = k.add(tail, k.mul(e, low));
  const rest = k.sub(extra === undefined ? small : k.add(small, extra), half);
  return k.add(k.add(rest, f), k.mul(e, high));
}

/** The logarithm of a positive normal number. */
export function logNormal(k: Kit, x: Expr): Expr {
  const { e, f } = reduceLogarithm(k, x);
  return combine(k, e, f);
}

/** The logarithm of hi + lo, hi positive and normal, |lo| at most a few ulp of hi. */
export function logPair(k: Kit, hi: Expr, lo: Expr, extraExponent?: Expr): Expr {
  const { e, f, scale } = reduceLogarithm(k, hi);
  const part = k.mul(lo, scale());
  const exponentSum = extraExponent === undefined ? e : k.add(e, extraExponent);
  return combine(k, exponentSum, f, k.mul(part, k.sub(1, f)));
}

/** The same as a sum of two parts, the first of which is not rounded. */
export function logParts(k: Kit, hi: Expr, lo: Expr, extraExponent: Expr): Pair {
  const { e, f, scale } = reduceLogarithm(k, hi);
  const [high, low] = LN2[k.f.type];
  const { half, tail } = logTail(k, f);
  const exponentSum = k.add(e, extraExponent);
  // The exponent of the largest numbers is beyond the range, hence the detour.
  const part = k.mul(k.mul(k.mul(lo, 0.5), scale(1)), k.sub(1, f));
  const main = k.fastSum(k.mul(exponentSum, high), f);
  const small = k.add(k.add(tail, k.mul(exponentSum, low)), k.add(part, main.lo));
  return { hi: main.hi, lo: k.sub(small, half) };
}

/** Positive, finite and normal. */
export function normalGuard(k: Kit, x: Expr): Expr {
  return k.and(k.ge(x, k.f.minNormal), k.le(x, k.f.maxFinite));
}

/** Completes a rule for e and f to all arguments. */
function complete(k: Kit, x: Expr, rule: (e: Expr, f: Expr) => Expr): Expansion {
  const { mantissa, minNormal } = k.f;
  const normal = reduceLogarithm(k, x);
  const tiny = k.lt(x, minNormal);
  const raised = reduceLogarithm(k, k.select(tiny, k.mul(x, 2 ** (mantissa + 1)), x));
  const e = k.sub(raised.e, k.select(tiny, mantissa + 1, 0));
  const regular = k.and(k.gt(x, 0), k.lt(x, Infinity));
  const special = k.select(k.eq(x, 0), -Infinity, k.select(k.lt(x, 0), NaN, x));
  return {
    fast: rule(normal.e, normal.f),
    guard: normalGuard(k, x),
    slow: k.select(regular, rule(e, raised.f), special),
  };
}

export function log(k: Kit, x: Expr): Expansion {
  return complete(k, x, (e, f) => combine(k, e, f));
}

/** The logarithm for every argument. */
export function logSlow(k: Kit, x: Expr): Expr {
  return log(k, x).slow;
}

/** In f32 log2(1 + f) = f + f P(f), P being near log2(e) - 1. */
export function log2(k: Kit, x: Expr): Expansion {
  return complete(k, x, (e, f) =>
    k.f.type === "f32"
      ? k.add(k.add(k.mul(k.poly(f, LOG2_F32), f), f), e)
      : scaledLogarithm(k, e, f, INVERSE_LN2, [1, 0]),
  );
}

/** In f32 log10(1 + f) = f/2 - f P(f), P being near 1/2 - log10(e). */
export function log10(k: Kit, x: Expr): Expansion {
  return complete(k, x, (e, f) => {
    if (k.f.type === "f64") return scaledLogarithm(k, e, f, INVERSE_LN10, LOG10_2_F64);
    const near = k.sub(k.mul(f, 0.5), k.sub(k.mul(k.poly(f, LOG10_F32), f), k.mul(e, LOG10_2_F32[1])));
    return k.add(near, k.mul(e, LOG10_2_F32[0]));
  });
}

/** 1 / ln 2 and 1 / ln 10 with a first part short enough for exact products, and log10 2 likewise. */
const INVERSE_LN2: readonly [number, number] = [1.4426950216293335, 1.9259629911266175e-8];
const INVERSE_LN10: readonly [number, number] = [0.4342944622039795, 1.9699272335463627e-8];
const LOG10_2_F64: readonly [number, number] = [0.30102999566406652, -8.5323443170571066e-14];
const LOG10_2_F32: readonly [number, number] = [0.301025390625, 4.605038981195214e-6];

/** (e ln 2 + log(1 + f)) / ln b in double-f64, for b = 2 and 10. */
function scaledLogarithm(
  k: Kit,
  e: Expr,
  f: Expr,
  [inverseHigh, inverseLow]: readonly [number, number],
  [unitHigh, unitLow]: readonly [number, number],
): Expr {
  const { half, tail } = logTail(k, f);
  const hi = k.upper(k.sub(f, half));
  const lo = k.add(k.sub(k.sub(f, hi), half), tail);
  const first = k.mul(hi, inverseHigh);
  const second = k.add(k.mul(k.add(lo, hi), inverseLow), k.mul(lo, inverseHigh));
  const unit = k.mul(e, unitHigh);
  const total = k.add(unit, first);
  const lost = k.add(k.sub(unit, total), first);
  const rest = unitLow === 0 ? second : k.add(second, k.mul(e, unitLow));
  return k.add(k.add(rest, lost), total);
}

/** With 1 + x = 2^e (1 + f), f = 2^-e x + (2^-e - 1), which is exact for small e and exactly x for e = 0. */
export function log1p(k: Kit, x: Expr): Expansion {
  const { e, scale } = reduceLogarithm(k, k.add(x, 1));
  const power = scale();
  const f = k.add(k.mul(x, power), k.sub(power, 1));
  const fast = k.copysign(combine(k, e, f), x);
  const large = k.pick(1e38, 1e307);
  const guard = k.and(k.gt(x, -1), k.lt(x, large));
  const beyond = k.select(k.lt(x, Infinity), logNormal(k, x), x);
  const special = k.select(k.lt(x, -1), NaN, k.select(k.eq(x, -1), -Infinity, beyond));
  return { fast, guard, slow: k.select(guard, fast, special) };
}
