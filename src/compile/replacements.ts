/** What a caller wants in the place of variables: `givens` of a function, `replace` of `clone`. */
import { ArgumentError, DtypeError, RankError } from "../errors.ts";
import { Variable } from "../graph/variable.ts";
import { asTensor } from "../tensor/constant.ts";
import type { TensorVariable } from "../tensor/variable.ts";

/** Pairs of a variable and what takes its place: a variable, or a number in the variable's dtype. */
export type Replacements =
  | readonly (readonly [TensorVariable, TensorVariable | number])[]
  | ReadonlyMap<TensorVariable, TensorVariable | number>;

/**
 * @param what the caller's name for them, for messages
 * @param isStrict whether a replacement must have the dtype and rank of what it replaces
 * @throws ArgumentError for what are no pairs, and a variable that is replaced twice
 * @throws DtypeError, RankError for replacements of another dtype or rank
 */
export function readReplacements(
  given: Replacements | undefined,
  what: string,
  isStrict = true,
): Map<Variable, Variable> {
  const map = new Map<Variable, Variable>();
  if (given !== undefined && (typeof given !== "object" || !(Symbol.iterator in given))) throw noPairs(what);
  for (const pair of given ?? []) {
    if (!Array.isArray(pair) || !(pair[0] instanceof Variable)) throw noPairs(what);
    const [v, value] = pair as [TensorVariable, TensorVariable | number];
    if (map.has(v)) throw new ArgumentError(`${what}: ${v.toString()} is replaced twice.`);
    const by = value instanceof Variable ? (value as TensorVariable) : asTensor(value, v.dtype);
    if (isStrict) checkFit(what, v, by);
    map.set(v, by);
  }
  return map;
}

function noPairs(what: string): ArgumentError {
  return new ArgumentError(`${what}: expected pairs [variable, replacement] or a Map.`);
}

function checkFit(what: string, v: TensorVariable, by: TensorVariable): void {
  if (by.dtype !== v.dtype) {
    throw new DtypeError(
      `${what}: ${v.toString()} is ${v.dtype}, its replacement ${by.toString()} ${by.dtype}. ` +
        `Cast it: .astype("${v.dtype}").`,
    );
  }
  if (by.ndim !== v.ndim) {
    throw new RankError(
      `${what}: ${v.toString()} has rank ${v.ndim}, its replacement ${by.toString()} rank ${by.ndim}.`,
    );
  }
}
