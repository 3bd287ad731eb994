/** A whole graph as a list of equations. Its length grows with the graph, and not with what the graph would be as a tree. */
import type { Variable } from "../graph/variable.ts";
import { describePlain, leafText } from "./abbreviate.ts";
import type { PrintableGraph } from "./printable.ts";

/** A part that is used again and is longer than this gets a line of its own. */
const SHORT = 16;
/** So does any part longer than this. */
const WIDTH = 80;

/** One line per output under its name, after one per part that has the user's name, is used more than once, or is long. */
export function listing(graph: PrintableGraph, names: readonly string[]): string {
  const nodes = graph.toposort();
  const uses = new Map<Variable, number>();
  const use = (v: Variable): void => void uses.set(v, (uses.get(v) ?? 0) + 1);
  for (const node of nodes) node.inputs.forEach(use);
  graph.outputs.forEach(use);

  const texts = new Map<Variable, string>();
  const lines: string[] = [];
  const taken = new Set(names);
  let count = 0;
  for (const node of nodes) {
    for (const out of node.outputs) {
      const used = uses.get(out) ?? 0;
      const text = describePlain(node, out, (v) => texts.get(v) ?? leafText(v));
      texts.set(out, text);
      if (used === 0) continue;
      const onlyOutput = used === 1 && graph.outputs.includes(out);
      const isPart = out.name !== undefined || (used > 1 && text.length > SHORT) || text.length > WIDTH;
      if (onlyOutput || !isPart) continue;
      const label = out.name !== undefined && !taken.has(out.name) ? out.name : `#${++count}`;
      taken.add(label);
      lines.push(`${label} = ${text}`);
      texts.set(out, label);
    }
  }
  for (const [i, out] of graph.outputs.entries()) {
    lines.push(`${names[i] ?? `output ${i}`} = ${texts.get(out) ?? leafText(out)}`);
  }
  return lines.join("\n");
}
