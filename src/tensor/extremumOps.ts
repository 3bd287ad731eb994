/** Reductions to the largest or smallest element, or its position. */
import { fromFlat, type Element } from "../array/index.ts";
import type { NdArray } from "../array/ndArray.ts";
import { isBool, isComplex, type DType } from "../dtype.ts";
import { DtypeError, ValueError } from "../errors.ts";
import { Apply } from "../graph/apply.ts";
import type { InputGradient } from "../graph/op.ts";
import type { Variable } from "../graph/variable.ts";
import type { ElementValue, LowerContext, Lowered } from "../ir/lowered.ts";
import type { Expr } from "../ir/node.ts";
import { eq, mul } from "./math.ts";
import type { TensorVariable } from "./variable.ts";
import { CAReduce, groupElements, type Dtypes } from "./reduce.ts";

/** Max and Min: NaN wins; nothing has no extremum. */
abstract class Extremum extends CAReduce {
  override dtypes(input: DType): Dtypes {
    if (isComplex(input)) {
      throw new DtypeError(`${this.name}: there is no order on complex numbers.`, { op: this.name });
    }
    return { acc: input, out: input };
  }

  override canFail(): boolean {
    return true;
  }

  protected override emptyFailure(ctx: LowerContext): { emptyFailure?: number } {
    const empty = this.axes.some((a) => ctx.inputs[0]!.static[a] === null || ctx.inputs[0]!.static[a] === 0);
    return empty
      ? { emptyFailure: ctx.failure(`ValueError: ${this.name.toLowerCase()} of an empty array has no value.`) }
      : {};
  }

  protected pick(values: readonly Element[], better: (a: Element, b: Element) => boolean): number {
    if (values.length === 0) {
      throw new ValueError(`${this.name.toLowerCase()} of an empty array has no value.`, { op: this.name });
    }
    let best = 0;
    for (const [i, v] of values.entries()) {
      const current = values[best]!;
      if (Number.isNaN(current)) break;
      if (Number.isNaN(v) || better(v, current)) best = i;
    }
    return best;
  }

  /** Every tied element gets the whole gradient, as in Theano. */
  override lop(node: Apply, [g]: readonly (Variable | null)[]): InputGradient[] {
    if (g === null || g === undefined) return [null];
    const x = node.inputs[0] as TensorVariable;
    const out = this.spread(node.outputs[0] as TensorVariable, x.ndim);
    return [mul(this.spread(g as TensorVariable, x.ndim), eq(out, x))];
  }
}

export class Max extends Extremum {
  readonly name = "Max";
  protected readonly monoid = "max";
  protected override readonly boolMonoid = "or";
  protected override combine(values: readonly Element[]): Element {
    return values[this.pick(values, (a, b) => a > b)]!;
  }
}

export class Min extends Extremum {
  readonly name = "Min";
  protected readonly monoid = "min";
  protected override readonly boolMonoid = "and";
  protected override combine(values: readonly Element[]): Element {
    return values[this.pick(values, (a, b) => a < b)]!;
  }
}

/** The position of the first largest (or smallest) element, counting over the axes in C order. */
abstract class Position extends Extremum {
  override dtypes(input: DType): Dtypes {
    const { acc } = super.dtypes(input);
    return { acc: isBool(acc) ? "uint8" : acc, out: "int64" };
  }

  override perform(_node: Apply, [x]: readonly NdArray[]): NdArray[] {
    const { shape, groups } = groupElements(x!, this.axes);
    return [
      fromFlat(
        groups.map((g) => this.combine(g)),
        shape,
        "int64",
      ),
    ];
  }

  protected abstract override combine(values: readonly Element[]): Element;

  override connectionPattern(): boolean[][] {
    return [[true]];
  }

  override lop(): InputGradient[] {
    return [null];
  }

  override lower(ctx: LowerContext): Lowered {
    const { b } = ctx;
    return {
      ...(super.lower(ctx) as Lowered & { form: "reduce" }),
      finish: (acc: readonly ElementValue[]) => b.cast(acc[1] as Expr, "i64"),
    };
  }
}

export class Argmax extends Position {
  readonly name = "Argmax";
  protected readonly monoid = "argmax";
  protected override combine(values: readonly Element[]): Element {
    return this.pick(values, (a, b) => a > b);
  }
}

export class Argmin extends Position {
  readonly name = "Argmin";
  protected readonly monoid = "argmin";
  protected override combine(values: readonly Element[]): Element {
    return this.pick(values, (a, b) => a < b);
  }
}
