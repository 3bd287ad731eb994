/** `pp`: an expression on one line, in the notation of mathematics as far as text goes. */
import type { Apply } from "../graph/apply.ts";
import type { Op } from "../graph/op.ts";
import { toposort } from "../graph/traversal.ts";
import type { Variable } from "../graph/variable.ts";
import { graphOf, type Printable } from "./printable.ts";

/** Elementwise functions that are written between or before their arguments. */
const INFIX: Readonly<Record<string, string>> = {
  add: "+",
  sub: "-",
  mul: "*",
  true_div: "/",
  int_div: "//",
  mod: "%",
  pow: "**",
  eq: "==",
  neq: "!=",
  lt: "<",
  le: "<=",
  gt: ">",
  ge: ">=",
  and: "&",
  or: "|",
  xor: "^",
  dot: "\\dot",
};

const PREFIX: Readonly<Record<string, string>> = { neg: "-", invert: "~" };

/** The name by which rules and printers know an op: that of the scalar function for an elementwise op. */
export function functionName(op: Op): string {
  const scalar = (op as { scalarOp?: { name: string } }).scalarOp;
  return scalar?.name ?? op.name;
}

/**
 * The expression of a variable, or of each output of a list or a compiled function, as text.
 *
 * @example
 * ```ts
 * import * as theano from "theano";
 * import { tensor as T } from "theano";
 * const x = T.dvector("x"), b = T.dvector("b");
 * console.log(theano.pp(T.tanh(x.add(b)))); // tanh((x + b))
 * ```
 */
export function pp(what: Printable): string {
  const { outputs } = graphOf(what);
  const texts = new Map<Variable, string>();
  const text = (v: Variable): string => texts.get(v) ?? v.toString();
  // Inputs first, so that no recursion is needed.
  for (const node of toposort(outputs)) {
    for (const out of node.outputs) {
      texts.set(out, describe(node, out, text));
    }
  }
  const lines = outputs.map((v) => text(v));
  return lines.length === 1 ? lines[0]! : `[${lines.join(", ")}]`;
}

/** The text of one node's output, given the texts of its arguments. */
export function describe(node: Apply, out: Variable, text: (v: Variable) => string): string {
  const name = functionName(node.op);
  const args = node.inputs.map(text);
  if (name === "DimShuffle") return dimShuffled(node.op, args[0]!);
  const infix = INFIX[name] ?? INFIX[name.toLowerCase()];
  if (infix !== undefined && args.length >= 2) return `(${args.join(` ${infix} `)})`;
  const prefix = PREFIX[name];
  if (prefix !== undefined && args.length === 1) return `(${prefix}${args[0]!})`;
  const call = isElementwise(node.op) ? name : node.op.toString();
  const suffix = node.outputs.length > 1 ? `.${out.index}` : "";
  return `${call}(${args.join(", ")})${suffix}`;
}

/** Rank changes are invisible; a transposition is written `.T`. */
function dimShuffled(op: Op, arg: string): string {
  const pattern = (op as { pattern?: readonly (number | "x")[] }).pattern;
  const axes = pattern?.filter((p): p is number => p !== "x") ?? [];
  const moved = axes.some((p, i) => i > 0 && p < axes[i - 1]!);
  return moved ? (axes.length === 2 ? `${arg}.T` : `${op.toString()}(${arg})`) : arg;
}

function isElementwise(op: Op): boolean {
  return "scalarOp" in op;
}
