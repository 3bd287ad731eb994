/** Expressions with parts of them replaced. */
import type { Buffer, Expr } from "./node.ts";

/** A function that replaces expressions by `table`, inside others too. */
export function substitution(
  b: {
    op(name: never, ...args: Expr[]): Expr;
    cast(e: Expr, t: Expr["type"]): Expr;
    bitcast(e: Expr, t: Expr["type"]): Expr;
    load(buffer: Buffer, index: Expr): Expr;
  },
  table: ReadonlyMap<Expr, Expr>,
): (e: Expr) => Expr {
  const memo = new Map<Expr, Expr>();
  const go = (e: Expr): Expr => {
    const direct = table.get(e);
    if (direct !== undefined) return direct;
    if (e.kind === "const" || e.kind === "ref") return e;
    const known = memo.get(e);
    if (known !== undefined) return known;
    let result: Expr = e;
    if (e.kind === "load") {
      const index = go(e.index);
      if (index !== e.index) result = b.load(e.buffer, index);
    } else if (e.kind === "op") {
      const args = e.args.map(go);
      if (args.some((a, i) => a !== e.args[i])) result = b.op(e.op as never, ...args);
    } else {
      const arg = go(e.arg);
      if (arg !== e.arg) result = e.kind === "cast" ? b.cast(arg, e.type) : b.bitcast(arg, e.type);
    }
    memo.set(e, result);
    return result;
  };
  return go;
}
