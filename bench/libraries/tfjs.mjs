import { createRequire } from "node:module";
import { dirname } from "node:path";
import { fill, has, measure, oneHot, probe } from "./shared.mjs";

const require = createRequire(import.meta.url);
const tf = require("@tensorflow/tfjs");
const backend = require("@tensorflow/tfjs-backend-wasm");
backend.setWasmPaths(`${dirname(require.resolve("@tensorflow/tfjs-backend-wasm/package.json"))}/dist/`);
await tf.setBackend("wasm");
await tf.ready();

const tensor = (shape, seed = 1) =>
  tf.tensor(
    fill(
      shape.reduce((a, b) => a * b, 1),
      Float32Array,
      seed,
    ),
    shape,
  );
/** The library computes at once; reading the result is not timed. */
const run = async (name, shapes, make) => {
  if (!has(name)) return;
  const values = shapes.map((s, i) => tensor(s, i + 1));
  const once = () => tf.tidy(() => void make(...values));
  const value = () => probe(tf.tidy(() => make(...values)).dataSync());
  await measure(name, once, value);
  tf.dispose(values);
};
for (const n of [256, 512, 1024, 2048])
  await run(
    `matmul_${n}_f32`,
    [
      [n, n],
      [n, n],
    ],
    (a, b) => tf.matMul(a, b),
  );
for (const [label, n] of [
  ["1e6", 1e6],
  ["1e7", 1e7],
]) {
  await run(`chain_${label}_f32`, [[n], [n], [n]], (x, y, z) =>
    tf.add(tf.sub(tf.mul(tf.log(tf.add(tf.exp(x), 1)), y), tf.square(z)), tf.tanh(x)),
  );
}
await run("axpby_1e7_f32", [[1e7], [1e7], [1e7]], (x, y, z) => tf.add(tf.add(tf.mul(x, 2), tf.mul(y, 3)), z));
await run("softmax_f32", [[4096, 1000]], (x) => tf.softmax(x, -1));
await run("sum0_f32", [[4096, 1000]], (x) => tf.sum(x, 0));
await run("sum1_f32", [[4096, 1000]], (x) => tf.sum(x, 1));
await run("sumall_f32", [[4096, 1000]], (x) => tf.sum(x));

const train = async (name, batch, variables, logits, rate, before) => {
  if (!has(name)) return;
  const [x, y] = [tensor([batch, 784]), tf.tensor(oneHot(batch), [batch, 10])];
  const list = variables();
  const loss = () => tf.tidy(() => tf.mul(tf.sum(tf.mul(tf.logSoftmax(logits(x, ...list)), y)), -1 / batch));
  const once = () => {
    const { value, grads } = tf.variableGrads(loss, list);
    tf.tidy(() => list.forEach((v) => v.assign(tf.sub(v, tf.mul(grads[v.name], rate)))));
    const l = value.dataSync()[0];
    tf.dispose([value, grads]);
    return l;
  };
  let last = 0;
  for (let i = 0; i < before; i++) last = once();
  await measure(name, once, () => last);
};
await train(
  "logreg_f32",
  600,
  () => [tf.variable(tf.zeros([784, 10])), tf.variable(tf.zeros([10]))],
  (x, W, b) => tf.add(tf.matMul(x, W), b),
  0.13,
  1,
);
for (const batch of [20, 128]) {
  await train(
    `mlp${batch}_f32`,
    batch,
    () => [
      tf.variable(tf.mul(tensor([784, 500], 3), 0.05)),
      tf.variable(tf.zeros([500])),
      tf.variable(tf.zeros([500, 10])),
      tf.variable(tf.zeros([10])),
    ],
    (x, W1, b1, W2, b2) => tf.add(tf.matMul(tf.tanh(tf.add(tf.matMul(x, W1), b1)), W2), b2),
    0.01,
    3,
  );
}
if (has("call_f32")) {
  const [a, b] = [tf.scalar(1.5), tf.scalar(2.5)];
  const once = () => {
    const r = tf.add(a, b);
    const v = r.dataSync()[0];
    r.dispose();
    return v;
  };
  await measure("call_f32", once, once, 500);
}
