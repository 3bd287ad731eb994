/** The compiler's table of promotions says what the program does. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as theano from "theano";
import { tensor as T } from "theano";
import { DTYPES } from "../../src/dtype.ts";

const text = readFileSync(new URL("../../src/tensor/promotions.ts", import.meta.url), "utf8");

/** The results that the table lists for a pair. */
function listed(a: string, b: string): string[] {
  const row = text.slice(text.indexOf(`\n  ${a}: {`) + 1);
  const cell = new RegExp(`\\n    ${b}: ([^;]*);`).exec(row)![1]!;
  return cell.split(" | ").map((d) => JSON.parse(d) as string);
}

const usual = theano.config.castPolicy;

describe("the table of promotions for the compiler", () => {
  it.each(DTYPES)("%s", (a) => {
    for (const b of DTYPES) {
      const results = new Set<string>();
      for (const policy of ["custom", "numpy+floatX", "floatX"] as const) {
        theano.config.castPolicy = policy;
        results.add(T.add(T.scalar("a", a), T.scalar("b", b)).dtype);
      }
      theano.config.castPolicy = usual;
      expect(listed(a, b).sort()).toEqual([...results].sort());
    }
  });
});
