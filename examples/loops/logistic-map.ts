/** The logistic map x -> r x (1 - x): orbits of many r at once, and how fast neighbours part. `npx tsx examples/loops/logistic-map.ts` */
import * as theano from "theano";
import { tensor as T } from "theano";
import { isMain } from "./main.ts";

const r = T.dvector("r");
const steps = T.lscalar("steps");
const step = (x: theano.tensor.TensorVariable): theano.tensor.TensorVariable => r.mul(x).mul(T.sub(1, x));

/** The orbits from x = 0.5, `[steps, r.length]`. */
export const orbits: theano.CompiledFunction<theano.NdArray> = theano.function(
  [r, steps],
  theano.scan({ fn: step, outputsInfo: T.fullLike(r, 0.5), nSteps: steps })[0],
);

/** Lyapunov exponents: the mean of log |f'(x)| along the orbit; positive where the map is chaotic. */
export const exponents: theano.CompiledFunction<theano.NdArray> = theano.function(
  [r, steps],
  theano
    .scan({
      fn: (x, sum) => {
        const next = step(x);
        const slope = theano.grad(next.sum(), x);
        return [next, sum.add(T.log(T.abs(slope)))];
      },
      outputsInfo: [T.fullLike(r, 0.4), T.zerosLike(r)],
      nSteps: steps,
    })[0][1]
    .at(-1)
    .div(steps),
);

if (isMain(import.meta.url)) {
  const values = [2.8, 3.2, 3.5, 3.57, 3.83, 4];
  const last = orbits(values, 1000).at("-4:").toList() as number[][];
  const rates = exponents(values, 100_000).toList() as number[];
  for (const [i, value] of values.entries()) {
    console.log(
      `r = ${value}: ... ${last.map((row) => row[i]!.toFixed(4)).join(" ")}  exponent ${rates[i]!.toFixed(4)}`,
    );
  }
}
