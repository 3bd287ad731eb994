/** What surrounds a variable at the border of a function: `In` for inputs, `Out` for outputs. */
import type { ArrayInput } from "../array/create.ts";
import { ArgumentError } from "../errors.ts";
import type { TensorVariable } from "../tensor/variable.ts";

export interface InOptions {
  /** Used when the argument is left out. */
  readonly value?: ArrayInput;
  /** The program may use the argument's storage as scratch; implies `borrow`. */
  readonly mutable?: boolean;
  /** The argument may be used in place during the call. */
  readonly borrow?: boolean;
  /** Accept arrays of exactly the input's dtype only. */
  readonly strict?: boolean;
  /** Accept lossy conversions. */
  readonly allowDowncast?: boolean;
  /** The input becomes state: after each call its default value is the value of this expression. */
  readonly update?: TensorVariable;
  /** Name for `f.named`; the variable's own by default. */
  readonly name?: string;
}

/** An input of a function together with how its argument is treated. */
export class InputSpec {
  readonly variable: TensorVariable;
  readonly name: string | undefined;
  readonly value: ArrayInput | undefined;
  readonly mutable: boolean;
  readonly borrow: boolean;
  readonly strict: boolean;
  readonly allowDowncast: boolean | undefined;
  readonly update: TensorVariable | undefined;

  constructor(variable: TensorVariable, options: InOptions = {}) {
    this.variable = variable;
    this.name = options.name ?? variable.name;
    this.value = options.value;
    this.mutable = options.mutable ?? false;
    this.borrow = options.borrow ?? this.mutable;
    this.strict = options.strict ?? false;
    this.allowDowncast = options.allowDowncast;
    this.update = options.update;
    if (this.mutable && options.borrow === false) {
      throw new ArgumentError(
        `In(${variable.toString()}): mutable without borrow makes no sense: a mutable argument is used in place.`,
      );
    }
    if (this.update !== undefined && this.value === undefined) {
      throw new ArgumentError(
        `In(${variable.toString()}): an input with an update needs a first value: pass { value } too.`,
      );
    }
  }

  /** The same treatment for another variable. */
  of(variable: TensorVariable): InputSpec {
    if (variable === this.variable) return this;
    return Object.assign(Object.create(InputSpec.prototype) as InputSpec, this, { variable });
  }
}

/**
 * An input with a default value, an update, or a policy for its argument.
 *
 * @example
 * ```ts
 * import * as theano from "theano";
 * import { tensor as T } from "theano";
 * const x = T.dscalar("x"), y = T.dscalar("y");
 * const f = theano.function([x, theano.In(y, { value: 1 })], x.add(y));
 * console.log(+f(33), +f(33, 2)); // 34 35
 * ```
 */
export function In(variable: TensorVariable, options: InOptions = {}): InputSpec {
  return new InputSpec(variable, options);
}

/** An output of a function together with how its result is handed over. */
export class OutputSpec<V extends TensorVariable = TensorVariable> {
  readonly variable: V;
  readonly borrow: boolean;

  constructor(variable: V, borrow: boolean) {
    this.variable = variable;
    this.borrow = borrow;
  }
}

/** With `borrow: true` the result may be a window on the function's own memory, overwritten by the next call. */
export function Out<V extends TensorVariable>(variable: V, options: { readonly borrow?: boolean } = {}): OutputSpec<V> {
  return new OutputSpec(variable, options.borrow ?? false);
}
