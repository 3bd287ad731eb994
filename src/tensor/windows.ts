/** Windows for the analysis of signals: symmetric weights of `m` points, 1 in the middle. */
import { arange } from "./alloc.ts";
import { asTensor } from "./constant.ts";
import { abs, add, cast, cos, div, i0, mul, sqrt, sub } from "./math.ts";
import { asSize, sizeAlgebra, type SizeLike } from "./sizes.ts";
import type { TensorVariable } from "./variable.ts";

/** 1 - m, 3 - m, ..., m - 1 and m - 1 (1 at least: a window of one point is 1). */
function points(m: SizeLike, op: string): { readonly n: TensorVariable; readonly last: TensorVariable } {
  const count = asSize(m, op, Number.MIN_SAFE_INTEGER);
  const { sub: minus, max, of } = sizeAlgebra;
  const n = arange(minus(of(1), count), count, 2);
  return { n: cast(n, "float64"), last: cast(max(minus(count, of(1)), of(1)), "float64") };
}

/**
 * The triangle of Bartlett, zero at both ends: 1 - |n| / (m - 1) for n = 1 - m, 3 - m ... float64; empty for `m` below 1.
 * @example
 * ```ts
 * import { tensor as T } from "theano";
 * console.log(String(T.bartlett(5).eval())); // [0.  0.5 1.  0.5 0. ]
 * ```
 */
export function bartlett(m: SizeLike): TensorVariable<"float64", 1>;
export function bartlett(m: SizeLike): TensorVariable {
  const { n, last } = points(m, "bartlett");
  return sub(1, div(abs(n), last));
}

function cosines(m: SizeLike, weights: readonly number[], op: string): TensorVariable {
  const { n, last } = points(m, op);
  const angle = div(mul(n, Math.PI), last);
  return weights
    .slice(1)
    .reduce<TensorVariable>((sum, w, k) => add(sum, mul(cos(mul(angle, k + 1)), w)), add(mul(angle, 0), weights[0]!));
}

/** The raised cosine of von Hann, zero at both ends: 0.5 + 0.5 cos(pi n / (m - 1)). */
export function hanning(m: SizeLike): TensorVariable<"float64", 1>;
export function hanning(m: SizeLike): TensorVariable {
  return cosines(m, [0.5, 0.5], "hanning");
}

/** The raised cosine of Hamming: 0.54 + 0.46 cos(pi n / (m - 1)). */
export function hamming(m: SizeLike): TensorVariable<"float64", 1>;
export function hamming(m: SizeLike): TensorVariable {
  return cosines(m, [0.54, 0.46], "hamming");
}

/** Blackman's window: 0.42 + 0.5 cos(pi n / (m - 1)) + 0.08 cos(2 pi n / (m - 1)). */
export function blackman(m: SizeLike): TensorVariable<"float64", 1>;
export function blackman(m: SizeLike): TensorVariable {
  return cosines(m, [0.42, 0.5, 0.08], "blackman");
}

/** Kaiser's window: I0(beta sqrt(1 - (n / (m - 1))^2)) / I0(beta). */
export function kaiser(m: SizeLike, beta: number): TensorVariable<"float64", 1>;
export function kaiser(m: SizeLike, beta: number): TensorVariable {
  const { n, last } = points(m, "kaiser");
  const part = div(n, last);
  return div(i0(mul(sqrt(sub(1, mul(part, part))), beta)), i0(asTensor(beta, "float64")));
}
