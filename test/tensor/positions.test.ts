/** Positions of every integer dtype: which are out of range, and what those in range read and write. */
import { describe, expect, it } from "vitest";
import * as theano from "../../src/index.ts";
import { tensor as T } from "../../src/index.ts";
import { whyNotNative } from "../../src/runtime/native/device.ts";

const LINKERS = ["reference", "wasm", ...(whyNotNative() === null ? (["c"] as const) : [])] as const;
const DTYPES = ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"] as const;

/** Positions that no axis of size 5 has; some are 0 in their lower 32 bits. */
const OUTSIDE: Readonly<Record<(typeof DTYPES)[number], readonly (number | bigint)[]>> = {
  int8: [5, -6, 127, -128],
  uint8: [5, 255],
  int16: [5, -6, 32767, -32768],
  uint16: [5, 65535],
  int32: [5, -6, 2147483647, -2147483648],
  uint32: [5, 4294967295],
  int64: [5n, -6n, 1n << 32n, -(1n << 32n), (1n << 63n) - 1n, -(1n << 63n)],
  uint64: [5n, 1n << 32n, (1n << 64n) - 1n],
};

describe.each(LINKERS)("%s", (linker) => {
  const mode = new theano.Mode({ linker });
  const x = T.fvector("x");
  const y = T.fvector("y");

  it.each(DTYPES)("%s", (dtype) => {
    const i = T.tensor({ dtype, shape: [null] });
    const read = theano.function([x, i], x.at(i), { mode });
    const write = theano.function([x, i, y], [T.incSubtensor(x.at(i), y), T.setSubtensor(x.at(i), y)], { mode });
    const values = [10, 11, 12, 13, 14];
    const isSigned = dtype.startsWith("i");
    const inside = isSigned ? [0, -1, 4, -5, 2, 2] : [0, 4, 4, 0, 2, 2];
    const positions = (list: readonly (number | bigint)[]): theano.NdArray => theano.array(list as number[], dtype);
    expect(read(values, positions(inside)).toList()).toEqual([10, 14, 14, 10, 12, 12]);
    const [added, set] = write(values, positions(inside), [1, 2, 3, 4, 5, 6]) as unknown as theano.NdArray[];
    expect(added!.toList()).toEqual([15, 11, 23, 13, 19]);
    expect(set!.toList()).toEqual([4, 11, 6, 13, 3]);
    expect(read(values, positions([])).toList()).toEqual([]);
    for (const wrong of OUTSIDE[dtype]) {
      // At the end of a long list, too, which is looked at in vectors.
      for (const before of [0, 1, 1023, 1024, 2050]) {
        const list = positions([...Array.from({ length: before }, () => (dtype.endsWith("64") ? 1n : 1)), wrong]);
        expect(() => read(values, list)).toThrow(theano.IndexError);
        expect(() => write(values, list, theano.zeros([before + 1], "float32"))).toThrow(theano.IndexError);
      }
    }
  });

  it("in tables of positions, one of them wrong", () => {
    const i = T.lmatrix("i");
    const f = theano.function([x, i], x.at(i), { mode });
    expect(
      f(
        [1, 2, 3],
        [
          [0, -1],
          [2, 1],
        ],
      ).toList(),
    ).toEqual([
      [1, 3],
      [3, 2],
    ]);
    expect(() =>
      f(
        [1, 2, 3],
        [
          [0, 1],
          [3, 1],
        ],
      ),
    ).toThrow(theano.IndexError);
    expect(() =>
      f(
        [1, 2, 3],
        [
          [0, 1],
          [1, -4],
        ],
      ),
    ).toThrow(theano.IndexError);
  });
});
