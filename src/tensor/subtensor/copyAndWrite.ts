/** A vector copied and written to at regular places in one pass over memory. */
import type { IrBuilder } from "../../ir/build.ts";
import { copyRange, type Place } from "../../ir/copies.ts";
import type { Expr, Stmt } from "../../ir/node.ts";
import type { Operand } from "../loops.ts";
import type { AxisRegion } from "./entries.ts";

/** Up to this step the elements between two places are copied beside the first. */
const WIDEST = 4;

/**
 * `out` as `from`, both of `n` elements of so many slots, with `write` done for each place of a region, in any order. Null unless the region
 * ascends by a small step that is known.
 */
export function copyAndWrite(
  b: IrBuilder,
  { n, slots, from, out }: { readonly n: Expr; readonly slots: number; readonly from: Operand; readonly out: Operand },
  region: AxisRegion<Expr>,
  write: (i: Expr) => readonly Stmt[],
): Stmt[] | null {
  const { start, count } = region;
  const step = region.step.kind === "const" ? Number(region.step.value) : 0;
  if (step < 2 || step > WIDEST || count === null) return null;
  const at = ({ buffer, layout }: Operand, k: Expr): Place => ({
    buffer,
    offset: b.mul(b.add(layout.offset, k), slots),
  });
  const range = (begin: Expr, length: Expr): Stmt[] =>
    copyRange(b, at(out, begin), at(from, begin), b.mul(length, slots));
  const slot = ({ buffer, offset }: Place, k: number): { buffer: Place["buffer"]; index: Expr } => ({
    buffer,
    index: b.add(offset, k),
  });
  // The elements behind the last place are copied apart, since there may be fewer than a step.
  const whole = b.max(b.sub(count, 1), 0);
  const rest = b.add(start, b.mul(whole, step));
  const i = b.natural("i");
  const between = Array.from({ length: (step - 1) * slots }, (_, k): Stmt => {
    const [to, source] = [out, from].map((o) => slot(at(o, b.add(start, b.mul(i, step))), slots + k));
    return { kind: "store", ...to!, value: b.load(source!.buffer, source!.index) };
  });
  const last = write(whole);
  return [
    ...range(b.index(0), start),
    { kind: "for", ref: i, extent: whole, mode: "vector", body: [...write(i), ...between] },
    ...range(rest, b.sub(n, rest)),
    { kind: "if", cond: b.gt(count, 0), then: last, else: [] },
  ];
}
