import { dvector } from "../../../src/tensor/constructors.ts";
import { add, div, mul, sub } from "../../../src/tensor/math.ts";
import type { Examples } from "../example.ts";

const [x, y] = [dvector("x"), dvector("y"), dvector("z")];

export const chainsExamples: Examples = {
  local_add_canonizer: () => ({ inputs: [x, y], outputs: [sub(add(x, y, 2), add(x, 1))] }),
  local_mul_canonizer: () => ({ inputs: [x, y], outputs: [div(mul(x, y, 4), mul(x, 2))] }),
};
