/** What compiled functions were made from, kept beside them: `explain` starts again from there. */
import type { FunctionGraph } from "../graph/functionGraph.ts";
import type { Mode } from "./mode.ts";

export interface Source {
  /** A fresh copy of the graph as the user wrote it, updates included. */
  readonly makeGraph: () => FunctionGraph;
  /** What to call each output of that graph in a text. */
  readonly names: readonly string[];
  readonly mode: Mode;
}

const sources = new WeakMap<object, Source>();

export function rememberSource(f: object, source: Source): void {
  sources.set(f, source);
}

/** Undefined for anything that `theano.function` did not make. */
export function sourceOf(f: object): Source | undefined {
  return sources.get(f);
}
