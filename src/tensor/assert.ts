/** Conditions that must hold when a function runs. */
import { readElement } from "../array/element.ts";
import type { NdArray } from "../array/ndArray.ts";
import { AssertionError } from "../errors.ts";
import { Apply } from "../graph/apply.ts";
import { Op, type InputGradient } from "../graph/op.ts";
import type { Variable } from "../graph/variable.ts";
import type { Guard, LowerContext, Lowered } from "../ir/lowered.ts";
import type { Expr } from "../ir/node.ts";
import { asTensor } from "./constant.ts";
import { cast, neq } from "./math.ts";
import { all } from "./reduction.ts";
import type { DTypeOf, RankOf } from "./typing.ts";
import type { TensorLike, TensorVariable } from "./variable.ts";

const DEFAULT_MESSAGE = "Theano Assert failed!";

/**
 * Gives its first input, once all others are true; otherwise the call fails with an `AssertionError` that carries `message`. Gradients pass
 * through to the first input.
 *
 * @example
 * ```ts
 * import * as theano from "theano";
 * import { tensor as T } from "theano";
 * const x = T.dvector("x");
 * const positive = new T.opt.Assert("x must be positive");
 * const f = theano.function([x], T.log(positive.call(x, T.gt(x, 0))));
 * console.log(String(f([1, Math.E]))); // [0. 1.]
 * try {
 *   f([1, -1]);
 * } catch (error) {
 *   console.log((error as Error).message.split("\n")[0]); // x must be positive
 * }
 * ```
 */
export class Assert extends Op {
  readonly name = "Assert";
  readonly message: string;

  constructor(message: string = DEFAULT_MESSAGE) {
    super();
    this.message = message;
  }

  override get key(): string {
    return `Assert{${JSON.stringify(this.message)}}`;
  }

  override toString(): string {
    return `Assert{msg='${this.message}'}`;
  }

  override canFail(): boolean {
    return true;
  }

  override views(): readonly number[] {
    return [0];
  }

  /** `value`, on `conditions`: tensors that are true where none of their elements is 0. */
  override call<X extends TensorLike>(
    value: X,
    ...conditions: readonly TensorLike[]
  ): TensorVariable<DTypeOf<X>, RankOf<X>>;
  override call(...inputs: readonly Variable[]): Variable;
  override call(value: TensorLike | Variable, ...conditions: readonly (TensorLike | Variable)[]): Variable {
    return this.makeNode(asTensor(value as TensorLike), ...conditions.map((c) => asCondition(c as TensorLike))).out;
  }

  override makeNode(value: Variable, ...conditions: Variable[]): Apply {
    return new Apply(this, [value, ...conditions.map((c) => asCondition(c as TensorVariable))], [value.type]);
  }

  override perform(node: Apply, [value, ...conditions]: readonly NdArray[]): NdArray[] {
    for (const [i, condition] of conditions.entries()) {
      if (Number(readElement(condition, condition.offset)) !== 0) continue;
      const inputs = [{ dtype: value!.dtype, shape: value!.shape }];
      throw new AssertionError(this.#failure(i, conditions.length), {
        op: this.name,
        inputs,
        createdAt: node.createdAt[0],
      });
    }
    return [value!.copy()];
  }

  override inferShape(_node: Apply, [shape]: readonly (readonly Variable[])[]): (readonly Variable[])[] {
    return [shape!];
  }

  override connectionPattern(node: Apply): boolean[][] {
    return node.inputs.map((_, i) => [i === 0]);
  }

  override lop(node: Apply, [g]: readonly (Variable | null)[]): InputGradient[] {
    return node.inputs.map((_, i) => (i === 0 ? (g ?? null) : null));
  }

  lower(ctx: LowerContext): Lowered {
    const conditions = ctx.inputs.slice(1);
    const codes = conditions.map((_, i) => ctx.failure(`AssertionError: ${this.#failure(i, conditions.length)}`));
    return {
      form: "view",
      input: 0,
      index: (out) => out,
      layout: (layout) => layout,
      reshape: true,
      guards: (pull) => codes.map((failure, i): Guard => ({ over: [], failure, holds: () => pull(i + 1, []) as Expr })),
    };
  }

  #failure(index: number, count: number): string {
    return count === 1 ? this.message : `${this.message}\nCondition ${index + 1} of ${count} is false.`;
  }
}

/** One bool: a number is true where it is not 0, a tensor where all its elements are. */
function asCondition(c: TensorLike): TensorVariable {
  const v = asTensor(c);
  const bool = v.dtype === "bool" ? v : neq(v, cast(asTensor(0), v.dtype));
  return (bool.ndim === 0 ? bool : all(bool)) as TensorVariable;
}

const assertion = new Assert();

/**
 * `value`, provided that all conditions hold when the function runs. Theano: `theano.tensor.opt.assert_op`. Conditions that rewriting proves,
 * such as those on sizes that are known, cost nothing. For a message of your own use `new T.opt.Assert(message)`.
 *
 * @param conditions tensors, true where none of their elements is 0
 * @returns a tensor of the type of `value`, with its gradient
 * @throws AssertionError when the function is called and a condition is false
 *
 * @example
 * ```ts
 * import * as theano from "theano";
 * import { tensor as T } from "theano";
 * const x = T.dvector("x"), y = T.dvector("y");
 * const f = theano.function([x, y], T.opt.assertOp(x, T.eq(x.shape[0], 2), T.lt(x, y)).sum());
 * console.log(+f([1, 2], [3, 4])); // 3
 * try {
 *   f([1, 2], [3, 0]);
 * } catch (error) {
 *   console.log((error as Error).name); // AssertionError
 * }
 * ```
 */
export function assertOp<X extends TensorLike>(
  value: X,
  ...conditions: readonly TensorLike[]
): TensorVariable<DTypeOf<X>, RankOf<X>> {
  return assertion.call(value, ...conditions);
}
