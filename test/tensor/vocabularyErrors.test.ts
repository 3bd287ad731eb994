/** What the functions of the vocabulary refuse, and that they take symbolic sizes. */
import { describe, expect, it } from "vitest";
import { tensor as T } from "../../src/index.ts";
import {
  AxisError,
  ArgumentError,
  DtypeError,
  IndexError,
  RankError,
  ShapeMismatchError,
  ValueError,
} from "../../src/errors.ts";
import { expectError } from "./values.ts";

const v = T.dvector("v");
const m = T.dmatrix("m");
const z = T.zvector("z");
const n = T.lscalar("n");

describe("errors of the vocabulary", () => {
  it("tell what is wrong", () => {
    expectError(() => T.rollaxis(m, 2), AxisError, /out of range/);
    expectError(() => T.rollaxis(m, 0, 3), AxisError, /start 3/);
    expectError(() => T.fliplr(v), RankError, /at least 2/);
    expectError(() => T.linspace(v, 1), RankError, /scalars/);
    expectError(() => T.linspace(0, 1, -1), ValueError, /not a size/);
    expectError(() => T.meshgrid([m, v]), RankError, /vectors/);
    expectError(() => T.meshgrid([v], { indexing: "yx" as never }), ArgumentError, /indexing/);
    expectError(() => T.topk(v, 0), ValueError, /must not be 0/);
    expectError(() => T.topk(T.constant([1, 2]), 3), ValueError, /3 elements/);
    expectError(() => T.topk(v, 1, { axis: 1 }), AxisError, /axis 1/);
    expectError(() => T.argtopk(v, 1, { idxDtype: "float32" }), DtypeError, /integers/);
    expectError(
      () =>
        T.topk(v, n).eval([
          [v, [1, 2]],
          [n, 3],
        ] as never),
      ShapeMismatchError,
      /.*/,
    );
    expectError(() => T.nanquantile(v, 1.5), ValueError, /0 to 1/);
    expectError(() => T.nanmedian(z), DtypeError, /order/);
    expectError(() => T.copysign(z, v), DtypeError, /real/);
    expectError(() => T.cbrt(z), DtypeError, /real/);
    expectError(() => T.gcd(v, 2), DtypeError, /integers/);
    expectError(() => T.ldexp(v, v), DtypeError, /integers/);
    expectError(() => T.block([]), ArgumentError, /empty/);
    expectError(() => T.block([[v], v]), ArgumentError, /deep/);
    expectError(() => T.arraySplit(v, 0), ValueError, /got 0/);
    expectError(() => T.arraySplit(v, 2, { axis: 1 }), AxisError, /axis 1/);
    expectError(() => T.delete(v, [0.5]), DtypeError, /integers/);
    expectError(() => T.select([v], []), ArgumentError, /1 conditions and 0 choices/);
    expectError(() => T.putAlongAxis(m, [[0]], 1, { axis: null }), RankError, /axis/);
    expectError(() => T.gradient(n), RankError, /scalar/);
    expectError(() => T.gradient(T.constant([1, 2]), { edgeOrder: 2 }), ValueError, /3 samples/);
    expectError(() => T.convolve(v, m), RankError, /ranks 1 and 2/);
    expectError(() => T.convolve(v, v, "best" as never), ArgumentError, /mode/);
    expectError(() => T.convolve(v, []), ValueError, /empty/);
    expectError(() => T.polyval(m, v), RankError, /rank 2/);
    expectError(() => T.unwrap(n), RankError, /axis/);
    expectError(() => T.default(v, m), RankError, /1 and 2/);
    expectError(() => T.default(T.lvector(), v), DtypeError, /int64 and float64/);
    expectError(() => v.transfer("gpu"), ValueError, /no target "gpu"/);
    expectError(() => T.tensorFromScalar(v), RankError, /rank 1/);
    expectError(() => T.choose([0, 1], [v]).eval([[v, [1, 2]]]), IndexError, /.*/);
    expectError(() => T.partition(T.constant([1, 2]), 2), ValueError, /place 2/);
    expectError(() => T.percentile(v, 101), ValueError, /0 to 100/);
    expectError(() => T.percentile(z, 5), DtypeError, /order/);
    expectError(() => T.percentile(v, m), RankError, /rank 2/);
    expectError(() => T.quantile(v, 0.5, { method: "best" as never }), ArgumentError, /method/);
    expectError(() => T.quantile(v, 0.5, { axis: 1 }), AxisError, /axis 1/);
    expectError(() => T.pad(v, 1, { mode: "best" as never }), ArgumentError, /mode/);
    expectError(() => T.pad(v, -1), ValueError, /-1/);
    expectError(
      () =>
        T.pad(m, [
          [1, 2],
          [1, 2],
          [1, 2],
        ]),
      ArgumentError,
      /pair/,
    );
    expectError(() => T.pad(z, 1, "maximum"), DtypeError, /order/);
    expectError(() => T.einsum("ij,jk", m), ArgumentError, /2 operands, 1/);
    expectError(() => T.einsum("ijk", m), RankError, /3 axes/);
    expectError(() => T.einsum("ij->k", m), ArgumentError, /"k"/);
    expectError(() => T.einsum("ij->ii", m), ArgumentError, /once/);
    expectError(() => T.einsum("i j!", m), ArgumentError, /expected letters/);
    expectError(() => T.einsum("...i->i", m), ArgumentError, /lacks/);
    expectError(() => T.einsum("ij,ij", [[1, 2]], [[1, 2, 3]]), ShapeMismatchError, /sizes 2 and 3/);
    expectError(() => T.ravelMultiIndex([v], [3]), DtypeError, /integers/);
    expectError(() => T.ravelMultiIndex([n], [3, 4]), ArgumentError, /2 index tensors/);
    expectError(() => T.ravelMultiIndex([n], [3]).eval([[n, 3]]), IndexError, /.*/);
    expectError(() => T.ravelMultiIndex([n], [3]).eval([[n, -1]]), IndexError, /.*/);
    expectError(() => T.unravelIndex(n, [3, 2])[0]!.eval([[n, 6]]), IndexError, /.*/);
    expectError(() => T.unravelIndex(v, [3]), DtypeError, /integers/);
    expectError(() => T.unique(v, { axis: 1 }), AxisError, /axis 1/);
    expectError(() => T.interp(v, m, v), RankError, /vectors/);
    expectError(() => T.interp(v, [1, 2], [1, 2, 3]), ShapeMismatchError, /2 points and 3/);
    expectError(() => T.takeAlongAxis(m, T.lvector(), 0), RankError, /same/);
    expectError(() => T.cov(T.dtensor3()), RankError, /matrix/);
    expectError(() => T.nnet.confusionMatrix(m, v), RankError, /vectors/);
    expectError(() => T.nnet.prependScalarToEachRow(0.5, T.lmatrix()), DtypeError, /int64/);
  });
});

describe("symbolic sizes", () => {
  const at = (x: T.TensorVariable, k: number): unknown => x.eval([[n, k]]).toList();
  it("of ranges, windows, borders, choices", () => {
    expect(at(T.linspace(0, 1, n), 3)).toEqual([0, 0.5, 1]);
    expect(at(T.bartlett(n), 3)).toEqual([0, 1, 0]);
    expect(at(T.bartlett(n), 1)).toEqual([1]);
    expect(at(T.bartlett(n), 0)).toEqual([]);
    expect(at(T.pad([1, 2], [n, 0], "edge"), 2)).toEqual([1, 1, 1, 2]);
    expect(at(T.pad([1, 2], n), 1)).toEqual([0, 1, 2, 0]);
    expect(at(T.topk([5, 1, 3], n), 2)).toEqual([3, 5]);
    expect(at(T.topk([5, 1, 3], n), -1)).toEqual([1]);
    expect(at(T.argtopk([5, 1, 3], n), -2)).toEqual([1, 2]);
    expect(at(T.ravelMultiIndex([1, 1], [4, n]), 5)).toBe(6);
  });
});

describe("small functions of nnet", () => {
  const x = T.dvector("x");
  const of = (y: T.TensorVariable): unknown => y.eval([[x, [-3, -1, 0, 1, 3]]]).toList();
  it("fast sigmoids", () => {
    const close = (got: unknown, want: number[]): void =>
      (got as number[]).forEach((g, i) => expect(g).toBeCloseTo(want[i]!, 14));
    close(of(T.nnet.ultraFastSigmoid(x)), [0.05, 0.25, 0.5, 0.75, 0.95]);
    close(of(T.nnet.hardSigmoid(x)), [0, 0.3, 0.5, 0.7, 1]);
  });
  it("confusion matrices, columns in front", () => {
    const [table, classes] = T.nnet.confusionMatrix([2, 0, 2, 2, 0, 1], [0, 0, 2, 2, 0, 2]);
    expect(table.dtype).toBe("int64");
    expect(table.eval().toList()).toEqual([
      [2, 0, 0],
      [0, 0, 1],
      [1, 0, 2],
    ]);
    expect(classes.eval().toList()).toEqual([0, 1, 2]);
    expect(
      T.nnet
        .prepend1ToEachRow([[2], [3]])
        .eval()
        .toList(),
    ).toEqual([
      [1, 2],
      [1, 3],
    ]);
    expect(T.cpuContiguous(x)).toBe(x);
  });
});

describe("options bare or by name", () => {
  const same = (a: T.TensorVariable, b: T.TensorVariable): void => expect(a.eval().toList()).toEqual(b.eval().toList());
  const x = T.constant([
    [3, 1, 2],
    [6, 5, 4],
  ]);
  it("mean the same", () => {
    same(T.flip(x, 1), T.flip(x, { axis: 1 }));
    same(T.rollaxis(x, 1, 0), T.rollaxis(x, 1, { start: 0 }));
    same(T.linspace(0, 1, 5), T.linspace(0, 1, { num: 5 }));
    same(T.logspace(0, 1, 3, { endpoint: false }), T.logspace(0, 1, { num: 3, endpoint: false }));
    same(T.geomspace(1, 8, 4), T.geomspace(1, 8, { num: 4 }));
    same(T.takeAlongAxis(x, [[1, 0, 1]], 0), T.takeAlongAxis(x, [[1, 0, 1]], { axis: 0 }));
    same(T.percentile(x, 50, 0), T.percentile(x, 50, { axis: 0 }));
    same(T.quantile(x, 0.5), T.percentile(x, 50, null));
    same(T.median(x, 0), T.median(x, { axis: 0 }));
    same(T.topk(x, 2, 0), T.topk(x, 2, { axis: 0 }));
    same(T.partition(x, 1, null), T.partition(x, 1, { axis: null }));
    same(T.pad(x, 1, "edge"), T.pad(x, 1, { mode: "edge" }));
  });
});
