/** Values where the form that is written underflows or cancels, against 60 digits (mpmath). */
import { describe, expect, it } from "vitest";
import { array } from "../../src/array/create.ts";
import { grad } from "../../src/gradient.ts";
import { evaluate } from "../../src/graph/evaluate.ts";
import { dvector, fvector } from "../../src/tensor/constructors.ts";
import * as M from "../../src/tensor/math.ts";
import { sum } from "../../src/tensor/reduction.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";
import { rewritten } from "./driver.ts";

const [x, f] = [dvector("x"), fvector("f")];

/** The largest relative error of a rewritten function over pairs of argument and value. */
function error(v: TensorVariable, out: TensorVariable, points: readonly (readonly [number, number])[]): number {
  const graph = rewritten({ inputs: [v], outputs: [out] });
  const values = array(
    points.map(([at]) => at),
    v.dtype,
  );
  const found = evaluate(graph.outputs, new Map([[v, values]]))[0]!.toList() as number[];
  return Math.max(...points.map(([, wanted], i) => Math.abs(found[i]! - wanted) / Math.abs(wanted)));
}

const LOG_ERFC: readonly (readonly [number, number])[] = [
  [-5, 0.6931471805591766],
  [0.5, -0.7350111298370844],
  [4.9, -26.191438028169554],
  [5.1, -28.22998234520042],
  [9.99, -102.67899829776833],
  [10, -102.87988902484489],
  [10.5, -113.1782250431496],
  [27, -732.8688865078974],
  [30, -903.9741171106439],
  [100, -10005.177585122665],
  [1e10, -1e20],
];

const SLOPE: readonly (readonly [number, number])[] = [
  [-5, -7.835433265514691e-12],
  [0.5, -1.8327056412986984],
  [4.9, -9.99635239352095],
  [5.1, -10.389176913161737],
  [9.99, -20.079121330072557],
  [10, -20.099024116734604],
  [10.5, -21.094393215451102],
  [27, -54.03698640512436],
  [30, -60.03329639875623],
  [100, -200.0099990002499],
  [1e10, -20000000000.0],
];

const LOG_ONE_MINUS_EXP: readonly (readonly [number, number])[] = [
  [-1e-20, -46.051701859880914],
  [-1e-5, -11.512930464966061],
  [-0.5, -0.9327521295671886],
  [-0.7, -0.6863410028083852],
  [-1, -0.4586751453870819],
  [-30, -9.357622968840613e-14],
  [-50, -1.9287498479639178e-22],
];

describe("the tail of log(erfc x)", () => {
  it("keeps its digits", () => {
    expect(error(x, M.log(M.erfc(x)), LOG_ERFC)).toBeLessThan(2e-15);
  });
  it("keeps those of the gradient", () => {
    // Where erfc is small its own error counts, and a square in an exponent: 100 times the last digit at 10.
    expect(error(x, grad(sum(M.log(M.erfc(x))), x), SLOPE)).toBeLessThan(2e-14);
    expect(error(x, grad(sum(M.log(M.erfc(x))), x), SLOPE.slice(5))).toBeLessThan(4e-15);
  });
  it("in single precision too", () => {
    const exact = (points: typeof SLOPE): typeof SLOPE => points.filter(([at]) => Math.fround(at) === at);
    expect(error(f, M.log(M.erfc(f)), exact(LOG_ERFC))).toBeLessThan(5e-7);
    expect(error(f, grad(sum(M.log(M.erfc(f))), f), exact(SLOPE))).toBeLessThan(5e-6);
  });
  it("goes where the limits are", () => {
    const graph = rewritten({ inputs: [x], outputs: [M.log(M.erfc(x))] });
    const values = array([Infinity, -Infinity, NaN], "float64");
    expect(evaluate(graph.outputs, new Map([[x, values]]))[0]!.toList()).toEqual([-Infinity, Math.LN2, NaN]);
  });
});

describe("log(1 - exp x)", () => {
  it("keeps its digits near 0 and far from it", () => {
    expect(error(x, M.log(M.sub(1, M.exp(x))), LOG_ONE_MINUS_EXP)).toBeLessThan(1e-15);
  });
  it("of a difference of logarithms too", () => {
    const out = M.log(M.sub(M.exp(x), M.exp(M.sub(x, 30))));
    expect(error(x, out, [[1000, 1000 - 9.357622968840613e-14]])).toBeLessThan(1e-15);
  });
});

describe("differences that cancel", () => {
  it("are products", () => {
    expect(error(x, M.sub(1, M.cos(x)), [[1e-9, 5e-19]])).toBeLessThan(1e-15);
    expect(error(x, M.sub(M.cosh(x), 1), [[1e-9, 5e-19]])).toBeLessThan(1e-15);
    expect(error(x, M.sub(M.softplus(x), x), [[50, 1.9287498479639178e-22]])).toBeLessThan(1e-15);
    expect(error(x, M.sub(2, M.erfc(M.neg(x))), [[10, 2.088487583762545e-45]])).toBeLessThan(1e-14);
  });
});
