/** Rounding to whole numbers. */
import type { IrBuilder } from "../ir/build.ts";
import type { Expr } from "../ir/node.ts";
import { defineScalar, flat, floatOnly, toRealFloat, type DtypeRule, type ScalarOp } from "./define.ts";

function rounding(name: string, doc: string, dtype: DtypeRule, lower: (b: IrBuilder, x: Expr) => Expr): ScalarOp {
  return defineScalar({
    name,
    arity: 1,
    dtype,
    doc,
    domain: [-3.3, 3.3],
    maxUlp: 0,
    grad: flat,
    lower: (b, [x]) => lower(b, x!),
    algebra: { idempotent: true },
  });
}

export const ceil: ScalarOp = rounding("ceil", "The smallest whole number >= x.", toRealFloat, (b, x) => b.ceil(x));
export const floor: ScalarOp = rounding("floor", "The largest whole number <= x.", toRealFloat, (b, x) => b.floor(x));
export const trunc: ScalarOp = rounding("trunc", "x without its fraction.", toRealFloat, (b, x) => b.trunc(x));

export const roundHalfToEven: ScalarOp = rounding(
  "round_half_to_even",
  "The nearest whole number; halves go to the even one.",
  floatOnly,
  (b, x) => b.nearest(x),
);

export const roundHalfAwayFromZero: ScalarOp = rounding(
  "round_half_away_from_zero",
  "The nearest whole number; halves go away from zero.",
  floatOnly,
  (b, x) => {
    const whole = b.trunc(x);
    const up = b.add(whole, b.copysign(b.constant(x.type, 1), x));
    return b.select(b.ge(b.abs(b.sub(x, whole)), 0.5), up, whole);
  },
);
