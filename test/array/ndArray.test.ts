import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { arange, array, zeros } from "../../src/array/create.ts";
import { toFlat, toNumbers } from "../../src/array/element.ts";
import { offsetsOf } from "../../src/array/layout.ts";
import { NdArray } from "../../src/array/ndArray.ts";
import { DTYPES } from "../../src/dtype.ts";
import { AxisError, BroadcastError, IndexError, ShapeMismatchError, ValueError } from "../../src/errors.ts";

const cube = (): NdArray<"int32"> => arange(24, undefined, 1, "int32").reshape([2, 3, 4]);

describe("elements", () => {
  it("item", () => {
    expect(array(2.5).item()).toBe(2.5);
    expect(array([[7]]).item()).toBe(7);
    expect(cube().item(1, 2, 3)).toBe(23);
    expect(cube().item(-1, 0, -4)).toBe(12);
    expect(array(true).item()).toBe(true);
    expect(array({ re: 1, im: 2 }).item()).toEqual({ re: 1, im: 2 });
    expect(() => cube().item()).toThrow(ValueError);
    expect(() => zeros([0]).item()).toThrow(ValueError);
    expect(() => cube().item(0)).toThrow(IndexError);
    expect(() => cube().item(0, 3, 0)).toThrow(/index 3 is out of bounds for axis 1 of size 3/);
    expect(() => cube().item(0, 0.5, 0)).toThrow(IndexError);
  });

  it("64-bit integers are exact or an error", () => {
    const big = array(2n ** 53n + 1n);
    expect(() => big.item()).toThrow(ValueError);
    expect(() => +big).toThrow(/itemBigInt/);
    expect(() => array([1n, 2n ** 60n + 1n]).toList()).toThrow(ValueError);
    expect(big.itemBigInt()).toBe(2n ** 53n + 1n);
    expect(array([1n, 2n ** 60n + 1n]).toList({ bigint: true })).toEqual([1n, 2n ** 60n + 1n]);
    expect(+array(5n)).toBe(5);
    expect(array(2n ** 60n).item()).toBe(2 ** 60);
    expect(array([1n]).toList()).toEqual([1]);
    expect(array([true, false]).itemBigInt(0)).toBe(1n);
    expect(array(3).itemBigInt()).toBe(3n);
    expect(() => array(0.5).itemBigInt()).toThrow(ValueError);
  });

  it("a single element converts to a number", () => {
    expect(+array(1.5) + 1).toBe(2.5);
    expect(Number(array([[3]], "int8"))).toBe(3);
    expect(+array(true)).toBe(1);
    expect(`${array([1, 2], "int8")}`).toBe("[1 2]");
    expect(Math.max(array(2) as unknown as number, 1)).toBe(2);
    expect(() => +zeros([2])).toThrow(ValueError);
    expect(() => +array({ re: 1, im: 0 })).toThrow(ValueError);
  });

  it("toList nests", () => {
    expect(cube().toList()).toEqual([
      [
        [0, 1, 2, 3],
        [4, 5, 6, 7],
        [8, 9, 10, 11],
      ],
      [
        [12, 13, 14, 15],
        [16, 17, 18, 19],
        [20, 21, 22, 23],
      ],
    ]);
    expect(zeros([2, 0]).toList()).toEqual([[], []]);
    expect(array([0.5], "float16").toList()).toEqual([0.5]);
  });

  it("toJSON and inspect", () => {
    expect(JSON.stringify(array([[0.5, NaN]], "float16"))).toBe('{"dtype":"float16","shape":[1,2],"data":[0.5,"NaN"]}');
    expect(JSON.stringify(array([2n ** 60n]))).toContain(`"${2n ** 60n}"`);
    expect(inspect(array([1, 2], "int8"))).toBe("NdArray int8(2,)\n[1 2]");
  });
});

describe("data", () => {
  it("is the buffer itself for a whole C-ordered array", () => {
    const a = array(
      [
        [1, 2],
        [3, 4],
      ],
      "float32",
    );
    expect(a.data).toBe(a.buffer);
    expect(a.reshape([4]).data).toBe(a.buffer);
  });

  it("is compacted for views", () => {
    const a = cube();
    expect(a.at(1).data).toEqual(Int32Array.from({ length: 12 }, (_, i) => 12 + i));
    expect(a.at(1).data.buffer.byteLength).toBe(48);
    expect(a.at("::-1", 0, "::2").data).toEqual(Int32Array.of(12, 14, 0, 2));
    expect(a.at(0, 0).broadcastTo([2, 4]).data).toEqual(Int32Array.of(0, 1, 2, 3, 0, 1, 2, 3));
  });

  it.each(DTYPES)("%s: size elements in C order after transposing", (dtype) => {
    const a = array(
      [
        [0, 1, 1],
        [1, 0, 1],
      ],
      dtype,
    );
    const t = a.T;
    expect(t.isContiguous).toBe(false);
    expect(t.data.length).toBe(a.data.length);
    expect(toFlat(t)).toEqual(toFlat(t.copy()));
    expect([...toNumbers(t)]).toEqual([0, 1, 1, 0, 1, 1]);
    expect(t.copy().T.copy().data).toEqual(a.data);
  });

  it("keeps both parts of complex views", () => {
    const a = array([
      { re: 1, im: 2 },
      { re: 3, im: 4 },
    ]);
    expect(a.at("::-1").data).toEqual(Float64Array.of(3, 4, 1, 2));
    expect(a.at("1:").data).toEqual(Float64Array.of(3, 4));
  });
});

describe("views", () => {
  it("share the buffer", () => {
    const a = cube();
    for (const v of [a.T, a.at(0), a.reshape([6, 4]), a.broadcastTo([5, 2, 3, 4])]) {
      expect(v.buffer).toBe(a.buffer);
    }
    a.buffer[0] = 99;
    expect(a.T.item(0, 0, 0)).toBe(99);
  });

  it("transpose", () => {
    const a = cube();
    expect(a.T.shape).toEqual([4, 3, 2]);
    expect(a.transpose([1, 0, -1]).shape).toEqual([3, 2, 4]);
    expect(a.transpose([1, 0, 2]).item(2, 1, 3)).toBe(23);
    expect(() => a.transpose([0, 1])).toThrow(ValueError);
    expect(() => a.transpose([0, 1, 1])).toThrow(ValueError);
    expect(() => a.transpose([0, 1, 3])).toThrow(AxisError);
    expect(() => a.transpose([0, 1, NaN])).toThrow(AxisError);
  });

  it("reshape views where it can, and copies where not", () => {
    const a = cube();
    expect(a.reshape([-1, 8]).shape).toEqual([3, 8]);
    expect(a.at("...", "::2").reshape([12]).buffer).toBe(a.buffer);
    expect(a.at("...", "::2").reshape([12]).toList()).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22]);
    expect(a.T.reshape([24]).buffer).not.toBe(a.buffer);
    expect(a.T.reshape([24]).toList()).toEqual(a.T.copy().reshape([24]).toList());
    expect(a.reshape([1, 24, 1, 1]).reshape([2, 1, 12]).buffer).toBe(a.buffer);
    expect(zeros([0, 3]).reshape([5, 0]).shape).toEqual([5, 0]);
    expect(zeros([0, 3]).reshape([0, -1]).shape).toEqual([0, 0]);
    expect(array(5).reshape([1, 1]).toList()).toEqual([[5]]);
    expect(array([5]).reshape([]).item()).toBe(5);
    expect(() => a.reshape([5, 5])).toThrow(ShapeMismatchError);
    expect(() => a.reshape([-1, 5])).toThrow(ShapeMismatchError);
    expect(() => a.reshape([-1, -1])).toThrow(ValueError);
    expect(() => a.reshape([2.5, 2])).toThrow(ValueError);
  });

  it("reshape of every layout has the elements of the copy", () => {
    const a = arange(2 * 3 * 4 * 5).reshape([2, 3, 4, 5]);
    const layouts = [a, a.T, a.transpose([0, 2, 1, 3]), a.at("::-1"), a.at("...", "1:4"), a.at(null, 1)];
    for (const v of layouts) {
      for (const shape of [[-1], [2, -1], [-1, 3], [1, -1, 1], [2, 2, -1], [3, 1, -1]]) {
        if (shape.reduce((n, s) => n * Math.abs(s), 1) === 0 || v.size % 12 !== 0) continue;
        expect(v.reshape(shape).toList()).toEqual(v.copy().reshape(shape).toList());
      }
    }
  });

  it("broadcastTo", () => {
    expect(
      array([[1], [2]])
        .broadcastTo([2, 2])
        .toList(),
    ).toEqual([
      [1, 1],
      [2, 2],
    ]);
    expect(array(1).broadcastTo([2, 0]).size).toBe(0);
    expect(() => zeros([2]).broadcastTo([3])).toThrow(BroadcastError);
    expect(() => zeros([2, 1]).broadcastTo([2])).toThrow(BroadcastError);
  });

  it("at: Python's slices", () => {
    const list = [0, 1, 2, 3, 4, 5, 6];
    const a = array(list);
    const cases: Record<string, number[]> = {
      "1:3": [1, 2],
      ":": list,
      "::-1": [...list].reverse(),
      "-2:": [5, 6],
      ":-2": [0, 1, 2, 3, 4],
      "5:2": [],
      "5:2:-1": [5, 4, 3],
      "::3": [0, 3, 6],
      "-1:-8:-2": [6, 4, 2, 0],
      "10:20": [],
      "-100:2": [0, 1],
      "100::-3": [6, 3, 0],
      "3:-100:-1": [3, 2, 1, 0],
      " 1 : 2 ": [1],
    };
    for (const [text, expected] of Object.entries(cases)) expect(a.at(text).toList()).toEqual(expected);
    expect(zeros([0]).at("::-1").shape).toEqual([0]);
  });

  it("at: integers, new axes, the ellipsis", () => {
    const a = cube();
    expect(a.at(-1, "1:", null, 0).toList()).toEqual([[16], [20]]);
    expect(a.at("...", -1).toList()).toEqual([
      [3, 7, 11],
      [15, 19, 23],
    ]);
    expect(a.at(null, "...").shape).toEqual([1, 2, 3, 4]);
    expect(a.at().shape).toEqual([2, 3, 4]);
    expect(() => a.at(2)).toThrow(IndexError);
    expect(() => a.at(NaN)).toThrow(IndexError);
    expect(() => a.at(0, 0, 0, 0)).toThrow(IndexError);
    expect(() => a.at("...", "...")).toThrow(IndexError);
    expect(() => a.at("1:2:0")).toThrow(ValueError);
    expect(() => a.at("x")).toThrow(ValueError);
    expect(() => a.at("1:2:3:4")).toThrow(ValueError);
  });

  it("view is checked", () => {
    const a = zeros([6]);
    expect(a.view([2, 2], [2, 1], 1).shape).toEqual([2, 2]);
    expect(a.view([2, 3]).strides).toEqual([3, 1]);
    expect(() => a.view([7])).toThrow(ValueError);
    expect(() => a.view([2], [-1])).toThrow(ValueError);
    expect(() => a.view([2], [1, 1])).toThrow(ValueError);
    expect(() => a.view([2], [0.5])).toThrow(ValueError);
    expect(a.view([0], [1], 100).size).toBe(0);
  });
});

describe("astype", () => {
  it("truncates, saturates and wraps", () => {
    const floats = array([1.9, -1.9, 300, -300, NaN, Infinity, -Infinity]);
    expect(floats.astype("int8").toList()).toEqual([1, -1, 127, -128, 0, 127, -128]);
    expect(floats.astype("uint8").toList()).toEqual([1, 0, 255, 0, 0, 255, 0]);
    expect(array([1e30, -1e30]).astype("int64").toList({ bigint: true })).toEqual([2n ** 63n - 1n, -(2n ** 63n)]);
    expect(array([1e30, -1]).astype("uint64").toList({ bigint: true })).toEqual([2n ** 64n - 1n, 0n]);
    expect(array([300, -1], "int16").astype("uint8").toList()).toEqual([44, 255]);
    expect(array([-1n]).astype("uint64").itemBigInt(0)).toBe(2n ** 64n - 1n);
    expect(
      array([2n ** 40n + 5n])
        .astype("int32")
        .toList(),
    ).toEqual([5]);
    expect(array([-1], "int8").astype("int64").toList()).toEqual([-1]);
  });

  it("to and from bool, float16 and complex", () => {
    expect(array([0, -0, 0.5, NaN]).astype("bool").toList()).toEqual([false, false, true, true]);
    expect(array([true, false]).astype("float16").toList()).toEqual([1, 0]);
    expect(
      array([{ re: 1.5, im: 2 }])
        .astype("int8")
        .toList(),
    ).toEqual([1]);
    expect(
      array([{ re: 0, im: 2 }])
        .astype("bool")
        .toList(),
    ).toEqual([true]);
    expect(array([2]).astype("complex64").toList()).toEqual([{ re: 2, im: 0 }]);
    expect(array([70000]).astype("float16").toList()).toEqual([Infinity]);
    expect(array([0.1, 1e39]).astype("float32").data).toEqual(Float32Array.of(0.1, 1e39));
    expect(
      array([2n ** 60n + 2n ** 36n + 1n])
        .astype("float32")
        .item(),
    ).toBe(2 ** 60 + 2 ** 37);
  });

  it("reads any layout and always copies", () => {
    const a = array([
      [1, 2],
      [3, 4],
    ]);
    expect(a.T.astype("int8").data).toEqual(Int8Array.of(1, 3, 2, 4));
    expect(a.astype("float64").buffer).not.toBe(a.buffer);
    expect(() => a.astype("int" as "int8")).toThrow(/Did you mean/);
  });

  it("gives exact values between all pairs of dtypes", () => {
    for (const from of DTYPES) {
      for (const to of DTYPES) {
        const converted = array(
          [
            [0, 1],
            [1, 0],
          ],
          from,
        ).T.astype(to);
        expect([...toNumbers(converted)]).toEqual([0, 1, 1, 0]);
      }
    }
  });
});

describe("layout", () => {
  it("offsets of any rank", () => {
    const a = cube().transpose([2, 0, 1]).at("::-2", "...", "1:");
    const expected: number[] = [];
    for (const i of [3, 1]) for (const j of [0, 1]) for (const k of [1, 2]) expected.push(12 * j + 4 * k + i);
    expect([...offsetsOf(a)]).toEqual(expected);
    expect([...offsetsOf(array(1))]).toEqual([0]);
    expect(offsetsOf(zeros([3, 0, 2])).length).toBe(0);
  });

  it("isContiguous ignores axes of size 1 and empty arrays", () => {
    const a = cube();
    expect(a.at("0:1").isContiguous).toBe(true);
    expect(a.at(null, "...", null).isContiguous).toBe(true);
    expect(a.T.isContiguous).toBe(false);
    expect(a.at("...", "0:1").isContiguous).toBe(false);
    expect(zeros([2, 0]).T.isContiguous).toBe(true);
    expect(array([1]).broadcastTo([3]).isContiguous).toBe(false);
  });

  it("wrap takes a layout as it is", () => {
    const a = NdArray.wrap("int8", Int8Array.of(1, 2, 3), [2], [2]);
    expect(a.toList()).toEqual([1, 3]);
    expect(a.contiguous().data).toEqual(Int8Array.of(1, 3));
  });
});
