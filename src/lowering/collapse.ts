/** Several axes that every operand walks through as if they were one become one loop. */
import type { Expr, Ref } from "../ir/node.ts";
import { product, type IndexAlgebra, type Polynomial } from "./indexAlgebra.ts";

/** A loop: its variable and its number of iterations. */
export interface Axis {
  readonly ref: Ref;
  readonly size: Expr;
}

/**
 * Merges neighbouring axes (a, b) where for every position in storage a step along a is as far as all of b. The merged loop uses
 * the variable of b; that of a becomes 0.
 *
 * @param positions where results are stored
 * @param values what is computed; the positions of its loads count, and any other use of a loop variable keeps its axis apart
 */
export function collapseAxes(
  alg: IndexAlgebra,
  axes: readonly Axis[],
  positions: readonly Expr[],
  values: readonly Expr[],
): { readonly axes: readonly Axis[]; readonly zeroed: readonly Ref[] } {
  if (axes.length < 2) return { axes, zeroed: [] };
  let loops = 0;
  for (const { ref } of axes) loops |= alg.bit(ref);
  const found = loadPositions(alg, values, loops);
  const all = [...new Set([...positions, ...found.positions])].map((e) => alg.polynomial(e));
  const kept: Axis[] = [];
  const zeroed: Ref[] = [];
  let inner = axes.at(-1)!;
  for (let i = axes.length - 2; i >= 0; i--) {
    const outer = axes[i]!;
    const isApart = ((alg.bit(outer.ref) | alg.bit(inner.ref)) & found.otherUses) !== 0;
    if (!isApart && all.every((p) => walksOn(alg, p, outer, inner))) {
      zeroed.push(outer.ref);
      inner = { ref: inner.ref, size: alg.multiply(outer.size, inner.size) };
    } else {
      kept.unshift(inner);
      inner = outer;
    }
  }
  kept.unshift(inner);
  return { axes: kept, zeroed };
}

function walksOn(alg: IndexAlgebra, p: Polynomial, outer: Axis, inner: Axis): boolean {
  const a = alg.coefficient(p, outer.ref);
  const b = alg.coefficient(p, inner.ref);
  return a !== null && b !== null && alg.equal(a, product(b, alg.polynomial(inner.size)));
}

/** Positions of loads, and the loops whose variables are used in any other way (as a mask). */
function loadPositions(
  alg: IndexAlgebra,
  values: readonly Expr[],
  loops: number,
): { readonly positions: readonly Expr[]; readonly otherUses: number } {
  const positions: Expr[] = [];
  const seen = new Set<Expr>();
  const work = [...values];
  let otherUses = 0;
  for (let e = work.pop(); e !== undefined; e = work.pop()) {
    if (seen.has(e) || (alg.mask(e) & loops) === 0) continue;
    seen.add(e);
    if (e.kind === "load") {
      positions.push(e.index);
      // A position may itself be computed from loads.
      for (const { atoms } of alg.polynomial(e.index).values())
        for (const a of atoms) if (a.kind !== "ref") work.push(a);
    } else if (e.kind === "op") work.push(...e.args);
    else if (e.kind === "cast" || e.kind === "bitcast") work.push(e.arg);
    else if (e.kind === "ref") otherUses |= alg.bit(e);
  }
  return { positions, otherUses };
}
