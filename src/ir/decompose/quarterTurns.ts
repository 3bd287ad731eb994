/**
 * Reduction of angles: |x| = n pi/2 + r with |r| <= pi/4 (a little more after rounding).
 *
 * Moderate angles by Cody and Waite: multiples of pi/2 cut into parts whose products with n are exact. Large ones after Payne
 * and Hanek: the product of x with 1/(2 pi), cut into pieces short enough for exact products, is summed modulo 1.
 */
import type { Expr } from "../node.ts";
import { Kit, type Pair } from "./kit.ts";

export interface QuarterTurns {
  /** The two low bits are n modulo 4 (an integer of the float's width). */
  readonly n: Expr;
  /** The remainder is the sum. */
  readonly r: Expr;
  /** Null where r is exact enough: in f64 for results of float32. */
  readonly rest: Expr | null;
}

const TWO_OVER_PI = 0.6366197723675814;

/** pi/2 in parts of 13 bits (f32) and 39 bits (f64), and the rest. */
const HALF_PI_F32: readonly number[] = [
  1.570556640625, 0.0002396702766418457, 1.5890691429376602e-8, 2.5633440682570896e-12,
];
const HALF_PI_F64: readonly number[] = [1.5707963267923333, 2.5633441515905732e-12, 3.9455541665632055e-24];

/** pi/2 as a double and what that lacks. */
export const HALF_PI: readonly [number, number] = [1.5707963267948966, 6.123233995736766e-17];

/** Angles up to this need no long product: n has at most 11 bits in f32, 14 bits in f64. */
export function moderateBound(k: Kit): number {
  return k.pick(3000, 16384);
}

export function moderate(k: Kit, u: Expr): QuarterTurns {
  const t = k.add(k.mul(u, TWO_OVER_PI), k.f.magic);
  const n = k.sub(t, k.f.magic);
  const multiples = k.pick(HALF_PI_F32, HALF_PI_F64).map((part) => k.mul(n, part));
  const [last, second] = [multiples.pop()!, multiples.pop()!];
  // Exact, if the result is small: then only the last two differences round, and the loss of the first is made up.
  const a = multiples.reduce((left, part) => k.sub(left, part), u);
  const r = k.sub(a, second);
  const lost = k.sub(k.sub(a, r), second);
  const c = k.sub(last, lost);
  const y = k.sub(r, c);
  return { n: k.bits(t), r: y, rest: k.sub(k.sub(r, y), c) };
}

/** Moderate and large angles; not a number for an infinite one. */
export function anyAngle(k: Kit, u: Expr): QuarterTurns {
  const small = moderate(k, u);
  const large = k.f.type === "f32" ? largeSingle(k, u) : largeDouble(k, u);
  const within = k.le(u, moderateBound(k));
  return {
    n: k.b.select(within, small.n, large.n),
    r: k.select(within, small.r, large.r),
    rest: small.rest === null ? null : k.select(within, small.rest, large.rest!),
  };
}

/** 1/(2 pi) in pieces of 28 bits: with the 24 bits of a float32 their products are exact in f64. */
const TURN_28: readonly number[] = [42722829, 194220293, 78114973, 99908941, 58131309, 145057359, 17711367];

/** x - nearest(x) */
function fraction(k: Kit, x: Expr): Expr {
  return k.sub(x, k.b.nearest(x));
}

function largeSingle(k32: Kit, u: Expr): QuarterTurns {
  const k = new Kit(k32.b, "f64");
  const { n, r } = turnsOfSingle(k, k.b.cast(u, "f64"));
  const rounded = k.b.cast(r, "f32");
  const rest = k.b.cast(k.sub(r, k.b.cast(rounded, "f64")), "f32");
  return { n: k32.bits(k32.add(k.b.cast(n, "f32"), k32.f.magic)), r: rounded, rest };
}

/** n as a float and r in f64, for an argument that is a float32. */
function turnsOfSingle(k: Kit, x: Expr): { n: Expr; r: Expr } {
  const terms = TURN_28.map((piece, i) => fraction(k, k.mul(x, piece * 2 ** (-28 * (i + 1)))));
  let total: Pair = { hi: terms[0]!, lo: k.c(0) };
  for (const term of terms.slice(1)) {
    const { hi, lo } = k.sum(total.hi, term);
    total = { hi, lo: k.add(total.lo, lo) };
  }
  const quarters = k.mul(total.hi, 4);
  const n = k.b.nearest(quarters);
  const f = k.add(k.sub(quarters, n), k.mul(total.lo, 4));
  return { n, r: k.mul(f, HALF_PI[0]) };
}

/** The same for functions of a float32 that work in f64 throughout: exact enough for moderate angles without tables. */
export function singleInDouble(k: Kit, u: Expr, any: boolean): QuarterTurns {
  const t = k.add(k.mul(u, TWO_OVER_PI), k.f.magic);
  const n = k.sub(t, k.f.magic);
  // 39 and 53 bits of pi/2: the remainder of a float32 below 2^14 keeps more than 30 good bits.
  const r = k.sub(k.sub(u, k.mul(n, HALF_PI_F64[0]!)), k.mul(n, HALF_PI_F64[1]!));
  if (!any) return { n: k.bits(t), r, rest: null };
  const large = turnsOfSingle(k, u);
  const within = k.le(u, moderateBound(k));
  return {
    n: k.b.select(within, k.bits(t), k.bits(k.add(large.n, k.f.magic))),
    r: k.select(within, r, large.r),
    rest: null,
  };
}

/** 1/(2 pi) in pieces of 26 bits: the halves of a float64 have exact products with them. Two zeros lead. */
const TURN_26: readonly number[] = [
  0, 0, 10680707, 28915984, 22192066, 30798973, 20241856, 57510486, 26461241, 1081236, 23309278, 49223046, 57820899,
  43029364, 48236105, 12298279, 18424271, 59210439, 11610535, 16491016, 56578795, 47259962, 27029542, 47283705, 1284381,
  26108116, 54129820, 34700846, 64983683, 46661157, 67100165, 39862204, 49354933, 42113863, 57489022, 54304556,
  10188020, 26204583, 39840301, 30711531, 8306271, 6213441, 54130570, 21646249, 46118395, 4711255, 17323523, 12655601,
  62307007, 3403528,
];

/** How many pieces take part in one product: they reach 2^-118, far below the remainder of any float64. */
const WINDOW = 9;

function largeDouble(k: Kit, u: Expr): QuarterTurns {
  const { scaled, start } = alignedSignificand(k, u);
  const pieces = windowOf(k, start).map((piece, d) => k.mul(piece, 2 ** (-26 * (d + 1))));
  const high = k.upper(scaled);
  const low = k.sub(scaled, high);
  const h = (d: number): Expr => k.mul(high, pieces[d]!);
  const l = (d: number): Expr => k.mul(low, pieces[d]!);
  // high * piece 0 is an integer. Products of the same size come in pairs; those from the fourth on are below 1.
  const coarse = fraction(k, k.add(fraction(k, l(0)), fraction(k, h(1))));
  const top = k.add(coarse, k.add(fraction(k, l(1)), fraction(k, h(2))));
  const third = fraction(k, h(3));
  const n = k.b.nearest(k.mul(k.add(k.add(top, third), l(2)), 4));
  let total: Pair = { hi: k.sub(k.mul(top, 4), n), lo: k.c(0) };
  for (const term of [third, l(2), h(4), l(3), h(5), l(4), h(6)]) {
    const { hi, lo } = k.sum(total.hi, k.mul(term, 4));
    total = { hi, lo: k.add(total.lo, lo) };
  }
  const tail = k.add(k.add(k.add(h(8), l(6)), h(7)), l(5));
  const f = k.fastSum(total.hi, k.add(k.mul(tail, 4), total.lo));
  const product = k.product(f.hi, k.c(HALF_PI[0]));
  const lo = k.add(product.lo, k.add(k.mul(f.hi, HALF_PI[1]), k.mul(f.lo, HALF_PI[0])));
  const r = k.fastSum(product.hi, lo);
  // An infinity has a significand too: u - u is NaN for it and zero for numbers.
  return { n: k.bits(k.add(n, k.f.magic)), r: k.add(r.hi, k.sub(u, u)), rest: r.lo };
}

/** u = scaled 2^(26 j) with an integer significand times 2^0..2^25; `start` has j in its low bits, counted from the window. */
function alignedSignificand(k: Kit, u: Expr): { scaled: Expr; start: Expr } {
  const { mantissa, bias } = k.f;
  const fieldMask = (1n << BigInt(mantissa)) - 1n;
  const field = k.ushr(k.bits(u), mantissa);
  const whole = k.float(k.b.op("or", k.iand(k.bits(u), fieldMask), k.int(k.bitsOf(2 ** mantissa))));
  const carrier = k.float(k.b.op("or", field, k.int(k.bitsOf(2 ** mantissa))));
  // The exponent of the last bit plus 52, so that it is not negative for any large angle.
  const exponent = k.sub(carrier, 2 ** mantissa + bias);
  const j = k.b.floor(k.mul(exponent, 1 / 26));
  const shift = k.powerOfTwo(k.add(k.sub(exponent, k.mul(j, 26)), k.f.magic));
  return { scaled: k.mul(whole, shift), start: k.bits(k.add(j, k.f.magic)) };
}

/** TURN_26[j .. j + WINDOW - 1] by a ladder of selects, one step for each bit of j. */
function windowOf(k: Kit, start: Expr): readonly Expr[] {
  let row: Expr[] = TURN_26.map((piece) => k.c(piece));
  for (let bit = 32; bit >= 1; bit /= 2) {
    const set = k.b.ne(k.iand(start, BigInt(bit)), k.int(0n));
    const length = WINDOW + bit - 1;
    row = row.slice(0, length).map((piece, i) => {
      const other = row[i + bit];
      return other === undefined ? piece : k.b.select(set, other, piece);
    });
  }
  return row;
}
