// Node 20 has neither, and the library reads both.
globalThis.navigator ??= {};
globalThis.Float16Array ??= class Float16Array {};
const jax = await import("@jax-js/jax");
const { fill, has, measure, oneHot, probe } = await import("./shared.mjs");
const { numpy: np, jit, valueAndGrad, nn, tree } = jax;
await jax.init("cpu", "wasm");
jax.defaultDevice("wasm");

/** Forces the computation by reading one element. */
const force = (a) => a.ref.ravel().slice([0, 1]).dataSync()[0];

for (const dtype of ["float32", "float64"]) {
  const d = dtype === "float32" ? "f32" : "f64";
  const Kind = dtype === "float32" ? Float32Array : Float64Array;
  const array = (shape, seed = 1) =>
    np
      .array(
        fill(
          shape.reduce((a, b) => a * b, 1),
          Kind,
          seed,
        ),
        { dtype: np[dtype] },
      )
      .reshape(shape);
  const run = async (name, shapes, make) => {
    if (!has(name)) return;
    const values = shapes.map((s, i) => array(s, i + 1));
    const f = jit(make);
    const once = () => {
      const r = f(...values.map((v) => v.ref));
      force(r);
      r.dispose();
    };
    const value = () => {
      const r = f(...values.map((v) => v.ref));
      return probe(r.dataSync());
    };
    await measure(name, once, value);
    for (const v of values) v.dispose();
  };
  for (const n of [256, 512, 1024, 2048])
    await run(
      `matmul_${n}_${d}`,
      [
        [n, n],
        [n, n],
      ],
      (a, b) => np.matmul(a, b),
    );
  for (const [label, n] of [
    ["1e6", 1e6],
    ["1e7", 1e7],
  ]) {
    await run(`chain_${label}_${d}`, [[n], [n], [n]], (x, y, z) =>
      np.log(np.exp(x.ref).add(1)).mul(y).sub(np.square(z)).add(np.tanh(x)),
    );
  }
  await run(`axpby_1e7_${d}`, [[1e7], [1e7], [1e7]], (x, y, z) => x.mul(2).add(y.mul(3)).add(z));
  await run(`softmax_${d}`, [[4096, 1000]], (x) => nn.softmax(x, -1));
  await run(`sum0_${d}`, [[4096, 1000]], (x) => np.sum(x, 0));
  await run(`sum1_${d}`, [[4096, 1000]], (x) => np.sum(x, 1));
  await run(`sumall_${d}`, [[4096, 1000]], (x) => np.sum(x));

  const train = async (name, batch, parameters, logits, rate) => {
    if (!has(name)) return;
    const x = array([batch, 784]);
    const y = np.array(oneHot(batch, Kind), { dtype: np[dtype] }).reshape([batch, 10]);
    let P = parameters();
    const loss = (p, inputs, targets) =>
      nn
        .logSoftmax(logits(p, inputs), -1)
        .mul(targets)
        .sum()
        .mul(-1 / batch);
    const step = jit((p, inputs, targets) => {
      const [l, g] = valueAndGrad(loss)(tree.ref(p), inputs, targets);
      return [l, tree.map((v, slope) => v.sub(slope.mul(rate)), p, g)];
    });
    const once = () => {
      const [l, next] = step(P, x.ref, y.ref);
      P = next;
      const value = l.dataSync()[0];
      for (const leaf of tree.leaves(P)) force(leaf);
      return value;
    };
    let third = 0;
    for (let i = 0; i < (name.startsWith("mlp") ? 3 : 1); i++) third = once();
    await measure(name, once, () => third);
  };
  await train(
    `logreg_${d}`,
    600,
    () => ({ W: np.zeros([784, 10], { dtype: np[dtype] }), b: np.zeros([10], { dtype: np[dtype] }) }),
    (p, x) => np.matmul(x, p.W).add(p.b),
    0.13,
  );
  for (const batch of [20, 128]) {
    await train(
      `mlp${batch}_${d}`,
      batch,
      () => ({
        W1: array([784, 500], 3).mul(0.05),
        b1: np.zeros([500], { dtype: np[dtype] }),
        W2: np.zeros([500, 10], { dtype: np[dtype] }),
        b2: np.zeros([10], { dtype: np[dtype] }),
      }),
      (p, x) => np.matmul(np.tanh(np.matmul(x, p.W1).add(p.b1)), p.W2).add(p.b2),
      0.01,
    );
  }
  if (has(`call_${d}`)) {
    const f = jit((a, b) => a.add(b));
    const [a, b] = [np.array(1.5, { dtype: np[dtype] }), np.array(2.5, { dtype: np[dtype] })];
    await measure(
      `call_${d}`,
      () => f(a.ref, b.ref).dataSync(),
      () => f(a.ref, b.ref).dataSync()[0],
      100,
    );
  }
}
process.exit(0);
