/** One step of rewriting in words: for `theano.explain` and `config.optimizerVerbose`. */
import type { Apply } from "../graph/apply.ts";
import type { Firing } from "../graph/rewriting/engine.ts";
import type { Exactness } from "../graph/rewriting/rule.ts";
import type { Variable } from "../graph/variable.ts";
import { abbreviate } from "../printing/abbreviate.ts";

/** One rule that fired. */
export interface ExplainStep {
  /** The pass of the mode: canonicalize, stabilize, specialize ... */
  readonly pass: string;
  readonly rule: string;
  /** The rule in general terms, such as `log(1 + x) = log1p(x)`. */
  readonly formula: string;
  /** How the values of both sides compare. */
  readonly exactness: Exactness;
  /** The expression that was replaced, and what replaced it; parts that both have in common are `#1`, `#2` ... when long. */
  readonly before: string;
  readonly after: string;
  /** What the labels of `before` and `after` stand for; `...` is what would be too long. */
  readonly where: ReadonlyMap<string, string>;
  /** The user's line that the replaced node comes from, as `file:line:column`; null when none is known. */
  readonly origin: string | null;
  /** The replaced node. Later steps may have given it other inputs. */
  readonly node: Apply;
}

/** @param inputs variables to print by themselves, whatever computes them */
export function stepOf({ pass, rule, before, after }: Firing, inputs: ReadonlySet<Variable>): ExplainStep {
  // Rules replace outputs of nodes, so there is an owner.
  const node = before.owner!;
  return {
    pass,
    rule: rule.name,
    formula: rule.formula,
    exactness: rule.exactness,
    ...abbreviate(before, after, inputs),
    origin: node.origins.find((o) => o.place !== undefined)?.place ?? null,
    node,
  };
}

/** The step on one line. */
export function stepLine(step: ExplainStep): string {
  const where = [...step.where].map(([label, text]) => `${label} = ${text}`).join(", ");
  return (
    `${step.pass} ${step.rule}: ${step.before} -> ${step.after}` +
    (where === "" ? "" : `, where ${where}`) +
    (step.origin === null ? "" : ` (${step.origin})`)
  );
}

/** The step as a paragraph. */
export function stepLines(step: ExplainStep, number: number): string[] {
  const head = `${number}. `;
  const indent = " ".repeat(head.length);
  return [
    `${head}${step.rule}, ${step.exactness}: ${step.formula}`,
    ...(step.origin === null ? [] : [`${indent}at ${step.origin}`]),
    `${indent}   ${step.before}`,
    `${indent}-> ${step.after}`,
    ...Array.from(step.where, ([label, text]) => `${indent}   where ${label} = ${text}`),
  ];
}
