/** `x.eval(...)`: the value of an expression, through a function compiled for it. */
import type { ArrayInput } from "../array/create.ts";
import type { NdArray } from "../array/ndArray.ts";
import { TensorVariable } from "../tensor/variable.ts";
import { fn } from "./function.ts";

/** Values of inputs: pairs, or a map. */
export type InputValues =
  | ReadonlyMap<TensorVariable, ArrayInput | NdArray>
  | readonly (readonly [TensorVariable, ArrayInput | NdArray])[];

type Call = (...args: readonly (ArrayInput | NdArray)[]) => NdArray;

/** Functions compiled so far, by the inputs that they take. */
const compiled = new WeakMap<TensorVariable, Map<string, Call>>();

/**
 * The value of `v` for values of its inputs. The function is compiled at the first call and kept.
 * @throws MissingInputError when a value is missing
 */
export function evaluate(v: TensorVariable, values: InputValues = []): NdArray {
  const pairs = [...values];
  const key = pairs.map(([x]) => x.id).join(",");
  let functions = compiled.get(v);
  if (functions === undefined) compiled.set(v, (functions = new Map()));
  let call = functions.get(key);
  if (call === undefined) {
    call = fn(
      pairs.map(([x]) => x),
      v,
      { onUnusedInput: "ignore" },
    ) as unknown as Call;
    functions.set(key, call);
  }
  return call(...pairs.map(([, value]) => value));
}

/** Makes `evaluate` a method of TensorVariable. Called once, by the package's index. */
export function attachEval(): void {
  Object.defineProperty(TensorVariable.prototype, "eval", {
    value(this: TensorVariable, values?: InputValues) {
      return evaluate(this, values);
    },
    writable: true,
    configurable: true,
  });
}
