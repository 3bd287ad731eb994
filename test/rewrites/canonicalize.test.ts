import { describe, expect, it } from "vitest";
import {
  bvector,
  dmatrix,
  dscalar,
  dvector,
  fvector,
  ivector,
  lvector,
  wvector,
} from "../../src/tensor/constructors.ts";
import * as M from "../../src/tensor/math.ts";
import { constant } from "../../src/tensor/constant.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";
import { opsOf, rewritten } from "./driver.ts";

const [x, y, , w] = [dvector("x"), dvector("y"), dvector("z"), dvector("w")];

const ops = (out: TensorVariable, ...inputs: TensorVariable[]): string[] =>
  opsOf(rewritten({ inputs, outputs: [out] }));

describe("identities of Theano's conformance table", () => {
  it("hold", () => {
    expect(ops(M.deg2rad(M.rad2deg(x)), x)).toEqual([]);
    expect(ops(M.div(M.neg(x), M.neg(y)), x, y)).toEqual(["true_div"]);
    expect(ops(M.mul(M.neg(x), M.neg(y)), x, y)).toEqual(["mul"]);
    expect(ops(M.switch_(constant(0), x, y), x, y)).toEqual([]);
    const a = dscalar("a");
    expect(ops(M.switch_(M.lt(a, 0), x, x), a, x)).toEqual([]);
    expect(ops(M.add(x, M.fill(x, 0)), x)).toEqual([]);
    expect(ops(M.add(M.fill(x, 3), y), x, y)).toEqual(["add"]);
  });
});

describe("dtypes", () => {
  it("are kept when the wider term is cancelled", () => {
    const [a, b, c] = [bvector("a"), wvector("b"), bvector("c")];
    const graph = rewritten({ inputs: [a, b, c], outputs: [M.sub(M.add(M.add(a, b), c), b)] });
    expect((graph.outputs[0] as TensorVariable).dtype).toBe("int16");
    expect(opsOf(graph)).toEqual(["cast", "add"]);
  });
  it("decide whether a cast may go", () => {
    const [f, l] = [fvector("f"), lvector("l")];
    expect(ops(M.cast(M.cast(f, "int32"), "float32"), f)).toEqual(["cast", "cast"]);
    expect(ops(M.cast(M.cast(l, "float64"), "int64"), l)).toEqual(["cast", "cast"]);
    const i = ivector("i");
    expect(ops(M.cast(M.cast(i, "float64"), "int32"), i)).toEqual([]);
  });
  it("of branches hinder merging", () => {
    const [a, b] = [bvector("a"), lvector("b")];
    const s = M.add(M.switch_(M.gt(x, 0), a, b), M.switch_(M.gt(x, 0), b, a));
    expect(ops(s, a, b, x).filter((o) => o === "switch")).toHaveLength(2);
  });
});

describe("broadcasting", () => {
  it("is kept by identities", () => {
    const m = dmatrix("m");
    expect(ops(M.maximum(m, m), m)).toEqual([]);
    expect(ops(M.switch_(constant(true), w, m), w, m)).toEqual(
      ["DimShuffle", "Shape_i{0}", "Shape_i{1}", "Alloc"].map((o) => expect.stringContaining(o.slice(0, 7))),
    );
  });
});
