/** Elementwise functions whose number of steps depends on the arguments. */
import { fromFlat, toFlat, type Element } from "../../array/index.ts";
import type { NdArray } from "../../array/ndArray.ts";
import { isComplex, isInteger, itemSize, promoteAll, upgradeToFloat, type DType } from "../../dtype.ts";
import { DtypeError } from "../../errors.ts";
import { Apply } from "../../graph/apply.ts";
import { NullGradient, Op, type InputGradient } from "../../graph/op.ts";
import type { Variable } from "../../graph/variable.ts";
import { IrBuilder } from "../../ir/build.ts";
import { interpret } from "../../ir/interpret.ts";
import type { LowerContext, Lowered } from "../../ir/lowered.ts";
import type { Buffer, Expr, Program, Stmt } from "../../ir/node.ts";
import type { ScalarValue } from "../../ir/scalarInstructions.ts";
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
  /** Of integers, computed in 64 bits; else of real numbers. */
  readonly isWhole?: boolean;
  /** Writes the statements that compute it and gives the value, in double precision or 64-bit integers. */
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
  readonly #oracles = new Map<Computed, (args: readonly ScalarValue[]) => ScalarValue>();

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
    const type = computedIn(this.spec, inputs[0]!.dtype);
    const columns = inputs.map((x) => toFlat(x) as readonly (number | bigint)[]);
    let f = this.#oracles.get(type);
    if (f === undefined) this.#oracles.set(type, (f = oracle(this.spec, type)));
    const of = (c: readonly (number | bigint)[], i: number): ScalarValue =>
      type === "f64" ? Number(c[i]) : BigInt(c[i]!);
    const values = Array.from({ length: columns[0]!.length }, (_, i) => f!(columns.map((c) => of(c, i))));
    const { dtype } = node.outputs[0] as TensorVariable;
    const narrow = (v: ScalarValue): Element =>
      typeof v === "bigint" && itemSize(dtype) < 8 ? Number(v) : (v as Element);
    return [fromFlat(values.map(narrow), inputs[0]!.shape, dtype)];
  }

  override lop(node: Apply, [g]: readonly (Variable | null)[]): InputGradient[] {
    if (g === null || g === undefined) return node.inputs.map(() => null);
    if (this.spec.isWhole === true) return node.inputs.map(() => null);
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
          return routine.let(`x${k}`, b.cast(element, computedIn(this.spec, dtype)));
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

type Computed = "f64" | "i64" | "u64";

function computedIn(spec: LoopSpec, dtype: DType): Computed {
  if (spec.isWhole !== true) return "f64";
  return dtype === "uint64" ? "u64" : "i64";
}

const STORAGE = { f64: Float64Array, i64: BigInt64Array, u64: BigUint64Array } as const;

/** The same statements, run by the interpreter of the IR for one element. */
function oracle(spec: LoopSpec, type: Computed): (args: readonly ScalarValue[]) => ScalarValue {
  const b = new IrBuilder();
  const buffers = Array.from({ length: spec.arity }, (_, k) => b.buffer(`x${k}`, type, "input", b.index(1)));
  const out = b.buffer("out", type, "output", b.index(1));
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
    const cell = (v: ScalarValue): InstanceType<(typeof STORAGE)[Computed]> => {
      const data = new STORAGE[type](1);
      data[0] = v as never;
      return data;
    };
    const storage = new Map<Buffer, unknown>(buffers.map((x, k) => [x, cell(numbers[k]!)]));
    const result = new STORAGE[type](1);
    storage.set(out, result);
    interpret(program, storage as never);
    return result[0]!;
  };
}

/** The function of tensors that broadcast together; integers become floats, unless it is one of integers. */
export function elementLoop(spec: LoopSpec): (...args: readonly TensorLike[]) => TensorVariable {
  const op = new ElementLoop(spec);
  if (spec.isWhole === true) return (...args) => op.call(...together(wholeNumbers(spec.name, args))) as TensorVariable;
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

/** The arguments in the integer dtype that they have together. */
function wholeNumbers(name: string, args: readonly TensorLike[]): TensorVariable[] {
  const first = args.find((x) => typeof x !== "number" && typeof x !== "bigint");
  const like = first === undefined ? "int64" : asTensor(first).dtype;
  const given = args.map((x) => asTensor(x, like));
  const dtype = promoteAll(given.map((v) => v.dtype));
  if (isInteger(dtype)) return given.map((v) => cast(v, dtype));
  throw new DtypeError(`${name}: expected integers, got ${given.map((v) => v.dtype).join(" and ")}.`, {
    op: name,
    inputs: given.map(operand),
  });
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
