import { dvector } from "../../../src/tensor/constructors.ts";
import { add, div, mul, sqr, sub, tanh } from "../../../src/tensor/math.ts";
import type { Examples } from "../example.ts";

const [x, y] = [dvector("x"), dvector("y"), dvector("z")];

export const chainsExamples: Examples = {
  local_add_canonizer: () => ({ inputs: [x, y], outputs: [sub(add(x, y, 2), add(x, 1))] }),
  local_split_long_chain: () => {
    const parts = Array.from({ length: 70 }, (_, i) => mul(i + 2, y, x));
    return { inputs: [x, y], outputs: [add(...parts.map((v, i) => (i % 3 === 0 ? tanh(v) : sqr(v))))] };
  },
  local_mul_canonizer: () => ({ inputs: [x, y], outputs: [div(mul(x, y, 4), mul(x, 2))] }),
};
