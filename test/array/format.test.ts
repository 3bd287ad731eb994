import { describe, expect, it } from "vitest";
import { array, zeros } from "../../src/array/create.ts";
import { readGolden, recordedArray } from "./golden.ts";
import type { Recorded } from "./golden.ts";

const cases = readGolden<(Recorded & { text: string })[]>("numpyPrint");

describe("toString prints as NumPy does", () => {
  it.each(cases.map((c, i) => [i, c.dtype, c.shape, c] as const))("case %i: %s %j", (_, __, ___, recorded) => {
    expect(recordedArray(recorded).toString()).toBe(recorded.text);
  });

  it("reads any layout", () => {
    const a = array(
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
      "int32",
    );
    expect(String(a.T)).toBe("[[1 4]\n [2 5]\n [3 6]]");
    expect(String(a.at("::-1", 1))).toBe("[5 2]");
    expect(String(array([1, 2], "int8").broadcastTo([2, 2]))).toBe("[[1 2]\n [1 2]]");
  });

  it("is quick for large arrays", () => {
    expect(zeros([3000, 3000], "float32").broadcastTo([5, 3000, 3000]).toString()).toContain("...");
  });
});
