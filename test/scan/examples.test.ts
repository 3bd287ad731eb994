/** The examples of loops compute what they say. */
import { describe, expect, it } from "vitest";
import { makeNetwork } from "../../examples/loops/characters.ts";
import { filter } from "../../examples/loops/kalman.ts";
import { exponents, orbits } from "../../examples/loops/logistic-map.ts";
import { fit, trajectory, errorAndGradient } from "../../examples/loops/lotka-volterra.ts";
import { makeMandelbrot } from "../../examples/loops/mandelbrot.ts";
import { newton } from "../../examples/loops/newton.ts";
import { largestEigenvalue } from "../../examples/loops/power-iteration.ts";

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
