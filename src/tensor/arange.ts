/** Evenly spaced numbers. */
import { readElement, writeElement } from "../array/element.ts";
import { NdArray } from "../array/ndArray.ts";
import { isDiscrete, isFloat, promoteAll, type DType } from "../dtype.ts";
import { DtypeError, ValueError } from "../errors.ts";
import { Apply } from "../graph/apply.ts";
import { Op, type InputGradient } from "../graph/op.ts";
import { isConstant, type Variable } from "../graph/variable.ts";
import type { LowerContext, Lowered } from "../ir/lowered.ts";
import type { Expr } from "../ir/node.ts";
import { scalarTypeOf } from "../scalar/scalarTypes.ts";
import { dtypeOf, type DTypeOption } from "./dtypeOption.ts";
import { asTensor } from "./constant.ts";
import { zerosLike } from "./fill.ts";
import { cast, ceil, div, mul, sub } from "./math.ts";
import { isRecord } from "./options.ts";
import { operand, shape as shapeOf } from "./shape.ts";
import { knownSize, markNonNegative, sizeAlgebra, sizeConstant } from "./sizes.ts";
import { sumTo } from "./sumTo.ts";
import { tensorType } from "./type.ts";
import type { TensorLike, TensorVariable } from "./variable.ts";
import type { RangeDtype } from "./functionTyping.ts";
import type { DtypeOption } from "./typing.ts";

/** `start, start + step ...` below `stop`. Inputs: three scalars of the op's dtype. */
export class ARange extends Op {
  readonly name = "ARange";
  readonly dtype: DType;

  constructor(dtype: DType) {
    super();
    this.dtype = dtype;
  }

  override get key(): string {
    return `ARange{dtype='${this.dtype}'}`;
  }

  override toString(): string {
    return this.key;
  }

  override canFail(node: Apply): boolean {
    return !isConstant(node.inputs[2]!);
  }

  override makeNode(...ends: Variable[]): Apply {
    return new Apply(this, ends, [tensorType(this.dtype, [staticCount(ends as TensorVariable[])])]);
  }

  override perform(node: Apply, inputs: readonly NdArray[]): NdArray[] {
    const values = inputs.map((a) => readElement(a, a.offset));
    const [start, stop, step] = values.map(Number) as [number, number, number];
    if (step === 0) {
      throw new ValueError("arange: the step is 0.", { op: "ARange", createdAt: node.createdAt[0] });
    }
    const count = Math.max(0, Math.ceil((stop - start) / step));
    const out = NdArray.allocate(this.dtype, [count]);
    for (let i = 0; i < count; i++) {
      const exact = typeof values[0] === "bigint";
      writeElement(out, i, exact ? (values[0] as bigint) + BigInt(i) * (values[2] as bigint) : start + i * step);
    }
    return [out];
  }

  override inferShape(node: Apply): (readonly Variable[])[] {
    return [[countOf(node.inputs as TensorVariable[])]];
  }

  override connectionPattern(node: Apply): boolean[][] {
    return node.inputs.map(() => [isDiscrete(this.dtype) ? false : true]);
  }

  override lop(node: Apply, [g]: readonly (Variable | null)[]): InputGradient[] {
    if (isDiscrete(this.dtype) || g === null || g === undefined) return node.inputs.map(() => null);
    // Values are start + i*step: the stop only decides how many there are.
    const [start, stop] = node.inputs as [TensorVariable, TensorVariable];
    const gradient = g as TensorVariable;
    const steps = cast(arange(shapeOf(node.outputs[0] as TensorVariable)[0]!), gradient.dtype);
    return [sumTo(gradient, start), zerosLike(stop), sumTo(mul(gradient, steps), start)];
  }

  lower(ctx: LowerContext): Lowered {
    const { b } = ctx;
    const type = scalarTypeOf(this.dtype);
    const code = ctx.failure("ValueError: arange: the step is 0.");
    return {
      form: "pointwise",
      element: ([i], pull) => {
        const [start, step] = [pull(0, []) as Expr, pull(2, []) as Expr];
        if (this.dtype !== "float16") return b.add(start, b.mul(b.cast(i!, type), step));
        const [s, d] = [b.cast(start, "f32"), b.cast(step, "f32")];
        return b.cast(b.add(s, b.mul(b.cast(i!, "f32"), d)), "f16");
      },
      guards: (pull) => {
        const step = pull(2, []) as Expr;
        return step.kind === "const" ? [] : [{ over: [], holds: () => b.ne(step, 0), failure: code }];
      },
    };
  }
}

function staticCount(ends: readonly TensorVariable[]): number | null {
  if (!ends.every(isConstant)) return null;
  const [start, stop, step] = ends.map((v) => Number((v as unknown as { data: NdArray }).data.item())) as [
    number,
    number,
    number,
  ];
  if (step === 0) throw new ValueError("arange: the step is 0.", { op: "ARange" });
  return Math.max(0, Math.ceil((stop - start) / step));
}

function countOf(ends: readonly TensorVariable[]): TensorVariable {
  const known = staticCount(ends);
  if (known !== null) return sizeConstant(known);
  const [start, stop, step] = ends as [TensorVariable, TensorVariable, TensorVariable];
  if (isDiscrete(start.dtype)) {
    const wide = (v: TensorVariable): TensorVariable => {
      const n = knownSize(v);
      return n !== null ? sizeConstant(n) : v.dtype === "int64" ? v : cast(v, "int64");
    };
    const alg = sizeAlgebra;
    const [from, to, by] = [wide(start), wide(stop), wide(step)];
    const size = alg.ifNegative(by, alg.sub(sizeConstant(0), by), by);
    const span = alg.ifNegative(by, alg.sub(from, to), alg.sub(to, from));
    const least = alg.max(size, sizeConstant(1));
    return alg.max(sizeConstant(0), alg.div(alg.add(span, alg.sub(least, sizeConstant(1))), least));
  }
  const exact = (v: TensorVariable): TensorVariable => cast(v, "float64");
  const count = ceil(div(sub(exact(stop), exact(start)), exact(step)));
  return markNonNegative(sizeAlgebra.max(sizeConstant(0), cast(count, "int64")));
}

/**
 * `start, start + step ...` below `stop` (above, for a negative step); with one argument it counts from 0. Whole numbers and
 * integer scalars give int64 unless a dtype is given, anything else the common dtype (a number takes that of a float beside it).
 * @throws ValueError for a step of 0, or an argument that is no real scalar
 */
export function arange<
  const L extends
    | readonly [stop: TensorLike]
    | readonly [start: TensorLike, stop: TensorLike]
    | readonly [start: TensorLike, stop: TensorLike, step: TensorLike],
>(...ends: L): TensorVariable<RangeDtype<L>, 1>;
export function arange<const O extends RangeOptions | DTypeOption>(
  start: TensorLike,
  end: TensorLike | null,
  increment: TensorLike,
  option: O,
): TensorVariable<DtypeOption<O, DType>, 1>;
export function arange<const O extends RangeOptions>(
  start: TensorLike,
  end: TensorLike | null,
  options: O,
): TensorVariable<DtypeOption<O, DType>, 1>;
export function arange<const O extends RangeOptions>(
  start: TensorLike,
  options: O,
): TensorVariable<DtypeOption<O, DType>, 1>;
export function arange(
  start: TensorLike,
  end?: TensorLike | null | RangeOptions,
  increment?: TensorLike | RangeOptions,
  option?: DTypeOption,
): TensorVariable<DType, 1>;
export function arange(
  start: TensorLike,
  end: TensorLike | null | RangeOptions = null,
  increment: TensorLike | RangeOptions = 1,
  option?: DTypeOption,
): TensorVariable {
  const given = [end, increment].find(isRecord) as RangeOptions | undefined;
  const stop = isRecord(end) ? (given?.stop ?? null) : (end as TensorLike | null);
  const step = isRecord(end) || isRecord(increment) ? (given?.step ?? 1) : (increment as TensorLike);
  const options = option ?? given;
  const [from, to] = stop === null ? [0, start] : [start, stop];
  const ends = weakEnds([from, to, step]);
  for (const v of ends) {
    if (v.ndim === 0 && !v.dtype.startsWith("complex")) continue;
    throw new ValueError(`arange: expected real scalars, got ${v.type.toString()}.`, {
      op: "ARange",
      inputs: [operand(v)],
    });
  }
  const dtype = dtypeOf(options) ?? arangeDtype(ends);
  if (dtype.startsWith("complex") || dtype === "bool")
    throw new DtypeError(`arange: no ranges of ${dtype}.`, { op: "ARange" });
  return new ARange(dtype).call(...ends.map((v) => cast(v, dtype))) as TensorVariable;
}

/** Numbers take the dtype of a float that they stand beside. */
function weakEnds(given: readonly TensorLike[]): TensorVariable[] {
  const tensors = given.filter((v) => typeof v !== "number" && typeof v !== "bigint").map((v) => asTensor(v));
  const like = tensors.length === 0 ? undefined : promoteAll(tensors.map((v) => v.dtype));
  return given.map((v) => asTensor(v, like !== undefined && isFloat(like) ? like : undefined));
}

function arangeDtype(ends: readonly TensorVariable[]): DType {
  const dtype = promoteAll(ends.map((v) => v.dtype));
  return isDiscrete(dtype) ? "int64" : dtype;
}

/** What `arange` may be told by name. */
export interface RangeOptions {
  readonly stop?: TensorLike;
  readonly step?: TensorLike;
  readonly dtype?: DType;
}
