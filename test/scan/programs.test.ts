/** Programs of loops: verified, every access checked by the interpreter, and the same bits on WebAssembly. */
import { describe, it } from "vitest";
import * as theano from "../../src/index.ts";
import { tensor as T } from "../../src/index.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";
import { agree, type Args } from "../conformance/driver.ts";

type Case = readonly [
  name: string,
  inputs: readonly TensorVariable[],
  outputs: () => readonly TensorVariable[],
  args: readonly Args[],
  exactly?: boolean,
];

const [x, h, m, w] = [T.dvector("x"), T.dscalar("h"), T.dmatrix("m"), T.dmatrix("w")];
const n = T.lscalar("n");
const vector = [0.5, -1, 2, 0.25];
const matrix = [
  [0.5, -0.25],
  [1, 0.75],
];
const three = [...matrix, [0.1, -0.9]];

function loop(
  fn: (...args: TensorVariable[]) => TensorVariable,
  options: Omit<theano.ScanOptions, "returnList">,
): TensorVariable {
  return (theano.scan(fn as (...args: TensorVariable[]) => TensorVariable, options) as unknown as [TensorVariable])[0];
}

const accumulate = (dtype: theano.DType): Case => {
  const v = T.vector("v", dtype);
  const start = T.scalar("start", dtype);
  return [
    `a sum of ${dtype}`,
    [v, start],
    () => {
      const s = loop((e, p) => (dtype === "bool" ? p.xor(e) : p.add(e)), { sequences: v, outputsInfo: start });
      return [s, s.at(-1)];
    },
    [
      [theano.array([1, 0, 1, 1], "int8").astype(dtype), theano.array(1, "int8").astype(dtype)],
      [theano.array([1], "int8").astype(dtype), theano.array(0, "int8").astype(dtype)],
    ],
  ];
};

const cases: readonly Case[] = [
  ...(["bool", "int8", "uint64", "int64", "float16", "float32", "float64", "complex64", "complex128"] as const).map(
    accumulate,
  ),
  [
    "a trace that a product writes next to what it reads",
    [m, n],
    () => [loop((p) => p.dot(m), { outputsInfo: T.identityLike(m), nSteps: n })],
    [[matrix, 5], [matrix, 0], [[], 3].map((a) => (Array.isArray(a) ? theano.zeros([0, 0], "float64") : a))],
    false,
  ],
  [
    "a trace whose rows start as the rows before",
    [x, m, n],
    () => [
      loop((p) => T.setSubtensor(p.at("1:"), T.cos(p.at(":-1"))), { outputsInfo: x, nSteps: n }),
      loop((p) => p.dot(m).add(p), { outputsInfo: T.identityLike(m), nSteps: n }),
    ],
    [[vector, matrix, 3]],
    false,
  ],
  [
    "a last state that a product replaces",
    [m, n],
    () => [loop((p) => p.dot(m).add(p), { outputsInfo: T.identityLike(m), nSteps: n }).at(-1)],
    [[matrix, 6]],
    false,
  ],
  [
    "states that change places",
    [h, n],
    () => {
      const [[a, b, c]] = theano.scan({
        fn: (p, q, r) => [q, r, p.add(q)],
        outputsInfo: [h, h.mul(2), h.add(1)],
        nSteps: n,
      });
      return [a.at(-1), b.at(-1), c.at(-1)];
    },
    [
      [1.5, 7],
      [1.5, 1],
    ],
  ],
  [
    "until",
    [x, h],
    () => {
      const s = theano.scan({
        fn: (e, p) => [p.add(e.mul(e)), theano.until(p.gt(h))],
        sequences: x,
        outputsInfo: T.constant(0, "float64"),
      })[0];
      return [s.at(-1), theano.grad(s.at(-1), x)];
    },
    [
      [vector, 0.2],
      [vector, 100],
      [vector, -1],
    ],
  ],
  [
    "gradients of a recurrence, twice",
    [x, h],
    () => {
      const s = loop((e, p) => T.tanh(p.mul(1.5).add(e)), { sequences: x, outputsInfo: h });
      const g = theano.grad(s.sum(), h);
      return [s, g, theano.grad(g, x), theano.grad(g, h)];
    },
    [
      [vector, 0.3],
      [[0.1], 0.3],
    ],
  ],
  [
    "weights",
    [m, w],
    () => {
      const s = loop((e, p) => T.tanh(p.dot(w).add(e)), { sequences: m, outputsInfo: T.zerosLike(w.at(0)) });
      return [s, ...theano.grad(s.sum(), [m, w])];
    },
    [
      [three, matrix],
      [[matrix[0]!], matrix],
    ],
    false,
  ],
  [
    "a choice in each step",
    [x, h],
    () => {
      const s = loop((e, p) => theano.ifelse(e.gt(0), T.exp(p.mul(e)), p.sub(e)), { sequences: x, outputsInfo: h });
      return [s, theano.grad(s.sum(), x)];
    },
    [[vector, 0.3]],
  ],
  [
    "a loop in a loop",
    [m, h],
    () => {
      const s = loop((row, p) => loop((e, q) => T.sin(q.add(e)), { sequences: row, outputsInfo: p }).at(-1), {
        sequences: m,
        outputsInfo: h,
      });
      return [s, theano.grad(s.sum(), m)];
    },
    [[three, 0.3]],
  ],
  [
    "reductions and rows in each step",
    [m, x],
    () => {
      const [[s, r]] = theano.scan({
        fn: (row, p) => [p.mul(0.5).add(row.max()), T.nnet.softmax(row.add(p.sum())).flatten()],
        sequences: m,
        outputsInfo: [x, null],
      });
      return [s, r, theano.grad(s.sum().add(T.sqr(r).sum()), m)];
    },
    [[three, [1, 2, 3]]],
  ],
  [
    "indices in each step",
    [x, m],
    () => {
      const s = loop((i, p) => p.add(m.at(i).sum()).mul(m.at(i, 0)), {
        sequences: T.arange(m.shape[0]!),
        outputsInfo: x.at(0),
      });
      return [s, theano.grad(s.sum(), m)];
    },
    [[vector, three]],
  ],
];

describe("programs of loops", () => {
  for (const [name, inputs, outputs, args, exactly = true] of cases) {
    it(name, () => agree(name, inputs, outputs(), args, { rel: 1e-12, abs: 1e-12 }, exactly));
  }
});
