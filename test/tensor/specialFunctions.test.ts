/** Special functions: on all linkers and dtypes, at special values, and their gradients. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { DType } from "../../src/dtype.ts";
import { DtypeError, NullTypeGradError, ValueError } from "../../src/errors.ts";
import * as theano from "../../src/index.ts";
import { tensor as T } from "../../src/index.ts";
import { tensorType } from "../../src/tensor/type.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";
import { verifyGrad } from "../../src/verifyGrad.ts";
import { agree, edges, sample } from "../conformance/driver.ts";
import { expectError } from "./values.ts";

type F = (...x: TensorVariable[]) => TensorVariable;

const LOOPS: readonly (readonly [name: string, arity: number, f: F])[] = [
  ["gammainc", 2, (a, x) => T.gammainc(a!, x!)],
  ["gammaincc", 2, (a, x) => T.gammaincc(a!, x!)],
  ["betainc", 3, (a, b, x) => T.betainc(a!, b!, x!)],
  ["zeta", 2, (s, q) => T.zeta(s!, q!)],
  ["jv", 2, (v, x) => T.jv(v!, x!)],
  ["iv", 2, (v, x) => T.iv(v!, x!)],
  ["owensT", 2, (h, a) => T.owensT(h!, a!)],
];

const TYPES: readonly DType[] = ["bool", "int8", "uint16", "int32", "float16", "float32", "float64"];
const variable = (dtype: DType, shape: readonly (number | null)[]): TensorVariable =>
  tensorType(dtype, shape).makeVariable(null, 0) as TensorVariable;

describe("functions computed by loops agree on all linkers", () => {
  for (const [name, arity, f] of LOOPS) {
    it(name, () => {
      // Functions of the host and of the program differ in the last places, which long recurrences multiply.
      const tolerance = { rel: 1e-11, abs: 1e-300, ulp: 2 };
      for (const dtype of TYPES) {
        const inputs = Array.from({ length: arity }, () => variable(dtype, [null]));
        const args = [0, 1, 9].map((n) => inputs.map((v, i) => sample(v.dtype, [n], i + n)));
        agree(`${name} of ${dtype}`, inputs, [f(...inputs)], args, tolerance, false);
      }
      const double = Array.from({ length: arity }, () => variable("float64", [null]));
      const special = [double.map((v, i) => edges(v.dtype, 24, i * 3 + 1))];
      agree(`${name} at edges`, double, [f(...double)], special, tolerance, false);
      const shapes: (readonly (number | null)[])[] = [[null, 1], [1, null], []];
      const mixed = shapes.slice(0, arity).map((s) => variable("float32", s));
      const values = [[2, 1], [1, 3], []].slice(0, arity).map((s, i) => sample("float32", s, i));
      agree(`${name} broadcast`, mixed, [f(...mixed)], [values], tolerance, false);
      const views = [sample("float64", [6, 4]).transpose(), sample("float64", [8, 6], 2).at("1::2", "::-1")];
      const matrix = Array.from({ length: arity }, () => variable("float64", [null, null]));
      const list = views.map((v) => matrix.map(() => v));
      agree(`${name} of views`, matrix, [f(...matrix)], list, tolerance, false);
      expectError(
        () => f(...Array.from({ length: arity }, () => T.zvector() as TensorVariable)),
        DtypeError,
        /complex/,
      );
    });
  }
});

const at = (x: TensorVariable): unknown => {
  const v = x.eval().toList();
  return v;
};

/** a, b, x and I_x(a, b) to 17 digits (mpmath): small results, slow convergence, results that are the rest of nearly 1. */
const BETAINC: readonly (readonly [number, number, number, number])[] = [
  [47.075165285279404, 60.31118696391062, 8.183267758376266e-7, 1.1469897024954392e-256],
  [148.76198992088186, 19.160367530664985, 0.014729566002874894, 2.0480934324430762e-249],
  [33.35212195513882, 0.1602158162901939, 0.9992506275193852, 0.40759271455834795],
  [144.26470389637254, 17.2653255183364, 0.021787384108567398, 9.754286084536863e-219],
  [34.81790854146513, 0.6098183723089936, 0.976195022060749, 0.24813389783360199],
  [164.62763283153433, 0.10880975210134534, 0.9983567092871396, 0.10769404692014262],
  [11.85240047066187, 0.08647435869148679, 0.9923735021917588, 0.15944496588800658],
  [26.66004220110289, 0.06182218012834, 0.9989450105904973, 0.17370138374194813],
];

describe("the inverse of the incomplete beta function", () => {
  it("is met again", () => {
    for (const [a, b] of [
      [0.1, 0.25],
      [0.5, 0.5],
      [1, 1],
      [2, 3],
      [30, 0.7],
      [0.3, 90],
      [200, 150],
    ] as const) {
      for (const y of [1e-200, 1e-9, 0.01, 0.3, 0.5, 0.8, 0.99]) {
        const x = T.betaincinv(a, b, y).eval().item() as number;
        const [below, above] = [x * (1 - 2e-15), Math.min(1, Math.max(x * (1 + 2e-15), 5e-324))];
        const at = (p: number): number => T.betainc(a, b, p).eval().item() as number;
        // Between neighbours of the root, or as near as the function itself is known.
        expect(at(below), `betaincinv(${a}, ${b}, ${y})`).toBeLessThanOrEqual(y * (1 + 4e-15));
        expect(at(above), `betaincinv(${a}, ${b}, ${y})`).toBeGreaterThanOrEqual(y * (1 - 4e-15));
      }
    }
  });

  it("has ends, and is NaN outside", () => {
    expect(T.betaincinv(2, 3, [0, 1, -0.1, 1.1, NaN]).eval().toList()).toEqual([0, 1, NaN, NaN, NaN]);
    expect(T.betaincinv([0, -1, NaN], 1, 0.5).eval().toList()).toEqual([NaN, NaN, NaN]);
  });
});

describe("the incomplete beta function", () => {
  it("keeps its places where they are easily lost", () => {
    for (const [a, b, x, value] of BETAINC) {
      const got = +T.betainc(a, b, x).eval();
      const ulp = 2 ** (Math.floor(Math.log2(value)) - 52);
      expect(Math.abs(got - value) / ulp, `betainc(${a}, ${b}, ${x})`).toBeLessThanOrEqual(16);
    }
  });
  it("at the borders of its formulas", () => {
    for (const [a, b] of [
      [0.5, 0.5],
      [3, 0.1],
      [200, 300],
      [1e-3, 5],
    ] as const) {
      const x = Array.from({ length: 41 }, (_, i) => i / 40);
      const got = T.betainc(a, b, x).eval().toList() as number[];
      const other = T.betainc(
        b,
        a,
        x.map((v) => 1 - v),
      )
        .eval()
        .toList() as number[];
      for (const [i, v] of got.entries()) {
        expect(v + other[i]!).toBeCloseTo(1, 14);
        if (i > 0) expect(v).toBeGreaterThanOrEqual(got[i - 1]!);
      }
    }
    for (const x of [0.1, 0.5, 0.9]) {
      expect(+T.betainc(1, 1, x).eval()).toBeCloseTo(x, 15);
      expect(+T.betainc(1, 3, x).eval()).toBeCloseTo(1 - (1 - x) ** 3, 15);
      expect(+T.betainc(3, 1, x).eval()).toBeCloseTo(x ** 3, 15);
    }
    expect(+T.betainc(1e6, 1e6, 0.5).eval()).toBeCloseTo(0.5, 12);
    expect(+T.betainc(2, 1e8, 1e-8).eval()).toBeCloseTo(0.2642411213359098, 12);
  });
});

describe("special values", () => {
  const { Infinity: inf } = globalThis;
  it("are SciPy's", () => {
    expect(at(T.gammainc([0, 0, 2, 2, 2, -1, NaN, Infinity], [0, 1, 0, Infinity, NaN, 1, 1, 1]))).toEqual([
      NaN,
      1,
      0,
      1,
      NaN,
      NaN,
      NaN,
      0,
    ]);
    expect(at(T.gammaincc([0, 2, 2, 2, -1, Infinity], [1, 0, Infinity, NaN, 1, 1]))).toEqual([0, 1, 0, NaN, NaN, 1]);
    expect(at(T.betainc([2, 2, 2, 2, NaN, 2], [3, 3, 3, 3, 1, 3], [0, 1, -1, 2, 0.5, NaN]))).toEqual([
      0,
      1,
      NaN,
      NaN,
      NaN,
      NaN,
    ]);
    expect(at(T.zeta([1, 2, 2, 0.5, inf, 2], [1, 0, inf, 1, 2, NaN]))).toEqual([inf, inf, 0, NaN, 0, NaN]);
    expect(at(T.jv([0, 1, 2, 0.5, 0], [0, 0, 0, -1, inf]))).toEqual([1, 0, 0, NaN, 0]);
    expect(at(T.iv([0, 1, 0.5, 0], [0, 0, -1, inf]))).toEqual([1, 0, NaN, inf]);
    expect(at(T.owensT([0, inf, 1, NaN], [1, 1, 0, 1]))).toEqual([0.125, 0, 0, NaN]);
    expect(at(T.gamma([0, -1, 1, 5, inf, -inf, NaN, 171.7]))).toEqual([inf, NaN, 1, 24, inf, NaN, NaN, inf]);
    expect(at(T.i0([0, inf, -inf, NaN]))).toEqual([1, inf, inf, NaN]);
    expect(at(T.i1([0, inf, -inf, NaN]))).toEqual([0, inf, -inf, NaN]);
    expect(at(T.j0([0, inf, -inf, NaN]))).toEqual([1, 0, 0, NaN]);
    expect(at(T.j1([0, inf, NaN]))).toEqual([0, 0, NaN]);
    expect(at(T.erfcx([0, inf, -inf, NaN, -30]))).toEqual([1, 0, inf, NaN, inf]);
    expect(at(T.erfcinv([0, 1, 2, -1, 3, NaN]))).toEqual([inf, 0, -inf, NaN, NaN, NaN]);
    expect(at(T.ndtri([0, 0.5, 1, 2]))).toEqual([-inf, -0, inf, NaN]);
    expect(at(T.logit([0, 0.5, 1, 2]))).toEqual([-inf, 0, inf, NaN]);
    expect(at(T.sinc([0, 0.5]))).toEqual([1, 2 / Math.PI]);
    expect(at(T.polygamma(1, [0, inf]))).toEqual([inf, 0]);
    expectError(() => T.polygamma(-1, 1), ValueError, /-1/);
    expectError(() => T.polygamma(1.5, 1), ValueError, /1.5/);
  });

  it("of orders at negative arguments", () => {
    const [odd, even] = [T.jv(3, [-2, 2]), T.iv(4, [-2, 2])].map((v) => at(v) as number[]);
    expect(odd![0]).toBe(-odd![1]!);
    expect(even![0]).toBe(even![1]);
    // J of order -n is (-1)^n that of order n; of order -1/2 it is sqrt(2 / (pi x)) cos x.
    const negative = at(T.jv([-2, -3, -0.5], [1.5, 1.5, 1.5])) as number[];
    const positive = at(T.jv([2, 3], [1.5, 1.5])) as number[];
    expect(negative[0]! / positive[0]!).toBeCloseTo(1, 12);
    expect(negative[1]! / positive[1]!).toBeCloseTo(-1, 12);
    expect(negative[2]).toBeCloseTo(Math.sqrt(2 / (Math.PI * 1.5)) * Math.cos(1.5), 14);
  });

  it("of orders given as tensors", () => {
    const direct = [0, 1, 2, 3].map((n) => at(T.polygamma(n, 2.5)) as number);
    const together = at(T.polygamma(T.constant([0, 1, 2, 3], "int64"), T.constant(2.5))) as number[];
    together.forEach((v, i) => expect(v).toBeCloseTo(direct[i]!, 12));
  });
});

const P = [0.7, 1.9, 3.2];
const GRADIENTS: readonly (readonly [string, F, readonly unknown[]])[] = [
  ["gammainc", (x) => T.gammainc([0.5, 2, 4], x!), [P]],
  ["gammaincc", (x) => T.gammaincc([0.5, 2, 4], x!), [P]],
  ["chi2sf", (x) => T.chi2sf(x!, 3), [P]],
  ["gammal", (x) => T.gammal(1.5, x!), [P]],
  ["gammau", (x) => T.gammau(1.5, x!), [P]],
  ["betainc", (x) => T.betainc(2, [0.5, 2, 4], x!), [[0.2, 0.5, 0.9]]],
  ["zeta", (q) => T.zeta(2.5, q!), [P]],
  ["jv", (x) => T.jv([0.5, 2, 3.3], x!), [P]],
  ["iv", (x) => T.iv([0.5, 2, 3.3], x!), [P]],
  [
    "owensT",
    (h, a) => T.owensT(h!, a!),
    [
      [-0.4, 1, 2],
      [0.3, -2, 1.5],
    ],
  ],
  ["i0", (x) => T.i0(x!), [[-1, 0.5, 12]]],
  ["i1", (x) => T.i1(x!), [[-1, 0.5, 12]]],
  ["j0", (x) => T.j0(x!), [[-1, 0.5, 12]]],
  ["j1", (x) => T.j1(x!), [[-1, 0.5, 12]]],
  ["gamma", (x) => T.gamma(x!), [[-1.5, 0.5, 4]]],
  ["polygamma", (x) => T.polygamma(2, x!), [P]],
  ["polygamma of a tensor", (x) => T.polygamma(T.constant(2, "int64"), x!), [P]],
  ["trigamma", (x) => T.trigamma(x!), [P]],
  ["erfcx", (x) => T.erfcx(x!), [[-1, 0.5, 12]]],
  ["erfcinv", (x) => T.erfcinv(x!), [[0.1, 0.8, 1.7]]],
  ["ndtri", (x) => T.ndtri(x!), [[0.1, 0.4, 0.9]]],
  ["ndtr", (x) => T.ndtr(x!), [[-1, 0.4, 2]]],
  ["logit", (x) => T.logit(x!), [[0.1, 0.4, 0.9]]],
  ["sinc", (x) => T.sinc(x!), [[0, 0.4, -1.9]]],
  ["beta", (a, b) => T.beta(a!, b!), [P, [1, 2, 0.5]]],
  ["betaln", (a, b) => T.betaln(a!, b!), [P, [1, 2, 0.5]]],
  ["xlog1py", (x, y) => T.xlog1py(x!, y!), [P, [1, 2, 0.5]]],
  ["log1mexp", (x) => T.log1mexp(x!), [[-0.1, -0.6, -3]]],
  ["kaiser", (x) => T.kaiser(5, 3).mul(x!), [0.5]],
];

const SHAPES = JSON.parse(readFileSync(new URL("data/shapes.json", import.meta.url), "utf8")) as {
  readonly gammainc: readonly (readonly [a: number, x: number, slope: number])[];
  readonly betainc: readonly (readonly [a: number, b: number, x: number, inA: number, inB: number])[];
};

describe("derivatives of the incomplete gamma functions in their first argument", () => {
  const [a, x] = [T.dvector("a"), T.dvector("x")];
  const slope = theano.grad(T.gammainc(a, x).sum(), a);

  it("are mpmath's", () => {
    const columns = [0, 1].map((k) => new Float64Array(SHAPES.gammainc.map((row) => row[k]!)));
    const got = theano.function([a, x], slope)(columns[0]!, columns[1]!).data;
    for (const [i, [shape, at, wanted]] of SHAPES.gammainc.entries()) {
      expect(Math.abs(got[i]! / wanted - 1), `a ${shape}, x ${at}`).toBeLessThan(1e-13);
    }
  });

  it("agree on all linkers, and with differences", () => {
    const tolerance = { rel: 1e-11, abs: 1e-300, ulp: 2 };
    const args = [0, 1, 9].map((n) => [sample("float64", [n], n), sample("float64", [n], n + 1)]);
    agree("gammaincShape", [a, x], [slope], args, tolerance, false);
    agree(
      "gammaincShape at edges",
      [a, x],
      [slope],
      [[edges("float64", 24, 1), edges("float64", 24, 4)]],
      tolerance,
      false,
    );
    for (const f of [T.gammainc, T.gammaincc, T.gammal, T.gammau, T.chi2sf]) {
      verifyGrad(
        (p, q) => f(p!, q!),
        [
          [0.4, 1.5, 3],
          [0.7, 0.2, 5],
        ],
      );
    }
  });

  it("at the ends", () => {
    const at = (p: number[], q: number[]): unknown =>
      slope
        .eval([
          [a, p],
          [x, q],
        ])
        .toList();
    expect(at([2, 2, 0, -1, NaN, Infinity], [0, Infinity, 1, 1, 1, 1])).toEqual([0, 0, NaN, NaN, NaN, NaN]);
  });
});

describe("derivatives of the incomplete beta function in its parameters", () => {
  const [a, b, x] = [T.dvector("a"), T.dvector("b"), T.dvector("x")];
  const slopes = theano.grad(T.betainc(a, b, x).sum(), [a, b]);

  it("are mpmath's", () => {
    const [p, q, u] = [0, 1, 2].map((k) => new Float64Array(SHAPES.betainc.map((row) => row[k]!)));
    const got = theano.function([a, b, x], slopes)(p!, q!, u!);
    for (const [i, [first, second, at, ...wanted]] of SHAPES.betainc.entries()) {
      for (const [k, value] of wanted.entries()) {
        const error = Math.abs(got[k]!.data[i]! - value);
        const promised = Math.abs(value) * (Math.abs(value) > 1e-100 ? 1e-14 : 1e-13);
        expect(error, `a ${first}, b ${second}, x ${at}`).toBeLessThanOrEqual(promised);
      }
    }
  });

  it("agree on all linkers, and with differences", () => {
    const tolerance = { rel: 1e-11, abs: 1e-300, ulp: 2 };
    // Samples of x beyond (0, 1) give NaN, their sines squared do not.
    const inside = theano.grad(T.betainc(a, b, T.sqr(T.sin(x))).sum(), [a, b]);
    const args = [0, 1, 9].map((n) => [0, 1, 2].map((k) => sample("float64", [n], n + k)));
    const positive = args.map(([p, q, u]) => [T.abs(p!).add(0.1).eval(), T.abs(q!).add(0.1).eval(), u!]);
    agree("betaincShape", [a, b, x], inside, [...args, ...positive], tolerance, false);
    agree(
      "betaincShape at edges",
      [a, b, x],
      slopes,
      [[1, 4, 7].map((n) => edges("float64", 24, n))],
      tolerance,
      false,
    );
    const points = [
      [0.4, 1.5, 3, 12, 0.7],
      [0.7, 0.2, 5, 20, 1],
      [0.3, 0.9, 0.2, 0.4, 0.98],
    ];
    verifyGrad((p, q, u) => T.betainc(p!, q!, u!), points);
    // Once more in x.
    for (const k of [0, 1]) {
      const [p, q, u] = points;
      verifyGrad(
        (v) => {
          const at = [T.constant(p!), T.constant(q!)] as const;
          return theano.grad(T.betainc(...at, v!).sum(), at[k]!);
        },
        [u!],
      );
    }
  });

  it("at the ends", () => {
    const ends = [
      [a, [2, 2, 0, -1, NaN, Infinity, 2, 2, 1]],
      [b, [3, 3, 1, 1, 1, 1, 0, 3, 1]],
      [x, [0, 1, 0.5, 0.5, 0.5, 0.5, 0.5, NaN, 1.5]],
    ] as const;
    for (const slope of slopes) expect(slope.eval(ends).toList()).toEqual([0, 0, NaN, NaN, NaN, NaN, NaN, NaN, NaN]);
    const inX = theano.grad(T.betainc(a, b, x).sum(), x);
    const corners = [
      [a, [1, 3, 1, 2]],
      [b, [1, 1, 3, 2]],
      [x, [0, 1, 0, 1]],
    ] as const;
    (inX.eval(corners).toList() as number[]).forEach((v, i) => expect(v).toBeCloseTo([1, 3, 3, 0][i]!, 12));
  });
});

describe("gradients of special functions", () => {
  for (const [name, f, points] of GRADIENTS) it(name, () => verifyGrad(f as never, points as never));

  it("to second order", () => {
    for (const f of [
      T.i0,
      T.j1,
      T.gamma,
      T.erfcx,
      (x: TensorVariable) => T.jv(1.5, x),
      (x: TensorVariable) => T.zeta(3, x),
      (x: TensorVariable) => T.gammainc(2.5, x),
    ]) {
      verifyGrad(((x: TensorVariable) => theano.grad(f(x).sum(), x)) as never, [P] as never);
    }
  });

  it("say where there is none", () => {
    const a = T.dscalar("a");
    expectError(() => theano.grad(theano.grad(T.gammainc(a, 2), a), a), NullTypeGradError, /first argument/);
    const inShape = theano.grad(T.betainc(a, 2, 0.5), a);
    expectError(() => theano.grad(inShape, a), NullTypeGradError, /second derivatives .* in a and b are not there/);
    expectError(() => theano.grad(T.jv(a, 2), a), NullTypeGradError, /order/);
  });
});
