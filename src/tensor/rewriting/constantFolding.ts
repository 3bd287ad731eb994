/** Constant folding: what depends on constants alone is computed when the function is compiled. */
import { TheanoError } from "../../errors.ts";
import type { Apply } from "../../graph/apply.ts";
import { nodeRule, type Rule, type RuleResult } from "../../graph/rewriting/rule.ts";
import { isConstant, type Variable } from "../../graph/variable.ts";
import { TensorConstant } from "../constant.ts";
import { tensorType } from "../type.ts";
import type { TensorVariable } from "../variable.ts";

/** Bigger results are left to the program: a constant is stored, an expression is not. */
const MAX_ELEMENTS = 4096;

/** Cheap to make anew in a loop, dear to store. */
const NOT_FOLDED: ReadonlySet<string> = new Set(["Alloc", "Eye", "ARange"]);

/** May take long: they run when the function does. */
const LOOPS: ReadonlySet<string> = new Set(["Scan"]);

function fold(node: Apply): RuleResult {
  const { op } = node;
  if (LOOPS.has(op.name)) return null;
  const constants = node.inputs.filter(isConstant);
  if (!op.pure || constants.length === 0 || constants.length < node.inputs.length) return null;
  if (NOT_FOLDED.has(op.name) && !node.outputs.every(isSmall)) return null;
  const inputs = constants.map((v) => v.data);
  if (inputs.some((x) => x.size > MAX_ELEMENTS)) return null;
  try {
    return op.perform(node, inputs).map((data) => {
      return data.size > MAX_ELEMENTS ? null : new TensorConstant(tensorType(data.dtype, data.shape), data);
    });
  } catch (error) {
    // A computation that fails must fail when the function runs, with its own message.
    if (error instanceof TheanoError) return null;
    throw error;
  }
}

function isSmall(v: Variable): boolean {
  const { shape } = (v as TensorVariable).type;
  return shape.every((n) => n !== null) && shape.reduce((a: number, n) => a * (n ?? 1), 1) <= 16;
}

export const foldingRules: readonly Rule[] = [
  nodeRule("constant_folding", ["*"], fold, { exactness: "rounding", formula: "f(constants) = constant" }),
];
