/** Code that is written once: loops of one form in a program, and programs that differ in names only. */
import { describe, expect, it } from "vitest";
import * as theano from "theano";
import { tensor as T } from "theano";
import { programKey } from "../../src/codegen/wasm/form.ts";
import { renderProgram } from "../../src/codegen/wasm/render.ts";
import { repeatedLoops } from "../../src/codegen/wasm/repeatedLoops.ts";
import { ScopedMap } from "../../src/codegen/wasm/scopedMap.ts";
import { IrBuilder } from "../../src/ir/build.ts";
import type { Buffer, Program, Stmt } from "../../src/ir/node.ts";
import { CodeCache } from "../../src/runtime/wasm/codeCache.ts";

const wasm = new theano.Mode({ linker: "wasm" });
const reference = new theano.Mode({ linker: "reference" });

/** `y[i] = x[i] * factor` for each pair of buffers, over as many elements as its size says. */
function scaling(pairs: readonly (readonly [x: string, y: string])[], factors: readonly number[]): Program {
  const b = new IrBuilder();
  const buffers = new Map<string, Buffer>();
  const size = b.natural("n");
  const buffer = (name: string): Buffer => {
    const known = buffers.get(name);
    if (known !== undefined) return known;
    const made = b.buffer(name, "f32", "input", size);
    buffers.set(name, made);
    return made;
  };
  const body = pairs.map(([x, y], k): Stmt => {
    const i = b.natural(`i${k}`);
    const value = b.mul(b.load(buffer(x), i), b.constant("f32", factors[k]!));
    return {
      kind: "for",
      ref: i,
      extent: size,
      mode: "vector",
      body: [{ kind: "store", buffer: buffer(y), index: i, value }],
    };
  });
  const sizes = [{ ref: size, value: null }];
  return { name: "scaling", sizes, checks: [], buffers: [...buffers.values()], body, failures: [] };
}

describe("loops of one form", () => {
  it("are those that differ in what they are given", () => {
    const { body } = scaling(
      [
        ["a", "b"],
        ["c", "d"],
        ["e", "e"],
        ["f", "f"],
        ["a", "d"],
      ],
      [2, 2, 2, 2, 3],
    );
    const found = repeatedLoops(body);
    const form = (k: number): unknown => found.get(body[k]!)?.form;
    expect(form(0)).toBeDefined();
    expect(form(1)).toBe(form(0));
    // In place is another form, and so is another factor.
    expect(form(2)).toBeDefined();
    expect(form(2)).not.toBe(form(0));
    expect(form(3)).toBe(form(2));
    expect(form(4)).toBeUndefined();
  });

  it("are not loops that change a variable outside", () => {
    const b = new IrBuilder();
    const total = b.ref("f32", "total");
    const loop = (): Stmt => ({
      kind: "for",
      ref: b.natural("i"),
      extent: b.index(5),
      mode: "serial",
      body: [{ kind: "assign", ref: total, value: b.add(total, b.constant("f32", 1)) }],
    });
    expect(repeatedLoops([loop(), loop()]).size).toBe(0);
  });

  it("share a function", () => {
    const many = Array.from({ length: 20 }, (_, k) => [`x${k}`, `y${k}`] as const);
    const same = renderProgram(scaling(many, Array<number>(20).fill(2))).bytes.length;
    const different = renderProgram(
      scaling(
        many,
        many.map((_, k) => k + 2),
      ),
    ).bytes.length;
    expect(same).toBeLessThan(different / 3);
  });

  it.each([1, 4, 7])("compute what the reference computes: a network of %i layers and its gradients", (layers) => {
    const x = T.dmatrix("x");
    const weights = Array.from({ length: layers }, (_, k) => T.dmatrix(`W${k}`));
    const biases = weights.map((_, k) => T.dvector(`b${k}`));
    let h: theano.tensor.TensorVariable = x;
    weights.forEach((W, k) => (h = T.tanh(h.dot(W).add(biases[k]!))));
    const cost = T.mean(T.sqr(h));
    const outputs = [cost, ...theano.grad(cost, [...weights, ...biases])];
    const values = (n: number, shape: number[]): theano.NdArray =>
      theano
        .array(
          Array.from({ length: n }, (_, i) => Math.sin(i * 7 + n)),
          "float64",
        )
        .reshape(shape);
    const widths = Array.from({ length: layers + 1 }, (_, k) => 3 + k);
    const args = [
      values(5 * widths[0]!, [5, widths[0]!]),
      ...weights.map((_, k) => values(widths[k]! * widths[k + 1]!, [widths[k]!, widths[k + 1]!])),
      ...biases.map((_, k) => values(widths[k + 1]!, [widths[k + 1]!])),
    ];
    const inputs = [x, ...weights, ...biases];
    const got = theano.function(inputs, outputs, { mode: wasm })(...args);
    const wanted = theano.function(inputs, outputs, { mode: reference })(...args);
    got.forEach((g, k) => {
      expect(g.shape).toEqual(wanted[k]!.shape);
      const w = Array.from(wanted[k]!.data as Float64Array);
      (g.data as Float64Array).forEach((v, i) => expect(v).toBeCloseTo(w[i]!, 12));
    });
  });

  it("fail for the loop that fails", () => {
    const [x, i, j] = [T.dvector("x"), T.lvector("i"), T.lvector("j")];
    const f = theano.function([x, i, j], [x.at(i).mul(2), x.at(j).mul(2)], { mode: wasm });
    expect(f([1, 2, 3], [0, 2], [1]).map(String)).toEqual(["[2. 6.]", "[4.]"]);
    expect(() => f([1, 2, 3], [0, 2], [5])).toThrow(theano.IndexError);
    expect(() => f([1, 2, 3], [7], [1])).toThrow(theano.IndexError);
  });
});

describe("programs that are equal but for names", () => {
  it("have one key", () => {
    const key = programKey(scaling([["a", "b"]], [2]));
    expect(programKey(scaling([["p", "q"]], [2]))).toBe(key);
    expect(programKey(scaling([["a", "a"]], [2]))).not.toBe(key);
    expect(programKey(scaling([["a", "b"]], [3]))).not.toBe(key);
    expect(programKey(scaling([["a", "b"]], [-0]))).not.toBe(programKey(scaling([["a", "b"]], [0])));
  });

  it("have one module, and slots of their own", () => {
    const cache = new CodeCache();
    const capabilities = { sharedMemory: false, threads: false };
    const compile = (bytes: Uint8Array<ArrayBuffer>): WebAssembly.Module => new WebAssembly.Module(bytes);
    const [one, other] = [scaling([["a", "b"]], [2]), scaling([["p", "q"]], [2])];
    const first = cache.find(one, capabilities, compile);
    const second = cache.find(other, capabilities, compile);
    expect(second.module).toBe(first.module);
    expect(second.slots).toEqual([...other.buffers, other.sizes[0]!.ref]);
    expect(cache.find(one, { ...capabilities, sharedMemory: true }, compile).module).not.toBe(first.module);
  });

  it("are functions of their own", () => {
    const make = (start: number): theano.CompiledFunction<theano.NdArray> => {
      const [x, s] = [T.dvector("x"), theano.shared(theano.array([start, start]))];
      return theano.function([x], x.mul(s), { updates: [[s, s.add(x)]], mode: wasm });
    };
    const [f, g] = [make(1), make(10)];
    expect([f([1, 2]), g([1, 2]), f([1, 1]), g([1, 1])].map(String)).toEqual([
      "[1. 2.]",
      "[10. 20.]",
      "[2. 3.]",
      "[11. 12.]",
    ]);
    f.free();
    expect(String(g([1, 1]))).toBe("[12. 13.]");
  });
});

describe("ScopedMap", () => {
  it("goes back to what it held, and tells what goes", () => {
    const map = new ScopedMap<string, number>();
    map.set("a", 1);
    const mark = map.mark();
    map.set("a", 2);
    map.set("b", 3);
    map.set("b", 3);
    const dropped: number[] = [];
    map.rewind(mark, (value) => dropped.push(value));
    expect([map.get("a"), map.has("b")]).toEqual([1, false]);
    expect(dropped.sort()).toEqual([2, 3]);
  });
});
