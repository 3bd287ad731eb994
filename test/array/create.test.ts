import vm from "node:vm";
import { describe, expect, expectTypeOf, it } from "vitest";
import {
  arange,
  array,
  asArray,
  empty,
  fromBuffer,
  fromFlat,
  full,
  mapElements,
  ones,
  zeros,
} from "../../src/array/create.ts";
import type { NdArray } from "../../src/array/ndArray.ts";
import { config } from "../../src/config/config.ts";
import { ArgumentError, DtypeError, ShapeMismatchError, TheanoMemoryError, ValueError } from "../../src/errors.ts";

const loose = array as (value: unknown, dtype?: string, options?: object) => NdArray;

describe("array of nested lists", () => {
  it("is floatX, with the shape of the nesting", () => {
    const a = array([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect([a.dtype, a.shape, a.strides, a.size, a.ndim]).toEqual(["float64", [2, 3], [3, 1], 6, 2]);
    expect(a.data).toEqual(Float64Array.of(1, 2, 3, 4, 5, 6));
    config.changeFlags({ floatX: "float32" }, () => {
      expect(array([1]).dtype).toBe("float32");
      expect(array([{ re: 0, im: 1 }]).dtype).toBe("complex64");
      expect(zeros(2).dtype).toBe("float32");
      expect(full(2, 7).dtype).toBe("float32");
    });
  });

  it.each([
    [true, "bool", []],
    [[true, false], "bool", [2]],
    [[1n, 2n], "int64", [2]],
    [[1n, 2n ** 63n], "uint64", [2]],
    [[{ re: 1, im: 2 }, 3], "complex128", [2]],
    [[true, 1], "float64", [2]],
    [[], "float64", [0]],
    [[[], []], "float64", [2, 0]],
    [3, "float64", []],
    [[new Float32Array(3), new Float32Array(3)], "float32", [2, 3]],
    [[new Int8Array(2), new Uint8Array(2)], "int16", [2, 2]],
    [[[new Int8Array(1)], [[0.5]]], "float64", [2, 1, 1]],
    [[array(1n), array(2n)], "int64", [2]],
  ])("%o has dtype %s", (value, dtype, shape) => {
    const a = loose(value);
    expect(a.dtype).toBe(dtype);
    expect(a.shape).toEqual(shape);
  });

  it.each([
    [[[1, 2], [3]], "at [1] has 1 elements where 2"],
    [
      [
        [1, 2],
        [3, 4, 5],
      ],
      "at [1] has 3 elements where 2",
    ],
    [[[1], 2], "an element at [1]"],
    [[1, [2]], "a list at [1]"],
    [
      [
        [[1], [2]],
        [[3], 4],
      ],
      "an element at [1][1]",
    ],
    [[[], [1]], "at [1] has 1 elements where 0"],
    [[[], 1], "at [1]"],
    [[new Float32Array(2), new Float32Array(3)], "at [1] has 3 elements where 2"],
  ])("ragged %o: the message says where", (value, text) => {
    expect(() => loose(value)).toThrow(ValueError);
    expect(() => loose(value)).toThrow(text);
  });

  it.each([
    [[1, null], "null at [1]"],
    [[[1], [undefined]], "undefined at [1][0]"],
    [[1, "2"], '"2" at [1]'],
    [[1, {}], "at [1]"],
    [[1, () => 0], "function at [1]"],
    // oxlint-disable-next-line no-sparse-arrays
    [[1, , 3], "undefined at [1]"],
    [[new Date(0)], "at [0]"],
  ])("%o: the message says where", (value, text) => {
    expect(() => loose(value)).toThrow(ValueError);
    expect(() => loose(value)).toThrow(text);
  });

  it("refuses what is no array at all", () => {
    for (const value of ["12", undefined, (): number => 0]) {
      expect(() => loose(value)).toThrow(ArgumentError);
    }
    expect(() => loose(null)).toThrow(ValueError);
    expect(() => loose(new Map())).toThrow(ValueError);
    const cycle: unknown[] = [];
    cycle.push(cycle);
    expect(() => loose(cycle)).toThrow(/deeper than 64/);
  });

  it("long flat and nested lists are no trouble", () => {
    expect(array(new Array<number>(300_000).fill(1)).size).toBe(300_000);
    expect(loose([new Float64Array(300_000)]).shape).toEqual([1, 300_000]);
  });

  it("reads each element once", () => {
    let reads = 0;
    const list = [0, 0];
    Object.defineProperty(list, 1, { get: () => ++reads, enumerable: true });
    expect(array(list).toList()).toEqual([0, 1]);
  });
});

describe("values that do not fit", () => {
  it.each([
    [1.5, "int32", "is not a whole number"],
    [NaN, "int32", "is not a whole number"],
    [Infinity, "int64", "is not a whole number"],
    [128, "int8", "is outside -128 .. 127"],
    [-1, "uint8", "is outside"],
    [2, "bool", "is neither 0 nor 1"],
    [2 ** 63, "int64", "is outside"],
    [2n ** 64n, "uint64", "is outside"],
    [-1n, "uint64", "is outside"],
    [2n ** 53n + 1n, "float64", "is not exact"],
    [1e39, "float32", "overflows"],
    [65520, "float16", "overflows"],
    [{ re: 1, im: 1 }, "float64", "imaginary"],
    [{ re: 0.5, im: 0 }, "int8", "is not a whole number"],
    [{ re: 1e39, im: 0 }, "float32", "overflows"],
  ])("%o as %s", (value, dtype, text) => {
    expect(() => loose(value, dtype)).toThrow(DtypeError);
    expect(() => loose(value, dtype)).toThrow(text);
    expect(() => loose([[value]], dtype)).toThrow("at [0][0]");
  });

  it.each([
    [0.1, "float32", Math.fround(0.1)],
    [65519, "float16", 65504],
    [16777217, "float32", 16777216],
    [1, "bool", true],
    [true, "int8", 1],
    [2 ** 62, "int64", 2 ** 62],
    [7n, "float32", 7],
    [{ re: 2, im: 0 }, "int8", 2],
    [NaN, "float16", NaN],
    [-Infinity, "float32", -Infinity],
  ])("%o as %s is taken", (value, dtype, result) => {
    expect(loose(value, dtype).item()).toBe(result);
  });

  it("allowDowncast takes the nearest", () => {
    const down = (value: unknown, dtype: string): unknown => loose(value, dtype, { allowDowncast: true }).item();
    expect(down(1.9, "int32")).toBe(1);
    expect(down(300, "int8")).toBe(127);
    expect(down(NaN, "int16")).toBe(0);
    expect(down(1e39, "float32")).toBe(Infinity);
    expect(down({ re: 3, im: 4 }, "float64")).toBe(3);
    expect(down(2n ** 53n + 1n, "float64")).toBe(2 ** 53);
    expect(down(new Float64Array([0.1]), "float32")).toBe(Math.fround(0.1));
  });

  it("typed arrays: exact values pass, others name the element", () => {
    expect(array(Float64Array.of(0.5, NaN), "float32").toList()).toEqual([0.5, NaN]);
    expect(array(Float64Array.of(1, 2), "int8").toList()).toEqual([1, 2]);
    expect(array(Int32Array.of(5), "float32").item()).toBe(5);
    expect(array(BigInt64Array.of(5n), "float64").item()).toBe(5);
    expect(() => array(Float64Array.of(0.5, 0.1), "float32")).toThrow(/element 1, 0\.1/);
    expect(() => array(Float64Array.of(0.5), "int32")).toThrow(DtypeError);
    expect(() => array(Int32Array.of(16777217), "float32")).toThrow(DtypeError);
    expect(() => array(Int32Array.of(-1), "uint32")).toThrow(DtypeError);
    expect(() => array(BigInt64Array.of(-1n), "uint64")).toThrow(DtypeError);
    expect(() => array(Uint8Array.of(2), "bool")).toThrow(DtypeError);
  });

  it("an unknown dtype is a DtypeError", () => {
    expect(() => loose([1], "float")).toThrow(DtypeError);
    expect(() => loose([1], "toString")).toThrow(DtypeError);
  });
});

describe("array of typed arrays", () => {
  it.each([
    [Int8Array, "int8"],
    [Int16Array, "int16"],
    [Int32Array, "int32"],
    [Uint8Array, "uint8"],
    [Uint8ClampedArray, "uint8"],
    [Uint16Array, "uint16"],
    [Uint32Array, "uint32"],
    [Float32Array, "float32"],
    [Float64Array, "float64"],
  ])("%o", (constructor, dtype) => {
    const a = loose(constructor.of(1, 2));
    expect([a.dtype, a.shape, a.toList()]).toEqual([dtype, [2], [1, 2]]);
  });

  it("64-bit ones", () => {
    expect(array(BigInt64Array.of(-1n)).dtype).toBe("int64");
    expect(array(BigUint64Array.of(1n)).dtype).toBe("uint64");
  });

  it("copies, asArray shares", () => {
    const source = Float32Array.of(1, 2);
    expect(array(source).buffer).not.toBe(source);
    expect(array(source, "float32").buffer).not.toBe(source);
    expect(asArray(source).buffer).toBe(source);
    expect(asArray(source, "float32").buffer).toBe(source);
    expect(asArray(source, "float64").toList()).toEqual([1, 2]);
    const a = array([1, 2]);
    expect(asArray(a)).toBe(a);
    expect(asArray(a, "float64")).toBe(a);
    expect(array(a)).not.toBe(a);
    expect(array(a).buffer).not.toBe(a.buffer);
  });

  it("of subclasses, and of other realms", () => {
    const a = asArray(Buffer.from([1, 2, 3]));
    expect([a.dtype, a.toList()]).toEqual(["uint8", [1, 2, 3]]);
    expect(a.data.constructor).toBe(Uint8Array);
    const foreign: unknown = vm.runInNewContext("new Float32Array([1, 2])");
    const b = loose(foreign);
    expect([b.dtype, b.toList()]).toEqual(["float32", [1, 2]]);
    expect(b.data).toBeInstanceOf(Float32Array);
    expect(loose(vm.runInNewContext("[[1, 2], [3, 4]]")).shape).toEqual([2, 2]);
  });

  it("in shared memory", () => {
    expect(array(new Int32Array(new SharedArrayBuffer(8))).shape).toEqual([2]);
  });

  it("an empty one is fine, a detached one is not", () => {
    expect(array(new Float64Array(0)).shape).toEqual([0]);
    const gone = Float64Array.of(1, 2);
    structuredClone(gone, { transfer: [gone.buffer] });
    expect(() => array(gone)).toThrow(ValueError);
    expect(() => asArray(gone, "float64")).toThrow(/transferred/);
    expect(() => array({ data: gone, shape: [2] })).toThrow(/transferred/);
  });

  it("one that its resizable buffer no longer reaches is not fine", () => {
    const Resizable = ArrayBuffer as unknown as new (n: number, o: object) => ArrayBuffer & { resize(n: number): void };
    const buffer = new Resizable(16, { maxByteLength: 32 });
    const view = new Float64Array(buffer, 0, 2);
    buffer.resize(8);
    expect(() => array(view)).toThrow(ValueError);
    expect(array(new Float64Array(buffer)).shape).toEqual([1]);
  });

  it("a DataView is not an array", () => {
    expect(() => loose(new DataView(new ArrayBuffer(8)))).toThrow(ValueError);
  });
});

describe("arrays of other libraries", () => {
  const data = Float64Array.of(0, 1, 2, 3, 4, 5);

  it("with strides, stride, offset, dtype names", () => {
    expect(array({ data, shape: [2, 3] }).toList()).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
    expect(array({ data, shape: [3, 2], strides: [1, 3] }).toList()).toEqual([
      [0, 3],
      [1, 4],
      [2, 5],
    ]);
    expect(array({ data, shape: [2], stride: [-2], offset: 5 }).toList()).toEqual([5, 3]);
    expect(array({ data, shape: [], offset: 4 }).item()).toBe(4);
    expect(array({ data, shape: [2], dtype: "double" }).dtype).toBe("float64");
    expect(array({ data: [1, 2], shape: [2], dtype: "int32" }).data).toEqual(Int32Array.of(1, 2));
    expect(array({ data: [1, 2], shape: [2], dtype: "generic" }).dtype).toBe("float64");
    expect(array({ data: [true, false], shape: [2] }).dtype).toBe("bool");
    expect(asArray({ data, shape: [6] }).buffer).toBe(data);
  });

  it("whose data are the storage of their dtype", () => {
    expect(array({ data: Uint8Array.of(1, 0), shape: [2], dtype: "bool" }).toList()).toEqual([true, false]);
    expect(array({ data: Uint8Array.of(7, 0), shape: [2], dtype: "bool" }).data).toEqual(Uint8Array.of(1, 0));
    const half = array([0.5, -2], "float16");
    expect(array({ data: half.data, shape: [2], dtype: "float16" }).toList()).toEqual([0.5, -2]);
    expect(array({ data: Float32Array.of(1, 2), shape: [1], dtype: "complex64" }).item()).toEqual({ re: 1, im: 2 });
    expect(array({ data: Float32Array.of(1, 2), shape: [2], dtype: "float16" }).dtype).toBe("float16");
  });

  it("that are copied from an NdArray of another copy of the package", () => {
    const { dtype, shape, strides, offset, buffer } = array(
      [
        [1, 2],
        [3, 4],
      ],
      "int16",
    ).T;
    expect(array({ dtype, shape, strides, offset, data: buffer }).toList()).toEqual([
      [1, 3],
      [2, 4],
    ]);
  });

  it.each([
    [{ data, shape: [7] }],
    [{ data, shape: [2, 3], offset: 1 }],
    [{ data, shape: [2], strides: [6] }],
    [{ data, shape: [2], strides: [-1] }],
    [{ data, shape: [2], strides: [1, 1] }],
    [{ data, shape: [2], strides: [0.5] }],
    [{ data, shape: [2], strides: [NaN] }],
    [{ data, shape: [2], offset: 0.5 }],
    [{ data, shape: [2], offset: -1 }],
    [{ data, shape: [-1] }],
    [{ data, shape: [NaN] }],
    [{ data, shape: [1.5] }],
    [{ data, shape: [2 ** 32, 2 ** 32] }],
    [{ data: [1, 2], shape: [3] }],
    [{ data: [1, [2]], shape: [2] }],
    [{ data: Float32Array.of(1, 2), shape: [2], dtype: "complex64" }],
  ])("%o leaves its data or makes no sense", (value) => {
    expect(() => loose(value)).toThrow(ValueError);
  });

  it("whose data cannot be read now, or whose dtype is unknown", () => {
    expect(() => loose({ data: () => data, shape: [6] })).toThrow(ArgumentError);
    expect(() => loose({ data: Promise.resolve(data), shape: [6] })).toThrow(ArgumentError);
    expect(() => loose({ data, shape: [6], dtype: "bfloat16" })).toThrow(DtypeError);
  });
});

describe("zeros, ones, full, empty, arange", () => {
  it("fill", () => {
    expect(zeros([2, 2], "int8").data).toEqual(new Int8Array(4));
    expect(ones(3, "float16").toList()).toEqual([1, 1, 1]);
    expect(ones([2], "bool").toList()).toEqual([true, true]);
    expect(full([2], { re: 1, im: -1 }, "complex64").data).toEqual(Float32Array.of(1, -1, 1, -1));
    expect(full([2], 5n).dtype).toBe("int64");
    expect(full([], true).item()).toBe(true);
    expect(empty([2, 0, 3]).shape).toEqual([2, 0, 3]);
    expect(() => full([2], 0.5, "int8")).toThrow(DtypeError);
  });

  it.each([[[2.5]], [[-1]], [[NaN]], [[Infinity]], [-3], [[2 ** 40, 2 ** 40]], [[0, 2 ** 54]], ["ab"], [null], [{}]])(
    "refuse the shape %o",
    (shape) => {
      expect(() => zeros(shape as number[])).toThrow(ValueError);
    },
  );

  it("sizes may be bigint", () => {
    expect(zeros([2n, 3]).shape).toEqual([2, 3]);
  });

  it("too much for the machine is a TheanoMemoryError", () => {
    expect(() => zeros([2 ** 50])).toThrow(TheanoMemoryError);
  });

  it("arange counts", () => {
    expect([arange(3).dtype, arange(3).toList()]).toEqual(["int64", [0, 1, 2]]);
    expect(arange(1, 2, 0.25).toList()).toEqual([1, 1.25, 1.5, 1.75]);
    expect(arange(5, 0, -2, "int8").toList()).toEqual([5, 3, 1]);
    expect(arange(3, 1).size).toBe(0);
    expect(() => arange(NaN)).toThrow(ValueError);
    expect(() => arange(0, 1, 0)).toThrow(ValueError);
  });
});

describe("fromBuffer", () => {
  it("shares aligned memory and copies the rest", () => {
    const buffer = Float32Array.of(1, 2, 3, 4).buffer;
    const a = fromBuffer(buffer, "float32", [2], 8);
    expect(a.toList()).toEqual([3, 4]);
    expect(a.buffer.buffer).toBe(buffer);
    const shifted = new Uint8Array(9);
    shifted.set(new Uint8Array(buffer, 0, 8), 1);
    expect(fromBuffer(shifted.buffer, "float32", [2], 1).toList()).toEqual([1, 2]);
    expect(fromBuffer(buffer, "complex64").shape).toEqual([2]);
  });

  it("refuses what does not fit", () => {
    expect(() => fromBuffer(new ArrayBuffer(8), "float64", [2])).toThrow(ValueError);
    expect(() => fromBuffer(new ArrayBuffer(8), "float64", [1], 1)).toThrow(ValueError);
    expect(() => fromBuffer(new ArrayBuffer(8), "float64", [1], -8)).toThrow(ValueError);
  });
});

describe("helpers of oracles", () => {
  it("fromFlat stores as typed arrays do", () => {
    expect(fromFlat([300, -1, 2.7], [3], "uint8").toList()).toEqual([44, 255, 2]);
    expect(fromFlat([2n ** 63n], [], "int64").itemBigInt()).toBe(-(2n ** 63n));
    expect(fromFlat([2n ** 40n + 3n], [], "int16").item()).toBe(3);
    expect(fromFlat([NaN, 1.5], [2], "int64").toList()).toEqual([0, 1]);
    expect(fromFlat([0.5, 0, NaN], [3], "bool").toList()).toEqual([true, false, true]);
    expect(() => fromFlat([1], [2], "int8")).toThrow(ValueError);
  });

  it("mapElements broadcasts any layout", () => {
    const column = array([[10], [20]], "int32");
    const row = array([1, 2, 3], "int8").at("::-1");
    const sum = mapElements("int32", [column, row], (a, b) => (a as number) + (b as number));
    expect(sum.toList()).toEqual([
      [13, 12, 11],
      [23, 22, 21],
    ]);
    expect(mapElements("float32", [], () => 2).item()).toBe(2);
    expect(() => mapElements("int8", [zeros(2), zeros(3)], () => 0)).toThrow(ShapeMismatchError);
  });
});

describe("types", () => {
  it("follow the dtype", () => {
    expectTypeOf(zeros([1], "float32").data).toEqualTypeOf<Float32Array>();
    expectTypeOf(array(new Int32Array(1)).data).toEqualTypeOf<Int32Array>();
    expectTypeOf(array([1], "int64").data).toEqualTypeOf<BigInt64Array>();
    expectTypeOf(array([1], "bool").item()).toEqualTypeOf<boolean>();
    expectTypeOf(array([1], "float16").data).toEqualTypeOf<Uint16Array>();
    expectTypeOf(array([1, 2])).toEqualTypeOf<NdArray>();
  });
});
