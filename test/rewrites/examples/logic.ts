import { bvector, dvector, fvector, ivector, lvector, zvector } from "../../../src/tensor/constructors.ts";
import * as M from "../../../src/tensor/math.ts";
import { tensorType } from "../../../src/tensor/type.ts";
import type { TensorVariable } from "../../../src/tensor/variable.ts";
import type { Examples } from "../example.ts";

const [x, y] = [dvector("x"), dvector("y")];
const [i, j] = [ivector("i"), ivector("j")];
const [b, u] = (["bool", "uint8"] as const).map(
  (dtype) => tensorType(dtype, [null]).makeVariable(null, 0, dtype[0]) as TensorVariable,
) as [TensorVariable, TensorVariable];
const positive = M.gt(x, 0.7);

export const logicExamples: Examples = {
  local_invert_comparison: () => ({
    inputs: [x, y, i, j],
    outputs: [M.invert(M.eq(x, y)), M.invert(M.neq(x, y)), M.invert(M.lt(i, j)), M.invert(M.ge(i, 2))],
  }),
  local_comparison_of_bool: () => ({
    inputs: [b],
    outputs: [M.eq(b, true), M.eq(b, false), M.neq(b, true), M.neq(false, b)],
  }),
  local_complements: () => ({
    inputs: [b, i],
    outputs: [M.and(b, M.invert(b)), M.or(M.invert(i), i), M.xor(i, i), M.xor(b, M.invert(b))],
  }),
  local_comparison_of_negs: () => ({
    inputs: [x, y],
    outputs: [M.lt(M.neg(x), M.neg(y)), M.ge(M.neg(x), 0.5), M.eq(0, M.neg(y))],
  }),
  local_comparison_of_casts: () => {
    const [f, g] = [fvector("f"), fvector("g")];
    const [p, q] = [bvector("p"), bvector("q")];
    const wide = (v: TensorVariable): TensorVariable => M.cast(v, "float64");
    return { inputs: [f, g, p, q], outputs: [M.le(wide(f), wide(g)), M.neq(wide(p), wide(q))] };
  },
  local_comparison_of_unsigned: () => ({ inputs: [u], outputs: [M.ge(u, 0), M.gt(0, u)] }),
  local_test_of_number: () => ({
    inputs: [i, x],
    outputs: [M.isnan(i), M.isinf(i), M.isnan(M.neg(x)), M.isinf(M.abs(x))],
  }),
  local_switch_of_not: () => ({ inputs: [b, x, y], outputs: [M.switch_(M.invert(b), x, y)] }),
  local_switch_of_functions: () => ({ inputs: [b, x, y], outputs: [M.switch_(b, M.exp(x), M.exp(y))] }),
  local_intdiv_by_one: () => {
    const l = lvector("l");
    return {
      inputs: [l],
      below: 100,
      outputs: [M.intDiv(l, 1), M.mod(l, 1), M.intDiv(M.intDiv(l, 3), 5), M.mod(M.mod(l, 7), 7)],
    };
  },
  local_rounding_of_integer: () => ({
    inputs: [i],
    outputs: [M.floor(M.cast(i, "float64")), M.ceil(M.cast(i, "float64")), M.trunc(M.cast(i, "float64"))],
  }),
  local_complex_of_parts: () => {
    const z = zvector("z");
    return { inputs: [z], outputs: [M.complex(M.real(z), M.imag(z))], tame: true };
  },
  local_real_of_complex: () => ({ inputs: [x, y], outputs: [M.real(M.complex(x, y))] }),
  local_imag_of_complex: () => ({ inputs: [x, y], outputs: [M.imag(M.complex(x, y))] }),
  local_switch_to_cast: () => ({
    inputs: [x],
    outputs: [M.switch_(positive, 1, 0), M.switch_(positive, 0, 1)],
  }),
  local_useless_float_comparison: () => ({ inputs: [x], outputs: [M.eq(x, x), M.lt(x, x)] }),
};
