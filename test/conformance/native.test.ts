/** The C target against WebAssembly: the same bits, but for matrix products. Skipped, and said so, where there is no compiler or no koffi. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as theano from "../../src/index.ts";
import { tensor as T } from "../../src/index.ts";
import type { NdArray } from "../../src/array/ndArray.ts";
import { whyNotNative } from "../../src/runtime/native/device.ts";
import * as scalars from "../../src/scalar/index.ts";
import type { ScalarOp } from "../../src/scalar/define.ts";
import { applyElemwise, Elemwise } from "../../src/tensor/elemwise.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";
import { difference, DTYPES, edges, sample, type Tolerance } from "./driver.ts";

const why = whyNotNative();
if (why !== null) console.log(`The C target is not tested: ${why}.`);

const ops = Object.values(scalars).filter((v): v is ScalarOp => typeof v === "object" && v !== null && "lower" in v);

/** One function per linker, since a compiler takes its time. */
function same(
  inputs: readonly TensorVariable[],
  outputs: readonly TensorVariable[],
  argLists: readonly (readonly unknown[])[],
  tolerance: Tolerance = {},
): void {
  const compile = (linker: "c" | "wasm"): ((...args: unknown[]) => NdArray[]) =>
    theano.function([...inputs], [...outputs], { mode: new theano.Mode({ linker }), onUnusedInput: "ignore" }) as never;
  const [c, wasm] = [compile("c"), compile("wasm")];
  for (const args of argLists) {
    const wanted = wasm(...args);
    for (const [i, got] of c(...args).entries())
      expect(difference(got, wanted[i]!, tolerance), `result ${i}: ${outputs[i]!.toString()}`).toBeNull();
  }
}

describe.skipIf(why !== null)("the C target", () => {
  beforeAll(() => {
    theano.config["gcc.cxxflags"] = "-O1";
    // The same bits are promised where no multiply-add is fused.
    theano.config.deterministic = true;
  });
  afterAll(() => {
    theano.config["gcc.cxxflags"] = "";
    theano.config.deterministic = false;
  });

  it.each(DTYPES)("elementwise functions of %s, to the bit", (dtype) => {
    const [x, y, condition] = [
      T.tensor({ dtype, shape: [null] }),
      T.tensor({ dtype, shape: [null] }),
      T.tensor({ dtype: "bool", shape: [null] }),
    ];
    const outputs = ops.flatMap((op) => {
      const inputs: TensorVariable[] = [x, y, x].slice(0, op.arity === "n" ? 2 : op.arity);
      if (op.name === "switch") inputs[0] = condition;
      try {
        return [applyElemwise(new Elemwise(op), inputs) as TensorVariable];
      } catch {
        return [];
      }
    });
    expect(outputs.length).toBeGreaterThan(20);
    same(
      [x, y, condition],
      outputs,
      [0, 1, 37, 90].map((n) => [edges(dtype, n, 1), edges(dtype, n, 4), edges("bool", n, 2)]),
    );
  });

  it.each(["float16", "float32", "float64", "complex64", "complex128"] as const)(
    "elementwise functions of %s with fused multiply-adds, within the bounds",
    (dtype) => {
      theano.config.deterministic = false;
      const x = T.tensor({ dtype, shape: [null] });
      const outputs = ops.flatMap((op) => {
        try {
          return op.arity === 1 ? [applyElemwise(new Elemwise(op), [x]) as TensorVariable] : [];
        } catch {
          return [];
        }
      });
      const eps = dtype === "float16" ? 2 ** -10 : dtype === "float32" || dtype === "complex64" ? 2 ** -23 : 2 ** -52;
      // Each side is within 4 units in the last place of the true value, or of the largest term near a zero.
      same([x], outputs, [[edges(dtype, 90, 1)], [sample(dtype, [1000])]], { rel: 8 * eps, abs: 16 * eps });
      theano.config.deterministic = true;
    },
  );

  it.each(DTYPES)("reductions and structure of %s, to the bit", (dtype) => {
    const x = T.tensor({ dtype, shape: [null, null] });
    const isComplex = dtype.startsWith("complex");
    const outputs: T.TensorVariable[] = [0, 1, null].flatMap((axis) => [
      T.sum(x, { axis }),
      T.prod(x, { axis }),
      T.all(x, { axis }),
      ...(isComplex ? [] : [T.max(x, { axis }), T.min(x, { axis }), T.argmax(x, { axis })]),
    ]);
    outputs.push(
      x.T,
      x.at("::-1", "::2"),
      x.at([0, 2, -1]),
      T.join(0, x, x),
      T.setSubtensor(x.at("1:3"), x.at("0:2")),
      T.incSubtensor(x.at([0, 0, 1]), x.at([1, 2, 0])),
      T.cumsum(x, { axis: 0 }),
      T.triu(x),
      x.reshape([-1]),
      T.tile(x, [2, 1]),
    );
    same(
      [x],
      outputs,
      [
        [5, 7],
        [3, 1100],
        [40, 3],
      ].map((shape) => [sample(dtype, shape)]),
    );
  });

  it.each(["float32", "float64"] as const)("softmax and products of %s", (dtype) => {
    const [x, y] = [T.tensor({ dtype, shape: [null, null] }), T.tensor({ dtype, shape: [null, null] })];
    same(
      [x],
      [T.nnet.softmax(x), T.nnet.logsoftmax(x)],
      [
        [1, 1],
        [20, 10],
        [3, 1300],
      ].map((s) => [sample(dtype, s)]),
    );
    const eps = dtype === "float32" ? 2 ** -23 : 2 ** -52;
    const sizes = [
      [1, 1, 1],
      [5, 7, 3],
      [6, 16, 300],
      [13, 33, 17],
      [100, 1, 9],
      [7, 0, 3],
      [300, 77, 1],
      [1, 300, 77],
      [33, 1000, 1],
    ] as const;
    same(
      [x, y],
      [T.dot(x, y), T.dot(y.T, x.T), x.dot(y).mul(2).add(1), x.dot(y).mul(-0.5)],
      sizes.map(([m, k, n]) => [sample(dtype, [m, k]), sample(dtype, [k, n], 2)]),
      { rel: 4 * eps, abs: 300 * eps * 32 },
    );
  });

  it("updates, failures and changing shapes", () => {
    const s = theano.shared([1, 2, 3]);
    const i = T.lscalar("i");
    const f = theano.function([i], s.at(i), { mode: new theano.Mode({ linker: "c" }), updates: [[s, s.mul(2)]] });
    expect(Number(f(1))).toBe(2);
    expect(() => f(7)).toThrow(theano.IndexError);
    expect(String(s.getValue())).toBe("[2. 4. 6.]");
    const g = theano.function([], s.sum());
    expect(Number(g())).toBe(12);
    s.setValue([1, 1, 1, 1, 1]);
    expect(Number(f(4))).toBe(1);
    expect(Number(g())).toBe(10);
  });
});
