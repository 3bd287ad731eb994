/** What a function knows about its own compilation and calls. */
import type { PassStats } from "../graph/rewriting/engine.ts";

/** What one rule did in one pass of rewriting. */
export interface RuleProfile {
  readonly pass: string;
  readonly rule: string;
  /** How many nodes it was tried on, and how many of them it changed. */
  readonly tried: number;
  readonly fired: number;
  /** Time of all its tries; undefined unless the function was made with `{ profile: true }` or `config.profileOptimizer`. */
  readonly milliseconds: number | undefined;
}

/** What rewriting did, rule by rule. */
export interface CompileProfile {
  /** Every rule of every pass that was tried at least once, dearest first; without times, most tried first. */
  readonly rules: readonly RuleProfile[];
  /** Names of the rules that the mode has on and that changed nothing in any pass. */
  readonly neverFired: readonly string[];
}

/** How many rules `Profile.toString` lists. */
const LISTED = 10;

/** Milliseconds and counts; `times` names the steps of compilation (graph, rewrite, lower, render ...). */
export class Profile {
  readonly name: string;
  /** Milliseconds a step of compilation took. */
  readonly times: Map<string, number> = new Map();
  /** What each pass of rewriting did. */
  passes: readonly PassStats[] = [];
  /** Were the rules of these passes timed? */
  rulesTimed = false;
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

  /** What each rule of rewriting did. Counts always; times with `{ profile: true }` or `config.profileOptimizer`. */
  get compile(): CompileProfile {
    const rules: RuleProfile[] = [];
    const all = new Set<string>();
    const fired = new Set<string>();
    for (const { pass, rules: stats } of this.passes) {
      for (const [rule, s] of stats) {
        all.add(rule);
        if (s.fired > 0) fired.add(rule);
        const milliseconds = this.rulesTimed ? s.milliseconds : undefined;
        if (s.tried > 0) rules.push({ pass, rule, tried: s.tried, fired: s.fired, milliseconds });
      }
    }
    const cost = (r: RuleProfile): number => r.milliseconds ?? r.tried;
    rules.sort((a, b) => cost(b) - cost(a));
    return { rules, neverFired: [...all].filter((rule) => !fired.has(rule)) };
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
    lines.push(...this.#ruleLines(ms));
    if (this.hostCalls.length > 0) lines.push(`  run in JavaScript: ${this.hostCalls.join(", ")}`);
    return lines.join("\n");
  }

  #ruleLines(ms: (x: number) => string): string[] {
    const { rules, neverFired } = this.compile;
    if (rules.length === 0) return [];
    const tried = rules.reduce((n, r) => n + r.tried, 0);
    const fired = rules.reduce((n, r) => n + r.fired, 0);
    const lines = [`  rules: tried ${tried} times, fired ${fired} times; ${neverFired.length} never fired`];
    if (!this.rulesTimed) return lines;
    for (const r of rules.slice(0, LISTED)) {
      lines.push(`    ${r.rule} (${r.pass}): ${ms(r.milliseconds ?? 0)}, tried ${r.tried}, fired ${r.fired}`);
    }
    if (rules.length > LISTED) lines.push(`    ... ${rules.length - LISTED} more in profile.compile.rules`);
    return lines;
  }
}
