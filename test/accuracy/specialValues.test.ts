import { describe, expect, it } from "vitest";
import { maxUlp } from "../../src/ir/decompose/bounds.ts";
import { decomposedNames, type DecomposedName, type FloatType } from "../../src/ir/decompose/index.ts";
import { build, errorInUlp, run } from "./measure.ts";

type Row = readonly [...args: number[]];

const TINY: Readonly<Record<FloatType, number>> = { f32: 2 ** -149, f64: 2 ** -1074 };

function evaluateAt(name: DecomposedName, type: FloatType, rows: readonly (readonly number[])[]): number[] {
  const { expansion, refs } = build(name, type);
  const make = (values: number[]): Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer> =>
    type === "f32" ? new Float32Array(values) : new Float64Array(values);
  const columns = refs.map((_, i) => make(rows.map((r) => r[i]!)));
  return [...run(expansion.slow, refs, columns)];
}

/** Exact where the value is exact in every format, else within the bound. */
function check(name: DecomposedName, type: FloatType, rows: readonly Row[]): void {
  const results = evaluateAt(name, type, rows);
  rows.forEach((row, i) => {
    const exact = row[row.length - 1]!;
    const expected = type === "f32" ? Math.fround(exact) : exact;
    const text = `${name}.${type}(${row.slice(0, -1).join(", ")}) = ${expected}, got ${results[i]}`;
    if (Number.isInteger(expected) || !Number.isFinite(expected))
      expect(Object.is(results[i], expected), text).toBe(true);
    else expect(errorInUlp(results[i]!, expected, 0, type), text).toBeLessThanOrEqual(maxUlp[name][type]);
  });
}

const { PI, LN2, LOG2E, SQRT1_2 } = Math;
const Inf = Infinity;

/** Arguments and the value that C and NumPy give. */
const VALUES: Partial<Record<DecomposedName, readonly Row[]>> = {
  exp: [
    [0, 1],
    [-0, 1],
    [Inf, Inf],
    [-Inf, 0],
    [800, Inf],
    [-800, 0],
  ],
  exp2: [
    [0, 1],
    [-0, 1],
    [10, 1024],
    [-1, 0.5],
    [Inf, Inf],
    [-Inf, 0],
    [1100, Inf],
    [-1100, 0],
  ],
  expm1: [
    [0, 0],
    [-0, -0],
    [Inf, Inf],
    [-Inf, -1],
    [800, Inf],
    [-800, -1],
  ],
  log: [
    [1, 0],
    [0, -Inf],
    [-0, -Inf],
    [-1, NaN],
    [Inf, Inf],
    [-Inf, NaN],
    [2, LN2],
  ],
  log2: [
    [1, 0],
    [8, 3],
    [0.25, -2],
    [0, -Inf],
    [-0, -Inf],
    [-1, NaN],
    [Inf, Inf],
  ],
  log10: [
    [1, 0],
    [1000, 3],
    [0, -Inf],
    [-0, -Inf],
    [-1, NaN],
    [Inf, Inf],
  ],
  log1p: [
    [0, 0],
    [-0, -0],
    [-1, -Inf],
    [-2, NaN],
    [Inf, Inf],
    [1, LN2],
  ],
  sigmoid: [
    [0, 0.5],
    [-0, 0.5],
    [Inf, 1],
    [-Inf, 0],
    [800, 1],
    [-800, 0],
  ],
  softplus: [
    [0, LN2],
    [Inf, Inf],
    [-Inf, 0],
    [800, 800],
    [-800, 0],
  ],
  tanh: [
    [0, 0],
    [-0, -0],
    [Inf, 1],
    [-Inf, -1],
    [30, 1],
  ],
  sinh: [
    [0, 0],
    [-0, -0],
    [Inf, Inf],
    [-Inf, -Inf],
    [800, Inf],
    [-800, -Inf],
  ],
  cosh: [
    [0, 1],
    [-0, 1],
    [Inf, Inf],
    [-Inf, Inf],
    [800, Inf],
  ],
  sin: [
    [0, 0],
    [-0, -0],
    [Inf, NaN],
    [-Inf, NaN],
  ],
  cos: [
    [0, 1],
    [-0, 1],
    [Inf, NaN],
    [-Inf, NaN],
  ],
  tan: [
    [0, 0],
    [-0, -0],
    [Inf, NaN],
    [-Inf, NaN],
  ],
  asin: [
    [0, 0],
    [-0, -0],
    [1, PI / 2],
    [-1, -PI / 2],
    [0.5, PI / 6],
    [1.5, NaN],
    [-1.5, NaN],
    [Inf, NaN],
  ],
  acos: [
    [1, 0],
    [-1, PI],
    [0, PI / 2],
    [-0, PI / 2],
    [1.5, NaN],
    [-1.5, NaN],
    [-Inf, NaN],
  ],
  atan: [
    [0, 0],
    [-0, -0],
    [1, PI / 4],
    [-1, -PI / 4],
    [Inf, PI / 2],
    [-Inf, -PI / 2],
    [1e38, PI / 2],
  ],
  asinh: [
    [0, 0],
    [-0, -0],
    [Inf, Inf],
    [-Inf, -Inf],
  ],
  acosh: [
    [1, 0],
    [0.5, NaN],
    [-1, NaN],
    [-Inf, NaN],
    [Inf, Inf],
  ],
  atanh: [
    [0, 0],
    [-0, -0],
    [1, Inf],
    [-1, -Inf],
    [1.5, NaN],
    [-1.5, NaN],
    [Inf, NaN],
    [-Inf, NaN],
  ],
  erf: [
    [0, 0],
    [-0, -0],
    [Inf, 1],
    [-Inf, -1],
    [30, 1],
    [-30, -1],
  ],
  erfc: [
    [0, 1],
    [-0, 1],
    [Inf, 0],
    [-Inf, 2],
    [30, 0],
    [-30, 2],
  ],
  erfinv: [
    [0, 0],
    [-0, -0],
    [1, Inf],
    [-1, -Inf],
    [1.5, NaN],
    [-1.5, NaN],
    [Inf, NaN],
  ],
  lgamma: [
    [1, 0],
    [2, 0],
    [3, LN2],
    [0, Inf],
    [-0, Inf],
    [-1, Inf],
    [-7, Inf],
    [-1e30, Inf],
    [Inf, Inf],
    [-Inf, Inf],
  ],
  digamma: [
    [0, -Inf],
    [-0, Inf],
    [-1, NaN],
    [-7, NaN],
    [Inf, Inf],
    [-Inf, NaN],
    [1, -0.5772156649015329],
  ],
  trigamma: [
    [0, Inf],
    [-0, Inf],
    [-1, Inf],
    [-7, Inf],
    [Inf, 0],
    [-Inf, Inf],
    [1, (PI * PI) / 6],
  ],
  atan2: [
    [0, 0, 0],
    [0, -0, PI],
    [-0, 0, -0],
    [-0, -0, -PI],
    [0, 1, 0],
    [-0, 1, -0],
    [0, -1, PI],
    [-0, -1, -PI],
    [1, 0, PI / 2],
    [1, -0, PI / 2],
    [-1, 0, -PI / 2],
    [1, Inf, 0],
    [-1, Inf, -0],
    [1, -Inf, PI],
    [-1, -Inf, -PI],
    [Inf, 1, PI / 2],
    [-Inf, 1, -PI / 2],
    [Inf, Inf, PI / 4],
    [-Inf, Inf, -PI / 4],
    [Inf, -Inf, (3 * PI) / 4],
    [-Inf, -Inf, (-3 * PI) / 4],
    [NaN, 1, NaN],
    [1, NaN, NaN],
    [NaN, Inf, NaN],
    [Inf, NaN, NaN],
    [1, 1, PI / 4],
  ],
  pow: [
    [2, 10, 1024],
    [2, -1, 0.5],
    [-2, 3, -8],
    [-2, 2, 4],
    [-2, 0.5, NaN],
    [2, 0.5, 2 * SQRT1_2],
    [NaN, 0, 1],
    [0, 0, 1],
    [Inf, 0, 1],
    [-Inf, -0, 1],
    [1, NaN, 1],
    [1, Inf, 1],
    [-1, Inf, 1],
    [-1, -Inf, 1],
    [NaN, 1, NaN],
    [2, NaN, NaN],
    [-1, NaN, NaN],
    [0, NaN, NaN],
    [0, 3, 0],
    [-0, 3, -0],
    [-0, 2, 0],
    [0, 0.5, 0],
    [-0, 0.5, 0],
    [0, -3, Inf],
    [-0, -3, -Inf],
    [-0, -2, Inf],
    [-0, -0.5, Inf],
    [0, Inf, 0],
    [0, -Inf, Inf],
    [-0, -Inf, Inf],
    [2, Inf, Inf],
    [2, -Inf, 0],
    [0.5, Inf, 0],
    [0.5, -Inf, Inf],
    [-0.5, Inf, 0],
    [-2, Inf, Inf],
    [Inf, 2, Inf],
    [Inf, -2, 0],
    [Inf, 0.5, Inf],
    [-Inf, 3, -Inf],
    [-Inf, 2, Inf],
    [-Inf, 0.5, Inf],
    [-Inf, -3, -0],
    [-Inf, -2, 0],
    [-Inf, -0.5, 0],
    [Inf, Inf, Inf],
    [Inf, -Inf, 0],
    [-1, 1e300, 1],
    [-1, 3, -1],
    [10, 400, Inf],
    [10, -400, 0],
    [-10, 401, -Inf],
    [-10, -401, -0],
  ],
};

/** Functions that are the argument itself near zero. */
const IDENTITIES: readonly DecomposedName[] = [
  "expm1",
  "log1p",
  "sin",
  "tan",
  "tanh",
  "sinh",
  "asin",
  "atan",
  "asinh",
  "atanh",
];

/** The last argument with a finite result and the first with an infinite one. */
const OVERFLOW: readonly (readonly [DecomposedName, FloatType, number, number])[] = [
  ["exp", "f32", 88.72283, 88.72284],
  ["exp", "f64", 709.782712893384, 709.7827128933841],
  ["exp2", "f32", 127.99999, 128],
  ["exp2", "f64", 1023.9999999999999, 1024],
  ["sinh", "f32", 89.41598, 89.415993],
  ["sinh", "f64", 710.4758600739439, 710.475860073944],
  ["cosh", "f32", 89.41598, 89.415993],
  ["cosh", "f64", 710.4758600739439, 710.475860073944],
  ["lgamma", "f64", 2.55e305, 2.6e305],
  ["lgamma", "f32", 4.08e36, 4.1e36],
];

for (const type of ["f32", "f64"] as const) {
  describe(`special values of ${type}`, () => {
    it.each(decomposedNames.filter((n) => VALUES[n] !== undefined))("%s", (name) => {
      check(name, type, VALUES[name]!);
    });

    it.each(decomposedNames)("%s of what is not a number", (name) => {
      const { refs } = build(name, type);
      expect(evaluateAt(name, type, [refs.map(() => NaN)])).toEqual([NaN]);
    });

    it.each(IDENTITIES)("%s of subnormal numbers", (name) => {
      const tiny = TINY[type];
      const rows = [1, 3, 1000, 2 ** 20 + 1].flatMap((m) => [m * tiny, -m * tiny]).map((x) => [x, x] as const);
      expect(evaluateAt(name, type, rows)).toEqual(rows.map(([x]) => x));
    });

    it("logarithms of subnormal numbers", () => {
      const tiny = TINY[type];
      const exponent = Math.log2(tiny);
      check("log2", type, [
        [tiny, exponent],
        [4 * tiny, exponent + 2],
      ]);
      check("log", type, [[tiny, exponent * LN2]]);
      check("log10", type, [[tiny, (exponent * LN2) / Math.LN10]]);
    });

    it("gradual underflow", () => {
      const tiny = TINY[type];
      const exponent = Math.log2(tiny);
      expect(evaluateAt("exp2", type, [[exponent], [exponent + 3], [exponent - 2]])).toEqual([tiny, 8 * tiny, 0]);
      expect(evaluateAt("exp", type, [[(exponent + 1) / LOG2E]])).toEqual([2 * tiny]);
      expect(
        evaluateAt("pow", type, [
          [2, exponent],
          [0.5, 3 - exponent],
          [tiny, 1],
          [2, exponent - 2],
        ]),
      ).toEqual([tiny, tiny / 8, tiny, 0].map((x) => (type === "f32" ? Math.fround(x) : x)));
      expect(
        evaluateAt("atan2", type, [
          [tiny, 1],
          [tiny, tiny],
          [3 * tiny, 0.5],
        ]).map((y) => y / tiny)[0],
      ).toBe(1);
    });

    it("the edge of overflow", () => {
      for (const [name, of, finite, infinite] of OVERFLOW) {
        if (of !== type) continue;
        const [below, above] = evaluateAt(name, type, [[finite], [infinite]]);
        expect(Number.isFinite(below), `${name}(${finite}) = ${below}`).toBe(true);
        expect(above, `${name}(${infinite})`).toBe(Infinity);
      }
    });

    it("large numbers of functions that have logarithms in them", () => {
      const huge = type === "f32" ? Math.fround(3.4028234663852886e38) : Number.MAX_VALUE;
      const log = Math.log(huge);
      check("asinh", type, [
        [huge, log + LN2],
        [-huge, -log - LN2],
      ]);
      check("acosh", type, [[huge, log + LN2]]);
      check("log", type, [[huge, log]]);
      check("digamma", type, [[huge, log]]);
      check("trigamma", type, [[huge, 1 / huge]]);
    });
  });
}
