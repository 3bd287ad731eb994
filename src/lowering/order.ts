/** In which order the elements of reductions are combined, and which reductions may therefore share a loop. */
import { isFloatProduct, isSearch } from "../ir/monoid.ts";
import type { Monoid, ReduceOrder, ScalarType } from "../ir/node.ts";
import { isFloatType } from "../ir/scalarInstructions.ts";

/** What is accumulated, and in which type. */
export interface Accumulated {
  readonly monoid: Monoid;
  readonly type: ScalarType;
}

const ROW_BLOCK = 64;

/** Bits must not depend on the target, so the order of sums is fixed here: 64 bytes of lanes, blocks of 64 such groups. */
export function reduceOrder(type: ScalarType, isInnermost: boolean): ReduceOrder {
  if (!isInnermost) return { lanes: 1, block: ROW_BLOCK };
  const lanes = type === "f64" || type === "i64" || type === "u64" ? 8 : 16;
  return { lanes, block: lanes * ROW_BLOCK };
}

/** The order of a loop: that of its float sums, whose bits depend on it. */
export function commonOrder(accs: readonly Accumulated[], isInnermost: boolean): ReduceOrder {
  return reduceOrder((accs.find(isFloatSum) ?? accs[0]!).type, isInnermost);
}

/**
 * May two reductions be computed in one loop? Not where the bits of a float sum would depend on its company, nor where one goes element by
 * element (a search, a product of floats) and would keep the other from going in lanes: measured with 10^6 float32, `max` and `argmax` in one
 * loop took 1175 us in C, in two loops 1080 us.
 */
export function mayShareLoop(a: Accumulated, b: Accumulated): boolean {
  if (isSerial(a) !== isSerial(b)) return false;
  if (!isFloatSum(a) || !isFloatSum(b)) return true;
  return reduceOrder(a.type, true).lanes === reduceOrder(b.type, true).lanes;
}

/** Taken one element after the other. */
export function isSerial({ monoid, type }: Accumulated): boolean {
  return isSearch(monoid) || isFloatProduct(monoid, type);
}

function isFloatSum({ monoid, type }: Accumulated): boolean {
  return monoid === "sum" && isFloatType(type);
}
