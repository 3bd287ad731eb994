/** Fits a damped oscillation to noisy samples by gradient descent with momentum. `npx tsx examples/curve-fit.ts` */
import * as theano from "theano";
import { tensor as T } from "theano";

// Samples of 2.5 exp(-0.4 t) cos(3 t + 0.5) with noise, from a small linear congruential generator.
const truth = { amplitude: 2.5, decay: 0.4, frequency: 3, phase: 0.5 };
let state = 20261121;
const noise = (): number => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return (state / 2 ** 32 - 0.5) * 0.2;
};
const times = Float64Array.from({ length: 200 }, (_, i) => i * 0.03);
const samples = times.map(
  (t) => truth.amplitude * Math.exp(-truth.decay * t) * Math.cos(truth.frequency * t + truth.phase) + noise(),
);

// The model: four shared parameters with a velocity each.
const names = ["amplitude", "decay", "frequency", "phase"] as const;
const guesses = [1, 0.1, 2.7, 0];
const parameters = names.map((name, i) => theano.shared(guesses[i]!, { name }));
const [amplitude, decay, frequency, phase] = parameters as [P, P, P, P];
type P = (typeof parameters)[number];

const t = T.dvector("t");
const y = T.dvector("y");
const model = amplitude.mul(T.exp(decay.neg().mul(t))).mul(T.cos(frequency.mul(t).add(phase)));
const loss = T.mean(T.sqr(model.sub(y)));
const slopes = theano.grad(loss, parameters);
const velocities = parameters.map((p) => theano.shared(0, { name: `${p.name}.velocity` }));
const step = theano.function([t, y], loss, {
  updates: parameters.flatMap((p, i) => {
    const velocity = velocities[i]!.mul(0.9).sub(slopes[i]!.mul(0.02));
    return [
      [velocities[i]!, velocity],
      [p, p.add(velocity)],
    ] as [P, ReturnType<P["add"]>][];
  }),
});

let last = NaN;
for (let i = 0; i < 3000; i++) last = Number(step(times, samples));
console.log(`mean squared error: ${last.toFixed(5)}`);
for (const [i, name] of names.entries()) {
  const found = Number(parameters[i]!.getValue());
  console.log(`${name.padEnd(10)} ${found.toFixed(3)}  (truth ${truth[name]})`);
}
