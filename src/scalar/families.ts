/** Short forms for declarations that differ in little. */
import type { IrBuilder } from "../ir/build.ts";
import type { InstructionName } from "../ir/scalarInstructions.ts";
import { pair, type Pair } from "./complexNumbers.ts";
import { defineScalar, toFloat, toRealFloat, type GradRule, type ScalarOp } from "./define.ts";
import type { ScalarFunctions } from "./functions.ts";

/** What is special about one function of one real argument. */
export interface UnaryFloat {
  readonly name: string;
  readonly doc: string;
  /** The instruction that computes it. */
  readonly instruction: InstructionName;
  readonly domain: readonly [number, number];
  readonly maxUlp?: number;
  /** The derivative at x, given the value. */
  readonly derivative: <E>(f: ScalarFunctions<E>, x: E, out: E) => E;
  readonly complex?: (b: IrBuilder, z: Pair) => Pair;
  readonly inverse?: string;
}

/** A function of one argument that is an instruction: integers become floats. */
export function unaryFloat(spec: UnaryFloat): ScalarOp {
  const grad: GradRule = (f, [x], out, g) => [f.mul(g, f.conj(spec.derivative(f, x!, out)))];
  const { complex, inverse } = spec;
  return defineScalar({
    name: spec.name,
    arity: 1,
    dtype: complex === undefined ? toRealFloat : toFloat,
    doc: spec.doc,
    domain: spec.domain,
    maxUlp: spec.maxUlp ?? 2,
    grad,
    lower: (b, [x]) => b.op(spec.instruction, x!),
    ...(complex === undefined ? {} : { complex: (b, [x]) => complex(b, pair(b, x!)) }),
    ...(inverse === undefined ? {} : { algebra: { inverse } }),
  });
}
