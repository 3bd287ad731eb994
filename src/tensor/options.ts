/** Options of which one may be given bare. */
import { NdArray } from "../array/ndArray.ts";
import { Variable } from "../graph/variable.ts";

/** Options, or the value of the one that is meant most often: `sum(x, 0)` is `sum(x, { axis: 0 })`. */
export function optionsOf<O extends object, K extends keyof O>(given: O | O[K] | undefined, key: K): O {
  if (given === undefined) return {} as O;
  return isRecord(given) ? (given as O) : ({ [key]: given } as unknown as O);
}

/** Arguments given one by one or as one list. */
export function listed<T>(given: readonly unknown[]): readonly T[] {
  return (given.length === 1 && Array.isArray(given[0]) ? given[0] : given) as readonly T[];
}

/** Is it neither a value nor a list? */
export function isRecord(x: unknown): x is object {
  return (
    typeof x === "object" && x !== null && !Array.isArray(x) && !(x instanceof Variable) && !(x instanceof NdArray)
  );
}
