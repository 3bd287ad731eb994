/**
 * Products of a loop with a transposed matrix that no step changes (the gradient of every recurrent network has one): the matrix is
 * copied once before the loop, so that rows are adjacent. Without, each step's product would gather or pack it anew.
 */
import type { IrBuilder } from "../ir/build.ts";
import type { Buffer, Expr, Gemm, Ref, Stmt } from "../ir/node.ts";
import { loopNest } from "../tensor/loops.ts";

export interface AdjacentRows {
  /** What comes before the loop. */
  readonly before: readonly Stmt[];
  readonly body: readonly Stmt[];
}

/**
 * @param fixed buffers that the loop reads and never writes
 * @param k the number of the step
 */
export function adjacentRows(
  b: IrBuilder,
  body: readonly Stmt[],
  fixed: ReadonlySet<Buffer>,
  k: Expr,
  adopt: (buffer: Buffer) => void,
): AdjacentRows {
  const inside = new Set<Expr>([k]);
  for (const s of body) for (const ref of declared(s)) inside.add(ref);
  const isOutside = (e: Expr): boolean => {
    if (e.kind === "const") return true;
    if (e.kind === "ref") return !inside.has(e);
    if (e.kind === "op") return e.args.every(isOutside);
    return false;
  };
  const copies: { readonly of: Gemm; readonly buffer: Buffer }[] = [];
  const before: Stmt[] = [];
  const changed = body.map((s): Stmt => {
    if (s.kind !== "call" || s.fn !== "gemm" || !isTransposed(s) || !fixed.has(s.b.buffer)) return s;
    const { offset, rowStride, colStride } = s.b;
    if (![offset, rowStride, colStride, s.k, s.n].every(isOutside)) return s;
    let buffer = copies.find(({ of }) => sameMatrix(of, s))?.buffer;
    if (buffer === undefined) {
      buffer = b.buffer(`${s.b.buffer.name}.rows`, s.b.buffer.type, "temp", b.mul(s.k, s.n));
      adopt(buffer);
      copies.push({ of: s, buffer });
      before.push(...copyRows(b, s, buffer));
    }
    return { ...s, b: { buffer, offset: b.index(0), rowStride: s.n, colStride: b.index(1) } };
  });
  return { before, body: changed };
}

function declared(s: Stmt): readonly Ref[] {
  if (s.kind === "let" || s.kind === "var") return [s.ref];
  if (s.kind !== "reduce") return [];
  return s.accs.flatMap((acc) => (acc.position === undefined ? [acc.target] : [acc.target, acc.position]));
}

const isNumber = (e: Expr, value: number): boolean => e.kind === "const" && Number(e.value) === value;

/** Columns are adjacent, rows are not; a single row or column is no matrix. */
function isTransposed({ k, n, b }: Gemm): boolean {
  return isNumber(b.rowStride, 1) && !isNumber(b.colStride, 1) && !isNumber(n, 1) && !isNumber(k, 1);
}

function sameMatrix(x: Gemm, y: Gemm): boolean {
  const same = x.b.buffer === y.b.buffer && x.b.offset === y.b.offset && x.b.colStride === y.b.colStride;
  return same && x.k === y.k && x.n === y.n;
}

function copyRows(b: IrBuilder, { b: from, k, n }: Gemm, to: Buffer): Stmt[] {
  return loopNest(b, [k, n], ([row, column]) => {
    const at = b.add(from.offset, b.add(row!, b.mul(column!, from.colStride)));
    const value = b.load(from.buffer, at);
    return [{ kind: "store", buffer: to, index: b.add(b.mul(row!, n), column!), value }];
  });
}
