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

// Worker threads share the arena where the page may share memory at all; elsewhere everything runs on one thread.
const { pool, arena } = (await import("/dist/runtime/devices.js")).deviceNamed("wasm");
check("memory is shared where it may be", () => arena.isShared === globalThis.crossOriginIsolated);
if (globalThis.crossOriginIsolated) {
  const x = T.fmatrix("x");
  const make = (threads) => {
    theano.config.nThreads = threads;
    return theano.function([x], [T.nnet.softmax(x), x.dot(x.T).sum(), T.tanh(x).sum({ axis: 1 })]);
  };
  const [one, two] = [make(1), make(2)];
  const data = theano.full([1500, 700], 0.25, "float32");
  const wanted = one(data).map(String);
  let [same, calls] = [true, 0];
  const start = performance.now();
  while (pool.jobs < 20 && performance.now() - start < 20_000) {
    same &&= two(data).every((r, i) => String(r) === wanted[i]);
    calls++;
    await new Promise((done) => setTimeout(done, 0));
  }
  check(
    "several threads, the same results",
    () => (pool.jobs >= 20 && same) || `${pool.jobs} jobs in ${calls} calls, ${same}`,
  );
}
globalThis.results = results;
