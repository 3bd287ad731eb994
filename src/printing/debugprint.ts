/** `debugprint`: a graph as an indented tree, in Theano's layout. */
import type { Apply } from "../graph/apply.ts";
import { toposort } from "../graph/traversal.ts";
import type { Variable } from "../graph/variable.ts";
import { graphOf, type Printable } from "./printable.ts";

export interface DebugprintOptions {
  /** How many levels to show; -1 (default) for all. */
  depth?: number;
  /** Add each variable's type. */
  printType?: boolean;
  /** How nodes are labelled: letters (default), numbers, or nothing. */
  ids?: "CHAR" | "int" | "";
  /** Do not look behind variables that have a name. */
  stopOnName?: boolean;
  /** Add the lines of the user's program that made each node. */
  printLines?: boolean;
}

/**
 * The text of a variable, a list of them, or a compiled function: one node a line, its arguments below it. A node met before is shown
 * again without its arguments. Compiled functions get the position in the order of execution at the line's end.
 *
 * @example
 * ```ts
 * import * as theano from "theano";
 * import { tensor as T } from "theano";
 * const x = T.dvector("x");
 * console.log(theano.debugprint(T.tanh(x)));
 * // Elemwise{tanh,no_inplace} [id A] ''
 * //  |x [id B]
 * ```
 */
export function debugprint(what: Printable, options: DebugprintOptions = {}): string {
  const { outputs, compiled } = graphOf(what);
  const order = new Map<Apply, number>();
  if (compiled !== undefined) {
    for (const [i, node] of compiled.toposort().entries()) order.set(node, i);
  }
  const printer = new TreePrinter(options, compiled === undefined ? null : order);
  for (const out of outputs) printer.print(out);
  printer.printInnerGraphs();
  return printer.lines.join("\n");
}

/** The graphs inside of a node: the step of a loop, the sides of a choice. */
function innerGraphs({ op }: Apply): readonly (readonly Variable[])[] {
  const { lambda, yes, no } = op as Partial<Record<"lambda" | "yes" | "no", { readonly outputs: readonly Variable[] }>>;
  return [lambda, yes, no].flatMap((l) => (l === undefined ? [] : [l.outputs]));
}

class TreePrinter {
  readonly lines: string[] = [];
  readonly #options: DebugprintOptions;
  readonly #order: ReadonlyMap<Apply, number> | null;
  readonly #ids = new Map<Apply | Variable, string>();
  readonly #done = new Set<Apply>();

  constructor(options: DebugprintOptions, order: ReadonlyMap<Apply, number> | null) {
    this.#options = options;
    this.#order = order;
  }

  /** The graphs inside of the nodes printed so far, and of those printed with them. */
  printInnerGraphs(): void {
    const done = new Set<Apply>();
    for (;;) {
      const next = [...this.#done].find((node) => !done.has(node) && innerGraphs(node).length > 0);
      if (next === undefined) return;
      if (done.size === 0) this.lines.push("", "Inner graphs of the scan ops:");
      done.add(next);
      this.lines.push("", `${next.op.toString()}${this.#id(next)}`);
      for (const outputs of innerGraphs(next)) for (const out of outputs) this.print(out, " >");
    }
  }

  /** Iterative: graphs are deeper than the call stack. */
  print(root: Variable, start = ""): void {
    const stack: { v: Variable; prefix: string; childPrefix: string; depth: number }[] = [];
    stack.push({ v: root, prefix: start, childPrefix: start === "" ? "" : "  ", depth: 0 });
    for (let item = stack.pop(); item !== undefined; item = stack.pop()) {
      const { v, prefix, childPrefix, depth } = item;
      const { owner } = v;
      const seen = owner !== null && this.#done.has(owner);
      this.lines.push(prefix + this.#line(v));
      if (owner === null || seen) continue;
      if (this.#options.stopOnName === true && v.name !== undefined) continue;
      this.#done.add(owner);
      const limit = this.#options.depth ?? -1;
      if (limit >= 0 && depth + 1 >= limit) continue;
      for (let i = owner.inputs.length - 1; i >= 0; i--) {
        const last = i === owner.inputs.length - 1;
        stack.push({
          v: owner.inputs[i]!,
          prefix: `${childPrefix} |`,
          childPrefix: `${childPrefix}${last ? "  " : " |"}`,
          depth: depth + 1,
        });
      }
    }
  }

  #line(v: Variable): string {
    const { owner } = v;
    const type = this.#options.printType === true ? ` <${v.type.toString()}>` : "";
    if (owner === null) return `${v.toString()}${this.#id(v)}${type}`;
    const output = owner.outputs.length > 1 ? `.${v.index}` : "";
    const position = this.#order?.get(owner);
    const lines =
      this.#options.printLines === true && owner.createdAt.length > 0 ? `   (${owner.createdAt.join(", ")})` : "";
    return (
      `${owner.op.toString()}${output}${this.#id(owner)}${type} '${v.name ?? ""}'   ` + `${position ?? ""}${lines}`
    );
  }

  #id(what: Apply | Variable): string {
    if (this.#options.ids === "") return "";
    let id = this.#ids.get(what);
    if (id === undefined) {
      const n = this.#ids.size;
      id = this.#options.ids === "int" ? String(n) : letters(n);
      this.#ids.set(what, id);
    }
    return ` [id ${id}]`;
  }
}

/** 0 -> A, 25 -> Z, 26 -> BA, as Theano counts. */
function letters(n: number): string {
  let text = "";
  let rest = n;
  do {
    text = String.fromCharCode(65 + (rest % 26)) + text;
    rest = Math.floor(rest / 26);
  } while (rest > 0);
  return text;
}

/** How many nodes compute `outputs`; used by summaries. */
export function countNodes(outputs: readonly Variable[]): number {
  return toposort(outputs).length;
}
