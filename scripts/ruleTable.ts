/** The catalogue of rules as text: docs/rules.md, and the graphs that test/rewrites/graphs.txt holds. */
import { PASSES } from "../src/compile/mode.ts";
import { FunctionGraph } from "../src/graph/functionGraph.ts";
import { runPasses, type Pass } from "../src/graph/rewriting/engine.ts";
import type { Rule } from "../src/graph/rewriting/rule.ts";
import { listing } from "../src/printing/listing.ts";
import { engineOptions, passesWith } from "../test/rewrites/driver.ts";
import { exampleOf, type Example } from "../test/rewrites/example.ts";
import { TABLES, type Table } from "../test/rewrites/examples/index.ts";

const alone = (r: Rule): Pass[] => [{ name: "alone", rules: [r], until: "fixpoint" }];

/** The equations of a graph of some outputs after some passes, and the rules that fired. */
function equations(
  { inputs }: Example,
  outputs: Example["outputs"],
  passes: readonly Pass[],
): { text: string[]; fired: ReadonlySet<string> } {
  const graph = new FunctionGraph(inputs, outputs);
  runPasses(graph, passes, engineOptions());
  const names = outputs.map((_, i) => (outputs.length === 1 ? "out" : `out ${i}`));
  return { text: listing(graph, names).split("\n"), fired: new Set(graph.log.map((l) => l.rule)) };
}

/** One output that the rule changes, as it is written and as the rule alone leaves it. */
function beforeAndAfter(r: Rule, table: Table): [string, string] {
  const example = exampleOf(r, table.examples);
  const found = example.outputs.find((out) => equations(example, [out], alone(r)).fired.has(r.name));
  const outputs = found === undefined ? example.outputs : [found];
  const text = (passes: readonly Pass[]): string =>
    equations(example, outputs, passes)
      .text.map((line) => line.replace(/^out = /, ""))
      .join("; ");
  return [text([]), text(alone(r))];
}

const code = (text: string): string => `\`${text.replaceAll("|", "\\|")}\``;

function row(r: Rule, table: Table): string {
  const passes = PASSES.filter((p) => p.rules.includes(r)).map((p) => p.name);
  const [before, after] = beforeAndAfter(r, table);
  const cells = [
    code(r.name),
    passes.join(", "),
    [r.exactness, ...r.tags].join(", "),
    code(r.formula),
    code(before),
    code(after),
  ];
  return `| ${cells.join(" | ")} |`;
}

/** docs/rules.md. */
export function ruleTable(): string {
  const rules = TABLES.flatMap((t) => t.rules);
  const special = rules.filter((r) => r.exactness === "special");
  const passes = PASSES.map(
    (p) =>
      `| ${p.name} | ${p.levels.join(", ")} | ${p.rules.length} | ${p.until === "once" ? "once" : "until nothing changes"} |`,
  );
  const lines = [
    "# Rewriting rules",
    "",
    "Written by `npm run rules` from the tables in `src/tensor/rewriting` and the examples in `test/rewrites/examples`; a test compares.",
    "",
    `There are ${rules.length} rules in ${TABLES.length} tables. A function's graph goes through these passes:`,
    "",
    "| pass | optimizer | rules | runs |",
    "| --- | --- | ---: | --- |",
    ...passes,
    "",
    "The exactness of a rule says how the values of both sides compare:",
    "",
    "- `exact`: the same bits;",
    "- `rounding`: at least as close to the true value, on inputs for which the expression is not ill-conditioned;",
    "- `special`: NaN, infinities and the sign of zero may differ, because the rule holds for all other numbers: `x*y/x = y`.",
    "",
    '`mode.excluding("special")` leaves out all rules of the last kind, `mode.excluding("local_log1p")` or',
    "`THEANO_FLAGS=optimizer_excluding=local_log1p` one rule, the name of a pass a whole pass. Rules tagged `optional` run where they are",
    "included by name. `theano.explain(f)` shows which rules made a function what it is.",
    "",
    "In the columns _before_ and _after_ the rule runs alone; what all passes together make of the same expressions stands in",
    "[graphs.txt](../test/rewrites/graphs.txt).",
  ];
  for (const table of TABLES) {
    lines.push("", `## ${table.name[0]!.toUpperCase()}${table.name.slice(1)}`, "", table.purpose, "");
    lines.push(
      "| rule | passes | exactness, tags | formula | before | after |",
      "| --- | --- | --- | --- | --- | --- |",
    );
    lines.push(...table.rules.map((r) => row(r, table)));
  }
  lines.push("", "## Rules that may change NaN, infinities and signs of zero", "");
  lines.push(...special.map((r) => `- ${code(r.name)}: ${code(r.formula.replaceAll("\\|", "|"))}`));
  return `${lines.join("\n")}\n`;
}

/** test/rewrites/graphs.txt: each example as it is written, after its rule alone, and after all passes. */
export function ruleGraphs(): string {
  const blocks = TABLES.flatMap((table) =>
    table.rules.map((r) => {
      const example = exampleOf(r, table.examples);
      const part = (title: string, passes: readonly Pass[]): string[] => [
        `  ${title}`,
        ...equations(example, example.outputs, passes).text.map((line) => `    ${line}`),
      ];
      return [
        `${table.name}: ${r.name}`,
        ...part("written", []),
        ...part("alone", alone(r)),
        ...part("all passes", passesWith(r)),
      ].join("\n");
    }),
  );
  return `${blocks.join("\n\n")}\n`;
}
