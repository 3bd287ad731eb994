// What the page of the browser test does: the built package as a browser loads it, without a bundler.
import * as theano from "theano";

const { tensor: T } = theano;
const results = [];
const check = (name, run) => {
  try {
    const got = run();
    results.push({ name, ok: got === true, detail: String(got) });
  } catch (error) {
    results.push({ name, ok: false, detail: String(error) });
  }
};

check("scalars", () => {
  const [a, b] = [T.dscalar("a"), T.dscalar("b")];
  return +theano.function([a, b], a.add(b))(1.5, 2.5) === 4;
});
check("a stable vector function", () => {
  const x = T.fvector("x");
  const [first, last] = theano
    .function(
      [x],
      T.log(T.add(1, T.exp(x))),
    )(Float32Array.of(-200, 0, 200))
    .toList()
    .filter((_, i) => i !== 1);
  return first >= 0 && first < 1e-30 && last === 200;
});
check("training", () => {
  const [x, y] = [T.fmatrix("x"), T.ivector("y")];
  const W = theano.shared(theano.zeros([4, 3], "float32"));
  const cost = T.mean(T.nnet.categoricalCrossentropy(T.nnet.softmax(x.dot(W)), y));
  const train = theano.function([x, y], cost, { updates: [[W, W.sub(theano.grad(cost, W).mul(0.5))]] });
  const data = theano.array(
    [
      [1, 0, 0, 1],
      [0, 1, 0, 1],
      [0, 0, 1, 1],
    ],
    "float32",
  );
  const before = +train(data, [0, 1, 2]);
  let after = before;
  for (let i = 0; i < 50; i++) after = +train(data, [0, 1, 2]);
  return Math.abs(before - Math.log(3)) < 1e-6 && after < 0.2;
});
check("an error that names the op", () => {
  const x = T.dvector("x");
  try {
    theano.function([x], x.at(5))([1]);
  } catch (error) {
    return error instanceof theano.IndexError;
  }
  return false;
});

// Worker threads share the arena where the page may share memory at all; elsewhere everything runs on one thread. Which of them had work
// to do only the inner parts know, which the package does not export: the same sources are bundled with them for this page.
const { inner, deviceNamed } = await import("/inner.js");
const { pool, arena } = deviceNamed("wasm");
check("memory is shared where it may be", () => arena.isShared === globalThis.crossOriginIsolated);

/** Softmax, a product and sums on two threads, until `isEnough`: are they what one thread gives? */
async function onTwoThreads({ config, function: compile, full, tensor }, isEnough) {
  const x = tensor.fmatrix("x");
  const make = (threads) => {
    config.nThreads = threads;
    return compile([x], [tensor.nnet.softmax(x), x.dot(x.T).sum(), tensor.tanh(x).sum({ axis: 1 })]);
  };
  const [one, two] = [make(1), make(2)];
  const data = full([1500, 700], 0.25, "float32");
  const wanted = one(data).map(String);
  let [same, calls] = [true, 0];
  const start = performance.now();
  while (!isEnough(calls) && performance.now() - start < 20_000) {
    same &&= two(data).every((r, i) => String(r) === wanted[i]);
    calls++;
    await new Promise((done) => setTimeout(done, 0));
  }
  return { same, calls };
}

if (globalThis.crossOriginIsolated) {
  const { same, calls } = await onTwoThreads(inner, () => pool.jobs >= 20);
  check(
    "several threads, the same results",
    () => (pool.jobs >= 20 && same) || `${pool.jobs} jobs in ${calls} calls, ${same}`,
  );
}
let started = 0;
globalThis.Worker = class extends globalThis.Worker {
  constructor(...options) {
    super(...options);
    started++;
  }
};
const { same } = await onTwoThreads(theano, (calls) => calls >= 20);
check(
  "the package starts workers where memory is shared, and nowhere else",
  () => (same && started > 0 === globalThis.crossOriginIsolated) || `${started} workers, ${same}`,
);
globalThis.results = results;
