/** The quick paths of arguments, chosen per input when the function is compiled. */
import { NdArray } from "../../array/ndArray.ts";
import { isComplex, isFloat, isBigInt, isInteger, integerRange, type DType } from "../../dtype.ts";
import type { Arena } from "../../runtime/wasm/arena.ts";
import { convertArgument } from "../arguments.ts";
import type { LinkInput } from "../linker.ts";
import { slotsView, writeArray } from "./arenaHome.ts";

/** An argument taken in: a plain number for scalars on the quick path, else an array. */
export type Taken = number | NdArray;

/** Checks and converts one argument. Cheap for what already fits. */
export function makeTaker(input: LinkInput): (value: unknown) => Taken {
  const { dtype, shape } = input.variable.type;
  const rank = shape.length;
  const slow = (value: unknown): NdArray => convertArgument(input, value);
  if (rank === 0) {
    const fits = scalarTest(dtype);
    if (fits === null || input.strict) return slow;
    return (value) => (typeof value === "number" && fits(value) ? value : slow(value));
  }
  const isOpen = shape.every((n) => n === null);
  return (value) => {
    if (value instanceof NdArray && value.dtype === dtype && value.shape.length === rank && isOpen) return value;
    return slow(value);
  };
}

/** Which numbers are elements of a dtype as they are (floats may round). */
function scalarTest(dtype: DType): ((x: number) => boolean) | null {
  if (dtype === "float64") return () => true;
  if (dtype === "float32") return (x) => !(Math.abs(x) > 3.4e38) || Math.abs(x) === Infinity;
  if (isInteger(dtype) && !isBigInt(dtype)) {
    const { min, max } = integerRange(dtype);
    const [least, most] = [Number(min), Number(max)];
    return (x) => Number.isInteger(x) && x >= least && x <= most;
  }
  return null;
}

/** Puts an argument into the arena. */
export function makeWriter(arena: Arena, dtype: DType, rank: number): (offset: number, value: Taken) => void {
  if (rank > 0 || isComplex(dtype) || !(isFloat(dtype) || isInteger(dtype))) {
    return (offset, value) => writeArray(arena, offset, value as NdArray);
  }
  return (offset, value) => {
    if (typeof value !== "number") return writeArray(arena, offset, value);
    const slots = slotsView(arena, dtype) as Float64Array;
    slots[offset / slots.BYTES_PER_ELEMENT] = value;
  };
}
