/**
 * Inverse trigonometric and hyperbolic functions of complex numbers: T. E. Hull, T. F. Fairgrieve, P. T. P. Tang, Implementing the complex
 * arcsine and arccosine functions using exception handling, ACM Transactions on Mathematical Software 23 (1997); the inverse tangent as in
 * W. Kahan, Branch cuts for complex elementary functions (1987). Branch cuts and signed zeros as in C99, annex G.
 */
import type { IrBuilder } from "../ir/build.ts";
import type { Expr } from "../ir/node.ts";
import { cLog } from "./complexFunctions.ts";
import { f64, hypot, inDouble, overI, timesI, type ComplexFunction } from "./complexNumbers.ts";

/** From here on 1 is nothing beside |z|. */
const FAR = 2 ** 300;
/** Where the arcsine of a ratio would lose digits. */
const STEEP = 0.6417;

interface Parts {
  /** The real parts of the arcsine and the arccosine. */
  readonly asin: Expr;
  readonly acos: Expr;
  /** The imaginary part of the arcsine. */
  readonly height: Expr;
}

/**
 * Of x + iy in the first quadrant: with r and s the distances from -1 and 1 and a = (r + s) / 2, the real part has the sine x / a, and the
 * imaginary part is acosh a. a - 1 and a - x are sums of terms of one sign.
 */
function quadrant(b: IrBuilder, re: Expr, im: Expr): Parts {
  const far = b.or(b.gt(re, FAR), b.gt(im, FAR));
  const [x, y] = [b.select(far, f64(b, 2), re), b.select(far, f64(b, 2), im)];
  const [right, left] = [b.add(x, 1), b.sub(x, 1)];
  const [r, s] = [hypot(b, [right, y]), hypot(b, [left, y])];
  const a = b.mul(b.add(r, s), 0.5);
  const inside = b.le(x, 1);
  // r - (x + 1) = y^2 / (r + x + 1), and likewise for s.
  const ofRight = b.add(r, right);
  const ofLeft = b.select(inside, b.sub(s, left), b.add(s, left));
  const low = b.div(y, ofRight);

  const ratio = b.div(x, a);
  const sum = b.add(a, x);
  const adjacent = b.select(
    inside,
    b.sqrt(b.mul(b.mul(sum, 0.5), b.add(b.mul(y, low), ofLeft))),
    b.mul(y, b.sqrt(b.mul(b.add(b.div(sum, ofRight), b.div(sum, ofLeft)), 0.5))),
  );
  const steep = b.gt(ratio, STEEP);
  const asin = b.select(steep, b.op("atan2", x, adjacent), b.op("asin", b.select(steep, f64(b, 0), ratio)));
  const acos = b.select(steep, b.op("atan2", adjacent, x), b.op("acos", b.select(steep, f64(b, 0), ratio)));

  // y sqrt(k (a + 1)) rather than sqrt(y^2 k (a + 1)), which may be too small.
  const k = b.mul(b.add(b.div(1, ofRight), b.div(1, ofLeft)), 0.5);
  const within = b.mul(y, b.add(b.mul(y, k), b.sqrt(b.mul(k, b.add(a, 1)))));
  const above = b.mul(b.add(b.mul(y, low), ofLeft), 0.5);
  const beyond = b.add(above, b.sqrt(b.mul(above, b.add(a, 1))));
  const excess = b.select(inside, b.select(b.eq(y, 0), f64(b, 0), within), beyond);
  const moderate = b.le(a, 1.5);
  const height = b.select(
    moderate,
    b.op("log1p", b.select(moderate, excess, f64(b, 0))),
    b.op("log", b.add(a, b.sqrt(b.mul(b.sub(a, 1), b.add(a, 1))))),
  );
  const distant = b.add(cLog(b, [re, im])[0], Math.LN2);
  return {
    asin: b.select(far, b.op("atan2", re, im), asin),
    acos: b.select(far, b.op("atan2", im, re), acos),
    height: b.select(far, distant, height),
  };
}

export const cArcsin: ComplexFunction = inDouble((b, [re, im]) => {
  const { asin, height } = quadrant(b, b.abs(re), b.abs(im));
  return [b.select(b.eq(re, 0), re, b.copysign(asin, re)), b.copysign(height, im)];
});

export const cArccos: ComplexFunction = inDouble((b, [re, im]) => {
  const { acos, height } = quadrant(b, b.abs(re), b.abs(im));
  const angle = b.select(b.lt(re, 0), b.sub(Math.PI, acos), acos);
  return [b.select(b.eq(re, 0), f64(b, Math.PI / 2), angle), b.copysign(height, b.neg(im))];
});

/** -i asin(i z). */
export const cArcsinh: ComplexFunction = inDouble((b, z) => overI(b, cArcsin(b, timesI(b, z))));

/** i acos z or -i acos z, with a real part that is not negative. */
export const cArccosh: ComplexFunction = inDouble((b, z) => {
  const [re, im] = cArccos(b, z);
  return [b.abs(im), b.copysign(re, z[1])];
});

/** log1p(4x / ((1 - x)^2 + y^2)) / 4 and half of the angle of (1 - x)(1 + x) - y^2 + 2iy. */
export const cArctanh: ComplexFunction = inDouble((b, [re, im]) => {
  const [x, y] = [b.abs(re), b.abs(im)];
  const rest = b.sub(1, x);
  const square = b.add(b.mul(rest, rest), b.mul(y, y));
  const general = b.mul(b.op("log1p", b.div(b.mul(x, 4), square)), 0.25);
  // At 1 the square of y may be too small; far away x / |z|^2 counts nothing beside the angle.
  const close = b.mul(b.sub(Math.LN2, b.op("log", y)), 0.5);
  const far = b.or(b.gt(x, FAR), b.gt(y, FAR));
  const real = b.select(far, f64(b, 0), b.select(b.and(b.eq(x, 1), b.lt(y, 2 ** -300)), close, general));
  const angle = b.mul(b.op("atan2", b.mul(y, 2), b.sub(b.mul(rest, b.add(x, 1)), b.mul(y, y))), 0.5);
  return [
    b.select(b.eq(re, 0), re, b.copysign(real, re)),
    b.select(b.ne(im, im), im, b.copysign(b.select(far, f64(b, Math.PI / 2), angle), im)),
  ];
});

/** -i atanh(i z). */
export const cArctan: ComplexFunction = inDouble((b, z) => overI(b, cArctanh(b, timesI(b, z))));
