/** Power iteration: the largest eigenvalue of a matrix, and its gradient through the loop. `npx tsx examples/loops/power-iteration.ts` */
import * as theano from "theano";
import { tensor as T } from "theano";
import { isMain } from "./main.ts";

const A = T.dmatrix("A");
const [vectors] = theano.scan({
  fn: (v, m) => {
    const w = m.dot(v);
    const next = w.div(T.sqrt(T.sum(w.mul(w))));
    // Up to the sign, so that negative eigenvalues converge too.
    return [next, theano.until(T.sub(1, T.abs(T.dot(next, v))).lt(1e-16))];
  },
  outputsInfo: T.onesLike(A.at(0)).div(T.sqrt(A.shape[0]!.astype("float64"))),
  nonSequences: A,
  nSteps: 10_000,
});
const v = vectors.at(-1);
const value = T.dot(v, A.dot(v));

/** The eigenvalue of largest modulus, its vector, and the gradient of the value: for symmetric matrices the outer product of the vector. */
export const largestEigenvalue: theano.CompiledFunction<{
  value: theano.NdArray;
  vector: theano.NdArray;
  gradient: theano.NdArray;
  steps: theano.NdArray;
}> = theano.function([A], {
  value,
  vector: v,
  gradient: theano.grad(value, A),
  steps: vectors.shape[0]!,
});

if (isMain(import.meta.url)) {
  const found = largestEigenvalue([
    [2, 1, 0],
    [1, 3, 1],
    [0, 1, 4],
  ]);
  console.log(`eigenvalue ${+found.value} after ${+found.steps} steps, vector ${found.vector}`);
  console.log(`its gradient:\n${found.gradient}`);
}
