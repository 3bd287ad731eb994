/** What a decomposition gives; see `index.ts`. */
import type { IrBuilder } from "../build.ts";
import type { Expr } from "../node.ts";
import { Kit, type FloatType } from "./kit.ts";

/**
 * A function as simple instructions, in one or two forms.
 *
 * `slow` is right for every argument. Where `guard` is not null, `fast` is shorter, and has the same bits as `slow` wherever
 * `guard` (a bool of the arguments) is true; elsewhere its value is meaningless (but computing it is harmless). So a target may
 * emit `slow` alone, or compute `fast` for a vector, a block or a whole fused chain, and only if some lane fails its guard
 * compute that vector, block or chain again with `slow`: results do not depend on the choice. Where `guard` is null, `fast`
 * is `slow`.
 */
export interface Expansion {
  readonly fast: Expr;
  readonly guard: Expr | null;
  readonly slow: Expr;
}

/** Writes a function of the given arguments, which are all of one float type. */
export type Decomposition = (b: IrBuilder, ...args: readonly Expr[]) => Expansion;

/** The two float types of one function. */
export type Decompositions = Partial<Record<FloatType, Decomposition>>;

export type UnaryRule = (k: Kit, x: Expr) => Expansion | Expr;
export type BinaryRule = (k: Kit, x: Expr, y: Expr) => Expansion | Expr;

function finish(e: Expansion | Expr): Expansion {
  return "slow" in e ? e : { fast: e, guard: null, slow: e };
}

/** Makes the table entry of a function of one argument that is written for both types. */
export function unary(rule: UnaryRule): Record<FloatType, Decomposition> {
  const of =
    (type: FloatType): Decomposition =>
    (b, ...args) =>
      finish(rule(new Kit(b, type), args[0]!));
  return { f32: of("f32"), f64: of("f64") };
}

/** The same for two arguments. */
export function binary(rule: BinaryRule): Record<FloatType, Decomposition> {
  const of =
    (type: FloatType): Decomposition =>
    (b, ...args) =>
      finish(rule(new Kit(b, type), args[0]!, args[1]!));
  return { f32: of("f32"), f64: of("f64") };
}

/** A rule for f32 that computes in f64 and rounds once. */
export function throughDouble(rule: (k: Kit, ...args: readonly Expr[]) => Expansion | Expr): Decomposition {
  return (b, ...args) => {
    const e = finish(rule(new Kit(b, "f64"), ...args.map((a) => b.cast(a, "f64"))));
    const slow = b.cast(e.slow, "f32");
    return { fast: e.fast === e.slow ? slow : b.cast(e.fast, "f32"), guard: e.guard, slow };
  };
}
