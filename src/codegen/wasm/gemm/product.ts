import type { FunctionBuilder, Local, ValueType } from "../functionBuilder.ts";
import type { ModuleBuilder } from "../moduleBuilder.ts";

const OPERANDS = ["m", "n", "k", "a", "aRow", "aColumn", "b", "bRow", "bColumn", "c", "cRow", "cColumn"] as const;

/** Parameters of a function over a whole product: sizes, then offset and strides of each matrix. */
export type Product = Record<(typeof OPERANDS)[number] | "alpha" | "beta", Local>;

/** A function `(m, n, k, a, aRow, aColumn, b, .., c, .., alpha, beta)`; `scalar` types the last two. */
export function productFunction(
  module: ModuleBuilder,
  name: string,
  scalar: ValueType,
  more: readonly ValueType[] = [],
): { f: FunctionBuilder; product: Product } {
  const operands = OPERANDS.map((): ValueType => "i32");
  const f = module.function(name, [...operands, scalar, scalar, ...more]);
  return { f, product: f.parameters(...OPERANDS, "alpha", "beta") };
}
