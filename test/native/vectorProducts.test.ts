/** Products of vectors and matrices of sizes around the stretches that the C target computes in registers. */
import { describe, expect, it } from "vitest";
import * as theano from "../../src/index.ts";
import { tensor as T } from "../../src/index.ts";

const SIZES = [1, 16, 63, 64, 65, 127, 128, 200, 256, 257, 384, 511, 512, 513, 700];
const DEPTHS = [1, 7, 65];

describe.each(["float32", "float64"] as const)("a vector times a matrix, %s", (dtype) => {
  const vector = (): theano.tensor.TensorVariable => T.tensor({ dtype, shape: [null] });
  const [x, c, M] = [vector(), vector(), T.tensor({ dtype, shape: [null, null] })];
  const mode = new theano.Mode({ linker: "c" });
  const rows = theano.function([x, M, c], [x.dot(M), x.dot(M).mul(2).add(c)], { mode });
  const columns = theano.function([x, M], M.T.dot(x), { mode });

  it.each(SIZES)("of %i columns", (n) => {
    for (const k of DEPTHS) {
      // Small integers: sums are exact in every order.
      const matrix = Array.from({ length: k }, (_, i) =>
        Array.from({ length: n }, (__, j) => ((i * 7 + j * 3) % 11) - 5),
      );
      const v = Array.from({ length: k }, (_, i) => (i % 5) - 2);
      const add = Array.from({ length: n }, (_, j) => j % 13);
      const product = add.map((_, j) => v.reduce((sum, value, i) => sum + value * matrix[i]![j]!, 0));
      const args = [theano.array(v, dtype), theano.array(matrix, dtype)] as const;
      const [plain, more] = rows(...args, theano.array(add, dtype)) as unknown as theano.NdArray[];
      expect(plain!.toList()).toEqual(product.map((p) => p + 0));
      expect(more!.toList()).toEqual(product.map((p, j) => 2 * p + add[j]!));
      expect(columns(...args).toList()).toEqual(product.map((p) => p + 0));
    }
  });
});
