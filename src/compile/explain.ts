/** `theano.explain`: what rewriting does to a graph, step by step. */
import { ArgumentError } from "../errors.ts";
import { FunctionGraph } from "../graph/functionGraph.ts";
import { graphInputs } from "../graph/traversal.ts";
import { Variable } from "../graph/variable.ts";
import { listing } from "../printing/listing.ts";
import type { CompiledFunction } from "./callable.ts";
import { getMode, type Mode, type ModeName } from "./mode.ts";
import { outputNames } from "./outputs.ts";
import { rewrite } from "./rewrite.ts";
import { sourceOf, type Source } from "./source.ts";
import { stepLines, stepOf, type ExplainStep } from "./step.ts";

export type { ExplainStep } from "./step.ts";

export interface ExplainOptions {
  /** Rewrite as in this mode; a function's own by default, and the configured one for an expression. */
  readonly mode?: ModeName | Mode;
}

/** The steps from the graph that was written to the graph that is compiled. `String(explanation)` is for reading. */
export class Explanation {
  /** Every replacement, in order. */
  readonly steps: readonly ExplainStep[];
  /** The graph as it was written: a line per output, after a line per part that is long and used again. */
  readonly before: string;
  /** The graph that is compiled, in the same form. */
  readonly after: string;
  /** The rewritten graph. */
  readonly graph: FunctionGraph;

  constructor(steps: readonly ExplainStep[], before: string, after: string, graph: FunctionGraph) {
    this.steps = steps;
    this.before = before;
    this.after = after;
    this.graph = graph;
  }

  toString(): string {
    const lines = ["as written:", ...indented(this.before.split("\n"))];
    for (const [i, step] of this.steps.entries()) {
      if (step.pass !== this.steps[i - 1]?.pass) lines.push(`${step.pass}:`);
      lines.push(...indented(stepLines(step, i + 1)));
    }
    lines.push("as compiled:", ...indented(this.after.split("\n")));
    const count = this.steps.length;
    return [...lines, `${count} ${count === 1 ? "step" : "steps"}`].join("\n");
  }
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}

/**
 * Says how a compiled function, an expression, or a list of expressions is rewritten: each rule that fires, with its formula, the
 * expression before and after, and the line of your program that it comes from. The rewriting is run again for it, so functions that
 * nobody asks about pay nothing.
 *
 * In the texts, `#1` is a part that is too long to repeat, and is given below; rank changes are invisible, as with `pp`, except
 * where a step changes nothing else.
 *
 * @throws ArgumentError for anything else
 *
 * @example
 * ```ts
 * import * as theano from "theano";
 * import { tensor as T } from "theano";
 * const x = T.dvector("x");
 * const f = theano.function([x], T.log(T.exp(x).add(1)));
 * const explanation = theano.explain(f);
 * const { rule, formula, before, after } = explanation.steps.find((s) => s.pass === "stabilize")!;
 * console.log(`${rule}: ${formula}`); // local_log1p: log(1 + x) = log1p(x)
 * console.log(`${before} -> ${after}`); // log((exp(x) + 1.0)) -> log1p(exp(x))
 * console.log(String(explanation)); // as written:...local_log1p...as compiled:...softplus(x)...3 steps
 * ```
 */
export function explain(
  what: CompiledFunction | Variable | readonly Variable[],
  options: ExplainOptions = {},
): Explanation {
  const source = readSource(what);
  const mode = options.mode === undefined ? source.mode : getMode(options.mode);
  const graph = source.makeGraph();
  const before = listing(graph, source.names);
  const inputs = new Set(graph.inputs);
  const steps: ExplainStep[] = [];
  rewrite(graph, mode, (firing) => steps.push(stepOf(firing, inputs)));
  return new Explanation(steps, before, listing(graph, source.names), graph);
}

function readSource(what: unknown): Source {
  if (typeof what === "function") {
    const source = sourceOf(what);
    if (source !== undefined) return source;
  }
  const outputs = Array.isArray(what) ? (what as readonly unknown[]) : [what];
  if (!outputs.every((v) => v instanceof Variable)) {
    throw new ArgumentError(
      "explain takes a function made by theano.function, a symbolic variable, or a list of variables, " +
        `not ${typeof what === "object" ? "this object" : `a ${typeof what}`}.`,
    );
  }
  const names = Array.isArray(what) ? outputNames(outputs) : [outputs[0]!.name ?? "output"];
  return { makeGraph: () => new FunctionGraph(graphInputs(outputs), outputs), names, mode: getMode() };
}
