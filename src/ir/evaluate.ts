/** Sizes and checks: index and bool expressions evaluated by the host before a program runs. */
import { InternalError, TheanoMemoryError } from "../errors.ts";
import { castValue, evaluateInstruction } from "./fold.ts";
import type { Buffer, Expr, Program, Ref } from "./node.ts";
import type { InstructionName, ScalarValue } from "./scalarInstructions.ts";

/** Reads one element of a buffer that has a value already (an input scalar that is a size). */
export type ScalarReader = (buffer: Buffer, index: number) => ScalarValue;

/** The value of `e` when refs have the values in `values`. Exact for sizes below 2^53. */
export function evaluateExpr(e: Expr, values: ReadonlyMap<Ref, ScalarValue>, read?: ScalarReader): ScalarValue {
  switch (e.kind) {
    case "const":
      return e.value;
    case "ref": {
      const value = values.get(e);
      if (value === undefined) throw new InternalError(`ir: no value for ${e.name}`);
      return value;
    }
    case "load":
      if (read === undefined) throw new InternalError(`ir: a size reads ${e.buffer.name}`);
      return read(e.buffer, Number(evaluateExpr(e.index, values, read)));
    case "cast":
      return castValue(evaluateExpr(e.arg, values, read), e.arg.type, e.type);
    case "bitcast":
      throw new InternalError("ir: bits of a size");
    case "op":
      return evaluateOperation(e.op as InstructionName, e, values, read);
  }
}

/**
 * The value of an expression of one element, what occurs in it several times computed once: `known` has the values of refs and gets those
 * of operations. Of `select` only the side taken is computed.
 */
export function evaluateOnce(e: Expr, known: Map<Expr, ScalarValue>): ScalarValue {
  if (e.kind === "const") return e.value;
  const value = known.get(e);
  if (value !== undefined) return value;
  const of = (x: Expr): ScalarValue => evaluateOnce(x, known);
  const computed = (): ScalarValue => {
    if (e.kind === "cast") return castValue(of(e.arg), e.arg.type, e.type);
    if (e.kind !== "op") throw new InternalError(`ir: a ${e.kind} has no value of its own`);
    if (e.op === "select") return of(of(e.args[0]!) === true ? e.args[1]! : e.args[2]!);
    const types = e.args.map((a) => a.type);
    return evaluateInstruction(e.op as InstructionName, e.type, e.args.map(of), types);
  };
  const result = computed();
  known.set(e, result);
  return result;
}

function evaluateOperation(
  name: InstructionName,
  e: Expr & { kind: "op" },
  values: ReadonlyMap<Ref, ScalarValue>,
  read: ScalarReader | undefined,
): ScalarValue {
  if (name === "select") {
    return evaluateExpr(evaluateExpr(e.args[0]!, values, read) === true ? e.args[1]! : e.args[2]!, values, read);
  }
  const args = e.args.map((a) => evaluateExpr(a, values, read));
  if (e.type !== "index")
    return evaluateInstruction(
      name,
      e.type,
      args,
      e.args.map((a) => a.type),
    );
  const a = args[0] as number;
  const b = args[1] as number;
  // The usual size arithmetic, without the general machinery.
  const result =
    name === "add"
      ? a + b
      : name === "sub"
        ? a - b
        : name === "mul"
          ? a * b
          : (evaluateInstruction(
              name,
              e.type,
              args,
              e.args.map((x) => x.type),
            ) as number);
  if (!Number.isSafeInteger(result)) {
    throw new TheanoMemoryError(`A size of ${result} elements cannot be addressed.`);
  }
  return result;
}

/** Computes the derived sizes of a program in place, in their order. */
export function evaluateSizes(
  program: Pick<Program, "sizes">,
  values: Map<Ref, ScalarValue>,
  read?: ScalarReader,
): void {
  for (const { ref, value } of program.sizes) {
    if (value !== null) values.set(ref, evaluateExpr(value, values, read));
  }
}

/** The index into `failures` of the first check that does not hold, or -1. */
export function firstFailedCheck(
  program: Pick<Program, "checks">,
  values: ReadonlyMap<Ref, ScalarValue>,
  read?: ScalarReader,
): number {
  for (const { cond, failure } of program.checks) {
    if (evaluateExpr(cond, values, read) !== true) return failure;
  }
  return -1;
}
