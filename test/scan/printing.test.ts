/** Loops can be read. */
import { expect, it } from "vitest";
import * as theano from "../../src/index.ts";
import { tensor as T } from "../../src/index.ts";

it("debugprint shows the step of a loop after the graph that it is in", () => {
  const x = T.dvector("x");
  const [s] = theano.scan({
    fn: (e, p) => T.tanh(p.add(e)),
    sequences: x,
    outputsInfo: T.constant(0.5, "float64"),
    name: "walk",
  });
  const f = theano.function([x], s);
  const lines = theano.debugprint(f).split("\n");
  const start = lines.indexOf("Inner graphs of the scan ops:");
  expect(lines[start - 1]).toBe("");
  expect(lines.slice(start + 2).map((l) => l.replace(/ \[id \w+\]/, "").trimEnd())).toEqual([
    "for{cpu,walk}",
    " >Elemwise{tanh,no_inplace} ''",
    "   |Elemwise{add,no_inplace} ''",
    "     |out0[t-1]",
    "     |x[t]",
  ]);
  expect(theano.pp(s)).toContain("walk");
});
