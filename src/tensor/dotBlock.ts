/** Matrix products of the dtypes for which targets have no gemm: integers, bool, float16, complex. */
import { isComplex } from "../dtype.ts";
import type { BlockArgs, ElementValue, LowerContext, Lowered } from "../ir/lowered.ts";
import type { Expr, Reduce, Stmt } from "../ir/node.ts";
import { scalarTypeOf } from "../scalar/scalarTypes.ts";
import { isPair, loadElement, loopNest, require, storeElement } from "./loops.ts";

export interface ProductLayout {
  readonly a: { readonly row: number; readonly inner: number };
  readonly b: { readonly inner: number; readonly column: number };
  readonly batch: number;
}

/** Plain loops: one sum of products per element of the output. */
export function productBlock(ctx: LowerContext, axes: ProductLayout): Lowered {
  const [x, y] = [ctx.inputs[0]!, ctx.inputs[1]!];
  const k = x.shape[axes.a.inner]!;
  require(ctx, ctx.b.eq(k, y.shape[axes.b.inner]!), "The inner sizes of a product differ.");
  return {
    form: "block",
    emit: (args: BlockArgs): Stmt[] =>
      loopNest(ctx.b, ctx.outputs[0]!.shape, (index) => sumOfProducts(ctx, axes, args, index), false),
  };
}

function sumOfProducts(ctx: LowerContext, axes: ProductLayout, args: BlockArgs, index: readonly Expr[]): Stmt[] {
  const { b } = ctx;
  const { dtype } = ctx.inputs[0]!;
  const [x, y] = [ctx.inputs[0]!, ctx.inputs[1]!];
  const at = b.ref("index", "k");
  const batchOf = (operand: typeof x): Expr[] => {
    const own = operand.shape.length - 2;
    return Array.from({ length: Math.max(0, own) }, (_, i) =>
      operand.static[i] === 1 ? b.index(0) : index[axes.batch - own + i]!,
    );
  };
  const row = axes.a.row < 0 ? [] : [index[axes.batch]!];
  const column = axes.b.column < 0 ? [] : [index[index.length - 1]!];
  const p = loadElement(b, dtype, args.inputs[0]!, [...batchOf(x), ...row, at]);
  const q = loadElement(b, dtype, args.inputs[1]!, [...batchOf(y), at, ...column]);
  const acc = dtype === "float16" ? "f32" : scalarTypeOf(dtype);
  const targets = (isComplex(dtype) ? ["re", "im"] : ["sum"]).map((name) => b.ref(acc, name));
  const values = multiply(ctx, p, q);
  const reduce: Reduce = {
    kind: "reduce",
    ref: at,
    extent: x.shape[axes.a.inner]!,
    body: [],
    accs: targets.map((target, i) => ({
      target,
      monoid: dtype === "bool" ? "or" : "sum",
      value: b.cast(values[i]!, acc),
    })),
    order: { lanes: 1, block: 256 },
  };
  const parts = targets.map((t) => b.cast(t, scalarTypeOf(dtype)));
  const value: ElementValue = parts.length === 2 ? [parts[0]!, parts[1]!] : parts[0]!;
  return [reduce, ...storeElement(b, args.outputs[0]!, index, value)];
}

function multiply(ctx: LowerContext, p: ElementValue, q: ElementValue): Expr[] {
  const { b } = ctx;
  const { dtype } = ctx.inputs[0]!;
  if (isPair(p) && isPair(q)) {
    return [b.sub(b.mul(p[0], q[0]), b.mul(p[1], q[1])), b.add(b.mul(p[0], q[1]), b.mul(p[1], q[0]))];
  }
  const [u, v] = [p as Expr, q as Expr];
  if (dtype === "bool") return [b.and(u, v)];
  return dtype === "float16" ? [b.mul(b.cast(u, "f32"), b.cast(v, "f32"))] : [b.mul(u, v)];
}
