/** Assertions: what fails, where, and what they cost. */
import { describe, expect, it } from "vitest";
import * as theano from "../../src/index.ts";
import { AssertionError, tensor as T } from "../../src/index.ts";
import type { FunctionGraph } from "../../src/graph/functionGraph.ts";
import { Elemwise } from "../../src/tensor/elemwise.ts";
import { verifyGrad } from "../../src/verifyGrad.ts";
import { whyNotNative } from "../../src/runtime/native/device.ts";

const [x, y, n] = [T.dvector("x"), T.dvector("y"), T.lscalar("n")];

const linkers = (["reference", "wasm", "c"] as const).filter((l) => l !== "c" || whyNotNative() === null);
const modes = linkers.flatMap((linker) => [
  new theano.Mode({ linker }),
  new theano.Mode({ linker, optimizer: "None" }),
]);
const opsOf = (f: { readonly graph: FunctionGraph }): string[] =>
  f.graph.toposort().map((node) => (node.op instanceof Elemwise ? node.op.scalarOp.name : node.op.name));

function failure(body: () => unknown): AssertionError {
  try {
    body();
  } catch (error) {
    expect(error).toBeInstanceOf(AssertionError);
    return error as AssertionError;
  }
  throw new Error("nothing failed");
}

describe.each(modes)("with %s", (mode) => {
  it("gives the value, or the message and the user's line", () => {
    const positive = new T.opt.Assert("x must be positive");
    const f = theano.function([x], T.sqr(positive.call(x, T.gt(x, 0))), { mode });
    expect(f([0.5, 1]).toList()).toEqual([0.25, 1]);
    expect(f([]).toList()).toEqual([]);
    const error = failure(() => f([1, -1]));
    expect(error.message).toContain("x must be positive");
    expect(error.createdAt).toContain("assert.test.ts");
    expect(error.code).toBe("ERR_ASSERTION");
    expect(error.op).toBe("Assert");
    failure(() => f([1, NaN]));
  });
  it("says which of several conditions is false", () => {
    const f = theano.function([x, n], T.opt.assertOp(x, T.eq(x.shape[0], 2), n, T.lt(n, 5)), { mode });
    expect(f([1, 2], 3).toList()).toEqual([1, 2]);
    expect(failure(() => f([1, 2], 0)).message).toContain("Theano Assert failed!\nCondition 2 of 3 is false.");
    expect(failure(() => f([1, 2], 7)).message).toContain("Condition 3 of 3");
    expect(failure(() => f([1], 3)).message).toContain("Condition 1 of 3");
  });
  it("fails when it runs, not when it is compiled", () => {
    const f = theano.function([x], T.opt.assertOp(x, T.constant(false, "bool")), { mode });
    failure(() => f([1]));
    const g = theano.function([], T.opt.assertOp(T.constant([1, 2], "float64"), T.eq(1, 2)), { mode });
    failure(() => g());
  });
  it("leaves shared variables as they were", () => {
    const s = theano.shared([1, 2], { name: "s" });
    const f = theano.function([x], [], { updates: [[s, s.add(T.opt.assertOp(x, T.gt(x, 0)))]], mode });
    failure(() => f([1, -1]));
    expect(s.getValue().toList()).toEqual([1, 2]);
    f([1, 1]);
    expect(s.getValue().toList()).toEqual([2, 3]);
  });
  it("is tested in each step of a loop", () => {
    const small = new T.opt.Assert("too large");
    const [steps] = theano.scan({
      fn: (v: T.TensorVariable) => small.call(v.mul(2), T.lt(v, 10)),
      outputsInfo: [T.constant(1, "float64")],
      nSteps: n,
    });
    const f = theano.function([n], steps as T.TensorVariable, { mode });
    expect(f(4).toList()).toEqual([2, 4, 8, 16]);
    expect(failure(() => f(5)).message).toContain("too large");
  });
});

describe("assertions", () => {
  it("pass gradients on, and are disconnected from conditions", () => {
    const cost = T.opt.assertOp(T.sqr(x), T.gt(y, 0)).sum();
    const f = theano.function([x, y], theano.grad(cost, x));
    expect(f([3], [1]).toList()).toEqual([6]);
    expect(() => theano.grad(cost, y)).toThrow(theano.DisconnectedInputError);
    verifyGrad((v) => T.opt.assertOp(T.exp(v), T.lt(v, 100)), [[0.5, -1]]);
  });
  it("are tested on the side of a choice that is taken", () => {
    const c = T.bscalar("c");
    const small = new T.opt.Assert("too large").call(x, T.lt(x, 10));
    const f = theano.function([x, c], theano.ifelse(c, T.exp(small), x));
    expect(f([20], 0).toList()).toEqual([20]);
    expect(failure(() => f([20], 1)).message).toContain("too large");
  });
  it("vanish where sizes are known", () => {
    const fixed = T.tensor({ dtype: "float64", shape: [3] });
    const f = theano.function([fixed], T.opt.assertOp(fixed, T.eq(fixed.shape[0], 3), T.eq(1, 1)));
    expect(opsOf(f)).toEqual([]);
  });
  it("stay where nothing is known, unless they are not wanted", () => {
    const v = T.opt.assertOp(x, T.eq(x.shape[0], 3));
    expect(opsOf(theano.function([x], v))).toContain("Assert");
    for (const mode of [
      new theano.Mode({ optimizer: "unsafe" }),
      new theano.Mode().including("local_remove_all_assert"),
      new theano.Mode().including("unsafe"),
    ]) {
      expect(opsOf(theano.function([x], v, { mode }))).toEqual([]);
    }
  });
  it("hide no pattern from other rules, and cut no loop", () => {
    const f = theano.function([x], T.log(T.add(1, T.exp(T.opt.assertOp(x, T.eq(x.shape[0], 2))))), {
      mode: new theano.Mode({ linker: "wasm" }),
    });
    expect(opsOf(f)).toContain("softplus");
    expect(String(f.program).match(/\bfor\b/g)).toHaveLength(1);
  });
  it("test a condition once that several ask for", () => {
    const c = T.gt(x, 0);
    const f = theano.function([x], T.opt.assertOp(x, c, c).add(T.opt.assertOp(T.exp(x), c)));
    const asserts = f.graph.toposort().filter((node) => node.op.name === "Assert");
    expect(asserts.map((node) => node.inputs.length)).toEqual([2]);
  });
});
