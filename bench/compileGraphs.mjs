/**
 * Time from the call of theano.function to a compiled function, in this fresh process, after import and after the graph and its gradient were
 * made: `compileGraphs.mjs <kind>_<nodes>,... [linker]`. One line of JSON for each: `first` is the first time, `ms` that of the same graph made and
 * compiled again, as a graph of new variables, and `warm` the median of 30 more times, where those take no more than some seconds. The first
 * function of a process is not a row.
 */
import * as theano from "../dist/index.js";

const { tensor: T } = theano;
const zeros = (...shape) => theano.zeros(shape, "float32");

/** Each gives inputs, outputs and updates of about the given number of nodes, gradient included. */
const KINDS = {
  /** A deep MLP with its training step; a layer has about 11 nodes. */
  mlp(nodes) {
    const x = T.fmatrix("x");
    const parameters = [];
    let h = x;
    for (let i = 0; i < Math.max(1, Math.round(nodes / 11)); i++) {
      const [W, b] = [theano.shared(zeros(8, 8), { name: `W${i}` }), theano.shared(zeros(8), { name: `b${i}` })];
      parameters.push(W, b);
      h = T.tanh(h.dot(W).add(b));
    }
    const cost = T.mean(T.sqr(h));
    const slopes = theano.grad(cost, parameters);
    return { inputs: [x], outputs: [cost], updates: parameters.map((p, i) => [p, p.sub(slopes[i].mul(0.1))]) };
  },
  /** An RNN that was unrolled by hand, and the gradient of its weights; a step has about 12 nodes. */
  rnn(nodes) {
    const [x, W, U, h0] = [T.fmatrix("x"), T.fmatrix("W"), T.fmatrix("U"), T.fvector("h0")];
    let h = h0;
    for (let i = 0; i < Math.max(1, Math.round(nodes / 12)); i++) h = T.tanh(h.dot(W).add(x.at(i).dot(U)));
    const cost = T.mean(T.sqr(h));
    return { inputs: [x, W, U, h0], outputs: [cost, ...theano.grad(cost, [W, U])] };
  },
  /** A long sum of different terms, one added to the other, and its gradient; a term has about 4 nodes. */
  sum(nodes) {
    const [x, y] = [T.fvector("x"), T.fvector("y")];
    let s = x;
    for (let i = 1; i <= Math.max(1, Math.round(nodes / 4)); i++) s = s.add(T.tanh(y.mul(i)));
    return { inputs: [x, y], outputs: [T.sum(s), ...theano.grad(T.sum(s), [x, y])] };
  },
  /** A wide sum of products of different pairs of inputs, and its gradient; a product has about 3 nodes. */
  products(nodes) {
    const terms = Math.max(2, Math.round(nodes / 3));
    const xs = Array.from({ length: Math.ceil((1 + Math.sqrt(1 + 8 * terms)) / 2) }, (_, i) => T.fvector(`x${i}`));
    const list = [];
    for (let i = 0; i < xs.length; i++) for (let j = 0; j < i && list.length < terms; j++) list.push(xs[i].mul(xs[j]));
    const cost = T.sum(T.add(...list));
    return { inputs: xs, outputs: [cost, ...theano.grad(cost, xs)] };
  },
};

const [, , wanted = "mlp_10", linker = "wasm"] = process.argv;
const compile = ({ inputs, outputs, updates }) =>
  theano.function(inputs, outputs, {
    updates,
    mode: new theano.Mode({ linker, optimizer: "fast_run" }),
    onUnusedInput: "ignore",
  });

// What every first function pays for: modules and caches of the process.
compile(KINDS.mlp(30));
for (const name of wanted.split(",")) {
  const [kind, nodes] = name.split("_");
  try {
    const once = () => {
      const graph = KINDS[kind](Number(nodes));
      const start = performance.now();
      const f = compile(graph);
      const time = performance.now() - start;
      f.free();
      return time;
    };
    const [first, ms] = [once(), once()];
    const more = ms < 100 ? Array.from({ length: 30 }, once) : [];
    const warm = more.toSorted((a, b) => a - b)[more.length >> 1];
    console.log(JSON.stringify({ name, ms, first, warm, value: null }));
  } catch (error) {
    console.log(JSON.stringify({ name, error: String(error?.message ?? error).split("\n")[0] }));
  }
}
