import { describe, expect, it } from "vitest";
import { FunctionGraph } from "../../src/graph/functionGraph.ts";
import { any, on, only } from "../../src/graph/rewriting/pattern.ts";
import { rule } from "../../src/graph/rewriting/rule.ts";
import { runPasses, type EngineOptions } from "../../src/graph/rewriting/engine.ts";
import { toposort } from "../../src/graph/traversal.ts";
import { pullback } from "../../src/graph/pullback.ts";
import { cloneReplace } from "../../src/graph/replace.ts";
import { f, plus, toy, ToyOp } from "./toy.ts";
import type { Variable } from "../../src/graph/variable.ts";

const matcher = (op: ToyOp, commutative = false) => ({
  ruleKey: op.name,
  matches: (n: { op: unknown }) => n.op === op,
  commutative,
});

const options: EngineOptions = {
  ruleKeys: (node) => [node.op.name],
  context: { scalarValue: () => undefined, shapeOf: () => [] },
};

describe("FunctionGraph", () => {
  it("makes equal nodes one node", () => {
    const x = toy("x");
    const g = new FunctionGraph([x], [plus.call(f.call(x), f.call(x))]);
    expect(g.toposort().map((n) => n.op.name)).toEqual(["f", "plus"]);
    g.checkIntegrity();
  });

  it("keeps impure nodes apart", () => {
    const x = toy("x");
    const impure = new ToyOp("print", undefined, false);
    const g = new FunctionGraph([x], [plus.call(impure.call(x), impure.call(x))]);
    expect(g.toposort()).toHaveLength(3);
  });

  it("keeps the clients of what is used in very many places", () => {
    const x = toy("x");
    const y = toy("y");
    const ops = Array.from({ length: 300 }, (_, i) => new ToyOp(`op${i}`));
    const g = new FunctionGraph(
      [x, y],
      ops.map((op) => plus.call(op.call(x, x), x)),
    );
    expect(g.clients(x)).toHaveLength(900);
    // Some uses go, in no particular order, until the list is short again.
    for (const i of ops.map((_, k) => (k * 7) % 300)) {
      if (i % 60 === 0) continue;
      g.replace(g.outputs[i]!, y, "test");
      if (i % 40 === 0) g.checkIntegrity();
    }
    g.checkIntegrity();
    expect(g.clients(x)).toHaveLength(15);
    expect(g.clients(y)).toHaveLength(295);
    g.replace(g.outputs[0]!, x, "test");
    g.checkIntegrity();
  });

  it("merges clients that become equal by a replacement", () => {
    const x = toy("x");
    const y = toy("y");
    const out = plus.call(f.call(f.call(x)), f.call(f.call(y)));
    const g = new FunctionGraph([x, y], [out]);
    expect(g.toposort()).toHaveLength(5);
    g.replace(y, x, "test");
    expect(g.toposort().map((n) => n.op.name)).toEqual(["f", "f", "plus"]);
    g.checkIntegrity();
    expect(g.log.map((r) => r.rule)).toEqual(["test"]);
  });

  it("drops what nobody uses any longer", () => {
    const x = toy("x");
    const inner = f.call(x);
    const g = new FunctionGraph([x], [plus.call(inner, x)]);
    const node = g.toposort()[1]!;
    g.replace(node.outputs[0]!, x, "test");
    expect(g.toposort()).toHaveLength(0);
    expect(g.outputs[0]).toBe(x);
    expect(g.clients(x)).toEqual([{ node: null, index: 0 }]);
    g.checkIntegrity();
  });

  it("keeps the name that a user gave", () => {
    const x = toy("x");
    const named = f.call(x);
    named.name = "mine";
    const g = new FunctionGraph([x], [named]);
    expect(g.outputs[0]!.name).toBe("mine");
  });

  it("is not limited by the call stack", () => {
    const x = toy("x");
    let v: Variable = x;
    for (let i = 0; i < 50_000; i++) v = f.call(v);
    const g = new FunctionGraph([x], [v]);
    expect(g.toposort()).toHaveLength(50_000);
    const y = toy("y");
    expect(toposort(cloneReplace([v], new Map([[x, y]])))).toHaveLength(50_000);
  });
});

describe("rule engine", () => {
  it("runs to the fixpoint and records each step", () => {
    const x = toy("x");
    const ff = rule("f_f", on(matcher(f), on(matcher(f), any("x"))), ({ x: inner }) => inner);
    const g = new FunctionGraph([x], [f.call(f.call(f.call(f.call(f.call(x)))))]);
    const stats = runPasses(g, [{ name: "p", rules: [ff], until: "fixpoint" }], options);
    expect(g.toposort()).toHaveLength(1);
    expect(stats[0]!.fired.get("f_f")).toBe(2);
    expect(g.log).toHaveLength(2);
    g.checkIntegrity();
  });

  it("tries both orders of a commutative op", () => {
    const x = toy("x");
    const y = toy("y");
    const r = rule("r", on(matcher(plus, true), on(matcher(f), any("x")), any("y")), (c) => c.y);
    const g = new FunctionGraph([x, y], [plus.call(y, f.call(x))]);
    runPasses(g, [{ name: "p", rules: [r], until: "fixpoint" }], options);
    expect(g.outputs[0]).toBe(y);
  });

  it("only() refuses shared nodes", () => {
    const x = toy("x");
    const r = rule("r", on(matcher(f), only(on(matcher(f), any("x")))), ({ x: v }) => v);
    const inner = f.call(x);
    const g = new FunctionGraph([x], [f.call(inner), inner]);
    runPasses(g, [{ name: "p", rules: [r], until: "fixpoint" }], options);
    expect(g.log).toHaveLength(0);
  });

  it("says which rule does not terminate", () => {
    const x = toy("x");
    const grow = rule("grow", on(matcher(f), any("x")), ({ x: v }) => f.call(f.call(v)));
    const g = new FunctionGraph([x], [f.call(x)]);
    expect(() => runPasses(g, [{ name: "p", rules: [grow], until: "fixpoint" }], options)).toThrow(/grow/);
  });

  it("leaves out disabled rules", () => {
    const x = toy("x");
    const ff = rule("f_f", on(matcher(f), on(matcher(f), any("x"))), ({ x: inner }) => inner);
    const g = new FunctionGraph([x], [f.call(f.call(x))]);
    runPasses(g, [{ name: "p", rules: [ff], until: "fixpoint" }], {
      ...options,
      enabled: (r) => r.name !== "f_f",
    });
    expect(g.log).toHaveLength(0);
  });
});

describe("pullback", () => {
  const algebra = {
    add: (a: Variable, b: Variable) => plus.call(a, b),
    isDifferentiable: () => true,
    conform: (g: Variable) => g,
  };

  it("adds the contributions of all paths", () => {
    const x = toy("x");
    const seed = toy("seed");
    const [g] = pullback([plus.call(x, x)], [x], [seed], algebra);
    expect(String((g as Variable).owner)).toBe("plus(seed, seed)");
  });

  it("gives null for what is not reached", () => {
    const x = toy("x");
    const y = toy("y");
    const grads = pullback([f.call(x)], [x, y], [toy("seed")], algebra);
    expect(grads[0]).not.toBeNull();
    expect(grads[1]).toBeNull();
  });

  it("stops at constants", () => {
    const x = toy("x");
    const inner = f.call(x);
    const stop = new Set<Variable>([inner]);
    expect(pullback([f.call(inner)], [x], [toy("s")], algebra, stop)).toEqual([null]);
  });
});
