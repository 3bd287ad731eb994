/** `theano.ifelse`: a choice of which only one side is computed. */
import type { NdArray } from "../array/ndArray.ts";
import { ArgumentError, DtypeError, RankError } from "../errors.ts";
import { Apply } from "../graph/apply.ts";
import { Op, type InputGradient } from "../graph/op.ts";
import { Variable } from "../graph/variable.ts";
import type { LowerContext, Lowered } from "../ir/lowered.ts";
import type { Expr, Stmt } from "../ir/node.ts";
import { asTensor } from "../tensor/constant.ts";
import { zerosLike } from "../tensor/fill.ts";
import { loadElement, loopNest, storeElement } from "../tensor/loops.ts";
import { neq } from "../tensor/math.ts";
import { tensorType, type TensorType } from "../tensor/type.ts";
import type { TensorLike, TensorVariable } from "../tensor/variable.ts";
import { chosenSizes, isTrue, truth } from "./choice.ts";

/**
 * Inputs: the condition, then the values if it holds, then those if not. Both sides are there; a rule moves what only one of them needs
 * into a `Branch`, which computes one side.
 */
export class IfElse extends Op {
  readonly name = "IfElse";
  /** The number of outputs. */
  readonly count: number;

  constructor(count: number) {
    super();
    this.count = count;
  }

  override get key(): string {
    return `IfElse{${this.count}}`;
  }

  override toString(): string {
    return "if{}";
  }

  override makeNode(condition: Variable, ...values: Variable[]): Apply {
    const [yes, no] = this.sides(values as TensorVariable[]);
    return new Apply(
      this,
      [condition, ...values],
      yes.map((v, i) => commonType(v, no[i]!)),
    );
  }

  sides<V>(values: readonly V[]): [readonly V[], readonly V[]] {
    return [values.slice(0, this.count), values.slice(this.count)];
  }

  override perform(_node: Apply, [condition, ...values]: readonly NdArray[]): NdArray[] {
    return this.sides(values)[isTrue(condition!) ? 0 : 1].map((x) => x.copy());
  }

  override inferShape(node: Apply, [, ...shapes]: readonly (readonly Variable[])[]): (readonly Variable[])[] {
    const [yes, no] = this.sides(shapes);
    return yes.map((s, i) => chosenSizes(node.inputs[0] as TensorVariable, s, no[i]!));
  }

  override connectionPattern(node: Apply): boolean[][] {
    return node.inputs.map((_, i) => node.outputs.map((_o, j) => i === j + 1 || i === j + 1 + this.count));
  }

  override lop(node: Apply, gradients: readonly (Variable | null)[]): InputGradient[] {
    const condition = node.inputs[0]!;
    const [yes, no] = this.sides(node.inputs.slice(1) as TensorVariable[]);
    const one = new IfElse(1);
    const side = (v: TensorVariable, j: number, taken: boolean): InputGradient => {
      const g = (gradients[j] ?? null) as TensorVariable | null;
      if (g === null) return null;
      const zero = zerosLike(v, { dtype: g.dtype });
      return one.call(condition, ...(taken ? [g, zero] : [zero, g]));
    };
    return [null, ...yes.map((v, j) => side(v, j, true)), ...no.map((v, j) => side(v, j, false))];
  }

  lower(ctx: LowerContext): Lowered {
    const { b } = ctx;
    const [yes, no] = this.sides(ctx.inputs.slice(1));
    return {
      form: "block",
      emit: ({ inputs, outputs }): Stmt[] => {
        const copies = (first: number, side: typeof yes): Stmt[] =>
          side.flatMap((x, i) => {
            const out = ctx.outputs[i]!;
            return loopNest(b, out.shape, (index: readonly Expr[]) =>
              storeElement(b, outputs[i]!, index, loadElement(b, x.dtype, inputs[first + i]!, index)),
            );
          });
        const cond = truth(b, inputs[0]!);
        return [{ kind: "if", cond, then: copies(1, yes), else: copies(1 + this.count, no) }];
      },
    };
  }
}

/** The type that values of both sides have. */
function commonType(a: TensorVariable, b: TensorVariable): TensorType {
  if (a.dtype !== b.dtype) {
    throw new DtypeError(
      `ifelse: the first side has dtype ${a.dtype}, the second ${b.dtype}. Cast one of them, for example with ` +
        `.astype("${a.dtype}").`,
      { op: "ifelse" },
    );
  }
  if (a.ndim !== b.ndim) {
    throw new RankError(`ifelse: the first side has rank ${a.ndim}, the second ${b.ndim}.`, { op: "ifelse" });
  }
  return tensorType(
    a.dtype,
    a.type.shape.map((n, axis) => (n === b.type.shape[axis] ? n : null)),
  );
}

type Sides<A> = A extends readonly unknown[] ? { -readonly [K in keyof A]: TensorVariable } : TensorVariable;

/**
 * `yes` where the scalar `condition` is not zero, else `no`. Only the side that is taken is computed; `T.switch` computes both and
 * chooses element by element. Lists of equal length give a list.
 *
 * Shapes may differ from side to side, dtypes and ranks may not.
 * @throws ArgumentError for lists of different length
 * @throws DtypeError, RankError when the sides do not fit together, or the condition is no scalar
 *
 * @example
 * ```ts
 * import * as theano from "theano";
 * import { tensor as T } from "theano";
 * const x = T.dvector("x");
 * const y = theano.ifelse(x.sum().gt(0), T.log(x), T.zerosLike(x));
 * const f = theano.function([x], y);
 * console.log(String(f([1, 1])), String(f([-1, 0]))); // [0. 0.] [0. 0.]
 * ```
 */
export function ifelse<const A extends TensorLike | readonly TensorVariable[]>(
  condition: TensorLike,
  yes: A,
  no: A extends readonly TensorVariable[] ? { readonly [K in keyof A]: TensorLike } : TensorLike,
  options: { readonly name?: string } = {},
): Sides<A> {
  const c = asTensor(condition);
  if (c.ndim !== 0) {
    throw new RankError(`ifelse: the condition must be a scalar, it has rank ${c.ndim}; T.switch chooses by element.`, {
      op: "ifelse",
    });
  }
  const isList = isVariables(yes);
  if (isList !== isVariables(no)) {
    throw new ArgumentError("ifelse: give two lists, or two values.", { op: "ifelse" });
  }
  const left: readonly TensorLike[] = isList ? (yes as readonly TensorLike[]) : [yes as TensorLike];
  const right: readonly TensorLike[] = isList ? (no as unknown as readonly TensorLike[]) : [no as TensorLike];
  if (left.length !== right.length) {
    throw new ArgumentError(`ifelse: one side has ${left.length} values, the other ${right.length}.`, { op: "ifelse" });
  }
  // Numbers take the dtype of the other side.
  const dtypeOf = (x: TensorLike): TensorVariable["dtype"] | undefined =>
    x instanceof Variable ? (x as TensorVariable).dtype : undefined;
  const values = [
    ...left.map((x, i) => asTensor(x, dtypeOf(right[i]!))),
    ...right.map((x, i) => asTensor(x, dtypeOf(left[i]!))),
  ];
  const outs = new IfElse(left.length).makeNode(c.dtype === "bool" ? c : neq(c, 0), ...values).outputs;
  if (options.name !== undefined) for (const out of outs) out.name ??= options.name;
  return (isList ? [...outs] : outs[0]) as Sides<A>;
}

function isVariables(x: unknown): boolean {
  return Array.isArray(x) && x.some((e) => e instanceof Variable);
}
