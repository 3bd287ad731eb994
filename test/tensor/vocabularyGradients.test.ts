/** Gradients of the functions that are made of others, against differences of their values. */
import { describe, it } from "vitest";
import { tensor as T } from "../../src/index.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";
import { verifyGrad } from "../../src/verifyGrad.ts";

const V = [0.7, -1.3, 2.1, 0.2, -0.4];
const M = [
  [0.3, -1.1, 0.9],
  [1.7, 0.4, -0.6],
];
const first = (list: TensorVariable | readonly TensorVariable[]): TensorVariable =>
  (Array.isArray(list) ? list[0] : list) as TensorVariable;

const RECORDS: readonly (readonly [
  name: string,
  f: (...x: TensorVariable[]) => TensorVariable,
  points: readonly unknown[],
])[] = [
  ["flip", (x) => T.flip(x, 1), [M]],
  ["fmax", (x, y) => T.fmax(x, y), [M, V.slice(0, 3)]],
  ["fmin", (x, y) => T.fmin(x, y), [M, V.slice(0, 3)]],
  ["nanmax", (x) => T.nanmax(x, 1), [M]],
  ["nanmin", (x) => T.nanmin(x), [M]],
  ["reciprocal", (x) => T.reciprocal(x), [M]],
  ["absolute", (x) => T.absolute(x), [M]],
  ["positive", (x) => T.positive(x), [V]],
  ["matrixTranspose", (x) => T.matrixTranspose(x), [M]],
  ["swish", (x) => T.nnet.swish(x), [M]],
  ["softmaxGraph", (x) => T.nnet.softmaxGraph(x).mul([1, 2, 4]), [M]],
  ["softmaxWithBias", (x, b) => T.nnet.softmaxWithBias(x, b).mul([1, 2, 4]), [M, V.slice(0, 3)]],
  [
    "crossentropySoftmax1hotWithBias",
    (x, b) => T.nnet.crossentropySoftmax1hotWithBias(x, b, [2, 0]),
    [M, V.slice(0, 3)],
  ],
  ["rot90", (x) => T.rot90(x), [M]],
  ["rollaxis", (x) => T.rollaxis(x, 1), [M]],
  ["vstack", (x, y) => T.vstack(x, y), [M, M]],
  ["linspace", (x, y) => T.linspace(x, y, 4), [0.5, 2]],
  ["geomspace", (x, y) => T.geomspace(x, y, 4), [0.5, 2]],
  ["vander", (x) => T.vander(x), [V]],
  ["meshgrid", (x) => T.meshgrid([x, [1, 2]])[0]!, [V]],
  ["topk", (x) => T.topk(x, 3), [V]],
  ["topk of the smallest", (x) => T.topk(x, -2, { axis: 0 }), [V]],
  ["partition", (x) => T.partition(x, 2), [V]],
  ["percentile", (x) => T.percentile(x, [20, 65]), [V]],
  ["quantile of rows", (x) => T.quantile(x, 0.3, { axis: 1, keepdims: true }), [M]],
  ["median", (x) => T.median(x), [M]],
  ["unique", (x) => first(T.unique(x)), [V]],
  ["kron", (x, y) => T.kron(x, y), [M, V]],
  ["einsum ij,jk", (x, y) => T.einsum("ij,kj->ik", x, y), [M, M]],
  ["einsum ii", (x) => T.einsum("ij,ij->j", x, x), [M]],
  ["einsum of three", (x, y, w) => T.einsum("i,ij,j->i", x, y, w), [[1, 2], M, [0.3, 0.1, -2]]],
  ["interp in x", (x) => T.interp(x, [-2, 0, 1, 3], [1, 4, 2, 5]), [V]],
  ["interp in values", (y) => T.interp(V, [-2, 0, 1, 3], y), [[1, 4, 2, 5]]],
  ["hypot", (x, y) => T.hypot(x, y), [V, [1, -2, 0.3, 4, 5]]],
  ["nanToNum", (x) => T.nanToNum(x), [V]],
  [
    "takeAlongAxis",
    (x) =>
      T.takeAlongAxis(
        x,
        [
          [0, 2],
          [1, 1],
        ],
        1,
      ),
    [M],
  ],
  ["trapezoid", (x) => T.trapezoid(x, { axis: 0 }), [M]],
  ["copysign", (x) => T.copysign(x, [-1, 1, 1, -1, 0]), [V]],
  ["cbrt", (x) => T.cbrt(x), [[0.3, 2, -5]]],
  [
    "fmod",
    (x, y) => T.fmod(x, y),
    [
      [5.3, -4.1, 7.7],
      [3, 1.5, -2.2],
    ],
  ],
  ["heaviside", (h) => T.heaviside([1, 0, -1], h), [0.4]],
  ["ldexp", (x) => T.ldexp(x, [3, -2, 0, 1, 2]), [V]],
  ["modf", (x) => T.modf(x)[0], [[0.3, -1.4, 2.6]]],
  ["nanvar", (x) => T.nanvar(x, { axis: 1, ddof: 1 }), [M]],
  ["nanstd", (x) => T.nanstd(x), [M]],
  ["nanmedian", (x) => T.nanmedian(x, 0), [M]],
  ["nanquantile", (x) => T.nanquantile(x, [0.2, 0.7], 1), [M]],
  ["nancumsum", (x) => T.nancumsum(x, 1), [M]],
  ["nancumprod", (x) => T.nancumprod(x), [V]],
  ["union1d", (x, y) => T.union1d(x, y), [V, [9, 8]]],
  ["setdiff1d", (x) => T.setdiff1d(x, [1]), [V]],
  ["block", (x, y) => T.block([[x, y.dimshuffle(0, "x")]]), [M, [1, 2]]],
  ["arraySplit", (x) => T.arraySplit(x, 2)[0]!, [V]],
  ["append", (x, y) => T.append(x, y), [M, V]],
  ["delete", (x) => T.delete(x, 1), [V]],
  ["select", (x, y) => T.select([T.gt(x, 0)], [x], y), [V, 2]],
  ["extract", (x) => T.extract(T.gt(x, 0), x), [V]],
  ["putAlongAxis", (x, y) => T.putAlongAxis(x, [[0], [1]], y, 1), [M, [[1], [2]]]],
  ["gradient", (x) => T.gradient(x, { edgeOrder: 2, spacing: [0, 1, 2.5, 3, 5] }), [V]],
  ["convolve", (x, y) => T.convolve(x, y, "same"), [V, [1, -2, 0.5]]],
  ["correlate", (x, y) => T.correlate(x, y, "full"), [V, [1, -2, 0.5]]],
  ["polyval", (p, x) => T.polyval(p, x), [[1, -2, 0.5], V]],
  ["unwrap", (x) => T.unwrap(x), [[0.1, 5, 1, 9]]],
  ["choose of one", (x) => T.choose([0, 0], [x]), [[1, 2]]],
  [
    "betaincinv",
    (a, b, y) => T.betaincinv(a, b, y),
    [
      [0.7, 2, 5],
      [1.5, 3, 0.6],
      [0.2, 0.5, 0.9],
    ],
  ],
  ["vdot", (x, y) => T.vdot(x, y), [V, [1, 2, 3, 4, 5]]],
  ["average", (x, w) => T.average(x, { axis: 1, weights: w }), [M, [1, 2, 0.5]]],
  ["cov", (x) => T.cov(x), [M]],
  ["corrcoef", (x) => T.corrcoef(x), [M]],
  ["ultraFastSigmoid", (x) => T.nnet.ultraFastSigmoid(x), [V]],
  ["prependScalarToEachRow", (s, x) => T.nnet.prependScalarToEachRow(s, x), [0.3, M]],
  ...(
    ["constant", "edge", "reflect", "symmetric", "wrap", "maximum", "minimum", "mean", "median", "linear_ramp"] as const
  ).map(
    (mode) =>
      [
        `pad ${mode}`,
        (x: TensorVariable) =>
          T.pad(
            x,
            [
              [1, 2],
              [2, 1],
            ],
            { mode },
          ),
        [M],
      ] as const,
  ),
  ["pad reflect odd", (x) => T.pad(x, [3, 2], { mode: "reflect", reflectType: "odd" }), [V]],
];

describe("gradients", () => {
  for (const [name, f, points] of RECORDS) it(name, () => verifyGrad(f as never, points as never));
});
