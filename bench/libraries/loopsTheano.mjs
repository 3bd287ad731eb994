/** Loops of this package: `loopsTheano.mjs <rows> <budget in ms>`; the linker comes from THEANO_FLAGS. */
import * as theano from "../../dist/index.js";
import { fill, has, measure, probe } from "./shared.mjs";
import { HIDDEN, lossOf, SCALAR_STEPS, STEPS } from "./loopSizes.mjs";

const { tensor: T } = theano;
const SCALE = 1 / 16;

const data = (shape, seed, scale = 1) => {
  const list = fill(
    shape.reduce((a, b) => a * b, 1),
    Float32Array,
    seed,
  );
  return theano.array({ data: list.map((v) => v * scale), shape });
};

for (const batch of [1, 32]) {
  const name = `rnn_${batch}`;
  if (!has(name)) continue;
  // Shapes are known to all libraries.
  const share = (shape, seed, scale) => theano.shared(data(shape, seed, scale), { borrow: true, shape });
  const x = share([STEPS, batch, HIDDEN], 1);
  const [W, U, b] = [share([HIDDEN, HIDDEN], 2, SCALE), share([HIDDEN, HIDDEN], 3, SCALE), share([HIDDEN], 4, SCALE)];
  const [states] = theano.scan({
    fn: (row, h) => T.tanh(row.dot(W).add(h.dot(U)).add(b)),
    sequences: x,
    outputsInfo: T.zeros([batch, HIDDEN], "float32"),
  });
  const loss = T.mean(T.sqr(states));
  const outputs = [loss, ...theano.grad(loss, [W, U, b])];
  const f = theano.function(
    [],
    outputs.map((v) => theano.Out(v, { borrow: true })),
  );
  await measure(
    name,
    () => void f(),
    () => {
      const [l, ...slopes] = f();
      return lossOf(
        +l,
        slopes.map((g) => probe(g.data)),
      );
    },
  );
}

for (const kind of ["last", "all"]) {
  const name = `scalar_${kind}`;
  if (!has(name)) continue;
  const [a, c] = [T.dscalar("a"), T.dscalar("c")];
  const [states] = theano.scan({
    fn: (s) => s.mul(a).add(c),
    outputsInfo: T.constant(0, "float64"),
    nSteps: SCALAR_STEPS,
  });
  const f = theano.function([a, c], theano.Out(kind === "last" ? states.at(-1) : states, { borrow: true }));
  await measure(
    name,
    () => void f(0.999, 0.5),
    () => probe(f(0.999, 0.5).data),
  );
}

/** A training step of an LSTM that reads letters, by plain gradient descent. */
function lstm() {
  const [letters, n] = [32, 64];
  const zeros = (...shape) => theano.zeros(shape, "float32");
  const parameters = [
    theano.shared(zeros(letters, 4 * n)),
    theano.shared(zeros(n, 4 * n)),
    theano.shared(zeros(4 * n)),
    theano.shared(zeros(n, letters)),
    theano.shared(zeros(letters)),
  ];
  const [W, U, b, V, d] = parameters;
  const [x, y] = [T.fmatrix("x"), T.fmatrix("y")];
  const [[hidden]] = theano.scan({
    fn: (row, h, c) => {
      const gates = row.dot(W).add(h.dot(U)).add(b);
      const part = (k) => gates.at(`${k * n}:${(k + 1) * n}`);
      const [i, f, o] = [0, 1, 2].map((k) => T.sigmoid(part(k)));
      const memory = f.mul(c).add(i.mul(T.tanh(part(3))));
      return [o.mul(T.tanh(memory)), memory];
    },
    sequences: x,
    outputsInfo: [T.zeros([n], "float32"), T.zeros([n], "float32")],
  });
  const p = T.nnet.softmax(hidden.dot(V).add(d));
  const loss = T.mean(T.nnet.categoricalCrossentropy(p, y));
  const slopes = theano.grad(loss, parameters);
  return { inputs: [x, y], loss, updates: parameters.map((v, i) => [v, v.sub(slopes[i].mul(0.1))]) };
}

if (has("compile_lstm")) {
  // What every first function pays for: modules and caches of the process.
  const x = T.fmatrix("x");
  const W = theano.shared(theano.zeros([8, 8], "float32"));
  const cost = T.mean(T.sqr(T.tanh(x.dot(W))));
  theano.function([x], cost, { updates: [[W, W.sub(theano.grad(cost, W))]] });
  const { inputs, loss, updates } = lstm();
  const start = performance.now();
  const f = theano.function(inputs, loss, { updates });
  const ms = performance.now() - start;
  const rows = theano.zeros([5, 32], "float32");
  console.log(JSON.stringify({ name: "compile_lstm", ms, first: ms, value: +f(rows, rows) }));
}
