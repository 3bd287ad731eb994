/** Inverses, determinants and systems: values by NumPy (data/recordLinalg.py), gradients, errors, and what is computed at all. */
import { describe, expect, it } from "vitest";
import { array, fromFlat } from "../../src/array/index.ts";
import { DtypeError, RankError, ShapeMismatchError, ValueError } from "../../src/errors.ts";
import * as theano from "../../src/index.ts";
import { tensor as T } from "../../src/index.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";
import { verifyGrad } from "../../src/verifyGrad.ts";
import cases from "./data/linalg.json" with { type: "json" };
import { arrayOf, expectError, valueOf } from "./values.ts";

const { matrixInverse, det } = T.nlinalg;
const { solve } = T.slinalg;

interface Case {
  readonly a: number[][];
  readonly b: number[][];
  readonly det: number;
  readonly inv?: number[][];
  readonly solve?: number[][];
  readonly singular?: boolean;
}

/** To 1e-11 of the largest element: none of the matrices is worse conditioned than that allows. */
function expectClose(got: unknown, wanted: unknown, rel = 1e-11): void {
  const [x, y] = [[got].flat(3) as number[], [wanted].flat(3) as number[]];
  expect(x.length).toBe(y.length);
  const size = Math.max(...y.map(Math.abs));
  for (const [i, v] of x.entries()) expect(Math.abs(v - y[i]!), `element ${i}`).toBeLessThanOrEqual(rel * size);
}

describe("as NumPy", () => {
  for (const [i, c] of (cases as Case[]).entries()) {
    it(`case ${i}, ${c.a.length}x${c.a.length}${c.singular === true ? ", singular" : ""}`, () => {
      const a = T.constant(c.a, "float64");
      expectClose(valueOf(det(a)), c.det);
      const [inverse, x] = [matrixInverse(a), solve(a, T.constant(c.b, "float64"))];
      if (c.singular === true) {
        expectError(() => valueOf(inverse), ValueError, /singular/);
        expectError(() => valueOf(x), ValueError, /singular/);
        return;
      }
      expectClose(valueOf(inverse), c.inv);
      expectClose(valueOf(x), c.solve);
      const column = c.b.map((row) => row[0]!);
      expectClose(
        valueOf(solve(a, T.constant(column, "float64"))),
        c.solve!.map((row) => row[0]!),
      );
      expectClose(valueOf(matrixInverse(a.T)), transpose(c.inv!));
    });
  }
  it("float32, integers, and matrices without elements", () => {
    const f = T.constant([[2, 1], [1, 3]], "float32"); // prettier-ignore
    expect(matrixInverse(f).dtype).toBe("float32");
    expectClose(valueOf(matrixInverse(f)), [0.6, -0.2, -0.2, 0.4], 1e-7);
    const i = T.constant([[2, 0], [1, 4]], "int32"); // prettier-ignore
    expect(valueOf(det(i))).toBe(8);
    expect(det(i).dtype).toBe("float64");
    expect(solve(f, T.constant([1, 1], "int64")).dtype).toBe("float64");
    const empty = T.constant(fromFlat([], [0, 0], "float64"));
    expect(arrayOf(matrixInverse(empty)).shape).toEqual([0, 0]);
    expect(valueOf(det(empty))).toBe(1);
    expect(arrayOf(solve(empty, T.constant(fromFlat([], [0, 3], "float64")))).shape).toEqual([0, 3]);
  });
  it("NaN goes through", () => {
    const a = T.constant([[NaN, 1], [1, 2]], "float64"); // prettier-ignore
    expect((valueOf(matrixInverse(a)) as number[][]).flat().every(Number.isNaN)).toBe(true);
    expect(valueOf(det(a))).toBeNaN();
  });
});

const transpose = (m: number[][]): number[][] => m[0]!.map((_, j) => m.map((row) => row[j]!));

const A = [
  [3, 0.5, -1],
  [0.2, -2, 0.7],
  [1, 0.4, 2.5],
];
const B = [
  [1, 2],
  [-1, 0.5],
  [0.3, -2],
];

describe("gradients", () => {
  it("of inverse, determinant and solve", () => {
    verifyGrad((a) => matrixInverse(a), [A]);
    verifyGrad((a) => det(a), [A]);
    verifyGrad((a, b) => solve(a, b), [A, B]);
    verifyGrad((a, b) => solve(a, b), [A, [1, -2, 0.5]]);
    verifyGrad((a) => matrixInverse(a), [array(A, "float32")]);
  });
  it("of gradients", () => {
    verifyGrad((a) => theano.grad(T.sqr(matrixInverse(a)).sum(), a), [A]);
    verifyGrad((a) => theano.grad(T.log(T.abs(det(a))), a), [A]);
    verifyGrad((a, b) => theano.grad(T.sqr(solve(a, b)).sum(), a), [A, B]);
  });
});

describe("bad operands", () => {
  const [m, v, z] = [T.dmatrix("m"), T.dvector("v"), T.zmatrix("z")];
  const wide = T.tensor({ dtype: "float64", shape: [2, 3] });
  it("are refused when the graph is built", () => {
    for (const f of [matrixInverse, det, (a: TensorVariable) => solve(a, v)]) {
      expectError(() => f(v), RankError, /expected a matrix, got rank 1/);
      expectError(() => f(wide), ShapeMismatchError, /square matrix, got shape \(2, 3\)/);
      expectError(() => f(z), DtypeError, /complex/i);
    }
    for (const f of [matrixInverse, det, (a: TensorVariable) => solve(a, a)]) {
      expectError(() => f(T.tensor({ dtype: "float16", shape: [null, null] })), DtypeError, /float16.*astype/);
    }
    expectError(() => solve(m, T.dscalar()), RankError, /vector or a matrix/);
    expectError(() => solve(T.constant(A), T.constant([1, 2])), ShapeMismatchError, /3 rows, the right side 2/);
  });
  it.each(["reference", "wasm"] as const)("are refused when the function runs with %s", (linker) => {
    const mode = new theano.Mode({ linker });
    const inverse = theano.function([m], matrixInverse(m), { mode });
    expectError(() => inverse([[1, 2]]), ShapeMismatchError, /square matrix, got shape \(1, 2\)/);
    expectError(() => inverse([[1, 2], [2, 4]]), ValueError, /singular(.|\n)*created at .*linalg\.test\.ts/); // prettier-ignore
    expect(inverse([[2, 0], [0, 4]]).toList()).toEqual([[0.5, 0], [0, 0.25]]); // prettier-ignore
    const s = theano.function([m, v], solve(m, v), { mode });
    expectError(() => s([[1]], [1, 2]), ShapeMismatchError, /1 rows, the right side 2/);
    expectError(() => s([[0]], [1]), ValueError, /singular/);
  });
  it("stay refused where the inverse is not computed", () => {
    const f = theano.function([m], matrixInverse(matrixInverse(m)));
    expectError(() => f([[1, 2]]), ShapeMismatchError, /./);
    const g = theano.function([m, v], T.dot(matrixInverse(m), v));
    expectError(() => g([[1, 2], [2, 4]], [1, 2]), ValueError, /singular/); // prettier-ignore
  });
});

describe("what is computed", () => {
  const [m, v] = [T.dmatrix("m"), T.dvector("v")];
  const ops = (...outputs: TensorVariable[]): string[] =>
    theano
      .function([m, v], outputs, { onUnusedInput: "ignore" })
      .graph.toposort()
      .map((node) => node.op.name)
      .filter((name) => name !== "DimShuffle");
  it("solves instead of inverting, unless the inverse is there", () => {
    expect(ops(T.dot(matrixInverse(m), v))).toEqual(["Solve"]);
    expect(ops(T.dot(v, matrixInverse(m)))).toEqual(["Solve"]);
    expect(ops(T.dot(m, matrixInverse(m.T)))).toEqual(["Solve"]);
    expect(ops(T.dot(matrixInverse(m).T, v))).toEqual(["Solve"]);
    expect(ops(matrixInverse(m), T.dot(matrixInverse(m), v))).toEqual(["MatrixInverse", "dot"]);
  });
  it("solves for a vector in a chain of products", () => {
    expect(ops(T.dot(T.dot(m, matrixInverse(m.T)), v))).toEqual(["Solve", "dot"]);
  });
  it("does without where the matrix is not known to be square", () => {
    expect(ops(T.dot(matrixInverse(m), m))).toEqual(["Solve"]);
    const square = T.tensor({ dtype: "float64", shape: [8, 8] });
    const f = theano.function([square], T.dot(matrixInverse(square), square), { onUnusedInput: "ignore" });
    expect(f.graph.toposort().map((node) => node.op.name)).toEqual(["Eye"]);
  });
});
