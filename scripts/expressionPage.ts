/** docs/following-an-expression.md: what becomes of the cost of logistic regression and its gradient. */
import * as theano from "../src/index.ts";
import { tensor as T } from "../src/index.ts";

/** What is said before the steps of each pass. */
const PASSES: Readonly<Record<string, string>> = {
  canonicalize: `Equal parts are one node already when the passes begin: \`x.dot(W)\`, written once, and \`log(p)\`, which the gradient needs too, stand
once in the graph. The first pass brings it to a normal form. Sizes become expressions of the sizes of the inputs (step 1), so that no
value is kept for its shape alone; the ones and zeros that gradients begin with become constants, repeated where they must be; \`a * (1/p)\`
becomes \`a/p\`. Each rule is simple, and each makes the left side of another one.`,
  collect: `Powers, and softmax where it was written by hand with \`exp\` and \`sum\`, are collected before the next pass gives their parts other forms.`,
  stabilize: `Now the forms that lose digits or overflow are replaced. \`log(softmax(x))\` becomes a function of its own: where a probability
underflows to 0 its logarithm would be minus infinity, and the gradient 0/0. The division by \`p\` in the gradient meets the
multiplication by \`p\` and both go: what is left is the well-known "softmax minus one-hot", scaled. Nobody wrote it; it follows.`,
  specialize: `The third pass looks for cheaper forms of the same. The gradient of \`log(p)[arange(n), y]\` was a matrix of zeros with one number in
each row; as a comparison of column numbers with \`y\` it needs no storage and will be fused into what reads it.`,
  blas: `The update \`W - 0.13 * x.T.dot(g)\` is one call of a matrix product that adds to what is there: \`gemm\` with \`alpha\` -0.13 and \`beta\` 1.`,
  expand: `Softmax and its logarithm were there for the rules. What they are made of goes to lowering, which fuses it.`,
  uncanonicalize: `The last pass undoes normal forms that cost something: \`1/x\` is \`inv(x)\` again.`,
};

/** Names of unnamed variables count up as long as the process lives: here from 0. */
function renumbered(text: string): string {
  const names = new Map<string, string>();
  return text.replaceAll(/\bv\d+\b/g, (name) => {
    if (!names.has(name)) names.set(name, `v${names.size}`);
    return names.get(name)!;
  });
}

const block = (text: string): string => `\`\`\`text\n${text.trimEnd()}\n\`\`\``;

/** The steps of each pass, without the lines of this file that they come from. */
function stepsByPass(text: string): Map<string, string> {
  const found = new Map<string, string>();
  let pass = "";
  for (const line of text.split("\n")) {
    const [head] = /^[a-z ]+(?=:$)/.exec(line) ?? [];
    if (head !== undefined) found.set((pass = head), "");
    else if (!/^\s+at \S+:\d+:\d+$/.test(line)) found.set(pass, `${found.get(pass) ?? ""}${line.slice(2)}\n`);
  }
  return found;
}

export function expressionPage(): string {
  const x = T.fmatrix("x");
  const y = T.ivector("y");
  const W = theano.shared(theano.zeros([784, 10], "float32"), { name: "W" });
  const b = theano.shared(theano.zeros([10], "float32"), { name: "b" });
  const p = T.nnet.softmax(x.dot(W).add(b));
  const cost = T.neg(T.mean(T.log(p).at(T.arange(y.shape[0]!), y)));
  const [gW, gb] = theano.grad(cost, [W, b]);
  const train = theano.function([x, y], cost, {
    updates: [
      [W, W.sub(gW.mul(0.13))],
      [b, b.sub(gb.mul(0.13))],
    ],
    name: "train",
    mode: new theano.Mode({ linker: "wasm", optimizer: "fast_run" }),
  });
  const explanation = theano.explain(train);
  const steps = stepsByPass(String(explanation));
  const passes = Object.entries(PASSES).flatMap(([pass, text]) => {
    const list = steps.get(pass);
    return [`### ${pass}`, "", text, "", list === undefined ? "Nothing here is for it." : block(list), ""];
  });
  // Failures are listed at the end of a program; which they are is not the subject.
  const program = renumbered(String(train.program))
    .split("\n")
    .filter((line) => !/^ {2}failure \d+:/.test(line))
    .join("\n");
  return `# Following an expression

Written by \`npm run rules\`, which runs what is described; a test compares. This page follows the cost of logistic regression, and its
gradient, from the lines that a user writes to the program that runs.

## What is written

\`\`\`ts
import * as theano from "theano";
import { tensor as T } from "theano";

const x = T.fmatrix("x");
const y = T.ivector("y");
const W = theano.shared(theano.zeros([784, 10], "float32"), { name: "W" });
const b = theano.shared(theano.zeros([10], "float32"), { name: "b" });

const p = T.nnet.softmax(x.dot(W).add(b));
const cost = T.neg(T.mean(T.log(p).at(T.arange(y.shape[0]!), y)));
const [gW, gb] = theano.grad(cost, [W, b]);

const train = theano.function([x, y], cost, {
  updates: [
    [W, W.sub(gW.mul(0.13))],
    [b, b.sub(gb.mul(0.13))],
  ],
});
console.log(theano.explain(train).steps.length); // ${explanation.steps.length}
\`\`\`

Nothing is computed by these lines but shapes and dtypes. \`theano.grad\` has walked the graph backwards and appended each op's own gradient; it
makes no attempt to be clever. \`String(theano.explain(train))\` prints the graph of the three results, where \`#1\`, \`#2\` ... are parts that occur again:

${block(explanation.before)}

\`#6\` and \`#7\` are the gradient as the ops give it: a matrix of zeros like \`log(p)\` into which the slopes of the selected elements are
added, divided by \`p\` for the logarithm, and the gradient of softmax. As it stands it takes several matrices of the size of \`p\`, and it
is 0/0 as soon as one probability underflows.

## The passes

A function graph is rewritten by passes, each of which tries its rules until nothing changes. What each step shows: the rule, how exact
it is, its formula, and the expression before and after. All rules stand in [rules.md](rules.md).

${passes.join("\n")}
## What is compiled

${block(explanation.after)}

## The program

Lowering turns the graph into one program of loops. Elementwise functions are written into the loops of those that read them; the sum,
the maximum and the logarithm over the same rows share one loop over rows; \`v0\`, \`v1\` ... are values without a name of the
user's, and storage that is no longer needed is used again. The update of \`W\` happens in place, in the call of the product. The list of
errors that the program may end with is left out.

${block(program)}

From here every target renders the same text: WebAssembly SIMD, or C.
`;
}
