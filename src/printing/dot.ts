/** `printing.dot`: a graph in Graphviz's language. */
import { isConstant, isShared, type Variable } from "../graph/variable.ts";
import { toposort } from "../graph/traversal.ts";
import { graphOf, type Printable } from "./printable.ts";

/**
 * The graph of a variable, of several, or of a compiled function as Graphviz text: ops are ellipses, inputs green boxes,
 * shared variables cyan, constants grey, outputs blue. Pipe it to `dot -Tsvg`.
 */
export function dot(what: Printable): string {
  const { outputs } = graphOf(what);
  const lines: string[] = ["digraph theano {", "  node [fontname=Helvetica];"];
  const ids = new Map<unknown, string>();
  const leaf = (v: Variable): string => {
    let id = ids.get(v);
    if (id === undefined) {
      ids.set(v, (id = `v${ids.size}`));
      lines.push(`  ${id} [shape=box, style=filled, fillcolor="${colour(v)}", label=${quote(label(v))}];`);
    }
    return id;
  };
  for (const node of toposort(outputs)) {
    const id = `n${ids.size}`;
    ids.set(node, id);
    lines.push(`  ${id} [label=${quote(node.op.toString())}];`);
    for (const [i, input] of node.inputs.entries()) {
      const from = input.owner === null ? leaf(input) : ids.get(input.owner)!;
      const edge = node.inputs.length > 1 ? ` [label="${i}"]` : "";
      lines.push(`  ${from} -> ${id}${edge};`);
    }
  }
  for (const [i, out] of outputs.entries()) {
    const from = out.owner === null ? leaf(out) : ids.get(out.owner)!;
    const name = quote(out.name ?? `output ${i}`);
    lines.push(`  o${i} [shape=box, style=filled, fillcolor="#9ecae1", label=${name}];`);
    lines.push(`  ${from} -> o${i};`);
  }
  lines.push("}");
  return `${lines.join("\n")}\n`;
}

function label(v: Variable): string {
  return `${v.toString()}\n${v.type.toString()}`;
}

function colour(v: Variable): string {
  if (isConstant(v)) return "#d9d9d9";
  return isShared(v) ? "#9edae5" : "#a1d99b";
}

/** Names are the user's: nothing in them may leave the quotes. */
function quote(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
}
