/**
 * Computation in the shape of a tree: a recursive network that gives every node of a binary tree a vector, made of those of its children. The tree is
 * data: index arrays, children before parents; a step of the loop reads two rows of the table and writes one. Any tree runs
 * through the same program, and gradients go back through it. `npx tsx examples/loops/tree.ts`
 */
import * as theano from "theano";
import { tensor as T } from "theano";
import { isMain } from "./main.ts";

/** A word, or two trees. */
export type Tree = string | readonly [Tree, Tree];

/** A tree as arrays: the words of the leaves, and for each inner node the rows of its children; leaves come first. */
export function flatten(
  tree: Tree,
  vocabulary: readonly string[],
): { words: number[]; left: number[]; right: number[] } {
  const words: number[] = [];
  const collect = (t: Tree): void => {
    if (typeof t === "string") words.push(vocabulary.indexOf(t));
    else t.forEach(collect);
  };
  collect(tree);
  const [left, right]: [number[], number[]] = [[], []];
  let leaf = 0;
  const number = (t: Tree): number => {
    if (typeof t === "string") return leaf++;
    const [a, b] = [number(t[0]), number(t[1])];
    left.push(a);
    right.push(b);
    return words.length + left.length - 1;
  };
  number(tree);
  return { words, left, right };
}

const [words, left, right] = [T.lvector("words"), T.lvector("left"), T.lvector("right")];
const [vectors, W, u] = [T.dmatrix("vectors"), T.dmatrix("W"), T.dvector("u")];
const leaves = vectors.at(words);
const count = left.shape[0]!;
// The table has a row for every node; those of inner nodes are written one after the other.
const table = T.concatenate([leaves, T.zeros([count, vectors.shape[1]!], "float64")], { axis: 0 });
const [tables] = theano.scan({
  fn: (l, r, step, rows) => {
    const children = T.concatenate([rows.at(l), rows.at(r)], { axis: 0 });
    return T.setSubtensor(rows.at(words.shape[0]!.add(step)), T.tanh(children.dot(W)));
  },
  sequences: [left, right, T.arange(count)],
  outputsInfo: table,
});
const root = tables.at(-1, -1);
const score = root.dot(u);

/** The score of a tree, and its gradients with respect to the vectors of words and the weights. */
export const scoreOf: theano.CompiledFunction<{
  score: theano.NdArray;
  vectors: theano.NdArray;
  weights: theano.NdArray;
}> = theano.function([words, left, right, vectors, W, u], {
  score,
  vectors: theano.grad(score, vectors),
  weights: theano.grad(score, W),
});

if (isMain(import.meta.url)) {
  const vocabulary = ["the", "cat", "saw", "a", "dog", "that", "slept"];
  const tree: Tree = [
    ["the", "cat"],
    [
      "saw",
      [
        ["a", "dog"],
        ["that", "slept"],
      ],
    ],
  ];
  const size = 8;
  let seed = 3;
  const draw = (): number => ((seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) / 2 ** 32 - 0.5) * 1.2;
  const matrix = (rows: number, columns: number): number[][] =>
    Array.from({ length: rows }, () => Array.from({ length: columns }, draw));
  const arrays = flatten(tree, vocabulary);
  let weights = matrix(2 * size, size);
  const embedding = matrix(vocabulary.length, size);
  const direction = matrix(1, size)[0]!;
  for (let step = 0; step <= 40; step++) {
    const result = scoreOf(arrays.words, arrays.left, arrays.right, embedding, weights, direction);
    if (step % 10 === 0) console.log(`step ${step}: the sentence scores ${(+result.score).toFixed(4)}`);
    const g = result.weights.toList() as number[][];
    weights = weights.map((row, i) => row.map((x, j) => x + 0.2 * g[i]![j]!));
  }
}
