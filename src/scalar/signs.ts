/** Signs of floating-point numbers, those of zeros and NaN included. */
import { defineScalar, toRealFloat, type ScalarOp } from "./define.ts";

export const copysign: ScalarOp = defineScalar({
  name: "copysign",
  arity: 2,
  dtype: toRealFloat,
  doc: "|x| with the sign of y, which zeros and NaN have as well; integers become floats.",
  domain: [
    [0.1, 4],
    [-4, -0.1],
  ],
  maxUlp: 0,
  grad: (f, [x], out, g) => [f.mul(g, f.sgn(x!), f.sgn(out)), null],
  lower: (b, [x, y]) => b.copysign(x!, y!),
});
