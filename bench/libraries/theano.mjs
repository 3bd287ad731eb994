import * as theano from "../../dist/index.js";
import { fill, has, labels, measure, probe } from "./shared.mjs";

const { tensor: T } = theano;
const KINDS = { float32: Float32Array, float64: Float64Array };

for (const dtype of ["float32", "float64"]) {
  const d = dtype === "float32" ? "f32" : "f64";
  const data = (shape, seed) =>
    theano.array({
      data: fill(
        shape.reduce((a, b) => a * b, 1),
        KINDS[dtype],
        seed,
      ),
      shape,
    });
  const shared = (shape, seed) => theano.shared(data(shape, seed), { borrow: true });
  const input = (rank) => T.tensor({ dtype, shape: Array.from({ length: rank }, () => null) });

  /** The case on resident data with a borrowed result, and across the boundary: arguments in, a fresh array out. */
  const both = async (name, shapes, make) => {
    if (has(name)) {
      const values = shapes.map((s, i) => shared(s, i + 1));
      const f = theano.function([], theano.Out(make(...values), { borrow: true }));
      await measure(
        name,
        () => void f(),
        () => check(f()),
      );
      f.free();
      for (const v of values) v.free?.();
    }
    if (has(`${name}_boundary`)) {
      const inputs = shapes.map((s) => input(s.length));
      const f = theano.function(inputs, make(...inputs));
      const args = shapes.map((s, i) => data(s, i + 1));
      await measure(
        `${name}_boundary`,
        () => void f(...args),
        () => check(f(...args)),
      );
      f.free();
    }
  };
  const check = (r) => (r.size === 1 ? +r : probe(r.data));

  // Many small products: what costs is everything around them.
  for (const n of [16, 32, 48, 64, 96]) {
    if (!has(`batched_${n}_${d}`)) continue;
    const [a, b] = [shared([1000, n, n], 1), shared([1000, n, n], 2)];
    const f = theano.function([], theano.Out(T.batchedDot(a, b), { borrow: true }));
    await measure(
      `batched_${n}_${d}`,
      () => void f(),
      () => check(f()),
    );
    f.free();
  }
  for (const n of [128, 256, 512, 1024, 2048])
    await both(
      `matmul_${n}_${d}`,
      [
        [n, n],
        [n, n],
      ],
      (a, b) => a.dot(b),
    );
  for (const [label, n] of [
    ["1e6", 1e6],
    ["1e7", 1e7],
  ]) {
    await both(`chain_${label}_${d}`, [[n], [n], [n]], (x, y, z) =>
      T.log(T.add(1, T.exp(x)))
        .mul(y)
        .sub(z.pow(2))
        .add(T.tanh(x)),
    );
  }
  await both(`axpby_1e7_${d}`, [[1e7], [1e7], [1e7]], (x, y, z) => x.mul(2).add(y.mul(3)).add(z));
  if (has(`copy_1e7_${d}`)) {
    // The same loop with nothing to compute: one array read, one written.
    const x = shared([1e7], 1);
    const f = theano.function([], theano.Out(x.mul(2), { borrow: true }));
    await measure(`copy_1e7_${d}`, () => void f());
    f.free();
  }
  if (has(`memcpy_1e7_${d}`)) {
    const [from, to] = [fill(1e7, KINDS[dtype]), new KINDS[dtype](1e7)];
    await measure(`memcpy_1e7_${d}`, () => to.set(from));
  }
  await both(`softmax_${d}`, [[4096, 1000]], (x) => T.nnet.softmax(x));
  await both(`sum0_${d}`, [[4096, 1000]], (x) => x.sum({ axis: 0 }));
  await both(`sum1_${d}`, [[4096, 1000]], (x) => x.sum({ axis: 1 }));
  await both(`sumall_${d}`, [[4096, 1000]], (x) => x.sum());

  if (has(`logreg_${d}`)) {
    const [x, y] = [input(2), T.ivector()];
    const [W, b] = [theano.shared(theano.zeros([784, 10], dtype)), theano.shared(theano.zeros([10], dtype))];
    const cost = T.mean(T.nnet.categoricalCrossentropy(T.nnet.softmax(x.dot(W).add(b)), y));
    const [gW, gb] = theano.grad(cost, [W, b]);
    const step = theano.function([x, y], cost, {
      updates: [
        [W, W.sub(gW.mul(0.13))],
        [b, b.sub(gb.mul(0.13))],
      ],
    });
    const [images, classes] = [data([600, 784], 1), labels(600)];
    const first = +step(images, classes);
    await measure(
      `logreg_${d}`,
      () => +step(images, classes),
      () => first,
    );
  }
  for (const batch of [20, 128]) {
    if (!has(`mlp${batch}_${d}`)) continue;
    const [x, y] = [input(2), T.ivector()];
    const parameters = [
      theano.shared(theano.function([], T.constant(data([784, 500], 3)).mul(0.05))()),
      theano.shared(theano.zeros([500], dtype)),
      theano.shared(theano.zeros([500, 10], dtype)),
      theano.shared(theano.zeros([10], dtype)),
    ];
    const [W1, b1, W2, b2] = parameters;
    const h = T.tanh(x.dot(W1).add(b1));
    const cost = T.mean(T.nnet.categoricalCrossentropy(T.nnet.softmax(h.dot(W2).add(b2)), y));
    const slopes = theano.grad(cost, parameters);
    const step = theano.function([x, y], cost, { updates: parameters.map((p, i) => [p, p.sub(slopes[i].mul(0.01))]) });
    const [images, classes] = [data([batch, 784], 1), labels(batch)];
    for (let i = 0; i < 2; i++) step(images, classes);
    const third = +step(images, classes);
    await measure(
      `mlp${batch}_${d}`,
      () => +step(images, classes),
      () => third,
    );
  }
  if (has(`call_${d}`)) {
    const [a, b] = [input(0), input(0)];
    const f = theano.function([a, b], a.add(b));
    let i = 0;
    await measure(
      `call_${d}`,
      () => +f(1.5, i++),
      () => +f(1.5, 2.5),
      2000,
    );
  }
}
