import { describe, expect, it } from "vitest";
import {
  DISCRETE_DTYPES,
  DTYPES,
  canCast,
  complexOf,
  fitsInteger,
  integerRange,
  isBool,
  isComplex,
  isContinuous,
  isDiscrete,
  isFloat,
  isInteger,
  isSigned,
  isUnsigned,
  itemSize,
  parseDType,
  promote,
  promoteAll,
  realOf,
  slotsOf,
  typedArrayOf,
  upgradeToFloat,
} from "../../src/dtype.ts";
import type { DType } from "../../src/dtype.ts";
import { DtypeError } from "../../src/errors.ts";
import { readGolden } from "./golden.ts";

interface Promotions {
  resultType: Record<DType, Record<DType, DType>>;
  canCast: Record<DType, DType[]>;
}
const golden = readGolden<Promotions>("numpyPromotion");
const table = <T>(fn: (a: DType, b: DType) => T): Record<string, Record<string, T>> =>
  Object.fromEntries(DTYPES.map((a) => [a, Object.fromEntries(DTYPES.map((b) => [b, fn(a, b)]))]));

describe("promotion", () => {
  it("is NumPy's result_type, all pairs", () => {
    expect(table(promote)).toEqual(golden.resultType);
  });

  it("canCast is NumPy's safe casting, all pairs", () => {
    const ours = Object.fromEntries(DTYPES.map((a) => [a, DTYPES.filter((b) => canCast(a, b))]));
    expect(ours).toEqual(golden.canCast);
  });

  it("promoteAll folds a list, and refuses none", () => {
    expect(promoteAll(["int8", "uint8", "float16"])).toBe("float32");
    expect(promoteAll(["bool"])).toBe("bool");
    expect(() => promoteAll([])).toThrow(DtypeError);
  });

  it("upgradeToFloat widens by size", () => {
    const float32 = DTYPES.filter((d) => upgradeToFloat(d) === "float32");
    const float64 = DTYPES.filter((d) => upgradeToFloat(d) === "float64");
    expect(float32).toEqual(["bool", "int8", "int16", "uint8", "uint16", "float32"]);
    expect(float64).toEqual(["int32", "int64", "uint32", "uint64", "float64"]);
    expect(upgradeToFloat("float16")).toBe("float16");
    expect(upgradeToFloat("complex64")).toBe("complex64");
  });

  it("realOf and complexOf go between the parts and the whole", () => {
    expect(DTYPES.map(realOf).slice(-3)).toEqual(["float64", "float32", "float64"]);
    expect(complexOf("float32")).toBe("complex64");
    expect(complexOf("float64")).toBe("complex128");
    expect(complexOf("int8")).toBe("complex64");
    expect(complexOf("int64")).toBe("complex128");
  });
});

describe("facts about dtypes", () => {
  it("every dtype has one kind", () => {
    for (const d of DTYPES) {
      expect([isBool(d), isInteger(d), isFloat(d), isComplex(d)].filter(Boolean)).toHaveLength(1);
      expect(isDiscrete(d)).toBe(!isContinuous(d));
      expect(isInteger(d)).toBe(isSigned(d) || isUnsigned(d));
    }
  });

  it("storage has the size of the element", () => {
    for (const d of DTYPES) {
      expect(typedArrayOf(d).BYTES_PER_ELEMENT * slotsOf(d)).toBe(itemSize(d));
    }
  });

  it("ranges of integers", () => {
    expect(integerRange("int64")).toEqual({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    expect(integerRange("uint8")).toEqual({ min: 0n, max: 255n });
    for (const d of DISCRETE_DTYPES) {
      const { min, max } = integerRange(d);
      expect([fitsInteger(min, d), fitsInteger(max, d)]).toEqual([true, true]);
      expect([fitsInteger(min - 1n, d), fitsInteger(max + 1n, d)]).toEqual([false, false]);
    }
    expect(fitsInteger(2 ** 63, "int64")).toBe(false);
  });
});

describe("parseDType", () => {
  it("takes every name", () => {
    for (const d of DTYPES) expect(parseDType(d)).toBe(d);
  });

  it.each([
    ["Float32", "float32"],
    ["f4", "float32"],
    ["f32", "float32"],
    ["double", "float64"],
    ["int", "int64"],
    ["boolean", "bool"],
    ["u8", "uint64"],
    ["u16", "uint16"],
    ["c16", "complex128"],
    ["Float32Array", "float32"],
  ])("suggests for %s", (given, meant) => {
    expect(() => parseDType(given)).toThrow(DtypeError);
    expect(() => parseDType(given)).toThrow(`Did you mean "${meant}"?`);
  });

  it.each([["object"], [""], [undefined], [null], [3], ["constructor"], [Symbol("x")], [{}]])("refuses %s", (given) => {
    expect(() => parseDType(given)).toThrow(DtypeError);
  });
});
