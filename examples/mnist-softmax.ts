/**
 * Softmax regression on MNIST by minibatch gradient descent with early stopping, after Theano's tutorial "Classifying MNIST
 * digits using Logistic Regression". Run it with `npm run mnist`.
 *
 * Environment: EPOCHS, the most passes over the training digits (default 1000).
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import * as theano from "theano";
import { tensor as T } from "theano";
import { loadMnist, PIXELS, type Digits } from "./mnist.ts";
import { encodePng } from "./png.ts";
import { ProgressBar } from "./progress.ts";

const CLASSES = 10;
const BATCH = 600;
const RATE = 0.13;
const MAX_EPOCHS = Number(process.env["EPOCHS"] ?? 1000);
/** Minibatches that are looked at in any case, and what a new best result multiplies them by. */
const PATIENCE = 5000;
const PATIENCE_FACTOR = 2;
/** A result counts as better when the error falls below this part of the best one. */
const IMPROVEMENT = 0.995;

const say = (text: string): void => console.log(text);

// Data live where the compiled functions read them.
const digits = loadMnist();
const resident = ({ images, labels, count }: Digits, name: string) => ({
  count,
  images: theano.shared(theano.array({ data: images, shape: [count, PIXELS] }), {
    name: `${name}.images`,
    borrow: true,
  }),
  labels: theano.shared(theano.array(labels), { name: `${name}.labels`, borrow: true }),
});
const [train, validation, test] = [
  resident(digits.train, "train"),
  resident(digits.validation, "validation"),
  resident(digits.test, "test"),
];
say(`MNIST: ${train.count} digits to learn from, ${validation.count} to stop by, ${test.count} to be judged by`);

// The model.
const x = T.fmatrix("x");
const y = T.ivector("y");
const W = theano.shared(theano.zeros([PIXELS, CLASSES], "float32"), { name: "W" });
const b = theano.shared(theano.zeros([CLASSES], "float32"), { name: "b" });
const p = T.nnet.softmax(x.dot(W).add(b));
const cost = T.mean(T.nnet.categoricalCrossentropy(p, y));
const errors = T.mean(T.neq(T.argmax(p, { axis: 1 }), y), { dtype: "float64" });
const [gW, gb] = theano.grad(cost, [W, b]);

// One function trains on a minibatch, two count errors; a minibatch is a stretch of rows.
const index = T.lscalar("index");
const rows = T.slice(index.mul(BATCH), index.add(1).mul(BATCH));
const start = performance.now();
const step = theano.function([index], cost, {
  name: "train",
  updates: [
    [W, W.sub(gW!.mul(RATE))],
    [b, b.sub(gb!.mul(RATE))],
  ],
  givens: [
    [x, train.images.at(rows)],
    [y, train.labels.at(rows)],
  ],
});
const errorOn = (set: typeof test) =>
  theano.function([], errors, {
    givens: [
      [x, set.images],
      [y, set.labels],
    ],
  });
const validationError = errorOn(validation);
const testError = errorOn(test);
say(`compiled 3 functions in ${(performance.now() - start).toFixed(0)} ms`);

// Training with early stopping.
const batches = Math.floor(train.count / BATCH);
let patience = PATIENCE;
let best = Infinity;
let bestTest = NaN;
let bestW = W.getValue();
let seen = 0;
let seconds = 0;
let epoch = 0;
const bar = new ProgressBar(MAX_EPOCHS);
for (let done = false; !done && epoch < MAX_EPOCHS; ) {
  epoch++;
  const begin = performance.now();
  let total = 0;
  for (let i = 0; i < batches; i++) total += Number(step(i));
  seconds += (performance.now() - begin) / 1000;
  seen += batches * BATCH;
  const error = Number(validationError());
  const iteration = epoch * batches;
  if (error < best) {
    if (error < best * IMPROVEMENT) patience = Math.max(patience, iteration * PATIENCE_FACTOR);
    best = error;
    bestTest = Number(testError());
    bestW = W.getValue();
  }
  done = iteration >= patience;
  const rate = (seen / seconds / 1e6).toFixed(2);
  bar.update(
    Math.max(epoch, (MAX_EPOCHS * iteration) / patience),
    `epoch ${epoch}  cost ${(total / batches).toFixed(4)}  error ${(error * 100).toFixed(2)} %  ${rate} million digits/s`,
  );
}
bar.end();
say(`stopped after ${epoch} epochs, ${seconds.toFixed(2)} s of training`);
say(`examples per second: ${Math.round(seen / seconds).toLocaleString("en-US")}`);
say(`best validation error: ${(best * 100).toFixed(2)} %`);
say(`test error: ${(bestTest * 100).toFixed(2)} % (Theano's tutorial: 7.49 %)`);

// What was learned: for each digit, where ink speaks for it (warm) and against it (cold).
const file = fileURLToPath(new URL("out/mnist-filters.png", import.meta.url));
mkdirSync(dirname(file), { recursive: true });
writeFileSync(file, filters(bestW.data as Float32Array));
say(`learned filters: ${file}`);

function filters(weights: Float32Array): Uint8Array {
  const [side, zoom, gap, columns] = [28, 5, 8, 5];
  const cell = side * zoom + gap;
  const [width, height] = [columns * cell + gap, 2 * cell + gap];
  const pixels = new Uint8Array(width * height * 3).fill(255);
  for (let digit = 0; digit < CLASSES; digit++) {
    const most = Math.max(...Array.from({ length: PIXELS }, (_, i) => Math.abs(weights[i * CLASSES + digit]!)), 1e-12);
    const [left, top] = [gap + (digit % columns) * cell, gap + Math.floor(digit / columns) * cell];
    for (let row = 0; row < side * zoom; row++) {
      for (let column = 0; column < side * zoom; column++) {
        const pixel = Math.floor(row / zoom) * side + Math.floor(column / zoom);
        const w = weights[pixel * CLASSES + digit]! / most;
        const rest = Math.round(255 * (1 - Math.abs(w)));
        const at = ((top + row) * width + left + column) * 3;
        pixels.set(w > 0 ? [255, rest, rest] : [rest, rest, 255], at);
      }
    }
  }
  return encodePng(width, height, pixels);
}
