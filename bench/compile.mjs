/**
 * Time from the call of theano.function to the first result, in this fresh process, after import; and `ready`, the time from the start of the
 * process to the end of the import. Argument: mlp, or a number of nodes.
 */
import * as theano from "../dist/index.js";

const ready = performance.now();
const { tensor: T } = theano;
const what = process.argv[2];
let build;
if (what === "mlp") {
  const [x, y] = [T.fmatrix("x"), T.ivector("y")];
  const zeros = (...shape) => theano.shared(theano.zeros(shape, "float32"));
  const parameters = [zeros(784, 500), zeros(500), zeros(500, 10), zeros(10)];
  const [W1, b1, W2, b2] = parameters;
  const h = T.tanh(x.dot(W1).add(b1));
  const cost = T.mean(T.nnet.categoricalCrossentropy(T.nnet.softmax(h.dot(W2).add(b2)), y));
  const slopes = theano.grad(cost, parameters);
  const [images, labels] = [theano.zeros([20, 784], "float32"), new Int32Array(20)];
  build = () => {
    const step = theano.function([x, y], cost, { updates: parameters.map((p, i) => [p, p.sub(slopes[i].mul(0.1))]) });
    return step(images, labels);
  };
} else {
  // A long chain that no rule can shorten, and its gradient.
  const x = T.dvector("x");
  let y = x;
  for (let i = 0; i < Number(what) / 4; i++) y = T.tanh(y.mul(x).add(i % 7));
  const slope = theano.grad(y.sum(), x);
  build = () => theano.function([x], slope)([0.1, 0.2]);
}
const start = performance.now();
const result = build();
const ms = performance.now() - start;
if (!(result.size >= 1)) throw new Error("no result");
console.log(JSON.stringify({ ms, ready }));
