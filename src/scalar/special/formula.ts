/** How a function is written that is no instruction of the IR but a formula of several: in double precision, rounded once. */
import { Kit } from "../../ir/decompose/kit.ts";
import type { Expr } from "../../ir/node.ts";
import { defineScalar, toRealFloat, type ScalarOp } from "../define.ts";
import type { ScalarFunctions } from "../functions.ts";

/** A function of one real argument. */
export interface Formula {
  readonly name: string;
  readonly doc: string;
  readonly domain: readonly [number, number];
  readonly maxUlp: number;
  /** The value, for an argument in double precision. */
  readonly value: (k: Kit, x: Expr) => Expr;
  /** The derivative at x, given the value. */
  readonly derivative: <E>(f: ScalarFunctions<E>, x: E, out: E) => E;
  readonly key?: string;
}

/** The elementwise function of a formula: integers become floats, float32 is computed in float64. */
export function formula(spec: Formula): ScalarOp {
  const { value, derivative, ...rest } = spec;
  return defineScalar({
    ...rest,
    arity: 1,
    dtype: toRealFloat,
    grad: (f, [x], out, g) => [f.mul(g, derivative(f, x!, out))],
    lower: (b, [x]) => value(new Kit(b, "f64"), b.cast(x!, "f64")),
  });
}

export const exp = (k: Kit, x: Expr): Expr => k.b.op("exp", x);
export const log = (k: Kit, x: Expr): Expr => k.b.op("log", x);

/** The error of u * u, for |u| < 2^900: the halves of a number (Veltkamp) have exact products. */
function squareError(k: Kit, u: Expr, square: Expr): Expr {
  const c = k.mul(u, 2 ** 27 + 1);
  const high = k.minus(c, k.minus(c, u));
  const low = k.minus(u, high);
  const cross = k.plus(k.minus(k.mul(high, high), square), k.mul(k.mul(high, low), 2));
  return k.plus(cross, k.mul(low, low));
}

/** e^(x^2), without the error that rounding x^2 makes. */
export function expOfSquare(k: Kit, x: Expr): Expr {
  // Beyond, the result is infinite.
  const u = k.atMost(k.abs(x), 30);
  const square = k.mul(u, u);
  const power = exp(k, square);
  return k.select(k.lt(u, 28), k.add(power, k.mul(power, squareError(k, u, square))), power);
}
