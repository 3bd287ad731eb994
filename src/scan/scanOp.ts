/** The op of all loops. Its pullback is another `Scan` that runs the other way. */
import type { NdArray } from "../array/ndArray.ts";
import { DtypeError, InternalError, RankError, ShapeMismatchError } from "../errors.ts";
import { Apply } from "../graph/apply.ts";
import { Op, type InputGradient } from "../graph/op.ts";
import type { Variable } from "../graph/variable.ts";
import type { LowerContext, Lowered } from "../ir/lowered.ts";
import { knownSize, sizeAlgebra } from "../tensor/sizes.ts";
import { tensorType, type StaticShape } from "../tensor/type.ts";
import type { TensorVariable } from "../tensor/variable.ts";
import { innerConnections, scanGradient } from "./backward.ts";
import { lowerScan } from "./lower.ts";
import { runScan, type StepFunction } from "./perform.ts";
import {
  COUNTS,
  innerInputs,
  innerOutputs,
  inputsOf,
  outerInputs,
  type OuterInputs,
  type ScanSpec,
} from "./scanSpec.ts";
import { rowShapes } from "./shapes.ts";

/**
 * A loop over rows. Inputs: `[length, first, limit, ...sequences, ...initial states, ...constants]`; the rows `first <= t < limit` of
 * `length` rows are processed in order, or from the last to the first when `reverse`.
 *
 * Outputs: per state with a trace its values, `length + 1` rows: row t + 1 is the state after step t, row `first` the initial one (when
 * `reverse`: row t, and row `limit`); per state without one its last value; per row output `length` rows; with `until` the number of
 * steps that were made, an int64 scalar. Rows of steps that were not made are zeros.
 */
export class Scan extends Op {
  readonly name = "Scan";
  readonly spec: ScanSpec;
  #key: string | undefined;

  constructor(spec: ScanSpec) {
    super();
    this.spec = spec;
  }

  get lambda(): ScanSpec["lambda"] {
    return this.spec.lambda;
  }
  get sequences(): number {
    return this.spec.sequences;
  }
  get traces(): readonly boolean[] {
    return this.spec.traces;
  }
  get reverse(): boolean {
    return this.spec.reverse;
  }
  get until(): boolean {
    return this.spec.until;
  }
  get truncate(): number {
    return this.spec.truncate;
  }
  get recompute(): boolean {
    return this.spec.recompute;
  }

  override get key(): string {
    const { sequences, traces, reverse, until, truncate, recompute, lambda } = this.spec;
    const again = recompute ? "again" : "";
    const kept = traces.map((t) => (t ? "t" : "l")).join("");
    return (this.#key ??= `Scan{${sequences};${kept};${reverse ? "back" : ""};${until ? "until" : ""};${truncate};${again};${lambda.key}}`);
  }

  override toString(): string {
    return `${this.spec.until ? "do_while" : "for"}{cpu,${this.spec.name ?? "scan_fn"}}`;
  }

  /** Applies the op to inputs by role. */
  apply(inputs: OuterInputs<Variable>): Apply {
    const { length, first, limit, sequences, initials, constants } = inputs;
    return this.makeNode(length, first, limit, ...sequences, ...initials, ...constants);
  }

  override makeNode(...list: Variable[]): Apply {
    const inner = innerInputs(this.spec);
    const outer = outerInputs(this.spec, list as TensorVariable[]);
    if (list.length !== COUNTS + this.spec.lambda.inputs.length) {
      throw new InternalError(`Scan: ${list.length - COUNTS} inputs for ${this.spec.lambda.inputs.length} inner ones`);
    }
    for (const v of [outer.length, outer.first, outer.limit]) checkFit("a number of steps", v, "int64", []);
    for (const [i, v] of outer.sequences.entries()) {
      const { dtype, shape } = inner.slices[i]!.type;
      checkFit(`sequence ${i}`, v, dtype, [null, ...shape]);
    }
    for (const [i, v] of outer.initials.entries()) {
      const { dtype, shape } = inner.states[i]!.type;
      checkFit(`initial state ${i}`, v, dtype, shape);
    }
    for (const [i, v] of outer.constants.entries()) {
      const { dtype, shape } = inner.constants[i]!.type;
      checkFit(`constant ${i}`, v, dtype, shape);
    }
    return new Apply(this, list, this.#types(knownSize(outer.length)));
  }

  #types(length: number | null): ReturnType<typeof tensorType>[] {
    const { states, rows } = innerOutputs(this.spec);
    const after = length === null ? null : length + 1;
    const own = innerInputs(this.spec).states;
    return [
      ...states.map((v, i) => {
        const { dtype, shape } = own[i]!.type;
        return tensorType(dtype, this.spec.traces[i] === true ? [after, ...shape] : shape);
      }),
      ...rows.map((v) => tensorType(v.dtype, [length, ...v.type.shape])),
      ...(this.spec.until ? [tensorType("int64", [])] : []),
    ];
  }

  override perform(node: Apply, inputs: readonly NdArray[]): NdArray[] {
    return this.performWith(node, inputs, (values) => this.lambda.evaluate(values));
  }

  /** `perform` with another way to do a step: an inner function that was compiled. */
  performWith(node: Apply, inputs: readonly NdArray[], step: StepFunction): NdArray[] {
    return runScan(this.spec, node, inputs, step);
  }

  override canFail(): boolean {
    return true;
  }

  override inferShape(node: Apply, shapes: readonly (readonly Variable[])[]): (readonly Variable[] | null)[] {
    const { length } = inputsOf(this.spec, node);
    const sizes = outerInputs(this.spec, shapes);
    const after = sizeAlgebra.add(length, sizeAlgebra.of(1));
    const rows = rowShapes(this.spec, inputsOf(this.spec, node), sizes);
    return [
      ...this.spec.traces.map((t, i) => (t ? [after, ...sizes.initials[i]!] : sizes.initials[i]!)),
      ...rows.map((r) => (r === null ? null : [length, ...r])),
      ...(this.spec.until ? [[]] : []),
    ];
  }

  override connectionPattern(node: Apply): boolean[][] {
    return innerConnections(this.spec, node);
  }

  override lop(node: Apply, gradients: readonly (Variable | null)[]): InputGradient[] {
    return scanGradient(this.spec, node, gradients as readonly (TensorVariable | null)[], (spec) => new Scan(spec));
  }

  lower(ctx: LowerContext): Lowered | null {
    return lowerScan(this.spec, ctx);
  }
}

function checkFit(what: string, v: TensorVariable, dtype: string, shape: StaticShape): void {
  const details = { op: "Scan", inputs: [{ dtype: v.dtype, shape: v.type.shape }] };
  if (v.dtype !== dtype) throw new DtypeError(`scan: ${what} has dtype ${v.dtype}, the loop reads ${dtype}.`, details);
  if (v.ndim !== shape.length) {
    throw new RankError(`scan: ${what} has rank ${v.ndim}, the loop reads rank ${shape.length}.`, details);
  }
  for (const [axis, n] of shape.entries()) {
    const have = v.type.shape[axis];
    // What the loop knows of a size is tested when it runs.
    if (n === null || have === n || (have === null && n !== 1)) continue;
    throw new ShapeMismatchError(
      `scan: axis ${axis} of ${what} has size ${have ?? "?"}, the loop reads ${n}.`,
      details,
    );
  }
}
