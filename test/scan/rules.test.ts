/** What the rules of loops do to graphs; that they change no value is what scan.test.ts says of every linker. */
import { describe, expect, it } from "vitest";
import * as theano from "../../src/index.ts";
import { tensor as T } from "../../src/index.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";

const { Scan } = theano.scanModule;
type ScanOp = InstanceType<typeof Scan>;

function loopsOf(f: { readonly graph: theano.CompiledFunction<unknown>["graph"] }): ScanOp[] {
  return f.graph.toposort().flatMap((n) => (n.op instanceof Scan ? [n.op] : []));
}

const opsIn = (op: ScanOp): string[] => op.lambda.nodes.map((n) => n.op.toString());
const reference = new theano.Mode({ linker: "reference", optimizer: null });

const [x, w, v] = [T.dmatrix("x"), T.dmatrix("w"), T.dmatrix("v")];
const h = T.dvector("h");
const point = [
  [
    [0.1, 0.4],
    [0.3, -0.2],
    [0.5, 0.8],
  ],
  [
    [0.3, -0.4],
    [0.5, 0.1],
  ],
  [
    [0.9, 0.2],
    [-0.3, 0.6],
  ],
] as const;

function same(inputs: readonly TensorVariable[], outputs: readonly TensorVariable[], args: readonly unknown[]): void {
  const [fast, slow] = [undefined, reference].map((mode) =>
    theano.function([...inputs], [...outputs], { ...(mode === undefined ? {} : { mode }), onUnusedInput: "ignore" }),
  ) as unknown as [(...a: unknown[]) => theano.NdArray[], (...a: unknown[]) => theano.NdArray[]];
  const expected = slow(...args);
  for (const [i, r] of fast(...args).entries()) {
    const found = r.data as Float64Array;
    expect(r.shape).toEqual(expected[i]!.shape);
    for (const [k, e] of (expected[i]!.data as Float64Array).entries()) expect(found[k]).toBeCloseTo(e, 12);
  }
}

describe("scan_pushout", () => {
  it("an elementwise map needs no loop", () => {
    const [y] = theano.map({ fn: (row) => T.tanh(row).mul(2), sequences: x });
    const f = theano.function([x], y);
    expect(loopsOf(f)).toEqual([]);
    same([x], [y], [point[0]]);
  });

  it("a product with rows of a sequence is one product of all rows", () => {
    const [y] = theano.map({ fn: (row) => row.dot(w), sequences: x });
    expect(loopsOf(theano.function([x, w], y))).toEqual([]);
    same([x, w], [y], point.slice(0, 2));
    const [s] = theano.scan({ fn: (row, p) => T.tanh(row.dot(w).add(p.dot(v))), sequences: x, outputsInfo: h });
    const f = theano.function([x, w, v, h], s);
    expect(opsIn(loopsOf(f)[0]!).filter((n) => n === "dot").length).toBe(1);
    same([x, w, v, h], [s], [...point, [0.2, 0.3]]);
  });

  it("products of matrices in each step too", () => {
    const batches = T.tensor3("batches", "float64");
    const [y] = theano.map({ fn: (b) => T.exp(b.dot(w)), sequences: batches });
    expect(loopsOf(theano.function([batches, w], y))).toEqual([]);
    same([batches, w], [y], [[point[0], point[0]], point[1]]);
    const [z] = theano.map({ fn: (row) => w.dot(row), sequences: x });
    expect(loopsOf(theano.function([x, w], z))).toEqual([]);
    same([x, w], [z], point.slice(0, 2));
  });

  it("what no step changes is computed before the loop", () => {
    const [s] = theano.scan({ fn: (p) => p.dot(T.exp(w)), outputsInfo: h, nSteps: 3 });
    const f = theano.function([h, w], s);
    expect(opsIn(loopsOf(f)[0]!)).toEqual(["dot"]);
    same([h, w], [s], [[1, 2], point[1]]);
  });
});

describe("scan_pushout_dot1", () => {
  it("the gradients of weights are products after the loop", () => {
    const [s] = theano.scan({ fn: (row, p) => T.tanh(row.dot(w).add(p.dot(v))), sequences: x, outputsInfo: h });
    const gradients = theano.grad(s.sum(), [w, v]);
    const f = theano.function([x, w, v, h], gradients);
    const back = loopsOf(f).find((op) => op.reverse)!;
    expect(back.traces).toEqual([false]);
    expect(opsIn(back).filter((n) => n === "dot").length).toBe(1);
    same([x, w, v, h], gradients, [...point, [0.2, 0.3]]);
  });
});

describe("a batch of one", () => {
  const batches = T.tensor3("batches", "float64");
  const [u, z] = [T.dmatrix("u"), T.dvector("z")];
  const states = theano.scan({
    fn: (row, p) => T.tanh(row.dot(w).add(p.dot(u)).add(z)),
    sequences: batches,
    outputsInfo: T.zeros([1, 2], "float64"),
  })[0];
  const goals = [states, ...theano.grad(states.sum(), [w, u, z])];

  it("of sequences whose batch is not known is computed", () => {
    const rows = [[[0.1, 0.4]], [[0.3, -0.2]], [[0.5, 0.8]]];
    for (const linker of ["wasm", "c"]) {
      const f = theano.function([batches, w, u, z], goals, { mode: new theano.Mode({ linker }) });
      const slow = theano.function([batches, w, u, z], goals, { mode: reference });
      const args = [rows, point[1], point[2].slice(0, 2), [0.1, -0.2]] as const;
      const expected = slow(...args);
      for (const [i, r] of f(...args).entries()) {
        for (const [k, e] of [...(expected[i]!.data as Float64Array)].entries()) expect(r.data[k]).toBeCloseTo(e, 12);
      }
    }
  });

  it("has the gradients of its weights after the loop", () => {
    const back = loopsOf(theano.function([batches, w, u, z], goals)).find((op) => op.reverse)!;
    // The products that are left: with the transposed weights, and none of states with slopes.
    expect(opsIn(back).filter((n) => n === "dot").length).toBe(1);
    expect(back.traces.length).toBe(2);
  });
});

describe("a transposed matrix that no step changes", () => {
  it("is copied once, before the loop", () => {
    for (const linker of ["wasm", "c"]) {
      const [s] = theano.scan({ fn: (p) => T.tanh(p.dot(w.T)), outputsInfo: x, nSteps: 4 });
      const f = theano.function([x, w], s.at(-1), { mode: new theano.Mode({ linker }) });
      expect(String(f.program)).toMatch(/w\.rows\[[^]*for k < 4:[^]*gemm [^]*w\.rows/);
      const slow = theano.function([x, w], s.at(-1), { mode: reference });
      const [found, expected] = [f, slow].map((g) => g(point[0], point[1]).data as Float64Array);
      for (const [k, e] of expected!.entries()) expect(found![k]).toBeCloseTo(e, 12);
    }
  });
});

describe("scan_remove_unused and scan_save_mem", () => {
  it("only the last state is kept where only it is wanted", () => {
    const n = T.lscalar("n");
    const [s] = theano.scan({ fn: (p) => p.mul(0.5).add(1), outputsInfo: T.constant(0, "float64"), nSteps: n });
    const f = theano.function([n], s.at(-1));
    expect(loopsOf(f)[0]!.traces).toEqual([false]);
    expect(+f(3)).toBe(1.75);
    expect(+f(1_000_000)).toBe(2);
    expect(() => f(0)).toThrow(theano.IndexError);
  });

  it("the last state of a loop that until ends", () => {
    const limit = T.dscalar("limit");
    const [s] = theano.scan({
      fn: (p) => [p.mul(2), theano.until(p.mul(2).gt(limit))],
      outputsInfo: T.constant(1, "float64"),
      nSteps: 1000,
    });
    const f = theano.function([limit], s.at(-1));
    expect(loopsOf(f)[0]!.traces).toEqual([false]);
    expect(+f(100)).toBe(128);
  });

  it("a state that is read otherwise is kept", () => {
    const [s] = theano.scan({
      fn: (p, e) => p.mul(e),
      outputsInfo: T.constant(1, "float64"),
      nonSequences: 2,
      nSteps: 4,
    });
    const f = theano.function([], [s.at(-1), s.at(1)]);
    expect(loopsOf(f)[0]!.traces).toEqual([true]);
    expect(f().map(Number)).toEqual([16, 4]);
  });

  it("outputs, states and inputs that nobody reads are left out", () => {
    const [[a, b]] = theano.scan({
      fn: (row, p, q) => [p.add(row.sum()), q.mul(row.at(0))],
      sequences: x,
      outputsInfo: [T.constant(0, "float64"), T.constant(1, "float64")],
    });
    const f = theano.function([x], a);
    expect(loopsOf(f)[0]!.traces.length).toBe(1);
    same([x], [a, b], [point[0]]);
  });
});

describe("scan_merge", () => {
  it("loops over the same sequences are one, and common states are computed once", () => {
    const step = (row: TensorVariable, p: TensorVariable): TensorVariable => T.tanh(row.add(p));
    const loop = (extra: (s: TensorVariable) => TensorVariable): TensorVariable =>
      theano.scan({
        fn: (row, p) => [step(row, p), extra(step(row, p).add(p))],
        sequences: x,
        outputsInfo: [h, null],
      })[0][1];
    const [a, b] = [loop((s) => s.sum()), loop((s) => s.max())];
    const f = theano.function([x, h], [a, b]);
    const loops = loopsOf(f);
    expect(loops.length).toBe(1);
    expect(loops[0]!.traces.length).toBe(1);
    same([x, h], [a, b], [point[0], [0.1, 0.2]]);
  });

  it("a loop that needs another one stays apart", () => {
    const [a] = theano.scan({ fn: (row, p) => p.mul(row), sequences: x, outputsInfo: h });
    const [b] = theano.scan({ fn: (row, r, p) => p.mul(r).sub(row), sequences: [x, a], outputsInfo: h });
    expect(loopsOf(theano.function([x, h], [a, b])).length).toBe(2);
    same([x, h], [a, b], [point[0], [0.1, 0.2]]);
  });

  it("forward values that a gradient needs come from the forward loop itself", () => {
    const [s] = theano.scan({
      fn: (row, p) =>
        T.tanh(p.dot(w))
          .mul(T.sigmoid(p.dot(v)))
          .add(row),
      sequences: x,
      outputsInfo: h,
    });
    const results = [s, ...theano.grad(s.sum(), [w, v, h])];
    const f = theano.function([x, w, v, h], results);
    expect(loopsOf(f).length).toBe(2);
    same([x, w, v, h], results, [...point, [0.2, 0.3]]);
  });
});

describe("programs", () => {
  it("a loop is part of the program: no call of JavaScript", () => {
    const [s] = theano.scan({ fn: (row, p) => T.tanh(row.dot(w).add(p)), sequences: x, outputsInfo: h });
    const f = theano.function([x, w, h], theano.grad(s.sum(), w), { profile: true });
    expect(f.profile!.hostCalls ?? []).toEqual([]);
    expect(String(f.program)).toMatch(/for k </);
  });
});
