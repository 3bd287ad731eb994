/** What can be printed: a variable, a list of variables, or anything that holds a function graph. */
import type { Apply } from "../graph/apply.ts";
import { Variable } from "../graph/variable.ts";

/** The part of a function graph that printing needs. */
export interface PrintableGraph {
  readonly outputs: readonly Variable[];
  toposort(): Apply[];
}

/** A compiled function: it has a graph. */
export interface HasGraph {
  readonly graph: PrintableGraph;
}

export type Printable = Variable | readonly Variable[] | PrintableGraph | HasGraph;

/** The outputs to print, and the compiled graph they belong to, if they do. */
export function graphOf(what: Printable): {
  outputs: readonly Variable[];
  compiled?: PrintableGraph;
} {
  if (what instanceof Variable) return { outputs: [what] };
  if (Array.isArray(what)) return { outputs: what as readonly Variable[] };
  if ("graph" in what) return { outputs: what.graph.outputs, compiled: what.graph };
  const graph = what as PrintableGraph;
  return { outputs: graph.outputs, compiled: graph };
}
