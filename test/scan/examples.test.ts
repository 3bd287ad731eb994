/** The examples of loops compute what they say. */
import { describe, expect, it } from "vitest";
import { makeNetwork } from "../../examples/loops/characters.ts";
import { makeChain } from "../../examples/loops/gibbs.ts";
import { filter } from "../../examples/loops/kalman.ts";
import { exponents, orbits } from "../../examples/loops/logistic-map.ts";
import { fit, trajectory, errorAndGradient } from "../../examples/loops/lotka-volterra.ts";
import { makeMandelbrot } from "../../examples/loops/mandelbrot.ts";
import { newton } from "../../examples/loops/newton.ts";
import { largestEigenvalue } from "../../examples/loops/power-iteration.ts";
import { flatten, scoreOf, type Tree } from "../../examples/loops/tree.ts";

describe("examples", () => {
  it("Newton's method converges and stops", () => {
    const { root, steps } = newton((x, a) => x.pow(3).sub(a))(1, 2);
    expect(+root).toBeCloseTo(Math.cbrt(2), 14);
    expect(+steps).toBeLessThan(10);
  });

  it("points of the Mandelbrot set stay, others leave when they should", () => {
    const counts = makeMandelbrot(50)([-1, 0, 0.5, 2], [0, 1]).toList() as number[][];
    expect(counts).toEqual([0, 1].map((b) => [-1, 0, 0.5, 2].map((a) => stepsInside(a, b))));
  });

  it("the logistic map has its cycles and exponents", () => {
    const last = orbits([3.2], 400).at("-2:").toList() as number[][];
    const [a, b] = last.map((row) => row[0]!) as [number, number];
    expect(3.2 * a * (1 - a)).toBeCloseTo(b, 12);
    expect(3.2 * b * (1 - b)).toBeCloseTo(a, 12);
    const [calm, chaotic] = exponents([2, 4], 20_000).toList() as number[];
    expect(calm).toBeLessThan(-1);
    expect(chaotic).toBeCloseTo(Math.log(2), 1);
  });

  it("power iteration finds an eigenvalue, its gradient is the outer product of the vector", () => {
    const { value, vector, gradient } = largestEigenvalue([
      [2, 1],
      [1, 2],
    ]);
    expect(+value).toBeCloseTo(3, 12);
    const v = vector.toList() as number[];
    const g = gradient.toList() as number[][];
    for (const [i, row] of g.entries()) for (const [j, x] of row.entries()) expect(x).toBeCloseTo(v[i]! * v[j]!, 6);
  });

  it("rates of predators and prey are found again", () => {
    const truth = [1, 0.4, 0.8, 0.3];
    const data = trajectory([3, 1], truth);
    const prey = (data.toList() as number[][]).map((row) => row[0]!);
    // The invariant d prey - c log prey + b predators - a log predators.
    const invariant = (data.toList() as number[][]).map(
      ([x, y]) => 0.3 * x! - 0.8 * Math.log(x!) + 0.4 * y! - Math.log(y!),
    );
    expect(Math.max(...prey)).toBeGreaterThan(3);
    for (const e of invariant) expect(e).toBeCloseTo(invariant[0]!, 4);
    const [before] = errorAndGradient([3, 1], [0.95, 0.42, 0.78, 0.31], data);
    const found = fit([3, 1], data, [0.95, 0.42, 0.78, 0.31], 600);
    const [after] = errorAndGradient([3, 1], found, data);
    expect(+after!).toBeLessThan(+before! * 1e-2);
  });

  it("the Kalman filter follows a line, and its likelihood has the right gradient", () => {
    const line = Array.from({ length: 60 }, (_, t) => 2 * t);
    const { means } = filter(line, [-8, 0]);
    const [position, velocity] = (means.toList() as number[][]).at(-1)! as [number, number];
    expect(position).toBeCloseTo(118, 2);
    expect(velocity).toBeCloseTo(2, 2);
    const noisy = line.map((x, t) => x + Math.sin(7 * t));
    const at = [-2, -1];
    const { gradient } = filter(noisy, at);
    for (const k of [0, 1]) {
      const moved = (d: number): number =>
        +filter(
          noisy,
          at.map((p, i) => (i === k ? p + d : p)),
        ).likelihood;
      expect((gradient.toList() as number[])[k]).toBeCloseTo((moved(1e-5) - moved(-1e-5)) / 2e-5, 5);
    }
  });

  it("a Gibbs chain takes the steps that its random numbers say, and goes on where it stopped", () => {
    const [W, a, b] = [
      [
        [2, -1],
        [1, 3],
        [-2, 0.5],
      ],
      [-0.5, 0.2, 0.1],
      [0.3, -1],
    ];
    const { run, state } = makeChain(W, a, b);
    const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
    const u = (rows: number, columns: number, seed: number): number[][] =>
      Array.from({ length: rows }, (_, i) =>
        Array.from({ length: columns }, (__, j) => (Math.sin(seed + 12.9898 * i + 78.233 * j) * 43758.5453) % 1).map(
          Math.abs,
        ),
      );
    let v = [0, 0, 0];
    for (const seed of [1, 2]) {
      const [forHidden, forVisible] = [u(40, 2, seed), u(40, 3, seed + 0.5)];
      const wanted = forHidden.map((p, t) => {
        const h = b.map((bias, j) => (sigmoid(bias + v.reduce((sum, x, i) => sum + x * W[i]![j]!, 0)) > p[j]! ? 1 : 0));
        v = a.map((bias, i) =>
          sigmoid(bias + h.reduce<number>((sum, x, j) => sum + x * W[i]![j]!, 0)) > forVisible[t]![i]! ? 1 : 0,
        );
        return v;
      });
      const { states, mean } = run(forHidden, forVisible);
      expect(states.toList()).toEqual(wanted);
      expect(state.getValue().toList()).toEqual(v);
      const total = wanted.reduce((sum, row) => sum.map((x, i) => x + row[i]!), [0, 0, 0]);
      for (const [i, m] of (mean.toList() as number[]).entries()) expect(m).toBeCloseTo(total[i]! / 40, 12);
    }
  });

  it("a network in the shape of a tree computes node by node, and its gradients go back through the tree", () => {
    const vocabulary = ["a", "b", "c"];
    const vectors = [
      [0.1, -0.4],
      [0.7, 0.2],
      [-0.3, 0.5],
    ];
    const W = [
      [0.5, -0.2],
      [0.1, 0.9],
      [-0.6, 0.3],
      [0.8, 0.4],
    ];
    const direction = [1, -2];
    const value = (
      t: Tree,
      words: readonly (readonly number[])[],
      weights: readonly (readonly number[])[],
    ): number[] => {
      if (typeof t === "string") return [...words[vocabulary.indexOf(t)]!];
      const children = t.flatMap((c) => value(c, words, weights));
      return [0, 1].map((j) => Math.tanh(children.reduce((sum, x, i) => sum + x * weights[i]![j]!, 0)));
    };
    const scoreBy = (t: Tree, words = vectors, weights = W): number =>
      value(t, words, weights).reduce((sum, x, i) => sum + x * direction[i]!, 0);
    const trees: Tree[] = [
      ["a", "b"],
      [
        ["a", ["b", "c"]],
        ["c", "a"],
      ],
      ["c", ["c", ["c", ["c", "b"]]]],
    ];
    for (const tree of trees) {
      const arrays = flatten(tree, vocabulary);
      const found = scoreOf(arrays.words, arrays.left, arrays.right, vectors, W, direction);
      expect(+found.score).toBeCloseTo(scoreBy(tree), 12);
      const h = 1e-6;
      const moved = (m: readonly (readonly number[])[], i: number, j: number, d: number): number[][] =>
        m.map((row, r) => row.map((x, c) => (r === i && c === j ? x + d : x)));
      for (const [i, row] of (found.vectors.toList() as number[][]).entries()) {
        for (const [j, g] of row.entries()) {
          const slope = (scoreBy(tree, moved(vectors, i, j, h)) - scoreBy(tree, moved(vectors, i, j, -h))) / (2 * h);
          expect(g).toBeCloseTo(slope, 7);
        }
      }
      for (const [i, row] of (found.weights.toList() as number[][]).entries()) {
        for (const [j, g] of row.entries()) {
          const slope =
            (scoreBy(tree, vectors, moved(W, i, j, h)) - scoreBy(tree, vectors, moved(W, i, j, -h))) / (2 * h);
          expect(g).toBeCloseTo(slope, 7);
        }
      }
    }
  });

  it.each(["elman", "lstm", "gru"] as const)("a network (%s) learns letters", (cell) => {
    const network = makeNetwork(cell, 32);
    const first = network.epoch();
    for (let i = 0; i < 8; i++) network.epoch();
    expect(network.epoch()).toBeLessThan(first * 0.9);
    expect(network.write("T", 20).length).toBe(21);
    expect(network.train.profile?.hostCalls ?? []).toEqual([]);
  });
});

/** Steps inside the circle, as a plain loop. */
function stepsInside(a: number, b: number): number {
  let [x, y, count] = [0, 0, 0];
  for (let i = 0; i < 50 && x * x + y * y <= 4; i++) {
    [x, y] = [x * x - y * y + a, 2 * x * y + b];
    count++;
  }
  return count;
}
