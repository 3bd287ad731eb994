/** theano.function as its callers see it: arguments, updates, givens, copies and results. */
import { describe, expect, it } from "vitest";
import * as theano from "../../src/index.ts";
import { tensor as T, type ArrayInput } from "../../src/index.ts";

const LINKERS = ["reference", "wasm"] as const;

describe.each(LINKERS)("theano.function, linker %s", (linker) => {
  const mode = new theano.Mode({ linker });

  describe("arguments of another dtype", () => {
    const fractions: [string, ArrayInput][] = [
      ["a nested list", [1.7, -1.7, 300]],
      ["a typed array", new Float64Array([1.7, -1.7, 300])],
      ["an NdArray", theano.array([1.7, -1.7, 300])],
    ];

    it.each(fractions)("%s of fractions is refused by integers", (_, value) => {
      const v = T.ivector("v");
      expect(() => theano.function([v], v, { mode })(value as number[])).toThrow(theano.DtypeError);
    });

    it.each(fractions)("%s of fractions is rounded towards 0 where downcasts are allowed", (_, value) => {
      const v = T.ivector("v");
      const wholeFunction = theano.function([v], v, { mode, allowInputDowncast: true });
      const oneInput = theano.function([theano.In(v, { allowDowncast: true })], v, { mode });
      expect(wholeFunction(value as number[]).toList()).toEqual([1, -1, 300]);
      expect(oneInput(value as number[]).toList()).toEqual([1, -1, 300]);
    });

    it("a number that is too large saturates where downcasts are allowed", () => {
      const b = T.bscalar("b");
      expect(() => theano.function([b], b, { mode })(300)).toThrow(theano.DtypeError);
      expect(+theano.function([b], b, { mode, allowInputDowncast: true })(300)).toBe(127);
    });

    it("an input's own word counts more than the function's", () => {
      const v = T.ivector("v");
      const f = theano.function([theano.In(v, { allowDowncast: false })], v, { mode, allowInputDowncast: true });
      expect(() => f([0.5])).toThrow(theano.DtypeError);
    });

    it("a fraction in float32 needs no permission, a float64 array does", () => {
      const v = T.fvector("v");
      const f = theano.function([v], v, { mode });
      expect(f([0.1]).toList()).toEqual([Math.fround(0.1)]);
      expect(() => f(new Float64Array([0.1]))).toThrow(theano.DtypeError);
    });
  });

  describe("inputs", () => {
    it("values by default, by place and by name", () => {
      const a = T.dscalar("a");
      const b = T.dscalar("b");
      const f = theano.function([a, theano.In(b, { value: 10 })], a.sub(b), { mode });
      expect([+f(1), +f(1, 2), +f.named({ a: 5 }), +f.named({ a: 5, b: 1 })]).toEqual([-9, -1, -5, 4]);
    });

    it("an expression as an input cuts the graph there", () => {
      const a = T.dscalar("a");
      const twice = a.mul(2);
      expect(+theano.function([twice], twice.add(1), { mode })(3)).toBe(4);
      expect(+theano.function([a, twice], twice.add(a), { mode })(3, 10)).toBe(13);
      const x = T.dscalar("x");
      expect(+theano.function([a, twice], x.add(a), { mode, givens: [[x, twice.add(1)]] })(3, 10)).toBe(14);
      expect(() => theano.function([a, twice], twice.add(1), { mode })).toThrow(theano.UnusedInputError);
    });

    it("arrays of other libraries are read by shape and strides", () => {
      const m = T.dmatrix("m");
      const f = theano.function([m], m, { mode });
      const transposed = { data: new Float64Array([1, 2, 3, 4, 5, 6]), shape: [2, 3], strides: [1, 2] };
      expect(f(transposed as never).toList()).toEqual([
        [1, 3, 5],
        [2, 4, 6],
      ]);
    });

    it("is not written", () => {
      const v = T.dvector("v");
      const given = theano.array([1, 2]);
      const [same, more] = theano.function([v], [v, v.add(1)], { mode })(given);
      same.data.fill(7);
      more.data.fill(8);
      expect(given.toList()).toEqual([1, 2]);
    });
  });

  describe("outputs", () => {
    it("keep their structure", () => {
      const v = T.dvector("v");
      const one = theano.function([v], v.sum(), { mode })([1, 2]);
      const list = theano.function([v], [v.sum()], { mode })([1, 2]);
      const record = theano.function([v], { loss: v.sum(), largest: v.max() }, { mode })([1, 2]);
      expect(+one).toBe(3);
      expect(list.map(Number)).toEqual([3]);
      expect(Object.keys(record)).toEqual(["loss", "largest"]);
      expect([+record.loss, +record.largest]).toEqual([3, 2]);
      expect(theano.function([], [], { mode })()).toEqual([]);
    });

    it("given twice share no storage", () => {
      const v = T.dvector("v");
      const [p, q] = theano.function([v], [v.add(1), v.add(1)], { mode })([1]);
      p.data.fill(9);
      expect(q.toList()).toEqual([2]);
    });

    it("hold their values over the next call", () => {
      const v = T.dvector("v");
      const f = theano.function([v], v.add(1), { mode });
      const first = f([1]);
      f([2]);
      expect(first.toList()).toEqual([2]);
    });
  });

  describe("updates", () => {
    it("see the values from before the call", () => {
      const a = theano.shared(1);
      const b = theano.shared(2);
      const f = theano.function([], [a, b], {
        mode,
        updates: [
          [a, b],
          [b, a.add(b)],
        ],
      });
      expect(f().map(Number)).toEqual([1, 2]);
      expect(f().map(Number)).toEqual([2, 3]);
      expect([a.getValue().item(), b.getValue().item()]).toEqual([3, 5]);
    });

    it("happen all or not at all", () => {
      const s = theano.shared([1, 2]);
      const i = T.lscalar("i");
      const f = theano.function([i], s.at(i), { mode, updates: [[s, s.add(1)]] });
      expect(() => f(7)).toThrow(theano.IndexError);
      expect(s.getValue().toList()).toEqual([1, 2]);
      expect(+f(1)).toBe(2);
      expect(s.getValue().toList()).toEqual([2, 3]);
    });

    it("of default are left out on request", () => {
      const s = theano.shared(1);
      s.defaultUpdate = s.add(1);
      theano.function([], s, { mode })();
      expect(s.getValue().item()).toBe(2);
      theano.function([], s, { mode, noDefaultUpdates: true })();
      theano.function([], s, { mode, noDefaultUpdates: [s] })();
      expect(s.getValue().item()).toBe(2);
    });
  });

  describe("givens", () => {
    it("replace variables, expressions and shared variables", () => {
      const s = theano.shared(1);
      const x = T.dscalar("x");
      const y = T.dscalar("y");
      expect(+theano.function([x], s.mul(2), { mode, givens: [[s, x]] })(7)).toBe(14);
      expect(+theano.function([y], x.add(1), { mode, givens: new Map([[x, y.mul(3)]]) })(2)).toBe(7);
    });
  });

  describe("copies", () => {
    it("share shared variables, or swap them, or leave updates out", () => {
      const s = theano.shared(1);
      const other = theano.shared(10);
      const f = theano.function([], s, { mode, updates: [[s, s.add(1)]] });
      const still = f.copy({ deleteUpdates: true });
      const swapped = f.copy({ swap: [[s, other]] });
      f();
      expect(+still()).toBe(2);
      swapped();
      expect([s.getValue().item(), other.getValue().item()]).toEqual([2, 11]);
    });

    it("of a freed function's result stay good, and the function can be called again", () => {
      const v = T.dvector("v");
      const f = theano.function([v], v.mul(2), { mode });
      const before = f([1]);
      f.free();
      expect(before.toList()).toEqual([2]);
      expect(f([4]).toList()).toEqual([8]);
    });
  });

  it("async gives a promise, of the result or of the error", async () => {
    const v = T.dvector("v");
    const i = T.lscalar("i");
    const f = theano.function([v, i], v.at(i), { mode });
    await expect(f.async([1, 2], 1).then(Number)).resolves.toBe(2);
    await expect(f.async([1, 2], 5)).rejects.toThrow(theano.IndexError);
  });
});
