/** How much work a loop is, so that renderers can tell whether threads are worth waking. */
import type { Expr, Reduce, Stmt } from "../ir/node.ts";
import { instruction, type InstructionName } from "../ir/scalarInstructions.ts";
import { within } from "./expressions.ts";

/** Additions, roughly: some, and for each loop inside its own so many times. */
export interface Work {
  readonly additions: number;
  readonly loops: readonly { readonly extent: Expr; readonly inside: Work }[];
}

/** What one round of a body costs, with the elements of the accumulators in the case of a reduction. */
export function workOf(body: readonly Stmt[], accs: Reduce["accs"] = []): Work {
  let additions = costOf(accs.map((a) => a.value)) + accs.length;
  const loops: { extent: Expr; inside: Work }[] = [];
  for (const s of body) {
    switch (s.kind) {
      case "for":
        loops.push({ extent: s.extent, inside: workOf(s.body) });
        break;
      case "reduce":
        loops.push({ extent: s.extent, inside: workOf(s.body, s.accs) });
        break;
      case "let":
      case "assign":
        additions += costOf([s.value]);
        break;
      case "var":
        additions += costOf([s.init]);
        break;
      case "store":
        additions += 1 + costOf([s.value, s.index]);
        break;
      case "if":
      case "while": {
        const inner = s.kind === "if" ? [...s.then, ...s.else] : s.body;
        const inside = workOf(inner);
        additions += costOf([s.cond]) + inside.additions;
        loops.push(...inside.loops);
        break;
      }
      case "call":
        if (s.fn === "gemm") loops.push({ extent: s.m, inside: { additions: 0, loops: [product(s.n, s.k)] } });
        else loops.push({ extent: s.count, inside: { additions: 1, loops: [] } });
        break;
      default:
    }
  }
  return { additions, loops };
}

function product(n: Expr, k: Expr): Work["loops"][number] {
  return { extent: n, inside: { additions: 0, loops: [{ extent: k, inside: { additions: 2, loops: [] } }] } };
}

function costOf(roots: readonly Expr[]): number {
  const all = new Set<Expr>();
  for (const root of roots) for (const e of within(root)) all.add(e);
  let cost = 0;
  for (const e of all) {
    if (e.kind === "op" && e.type !== "index") cost += instruction(e.op as InstructionName).cost;
    else if (e.kind === "load" || e.kind === "cast") cost++;
  }
  return cost;
}
