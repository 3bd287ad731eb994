/**
 * A Kalman filter: position and velocity of something that is seen through noise, and the likelihood of what was seen, whose gradient
 * tells how noisy it was. `npx tsx examples/loops/kalman.ts`
 */
import * as theano from "theano";
import { tensor as T } from "theano";
import { isMain } from "./main.ts";

const seen = T.dvector("seen");
/** Logarithms of the variances of the acceleration and of the measurements. */
const noise = T.dvector("noise");

const F = T.constant([
  [1, 1],
  [0, 1],
]).astype("float64");
const Q = T.constant([
  [0.25, 0.5],
  [0.5, 1],
]).mul(T.exp(noise.at(0)));
const R = T.exp(noise.at(1));
const [[means, , logs]] = theano.scan({
  fn: (z, m, P) => {
    const ahead = F.dot(m);
    const spread = F.dot(P).dot(F.T).add(Q);
    const innovation = z.sub(ahead.at(0));
    const variance = spread.at(0, 0).add(R);
    const gain = spread.at(T.slice(), 0).div(variance);
    const mean = ahead.add(gain.mul(innovation));
    const covariance = spread.sub(T.outer(gain, spread.at(0)));
    const log = T.log(variance.mul(2 * Math.PI))
      .add(innovation.mul(innovation).div(variance))
      .mul(-0.5);
    return [mean, covariance, log];
  },
  sequences: seen,
  outputsInfo: [T.zeros([2], "float64"), T.eye(2, 2, { dtype: "float64" }).mul(10), null],
});
const likelihood = logs.sum();

export const filter: theano.CompiledFunction<{
  means: theano.NdArray;
  likelihood: theano.NdArray;
  gradient: theano.NdArray;
}> = theano.function([seen, noise], { means, likelihood, gradient: theano.grad(likelihood, noise) });

if (isMain(import.meta.url)) {
  let state = 7;
  const uniform = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  const normal = (): number => Math.sqrt(-2 * Math.log(uniform() + 1e-12)) * Math.cos(2 * Math.PI * uniform());
  const path = Array.from({ length: 200 }, (_, t) => 0.02 * t * t);
  const data = path.map((x) => x + 3 * normal());
  let parameters = [0, 0];
  for (let i = 0; i < 300; i++) {
    const g = filter(data, parameters).gradient.toList() as number[];
    parameters = parameters.map((p, k) => p + 0.01 * Math.max(-5, Math.min(5, g[k]!)));
  }
  const means = filter(data, parameters).means.toList() as number[][];
  const rms = (x: readonly number[]): number => Math.sqrt(x.reduce((s, e) => s + e * e, 0) / x.length);
  console.log(
    `measured: off by ${rms(data.map((x, i) => x - path[i]!)).toFixed(2)}, filtered: ${rms(means.map((m, i) => m[0]! - path[i]!)).toFixed(2)}`,
  );
  console.log(`standard deviation of the measurements, found: ${Math.exp(parameters[1]! / 2).toFixed(2)} (truth 3)`);
}
