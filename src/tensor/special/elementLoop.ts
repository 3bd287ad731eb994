/** Elementwise functions whose number of steps depends on the arguments. */
import { fromFlat, toFlat } from "../../array/index.ts";
import type { NdArray } from "../../array/ndArray.ts";
import { isComplex, promoteAll, upgradeToFloat, type DType } from "../../dtype.ts";
import { DtypeError } from "../../errors.ts";
import { Apply } from "../../graph/apply.ts";
import { NullGradient, Op, type InputGradient } from "../../graph/op.ts";
import type { Variable } from "../../graph/variable.ts";
import { IrBuilder } from "../../ir/build.ts";
import { interpret } from "../../ir/interpret.ts";
import type { LowerContext, Lowered } from "../../ir/lowered.ts";
import type { Buffer, Expr, Program, Stmt } from "../../ir/node.ts";
import { scalarTypeOf } from "../../scalar/scalarTypes.ts";
import { asTensor } from "../constant.ts";
import { loadElement, storeElement } from "../loops.ts";
import { cast, mul, second } from "../math.ts";
import { operand } from "../shape.ts";
import { tensorType } from "../type.ts";
import type { TensorLike, TensorVariable } from "../variable.ts";
import { Routine } from "./routine.ts";

/** A function of several real numbers. */
export interface LoopSpec {
  readonly name: string;
  readonly arity: 1 | 2 | 3;
  /** Writes the statements that compute it and gives the value, all in double precision. */
  readonly compute: (r: Routine, args: readonly Expr[]) => Expr;
  /** The derivative for each argument; a text says why there is none. */
  readonly derivatives: (
    args: readonly TensorVariable[],
    out: TensorVariable,
  ) => readonly ((() => TensorVariable) | string)[];
}

/** One value per element of the inputs, which have one shape and dtype. */
export class ElementLoop extends Op {
  readonly name: string;
  readonly spec: LoopSpec;
  #oracle: ((args: readonly number[]) => number) | undefined;

  constructor(spec: LoopSpec) {
    super();
    this.spec = spec;
    this.name = spec.name;
  }

  override get key(): string {
    return `ElementLoop{${this.spec.name}}`;
  }

  override makeNode(...inputs: Variable[]): Apply {
    const first = inputs[0] as TensorVariable;
    const shape = first.type.shape.map(
      (_, axis) => inputs.map((v) => (v as TensorVariable).type.shape[axis]!).find((n) => n !== null) ?? null,
    );
    return new Apply(this, inputs, [tensorType(first.dtype, shape)]);
  }

  override inferShape(_node: Apply, [shape]: readonly (readonly Variable[])[]): (readonly Variable[])[] {
    return [shape!];
  }

  override perform(node: Apply, inputs: readonly NdArray[]): NdArray[] {
    const columns = inputs.map((x) => toFlat(x) as readonly number[]);
    const f = (this.#oracle ??= oracle(this.spec));
    const values = Array.from({ length: columns[0]!.length }, (_, i) => f(columns.map((c) => c[i]!)));
    return [fromFlat(values, inputs[0]!.shape, (node.outputs[0] as TensorVariable).dtype)];
  }

  override lop(node: Apply, [g]: readonly (Variable | null)[]): InputGradient[] {
    if (g === null || g === undefined) return node.inputs.map(() => null);
    const list = this.spec.derivatives(node.inputs as TensorVariable[], node.outputs[0] as TensorVariable);
    return list.map((d) => (typeof d === "string" ? new NullGradient(d) : mul(g as TensorVariable, d())));
  }

  lower(ctx: LowerContext): Lowered {
    const { b } = ctx;
    const { shape, dtype } = ctx.outputs[0]!;
    return {
      form: "block",
      emit: ({ inputs, outputs: [out] }) => {
        const refs = shape.map((_, i) => b.natural(`i${i}`));
        const routine = new Routine(b);
        const args = inputs.map((x, k) => {
          const element = loadElement(b, ctx.inputs[k]!.dtype, x, refs) as Expr;
          return routine.let(`x${k}`, b.cast(element, "f64"));
        });
        const value = this.spec.compute(routine, args);
        let stmts: readonly Stmt[] = [
          ...routine.statements,
          ...storeElement(b, out!, refs, b.cast(value, scalarTypeOf(dtype))),
        ];
        for (let i = refs.length - 1; i >= 0; i--) {
          stmts = [
            { kind: "for", ref: refs[i]!, extent: shape[i]!, mode: i === 0 ? "parallel" : "serial", body: stmts },
          ];
        }
        return stmts;
      },
    };
  }
}

/** The same statements, run by the interpreter of the IR for one element. */
function oracle(spec: LoopSpec): (args: readonly number[]) => number {
  const b = new IrBuilder();
  const buffers = Array.from({ length: spec.arity }, (_, k) => b.buffer(`x${k}`, "f64", "input", b.index(1)));
  const out = b.buffer("out", "f64", "output", b.index(1));
  const routine = new Routine(b);
  const args = buffers.map((x, k) => routine.let(`x${k}`, b.load(x, 0)));
  const value = spec.compute(routine, args);
  const body: Stmt[] = [...routine.statements, { kind: "store", buffer: out, index: b.index(0), value }];
  const program: Program = {
    name: spec.name,
    sizes: [],
    checks: [],
    buffers: [...buffers, out],
    body,
    failures: [],
  };
  return (numbers) => {
    const storage = new Map<Buffer, Float64Array>(buffers.map((x, k) => [x, Float64Array.of(numbers[k]!)]));
    const result = new Float64Array(1);
    storage.set(out, result);
    interpret(program, storage as never);
    return result[0]!;
  };
}

/** The function of tensors that broadcast together; integers become floats. */
export function elementLoop(spec: LoopSpec): (...args: readonly TensorLike[]) => TensorVariable {
  const op = new ElementLoop(spec);
  return (...args) => {
    const given = weakly(args);
    const dtype = upgradeToFloat(promoteAll(given.map((v) => v.dtype)));
    if (isComplex(dtype)) {
      throw new DtypeError(`${spec.name}: ${dtype} is not supported: take real, imag or abs first.`, {
        op: spec.name,
        inputs: given.map(operand),
      });
    }
    return op.call(...together(given.map((v) => cast(v, dtype)))) as TensorVariable;
  };
}

/** Numbers take the dtype of the tensors that they meet. */
function weakly(args: readonly TensorLike[]): TensorVariable[] {
  const isWeak = (x: TensorLike): boolean => typeof x === "number" || typeof x === "bigint";
  const tensors = args.filter((x) => !isWeak(x)).map((x) => asTensor(x).dtype);
  const like: DType = tensors.length === 0 ? "float64" : upgradeToFloat(promoteAll(tensors));
  return args.map((x) => (isWeak(x) ? asTensor(x, like) : asTensor(x)));
}

/** All in the shape that they have together. */
function together(list: readonly TensorVariable[]): TensorVariable[] {
  if (list.length === 1) return [...list];
  // `second` of the others with x has the shape of all and the values of x.
  return list.map((x, i) => list.reduce((whole, other, j) => (i === j ? whole : second(other, whole)), x));
}
