/** The elements where a mask is true, without their positions. */
import { readElement, writeElement } from "../../array/element.ts";
import { offsetsOf } from "../../array/layout.ts";
import { NdArray } from "../../array/ndArray.ts";
import { isDiscrete, slotsOf, type DType } from "../../dtype.ts";
import { IndexError } from "../../errors.ts";
import { Apply } from "../../graph/apply.ts";
import { Op, type InputGradient } from "../../graph/op.ts";
import type { Variable } from "../../graph/variable.ts";
import { copyRow } from "../../ir/copies.ts";
import type { LowerContext, Lowered } from "../../ir/lowered.ts";
import type { IrBuilder } from "../../ir/build.ts";
import type { Expr, Stmt } from "../../ir/node.ts";
import { zerosLike } from "../fill.ts";
import { address, loadElement, require, storeElement, type Operand } from "../loops.ts";
import { maskMismatch, operand, WRONG_SIZE } from "../shape.ts";
import { sizeAlgebra, sizeProduct } from "../sizes.ts";
import { tensorType } from "../type.ts";
import type { TensorVariable } from "../variable.ts";
import { AdvancedIncSubtensor } from "./advanced.ts";
import { compact, flattened, unravel } from "./compaction.ts";
import { nonzeroIndices } from "./nonzero.ts";

/**
 * `x[mask]` in C order: a vector of elements, or of what the axes of x behind those of the mask hold. How many there are only the values tell. A
 * mask that need not fit is a vector of any length, true at no position that x has not.
 */
export class MaskedSelection extends Op {
  readonly name = "MaskedSelection";
  readonly mustFit: boolean;

  constructor(mustFit = true) {
    super();
    this.mustFit = mustFit;
  }

  override get key(): string {
    return this.mustFit ? this.name : `${this.name}{any length}`;
  }

  override toString(): string {
    return this.key;
  }

  override canFail(): boolean {
    return true;
  }

  override makeNode(x: Variable, mask: Variable): Apply {
    const [v, m] = [x as TensorVariable, mask as TensorVariable];
    return new Apply(this, [v, m], [tensorType(v.dtype, [null, ...v.type.shape.slice(m.ndim)])]);
  }

  /** @throws IndexError for a mask of other sizes than those of x, or true where x has nothing */
  override perform(node: Apply, [x, mask]: readonly NdArray[]): NdArray[] {
    const rank = mask!.ndim;
    const wrong = mask!.shape.findIndex((n, axis) => n !== x!.shape[axis]);
    if (wrong >= 0 && this.mustFit) {
      throw maskMismatch(wrong, mask!.shape[wrong]!, x!.shape[wrong]!, {
        inputs: node.inputs.map((v) => operand(v as TensorVariable)),
        createdAt: node.createdAt[0],
      });
    }
    const rest = x!.shape.slice(rank);
    const row = rest.reduce((p, n) => p * n, 1);
    const places = Array.from(offsetsOf(mask!), (at, i) => (readElement(mask!, at) ? i : -1)).filter((i) => i >= 0);
    if (places.some((i) => i >= x!.shape[0]!) && !this.mustFit) {
      throw new IndexError(`The mask is true at position ${places.at(-1)}, axis 0 has size ${x!.shape[0]}.`, {
        op: "at",
        createdAt: node.createdAt[0],
      });
    }
    const out = NdArray.allocate(x!.dtype, [places.length, ...rest]);
    const from = offsetsOf(x!);
    for (const [k, i] of places.entries()) {
      for (let j = 0; j < row; j++) writeElement(out, k * row + j, readElement(x!, from[i * row + j]!));
    }
    return [out];
  }

  override inferShape(): null[] {
    return [null];
  }

  /** All rows, were the mask true everywhere. */
  mostShape(node: Apply, [x, mask]: readonly (readonly Variable[])[]): (readonly Variable[])[] {
    const rows = sizeProduct(mask! as TensorVariable[]);
    const most = this.mustFit ? rows : sizeAlgebra.min(rows, x![0] as TensorVariable);
    return [[most, ...x!.slice(mask!.length)]];
  }

  override connectionPattern(): boolean[][] {
    return [[true], [false]];
  }

  override lop(node: Apply, [g]: readonly (Variable | null)[]): InputGradient[] {
    const [x, mask] = node.inputs as [TensorVariable, TensorVariable];
    if (g === null || g === undefined || isDiscrete(x.dtype)) return [null, null];
    const zeros = zerosLike(x, { dtype: (g as TensorVariable).dtype });
    const places = nonzeroIndices(mask);
    const scatter = new AdvancedIncSubtensor(
      places.map((_, axis) => axis),
      false,
      true,
    );
    return [scatter.call(zeros, g, ...places), null];
  }

  lower(ctx: LowerContext): Lowered {
    const { b, inputs } = ctx;
    const [x, mask] = [inputs[0]!, inputs[1]!];
    const sizes = mask.shape;
    const count = sizes.reduce((p, n) => b.mul(p, n), b.index(1) as Expr);
    if (this.mustFit) {
      for (const [axis, n] of sizes.entries()) require(ctx, b.eq(n, x.shape[axis]!), WRONG_SIZE.mask);
    }
    const failure = this.mustFit
      ? 0
      : ctx.failure("IndexError: The mask is true at a position that the tensor has not.");
    const rest = x.shape.slice(sizes.length);
    return {
      form: "block",
      canFail: !this.mustFit,
      emit: (args) => {
        const [from, flags] = args.inputs as [Operand, Operand];
        const to = args.outputs[0]!;
        const flat = flattened(b, from.layout, x.shape.slice(0, sizes.length));
        const flatFlags = flattened(b, flags.layout, sizes);
        const row = (at: Expr, place: Expr): Stmt[] => {
          const source = flat === null ? from : { ...from, layout: flat };
          const index = flat === null ? unravel(b, sizes, at) : [at];
          return copied(b, x.dtype, rest, source, index, to, place);
        };
        const isChosen = (at: Expr): Expr =>
          flatFlags === null
            ? (loadElement(b, "bool", flags, unravel(b, sizes, at)) as Expr)
            : (loadElement(b, "bool", { ...flags, layout: flatFlags }, [at]) as Expr);
        return [
          ...(this.mustFit ? [] : noneBehind(b, isChosen, x.shape[0]!, count, failure)),
          ...compact(b, args, {
            size: this.mustFit ? count : b.min(count, x.shape[0]!),
            isChosen,
            put: row,
            isCheap: rest.length === 0 && flat !== null,
          }),
        ];
      },
    };
  }
}

/** Fails where one of the flags from `size` to `count` is true. */
function noneBehind(b: IrBuilder, isChosen: (at: Expr) => Expr, size: Expr, count: Expr, failure: number): Stmt[] {
  const [k, any] = [b.natural("k"), b.ref("bool", "any")];
  return [
    {
      kind: "reduce",
      ref: k,
      extent: b.max(b.sub(count, size), 0),
      body: [],
      accs: [{ target: any, monoid: "or", value: isChosen(b.add(size, k)) }],
      order: { lanes: 16, block: 1024 },
    },
    { kind: "if", cond: any, then: [{ kind: "fail", code: failure }], else: [] },
  ];
}

/** Copies the row of `from` at `index` to row `to`. */
function copied(
  b: IrBuilder,
  dtype: DType,
  sizes: readonly Expr[],
  from: Operand,
  index: readonly Expr[],
  out: Operand,
  to: Expr,
): Stmt[] {
  if (sizes.length === 0) return storeElement(b, out, [to], loadElement(b, dtype, from, index));
  const inner = { offset: address(b, from.layout, index), strides: from.layout.strides.slice(index.length) };
  const row = flattened(b, inner, sizes);
  const step = row?.strides[0];
  if (step?.kind === "const" && step.value === 1) {
    const slots = slotsOf(dtype);
    const count = sizes.reduce((p, n) => b.mul(p, n));
    return copyRow(
      b,
      { buffer: out.buffer, offset: b.mul(address(b, out.layout, [to]), slots) },
      { buffer: from.buffer, offset: b.mul(inner.offset, slots) },
      b.mul(count, slots),
    );
  }
  const refs = sizes.map((_, axis) => b.natural(`r${axis}`));
  const element = loadElement(b, dtype, from, [...index, ...refs]);
  return refs.reduceRight<Stmt[]>(
    (body, ref, axis) => [
      { kind: "for", ref, extent: sizes[axis]!, mode: axis === refs.length - 1 ? "vector" : "serial", body },
    ],
    storeElement(b, out, [to, ...refs], element),
  );
}
