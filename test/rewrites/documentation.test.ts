/** What is written about the rules is what they do: `npm run rules` writes both files. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { expressionPage } from "../../scripts/expressionPage.ts";
import { ruleGraphs, ruleTable } from "../../scripts/ruleTable.ts";

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");

describe("written by npm run rules", () => {
  it("docs/rules.md", () => {
    expect(ruleTable()).toBe(read("../../docs/rules.md"));
  });
  it("docs/following-an-expression.md", () => {
    expect(expressionPage()).toBe(read("../../docs/following-an-expression.md"));
  });
  it("the graph that each rule leaves, alone and with all passes", () => {
    expect(ruleGraphs()).toBe(read("graphs.txt"));
  });
});
