/** Functions of functions of complex numbers: rewriting keeps their values, on all sides of the branch cuts. */
import { describe, expect, it } from "vitest";
import { fromFlat } from "../../src/array/index.ts";
import * as theano from "../../src/index.ts";
import { tensor as T } from "../../src/index.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";

type Unary = (z: TensorVariable) => TensorVariable;

const NAMES =
  "neg inv sqr sqrt exp exp2 expm1 log log2 log10 log1p sin cos tan sinh cosh tanh arcsin arccos arctan arcsinh arccosh arctanh conj".split(
    " ",
  );
const functions = new Map<string, Unary>([
  ...NAMES.map((name): [string, Unary] => [name, (T as unknown as Record<string, Unary>)[name]!]),
  ["z + 1", (z) => T.add(z, 1)],
  ["z - 1", (z) => T.sub(z, 1)],
  ["1 - z", (z) => T.sub(1, z)],
  ["2 z", (z) => T.mul(z, 2)],
  ["z z", (z) => T.mul(z, z)],
  ["|z| z", (z) => T.mul(T.abs(z), z)],
  ["z^3", (z) => T.pow(z, 3)],
  ["z^0.5", (z) => T.pow(z, 0.5)],
  ["z / (z + 2)", (z) => T.div(z, T.add(z, 2))],
]);

const POINTS = [
  [0.3, 0.4],
  [-2.5, 1.7],
  [4, -6.5],
  [-0.2, -9],
  [7, 3],
  [-8, -4],
  [0.001, -0.002],
] as const;

describe("functions of functions of complex numbers", () => {
  const z = T.zvector("z");
  const argument = fromFlat(
    POINTS.map(([re, im]) => ({ re, im })),
    [POINTS.length],
    "complex128",
  );
  const results = (outputs: readonly TensorVariable[], optimizer: null | undefined): readonly Float64Array[] => {
    const mode = new theano.Mode({ linker: "reference", ...(optimizer === null ? { optimizer } : {}) });
    return theano
      .function([z], outputs, { mode })(argument)
      .map((v) => v.data as Float64Array);
  };

  it.each([...functions.keys()])("%s of all", (outer) => {
    const outputs = [...functions.values()].map((inner) => functions.get(outer)!(inner(z)));
    const [plain, rewritten] = [results(outputs, null), results(outputs, undefined)];
    for (const [k, inner] of [...functions.keys()].entries()) {
      for (const [i, point] of POINTS.entries()) {
        const [x, y, u, v] = [
          plain[k]![2 * i]!,
          plain[k]![2 * i + 1]!,
          rewritten[k]![2 * i]!,
          rewritten[k]![2 * i + 1]!,
        ];
        const size = Math.hypot(x, y);
        if (!Number.isFinite(size)) continue;
        const where = `${outer} of ${inner} at ${point.join(" ")}: ${u} ${v}, not ${x} ${y}`;
        expect(Math.hypot(x - u, y - v), where).toBeLessThanOrEqual(1e-8 * size + 1e-12);
      }
    }
  });
});
