/** Positions of the elements that are not zero. */
import { readElement } from "../../array/element.ts";
import { offsetsOf } from "../../array/layout.ts";
import { fromFlat } from "../../array/create.ts";
import type { NdArray } from "../../array/ndArray.ts";
import type { DType } from "../../dtype.ts";
import { RankError } from "../../errors.ts";
import { Apply } from "../../graph/apply.ts";
import { Op, type InputGradient } from "../../graph/op.ts";
import { isConstant, type Variable } from "../../graph/variable.ts";
import type { IrBuilder } from "../../ir/build.ts";
import type { ElementValue, LowerContext, Lowered } from "../../ir/lowered.ts";
import type { Expr } from "../../ir/node.ts";
import { isPair, loadElement, storeElement } from "../loops.ts";
import { operand } from "../shape.ts";
import { sizeProduct } from "../sizes.ts";
import { tensorType } from "../type.ts";
import type { TensorVariable } from "../variable.ts";
import { compact, flattened, unravel } from "./compaction.ts";

/** One int64 vector per axis, together the indices of the nonzero elements in C order. */
export class Nonzero extends Op {
  readonly name = "Nonzero";

  override makeNode(x: Variable): Apply {
    const v = x as TensorVariable;
    if (v.ndim === 0) {
      throw new RankError("nonzero: expected at least one axis, got a scalar.", {
        op: "Nonzero",
        inputs: [operand(v)],
      });
    }
    const count = knownCount(v);
    return new Apply(
      this,
      [v],
      v.type.shape.map(() => tensorType("int64", [count])),
    );
  }

  override perform(_node: Apply, [x]: readonly NdArray[]): NdArray[] {
    const a = x!;
    const found: number[][] = a.shape.map(() => []);
    for (const i of positionsOf(a)) {
      let rest = i;
      for (let axis = a.ndim - 1; axis >= 0; axis--) {
        found[axis]!.push(rest % a.shape[axis]!);
        rest = Math.floor(rest / a.shape[axis]!);
      }
    }
    return found.map((list) => fromFlat(list, [list.length], "int64"));
  }

  /** How many there are only the values tell. */
  override inferShape(node: Apply): null[] {
    return node.outputs.map(() => null);
  }

  /** As many as there are elements. */
  mostShape(node: Apply, [shape]: readonly (readonly Variable[])[]): (readonly Variable[])[] {
    const size = sizeProduct(shape as readonly TensorVariable[]);
    return node.outputs.map(() => [size]);
  }

  override connectionPattern(node: Apply): boolean[][] {
    return [node.outputs.map(() => false)];
  }

  override lop(): InputGradient[] {
    return [null];
  }

  lower(ctx: LowerContext): Lowered {
    const { b } = ctx;
    const { shape: sizes, dtype } = ctx.inputs[0]!;
    return {
      form: "block",
      emit: (args) => {
        const from = args.inputs[0]!;
        const flat = flattened(b, from.layout, sizes);
        const element = (at: Expr): ElementValue =>
          flat === null
            ? loadElement(b, dtype, from, unravel(b, sizes, at))
            : loadElement(b, dtype, { ...from, layout: flat }, [at]);
        return compact(b, args, {
          size: sizes.reduce((p, n) => b.mul(p, n), b.index(1) as Expr),
          isChosen: (at) => isNonzero(b, dtype, element(at)),
          put: (at, to) =>
            unravel(b, sizes, at).flatMap((i, axis) =>
              ctx.isUsed(axis) ? storeElement(b, args.outputs[axis]!, [to], b.cast(i, "i64")) : [],
            ),
          isCheap: sizes.length === 1,
        });
      },
    };
  }
}

function isNonzero(b: IrBuilder, dtype: DType, element: ElementValue): Expr {
  if (isPair(element)) return b.or(b.ne(element[0], 0), b.ne(element[1], 0));
  if (dtype === "bool") return element as Expr;
  return b.ne(dtype === "float16" ? b.cast(element as Expr, "f32") : (element as Expr), 0);
}

/** Positions of the nonzero elements in C order. */
function* positionsOf(a: NdArray): Iterable<number> {
  const offsets = offsetsOf(a);
  for (let i = 0; i < a.size; i++) {
    const value = readElement(a, offsets[i]!);
    if (typeof value === "object" ? value.re !== 0 || value.im !== 0 : Number(value) !== 0) yield i;
  }
}

/** How many elements of a constant, perhaps with sizes asserted, are not zero. */
function knownCount(x: TensorVariable): number | null {
  let source: Variable = x;
  while (source.owner?.op.name === "SpecifyShape" || source.owner?.op.name === "DimShuffle") {
    source = source.owner.inputs[0]!;
  }
  return isConstant(source) ? [...positionsOf(source.data)].length : null;
}

const op = new Nonzero();

/** The op's outputs, one index vector per axis. */
export function nonzeroIndices(x: TensorVariable): TensorVariable[] {
  return op.makeNode(x).outputs as TensorVariable[];
}
