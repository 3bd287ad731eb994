/** Loops that carry the state of a generator in a shared variable: counters and words of unsigned integers, written as graphs. */
import { describe, expect, it } from "vitest";
import * as theano from "../../src/index.ts";
import { tensor as T } from "../../src/index.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";
import { close, MODES } from "./judge.ts";

/** Marsaglia, "Xorshift RNGs" (2003): the triple 13, 17, 5 on words of 32 bits. */
const xorshift = (s: TensorVariable): TensorVariable => {
  const a = T.bitwiseXor(s, T.leftShift(s, T.constant(13, "uint32")));
  const b = T.bitwiseXor(a, T.rightShift(a, T.constant(17, "uint32")));
  return T.bitwiseXor(b, T.leftShift(b, T.constant(5, "uint32")));
};
const xorshiftWord = (word: number): number => {
  let s = word;
  s ^= s << 13;
  s ^= s >>> 17;
  s ^= s << 5;
  return s >>> 0;
};
function* words(seed: number): Generator<number> {
  for (let s = seed; ; ) yield (s = xorshiftWord(s));
}
const unit = (s: TensorVariable): TensorVariable => s.astype("float64").mul(2 ** -32);

/** D. Knuth, MMIX: a linear congruential generator of 64 bits. */
const [MULTIPLIER, INCREMENT] = [6364136223846793005n, 1442695040888963407n];

describe.each(MODES)("a random state: %s", (_name, mode) => {
  it("of 32 bits is drawn from in the loop and goes on in the next call", () => {
    const state = theano.shared(theano.array(2463534242, "uint32"), { name: "state" });
    const [draws, updates] = theano.scan({
      fn: () => {
        const next = xorshift(state);
        return [unit(next), new Map([[state, next]])];
      },
      nSteps: 5,
    });
    const f = theano.function([], draws, { updates, mode });
    const source = words(2463534242);
    for (let call = 0; call < 3; call++) {
      expect(f().toList()).toEqual(Array.from({ length: 5 }, () => (source.next().value as number) / 2 ** 32));
    }
  });

  it("of 64 bits wraps as its arithmetic does", () => {
    const state = theano.shared(theano.array(42n, "uint64"), { name: "state" });
    const [draws, updates] = theano.scan({
      fn: () => {
        const next = state.mul(T.constant(MULTIPLIER, "uint64")).add(T.constant(INCREMENT, "uint64"));
        return [next, [[state, next]]];
      },
      nSteps: 4,
    });
    const f = theano.function([], draws, { updates, mode });
    let word = 42n;
    for (let call = 0; call < 2; call++) {
      const wanted = Array.from({ length: 4 }, () => (word = BigInt.asUintN(64, word * MULTIPLIER + INCREMENT)));
      expect(f().toList({ bigint: true })).toEqual(wanted);
    }
    expect(state.getValue().itemBigInt()).toBe(word);
  });

  it("of several words, with a counter, beside states and sequences", () => {
    const state = theano.shared(theano.array([1, 2, 3], "uint32"), { name: "state" });
    const counter = theano.shared(theano.array(0, "int64"), { name: "counter" });
    const x = T.dvector("x");
    const [walk, updates] = theano.scan({
      fn: (step, at) => {
        const next = xorshift(state);
        return [
          at.add(step.mul(unit(next.at(1)))),
          [
            [counter, counter.add(1)],
            [state, next],
          ],
        ];
      },
      sequences: x,
      outputsInfo: T.constant(0, "float64"),
    });
    expect([...updates.keys()]).toEqual([counter, state]);
    const f = theano.function([x], walk, { updates, mode });
    const sources = [1, 2, 3].map(words);
    for (const steps of [
      [1, 2, 3],
      [0.5, -1, 2, 4],
    ]) {
      let at = 0;
      const wanted = steps.map((step) => {
        const [, second] = sources.map((s) => s.next().value as number);
        return (at += step * (second! / 2 ** 32));
      });
      close(f(steps).toList(), wanted, "walk");
    }
    expect(+counter.getValue()).toBe(7);
  });

  it("is one through nested loops", () => {
    const state = theano.shared(theano.array(7, "uint32"), { name: "state" });
    const [draws, updates] = theano.scan({
      fn: () => {
        const [inner, more] = theano.scan({
          fn: () => {
            const next = xorshift(state);
            return [unit(next), [[state, next]]];
          },
          nSteps: 3,
        });
        return [inner, more];
      },
      nSteps: 2,
    });
    const f = theano.function([], draws, { updates, mode });
    const source = words(7);
    const row = (): number[] => Array.from({ length: 3 }, () => (source.next().value as number) / 2 ** 32);
    for (let call = 0; call < 2; call++) expect(f().toList()).toEqual([row(), row()]);
  });

  it("has no gradient, but what is computed with it has, to second order", () => {
    const state = theano.shared(theano.array(99, "uint32"), { name: "state" });
    const w = T.dscalar("w");
    const [path, updates] = theano.scan({
      fn: (s) => {
        const next = xorshift(state);
        return [s.mul(w).add(unit(next)), [[state, next]]];
      },
      outputsInfo: T.constant(1, "float64"),
      nSteps: 4,
    });
    const first = theano.grad(path.at(-1), w);
    const second = theano.grad(first, w);
    const f = theano.function([w], [path.at(-1), first, second], { updates, mode });
    const source = words(99);
    for (let call = 0; call < 2; call++) {
      const u = Array.from({ length: 4 }, () => (source.next().value as number) / 2 ** 32);
      // w^4 + u0 w^3 + u1 w^2 + u2 w + u3
      const v = 0.7;
      const wanted = [
        v ** 4 + u[0]! * v ** 3 + u[1]! * v ** 2 + u[2]! * v + u[3]!,
        4 * v ** 3 + 3 * u[0]! * v ** 2 + 2 * u[1]! * v + u[2]!,
        12 * v ** 2 + 6 * u[0]! * v + 2 * u[1]!,
      ];
      close(f(v).map(Number), wanted, `call ${call}`);
    }
  });

  it("of a loop that until ends is that of its last step", () => {
    const state = theano.shared(theano.array(5, "uint32"), { name: "state" });
    const [draws, updates] = theano.scan({
      fn: () => {
        const next = xorshift(state);
        return [unit(next), [[state, next]], theano.until(unit(next).gt(0.8))];
      },
      nSteps: 100,
    });
    const f = theano.function([], draws, { updates, mode });
    const source = words(5);
    for (let call = 0; call < 3; call++) {
      const wanted: number[] = [];
      do wanted.push((source.next().value as number) / 2 ** 32);
      while (wanted.at(-1)! <= 0.8);
      expect(f().toList()).toEqual(wanted);
    }
  });

  it("of a call that fails stays what it was", () => {
    const state = theano.shared(theano.array(5, "uint32"), { name: "state" });
    const x = T.dvector("x");
    const index = T.lvector("index");
    const [taken, updates] = theano.scan({
      fn: (i) => {
        const next = xorshift(state);
        return [x.at(i).add(unit(next)), [[state, next]]];
      },
      sequences: index,
    });
    const f = theano.function([x, index], taken, { updates, mode });
    expect(() => f([1, 2], [0, 1, 7])).toThrow(theano.IndexError);
    expect(+state.getValue()).toBe(5);
    f([1, 2], [0, 1, 1]);
    const source = words(5);
    expect(+state.getValue()).toBe([0, 1, 2].map(() => source.next().value as number).at(-1));
  });
});
