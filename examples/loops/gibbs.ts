/**
 * Gibbs sampling in a restricted Boltzmann machine: visible units given hidden ones, hidden ones given visible ones, step after step, in one loop. The
 * chain goes on where it stopped: its state is a shared variable. Random numbers are an argument, so that a run can be repeated.
 * `npx tsx examples/loops/gibbs.ts`
 */
import * as theano from "theano";
import { tensor as T } from "theano";
import { isMain } from "./main.ts";

/** A chain of `visible` and `hidden` units of 0 and 1, with the energy -v W h - a v - b h. */
export function makeChain(
  W: readonly (readonly number[])[],
  a: readonly number[],
  b: readonly number[],
): {
  /** Runs a step per row of random numbers; gives the visible units after each, and their mean. */
  readonly run: theano.CompiledFunction<{ states: theano.NdArray; mean: theano.NdArray }>;
  readonly state: theano.SharedVariable;
} {
  const weights = T.constant(W as number[][], "float64");
  const [visibleBias, hiddenBias] = [T.constant(a as number[], "float64"), T.constant(b as number[], "float64")];
  const state = theano.shared(theano.zeros([a.length], "float64"), { name: "chain" });
  const forHidden = T.dmatrix("uniform for hidden units");
  const forVisible = T.dmatrix("uniform for visible units");
  const [states] = theano.scan({
    fn: (u, w, v) => {
      const h = T.nnet.sigmoid(v.dot(weights).add(hiddenBias)).gt(u).astype("float64");
      return T.nnet.sigmoid(weights.dot(h).add(visibleBias)).gt(w).astype("float64");
    },
    sequences: [forHidden, forVisible],
    outputsInfo: state,
  });
  const run = theano.function(
    [forHidden, forVisible],
    { states, mean: T.mean(states, { axis: 0 }) },
    { updates: [[state, states.at(-1)]] },
  );
  return { run, state };
}

if (isMain(import.meta.url)) {
  let seed = 11;
  const uniform = (rows: number, columns: number): number[][] =>
    Array.from({ length: rows }, () =>
      Array.from({ length: columns }, () => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) / 2 ** 32),
    );
  // One hidden unit that both visible ones like: they agree more often than not.
  const { run } = makeChain([[4], [4]], [-2, -2], [-4]);
  for (let round = 1; round <= 4; round++) {
    const { states } = run(uniform(5000, 1), uniform(5000, 2));
    const rows = states.toList() as number[][];
    const agree = rows.filter(([x, y]) => x === y).length / rows.length;
    console.log(`after ${round * 5000} steps the two units agree in ${(100 * agree).toFixed(1)} % of this round`);
  }
}
