/** The gradient of a broadcast. */
import { dimshuffle } from "./dimshuffle.ts";
import { sum } from "./reduction.ts";
import type { TensorVariable } from "./variable.ts";

/** `g` summed over the axes along which `v` was stretched to the shape of `g`. */
export function sumTo(g: TensorVariable, v: TensorVariable): TensorVariable {
  const lead = g.ndim - v.ndim;
  const axes = Array.from({ length: g.ndim }, (_, k) => k).filter(
    (k) => k < lead || (v.type.shape[k - lead] === 1 && g.type.shape[k] !== 1),
  );
  if (axes.length === 0) return g;
  const total = sum(g, { axis: axes });
  let next = 0;
  const pattern = Array.from({ length: v.ndim }, (_, k): number | "x" => (axes.includes(k + lead) ? "x" : next++));
  return dimshuffle(total, pattern);
}
