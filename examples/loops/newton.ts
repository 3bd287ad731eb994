/** Newton's method: a loop that ends when it has converged. `npx tsx examples/loops/newton.ts` */
import * as theano from "theano";
import { tensor as T } from "theano";
import { isMain } from "./main.ts";

type Scalar = ReturnType<typeof T.dscalar>;

type Solver = theano.CompiledFunction<{ root: theano.NdArray; steps: theano.NdArray }>;

/** A function of `(start, parameter)` that gives a zero of `f` and the number of steps to it. */
export function newton(
  f: (x: theano.tensor.TensorVariable, parameter: Scalar) => theano.tensor.TensorVariable,
): Solver {
  const start = T.dscalar("start");
  const parameter = T.dscalar("parameter");
  const [path] = theano.scan({
    fn: (x) => {
      const value = f(x, parameter);
      const next = x.sub(value.div(theano.grad(value, x)));
      return [next, theano.until(T.abs(next.sub(x)).le(T.mul(1e-14, T.abs(next))))];
    },
    outputsInfo: start,
    nSteps: 100,
  });
  return theano.function([start, parameter], { root: path.at(-1), steps: path.shape[0]! });
}

if (isMain(import.meta.url)) {
  const cubeRoot = newton((x, a) => x.pow(3).sub(a));
  const { root, steps } = cubeRoot(1, 2);
  console.log(`the cube root of 2 is ${+root}, found in ${+steps} steps`);
  const kepler = newton((x, m) => x.sub(T.mul(0.3, T.sin(x))).sub(m));
  console.log(`E - 0.3 sin E = 1 at E = ${+kepler(1, 1).root}`);
}
