/** How much work a loop is, so that renderers can tell whether threads are worth waking. */
import type { IrBuilder } from "../ir/build.ts";
import { BYTES, type Expr, type Reduce, type Stmt } from "../ir/node.ts";
import { buffersOf, costOf } from "../ir/traverse.ts";

/** Additions, roughly: some, and for each loop inside its own so many times. */
export interface Work {
  readonly additions: number;
  readonly loops: readonly { readonly extent: Expr; readonly inside: Work }[];
  /** Scalars that are computed on the way, of which extents may be made. */
  readonly lets?: ReadonlyMap<Expr, Expr>;
}

/** What one round of a body costs, with the elements of the accumulators in the case of a reduction. */
export function workOf(body: readonly Stmt[], accs: Reduce["accs"] = [], lets: Map<Expr, Expr> = new Map()): Work {
  let additions = costOf(accs.map((a) => a.value)) + accs.length;
  const loops: { extent: Expr; inside: Work }[] = [];
  for (const s of body) {
    switch (s.kind) {
      case "for":
        loops.push({ extent: s.extent, inside: workOf(s.body, [], lets) });
        break;
      case "reduce":
        loops.push({ extent: s.extent, inside: workOf(s.body, s.accs, lets) });
        break;
      case "let":
        lets.set(s.ref, s.value);
        additions += costOf([s.value]);
        break;
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
        const inside = workOf(inner, [], lets);
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
  return { additions, loops, lets };
}

/** An expression of what is known that `extent` is not larger than, or null: its own parts, where it is a least, a rest or a difference. */
export function boundOf(b: IrBuilder, extent: Expr, isKnown: (e: Expr) => boolean, lets: Work["lets"]): Expr | null {
  if (extent.kind === "const" || isKnown(extent)) return extent;
  const value = lets?.get(extent);
  if (value !== undefined) return boundOf(b, value, isKnown, lets);
  if (extent.kind !== "op") return null;
  const [x, y] = extent.args.map((a) => boundOf(b, a, isKnown, lets));
  switch (extent.op) {
    case "min":
      return x && y ? b.min(x, y) : (x ?? y ?? null);
    case "imod":
      return y ?? null;
    case "idiv":
      return x && y ? b.idiv(x, y) : null;
    case "sub":
      // What is taken away from a size is one.
      return x ?? null;
    default:
      return null;
  }
}

function product(n: Expr, k: Expr): Work["loops"][number] {
  return { extent: n, inside: { additions: 0, loops: [{ extent: k, inside: { additions: 2, loops: [] } }] } };
}

/** Bytes of one element of every buffer that the statements of a loop without others read or write. */
export function bytesTouched(body: readonly Stmt[]): number {
  return [...buffersOf(body)].reduce((sum, x) => sum + BYTES[x.type], 0);
}
