/** Loops over very many arrays are cut into stages: few arrays in each, the same bits as one loop. */
import { describe, expect, it } from "vitest";
import * as theano from "../../src/index.ts";
import { tensor as T } from "../../src/index.ts";
import { IrBuilder } from "../../src/ir/build.ts";
import type { Expr, Stmt } from "../../src/ir/node.ts";
import type { NdArray } from "../../src/array/ndArray.ts";
import { whyNotNative } from "../../src/runtime/native/device.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";
import { IndexAlgebra } from "../../src/lowering/indexAlgebra.ts";
import { inStages } from "../../src/lowering/stages.ts";
import { agree, difference, sample } from "../conformance/driver.ts";

const vectors = (count: number): TensorVariable[] =>
  Array.from({ length: count }, (_, i) => T.dvector(`x${i}`) as TensorVariable);

/** Wide expressions of many arrays. */
const CASES: Readonly<Record<string, (xs: readonly TensorVariable[]) => TensorVariable[]>> = {
  "a sum": (xs) => [T.add(...(xs as [TensorVariable]))],
  "a sum of products": (xs) => [xs.slice(1).reduce((s, x, i) => s.add(x.mul(xs[i]!)), xs[0]!)],
  // The sum is handed on through all stages, each array is read twice.
  "weights that sum to one": (xs) => {
    const total = T.add(...(xs as [TensorVariable])).add(100);
    return [xs.reduce((s, x) => s.mul(0.5).add(x.div(total)))];
  },
  choices: (xs) => [xs.reduce((s, x) => T.switch(T.gt(x, s), x.sub(1), s.mul(0.75)))],
  "many results": (xs) => xs.slice(1).map((x, i) => x.mul(2).add(xs[i]!)),
};

const program = (outputs: TensorVariable[], xs: readonly TensorVariable[]): string =>
  String(theano.function([...xs], outputs, { mode: new theano.Mode({ linker: "wasm" }) }).program);

const arraysRead = (loop: string): number => new Set(loop.match(/\bx\d+(?=\[)/g)).size;

describe("stages", () => {
  it.each(Object.entries(CASES))("%s of 40 arrays", (_, make) => {
    const xs = vectors(40);
    const loops = program(make(xs), xs)
      .split(/^ *vector for /m)
      .slice(1);
    expect(loops.length).toBeGreaterThan(3);
    for (const loop of loops) expect(arraysRead(loop)).toBeLessThanOrEqual(12);
  });

  it("a dozen arrays are one loop", () => {
    const xs = vectors(12);
    const text = program(CASES["a sum"]!(xs), xs);
    expect(text.match(/for /g)).toHaveLength(1);
    expect(text).not.toMatch(/temp /);
  });

  it("results that need nothing of each other are handed on nothing", () => {
    const xs = vectors(40);
    expect(program(CASES["many results"]!(xs), xs)).not.toMatch(/temp /);
  });

  it("a loop whose values all live to its end stays one", () => {
    const b = new IrBuilder();
    const alg = new IndexAlgebra(b);
    const i = b.natural("i");
    const size = b.index(100_000);
    const loads = Array.from({ length: 30 }, (_, k) => b.load(b.buffer(`x${k}`, "f64", "input", size), i));
    const roots = loads.map((x) => b.sqrt(x));
    // All roots are wanted again after the last one.
    let value: Expr = b.constant("f64", 1);
    for (const x of roots) value = b.add(b.mul(value, 2), x);
    for (const x of roots) value = b.sub(b.mul(value, 2), x);
    const store: Stmt = { kind: "store", buffer: b.buffer("y", "f64", "output", size), index: i, value };
    const make = (name: string, type: "f64"): never => b.workerBuffer(name, type, size) as never;
    expect(inStages(alg, [{ ref: i, size }], [store], make as never)).toBeNull();
  });

  it("reads before it overwrites", () => {
    // Updates in place: each reads what others write.
    const shared = Array.from({ length: 20 }, (_, i) =>
      theano.shared(sample("float64", [5_000], i), { name: `s${i}`, shape: [null] }),
    );
    const updates = shared.map((s, i): [typeof s, TensorVariable] => [
      s,
      s.mul(0.5).add(shared[(i + 1) % 20]!.mul(shared[(i + 7) % 20]!)) as TensorVariable,
    ]);
    const results = (linker: "wasm" | "reference"): NdArray[] => {
      for (const [i, s] of shared.entries()) s.setValue(sample("float64", [5_000], i));
      const f = theano.function([], [], { updates, mode: new theano.Mode({ linker }) });
      f();
      f();
      return shared.map((s) => s.getValue() as NdArray);
    };
    const wanted = results("reference");
    for (const [i, got] of results("wasm").entries()) expect(difference(got, wanted[i]!, { rel: 1e-13 })).toBeNull();
  });
});

describe("what goes in stages agrees with perform and the interpreter", () => {
  it.each(Object.entries(CASES))("%s", (name, make) => {
    const xs = vectors(30);
    const sizes = [0, 1, 5, 600];
    agree(
      name,
      xs,
      make(xs),
      sizes.map((n) => xs.map((_, i) => sample("float64", [n], i))),
      { rel: 1e-12, abs: 1e-12 },
    );
  });

  it("reductions of everything, of rows and of columns", () => {
    const xs = Array.from({ length: 26 }, (_, i) => T.dmatrix(`x${i}`) as TensorVariable);
    const wide = T.sqr(T.add(...(xs as [TensorVariable])));
    const outputs = [
      wide.sum(),
      wide.max({ axis: 1 }),
      T.argmin(wide, { axis: 1 }),
      wide.sum({ axis: 0 }),
      T.mean(wide.T),
      wide.mul(2),
    ];
    const each = outputs.map((y) => [y]);
    const shapes = [
      [1, 1],
      [6, 6],
      [3, 1_300],
    ];
    for (const results of [outputs, ...each]) {
      const args = shapes.map((shape) => xs.map((_, i) => sample("float64", shape, i)));
      agree("reductions", xs, results, args, { rel: 1e-12, abs: 1e-12 });
    }
    const text = program([wide.sum()], xs);
    expect(text).toMatch(/reduce j .*\n.* = sum elements\[j\]/);
  });

  it("more than a strip", () => {
    const xs = vectors(14);
    const args = xs.map((_, i) => sample("float64", [16_384 * 2 + 5], i));
    agree("strips", xs, CASES["a sum of products"]!(xs), [args], { rel: 1e-12, abs: 1e-12 });
  });

  it("matrices, views and numbers", () => {
    const xs = Array.from({ length: 26 }, (_, i) => T.dmatrix(`x${i}`) as TensorVariable);
    const views = xs.map((x, i) => (i % 3 === 0 ? x.T : i % 3 === 1 ? x.at("::-1") : x));
    const sum = T.add(...(views as [TensorVariable]));
    const shapes = [
      [6, 6],
      [0, 0],
      [40, 40],
    ];
    agree(
      "views",
      xs,
      [sum, T.exp(sum.mul(0.01)).sub(sum)],
      shapes.map((shape) => xs.map((_, i) => sample("float64", shape, i))),
      { rel: 1e-12, abs: 1e-12 },
      false,
    );
    const numbers = Array.from({ length: 20 }, (_, i) => T.dscalar(`n${i}`) as TensorVariable);
    agree("numbers", numbers, [T.add(...(numbers as [TensorVariable]))], [numbers.map((_, i) => i)]);
  });

  it.skipIf(whyNotNative() !== null)("the C target and several threads give the bits of WebAssembly", () => {
    const xs = vectors(40);
    const args = xs.map((_, i) => sample("float64", [70_000], i));
    const outputs = [...CASES["weights that sum to one"]!(xs), ...CASES["a sum"]!(xs)];
    const run = (linker: "c" | "wasm", threads: number): NdArray[] => {
      theano.config.nThreads = threads;
      const f = theano.function([...xs], outputs, { mode: new theano.Mode({ linker }) }) as never as (
        ...args: unknown[]
      ) => NdArray[];
      f(...args);
      return f(...args);
    };
    const wanted = run("wasm", 1);
    for (const threads of [1, 3]) {
      for (const [i, got] of run("c", threads).entries()) expect(difference(got, wanted[i]!, {})).toBeNull();
    }
    theano.config.nThreads = 0;
  });
});
