/** Large arguments are read where the caller has them; what a program computes does not depend on where its arguments lie. */
import { afterEach, describe, expect, it } from "vitest";
import * as theano from "../../src/index.ts";
import { tensor as T } from "../../src/index.ts";
import type { NdArray } from "../../src/array/ndArray.ts";
import { whyNotNative } from "../../src/runtime/native/device.ts";

const c = new theano.Mode({ linker: "c" });
const wrap = (data: Float64Array, shape: number[], strides?: number[], offset?: number): NdArray =>
  theano.NdArray.wrap("float64", data, shape, strides, offset) as NdArray;
const ramp = (n: number): Float64Array => Float64Array.from({ length: n }, (_, i) => (i % 1000) / 8);

/** The sum of i-th rows, done slowly. */
function sums(x: NdArray): number[] {
  return (x.toList() as number[][]).map((row) => row.reduce((a, b) => a + b, 0));
}

afterEach(() => {
  theano.config.nThreads = 0;
});

describe.skipIf(whyNotNative() !== null)("large arguments of native programs", () => {
  const x = T.dmatrix("x");
  const f = theano.function([x], x.sum({ axis: 1 }), { mode: c });
  const check = (value: NdArray): void => {
    expect(Array.from((f(value) as NdArray).data as Float64Array)).toEqual(sums(value));
  };

  it("of every size around pages and thresholds", () => {
    for (const n of [8191, 8192, 8193, 16_384, 65_536, 65_537, 100_003]) {
      for (const rows of [1, 2]) check(wrap(ramp(rows * n), [rows, n]));
    }
  });

  it("parts of larger arrays, transposed and strided ones", () => {
    const data = ramp(300_000);
    check(wrap(data, [100, 300], [300, 1], 77));
    check(wrap(data, [300, 100], [1, 300], 0));
    check(wrap(data, [100, 300], [600, 2], 1));
    check(wrap(data, [100, 300], [-300, 1], 99 * 300));
    check(wrap(new Float64Array(data.buffer, 800, 40_000), [400, 100]));
    const end = 300_000 - 40_000;
    check(wrap(data, [400, 100], [100, 1], end));
  });

  it("changed between calls, small after large, shared memory", () => {
    const data = ramp(40_000);
    const value = wrap(data, [200, 200]);
    check(value);
    data.fill(2);
    check(value);
    check(wrap(ramp(12), [3, 4]));
    check(value);
    check(wrap(new Float64Array(new SharedArrayBuffer(320_000)).fill(3), [100, 400]));
  });

  it("one array as two arguments, and results given back as arguments", () => {
    const y = T.dmatrix("y");
    const add = theano.function([x, y], theano.Out(x.add(y), { borrow: true }), { mode: c });
    let value = wrap(new Float64Array(40_000).fill(1), [200, 200]);
    for (let i = 0; i < 5; i++) value = add(value, value) as NdArray;
    expect((value.data as Float64Array).every((v) => v === 32)).toBe(true);
    for (let i = 0; i < 5; i++) value = add(value, value.copy() as NdArray) as NdArray;
    expect((value.data as Float64Array).every((v) => v === 1024)).toBe(true);
  });

  it("complex and integer ones, with threads", () => {
    theano.config.nThreads = 2;
    const z = T.tensor({ dtype: "complex128", shape: [null] });
    const g = theano.function([z], T.real(z).sum(), { mode: c });
    const values = new Float64Array(200_000).map((_, i) => (i % 2 === 0 ? 1 : 100));
    expect(Number((g(theano.NdArray.wrap("complex128", values, [100_000])) as NdArray).item())).toBe(100_000);
    const k = T.lvector("k");
    const h = theano.function([k], k.mul(2), { mode: c });
    const ints = theano.NdArray.wrap(
      "int64",
      BigInt64Array.from({ length: 50_000 }, (_, i) => BigInt(i)),
      [50_000],
    );
    expect((h(ints) as NdArray).data[49_999]).toBe(99_998n);
  });
});
