/**
 * Predators and prey (Lotka and Volterra): the differential equations solved by a loop of Runge-Kutta steps, and their rates found again
 * from the solution by gradients through the loop. `npx tsx examples/loops/lotka-volterra.ts`
 */
import * as theano from "theano";
import { tensor as T } from "theano";
import { isMain } from "./main.ts";

type V = theano.tensor.TensorVariable;

/** d prey = a prey - b prey predators, d predators = d prey predators - c predators; rates `[a, b, c, d]`. */
function derivative(y: V, rates: V): V {
  const [prey, predators] = [y.at(0), y.at(1)];
  const met = prey.mul(predators);
  return T.stack([
    rates.at(0).mul(prey).sub(rates.at(1).mul(met)),
    rates.at(3).mul(met).sub(rates.at(2).mul(predators)),
  ]);
}

/** The states after each of `steps` steps of length `h` (the classical method of order four). */
export function solve(start: V, rates: V, steps: number, h: number): V {
  const [states] = theano.scan({
    fn: (y, p) => {
      const k1 = derivative(y, p);
      const k2 = derivative(y.add(k1.mul(h / 2)), p);
      const k3 = derivative(y.add(k2.mul(h / 2)), p);
      const k4 = derivative(y.add(k3.mul(h)), p);
      return y.add(
        k1
          .add(k2.mul(2))
          .add(k3.mul(2))
          .add(k4)
          .mul(h / 6),
      );
    },
    outputsInfo: start,
    nonSequences: rates,
    nSteps: steps,
  });
  return states;
}

const start = T.dvector("start");
const rates = T.dvector("rates");
const observed = T.dmatrix("observed");
const states = solve(start, rates, 150, 0.1);
const error = T.mean(T.sqr(states.sub(observed)));

export const trajectory: theano.CompiledFunction<theano.NdArray> = theano.function([start, rates], states);
export const errorAndGradient: theano.CompiledFunction<theano.NdArray[]> = theano.function(
  [start, rates, observed],
  [error, theano.grad(error, rates)],
);

/** Rates from observations, by gradient descent with steps of adapted length (RMSprop). */
export function fit(
  first: readonly number[],
  data: theano.NdArray,
  guess: readonly number[],
  rounds: number,
): number[] {
  const p = [...guess];
  const squares = p.map(() => 0);
  for (let i = 0; i < rounds; i++) {
    const gradient = errorAndGradient(first, p, data)[1]!.toList() as number[];
    const rate = 0.01 * 0.998 ** i;
    for (const [k, g] of gradient.entries()) {
      squares[k] = 0.9 * squares[k]! + 0.1 * g * g;
      p[k] = p[k]! - (rate * g) / (Math.sqrt(squares[k]!) + 1e-12);
    }
  }
  return p;
}

if (isMain(import.meta.url)) {
  const truth = [1, 0.4, 0.8, 0.3];
  const data = trajectory([3, 1], truth);
  const found = fit([3, 1], data, [0.9, 0.5, 0.7, 0.35], 2000);
  console.log(`rates ${truth.join(" ")}, found ${found.map((x) => x.toFixed(4)).join(" ")}`);
}
