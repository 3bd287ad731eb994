import { fill, has, measure, probe } from "./shared.mjs";

const np = await import("numpy-ts");
np.configureWasm?.({ maxMemory: 2 * 1024 ** 3 });
for (const dtype of ["float32", "float64"]) {
  const d = dtype === "float32" ? "f32" : "f64";
  const Kind = dtype === "float32" ? Float32Array : Float64Array;
  const array = (shape, seed) => {
    const a = np.zeros(shape, dtype);
    a.data.set(
      fill(
        shape.reduce((x, y) => x * y, 1),
        Kind,
        seed,
      ),
    );
    return a;
  };
  const run = async (name, shapes, make) => {
    if (!has(name)) return;
    const values = shapes.map((s, i) => array(s, i + 1));
    // Intermediate results are given back as soon as they are not needed any more.
    const held = [];
    const keep = (a) => (held.push(a), a);
    const once = () => {
      make(keep, ...values);
      for (const a of held.splice(0)) a?.dispose?.();
    };
    const value = () => {
      const r = make(keep, ...values);
      return typeof r === "number" ? r : probe(r.data);
    };
    await measure(name, once, value);
    for (const v of values) v.dispose?.();
  };
  for (const n of [256, 512, 1024, 2048])
    await run(
      `matmul_${n}_${d}`,
      [
        [n, n],
        [n, n],
      ],
      (k, a, b) => k(np.matmul(a, b)),
    );
  for (const [label, n] of [
    ["1e6", 1e6],
    ["1e7", 1e7],
  ]) {
    await run(`chain_${label}_${d}`, [[n], [n], [n]], (k, x, y, z) =>
      k(
        np.add(
          k(np.subtract(k(np.multiply(k(np.log(k(np.add(k(np.exp(x)), 1)))), y)), k(np.square(z)))),
          k(np.tanh(x)),
        ),
      ),
    );
  }
  await run(`axpby_1e7_${d}`, [[1e7], [1e7], [1e7]], (k, x, y, z) =>
    k(np.add(k(np.add(k(np.multiply(x, 2)), k(np.multiply(y, 3)))), z)),
  );
  await run(`softmax_${d}`, [[4096, 1000]], (k, x) => {
    const e = k(np.exp(k(np.subtract(x, k(np.max(x, 1, true))))));
    return k(np.divide(e, k(np.sum(e, 1, true))));
  });
  await run(`sum0_${d}`, [[4096, 1000]], (k, x) => k(np.sum(x, 0)));
  await run(`sum1_${d}`, [[4096, 1000]], (k, x) => k(np.sum(x, 1)));
  await run(`sumall_${d}`, [[4096, 1000]], (k, x) => k(np.sum(x)));
  if (has(`call_${d}`)) {
    const [a, b] = [np.array(1.5, dtype), np.array(2.5, dtype)];
    const once = () => {
      const r = np.add(a, b);
      r.dispose?.();
    };
    await measure(`call_${d}`, once, undefined, 1000);
  }
}
