/** How tensors that are joined get to their places. */
import { isComplex, type DType } from "../dtype.ts";
import type { IrBuilder } from "../ir/build.ts";
import { copyRange, copyRow, type Place } from "../ir/copies.ts";
import type { LowerInput } from "../ir/lowered.ts";
import type { Expr, Stmt } from "../ir/node.ts";
import { address, loadElement, loopNest, storeElement, type Operand } from "./loops.ts";

/** A tensor that is joined to others. */
export interface JoinedPart {
  readonly from: Operand;
  readonly shape: readonly Expr[];
  /** Where along the axis it begins in the result. */
  readonly start: Expr;
}

/** Writes tensors one after the other along an axis of `out`. */
export function joinParts(
  b: IrBuilder,
  whole: LowerInput,
  out: Operand,
  parts: readonly JoinedPart[],
  axis: number,
): Stmt[] {
  return joinRows(b, whole, out, parts, axis) ?? joinElements(b, whole.dtype, out, parts, axis);
}

/** One part after the other, element by element. */
function joinElements(b: IrBuilder, dtype: DType, out: Operand, parts: readonly JoinedPart[], axis: number): Stmt[] {
  return parts.flatMap(({ from, shape, start }) =>
    loopNest(b, shape, (index) => {
      const to = index.map((at, k) => (k === axis ? b.add(at, start) : at));
      return storeElement(b, out, to, loadElement(b, dtype, from, index));
    }),
  );
}

/**
 * Whole rows of all parts, in the order in which they lie in the result: half of the time that one part after the other takes. Null where the elements of
 * a row do not lie next to each other.
 */
function joinRows(
  b: IrBuilder,
  { dtype, shape }: LowerInput,
  out: Operand,
  parts: readonly JoinedPart[],
  axis: number,
): Stmt[] | null {
  if (!isPacked(b, out, shape, axis) || !parts.every((p) => isPacked(b, p.from, p.shape, axis))) return null;
  const slots = isComplex(dtype) ? 2 : 1;
  const zeros = shape.slice(axis).map((): Expr => b.index(0));
  const lines = shape.slice(0, axis).map((_, k) => b.natural(`i${k}`));
  const copy = axis === 0 ? copyRange : copyRow;
  const place = ({ buffer, layout }: Operand, index: readonly Expr[]): Place => ({
    buffer,
    offset: b.mul(address(b, layout, index), slots),
  });
  let stmts = parts.flatMap(({ from, shape: own, start }) => {
    const count = own.slice(axis).reduce((p, n) => b.mul(p, n), b.index(slots) as Expr);
    return copy(b, place(out, [...lines, start, ...zeros.slice(1)]), place(from, [...lines, ...zeros]), count);
  });
  for (let k = axis - 1; k >= 0; k--) {
    stmts = [{ kind: "for", ref: lines[k]!, extent: shape[k]!, mode: k === 0 ? "parallel" : "serial", body: stmts }];
  }
  return stmts;
}

/** Do the elements along the axes from `axis` on lie in C order without gaps? False where that is not known. */
function isPacked(b: IrBuilder, { layout }: Operand, shape: readonly Expr[], axis: number): boolean {
  let step: Expr = b.index(1);
  // A product in either order.
  let other: Expr = step;
  for (let k = shape.length - 1; k >= axis; k--) {
    if (layout.strides[k] !== step && layout.strides[k] !== other) return false;
    other = b.mul(step, shape[k]!);
    step = b.mul(shape[k]!, step);
  }
  return true;
}
