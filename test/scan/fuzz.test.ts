/** Random loops against the same steps written out: values, gradients, and gradients of gradients. */
import { describe, it } from "vitest";
import * as theano from "../../src/index.ts";
import { tensor as T } from "../../src/index.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";
import { seededUniform } from "../../src/verifyGrad.ts";
import { judge, type Graph, type Value } from "./judge.ts";

const N = 3;
type Env = TensorVariable[];
/** Puts one more vector of N elements behind the others. */
type Instruction = (env: Env, w: TensorVariable) => TensorVariable;

function makeStep(rng: () => number, inputs: number, count: number): Instruction[] {
  const int = (n: number): number => Math.floor(rng() * n);
  return Array.from({ length: count }, (_, i): Instruction => {
    const [a, b, c] = [0, 1, 2].map(() => int(inputs + i)) as [number, number, number];
    const kinds: Instruction[] = [
      (e) => T.tanh(e[a]!.add(e[b]!)),
      (e) => e[a]!.mul(e[b]!).mul(0.5),
      (e) => T.sin(e[a]!).sub(e[b]!),
      (e, w) => T.tanh(e[a]!.dot(w)),
      (e, w) => w.dot(T.sigmoid(e[a]!)),
      (e) => T.switch(e[a]!.gt(e[b]!), e[b]!, e[c]!.mul(0.3)),
      (e) => T.tanh(e[a]!.sum()).mul(e[b]!),
      (e) => e[a]!.at("::-1").mul(0.7),
      (e) => T.setSubtensor(e[a]!.at("1:"), T.cos(e[b]!.at(":-1"))),
      (e) => T.nnet.softmax(e[a]!.add(e[b]!)).flatten(),
      (e) => theano.ifelse(e[a]!.sum().gt(0), T.tanh(e[b]!), T.sin(e[c]!)),
      (e, w) => T.tanh(T.outer(e[a]!, e[b]!).dot(w).sum({ axis: 0 })),
    ];
    return kinds[int(kinds.length)]!;
  });
}

interface Plan {
  readonly steps: number;
  readonly sequenceTaps: readonly (readonly number[])[];
  readonly stateTaps: readonly (readonly number[])[];
  readonly rows: number;
  readonly step: readonly Instruction[];
  readonly until: number | null;
  readonly backwards: boolean;
}

function makePlan(seed: number): Plan {
  const rng = seededUniform(seed * 7919 + 13);
  for (let i = 0; i < 5; i++) rng();
  const int = (n: number): number => Math.floor(rng() * n);
  const sequenceTaps = Array.from({ length: int(3) }, () => [[0], [-1, 0], [0, 2], [1]][int(4)]!);
  const stateTaps = Array.from({ length: 1 + int(2) }, () => [[-1], [-2], [-3, -1], [-1, -2]][int(4)]!);
  const inputs = sequenceTaps.flat().length + stateTaps.flat().length;
  const rows = int(2);
  return {
    steps: 1 + int(4),
    sequenceTaps,
    stateTaps,
    rows,
    step: makeStep(rng, inputs, stateTaps.length + rows + 1 + int(4)),
    until: rng() < 0.25 ? 1 + int(3) : null,
    backwards: rng() < 0.3,
  };
}

function runStep(plan: Plan, inputs: Env, w: TensorVariable): TensorVariable[] {
  const env = [...inputs];
  for (const instruction of plan.step) env.push(instruction(env, w));
  return env.slice(env.length - plan.stateTaps.length - plan.rows);
}

/** Rows that a sequence needs. */
const reach = (taps: readonly number[]): number => Math.max(0, ...taps) - Math.min(0, ...taps);
const depth = (taps: readonly number[]): number => -Math.min(...taps);

function loop(plan: Plan): Graph {
  return (w, ...rest) => {
    const sequences = rest.slice(0, plan.sequenceTaps.length);
    const initials = rest.slice(plan.sequenceTaps.length);
    const counter = plan.until === null ? [] : [T.constant(0, "int64")];
    const [outs] = theano.scan({
      fn: (...args) => {
        const count = plan.until === null ? null : args.at(-2)!;
        const inputs = args.slice(0, args.length - 1 - counter.length);
        const results = runStep(plan, inputs, args.at(-1)!);
        if (count === null) return results;
        return [
          ...results.slice(0, plan.stateTaps.length),
          ...results.slice(plan.stateTaps.length),
          count.add(1),
          theano.until(count.add(1).ge(plan.until!)),
        ];
      },
      sequences: sequences.map((input, i) => ({ input: input!, taps: plan.sequenceTaps[i]! })),
      outputsInfo: [
        ...initials.map((initial, i) => ({ initial: initial!, taps: plan.stateTaps[i]! })),
        ...Array.from({ length: plan.rows }, () => null),
        ...counter,
      ],
      nonSequences: w,
      nSteps: plan.steps,
      goBackwards: plan.backwards,
      returnList: true,
    });
    const list = outs as unknown as TensorVariable[];
    return [...list.slice(0, list.length - counter.length), list[0]!.at(-1)];
  };
}

function unrolled(plan: Plan): Graph {
  return (w, ...rest) => {
    const sequences = rest.slice(0, plan.sequenceTaps.length);
    const histories = rest.slice(plan.sequenceTaps.length).map((initial, i) => {
      const d = depth(plan.stateTaps[i]!);
      return d === 1 ? [initial!] : Array.from({ length: d }, (_, k) => initial!.at(k));
    });
    const rows: TensorVariable[][] = Array.from({ length: plan.rows }, () => []);
    const steps = Math.min(plan.steps, plan.until ?? plan.steps);
    for (let k = 0; k < steps; k++) {
      const inputs = plan.sequenceTaps.flatMap((taps, i) => {
        const least = Math.min(0, ...taps);
        const t = plan.backwards ? LENGTH - 1 - k : k;
        return taps.map((tap) => sequences[i]!.at(t + tap - least));
      });
      plan.stateTaps.forEach((taps, i) => inputs.push(...taps.map((tap) => histories[i]!.at(tap)!)));
      const results = runStep(plan, inputs, w!);
      histories.forEach((h, i) => h.push(results[i]!));
      rows.forEach((r, i) => r.push(results[plan.stateTaps.length + i]!));
    }
    const states = histories.map((h) => T.stack(h.slice(-steps)));
    return [...states, ...rows.map((r) => T.stack(r)), histories[0]!.at(-1)!];
  };
}

/** Rows that all taps of a sequence can read. */
const LENGTH = 5;

function pointsOf(plan: Plan, seed: number): Value[] {
  const rng = seededUniform(seed + 99);
  const array = (...shape: number[]): Value => {
    const [n, ...inner] = shape;
    return n === undefined ? 1.6 * rng() - 0.8 : Array.from({ length: n }, () => array(...inner));
  };
  return [
    array(N, N),
    ...plan.sequenceTaps.map((taps) => array(LENGTH + reach(taps), N)),
    ...plan.stateTaps.map((taps) => (depth(taps) === 1 ? array(N) : array(depth(taps), N))),
  ];
}

const [from, to] = (process.env["SCAN_FUZZ"] ?? "0:3").split(":").map(Number) as [number, number];

describe("random loops", () => {
  it.each(Array.from({ length: to - from }, (_, i) => from + i))("number %i", (seed) => {
    const plan = makePlan(seed);
    judge(loop(plan), unrolled(plan), pointsOf(plan, seed));
  });
});
