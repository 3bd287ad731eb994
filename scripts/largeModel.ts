/** A model of a thousand lines, as a program would write one, to measure how long its types take to check. */

/** One layer: parameters, an affine map, a nonlinearity, a gate, statistics. `h` is its input, a matrix. */
function block(k: number, h: string): string[] {
  const act = ["T.tanh", "T.nnet.sigmoid", "T.nnet.relu", "T.softplus"][k % 4]!;
  return [
    `const W${k} = theano.shared(theano.zeros([64, 64], "float32"), { name: "W${k}" });`,
    `const b${k} = theano.shared(new Float32Array(64), { name: "b${k}" });`,
    `const z${k} = ${h}.dot(W${k}).add(b${k});`,
    `const a${k} = T.cast(${act}(z${k}), "float32").reshape(z${k}.shape);`,
    `const mean${k} = a${k}.mean({ axis: 0, keepdims: true });`,
    `const scale${k} = T.sqrt(a${k}.sub(mean${k}).sqr().mean({ axis: 0 }).add(1e-5));`,
    `const n${k} = a${k}.sub(mean${k}).div(scale${k}.dimshuffle("x", 0));`,
    `const gate${k} = T.switch(n${k}.gt(0), n${k}, n${k}.mul(0.01 + ${k} / 100));`,
    `const picked${k} = gate${k}.at("1:", null, [0, 2, ${k % 60}]).sum({ axis: [0, 1] });`,
    `const out${k} = T.concatenate([gate${k}.at("...", ":32"), ${h}.at(":", "32:")], 1).mul(picked${k}.max().clip(0, 1));`,
    `const penalty${k} = W${k}.sqr().sum().add(T.abs(b${k}).mean()).mul(1e-4);`,
  ];
}

/** The text, of exactly `lines` lines. */
export function largeModel(lines: number): string {
  const head = [
    `import * as theano from "theano";`,
    `import { tensor as T } from "theano";`,
    `const x = T.fmatrix("x");`,
    `const y = T.ivector("y");`,
  ];
  const size = block(0, "x").length;
  const count = Math.floor((lines - head.length - 6) / size);
  const body = Array.from({ length: count }, (_, k) => block(k, k === 0 ? "x" : `out${k - 1}`)).flat();
  const names = (letter: string): string => Array.from({ length: count }, (_, k) => `${letter}${k}`).join(", ");
  const tail = [
    `const p = T.nnet.softmax(out${count - 1});`,
    `const cost = T.mean(T.log(p).at(T.arange(y.shape[0]), y)).neg().add(T.add(${names("penalty")}));`,
    `const weights = [${names("W")}];`,
    `const updates = theano.grad(cost, weights).map((g, k) => [weights[k]!, weights[k]!.sub(g.mul(0.1))] as const);`,
    `export const train = theano.function([x, y], { cost, p }, { updates });`,
  ];
  const text = [...head, ...body, ...tail];
  while (text.length < lines) text.push(`export const cost${text.length} = train([[1]], [0]).cost;`);
  return `${text.join("\n")}\n`;
}
