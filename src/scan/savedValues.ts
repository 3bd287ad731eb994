/** What a backward loop needs of the forward one: where each value comes from, and what the forward loop must store for it. */
import type { Apply } from "../graph/apply.ts";
import { cloneReplace } from "../graph/replace.ts";
import { toposort } from "../graph/traversal.ts";
import { isConstant, type Variable } from "../graph/variable.ts";
import { Elemwise } from "../tensor/elemwise.ts";
import { SpecifyShape } from "../tensor/shape.ts";
import type { TensorVariable } from "../tensor/variable.ts";
import { Lambda } from "./lambda.ts";
import { innerInputs, innerOutputs, inputsOf, outputsOf, type MakeScan, type ScanSpec } from "./scanSpec.ts";
import { fixedShapes } from "./shapes.ts";
import { traceRows } from "./traceRows.ts";

/** Elementwise functions that are computed again rather than stored: about as quick as reading the stored value. */
const CHEAP: ReadonlySet<string> = new Set(
  "add sub mul neg sqr abs cast second switch eq neq lt le gt ge and or xor invert maximum minimum identity sgn clip".split(
    " ",
  ),
);

/** Other views of the same values, and sizes. */
const VIEWS: ReadonlySet<string> = new Set([
  "DimShuffle",
  "Reshape",
  "Rebroadcast",
  "Shape_i",
  "SpecifyShape",
  "Subtensor",
]);

function isCheap({ op }: Apply): boolean {
  if (op instanceof Elemwise) return CHEAP.has(op.scalarOp.name);
  if ((op as { readonly recompute?: boolean }).recompute === true) return true;
  return VIEWS.has(op.name);
}

export class SavedValues {
  /** Inner inputs of the backward loop that are fed row by row, and the sequences that feed them. */
  readonly slices: TensorVariable[] = [];
  readonly sequences: TensorVariable[] = [];
  readonly constants: { readonly inner: TensorVariable; readonly outer: TensorVariable }[] = [];
  readonly #spec: ScanSpec;
  readonly #node: Apply;
  readonly #make: MakeScan;
  /** Inputs of the backward step that are no values of the forward one. */
  readonly #own: ReadonlySet<Variable>;

  constructor(spec: ScanSpec, node: Apply, make: MakeScan, own: ReadonlySet<Variable>) {
    this.#spec = spec;
    this.#node = node;
    this.#make = make;
    this.#own = own;
  }

  /** The backward step with the forward values that it reads as inputs of its own. */
  replaceIn(outputs: readonly TensorVariable[]): Variable[] {
    const needed = this.#needed(outputs);
    const inner = innerInputs(this.#spec);
    const outer = inputsOf(this.#spec, this.#node);
    const table = new Map<Variable, Variable>();
    const rowOf = this.#rows(needed);
    for (const v of needed) {
      const copy = v.type.makeVariable(null, 0, v.name) as TensorVariable;
      table.set(v, copy);
      const k = inner.constants.indexOf(v as TensorVariable);
      if (k >= 0) {
        this.constants.push({ inner: copy, outer: outer.constants[k]! });
        continue;
      }
      const slice = inner.slices.indexOf(v as TensorVariable);
      this.slices.push(copy);
      this.sequences.push(slice >= 0 ? outer.sequences[slice]! : rowOf(v as TensorVariable));
    }
    return cloneReplace(outputs, table);
  }

  /** Forward values at which the search for what the backward step reads ends. */
  #needed(outputs: readonly TensorVariable[]): Variable[] {
    const { lambda } = this.#spec;
    const stored = new Set<Variable>([...innerOutputs(this.#spec).states, ...innerOutputs(this.#spec).rows]);
    // A shape that was asserted changes no value: the state is its argument too.
    const asserted = new Map<Variable, Variable>();
    for (const v of stored) if (v.owner?.op instanceof SpecifyShape) asserted.set(v.owner.inputs[0]!, v);
    const inputs = new Set<Variable>(lambda.inputs);
    const isBackward = new Set<Variable>(this.#own);
    for (const node of toposort(outputs, new Set([...this.#own, ...inputs]))) {
      if (node.inputs.some((v) => isBackward.has(v))) for (const out of node.outputs) isBackward.add(out);
    }
    // Values of all steps are stacked, so only those of one shape can be stored.
    const isFixed = fixedShapes(this.#spec);
    const found = new Set<Variable>();
    const seen = new Set<Variable>();
    const work: Variable[] = [...outputs].reverse();
    for (let v = work.pop(); v !== undefined; v = work.pop()) {
      if (seen.has(v)) continue;
      seen.add(v);
      if (this.#own.has(v) || isConstant(v)) continue;
      const state = asserted.get(v);
      if (state !== undefined) this.#asserted.set(v, state);
      if (isBackward.has(v)) work.push(...v.owner!.inputs);
      else if (inputs.has(v) || stored.has(v) || state !== undefined) found.add(v);
      else if (isCheap(v.owner!) || !this.#dependsOnStep(v) || !isFixed(v)) work.push(...v.owner!.inputs);
      else found.add(v);
    }
    return [...found];
  }

  /** Values that are states but for the assertion of a shape. */
  readonly #asserted = new Map<Variable, Variable>();
  readonly #stepDependent = new Map<Variable, boolean>();

  /** False for what is the same in every step. */
  #dependsOnStep(v: Variable): boolean {
    const { slices, states } = innerInputs(this.#spec);
    const known = this.#stepDependent;
    if (known.size === 0) for (const x of [...slices, ...states]) known.set(x, true);
    for (const node of toposort([v], known)) {
      const depends = node.inputs.some((x) => known.get(x) === true);
      for (const out of node.outputs) known.set(out, depends);
    }
    return known.get(v) === true;
  }

  /** Where the rows of a forward value are: in the loop as it is, or in a twin of it that keeps more. */
  #rows(needed: readonly Variable[]): (v: TensorVariable) => TensorVariable {
    const spec = this.#spec;
    const inner = innerInputs(spec);
    const results = innerOutputs(spec);
    const extra: TensorVariable[] = [];
    let untraced = false;
    const traces = [...spec.traces];
    for (const value of needed) {
      const v = (this.#asserted.get(value) ?? value) as TensorVariable;
      const before = inner.states.indexOf(v);
      const after = results.states.indexOf(v);
      if (results.rows.includes(v) || inner.slices.includes(v) || inner.constants.includes(v)) continue;
      const j = before >= 0 ? before : after;
      if (j < 0) extra.push(v);
      else if (traces[j] !== true) traces[j] = untraced = true;
    }
    let own = spec;
    let node = this.#node;
    if (extra.length > 0 || untraced) {
      const { condition } = results;
      const outputs = [...results.states, ...results.rows, ...extra, ...(condition === null ? [] : [condition])];
      own = { ...spec, traces, lambda: new Lambda(spec.lambda.inputs, outputs) };
      node = this.#make(own).apply(inputsOf(spec, this.#node));
    }
    const outs = outputsOf(own, node);
    return (value) => {
      const v = (this.#asserted.get(value) ?? value) as TensorVariable;
      const row = results.rows.indexOf(v);
      if (row >= 0) return outs.rows[row]!;
      const before = inner.states.indexOf(v);
      if (before >= 0) return traceRows(outs.states[before]!, spec.reverse, 0);
      const after = results.states.indexOf(v);
      if (after >= 0) return traceRows(outs.states[after]!, spec.reverse, 1);
      return outs.rows[results.rows.length + extra.indexOf(v)]!;
    };
  }
}
