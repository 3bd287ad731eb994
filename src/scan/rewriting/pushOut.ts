/**
 * Work that does not depend on states leaves the loop: what is the same in every step is done once, what depends on rows of sequences
 * only is done for all rows at once (one large product instead of many), and outputs that are computed so need no loop at all.
 */
import type { Apply } from "../../graph/apply.ts";
import { cloneReplace } from "../../graph/replace.ts";
import { nodeRule, type Rule, type RuleResult } from "../../graph/rewriting/rule.ts";
import { isConstant, type Variable } from "../../graph/variable.ts";
import { dimshuffle, DimShuffle } from "../../tensor/dimshuffle.ts";
import { Dot, dot } from "../../tensor/dot.ts";
import { Elemwise } from "../../tensor/elemwise.ts";
import { reshape } from "../../tensor/reshape.ts";
import { shape } from "../../tensor/shape.ts";
import { sizeAlgebra } from "../../tensor/sizes.ts";
import type { TensorVariable } from "../../tensor/variable.ts";
import { Scan } from "../scanOp.ts";
import { outputsOf } from "../scanSpec.ts";
import { isWhole } from "./cleanup.ts";
import { build, partsOf, type Given, type LoopParts } from "./loopParts.ts";

const identity = (rank: number): number[] => Array.from({ length: rank }, (_, i) => i);

/** What an inner value is outside: one value for all steps, or the rows of all steps. */
interface Outside {
  readonly value: TensorVariable;
  readonly isStacked: boolean;
}

/** Elementwise functions whose cost makes it worth while to store their results for all steps. */
const DEAR: ReadonlySet<string> = new Set(
  "exp exp2 expm1 log log2 log10 log1p sin cos tan arcsin arccos arctan arctan2 sinh cosh tanh arcsinh arccosh arctanh sigmoid softplus pow erf erfc erfinv gamma gammaln digamma".split(
    " ",
  ),
);

class Lifting {
  readonly outside: Map<Variable, Outside> = new Map();
  /** Pushed values that contain something worth to be pushed. */
  readonly worthwhile: Set<Variable> = new Set();

  constructor(parts: LoopParts, nodes: readonly Apply[]) {
    for (const { inner, outer } of parts.sequences) this.outside.set(inner, { value: outer, isStacked: true });
    for (const { inner, outer } of parts.constants) this.outside.set(inner, { value: outer, isStacked: false });
    for (const node of nodes) {
      const inputs = node.inputs.map((v) => this.of(v));
      if (inputs.some((x) => x === null)) continue;
      const given = inputs as readonly Outside[];
      const result = given.some((x) => x.isStacked) ? this.#rows(node, given) : this.#once(node, given);
      if (result === null) continue;
      const out = node.outputs[0]!;
      this.outside.set(out, result);
      if (isDear(node) || node.inputs.some((v) => this.worthwhile.has(v))) this.worthwhile.add(out);
    }
  }

  of(v: Variable): Outside | null {
    if (isConstant(v)) return { value: v as Variable as TensorVariable, isStacked: false };
    return this.outside.get(v) ?? null;
  }

  /** The same in every step. Large values made of nothing stay where they are. */
  #once(node: Apply, inputs: readonly Outside[]): Outside | null {
    const isValue = node.op instanceof Elemwise || node.op instanceof Dot || node.op instanceof DimShuffle;
    if (!isValue || !node.op.pure || node.outputs.length !== 1) return null;
    return { value: node.op.call(...inputs.map((x) => x.value)) as TensorVariable, isStacked: false };
  }

  #rows(node: Apply, inputs: readonly Outside[]): Outside | null {
    const { op } = node;
    if (op instanceof DimShuffle) {
      const pattern = [0, ...op.pattern.map((p) => (p === "x" ? p : p + 1))];
      return { value: dimshuffle(inputs[0]!.value, pattern), isStacked: true };
    }
    if (op instanceof Elemwise) return this.#elemwise(node, inputs);
    return op instanceof Dot ? product(inputs[0]!, inputs[1]!) : null;
  }

  #elemwise(node: Apply, inputs: readonly Outside[]): Outside | null {
    const out = node.outputs[0] as TensorVariable;
    const shapes = node.inputs.map((v) => (v as TensorVariable).type.shape);
    // What every step spreads over a larger shape is not stored for all steps.
    const spreads = out.type.shape.some(
      (n, axis) => n !== 1 && !shapes.some((s, i) => inputs[i]!.isStacked && s[axis] !== 1),
    );
    if (spreads) return null;
    const { op } = node;
    const values = inputs.map(({ value, isStacked }) =>
      isStacked ? value : dimshuffle(value, ["x", ...identity(value.ndim)]),
    );
    return { value: op.call(...values) as TensorVariable, isStacked: true };
  }
}

function isDear({ op }: Apply): boolean {
  return op instanceof Dot || (op instanceof Elemwise && DEAR.has(op.scalarOp.name));
}

/** A product of rows with something that is the same for all of them. */
function product(x: Outside, y: Outside): Outside | null {
  if (x.isStacked && y.isStacked) return null;
  const [a, b] = [x.value, y.value];
  if (x.isStacked) {
    if (a.ndim === 2) return { value: dot(a, b), isStacked: true };
    const [steps, m, k] = shape(a) as [TensorVariable, TensorVariable, TensorVariable];
    const flat = dot(reshape(a, [sizeAlgebra.mul(steps, m), k]), b);
    return { value: reshape(flat, [steps, m, ...shape(b).slice(1)]), isStacked: true };
  }
  // M . v for every row v is V . M^T.
  if (a.ndim !== 2 || b.ndim !== 2) return null;
  return { value: dot(b, dimshuffle(a, [1, 0])), isStacked: true };
}

function pushOut(node: Apply): RuleResult {
  const { op } = node;
  if (!(op instanceof Scan)) return null;
  const parts = partsOf(node);
  const { nodes } = op.lambda;
  const lifting = new Lifting(parts, nodes);
  // Whole rows first: those outputs leave the loop.
  const isFree = isWhole(node) && parts.condition === null;
  const outs = outputsOf(op.spec, node);
  const freed = parts.rows.map((v, i) => {
    const known = isFree ? lifting.of(v) : null;
    // What types know of sizes must not be lost.
    const fits = known?.isStacked === true && outs.rows[i]!.type.isSuper(known.value.type);
    return fits ? known.value : null;
  });
  const rows = parts.rows.filter((_, i) => freed[i] === null);
  const inside = [...parts.states.map((s) => s.next), ...rows];
  if (parts.condition !== null) inside.push(parts.condition);
  const pushed = frontier(inside, nodes, lifting);
  if (pushed.length === 0 && rows.length === parts.rows.length) return null;
  const table = new Map<Variable, Variable>();
  const sequences: Given[] = [...parts.sequences];
  const constants: Given[] = [...parts.constants];
  for (const v of pushed) {
    const { value, isStacked } = lifting.of(v)!;
    const inner = v.type.makeVariable(null, 0, v.name) as TensorVariable;
    table.set(v, inner);
    (isStacked ? sequences : constants).push({ inner, outer: value });
  }
  if (parts.states.length === 0 && rows.length === 0) return freed;
  const replaced = <V extends Variable>(list: readonly V[]): V[] => cloneReplace(list, table) as V[];
  const next = replaced(parts.states.map((s) => s.next));
  const built = build({
    ...parts,
    sequences,
    constants,
    states: parts.states.map((s, j) => ({ ...s, next: next[j]! })),
    rows: replaced(rows),
    condition: parts.condition === null ? null : replaced([parts.condition])[0]!,
  });
  let k = 0;
  return [
    ...built.states,
    ...freed.map((value) => value ?? built.rows[k++]!),
    ...(built.steps === null ? [] : [built.steps]),
  ];
}

/** The values to push: worth while, and wanted by something that stays. */
function frontier(goals: readonly Variable[], nodes: readonly Apply[], lifting: Lifting): TensorVariable[] {
  const found = new Set<Variable>();
  const seen = new Set<Variable>();
  const work = [...goals];
  const isInside = new Set(nodes.flatMap((n) => n.outputs));
  for (let v = work.pop(); v !== undefined; v = work.pop()) {
    if (seen.has(v) || !isInside.has(v)) continue;
    seen.add(v);
    const known = lifting.of(v);
    if (known !== null && lifting.worthwhile.has(v)) found.add(v);
    else work.push(...v.owner!.inputs);
  }
  return [...found] as TensorVariable[];
}

export const pushOutRules: readonly Rule[] = [
  nodeRule("scan_pushout", ["Scan"], pushOut, {
    formula: "f(x[t], s) with f = g(h(x[t]), s): h of all rows at once, before the loop",
  }),
];
