/** The recurrent network in @jax-js/jax, which has no loops: the steps are written one after the other. */
globalThis.navigator ??= {};
globalThis.Float16Array ??= class Float16Array {};
const jax = await import("@jax-js/jax");
const { fill, has, measure, probe } = await import("./shared.mjs");
const { HIDDEN, lossOf, STEPS } = await import("./loopSizes.mjs");
const { numpy: np, jit, valueAndGrad, tree } = jax;
await jax.init("cpu", "wasm");
jax.defaultDevice("wasm");

const array = (shape, seed, scale = 1) => {
  const list = fill(
    shape.reduce((a, b) => a * b, 1),
    Float32Array,
    seed,
  );
  return np.array(list.map((v) => v * scale)).reshape(shape);
};

for (const batch of [1, 32]) {
  const name = `rnn_${batch}`;
  if (!has(name)) continue;
  // A row of its own for each step: slices of one array would only cost time here.
  const all = fill(STEPS * batch * HIDDEN, Float32Array, 1);
  const rows = Array.from({ length: STEPS }, (_, t) =>
    np.array(all.slice(t * batch * HIDDEN, (t + 1) * batch * HIDDEN)).reshape([batch, HIDDEN]),
  );
  const p = {
    W: array([HIDDEN, HIDDEN], 2, 1 / 16),
    U: array([HIDDEN, HIDDEN], 3, 1 / 16),
    b: array([HIDDEN], 4, 1 / 16),
  };
  const loss = ({ W, U, b }, xs) => {
    let h = np.zeros([batch, HIDDEN]);
    let sum = np.array(0);
    for (const x of xs) {
      h = np.tanh(np.matmul(x, W.ref).add(np.matmul(h, U.ref)).add(b.ref));
      sum = sum.add(np.square(h.ref).sum());
    }
    for (const v of [W, U, b, h]) v.dispose();
    return sum.mul(1 / (STEPS * batch * HIDDEN));
  };
  const step = jit((q, xs) => valueAndGrad(loss)(q, xs));
  const once = () => {
    const [l, g] = step(tree.ref(p), tree.ref(rows));
    return lossOf(
      l.dataSync()[0],
      ["W", "U", "b"].map((k) => probe(g[k].dataSync())),
    );
  };
  await measure(name, once, once);
}
process.exit(0);
