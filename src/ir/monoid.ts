/** What reductions combine with. */
import { convert } from "./fold.ts";
import type { Monoid, ScalarType } from "./node.ts";
import { isFloatType, type InstructionName, type ScalarValue } from "./scalarInstructions.ts";

/** Monoids whose result is where the winner is. */
export type Search = "argmax" | "argmin";

export function isSearch(monoid: Monoid): monoid is Search {
  return monoid === "argmax" || monoid === "argmin";
}

/** The instruction that combines two values. */
export const COMBINE: Readonly<Record<Exclude<Monoid, Search>, InstructionName>> = {
  sum: "add",
  prod: "mul",
  max: "max",
  min: "min",
  and: "and",
  or: "or",
};

/** The value that combines with anything to the other. Of type index: that of the 32 bits that an index has in memory. */
export function identityOf(monoid: Monoid, type: ScalarType): ScalarValue {
  const stored = type === "index" ? "i32" : type;
  switch (monoid) {
    case "sum":
      return convert(0, stored);
    case "prod":
      return convert(1, stored);
    case "and":
      return true;
    case "or":
      return false;
    case "max":
    case "argmax":
      return type === "bool" ? false : convert(-Infinity, stored);
    case "min":
    case "argmin":
      return convert(Infinity, stored);
  }
}

/** Products of floats are taken in order: parts of them may overflow, or be infinite beside a zero, where the whole does not. */
export function isFloatProduct(monoid: Monoid, type: ScalarType): boolean {
  return monoid === "prod" && isFloatType(type);
}
