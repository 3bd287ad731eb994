/** Random graphs: the passes end, keep types and values, and find nothing more to do the second time. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toNumbers } from "../../src/array/index.ts";
import type { NdArray } from "../../src/array/ndArray.ts";
import { PASSES } from "../../src/compile/mode.ts";
import { evaluate } from "../../src/graph/evaluate.ts";
import { FunctionGraph } from "../../src/graph/functionGraph.ts";
import { runPasses } from "../../src/graph/rewriting/engine.ts";
import { alloc, eye } from "../../src/tensor/alloc.ts";
import { assertOp } from "../../src/tensor/assert.ts";
import { constant } from "../../src/tensor/constant.ts";
import { dcol, dmatrix, drow, dscalar, fmatrix, imatrix } from "../../src/tensor/constructors.ts";
import { dimshuffle } from "../../src/tensor/dimshuffle.ts";
import { dot } from "../../src/tensor/dot.ts";
import { join } from "../../src/tensor/join.ts";
import { matrixInverse } from "../../src/tensor/linalg/inverse.ts";
import { solve } from "../../src/tensor/linalg/solve.ts";
import * as M from "../../src/tensor/math.ts";
import { softmax } from "../../src/tensor/nnet/index.ts";
import { argmax, max, prod, sum } from "../../src/tensor/reduction.ts";
import { reshape } from "../../src/tensor/reshape.ts";
import { shapeI } from "../../src/tensor/shape.ts";
import { at, diag, diagonal, incSubtensor, setSubtensor } from "../../src/tensor/subtensor/index.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";
import { engineOptions, greatestMagnitude, sample } from "./driver.ts";

type T = TensorVariable;

/** Everything is made a matrix of 3 by 3 elements again, so that any step follows any other. */
const square = (v: T): T => alloc(v, 3, 3);

const unary: readonly ((x: T) => T)[] = [
  M.neg,
  M.exp,
  M.abs,
  M.sqr,
  M.tanh,
  M.sigmoid,
  M.inv,
  M.sgn,
  M.floor,
  M.expm1,
  M.erf,
  (x) => M.log(M.add(1, M.exp(x))),
  (x) => M.log(M.abs(x)),
  (x) => M.log1p(M.sqr(x)),
  (x) => M.pow(x, 2),
  (x) => M.pow(x, 3),
  (x) => M.pow(x, 1),
  (x) => M.mul(x, 1),
  (x) => M.add(x, 0.5),
  (x) => M.sub(x, 1),
  (x) => M.sub(1, x),
  (x) => M.div(x, 3),
  (x) => M.mul(-2, x),
  (x) => dimshuffle(x, [1, 0]),
  (x) => square(sum(x, { axis: 0 })),
  (x) => square(sum(x, { axis: 1, keepdims: true })),
  (x) => square(max(x)),
  (x) => square(prod(M.mul(0.5, x), { axis: 1 })),
  (x) => square(at(x, 1)),
  (x) => square(at(x, ":", 1)),
  (x) => at(x, "::-1"),
  (x) => at(at(join(0, x, x), "1:"), ":3"),
  (x) => reshape(reshape(x, [9]), [3, 3]),
  (x) => setSubtensor(at(x, 1), at(x, 0)),
  (x) => incSubtensor(at(x, ":", 2), 0.25),
  (x) => softmax(x),
  (x) => M.log(softmax(x)),
  (x) => M.cast(M.cast(x, "float32"), "float64"),
  (x) => M.fill(x, 2),
  (x) => M.switch_(M.gt(x, 0.5), x, 0),
  (x) => M.add(x, constant([[1, 2, 3]], "float64")),
  (x) => M.mul(x, M.cast(shapeI(x, 0), "float64")),
  (x) => M.exp(M.log(x)),
  (x) => M.log(M.sub(1, M.exp(M.neg(M.abs(x))))),
  (x) => M.log(M.erfc(x)),
  (x) => M.sqrt(M.sqr(x)),
  (x) => M.mul(x, M.sqr(x), x),
  (x) => M.sub(M.mul(3, x), M.mul(2, x)),
  (x) => M.cos(M.neg(x)),
  (x) => M.maximum(x, M.neg(M.abs(x))),
  (x) => M.cast(M.invert(M.lt(M.neg(x), 0.3)), "float64"),
  (x) => M.switch_(M.invert(M.lt(x, 0.5)), M.tanh(x), M.tanh(M.neg(x))),
  (x) => M.div(M.exp(x), sum(M.exp(x), { axis: 1, keepdims: true })),
  (x) => M.sub(x, M.log(sum(M.exp(x), { axis: 1, keepdims: true }))),
  (x) => square(max(M.exp(M.neg(x)), { axis: 0 })),
  (x) => M.mul(square(M.cast(argmax(softmax(x), { axis: 1 }), "float64")), 0.5),
  (x) => square(sum(dimshuffle(x, [1, 0]), { axis: 0 })),
  (x) => square(at(sum(x, { axis: 1 }), 1)),
  (x) => join(0, at(x, ":2"), at(x, "2:")),
  (x) => incSubtensor(at(incSubtensor(at(x, 1), 0.5), 1), 2),
  (x) => square(diagonal(dot(x, x))),
  (x) => square(dot(dot(x, x), at(x, 0))),
  (x) => square(sum(dot(x, x), { axis: 0 })),
  (x) => dot(diag(at(x, 0)), x),
  (x) => dot(M.mul(0.5, x), M.neg(dimshuffle(x, [1, 0]))),
  (x) => M.mul(assertOp(x, M.lt(shapeI(x, 0), 9)), 2),
  (x) => matrixInverse(M.add(M.tanh(x), M.mul(9, eye(3)))),
  (x) => solve(M.mul(2, M.add(M.tanh(x), M.mul(9, eye(3)))), x),
];

const binary: readonly ((x: T, y: T) => T)[] = [
  M.add,
  M.sub,
  M.mul,
  M.div,
  M.maximum,
  M.minimum,
  (x, y) => M.sub(M.add(x, y), x),
  (x, y) => M.div(M.mul(x, y), y),
  (x, y) => dot(x, y),
  (x, y) => M.add(x, M.mul(0.1, dot(x, y))),
  (x, y) => M.switch_(M.gt(x, y), x, y),
  (x, y) => M.mul(M.switch_(M.gt(x, 0.4), x, 0), y),
  (x, y) => M.log(M.add(M.exp(x), M.exp(y))),
  (x, y) => M.div(x, M.add(1, M.exp(y))),
  (x, y) => at(join(1, x, y), ":", "2:5"),
  (x, y) => M.mul(M.exp(x), M.exp(M.neg(y))),
  (x, y) => M.div(y, M.exp(x)),
  (x, y) => M.add(M.mul(x, y), M.mul(x, 0.7)),
  (x, y) => M.maximum(M.minimum(x, y), x),
  (x, y) => square(sum(join(0, x, y), { axis: 0 })),
  (x, y) => M.add(square(at(x, 0)), M.mul(0.5, square(M.add(at(x, 1), dot(x, at(y, 0)))))),
  (x, y) => dot(x, matrixInverse(M.sub(M.tanh(y), M.mul(9, eye(3))))),
  (x, y) => sum(M.mul(dimshuffle(x, [0, 1, "x"]), dimshuffle(y, ["x", 0, 1])), { axis: 1 }),
];

const step = fc.record({ kind: fc.nat(), a: fc.nat(), b: fc.nat() });
const program = fc.record({
  steps: fc.array(step, { minLength: 1, maxLength: 9 }),
  outputs: fc.array(fc.nat(), { minLength: 1, maxLength: 2 }),
});

function build(
  steps: readonly { kind: number; a: number; b: number }[],
  outputs: readonly number[],
): { inputs: T[]; outputs: T[] } {
  const [m, n, r, c, s] = [dmatrix("m"), dmatrix("n"), drow("r"), dcol("c"), dscalar("s")];
  const [f, i] = [fmatrix("f"), imatrix("i")];
  const pool: T[] = [
    m,
    n,
    square(r),
    square(c),
    square(s),
    M.cast(f, "float64"),
    M.mul(1, M.cast(i, "float64")),
    r,
    c,
    s,
  ];
  const plain = pool.length;
  for (const { kind, a, b } of steps) {
    const pick = (k: number): T => pool[k % pool.length]!;
    const wide = (v: T): T => (v.ndim === 2 && !v.type.shape.includes(1) ? v : square(v));
    const k = kind % (unary.length + binary.length);
    // Elementwise functions also meet rows, columns and scalars.
    const value =
      k < unary.length
        ? unary[k]!(wide(pick(a)))
        : binary[k - unary.length]!(wide(pick(a)), k < unary.length + 6 ? pick(b) : wide(pick(b)));
    pool.push(value);
  }
  return { inputs: [m, n, r, c, s, f, i], outputs: outputs.map((o) => pool[plain + (o % steps.length)]!) };
}

/** Floor, comparisons and signs make rounding errors visible: such graphs are only checked where those agree. */
function agrees(before: readonly NdArray[], after: readonly NdArray[], scale: number): boolean {
  return before.every((a, k) => {
    const [x, y] = [toNumbers(a), toNumbers(after[k]!)];
    return x.every((v, j) => !Number.isFinite(v) || Math.abs(v - y[j]!) <= 1e-9 * scale);
  });
}

const DISCONTINUOUS = new Set(["floor", "sgn", "switch", "gt", "lt", "ge", "le", "cast", "Argmax"]);

describe("random graphs", () => {
  it("keep types and values, and reach the fixpoint", () => {
    fc.assert(
      fc.property(program, ({ steps, outputs }) => {
        const example = build(steps, outputs);
        const graph = new FunctionGraph(example.inputs, example.outputs);
        const engine = engineOptions();
        for (const pass of PASSES) {
          runPasses(graph, [pass], engine);
          graph.checkIntegrity();
          if (pass.until === "once") continue;
          // A chain is looked at from its end: where an end moves, its new parts wait for the next run.
          runPasses(graph, [pass], engine);
          expect([...runPasses(graph, [pass], engine)[0]!.fired.keys()], `${pass.name} again`).toEqual([]);
        }
        for (const [k, out] of graph.outputs.entries()) {
          expect(example.outputs[k]!.type.isSuper(out.type)).toBe(true);
        }
        const values = new Map(example.inputs.map((v, k) => [v, sample(v, {}, k, "plain")]));
        const scale = greatestMagnitude(example.outputs, values);
        if (!(scale < 1e6)) return;
        const before = evaluate(example.outputs, values);
        const after = evaluate(graph.outputs, values);
        const names = graph.toposort().map((node) => node.op.key.replace(/Elemwise\{|\}|\W.*/g, ""));
        if (names.some((name) => DISCONTINUOUS.has(name))) return;
        expect(agrees(before, after, scale)).toBe(true);
      }),
      { numRuns: 400, seed: 20240607 },
    );
  });
});
