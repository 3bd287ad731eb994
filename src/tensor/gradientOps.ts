/** Identities that change what a gradient does: stop it, scale it, clip it, declare it undefined. */
import type { NdArray } from "../array/ndArray.ts";
import { Apply } from "../graph/apply.ts";
import { NullGradient, Op, type InputGradient } from "../graph/op.ts";
import type { Variable } from "../graph/variable.ts";
import type { LowerContext, Lowered } from "../ir/lowered.ts";
import { zerosLike } from "./alloc.ts";
import { asTensor } from "./constant.ts";
import { clip, mul } from "./math.ts";
import type { TensorVariable } from "./variable.ts";
import type { DTypeOf, RankOf } from "./typing.ts";

type Backward = (x: TensorVariable, g: TensorVariable) => InputGradient;

/** y = x; the gradient of x is `backward` of that of y. */
export class GradientView extends Op {
  readonly name: string;
  readonly #key: string;
  readonly #backward: Backward;

  constructor(name: string, parameters: string, backward: Backward) {
    super();
    this.name = name;
    this.#key = `${name}{${parameters}}`;
    this.#backward = backward;
  }

  override get key(): string {
    return this.#key;
  }

  override makeNode(x: Variable): Apply {
    return new Apply(this, [x], [x.type]);
  }

  override perform(_node: Apply, [x]: readonly NdArray[]): NdArray[] {
    return [x!.copy()];
  }

  override inferShape(_node: Apply, [shape]: readonly (readonly Variable[])[]): (readonly Variable[])[] {
    return [shape!];
  }

  override views(): readonly number[] {
    return [0];
  }

  override connectionPattern(): boolean[][] {
    return [[this.name !== "DisconnectedGrad"]];
  }

  override lop(node: Apply, [g]: readonly (Variable | null)[]): InputGradient[] {
    if (g === null || g === undefined) return [null];
    return [this.#backward(node.inputs[0] as TensorVariable, g as TensorVariable)];
  }

  lower(_ctx: LowerContext): Lowered {
    return { form: "view", input: 0, index: (out) => out, layout: (layout) => layout };
  }
}

const zero = new GradientView("ZeroGrad", "", (x) => zerosLike(x));
const constantGrad = new GradientView("ConsiderConstant", "", (x) => zerosLike(x));
const disconnected = new GradientView("DisconnectedGrad", "", () => null);
const undefinedOp = new GradientView(
  "UndefinedGrad",
  "",
  () => new NullGradient("it passes undefinedGrad(), which says that no gradient exists here."),
);

function view(op: GradientView, x: unknown): TensorVariable {
  return op.call(asTensor(x as TensorVariable)) as TensorVariable;
}

/** The value of `x`; gradients with respect to what is behind it are zero. Theano: `zero_grad`. */
export function zeroGrad<V extends TensorVariable>(x: V): TensorVariable<DTypeOf<V>, RankOf<V>>;
export function zeroGrad(x: TensorVariable): TensorVariable {
  return view(zero, x);
}

/** The value of `x`, taken as a constant by gradients (zero). Theano: `consider_constant`. */
export function considerConstant<V extends TensorVariable>(x: V): TensorVariable<DTypeOf<V>, RankOf<V>>;
export function considerConstant(x: TensorVariable): TensorVariable {
  return view(constantGrad, x);
}

/** The value of `x`; gradients find no path through it. Theano: `disconnected_grad`. */
export function disconnectedGrad<V extends TensorVariable>(x: V): TensorVariable<DTypeOf<V>, RankOf<V>>;
export function disconnectedGrad(x: TensorVariable): TensorVariable {
  return view(disconnected, x);
}

/** The value of `x`; a gradient through it throws `NullTypeGradError`. Theano: `undefined_grad`. */
export function undefinedGrad<V extends TensorVariable>(x: V): TensorVariable<DTypeOf<V>, RankOf<V>>;
export function undefinedGrad(x: TensorVariable): TensorVariable {
  return view(undefinedOp, x);
}

/** The value of `x`; its gradient is multiplied by `factor`. Theano: `grad_scale`. */
export function gradScale<V extends TensorVariable>(x: V, factor: number): TensorVariable<DTypeOf<V>, RankOf<V>>;
export function gradScale(x: TensorVariable, factor: number): TensorVariable {
  return view(new GradientView("GradScale", String(factor), (_x, g) => mul(g, factor)), x);
}

/** The value of `x`; its gradient is clipped to `[low, high]`, element by element. Theano: `grad_clip`. */
export function gradClip<V extends TensorVariable>(
  x: V,
  low: number,
  high: number,
): TensorVariable<DTypeOf<V>, RankOf<V>>;
export function gradClip(x: TensorVariable, low: number, high: number): TensorVariable {
  return view(new GradientView("GradClip", `${low},${high}`, (_x, g) => clip(g, low, high)), x);
}
