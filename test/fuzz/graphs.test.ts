/**
 * Random graphs, rewritten and compiled, against the unrewritten graph run by `perform`, with their gradients. Functions are
 * smooth or exact and values moderate, so that a difference is an error and not an ill-conditioned number.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as theano from "../../src/index.ts";
import { tensor as T } from "../../src/index.ts";
import type { NdArray } from "../../src/array/ndArray.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";
import { compileFor, difference, sample } from "../conformance/driver.ts";

type V = TensorVariable;

/** Every node is a matrix of one of these kinds; sizes are only known when the function is called. */
interface Node {
  readonly v: V;
  readonly rows: "m" | 1;
  readonly columns: "n" | 1;
}

const unary: readonly ((v: V) => V)[] = [
  (v) => T.tanh(v),
  (v) => T.exp(T.tanh(v)),
  (v) => T.log(T.add(1, T.exp(v))),
  (v) => T.sqr(v).mul(0.25),
  (v) => T.nnet.sigmoid(v),
  (v) => v.neg(),
  (v) => T.sin(v),
  (v) => T.sqrt(T.sqr(v).add(1)),
  (v) => v.mul(2).sub(1),
  (v) => T.inv(T.sqr(v).add(2)),
  (v) => T.log(T.nnet.softmax(v)),
];
const binary: readonly ((a: V, b: V) => V)[] = [
  (a, b) => a.add(b),
  (a, b) => a.sub(b),
  (a, b) => a.mul(b),
  (a, b) => a.div(T.sqr(b).add(1)),
  (a, b) => T.switch(T.gt(a, b), a.mul(0.5), T.tanh(b)),
];
const shaping: readonly ((x: Node) => Node)[] = [
  ({ v, columns }) => ({ v: v.sum({ axis: 0, keepdims: true }).mul(0.1), rows: 1, columns }),
  ({ v, rows }) => ({ v: v.mean({ axis: 1, keepdims: true }), rows, columns: 1 }),
  ({ v, rows }) => ({ v: v.max({ axis: 1, keepdims: true }), rows, columns: 1 }),
  ({ v }) => ({ v: v.sum({ keepdims: true }).mul(0.01), rows: 1, columns: 1 }),
  ({ v, rows, columns }) => ({ v: v.at("::-1", "::-1"), rows, columns }),
  ({ v, rows, columns }) => ({ v: v.T.at("::-1").T, rows, columns }),
  ({ v, rows, columns }) => ({ v: T.setSubtensor(v.at("0:1"), v.at("0:1").mul(3)), rows, columns }),
  ({ v, rows, columns }) => ({ v: T.concatenate([v.at("1:"), v.at("0:1")], { axis: 0 }), rows, columns }),
  ({ v, rows, columns }) => ({ v: v.dimshuffle(1, "x", 0).reshape([v.shape[1]!, v.shape[0]!]).T, rows, columns }),
];

const step = fc.record({ kind: fc.nat(9), op: fc.nat(1000), a: fc.nat(1000), b: fc.nat(1000) });
const graph = fc.record({
  steps: fc.array(step, { minLength: 2, maxLength: 14 }),
  dtype: fc.constantFrom("float64", "float32"),
  m: fc.integer({ min: 1, max: 19 }),
  n: fc.integer({ min: 1, max: 21 }),
});

function grow(leaves: readonly Node[], steps: readonly { kind: number; op: number; a: number; b: number }[]): V {
  const nodes = [...leaves];
  const pick = (k: number): Node => nodes[nodes.length - 1 - (k % Math.min(nodes.length, 5))]!;
  for (const { kind, op, a, b } of steps) {
    const [x, y] = [pick(a), pick(b)];
    if (kind < 3) nodes.push({ ...x, v: unary[op % unary.length]!(x.v) });
    else if (kind < 6) {
      const rows = x.rows === 1 ? y.rows : x.rows;
      const columns = x.columns === 1 ? y.columns : x.columns;
      nodes.push({ v: binary[op % binary.length]!(x.v, y.v), rows, columns });
    } else if (kind < 9) {
      const made = shaping[op % shaping.length]!(x);
      // Steps that need several rows leave others alone; those of one row keep their static size.
      const oneRow = x.rows === 1 || x.columns === 1;
      nodes.push(oneRow && op % shaping.length > 3 ? x : made);
    } else if (x.rows === "m" && x.columns === "n") {
      nodes.push({ v: T.tanh(T.dot(x.v, leaves[0]!.v.T)).dot(x.v).mul(0.1), rows: "m", columns: "n" });
    }
  }
  return nodes.at(-1)!.v;
}

describe("random graphs", () => {
  it("give what perform gives, with their gradients", () => {
    let grown = 0;
    fc.assert(
      fc.property(graph, ({ steps, dtype, m, n }) => {
        const d = dtype as "float64" | "float32";
        const x = T.tensor({ dtype: d, shape: [null, null], name: "x" });
        const row = T.tensor({ dtype: d, shape: [1, null], name: "row" });
        const column = T.tensor({ dtype: d, shape: [null, 1], name: "column" });
        const out = grow(
          [
            { v: x, rows: "m", columns: "n" },
            { v: row, rows: 1, columns: "n" },
            { v: column, rows: "m", columns: 1 },
          ],
          steps,
        );
        const cost = T.sum(T.tanh(out));
        const slopes = theano.grad(cost, [x, row, column], { disconnectedInputs: "ignore" });
        const outputs = [out, cost, ...slopes];
        const args = [sample(d, [m, n], 1), sample(d, [1, n], 2), sample(d, [m, 1], 3)];
        const run = (linker: "reference" | "wasm", optimizer: "fast_run" | "None"): NdArray[] =>
          compileFor(linker, [x, row, column], outputs, optimizer)(...args);
        const [wanted, got] = [run("reference", "None"), run("wasm", "fast_run")];
        grown++;
        // Rounding grows with depth and with the size of what was added up.
        const rel = d === "float64" ? 1e-9 : 2e-3;
        for (const [i, w] of wanted.entries())
          expect(difference(got[i]!, w, { rel, abs: rel }), `output ${i}`).toBeNull();
      }),
      { numRuns: 150, seed: 20261121 },
    );
    expect(grown).toBeGreaterThan(100);
  });
});
