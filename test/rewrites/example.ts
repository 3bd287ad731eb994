/** Left sides of rules, as data: the tests run them, the documentation shows them. */
import type { Rule } from "../../src/graph/rewriting/rule.ts";
import type { Pattern } from "../../src/graph/rewriting/pattern.ts";
import type { ScalarOp } from "../../src/scalar/define.ts";
import * as scalar from "../../src/scalar/index.ts";
import { constant } from "../../src/tensor/constant.ts";
import { Elemwise } from "../../src/tensor/elemwise.ts";
import { tensorType } from "../../src/tensor/type.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";

/** A graph that a rule must change. */
export interface Example {
  readonly inputs: readonly TensorVariable[];
  readonly outputs: readonly TensorVariable[];
  /** Sizes for the axes that the types leave open, per input; 3 by default. */
  readonly shapes?: readonly (readonly number[])[];
  /** Values of integer inputs are drawn from 0 to this number (exclusive). */
  readonly below?: number;
  /** An earlier phase changes this left side: the rule is for what other rules make. */
  readonly alone?: boolean;
  /** Do not use NaN, infinities and extreme values: the graph branches on them, or they hit an assertion. */
  readonly tame?: boolean;
  /** Softmax refuses rows without elements, which the form written by hand takes. */
  readonly full?: boolean;
  /**
   * What the rule leaves has another gradient: the mark that it takes away is for gradients only, or the left side has ties, of which
   * each is counted.
   */
  readonly marker?: boolean;
}

export type Examples = Readonly<Record<string, () => Example>>;

const scalars = new Map(
  Object.values(scalar)
    .filter((s): s is ScalarOp => typeof s === "object" && s !== null && "lower" in s)
    .map((s) => [s.name, s]),
);

/** The example that is written for a rule, or the left side of its pattern in float64 matrices. */
export function exampleOf(r: Rule, examples: Examples): Example {
  return examples[r.name]?.() ?? patternExample(r);
}

function patternExample(r: Rule): Example {
  if (r.pattern === undefined) throw new Error(`${r.name} has no pattern: its test needs an example`);
  const captured = new Map<string, TensorVariable>();
  const build = (p: Pattern): TensorVariable => {
    const known = p.name === undefined ? undefined : captured.get(p.name);
    if (known !== undefined) return known;
    const v = make(p);
    if (p.name !== undefined) captured.set(p.name, v);
    return v;
  };
  const inputs: TensorVariable[] = [];
  const make = (p: Pattern): TensorVariable => {
    if (p.kind === "number") return constant(p.value!, "float64");
    if (p.kind === "constant") return constant(0.75, "float64");
    if (p.kind === "any") {
      inputs.push(tensorType("float64", [null, null]).makeVariable(null, 0, p.name) as TensorVariable);
      return inputs.at(-1)!;
    }
    const op = scalars.get(p.matcher!.ruleKey);
    if (op === undefined) throw new Error(`${r.name}: no elementwise function ${p.matcher!.ruleKey}; give an example`);
    return new Elemwise(op).call(...p.args!.map(build)) as TensorVariable;
  };
  return { outputs: [build(r.pattern)], inputs };
}
