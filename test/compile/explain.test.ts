import { afterEach, describe, expect, it, vi } from "vitest";
import * as theano from "theano";
import { tensor as T } from "theano";

const { config } = theano;

afterEach(() => {
  config.optimizerVerbose = false;
  vi.restoreAllMocks();
});

/** A training step of softmax regression: updates, names, and parts that are used many times. */
function trainingStep() {
  const [x, y] = [T.dmatrix("x"), T.ivector("y")];
  const W = theano.shared(theano.zeros([4, 3]), { name: "W" });
  const p = T.nnet.softmax(x.dot(W));
  const cost = T.neg(T.mean(T.log(p).at(T.arange(y.shape[0]!), y)));
  const gW = theano.grad(cost, W);
  return theano.function([x, y], { cost }, { updates: [[W, W.sub(gW.mul(0.13))]] });
}

describe("explain", () => {
  it("gives each step with rule, formula, both sides and the user's line", () => {
    const x = T.dvector("x");
    const f = theano.function([x], T.log(T.exp(x).add(1)));
    const { steps } = theano.explain(f);
    const step = steps.find((s) => s.rule === "local_log1p")!;
    expect(step).toMatchObject({
      pass: "stabilize",
      formula: "log(1 + x) = log1p(x)",
      exactness: "rounding",
      before: "log((exp(x) + 1.0))",
      after: "log1p(exp(x))",
    });
    expect(step.origin).toMatch(/explain\.test\.ts:\d+:\d+$/);
    expect(step.node.op.toString()).toContain("log");
  });

  it("tells the same steps as the function's own graph records, and ends at the same graph", () => {
    const f = trainingStep();
    const explanation = theano.explain(f);
    expect(explanation.steps.map((s) => s.rule)).toEqual(f.graph.log.map((l) => l.rule));
    expect(theano.debugprint(explanation.graph)).toBe(theano.debugprint(f));
    explanation.graph.checkIntegrity();
  });

  it("leaves the function and its graph alone", () => {
    const f = trainingStep();
    const before = theano.debugprint(f);
    const first = String(theano.explain(f));
    expect(theano.debugprint(f)).toBe(before);
    expect(String(theano.explain(f))).toBe(first);
    expect(+f([[1, 2, 3, 4]], [0]).cost).toBeCloseTo(Math.log(3), 12);
  });

  it("prints the graph, the steps by pass, the final graph and the count", () => {
    const explanation = theano.explain(trainingStep());
    const text = String(explanation);
    expect(text).toMatch(/^as written:\n {2}#1 = Softmax/);
    expect(text).toContain("  update of W = (W - (dcost/dW * 0.13))");
    const headings = text.split("\n").filter((line) => /^\w.*:$/.test(line));
    expect(headings).toEqual(["as written:", ...new Set(explanation.steps.map((s) => `${s.pass}:`)), "as compiled:"]);
    expect(text).toContain("\n  1. local_shape_to_shape_i, exact: the size of f(x) from the sizes of x\n     at ");
    expect(text.endsWith(`\n${explanation.steps.length} steps`)).toBe(true);
    // Readable lines, though the graph written as one expression has thousands of characters.
    for (const line of text.split("\n")) expect(line.length, line).toBeLessThan(200);
  });

  it("calls what both sides keep by one label", () => {
    const x = T.dvector("x");
    const long = T.tanh(T.sin(T.cos(x)).add(T.sqrt(x)));
    const step = theano.explain(long.mul(1)).steps.at(-1)!;
    expect([step.before, step.after]).toEqual(["(#1 * 1.0)", "#1"]);
    expect([...step.where]).toEqual([["#1", "tanh((sin(cos(x)) + sqrt(x)))"]]);
  });

  it("uses the user's names", () => {
    const x = T.dvector("x");
    const hidden = T.tanh(T.sin(T.cos(x)).add(T.sqrt(x)));
    hidden.name = "hidden";
    const kept = theano.explain(hidden.mul(1)).steps.at(-1)!;
    expect([kept.before, kept.after]).toEqual(["(hidden * 1.0)", "hidden"]);
    // What a rule looks into is spelled out beside the name.
    const e = T.exp(x);
    e.name = "e";
    const opened = theano.explain(T.log(e)).steps.at(-1)!;
    expect([opened.before, opened.after]).toEqual(["log(e)", "x"]);
    expect(opened.where.get("e")).toBe("exp(x)");
  });

  it("spells ops out where pp would show no difference", () => {
    const step = theano.explain(T.dvector("x").add(1).add(2)).steps[0]!;
    expect(step.before).not.toBe(step.after);
    expect(step.before).toContain("DimShuffle");
  });

  it("takes expressions, lists of them, and a mode", () => {
    const x = T.dvector("x");
    const [a, b] = [T.log(T.exp(x).add(1)), x.mul(1)];
    expect(theano.explain(a).steps.map((s) => s.rule)).toContain("local_log1p");
    expect(theano.explain([a, b]).after).toBe("output 0 = softplus(x)\noutput 1 = x");
    expect(theano.explain(a, { mode: "FAST_COMPILE" }).steps.map((s) => s.rule)).not.toContain("local_log1p");
    expect(String(theano.explain(x))).toBe("as written:\n  x = x\nas compiled:\n  x = x\n0 steps");
  });

  it("uses the mode of the function, as it was when it was made", () => {
    const x = T.dvector("x");
    const y = T.log(T.exp(x).add(1));
    const f = theano.function([x], y, { mode: new theano.Mode().excluding("local_log1p") });
    expect(theano.explain(f).after).toBe("output = log((exp(x) + 1.0))");
    expect(theano.explain(f, { mode: "FAST_RUN" }).after).toBe("output = softplus(x)");
    expect(theano.explain(f.copy()).after).toBe("output = log((exp(x) + 1.0))");
  });

  it("refuses what has no graph", () => {
    expect(() => theano.explain((() => 1) as never)).toThrow(theano.ArgumentError);
    expect(() => theano.explain([1] as never)).toThrow(/theano\.function/);
  });

  it("is not limited by the call stack or by the size of a tree", () => {
    const x = T.dvector("x");
    let v: T.TensorVariable = x;
    for (let i = 0; i < 3000; i++) v = T.sin(v.mul(v));
    const text = String(theano.explain(v, { mode: "FAST_COMPILE" }));
    expect(text.length).toBeLessThan(1_000_000);
  });
});

describe("config.optimizerVerbose", () => {
  it("prints a line per rewrite", () => {
    const printed = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const x = T.dvector("x");
    config.optimizerVerbose = true;
    theano.function([x], T.log(T.exp(x).add(1)));
    const lines = printed.mock.calls.map(([line]) => String(line));
    expect(lines.at(-2)).toMatch(
      /^stabilize local_log1p: log\(\(exp\(x\) \+ 1\.0\)\) -> log1p\(exp\(x\)\) \(.*explain\.test\.ts:\d+:\d+\)$/,
    );
    printed.mockClear();
    theano.explain(T.log(T.exp(x).add(1)));
    expect(printed).not.toHaveBeenCalled();
  });
});
