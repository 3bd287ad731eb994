/** Elemwise: a scalar function applied to every element, with static broadcasting. */
import { fromFlat, readElement, type Element } from "../array/index.ts";
import type { NdArray } from "../array/ndArray.ts";
import { isComplex, isDiscrete, promoteAll, type DType } from "../dtype.ts";
import { ArgumentError, GradientError, InternalError, ShapeMismatchError } from "../errors.ts";
import { Apply } from "../graph/apply.ts";
import { NullGradient, Op, type InputGradient } from "../graph/op.ts";
import type { Variable } from "../graph/variable.ts";
import { IrBuilder } from "../ir/build.ts";
import { evaluateOnce } from "../ir/evaluate.ts";
import type { ElementValue, LowerContext, Lowered } from "../ir/lowered.ts";
import type { Expr, Ref } from "../ir/node.ts";
import type { ScalarValue } from "../ir/scalarInstructions.ts";
import { applyScalar } from "../scalar/apply.ts";
import type { ScalarOp } from "../scalar/define.ts";
import type { ScalarFunctions } from "../scalar/functions.ts";
import { scalarTypeOf } from "../scalar/scalarTypes.ts";
import { asTensor } from "./constant.ts";
import { dimshuffle } from "./dimshuffle.ts";
import { tensorType, type StaticShape } from "./type.ts";
import type { TensorLike, TensorVariable } from "./variable.ts";

/** Gradients are built of elementwise functions too; `math.ts` provides them. */
let gradientFunctions: ScalarFunctions<TensorVariable> | undefined;
let sumOver: ((x: TensorVariable, axes: readonly number[]) => TensorVariable) | undefined;

/** Called once by `math.ts` and `reduction.ts`: gradients of Elemwise need sums, those of sums need Elemwise. */
export function provideGradientTools(tools: {
  functions?: ScalarFunctions<TensorVariable>;
  sumKeepingDims?: (x: TensorVariable, axes: readonly number[]) => TensorVariable;
}): void {
  gradientFunctions = tools.functions ?? gradientFunctions;
  sumOver = tools.sumKeepingDims ?? sumOver;
}

export class Elemwise extends Op {
  readonly name = "Elemwise";
  readonly scalarOp: ScalarOp;
  readonly #key: string;

  constructor(scalarOp: ScalarOp) {
    super();
    this.scalarOp = scalarOp;
    this.#key = `Elemwise{${scalarOp.key}}`;
  }

  override get key(): string {
    return this.#key;
  }

  override toString(): string {
    return `Elemwise{${this.scalarOp.key},no_inplace}`;
  }

  /**
   * Brings the inputs to one rank by new axes of size 1 on the left, and checks the static sizes.
   * @throws ShapeMismatchError when known sizes disagree and neither is 1
   */
  override makeNode(...inputs: Variable[]): Apply {
    const { arity, name } = this.scalarOp;
    if (arity === "n" ? inputs.length === 0 : inputs.length !== arity) {
      throw new ArgumentError(`${name} takes ${arity} arguments, got ${inputs.length}.`, { op: name });
    }
    const vars = inputs as TensorVariable[];
    const rank = Math.max(...vars.map((v) => v.ndim));
    const padded = vars.map((v) => padLeft(v, rank));
    const dtype = this.scalarOp.dtype.result(
      padded.map((v) => v.dtype),
      name,
    );
    if (isComplex(dtype) || padded.some((v) => isComplex(v.dtype))) this.#checkComplex(padded, dtype);
    return new Apply(this, padded, [tensorType(dtype, staticBroadcast(name, padded))]);
  }

  #checkComplex(inputs: readonly TensorVariable[], dtype: DType): void {
    const b = new IrBuilder();
    const args = inputs.map((v) => placeholders(b, v.dtype).value);
    applyScalar(
      b,
      this.scalarOp,
      args,
      inputs.map((v) => v.dtype),
      dtype,
    );
  }

  override perform(node: Apply, inputs: readonly NdArray[]): NdArray[] {
    const out = node.outputs[0] as TensorVariable;
    const shape = runtimeShape(this.scalarOp.name, node, inputs);
    const views = inputs.map((x) => x.broadcastTo(shape));
    const compute = elementFunction(
      this.scalarOp,
      inputs.map((x) => x.dtype),
      out.dtype,
    );
    const n = shape.reduce((a, b) => a * b, 1);
    const results: (Element | boolean)[] = [];
    const index = shape.map(() => 0);
    for (let i = 0; i < n; i++) {
      const args = views.map((x) => {
        let at = x.offset;
        for (let axis = 0; axis < index.length; axis++) at += index[axis]! * x.strides[axis]!;
        return readElement(x, at);
      });
      results.push(compute(args));
      for (let axis = index.length - 1; axis >= 0; axis--) {
        if (++index[axis]! < shape[axis]!) break;
        index[axis] = 0;
      }
    }
    return [fromFlat(results, shape, out.dtype)];
  }

  override inferShape(node: Apply, shapes: readonly (readonly Variable[])[]): Variable[][] {
    const out = node.outputs[0] as TensorVariable;
    const sizes = out.type.shape.map((_, axis) => {
      // Any input that is not broadcast along the axis tells its size; prefer one known by its type.
      const tellers = node.inputs.map((v, i) => ({ n: (v as TensorVariable).type.shape[axis], i }));
      const teller =
        tellers.find(({ n }) => typeof n === "number" && n !== 1) ?? tellers.find(({ n }) => n === null) ?? tellers[0]!;
      return shapes[teller.i]![axis]!;
    });
    return [sizes];
  }

  /** What is only looked at for its shape is not connected. */
  override connectionPattern(node: Apply): boolean[][] {
    return node.inputs.map((_, i) => [!(this.scalarOp.name === "second" && i === 0)]);
  }

  override lop(node: Apply, [g]: readonly (Variable | null)[]): InputGradient[] {
    const { scalarOp } = this;
    if (g === null || g === undefined) return node.inputs.map(() => null);
    const inputs = node.inputs as TensorVariable[];
    const out = node.outputs[0] as TensorVariable;
    if (isDiscrete(out.dtype)) return inputs.map(() => null);
    if (scalarOp.grad === null) {
      const reason = `${scalarOp.name} has no gradient: ${scalarOp.noGradient ?? "none is defined"}`;
      return inputs.map(() => new NullGradient(reason));
    }
    if (gradientFunctions === undefined) throw new InternalError("elementwise functions are not provided");
    const grads = scalarOp.grad(gradientFunctions, inputs, out, g as TensorVariable);
    return grads.map((d, i) => (d === null ? null : unbroadcast(d, inputs[i]!, out)));
  }

  lower(ctx: LowerContext): Lowered {
    const { scalarOp } = this;
    const dtypes = ctx.inputs.map((x) => x.dtype);
    const result = ctx.outputs[0]!.dtype;
    const zero = ctx.b.index(0);
    return {
      form: "pointwise",
      element(index, pull) {
        const args = ctx.inputs.map((x, i) =>
          pull(
            i,
            x.static.map((n, axis) => (n === 1 ? zero : index[axis]!)),
          ),
        );
        return applyScalar(ctx.b, scalarOp, args, dtypes, result);
      },
    };
  }
}

/** `x` with axes of size 1 put in front until it has the rank. */
export function padLeft(x: TensorVariable, rank: number): TensorVariable {
  if (x.ndim >= rank) return x;
  const pattern: (number | "x")[] = Array.from({ length: rank - x.ndim }, () => "x");
  for (let i = 0; i < x.ndim; i++) pattern.push(i);
  return dimshuffle(x, pattern);
}

/** Only a dimension of static size 1 broadcasts; unknown sizes are compared at run time. */
function staticBroadcast(name: string, inputs: readonly TensorVariable[]): StaticShape {
  const rank = inputs[0]!.ndim;
  const shape: (number | null)[] = [];
  for (let axis = 0; axis < rank; axis++) {
    let size: number | null = 1;
    for (const v of inputs) {
      const n = v.type.shape[axis]!;
      if (n === 1) continue;
      if (size === 1 || size === null) size = n ?? size;
      else if (n !== null && n !== size) throw mismatch(name, inputs, axis, size, n);
      if (n === null && size === 1) size = null;
    }
    shape.push(size);
  }
  return shape;
}

function mismatch(name: string, inputs: readonly TensorVariable[], axis: number, a: number, b: number): Error {
  return new ShapeMismatchError(
    `${name}: the shapes ${inputs.map((v) => shapeText(v.type.shape)).join(" and ")} do not fit: ` +
      `axis ${axis} has sizes ${a} and ${b}. Only a size of 1 known to the type broadcasts.`,
    { op: name, inputs: inputs.map((v) => ({ dtype: v.dtype, shape: v.type.shape })) },
  );
}

function shapeText(shape: StaticShape): string {
  return `(${shape.map((n) => n ?? "?").join(", ")})`;
}

function runtimeShape(name: string, node: Apply, inputs: readonly NdArray[]): number[] {
  const out = node.outputs[0] as TensorVariable;
  return out.type.shape.map((_, axis) => {
    let size = 1;
    let from = -1;
    for (const [i, x] of inputs.entries()) {
      if ((node.inputs[i] as TensorVariable).type.shape[axis] === 1) continue;
      const n = x.shape[axis]!;
      if (from >= 0 && n !== size) throw runtimeMismatch(name, node, inputs, axis, from, i);
      size = n;
      from = i;
    }
    return size;
  });
}

function runtimeMismatch(
  name: string,
  node: Apply,
  inputs: readonly NdArray[],
  axis: number,
  i: number,
  j: number,
): Error {
  const sizes = `input[${i}].shape[${axis}] = ${inputs[i]!.shape[axis]!}, input[${j}].shape[${axis}] = ${inputs[j]!.shape[axis]!}`;
  const [createdAt] = node.createdAt;
  return new ShapeMismatchError(
    `${name}: Input dimension mis-match. (${sizes})\n` +
      "Sizes found only at run time do not broadcast: make the input with T.row or T.col, give it " +
      "{ shape: [1, null] }, or use T.addBroadcast.",
    {
      op: name,
      inputs: inputs.map((x) => ({ dtype: x.dtype, shape: x.shape })),
      ...(createdAt === undefined ? {} : { createdAt }),
    },
  );
}

/** The gradient of an input that was broadcast: the sum over the copies. */
function unbroadcast(g: TensorVariable, input: TensorVariable, out: TensorVariable): TensorVariable {
  let grad = g;
  if (grad.ndim < input.ndim) grad = padLeft(grad, input.ndim);
  const axes: number[] = [];
  for (let axis = 0; axis < input.ndim; axis++) {
    if (input.type.shape[axis] !== 1 || out.type.shape[axis] === 1) continue;
    axes.push(axis);
  }
  // A gradient that does not vary along the axis (a constant) must still be summed once per copy.
  const spread = axes.some((a) => grad.type.shape[a] === 1) || lacksExtent(grad, input, out);
  if (spread) grad = gradientFunctions!.add(grad, zerosOf(out, grad.dtype));
  if (axes.length === 0) return grad;
  if (sumOver === undefined) throw new GradientError("sums are not provided");
  return sumOver(grad, axes);
}

/** A gradient rule may return something smaller than the input (a constant): it is meant for every element. */
function lacksExtent(g: TensorVariable, input: TensorVariable, out: TensorVariable): boolean {
  return g.type.shape.some((n, i) => n === 1 && input.type.shape[i] !== 1 && out.type.shape[i] !== 1);
}

const SECOND_ZERO = 0;

function zerosOf(out: TensorVariable, dtype: DType): TensorVariable {
  const zero = asTensor(SECOND_ZERO, isDiscrete(dtype) ? "float64" : dtype);
  return fillLike(out, zero);
}

let fillLike: (x: TensorVariable, value: TensorVariable) => TensorVariable = () => {
  throw new InternalError("fill is not provided");
};

/** `math.ts` provides Theano's fill. */
export function provideFill(fill: (x: TensorVariable, value: TensorVariable) => TensorVariable): void {
  fillLike = fill;
}

// --- application to what users write -----------------------------------------------------------

/** Applies a scalar function to tensors and weakly typed numbers. */
export function applyElemwise(op: Elemwise, args: readonly TensorLike[]): TensorVariable {
  const isChoice = op.scalarOp.name === "switch";
  const known = args.map((a) => (isWeak(a) ? null : asTensor(a)));
  const dtypes = known.flatMap((v, i) => (v === null || (isChoice && i === 0) ? [] : [v.dtype]));
  const like = dtypes.length === 0 ? undefined : promoteAll(dtypes);
  const inputs = args.map((a, i) => known[i] ?? asTensor(a, isChoice && i === 0 ? undefined : like));
  return op.call(...inputs) as TensorVariable;
}

function isWeak(a: TensorLike): boolean {
  return typeof a === "number" || typeof a === "bigint" || typeof a === "boolean";
}

// --- evaluation of one element -----------------------------------------------------------------

interface Placeholder {
  readonly value: ElementValue;
  readonly refs: readonly Ref[];
}

function placeholders(b: IrBuilder, dtype: DType): Placeholder {
  const type = scalarTypeOf(dtype);
  if (!isComplex(dtype)) {
    const ref = b.ref(type, "x");
    return { value: ref, refs: [ref] };
  }
  const re = b.ref(type, "re");
  const im = b.ref(type, "im");
  return { value: [re, im], refs: [re, im] };
}

/** The function on JavaScript values, by the table's references. */
function elementFunction(
  op: ScalarOp,
  dtypes: readonly DType[],
  result: DType,
): (args: readonly Element[]) => Element | boolean {
  const b = new IrBuilder();
  const inputs = dtypes.map((d) => placeholders(b, d));
  const out = applyScalar(
    b,
    op,
    inputs.map((p) => p.value),
    dtypes,
    result,
  );
  return (args) => {
    const values = new Map<Expr, ScalarValue>();
    const evaluate = (e: Expr): ScalarValue => evaluateOnce(e, values);
    for (const [i, { refs }] of inputs.entries()) {
      const x = args[i]!;
      if (typeof x === "object") {
        values.set(refs[0]!, x.re);
        values.set(refs[1]!, x.im);
      } else values.set(refs[0]!, dtypes[i] === "bool" ? Boolean(x) : x);
    }
    if (!Array.isArray(out)) return evaluate(out as Expr);
    const [re, im] = out as readonly [Expr, Expr];
    return { re: Number(evaluate(re)), im: Number(evaluate(im)) };
  };
}
