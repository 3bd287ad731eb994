/** Which rules run: levels of the optimizer, names, tags and exactness, in modes and in the configuration. */
import { afterEach, describe, expect, it } from "vitest";
import * as theano from "../../src/index.ts";
import { tensor as T } from "../../src/index.ts";
import { PASSES } from "../../src/compile/mode.ts";
import { config } from "../../src/config/config.ts";

const x = T.dvector("x");
const y = T.dvector("y");

/** Names of the rules that fire, but for the folding of constants. */
const firing = (out: theano.tensor.TensorVariable, mode?: theano.Mode): string[] =>
  theano
    .explain(out, mode === undefined ? {} : { mode })
    .steps.map((s) => s.rule)
    .filter((r) => r !== "constant_folding");

const names = (mode: theano.Mode): Set<string> =>
  new Set(
    mode
      .passes()
      .flatMap((p) => p.rules)
      .map((r) => r.name),
  );

afterEach(() => {
  config.optimizer = "o4";
  config.optimizerIncluding = "";
  config.optimizerExcluding = "";
  config.optimizerRequiring = "";
});

describe("levels", () => {
  const out = T.log(T.add(1, T.mul(x, y, T.inv(x))));
  it("None and merge rewrite nothing", () => {
    for (const optimizer of ["None", "merge", null]) expect(firing(out, new theano.Mode({ optimizer }))).toEqual([]);
    config.optimizer = "None";
    expect(firing(out)).toEqual([]);
  });
  it("fast_compile simplifies, and finds no stable forms", () => {
    config.optimizer = "fast_compile";
    expect(firing(out)).toContain("local_mul_canonizer");
    expect(firing(out)).not.toContain("local_log1p");
  });
  it("fast_run does both", () => {
    config.optimizer = "fast_run";
    expect(firing(out)).toEqual(expect.arrayContaining(["local_mul_canonizer", "local_log1p"]));
  });
  it("that do not exist are refused", () => {
    expect(() => new theano.Mode({ optimizer: "fastest" })).toThrow(/Unknown optimizer "fastest"; there are None,/);
  });
  it("give the same values", () => {
    for (const optimizer of ["None", "fast_compile", "fast_run"]) {
      const f = theano.function([x, y], out, { mode: new theano.Mode({ optimizer, linker: "reference" }) });
      expect(f([1, 2], [3, 0.5]).toList()).toEqual([Math.log(4), expect.closeTo(Math.log(1.5), 15)]);
    }
  });
});

describe("rules that may change NaN, infinities and zeros", () => {
  const special = PASSES.flatMap((p) => p.rules).filter((r) => r.exactness === "special");
  const without = new theano.Mode({ optimizer: "fast_run" }).excluding("special");
  it("are left out by one tag", () => {
    expect(special.length).toBeGreaterThan(20);
    expect(special.filter((r) => names(without).has(r.name))).toEqual([]);
  });
  it("are the only ones left out by it", () => {
    const all = names(new theano.Mode({ optimizer: "fast_run" }));
    const optional = PASSES.flatMap((p) => p.rules).filter((r) => r.tags.includes("optional"));
    expect(all.size - names(without).size).toBe(new Set(special.filter((r) => !optional.includes(r))).size);
  });
  it("do not touch special values then", () => {
    const ratio = T.div(T.mul(x, y), x);
    const value = (mode?: theano.Mode): unknown =>
      theano
        .function(
          [x, y],
          ratio,
          mode === undefined ? {} : { mode },
        )([0, Infinity, NaN], [1, 1, 1])
        .toList();
    expect(value()).toEqual([1, 1, 1]);
    expect(value(without)).toEqual([NaN, NaN, NaN]);
  });
});

describe("names and tags", () => {
  const softplus = T.log(T.add(1, T.exp(x)));
  it("exclude a rule, a tag or a pass", () => {
    expect(firing(softplus, new theano.Mode().excluding("local_log1p"))).not.toContain("local_log1p");
    expect(firing(softplus, new theano.Mode().excluding("stabilize"))).toEqual([]);
    const gemm = T.dmatrix("C").add(T.dmatrix("A").dot(T.dmatrix("B")));
    expect(firing(gemm)).toContain("gemm_optimizer");
    expect(firing(gemm, new theano.Mode().excluding("BlasOpt"))).not.toContain("gemm_optimizer");
  });
  it("include a rule that is off, or a pass of another level", () => {
    expect(firing(T.eq(x, x))).toEqual([]);
    expect(firing(T.eq(x, x), new theano.Mode().including("local_useless_float_comparison"))).toEqual([
      "local_useless_float_comparison",
    ]);
    const compile = new theano.Mode({ optimizer: "fast_compile" });
    expect(firing(softplus, compile)).toEqual([]);
    expect(firing(softplus, compile.including("stabilize"))).toContain("local_log1p");
  });
  it("turn fusion on and off by any of its names", () => {
    for (const name of ["fusion", "elemwise_fusion", "local_elemwise_fusion"]) {
      expect(new theano.Mode({ optimizer: "fast_run" }).excluding(name).fusion).toBe(false);
      expect(new theano.Mode({ optimizer: "fast_compile" }).including(name).fusion).toBe(true);
    }
  });
  it("require", () => {
    expect([...names(new theano.Mode().requiring("BlasOpt"))]).toEqual([
      "gemm_optimizer",
      "local_dot22_to_dot22scalar",
    ]);
  });
  it("come from the configuration too", () => {
    config.optimizerExcluding = "local_log1p:specialize";
    expect(firing(softplus)).not.toContain("local_log1p");
    expect(firing(T.pow(x, 2))).toEqual([]);
    config.optimizerExcluding = "";
    config.optimizerIncluding = "local_useless_float_comparison";
    expect(firing(T.eq(x, x))).toEqual(["local_useless_float_comparison"]);
    config.optimizerIncluding = "";
    config.optimizerRequiring = "BlasOpt";
    expect(firing(softplus)).toEqual([]);
  });
  it("of the last word win", () => {
    const mode = new theano.Mode().excluding("local_log1p").including("local_log1p");
    expect(firing(softplus, mode)).toContain("local_log1p");
  });
});
