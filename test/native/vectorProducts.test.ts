/** Products of vectors and matrices of sizes around the stretches that both targets compute in registers, and products that read operands in place. */
import { describe, expect, it } from "vitest";
import * as theano from "../../src/index.ts";
import { tensor as T } from "../../src/index.ts";

const SIZES = [1, 15, 16, 31, 32, 33, 63, 64, 65, 127, 128, 200, 256, 257, 384, 511, 512, 513, 700];
const DEPTHS = [1, 5, 7, 65];
const KINDS = (["c", "wasm"] as const).flatMap((linker) =>
  (["float32", "float64"] as const).map((dtype) => ({ linker, dtype })),
);

describe.each(KINDS)("a vector times a matrix, $dtype, $linker", ({ linker, dtype }) => {
  const vector = (): theano.tensor.TensorVariable => T.tensor({ dtype, shape: [null] });
  const [x, c, M] = [vector(), vector(), T.tensor({ dtype, shape: [null, null] })];
  const mode = new theano.Mode({ linker });
  const rows = theano.function([x, M, c], [x.dot(M), x.dot(M).mul(2).add(c), x.at("::-1").dot(M).add(c)], { mode });
  const columns = theano.function([x, M], M.T.dot(x), { mode });

  it.each(SIZES)("of %i columns", (n) => {
    for (const k of DEPTHS) {
      // Small integers: sums are exact in every order.
      const matrix = Array.from({ length: k }, (_, i) =>
        Array.from({ length: n }, (__, j) => ((i * 7 + j * 3) % 11) - 5),
      );
      const v = Array.from({ length: k }, (_, i) => (i % 5) - 2);
      const add = Array.from({ length: n }, (_, j) => j % 13);
      const times = (w: readonly number[]): number[] =>
        add.map((_, j) => w.reduce((sum, value, i) => sum + value * matrix[i]![j]!, 0));
      const product = times(v);
      const back = times(v.toReversed());
      const args = [theano.array(v, dtype), theano.array(matrix, dtype)] as const;
      const results = rows(...args, theano.array(add, dtype)) as unknown as theano.NdArray[];
      expect(results[0]!.toList()).toEqual(product.map((p) => p + 0));
      expect(results[1]!.toList()).toEqual(product.map((p, j) => 2 * p + add[j]!));
      expect(results[2]!.toList()).toEqual(back.map((p, j) => p + add[j]!));
      expect(columns(...args).toList()).toEqual(product.map((p) => p + 0));
    }
  });
});

/** Rows, columns, depth: around what is packed and what is read in place, with edges of tiles. */
const PRODUCTS = [
  [256, 256, 1100],
  [255, 250, 513],
  [257, 64, 600],
  [61, 130, 700],
  [700, 300, 128],
  [700, 300, 257],
  [800, 33, 90],
] as const;

describe.each(KINDS)("products of long and narrow matrices, $dtype, $linker", ({ linker, dtype }) => {
  const [A, B] = [0, 1].map(() => T.tensor({ dtype, shape: [null, null] })) as [
    theano.tensor.TensorVariable,
    theano.tensor.TensorVariable,
  ];
  const mode = new theano.Mode({ linker });
  const product = theano.function([A, B], A.dot(B), { mode });
  const transposed = theano.function([A, B], A.T.dot(B), { mode });

  it.each(PRODUCTS)("%i x %i, depth %i", (m, n, k) => {
    const fill = (count: number, step: number): number[] =>
      Array.from({ length: count }, (_, i) => ((i * step) % 11) - 5);
    const [a, b] = [fill(m * k, 7), fill(k * n, 3)];
    const flipped = Array.from({ length: m * k }, (_, i) => a[(i % m) * k + Math.floor(i / m)]!);
    const wanted = new Array<number>(m * n).fill(0);
    for (let i = 0; i < m; i++) {
      for (let q = 0; q < k; q++) {
        for (let j = 0; j < n; j++) wanted[i * n + j]! += a[i * k + q]! * b[q * n + j]!;
      }
    }
    const make = (list: readonly number[], ...shape: number[]): theano.NdArray =>
      theano.array(list, dtype).reshape(shape);
    const exact = (list: theano.NdArray): boolean =>
      Array.from(list.data as Float64Array).every((v, i) => v === wanted[i]);
    expect(exact(product(make(a, m, k), make(b, k, n)))).toBe(true);
    expect(exact(transposed(make(flipped, k, m), make(b, k, n)))).toBe(true);
  });
});
