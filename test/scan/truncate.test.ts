/** Truncated gradients: back through the last steps only, whether sizes are known when the graph is built or not. */
import { describe, expect, it } from "vitest";
import * as theano from "../../src/index.ts";
import { tensor as T } from "../../src/index.ts";
import { whyNotNative } from "../../src/runtime/native/device.ts";

const LINKERS = ["reference", "wasm", ...(whyNotNative() === null ? (["c"] as const) : [])] as const;

describe.each(LINKERS)("truncateGradient with linker %s", (linker) => {
  it.each([-1, 1, 2, 5, 9])("of %i steps, of five", (truncateGradient) => {
    const x = T.dscalar("x");
    const n = T.lscalar("n");
    const wanted = Math.min(5, truncateGradient < 0 ? 5 : truncateGradient) * 2 ** 4;
    for (const steps of [5, n]) {
      // h[5] = x^5; every step that the gradient passes adds x^4.
      const [h] = theano.scan({
        fn: (p) => p.mul(x),
        outputsInfo: T.constant(1, "float64"),
        nSteps: steps,
        truncateGradient,
      });
      const f = theano.function([x, n], theano.grad(h.at(-1), x), {
        mode: new theano.Mode({ linker }),
        onUnusedInput: "ignore",
      });
      expect(+f(2, 5)).toBe(wanted);
    }
  });
});
