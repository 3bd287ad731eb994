/** Symbolic tensors. Their methods are attached by `methods.ts`, from the same functions that `T` exports. */
import type { NdArray } from "../array/ndArray.ts";
import type { ArrayInput } from "../array/create.ts";
import type { DType } from "../dtype.ts";
import { ArgumentError } from "../errors.ts";
import type { Apply } from "../graph/apply.ts";
import { Variable } from "../graph/variable.ts";
import type { TensorMethods } from "./methodTypes.ts";
import type { TensorType } from "./type.ts";

/** What functions of tensors accept: variables, and values that become constants. */
export type TensorLike = TensorVariable | NdArray | ArrayInput | readonly TensorLike[];

const HINT = "Symbolic variables have no value until a function is compiled and called";

/** The methods; `methods.ts` attaches them. */
export interface TensorVariable<out D extends DType = DType, out R extends number = number>
  extends TensorMethods<D, R> {}

/** A symbolic tensor of dtype `D` and rank `R`; `DType` and `number` where they are not known before the program runs. */
export class TensorVariable<out D extends DType = DType, out R extends number = number> extends Variable {
  declare readonly type: TensorType<D>;

  constructor(type: TensorType<D>, owner: Apply | null = null, index = 0, name?: string) {
    super(type, owner, index, name);
  }

  get dtype(): D {
    return this.type.dtype;
  }

  /** The rank. */
  get ndim(): R {
    return this.type.shape.length as R;
  }

  get broadcastable(): readonly boolean[] {
    return this.type.broadcastable;
  }

  /** @throws ArgumentError always: a variable is no number */
  override valueOf(): never {
    throw new ArgumentError(
      `${HINT}: use x.add(y), x.lt(y), T.switch(c, a, b) or T.expr\`...\` instead of JavaScript's operators.`,
    );
  }

  [Symbol.toPrimitive](hint: string): string {
    if (hint === "string") return this.toString();
    return this.valueOf();
  }
}
