/** What a function knows about its own compilation and calls. */
import type { PassStats } from "../graph/rewriting/engine.ts";

/** Milliseconds and counts; `times` names the steps of compilation (graph, rewrite, lower, render ...). */
export class Profile {
  readonly name: string;
  /** Milliseconds a step of compilation took. */
  readonly times: Map<string, number> = new Map();
  /** What each pass of rewriting did. */
  passes: readonly PassStats[] = [];
  /** Ops that ran in JavaScript because no program of theirs exists. */
  hostCalls: readonly string[] = [];
  /** The target of each program as it is at present: with linker `auto` it may change from `wasm` to `c`. */
  tiers: () => readonly string[] = () => [];
  calls = 0;
  /** Milliseconds spent in calls; counted when the function was made with `{ profile: true }`. */
  callMilliseconds = 0;

  constructor(name: string) {
    this.name = name;
  }

  /** Runs `body` and adds its duration to the step `name`. */
  measure<R>(name: string, body: () => R): R {
    const start = performance.now();
    try {
      return body();
    } finally {
      this.times.set(name, (this.times.get(name) ?? 0) + performance.now() - start);
    }
  }

  toString(): string {
    const ms = (x: number): string => `${x.toFixed(3)} ms`;
    const lines = [`Function ${this.name}`, `  calls: ${this.calls}, ${ms(this.callMilliseconds)}`];
    const tiers = [...new Set(this.tiers())];
    if (tiers.length > 0) lines.push(`  runs on: ${tiers.join(", ")}`);
    for (const [step, time] of this.times) lines.push(`  ${step}: ${ms(time)}`);
    for (const pass of this.passes) {
      const fired = [...pass.fired].map(([rule, n]) => `${rule} x${n}`).join(", ");
      lines.push(`  pass ${pass.pass}: ${ms(pass.milliseconds)} ${fired}`);
    }
    if (this.hostCalls.length > 0) lines.push(`  run in JavaScript: ${this.hostCalls.join(", ")}`);
    return lines.join("\n");
  }
}
