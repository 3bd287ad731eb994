/**
 * Transpositions in tiles. Where what is stored one after the other is read far apart, every element read brings a line of the cache that is
 * gone again before its neighbours are wanted; in tiles both sides use their lines whole.
 */
import type { Expr, Ref, Stmt } from "../ir/node.ts";
import { ownExprs, within, withinAll } from "../ir/traverse.ts";
import { substitution } from "../ir/substitution.ts";
import type { Axis } from "./collapse.ts";
import type { IndexAlgebra } from "./indexAlgebra.ts";
import { mapStmt } from "./statements.ts";

/** Elements along each side of a tile: two to four lines of a cache. */
const SIDE = 32;

/** The loops of `axes` around `body` in tiles of its last axis and the one along which it reads; null where that gains nothing. */
export function inTiles(alg: IndexAlgebra, axes: readonly Axis[], body: readonly Stmt[]): Stmt[] | null {
  const inner = axes.at(-1);
  if (axes.length < 2 || inner === undefined || body.some((s) => s.kind !== "let" && s.kind !== "store")) return null;
  const across = crossedAxis(alg, axes, body);
  if (across === null || isNarrow(inner) || isNarrow(across)) return null;
  const { b } = alg;
  const split = (axis: Axis): { tile: Ref; start: Ref; at: Ref; count: Expr; size: Expr } => {
    const start = b.natural(`${axis.ref.name}.start`);
    return {
      tile: b.natural(`${axis.ref.name}.tile`),
      start,
      at: b.natural(axis.ref.name),
      count: b.idiv(b.add(axis.size, SIDE - 1), SIDE),
      size: b.min(b.index(SIDE), b.sub(axis.size, start)),
    };
  };
  const [column, row] = [split(inner), split(across)];
  const replace = substitution(
    b,
    new Map<Expr, Expr>([
      [inner.ref, b.add(column.start, column.at)],
      [across.ref, b.add(row.start, row.at)],
    ]),
  );
  let stmts: Stmt[] = [
    {
      kind: "for",
      ref: row.at,
      extent: row.size,
      // Rows are independent as well: a target may take several at a time, and find neighbours of what it reads in them.
      mode: "vector",
      body: [
        {
          kind: "for",
          ref: column.at,
          extent: column.size,
          mode: "vector",
          body: body.map((s) => mapStmt(s, replace)),
        },
      ],
    },
  ];
  // Tiles that read the same rows come one after the other: those rows are few pages, while the whole of a column lies on many.
  for (const { tile, start, count } of [row, column]) {
    const own: Stmt[] = [{ kind: "let", ref: start, value: b.mul(tile, SIDE) }, ...stmts];
    stmts = [{ kind: "for", ref: tile, extent: count, mode: "serial", body: own }];
  }
  const others = axes.filter((a) => a !== inner && a !== across);
  for (const { ref, size } of others.toReversed()) {
    stmts = [{ kind: "for", ref, extent: size, mode: "serial", body: stmts }];
  }
  return stmts.map((s) => (s.kind === "for" ? { ...s, mode: "parallel" } : s));
}

/** An axis along which something is read one by one that is stored one by one along the last. */
function crossedAxis(alg: IndexAlgebra, axes: readonly Axis[], body: readonly Stmt[]): Axis | null {
  const inner = axes.at(-1)!;
  const step = (position: Expr, axis: Axis): number | null => stepOf(alg, position, axis.ref);
  if (body.some((s) => s.kind === "store" && step(s.index, inner) !== 1)) return null;
  let found: Axis | null = null;
  for (const position of positionsIn(body)) {
    const along = step(position, inner);
    if (along === null || along < SIDE) continue;
    found ??= axes.slice(0, -1).find((axis) => step(position, axis) === 1) ?? null;
  }
  return found;
}

/** By how many elements a position moves along a loop: Infinity where a size tells, null where it jumps. */
function stepOf(alg: IndexAlgebra, position: Expr, ref: Ref): number | null {
  let step = 0;
  for (const { coefficient, atoms } of alg.polynomial(position).values()) {
    const rest = atoms.filter((a) => a !== ref);
    if (rest.some((a) => within(a).has(ref))) return null;
    if (rest.length === atoms.length) continue;
    if (rest.length < atoms.length - 1) return null;
    step += rest.length === 0 ? Math.abs(coefficient) : Infinity;
  }
  return step;
}

/** Positions of all loads. */
function positionsIn(body: readonly Stmt[]): Expr[] {
  return [...withinAll(body.flatMap(ownExprs))].flatMap((e) => (e.kind === "load" ? [e.index] : []));
}

function isNarrow({ size }: Axis): boolean {
  return size.kind === "const" && Number(size.value) < SIDE / 2;
}
