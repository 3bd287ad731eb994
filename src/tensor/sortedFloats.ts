/** What sorting by keys loses of floats: the signs of zeros, which compare equal, and NaN, which does not compare. */
import type { DType } from "../dtype.ts";
import type { IrBuilder } from "../ir/build.ts";
import type { Expr, Stmt } from "../ir/node.ts";
import { scalarTypeOf } from "../scalar/scalarTypes.ts";
import { SortKeys } from "./sortKeys.ts";
import { loadElement, storeElement, type Operand } from "./loops.ts";

/**
 * Puts the zeros of `x` where the zeros of `values`, the same `n` floats in ascending order, are: in the order in which they were. `place` gives
 * the index of the element at a position of the line.
 */
export function restoreZeros(
  b: IrBuilder,
  dtype: DType,
  n: Expr,
  x: Operand,
  values: Operand,
  place: (p: Expr) => Expr[],
): Stmt[] {
  const wide = (e: Expr): Expr => (dtype === "float16" ? b.cast(e, "f32") : e);
  const sorted = (p: Expr): Expr => wide(loadElement(b, dtype, values, place(p)) as Expr);
  const [low, high, middle] = [b.ref("index", "low"), b.ref("index", "high"), b.ref("index", "middle")];
  const [i, element] = [b.natural("i"), b.ref(scalarTypeOf(dtype), "element")];
  const zero = b.eq(sorted(b.min(low, b.max(b.sub(n, 1), 0))), 0);
  const search: Stmt = {
    kind: "while",
    cond: b.lt(low, high),
    body: [
      { kind: "let", ref: middle, value: b.idiv(b.add(low, high), 2) },
      {
        kind: "if",
        cond: b.lt(sorted(middle), 0),
        then: [{ kind: "assign", ref: low, value: b.add(middle, 1) }],
        else: [{ kind: "assign", ref: high, value: middle }],
      },
    ],
  };
  const body: Stmt[] = [
    { kind: "let", ref: element, value: loadElement(b, dtype, x, place(i)) as Expr },
    {
      kind: "if",
      cond: b.eq(wide(element), 0),
      then: [...storeElement(b, values, place(low), element), { kind: "assign", ref: low, value: b.add(low, 1) }],
      else: [],
    },
  ];
  const restore: Stmt = { kind: "for", ref: i, extent: n, mode: "serial", body };
  return [
    { kind: "var", ref: low, init: b.index(0) },
    { kind: "var", ref: high, init: n },
    search,
    { kind: "if", cond: b.lt(low, n), then: [{ kind: "if", cond: zero, then: [restore], else: [] }], else: [] },
  ];
}

/**
 * Puts NaN in the last places of `values`, `n` floats in ascending order, as many as `x` has, whose places hold infinity. `place` gives the index of
 * the element at a position of the line.
 */
export function restoreNaNs(
  b: IrBuilder,
  dtype: DType,
  n: Expr,
  x: Operand,
  values: Operand,
  place: (p: Expr) => Expr[],
): Stmt[] {
  const wide = (from: Operand, p: Expr): Expr => {
    const element = loadElement(b, dtype, from, place(p)) as Expr;
    return dtype === "float16" ? b.cast(element, "f32") : element;
  };
  const keys = new SortKeys(b, dtype);
  const [i, end] = [b.natural("i"), b.ref("index", "end")];
  const element = wide(x, i);
  const body: Stmt = {
    kind: "if",
    cond: b.ne(element, element),
    then: [
      { kind: "assign", ref: end, value: b.sub(end, 1) },
      ...storeElement(b, values, place(end), keys.element(keys.largest)),
    ],
    else: [],
  };
  const restore: Stmt[] = [
    { kind: "var", ref: end, init: n },
    { kind: "for", ref: i, extent: n, mode: "serial", body: [body] },
  ];
  const isInfinite = b.eq(wide(values, b.sub(n, 1)), Infinity);
  return [
    { kind: "if", cond: b.gt(n, 0), then: [{ kind: "if", cond: isInfinite, then: restore, else: [] }], else: [] },
  ];
}
