/**
 * Recurrent networks that learn a poem letter by letter: Elman's, an LSTM, a GRU. `npx tsx examples/loops/characters.ts lstm`
 */
import * as theano from "theano";
import { tensor as T } from "theano";
import { isMain } from "./main.ts";
import { TEXT } from "./text.ts";

type V = theano.tensor.TensorVariable;
export type Cell = "elman" | "lstm" | "gru";

const letters = [...new Set(TEXT)].sort();
const codes = Int32Array.from(TEXT, (c) => letters.indexOf(c));
/** How many matrices of a cell read the input and the state. */
const GATES: Readonly<Record<Cell, number>> = { elman: 1, lstm: 4, gru: 3 };

/** Numbers in (-scale, scale) from a small generator. */
function randomMatrix(rows: number, columns: number, scale: number, seed: number): theano.NdArray {
  let state = seed;
  const next = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  return theano.array(
    Array.from({ length: rows }, () => Array.from({ length: columns }, () => (2 * next() - 1) * scale)),
    "float32",
  );
}

/** One step of a cell of `n` units: from the input's part of the gates and the states to the new states. */
function step(cell: Cell, n: number, x: V, states: readonly V[], U: V): V[] {
  const [h, c] = states as [V, V];
  const part = (gates: V, i: number): V => gates.at("...", `${i * n}:${(i + 1) * n}`);
  if (cell === "elman") return [T.tanh(x.add(h.dot(U)))];
  if (cell === "lstm") {
    const gates = x.add(h.dot(U));
    const [i, f, o] = [0, 1, 2].map((k) => T.sigmoid(part(gates, k))) as [V, V, V];
    const memory = f.mul(c).add(i.mul(T.tanh(part(gates, 3))));
    return [o.mul(T.tanh(memory)), memory];
  }
  const own = h.dot(U);
  const [z, r] = [0, 1].map((k) => T.sigmoid(part(x, k).add(part(own, k)))) as [V, V];
  const candidate = T.tanh(part(x, 2).add(r.mul(part(own, 2))));
  return [z.mul(h).add(T.sub(1, z).mul(candidate))];
}

export interface Network {
  /** One pass over the text in pieces; the mean loss per letter. */
  epoch(piece?: number): number;
  /** The likeliest `count` letters after `start`. */
  write(start: string, count: number): string;
  /** One step of training: the codes that are read, and those that follow each; gives the loss. */
  readonly train: theano.CompiledFunction<theano.NdArray>;
}

/** A network with its training step and a function that writes text. */
export function makeNetwork(cell: Cell, n: number): Network {
  const m = letters.length;
  const width = GATES[cell] * n;
  const share = (name: string, value: theano.NdArray) => theano.shared(value, { name });
  const W = share("W", randomMatrix(m, width, 0.1, 1));
  const U = share("U", randomMatrix(n, width, 1 / Math.sqrt(n), 2));
  const b = share("b", theano.zeros([width], "float32"));
  const V_ = share("V", randomMatrix(n, m, 0.1, 3));
  const a = share("a", theano.zeros([m], "float32"));
  const parameters = [W, U, b, V_, a];

  const read = T.ivector("read");
  const wanted = T.ivector("wanted");
  const zero = T.zeros([n], "float32");
  const starts = cell === "lstm" ? [zero, zero] : [zero];
  const [states] = theano.scan({
    fn: (code, ...s) => step(cell, n, W.at(code).add(b), s.slice(0, starts.length), U),
    sequences: read,
    outputsInfo: starts,
    name: cell,
    returnList: true,
  });
  const hidden = (states as unknown as V[])[0]!;
  const p = T.nnet.softmax(hidden.dot(V_).add(a));
  const loss = T.mean(T.nnet.categoricalCrossentropy(p, wanted));
  const gradients = theano.grad(loss, parameters);
  // RMSprop: each gradient divided by the root of the mean of its squares.
  const updates: [theano.SharedVariable, V][] = parameters.flatMap((q, i) => {
    const square = theano.shared(theano.zeros(q.getValue().shape, "float32"));
    const mean = square.mul(0.9).add(T.sqr(gradients[i]!).mul(0.1));
    return [
      [square as theano.SharedVariable, mean as V],
      [q as theano.SharedVariable, q.sub(gradients[i]!.mul(0.005).div(T.sqrt(mean).add(1e-6))) as V],
    ];
  });
  const train = theano.function([read, wanted], loss, { updates });

  // Writing: the likeliest letter is what the next step reads.
  const first = T.iscalar("first");
  const length = T.lscalar("length");
  const [written] = theano.scan({
    fn: (code, ...s) => {
      const next = step(cell, n, W.at(code).add(b), s, U);
      return [T.argmax(next[0]!.dot(V_).add(a)).astype("int32"), ...next];
    },
    outputsInfo: [first, ...starts],
    nSteps: length,
    returnList: true,
  });
  const write = theano.function([first, length], (written as unknown as V[])[0]!);
  return {
    epoch(piece = 60): number {
      let sum = 0;
      let count = 0;
      for (let at = 0; at + 1 < codes.length; at += piece, count++) {
        const end = Math.min(at + piece, codes.length - 1);
        sum += Number(train(codes.slice(at, end), codes.slice(at + 1, end + 1)));
      }
      return sum / count;
    },
    write(start: string, count: number): string {
      const found = write(letters.indexOf(start), count).data as Int32Array;
      return start + Array.from(found, (code) => letters[code]).join("");
    },
    train,
  };
}

if (isMain(import.meta.url)) {
  const cell = (process.argv[2] ?? "lstm") as Cell;
  const network = makeNetwork(cell, 96);
  for (let i = 1; i <= 60; i++) {
    const loss = network.epoch();
    if (i % 10 === 0) console.log(`epoch ${i}: ${loss.toFixed(3)} nats per letter`);
  }
  console.log(network.write("'", 140));
}
