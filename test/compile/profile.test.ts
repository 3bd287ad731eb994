import { afterEach, describe, expect, it } from "vitest";
import * as theano from "theano";
import { tensor as T } from "theano";

const { config } = theano;

afterEach(() => {
  config.profileOptimizer = false;
});

function softplus(options: theano.FunctionOptions = {}) {
  const x = T.dvector("x");
  return theano.function([x], T.log(T.exp(x).add(1)), options);
}

describe("profile.compile", () => {
  it("counts what each rule did in each pass", () => {
    const { compile, passes } = softplus().profile;
    expect(compile.rules.find((r) => r.rule === "local_log1p")).toEqual({
      pass: "stabilize",
      rule: "local_log1p",
      tried: 1,
      fired: 1,
      milliseconds: undefined,
    });
    const fired = compile.rules.reduce((n, r) => n + r.fired, 0);
    expect(fired).toBe(passes.reduce((n, p) => n + [...p.fired.values()].reduce((a, b) => a + b, 0), 0));
    for (const r of compile.rules) expect(r.tried, r.rule).toBeGreaterThanOrEqual(Math.max(r.fired, 1));
  });

  it("names the rules of the mode that never fired", () => {
    const { neverFired } = softplus().profile.compile;
    expect(neverFired).toContain("local_logsoftmax");
    expect(neverFired).not.toContain("local_log1p");
    expect(new Set(neverFired).size).toBe(neverFired.length);
    const without = softplus({ mode: new theano.Mode().excluding("local_logsoftmax") });
    expect(without.profile.compile.neverFired).not.toContain("local_logsoftmax");
  });

  it("measures times under config.profileOptimizer, or of a function that is profiled", () => {
    config.profileOptimizer = true;
    const { profile } = softplus();
    config.profileOptimizer = false;
    const times = profile.compile.rules.map((r) => r.milliseconds!);
    expect(times.every((t) => t >= 0)).toBe(true);
    expect(times).toEqual([...times].sort((a, b) => b - a));
    const sum = times.reduce((a, b) => a + b, 0);
    expect(sum).toBeGreaterThan(0);
    expect(sum).toBeLessThanOrEqual(profile.times.get("rewrite")!);
    expect(String(profile)).toMatch(
      /rules: tried \d+ times, fired 3 times; \d+ never fired\n {4}\w+ \(\w+\): [\d.]+ ms, tried/,
    );
    expect(softplus({ profile: true }).profile.compile.rules.every((r) => r.milliseconds! >= 0)).toBe(true);
    expect(softplus().profile.compile.rules.every((r) => r.milliseconds === undefined)).toBe(true);
    expect(String(softplus().profile)).toMatch(/rules: tried \d+ times, fired 3 times; \d+ never fired$/);
  });

  it("is empty where nothing is rewritten", () => {
    const { compile } = softplus({ mode: new theano.Mode({ optimizer: "None" }) }).profile;
    expect(compile).toEqual({ rules: [], neverFired: [] });
  });
});
